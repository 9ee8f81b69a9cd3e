/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"
#include "app/model/ticket.h"

G_BEGIN_DECLS

/* Last bytes of a PDF with forms alone, which may be replaced by another one; a sheet with a
 * recovery code does not have them. */
#define DK_PAPER_MARK "%Downtime Kit: forms, can be printed again\n"

/* A form definition: one JSON file whose keys are XLSForm's column names, plus a `pdf` block (the
 * paper) and an `itsm` block (the mapping). It is immutable once read and may be shared between
 * threads by reference. FORMAT.md lists the keys and types. */
typedef struct DkForm DkForm;

#define DK_FORM_FILE_BYTES (5u << 20) /* of one file at most */

typedef enum {
  DK_FIELD_TEXT,
  DK_FIELD_INTEGER,
  DK_FIELD_DECIMAL,
  DK_FIELD_DATE,
  DK_FIELD_TIME,
  DK_FIELD_DATE_TIME,
  DK_FIELD_SELECT_ONE,
  DK_FIELD_SELECT_MULTIPLE,
  DK_FIELD_BOOLEAN,
  DK_FIELD_NOTE,        /* words only, no value; a table or a signature is for paper alone */
  DK_FIELD_ACKNOWLEDGE, /* must be ticked */
  DK_FIELD_LOOKUP,      /* contact device location service group operator: see lookup */
  DK_FIELD_GROUP_BEGIN, /* a section with a label */
  DK_FIELD_GROUP_END,
  DK_FIELD_CALCULATE,    /* nobody types it: the text that its calculation gives */
  DK_FIELD_FILE,         /* image or file: {name, type, size, sha256}; the store keeps the bytes */
  DK_FIELD_REPEAT_BEGIN, /* rows of the same fields: an array of objects; never within another */
  DK_FIELD_REPEAT_END,
} DkFieldType;

/* How a field is put on paper; columns of a 12-column grid. */
typedef enum {
  DK_PAPER_BOX,
  DK_PAPER_COMB,
  DK_PAPER_CHECKS,
  DK_PAPER_SIGNATURE,
  DK_PAPER_TABLE, /* `rows` blank rows with the given column titles; more where a page has room,
                     and down to half of them where that saves a page */
  DK_PAPER_NONE,
} DkPaperKind;

typedef struct {
  char *name;
  char *label;
  json_t *columns; /* further columns that a choice_filter reads: text by name; NULL if none */
} DkChoice;

/* One row of the survey. Everything is owned by the form. Labels are those of the language that
 * dk_form_parse was given. */
typedef struct DkField DkField;
struct DkField {
  guint index; /* its row in the form */
  const DkField *group;  /* the innermost group or repeat that it lies in; NULL = none */
  const DkField *repeat; /* the repeat that it lies in; NULL = none */
  char *name;
  DkFieldType type;
  char *list;   /* of choices: name of the list; NULL if none */
  char *lookup; /* "contact", "location", ...; NULL if none */
  char *label; /* "…" stands for each ${name} in it, in the hint and the message */
  char *hint;
  char *label_words; /* with the ${name} in them, for dk_form_fill; NULL if there is none */
  char *hint_words;
  char *message_words;
  char *appearance; /* "multiline" or another one that FORMAT.md lists; NULL if none */
  char *default_value;
  gboolean required; /* always; see dk_form_state_is_required for what depends on answers */
  gboolean readonly;
  gboolean has_condition;   /* it is shown only while its `relevant`, or that of a group, holds */
  gboolean has_calculation; /* its value is computed */
  char *constraint_message; /* NULL if none */
  GPtrArray *choices; /* of DkChoice; NULL if none */
  DkPaperKind paper;
  guint paper_width; /* 1 to 12 columns */
  guint paper_lines; /* height in lines of writing, from 1 */
  guint paper_cells; /* of a comb */
  guint paper_rows;  /* of a table; of a repeat: blank rows (DK_PAPER_TABLE) or blocks */
  char **paper_columns; /* titles of a table, NULL-terminated, or NULL */
  guint *paper_column_widths; /* of a table: parts of the width, one for each title */
  gboolean is_image; /* a file that must be a picture */
};

/* A value that does not fit, for the person who typed it. */
typedef struct {
  char *field;
  int row;       /* of its repeat, from 0; -1 outside of repeats */
  char *message; /* in words, ready to stand beside the field */
} DkFormProblem;

/* Reads a definition; language "en" or another key of its labels (falls back to the form's
 * `default_language`, "en" if it names none, then to the first). An unknown key, type or choice
 * list, a duplicate name, a column field (summary, caller, ...) of another type than app/form has:
 * DK_ERROR_INVALID with the JSON Pointer. New reference; give back with dk_form_unref. */
DkForm *dk_form_parse (const char *text, gsize size, const char *language,
                       GError **error) DK_CHECKED;

/* A definition that ships with the program (dk_form_shipped_ids), so that a kit without content can
 * capture at once. NULL if none has that id. New reference. Any thread. */
DkForm *dk_form_shipped (const char *id, const char *language);

/* The form of a ticket, and of paper, for which nobody named one. */
#define DK_FORM_TICKET "it-incident"

/* Ids of the definitions that ship, NULL-terminated, static. */
const char *const *dk_form_shipped_ids (void);

/* Adds a reference. */
DkForm *dk_form_ref (DkForm *form);

/* Gives a reference back; NULL is fine. */
void dk_form_unref (DkForm *form);

/* Facts of the form, borrowed: id, version, title. */
const char *dk_form_id (const DkForm *form);
/* Version as authored. */
const char *dk_form_version (const DkForm *form);
/* Language of the labels, "en" as a rule. */
const char *dk_form_language (const DkForm *form);
/* Title in the language asked for. */
const char *dk_form_title (const DkForm *form);
/* SHA-256 of the canonical definition: 64 hex digits. */
const char *dk_form_hash (const DkForm *form);
/* The canonical definition itself. */
const char *dk_form_source (const DkForm *form);

/* Numbered records on one sheet of paper (`pdf.lines`), as a call log; 0 = a page for each. */
guint dk_form_paper_lines (const DkForm *form);
/* TRUE if its paper lies on the long side (`pdf.orientation`). */
gboolean dk_form_is_landscape (const DkForm *form);
/* TRUE if printing it filled asks again who you are (`classification` "lead"). */
gboolean dk_form_is_lead_only (const DkForm *form);

/* Rows of the survey in order. */
guint dk_form_field_count (const DkForm *form);
/* TRUE if rows of this type word ("text", "select_one", ...) may have this appearance. */
gboolean dk_form_appearance_is_known (const char *type, const char *word);
/* Row i, borrowed. */
const DkField *dk_form_field (const DkForm *form, guint i);
/* Row of that name, borrowed; NULL if there is none. */
const DkField *dk_form_find (const DkForm *form, const char *name);

/* Words of a field (label_words, ...) with each ${name} filled in from answers as people read them;
 * names in a repeat from `row`, an object of it. Either may be NULL. `blank` stands for what is not
 * answered; NULL = "…". At most 4,000 bytes, each answer 200 characters. New string. */
char *dk_form_fill (const DkForm *form, const char *words, const json_t *answers,
                    const json_t *row, const char *blank);

/* Makes a value of the field's type from text as a person types it: text cleaned, "yes"/"no" to a
 * boolean, a choice by name or label, times to ISO 8601 with offset. Empty text gives JSON null.
 * DK_ERROR_INVALID in words. New reference. */
json_t *dk_form_convert (const DkField *field, const char *text, GError **error) DK_CHECKED;

/* Rows of a repeat from a JSON array of objects; texts in it are converted as if typed.
 * DK_ERROR_INVALID in words with row and field. New reference. */
json_t *dk_form_convert_rows (const DkForm *form, const DkField *repeat, const char *text,
                              GError **error) DK_CHECKED;

/* Text of a value as people read it (labels of choices, local times; name and size of a file; of a
 * repeat: "3 rows"). New string. */
char *dk_form_show (const DkField *field, const json_t *value);

/* Rows of a repeat as people read them, one line each: "Devices 1: Host PC-1, Floor 2". New
 * string, "" if there are none. */
char *dk_form_show_rows (const DkForm *form, const DkField *repeat, const json_t *rows);

/* Replaces each disk recovery key of 48 digits in the texts of a document (strings of objects and
 * arrays at any depth) by "[recovery key removed]"; returns how many there were. */
guint dk_form_mask_keys (json_t *document);

/* Frees a DkFormProblem; NULL is fine. */
void dk_form_problem_free (DkFormProblem *problem);

/* TRUE for a default that is computed: a name with its arguments, or a text with ${name} in it. */
gboolean dk_form_default_is_expression (const char *text);

/* TRUE if its default is an expression, as now(): another one each time. */
gboolean dk_form_has_computed_default (const DkForm *form, const DkField *field);

/* Default values of the form as answers, computed fields excepted. New reference. */
json_t *dk_form_defaults (const DkForm *form);

/* The problems as one message: "Caller: must be filled in. ..." New string. */
char *dk_form_problems_text (const DkForm *form, GPtrArray *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkForm, dk_form_unref)

G_END_DECLS
