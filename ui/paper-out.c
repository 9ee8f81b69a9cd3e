/* SPDX-License-Identifier: MIT */
#include "ui/paper-out.h"

#include <glib/gi18n.h>

#include "app/base/file.h"
#include "app/kit/output.h"
#include "ui/page.h"
#include "ui/printer.h"

#define JOB "paper-out"

/* The job belongs to the widget until it is out, or another one takes its place. */
static const DkPaperJob *
job_of (gpointer owner)
{
  return g_object_get_data (G_OBJECT (owner), JOB);
}

static DkPage *
page_of (gpointer owner)
{
  return DK_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (owner), DK_TYPE_PAGE));
}

static void
on_noted (gpointer owner, gpointer result, const GError *error)
{
  (void) dk_page_failed (page_of (owner), error);
}

static void
note_printed (gpointer owner, const char *way)
{
  dk_kit_run (owner, &(DkKitCall) { .work = dk_paper_work_note_printed,
                                    .reply = on_noted,
                                    .data = dk_paper_order_new (way, job_of (owner)->object, 0),
                                    .data_free = dk_paper_order_free });
}

static void
on_printed (gpointer owner, const GError *error)
{
  if (dk_page_failed (page_of (owner), error))
    return;
  note_printed (owner, "printer");
  dk_page_say (page_of (owner), GTK_MESSAGE_INFO,
               _ ("Sent to the printer. Look at the paper before you rely on it."));
}

void
dk_paper_out_print (GtkWidget *owner, DkPaperJob *job)
{
  g_object_set_data_full (G_OBJECT (owner), JOB, job, dk_paper_job_free);
  dk_printer_print (owner, job->title, job->pdf, on_printed);
}

static void
save_to (GtkWidget *owner, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize size;
  const void *bytes = g_bytes_get_data (job_of (owner)->pdf, &size);

  if (!dk_output_check (path, DK_OUTPUT_PAPER, &error)
      || !dk_file_replace (path, bytes, size, DK_FILE_DURABLE, &error)) {
    (void) dk_page_failed (page_of (owner), error);
    return;
  }
  note_printed (owner, "pdf");
  text = g_strdup_printf (
      _ ("Saved as %s. The file is not sealed: keep it where only you can read it."), path);
  dk_page_say (page_of (owner), GTK_MESSAGE_INFO, text);
}

static void
on_file_chosen (GtkDialog *dialog, int response, GtkWidget *owner)
{
  g_autofree char *path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));

  gtk_widget_destroy (GTK_WIDGET (dialog));
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    save_to (owner, path);
}

void
dk_paper_out_save (GtkWidget *owner, DkPaperJob *job)
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (
      _ ("Save PDF"), GTK_WINDOW (gtk_widget_get_toplevel (owner)), GTK_FILE_CHOOSER_ACTION_SAVE,
      _ ("_Back"), GTK_RESPONSE_CANCEL, _ ("_Save PDF"), GTK_RESPONSE_ACCEPT, NULL);
  g_autofree char *name = g_strdup_printf ("%s.pdf", job->object);

  g_object_set_data_full (G_OBJECT (owner), JOB, job, dk_paper_job_free);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_file_chosen), owner, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
