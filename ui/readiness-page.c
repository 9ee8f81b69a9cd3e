/* SPDX-License-Identifier: MIT */
#include "ui/readiness-page.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "ui/ask-panel.h"
#include "ui/card.h"
#include "ui/readiness-work.h"
#include "ui/ready-words.h"
#include "ui/rows-view.h"
#include "ui/shift-sheet.h"

struct _DkReadinessPage {
  DkPage parent_instance;
  GtkLabel *count;
  GtkWidget *history;
  GtkWidget *again;
  GtkWidget *shift;
  GtkBox *asked;
  GtkStack *body;
  GtkWidget *findings;
  GtkListBox *list;
  DkShiftSheet *sheet;
  GtkWidget *past;
  DkRowsView *records;
  DkAskPanel *panel; /* NULL if nothing is asked */
  char *asked_check;
  gint64 shown_ms;   /* of the look that is shown */
};

G_DEFINE_FINAL_TYPE (DkReadinessPage, dk_readiness_page, DK_TYPE_PAGE)

static const DkRowsColumn columns[] = {
  { N_ ("When"), 130, FALSE },
  { N_ ("Who"), 130, FALSE },
  { N_ ("What was found"), 260, TRUE },
  { N_ ("Took"), 70, FALSE },
};

static char *
result_words (const DkShiftRecord *record)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (!record->holds)
    g_string_append (text, _ ("THE SIGNATURE DOES NOT HOLD. "));
  if (record->refused->len == 0)
    g_string_append (text, _ ("all in order"));
  for (guint i = 0; i < record->refused->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? _ ("not in order: ") : ", ",
                            (const char *) record->refused->pdata[i]);
  if (record->note != NULL)
    g_string_append_printf (text, "; %s", record->note);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
cell_text (gpointer data, guint column)
{
  const DkShiftRecord *record = data;

  switch (column) {
  case 0:
    return dk_time_format_short (record->at_ms, dk_clock_wall_ms ());
  case 1:
    return g_strdup (record->user);
  case 2:
    return result_words (record);
  default:
    return g_strdup_printf (_ ("%d s"), record->seconds);
  }
}

/* Two checks of one moment are none of this PC; nothing hangs on it but the selection. */
static const char *
row_key (gpointer row)
{
  return ((const DkShiftRecord *) row)->user;
}

static gboolean
row_strong (gpointer row)
{
  return ((const DkShiftRecord *) row)->refused->len > 0 || !((const DkShiftRecord *) row)->holds;
}

static const DkRowsSpec spec
    = { columns, G_N_ELEMENTS (columns), cell_text, row_key, row_strong };

static const DkAttested *
find_attested (const char *check)
{
  for (const DkAttested *one = dk_attested_list (); one->check != NULL; one++)
    if (g_str_equal (one->check, check))
      return one;
  return NULL;
}

static void
on_left (DkAskPanel *panel, DkReadinessPage *self)
{
  dk_ask_panel_drop (&self->panel);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void show_look (gpointer owner);

static void
on_attested (gpointer owner, gpointer result, const GError *error)
{
  DkReadinessPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  if (self->panel != NULL)
    dk_ask_panel_done (self->panel);
  on_left (self->panel, self);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, _ ("Stored, with your signature."));
  dk_readiness_look_start (self, TRUE, show_look);
}

static void
on_answered (DkAskPanel *panel, DkReadinessPage *self)
{
  DkAttestOrder *order = g_new0 (DkAttestOrder, 1);

  order->check = g_strdup (self->asked_check);
  order->is_good = dk_ask_panel_choice (panel) == 0;
  order->text = dk_ask_panel_text (panel, 0);
  dk_kit_run (self, &(DkKitCall) { .work = dk_readiness_work_attest,
                                   .reply = on_attested,
                                   .data = order,
                                   .data_free = dk_attest_order_free });
}

static void
ask_attest (DkReadinessPage *self, const char *check)
{
  const DkAttested *attested = find_attested (check);
  const char *const choices[] = { _ ("Yes, looked at and in order"), _ ("No, not in order"), NULL };
  g_autofree char *key = g_strdup_printf ("readiness:%s", check);

  dk_ask_panel_drop (&self->panel);
  g_free (self->asked_check);
  self->asked_check = g_strdup (check);
  self->panel = DK_ASK_PANEL (dk_ask_panel_new (&(DkAskQuestion) {
      .key = key,
      .title = _ (attested->question),
      .what = _ ("Your word stands in the ledger with your name and signature. What is not in "
                 "order needs words: what is wrong, and who mends it."),
      .choice = _ ("_Answer"),
      .choices = choices,
      .labels = { attested->needs_text ? _ ("_In words: what, where, who")
                                       : _ ("_In words, if there is something to say") },
      .optional = { !attested->needs_text },
      .button = _ ("S_ign this") }));
  g_signal_connect (self->panel, "answered", G_CALLBACK (on_answered), self);
  g_signal_connect (self->panel, "left", G_CALLBACK (on_left), self);
  gtk_container_add (GTK_CONTAINER (self->asked), GTK_WIDGET (self->panel));
  dk_ask_panel_begin (self->panel);
}

static void
on_attest (GtkButton *button, DkReadinessPage *self)
{
  ask_attest (self, g_object_get_data (G_OBJECT (button), "check"));
}

static GtkWidget *
add_label (GtkWidget *box, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  if (class != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), class);
  gtk_container_add (GTK_CONTAINER (box), label);
  return label;
}

static void
add_attest (DkReadinessPage *self, GtkWidget *box, const DkFinding *finding)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Attest…"));
  g_autofree char *name = g_strdup_printf (_ ("Attest: %s"), finding->check->title);

  g_object_set_data (G_OBJECT (button), "check", (gpointer) finding->check->name);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect (button, "clicked", G_CALLBACK (on_attest), self);
  gtk_box_pack_end (GTK_BOX (box), button, FALSE, FALSE, 0);
}

static void
add_finding (DkReadinessPage *self, const DkFinding *finding)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  const char *owner = finding->owner_name != NULL ? finding->owner_name : finding->owner;
  GtkWidget *state = add_label (box, dk_ready_words (finding->state),
                                dk_ready_class (finding->state));
  g_autofree char *name = g_strdup_printf ("%s, %s: %s", dk_ready_words (finding->state),
                                           finding->check->title, finding->detail);
  g_autofree char *remedy
      = finding->remedy != NULL ? g_strdup_printf (_ ("To do (%s): %s"), owner, finding->remedy)
                                : NULL;

  gtk_widget_set_size_request (state, 64, -1);
  gtk_widget_set_valign (state, GTK_ALIGN_START);
  gtk_widget_set_hexpand (words, TRUE);
  (void) add_label (words, finding->check->title, "strong");
  (void) add_label (words, finding->detail, NULL);
  if (remedy != NULL)
    (void) add_label (words, remedy, "note");
  gtk_container_add (GTK_CONTAINER (box), words);
  if (find_attested (finding->check->name) != NULL)
    add_attest (self, box, finding);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), "finding");
  gtk_container_add (GTK_CONTAINER (row), box);
  g_object_set_data (G_OBJECT (row), "check", (gpointer) finding->check->name);
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  gtk_widget_show_all (row);
  gtk_container_add (GTK_CONTAINER (self->list), row);
}

static void
show_count (DkReadinessPage *self)
{
  const DkReadinessLook *look = dk_readiness_look ();
  g_autofree char *counts = dk_ready_counts (look->red, look->amber, look->green);
  g_autofree char *when = dk_time_format_short (look->at_ms, dk_clock_wall_ms ());
  g_autofree char *text = g_strdup_printf (_ ("%s · looked at %s"), counts, when);

  gtk_label_set_text (self->count, text);
}

static void
show_look (gpointer owner)
{
  static const DkReadyState order[] = { DK_READY_RED, DK_READY_AMBER, DK_READY_GREEN };
  DkReadinessPage *self = owner;
  const DkReadinessLook *look = dk_readiness_look ();

  gtk_widget_set_sensitive (self->again, TRUE);
  if (look->findings == NULL)
    return;
  show_count (self);
  if (look->at_ms == self->shown_ms)
    return;
  self->shown_ms = look->at_ms;
  dk_card_clear (GTK_WIDGET (self->list));
  for (guint state = 0; state < G_N_ELEMENTS (order); state++)
    for (guint i = 0; i < look->findings->len; i++) {
      const DkFinding *finding = look->findings->pdata[i];
      if (finding->state == order[state])
        add_finding (self, finding);
    }
}

static void
look_again (DkReadinessPage *self, gboolean force)
{
  gtk_widget_set_sensitive (self->again, FALSE);
  if (dk_readiness_look ()->findings == NULL)
    gtk_label_set_text (self->count, _ ("being looked at"));
  dk_readiness_look_start (self, force, show_look);
}

static void
on_look (GtkButton *button, DkReadinessPage *self)
{
  look_again (self, TRUE);
}

static void
show_findings (DkReadinessPage *self)
{
  gtk_stack_set_visible_child (self->body, self->findings);
  gtk_widget_set_sensitive (self->shift, TRUE);
  gtk_widget_set_sensitive (self->history, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
begin_shift (DkReadinessPage *self)
{
  dk_ask_panel_drop (&self->panel);
  gtk_stack_set_visible_child (self->body, GTK_WIDGET (self->sheet));
  gtk_widget_set_sensitive (self->shift, FALSE);
  dk_shift_sheet_begin (self->sheet);
}

static void
on_shift (GtkButton *button, DkReadinessPage *self)
{
  begin_shift (self);
}

static void
on_signed (DkShiftSheet *sheet, DkReadinessPage *self)
{
  show_findings (self);
  look_again (self, TRUE);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO,
               _ ("The shift check is signed and stored. What is not in order stands below."));
}

static void
on_sheet_left (DkShiftSheet *sheet, DkReadinessPage *self)
{
  show_findings (self);
}

static void
show_records (gpointer owner, gpointer result, const GError *error)
{
  DkReadinessPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  dk_rows_view_take_rows (self->records, result);
  gtk_stack_set_visible_child (self->body, self->past);
  gtk_widget_set_sensitive (self->shift, TRUE);
  gtk_widget_set_sensitive (self->history, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->records));
  if (dk_rows_view_count (self->records) == 0)
    dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO,
                 _ ("No shift check was signed here yet. “Run the shift check” begins the first."));
}

static void
on_history (GtkButton *button, DkReadinessPage *self)
{
  dk_ask_panel_drop (&self->panel);
  dk_kit_run (self, &(DkKitCall) { .work = dk_shift_work_history,
                                   .reply = show_records,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
}

static void
on_back (GtkButton *button, DkReadinessPage *self)
{
  show_findings (self);
}

static gboolean
on_records_key (DkReadinessPage *self, GdkEventKey *event)
{
  if (event->keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  show_findings (self);
  return GDK_EVENT_STOP;
}

static void
on_content (GtkButton *button, DkReadinessPage *self)
{
  dk_page_go (DK_PAGE (self), "content", NULL);
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, DkReadinessPage *self)
{
  const char *check = g_object_get_data (G_OBJECT (row), "check");

  if (find_attested (check) != NULL)
    ask_attest (self, check);
  else if (g_str_equal (check, "shift-check"))
    begin_shift (self);
}

static void
dk_readiness_page_refresh (DkPage *page)
{
  look_again (DK_READINESS_PAGE (page), FALSE);
}

static void
dk_readiness_page_open (DkPage *page, const char *id)
{
  DkReadinessPage *self = DK_READINESS_PAGE (page);

  if (g_str_equal (id, "shift"))
    begin_shift (self);
}

static void
dk_readiness_page_enter (DkPage *page)
{
  DkReadinessPage *self = DK_READINESS_PAGE (page);

  if (gtk_stack_get_visible_child (self->body) == self->findings)
    gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
dk_readiness_page_seal (DkPage *page)
{
  DkReadinessPage *self = DK_READINESS_PAGE (page);

  if (self->panel != NULL)
    dk_ask_panel_seal (self->panel);
}

static void
dk_readiness_page_finalize (GObject *object)
{
  g_free (DK_READINESS_PAGE (object)->asked_check);
  G_OBJECT_CLASS (dk_readiness_page_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *class)
{
  gtk_widget_class_bind_template_child (class, DkReadinessPage, count);
  gtk_widget_class_bind_template_child (class, DkReadinessPage, history);
  gtk_widget_class_bind_template_child (class, DkReadinessPage, again);
  gtk_widget_class_bind_template_child (class, DkReadinessPage, shift);
  gtk_widget_class_bind_template_child (class, DkReadinessPage, asked);
  gtk_widget_class_bind_template_child (class, DkReadinessPage, body);
  gtk_widget_class_bind_template_child (class, DkReadinessPage, findings);
  gtk_widget_class_bind_template_child (class, DkReadinessPage, list);
  gtk_widget_class_bind_template_child (class, DkReadinessPage, sheet);
  gtk_widget_class_bind_template_child (class, DkReadinessPage, past);
  gtk_widget_class_bind_template_child (class, DkReadinessPage, records);
  gtk_widget_class_bind_template_callback (class, on_content);
  gtk_widget_class_bind_template_callback (class, on_history);
  gtk_widget_class_bind_template_callback (class, on_look);
  gtk_widget_class_bind_template_callback (class, on_shift);
  gtk_widget_class_bind_template_callback (class, on_row_activated);
  gtk_widget_class_bind_template_callback (class, on_signed);
  gtk_widget_class_bind_template_callback (class, on_sheet_left);
  gtk_widget_class_bind_template_callback (class, on_back);
}

static void
dk_readiness_page_class_init (DkReadinessPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_readiness_page_finalize;
  page_class->refresh = dk_readiness_page_refresh;
  page_class->open = dk_readiness_page_open;
  page_class->enter = dk_readiness_page_enter;
  page_class->seal = dk_readiness_page_seal;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  g_type_ensure (DK_TYPE_SHIFT_SHEET);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/readiness-page.ui");
  bind_template (widget_class);
}

static void
dk_readiness_page_init (DkReadinessPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->records, &spec);
  g_signal_connect_swapped (self->records, "key-press-event", G_CALLBACK (on_records_key), self);
}
