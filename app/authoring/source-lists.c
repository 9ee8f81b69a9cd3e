/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/authoring/source-table.h"
#include "app/base/text.h"
#include "app/import/device-table.h"

static const DkPlace file_start = { 1, 1 };

/* "lists/groups.csv" -> "groups". */
static char *
name_of_list (const char *name)
{
  g_autofree char *leaf = g_path_get_basename (name);

  return g_strndup (leaf, strlen (leaf) - strlen (".csv"));
}

static gboolean
check_list_columns (DkSourceReader *reader, const char *name, const DkCsvTable *table)
{
  for (guint i = 0; i < dk_csv_table_columns (table); i++) {
    const char *column = dk_csv_table_column (table, i);
    if (strspn (column, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen (column))
      continue;
    dk_source_problem (reader, name, file_start, "the column name \"%s\" must be of a-z, 0-9 and _",
                       column);
    return FALSE;
  }
  if (dk_csv_table_find (table, "id") >= 0)
    return TRUE;
  dk_source_problem (reader, name, file_start, "the column id must be there");
  return FALSE;
}

static json_t *
make_row (const DkCsvTable *table, guint row)
{
  json_t *object = json_object ();

  for (guint i = 0; i < dk_csv_table_columns (table); i++) {
    g_autofree char *text = dk_text_clean (dk_csv_table_get (table, row, i));
    if (*text != '\0')
      json_object_set_new (object, dk_csv_table_column (table, i), dk_json_string (text));
  }
  return object;
}

void
dk_source_read_list (DkSourceReader *reader, const char *name)
{
  g_autofree char *list = name_of_list (name);
  g_autofree char *kind = g_strdup_printf ("row of %s", list);
  g_autoptr (DkCsvTable) table = dk_source_load_table (reader, name);
  json_t *rows;

  if (table == NULL || !check_list_columns (reader, name, table))
    return;
  if (!dk_content_id_is_valid (list)) {
    dk_source_problem (reader, name, file_start, "the name of a list must be of a-z, 0-9 and -");
    return;
  }
  rows = json_array ();
  json_object_set_new (reader->source->lists, list, rows);
  for (guint row = 0; row < dk_csv_table_rows (table); row++) {
    DkPlace place = dk_source_field_place (table, row, "id");
    const char *id = dk_source_field (table, row, "id");
    if (*id == '\0')
      dk_source_problem (reader, name, place, "id is missing");
    else
      dk_source_add_id (reader, kind, id, name, place);
    dk_source_add_link_for_all (reader, "contact", dk_source_field (table, row, "contact"), name,
                                dk_source_field_place (table, row, "contact"));
    json_array_append_new (rows, make_row (table, row));
  }
}

/* Members of a device by DkDeviceField. */
static const char *const device_members[DK_DEVICE_OTHER]
    = { [DK_DEVICE_HOST] = "host",         [DK_DEVICE_OWNER] = "owner",
        [DK_DEVICE_LOCATION] = "location", [DK_DEVICE_OS] = "os",
        [DK_DEVICE_SERIAL] = "serial",     [DK_DEVICE_RECOVERY_KEY_ID] = "recovery_key_id",
        [DK_DEVICE_NOTE] = "note" };

/* The first column of a field that is filled in counts; columns of other fields are passed over,
 * since exports have many. */
static json_t *
make_device (const DkCsvTable *table, guint row, const DkDeviceField *fields,
             guint columns[DK_DEVICE_OTHER])
{
  json_t *object = json_object ();
  const char *version = "";

  for (guint i = 0; i < dk_csv_table_columns (table); i++) {
    const char *text = dk_csv_table_get (table, row, i);
    if (*text == '\0' || fields[i] == DK_DEVICE_OTHER)
      continue;
    if (fields[i] == DK_DEVICE_OS_VERSION) {
      version = text;
    } else if (json_object_get (object, device_members[fields[i]]) == NULL) {
      json_object_set_new (object, device_members[fields[i]], dk_json_string (text));
      columns[fields[i]] = i;
    }
  }
  if (*version != '\0') {
    const char *os = dk_json_get_text (object, "os");
    g_autofree char *both = g_strjoin (" ", os != NULL ? os : version, os != NULL ? version : NULL,
                                       NULL);
    json_object_set_new (object, "os", dk_json_string (both));
  }
  return object;
}

static DkPlace
place_of_fault (const DkCsvTable *table, guint row, const guint columns[DK_DEVICE_OTHER],
                const char *pointer)
{
  for (guint i = 0; i < DK_DEVICE_OTHER; i++)
    if (device_members[i] != NULL && *pointer == '/'
        && g_str_equal (device_members[i], pointer + 1))
      return dk_csv_table_place (table, row, columns[i]);
  return dk_csv_table_place (table, row, 0);
}

static void
read_device (DkSourceReader *reader, const char *name, const DkCsvTable *table, guint row,
             const DkDeviceField *fields)
{
  guint columns[DK_DEVICE_OTHER] = { 0 };
  g_autoptr (json_t) object = make_device (table, row, fields, columns);
  g_auto (DkFault) fault = { 0 };
  g_autoptr (DkDevice) device = dk_device_read (object, &fault);
  g_autofree char *folded = NULL;

  if (device == NULL) {
    dk_source_problem (reader, name, place_of_fault (table, row, columns, fault.pointer), "%s %s",
                       *fault.pointer == '/' ? fault.pointer + 1 : "this", fault.message);
    return;
  }
  folded = g_utf8_strdown (device->host, -1);
  dk_source_add_id (reader, "device", folded, name,
                    dk_csv_table_place (table, row, columns[DK_DEVICE_HOST]));
  reader->has_plan = TRUE;
  dk_source_add_record (reader, DK_PACK_DEVICES_PART, device->host, dk_device_to_json (device));
}

void
dk_source_read_devices (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkCsvTable) table = dk_source_load_table (reader, name);
  g_autofree DkDeviceField *fields = NULL;
  gboolean has_host = FALSE;

  if (table == NULL)
    return;
  fields = g_new0 (DkDeviceField, dk_csv_table_columns (table));
  for (guint i = 0; i < dk_csv_table_columns (table); i++) {
    fields[i] = dk_device_field_of_column (dk_csv_table_column (table, i));
    has_host = has_host || fields[i] == DK_DEVICE_HOST;
  }
  if (!has_host) {
    dk_source_problem (reader, name, file_start,
                       "no column names the device; call one of them host, Name, DeviceName or "
                       "Computer Name");
    return;
  }
  for (guint row = 0; row < dk_csv_table_rows (table); row++)
    read_device (reader, name, table, row, fields);
}
