/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/form/expression.h"
#include "app/xlsform/import-private.h"

#define PARAMETER_SIGNS " ;,\t\n"

/* One row of the sheet while it becomes one of the definition. */
typedef struct {
  DkImport *import;
  const DkSheet *sheet;
  const GArray *columns;
  guint at;
  guint type_column;
  DkTypeCell type;
  char *own_type; /* of the column dk_type; NULL */
  DkImportRow *row;
} SurveyRow;

static const char *
cell (const SurveyRow *row, const char *key)
{
  const DkColumn *column = dk_columns_find (row->columns, key);

  return column != NULL ? dk_sheet_get (row->sheet, row->at, column->column) : "";
}

/* Without blanks at its ends. New string. */
static char *
word (const SurveyRow *row, const char *key)
{
  return g_strstrip (g_strdup (cell (row, key)));
}

static guint
column_of (const SurveyRow *row, const char *key)
{
  const DkColumn *column = dk_columns_find (row->columns, key);

  return column != NULL ? column->column : row->type_column;
}

static void
add (const SurveyRow *row, const char *key, gboolean kept, const char *what, const char *why)
{
  dk_import_add (row->import, row->sheet, row->at, column_of (row, key), kept, what, why);
}

static const char *
type_of (const SurveyRow *row)
{
  return dk_json_get_text (row->row->row, "type");
}

static gboolean
type_is (const SurveyRow *row, const char *type)
{
  return g_strcmp0 (type_of (row), type) == 0;
}

/* Rows that no answer belongs to. */
static gboolean
is_without_answer (const SurveyRow *row)
{
  return type_is (row, "note") || type_is (row, "begin_group") || type_is (row, "begin_repeat");
}

/* -1: neither yes nor no. */
static int
read_flag (const char *text)
{
  static const char *const yes[] = { "yes", "true", "true()", "1", NULL };
  static const char *const no[] = { "no", "false", "false()", "0", NULL };
  g_autofree char *small = g_ascii_strdown (text, -1);

  if (g_strv_contains (yes, g_strstrip (small)))
    return 1;
  return g_strv_contains (no, small) ? 0 : -1;
}

static void
take_flag (SurveyRow *row, const DkColumn *column, const char *text)
{
  int flag = read_flag (text);

  if (is_without_answer (row)) {
    if (flag != 0 && g_str_equal (column->key, "required"))
      add (row, column->key, FALSE, text, "nothing is answered in this row");
    return;
  }
  if (flag >= 0)
    dk_import_row_set (row->row, column->key, column->column, json_boolean (flag));
  else if (g_str_equal (column->key, "required"))
    dk_import_row_set (row->row, column->key, column->column, dk_json_string (text));
  else
    add (row, column->key, FALSE, text, "only yes or no is known here");
}

static void
take_appearance (SurveyRow *row, const DkColumn *column, const char *text)
{
  g_autofree char *clean = dk_text_clean_line (text);
  g_auto (GStrv) words = g_strsplit (clean, " ", -1);
  g_autoptr (GString) rest = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++) {
    if (dk_form_appearance_is_known (type_of (row), words[i])
        && json_object_get (row->row->row, "appearance") == NULL)
      dk_import_row_set (row->row, "appearance", column->column, dk_json_string (words[i]));
    else
      g_string_append_printf (rest, "%s%s", rest->len > 0 ? " " : "", words[i]);
  }
  if (rest->len > 0)
    add (row, column->key, FALSE, rest->str,
         "this look is not supported: the row is shown and printed in the usual way");
}

static gboolean
take_json (SurveyRow *row, const DkColumn *column, const char *text, GError **error)
{
  json_t *json = dk_import_json (row->sheet, row->at, column, text, error);

  if (json != NULL)
    dk_import_row_set (row->row, column->key, column->column, json);
  return json != NULL;
}

static gboolean
take_cell (SurveyRow *row, const DkColumn *column, const char *text, GError **error)
{
  static const char *const texts[] = { "relevant", "constraint", "calculation", "choice_filter",
                                       "default", NULL };
  static const char *const labels[] = { "label", "hint", "guidance_hint", "constraint_message",
                                        NULL };
  const char *key = column->key;

  if (g_strv_contains (texts, key))
    dk_import_row_set (row->row, key, column->column, dk_json_string (text));
  else if (g_strv_contains (labels, key))
    dk_import_add_label (row->import, row->sheet, row->row, column, text);
  else if (g_str_equal (key, "required") || g_str_equal (key, "readonly"))
    take_flag (row, column, text);
  else if (g_str_equal (key, "appearance"))
    take_appearance (row, column, text);
  else if (g_str_equal (key, "pdf") || g_str_equal (key, "itsm"))
    return take_json (row, column, text, error);
  else if (g_str_equal (key, "left"))
    dk_import_add (row->import, row->sheet, row->at, column->column, FALSE, text, column->why);
  else if (*key == '\0')
    dk_import_add (row->import, row->sheet, row->at, column->column, FALSE, text,
                   *column->title != '\0' ? "the name of this column is not known"
                                          : "this column has no name in the first row");
  return TRUE;
}

static gboolean
take_cells (SurveyRow *row, GError **error)
{
  for (guint i = 0; i < row->columns->len; i++) {
    const DkColumn *column = &g_array_index (row->columns, DkColumn, i);
    const char *text = dk_sheet_get (row->sheet, row->at, column->column);
    if (dk_import_is_filled (text) && !take_cell (row, column, text, error))
      return FALSE;
  }
  dk_import_finish_labels (row->import, row->sheet, row->row);
  return TRUE;
}

/* What is shown to interviewers alone becomes the hint where there is none. */
static void
place_guidance (SurveyRow *row)
{
  json_t *guidance = json_object_get (row->row->row, "guidance_hint");

  if (guidance == NULL)
    return;
  if (json_object_get (row->row->row, "hint") == NULL) {
    json_object_set (row->row->row, "hint", guidance);
    add (row, "guidance_hint", TRUE, "guidance_hint", "it is shown as the hint");
  } else {
    const char *words = json_string_value (
        json_is_object (guidance) ? json_object_iter_value (json_object_iter (guidance))
                                  : guidance);
    add (row, "guidance_hint", FALSE, words != NULL ? words : "guidance_hint",
         "a row has one hint");
  }
  json_object_del (row->row->row, "guidance_hint");
}

/* "start=1;end=5 step=1" as a table. */
static GHashTable *
read_parameters (const char *text)
{
  GHashTable *out = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) words = g_strsplit_set (text, PARAMETER_SIGNS, -1);

  for (guint i = 0; words[i] != NULL; i++) {
    char *equals = strchr (words[i], '=');
    if (equals != NULL)
      g_hash_table_insert (out, g_ascii_strdown (words[i], equals - words[i]),
                           g_strdup (equals + 1));
  }
  return out;
}

static gboolean
is_number (const char *text)
{
  char *end = NULL;

  (void) g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && strpbrk (text, "nNxX") == NULL;
}

/* A number among the parameters of a range; what is none is told. New string. */
static char *
range_number (SurveyRow *row, GHashTable *given, const char *key, const char *usual)
{
  const char *text = g_hash_table_lookup (given, key);
  g_autofree char *why = NULL;

  if (text == NULL || is_number (text))
    return g_strdup (text != NULL ? text : usual);
  why = g_strdup_printf ("%s is no number; %s stands in its place", key, usual);
  add (row, "parameters", FALSE, text, why);
  return g_strdup (usual);
}

static void
tell_range_words (SurveyRow *row, const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, PARAMETER_SIGNS, -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && g_ascii_strncasecmp (words[i], "start=", 6) != 0
        && g_ascii_strncasecmp (words[i], "end=", 4) != 0
        && g_ascii_strncasecmp (words[i], "step=", 5) != 0)
      add (row, "parameters", FALSE, words[i], "of a range only start=, end= and step= are known");
}

/* The constraint that a range has besides, as it can be read; NULL. New string. */
static char *
range_constraint (SurveyRow *row)
{
  const char *text = dk_json_get_text (row->row->row, "constraint");
  g_autofree char *plain = text != NULL ? dk_import_plain_quotes (text) : NULL;
  g_autoptr (GError) reason = NULL;
  g_autoptr (DkExpression) parsed = plain != NULL ? dk_expression_parse (plain, &reason) : NULL;

  if (parsed != NULL)
    return g_steal_pointer (&plain);
  if (text != NULL)
    add (row, "constraint", FALSE, text, reason->message);
  return NULL;
}

/* A range is a number between two others. */
static void
make_range (SurveyRow *row, const char *text)
{
  g_autoptr (GHashTable) given = read_parameters (text);
  g_autofree char *start = range_number (row, given, "start", "0");
  g_autofree char *end = range_number (row, given, "end", "10");
  g_autofree char *step = range_number (row, given, "step", "1");
  g_autofree char *also = range_constraint (row);
  g_autofree char *bounds = g_strdup_printf (". >= %s and . <= %s", start, end);
  g_autofree char *both
      = also != NULL ? g_strdup_printf ("(%s) and (%s)", bounds, also) : g_strdup (bounds);

  tell_range_words (row, text);
  if (strchr (start, '.') != NULL || strchr (end, '.') != NULL || strchr (step, '.') != NULL)
    dk_import_row_set (row->row, "type", row->type_column, json_string ("decimal"));
  dk_import_row_set (row->row, "constraint", column_of (row, "parameters"),
                     dk_json_string (both));
  if (strcmp (step, "1") != 0)
    add (row, "parameters", FALSE, text, "any number between the ends is taken, whatever the step");
}

static void
take_parameters (SurveyRow *row)
{
  const char *text = cell (row, "parameters");

  if (g_str_equal (row->type.word->word, "range"))
    make_range (row, text);
  else if (dk_import_is_filled (text))
    add (row, "parameters", FALSE, text, "parameters of this type are not supported");
}

/* The choices of what is put in order stand in the hint. */
static void
hint_choices (SurveyRow *row)
{
  const DkImportList *list = dk_import_find_list (row->import, row->type.list);
  g_autoptr (GString) text = g_string_new (NULL);

  if (list == NULL || json_object_get (row->row->row, "hint") != NULL)
    return;
  for (guint i = 0; i < list->rows->len; i++) {
    const DkImportRow *choice = g_ptr_array_index (list->rows, i);
    const char *label = dk_json_get_text (choice->row, "label");
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            label != NULL ? label : dk_json_get_text (choice->row, "name"));
  }
  if (text->len < DK_IMPORT_LABEL_BYTES_MAX)
    json_object_set_new (row->row->row, "hint", dk_json_string (text->str));
}

/* A literal of the expression language. NULL if the text cannot be one. New string. */
static char *
quote (const char *text)
{
  if (strchr (text, '\'') == NULL)
    return g_strdup_printf ("'%s'", text);
  return strchr (text, '"') == NULL ? g_strdup_printf ("\"%s\"", text) : NULL;
}

/* A call of a function, or an operator but "-", which stands in dates and names as well: such a
 * default is computed by XLSForm. */
static gboolean
looks_computed (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (strchr ("+*", *p) != NULL || (*p == '(' && p > text && g_ascii_islower (p[-1]))
        || strncmp (p, " div ", 5) == 0 || strncmp (p, " mod ", 5) == 0)
      return TRUE;
  return strstr (text, "${") != NULL;
}

/* The expression of a default that is computed; NULL for words that are typed. New string. */
static char *
computed_default (const char *text)
{
  g_autofree char *plain = g_strstrip (dk_import_plain_quotes (text));
  g_autoptr (DkExpression) parsed = looks_computed (plain) ? dk_expression_parse (plain, NULL)
                                                           : NULL;

  return parsed != NULL && dk_expression_columns (parsed)[0] == NULL ? g_steal_pointer (&plain)
                                                                     : NULL;
}

/* A definition knows a default that is computed by its outer call. */
static void
finish_default (SurveyRow *row)
{
  const char *text = dk_json_get_text (row->row->row, "default");
  g_autofree char *computed = text != NULL ? computed_default (text) : NULL;
  g_autofree char *call = NULL;

  if (computed == NULL || dk_form_default_is_expression (text))
    return;
  call = dk_form_default_is_expression (computed) ? g_strdup (computed)
                                                  : g_strdup_printf ("coalesce(%s, '')", computed);
  dk_json_set_text (row->row->row, "default", call);
}

/* Nobody types it: without an expression it is a value that stays. */
static void
finish_calculate (SurveyRow *row)
{
  json_t *object = row->row->row;
  const char *preset = dk_json_get_text (object, "default");
  g_autofree char *computed = preset != NULL ? computed_default (preset) : NULL;
  g_autofree char *value = computed != NULL  ? g_strdup_printf ("once(%s)", computed)
                           : preset != NULL ? quote (preset)
                                            : NULL;

  if (json_object_get (object, "calculation") != NULL) {
    if (preset != NULL)
      add (row, "default", FALSE, preset, "what is computed has no default");
    json_object_del (object, "default");
    return;
  }
  if (value == NULL && row->type.word->calculation == NULL)
    add (row, "calculation", FALSE, type_of (row), "nothing computes it: it stays empty");
  json_object_set_new (object, "calculation",
                       dk_json_string (row->type.word->calculation != NULL
                                           ? row->type.word->calculation
                                           : value != NULL ? value : "''"));
  json_object_del (object, "default");
}

/* What XLSForm computes and a person may then change is computed only. */
static void
finish_calculation (SurveyRow *row)
{
  json_t *object = row->row->row;

  if (type_is (row, "calculate") || json_object_get (object, "calculation") == NULL
      || json_is_true (json_object_get (object, "readonly")))
    return;
  json_object_set_new (object, "readonly", json_true ());
  add (row, "calculation", TRUE, dk_json_get_text (object, "calculation"),
       "the value is computed and cannot be changed by hand");
}

/* The choice that or_other adds has no columns that a filter could read. */
static void
keep_other (SurveyRow *row)
{
  const char *filter = dk_json_get_text (row->row->row, "choice_filter");
  g_autofree char *plain = filter != NULL ? dk_import_plain_quotes (filter) : NULL;
  g_autoptr (DkExpression) parsed = plain != NULL ? dk_expression_parse (plain, NULL) : NULL;
  g_autofree char *both = NULL;

  if (parsed == NULL)
    return;
  add (row, "choice_filter", TRUE, filter, "the choice \"other\" is offered besides");
  both = g_strdup_printf ("(%s) or name = 'other'", plain);
  dk_json_set_text (row->row->row, "choice_filter", both);
}

/* Keys of XLSForm that mean nothing for a type, or something else. */
static void
finish_type (SurveyRow *row)
{
  const DkTypeWord *found = row->type.word;

  take_parameters (row);
  if (row->type.or_other)
    keep_other (row);
  if (row->type.list != NULL && g_str_equal (found->word, "rank"))
    hint_choices (row);
  if (found->preset != NULL && json_object_get (row->row->row, "default") == NULL) {
    json_object_set_new (row->row->row, "default", json_string (found->preset));
    json_object_set_new (row->row->row, "readonly", json_true ());
  }
  if (type_is (row, "calculate")) {
    finish_calculate (row);
  } else {
    finish_default (row);
    finish_calculation (row);
  }
  if (found->why != NULL)
    dk_import_add (row->import, row->sheet, row->at, row->type_column, found->kept, found->word,
                   found->why);
}

/* Type of the definition: "select_one LIST", or that of the word. New string. */
static char *
make_type (SurveyRow *row)
{
  const char *type = row->type.word->type;
  const DkImportList *list;

  if (row->own_type != NULL)
    return g_strdup (row->own_type);
  if (!g_str_equal (type, "select_one") && !g_str_equal (type, "select_multiple"))
    return g_strdup (type);
  list = dk_import_find_list (row->import, row->type.list);
  if (list != NULL && row->type.or_other)
    list = dk_import_list_with_other (row->import, (DkImportList *) (guintptr) list);
  if (list != NULL)
    return g_strdup_printf ("%s %s", type, list->name);
  if (strstr (row->type.list, "${") != NULL) {
    dk_import_add (row->import, row->sheet, row->at, row->type_column, FALSE, row->type.list,
                   "choices out of the rows of a repeat are not supported: it is typed as a text");
    return g_strdup ("text");
  }
  return NULL;
}

/* "Other" asks what it is in a row of its own. */
static void
add_other_row (SurveyRow *row, const char *name)
{
  DkImportRow *other = dk_import_row_new (row->at);
  g_autofree char *wanted = g_strconcat (name, "_other", NULL);
  g_autofree char *own = dk_import_make_name (row->import, wanted, "text", NULL);
  g_autofree char *relevant = g_strdup_printf ("selected(${%s}, 'other')", name);
  const char *outer = dk_json_get_text (row->row->row, "relevant");
  g_autofree char *both
      = outer != NULL ? g_strdup_printf ("(%s) and %s", outer, relevant) : g_strdup (relevant);

  dk_import_row_set (other, "type", row->type_column, json_string ("text"));
  dk_import_row_set (other, "name", row->type_column, dk_json_string (own));
  dk_import_row_set (other, "relevant", row->type_column, dk_json_string (both));
  dk_import_row_set (other, "label", row->type_column,
                     json_pack ("{s:s, s:s}", "en", "Specify other", "de", "Sonstiges, und zwar"));
  g_ptr_array_add (row->import->rows, other);
}

static void
take_name (SurveyRow *row, const char *type)
{
  g_autofree char *title = word (row, "name");
  g_autofree char *kind = g_strndup (type, strcspn (type, " "));
  g_autofree char *made = NULL;
  g_autofree char *name = NULL;

  if (*title == '\0')
    made = g_strdup_printf ("%s_%u", kind, row->at + 1);
  name = dk_import_make_name (row->import, made != NULL ? made : title, kind, row->type.list);
  dk_import_row_set (row->row, "name", column_of (row, "name"), dk_json_string (name));
  if (made != NULL) {
    g_autofree char *why = g_strdup_printf ("the row has no name and is called %s", name);
    add (row, "name", TRUE, kind, why);
  } else if (strcmp (name, title) != 0) {
    g_autofree char *why
        = g_strdup_printf ("it is called %s here, in expressions as well: the name is taken, has "
                           "signs that names do not have, or means a column of tickets",
                           name);
    add (row, "name", TRUE, title, why);
  }
}

/* Opens a group or repeat. */
static void
open_bracket (SurveyRow *row)
{
  GPtrArray *brackets = row->import->open;
  DkImportOpen *open = g_new0 (DkImportOpen, 1);
  gboolean in_repeat = FALSE;

  for (guint i = 0; i < brackets->len; i++)
    in_repeat |= ((DkImportOpen *) g_ptr_array_index (brackets, i))->is_repeat;
  open->at = row->at;
  open->was_repeat = type_is (row, "begin_repeat");
  if (open->was_repeat && in_repeat) {
    dk_import_add (row->import, row->sheet, row->at, row->type_column, FALSE, "begin_repeat",
                   "a repeat within a repeat is not supported: its questions stand here once");
    dk_import_row_set (row->row, "type", row->type_column, json_string ("begin_group"));
  }
  open->is_repeat = type_is (row, "begin_repeat");
  g_ptr_array_add (brackets, open);
}

static const char *
bracket_word (gboolean is_repeat)
{
  return is_repeat ? "repeat" : "group";
}

/* What ends must be what began last: which of two rows is wrong nobody can tell. */
static gboolean
close_bracket (SurveyRow *row, GError **error)
{
  GPtrArray *brackets = row->import->open;
  const DkImportOpen *open = brackets->len > 0 ? g_ptr_array_index (brackets, brackets->len - 1)
                                               : NULL;
  gboolean is_repeat = type_is (row, "end_repeat");
  g_autofree char *begin
      = open != NULL ? dk_sheet_place (row->sheet, open->at, row->type_column) : NULL;

  if (open == NULL)
    return dk_import_refuse (error, row->sheet, row->at, row->type_column,
                             "no %s is open here that could end", bracket_word (is_repeat));
  if (open->was_repeat != is_repeat)
    return dk_import_refuse (error, row->sheet, row->at, row->type_column,
                             "a %s ends here, but the %s that began in %s must end first",
                             bracket_word (is_repeat), bracket_word (open->was_repeat), begin);
  if (is_repeat && !open->is_repeat)
    dk_import_row_set (row->row, "type", row->type_column, json_string ("end_group"));
  g_ptr_array_set_size (brackets, (int) brackets->len - 1);
  return TRUE;
}

/* FALSE with the place where it begins if something is open at the end of the sheet. */
static gboolean
check_closed (const DkImport *import, guint type_column, GError **error)
{
  const DkImportOpen *open = import->open->len > 0
                                 ? g_ptr_array_index (import->open, import->open->len - 1)
                                 : NULL;

  return open == NULL
         || dk_import_refuse (error, import->sheets->survey, open->at, type_column,
                              "the %s that begins here has no end",
                              bracket_word (open->was_repeat));
}

/* Text takes any answer; but rows that a group would hold cannot be guessed. */
static gboolean
take_unknown_type (SurveyRow *row, const char *text, GError **error)
{
  static const DkTypeWord unknown
      = { "unknown", "text", NULL, NULL, NULL, FALSE };
  static const DkTypeWord nothing
      = { "unknown", NULL, NULL, NULL, "the type is not known, and nothing can name the answer: "
                                       "the row is left out", FALSE };
  g_autofree char *shown = dk_text_printable (text, FALSE);

  if (g_ascii_strncasecmp (text, "begin", 5) == 0 || g_ascii_strncasecmp (text, "end", 3) == 0)
    return dk_import_refuse (error, row->sheet, row->at, row->type_column,
                             "the type \"%s\" is not known", shown);
  row->type.word = dk_import_is_filled (cell (row, "name")) ? &unknown : &nothing;
  if (row->type.word == &unknown)
    add (row, "type", FALSE, text, "this type is not known: the answer is typed as a text");
  return TRUE;
}

static gboolean
begin_row (SurveyRow *row, GError **error)
{
  g_autofree char *text = word (row, "type");
  g_autofree char *own = word (row, "dk_type");

  row->own_type = *own != '\0' ? g_steal_pointer (&own) : NULL;
  if (!dk_type_read (text, &row->type) && row->own_type == NULL)
    return take_unknown_type (row, text, error);
  if (row->type.word == NULL)
    (void) dk_type_read ("text", &row->type);
  return TRUE;
}

/* A group is described where it begins; its end says nothing but its name at most. */
static void
tell_end_cells (const SurveyRow *row)
{
  static const char *const known[] = { "type", "name", "dk_type", "dk_json", "disabled", NULL };

  for (guint i = 0; i < row->columns->len; i++) {
    const DkColumn *column = &g_array_index (row->columns, DkColumn, i);
    const char *text = dk_sheet_get (row->sheet, row->at, column->column);
    if (dk_import_is_filled (text) && !g_strv_contains (known, column->key))
      dk_import_add (row->import, row->sheet, row->at, column->column, FALSE, text,
                     "it stands at the end of a group, where nothing is read; put it where the "
                     "group begins");
  }
}

static gboolean
read_bracket_end (SurveyRow *row, GError **error)
{
  tell_end_cells (row);
  if (!dk_import_overlay (row->sheet, row->at, row->columns, row->row->row, error)
      || !close_bracket (row, error))
    return FALSE;
  g_ptr_array_add (row->import->rows, g_steal_pointer (&row->row));
  return TRUE;
}

/* What dk_json says goes before everything, a name also in expressions. */
static gboolean
overlay_row (SurveyRow *row, GError **error)
{
  g_autofree char *title = word (row, "name");
  g_autofree char *before = g_strdup (dk_json_get_text (row->row->row, "name"));
  const char *after;

  if (!dk_import_overlay (row->sheet, row->at, row->columns, row->row->row, error))
    return FALSE;
  after = dk_json_get_text (row->row->row, "name");
  if (g_strcmp0 (before, after) != 0 && after != NULL)
    g_hash_table_replace (row->import->names, g_steal_pointer (&title), g_strdup (after));
  return TRUE;
}

/* A row that has a type. */
static gboolean
read_typed_row (SurveyRow *row, GError **error)
{
  g_autofree char *type = NULL;

  if (!begin_row (row, error))
    return FALSE;
  if (row->type.word->type == NULL) {
    g_autofree char *shown = word (row, "type");
    dk_import_add (row->import, row->sheet, row->at, row->type_column, FALSE, shown,
                   row->type.word->why);
    return TRUE;
  }
  type = make_type (row);
  if (type == NULL)
    return dk_import_refuse (error, row->sheet, row->at, row->type_column,
                             "the list \"%s\" stands in no row of the sheet \"choices\"",
                             row->type.list);
  row->row = dk_import_row_new (row->at);
  dk_import_row_set (row->row, "type", row->type_column, dk_json_string (type));
  if (g_str_has_prefix (type, "end_"))
    return read_bracket_end (row, error);
  take_name (row, type);
  if (!take_cells (row, error))
    return FALSE;
  place_guidance (row);
  if (row->own_type == NULL)
    finish_type (row);
  if (g_str_has_prefix (type, "begin_"))
    open_bracket (row);
  if (!overlay_row (row, error))
    return FALSE;
  dk_import_take_marks (row->import, row->sheet, row->columns, row->row);
  g_ptr_array_add (row->import->rows, row->row);
  if (row->type.or_other && row->own_type == NULL)
    add_other_row (row, dk_json_get_text (row->row->row, "name"));
  row->row = NULL;
  return TRUE;
}

/* A row without a type says something to people alone, as long as it names nothing. */
static void
tell_comment (const SurveyRow *row)
{
  gboolean is_named = dk_import_is_filled (cell (row, "name"))
                      || dk_import_is_filled (cell (row, "label"));

  for (guint i = 0; i < row->columns->len; i++) {
    const DkColumn *column = &g_array_index (row->columns, DkColumn, i);
    const char *text = dk_sheet_get (row->sheet, row->at, column->column);
    if (dk_import_is_filled (text)) {
      dk_import_add (row->import, row->sheet, row->at, column->column, !is_named, text,
                     is_named ? "the row has no type" : "a row without a type is a remark");
      return;
    }
  }
}

static gboolean
read_row (SurveyRow *row, GError **error)
{
  gboolean ok;

  if (read_flag (cell (row, "disabled")) == 1) {
    add (row, "disabled", TRUE, cell (row, "type"), "the row is switched off");
    return TRUE;
  }
  if (!dk_import_is_filled (cell (row, "type")) && !dk_import_is_filled (cell (row, "dk_type"))) {
    tell_comment (row);
    return TRUE;
  }
  ok = read_typed_row (row, error);
  g_free (row->own_type);
  g_free (row->type.list);
  dk_import_row_free (row->row);
  return ok;
}

gboolean
dk_import_survey (DkImport *import, GError **error)
{
  const DkSheet *sheet = import->sheets->survey;
  guint header = 0;
  g_autoptr (GArray) columns = dk_columns_read (sheet, DK_SURVEY_COLUMNS, &header);
  const DkColumn *type = dk_columns_find (columns, "type");

  if (type == NULL)
    return dk_import_refuse (error, sheet, header, 0,
                             "this row must name the columns, and none is called \"type\"");
  for (guint at = header + 1; at < dk_sheet_rows (sheet); at++) {
    SurveyRow row = { import, sheet, columns, at, type->column, { 0 }, NULL, NULL };
    if (!read_row (&row, error))
      return FALSE;
    if (import->rows->len > DK_IMPORT_ROWS_MAX)
      return dk_import_refuse (error, sheet, at, type->column,
                               "a form has at most %u rows, and this is one too many",
                               DK_IMPORT_ROWS_MAX);
  }
  if (import->rows->len == 0)
    return dk_import_refuse (error, sheet, header, type->column, "no row has a type");
  return check_closed (import, type->column, error);
}
