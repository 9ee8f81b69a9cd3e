/* SPDX-License-Identifier: MIT */
#include "tests/bench/figures.h"

static gboolean is_exceeded;

void
bench_figure (const char *name, double value, double limit)
{
  g_print ("%s %.3f %.3f\n", name, value, limit);
  is_exceeded = is_exceeded || value > limit;
}

int
bench_result (void)
{
  return is_exceeded ? 1 : 0;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;
  return difference < 0 ? -1 : difference > 0;
}

double
bench_median (GArray *values)
{
  g_array_sort (values, compare);
  return g_array_index (values, double, values->len / 2);
}
