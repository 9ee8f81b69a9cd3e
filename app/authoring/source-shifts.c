/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/authoring/source-table.h"

static const DkPlace file_start = { 1, 1 };

static const char *const columns[]
    = { "service", "tier", "contact", "timezone", "start", "end", "repeat", "until", "note", NULL };
static const char *const needed[]
    = { "service", "tier", "contact", "timezone", "start", "end", NULL };

/* Members of a shift whose columns have other names. */
static const char *const renamed[][2]
    = { { "starts", "start" }, { "ends", "end" }, { "repeat_days", "repeat" } };

static gboolean
check_columns (DkSourceReader *reader, const char *name, const DkCsvTable *table)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < dk_csv_table_columns (table); i++) {
    const char *column = dk_csv_table_column (table, i);
    if (g_strv_contains (columns, column))
      continue;
    dk_source_problem (reader, name, file_start,
                       "the column \"%s\" is not known; the columns are service, tier, contact, "
                       "timezone, start, end, repeat, until, note",
                       column);
    ok = FALSE;
  }
  for (const char *const *column = needed; *column != NULL; column++) {
    if (dk_csv_table_find (table, *column) >= 0)
      continue;
    dk_source_problem (reader, name, file_start, "the column %s must be there", *column);
    ok = FALSE;
  }
  return ok;
}

static const char *
column_of (const char *pointer)
{
  const char *member = *pointer != '\0' ? pointer + 1 : "service";

  for (gsize i = 0; i < G_N_ELEMENTS (renamed); i++)
    if (g_str_equal (member, renamed[i][0]))
      return renamed[i][1];
  return member;
}

static void
set_text (json_t *object, const char *key, const char *text)
{
  if (*text != '\0')
    json_object_set_new (object, key, dk_json_string (text));
}

static void
set_number (json_t *object, const char *key, const char *text)
{
  guint64 value;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &value, NULL))
    json_object_set_new (object, key, json_integer ((json_int_t) value));
  else
    set_text (object, key, text);
}

/* "2026-11-23 08:00" -> "2026-11-23T08:00". */
static void
set_time (json_t *object, const char *key, const char *text)
{
  g_autofree char *time = g_strdup (text);

  if (strlen (time) == 16 && time[10] == ' ')
    time[10] = 'T';
  set_text (object, key, time);
}

/* "7d" -> 7; other words are kept for the message. */
static gboolean
set_repeat (json_t *object, const char *text, DkFault *fault)
{
  g_autofree char *digits = g_strdup (text);
  gsize length = strlen (digits);
  guint64 days;

  if (length == 0)
    return TRUE;
  if (g_ascii_tolower (digits[length - 1]) == 'd')
    digits[length - 1] = '\0';
  if (!g_ascii_string_to_unsigned (digits, 10, 1, DK_SHIFT_REPEAT_MAX, &days, NULL))
    return dk_fault_set (fault, "/repeat_days",
                         "must be days as 1d, 7d or 14d, or empty for a shift that comes once");
  json_object_set_new (object, "repeat_days", json_integer ((json_int_t) days));
  return TRUE;
}

static DkShift *
make_shift (const DkCsvTable *table, guint row, DkFault *fault)
{
  g_autoptr (json_t) object = json_object ();

  set_text (object, "service", dk_source_field (table, row, "service"));
  set_number (object, "tier", dk_source_field (table, row, "tier"));
  set_text (object, "contact", dk_source_field (table, row, "contact"));
  set_text (object, "timezone", dk_source_field (table, row, "timezone"));
  set_time (object, "starts", dk_source_field (table, row, "start"));
  set_time (object, "ends", dk_source_field (table, row, "end"));
  set_text (object, "until", dk_source_field (table, row, "until"));
  set_text (object, "note", dk_source_field (table, row, "note"));
  return set_repeat (object, dk_source_field (table, row, "repeat"), fault)
             ? dk_shift_read (object, fault)
             : NULL;
}

/* What the rota is kept in the order of. */
static char *
key_of (const DkShift *shift)
{
  return g_strdup_printf ("%s\x1f%d\x1f%s\x1f%s", shift->service, shift->tier, shift->starts,
                          shift->contact);
}

static void
take_shift (DkSourceReader *reader, const char *name, const DkCsvTable *table, guint row,
            DkShift *shift)
{
  DkSourcePlace at
      = dk_source_place (reader, name, dk_source_field_place (table, row, "service"));
  g_autofree char *key = key_of (shift);
  g_autofree char *words = g_strdup_printf ("%s, tier %d, %s from %s", shift->service, shift->tier,
                                            shift->contact, shift->starts);

  dk_source_add_id (reader, "shift", words, name, at.place);
  dk_source_add_link (reader, "service", shift->service, name, at.place);
  dk_source_add_link_for_all (reader, "contact", shift->contact, name,
                              dk_source_field_place (table, row, "contact"));
  reader->has_plan = TRUE;
  dk_source_add_record (reader, DK_PACK_SHIFTS_PART, key, dk_shift_to_json (shift));
  g_ptr_array_add (reader->shifts, shift);
  g_array_append_val (reader->shift_places, at);
}

void
dk_source_read_shifts (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkCsvTable) table = dk_source_load_table (reader, name);

  if (table == NULL || !check_columns (reader, name, table)) {
    dk_source_add_broken (reader, "shift", NULL);
    return;
  }
  for (guint row = 0; row < dk_csv_table_rows (table); row++) {
    g_auto (DkFault) fault = { 0 };
    DkShift *shift = make_shift (table, row, &fault);
    const char *column;
    if (shift != NULL) {
      take_shift (reader, name, table, row, shift);
      continue;
    }
    column = column_of (fault.pointer);
    dk_source_add_broken (reader, "shift", NULL);
    dk_source_problem (reader, name, dk_source_field_place (table, row, column), "%s %s", column,
                       fault.message);
  }
}
