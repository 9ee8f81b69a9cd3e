/* SPDX-License-Identifier: MIT */
#include "app/form/form-private.h"

#include <string.h>

#include "app/base/text.h"

static void
choice_free (DkChoice *choice)
{
  g_free (choice->name);
  g_free (choice->label);
  g_clear_pointer (&choice->columns, json_decref);
  g_free (choice);
}

static gboolean
is_clean (const char *text)
{
  g_autofree char *clean = dk_text_clean_line (text);
  return g_str_equal (clean, text);
}

/* What is neither name nor label is a column for choice_filter. */
static gboolean
read_columns (DkChoice *choice, const json_t *row, const char *pointer, GError **error)
{
  const char *key = NULL;
  json_t *value = NULL;
  json_object_foreach ((json_t *) row, key, value) {
    if (g_str_equal (key, "name") || g_str_equal (key, "label")) {
      continue;
    }
    g_autofree char *place = dk_form_join_pointer (pointer, key);
    if (!dk_form_name_is_valid (key)) {
      return dk_form_fault (error, place, "this is no name for a column of choices");
    }
    if (!json_is_string (value) || json_string_length (value) > DK_FORM_LABEL_BYTES) {
      return dk_form_fault (error, place, "a text is expected here");
    }
    if (choice->columns == NULL) {
      choice->columns = json_object ();
    }
    json_object_set (choice->columns, key, value);
    if (json_object_size (choice->columns) > DK_FORM_COLUMNS_MAX) {
      return dk_form_fault (error, pointer, "a choice may have %u further columns at most",
                            DK_FORM_COLUMNS_MAX);
    }
  }
  return TRUE;
}

static gboolean
read_choice (const DkFormReader *reader, const json_t *row, const char *pointer, DkChoice *choice,
             GError **error)
{
  if (!json_is_object (row)) {
    return dk_form_fault (error, pointer, "an object is expected here");
  }
  const char *name = dk_json_get_text (row, "name");
  if (name == NULL || *name == '\0' || strlen (name) > DK_FORM_NAME_BYTES
      || strpbrk (name, " ,;") != NULL || !is_clean (name)) {
    return dk_form_fault (error, pointer, "a choice needs a name without blanks and commas");
  }
  choice->name = g_strdup (name);
  g_autofree char *place = g_strdup_printf ("%s/label", pointer);
  if (!dk_form_read_label (reader, json_object_get (row, "label"), place, &choice->label, error)) {
    return FALSE;
  }
  if (choice->label == NULL) {
    choice->label = g_strdup (choice->name);
  }
  return read_columns (choice, row, pointer, error);
}

static GPtrArray *
read_list (const DkFormReader *reader, const json_t *list, const char *pointer, GError **error)
{
  if (!json_is_array (list) || json_array_size (list) == 0
      || json_array_size (list) > DK_FORM_CHOICES_MAX) {
    dk_form_fault (error, pointer, "a list of 1 to %u choices is expected here",
                   DK_FORM_CHOICES_MAX);
    return NULL;
  }
  g_autoptr (GPtrArray) choices = g_ptr_array_new_with_free_func ((GDestroyNotify) choice_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < json_array_size (list); i++) {
    g_autofree char *place = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, pointer, i);
    DkChoice *choice = g_new0 (DkChoice, 1);
    g_ptr_array_add (choices, choice);
    if (!read_choice (reader, json_array_get (list, i), place, choice, error)) {
      return NULL;
    }
    if (!g_hash_table_add (seen, choice->name)) {
      dk_form_fault (error, place, "this choice stands in the list twice");
      return NULL;
    }
  }
  return g_steal_pointer (&choices);
}

gboolean
dk_form_read_choices (DkFormReader *reader, GError **error)
{
  const json_t *choices = json_object_get (reader->root, "choices");
  if (choices == NULL) {
    return TRUE;
  }
  if (!json_is_object (choices)) {
    return dk_form_fault (error, "/choices", "an object of lists is expected here");
  }
  const char *key = NULL;
  json_t *list = NULL;
  json_object_foreach ((json_t *) choices, key, list) {
    g_autofree char *place = dk_form_join_pointer ("/choices", key);
    if (!dk_form_name_is_valid (key)) {
      return dk_form_fault (error, place, "this is no name for a list");
    }
    GPtrArray *read = read_list (reader, list, place, error);
    if (read == NULL) {
      return FALSE;
    }
    g_hash_table_insert (reader->lists, g_strdup (key), read);
  }
  return TRUE;
}

const DkChoice *
dk_form_find_choice (const DkField *field, const char *name)
{
  for (guint i = 0; name != NULL && field->choices != NULL && i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    if (g_str_equal (choice->name, name)) {
      return choice;
    }
  }
  return NULL;
}

static gboolean
list_has_column (const GPtrArray *list, const char *column)
{
  if (g_str_equal (column, "name") || g_str_equal (column, "label")) {
    return TRUE;
  }
  for (guint i = 0; i < list->len; i++) {
    const DkChoice *choice = g_ptr_array_index (list, i);
    if (json_object_get (choice->columns, column) != NULL) {
      return TRUE;
    }
  }
  return FALSE;
}

/* Fails for a bare name in a filter that its list does not have; notes the others as read. */
static gboolean
note_columns_read (const DkFormReader *reader, const DkField *field, GHashTable *read,
                   GError **error)
{
  const DkExpression *filter
      = reader->form->logic[field->index].expressions[DK_LOGIC_FILTER];
  const char *const *columns = filter != NULL ? dk_expression_columns (filter) : NULL;
  for (gsize i = 0; columns != NULL && columns[i] != NULL; i++) {
    if (!list_has_column (field->choices, columns[i])) {
      g_autofree char *place = g_strdup_printf ("/survey/%u/choice_filter", field->index);
      return dk_form_fault (error, place,
                            "the choices of \"%s\" have no column \"%s\"; a field is written ${%s}",
                            field->list, columns[i], columns[i]);
    }
    g_hash_table_add (read, g_strdup_printf ("%s/%s", field->list, columns[i]));
  }
  return TRUE;
}

static gboolean
check_columns_are_read (const char *name, const GPtrArray *list, GHashTable *read, GError **error)
{
  for (guint i = 0; i < list->len; i++) {
    const DkChoice *choice = g_ptr_array_index (list, i);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (choice->columns, key, value) {
      g_autofree char *joined = g_strdup_printf ("%s/%s", name, key);
      if (!g_hash_table_contains (read, joined)) {
        g_autofree char *place = g_strdup_printf ("/choices/%s/%u/%s", name, i, key);
        return dk_form_fault (error, place, "no choice_filter of this form reads this key");
      }
    }
  }
  return TRUE;
}

gboolean
dk_form_check_columns (const DkFormReader *reader, GError **error)
{
  g_autoptr (GHashTable) read = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < reader->form->fields->len; i++) {
    const DkField *field = g_ptr_array_index (reader->form->fields, i);
    if (!note_columns_read (reader, field, read, error)) {
      return FALSE;
    }
  }
  const char *key = NULL;
  json_t *unused = NULL;
  json_object_foreach (json_object_get (reader->root, "choices"), key, unused) {
    if (!check_columns_are_read (key, g_hash_table_lookup (reader->lists, key), read, error)) {
      return FALSE;
    }
  }
  return TRUE;
}
