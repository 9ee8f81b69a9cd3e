/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "ui/people-work.h"

G_BEGIN_DECLS

#define DK_TYPE_CODE_DIALOG (dk_code_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DkCodeDialog, dk_code_dialog, DK, CODE_DIALOG, GtkDialog)

/* Shows a new recovery code once, in large groups, with its sheet to print or save. Takes the
 * result, and forgets the code when it is closed. owner is a widget of the window it belongs to. */
void dk_code_dialog_show (GtkWidget *owner, DkPeopleResult *result);

G_END_DECLS
