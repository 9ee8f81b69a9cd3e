/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/db/statement.h"
#include "app/form/form.h"
#include "app/model/entry.h"
#include "app/store/change.h"

#define DK_PLAN_RUNBOOK "runbook"
#define DK_PLAN_CALLS "calls"
#define DK_PLAN_LIST_MAX 500
#define DK_PLAN_NOTE_BYTES 4000

/* Kinds of entries that the tables of this room are made of, NULL-terminated. */
extern const char *const DK_PLAN_KINDS[];

/* Writes what an entry says into the tables: the only place that does. In the caller's transaction.
 * DK_ERROR_DAMAGED for a body that this program cannot have written. */
gboolean dk_plan_apply (DkStore *store, const DkEntry *entry, GError **error) DK_CHECKED;

/* Appends an entry and applies it, in the caller's transaction. body is not taken. */
gboolean dk_plan_record (DkStore *store, const char *kind, const char *object, const json_t *body,
                         GError **error) DK_CHECKED;

/* As dk_plan_record, in a transaction of its own. */
gboolean dk_plan_change (DkStore *store, const char *kind, const char *object, const json_t *body,
                         GError **error) DK_CHECKED;

/* The whole uid of a run of this kind by its first digits (4 or more). DK_ERROR_NOT_FOUND, INVALID
 * if several begin so. New string. */
char *dk_plan_find_run (DkStore *store, const char *kind, const char *typed,
                        GError **error) DK_CHECKED;

/* FALSE with DK_ERROR_INVALID once the run has ended. */
gboolean dk_plan_check_open (DkStore *store, const char *uid, GError **error) DK_CHECKED;

/* Begins a run: draws its uid, keeps its source if that is new. steps is not taken. New string. */
char *dk_plan_start (DkStore *store, const char *kind, const char *ref, const char *title,
                     const char *source, const json_t *steps, GError **error) DK_CHECKED;

/* Words of a person made fit to store: cleaned; NULL for none or blank ones. DK_ERROR_INVALID for
 * what is too long or no UTF-8. *clean gets a new string, disk recovery keys masked. */
gboolean dk_plan_clean (const char *what, const char *text, char **clean,
                        GError **error) DK_CHECKED;

/* "NAME SEQUENCE" of the pack in force, "no pack" without one. New string. */
char *dk_plan_pack_name (DkStore *store, GError **error) DK_CHECKED;

/* TRUE for holders of the key of leads. */
gboolean dk_plan_is_lead (DkStore *store);

/* Answers of a report about a piece of content. New reference. */
json_t *dk_feedback_answers (DkStore *store, const char *kind, const char *id, const char *step,
                             const char *words, GError **error) DK_CHECKED;
