/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/content-store.h"

G_BEGIN_DECLS

/* What a pack that is loaded and not yet in force would change, found by comparing its rows with
 * those of the pack in force, in steps. */

/* At most so many names of each kind are kept; all are counted. */
#define DK_CONTENT_CHANGE_NAMES_MAX 1000

/* One thing by its id and its name or title. */
typedef struct {
  char *id;
  char *name;
} DkChangedItem;

/* Things of one kind, in order of their ids. */
typedef struct {
  guint count;
  GPtrArray *items; /* of DkChangedItem, the first of them */
} DkChangedItems;

/* One number of a contact that stood in the pack before. */
typedef struct {
  char *contact;
  char *name;
  char *kind;
  char *was; /* NULL: the contact had no number of this kind in its place */
  char *now; /* NULL: the number is gone */
} DkChangedNumber;

typedef enum {
  DK_CHANGED_CONTACTS,
  DK_CHANGED_RUNBOOKS,
  DK_CHANGED_SERVICES,
  DK_CHANGED_CALL_TREES,
  DK_CHANGED_DEVICES,
  DK_CHANGED_FORMS,
  DK_CHANGED_LISTS,
  DK_N_CHANGED,
} DkChangedKind;

/* What changes. Text and arrays owned. */
typedef struct {
  gboolean is_first; /* there was no pack: nothing is compared */
  DkChangedItems added[DK_N_CHANGED];
  DkChangedItems removed[DK_N_CHANGED];
  DkChangedItems changed[DK_N_CHANGED]; /* of runbooks: revised */
  guint numbers_count;
  GPtrArray *numbers; /* of DkChangedNumber, of contacts that are in both; the first of them */
  gboolean oncall_changed;
  GPtrArray *fleet;  /* sentences: stations, desks, signers ... Filled by who applies */
  GPtrArray *policy; /* sentences: rules that change */
} DkContentChanges;

/* An empty one. */
DkContentChanges *dk_content_changes_new (void);

/* Counts a thing, and keeps its name among the first of them. */
void dk_content_changes_add_item (DkChangedItems *items, const char *id, const char *name);

/* Counts a number of a contact, and keeps it among the first of them. was and now as in
 * DkChangedNumber. */
void dk_content_changes_add_number (DkContentChanges *changes, const char *contact,
                                    const char *name, const char *kind, const char *was,
                                    const char *now);

/* Calls `changed` for each number that `now` has and `was` has not, with the one of the same kind
 * that it takes the place of (or NULL), and then for those that are gone (now NULL). Both are JSON
 * lists of [kind, value] in the order to try. */
void dk_content_compare_numbers (const char *was, const char *now,
                                 void (*changed) (const char *kind, const char *was,
                                                  const char *now, gpointer data),
                                 gpointer data);

/* Frees it; NULL is fine. */
void dk_content_changes_free (DkContentChanges *changes);

/* `first counts`, then for each of contacts runbooks services call_trees devices forms lists the
 * members KIND_added KIND_removed KIND_changed (runbooks: runbooks_revised), each a list of {id,
 * name}; numbers_changed, a list of {contact, name, kind, was, now}; oncall_changed; fleet and
 * policy, lists of sentences. `counts` has the full number of each list. New reference. */
json_t *dk_content_changes_to_json (const DkContentChanges *changes);

/* Short sentences for people ("3 contacts added: ...") on what dk_content_changes_to_json made,
 * with the first names_max names of each. New array of strings. */
GPtrArray *dk_content_changes_describe_json (const json_t *changes, guint names_max);

/* How much is known of what changes for leads alone. */
#define DK_LEAD_COMPARED "compared"     /* all; then there is a member `changes` */
#define DK_LEAD_SEALED "sealed"         /* nothing: who is unlocked does not hold the `lead` key */
#define DK_LEAD_UNREADABLE "unreadable" /* nothing: a part does not open with that key */
#define DK_LEAD_NONE "none"             /* no pack has such a part, or there was none before */

/* Sentences as dk_content_changes_describe_json makes, of {state, changes}: what changes for leads
 * alone, or why that is not told. Empty for DK_LEAD_NONE and for NULL. New array of strings. */
GPtrArray *dk_content_changes_describe_lead (const json_t *lead, guint names_max);

/* A comparison at work. */
typedef struct DkContentCompare DkContentCompare;

/* Begins to compare a loaded pack with the one in force. Free with dk_content_compare_free. */
DkContentCompare *dk_content_compare_new (DkStore *store, gint64 pack, GError **error) DK_CHECKED;

/* Does at most about 15 ms of it; *more tells if something is left. Numbers that change are noted
 * under the pack (see dk_content_store_number_changes), where nobody sees them until it is in
 * force. */
gboolean dk_content_compare_step (DkContentCompare *compare, gboolean *more,
                                  GError **error) DK_CHECKED;

/* What was found so far, borrowed. */
DkContentChanges *dk_content_compare_changes (DkContentCompare *compare);

/* Frees it; NULL is fine. */
void dk_content_compare_free (DkContentCompare *compare);

/* Keeps with a pack what it changes, to be read back by dk_content_changes_last once it is in
 * force. */
gboolean dk_content_changes_keep (DkStore *store, gint64 pack, const json_t *changes,
                                  GError **error) DK_CHECKED;

/* What the last switch changed, as dk_content_changes_to_json made it; NULL without error if that
 * is not known. New reference. */
json_t *dk_content_changes_last (DkStore *store, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkContentChanges, dk_content_changes_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkContentCompare, dk_content_compare_free)

G_END_DECLS
