/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form.h"

G_BEGIN_DECLS

/* A form while it is filled in: which rows apply, what is needed, what is computed, which choices
 * are left. Every change is followed by what depends on it. Screen, command line and store use the
 * same one. One thread at a time. A field outside of repeats has row -1; rows count from 0. */
typedef struct DkFormState DkFormState;

#define DK_FORM_NO_ROW (-1)
#define DK_FORM_ROWS_MAX 500u

/* What a form asks of its surroundings; each may be NULL or 0. Borrowed for the life of a state. */
typedef struct {
  const char *operator_name; /* who is at work */
  gint64 now_ms;             /* 0 = the clock */
  char *(*pull) (gpointer data, const char *table, const char *column, const char *key_column,
                 const char *key); /* pulldata (): new string, NULL if there is none */
  gpointer data;
} DkFormWorld;

/* Each call below spends at most half a second of its thread's CPU time on expressions, whatever
 * the form: what is not evaluated by then counts as one that failed (dk_form_state_unchecked). */

/* A form with these answers (copied). NULL = a new one, with its defaults. world may be NULL. New;
 * free with dk_form_state_free. */
DkFormState *dk_form_state_new (DkForm *form, const json_t *answers, const DkFormWorld *world);

/* Sets a value (copied; JSON null or NULL empties it). A name or row that the form does not have
 * is passed over. */
void dk_form_state_set (DkFormState *state, const char *name, int row, const json_t *value);

/* Value, borrowed until the next change; NULL if there is none. */
const json_t *dk_form_state_get (DkFormState *state, const char *name, int row);

/* Rows of a repeat. */
guint dk_form_state_row_count (DkFormState *state, const char *repeat);
/* Adds a row with its defaults; its index, or -1 if there are DK_FORM_ROWS_MAX. */
int dk_form_state_add_row (DkFormState *state, const char *repeat);
/* Takes a row out. */
void dk_form_state_remove_row (DkFormState *state, const char *repeat, guint row);

/* FALSE while the `relevant` of the field, or of a group that it lies in, does not hold. */
gboolean dk_form_state_is_relevant (DkFormState *state, const char *name, int row);
/* TRUE if an answer is needed now. */
gboolean dk_form_state_is_required (DkFormState *state, const char *name, int row);
/* Choices (DkChoice) that its choice_filter leaves, borrowed ones in a new array. */
GPtrArray *dk_form_state_choices (DkFormState *state, const char *name, int row);
/* What is wrong with the value that stands there, in words; NULL if it fits. What is not answered
 * is no problem here. New string. */
char *dk_form_state_problem (DkFormState *state, const char *name, int row);

/* Words of a field (label_words, hint_words) as dk_form_fill makes them, from what stands there and
 * applies; row is that of the field which they belong to. New string. */
char *dk_form_state_text (const DkFormState *state, const char *words, int row);

/* Evaluates everything anew: the world has other answers than before (pulldata (), operator ()).
 * What has changed is told as usual. */
void dk_form_state_refresh (DkFormState *state);

/* Everything that is wrong with the form as it would be saved: needed fields, types, constraints;
 * rows that do not apply are passed over. New array of DkFormProblem. */
GPtrArray *dk_form_state_check (DkFormState *state);

/* The first expression that could not be evaluated since the state was made or refreshed: "name:
 * why". Whoever saves must look at it, since a rule that fails asks for nothing and refuses
 * nothing. NULL if all could be evaluated. *is_late (may be NULL): the time of a call has run out,
 * so that further rules were not even begun. Borrowed until the next change. */
const char *dk_form_state_unchecked (const DkFormState *state, gboolean *is_late);

/* All answers, of what does not apply as well: what a draft keeps. New reference. */
json_t *dk_form_state_draft (DkFormState *state);
/* The answers that apply, computed ones included: what is saved, printed and handed over. New
 * reference. */
json_t *dk_form_state_answers (DkFormState *state);
/* Answers that were given and do not apply: kept in the ledger, so that no word is lost. NULL if
 * there are none. New reference. */
json_t *dk_form_state_left_out (DkFormState *state);

/* What a change may have altered, for a screen. */
typedef enum {
  DK_FORM_CHANGED_VALUE = 1 << 0, /* a computed value */
  DK_FORM_CHANGED_RELEVANT = 1 << 1,
  DK_FORM_CHANGED_REQUIRED = 1 << 2,
  DK_FORM_CHANGED_CHOICES = 1 << 3,
  DK_FORM_CHANGED_ROWS = 1 << 4,  /* of a repeat */
  DK_FORM_CHANGED_PROBLEM = 1 << 5, /* its constraint reads something that was changed */
  DK_FORM_CHANGED_LABEL = 1 << 6,   /* what its label or hint tells of other answers */
} DkFormChanges;

typedef struct {
  const DkField *field;
  int row;
  DkFormChanges what;
} DkFormChange;

/* What has changed since this was called last. New array of DkFormChange. */
GArray *dk_form_state_take_changes (DkFormState *state);

/* Another ticket that this one asks for once it is final (`follow_up` of the definition). */
typedef struct {
  guint rule;      /* which one of the form, from 0 */
  char *form;      /* id */
  json_t *answers; /* texts by field, as a person would type them; null for one that is too long */
} DkFollowUp;

/* Those whose condition holds. New array of DkFollowUp. */
GPtrArray *dk_form_state_follow_ups (DkFormState *state);

/* Frees a DkFollowUp; NULL is fine. */
void dk_follow_up_free (DkFollowUp *follow_up);

/* Frees it; NULL is fine. */
void dk_form_state_free (DkFormState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkFormState, dk_form_state_free)

G_END_DECLS
