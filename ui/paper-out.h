/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/paper-work.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The ways of a finished document out of the kit, for a widget on a DkPage. What left stands in the
 * ledger. Where a job is sensitive it is asked first who prints and why, and the entry comes before
 * anything leaves. Each takes a reference to the job. */

/* Asks for a printer and sends it there. */
void dk_paper_out_print (GtkWidget *owner, DkPaperJob *job);

/* Asks for a file name and saves the PDF. */
void dk_paper_out_save (GtkWidget *owner, DkPaperJob *job);

/* Asks for a drive, saves the PDF there and reads it back. */
void dk_paper_out_drive (GtkWidget *owner, DkPaperJob *job);

G_END_DECLS
