/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Gets the folder of the drive, or NULL if the person wants to name a file of their own. */
typedef void (*DkDriveChosen) (GtkWidget *owner, const char *folder, gpointer data);

/* Asks which drive of this PC takes a PDF, and goes on looking while a stick is put in. chosen is
 * not called if they turned back, nor once owner is gone; data is freed with the dialog in any
 * case. */
void dk_drive_dialog_ask (GtkWidget *owner, DkDriveChosen chosen, gpointer data,
                          GDestroyNotify data_free);

G_END_DECLS
