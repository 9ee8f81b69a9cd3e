/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_REASON_DIALOG (dk_reason_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DkReasonDialog, dk_reason_dialog, DK, REASON_DIALOG, GtkDialog)

/* What the dialog asks; text is copied. */
typedef struct {
  const char *title;
  const char *what;   /* what happens and what stays */
  const char *label;  /* of the field */
  const char *button; /* a verb with its object */
} DkReasonQuestion;

/* Asks for words without which a step is not done (amend, void, resolve). done is called with them
 * unless the person turned back; owner is the widget whose window the dialog belongs to, and done
 * is not called once it is gone. */
void dk_reason_dialog_ask (GtkWidget *owner, const DkReasonQuestion *question,
                           void (*done) (GtkWidget *owner, const char *reason));

G_END_DECLS
