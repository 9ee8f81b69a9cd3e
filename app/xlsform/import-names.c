/* SPDX-License-Identifier: MIT */
/* Names of rows and lists: XLSForm takes more than a definition does. */
#include <string.h>

#include "app/model/ticket.h"
#include "app/xlsform/import-private.h"

#define SIGNS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

/* Letters without accents, "_" for everything else. New string. */
static char *
plain_name (const char *wanted, gsize size_max)
{
  g_autofree char *ascii = g_str_to_ascii (wanted, "C");
  g_autofree char *text = g_strstrip (g_strdup (ascii));
  GString *out = g_string_new (NULL);

  if (!g_ascii_isalpha (*text) && *text != '_')
    g_string_append_c (out, '_');
  for (const char *p = text; *p != '\0' && out->len < size_max; p++)
    g_string_append_c (out, strchr (SIGNS, *p) != NULL ? *p : '_');
  return g_string_free (out, FALSE);
}

char *
dk_import_list_name (const char *wanted)
{
  return plain_name (wanted, DK_IMPORT_NAME_BYTES_MAX);
}

static gboolean
list_is_one_to_three (DkImport *import, const char *list)
{
  const DkImportList *found = list != NULL ? dk_import_find_list (import, list) : NULL;

  for (guint i = 0; found != NULL && i < found->rows->len; i++) {
    const DkImportRow *row = g_ptr_array_index (found->rows, i);
    const char *name = dk_json_get_text (row->row, "name");
    if (name == NULL || strlen (name) != 1 || *name < '1' || *name > '3')
      return FALSE;
  }
  return found != NULL;
}

static gboolean
lies_in_repeat (const DkImport *import)
{
  for (guint i = 0; i < import->open->len; i++)
    if (((DkImportOpen *) g_ptr_array_index (import->open, i))->is_repeat)
      return TRUE;
  return FALSE;
}

/* A column of a ticket means the same in every form; app/form has the rule. */
static gboolean
fits_column (DkImport *import, const char *name, const char *type, const char *list)
{
  static const char *const texts[] = { "text", "contact", "device", "location", "service", "group",
                                       "operator", NULL };

  if (!dk_ticket_is_column (name))
    return TRUE;
  if (lies_in_repeat (import))
    return FALSE;
  if (g_str_equal (name, "impact") || g_str_equal (name, "urgency"))
    return g_str_equal (type, "select_one") && list_is_one_to_three (import, list);
  if (g_str_equal (name, "safety"))
    return g_str_equal (type, "boolean");
  if (g_str_equal (name, "happened_at"))
    return g_str_equal (type, "dateTime");
  return g_strv_contains (texts, type);
}

char *
dk_import_make_name (DkImport *import, const char *wanted, const char *type, const char *list)
{
  g_autofree char *plain = plain_name (wanted, DK_IMPORT_NAME_BYTES_MAX);
  g_autofree char *name = g_strdup (plain);

  if (!fits_column (import, name, type, list)) {
    g_free (name);
    name = g_strconcat (plain, "_answer", NULL);
  }
  for (guint i = 2; g_hash_table_contains (import->taken, name); i++) {
    g_free (name);
    name = g_strdup_printf ("%.*s_%u", (int) DK_IMPORT_NAME_BYTES_MAX - 8, plain, i);
  }
  g_hash_table_add (import->taken, g_strdup (name));
  if (!g_hash_table_contains (import->names, wanted))
    g_hash_table_insert (import->names, g_strdup (wanted), g_strdup (name));
  return g_steal_pointer (&name);
}

/* The text with each ${old} written as ${new}; NULL if nothing changes. New string. */
static char *
rename_in_text (const DkImport *import, const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean changed = FALSE;

  for (const char *p = text; *p != '\0';) {
    const char *end = strncmp (p, "${", 2) == 0 ? strchr (p, '}') : NULL;
    g_autofree char *name = NULL;
    const char *other;
    if (end == NULL) {
      g_string_append_c (out, *p++);
      continue;
    }
    name = g_strstrip (g_strndup (p + 2, (gsize) (end - p - 2)));
    other = g_hash_table_lookup (import->names, name);
    if (other != NULL && strcmp (other, name) != 0) {
      g_string_append_printf (out, "${%s}", other);
      changed = TRUE;
    } else {
      g_string_append_len (out, p, end + 1 - p);
    }
    p = end + 1;
  }
  return changed ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

/* A label is a text, or texts by language. */
static void
rename_in_label (const DkImport *import, json_t *row, const char *key)
{
  json_t *label = json_object_get (row, key);
  json_t *place = json_is_object (label) ? label : row;
  const char *language;
  json_t *text;

  json_object_foreach (place, language, text) {
    g_autofree char *renamed = NULL;
    if (place == row && strcmp (language, key) != 0)
      continue;
    renamed = json_is_string (text) ? rename_in_text (import, json_string_value (text)) : NULL;
    if (renamed != NULL)
      json_string_set (text, renamed);
  }
}

void
dk_import_rename (DkImport *import)
{
  static const char *const keys[] = { "relevant", "constraint", "calculation", "choice_filter",
                                      "required", "default" };
  static const char *const labels[] = { "label", "hint", "constraint_message" };

  for (guint i = 0; i < import->rows->len; i++) {
    const DkImportRow *row = g_ptr_array_index (import->rows, i);
    for (guint j = 0; j < G_N_ELEMENTS (keys); j++) {
      const char *text = dk_json_get_text (row->row, keys[j]);
      g_autofree char *renamed = text != NULL ? rename_in_text (import, text) : NULL;
      if (renamed != NULL)
        dk_json_set_text (row->row, keys[j], renamed);
    }
    for (guint j = 0; j < G_N_ELEMENTS (labels); j++)
      rename_in_label (import, row->row, labels[j]);
  }
}
