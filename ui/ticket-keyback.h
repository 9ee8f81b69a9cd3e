/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/store/paper-store.h"

G_BEGIN_DECLS

#define DK_TYPE_TICKET_KEYBACK (dk_ticket_keyback_get_type ())
G_DECLARE_FINAL_TYPE (DkTicketKeyback, dk_ticket_keyback, DK, TICKET_KEYBACK, GtkBox)

/* What is asked of a paper form before it is keyed in: who wrote it, and when. Both may stay open;
 * what is typed is kept in the kit like a draft. */

/* Shows the questions about this paper form, and what was typed before; NULL hides them. */
void dk_ticket_keyback_show (DkTicketKeyback *self, const DkPaperFate *fate);

/* Puts the focus into the first question. */
void dk_ticket_keyback_focus (DkTicketKeyback *self);

/* TRUE if what stands there can be stored; otherwise the words about it stand beside, and have the
 * focus. */
gboolean dk_ticket_keyback_check (DkTicketKeyback *self);

/* Who wrote the paper: new string, NULL if it was not told. */
char *dk_ticket_keyback_writer (DkTicketKeyback *self);

/* When, in ms; 0 if it was not told. */
gint64 dk_ticket_keyback_written_ms (DkTicketKeyback *self);

/* Keeps at once what was typed. */
void dk_ticket_keyback_seal (DkTicketKeyback *self);

G_END_DECLS
