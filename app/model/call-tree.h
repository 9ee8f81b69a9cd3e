/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"

G_BEGIN_DECLS

/* Who calls whom, in which order, and what is said. Text owned, NULL = absent. */
typedef struct {
  char *contact; /* id: whom to reach */
  char *by;      /* id of who calls, somebody above in the list; NULL = the desk */
  char *say;     /* instead of the words of the tree */
  int wait_min;  /* before the next attempt; 0 = DK_CALL_WAIT_MIN */
  char *instead; /* id: whom to try if nobody answers */
} DkCall;

typedef struct {
  char *id;
  char *title;
  char *service;
  char *owner;    /* contact id */
  char *say;
  char *audience; /* all or lead */
  GPtrArray *calls; /* of DkCall, in order */
} DkCallTree;

#define DK_CALL_WAIT_MIN 15
#define DK_CALLS_MAX 200

/* An empty tree. Free with dk_call_tree_free. */
DkCallTree *dk_call_tree_new (void);

/* Appends a call of this contact, borrowed; its other members are empty. */
DkCall *dk_call_tree_add (DkCallTree *tree, const char *contact);

/* TRUE if it can be worked off: a title, at least one call and at most DK_CALLS_MAX, nobody twice,
 * `by` somebody above, `instead` another one than the contact, waits of 0 to 1,440 minutes.
 * DK_ERROR_INVALID in words: "call 3 (charge-nurse): ...". Ids are not looked up. */
gboolean dk_call_tree_check (const DkCallTree *tree, GError **error) DK_CHECKED;

/* Members as those of the structs, `calls` a list; what is absent is left out. This is how a tree
 * stands in a pack, in the table and in a run. New reference. */
json_t *dk_call_tree_to_json (const DkCallTree *tree);

/* Reads what dk_call_tree_to_json made; other members are DK_ERROR_INVALID. Checked as by
 * dk_call_tree_check. New tree. */
DkCallTree *dk_call_tree_from_json (const json_t *json, GError **error) DK_CHECKED;

/* Frees the tree; NULL is fine. */
void dk_call_tree_free (DkCallTree *tree);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkCallTree, dk_call_tree_free)

G_END_DECLS
