/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/import/import-list.h"

G_BEGIN_DECLS

/* What a column, a property or an attribute can be for a contact. The order is that of the names in
 * draft.c. */
typedef enum {
  DK_DRAFT_NONE,
  DK_DRAFT_ID,    /* wanted id, and the key if there is no other */
  DK_DRAFT_KEY,   /* what the source calls it */
  DK_DRAFT_NAME,  /* as it is shown */
  DK_DRAFT_GIVEN, /* parts of a name, used if there is no name */
  DK_DRAFT_MIDDLE,
  DK_DRAFT_FAMILY,
  DK_DRAFT_SUFFIX,
  DK_DRAFT_ORGANISATION,
  DK_DRAFT_ROLE,
  DK_DRAFT_TEAM,
  DK_DRAFT_SITE,
  DK_DRAFT_TIER,
  DK_DRAFT_HOURS,
  DK_DRAFT_TIMEZONE,
  DK_DRAFT_LANGUAGES,
  DK_DRAFT_AUDIENCE,
  DK_DRAFT_NOTE,
  DK_DRAFT_TYPE,
  DK_DRAFT_LOGIN,
  DK_DRAFT_MANAGER,
  DK_DRAFT_REFERENCE, /* how managers are named: a DN */
  DK_DRAFT_ACCOUNT,   /* userAccountControl, or enabled: true or false */
  DK_DRAFT_CLASS,     /* objectClass */
  DK_DRAFT_FIELDS
} DkDraftField;

/* Names of the fields as in --map; NULL for those that cannot be mapped by hand. */
const char *dk_draft_field_name (DkDraftField field);

/* The field of a name; DK_DRAFT_NONE if there is none. */
DkDraftField dk_draft_field_find (const char *name);

/* One contact while it is being read. */
typedef struct DkDraft DkDraft;

/* An empty draft, to be used again after each dk_draft_finish. */
DkDraft *dk_draft_new (void);

/* Sets a field; an empty text changes nothing, a second text of role, site, class or note goes
 * behind the first, of all others it is left out. text is any UTF-8. */
void dk_draft_set (DkDraft *draft, DkDraftField field, const char *text);

/* The text of a field so far, borrowed; NULL. */
const char *dk_draft_get (const DkDraft *draft, DkDraftField field);

/* Labels that change what a number is for. */
#define DK_DRAFT_HOME "home"
#define DK_DRAFT_FAX "fax"

/* Adds a number. kind is one of ours; label is what the source calls it where that says more
 * ("home", "fax", "Main desk"), else NULL; rank orders numbers, lower first, equal ones as they
 * came. A home number is marked so wherever it is shown; a fax is no number to call and stands in
 * the note. An empty value changes nothing. */
void dk_draft_add_number (DkDraft *draft, const char *kind, const char *value, const char *label,
                          int rank);

/* Takes the draft into the list, as a record with remarks or as a reject, and empties it. place is
 * copied. */
void dk_draft_finish (DkDraft *draft, DkImportList *list, const char *place);

/* The key of somebody whom the source gives neither an id nor an address of their own: name and
 * team. New string. */
char *dk_import_name_key (const DkContact *contact);

/* Empties the draft. */
void dk_draft_clear (DkDraft *draft);

/* NULL is fine. */
void dk_import_draft_free (DkDraft *draft);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkDraft, dk_import_draft_free)

/* Kinds of numbers, NULL-terminated. */
extern const char *const DK_NUMBER_KINDS[];

/* What a column name or a label means: a field, or DK_DRAFT_NONE with *kind set for a number (and
 * *rank, *label), or nothing known (both none). Case, blanks and signs do not matter. */
typedef struct {
  DkDraftField field;
  const char *kind;  /* static; NULL if it is no number */
  const char *label; /* static; what to keep in the note, NULL */
  int rank;
} DkAlias;

/* Looks a column name up. */
DkAlias dk_alias_of_column (const char *column);

/* Looks a label or type of a telephone number up ("Mobile", "work fax", "CELL"): always a kind. An
 * unknown label is a desk phone whose field is DK_DRAFT_NOTE: its own text is worth keeping. */
DkAlias dk_alias_of_label (const char *label);

/* Lower-case letters and digits of a name, everything else left out, accents folded. New string. */
char *dk_alias_fold (const char *name);

G_END_DECLS
