/* SPDX-License-Identifier: MIT */
#include "app/form/form-private.h"

#include <string.h>

#include "app/form/expression-private.h"

static const char *const kind_keys[DK_LOGIC_KINDS]
    = { "relevant", "required", "constraint", "calculation", "choice_filter", "default" };

gboolean
dk_form_default_is_expression (const char *text)
{
  gsize name = strspn (text, "abcdefghijklmnopqrstuvwxyz-");
  return strstr (text, "${") != NULL
         || (name > 0 && text[name] == '(' && g_str_has_suffix (text, ")"));
}

static gboolean
is_select (const DkField *field)
{
  return field->type == DK_FIELD_SELECT_ONE || field->type == DK_FIELD_SELECT_MULTIPLE;
}

/* Why this key cannot stand in this row; NULL if it can. */
static const char *
refuse_kind (const DkField *field, DkLogicKind kind)
{
  switch (kind) {
  case DK_LOGIC_REQUIRED:
  case DK_LOGIC_CONSTRAINT:
    return dk_form_has_value (field) ? NULL : "this row has no value";
  case DK_LOGIC_CALCULATION:
    if (field->type == DK_FIELD_CALCULATE) {
      return NULL;
    }
    return field->readonly && dk_form_has_value (field) && field->type != DK_FIELD_FILE
                   && field->type != DK_FIELD_ACKNOWLEDGE
               ? NULL
               : "only a calculate, or a field that is readonly, is computed";
  case DK_LOGIC_FILTER:
    return is_select (field) ? NULL : "only a select has choices";
  case DK_LOGIC_RELEVANT:
  case DK_LOGIC_DEFAULT:
  case DK_LOGIC_KINDS:
    break;
  }
  return NULL;
}

DkExpression *
dk_form_read_expression (const char *text, const char *pointer, GError **error)
{
  g_autoptr (GError) reason = NULL;
  DkExpression *expression = dk_expression_parse (text, &reason);
  if (expression == NULL) {
    dk_form_fault (error, pointer, "%s", reason->message);
  }
  return expression;
}

/* "." or a call that stands for it, as string-length(). */
static gboolean
reads_own_value (const DkNode *node)
{
  return node->kind == DK_NODE_CURRENT
         || (node->kind == DK_NODE_CALL && node->count == 0 && node->function->parts_max > 0);
}

static gboolean
is_call (const DkNode *node, const char *name)
{
  return node->kind == DK_NODE_CALL && g_str_equal (node->function->name, name);
}

/* once () and "." give the value that stands there: what made another one of it would never end.
 * The first part that does so; NULL if there is none. */
static const DkNode *
find_changed_value (const DkNode *node, gboolean is_passed_on)
{
  gboolean is_passed = is_passed_on && (node->kind == DK_NODE_CURRENT || is_call (node, "once"));
  if (!is_passed && (is_call (node, "once") || reads_own_value (node))) {
    return node;
  }
  gboolean is_if = is_call (node, "if");
  gboolean passes_on = is_passed_on && (is_if || is_call (node, "coalesce"));
  for (const DkNode *part = node->first; part != NULL; part = part->next) {
    const DkNode *found
        = find_changed_value (part, passes_on && !(is_if && part == node->first));
    if (found != NULL) {
      return found;
    }
  }
  return NULL;
}

/* What an expression of this kind cannot read. */
static gboolean
check_reads (DkLogicKind kind, const DkExpression *expression, const char *place, GError **error)
{
  const char *const *columns = dk_expression_columns (expression);
  if (kind != DK_LOGIC_FILTER && columns[0] != NULL) {
    return dk_form_fault (error, place, "\"%s\" is no value; a field is written ${%s}", columns[0],
                          columns[0]);
  }
  const DkNode *changed = kind == DK_LOGIC_CALCULATION
                              ? find_changed_value (expression->root, TRUE)
                              : NULL;
  if (changed != NULL) {
    return dk_form_fault (error, place, "%s stands alone, or as a result of if() or coalesce(): a "
                                        "calculation cannot make another value of its own",
                          is_call (changed, "once") ? "once()" : "\".\"");
  }
  return TRUE;
}

static gboolean
read_kind (DkForm *form, const DkField *field, DkLogicKind kind, const json_t *row,
           const char *pointer, GError **error)
{
  const json_t *value = json_object_get (row, kind_keys[kind]);
  gboolean is_absent = value == NULL || (kind == DK_LOGIC_REQUIRED && json_is_boolean (value))
                       || (kind == DK_LOGIC_DEFAULT
                           && !dk_form_default_is_expression (field->default_value));
  if (is_absent) {
    return TRUE;
  }
  g_autofree char *place = g_strdup_printf ("%s/%s", pointer, kind_keys[kind]);
  const char *refusal = refuse_kind (field, kind);
  if (!json_is_string (value)) {
    return dk_form_fault (error, place, "an expression is expected here, as a text");
  }
  if (refusal != NULL) {
    return dk_form_fault (error, place, "%s", refusal);
  }
  DkExpression *expression = dk_form_read_expression (json_string_value (value), place, error);
  form->logic[field->index].expressions[kind] = expression;
  return expression != NULL && check_reads (kind, expression, place, error);
}

gboolean
dk_form_read_logic (DkForm *form, DkField *field, const json_t *row, const char *pointer,
                    GError **error)
{
  if (field->type == DK_FIELD_GROUP_END || field->type == DK_FIELD_REPEAT_END) {
    return TRUE;
  }
  for (int kind = 0; kind < DK_LOGIC_KINDS; kind++) {
    if (!read_kind (form, field, (DkLogicKind) kind, row, pointer, error)) {
      return FALSE;
    }
  }
  const DkFieldLogic *logic = &form->logic[field->index];
  field->has_calculation = logic->expressions[DK_LOGIC_CALCULATION] != NULL;
  field->has_condition = logic->expressions[DK_LOGIC_RELEVANT] != NULL
                         || (field->group != NULL && field->group->has_condition);
  if (field->type == DK_FIELD_CALCULATE && !field->has_calculation) {
    g_autofree char *place = g_strdup_printf ("%s/calculation", pointer);
    return dk_form_fault (error, place, "a calculate needs a calculation");
  }
  if (field->constraint_message != NULL && logic->expressions[DK_LOGIC_CONSTRAINT] == NULL) {
    g_autofree char *place = g_strdup_printf ("%s/constraint_message", pointer);
    return dk_form_fault (error, place, "this row has no constraint that could fail");
  }
  return TRUE;
}

static gboolean
check_value_reference (const DkForm *form, const char *name, const DkField *field,
                       const char *pointer, GError **error)
{
  const DkField *target = dk_form_find (form, name);
  if (target == NULL) {
    return dk_form_fault (error, pointer, "${%s} names no row of this form", name);
  }
  if (!dk_form_has_value (target)) {
    return dk_form_fault (error, pointer, "${%s} names a row that has no value", name);
  }
  if (target->repeat != NULL && (field == NULL || field->repeat != target->repeat)) {
    return dk_form_fault (error, pointer,
                          "${%s} lies in the repeat \"%s\"; from outside it can only be read by "
                          "count(), sum(), min() and max()",
                          name, target->repeat->name);
  }
  return TRUE;
}

static gboolean
check_row_reference (const DkForm *form, const char *name, const char *pointer, GError **error)
{
  const DkField *target = dk_form_find (form, name);
  if (target == NULL) {
    return dk_form_fault (error, pointer, "${%s} names no row of this form", name);
  }
  if (!dk_form_has_value (target) && target->type != DK_FIELD_REPEAT_BEGIN) {
    return dk_form_fault (error, pointer, "${%s} names a row that has no value", name);
  }
  return TRUE;
}

static gboolean
is_number_answer (const DkForm *form, const DkField *field, const DkNode *node)
{
  const DkField *source = node->kind == DK_NODE_FIELD     ? dk_form_find (form, node->text)
                          : node->kind == DK_NODE_CURRENT ? field
                                                          : NULL;
  return source != NULL
         && (source->type == DK_FIELD_INTEGER || source->type == DK_FIELD_DECIMAL);
}

/* "9.90" and "9.9" are one answer where a number is asked for. */
static void
mark_numbers (const DkForm *form, const DkExpression *expression, const DkField *field)
{
  for (guint i = 0; i < expression->nodes->len; i++) {
    DkNode *node = g_ptr_array_index (expression->nodes, i);
    gboolean compares = node->kind == DK_NODE_OPERATOR
                        && (node->operation == DK_OPERATOR_EQUAL
                            || node->operation == DK_OPERATOR_NOT_EQUAL);
    node->of_numbers = compares
                       && (is_number_answer (form, field, node->first)
                           || is_number_answer (form, field, node->first->next));
  }
}

gboolean
dk_form_check_references (const DkForm *form, const DkExpression *expression, const DkField *field,
                          const char *pointer, GError **error)
{
  mark_numbers (form, expression, field);
  const char *const *values = dk_expression_value_references (expression);
  const char *const *rows = dk_expression_row_references (expression);
  for (gsize i = 0; values[i] != NULL; i++) {
    if (!check_value_reference (form, values[i], field, pointer, error)) {
      return FALSE;
    }
  }
  for (gsize i = 0; rows[i] != NULL; i++) {
    if (!check_row_reference (form, rows[i], pointer, error)) {
      return FALSE;
    }
  }
  return TRUE;
}

static void
add_dependant (DkForm *form, const DkField *source, const DkField *field, guint kinds,
               gboolean of_all_rows)
{
  DkFieldLogic *logic = &form->logic[source->index];
  DkDependant dependant = { field->index, kinds, of_all_rows };
  if (logic->dependants == NULL) {
    logic->dependants = g_array_new (FALSE, FALSE, sizeof (DkDependant));
  }
  g_array_append_val (logic->dependants, dependant);
}

static void
note_references (DkForm *form, const DkField *field, DkLogicKind kind)
{
  const DkExpression *expression = form->logic[field->index].expressions[kind];
  const char *const *values = dk_expression_value_references (expression);
  const char *const *rows = dk_expression_row_references (expression);
  gboolean reads_itself_freely = kind != DK_LOGIC_RELEVANT && kind != DK_LOGIC_CALCULATION;
  for (gsize i = 0; values[i] != NULL; i++) {
    const DkField *source = dk_form_find (form, values[i]);
    if (source != field || !reads_itself_freely) {
      add_dependant (form, source, field, DK_LOGIC_BIT (kind), FALSE);
    }
  }
  for (gsize i = 0; rows[i] != NULL; i++) {
    const DkField *source = dk_form_find (form, rows[i]);
    if (source != field || !reads_itself_freely) {
      add_dependant (form, source, field, DK_LOGIC_BIT (kind), TRUE);
    }
    if (source->repeat != NULL && source->repeat != field) {
      add_dependant (form, source->repeat, field, DK_LOGIC_BIT (kind), TRUE);
    }
  }
  if (dk_expression_has_clock (expression)) {
    DkDependant clock = { field->index, DK_LOGIC_BIT (kind), TRUE };
    g_array_append_val (form->clocks, clock);
  }
}

static gboolean
link_field (DkForm *form, const DkField *field, GError **error)
{
  for (int kind = 0; kind < DK_LOGIC_KINDS; kind++) {
    const DkExpression *expression = form->logic[field->index].expressions[kind];
    if (expression == NULL) {
      continue;
    }
    g_autofree char *place = g_strdup_printf ("/survey/%u/%s", field->index, kind_keys[kind]);
    if (!dk_form_check_references (form, expression, field, place, error)) {
      return FALSE;
    }
    if (kind != DK_LOGIC_DEFAULT) {
      note_references (form, field, (DkLogicKind) kind);
    }
  }
  if (field->group != NULL && field->type != DK_FIELD_GROUP_END
      && field->type != DK_FIELD_REPEAT_END) {
    add_dependant (form, field->group, field, DK_LOGIC_GROUP, FALSE);
  }
  return TRUE;
}

gboolean
dk_form_link_logic (DkForm *form, GError **error)
{
  form->clocks = g_array_new (FALSE, FALSE, sizeof (DkDependant));
  for (guint i = 0; i < form->fields->len; i++) {
    if (!link_field (form, g_ptr_array_index (form->fields, i), error)) {
      return FALSE;
    }
  }
  return dk_form_order_logic (form, error);
}

typedef struct {
  DkForm *form;
  const DkField *field;
  guint kinds;
  const char *pointer;
  GError **error;
  gboolean is_good;
} WordsLink;

static void
link_piece (gpointer data, const char *text, const char *name)
{
  WordsLink *link = data;
  if (text != NULL || !link->is_good) {
    return;
  }
  link->is_good
      = check_value_reference (link->form, name, link->field, link->pointer, link->error);
  if (link->is_good) {
    add_dependant (link->form, dk_form_find (link->form, name), link->field, link->kinds, FALSE);
  }
}

static gboolean
link_text (DkForm *form, const DkField *field, guint kinds, const json_t *value,
           const char *pointer, GError **error)
{
  WordsLink link = { form, field, kinds, pointer, error, TRUE };
  const char *text = json_string_value (value);
  if (text == NULL || strstr (text, "${") == NULL) {
    return TRUE;
  }
  if (!dk_form_split_template (text, link_piece, &link) && link.is_good) {
    return dk_form_fault (error, pointer, "\"${\" has no \"}\"");
  }
  return link.is_good;
}

static gboolean
link_label (DkForm *form, const DkField *field, const json_t *row, const char *key, guint kinds,
            GError **error)
{
  const json_t *label = json_object_get (row, key);
  g_autofree char *pointer = g_strdup_printf ("/survey/%u/%s", field->index, key);
  const char *language = NULL;
  json_t *text = NULL;
  if (!json_is_object (label)) {
    return link_text (form, field, kinds, label, pointer, error);
  }
  json_object_foreach ((json_t *) label, language, text) {
    g_autofree char *place = dk_form_join_pointer (pointer, language);
    if (!link_text (form, field, kinds, text, place, error)) {
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
dk_form_link_words (const DkFormReader *reader, GError **error)
{
  DkForm *form = reader->form;
  const json_t *survey = json_object_get (reader->root, "survey");
  for (guint i = 0; i < form->fields->len; i++) {
    const DkField *field = g_ptr_array_index (form->fields, i);
    const json_t *row = json_array_get (survey, i);
    if (!link_label (form, field, row, "label", DK_LOGIC_LABEL, error)
        || !link_label (form, field, row, "hint", DK_LOGIC_LABEL, error)
        || !link_label (form, field, row, "constraint_message",
                        DK_LOGIC_BIT (DK_LOGIC_CONSTRAINT), error)) {
      return FALSE;
    }
  }
  return TRUE;
}

void
dk_form_clear_logic (DkForm *form)
{
  for (guint i = 0; form->logic != NULL && i < form->fields->len; i++) {
    for (int kind = 0; kind < DK_LOGIC_KINDS; kind++) {
      dk_expression_free (form->logic[i].expressions[kind]);
    }
    g_clear_pointer (&form->logic[i].dependants, g_array_unref);
  }
  g_clear_pointer (&form->logic, g_free);
  g_clear_pointer (&form->order, g_free);
  g_clear_pointer (&form->clocks, g_array_unref);
}
