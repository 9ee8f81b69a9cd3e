/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/form-view.h"
#include "ui/kit-thread.h"
#include "ui/page.h"

G_BEGIN_DECLS

/* Keeps what is typed into a form as a draft: the first key issues the number, the rest is stored
 * 400 ms after a pause. A hand scanner types as well: a number is asked for only once the keys
 * pause, so that a scan into an empty form, which is taken out of it again, costs none. */
typedef struct DkDraftKeeper DkDraftKeeper;

/* told is called when the number came, and when what is kept changed. Both are borrowed; the page
 * owns the keeper. Free with dk_draft_keeper_free. */
DkDraftKeeper *dk_draft_keeper_new (DkPage *page, DkFormView *form, void (*told) (DkPage *page));

/* The form was changed by a person. */
void dk_draft_keeper_edited (DkDraftKeeper *self);

/* A file was chosen: its bytes are stored beside the draft, or with the ticket of that number. */
void dk_draft_keeper_attach (DkDraftKeeper *self, const char *number, GBytes *bytes);

/* Goes on with a draft that exists, or with the number of a paper form. */
void dk_draft_keeper_adopt (DkDraftKeeper *self, const char *number);

/* Forgets number and state; what was not kept must have been kept before. */
void dk_draft_keeper_reset (DkDraftKeeper *self);

/* Puts what was typed into the queue of the kit's thread, a number being asked for if there is
 * none. */
void dk_draft_keeper_seal (DkDraftKeeper *self);

/* Number of the draft, borrowed; NULL if it has none yet. */
const char *dk_draft_keeper_number (const DkDraftKeeper *self);

/* TRUE from the first key on. */
gboolean dk_draft_keeper_is_begun (const DkDraftKeeper *self);

/* TRUE while something is typed and not kept. */
gboolean dk_draft_keeper_is_dirty (const DkDraftKeeper *self);

/* TRUE while what is typed could not be kept the last time. */
gboolean dk_draft_keeper_has_failed (const DkDraftKeeper *self);

/* A function for dk_kit_run. data: DkTicketJob: form, answers, number or begun -> with begun:
 * DkTicketBegun, a reference, whose number is known from then on; with number: DK_KIT_DONE. A
 * number is drawn if there is none yet, one alone for each DkTicketBegun. */
gpointer dk_draft_keeper_work (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* Frees it; NULL is fine. */
void dk_draft_keeper_free (DkDraftKeeper *self);

G_END_DECLS
