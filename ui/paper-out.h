/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/paper-work.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The way of a finished document out of the kit: a printer or a file of a widget on a DkPage. What
 * left stands in the ledger. Both take the job. */

/* Asks for a printer and sends it there. */
void dk_paper_out_print (GtkWidget *owner, DkPaperJob *job);

/* Asks for a file name and saves the PDF. */
void dk_paper_out_save (GtkWidget *owner, DkPaperJob *job);

G_END_DECLS
