/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How it went: words for the person once the printer has the paper, or the reason why not. data is
 * what dk_printer_print got. It may be called again with an error when the printer gives the paper
 * up afterwards. Not called if the person turned back, nor once owner is gone. */
typedef void (*DkPrinterDone) (gpointer owner, gpointer data, const char *words,
                               const GError *error);

/* Asks for a printer and sends it these very bytes, so that paper and archive are the same. media
 * is the size of the pages, "A4" or "Letter"; NULL = that of the printer. Where the toolkit finds
 * no printer those of the print service are offered, by `lp`. data is for done; data_free (may be
 * NULL) frees it once nothing more can be told. */
void dk_printer_print (GtkWidget *owner, const char *title, const char *media, GBytes *pdf,
                       DkPrinterDone done, gpointer data, GDestroyNotify data_free);

G_END_DECLS
