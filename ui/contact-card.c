/* SPDX-License-Identifier: MIT */
#include "ui/contact-card.h"

#include <glib/gi18n.h>

#include "app/model/device.h"
#include "ui/ask-panel.h"
#include "ui/card.h"
#include "ui/contact-mark.h"
#include "ui/contact-work.h"
#include "ui/page.h"

#define WIDTH_PX 340
#define WRAP_CHARS 32
#define NUMBER_CHARS 13

struct _DkContactCard {
  GtkScrolledWindow parent_instance;
  GtkWidget *box;   /* panel above, facts below */
  GtkWidget *facts; /* NULL while nobody is shown */
  DkAskPanel *panel; /* NULL if nothing is asked */
  char *wanted;
  char *hint;
  DkContactView *view;
  GPtrArray *fields; /* of the correction's list: "FIELD\tWAS" */
  char *to_correct;  /* one of them, asked about once the contact is there */
  gboolean is_closable;
};

G_DEFINE_FINAL_TYPE (DkContactCard, dk_contact_card, GTK_TYPE_SCROLLED_WINDOW)

static guint closed_signal;

static const struct {
  const char *field;
  const char *label;
} plain_fields[] = {
  { "number:desk", N_ ("Another desk phone") }, { "number:mobile", N_ ("Another mobile") },
  { "number:pager", N_ ("Another pager") },     { "hours", N_ ("Hours") },
  { "name", N_ ("Name") },                      { "role", N_ ("Role") },
  { "site", N_ ("Site") },                      { "languages", N_ ("Languages") },
  { "note", N_ ("Note") },
};

static DkPage *
page_of (DkContactCard *self)
{
  return DK_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (self), DK_TYPE_PAGE));
}

static GtkWidget *
add_words (GtkWidget *box, const char *text, const char *class)
{
  GtkWidget *label = dk_card_add_words (box, text, class);

  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), WRAP_CHARS);
  return label;
}

static void
add_fact (GtkWidget *box, const char *title, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  (void) add_words (box, title, "field-label");
  (void) add_words (box, text, NULL);
}

static void
on_copy (GtkButton *button, DkContactCard *self)
{
  const char *value = g_object_get_data (G_OBJECT (button), "value");
  g_autofree char *text
      = g_strdup_printf (_ ("%s is copied. It leaves the clipboard after 10 seconds."), value);

  gtk_clipboard_set_text (gtk_clipboard_get (GDK_SELECTION_CLIPBOARD), value, -1);
  dk_page_say (page_of (self), GTK_MESSAGE_INFO, text);
}

static void
add_number (DkContactCard *self, const DkContactLine *line, guint place)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *copy = gtk_button_new_with_label (_ ("Copy"));
  g_autofree char *kind = g_strdup_printf ("%u  %s", place, line->kind);
  g_autofree char *name = g_strdup_printf (_ ("Copy %s %s"), line->kind, line->value);
  GtkWidget *value;

  (void) add_words (self->facts, kind, "field-label");
  value = add_words (row, line->value, "number-aloud");
  gtk_label_set_max_width_chars (GTK_LABEL (value), NUMBER_CHARS);
  gtk_widget_set_hexpand (value, TRUE);
  gtk_widget_set_valign (copy, GTK_ALIGN_START);
  gtk_container_add (GTK_CONTAINER (row), copy);
  g_object_set_data_full (G_OBJECT (copy), "value", g_strdup (line->value), g_free);
  atk_object_set_name (gtk_widget_get_accessible (copy), name);
  g_signal_connect (copy, "clicked", G_CALLBACK (on_copy), self);
  gtk_container_add (GTK_CONTAINER (self->facts), row);
  if (line->mark != NULL)
    (void) add_words (self->facts, line->mark, "changed");
}

static void
on_other (GtkButton *button, DkContactCard *self)
{
  g_autofree char *id = g_strdup (g_object_get_data (G_OBJECT (button), "id"));

  dk_contact_card_show (self, id);
}

static void
add_other (DkContactCard *self, const DkContactOther *other)
{
  GtkWidget *button = gtk_button_new ();
  g_autofree char *text
      = other->number != NULL
            ? g_strdup_printf ("%s\n%s  (%s)", other->name, other->number, other->why)
            : g_strdup_printf ("%s\n(%s)", other->name, other->why);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), WRAP_CHARS);
  gtk_container_add (GTK_CONTAINER (button), label);
  g_object_set_data_full (G_OBJECT (button), "id", g_strdup (other->id), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (on_other), self);
  gtk_container_add (GTK_CONTAINER (self->facts), button);
}

static void
on_left (DkAskPanel *panel, DkContactCard *self)
{
  dk_ask_panel_drop (&self->panel);
  if (self->facts != NULL)
    (void) gtk_widget_child_focus (self->facts, GTK_DIR_TAB_FORWARD);
}

static void show_view (gpointer owner, gpointer result, const GError *error);

static void
load (DkContactCard *self, DkKitWork work)
{
  dk_kit_run (self, &(DkKitCall) { .work = work,
                                   .reply = show_view,
                                   .data = g_strdup (self->wanted),
                                   .data_free = g_free,
                                   .result_free = dk_contact_view_free });
}

static void
on_stored (gpointer owner, gpointer result, const GError *error)
{
  DkContactCard *self = owner;
  g_autofree char *number = result;
  g_autofree char *text = NULL;
  DkPage *page = page_of (self);

  if (dk_page_failed (page, error))
    return;
  if (self->panel != NULL) {
    dk_ask_panel_done (self->panel);
    dk_ask_panel_drop (&self->panel);
  }
  text = g_strdup_printf (_ ("Stored. The owner is told by %s with the next hand-over."), number);
  dk_page_say (page, GTK_MESSAGE_INFO, text);
  load (self, dk_contact_work_view);
}

static void
run_order (DkContactCard *self, DkKitWork work, DkContentOrder *order)
{
  dk_kit_run (self, &(DkKitCall) { .work = work,
                                   .reply = on_stored,
                                   .data = order,
                                   .data_free = dk_content_order_free,
                                   .result_free = g_free });
}

static void
on_corrected (DkAskPanel *panel, DkContactCard *self)
{
  const char *what = self->fields->pdata[dk_ask_panel_choice (panel)];
  g_auto (GStrv) parts = g_strsplit (what, "\t", 2);
  DkContentOrder *order = g_new0 (DkContentOrder, 1);

  order->id = g_strdup (self->view->contact->id);
  order->field = g_strdup (parts[0]);
  order->was = *parts[1] != '\0' ? g_strdup (parts[1]) : NULL;
  order->value = dk_ask_panel_text (panel, 0);
  order->words = dk_ask_panel_text (panel, 1);
  run_order (self, dk_contact_work_correct, order);
}

static void
on_reported (DkAskPanel *panel, DkContactCard *self)
{
  DkContentOrder *order = g_new0 (DkContentOrder, 1);

  order->kind = g_strdup ("contact");
  order->id = g_strdup (self->view->contact->id);
  order->words = dk_ask_panel_text (panel, 0);
  run_order (self, dk_contact_work_report, order);
}

static void
show_panel (DkContactCard *self, const DkAskQuestion *question, GCallback answered)
{
  dk_ask_panel_drop (&self->panel);
  self->panel = DK_ASK_PANEL (dk_ask_panel_new (question));
  g_signal_connect (self->panel, "answered", answered, self);
  g_signal_connect (self->panel, "left", G_CALLBACK (on_left), self);
  gtk_container_add (GTK_CONTAINER (self->box), GTK_WIDGET (self->panel));
  gtk_box_reorder_child (GTK_BOX (self->box), GTK_WIDGET (self->panel), 0);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self)), 0);
  dk_ask_panel_begin (self->panel);
}

/* The numbers that there are, then what else can be said better. New array of labels. */
static GPtrArray *
list_fields (DkContactCard *self)
{
  GPtrArray *labels = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_set_size (self->fields, 0);
  for (guint i = 0; i < self->view->lines->len; i++) {
    const DkContactLine *line = self->view->lines->pdata[i];
    g_ptr_array_add (self->fields, g_strdup_printf ("%s\t%s", line->field, line->value));
    g_ptr_array_add (labels, g_strdup_printf ("%s %s", line->kind, line->value));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (plain_fields); i++) {
    g_ptr_array_add (self->fields, g_strdup_printf ("%s\t", plain_fields[i].field));
    g_ptr_array_add (labels, g_strdup (_ (plain_fields[i].label)));
  }
  g_ptr_array_add (labels, NULL);
  return labels;
}

static void
open_correction (DkContactCard *self)
{
  g_autofree char *key = g_strdup_printf ("contact:%s:correct", self->view->contact->id);
  g_autofree char *title = g_strdup_printf (_ ("Correct %s"), self->view->contact->name);
  g_autoptr (GPtrArray) labels = list_fields (self);

  show_panel (self,
              &(DkAskQuestion) {
                  .key = key,
                  .title = title,
                  .what = _ ("It is shown here at once, with your name and the time, and goes to "
                             "the owner of the list with the next hand-over. The list itself stays "
                             "as it is."),
                  .choice = _ ("_Field that is wrong"),
                  .choices = (const char *const *) labels->pdata,
                  .labels = { _ ("_Right is (empty: it does not exist any more)"),
                              _ ("Ho_w do you know") },
                  .optional = { TRUE, FALSE },
                  .button = _ ("_Store the correction") },
              G_CALLBACK (on_corrected));
}

static void
on_correct (GtkButton *button, DkContactCard *self)
{
  open_correction (self);
}

static void
on_wrong (GtkButton *button, DkContactCard *self)
{
  g_autofree char *key = g_strdup_printf ("contact:%s:wrong", self->view->contact->id);
  g_autofree char *title
      = g_strdup_printf (_ ("Something is wrong: %s"), self->view->contact->name);

  show_panel (self,
              &(DkAskQuestion) {
                  .key = key,
                  .title = title,
                  .what = _ ("Your words go to the owner of the list with the next hand-over. "
                             "Nothing changes here; if you know what is right, use Correct."),
                  .labels = { _ ("_What is wrong") },
                  .button = _ ("_Send to the owner") },
              G_CALLBACK (on_reported));
}

static void
on_lead (GtkButton *button, DkContactCard *self)
{
  load (self, dk_contact_work_view_lead);
}

static void
on_close (GtkButton *button, DkContactCard *self)
{
  g_signal_emit (self, closed_signal, 0);
}

static void
add_button (DkContactCard *self, GtkWidget *box, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  g_signal_connect (button, "clicked", clicked, self);
  gtk_container_add (GTK_CONTAINER (box), button);
}

static void
add_actions (DkContactCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_widget_set_margin_top (box, 6);
  add_button (self, box, _ ("_Correct…"), G_CALLBACK (on_correct));
  add_button (self, box, _ ("_This is wrong…"), G_CALLBACK (on_wrong));
  gtk_container_add (GTK_CONTAINER (self->facts), box);
  if (self->is_closable)
    add_button (self, box, _ ("Close (Esc)"), G_CALLBACK (on_close));
  if (self->view->may_read_lead && !self->view->has_lead)
    add_button (self, self->facts, _ ("Show what only _leads may read"), G_CALLBACK (on_lead));
}

/* Whose word it is, and since when: before any number is read out. */
static void
add_origin (DkContactCard *self)
{
  const DkContact *contact = self->view->contact;
  g_autofree char *origin = dk_contact_origin_words (contact);
  g_autofree char *is_new = dk_contact_new_words (contact);

  if (is_new != NULL) {
    g_autofree char *text = g_strdup_printf (
        _ ("%s. If somebody asks you to call, check who they are first."), is_new);
    (void) add_words (self->facts, text, "changed");
  }
  if (origin != NULL)
    (void) add_words (self->facts, origin, "warn");
}

static void
add_head (DkContactCard *self)
{
  const DkContact *contact = self->view->contact;
  GPtrArray *duties = self->view->duties;
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  g_autofree char *place = NULL;

  (void) add_words (self->facts, contact->name, "card-title");
  if (contact->role != NULL && *contact->role != '\0')
    g_ptr_array_add (parts, contact->role);
  if (contact->team != NULL && *contact->team != '\0')
    g_ptr_array_add (parts, contact->team);
  if (contact->site != NULL && *contact->site != '\0')
    g_ptr_array_add (parts, contact->site);
  g_ptr_array_add (parts, NULL);
  place = g_strjoinv (" · ", (char **) parts->pdata);
  (void) add_words (self->facts, place, NULL);
  add_origin (self);
  if (self->view->has_lead)
    (void) add_words (self->facts, _ ("ONLY LEADS MAY READ THIS. That you did is entered."),
                      "warn");
  for (guint i = 0; i < duties->len; i++) {
    g_autofree char *text = g_strdup_printf (_ ("On call: %s"), (char *) duties->pdata[i]);
    (void) add_words (self->facts, text, "strong");
  }
  if (self->view->hours != NULL)
    (void) add_words (self->facts, self->view->hours, self->view->is_outside ? "warn" : "strong");
}

static void
fill (DkContactCard *self)
{
  const DkContactView *view = self->view;
  const DkContact *contact = view->contact;
  g_autofree char *tier = dk_tier_words (contact->tier);

  self->facts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->facts), "card");
  add_head (self);
  for (guint i = 0; i < view->lines->len; i++)
    add_number (self, view->lines->pdata[i], i + 1);
  if (view->lines->len == 0)
    (void) add_words (self->facts, _ ("No number is known."), "warn");
  add_actions (self);
  if (view->others->len > 0)
    (void) add_words (self->facts, _ ("If nobody answers"), "section");
  for (guint i = 0; i < view->others->len; i++)
    add_other (self, view->others->pdata[i]);
  add_fact (self->facts, _ ("Note"), contact->note);
  add_fact (self->facts, _ ("Note for leads"), view->has_lead ? contact->lead_note : NULL);
  for (guint i = 0; i < view->corrections->len; i++)
    (void) add_words (self->facts, view->corrections->pdata[i], "changed");
  add_fact (self->facts, _ ("Hours"), contact->hours);
  add_fact (self->facts, _ ("Languages"), contact->languages);
  if (contact->tier > 0)
    add_fact (self->facts, _ ("Escalation"), tier);
  gtk_widget_show_all (self->facts);
  gtk_container_add (GTK_CONTAINER (self->box), self->facts);
}

static void
clear_facts (DkContactCard *self)
{
  g_clear_pointer (&self->facts, gtk_widget_destroy);
  g_clear_pointer (&self->view, dk_contact_view_free);
}

static void
show_hint (DkContactCard *self)
{
  clear_facts (self);
  if (self->hint == NULL)
    return;
  self->facts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  (void) add_words (self->facts, self->hint, "empty");
  gtk_widget_show_all (self->facts);
  gtk_container_add (GTK_CONTAINER (self->box), self->facts);
}

static void
ask_wanted (DkContactCard *self)
{
  g_autofree char *what = g_steal_pointer (&self->to_correct);

  if (what == NULL)
    return;
  open_correction (self);
  for (guint i = 0; i < self->fields->len; i++)
    if (g_str_equal (self->fields->pdata[i], what))
      dk_ask_panel_choose (self->panel, i);
}

static void
show_view (gpointer owner, gpointer result, const GError *error)
{
  DkContactCard *self = owner;
  DkContactView *view = result;
  DkPage *page = page_of (self);
  gboolean is_same;

  if (error != NULL) {
    if (page != NULL)
      (void) dk_page_failed (page, error);
    return;
  }
  if (g_strcmp0 (view->contact->id, self->wanted) != 0) {
    dk_contact_view_free (view);
    return;
  }
  is_same = self->view != NULL && g_str_equal (self->view->contact->id, view->contact->id);
  if (!is_same) {
    dk_ask_panel_drop (&self->panel);
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self)), 0);
  }
  clear_facts (self);
  self->view = view;
  fill (self);
  ask_wanted (self);
}

void
dk_contact_card_show (DkContactCard *self, const char *id)
{
  g_autofree char *wanted = g_strdup (id);

  if (id != NULL && g_strcmp0 (id, self->wanted) == 0) {
    dk_contact_card_refresh (self);
    return;
  }
  g_free (self->wanted);
  self->wanted = g_steal_pointer (&wanted);
  if (self->wanted != NULL) {
    load (self, dk_contact_work_view);
    return;
  }
  dk_ask_panel_drop (&self->panel);
  show_hint (self);
}

static void
show_device (gpointer owner, gpointer result, const GError *error)
{
  DkContactCard *self = owner;
  g_autoptr (DkDevice) device = result;

  if (dk_page_failed (page_of (self), error) || self->wanted != NULL)
    return;
  clear_facts (self);
  self->facts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->facts), "card");
  (void) add_words (self->facts, device->host, "card-title");
  add_fact (self->facts, _ ("Whose it is"), device->owner);
  add_fact (self->facts, _ ("Where"), device->location);
  add_fact (self->facts, _ ("System"), device->os);
  add_fact (self->facts, _ ("Serial number"), device->serial);
  if (device->recovery_key_id != NULL && *device->recovery_key_id != '\0') {
    (void) add_words (self->facts, _ ("ID of its recovery key"), "field-label");
    (void) add_words (self->facts, device->recovery_key_id, "number-aloud");
    (void) add_words (self->facts,
                      _ ("The key itself is not in this kit. Ask its custodian for it, after the "
                         "caller's identity is checked."),
                      NULL);
  }
  add_fact (self->facts, _ ("Note"), device->note);
  gtk_widget_show_all (self->facts);
  gtk_container_add (GTK_CONTAINER (self->box), self->facts);
}

void
dk_contact_card_show_device (DkContactCard *self, const char *host)
{
  g_clear_pointer (&self->wanted, g_free);
  dk_ask_panel_drop (&self->panel);
  dk_kit_run (self, &(DkKitCall) { .work = dk_contact_work_device,
                                   .reply = show_device,
                                   .data = g_strdup (host),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_device_free });
}

void
dk_contact_card_refresh (DkContactCard *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  GtkWidget *focus = GTK_IS_WINDOW (window) ? gtk_window_get_focus (GTK_WINDOW (window)) : NULL;
  gboolean is_used = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self));
  gboolean shows_lead = self->view != NULL && self->view->has_lead;

  if (self->wanted != NULL && self->panel == NULL && !shows_lead && !is_used)
    load (self, dk_contact_work_view);
}

void
dk_contact_card_set_hint (DkContactCard *self, const char *hint)
{
  g_free (self->hint);
  self->hint = g_strdup (hint);
  if (self->view == NULL)
    show_hint (self);
}

void
dk_contact_card_set_closable (DkContactCard *self)
{
  self->is_closable = TRUE;
}

void
dk_contact_card_correct (DkContactCard *self, const char *id, const char *field, const char *was)
{
  g_free (self->to_correct);
  self->to_correct = g_strdup_printf ("%s\t%s", field, was != NULL ? was : "");
  if (self->view != NULL && g_strcmp0 (self->view->contact->id, id) == 0)
    ask_wanted (self);
  else
    dk_contact_card_show (self, id);
}

void
dk_contact_card_seal (DkContactCard *self)
{
  if (self->panel != NULL)
    dk_ask_panel_seal (self->panel);
}

static gboolean
on_key (DkContactCard *self, GdkEventKey *event)
{
  if (event->keyval != GDK_KEY_Escape || !self->is_closable)
    return GDK_EVENT_PROPAGATE;
  g_signal_emit (self, closed_signal, 0);
  return GDK_EVENT_STOP;
}

/* As wide beside one name as beside another. */
static void
dk_contact_card_get_preferred_width (GtkWidget *widget, int *minimum, int *natural)
{
  GTK_WIDGET_CLASS (dk_contact_card_parent_class)->get_preferred_width (widget, minimum, natural);
  *natural = MAX (*minimum, WIDTH_PX);
}

static void
dk_contact_card_finalize (GObject *object)
{
  DkContactCard *self = DK_CONTACT_CARD (object);

  g_free (self->wanted);
  g_free (self->hint);
  g_free (self->to_correct);
  dk_contact_view_free (self->view);
  g_ptr_array_unref (self->fields);
  G_OBJECT_CLASS (dk_contact_card_parent_class)->finalize (object);
}

static void
dk_contact_card_class_init (DkContactCardClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_contact_card_finalize;
  GTK_WIDGET_CLASS (class)->get_preferred_width = dk_contact_card_get_preferred_width;
  closed_signal = g_signal_new ("closed", DK_TYPE_CONTACT_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static void
dk_contact_card_init (DkContactCard *self)
{
  GtkScrolledWindow *scroller = GTK_SCROLLED_WINDOW (self);

  self->fields = g_ptr_array_new_with_free_func (g_free);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_show (self->box);
  gtk_scrolled_window_set_policy (scroller, GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_container_add (GTK_CONTAINER (self), self->box);
  gtk_container_set_focus_vadjustment (GTK_CONTAINER (self->box),
                                       gtk_scrolled_window_get_vadjustment (scroller));
  gtk_widget_set_size_request (GTK_WIDGET (self), WIDTH_PX, -1);
  gtk_widget_set_hexpand (GTK_WIDGET (self), FALSE); /* whatever stands in it */
  g_signal_connect (self, "key-press-event", G_CALLBACK (on_key), NULL);
}
