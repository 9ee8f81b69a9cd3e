/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/base/secret.h"

G_BEGIN_DECLS

#define DK_TYPE_NEW_PASSPHRASE (dk_new_passphrase_get_type ())
G_DECLARE_FINAL_TYPE (DkNewPassphrase, dk_new_passphrase, DK, NEW_PASSPHRASE, GtkBox)

/* Two fields for a passphrase that nobody has typed yet: what cannot be seen is typed twice. The
 * text lies in locked memory and is wiped with the widget. Signals: `changed`; `activate` for Enter
 * in the second field. */

/* NULL if both fields hold the same passphrase; else what is wrong, in words. Static text. */
const char *dk_new_passphrase_problem (DkNewPassphrase *self);

/* What was typed. New secret; only without a problem. */
DkSecret *dk_new_passphrase_copy (DkNewPassphrase *self);

/* Puts the focus in the first field. */
void dk_new_passphrase_focus (DkNewPassphrase *self);

G_END_DECLS
