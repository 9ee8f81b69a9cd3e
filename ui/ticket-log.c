/* SPDX-License-Identifier: MIT */
#include "ui/ticket-log.h"

#include <glib/gi18n.h>

#include "ui/card.h"
#include "ui/page.h"
#include "ui/ticket-steps.h"

#define LINE_CHARS 40

struct _DkTicketLog {
  GtkBox parent_instance;
  char *number;
  GtkLabel **sealed; /* lines of the notes for leads, in the order of the notes */
  guint n_sealed;
};

G_DEFINE_FINAL_TYPE (DkTicketLog, dk_ticket_log, GTK_TYPE_BOX)

static GtkLabel *
add_line (DkTicketLog *self, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), LINE_CHARS);
  gtk_widget_show (label);
  gtk_container_add (GTK_CONTAINER (self), label);
  return GTK_LABEL (label);
}

static char *
lead_note_text (const DkLeadNote *note)
{
  g_autofree char *time = dk_time_format_short (note->happened_ms, dk_clock_wall_ms ());
  const char *words = note->is_erased       ? _ ("erased")
                      : note->text != NULL  ? note->text
                      : note->problem != NULL ? note->problem
                                              : _ ("sealed");

  return g_strdup_printf (_ ("%s  %s  for leads: %s"), time, note->author, words);
}

static void
show_notes (gpointer owner, gpointer result, const GError *error)
{
  DkTicketLog *self = owner;
  g_autoptr (GPtrArray) notes = result;
  GtkWidget *page = gtk_widget_get_ancestor (GTK_WIDGET (self), DK_TYPE_PAGE);

  if (page != NULL && dk_page_failed (DK_PAGE (page), error))
    return;
  for (guint i = 0; notes != NULL && i < notes->len && i < self->n_sealed; i++) {
    g_autofree char *text = lead_note_text (notes->pdata[i]);
    if (self->sealed[i] != NULL)
      gtk_label_set_text (self->sealed[i], text);
  }
}

static void
on_show (GtkButton *button, DkTicketLog *self)
{
  gtk_widget_destroy (GTK_WIDGET (button));
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_show_lead,
                                   .reply = show_notes,
                                   .data = g_strdup (self->number),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
}

/* Which note an entry is about; -1 = none. */
static int
find_note (const DkTicketView *view, const DkEntry *entry)
{
  for (guint i = 0; i < view->lead_notes->len; i++) {
    const DkLeadNote *note = view->lead_notes->pdata[i];
    if (note->seq == entry->seq && g_strcmp0 (note->chain, entry->chain) == 0)
      return (int) i;
  }
  return -1;
}

static void
add_entry (DkTicketLog *self, const DkTicketView *view, const DkEntry *entry)
{
  int i = find_note (view, entry);
  g_autofree char *text = i >= 0
                              ? lead_note_text (view->lead_notes->pdata[i])
                              : dk_ticket_entry_text (view->form, entry, dk_clock_wall_ms ());
  GtkLabel *label = add_line (self, text);

  if (i >= 0)
    self->sealed[i] = label;
}

/* Also where the step can be done no more: words that were typed are always to be read. */
static void
add_kept (DkTicketLog *self, const DkKeptWords *kept)
{
  g_autofree char *time = dk_time_format_short (kept->updated_ms, dk_clock_wall_ms ());
  g_autofree char *text
      = g_strdup_printf (_ ("%s  %s  %s, begun and not done: %s"), time, kept->user,
                         dk_ticket_step_word (kept->step), kept->words);

  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (add_line (self, text))),
                               "note");
}

static void
add_button (DkTicketLog *self, const DkTicketView *view)
{
  GtkWidget *button;
  g_autofree char *text = NULL;
  guint n = 0;

  for (guint i = 0; i < view->lead_notes->len; i++)
    n += ((const DkLeadNote *) view->lead_notes->pdata[i])->is_erased ? 0 : 1;
  if (n == 0 || !view->may_read_lead)
    return;
  text = g_strdup_printf (
      g_dngettext (NULL, "Show %u note for leads", "Show %u notes for leads", n), n);
  button = gtk_button_new_with_label (text);
  gtk_widget_set_tooltip_text (button, _ ("The ledger keeps who read them, and when."));
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_signal_connect (button, "clicked", G_CALLBACK (on_show), self);
  gtk_widget_show (button);
  gtk_container_add (GTK_CONTAINER (self), button);
}

void
dk_ticket_log_show (DkTicketLog *self, const DkTicketView *view)
{
  dk_card_clear (GTK_WIDGET (self));
  g_clear_pointer (&self->number, g_free);
  g_clear_pointer (&self->sealed, g_free);
  self->n_sealed = 0;
  if (view == NULL)
    return;
  self->number = g_strdup (view->number);
  self->n_sealed = view->lead_notes->len;
  self->sealed = g_new0 (GtkLabel *, self->n_sealed);
  for (guint i = 0; i < view->entries->len; i++)
    add_entry (self, view, view->entries->pdata[i]);
  for (guint i = 0; i < view->kept->len; i++)
    add_kept (self, view->kept->pdata[i]);
  add_button (self, view);
}

static void
dk_ticket_log_finalize (GObject *object)
{
  DkTicketLog *self = DK_TICKET_LOG (object);

  g_free (self->number);
  g_free (self->sealed);
  G_OBJECT_CLASS (dk_ticket_log_parent_class)->finalize (object);
}

static void
dk_ticket_log_class_init (DkTicketLogClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_ticket_log_finalize;
}

static void
dk_ticket_log_init (DkTicketLog *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 3);
}
