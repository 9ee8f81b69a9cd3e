/* SPDX-License-Identifier: MIT */
#include "ui/reason-dialog.h"

#include <glib/gi18n.h>

struct _DkReasonDialog {
  GtkDialog parent_instance;
  GtkLabel *what;
  GtkLabel *label;
  GtkEntry *reason;
  GWeakRef owner;
  void (*done) (GtkWidget *owner, const char *reason);
};

G_DEFINE_FINAL_TYPE (DkReasonDialog, dk_reason_dialog, GTK_TYPE_DIALOG)

static void
on_changed (GtkEditable *editable, DkReasonDialog *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (self->reason)));

  gtk_dialog_set_response_sensitive (GTK_DIALOG (self), GTK_RESPONSE_OK, *text != '\0');
}

static void
dk_reason_dialog_response (GtkDialog *dialog, int response)
{
  DkReasonDialog *self = DK_REASON_DIALOG (dialog);
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&self->owner);
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (self->reason)));

  gtk_widget_hide (GTK_WIDGET (self));
  if (response == GTK_RESPONSE_OK && owner != NULL && *text != '\0')
    self->done (owner, text);
  gtk_widget_destroy (GTK_WIDGET (self));
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

  G_OBJECT_CLASS (class)->finalize = dk_reason_dialog_finalize;
  GTK_DIALOG_CLASS (class)->response = dk_reason_dialog_response;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/reason-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DkReasonDialog, what);
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

void
dk_reason_dialog_ask (GtkWidget *owner, const DkReasonQuestion *question,
                      void (*done) (GtkWidget *owner, const char *reason))
{
  DkReasonDialog *self = g_object_new (DK_TYPE_REASON_DIALOG, "transient-for",
                                       gtk_widget_get_toplevel (owner), "title", question->title,
                                       NULL);

  g_weak_ref_set (&self->owner, owner);
  self->done = done;
  gtk_label_set_text (self->what, question->what);
  gtk_label_set_text_with_mnemonic (self->label, question->label);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->reason)), question->label);
  (void) gtk_dialog_add_button (GTK_DIALOG (self), _ ("_Back"), GTK_RESPONSE_CANCEL);
  (void) gtk_dialog_add_button (GTK_DIALOG (self), question->button, GTK_RESPONSE_OK);
  gtk_dialog_set_default_response (GTK_DIALOG (self), GTK_RESPONSE_OK);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self), GTK_RESPONSE_OK, FALSE);
  gtk_window_present (GTK_WINDOW (self));
}
