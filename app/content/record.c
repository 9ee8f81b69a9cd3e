/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/content/content-private.h"
#include "app/content/pack-read.h"
#include "app/content/record-private.h"

#define LINE_BYTES_MAX 500
#define TEXT_BYTES_MAX (16u << 10)
#define BODY_BYTES_MAX (1u << 20)
#define NUMBERS_MAX 16
#define LIST_MAX 100
#define PLAIN_DEPTH_MAX 64

typedef enum {
  FIELD_ID,
  FIELD_LINE,
  FIELD_TEXT, /* lines */
  FIELD_BODY, /* Markdown, kept as it is */
  FIELD_INT,
  FIELD_DATE,
  FIELD_AUDIENCE,
  FIELD_IDS,
  FIELD_TAGS,
  FIELD_NUMBERS,
} FieldKind;

typedef struct {
  const char *key;
  FieldKind kind;
  gsize offset; /* in the struct */
  gboolean required;
  int min;
  int max;
} Field;

#define CONTACT(member) G_STRUCT_OFFSET (DkContact, member)
#define SERVICE(member) G_STRUCT_OFFSET (DkService, member)
#define RUNBOOK(member) G_STRUCT_OFFSET (DkRunbook, member)

static const Field contact_fields[] = {
  { "id", FIELD_ID, CONTACT (id), TRUE, 0, 0 },
  { "name", FIELD_LINE, CONTACT (name), TRUE, 0, 0 },
  { "role", FIELD_LINE, CONTACT (role), FALSE, 0, 0 },
  { "team", FIELD_LINE, CONTACT (team), FALSE, 0, 0 },
  { "site", FIELD_LINE, CONTACT (site), FALSE, 0, 0 },
  { "tier", FIELD_INT, CONTACT (tier), FALSE, 1, 3 },
  { "hours", FIELD_LINE, CONTACT (hours), FALSE, 0, 0 },
  { "timezone", FIELD_LINE, CONTACT (timezone), FALSE, 0, 0 },
  { "languages", FIELD_LINE, CONTACT (languages), FALSE, 0, 0 },
  { "audience", FIELD_AUDIENCE, CONTACT (audience), TRUE, 0, 0 },
  { "note", FIELD_TEXT, CONTACT (note), FALSE, 0, 0 },
  { "numbers", FIELD_NUMBERS, CONTACT (numbers), FALSE, 0, 0 },
  { NULL, FIELD_ID, 0, FALSE, 0, 0 },
};

static const Field service_fields[] = {
  { "id", FIELD_ID, SERVICE (id), TRUE, 0, 0 },
  { "name", FIELD_LINE, SERVICE (name), TRUE, 0, 0 },
  { "criticality", FIELD_INT, SERVICE (criticality), TRUE, 1, 4 },
  { "depends_on", FIELD_IDS, SERVICE (depends_on), FALSE, 0, 0 },
  { "owner", FIELD_ID, SERVICE (owner), FALSE, 0, 0 },
  { "vendor", FIELD_ID, SERVICE (vendor), FALSE, 0, 0 },
  { "contract", FIELD_LINE, SERVICE (contract), FALSE, 0, 0 },
  { "support_group", FIELD_LINE, SERVICE (support_group), FALSE, 0, 0 },
  { "workaround", FIELD_TEXT, SERVICE (workaround), FALSE, 0, 0 },
  { "workaround_approved_by", FIELD_ID, SERVICE (workaround_approved_by), FALSE, 0, 0 },
  { "workaround_valid_until", FIELD_DATE, SERVICE (workaround_valid_until), FALSE, 0, 0 },
  { "say", FIELD_TEXT, SERVICE (say), FALSE, 0, 0 },
  { NULL, FIELD_ID, 0, FALSE, 0, 0 },
};

static const Field runbook_fields[] = {
  { "id", FIELD_ID, RUNBOOK (id), TRUE, 0, 0 },
  { "title", FIELD_LINE, RUNBOOK (title), TRUE, 0, 0 },
  { "service", FIELD_ID, RUNBOOK (service), FALSE, 0, 0 },
  { "tags", FIELD_TAGS, RUNBOOK (tags), FALSE, 0, 0 },
  { "owner", FIELD_ID, RUNBOOK (owner), FALSE, 0, 0 },
  { "reviewed", FIELD_DATE, RUNBOOK (reviewed), FALSE, 0, 0 },
  { "review_every_days", FIELD_INT, RUNBOOK (review_every_days), FALSE, 1, 3660 },
  { "audience", FIELD_AUDIENCE, RUNBOOK (audience), TRUE, 0, 0 },
  { "severity", FIELD_INT, RUNBOOK (severity), FALSE, 1, 4 },
  { "markdown", FIELD_BODY, RUNBOOK (markdown), TRUE, 0, 0 },
  { NULL, FIELD_ID, 0, FALSE, 0, 0 },
};

gboolean
dk_fault_set (DkFault *fault, const char *pointer, const char *format, ...)
{
  va_list args;

  g_assert (fault->message == NULL);
  va_start (args, format);
  fault->message = g_strdup_vprintf (format, args);
  va_end (args);
  fault->pointer = g_strdup (pointer);
  return FALSE;
}

void
dk_fault_clear (DkFault *fault)
{
  g_clear_pointer (&fault->pointer, g_free);
  g_clear_pointer (&fault->message, g_free);
}

gboolean
dk_fault_to_error (const DkFault *fault, const char *what, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s at %s: %s", what,
               *fault->pointer != '\0' ? fault->pointer : "/", fault->message);
  return FALSE;
}

gboolean
dk_fault_check_keys (const json_t *object, const char *pointer, const char *const *keys,
                     DkFault *fault)
{
  const char *key;
  json_t *value;

  if (!json_is_object (object))
    return dk_fault_set (fault, pointer, "must be a map of names and values");
  json_object_foreach ((json_t *) (guintptr) object, key, value)
  {
    g_autofree char *at = g_strdup_printf ("%s/%s", pointer, key);
    if (!g_strv_contains (keys, key))
      return dk_fault_set (fault, at, "is not known here; check the spelling");
  }
  return TRUE;
}

static gboolean
is_date (const char *text)
{
  GDate date;
  g_autofree char *again = NULL;

  if (strlen (text) != 10 || text[4] != '-' || text[7] != '-')
    return FALSE;
  g_date_clear (&date, 1);
  g_date_set_parse (&date, text);
  if (!g_date_valid (&date))
    return FALSE;
  again = g_strdup_printf ("%04u-%02u-%02u", (guint) g_date_get_year (&date),
                           (guint) g_date_get_month (&date), (guint) g_date_get_day (&date));
  return g_str_equal (again, text);
}

/* The text as it is kept; NULL with the fault set. */
static char *
read_text (FieldKind kind, const json_t *value, const char *pointer, DkFault *fault)
{
  const char *text = json_string_value (value);
  gsize size_max = kind == FIELD_BODY   ? BODY_BYTES_MAX
                   : kind == FIELD_TEXT ? TEXT_BYTES_MAX
                                        : LINE_BYTES_MAX;
  g_autofree char *clean = NULL;

  if (text == NULL) {
    dk_fault_set (fault, pointer, "must be text; put it in quotes");
    return NULL;
  }
  if (strlen (text) > size_max) {
    dk_fault_set (fault, pointer, "is longer than %" G_GSIZE_FORMAT " bytes; shorten it", size_max);
    return NULL;
  }
  clean = kind == FIELD_BODY   ? g_strdup (text)
          : kind == FIELD_TEXT ? dk_text_clean (text)
                               : dk_text_clean_line (text);
  if (kind == FIELD_ID && !dk_content_id_is_valid (clean))
    dk_fault_set (fault, pointer, "must be an id of a-z, 0-9 and -, at most 64 characters");
  else if (kind == FIELD_DATE && !is_date (clean))
    dk_fault_set (fault, pointer, "must be a date as 2026-11-22");
  else if (kind == FIELD_AUDIENCE && !g_str_equal (clean, "all") && !g_str_equal (clean, "lead"))
    dk_fault_set (fault, pointer, "must be all or lead");
  else if (kind != FIELD_BODY && *clean == '\0')
    dk_fault_set (fault, pointer, "is empty; fill it in or leave it out");
  return fault->message == NULL ? g_steal_pointer (&clean) : NULL;
}

static gboolean
read_strings (const Field *field, const json_t *value, char ***out, DkFault *fault)
{
  FieldKind kind = field->kind == FIELD_IDS ? FIELD_ID : FIELD_LINE;
  gsize count = json_array_size (value);
  g_auto (GStrv) list = g_new0 (char *, MIN (count, LIST_MAX) + 1);

  if (!json_is_array (value) || count > LIST_MAX) {
    g_autofree char *pointer = g_strdup_printf ("/%s", field->key);
    return dk_fault_set (fault, pointer, "must be a list [a, b] of at most %d", LIST_MAX);
  }
  for (gsize i = 0; i < count; i++) {
    g_autofree char *pointer = g_strdup_printf ("/%s/%" G_GSIZE_FORMAT, field->key, i);
    list[i] = read_text (kind, json_array_get (value, i), pointer, fault);
    if (list[i] == NULL)
      return FALSE;
  }
  *out = g_steal_pointer (&list);
  return TRUE;
}

static gboolean
read_number (DkContact *contact, const json_t *value, gsize i, DkFault *fault)
{
  static const char *const kinds[]
      = { "desk", "mobile", "pager", "radio", "runner", "email", NULL };
  g_autofree char *kind_at = g_strdup_printf ("/numbers/%" G_GSIZE_FORMAT "/kind", i);
  g_autofree char *value_at = g_strdup_printf ("/numbers/%" G_GSIZE_FORMAT "/value", i);
  g_autofree char *kind = NULL;
  g_autofree char *number = NULL;

  if (json_object_size (value) != 2)
    return dk_fault_set (fault, kind_at, "a number needs both its kind and the number");
  kind = read_text (FIELD_LINE, json_object_get (value, "kind"), kind_at, fault);
  if (kind == NULL)
    return FALSE;
  if (!g_strv_contains (kinds, kind))
    return dk_fault_set (fault, kind_at, "must be desk, mobile, pager, radio, runner or email");
  number = read_text (FIELD_LINE, json_object_get (value, "value"), value_at, fault);
  if (number == NULL)
    return FALSE;
  dk_contact_add_number (contact, kind, number);
  return TRUE;
}

static gboolean
read_numbers (DkContact *contact, const json_t *value, DkFault *fault)
{
  if (!json_is_array (value) || json_array_size (value) > NUMBERS_MAX)
    return dk_fault_set (fault, "/numbers", "must be a list of at most %d", NUMBERS_MAX);
  for (gsize i = 0; i < json_array_size (value); i++)
    if (!read_number (contact, json_array_get (value, i), i, fault))
      return FALSE;
  return TRUE;
}

static gboolean
read_field (gpointer record, const Field *field, const json_t *value, DkFault *fault)
{
  gpointer member = G_STRUCT_MEMBER_P (record, field->offset);
  g_autofree char *pointer = g_strdup_printf ("/%s", field->key);
  char *text;

  if (value == NULL)
    return !field->required || dk_fault_set (fault, pointer, "is missing");
  switch (field->kind) {
  case FIELD_INT:
    if (!json_is_integer (value) || json_integer_value (value) < field->min
        || json_integer_value (value) > field->max)
      return dk_fault_set (fault, pointer, "must be a whole number from %d to %d", field->min,
                           field->max);
    *(int *) member = (int) json_integer_value (value);
    return TRUE;
  case FIELD_IDS:
  case FIELD_TAGS:
    return read_strings (field, value, member, fault);
  case FIELD_NUMBERS:
    return read_numbers (record, value, fault);
  case FIELD_ID:
  case FIELD_LINE:
  case FIELD_TEXT:
  case FIELD_BODY:
  case FIELD_DATE:
  case FIELD_AUDIENCE:
  default:
    text = read_text (field->kind, value, pointer, fault);
    if (text != NULL)
      *(char **) member = text;
    return text != NULL;
  }
}

static gboolean
is_known (const Field *fields, const char *key)
{
  for (const Field *field = fields; field->key != NULL; field++)
    if (g_str_equal (field->key, key))
      return TRUE;
  return FALSE;
}

static gboolean
read_record (gpointer record, const Field *fields, const json_t *object, DkFault *fault)
{
  const char *key;
  json_t *value;

  if (!json_is_object (object))
    return dk_fault_set (fault, "", "must be a map of names and values");
  json_object_foreach ((json_t *) (guintptr) object, key, value)
  {
    g_autofree char *pointer = g_strdup_printf ("/%s", key);
    if (!is_known (fields, key))
      return dk_fault_set (fault, pointer, "is not known here; check the spelling");
  }
  for (const Field *field = fields; field->key != NULL; field++)
    if (!read_field (record, field, json_object_get (object, field->key), fault))
      return FALSE;
  return TRUE;
}

DkContact *
dk_contact_read (const json_t *object, DkFault *fault)
{
  g_autoptr (DkContact) contact = dk_contact_new ();

  return read_record (contact, contact_fields, object, fault) ? g_steal_pointer (&contact) : NULL;
}

DkService *
dk_service_read (const json_t *object, DkFault *fault)
{
  g_autoptr (DkService) service = dk_service_new ();

  return read_record (service, service_fields, object, fault) ? g_steal_pointer (&service) : NULL;
}

DkRunbook *
dk_runbook_read (const json_t *object, DkFault *fault)
{
  g_autoptr (DkRunbook) runbook = dk_runbook_new ();

  return read_record (runbook, runbook_fields, object, fault) ? g_steal_pointer (&runbook) : NULL;
}

DkContact *
dk_contact_from_json (const json_t *object, GError **error)
{
  g_auto (DkFault) fault = { 0 };
  DkContact *contact = dk_contact_read (object, &fault);

  if (contact == NULL)
    dk_fault_to_error (&fault, "The contact", error);
  return contact;
}

DkService *
dk_service_from_json (const json_t *object, GError **error)
{
  g_auto (DkFault) fault = { 0 };
  DkService *service = dk_service_read (object, &fault);

  if (service == NULL)
    dk_fault_to_error (&fault, "The service", error);
  return service;
}

DkRunbook *
dk_runbook_from_json (const json_t *object, GError **error)
{
  g_auto (DkFault) fault = { 0 };
  DkRunbook *runbook = dk_runbook_read (object, &fault);

  if (runbook == NULL)
    dk_fault_to_error (&fault, "The runbook", error);
  return runbook;
}

static json_t *
write_numbers (GPtrArray *numbers)
{
  json_t *out = json_array ();

  for (guint i = 0; i < numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (numbers, i);
    json_t *object = json_object ();
    dk_json_set_text (object, "kind", number->kind);
    dk_json_set_text (object, "value", number->value);
    json_array_append_new (out, object);
  }
  return out;
}

static json_t *
write_strings (char **list)
{
  json_t *out = list != NULL ? json_array () : NULL;

  for (char **text = list; text != NULL && *text != NULL; text++)
    json_array_append_new (out, dk_json_string (*text));
  return out;
}

static json_t *
write_record (gconstpointer record, const Field *fields)
{
  json_t *out = json_object ();

  for (const Field *field = fields; field->key != NULL; field++) {
    gpointer member = G_STRUCT_MEMBER_P (record, field->offset);
    json_t *value = NULL;
    if (field->kind == FIELD_INT)
      value = *(int *) member != 0 ? json_integer (*(int *) member) : NULL;
    else if (field->kind == FIELD_NUMBERS)
      value = write_numbers (*(GPtrArray **) member);
    else if (field->kind == FIELD_IDS || field->kind == FIELD_TAGS)
      value = write_strings (*(char ***) member);
    else
      dk_json_set_text (out, field->key, *(char **) member);
    if (value != NULL)
      json_object_set_new (out, field->key, value);
  }
  return out;
}

json_t *
dk_contact_to_json (const DkContact *contact)
{
  return write_record (contact, contact_fields);
}

json_t *
dk_service_to_json (const DkService *service)
{
  return write_record (service, service_fields);
}

json_t *
dk_runbook_to_json (const DkRunbook *runbook)
{
  return write_record (runbook, runbook_fields);
}

static gboolean
is_plain_at (const json_t *value, guint depth)
{
  const char *key;
  json_t *member;
  gsize i;

  if (depth > PLAIN_DEPTH_MAX || json_is_real (value))
    return FALSE;
  if (json_is_integer (value))
    return ABS (json_integer_value (value)) <= G_GINT64_CONSTANT (1) << 53;
  json_array_foreach (value, i, member)
  {
    if (!is_plain_at (member, depth + 1))
      return FALSE;
  }
  json_object_foreach ((json_t *) (guintptr) value, key, member)
  {
    if (!g_str_is_ascii (key) || !is_plain_at (member, depth + 1))
      return FALSE;
  }
  return TRUE;
}

gboolean
dk_content_is_plain (const json_t *document)
{
  return is_plain_at (document, 0);
}
