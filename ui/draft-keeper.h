/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form.h"
#include "ui/page.h"

G_BEGIN_DECLS

/* What is typed, as the page has it. */
typedef struct {
  DkForm *(*form) (DkPage *page);         /* borrowed */
  json_t *(*answers) (DkPage *page);      /* all that was typed; new object */
  gboolean (*is_changed) (DkPage *page);  /* something is there that a draft would hold */
  void (*told) (DkPage *page);            /* the number came, or what is kept changed */
} DkDraftSource;

/* Keeps what is typed into a form as a draft: the first key issues the number, the rest is stored
 * 400 ms after a pause. A hand scanner types as well: a number is asked for only once the keys
 * pause, so that a scan into an empty form, which is taken out of it again, costs none. */
typedef struct DkDraftKeeper DkDraftKeeper;

/* Both are borrowed; the page owns the keeper. Free with dk_draft_keeper_free. */
DkDraftKeeper *dk_draft_keeper_new (DkPage *page, const DkDraftSource *source);

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

/* Frees it; NULL is fine. */
void dk_draft_keeper_free (DkDraftKeeper *self);

G_END_DECLS
