/* SPDX-License-Identifier: MIT */
#include "ui/print-page.h"

#include <glib/gi18n.h>

#include "app/base/file.h"
#include "app/kit/output.h"
#include "ui/paper-work.h"
#include "ui/printer.h"
#include "ui/rows-view.h"
#include "ui/ticket-work.h"

struct _DkPrintPage {
  DkPage parent_instance;
  GtkLabel *subject;
  DkRowsView *list;
  GtkSpinButton *copies;
  GtkWidget *preview;
  GtkLabel *page_label;
  DkPaperJob *job;
  guint page;
  gboolean loaded;
  gboolean showing_ticket;
};

G_DEFINE_FINAL_TYPE (DkPrintPage, dk_print_page, DK_TYPE_PAGE)

static char *
cell_text (gpointer row, guint column)
{
  return g_strdup (((const DkFormTitle *) row)->title);
}

static const char *
row_key (gpointer row)
{
  return ((const DkFormTitle *) row)->id;
}

static const DkRowsColumn columns[] = { { N_ ("Form"), 200, TRUE } };
static const DkRowsSpec spec = { columns, G_N_ELEMENTS (columns), cell_text, row_key, NULL };

static void
show_page (DkPrintPage *self)
{
  guint n = self->job != NULL ? dk_paper_page_count (self->job->paper) : 0;
  g_autofree char *text = g_strdup_printf (_ ("page %u of %u"), MIN (self->page + 1, n), n);

  gtk_label_set_text (self->page_label, n > 0 ? text : "");
  gtk_widget_queue_draw (self->preview);
  dk_page_update_actions (DK_PAGE (self));
}

static void
take_job (DkPrintPage *self, DkPaperJob *job)
{
  dk_paper_job_free (self->job);
  self->job = job;
  self->page = 0;
  gtk_label_set_text (self->subject, job->title);
  show_page (self);
}

static void ask_file (DkPrintPage *self);

/* Numbers that were issued are on the account already, so their paper is asked for at once. */
static void
on_ready (gpointer owner, DkPaperJob *job, const GError *error)
{
  if (dk_page_failed (DK_PAGE (owner), error))
    return;
  take_job (owner, job);
  if (job->numbers->len > 0)
    ask_file (owner);
}

static void
on_gathered (gpointer owner, gpointer result, const GError *error)
{
  if (!dk_page_failed (DK_PAGE (owner), error))
    dk_paper_job_lay_out (owner, result, on_ready);
}

static void
lay_out (DkPrintPage *self, DkPaperOrder *order)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_paper_work_gather,
                                   .reply = on_gathered,
                                   .data = order,
                                   .data_free = dk_paper_order_free,
                                   .result_free = dk_paper_job_free });
}

static void
on_picked (DkRowsView *list, DkPrintPage *self)
{
  const DkFormTitle *row = dk_rows_view_get_selected (list);

  if (row == NULL)
    return;
  self->showing_ticket = FALSE;
  lay_out (self, dk_paper_order_new (row->id, NULL, 0));
}

static void
show_forms (gpointer owner, gpointer result, const GError *error)
{
  DkPrintPage *self = owner;
  GPtrArray *rows = result;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  self->loaded = TRUE;
  g_signal_handlers_block_by_func (self->list, on_picked, self);
  dk_rows_view_take_rows (self->list, rows);
  g_signal_handlers_unblock_by_func (self->list, on_picked, self);
  if (!self->showing_ticket && rows->len > 0)
    (void) dk_rows_view_select (self->list, row_key (rows->pdata[0]));
}

static gboolean
on_draw (GtkWidget *widget, cairo_t *cr, DkPrintPage *self)
{
  double area_width = gtk_widget_get_allocated_width (widget);
  double area_height = gtk_widget_get_allocated_height (widget);
  double width;
  double height;
  double scale;

  if (self->job == NULL || self->page >= dk_paper_page_count (self->job->paper))
    return GDK_EVENT_PROPAGATE;
  dk_paper_page_size (self->job->paper, &width, &height);
  scale = MIN (area_width / width, area_height / height);
  cairo_translate (cr, (area_width - width * scale) / 2, (area_height - height * scale) / 2);
  cairo_scale (cr, scale, scale);
  /* Paper is white and ink is black in every theme. */
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill_preserve (cr);
  cairo_set_source_rgb (cr, 0.4, 0.4, 0.4);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  cairo_set_source_rgb (cr, 0, 0, 0);
  dk_paper_draw_page (self->job->paper, self->page, cr);
  return GDK_EVENT_STOP;
}

static void
on_noted (gpointer owner, gpointer result, const GError *error)
{
  (void) dk_page_failed (DK_PAGE (owner), error);
}

/* Paper that left the kit stands in the ledger. */
static void
note_printed (DkPrintPage *self, const char *way)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_paper_work_note_printed,
                                   .reply = on_noted,
                                   .data = dk_paper_order_new (way, self->job->object, 0),
                                   .data_free = dk_paper_order_free });
}

static void
save_to (DkPrintPage *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize size;
  const void *bytes = g_bytes_get_data (self->job->pdf, &size);

  if (!dk_output_check (path, DK_OUTPUT_PAPER, &error)
      || !dk_file_replace (path, bytes, size, DK_FILE_DURABLE, &error)) {
    (void) dk_page_failed (DK_PAGE (self), error);
    return;
  }
  note_printed (self, "pdf");
  text = g_strdup_printf (
      _ ("Saved as %s. The file is not sealed: keep it where only you can read it."), path);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, text);
}

static void
on_file_chosen (GtkDialog *dialog, int response, DkPrintPage *self)
{
  g_autofree char *path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));

  gtk_widget_destroy (GTK_WIDGET (dialog));
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    save_to (self, path);
}

static void
ask_file (DkPrintPage *self)
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (
      _ ("Save PDF"), GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))),
      GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Back"), GTK_RESPONSE_CANCEL, _ ("_Save PDF"),
      GTK_RESPONSE_ACCEPT, NULL);
  g_autofree char *name = g_strdup_printf ("%s.pdf", self->job->object);

  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_file_chosen), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_printed (gpointer owner, const GError *error)
{
  DkPrintPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  note_printed (self, "printer");
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO,
               _ ("Sent to the printer. Look at the paper before you rely on it."));
}

static void
dk_print_page_refresh (DkPage *page)
{
  if (!DK_PRINT_PAGE (page)->loaded)
    dk_kit_run (page, &(DkKitCall) { .work = dk_ticket_work_forms,
                                     .reply = show_forms,
                                     .result_free = (GDestroyNotify) g_ptr_array_unref });
}

static void
dk_print_page_open (DkPage *page, const char *id)
{
  DkPrintPage *self = DK_PRINT_PAGE (page);

  self->showing_ticket = TRUE;
  lay_out (self, dk_paper_order_new (NULL, id, 0));
}

static void
dk_print_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_PRINT_PAGE (page)->list));
}

static gboolean
dk_print_page_can (DkPage *page, const char *action)
{
  DkPrintPage *self = DK_PRINT_PAGE (page);

  if (g_str_equal (action, "previous-page"))
    return self->job != NULL && self->page > 0;
  if (g_str_equal (action, "next-page"))
    return self->job != NULL && self->page + 1 < dk_paper_page_count (self->job->paper);
  if (g_str_equal (action, "issue"))
    return dk_rows_view_get_selected (self->list) != NULL;
  return self->job != NULL && (g_str_equal (action, "print") || g_str_equal (action, "save-pdf"));
}

static void
dk_print_page_act (DkPage *page, const char *action)
{
  DkPrintPage *self = DK_PRINT_PAGE (page);
  const DkFormTitle *row = dk_rows_view_get_selected (self->list);

  if (g_str_equal (action, "previous-page")) {
    self->page--;
    show_page (self);
  } else if (g_str_equal (action, "next-page")) {
    self->page++;
    show_page (self);
  } else if (g_str_equal (action, "save-pdf")) {
    ask_file (self);
  } else if (g_str_equal (action, "issue")) {
    gtk_spin_button_update (self->copies);
    lay_out (self,
             dk_paper_order_new (row->id, NULL,
                                 (guint) gtk_spin_button_get_value_as_int (self->copies)));
  } else {
    dk_printer_print (GTK_WIDGET (self), self->job->title, self->job->pdf, on_printed);
  }
}

static void
dk_print_page_dispose (GObject *object)
{
  g_clear_pointer (&DK_PRINT_PAGE (object)->job, dk_paper_job_free);
  G_OBJECT_CLASS (dk_print_page_parent_class)->dispose (object);
}

static void
dk_print_page_class_init (DkPrintPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_print_page_dispose;
  page_class->refresh = dk_print_page_refresh;
  page_class->open = dk_print_page_open;
  page_class->enter = dk_print_page_enter;
  page_class->can = dk_print_page_can;
  page_class->act = dk_print_page_act;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/print-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, subject);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, list);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, copies);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, preview);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, page_label);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_draw);
}

static void
dk_print_page_init (DkPrintPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
}
