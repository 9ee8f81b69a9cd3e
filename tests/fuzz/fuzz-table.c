/* SPDX-License-Identifier: MIT */
/* Tables of other programs: whatever the bytes are, there is a list or a reason, all text is UTF-8,
 * every record can be reached, and what is written for authors is read back with as many people. */
#include "app/import/contact-import.h"
#include "app/import/table.h"
#include "tests/fuzz/fuzz.h"

static void
check_list (const DkImportList *list)
{
  for (guint i = 0; i < list->records->len; i++) {
    const DkImportRecord *record = g_ptr_array_index (list->records, i);

    g_assert_true (g_utf8_validate (record->contact->name, -1, NULL));
    g_assert_cmpuint (record->contact->numbers->len, >, 0);
    g_assert_nonnull (record->key);
  }
  g_assert_cmpuint (list->rejects->len, <=, list->rejected);
}

static void
check_compared (DkImportList *list)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContactImport) import = dk_contact_import_new (NULL, list, "fuzz", &error);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (json_t) json = NULL;

  g_assert_no_error (error);
  g_assert_true (dk_contact_import_compare (import, NULL, &error));
  bytes = dk_contact_import_to_csv (import);
  json = dk_contact_import_to_json (import, 100);
  g_assert_nonnull (json);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (DkTable) table = dk_table_new (bytes, "x.csv", &error);
  g_autoptr (DkTableMap) map = NULL;
  g_autoptr (DkTableMap) again = NULL;
  g_autoptr (json_t) json = NULL;
  DkImportList *list;

  g_assert_true ((table == NULL) == (error != NULL));
  if (table == NULL)
    return 0;
  map = dk_table_map_guess (table);
  json = dk_table_map_to_json (map, table);
  again = dk_table_map_from_json (json, table, NULL, NULL);
  list = dk_table_read (table, map, NULL, &error);
  g_assert_true ((list == NULL) == (error != NULL));
  if (list == NULL)
    return 0;
  check_list (list);
  check_compared (list);
  return 0;
}
