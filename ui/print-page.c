/* SPDX-License-Identifier: MIT */
#include "ui/print-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/store/paper-store.h"
#include "ui/paper-out.h"
#include "ui/print-rows.h"
#include "ui/rows-view.h"

struct _DkPrintPage {
  DkPage parent_instance;
  GtkLabel *subject;
  DkRowsView *list;
  GtkComboBox *paper_size;
  GtkComboBoxText *language;
  GtkEntry *unit;
  GtkToggleButton *by_shift;
  GtkSpinButton *copies;
  GtkSpinButton *hours;
  GtkSpinButton *rate;
  GtkToggleButton *cover;
  GtkButton *issue;
  GtkWidget *print;
  GtkWidget *preview;
  GtkLabel *page_label;
  DkPaperJob *job;
  DkPrintOrder *order; /* what is shown, to lay it out anew in another size */
  guint page;
  guint pending; /* what is shown is being laid out anew so many times */
  gboolean is_loaded;
  gboolean shows_other; /* a ticket, a list: no form of the list */
};

G_DEFINE_FINAL_TYPE (DkPrintPage, dk_print_page, DK_TYPE_PAGE)

static char *
cell_text (gpointer row, guint column)
{
  const DkPrintForm *form = row;

  return g_strdup_printf ("%s\n%s", form->title, form->purpose);
}

static const char *
row_key (gpointer row)
{
  return ((const DkPrintForm *) row)->id;
}

static const DkRowsColumn columns[] = { { N_ ("Form"), 200, TRUE } };
static const DkRowsSpec spec = { columns, G_N_ELEMENTS (columns), cell_text, row_key, NULL };

static DkPaperSize
chosen_size (DkPrintPage *self)
{
  return gtk_combo_box_get_active (self->paper_size) == 1 ? DK_PAPER_LETTER : DK_PAPER_A4;
}

static void
show_page (DkPrintPage *self)
{
  guint n = self->job != NULL ? dk_paper_page_count (self->job->paper) : 0;
  g_autofree char *text = g_strdup_printf (_ ("page %u of %u"), MIN (self->page + 1, n), n);

  gtk_label_set_text (self->page_label, n > 0 ? text : "");
  gtk_widget_queue_draw (self->preview);
  dk_page_update_actions (DK_PAGE (self));
}

static guint
count_copies (DkPrintPage *self)
{
  guint hours = (guint) gtk_spin_button_get_value_as_int (self->hours);
  guint rate = (guint) gtk_spin_button_get_value_as_int (self->rate);

  return gtk_toggle_button_get_active (self->by_shift)
             ? hours * rate
             : (guint) gtk_spin_button_get_value_as_int (self->copies);
}

static void
show_count (DkPrintPage *self)
{
  gboolean by_shift = gtk_toggle_button_get_active (self->by_shift);
  guint n = count_copies (self);
  g_autofree char *text
      = n <= DK_PAPER_COPIES_MAX
            ? g_strdup_printf (g_dngettext (NULL, "_Issue %u number…", "_Issue %u numbers…", n),
                               n)
            : g_strdup_printf (_ ("%u are too many: %u at most"), n,
                               (guint) DK_PAPER_COPIES_MAX);

  gtk_widget_set_sensitive (GTK_WIDGET (self->copies), !by_shift);
  gtk_widget_set_sensitive (GTK_WIDGET (self->hours), by_shift);
  gtk_widget_set_sensitive (GTK_WIDGET (self->rate), by_shift);
  gtk_button_set_label (self->issue, text);
  dk_page_update_actions (DK_PAGE (self));
}

static void
on_count (GtkWidget *widget, DkPrintPage *self)
{
  show_count (self);
}

/* Numbers that were issued are never issued again by another look at them. */
static void
keep_numbers (DkPrintPage *self)
{
  GPtrArray *numbers = g_ptr_array_new_with_free_func (g_free);

  for (guint p = 0; p < self->job->parts->len; p++) {
    const DkPaperPart *part = self->job->parts->pdata[p];
    for (guint i = 0; i < part->numbers->len; i++)
      g_ptr_array_add (numbers, g_strdup (part->numbers->pdata[i]));
  }
  if (self->order->numbers != NULL)
    g_ptr_array_unref (self->order->numbers);
  self->order->numbers = numbers;
  self->order->what = DK_PRINT_AGAIN;
}

static void
say_issued (DkPrintPage *self)
{
  guint n = dk_paper_job_count_numbers (self->job);
  g_autofree char *text = g_strdup_printf (
      g_dngettext (NULL,
                   "%u number is issued and counts from now on. Print the form or save it to a USB "
                   "stick now; the paper account prints it again.",
                   "%u numbers are issued and count from now on. Print the forms or save them to a "
                   "USB stick now; the paper account prints them again.",
                   n),
      n);

  dk_page_say (DK_PAGE (self), GTK_MESSAGE_WARNING, text);
  gtk_widget_grab_focus (self->print);
}

static void
say_unreadable (DkPrintPage *self)
{
  guint n = dk_paper_unreadable_count (self->job->paper);
  g_autofree char *text = g_strdup_printf (
      g_dngettext (NULL,
                   "This PC has no font for %u character: it is on paper as its code (U+...). Read "
                   "it to whoever needs it from the screen of another PC.",
                   "This PC has no font for %u characters: they are on paper as their codes "
                   "(U+...). Read them to whoever needs them from the screen of another PC.",
                   n),
      n);

  if (n > 0)
    dk_page_say (DK_PAGE (self), GTK_MESSAGE_WARNING, text);
}

static void
on_ready (gpointer owner, DkPaperJob *job, const GError *error)
{
  DkPrintPage *self = owner;

  self->pending--;
  dk_page_update_actions (DK_PAGE (self));
  if (dk_page_failed (DK_PAGE (self), error))
    return;
  dk_paper_job_free (self->job);
  self->job = job;
  self->page = 0;
  gtk_label_set_text (self->subject, job->title);
  if (job->parts->len > 0)
    keep_numbers (self);
  show_page (self);
  say_unreadable (self);
  if (job->what == DK_PRINT_ISSUE)
    say_issued (self);
}

static void
on_gathered (gpointer owner, gpointer result, const GError *error)
{
  if (error != NULL)
    on_ready (owner, NULL, error);
  else
    dk_paper_job_lay_out (owner, result, on_ready);
}

/* Takes the order. */
static void
lay_out (DkPrintPage *self, DkPrintOrder *order)
{
  dk_print_order_free (self->order);
  self->order = order;
  self->pending++;
  dk_page_update_actions (DK_PAGE (self));
  dk_kit_run (self, &(DkKitCall) { .work = dk_paper_work_gather,
                                   .reply = on_gathered,
                                   .data = dk_print_order_copy (order),
                                   .data_free = dk_print_order_free,
                                   .result_free = dk_paper_job_free });
}

/* The same in another size or language. */
static void
lay_out_again (DkPrintPage *self)
{
  const char *language = gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->language));
  DkPrintOrder *order;

  if (self->order == NULL || self->order->what == DK_PRINT_ISSUE)
    return;
  order = dk_print_order_copy (self->order);
  order->size = chosen_size (self);
  if (!self->shows_other) {
    g_free (order->language);
    order->language = g_strdup (language);
  }
  lay_out (self, order);
}

static void
on_kept (gpointer owner, gpointer result, const GError *error)
{
  (void) dk_page_failed (DK_PAGE (owner), error);
}

static void
on_size (GtkComboBox *box, DkPrintPage *self)
{
  if (!self->is_loaded)
    return;
  dk_kit_run (self, &(DkKitCall) { .work = dk_paper_work_keep_size,
                                   .reply = on_kept,
                                   .data = GINT_TO_POINTER ((int) chosen_size (self) + 1) });
  lay_out_again (self);
}

static void
on_language (GtkComboBox *box, DkPrintPage *self)
{
  if (gtk_combo_box_get_active (box) >= 0)
    lay_out_again (self);
}

static void
show_languages (DkPrintPage *self, const DkPrintForm *form)
{
  g_signal_handlers_block_by_func (self->language, on_language, self);
  gtk_combo_box_text_remove_all (self->language);
  for (char **code = form->languages; *code != NULL; code++)
    gtk_combo_box_text_append (self->language, *code, dk_print_language_name (*code));
  gtk_combo_box_set_active (GTK_COMBO_BOX (self->language), 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->language), g_strv_length (form->languages) > 1);
  g_signal_handlers_unblock_by_func (self->language, on_language, self);
}

static void
on_picked (DkRowsView *list, DkPrintPage *self)
{
  const DkPrintForm *form = dk_rows_view_get_selected (list);

  dk_page_update_actions (DK_PAGE (self));
  if (form == NULL)
    return;
  self->shows_other = FALSE;
  show_languages (self, form);
  lay_out (self, dk_print_order_new (DK_PRINT_SPECIMEN, form->id, chosen_size (self)));
}

static void
show_forms (gpointer owner, gpointer result, const GError *error)
{
  DkPrintPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  self->is_loaded = TRUE;
  g_signal_handlers_block_by_func (self->list, on_picked, self);
  dk_rows_view_take_rows (self->list, result);
  g_signal_handlers_unblock_by_func (self->list, on_picked, self);
  if (!self->shows_other)
    dk_rows_view_select_first (self->list);
}

static void
load_forms (gpointer owner, gpointer result, const GError *error)
{
  DkPrintPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  gtk_combo_box_set_active (self->paper_size,
                            GPOINTER_TO_INT (result) - 1 == DK_PAPER_LETTER ? 1 : 0);
  dk_kit_run (self, &(DkKitCall) { .work = dk_print_work_forms,
                                   .reply = show_forms,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
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
  dk_paper_page_size_at (self->job->paper, self->page, &width, &height);
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
dk_print_page_refresh (DkPage *page)
{
  if (!DK_PRINT_PAGE (page)->is_loaded)
    dk_kit_run (page, &(DkKitCall) { .work = dk_paper_work_size, .reply = load_forms });
}

/* "contacts:N", N of DkContactsShown; "devices:"; "again:NUMBER"; else the number of a ticket. */
static DkPrintOrder *
read_id (const char *id, DkPaperSize size)
{
  const char *rest = strchr (id, ':');
  DkPrintOrder *order;

  if (g_str_has_prefix (id, "contacts:")) {
    order = dk_print_order_new (DK_PRINT_CONTACTS, NULL, size);
    order->shown = (DkContactsShown) g_ascii_strtoull (rest + 1, NULL, 10);
    return order;
  }
  if (g_str_has_prefix (id, "devices:"))
    return dk_print_order_new (DK_PRINT_DEVICES, NULL, size);
  if (!g_str_has_prefix (id, "again:"))
    return dk_print_order_new (DK_PRINT_TICKET, id, size);
  order = dk_print_order_new (DK_PRINT_AGAIN, NULL, size);
  order->numbers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (order->numbers, g_strdup (rest + 1));
  return order;
}

static void
open_with_size (gpointer owner, gpointer result, const GError *error)
{
  DkPrintPage *self = owner;
  g_autofree char *id = g_object_steal_data (G_OBJECT (self), "wanted");

  if (!dk_page_failed (DK_PAGE (self), error) && id != NULL)
    lay_out (self, read_id (id, (DkPaperSize) (GPOINTER_TO_INT (result) - 1)));
}

static void
dk_print_page_open (DkPage *page, const char *id)
{
  DkPrintPage *self = DK_PRINT_PAGE (page);

  self->shows_other = TRUE;
  gtk_combo_box_text_remove_all (self->language);
  g_object_set_data_full (G_OBJECT (self), "wanted", g_strdup (id), g_free);
  dk_kit_run (self, &(DkKitCall) { .work = dk_paper_work_size, .reply = open_with_size });
}

/* Whole lists: whoever takes one along is asked who they are, and why. */
static void
on_phone_list (GtkButton *button, DkPrintPage *self)
{
  g_autofree char *id = g_strdup_printf ("contacts:%d", (int) DK_CONTACTS_ALL);

  dk_print_page_open (DK_PAGE (self), id);
}

static void
on_device_list (GtkButton *button, DkPrintPage *self)
{
  dk_print_page_open (DK_PAGE (self), "devices:");
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
  guint copies = count_copies (self);

  if (g_str_equal (action, "previous-page"))
    return self->job != NULL && self->page > 0;
  if (g_str_equal (action, "next-page"))
    return self->job != NULL && self->page + 1 < dk_paper_page_count (self->job->paper);
  if (g_str_equal (action, "issue"))
    return dk_rows_view_get_selected (self->list) != NULL && self->pending == 0 && copies > 0
           && copies <= DK_PAPER_COPIES_MAX;
  return self->job != NULL && self->pending == 0
         && (g_str_equal (action, "print") || g_str_equal (action, "save-pdf")
             || g_str_equal (action, "save-usb"));
}

static void
issue (DkPrintPage *self)
{
  const DkPrintForm *form = dk_rows_view_get_selected (self->list);
  DkPrintOrder *order;
  g_autofree char *unit = g_strstrip (g_strdup (gtk_entry_get_text (self->unit)));

  gtk_spin_button_update (self->copies);
  gtk_spin_button_update (self->hours);
  gtk_spin_button_update (self->rate);
  order = dk_print_order_new (DK_PRINT_ISSUE, form->id, chosen_size (self));
  order->copies = count_copies (self);
  order->language = g_strdup (gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->language)));
  order->unit = *unit != '\0' ? g_strdup (unit) : NULL;
  order->with_cover = gtk_toggle_button_get_active (self->cover);
  if (gtk_toggle_button_get_active (self->by_shift)) {
    order->hours = (guint) gtk_spin_button_get_value_as_int (self->hours);
    order->rate = (guint) gtk_spin_button_get_value_as_int (self->rate);
  }
  self->shows_other = FALSE;
  lay_out (self, order);
}

static void
dk_print_page_act (DkPage *page, const char *action)
{
  DkPrintPage *self = DK_PRINT_PAGE (page);

  if (g_str_equal (action, "issue")) {
    issue (self);
  } else if (g_str_equal (action, "save-pdf")) {
    dk_paper_out_save (GTK_WIDGET (self), self->job);
  } else if (g_str_equal (action, "save-usb")) {
    dk_paper_out_drive (GTK_WIDGET (self), self->job);
  } else if (g_str_equal (action, "print")) {
    dk_paper_out_print (GTK_WIDGET (self), self->job);
  } else {
    self->page = g_str_equal (action, "next-page") ? self->page + 1 : self->page - 1;
    show_page (self);
  }
}

static void
dk_print_page_dispose (GObject *object)
{
  g_clear_pointer (&DK_PRINT_PAGE (object)->job, dk_paper_job_free);
  g_clear_pointer (&DK_PRINT_PAGE (object)->order, dk_print_order_free);
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
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, paper_size);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, language);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, unit);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, by_shift);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, copies);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, hours);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, rate);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, cover);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, issue);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, print);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, preview);
  gtk_widget_class_bind_template_child (widget_class, DkPrintPage, page_label);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_draw);
  gtk_widget_class_bind_template_callback (widget_class, on_size);
  gtk_widget_class_bind_template_callback (widget_class, on_language);
  gtk_widget_class_bind_template_callback (widget_class, on_count);
  gtk_widget_class_bind_template_callback (widget_class, on_phone_list);
  gtk_widget_class_bind_template_callback (widget_class, on_device_list);
}

static void
dk_print_page_init (DkPrintPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
  gtk_spin_button_set_range (self->copies, 1, DK_PAPER_COPIES_MAX);
  show_count (self);
}
