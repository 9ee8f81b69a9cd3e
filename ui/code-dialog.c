/* SPDX-License-Identifier: MIT */
#include "ui/code-dialog.h"

#include <glib/gi18n.h>

#include "app/base/file.h"
#include "app/kit/output.h"
#include "ui/printer.h"
#include "ui/window.h"

#define GROUPS_A_LINE 4

struct _DkCodeDialog {
  GtkDialog parent_instance;
  GtkLabel *words;
  GtkGrid *groups;
  GtkWidget *print;
  GtkWidget *save;
  GtkLabel *message;
  DkPeopleResult *result;
};

G_DEFINE_FINAL_TYPE (DkCodeDialog, dk_code_dialog, GTK_TYPE_DIALOG)

static void
on_printed (gpointer owner, gpointer data, const char *words, const GError *error)
{
  DkCodeDialog *self = owner;

  gtk_label_set_text (self->message, error != NULL ? error->message : words);
}

static void
on_print (GtkButton *button, DkCodeDialog *self)
{
  dk_printer_print (GTK_WIDGET (self), self->result->title, NULL, self->result->sheet, on_printed,
                    NULL, NULL);
}

static void
on_file_chosen (GtkDialog *dialog, int response, DkCodeDialog *self)
{
  g_autofree char *path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *bytes = g_bytes_get_data (self->result->sheet, &size);

  gtk_widget_destroy (GTK_WIDGET (dialog));
  if (response != GTK_RESPONSE_ACCEPT || path == NULL)
    return;
  if (dk_output_check (path, DK_OUTPUT_NEW, &error)
      && dk_file_replace (path, bytes, size, DK_FILE_DURABLE, &error))
    text = g_strdup_printf (_ ("Saved as %s. The file opens the kit: print it, then delete it."),
                            path);
  gtk_label_set_text (self->message, error != NULL ? error->message : text);
}

static void
on_save (GtkButton *button, DkCodeDialog *self)
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (
      _ ("Save the sheet"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Back"),
      GTK_RESPONSE_CANCEL, _ ("_Save PDF"), GTK_RESPONSE_ACCEPT, NULL);

  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), "recovery-sheet.pdf");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_file_chosen), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
dk_code_dialog_response (GtkDialog *dialog, int response)
{
  if (response == GTK_RESPONSE_CLOSE)
    gtk_widget_destroy (GTK_WIDGET (dialog));
}

/* The code is shown once: a stray Escape does not close it. */
static gboolean
dk_code_dialog_delete (GtkWidget *widget, GdkEventAny *event)
{
  gtk_label_set_text (DK_CODE_DIALOG (widget)->message,
                      _ ("The code is not shown again. Once it is on paper, close with the button "
                         "below."));
  return GDK_EVENT_STOP;
}

static void
dk_code_dialog_finalize (GObject *object)
{
  dk_people_result_free (DK_CODE_DIALOG (object)->result);
  G_OBJECT_CLASS (dk_code_dialog_parent_class)->finalize (object);
}

static void
dk_code_dialog_class_init (DkCodeDialogClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_code_dialog_finalize;
  GTK_DIALOG_CLASS (class)->response = dk_code_dialog_response;
  widget_class->delete_event = dk_code_dialog_delete;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/code-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DkCodeDialog, words);
  gtk_widget_class_bind_template_child (widget_class, DkCodeDialog, groups);
  gtk_widget_class_bind_template_child (widget_class, DkCodeDialog, print);
  gtk_widget_class_bind_template_child (widget_class, DkCodeDialog, save);
  gtk_widget_class_bind_template_child (widget_class, DkCodeDialog, message);
  gtk_widget_class_bind_template_callback (widget_class, on_print);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
}

static void
dk_code_dialog_init (DkCodeDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
add_groups (DkCodeDialog *self)
{
  g_auto (GStrv) groups
      = g_strsplit ((const char *) dk_secret_get (self->result->code), "-", -1);

  for (int i = 0; groups[i] != NULL; i++) {
    g_autofree char *text = g_strdup_printf ("%d:  %s", i + 1, groups[i]);
    GtkWidget *label = gtk_label_new (text);
    gtk_style_context_add_class (gtk_widget_get_style_context (label), "ticket-number");
    gtk_widget_show (label);
    gtk_grid_attach (self->groups, label, i % GROUPS_A_LINE, i / GROUPS_A_LINE, 1, 1);
  }
}

void
dk_code_dialog_show (GtkWidget *owner, DkPeopleResult *result)
{
  DkCodeDialog *self
      = g_object_new (DK_TYPE_CODE_DIALOG, "title", _ ("New recovery code"), NULL);

  dk_window_adopt (GTK_WINDOW (self), owner);
  self->result = result;
  gtk_label_set_text (self->words, result->text);
  add_groups (self);
  gtk_widget_set_sensitive (self->print, result->sheet != NULL);
  gtk_widget_set_sensitive (self->save, result->sheet != NULL);
  (void) gtk_dialog_add_button (GTK_DIALOG (self), _ ("_Close: the code is on paper"),
                                GTK_RESPONSE_CLOSE);
  gtk_window_present (GTK_WINDOW (self));
}
