/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/expression.h"
#include "app/form/form.h"

/* The columns of a row that hold an expression. */
typedef enum {
  DK_LOGIC_RELEVANT,
  DK_LOGIC_REQUIRED,
  DK_LOGIC_CONSTRAINT,
  DK_LOGIC_CALCULATION,
  DK_LOGIC_FILTER,
  DK_LOGIC_DEFAULT,
  DK_LOGIC_KINDS,
} DkLogicKind;

#define DK_LOGIC_BIT(kind) (1u << (kind))
#define DK_LOGIC_GROUP DK_LOGIC_BIT (DK_LOGIC_KINDS) /* lies in it: inherits if it applies */
/* What decides if a row applies and what its value is; nothing follows from the other kinds. */
#define DK_LOGIC_DECIDES \
  (DK_LOGIC_BIT (DK_LOGIC_RELEVANT) | DK_LOGIC_BIT (DK_LOGIC_CALCULATION) | DK_LOGIC_GROUP)
#define DK_LOGIC_LABEL DK_LOGIC_BIT (DK_LOGIC_KINDS + 1) /* its words tell of it */
#define DK_LOGIC_ALL (DK_LOGIC_BIT (DK_LOGIC_KINDS + 2) - 1)

/* A row that must be looked at again when another one changes. */
typedef struct {
  guint field;          /* its index */
  guint kinds;          /* DK_LOGIC_BIT of its expressions that read the other one */
  gboolean of_all_rows; /* it reads all rows of the other one, not that of its own row alone */
} DkDependant;

typedef struct {
  DkExpression *expressions[DK_LOGIC_KINDS]; /* NULL where there is none */
  GArray *dependants;                        /* of DkDependant; NULL if there are none */
} DkFieldLogic;

typedef struct {
  char *form;
  DkExpression *relevant; /* NULL: always */
  GPtrArray *names;       /* of fields to set, texts */
  GPtrArray *texts;       /* with ${name} in them */
} DkFollowUpRule;

struct DkForm {
  gint references;
  char *id;
  char *version;
  char *title;
  char *language;
  char *default_language;
  char *hash;
  char *source;
  guint paper_lines;
  gboolean is_landscape;
  gboolean is_lead_only;
  GPtrArray *fields;      /* of DkField, owned */
  GHashTable *by_name;    /* of fields that have a name of their own, borrowed */
  DkFieldLogic *logic;    /* one for each field */
  guint *order;           /* indices of fields: each after all that it reads */
  GArray *clocks;         /* of DkDependant: what reads now () or today () */
  GPtrArray *follow_ups;  /* of DkFollowUpRule, owned */
};

#define DK_FORM_FIELDS_MAX 2000u
#define DK_FORM_CHOICES_MAX 1000u
#define DK_FORM_COLUMNS_MAX 20u
#define DK_FORM_GROUP_DEPTH_MAX 5u
#define DK_FORM_LABEL_BYTES 4000u
#define DK_FORM_NAME_BYTES 64u
#define DK_FORM_FOLLOW_UPS_MAX 8u

/* What the reader of a definition knows while it reads. */
typedef struct {
  DkForm *form;
  const json_t *root;
  GHashTable *lists; /* name -> GPtrArray of DkChoice, read once for all fields */
} DkFormReader;

/* Sets DK_ERROR_INVALID with the place in the definition. Always FALSE. */
gboolean dk_form_fault (GError **error, const char *pointer, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* A JSON Pointer one step further down, fit to be shown. New string. */
char *dk_form_join_pointer (const char *pointer, const char *key);

/* Fails unless each key of object is in `known`. */
gboolean dk_form_check_keys (const json_t *object, const char *pointer, const char *const *known,
                             GError **error) DK_CHECKED;

/* A text, or an object of texts by language, in the language of the form; *out untouched and TRUE
 * if value is NULL. */
gboolean dk_form_read_label (const DkFormReader *reader, const json_t *value, const char *pointer,
                             char **out, GError **error) DK_CHECKED;

/* Words with "…" for each ${name} in them. New string. */
char *dk_form_words_without_answers (const char *words);

/* A name that may be typed on a command line and stand in a spreadsheet. */
gboolean dk_form_name_is_valid (const char *name);

/* Reads the lists of choices into reader->lists. */
gboolean dk_form_read_choices (DkFormReader *reader, GError **error) DK_CHECKED;

/* Fails for a column of a list that no choice_filter reads, and for a filter that reads a column
 * which its list does not have. For when all rows are read. */
gboolean dk_form_check_columns (const DkFormReader *reader, GError **error) DK_CHECKED;

/* Reads one row of the survey, its expressions excepted. */
DkField *dk_form_read_field (const DkFormReader *reader, const json_t *row, const char *pointer,
                             GError **error) DK_CHECKED;

/* Reads the expressions of a row into form->logic, which has room for it. */
gboolean dk_form_read_logic (DkForm *form, DkField *field, const json_t *row, const char *pointer,
                             GError **error) DK_CHECKED;

/* Finds out what depends on what, once all rows are read: fails for a reference to nothing and for
 * a cycle. */
gboolean dk_form_link_logic (DkForm *form, GError **error) DK_CHECKED;

/* Finds out which answers the words of rows tell, in every language: fails for a ${name} that
 * cannot be read there. After dk_form_link_logic. */
gboolean dk_form_link_words (const DkFormReader *reader, GError **error) DK_CHECKED;

/* Puts the rows into an order in which each comes after all that it reads; fails for a cycle, with
 * the chain of names. */
gboolean dk_form_order_logic (DkForm *form, GError **error) DK_CHECKED;

/* Frees what dk_form_read_logic and dk_form_link_logic have made. */
void dk_form_clear_logic (DkForm *form);

/* Reads an expression of the definition. NULL on failure. */
DkExpression *dk_form_read_expression (const char *text, const char *pointer,
                                       GError **error) DK_CHECKED;

/* Fails unless each reference of an expression that belongs to `field` (NULL: to the form as a
 * whole) names a field that can be read from there. */
gboolean dk_form_check_references (const DkForm *form, const DkExpression *expression,
                                   const DkField *field, const char *pointer,
                                   GError **error) DK_CHECKED;

/* Reads `follow_up` of the definition. */
gboolean dk_form_read_follow_ups (const DkFormReader *reader, GError **error) DK_CHECKED;

/* Frees a DkFollowUpRule. */
void dk_form_follow_up_rule_free (DkFollowUpRule *rule);

/* Texts between the references of a follow-up's text: calls `add` for each piece of plain text
 * (name NULL) and each reference (text NULL). FALSE for an open "${". */
gboolean dk_form_split_template (const char *text, void (*add) (gpointer data, const char *text,
                                                                const char *name),
                                 gpointer data) DK_CHECKED;

/* Reads the `pdf` block of a row (NULL: defaults) into field. */
gboolean dk_form_read_paper (const DkFormReader *reader, const json_t *block, const char *pointer,
                             DkField *field, GError **error) DK_CHECKED;

/* A whole number from 1 to max; *out untouched and TRUE if the key is absent. */
gboolean dk_form_read_number (const json_t *block, const char *key, const char *pointer, guint max,
                              guint *out, GError **error) DK_CHECKED;

/* Frees a row. */
void dk_form_field_free (DkField *field);

/* TRUE for a row that may hold a value of its own (a calculate and a file too, a repeat not). */
gboolean dk_form_has_value (const DkField *field);

/* TRUE for begin_group, begin_repeat and their ends. */
gboolean dk_form_is_bracket (const DkField *field);

/* TRUE for a text of many lines. */
gboolean dk_form_is_multiline (const DkField *field);

/* TRUE if a choice of this field is kept as a JSON integer (impact and urgency). */
gboolean dk_form_is_integer_choice (const DkField *field);

/* The choice of that name, borrowed; NULL if there is none. */
const DkChoice *dk_form_find_choice (const DkField *field, const char *name);

/* TRUE for a text that a decimal field may hold: an optional minus, digits, a point and digits. */
gboolean dk_form_decimal_is_valid (const char *text);

/* TRUE for "HH:MM". */
gboolean dk_form_clock_is_valid (const char *text);

/* TRUE for "YYYY-MM-DD" that exists. */
gboolean dk_form_date_is_valid (const char *text);

/* What is wrong with a value, constraints excepted, in words (static text); NULL if it fits. */
const char *dk_form_check_value (const DkField *field, const json_t *value);

/* TRUE if nothing is answered. */
gboolean dk_form_is_missing (const DkField *field, const json_t *value);

/* Adds a problem. */
void dk_form_add_problem (GPtrArray *problems, const char *field, int row, const char *message);

/* A value as expressions read it: choices by name, a boolean as "yes" or "no", an acknowledge as
 * "OK" or nothing, a file by its name. New string; "" for nothing. */
char *dk_form_value_text (const DkField *field, const json_t *value);

/* The value that the text of a calculation or of a default gives a field; NULL if it fits none. New
 * reference. */
json_t *dk_form_value_of_result (const DkField *field, const DkValue *result);
