/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/pack-apply.h"
#include "app/store/content-change.h"

G_BEGIN_DECLS

/* A pack on its way into force, in pieces, so that the kit's thread is free between them:
 *
 *   dk_pack_load_new        the kit's thread: who is trusted, which keys open it
 *   dk_pack_load_prepare    any thread, slow: signatures, unsealing, the shape of what is inside
 *   dk_pack_load_step       the kit's thread, again and again until there is no more: rows that
 *                           nobody sees, then what they would change
 *   dk_pack_load_changes    to show
 *   dk_pack_load_switch     the kit's thread: one small transaction
 *
 * What is freed without a switch leaves the pack before in force; its rows go with
 * dk_content_store_remove_step. Only one thread may work on a load at a time. */
typedef struct DkPackLoad DkPackLoad;

/* Begins with a container that is opened and not verified yet; both are borrowed and must outlive
 * it. `replace` takes a pack of another name as well. Who signed it is checked here, the bytes by
 * dk_pack_load_prepare. Free with dk_pack_load_free, on the kit's thread, before the kit is
 * closed. */
DkPackLoad *dk_pack_load_new (DkKit *kit, DkContainer *container, gboolean replace,
                              GError **error) DK_CHECKED;

/* Verifies, unseals and checks the shape. Errors as dk_pack_apply. */
gboolean dk_pack_load_prepare (DkPackLoad *load, const DkJob *job, GError **error) DK_CHECKED;

/* TRUE if this pack is in force already: there is nothing to load or to switch. After prepare. */
gboolean dk_pack_load_is_already (const DkPackLoad *load);

/* At most about 25 ms of work; *more tells if something is left. Errors as dk_pack_apply;
 * DK_ERROR_BUSY if another pack was begun meanwhile. */
gboolean dk_pack_load_step (DkPackLoad *load, gboolean *more, GError **error) DK_CHECKED;

/* How far it is: bytes read of all bytes to read. */
void dk_pack_load_progress (const DkPackLoad *load, guint64 *done, guint64 *total);

/* What it changes, borrowed; whole once steps have no more. */
const DkContentChanges *dk_pack_load_changes (const DkPackLoad *load);

/* What it changes for leads alone, as dk_lead_compare tells it, borrowed; after prepare. NULL if
 * there is nothing to compare with, or it is in force already. */
const json_t *dk_pack_load_lead_changes (const DkPackLoad *load);

/* What the pack says of itself, borrowed; after prepare. */
const DkPackFacts *dk_pack_load_facts (const DkPackLoad *load);

/* Brings it into force. *applied gets what was done (new). */
gboolean dk_pack_load_switch (DkPackLoad *load, DkPackApplied **applied, GError **error) DK_CHECKED;

/* Frees it and gives up what was not switched to; NULL is fine. */
void dk_pack_load_free (DkPackLoad *load);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPackLoad, dk_pack_load_free)

G_END_DECLS
