/* SPDX-License-Identifier: MIT */
#include "ui/printer-lp.h"

#include <glib/gi18n.h>

#include "app/base/print.h"
#include "ui/window.h"

static void
send_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  DkPrinterOrder *order = data;
  const char *media = order->media != NULL ? order->media : "A4";
  g_autofree char *reason = NULL;
  GError *error = NULL;

  if (!dk_print_send (order->queue, order->title, media, order->pdf, &error)) {
    g_task_return_error (task, error);
    return;
  }
  reason = dk_print_why_not (order->queue);
  g_task_return_pointer (task, dk_printer_words (order->queue, reason), g_free);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *words = g_task_propagate_pointer (G_TASK (result), &error);

  dk_printer_order_tell (data, words, error);
  dk_printer_order_free (data);
}

static void
send_order (DkPrinterOrder *order)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_sent, order);

  g_task_set_task_data (task, order, NULL);
  g_task_run_in_thread (task, send_thread);
}

static void
on_response (GtkDialog *dialog, int response, DkPrinterOrder *order)
{
  GtkComboBoxText *list = g_object_get_data (G_OBJECT (dialog), "list");

  order->queue = gtk_combo_box_text_get_active_text (list);
  gtk_widget_destroy (GTK_WIDGET (dialog));
  if (response == GTK_RESPONSE_OK && order->queue != NULL)
    send_order (order);
  else
    dk_printer_order_free (order);
}

static void
ask_queue (DkPrinterOrder *order, GtkWidget *owner, const GPtrArray *queues)
{
  GtkWidget *dialog = gtk_dialog_new_with_buttons (
      _ ("Print"), NULL, GTK_DIALOG_MODAL, _ ("_Back"), GTK_RESPONSE_CANCEL, _ ("_Print"),
      GTK_RESPONSE_OK, NULL);
  GtkContainer *area = GTK_CONTAINER (gtk_dialog_get_content_area (GTK_DIALOG (dialog)));
  GtkWidget *label = gtk_label_new_with_mnemonic (_ ("Printer of this _PC"));
  GtkWidget *list = gtk_combo_box_text_new ();

  gtk_container_set_border_width (area, 12);
  gtk_box_set_spacing (GTK_BOX (area), 6);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), list);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "field-label");
  for (guint i = 0; i < queues->len; i++)
    gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (list), queues->pdata[i]);
  gtk_combo_box_set_active (GTK_COMBO_BOX (list), 0);
  gtk_container_add (area, label);
  gtk_container_add (area, list);
  gtk_widget_show_all (GTK_WIDGET (area));
  g_object_set_data (G_OBJECT (dialog), "list", list);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  dk_window_adopt (GTK_WINDOW (dialog), owner);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), order);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *queues = dk_print_queues (&error);

  if (queues == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, queues, (GDestroyNotify) g_ptr_array_unref);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  DkPrinterOrder *order = data;
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&order->owner);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) queues = g_task_propagate_pointer (G_TASK (result), &error);

  if (queues != NULL && owner != NULL) {
    ask_queue (order, owner, queues);
    return;
  }
  if (error != NULL)
    dk_printer_order_tell (order, NULL, error);
  dk_printer_order_free (order);
}

void
dk_printer_lp_ask (DkPrinterOrder *order)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_looked, order);

  g_task_run_in_thread (task, look_thread);
}
