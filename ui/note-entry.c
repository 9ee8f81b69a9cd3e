/* SPDX-License-Identifier: MIT */
#include "ui/note-entry.h"

#include <glib/gi18n.h>

struct _DkNoteEntry {
  GtkBox parent_instance;
  GtkLabel *label;
  GtkEntry *words;
  GtkToggleButton *lead_only;
  char *taken; /* until it is known to be stored */
  gboolean taken_lead_only;
};

G_DEFINE_FINAL_TYPE (DkNoteEntry, dk_note_entry, GTK_TYPE_BOX)

static guint entered_signal;

static void
on_activate (GtkEntry *entry, DkNoteEntry *self)
{
  if (dk_note_entry_has_words (self))
    g_signal_emit (self, entered_signal, 0);
}

static void
on_lead_only (GtkToggleButton *button, DkNoteEntry *self)
{
  gtk_label_set_text_with_mnemonic (self->label,
                                    gtk_toggle_button_get_active (button)
                                        ? _ ("A _line that only leads can read, Enter seals it")
                                        : _ ("Add a _line to the log, Enter stores it"));
  gtk_widget_grab_focus (GTK_WIDGET (self->words));
}

static void
dk_note_entry_finalize (GObject *object)
{
  g_free (DK_NOTE_ENTRY (object)->taken);
  G_OBJECT_CLASS (dk_note_entry_parent_class)->finalize (object);
}

static void
dk_note_entry_class_init (DkNoteEntryClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_note_entry_finalize;
  entered_signal = g_signal_new ("entered", DK_TYPE_NOTE_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/note-entry.ui");
  gtk_widget_class_bind_template_child (widget_class, DkNoteEntry, label);
  gtk_widget_class_bind_template_child (widget_class, DkNoteEntry, words);
  gtk_widget_class_bind_template_child (widget_class, DkNoteEntry, lead_only);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_lead_only);
}

static void
dk_note_entry_init (DkNoteEntry *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

gboolean
dk_note_entry_has_words (DkNoteEntry *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (self->words)));

  return *text != '\0';
}

char *
dk_note_entry_take (DkNoteEntry *self, gboolean *lead_only)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (self->words)));

  if (*text == '\0')
    return NULL;
  *lead_only = gtk_toggle_button_get_active (self->lead_only);
  g_free (self->taken);
  self->taken = g_strdup (text);
  self->taken_lead_only = *lead_only;
  gtk_entry_set_text (self->words, "");
  gtk_toggle_button_set_active (self->lead_only, FALSE);
  return g_steal_pointer (&text);
}

void
dk_note_entry_settle (DkNoteEntry *self, gboolean stored)
{
  g_autofree char *taken = g_steal_pointer (&self->taken);

  if (stored || taken == NULL || dk_note_entry_has_words (self))
    return;
  gtk_toggle_button_set_active (self->lead_only, self->taken_lead_only);
  gtk_entry_set_text (self->words, taken);
}

void
dk_note_entry_focus (DkNoteEntry *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->words));
}
