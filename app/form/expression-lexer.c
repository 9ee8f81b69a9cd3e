/* SPDX-License-Identifier: MIT */
#include "app/form/expression-private.h"

#include <string.h>

gboolean
dk_expression_fault (GError **error, guint column, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *words = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "column %u: %s", column, words);
  return FALSE;
}

/* From the last token on: a text of many tokens is walked once. */
static guint
count_column (DkLexer *lexer)
{
  lexer->column += (guint) g_utf8_strlen (lexer->counted, lexer->at - lexer->counted);
  lexer->counted = lexer->at;
  return lexer->column;
}

static gboolean
is_name_start (gunichar c)
{
  return c == '_' || g_unichar_isalpha (c);
}

static gboolean
is_name_part (gunichar c)
{
  return is_name_start (c) || c == '-' || c == '.' || g_unichar_isdigit (c) || g_unichar_ismark (c);
}

/* `jr:choice-name` is one name, so that it can be refused as such. */
static const char *
skip_name (const char *at)
{
  while (is_name_part (g_utf8_get_char (at))
         || (*at == ':' && is_name_start (g_utf8_get_char (at + 1)))) {
    at = g_utf8_next_char (at);
  }
  return at;
}

static void
take (DkLexer *lexer, DkToken *out, DkTokenKind kind, gsize size)
{
  out->kind = kind;
  out->text = lexer->at;
  out->size = size;
  lexer->at += size;
}

static gboolean
read_quoted (DkLexer *lexer, DkToken *out, GError **error)
{
  const char *end = strchr (lexer->at + 1, *lexer->at);

  if (end == NULL) {
    return dk_expression_fault (error, out->column, "the text that begins with %c has no end",
                                *lexer->at);
  }
  out->kind = DK_TOKEN_TEXT;
  out->text = lexer->at + 1;
  out->size = (gsize) (end - out->text);
  lexer->at = end + 1;
  return TRUE;
}

static gboolean
read_number (DkLexer *lexer, DkToken *out, GError **error)
{
  gsize size = strspn (lexer->at, "0123456789");

  if (lexer->at[size] == '.') {
    size += 1 + strspn (lexer->at + size + 1, "0123456789");
  }
  take (lexer, out, DK_TOKEN_NUMBER, size);
  if (is_name_start (g_utf8_get_char (lexer->at))) {
    return dk_expression_fault (error, out->column,
                                "a number is followed by letters: a text stands in quotes");
  }
  g_autofree char *digits = g_strndup (out->text, out->size);
  out->number = g_ascii_strtod (digits, NULL);
  return TRUE;
}

static gboolean
read_field (DkLexer *lexer, DkToken *out, GError **error)
{
  const char *start = lexer->at + 2;
  const char *close = lexer->at[1] == '{' ? strchr (start, '}') : NULL;

  if (close == NULL) {
    return dk_expression_fault (error, out->column, "write ${name} for the answer of a field");
  }
  while (*start == ' ') {
    start++;
  }
  const char *end = is_name_start (g_utf8_get_char (start)) ? skip_name (start) : start;
  const char *rest = end + strspn (end, " ");
  if (g_str_has_prefix (start, "last-saved#")) {
    return dk_expression_fault (error, out->column,
                                "answers of another record (last-saved#) are not supported");
  }
  if (end == start || rest != close || (gsize) (end - start) > DK_EXPRESSION_NAME_BYTES) {
    return dk_expression_fault (error, out->column,
                                "between ${ and } stands the name of one field, at most %u bytes",
                                DK_EXPRESSION_NAME_BYTES);
  }
  out->kind = DK_TOKEN_FIELD;
  out->text = start;
  out->size = (gsize) (end - start);
  lexer->at = close + 1;
  return TRUE;
}

/* What people write who know another language. */
static const struct {
  const char *sign;
  const char *advice;
} wrong_signs[] = {
  { "==", "write = once to compare" },
  { "<>", "write != for \"is not equal\"" },
  { "&&", "write and" },
  { "||", "write or" },
  { "!", "write not(...), or != to compare" },
  { "&", "texts are joined with concat(...)" },
  { "%", "the rest of a division is mod" },
  { "/", "a division is div; paths are not supported, write ${name}" },
  { "[", "conditions in [ ] are not supported" },
  { "|", "joined paths are not supported" },
  { "@", "attributes are not supported" },
  { "\342\200\230", "a typographic quotation mark: use ' or \"" },
  { "\342\200\231", "a typographic quotation mark: use ' or \"" },
  { "\342\200\234", "a typographic quotation mark: use ' or \"" },
  { "\342\200\235", "a typographic quotation mark: use ' or \"" },
  { "\342\200\236", "a typographic quotation mark: use ' or \"" },
};

static const struct {
  const char *sign;
  DkOperator operation;
} signs[] = {
  { "!=", DK_OPERATOR_NOT_EQUAL },
  { "<=", DK_OPERATOR_LESS_EQUAL },
  { ">=", DK_OPERATOR_GREATER_EQUAL },
  { "<", DK_OPERATOR_LESS },
  { ">", DK_OPERATOR_GREATER },
  { "=", DK_OPERATOR_EQUAL },
  { "+", DK_OPERATOR_PLUS },
  { "-", DK_OPERATOR_MINUS },
  { "*", DK_OPERATOR_TIMES },
};

static gboolean
read_sign (DkLexer *lexer, DkToken *out, GError **error)
{
  gboolean is_wrong_pair = g_str_has_prefix (lexer->at, "==") || g_str_has_prefix (lexer->at, "<>");

  for (gsize i = 0; i < G_N_ELEMENTS (signs) && !is_wrong_pair; i++) {
    if (g_str_has_prefix (lexer->at, signs[i].sign)) {
      out->operation = signs[i].operation;
      take (lexer, out, DK_TOKEN_OPERATOR, strlen (signs[i].sign));
      return TRUE;
    }
  }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_signs); i++) {
    if (g_str_has_prefix (lexer->at, wrong_signs[i].sign)) {
      return dk_expression_fault (error, out->column, "%s: %s", wrong_signs[i].sign,
                                  wrong_signs[i].advice);
    }
  }
  gunichar c = g_utf8_get_char (lexer->at);
  if (!g_unichar_isprint (c)) {
    return dk_expression_fault (error, out->column, "a character that is not seen (U+%04X)", c);
  }
  g_autofree char *seen = g_ucs4_to_utf8 (&c, 1, NULL, NULL, NULL);
  return dk_expression_fault (error, out->column, "%s does not belong here", seen);
}

static gboolean
read_dots (DkLexer *lexer, DkToken *out)
{
  gboolean is_parent = lexer->at[1] == '.';

  take (lexer, out, is_parent ? DK_TOKEN_PARENT : DK_TOKEN_DOT, is_parent ? 2 : 1);
  return TRUE;
}

static gboolean
read_name (DkLexer *lexer, DkToken *out, GError **error)
{
  gsize size = (gsize) (skip_name (lexer->at) - lexer->at);

  if (size > DK_EXPRESSION_NAME_BYTES) {
    return dk_expression_fault (error, out->column, "a name is longer than %u bytes",
                                DK_EXPRESSION_NAME_BYTES);
  }
  take (lexer, out, DK_TOKEN_NAME, size);
  return TRUE;
}

gboolean
dk_lexer_next (DkLexer *lexer, DkToken *out, GError **error)
{
  lexer->at += strspn (lexer->at, " \t\r\n");
  *out = (DkToken){ .column = count_column (lexer),
                    .operation = DK_OPERATOR_NONE };
  switch (*lexer->at) {
  case '\0':
    out->kind = DK_TOKEN_END;
    return TRUE;
  case '\'':
  case '"':
    return read_quoted (lexer, out, error);
  case '$':
    return read_field (lexer, out, error);
  case '(':
    take (lexer, out, DK_TOKEN_OPEN, 1);
    return TRUE;
  case ')':
    take (lexer, out, DK_TOKEN_CLOSE, 1);
    return TRUE;
  case ',':
    take (lexer, out, DK_TOKEN_COMMA, 1);
    return TRUE;
  default:
    break;
  }
  if (g_ascii_isdigit (*lexer->at) || (*lexer->at == '.' && g_ascii_isdigit (lexer->at[1]))) {
    return read_number (lexer, out, error);
  }
  if (*lexer->at == '.') {
    return read_dots (lexer, out);
  }
  if (is_name_start (g_utf8_get_char (lexer->at))) {
    return read_name (lexer, out, error);
  }
  return read_sign (lexer, out, error);
}
