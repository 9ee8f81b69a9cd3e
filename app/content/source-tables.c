/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/content/csv-reader.h"
#include "app/content/source-private.h"

#define NUMBERS_MAX 9

static const DkPlace file_start = { 1, 1 };

static DkCsvTable *
load_table (DkSourceReader *reader, const char *name)
{
  gsize size;
  g_autofree char *text = dk_source_load (reader, name, DK_LIMIT_CONTENT_FILE_BYTES, &size);
  GError *error = NULL;
  DkCsvTable *table;

  if (text == NULL)
    return NULL;
  table = dk_csv_table_parse (text, size, name, &error);
  if (table == NULL)
    dk_source_take_error (reader, error);
  return table;
}

static const char *
get_named (const DkCsvTable *table, guint row, const char *column)
{
  int at = dk_csv_table_find (table, column);

  return at >= 0 ? dk_csv_table_get (table, row, (guint) at) : "";
}

/* Place of a named field, of the row where there is no such column. */
static DkPlace
place_named (const DkCsvTable *table, guint row, const char *column)
{
  int at = dk_csv_table_find (table, column);

  return dk_csv_table_place (table, row, at >= 0 ? (guint) at : 0);
}

static gboolean
is_number_column (const char *column)
{
  return g_str_has_prefix (column, "number") && column[6] >= '1' && column[6] <= '9'
         && (column[7] == '\0' || g_str_equal (column + 7, "_kind"));
}

static gboolean
check_columns (DkSourceReader *reader, const char *name, const DkCsvTable *table)
{
  static const char *const known[] = { "id",    "name",     "role",      "team",     "site", "tier",
                                       "hours", "timezone", "languages", "audience", "note", NULL };
  gboolean ok = TRUE;

  for (guint i = 0; i < dk_csv_table_columns (table); i++) {
    const char *column = dk_csv_table_column (table, i);
    if (g_strv_contains (known, column) || is_number_column (column))
      continue;
    dk_source_problem (reader, name, file_start,
                       "the column \"%s\" is not known; the columns are id, name, role, team, "
                       "site, tier, hours, timezone, languages, audience, note, number1_kind, "
                       "number1 and so on",
                       column);
    ok = FALSE;
  }
  if (dk_csv_table_find (table, "id") < 0 || dk_csv_table_find (table, "name") < 0) {
    dk_source_problem (reader, name, file_start, "the columns id and name must be there");
    ok = FALSE;
  }
  return ok;
}

/* The numbers that are filled in; slots[i] = the column pair that number i came from. */
static json_t *
make_numbers (const DkCsvTable *table, guint row, guint slots[NUMBERS_MAX])
{
  json_t *out = json_array ();

  for (guint slot = 1; slot <= NUMBERS_MAX; slot++) {
    g_autofree char *value_column = g_strdup_printf ("number%u", slot);
    g_autofree char *kind_column = g_strdup_printf ("number%u_kind", slot);
    const char *value = get_named (table, row, value_column);
    const char *kind = get_named (table, row, kind_column);
    json_t *number;
    if (*value == '\0' && *kind == '\0')
      continue;
    number = json_object ();
    slots[json_array_size (out)] = slot;
    dk_json_set_text (number, "kind", *kind != '\0' ? kind : NULL);
    dk_json_set_text (number, "value", *value != '\0' ? value : NULL);
    json_array_append_new (out, number);
  }
  return out;
}

static json_t *
make_contact (const DkCsvTable *table, guint row, guint slots[NUMBERS_MAX])
{
  json_t *object = json_object ();

  for (guint i = 0; i < dk_csv_table_columns (table); i++) {
    const char *column = dk_csv_table_column (table, i);
    const char *text = dk_csv_table_get (table, row, i);
    guint64 tier;
    if (*text == '\0' || is_number_column (column))
      continue;
    if (g_str_equal (column, "tier")
        && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &tier, NULL))
      json_object_set_new (object, column, json_integer ((json_int_t) tier));
    else
      json_object_set_new (object, column, dk_json_string (text));
  }
  if (json_object_get (object, "audience") == NULL)
    json_object_set_new (object, "audience", dk_json_string ("all"));
  json_object_set_new (object, "numbers", make_numbers (table, row, slots));
  return object;
}

static void
report_fault (DkSourceReader *reader, const char *name, const DkCsvTable *table, guint row,
              const guint slots[NUMBERS_MAX], const DkFault *fault)
{
  g_auto (GStrv) steps = g_strsplit (fault->pointer, "/", -1);
  guint count = g_strv_length (steps);
  g_autofree char *column = g_strdup (count > 1 ? steps[1] : "id");

  if (count == 4 && g_str_equal (column, "numbers")) {
    guint64 i = g_ascii_strtoull (steps[2], NULL, 10);
    g_free (column);
    column = g_strdup_printf ("number%u%s", slots[MIN (i, NUMBERS_MAX - 1)],
                              g_str_equal (steps[3], "kind") ? "_kind" : "");
  }
  dk_source_problem (reader, name, place_named (table, row, column), "%s %s", column,
                     fault->message);
}

static void
check_contact (DkSourceReader *reader, const char *name, const DkCsvTable *table, guint row,
               const DkContact *contact)
{
  g_autoptr (GTimeZone) zone
      = contact->timezone != NULL ? g_time_zone_new_identifier (contact->timezone) : NULL;

  if (contact->timezone != NULL && zone == NULL)
    dk_source_problem (reader, name, place_named (table, row, "timezone"),
                       "timezone must be a name as America/New_York or Asia/Manila");
  if (contact->numbers->len == 0)
    dk_source_problem (reader, name, place_named (table, row, "id"),
                       "%s has no number to reach it by; give number1_kind and number1",
                       contact->id);
  dk_source_add_id (reader, "contact", contact->id, name, place_named (table, row, "id"));
}

void
dk_source_read_contacts (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkCsvTable) table = load_table (reader, name);

  if (table == NULL || !check_columns (reader, name, table)) {
    dk_source_add_broken (reader, "contact", NULL);
    return;
  }
  for (guint row = 0; row < dk_csv_table_rows (table); row++) {
    guint slots[NUMBERS_MAX] = { 0 };
    g_autoptr (json_t) object = make_contact (table, row, slots);
    g_auto (DkFault) fault = { 0 };
    DkContact *contact = dk_contact_read (object, &fault);
    if (contact == NULL) {
      report_fault (reader, name, table, row, slots, &fault);
      dk_source_add_broken (reader, "contact", dk_json_get_text (object, "id"));
      continue;
    }
    check_contact (reader, name, table, row, contact);
    g_ptr_array_add (reader->contacts, contact);
  }
}

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
  g_autoptr (DkCsvTable) table = load_table (reader, name);
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
    DkPlace place = place_named (table, row, "id");
    const char *id = get_named (table, row, "id");
    if (*id == '\0')
      dk_source_problem (reader, name, place, "id is missing");
    else
      dk_source_add_id (reader, kind, id, name, place);
    dk_source_add_link (reader, "contact", get_named (table, row, "contact"), name,
                        place_named (table, row, "contact"));
    json_array_append_new (rows, make_row (table, row));
  }
}
