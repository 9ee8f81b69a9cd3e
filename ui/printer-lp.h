/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/printer.h"

G_BEGIN_DECLS

/* What is to be printed, and who hears of it. */
typedef struct {
  GWeakRef owner;
  GBytes *pdf;
  char *title;
  char *media;
  char *queue; /* of `lp`; NULL as long as none is chosen */
  int fd;      /* of the bytes in memory, -1 = none */
  DkPrinterDone done;
  gpointer data; /* for done */
  GDestroyNotify data_free;
} DkPrinterOrder;

/* Tells the owner, if it is still there. */
void dk_printer_order_tell (DkPrinterOrder *order, const char *words, const GError *error);

/* A DkPrinterOrder as a GDestroyNotify. */
void dk_printer_order_free (gpointer order);

/* The printers of the print service without the toolkit's dialog: offers those that `lp` knows, and
 * sends the PDF to the one that is chosen. Takes the order. */
void dk_printer_lp_ask (DkPrinterOrder *order);

/* What is said once a printer has the pages; why_not is why it prints nothing now, NULL if it does.
 * New string. */
char *dk_printer_words (const char *name, const char *why_not);

G_END_DECLS
