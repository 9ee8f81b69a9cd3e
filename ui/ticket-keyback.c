/* SPDX-License-Identifier: MIT */
#include "ui/ticket-keyback.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/base/clock.h"
#include "ui/kept-words.h"
#include "ui/lookup.h"

#define KEEP_AFTER_MS 400

struct _DkTicketKeyback {
  GtkBox parent_instance;
  GtkWidget *title;
  GtkWidget *by;
  GtkWidget *at;
  GtkWidget *problem;
  char *key; /* of the kept words; NULL while nothing is shown */
  guint timer;
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (DkTicketKeyback, dk_ticket_keyback, GTK_TYPE_BOX)

/* As a field of a form would be read. */
static const DkField time_field
    = { .name = (char *) "written_at", .type = DK_FIELD_DATE_TIME, .label = (char *) "" };

static void
put_words (DkTicketKeyback *self)
{
  const char *by = gtk_entry_get_text (GTK_ENTRY (self->by));
  const char *at = gtk_entry_get_text (GTK_ENTRY (self->at));
  g_autofree char *words
      = *by != '\0' || *at != '\0' ? g_strdup_printf ("%s\n%s", by, at) : NULL;

  g_clear_handle_id (&self->timer, g_source_remove);
  dk_kit_run (self, &(DkKitCall) { .work = dk_kept_words_put,
                                   .data = dk_kept_text_new (self->key, words),
                                   .data_free = dk_kept_text_free });
}

static gboolean
put_after_pause (gpointer data)
{
  DkTicketKeyback *self = data;

  self->timer = 0;
  put_words (self);
  return G_SOURCE_REMOVE;
}

static void
on_changed (GtkEditable *editable, DkTicketKeyback *self)
{
  gtk_widget_hide (self->problem);
  if (self->setting || self->key == NULL)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add (KEEP_AFTER_MS, put_after_pause, self);
}

static void
show_words (gpointer owner, gpointer result, const GError *error)
{
  DkTicketKeyback *self = owner;
  DkKeptText *kept = result;
  g_auto (GStrv) lines = NULL;

  if (kept != NULL && kept->words != NULL && g_strcmp0 (kept->key, self->key) == 0
      && *gtk_entry_get_text (GTK_ENTRY (self->by)) == '\0') {
    lines = g_strsplit (kept->words, "\n", 2);
    self->setting = TRUE;
    gtk_entry_set_text (GTK_ENTRY (self->by), lines[0] != NULL ? lines[0] : "");
    gtk_entry_set_text (GTK_ENTRY (self->at),
                        lines[0] != NULL && lines[1] != NULL ? lines[1] : "");
    self->setting = FALSE;
  }
  dk_kept_text_free (kept);
}

/* "Keying in DT-A07-0042-D: printed 21:10 by anna for 4 West." New string. */
static char *
title_words (const DkPaperFate *fate)
{
  g_autofree char *when
      = fate->issued_ms > 0 ? dk_time_format_short (fate->issued_ms, dk_clock_wall_ms ()) : NULL;
  GString *words = g_string_new (_ ("Keying in a paper form"));

  if (when != NULL)
    g_string_append_printf (words, _ (", printed %s"), when);
  if (fate->issued_by != NULL)
    g_string_append_printf (words, _ (" by %s"), fate->issued_by);
  if (fate->unit != NULL)
    g_string_append_printf (words, _ (" for %s"), fate->unit);
  return g_string_free (words, FALSE);
}

void
dk_ticket_keyback_show (DkTicketKeyback *self, const DkPaperFate *fate)
{
  g_autofree char *title = NULL;

  if (self->key != NULL)
    dk_ticket_keyback_seal (self);
  g_clear_pointer (&self->key, g_free);
  self->setting = TRUE;
  gtk_entry_set_text (GTK_ENTRY (self->by), "");
  gtk_entry_set_text (GTK_ENTRY (self->at), "");
  self->setting = FALSE;
  gtk_widget_hide (self->problem);
  gtk_widget_set_visible (GTK_WIDGET (self), fate != NULL);
  if (fate == NULL)
    return;
  title = title_words (fate);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  self->key = g_strconcat ("written:", fate->number, NULL);
  dk_kit_run (self, &(DkKitCall) { .work = dk_kept_words_get,
                                   .reply = show_words,
                                   .data = g_strdup (self->key),
                                   .data_free = g_free,
                                   .result_free = dk_kept_text_free });
}

void
dk_ticket_keyback_focus (DkTicketKeyback *self)
{
  gtk_widget_grab_focus (self->by);
}

/* FALSE for words that are no time; *ms is 0 for none at all. */
static gboolean
read_time (DkTicketKeyback *self, gint64 *ms, GError **error)
{
  g_autoptr (json_t) value
      = dk_form_convert (&time_field, gtk_entry_get_text (GTK_ENTRY (self->at)), error);

  *ms = 0;
  if (value == NULL)
    return FALSE;
  return json_is_null (value) || dk_time_parse (json_string_value (value), "", ms, error);
}

static void
say_no_time (DkTicketKeyback *self)
{
  gtk_label_set_text (GTK_LABEL (self->problem),
                      _ ("this is no time; write it as 02:15, or as 2026-11-22 02:15"));
  gtk_widget_show (self->problem);
}

gboolean
dk_ticket_keyback_check (DkTicketKeyback *self)
{
  gint64 ms;

  if (self->key == NULL || read_time (self, &ms, NULL))
    return TRUE;
  say_no_time (self);
  gtk_widget_grab_focus (self->at);
  return FALSE;
}

char *
dk_ticket_keyback_writer (DkTicketKeyback *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (self->by))));

  return self->key != NULL && *text != '\0' ? g_steal_pointer (&text) : NULL;
}

gint64
dk_ticket_keyback_written_ms (DkTicketKeyback *self)
{
  gint64 ms = 0;

  return self->key != NULL && read_time (self, &ms, NULL) ? ms : 0;
}

void
dk_ticket_keyback_seal (DkTicketKeyback *self)
{
  if (self->key != NULL && self->timer != 0)
    put_words (self);
}

static gboolean
on_at_left (GtkWidget *entry, GdkEvent *event, DkTicketKeyback *self)
{
  gint64 ms;

  if (self->key != NULL && !read_time (self, &ms, NULL))
    say_no_time (self);
  return GDK_EVENT_PROPAGATE;
}

static GtkWidget *
add_entry (DkTicketKeyback *self, GtkWidget *line, const char *text, const char *hint)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *entry = gtk_entry_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "field-label");
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), entry);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), hint);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), FALSE);
  atk_object_set_name (gtk_widget_get_accessible (entry), text);
  atk_object_add_relationship (gtk_widget_get_accessible (entry), ATK_RELATION_LABELLED_BY,
                               gtk_widget_get_accessible (label));
  g_signal_connect (entry, "changed", G_CALLBACK (on_changed), self);
  gtk_container_add (GTK_CONTAINER (box), label);
  gtk_container_add (GTK_CONTAINER (box), entry);
  gtk_box_pack_start (GTK_BOX (line), box, TRUE, TRUE, 0);
  return entry;
}

/* Enter goes on, as Tab does. */
static void
on_activate (GtkEntry *entry, DkTicketKeyback *self)
{
  g_signal_emit_by_name (gtk_widget_get_toplevel (GTK_WIDGET (self)), "move-focus",
                         GTK_DIR_TAB_FORWARD);
}

static void
dk_ticket_keyback_dispose (GObject *object)
{
  DkTicketKeyback *self = DK_TICKET_KEYBACK (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->key, g_free);
  G_OBJECT_CLASS (dk_ticket_keyback_parent_class)->dispose (object);
}

static void
dk_ticket_keyback_class_init (DkTicketKeybackClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dk_ticket_keyback_dispose;
}

static void
nothing (const char *kind, const char *id, gpointer data)
{
}

static void
dk_ticket_keyback_init (DkTicketKeyback *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "card");
  self->title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_label_set_line_wrap (GTK_LABEL (self->title), TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->title), "strong");
  gtk_container_add (GTK_CONTAINER (self), self->title);
  gtk_container_add (GTK_CONTAINER (self), line);
  self->by = add_entry (self, line, _ ("Written by"), _ ("as signed on the paper"));
  self->at = add_entry (self, line, _ ("Written at"), _ ("02:15, or 2026-11-22 02:15"));
  self->problem = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->problem), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->problem), "problem");
  gtk_container_add (GTK_CONTAINER (self), self->problem);
  dk_lookup_attach (GTK_ENTRY (self->by), "contact", nothing, NULL);
  g_signal_connect (self->by, "activate", G_CALLBACK (on_activate), self);
  g_signal_connect (self->at, "activate", G_CALLBACK (on_activate), self);
  g_signal_connect (self->at, "focus-out-event", G_CALLBACK (on_at_left), self);
  gtk_widget_show_all (GTK_WIDGET (self));
  gtk_widget_hide (self->problem);
  gtk_widget_set_no_show_all (self->problem, TRUE);
  gtk_widget_hide (GTK_WIDGET (self));
}
