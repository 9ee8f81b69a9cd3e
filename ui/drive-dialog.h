/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Asks which drive of this PC takes a PDF, and goes on looking while a stick is put in. chosen gets
 * its folder, or NULL if the person wants to name a file of their own; it is not called if they
 * turned back, nor once owner is gone. */
void dk_drive_dialog_ask (GtkWidget *owner,
                          void (*chosen) (GtkWidget *owner, const char *folder));

G_END_DECLS
