/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/content/content-text.h"
#include "app/content/record-private.h"

#define LINE_BYTES_MAX 500
#define TEXT_BYTES_MAX (16u << 10)
#define BODY_BYTES_MAX (1u << 20)
#define LIST_MAX 100
#define PLAIN_DEPTH_MAX 64

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

static gboolean
is_wall_time (const char *text)
{
  g_autofree char *date = g_strndup (text, 10);

  return strlen (text) == 16 && is_date (date) && text[10] == 'T' && text[13] == ':'
         && g_ascii_isdigit (text[11]) && g_ascii_isdigit (text[12]) && g_ascii_isdigit (text[14])
         && g_ascii_isdigit (text[15]) && strncmp (text + 11, "24", 2) < 0
         && strcmp (text + 14, "60") < 0;
}

static gsize
size_max_of (DkMemberKind kind)
{
  if (kind == DK_MEMBER_BODY)
    return BODY_BYTES_MAX;
  return kind == DK_MEMBER_TEXT ? TEXT_BYTES_MAX : LINE_BYTES_MAX;
}

static char *
clean_text (DkMemberKind kind, const char *text)
{
  if (kind == DK_MEMBER_BODY)
    return g_strdup (text);
  return kind == DK_MEMBER_TEXT ? dk_text_clean (text) : dk_text_clean_line (text);
}

static gboolean
check_word (const char *text, const char *const *words, const char *pointer, DkFault *fault)
{
  g_autoptr (GString) all = NULL;

  if (g_strv_contains (words, text))
    return TRUE;
  all = g_string_new (NULL);
  for (gsize i = 0; words[i] != NULL; i++)
    g_string_append_printf (all, "%s%s", i == 0 ? "" : words[i + 1] != NULL ? ", " : " or ",
                            words[i]);
  return dk_fault_set (fault, pointer, "must be %s", all->str);
}

/* The text as it is kept; NULL with the fault set. */
static char *
read_text (DkMemberKind kind, const char *const *words, const json_t *value, const char *pointer,
           DkFault *fault)
{
  const char *text = json_string_value (value);
  gsize size_max = size_max_of (kind);
  g_autofree char *clean = NULL;

  if (text == NULL) {
    dk_fault_set (fault, pointer, "must be text; put it in quotes");
    return NULL;
  }
  if (strlen (text) > size_max) {
    dk_fault_set (fault, pointer, "is longer than %" G_GSIZE_FORMAT " bytes; shorten it", size_max);
    return NULL;
  }
  clean = clean_text (kind, text);
  if (kind == DK_MEMBER_ID && !dk_content_id_is_valid (clean))
    dk_fault_set (fault, pointer, "must be an id of a-z, 0-9 and -, at most 64 characters");
  else if (kind == DK_MEMBER_DATE && !is_date (clean))
    dk_fault_set (fault, pointer, "must be a date as 2026-11-22");
  else if (kind == DK_MEMBER_TIME && !is_wall_time (clean))
    dk_fault_set (fault, pointer, "must be a date and time as 2026-11-23 08:00");
  else if (kind == DK_MEMBER_WORD)
    check_word (clean, words, pointer, fault);
  else if (kind != DK_MEMBER_BODY && *clean == '\0')
    dk_fault_set (fault, pointer, "is empty; fill it in or leave it out");
  return fault->message == NULL ? g_steal_pointer (&clean) : NULL;
}

static gboolean
read_strings (const DkMember *field, const json_t *value, const char *pointer, char ***out,
              DkFault *fault)
{
  DkMemberKind kind = field->kind == DK_MEMBER_IDS ? DK_MEMBER_ID : DK_MEMBER_LINE;
  gsize count = json_array_size (value);
  g_auto (GStrv) list = g_new0 (char *, MIN (count, LIST_MAX) + 1);

  if (!json_is_array (value) || count > LIST_MAX)
    return dk_fault_set (fault, pointer, "must be a list [a, b] of at most %d", LIST_MAX);
  for (gsize i = 0; i < count; i++) {
    g_autofree char *at = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, pointer, i);
    list[i] = read_text (kind, NULL, json_array_get (value, i), at, fault);
    if (list[i] == NULL)
      return FALSE;
  }
  *out = g_steal_pointer (&list);
  return TRUE;
}

static gboolean read_members (gpointer record, const DkMember *fields, const json_t *object,
                              const char *above, DkFault *fault);

/* Recursion ends with the tables: no record of a list has lists of records. */
static gboolean
read_records (gpointer record, const DkMember *field, const json_t *value, const char *pointer,
              DkFault *fault)
{
  if (!json_is_array (value) || json_array_size (value) > (gsize) field->max)
    return dk_fault_set (fault, pointer, "must be a list of at most %d", field->max);
  for (gsize i = 0; i < json_array_size (value); i++) {
    g_autofree char *at = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, pointer, i);
    if (!read_members (field->append (record), field->of, json_array_get (value, i), at, fault))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_integer (const DkMember *field, const json_t *value, const char *pointer, int *out,
              DkFault *fault)
{
  if (!json_is_integer (value) || json_integer_value (value) < field->min
      || json_integer_value (value) > field->max)
    return dk_fault_set (fault, pointer, "must be a whole number from %d to %d", field->min,
                         field->max);
  *out = (int) json_integer_value (value);
  return TRUE;
}

static gboolean
read_field (gpointer record, const DkMember *field, const json_t *value, const char *above,
            DkFault *fault)
{
  gpointer member = G_STRUCT_MEMBER_P (record, field->offset);
  g_autofree char *pointer = NULL;
  char *text;

  if (value == NULL && !field->required)
    return TRUE;
  pointer = g_strdup_printf ("%s/%s", above, field->key);
  if (value == NULL)
    return dk_fault_set (fault, pointer, "is missing");
  switch (field->kind) {
  case DK_MEMBER_INT:
    return read_integer (field, value, pointer, member, fault);
  case DK_MEMBER_IDS:
  case DK_MEMBER_TAGS:
    return read_strings (field, value, pointer, member, fault);
  case DK_MEMBER_RECORDS:
    return read_records (record, field, value, pointer, fault);
  case DK_MEMBER_ID:
  case DK_MEMBER_LINE:
  case DK_MEMBER_TEXT:
  case DK_MEMBER_BODY:
  case DK_MEMBER_DATE:
  case DK_MEMBER_TIME:
  case DK_MEMBER_WORD:
  default:
    text = read_text (field->kind, field->words, value, pointer, fault);
    if (text != NULL)
      *(char **) member = text;
    return text != NULL;
  }
}

static gboolean
is_known (const DkMember *fields, const char *key)
{
  for (const DkMember *field = fields; field->key != NULL; field++)
    if (g_str_equal (field->key, key))
      return TRUE;
  return FALSE;
}

static gboolean
read_members (gpointer record, const DkMember *fields, const json_t *object, const char *above,
              DkFault *fault)
{
  const char *key;
  json_t *value;

  if (!json_is_object (object))
    return dk_fault_set (fault, above, "must be a map of names and values");
  json_object_foreach ((json_t *) (guintptr) object, key, value)
  {
    g_autofree char *pointer = NULL;
    if (is_known (fields, key))
      continue;
    pointer = g_strdup_printf ("%s/%s", above, key);
    return dk_fault_set (fault, pointer, "is not known here; check the spelling");
  }
  for (const DkMember *field = fields; field->key != NULL; field++)
    if (!read_field (record, field, json_object_get (object, field->key), above, fault))
      return FALSE;
  return TRUE;
}

gboolean
dk_record_read (gpointer record, const DkMember *fields, const json_t *object, DkFault *fault)
{
  return read_members (record, fields, object, "", fault);
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
write_records (const DkMember *field, const GPtrArray *records)
{
  json_t *out = records->len > 0 || field->keep_empty ? json_array () : NULL;

  for (guint i = 0; i < records->len; i++)
    json_array_append_new (out, dk_record_write (g_ptr_array_index (records, i), field->of));
  return out;
}

json_t *
dk_record_write (gconstpointer record, const DkMember *fields)
{
  json_t *out = json_object ();

  for (const DkMember *field = fields; field->key != NULL; field++) {
    gpointer member = G_STRUCT_MEMBER_P (record, field->offset);
    json_t *value = NULL;
    if (field->kind == DK_MEMBER_INT)
      value = *(int *) member != 0 ? json_integer (*(int *) member) : NULL;
    else if (field->kind == DK_MEMBER_RECORDS)
      value = write_records (field, *(GPtrArray **) member);
    else if (field->kind == DK_MEMBER_IDS || field->kind == DK_MEMBER_TAGS)
      value = write_strings (*(char ***) member);
    else
      dk_json_set_text (out, field->key, *(char **) member);
    if (value != NULL)
      json_object_set_new (out, field->key, value);
  }
  return out;
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
