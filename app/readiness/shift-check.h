/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/readiness/check.h"

G_BEGIN_DECLS

/* The look at the kit with which a shift begins: a minute, seven things, each answered by a person,
 * signed. Thread of the kit. */
typedef struct DkShiftCheck DkShiftCheck;

typedef enum { DK_SHIFT_OPEN, DK_SHIFT_YES, DK_SHIFT_NO } DkShiftAnswer;

/* One thing to look at. Text owned by the check. */
typedef struct {
  const char *name;     /* content printer power clock paper search unlock; static */
  const char *question; /* "Does the printer have paper, and is it on?"; static */
  DkReadyState state;   /* what the kit itself knows of it */
  char *detail;         /* and in words */
  DkShiftAnswer answer;
} DkShiftItem;

/* Begins one: looks at what the kit knows. New check, which borrows readiness. An error is one of
 * the store. */
DkShiftCheck *dk_shift_check_new (DkReadiness *readiness, GError **error) DK_CHECKED;

/* What to look at, in order. Borrowed array of DkShiftItem. */
GPtrArray *dk_shift_check_items (DkShiftCheck *check);

/* Answers one of them; again changes the answer. DK_ERROR_NOT_FOUND for a name that it does not
 * have. */
gboolean dk_shift_check_answer (DkShiftCheck *check, const char *name, gboolean yes,
                                GError **error) DK_CHECKED;

/* Reads {"answers": {name: true or false}}; nothing is answered if something is wrong with it.
 * DK_ERROR_INVALID, _NOT_FOUND. */
gboolean dk_shift_check_answer_all (DkShiftCheck *check, const json_t *answers,
                                    GError **error) DK_CHECKED;

/* Signs and enters it: what was found, what was answered, how long it took. note may be NULL.
 * DK_ERROR_INVALID, naming what is not answered yet; _STORAGE. Once only. */
gboolean dk_shift_check_sign (DkShiftCheck *check, const char *note, GError **error) DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_shift_check_free (DkShiftCheck *check);

/* One that was signed. Text owned. */
typedef struct {
  gint64 at_ms;
  char *user;
  char *note;     /* NULL if none */
  char *timezone; /* of the PC then */
  int seconds;
  gboolean holds; /* the signature is that of the person whom it names */
  GPtrArray *refused; /* names of what was answered with no: strings */
  json_t *items;  /* [{name, state, detail, answer}] */
} DkShiftRecord;

/* Those that were signed, newest first, at most limit (1 to 1,000). New array of DkShiftRecord. */
GPtrArray *dk_shift_check_history (DkReadiness *readiness, guint limit, GError **error) DK_CHECKED;

/* {at, by, note, seconds, timezone, signature_holds, refused, items}. New reference. */
json_t *dk_shift_record_to_json (const DkShiftRecord *record);

/* Frees it; NULL is fine. */
void dk_shift_record_free (DkShiftRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkShiftCheck, dk_shift_check_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkShiftRecord, dk_shift_record_free)

G_END_DECLS
