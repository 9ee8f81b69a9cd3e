/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "ui/document-view-private.h"

#define MARGIN_PX 96 /* of a run: time and initials stand there */

static void
free_step (gpointer data)
{
  DkDocumentStep *step = data;

  g_object_unref (step->begin);
  g_object_unref (step->end);
  g_free (step->id);
  g_free (step->words);
  g_free (step);
}

/* Time and initials, then the box. */
static char *
write_mark (const DkStepMark *mark)
{
  const char *box = mark->state == DK_STEP_DONE      ? "☑"
                    : mark->state == DK_STEP_SKIPPED ? "☒"
                                                     : "☐";

  return g_strdup_printf ("%s\t%s", mark->margin != NULL ? mark->margin : "", box);
}

static void
free_mark (gpointer data)
{
  DkStepMark *mark = data;

  g_free ((char *) mark->id);
  g_free ((char *) mark->margin);
  g_free (mark);
}

void
dk_document_steps_append (DkDocumentView *self, const DkBlock *block)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  DkDocumentStep *step = g_new0 (DkDocumentStep, 1);
  int from = dk_document_view_append (self, "");
  guint level = CLAMP (block->level, 1, DK_DOCUMENT_LEVELS_MAX);
  const DkStepMark *mark = g_hash_table_lookup (self->pending, block->id);
  g_autofree char *text = NULL;
  GtkTextIter iter;

  step->id = g_strdup (block->id);
  step->words = dk_block_text (block);
  step->is_open = mark == NULL || mark->state == DK_STEP_OPEN;
  text = mark != NULL ? write_mark (mark) : g_strdup ("\t☐");
  gtk_text_buffer_get_end_iter (buffer, &iter);
  step->begin = g_object_ref (gtk_text_buffer_create_mark (buffer, NULL, &iter, TRUE));
  (void) dk_document_view_append (self, text);
  dk_document_view_apply (self, self->box, from);
  gtk_text_buffer_get_end_iter (buffer, &iter);
  step->end = g_object_ref (gtk_text_buffer_create_mark (buffer, NULL, &iter, TRUE));
  g_ptr_array_add (self->steps, step);
  (void) g_hash_table_insert (self->by_id, step->id, step);
  (void) dk_document_view_append (self, "\t");
  dk_document_view_append_spans (self, block);
  (void) dk_document_view_append (self, "\n");
  dk_document_view_apply (self, self->run_levels[level], from);
}

/* The line of a step looks as before its mark was written anew. */
static void
style_line (DkDocumentView *self, const GtkTextIter *at)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter begin = *at;
  GtkTextIter end = *at;

  gtk_text_iter_set_line_offset (&begin, 0);
  (void) gtk_text_iter_forward_line (&end);
  for (guint i = 1; i <= DK_DOCUMENT_LEVELS_MAX; i++) {
    GtkTextIter last = end;
    (void) gtk_text_iter_backward_char (&last);
    if (gtk_text_iter_has_tag (&last, self->run_levels[i]))
      gtk_text_buffer_apply_tag (buffer, self->run_levels[i], &begin, &end);
    if (gtk_text_iter_has_tag (&last, self->chosen))
      gtk_text_buffer_apply_tag (buffer, self->chosen, &begin, &end);
  }
}

static void
show_chosen (DkDocumentView *self, DkDocumentStep *step)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter begin;
  GtkTextIter end;

  if (step == self->current)
    return;
  gtk_text_buffer_get_bounds (buffer, &begin, &end);
  gtk_text_buffer_remove_tag (buffer, self->chosen, &begin, &end);
  self->current = step;
  gtk_text_buffer_get_iter_at_mark (buffer, &begin, step->begin);
  end = begin;
  (void) gtk_text_iter_forward_line (&end);
  gtk_text_buffer_apply_tag (buffer, self->chosen, &begin, &end);
  g_signal_emit_by_name (self, "step-picked", step->id);
}

static void
go_to (DkDocumentView *self, DkDocumentStep *step)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter iter;

  show_chosen (self, step);
  gtk_text_buffer_get_iter_at_mark (buffer, &iter, step->end);
  (void) gtk_text_iter_forward_char (&iter);
  gtk_text_buffer_place_cursor (buffer, &iter);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self), gtk_text_buffer_get_insert (buffer), 0.15,
                                FALSE, 0, 0);
}

/* The step in whose line the caret stands becomes the chosen one. */
static void
on_caret (GtkTextBuffer *buffer, GParamSpec *spec, DkDocumentView *self)
{
  GtkTextIter iter;
  int line;

  if (self->filling || self->steps->len == 0)
    return;
  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  line = gtk_text_iter_get_line (&iter);
  for (guint i = 0; i < self->steps->len; i++) {
    DkDocumentStep *step = self->steps->pdata[i];
    gtk_text_buffer_get_iter_at_mark (buffer, &iter, step->begin);
    if (gtk_text_iter_get_line (&iter) == line)
      show_chosen (self, step);
  }
}

/* Space ticks, Ctrl+Down and Ctrl+Up go from step to step. */
gboolean
dk_document_steps_key (DkDocumentView *self, const GdkEventKey *event)
{
  gboolean ctrl = (event->state & GDK_CONTROL_MASK) != 0;
  gboolean down = event->keyval == GDK_KEY_Down || event->keyval == GDK_KEY_KP_Down;
  gboolean up = event->keyval == GDK_KEY_Up || event->keyval == GDK_KEY_KP_Up;
  guint i = 0;

  if (self->current == NULL)
    return FALSE;
  if (ctrl)
    dk_document_view_write_all (self);
  if (event->keyval == GDK_KEY_space && !ctrl) {
    g_signal_emit_by_name (self, "step-toggled", self->current->id);
    return TRUE;
  }
  if (!ctrl || (!up && !down) || !g_ptr_array_find (self->steps, self->current, &i))
    return FALSE;
  if (down && i + 1 < self->steps->len)
    go_to (self, self->steps->pdata[i + 1]);
  else if (up && i > 0)
    go_to (self, self->steps->pdata[i - 1]);
  return TRUE;
}

/* A step of a run: the margin, the box, then the words. */
static GtkTextTag *
make_run_level (DkDocumentView *self, guint level)
{
  int at = MARGIN_PX + (int) (level - 1) * DK_DOCUMENT_INDENT_PX;
  int words = at + DK_DOCUMENT_INDENT_PX;
  PangoTabArray *tabs = pango_tab_array_new_with_positions (2, TRUE, PANGO_TAB_LEFT, at,
                                                            PANGO_TAB_LEFT, words);
  GtkTextTag *tag = gtk_text_buffer_create_tag (
      gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), NULL, "tabs", tabs, "left-margin", 12,
      "indent", -words, "pixels-above-lines", 3, "pixels-below-lines", 3, NULL);

  pango_tab_array_free (tabs);
  return tag;
}

/* A ground that is seen in both themes and leaves the words as they are. */
void
dk_document_steps_init (DkDocumentView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  const GdkRGBA ground = { 0.45, 0.6, 0.85, 0.28 };

  for (guint i = 1; i <= DK_DOCUMENT_LEVELS_MAX; i++)
    self->run_levels[i] = make_run_level (self, i);
  self->steps = g_ptr_array_new_with_free_func (free_step);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->pending = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_mark);
  g_signal_connect_object (buffer, "notify::cursor-position", G_CALLBACK (on_caret), self, 0);
  self->box = gtk_text_buffer_create_tag (buffer, NULL, "weight", PANGO_WEIGHT_BOLD, NULL);
  self->chosen
      = gtk_text_buffer_create_tag (buffer, NULL, "paragraph-background-rgba", &ground, NULL);
}

/* Of a step that is not written yet: it is written with its mark. */
static void
keep_mark (DkDocumentView *self, const DkStepMark *mark)
{
  DkStepMark *kept = g_new0 (DkStepMark, 1);

  kept->id = g_strdup (mark->id);
  kept->state = mark->state;
  kept->margin = g_strdup (mark->margin);
  (void) g_hash_table_insert (self->pending, (gpointer) kept->id, kept);
}

void
dk_document_view_mark_step (DkDocumentView *self, const DkStepMark *mark)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  DkDocumentStep *step = g_hash_table_lookup (self->by_id, mark->id);
  g_autofree char *text = write_mark (mark);
  g_autofree char *before = NULL;
  GtkTextIter begin;
  GtkTextIter end;
  int from;

  if (step == NULL) {
    if (self->rest != NULL)
      keep_mark (self, mark);
    return;
  }
  step->is_open = mark->state == DK_STEP_OPEN;
  gtk_text_buffer_get_iter_at_mark (buffer, &begin, step->begin);
  gtk_text_buffer_get_iter_at_mark (buffer, &end, step->end);
  before = gtk_text_buffer_get_slice (buffer, &begin, &end, FALSE);
  if (strcmp (before, text) == 0)
    return;
  self->filling = TRUE;
  from = gtk_text_iter_get_offset (&begin);
  gtk_text_buffer_delete (buffer, &begin, &end);
  gtk_text_buffer_insert_with_tags (buffer, &begin, text, -1, self->box, NULL);
  gtk_text_buffer_move_mark (buffer, step->end, &begin);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, from);
  style_line (self, &end);
  self->filling = FALSE;
}

const char *
dk_document_view_current_step (DkDocumentView *self, const char **words)
{
  if (words != NULL)
    *words = self->current != NULL ? self->current->words : NULL;
  return self->current != NULL ? self->current->id : NULL;
}

/* The next open one from the chosen one on, round to it again; NULL if there is none. */
static DkDocumentStep *
find_open (DkDocumentView *self)
{
  guint first = 0;

  if (self->current != NULL)
    (void) g_ptr_array_find (self->steps, self->current, &first);
  for (guint i = 0; i < self->steps->len; i++) {
    DkDocumentStep *step = self->steps->pdata[(first + i) % self->steps->len];
    if (step->is_open && (self->rest == NULL || first + i < self->steps->len))
      return step;
  }
  return NULL;
}

gboolean
dk_document_view_go_to_open (DkDocumentView *self)
{
  DkDocumentStep *step = find_open (self);

  if (step == NULL && self->rest != NULL) {
    dk_document_view_write_all (self);
    step = find_open (self);
  }
  if (step != NULL)
    go_to (self, step);
  return step != NULL;
}

void
dk_document_steps_clear (DkDocumentView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));

  for (guint i = 0; i < self->steps->len; i++) {
    DkDocumentStep *step = self->steps->pdata[i];
    gtk_text_buffer_delete_mark (buffer, step->begin);
    gtk_text_buffer_delete_mark (buffer, step->end);
  }
  self->current = NULL;
  g_hash_table_remove_all (self->by_id);
  g_hash_table_remove_all (self->pending);
  g_ptr_array_set_size (self->steps, 0);
}

void
dk_document_steps_finalize (DkDocumentView *self)
{
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->pending);
  g_ptr_array_unref (self->steps);
}
