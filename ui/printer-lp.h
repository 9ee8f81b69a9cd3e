/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/printer.h"

G_BEGIN_DECLS

/* The printers of the print service without the toolkit's dialog: offers those that `lp` knows, and
 * sends the PDF to the one that is chosen. As dk_printer_print. */
void dk_printer_lp_ask (GtkWidget *owner, const char *title, const char *media, GBytes *pdf,
                        DkPrinterDone done);

/* What is said once a printer has the pages; why_not is why it prints nothing now, NULL if it does.
 * New string. */
char *dk_printer_words (const char *name, const char *why_not);

G_END_DECLS
