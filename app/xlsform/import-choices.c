/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/form/expression.h"
#include "app/xlsform/import-private.h"

static void
list_free (gpointer data)
{
  DkImportList *list = data;

  g_free (list->name);
  g_ptr_array_unref (list->rows);
  g_free (list);
}

GPtrArray *
dk_import_lists_new (void)
{
  return g_ptr_array_new_with_free_func (list_free);
}

static DkImportList *
list_new (DkImport *import, const char *title)
{
  DkImportList *list = g_new0 (DkImportList, 1);

  list->name = dk_import_list_name (title);
  list->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_import_row_free);
  for (guint i = 0, n = 2; i < import->lists->len; i++) {
    const DkImportList *other = g_ptr_array_index (import->lists, i);
    if (g_str_equal (other->name, list->name)) {
      g_autofree char *plain = g_steal_pointer (&list->name);
      list->name = g_strdup_printf ("%.50s_%u", plain, n++);
      i = 0;
    }
  }
  g_ptr_array_add (import->lists, list);
  g_hash_table_insert (import->list_by_name, g_strdup (title), list);
  return list;
}

DkImportList *
dk_import_find_list (DkImport *import, const char *name)
{
  return g_hash_table_lookup (import->list_by_name, name);
}

/* A name as a definition takes it. New string. */
static char *
choice_name (const char *text)
{
  g_autofree char *name = dk_text_clean_line (text);

  if (strlen (name) > DK_IMPORT_NAME_BYTES_MAX) {
    const char *end = NULL;
    (void) g_utf8_validate_len (name, DK_IMPORT_NAME_BYTES_MAX, &end);
    name[end - name] = '\0';
  }
  return g_strdelimit (g_steal_pointer (&name), " ,;", '_');
}

static gboolean
list_has (const DkImportList *list, const char *name)
{
  for (guint i = 0; i < list->rows->len; i++) {
    const DkImportRow *row = g_ptr_array_index (list->rows, i);
    if (g_strcmp0 (dk_json_get_text (row->row, "name"), name) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
take_name (DkImport *import, const DkSheet *sheet, DkImportRow *row, const DkColumn *column)
{
  const char *text = dk_sheet_get (sheet, row->at, column->column);
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autofree char *name = choice_name (text);

  if (strcmp (trimmed, name) != 0)
    dk_import_add (import, sheet, row->at, column->column, FALSE, trimmed,
                   "a name of a choice has no blanks, commas or line breaks and at most 64 bytes: "
                   "it was changed, and expressions that compare it must be, too");
  dk_import_row_set (row, "name", column->column, dk_json_string (name));
}

/* The columns of a row of choices. */
static gboolean
read_choice (DkImport *import, const DkSheet *sheet, const GArray *columns, DkImportRow *row,
             GError **error)
{
  for (guint i = 0; i < columns->len; i++) {
    const DkColumn *column = &g_array_index (columns, DkColumn, i);
    const char *text = dk_sheet_get (sheet, row->at, column->column);
    if (!dk_import_is_filled (text))
      continue;
    if (g_str_equal (column->key, "name"))
      take_name (import, sheet, row, column);
    else if (g_str_equal (column->key, "label"))
      dk_import_add_label (import, sheet, row, column, text);
    else if (g_str_equal (column->key, "left"))
      dk_import_add (import, sheet, row->at, column->column, FALSE, text, column->why);
    else if (*column->key == '\0' && *column->title != '\0')
      dk_import_row_set (row, column->title, column->column, dk_json_string (text));
    else if (*column->key == '\0')
      dk_import_add (import, sheet, row->at, column->column, FALSE, text,
                     "this column has no name in the first row");
  }
  dk_import_finish_labels (import, sheet, row);
  if (!dk_import_overlay (sheet, row->at, columns, row->row, error))
    return FALSE;
  dk_import_take_marks (import, sheet, columns, row);
  return TRUE;
}

/* A list has a thousand choices or more at times: what stands in it is looked up by name. */
static gboolean
add_choice (DkImport *import, const DkSheet *sheet, DkImportList *list, DkImportRow *row,
            GHashTable *seen)
{
  const char *name = dk_json_get_text (row->row, "name");
  g_autofree char *key = g_strconcat (list->name, " ", name != NULL ? name : "", NULL);

  if (name == NULL || *name == '\0') {
    dk_import_add (import, sheet, row->at, 0, FALSE, list->name, "a choice without a name");
    return FALSE;
  }
  if (!g_hash_table_add (seen, g_steal_pointer (&key))) {
    dk_import_add (import, sheet, row->at, 0, FALSE, name,
                   "this name stands in the list twice; the first one counts");
    return FALSE;
  }
  g_ptr_array_add (list->rows, row);
  return TRUE;
}

/* A row without a list is one between lists, or says something that is lost. */
static void
tell_listless (DkImport *import, const DkSheet *sheet, guint at)
{
  for (guint i = 0; i < dk_sheet_columns (sheet); i++) {
    const char *text = dk_sheet_get (sheet, at, i);
    if (dk_import_is_filled (text)) {
      dk_import_add (import, sheet, at, i, FALSE, text, "this row belongs to no list");
      return;
    }
  }
}

static gboolean
read_rows (DkImport *import, const DkSheet *sheet, const DkColumn *list_column, guint header,
           GError **error)
{
  const DkColumn *marked = dk_columns_find (import->choice_columns, "dk_type");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint at = header + 1; at < dk_sheet_rows (sheet); at++) {
    const char *text = dk_sheet_get (sheet, at, list_column->column);
    g_autofree char *title = g_strstrip (g_strdup (text));
    DkImportList *list;
    DkImportRow *row;
    if (marked != NULL && *dk_sheet_get (sheet, at, marked->column) != '\0')
      continue;
    if (*title == '\0') {
      tell_listless (import, sheet, at);
      continue;
    }
    row = dk_import_row_new (at);
    if (!read_choice (import, sheet, import->choice_columns, row, error)) {
      dk_import_row_free (row);
      return FALSE;
    }
    list = dk_import_find_list (import, title);
    if (list == NULL)
      list = list_new (import, title);
    if (!add_choice (import, sheet, list, row, seen))
      dk_import_row_free (row);
    if (list->rows->len > DK_IMPORT_CHOICES_MAX)
      return dk_import_refuse (error, sheet, at, list_column->column,
                               "the list \"%s\" has more than %u choices, and this is the first "
                               "one too many",
                               title, DK_IMPORT_CHOICES_MAX);
  }
  return TRUE;
}

gboolean
dk_import_choices (DkImport *import, GError **error)
{
  const DkSheet *sheet = import->sheets->choices;
  guint header = 0;
  const DkColumn *list_column;

  if (sheet == NULL || dk_sheet_rows (sheet) == 0)
    return TRUE;
  import->choice_columns = dk_columns_read (sheet, DK_CHOICE_COLUMNS, &header);
  list_column = dk_columns_find (import->choice_columns, "list_name");
  if (list_column == NULL)
    return dk_import_refuse (error, sheet, header, 0,
                             "the sheet of choices has no column \"list_name\"");
  if (dk_columns_find (import->choice_columns, "name") == NULL)
    return dk_import_refuse (error, sheet, header, 0,
                             "the sheet of choices has no column \"name\"");
  return read_rows (import, sheet, list_column, header, error);
}

static const char *
other_in (const char *language)
{
  static const char *const words[][2] = {
    { "de", "Sonstiges" }, { "fr", "Autre" }, { "es", "Otro" }, { "it", "Altro" },
    { "pt", "Outro" }, { "nl", "Anders" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i][0], language))
      return words[i][1];
  return "Other";
}

/* "Other" in the languages that a label has. New reference. */
static json_t *
other_label (const json_t *label)
{
  json_t *out;
  const char *language;
  json_t *text;

  if (!json_is_object (label))
    return json_string ("Other");
  out = json_object ();
  json_object_foreach ((json_t *) label, language, text)
    json_object_set_new (out, language, json_string (other_in (language)));
  return out;
}

DkImportList *
dk_import_list_with_other (DkImport *import, DkImportList *list)
{
  g_autofree char *title = g_strconcat (list->name, "_or_other", NULL);
  DkImportList *with = dk_import_find_list (import, title);
  const DkImportRow *first = list->rows->len > 0 ? g_ptr_array_index (list->rows, 0) : NULL;
  DkImportRow *other;

  if (list_has (list, "other"))
    return list;
  if (with != NULL)
    return with;
  with = list_new (import, title);
  for (guint i = 0; i < list->rows->len; i++) {
    const DkImportRow *row = g_ptr_array_index (list->rows, i);
    DkImportRow *copy = dk_import_row_new (row->at);
    json_object_update (copy->row, row->row);
    g_ptr_array_add (with->rows, copy);
  }
  other = dk_import_row_new (first != NULL ? first->at : 0);
  json_object_set_new (other->row, "name", json_string ("other"));
  json_object_set_new (other->row, "label",
                       other_label (first != NULL ? json_object_get (first->row, "label") : NULL));
  g_ptr_array_add (with->rows, other);
  return with;
}

/* What choice_filters read: "list column". New set. */
static GHashTable *
columns_read (const DkImport *import)
{
  GHashTable *read = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < import->rows->len; i++) {
    const DkImportRow *row = g_ptr_array_index (import->rows, i);
    const char *filter = dk_json_get_text (row->row, "choice_filter");
    const char *type = dk_json_get_text (row->row, "type");
    const char *blank = type != NULL ? strchr (type, ' ') : NULL;
    g_autoptr (DkExpression) expression
        = filter != NULL && blank != NULL ? dk_expression_parse (filter, NULL) : NULL;
    const char *const *names = expression != NULL ? dk_expression_columns (expression) : NULL;
    for (; names != NULL && *names != NULL; names++)
      g_hash_table_add (read, g_strdup_printf ("%s %s", blank + 1, *names));
  }
  return read;
}

static void
prune_row (GHashTable *read, GHashTable *lost, const DkImportList *list, DkImportRow *row)
{
  const char *key;
  json_t *value;
  void *next;

  json_object_foreach_safe (row->row, next, key, value) {
    g_autofree char *both = g_strdup_printf ("%s %s", list->name, key);
    if (g_str_equal (key, "name") || g_str_equal (key, "label")
        || g_hash_table_contains (read, both))
      continue;
    g_hash_table_add (lost, g_strdup (key));
    json_object_del (row->row, key);
  }
}

/* A column whose values some list keeps is not told as lost: cascades leave it blank or unread in
 * the other lists. */
static gboolean
is_read_somewhere (GHashTable *read, const char *title)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, read);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_strcmp0 (strchr (key, ' ') + 1, title) == 0)
      return TRUE;
  return FALSE;
}

void
dk_import_prune_columns (DkImport *import)
{
  g_autoptr (GHashTable) read = columns_read (import);
  g_autoptr (GHashTable) lost = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < import->lists->len; i++) {
    const DkImportList *list = g_ptr_array_index (import->lists, i);
    for (guint j = 0; j < list->rows->len; j++)
      prune_row (read, lost, list, g_ptr_array_index (list->rows, j));
  }
  for (guint i = 0; import->choice_columns != NULL && i < import->choice_columns->len; i++) {
    const DkColumn *column = &g_array_index (import->choice_columns, DkColumn, i);
    if (*column->key == '\0' && g_hash_table_contains (lost, column->title))
      dk_import_add (import, import->sheets->choices, 0, column->column,
                     is_read_somewhere (read, column->title), column->title,
                     "no choice_filter reads this column of the list");
  }
}
