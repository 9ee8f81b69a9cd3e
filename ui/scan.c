/* SPDX-License-Identifier: MIT */
#include "ui/scan.h"

#include <string.h>

#include "app/model/number.h"

#define LETTER_MS 35u /* at most, over the whole number: no person types a number so quickly */
#define PAUSE_MS 100u /* on a busy PC a letter may come late */
#define CHARACTERS_MIN 8
#define CHARACTERS_MAX 64

struct DkScan {
  GtkWindow *window; /* weak */
  DkScanReply reply;
  GString *typed;
  guint32 first_ms;
  guint32 last_ms;     /* when the last key was pressed, by the clock of the screen */
  GtkWidget *field;    /* that the first one fell into, weak; NULL if that takes no text */
  char *words;         /* what stood there */
  int cursor;
  int bound;           /* the other end of what was selected */
};

gboolean
dk_scan_looks_like_number (const char *text)
{
  g_autoptr (GError) error = NULL;
  DkNumberScan scan;
  const char *c = text;

  if (dk_number_scan (text, &scan, &error))
    return TRUE;
  while (g_ascii_isspace (*c))
    c++;
  return (g_ascii_strncasecmp (c, "DT-", 3) == 0 || g_ascii_strncasecmp (c, "DR-", 3) == 0)
         && strlen (c) >= CHARACTERS_MIN;
}

static GtkTextBuffer *
buffer_of (GtkWidget *field)
{
  return GTK_IS_TEXT_VIEW (field) ? gtk_text_view_get_buffer (GTK_TEXT_VIEW (field)) : NULL;
}

static int
offset_of (GtkTextBuffer *buffer, GtkTextMark *mark)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (buffer, &iter, mark);
  return gtk_text_iter_get_offset (&iter);
}

static void
set_field (DkScan *self, GtkWidget *field)
{
  if (self->field != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->field), (gpointer *) &self->field);
  self->field = field;
  if (field != NULL)
    g_object_add_weak_pointer (G_OBJECT (field), (gpointer *) &self->field);
}

/* Remembers what stands in the field before a key changes it. */
static void
remember_field (DkScan *self)
{
  GtkWidget *focus = gtk_window_get_focus (self->window);
  GtkTextBuffer *buffer = focus != NULL ? buffer_of (focus) : NULL;
  GtkTextIter start;
  GtkTextIter end;

  g_clear_pointer (&self->words, g_free);
  set_field (self, NULL);
  if (buffer != NULL) {
    gtk_text_buffer_get_bounds (buffer, &start, &end);
    self->words = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
    self->cursor = offset_of (buffer, gtk_text_buffer_get_insert (buffer));
    self->bound = offset_of (buffer, gtk_text_buffer_get_selection_bound (buffer));
    set_field (self, focus);
  } else if (GTK_IS_ENTRY (focus)) {
    self->words = g_strdup (gtk_entry_get_text (GTK_ENTRY (focus)));
    g_object_get (focus, "cursor-position", &self->cursor, "selection-bound", &self->bound, NULL);
    set_field (self, focus);
  }
}

/* Puts back what stood in the field. */
static void
restore_field (DkScan *self)
{
  GtkTextBuffer *buffer = self->field != NULL ? buffer_of (self->field) : NULL;
  GtkTextIter cursor;
  GtkTextIter bound;

  if (buffer != NULL) {
    gtk_text_buffer_set_text (buffer, self->words, -1);
    gtk_text_buffer_get_iter_at_offset (buffer, &cursor, self->cursor);
    gtk_text_buffer_get_iter_at_offset (buffer, &bound, self->bound);
    gtk_text_buffer_select_range (buffer, &cursor, &bound);
  } else if (self->field != NULL) {
    gtk_entry_set_text (GTK_ENTRY (self->field), self->words);
    gtk_editable_select_region (GTK_EDITABLE (self->field), self->bound, self->cursor);
  }
}

static void
forget (DkScan *self)
{
  g_string_truncate (self->typed, 0);
  g_clear_pointer (&self->words, g_free);
  set_field (self, NULL);
}

/* TRUE if the keys so far were a number. */
static gboolean
take_number (DkScan *self)
{
  g_autofree char *text = g_strdup (self->typed->str);
  glong letters = g_utf8_strlen (text, -1);
  DkNumberScan scan;

  if (letters < CHARACTERS_MIN || self->last_ms - self->first_ms > LETTER_MS * (guint32) letters
      || !dk_number_scan (text, &scan, NULL))
    return FALSE;
  restore_field (self);
  forget (self);
  self->reply.scanned (self->reply.data, text);
  return TRUE;
}

static gboolean
is_modifier (const GdkEventKey *event)
{
  return event->is_modifier || event->keyval == GDK_KEY_ISO_Level3_Shift;
}

static gboolean
on_key (GtkWidget *window, GdkEventKey *event, DkScan *self)
{
  const guint commands = GDK_CONTROL_MASK | GDK_MOD1_MASK | GDK_SUPER_MASK;
  gunichar letter = gdk_keyval_to_unicode (event->keyval);
  gboolean quick = self->typed->len > 0 && event->time - self->last_ms <= PAUSE_MS;
  gboolean ends = event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter
                  || event->keyval == GDK_KEY_Linefeed || event->keyval == GDK_KEY_Tab;

  if (is_modifier (event))
    return GDK_EVENT_PROPAGATE;
  self->last_ms = event->time;
  if (ends) {
    if (quick && take_number (self))
      return GDK_EVENT_STOP;
    forget (self);
    return GDK_EVENT_PROPAGATE;
  }
  if (!g_unichar_isprint (letter) || (event->state & commands) != 0
      || self->typed->len >= CHARACTERS_MAX) {
    forget (self);
    return GDK_EVENT_PROPAGATE;
  }
  if (!quick) {
    forget (self);
    remember_field (self);
    self->first_ms = event->time;
  }
  g_string_append_unichar (self->typed, letter);
  return GDK_EVENT_PROPAGATE;
}

DkScan *
dk_scan_new (GtkWindow *window, const DkScanReply *reply)
{
  DkScan *self = g_new0 (DkScan, 1);

  self->window = window;
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &self->window);
  self->reply = *reply;
  self->typed = g_string_new (NULL);
  g_signal_connect (window, "key-press-event", G_CALLBACK (on_key), self);
  return self;
}

void
dk_scan_free (DkScan *self)
{
  if (self == NULL)
    return;
  if (self->window != NULL) {
    g_signal_handlers_disconnect_by_data (self->window, self);
    g_object_remove_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  }
  forget (self);
  g_string_free (self->typed, TRUE);
  g_free (self);
}
