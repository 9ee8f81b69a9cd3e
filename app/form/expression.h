/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* The expressions of XLSForm columns, a subset of XPath 1.0 with the types and null rules of the
 * ODK documentation (docs.getodk.org/form-operators-functions). FORMAT.md, section "Expressions",
 * lists operators, functions and conversions. A parsed expression is immutable and may be shared
 * between threads. */
typedef struct DkExpression DkExpression;

#define DK_EXPRESSION_BYTES_MAX 4000u

typedef enum { DK_VALUE_TEXT, DK_VALUE_NUMBER, DK_VALUE_BOOLEAN } DkValueKind;

/* A result. What is not answered is the empty text; text owned, of DK_VALUE_TEXT alone. */
typedef struct {
  DkValueKind kind;
  double number;
  gboolean truth;
  char *text;
} DkValue;

/* What an expression asks while it is evaluated. Texts that are returned are new strings in UTF-8,
 * NULL for what is not there or not answered. Each call may be NULL. Answers are given as texts: a
 * select_multiple as names with blanks, numbers with a point, dates "2026-11-22", times "14:05",
 * dateTimes in ISO 8601 with offset. */
typedef struct {
  char *(*field) (gpointer data, const char *name);     /* ${name}, of the same row of a repeat */
  GPtrArray *(*rows) (gpointer data, const char *name); /* ${name} of all rows, texts ("" or NULL
                                                         * for one without an answer); of the name
                                                         * of a repeat: one text for each row. NULL:
                                                         * one row, that of `field` */
  char *(*column) (gpointer data, const char *name);    /* a bare name in a choice_filter */
  char *(*pull) (gpointer data, const char *table, const char *column, const char *key_column,
                 const char *key); /* pulldata () */
  const char *current;       /* `.`; NULL = nothing */
  const char *operator_name; /* operator (): who is at work */
  gint64 now_ms;             /* now (), today () */
  gpointer data;
  guint row; /* position(..): number of the row in its repeat, from 1; 0 outside of repeats */
} DkExpressionWorld;

/* Reads an expression. DK_ERROR_INVALID: "column 7: ..." in words (characters, from 1), at most
 * 2 ms for any text. NULL on failure. Free with dk_expression_free. Any thread. */
DkExpression *dk_expression_parse (const char *text, GError **error) DK_CHECKED;

/* Names in ${...} that are read as one value, each once, NULL-terminated, borrowed: a field of
 * another repeat cannot be among these. */
const char *const *dk_expression_value_references (const DkExpression *expression);

/* Those that are read in all rows: the single argument of count(), sum(), min(), max(),
 * count-non-empty(), or one after the first of join(). */
const char *const *dk_expression_row_references (const DkExpression *expression);

/* Bare names (columns of choices), each once, NULL-terminated, borrowed. */
const char *const *dk_expression_columns (const DkExpression *expression);

/* TRUE if it has now() or today(): its value changes without an answer being changed. */
gboolean dk_expression_has_clock (const DkExpression *expression);

/* Evaluates; *out is set (clear with dk_value_clear) and TRUE, or DK_ERROR_INVALID in words (a
 * regular expression that takes too long). Bounded: at most some ms for any expression. world may
 * be NULL: nothing is there. Thread: as the calls of world. */
gboolean dk_expression_evaluate (const DkExpression *expression, const DkExpressionWorld *world,
                                 DkValue *out, GError **error) DK_CHECKED;

/* The value as string() makes it: "true" and "false", numbers without an exponent, "NaN" for what
 * is no number (a calculation that comes to this has no answer). New string. */
char *dk_value_to_text (const DkValue *value);

/* The value as boolean() makes it: empty text, 0 and NaN are false, any other text is true. */
gboolean dk_value_to_truth (const DkValue *value);

/* Frees what the value holds. */
void dk_value_clear (DkValue *value);

/* Frees it; NULL is fine. */
void dk_expression_free (DkExpression *expression);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkValue, dk_value_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkExpression, dk_expression_free)

G_END_DECLS
