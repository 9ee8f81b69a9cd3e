/* SPDX-License-Identifier: MIT */
/* Tables: each field can be asked for, and stands where it says it does. */
#include "app/content/csv-reader.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkCsvTable) table = dk_csv_table_parse ((const char *) data, size, "x.csv", &error);

  g_assert_true ((table == NULL) == (error != NULL));
  if (table == NULL)
    return 0;
  for (guint i = 0; i < dk_csv_table_columns (table); i++)
    g_assert_cmpint (dk_csv_table_find (table, dk_csv_table_column (table, i)), ==, (int) i);
  for (guint row = 0; row < dk_csv_table_rows (table); row++)
    for (guint i = 0; i < dk_csv_table_columns (table); i++) {
      DkPlace place = dk_csv_table_place (table, row, i);

      g_assert_true (g_utf8_validate (dk_csv_table_get (table, row, i), -1, NULL));
      g_assert_true (place.line >= 1 && place.column >= 1);
    }
  return 0;
}
