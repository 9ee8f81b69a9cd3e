/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/base/secret.h"

G_BEGIN_DECLS

#define DK_TYPE_CONFIRM_DIALOG (dk_confirm_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DkConfirmDialog, dk_confirm_dialog, DK, CONFIRM_DIALOG, GtkDialog)

/* Gets the passphrase, which it takes, and the reason, borrowed. */
typedef void (*DkConfirmed) (GtkWidget *owner, DkSecret *own, const char *reason, gpointer data);

/* Who takes out more than a line of the kit is asked again who they are, and why: an open window is
 * not enough. what tells what leaves; button is a verb with its object. done is not called if the
 * person turned back, nor once owner is gone; data is freed with the dialog in any case. */
void dk_confirm_dialog_ask (GtkWidget *owner, const char *what, const char *button,
                            DkConfirmed done, gpointer data, GDestroyNotify data_free);

G_END_DECLS
