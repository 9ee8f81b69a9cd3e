/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/pattern.h"
#include "app/form/expression.h"

G_BEGIN_DECLS

#define DK_EXPRESSION_NESTING_MAX 100u /* parentheses and calls */
#define DK_EXPRESSION_DEPTH_MAX 500u   /* of the tree: 1 + 2 + 3 ... goes deep as well */
#define DK_EXPRESSION_NAME_BYTES 64u
/* A text that is computed, and all texts that one evaluation may look at: together some ms. */
#define DK_EXPRESSION_TEXT_BYTES (64u << 10)
#define DK_EXPRESSION_WORK_BYTES (16u << 20)

/* A value while it is computed; text is never NULL if kind is DK_VALUE_TEXT, and borrowed unless
 * owned holds it. */
typedef struct {
  DkValueKind kind;
  double number;
  gboolean truth;
  const char *text;
  char *owned;
} DkTerm;

/* Frees what a term owns. */
void dk_term_clear (DkTerm *term);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkTerm, dk_term_clear)

/* Set *term, which holds nothing yet; take is owned from then on, NULL = the empty text. */
void dk_term_set_number (DkTerm *term, double number);
void dk_term_set_truth (DkTerm *term, gboolean truth);
void dk_term_set_text (DkTerm *term, const char *borrowed);
void dk_term_take_text (DkTerm *term, char *take);

/* Its number by XPath 1.0. */
double dk_term_number (const DkTerm *term);

/* Numbers as texts: "1", "0.1", "NaN", "-Infinity", never an exponent. New string. */
char *dk_number_to_text (double number);
/* An optional minus, digits with or without a point, blanks around it; else NaN. */
double dk_number_from_text (const char *text);
/* Rounds the decimal number that is shown, halves upwards; places from -30 to 30. */
double dk_number_round (double number, int places);

/* What a text says of time. */
typedef enum { DK_MOMENT_NONE, DK_MOMENT_DATE, DK_MOMENT_DATE_TIME, DK_MOMENT_CLOCK } DkMomentKind;

typedef struct {
  DkMomentKind kind;
  gint64 days;     /* since 1970-01-01, of a dateTime its day on this PC */
  gint64 clock_ms; /* since midnight, of a dateTime on this PC */
  gint64 utc_ms;   /* Unix time, of a dateTime alone */
} DkMomentText;

/* Reads "2026-11-22", "14:05", "14:05:30" or ISO 8601. */
DkMomentText dk_moment_read (const char *text);
/* Days since 1970-01-01 with their fraction; NaN for a time of day. */
double dk_moment_days (const DkMomentText *moment);
/* "2026-11-22"; NULL outside of the years 1 to 9999. New string. */
char *dk_moment_date_text (double days);
/* Letters of format-date () in format replaced. New string. */
char *dk_moment_format (const DkMomentText *moment, const char *format);

typedef enum {
  DK_NODE_TEXT,
  DK_NODE_NUMBER,
  DK_NODE_FIELD,   /* ${name} */
  DK_NODE_ROWS,    /* ${name} of all rows */
  DK_NODE_COLUMN,  /* name */
  DK_NODE_CURRENT, /* . */
  DK_NODE_PARENT,  /* .. */
  DK_NODE_MINUS,
  DK_NODE_OPERATOR, /* two parts, or more for `and` and `or` */
  DK_NODE_CALL,
} DkNodeKind;

typedef enum {
  DK_OPERATOR_OR,
  DK_OPERATOR_AND,
  DK_OPERATOR_EQUAL,
  DK_OPERATOR_NOT_EQUAL,
  DK_OPERATOR_LESS,
  DK_OPERATOR_LESS_EQUAL,
  DK_OPERATOR_GREATER,
  DK_OPERATOR_GREATER_EQUAL,
  DK_OPERATOR_PLUS,
  DK_OPERATOR_MINUS,
  DK_OPERATOR_TIMES,
  DK_OPERATOR_DIV,
  DK_OPERATOR_MOD,
  DK_OPERATOR_NONE,
} DkOperator;

typedef struct DkNode DkNode;
typedef struct DkFunction DkFunction;

struct DkNode {
  DkNodeKind kind;
  DkOperator operation;
  guint column; /* where it stands, from 1 */
  guint depth;
  guint count;  /* of parts */
  double number;
  char *text; /* owned: of a text, a field, a column */
  const DkFunction *function;
  DkPattern *pattern; /* of regex () with a pattern in quotes */
  gboolean of_numbers; /* = and !=: a side is the answer of a field that holds a number */
  DkNode *first;      /* parts, in order; owned by the expression */
  DkNode *next;
};

struct DkExpression {
  GPtrArray *nodes; /* of DkNode, owned */
  const DkNode *root;
  GPtrArray *value_references; /* each of these NULL-terminated, texts owned */
  GPtrArray *row_references;
  GPtrArray *columns;
  gboolean has_clock;
};

/* One evaluation. */
typedef struct {
  const DkExpressionWorld *world;
  gsize work_left;
} DkRun;

/* Sets *out, which holds nothing yet. */
gboolean dk_run_node (DkRun *run, const DkNode *node, DkTerm *out, GError **error) DK_CHECKED;

/* Part number i of a call as a number, a boolean, a text. */
gboolean dk_run_number (DkRun *run, const DkNode *call, guint i, double *out,
                        GError **error) DK_CHECKED;
gboolean dk_run_truth (DkRun *run, const DkNode *call, guint i, gboolean *out,
                       GError **error) DK_CHECKED;
gboolean dk_run_text (DkRun *run, const DkNode *call, guint i, DkTerm *out,
                      GError **error) DK_CHECKED;

/* Counts bytes of work; fails when they are more than an evaluation may take. */
gboolean dk_run_charge (DkRun *run, gsize bytes, GError **error) DK_CHECKED;

/* Part number i. */
const DkNode *dk_node_part (const DkNode *node, guint i);

/* Texts of all rows of a DK_NODE_ROWS. New array. */
GPtrArray *dk_run_rows (DkRun *run, const DkNode *rows);

#define DK_FUNCTION_MANY G_MAXUINT

typedef gboolean (*DkFunctionCall) (DkRun *run, const DkNode *call, DkTerm *out, GError **error);

/* How a function reads a bare ${name} that it is given. */
typedef enum {
  DK_ROWS_NEVER,
  DK_ROWS_IF_ALONE,   /* the single argument */
  DK_ROWS_AFTER_FIRST, /* each but the first */
} DkFunctionRows;

struct DkFunction {
  const char *name;
  guint parts_min;
  guint parts_max;
  DkFunctionRows rows;
  DkFunctionCall call;
};

/* number-on-file (numbers, typed): is what was typed one of the numbers, which blanks divide? */
gboolean dk_call_number_on_file (DkRun *run, const DkNode *call, DkTerm *out, GError **error);

/* NULL if there is none of that name. */
const DkFunction *dk_function_find (const char *name);
/* TRUE for a function of ODK that is not supported here. */
gboolean dk_function_is_foreign (const char *name);
/* The two tables, each ended by a NULL name. */
extern const DkFunction dk_text_functions[];
extern const DkFunction dk_value_functions[];

typedef enum {
  DK_TOKEN_END,
  DK_TOKEN_NUMBER,
  DK_TOKEN_TEXT,
  DK_TOKEN_FIELD,
  DK_TOKEN_NAME,
  DK_TOKEN_DOT,
  DK_TOKEN_PARENT,
  DK_TOKEN_OPEN,
  DK_TOKEN_CLOSE,
  DK_TOKEN_COMMA,
  DK_TOKEN_OPERATOR, /* a sign; div, mod, and, or are names until they stand between two values */
} DkTokenKind;

typedef struct {
  DkTokenKind kind;
  DkOperator operation;
  guint column;
  double number;
  const char *text; /* its words: of a text without quotes, of a field without ${} */
  gsize size;
} DkToken;

typedef struct {
  const char *counted; /* columns are counted up to here */
  const char *at;
  guint column;
} DkLexer;

/* Reads the next token. */
gboolean dk_lexer_next (DkLexer *lexer, DkToken *out, GError **error) DK_CHECKED;

/* Sets DK_ERROR_INVALID "column N: ...". Always FALSE. */
gboolean dk_expression_fault (GError **error, guint column, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

G_END_DECLS
