/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Asks for a printer and sends it these very bytes, so that paper and archive are the same. done
 * is called once the printer has taken them, or with the reason why not; not if the person turned
 * back, nor once owner is gone. */
void dk_printer_print (GtkWidget *owner, const char *title, GBytes *pdf,
                       void (*done) (gpointer owner, const GError *error));

G_END_DECLS
