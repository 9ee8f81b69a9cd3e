/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Figures of a benchmark and their limits. */

/* Prints `name value limit` and remembers if the limit is exceeded. */
void bench_figure (const char *name, double value, double limit);

/* Exit code of the benchmark: 1 if a limit was exceeded. */
int bench_result (void);

/* The middle one of doubles, which are sorted by it: the last one is the worst then. */
double bench_median (GArray *values);

G_END_DECLS
