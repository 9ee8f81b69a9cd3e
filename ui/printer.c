/* SPDX-License-Identifier: MIT */
#include "ui/printer.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <gtk/gtkunixprint.h>

#include "app/base/error.h"
#include "app/base/platform.h"

typedef struct {
  GWeakRef owner;
  GBytes *pdf;
  char *title;
  int fd; /* of the bytes in memory, -1 = none */
  void (*done) (gpointer owner, const GError *error);
} Order;

static void
free_order (gpointer data)
{
  Order *order = data;

  if (order->fd >= 0)
    (void) g_close (order->fd, NULL);
  g_weak_ref_clear (&order->owner);
  g_bytes_unref (order->pdf);
  g_free (order->title);
  g_free (order);
}

static void
tell (Order *order, const GError *error)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&order->owner);

  if (owner != NULL)
    order->done (owner, error);
}

static void
on_sent (GtkPrintJob *job, gpointer data, const GError *error)
{
  tell (data, error);
}

static void
send_order (Order *order, GtkPrintUnixDialog *dialog)
{
  GtkPrinter *printer = gtk_print_unix_dialog_get_selected_printer (dialog);
  g_autoptr (GtkPrintJob) job = NULL;
  g_autoptr (GError) error = NULL;

  if (printer == NULL || !gtk_printer_accepts_pdf (printer)) {
    g_set_error (
        &error, DK_ERROR, DK_ERROR_INVALID,
        _ ("This printer does not take PDF. Nothing was printed. Choose another one, or save "
           "the PDF and print it from elsewhere."));
  } else {
    job = gtk_print_job_new (order->title, printer, gtk_print_unix_dialog_get_settings (dialog),
                             gtk_print_unix_dialog_get_page_setup (dialog));
    order->fd = dk_platform_memory_file (g_bytes_get_data (order->pdf, NULL),
                                         g_bytes_get_size (order->pdf), &error);
    if (order->fd >= 0 && gtk_print_job_set_source_fd (job, order->fd, &error)) {
      gtk_print_job_send (job, on_sent, order, free_order);
      return;
    }
  }
  tell (order, error);
  free_order (order);
}

static void
on_response (GtkDialog *dialog, int response, Order *order)
{
  gtk_widget_hide (GTK_WIDGET (dialog));
  if (response == GTK_RESPONSE_OK)
    send_order (order, GTK_PRINT_UNIX_DIALOG (dialog));
  else
    free_order (order);
  gtk_widget_destroy (GTK_WIDGET (dialog));
}

void
dk_printer_print (GtkWidget *owner, const char *title, GBytes *pdf,
                  void (*done) (gpointer owner, const GError *error))
{
  GtkWidget *dialog = gtk_print_unix_dialog_new (
      title, GTK_WINDOW (gtk_widget_get_toplevel (owner)));
  Order *order = g_new0 (Order, 1);

  g_weak_ref_init (&order->owner, owner);
  order->pdf = g_bytes_ref (pdf);
  order->title = g_strdup (title);
  order->fd = -1;
  order->done = done;
  gtk_print_unix_dialog_set_manual_capabilities (GTK_PRINT_UNIX_DIALOG (dialog),
                                                 GTK_PRINT_CAPABILITY_GENERATE_PDF);
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), order);
  gtk_window_present (GTK_WINDOW (dialog));
}
