/* SPDX-License-Identifier: MIT */
#include "app/form/expression-private.h"

#include <string.h>

typedef struct {
  DkLexer lexer;
  DkToken token; /* the one that comes next */
  DkExpression *made;
  guint depth;
} Parser;

static DkNode *parse_or (Parser *parser, GError **error);

static gboolean
advance (Parser *parser, GError **error)
{
  return dk_lexer_next (&parser->lexer, &parser->token, error);
}

static DkNode *
add_node (Parser *parser, DkNodeKind kind, guint column)
{
  DkNode *node = g_new0 (DkNode, 1);

  node->kind = kind;
  node->operation = DK_OPERATOR_NONE;
  node->column = column;
  g_ptr_array_add (parser->made->nodes, node);
  return node;
}

static DkNode *
add_word (Parser *parser, DkNodeKind kind)
{
  DkNode *node = add_node (parser, kind, parser->token.column);

  node->text = g_strndup (parser->token.text, parser->token.size);
  return node;
}

/* Parts are few, or come one after the other from `tail`. */
static DkNode **
add_part (DkNode *node, DkNode **tail, DkNode *part)
{
  *tail = part;
  node->count++;
  node->depth = MAX (node->depth, part->depth + 1);
  return &part->next;
}

static gboolean
is_word (const DkToken *token, const char *word)
{
  return token->kind == DK_TOKEN_NAME && token->size == strlen (word)
         && strncmp (token->text, word, token->size) == 0;
}

static gboolean
refuse_depth (const Parser *parser, guint depth_max, GError **error)
{
  return dk_expression_fault (error, parser->token.column,
                              "more than %u parts within each other: use a calculate for some",
                              depth_max);
}

static void
describe_token (const DkToken *token, GString *out)
{
  if (token->kind == DK_TOKEN_END) {
    g_string_append (out, "the expression ends");
  } else {
    g_string_append_printf (out, "\"%.*s\" stands", (int) MIN (token->size, 40), token->text);
  }
}

static gboolean
expect (Parser *parser, DkTokenKind kind, const char *what, GError **error)
{
  if (parser->token.kind != kind) {
    g_autoptr (GString) found = g_string_new (NULL);

    describe_token (&parser->token, found);
    return dk_expression_fault (error, parser->token.column, "%s where %s is needed", found->str,
                                what);
  }
  return advance (parser, error);
}

static gboolean
check_function (const Parser *parser, const DkToken *name, const DkFunction *function,
                GError **error)
{
  int size = (int) name->size;

  if (function != NULL) {
    return TRUE;
  }
  g_autofree char *word = g_strndup (name->text, name->size);
  if (dk_function_is_foreign (word)) {
    return dk_expression_fault (error, name->column, "the function %s() is not supported here",
                                word);
  }
  return dk_expression_fault (error, name->column, "there is no function %.*s()", size,
                              name->text);
}

static gboolean
check_count (const DkNode *call, GError **error)
{
  const DkFunction *function = call->function;

  if (call->count >= function->parts_min && call->count <= function->parts_max) {
    return TRUE;
  }
  g_autofree char *range = g_strdup_printf ("%u", function->parts_min);
  if (function->parts_max == DK_FUNCTION_MANY) {
    range = (g_free (range), g_strdup_printf ("at least %u", function->parts_min));
  } else if (function->parts_max > function->parts_min) {
    range = (g_free (range),
             g_strdup_printf ("%u to %u", function->parts_min, function->parts_max));
  }
  return dk_expression_fault (error, call->column, "%s() takes %s values, not %u", function->name,
                              range, call->count);
}

static void
mark_rows (const DkNode *call)
{
  guint i = 0;

  for (DkNode *part = call->first; part != NULL; part = part->next, i++) {
    gboolean reads_rows = (call->function->rows == DK_ROWS_IF_ALONE && call->count == 1)
                          || (call->function->rows == DK_ROWS_AFTER_FIRST && i > 0);

    if (reads_rows && part->kind == DK_NODE_FIELD) {
      part->kind = DK_NODE_ROWS;
    }
  }
}

static gboolean
check_pattern (DkNode *call, GError **error)
{
  DkNode *pattern = call->first->next;
  gsize position = 0;
  g_autoptr (GError) cause = NULL;

  if (pattern->kind != DK_NODE_TEXT) {
    return TRUE;
  }
  call->pattern = dk_pattern_new (pattern->text, &position, &cause);
  if (call->pattern == NULL) {
    return dk_expression_fault (error, pattern->column + 1 + (guint) position, "%s",
                                cause->message);
  }
  return TRUE;
}

static gboolean
check_pull (const DkNode *call, GError **error)
{
  for (guint i = 0; i < 3; i++) {
    const DkNode *part = dk_node_part (call, i);

    if (part->kind != DK_NODE_TEXT) {
      return dk_expression_fault (error, part->column,
                                  "table, column and key column of pulldata() stand in quotes");
    }
  }
  return TRUE;
}

/* What only some functions ask of their arguments. */
static gboolean
check_call (Parser *parser, DkNode *call, GError **error)
{
  const char *name = call->function->name;

  if (!check_count (call, error)) {
    return FALSE;
  }
  mark_rows (call);
  if (g_str_equal (name, "now") || g_str_equal (name, "today")) {
    parser->made->has_clock = TRUE;
  }
  if (g_str_equal (name, "regex")) {
    return check_pattern (call, error);
  }
  if (g_str_equal (name, "pulldata")) {
    return check_pull (call, error);
  }
  if (g_str_equal (name, "position") && call->first->kind != DK_NODE_PARENT) {
    return dk_expression_fault (error, call->first->column, "position() is written position(..)");
  }
  if (g_str_has_prefix (name, "count") && call->function->rows == DK_ROWS_IF_ALONE
      && call->first->kind != DK_NODE_ROWS) {
    return dk_expression_fault (error, call->first->column, "%s() takes one ${name}", name);
  }
  return TRUE;
}

static gboolean
parse_parts (Parser *parser, DkNode *call, GError **error)
{
  DkNode **tail = &call->first;

  while (parser->token.kind != DK_TOKEN_CLOSE) {
    if (call->count > 0 && !expect (parser, DK_TOKEN_COMMA, "a comma or )", error)) {
      return FALSE;
    }
    DkNode *part = parse_or (parser, error);
    if (part == NULL) {
      return FALSE;
    }
    tail = add_part (call, tail, part);
  }
  return advance (parser, error);
}

static DkNode *
parse_call (Parser *parser, const DkToken *name, GError **error)
{
  g_autofree char *word = g_strndup (name->text, name->size);
  const DkFunction *function = dk_function_find (word);

  if (!check_function (parser, name, function, error)) {
    return NULL;
  }
  DkNode *call = add_node (parser, DK_NODE_CALL, name->column);
  call->function = function;
  if (!advance (parser, error) || !parse_parts (parser, call, error)
      || !check_call (parser, call, error)) {
    return NULL;
  }
  return call;
}

static DkNode *
parse_name (Parser *parser, GError **error)
{
  DkToken name = parser->token;

  if (!advance (parser, error)) {
    return NULL;
  }
  if (parser->token.kind == DK_TOKEN_OPEN) {
    return parse_call (parser, &name, error);
  }
  if (memchr (name.text, ':', name.size) != NULL) {
    dk_expression_fault (error, name.column, "a name with : is not supported");
    return NULL;
  }
  DkNode *column = add_node (parser, DK_NODE_COLUMN, name.column);
  column->text = g_strndup (name.text, name.size);
  return column;
}

static DkNode *
parse_parenthesis (Parser *parser, GError **error)
{
  if (!advance (parser, error)) {
    return NULL;
  }
  DkNode *inner = parse_or (parser, error);
  return inner != NULL && expect (parser, DK_TOKEN_CLOSE, "a )", error) ? inner : NULL;
}

static DkNode *
parse_value (Parser *parser, GError **error)
{
  DkNode *node = NULL;

  switch (parser->token.kind) {
  case DK_TOKEN_NUMBER:
    node = add_node (parser, DK_NODE_NUMBER, parser->token.column);
    node->number = parser->token.number;
    break;
  case DK_TOKEN_TEXT:
    node = add_word (parser, DK_NODE_TEXT);
    break;
  case DK_TOKEN_FIELD:
    node = add_word (parser, DK_NODE_FIELD);
    break;
  case DK_TOKEN_DOT:
    node = add_node (parser, DK_NODE_CURRENT, parser->token.column);
    break;
  case DK_TOKEN_PARENT:
    node = add_node (parser, DK_NODE_PARENT, parser->token.column);
    break;
  case DK_TOKEN_NAME:
    return parse_name (parser, error);
  case DK_TOKEN_OPEN:
    return parse_parenthesis (parser, error);
  default:
    (void) expect (parser, DK_TOKEN_NUMBER, "a value", error);
    return NULL;
  }
  return advance (parser, error) ? node : NULL;
}

static DkNode *
parse_unary (Parser *parser, GError **error)
{
  if (parser->token.kind != DK_TOKEN_OPERATOR
      || parser->token.operation != DK_OPERATOR_MINUS) {
    return parse_value (parser, error);
  }
  if (parser->depth >= DK_EXPRESSION_NESTING_MAX) {
    refuse_depth (parser, DK_EXPRESSION_NESTING_MAX, error);
    return NULL;
  }
  DkNode *minus = add_node (parser, DK_NODE_MINUS, parser->token.column);
  parser->depth++;
  DkNode *part = advance (parser, error) ? parse_unary (parser, error) : NULL;
  parser->depth--;
  if (part == NULL) {
    return NULL;
  }
  add_part (minus, &minus->first, part);
  return minus;
}

/* How strongly an operator holds its neighbours, from 0 (or) to 5 (times); XPath 1.0, 3.5. */
static const guint strengths[DK_OPERATOR_NONE] = {
  [DK_OPERATOR_OR] = 0,        [DK_OPERATOR_AND] = 1,
  [DK_OPERATOR_EQUAL] = 2,     [DK_OPERATOR_NOT_EQUAL] = 2,
  [DK_OPERATOR_LESS] = 3,      [DK_OPERATOR_LESS_EQUAL] = 3,
  [DK_OPERATOR_GREATER] = 3,   [DK_OPERATOR_GREATER_EQUAL] = 3,
  [DK_OPERATOR_PLUS] = 4,      [DK_OPERATOR_MINUS] = 4,
  [DK_OPERATOR_TIMES] = 5,     [DK_OPERATOR_DIV] = 5,
  [DK_OPERATOR_MOD] = 5,
};
#define STRENGTH_UNARY 6u

/* The operator that stands where one is expected: here `and` is no longer a name. */
static DkOperator
operator_of (const DkToken *token)
{
  static const struct {
    const char *word;
    DkOperator operation;
  } words[] = { { "or", DK_OPERATOR_OR },
                { "and", DK_OPERATOR_AND },
                { "div", DK_OPERATOR_DIV },
                { "mod", DK_OPERATOR_MOD } };

  if (token->kind == DK_TOKEN_OPERATOR) {
    return token->operation;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (is_word (token, words[i].word)) {
      return words[i].operation;
    }
  }
  return DK_OPERATOR_NONE;
}

static DkNode *
parse_level (Parser *parser, guint strength, GError **error)
{
  if (strength == STRENGTH_UNARY) {
    return parse_unary (parser, error);
  }
  DkNode *left = parse_level (parser, strength + 1, error);
  DkNode **tail = NULL;
  const DkNode *chain = NULL;

  while (left != NULL) {
    DkOperator operation = operator_of (&parser->token);
    if (operation == DK_OPERATOR_NONE || strengths[operation] != strength) {
      break;
    }
    guint column = parser->token.column;
    DkNode *right = advance (parser, error) ? parse_level (parser, strength + 1, error) : NULL;
    if (right == NULL) {
      return NULL;
    }
    /* A chain of `and` or `or` is one node, so that a long list does not go deep. */
    if (chain == NULL || operation > DK_OPERATOR_AND) {
      DkNode *node = add_node (parser, DK_NODE_OPERATOR, column);
      node->operation = operation;
      tail = add_part (node, &node->first, left);
      chain = left = node;
    }
    tail = add_part (left, tail, right);
    if (left->depth > DK_EXPRESSION_DEPTH_MAX) {
      refuse_depth (parser, DK_EXPRESSION_DEPTH_MAX, error);
      return NULL;
    }
  }
  return left;
}

static DkNode *
parse_or (Parser *parser, GError **error)
{
  if (parser->depth >= DK_EXPRESSION_NESTING_MAX) {
    refuse_depth (parser, DK_EXPRESSION_NESTING_MAX, error);
    return NULL;
  }
  parser->depth++;
  DkNode *node = parse_level (parser, 0, error);
  parser->depth--;
  return node;
}

static void
free_node (gpointer data)
{
  DkNode *node = data;

  g_free (node->text);
  dk_pattern_free (node->pattern);
  g_free (node);
}

static gboolean
check_parents (const DkExpression *made, GError **error)
{
  guint parents = 0;
  guint positions = 0;
  guint column = 1;

  for (guint i = 0; i < made->nodes->len; i++) {
    const DkNode *node = made->nodes->pdata[i];

    if (node->kind == DK_NODE_PARENT) {
      parents++;
      column = node->column;
    }
    if (node->kind == DK_NODE_CALL && g_str_equal (node->function->name, "position")) {
      positions++;
    }
  }
  return parents == positions
         || dk_expression_fault (error, column, ".. is supported in position(..) alone");
}

static void
add_name (GPtrArray *names, const char *name)
{
  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL)) {
    g_ptr_array_add (names, g_strdup (name));
  }
}

static void
collect_names (DkExpression *made)
{
  for (guint i = 0; i < made->nodes->len; i++) {
    const DkNode *node = made->nodes->pdata[i];

    if (node->kind == DK_NODE_COLUMN) {
      add_name (made->columns, node->text);
    }
    if (node->kind == DK_NODE_FIELD || node->kind == DK_NODE_ROWS) {
      add_name (node->kind == DK_NODE_FIELD ? made->value_references : made->row_references,
                node->text);
    }
  }
  g_ptr_array_add (made->columns, NULL);
  g_ptr_array_add (made->value_references, NULL);
  g_ptr_array_add (made->row_references, NULL);
}

static gboolean
check_text (const char *text, GError **error)
{
  const char *end = text;

  if (strlen (text) > DK_EXPRESSION_BYTES_MAX) {
    return dk_expression_fault (error, 1, "the expression is longer than %u bytes",
                                DK_EXPRESSION_BYTES_MAX);
  }
  if (!g_utf8_validate (text, -1, &end)) {
    return dk_expression_fault (error, (guint) g_utf8_strlen (text, end - text) + 1,
                                "the text is not valid UTF-8");
  }
  return TRUE;
}

DkExpression *
dk_expression_parse (const char *text, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);
  if (!check_text (text, error)) {
    return NULL;
  }
  g_autoptr (DkExpression) made = g_new0 (DkExpression, 1);
  made->nodes = g_ptr_array_new_with_free_func (free_node);
  made->value_references = g_ptr_array_new_with_free_func (g_free);
  made->row_references = g_ptr_array_new_with_free_func (g_free);
  made->columns = g_ptr_array_new_with_free_func (g_free);

  Parser parser = { .lexer = { text, text, 1 }, .made = made };
  if (!advance (&parser, error)) {
    return NULL;
  }
  if (parser.token.kind == DK_TOKEN_END) {
    dk_expression_fault (error, 1, "the expression is empty");
    return NULL;
  }
  made->root = parse_or (&parser, error);
  if (made->root == NULL || !expect (&parser, DK_TOKEN_END, "an operator or the end", error)
      || !check_parents (made, error)) {
    return NULL;
  }
  collect_names (made);
  return g_steal_pointer (&made);
}

const char *const *
dk_expression_value_references (const DkExpression *expression)
{
  g_return_val_if_fail (expression != NULL, NULL);
  return (const char *const *) expression->value_references->pdata;
}

const char *const *
dk_expression_row_references (const DkExpression *expression)
{
  g_return_val_if_fail (expression != NULL, NULL);
  return (const char *const *) expression->row_references->pdata;
}

const char *const *
dk_expression_columns (const DkExpression *expression)
{
  g_return_val_if_fail (expression != NULL, NULL);
  return (const char *const *) expression->columns->pdata;
}

gboolean
dk_expression_has_clock (const DkExpression *expression)
{
  g_return_val_if_fail (expression != NULL, FALSE);
  return expression->has_clock;
}

void
dk_expression_free (DkExpression *expression)
{
  if (expression == NULL) {
    return;
  }
  g_ptr_array_unref (expression->nodes);
  g_ptr_array_unref (expression->value_references);
  g_ptr_array_unref (expression->row_references);
  g_ptr_array_unref (expression->columns);
  g_free (expression);
}
