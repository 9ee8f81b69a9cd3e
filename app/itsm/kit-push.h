/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/itsm/engine.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* The queue of the engine as a kit keeps it: in its tickets and its ledger. `target` is the name of
 * the connector. Thread of the store. */

/* Adds DkPushRow to rows (an array with a free function), oldest first. */
gboolean dk_kit_push_list (DkStore *store, const char *target, DkPushList which, GPtrArray *rows,
                           GError **error) DK_CHECKED;

/* Enters, with the signature of who is unlocked, that a run to this target begins. Call it once
 * before dk_push_run. DK_ERROR_DENIED as dk_store_may tells. */
gboolean dk_kit_push_begin (DkStore *store, const char *target, GError **error) DK_CHECKED;

/* A ticket with its log: notes word for word, what else was done in words; lines that came after
 * the last mark of DK_HANDOVER_SENDING are late. New ticket. */
DkPushTicket *dk_kit_push_load (DkStore *store, const char *number, GError **error) DK_CHECKED;

/* Stores a mark as an entry, durable when it returns. DK_ERROR_INVALID if it verifies fewer lines
 * than the log has. */
gboolean dk_kit_push_mark (DkStore *store, const char *target, const DkPushMark *mark,
                           GError **error) DK_CHECKED;

/* For an engine that runs on the thread of the store itself. Text and store are borrowed. */
typedef struct {
  DkStore *store;
  const char *target;
} DkKitPush;

/* The functions above as the engine takes them; kit must outlive the result. */
DkPushStore dk_kit_push_store (DkKitPush *kit);

G_END_DECLS
