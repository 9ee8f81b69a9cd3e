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
  const char *words;  /* typed before and not used: they stand in the field; may be NULL */
  const char *kept;   /* a line about them */
} DkReasonQuestion;

/* Who is told; none of it once the owner is gone. */
typedef struct {
  /* The step is to be done. */
  void (*done) (GtkWidget *owner, gpointer data, const char *reason);
  /* These words are to be kept until then; "" = no more. After a pause in typing, and always before
   * the dialog goes or the step is done. */
  void (*keep) (GtkWidget *owner, gpointer data, const char *words);
  /* The person turned back; the words were kept, or is_discarded. */
  void (*left) (GtkWidget *owner, gpointer data, gboolean is_discarded);
  gpointer data;
  GDestroyNotify data_free;
} DkReasonReplies;

/* Asks for words without which a step is not done (amend, void, resolve). owner is the widget whose
 * window the dialog belongs to. Takes the data of the replies. */
void dk_reason_dialog_ask (GtkWidget *owner, const DkReasonQuestion *question,
                           const DkReasonReplies *replies);

/* Keeps at once what was typed in a dialog of this owner, if one is open. */
void dk_reason_dialog_seal (GtkWidget *owner);

G_END_DECLS
