/* SPDX-License-Identifier: MIT */
#include "ui/confirm-dialog.h"

#include <glib/gi18n.h>

#include "ui/secret-buffer.h"
#include "ui/window.h"

struct _DkConfirmDialog {
  GtkDialog parent_instance;
  GtkLabel *what;
  GtkEntry *reason;
  GtkEntry *own;
  GtkEntryBuffer *own_buffer;
  GWeakRef owner;
  DkConfirmed done;
  gpointer data;
  GDestroyNotify data_free;
};

G_DEFINE_FINAL_TYPE (DkConfirmDialog, dk_confirm_dialog, GTK_TYPE_DIALOG)

static char *
read_reason (DkConfirmDialog *self)
{
  return g_strstrip (g_strdup (gtk_entry_get_text (self->reason)));
}

static gboolean
is_complete (DkConfirmDialog *self)
{
  g_autofree char *reason = read_reason (self);

  return *reason != '\0' && gtk_entry_buffer_get_length (self->own_buffer) > 0;
}

static void
on_changed (GtkEditable *editable, DkConfirmDialog *self)
{
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self), GTK_RESPONSE_OK, is_complete (self));
}

static void
on_reason_activate (GtkEntry *entry, DkConfirmDialog *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->own));
}

static void
on_own_activate (GtkEntry *entry, DkConfirmDialog *self)
{
  if (is_complete (self))
    gtk_dialog_response (GTK_DIALOG (self), GTK_RESPONSE_OK);
}

static void
dk_confirm_dialog_response (GtkDialog *dialog, int response)
{
  DkConfirmDialog *self = DK_CONFIRM_DIALOG (dialog);
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&self->owner);
  g_autofree char *reason = read_reason (self);

  gtk_widget_hide (GTK_WIDGET (self));
  if (response == GTK_RESPONSE_OK && owner != NULL && is_complete (self))
    self->done (owner, dk_secret_buffer_copy (DK_SECRET_BUFFER (self->own_buffer)), reason,
                self->data);
  gtk_widget_destroy (GTK_WIDGET (self));
}

static void
dk_confirm_dialog_finalize (GObject *object)
{
  DkConfirmDialog *self = DK_CONFIRM_DIALOG (object);

  g_weak_ref_clear (&self->owner);
  g_clear_object (&self->own_buffer);
  if (self->data_free != NULL)
    self->data_free (self->data);
  G_OBJECT_CLASS (dk_confirm_dialog_parent_class)->finalize (object);
}

static void
dk_confirm_dialog_class_init (DkConfirmDialogClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_confirm_dialog_finalize;
  GTK_DIALOG_CLASS (class)->response = dk_confirm_dialog_response;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/confirm-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DkConfirmDialog, what);
  gtk_widget_class_bind_template_child (widget_class, DkConfirmDialog, reason);
  gtk_widget_class_bind_template_child (widget_class, DkConfirmDialog, own);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_reason_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_own_activate);
}

static void
dk_confirm_dialog_init (DkConfirmDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_weak_ref_init (&self->owner, NULL);
  self->own_buffer = dk_secret_buffer_new ();
  gtk_entry_set_buffer (self->own, self->own_buffer);
}

void
dk_confirm_dialog_ask (GtkWidget *owner, const char *what, const char *button,
                       DkConfirmed done, gpointer data, GDestroyNotify data_free)
{
  DkConfirmDialog *self
      = g_object_new (DK_TYPE_CONFIRM_DIALOG, "title", _ ("Is it you, and why?"), NULL);
  GtkWidget *yes;

  dk_window_adopt (GTK_WINDOW (self), owner);
  g_weak_ref_set (&self->owner, owner);
  self->done = done;
  self->data = data;
  self->data_free = data_free;
  gtk_label_set_text (self->what, what);
  (void) gtk_dialog_add_button (GTK_DIALOG (self), _ ("_Back"), GTK_RESPONSE_CANCEL);
  yes = gtk_dialog_add_button (GTK_DIALOG (self), button, GTK_RESPONSE_OK);
  gtk_style_context_add_class (gtk_widget_get_style_context (yes), "suggested-action");
  gtk_dialog_set_default_response (GTK_DIALOG (self), GTK_RESPONSE_OK);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self), GTK_RESPONSE_OK, FALSE);
  gtk_window_present (GTK_WINDOW (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->reason));
}
