/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/refresh.h"
#include "app/model/document.h"
#include "app/store/content-store.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* What the page of content and the bar of a waiting pack ask of the kit and of its folder. */

/* What is shown of the content in force. Text owned. */
typedef struct {
  char *words;          /* "Example Health 42, made ..., in force since ..." */
  DkDocument *changes;  /* what it changed when it came; NULL = not known */
} DkContentView;

/* no data -> DkContentView */
gpointer dk_content_work_view (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* For the queue; NULL is fine. */
void dk_content_view_free (gpointer view);

/* What dk_content_changes_to_json made, to be read: what changes trust first, then numbers with
 * what they were, then the rest. New document. */
DkDocument *dk_content_changes_document (const json_t *changes);

/* Lists the packs that wait, on another thread. done is called on the main loop with an array of
 * DkWaitingPack, which then belongs to it, or NULL with error; not once owner is gone. */
void dk_content_list_waiting (GObject *owner, void (*done) (gpointer owner, GPtrArray *packs,
                                                            const GError *error));

/* Fetches from the routes of the fleet, as above; words tells what became of each route. */
void dk_content_fetch (GObject *owner, void (*done) (gpointer owner, const char *words,
                                                     const GError *error));

/* Removes a waiting pack, as above. */
void dk_content_discard (GObject *owner, const char *file,
                         void (*done) (gpointer owner, const char *words, const GError *error));

/* "Pack NAME 42 arrived 06:10, not yet checked". New string. */
char *dk_waiting_words (const DkWaitingPack *pack);

G_END_DECLS
