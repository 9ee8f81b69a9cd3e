/* SPDX-License-Identifier: MIT */
#include "ui/printer.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <gtk/gtkunixprint.h>

#include "app/base/platform.h"
#include "ui/printer-lp.h"

#define LOOK_FOR_MS 4000
#define TRACK_S 120

void
dk_printer_order_free (gpointer data)
{
  DkPrinterOrder *order = data;

  if (order->fd >= 0)
    (void) g_close (order->fd, NULL);
  g_weak_ref_clear (&order->owner);
  g_bytes_unref (order->pdf);
  g_free (order->title);
  g_free (order->media);
  g_free (order->queue);
  if (order->data_free != NULL)
    order->data_free (order->data);
  g_free (order);
}

void
dk_printer_order_tell (DkPrinterOrder *order, const char *words, const GError *error)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&order->owner);

  if (owner != NULL)
    order->done (owner, order->data, words, error);
}

char *
dk_printer_words (const char *name, const char *why_not)
{
  if (why_not == NULL)
    return g_strdup_printf (_ ("Sent to the printer %s. Look at the paper before you rely on it."),
                            name);
  return g_strdup_printf (_ ("The printer %s has the pages, but %s. They wait there until somebody "
                             "starts it; for paper now choose another printer."),
                          name, why_not);
}

/* The printer may give the paper up after it took it. */
static void
on_status (GtkPrintJob *job, DkPrinterOrder *order)
{
  const char *name = gtk_printer_get_name (gtk_print_job_get_printer (job));
  g_autoptr (GError) error = NULL;

  if (gtk_print_job_get_status (job) != GTK_PRINT_STATUS_FINISHED_ABORTED)
    return;
  g_set_error (&error, DK_ERROR, DK_ERROR_FAILED,
               _ ("The printer %s gave the pages up, or somebody cancelled them there. Do not rely "
                  "on this paper: print it again, or save the PDF."),
               name);
  dk_printer_order_tell (order, NULL, error);
}

static char *
why_not (GtkPrinter *printer)
{
  const char *message = gtk_printer_get_state_message (printer);

  if (!gtk_printer_is_paused (printer))
    return NULL;
  return message != NULL && *message != '\0' ? g_strdup_printf (_ ("it is stopped: %s"), message)
                                             : g_strdup (_ ("it is stopped"));
}

static gboolean
forget_job (gpointer job)
{
  g_object_unref (job);
  return G_SOURCE_REMOVE;
}

/* Nobody else keeps the job, and only one that is there tells what becomes of it. */
static void
on_sent (GtkPrintJob *job, gpointer data, const GError *error)
{
  GtkPrinter *printer = gtk_print_job_get_printer (job);
  g_autofree char *reason = why_not (printer);
  g_autofree char *words = dk_printer_words (gtk_printer_get_name (printer), reason);

  dk_printer_order_tell (data, error == NULL ? words : NULL, error);
  if (error == NULL)
    (void) g_timeout_add_seconds (TRACK_S, forget_job, g_object_ref (job));
}

static gboolean
check_printer (GtkPrinter *printer, GError **error)
{
  if (printer != NULL && gtk_printer_is_virtual (printer)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 _ ("That is a file, no printer. Nothing was printed; Save PDF and Save to USB "
                    "write files, and check what they write."));
    return FALSE;
  }
  if (printer == NULL || !gtk_printer_accepts_pdf (printer)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 _ ("This printer does not take PDF. Nothing was printed. Choose another one, or "
                    "save the PDF and print it from elsewhere."));
    return FALSE;
  }
  if (gtk_printer_is_accepting_jobs (printer))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
               _ ("The printer %s takes no jobs now. Nothing was printed. Choose another one, or "
                  "save the PDF and print it from elsewhere."),
               gtk_printer_get_name (printer));
  return FALSE;
}

static void
send_order (DkPrinterOrder *order, GtkPrintUnixDialog *dialog)
{
  GtkPrinter *printer = gtk_print_unix_dialog_get_selected_printer (dialog);
  g_autoptr (GtkPrintJob) job = NULL;
  g_autoptr (GError) error = NULL;

  if (check_printer (printer, &error)) {
    job = gtk_print_job_new (order->title, printer, gtk_print_unix_dialog_get_settings (dialog),
                             gtk_print_unix_dialog_get_page_setup (dialog));
    order->fd = dk_platform_memory_file (g_bytes_get_data (order->pdf, NULL),
                                         g_bytes_get_size (order->pdf), &error);
    if (order->fd >= 0 && gtk_print_job_set_source_fd (job, order->fd, &error)) {
      gtk_print_job_set_track_print_status (job, TRUE);
      g_signal_connect (job, "status-changed", G_CALLBACK (on_status), order);
      /* The order lives as long as the job, which is tracked until it is printed. */
      g_object_set_data_full (G_OBJECT (job), "order", order, dk_printer_order_free);
      gtk_print_job_send (job, on_sent, order, NULL);
      return;
    }
  }
  dk_printer_order_tell (order, NULL, error);
  dk_printer_order_free (order);
}

static void
on_response (GtkDialog *dialog, int response, DkPrinterOrder *order)
{
  gtk_widget_hide (GTK_WIDGET (dialog));
  if (response == GTK_RESPONSE_OK)
    send_order (order, GTK_PRINT_UNIX_DIALOG (dialog));
  else
    dk_printer_order_free (order);
  gtk_widget_destroy (GTK_WIDGET (dialog));
}

static void
show_dialog (DkPrinterOrder *order, GtkWidget *owner)
{
  GtkWidget *dialog
      = gtk_print_unix_dialog_new (order->title, GTK_WINDOW (gtk_widget_get_toplevel (owner)));
  g_autoptr (GtkPageSetup) setup = gtk_page_setup_new ();
  g_autoptr (GtkPaperSize) size = NULL;

  if (order->media != NULL) {
    size = gtk_paper_size_new (g_str_equal (order->media, "Letter") ? GTK_PAPER_NAME_LETTER
                                                                    : GTK_PAPER_NAME_A4);
    gtk_page_setup_set_paper_size_and_default_margins (setup, size);
    gtk_print_unix_dialog_set_page_setup (GTK_PRINT_UNIX_DIALOG (dialog), setup);
  }
  gtk_print_unix_dialog_set_manual_capabilities (GTK_PRINT_UNIX_DIALOG (dialog),
                                                 GTK_PRINT_CAPABILITY_GENERATE_PDF);
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), order);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* A look for printers: over when one is there, when all were asked, or after a while. */
typedef struct {
  DkPrinterOrder *order; /* NULL once it is decided */
  guint timer;
  gboolean is_found;
} Look;

static void
decide (Look *look, gboolean with_dialog)
{
  DkPrinterOrder *order = g_steal_pointer (&look->order);
  g_autoptr (GtkWidget) owner = order != NULL ? g_weak_ref_get (&order->owner) : NULL;

  g_clear_handle_id (&look->timer, g_source_remove);
  if (order == NULL)
    return;
  if (owner != NULL && with_dialog) {
    show_dialog (order, owner);
    return;
  }
  if (owner != NULL)
    dk_printer_lp_ask (order);
  else
    dk_printer_order_free (order);
}

static gboolean
see_printer (GtkPrinter *printer, gpointer data)
{
  Look *look = data;

  look->is_found = look->is_found || !gtk_printer_is_virtual (printer);
  return look->is_found;
}

static void
on_looked (gpointer data)
{
  Look *look = data;

  decide (look, look->is_found);
  g_free (look);
}

/* A print service that hangs: the dialog says what it can. */
static gboolean
on_looked_long (gpointer data)
{
  Look *look = data;

  look->timer = 0;
  decide (look, TRUE);
  return G_SOURCE_REMOVE;
}

void
dk_printer_print (GtkWidget *owner, const char *title, const char *media, GBytes *pdf,
                  DkPrinterDone done, gpointer data, GDestroyNotify data_free)
{
  Look *look = g_new0 (Look, 1);
  DkPrinterOrder *order = g_new0 (DkPrinterOrder, 1);

  g_weak_ref_init (&order->owner, owner);
  order->pdf = g_bytes_ref (pdf);
  order->title = g_strdup (title);
  order->media = g_strdup (media);
  order->fd = -1;
  order->done = done;
  order->data = data;
  order->data_free = data_free;
  look->order = order;
  look->timer = g_timeout_add (LOOK_FOR_MS, on_looked_long, look);
  gtk_enumerate_printers (see_printer, look, on_looked, FALSE);
}
