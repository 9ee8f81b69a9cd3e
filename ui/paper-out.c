/* SPDX-License-Identifier: MIT */
#include "ui/paper-out.h"

#include <glib/gi18n.h>

#include "app/base/file.h"
#include "app/kit/output.h"
#include "app/store/ledger.h"
#include "ui/confirm-dialog.h"
#include "ui/drive-dialog.h"
#include "ui/drives.h"
#include "ui/page.h"
#include "ui/printer.h"

#define OUT "paper-out"

typedef enum { WAY_PRINTER, WAY_FILE, WAY_DRIVE } Way;

/* What is on its way out. It goes along with each step, since another one may begin meanwhile. */
typedef struct {
  DkPaperJob *job;
  Way way;
} Out;

/* An entry of a print, with the passphrase of who does it if that is asked for. */
typedef struct {
  DkPaperJob *job;
  Way way;
  DkSecret *own; /* NULL: not asked again */
  char *reason;
} Entry;

static const char *const way_names[] = { "printer", "pdf", "usb" };

static void
free_out (gpointer data)
{
  Out *out = data;

  dk_paper_job_free (out->job);
  g_free (out);
}

static Out *
new_out (DkPaperJob *job, Way way)
{
  Out *out = g_new0 (Out, 1);

  out->job = dk_paper_job_ref (job);
  out->way = way;
  return out;
}

static DkPage *
page_of (gpointer owner)
{
  return DK_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (owner), DK_TYPE_PAGE));
}

static Entry *
new_entry (const Out *out, DkSecret *own, const char *reason)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->job = dk_paper_job_ref (out->job);
  entry->way = out->way;
  entry->own = own;
  entry->reason = g_strdup (reason != NULL ? reason : out->job->reason);
  return entry;
}

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  dk_paper_job_free (entry->job);
  dk_secret_free (entry->own);
  g_free (entry->reason);
  g_free (entry);
}

/* Entry -> Entry of the same job, its reason "" if none was asked for. */
static gpointer
write_entry (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const Entry *entry = data;
  g_autoptr (json_t) body = json_object ();

  if (entry->own != NULL && !dk_kit_confirm (kit, entry->own, error))
    return NULL;
  dk_json_set_text (body, "way", way_names[entry->way]);
  dk_json_set_text (body, "title", entry->job->sensitive != NULL ? entry->job->title : NULL);
  dk_json_set_text (body, "reason", entry->reason);
  json_object_set_new (body, "pages", json_integer (dk_paper_page_count (entry->job->paper)));
  if (!dk_ledger_note (dk_kit_store (kit), "print", entry->job->object, body, error))
    return NULL;
  return new_entry (&(Out) { entry->job, entry->way }, NULL,
                    entry->reason != NULL ? entry->reason : "");
}

static void
on_noted (gpointer owner, gpointer result, const GError *error)
{
  if (!dk_page_failed (page_of (owner), error))
    free_entry (result);
}

/* What went out may no more be what is on its way now. Of what is sensitive the entry was written
 * before. */
static void
note (gpointer owner, const Out *out)
{
  if (out->job->sensitive == NULL)
    dk_kit_run (owner, &(DkKitCall) { .work = write_entry,
                                      .reply = on_noted,
                                      .data = new_entry (out, NULL, NULL),
                                      .data_free = free_entry,
                                      .result_free = free_entry });
}

static void
on_printed (gpointer owner, gpointer out, const char *words, const GError *error)
{
  if (dk_page_failed (page_of (owner), error))
    return;
  note (owner, out);
  dk_page_say (page_of (owner), GTK_MESSAGE_INFO, words);
}

static void
save_to (GtkWidget *owner, const Out *out, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize size;
  const void *bytes = g_bytes_get_data (out->job->pdf, &size);

  if (!dk_output_check (path, DK_OUTPUT_PAPER, &error)
      || !dk_file_replace (path, bytes, size, DK_FILE_DURABLE, &error)) {
    (void) dk_page_failed (page_of (owner), error);
    return;
  }
  note (owner, out);
  text = g_strdup_printf (
      _ ("Saved as %s. The file is not sealed: keep it where only you can read it."), path);
  dk_page_say (page_of (owner), GTK_MESSAGE_INFO, text);
}

static void
on_file_chosen (GtkDialog *dialog, int response, GtkWidget *owner)
{
  g_autofree char *path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));

  gtk_widget_hide (GTK_WIDGET (dialog));
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    save_to (owner, g_object_get_data (G_OBJECT (dialog), OUT), path);
  gtk_widget_destroy (GTK_WIDGET (dialog));
}

static void
ask_file (GtkWidget *owner, const Out *out)
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (
      _ ("Save PDF"), GTK_WINDOW (gtk_widget_get_toplevel (owner)), GTK_FILE_CHOOSER_ACTION_SAVE,
      _ ("_Back"), GTK_RESPONSE_CANCEL, _ ("_Save PDF"), GTK_RESPONSE_ACCEPT, NULL);
  g_autofree char *name = g_strdup_printf ("%s.pdf", out->job->object);

  g_object_set_data_full (G_OBJECT (dialog), OUT, new_out (out->job, out->way), free_out);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_file_chosen), owner, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* A PDF on its way to a drive. */
typedef struct {
  GWeakRef owner;
  Out *out;
  char *folder;
} Saving;

static void
save_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Saving *saving = data;
  const DkPaperJob *job = saving->out->job;
  GError *error = NULL;
  char *path = dk_drive_save (saving->folder, job->object, job->pdf, &error);

  if (path == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, path, g_free);
}

static void
on_drive_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  Saving *saving = data;
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&saving->owner);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *text = NULL;

  if (owner != NULL && !dk_page_failed (page_of (owner), error)) {
    note (owner, saving->out);
    text = g_strdup_printf (_ ("Saved as %s, read back and compared: it is the same. It is not "
                               "sealed. Eject the drive before you pull it out."),
                            path);
    dk_page_say (page_of (owner), GTK_MESSAGE_INFO, text);
  }
  g_weak_ref_clear (&saving->owner);
  free_out (saving->out);
  g_free (saving->folder);
  g_free (saving);
}

static void
on_drive (GtkWidget *owner, const char *folder, gpointer data)
{
  const Out *out = data;
  Saving *saving;
  g_autoptr (GTask) task = NULL;

  if (folder == NULL) {
    ask_file (owner, out);
    return;
  }
  saving = g_new0 (Saving, 1);
  g_weak_ref_init (&saving->owner, owner);
  saving->out = new_out (out->job, WAY_DRIVE);
  saving->folder = g_strdup (folder);
  task = g_task_new (NULL, NULL, on_drive_saved, saving);
  g_task_set_task_data (task, saving, NULL);
  g_task_run_in_thread (task, save_thread);
}

static void
go_on (GtkWidget *owner, const Out *out)
{
  if (out->way == WAY_PRINTER)
    dk_printer_print (owner, out->job->title, dk_paper_size_media (out->job->size), out->job->pdf,
                      on_printed, new_out (out->job, WAY_PRINTER), free_out);
  else if (out->way == WAY_FILE)
    ask_file (owner, out);
  else
    dk_drive_dialog_ask (owner, on_drive, new_out (out->job, WAY_DRIVE), free_out);
}

static void
on_entered (gpointer owner, gpointer result, const GError *error)
{
  Entry *entered = result;

  if (dk_page_failed (page_of (owner), error))
    return;
  g_free (entered->job->reason);
  entered->job->reason = g_strdup (entered->reason);
  go_on (owner, &(Out) { entered->job, entered->way });
  free_entry (entered);
}

/* Before anything leaves: where nothing can be stored, nothing sensitive leaves. */
static void
enter_first (GtkWidget *owner, const Out *out, DkSecret *own, const char *reason)
{
  dk_kit_run (owner, &(DkKitCall) { .work = write_entry,
                                    .reply = on_entered,
                                    .data = new_entry (out, own, reason),
                                    .data_free = free_entry,
                                    .result_free = free_entry });
}

static void
on_confirmed (GtkWidget *owner, DkSecret *own, const char *reason, gpointer out)
{
  enter_first (owner, out, own, reason);
}

static void
begin (GtkWidget *owner, DkPaperJob *job, Way way)
{
  const Out out = { job, way };

  if (job->sensitive == NULL) {
    go_on (owner, &out);
  } else if (job->reason == NULL) {
    dk_confirm_dialog_ask (owner, job->sensitive,
                           way == WAY_PRINTER ? _ ("_Print it") : _ ("_Save it"), on_confirmed,
                           new_out (job, way), free_out);
  } else {
    enter_first (owner, &out, NULL, NULL);
  }
}

void
dk_paper_out_print (GtkWidget *owner, DkPaperJob *job)
{
  begin (owner, job, WAY_PRINTER);
}

void
dk_paper_out_save (GtkWidget *owner, DkPaperJob *job)
{
  begin (owner, job, WAY_FILE);
}

void
dk_paper_out_drive (GtkWidget *owner, DkPaperJob *job)
{
  begin (owner, job, WAY_DRIVE);
}
