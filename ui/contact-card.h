/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_CONTACT_CARD (dk_contact_card_get_type ())
G_DECLARE_FINAL_TYPE (DkContactCard, dk_contact_card, DK, CONTACT_CARD, GtkScrolledWindow)

/* Somebody with all numbers, large enough to be read out on the phone, and what can be done: copy a
 * number, correct something, report that something is wrong. Belongs on a DkPage. Other people who
 * are named on it are shown in the same place. Signal `closed` for its button and Esc, where it can
 * be closed. */

/* Loads the contact of that id; the one that is shown is loaded again. NULL empties the card. */
void dk_contact_card_show (DkContactCard *self, const char *id);

/* Shows a device in the place of a person: whose it is, and which recovery key to ask for. */
void dk_contact_card_show_device (DkContactCard *self, const char *host);

/* Loads what is shown again, unless the keyboard is in it. */
void dk_contact_card_refresh (DkContactCard *self);

/* The words where nobody is shown. */
void dk_contact_card_set_hint (DkContactCard *self, const char *hint);

/* Gives it a button that closes it. */
void dk_contact_card_set_closable (DkContactCard *self);

/* Shows the contact and, once it is there, the panel that corrects this field of it
 * ("number:mobile"), was being the value that is wrong. */
void dk_contact_card_correct (DkContactCard *self, const char *id, const char *field,
                              const char *was);

/* Keeps at once what was typed. */
void dk_contact_card_seal (DkContactCard *self);

G_END_DECLS
