/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TRUE for one to three numbers with points between: "0.1.0". */
gboolean dk_version_is_valid (const char *text);

/* Compares two valid versions number by number; missing numbers count as 0. Below, at or above 0 as
 * strcmp. */
int dk_version_compare (const char *a, const char *b);

G_END_DECLS
