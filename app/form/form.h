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
 * threads by reference. README.md lists the keys and types. */
typedef struct DkForm DkForm;

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
} DkFieldType;

/* How a field is put on paper; columns of a 12-column grid. */
typedef enum {
  DK_PAPER_BOX,
  DK_PAPER_COMB,
  DK_PAPER_CHECKS,
  DK_PAPER_SIGNATURE,
  DK_PAPER_TABLE, /* at least `rows` blank rows with the given column titles */
  DK_PAPER_NONE,
} DkPaperKind;

typedef struct {
  char *name;
  char *label;
} DkChoice;

/* One row of the survey. Everything is owned by the form. Labels are those of the language that
 * dk_form_parse was given. */
typedef struct {
  char *name;
  DkFieldType type;
  char *lookup; /* "contact", "location", ...; NULL if none */
  char *label;
  char *hint;
  char *appearance; /* "multiline" or NULL */
  char *default_value;
  gboolean required;
  gboolean readonly;
  GPtrArray *choices; /* of DkChoice; NULL if none */
  DkPaperKind paper;
  guint paper_width; /* 1 to 12 columns */
  guint paper_lines; /* height in lines of writing, from 1 */
  guint paper_cells; /* of a comb */
  guint paper_rows;  /* of a table */
  char **paper_columns; /* titles of a table, NULL-terminated, or NULL */
  guint *paper_column_widths; /* of a table: parts of the width, one for each title */
} DkField;

/* A value that does not fit, for the person who typed it. */
typedef struct {
  char *field;
  char *message; /* in words, ready to stand beside the field */
} DkFormProblem;

/* Reads a definition; language "en" or another key of its labels (falls back to English, then to
 * the first). An unknown key, type or choice list, a duplicate name, a column field (summary,
 * caller, ...) of another type than app/form fixes: DK_ERROR_INVALID with the JSON Pointer. New
 * reference; give back with dk_form_unref. */
DkForm *dk_form_parse (const char *text, gsize size, const char *language,
                       GError **error) DK_CHECKED;

/* A definition that ships with the program, "it-incident", "call-log" or "content-feedback", so
 * that a kit without content can capture at once. NULL if none has that id. New reference. Any
 * thread. */
DkForm *dk_form_shipped (const char *id, const char *language);

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

/* Rows of the survey in order. */
guint dk_form_field_count (const DkForm *form);
/* Row i, borrowed. */
const DkField *dk_form_field (const DkForm *form, guint i);
/* Row of that name, borrowed; NULL if there is none. */
const DkField *dk_form_find (const DkForm *form, const char *name);

/* Makes a value of the field's type from text as a person types it: text cleaned, "yes"/"no" to a
 * boolean, a choice by name or label, times to ISO 8601 with offset. Empty text gives JSON null.
 * DK_ERROR_INVALID in words. New reference. */
json_t *dk_form_convert (const DkField *field, const char *text, GError **error) DK_CHECKED;

/* Text of a value as people read it (labels of choices, local times). New string. */
char *dk_form_show (const DkField *field, const json_t *value);

/* Checks a whole set of answers (field name -> value) as it would be saved: required fields,
 * types. Returns the problems, an empty array if there are none. New array. */
GPtrArray *dk_form_check (const DkForm *form, const json_t *answers);

/* Default values of the form as answers. New reference. */
json_t *dk_form_defaults (const DkForm *form);

/* The problems as one message: "Caller: must be filled in. ..." New string. */
char *dk_form_problems_text (const DkForm *form, GPtrArray *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkForm, dk_form_unref)

G_END_DECLS
