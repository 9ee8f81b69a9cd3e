/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/authoring/number-check.h"
#include "app/authoring/source-table.h"
#include "app/base/limits.h"
#include "app/import/vcard.h"

#define NUMBERS_MAX 9
#define TIER_OF_ESCALATION 2

static const DkPlace file_start = { 1, 1 };

/* The columns of one number. */
typedef struct {
  char value[16];
  char kind[16];
  char audience[24];
} NumberColumns;

static void
name_columns (guint slot, NumberColumns *columns)
{
  g_snprintf (columns->value, sizeof columns->value, "number%u", slot);
  g_snprintf (columns->kind, sizeof columns->kind, "number%u_kind", slot);
  g_snprintf (columns->audience, sizeof columns->audience, "number%u_audience", slot);
}

static gboolean
is_number_column (const char *column)
{
  return g_str_has_prefix (column, "number") && column[6] >= '1' && column[6] <= '9'
         && (column[7] == '\0' || g_str_equal (column + 7, "_kind")
             || g_str_equal (column + 7, "_audience"));
}

static gboolean
check_columns (DkSourceReader *reader, const char *name, const DkCsvTable *table)
{
  static const char *const known[]
      = { "id",       "name",  "type",      "role",     "team", "site",      "tier",    "hours",
          "timezone", "login", "languages", "audience", "note", "lead_note", "manager", NULL };
  gboolean ok = TRUE;

  for (guint i = 0; i < dk_csv_table_columns (table); i++) {
    const char *column = dk_csv_table_column (table, i);
    if (g_strv_contains (known, column) || is_number_column (column))
      continue;
    dk_source_problem (reader, name, file_start,
                       "the column \"%s\" is not known; the columns are id, name, type, role, "
                       "team, site, tier, hours, timezone, languages, login, manager, audience, "
                       "note, lead_note, number1_kind, number1, number1_audience and so on",
                       column);
    ok = FALSE;
  }
  if (dk_csv_table_find (table, "id") < 0 || dk_csv_table_find (table, "name") < 0) {
    dk_source_problem (reader, name, file_start, "the columns id and name must be there");
    ok = FALSE;
  }
  return ok;
}

static void
set_field (json_t *object, const char *key, const char *text)
{
  if (*text != '\0')
    json_object_set_new (object, key, dk_json_string (text));
}

/* The numbers that are filled in; slots[i] = the columns that number i came from. */
static json_t *
make_numbers (const DkCsvTable *table, guint row, guint slots[NUMBERS_MAX])
{
  json_t *out = json_array ();

  for (guint slot = 1; slot <= NUMBERS_MAX; slot++) {
    NumberColumns columns;
    const char *value;
    const char *kind;
    const char *audience;
    json_t *number;
    name_columns (slot, &columns);
    value = dk_source_field (table, row, columns.value);
    kind = dk_source_field (table, row, columns.kind);
    audience = dk_source_field (table, row, columns.audience);
    if (*value == '\0' && *kind == '\0')
      continue;
    number = json_object ();
    slots[json_array_size (out)] = slot;
    set_field (number, "kind", kind);
    set_field (number, "value", value);
    if (!g_str_equal (audience, "all"))
      set_field (number, "audience", audience);
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

/* "/numbers/0/kind" -> "number1_kind". New string. */
static char *
column_of (const char *pointer, const guint slots[NUMBERS_MAX])
{
  g_auto (GStrv) steps = g_strsplit (pointer, "/", -1);
  guint count = g_strv_length (steps);
  guint64 i;

  if (count != 4 || !g_str_equal (steps[1], "numbers"))
    return g_strdup (count > 1 ? steps[1] : "id");
  i = g_ascii_strtoull (steps[2], NULL, 10);
  return g_strdup_printf ("number%u%s%s", slots[MIN (i, NUMBERS_MAX - 1)],
                          g_str_equal (steps[3], "value") ? "" : "_",
                          g_str_equal (steps[3], "value") ? "" : steps[3]);
}

static void
report_fault (DkSourceReader *reader, const char *name, const DkCsvTable *table, guint row,
              const guint slots[NUMBERS_MAX], const DkFault *fault)
{
  g_autofree char *column = column_of (fault->pointer, slots);

  dk_source_problem (reader, name, dk_source_field_place (table, row, column), "%s %s", column,
                     fault->message);
}

/* Where the members of a contact stand; without a table all at one place. */
typedef struct {
  DkSourceReader *reader;
  const char *name;
  const DkCsvTable *table;
  guint row;
  DkPlace place;
  const guint *slots;
  const char *key; /* "contact:ID" as the table of ids has it */
} ContactPlace;

static DkPlace
place_of (const ContactPlace *at, const char *column)
{
  return at->table != NULL ? dk_source_field_place (at->table, at->row, column) : at->place;
}

static void
check_number (const ContactPlace *at, guint i, const DkContactNumber *number)
{
  NumberColumns columns = { "number", "number", "number" };
  DkSourceNumber kept = { .contact = at->key };
  const char *fault = dk_number_fault (number->kind, number->value, &kept.digits);
  DkPlace place;

  if (at->table != NULL)
    name_columns (at->slots[i], &columns);
  place = place_of (at, columns.value);
  if (fault != NULL)
    dk_source_problem (at->reader, at->name, place, "%s \"%s\" %s", columns.value, number->value,
                       fault);
  if (kept.digits == 0)
    return;
  kept.at = dk_source_place (at->reader, at->name, place);
  g_array_append_val (at->reader->numbers, kept);
}

static void
check_clock (const ContactPlace *at, const DkContact *contact)
{
  DkSourceReader *reader = at->reader;
  const char *fault;

  if (contact->timezone != NULL && *dk_source_zone_fault (reader, contact->timezone) != '\0')
    dk_source_problem (reader, at->name, place_of (at, "timezone"),
                       "timezone must be a name as America/New_York or Asia/Manila; \"%s\" is not "
                       "known",
                       contact->timezone);
  if (contact->hours == NULL)
    return;
  fault = dk_source_hours_fault (reader, contact->hours);
  if (*fault != '\0')
    dk_source_problem (reader, at->name, place_of (at, "hours"), "hours: %s", fault);
  else if (g_ascii_strcasecmp (contact->hours, "24x7") == 0)
    g_hash_table_add (reader->always, g_strdup (contact->id));
}

static void
check_numbers (const ContactPlace *at, const DkContact *contact)
{
  if (contact->numbers->len == 0)
    dk_source_problem (at->reader, at->name, place_of (at, "id"),
                       "%s has no number to reach it by; give number1_kind and number1",
                       contact->id);
  else if (contact->numbers->len == 1 && contact->tier >= TIER_OF_ESCALATION)
    dk_source_warn (at->reader, at->name, place_of (at, "id"),
                    "%s is of tier %d and has one number only; add another way to reach it, as a "
                    "pager or a mobile",
                    contact->id, contact->tier);
  for (guint i = 0; i < contact->numbers->len; i++)
    check_number (at, i, g_ptr_array_index (contact->numbers, i));
}

static gboolean
has_plan_members (const DkContact *contact)
{
  return contact->type != NULL || contact->login != NULL || contact->manager != NULL
         || contact->lead_note != NULL
         || (dk_contact_has_lead_parts (contact) && g_str_equal (contact->audience, "all"));
}

/* All that is checked of a contact by itself, wherever it stands. */
static void
take_contact (ContactPlace *at, DkContact *contact)
{
  DkSourceReader *reader = at->reader;

  at->key = dk_source_add_id (reader, "contact", contact->id, at->name, place_of (at, "id"));
  check_clock (at, contact);
  check_numbers (at, contact);
  if (g_str_equal (contact->audience, "lead")) {
    dk_source_add_for_leads (reader, "contact", contact->id);
    dk_source_add_link (reader, "contact", contact->manager, at->name, place_of (at, "manager"));
  } else {
    dk_source_add_link_for_all (reader, "contact", contact->manager, at->name,
                                place_of (at, "manager"));
  }
  reader->has_plan = reader->has_plan || has_plan_members (contact);
  dk_source_add_contact (reader, contact);
}

void
dk_source_read_contacts (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkCsvTable) table = dk_source_load_table (reader, name);

  if (table == NULL || !check_columns (reader, name, table)) {
    dk_source_add_broken (reader, "contact", NULL);
    return;
  }
  for (guint row = 0; row < dk_csv_table_rows (table); row++) {
    guint slots[NUMBERS_MAX] = { 0 };
    g_autoptr (json_t) object = make_contact (table, row, slots);
    g_auto (DkFault) fault = { 0 };
    g_autoptr (DkContact) contact = dk_contact_read (object, &fault);
    ContactPlace at = { reader, name, table, row, file_start, slots, NULL };
    if (contact != NULL) {
      take_contact (&at, contact);
      continue;
    }
    report_fault (reader, name, table, row, slots, &fault);
    dk_source_add_broken (reader, "contact", dk_json_get_text (object, "id"));
  }
}

/* "contacts/cards.vcf:12" -> line 12. */
static DkPlace
place_of_card (const char *place)
{
  const char *colon = place != NULL ? strrchr (place, ':') : NULL;
  guint64 line = colon != NULL ? g_ascii_strtoull (colon + 1, NULL, 10) : 1;

  return (DkPlace) { (guint) MAX (line, 1), 1 };
}

/* "Service Desk, Cary" -> "service-desk-cary". New string. */
static char *
make_id (const char *name)
{
  g_autofree char *ascii = g_str_to_ascii (name != NULL ? name : "", "C");
  GString *out = g_string_new (NULL);

  for (const char *p = ascii; *p != '\0' && out->len < DK_CONTENT_ID_BYTES_MAX; p++) {
    if (g_ascii_isalnum (*p))
      g_string_append_c (out, g_ascii_tolower (*p));
    else if (out->len > 0 && out->str[out->len - 1] != '-')
      g_string_append_c (out, '-');
  }
  while (out->len > 0 && out->str[out->len - 1] == '-')
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

/* Cards have no ids of ours: one is made of the name. What a card says is checked as a row is. */
static void
take_card (DkSourceReader *reader, const char *name, const DkImportRecord *card)
{
  ContactPlace at = { .reader = reader, .name = name, .place = place_of_card (card->place) };
  g_autofree char *id = dk_content_id_is_valid (card->contact->id)
                            ? g_strdup (card->contact->id)
                            : make_id (card->contact->name);
  g_autoptr (json_t) object = dk_contact_to_json (card->contact);
  g_auto (DkFault) fault = { 0 };
  g_autoptr (DkContact) contact = NULL;

  dk_json_set_text (object, "id", id);
  if (json_object_get (object, "audience") == NULL)
    dk_json_set_text (object, "audience", "all");
  contact = dk_contact_read (object, &fault);
  if (contact != NULL)
    take_contact (&at, contact);
  else
    dk_source_problem (reader, name, at.place, "%s %s",
                       *fault.pointer == '/' ? fault.pointer + 1 : "this card", fault.message);
}

static void
tell_remarks (DkSourceReader *reader, const char *name, const DkImportList *list)
{
  for (guint i = 0; i < list->rejects->len; i++) {
    const DkImportRemark *reject = g_ptr_array_index (list->rejects, i);
    dk_source_problem (reader, name, place_of_card (reject->place), "%s", reject->reason);
  }
  for (guint i = 0; i < list->remarks->len; i++) {
    const DkImportRemark *remark = g_ptr_array_index (list->remarks, i);
    dk_source_warn (reader, name, place_of_card (remark->place), "%s", remark->reason);
  }
}

void
dk_source_read_cards (DkSourceReader *reader, const char *name)
{
  gsize size = 0;
  char *text = dk_source_load (reader, name, DK_LIMIT_CONTENT_FILE_BYTES, &size);
  g_autoptr (GBytes) bytes = text != NULL ? g_bytes_new_take (text, size) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DkImportList) list
      = bytes != NULL ? dk_vcard_read (bytes, name, NULL, &error) : NULL;

  if (list == NULL) {
    if (error != NULL)
      dk_source_problem (reader, name, file_start, "%s", error->message);
    dk_source_add_broken (reader, "contact", NULL);
    return;
  }
  tell_remarks (reader, name, list);
  for (guint i = 0; i < list->records->len; i++)
    take_card (reader, name, g_ptr_array_index (list->records, i));
}
