/* SPDX-License-Identifier: MIT */
#include "ui/reason-dialog.h"

#include <glib/gi18n.h>

#include "ui/window.h"

#define KEEP_AFTER_MS 400

struct _DkReasonDialog {
  GtkDialog parent_instance;
  GtkLabel *what;
  GtkLabel *kept;
  GtkLabel *label;
  GtkEntry *reason;
  GWeakRef owner;
  DkReasonReplies replies;
  guint keep_timer; /* runs while words were typed that are not kept yet */
};

G_DEFINE_FINAL_TYPE (DkReasonDialog, dk_reason_dialog, GTK_TYPE_DIALOG)

static char *
read_words (DkReasonDialog *self)
{
  return g_strstrip (g_strdup (gtk_entry_get_text (self->reason)));
}

static void
keep_now (DkReasonDialog *self)
{
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&self->owner);
  g_autofree char *text = read_words (self);

  if (self->keep_timer == 0)
    return;
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  if (owner != NULL)
    self->replies.keep (owner, self->replies.data, text);
}

static gboolean
keep_after_pause (gpointer data)
{
  keep_now (data);
  return G_SOURCE_REMOVE;
}

static void
show_possible (DkReasonDialog *self)
{
  g_autofree char *text = read_words (self);

  gtk_dialog_set_response_sensitive (GTK_DIALOG (self), GTK_RESPONSE_OK, *text != '\0');
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self), GTK_RESPONSE_REJECT, *text != '\0');
}

static void
on_changed (GtkEditable *editable, DkReasonDialog *self)
{
  show_possible (self);
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  self->keep_timer = g_timeout_add (KEEP_AFTER_MS, keep_after_pause, self);
}

static void
dk_reason_dialog_response (GtkDialog *dialog, int response)
{
  DkReasonDialog *self = DK_REASON_DIALOG (dialog);
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&self->owner);
  g_autofree char *text = read_words (self);

  gtk_widget_hide (GTK_WIDGET (self));
  /* Before the step as well: it may be refused. */
  if (response != GTK_RESPONSE_REJECT)
    keep_now (self);
  if (owner != NULL && response == GTK_RESPONSE_OK && *text != '\0') {
    self->replies.done (owner, self->replies.data, text);
  } else if (owner != NULL && *text != '\0') {
    if (response == GTK_RESPONSE_REJECT)
      self->replies.keep (owner, self->replies.data, "");
    self->replies.left (owner, self->replies.data, response == GTK_RESPONSE_REJECT);
  }
  gtk_widget_destroy (GTK_WIDGET (self));
}

static void
dk_reason_dialog_dispose (GObject *object)
{
  DkReasonDialog *self = DK_REASON_DIALOG (object);

  g_clear_handle_id (&self->keep_timer, g_source_remove);
  if (self->replies.data_free != NULL)
    g_clear_pointer (&self->replies.data, self->replies.data_free);
  G_OBJECT_CLASS (dk_reason_dialog_parent_class)->dispose (object);
}

static void
dk_reason_dialog_finalize (GObject *object)
{
  g_weak_ref_clear (&DK_REASON_DIALOG (object)->owner);
  G_OBJECT_CLASS (dk_reason_dialog_parent_class)->finalize (object);
}

static void
dk_reason_dialog_class_init (DkReasonDialogClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_reason_dialog_dispose;
  G_OBJECT_CLASS (class)->finalize = dk_reason_dialog_finalize;
  GTK_DIALOG_CLASS (class)->response = dk_reason_dialog_response;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/reason-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DkReasonDialog, what);
  gtk_widget_class_bind_template_child (widget_class, DkReasonDialog, kept);
  gtk_widget_class_bind_template_child (widget_class, DkReasonDialog, label);
  gtk_widget_class_bind_template_child (widget_class, DkReasonDialog, reason);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
}

static void
dk_reason_dialog_init (DkReasonDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_weak_ref_init (&self->owner, NULL);
}

static void
add_buttons (DkReasonDialog *self, const char *button)
{
  GtkWidget *discard = gtk_dialog_add_button (GTK_DIALOG (self), _ ("_Discard the words"),
                                              GTK_RESPONSE_REJECT);
  GtkWidget *done;

  gtk_button_box_set_child_secondary (GTK_BUTTON_BOX (gtk_widget_get_parent (discard)), discard,
                                      TRUE);
  (void) gtk_dialog_add_button (GTK_DIALOG (self), _ ("_Back"), GTK_RESPONSE_CANCEL);
  done = gtk_dialog_add_button (GTK_DIALOG (self), button, GTK_RESPONSE_OK);
  gtk_style_context_add_class (gtk_widget_get_style_context (done), "suggested-action");
  gtk_dialog_set_default_response (GTK_DIALOG (self), GTK_RESPONSE_OK);
}

/* What was typed before is gone on with, never typed over. */
static void
show_kept (DkReasonDialog *self, const DkReasonQuestion *question)
{
  g_signal_handlers_block_by_func (self->reason, on_changed, self);
  gtk_entry_set_text (self->reason, question->words != NULL ? question->words : "");
  g_signal_handlers_unblock_by_func (self->reason, on_changed, self);
  gtk_label_set_text (self->kept, question->kept != NULL ? question->kept : "");
  gtk_widget_set_visible (GTK_WIDGET (self->kept), question->kept != NULL);
}

void
dk_reason_dialog_ask (GtkWidget *owner, const DkReasonQuestion *question,
                      const DkReasonReplies *replies)
{
  DkReasonDialog *self = g_object_new (DK_TYPE_REASON_DIALOG, "title", question->title, NULL);

  dk_window_adopt (GTK_WINDOW (self), owner);
  g_weak_ref_set (&self->owner, owner);
  self->replies = *replies;
  gtk_label_set_text (self->what, question->what);
  gtk_label_set_text_with_mnemonic (self->label, question->label);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->reason)), question->label);
  add_buttons (self, question->button);
  show_kept (self, question);
  show_possible (self);
  gtk_window_present (GTK_WINDOW (self));
  gtk_entry_grab_focus_without_selecting (self->reason);
  gtk_editable_set_position (GTK_EDITABLE (self->reason), -1);
}

void
dk_reason_dialog_seal (GtkWidget *owner)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *link = windows; link != NULL; link = link->next) {
    DkReasonDialog *self = DK_IS_REASON_DIALOG (link->data) ? link->data : NULL;
    g_autoptr (GtkWidget) asker = self != NULL ? g_weak_ref_get (&self->owner) : NULL;
    if (asker == owner)
      keep_now (self);
  }
}
