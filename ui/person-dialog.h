/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "ui/people-work.h"

G_BEGIN_DECLS

#define DK_TYPE_PERSON_DIALOG (dk_person_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DkPersonDialog, dk_person_dialog, DK, PERSON_DIALOG, GtkDialog)

/* Asks for what a step about people needs, and for the passphrase of who does it. row is the person
 * that it is about, NULL for those that are about nobody or oneself; copied. done is called with
 * the order (its own now) unless the person turned back; not once owner is gone. */
void dk_person_dialog_ask (GtkWidget *owner, DkPeopleStep step, const DkPersonRow *row,
                           void (*done) (GtkWidget *owner, DkPeopleOrder *order));

G_END_DECLS
