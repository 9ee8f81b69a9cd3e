/* SPDX-License-Identifier: MIT */
#include "ui/document-view-private.h"

#include <glib/gi18n.h>

#define COLUMNS_MAX 8
#define COLUMN_GAP 18
#define ROOM_MIN 560
#define FIRST_BLOCKS 40 /* more than a screen: the others come when these are painted */
#define SLICE_US 8000

G_DEFINE_FINAL_TYPE (DkDocumentView, dk_document_view, GTK_TYPE_TEXT_VIEW)

static guint link_signal;

static GtkTextTag *
tag_of_span (DkDocumentView *self, const DkSpan *span)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextTag *tag = gtk_text_buffer_create_tag (buffer, NULL, "underline", PANGO_UNDERLINE_SINGLE,
                                                NULL);

  g_object_set_data_full (G_OBJECT (tag), "target", g_strdup (span->link), g_free);
  g_ptr_array_add (self->own_tags, tag);
  return tag;
}

void
dk_document_view_apply (DkDocumentView *self, GtkTextTag *tag, int from)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, from);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_apply_tag (buffer, tag, &start, &end);
}

static int
end_offset (DkDocumentView *self)
{
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), &end);
  return gtk_text_iter_get_offset (&end);
}

int
dk_document_view_append (DkDocumentView *self, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter end;
  int at;

  gtk_text_buffer_get_end_iter (buffer, &end);
  at = gtk_text_iter_get_offset (&end);
  gtk_text_buffer_insert (buffer, &end, text, -1);
  return at;
}

static void
append_span (DkDocumentView *self, const DkSpan *span)
{
  int from = dk_document_view_append (self, span->text);

  for (guint bit = 0; bit < G_N_ELEMENTS (self->styles); bit++)
    if ((span->style & (1u << bit)) != 0)
      dk_document_view_apply (self, self->styles[bit], from);
  if (span->link != NULL)
    dk_document_view_apply (self, tag_of_span (self, span), from);
}

static gboolean
is_row (const DkDocument *document, guint i)
{
  return i < document->blocks->len
         && ((const DkBlock *) document->blocks->pdata[i])->kind == DK_BLOCK_TABLE_ROW;
}

static char *
cell_words (const DkBlock *row, guint cell)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < row->spans->len; i++) {
    const DkSpan *span = &g_array_index (row->spans, DkSpan, i);
    if (span->cell == cell)
      g_string_append (text, span->text);
  }
  return g_string_free (text, FALSE);
}

/* Width in pixels that the widest cell of each column takes in bold. */
static void
measure_columns (DkDocumentView *self, const DkDocument *document, guint first,
                 int widths[COLUMNS_MAX])
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  PangoAttrList *bold = pango_attr_list_new ();

  pango_attr_list_insert (bold, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, bold);
  pango_attr_list_unref (bold);
  for (guint column = 0; column < COLUMNS_MAX; column++) {
    widths[column] = 0;
    for (guint i = first; is_row (document, i); i++) {
      g_autofree char *words = cell_words (document->blocks->pdata[i], column);
      int width;
      pango_layout_set_text (layout, words, -1);
      pango_layout_get_pixel_size (layout, &width, NULL);
      widths[column] = MAX (widths[column], width);
    }
  }
}

/* A tag with tab stops for these columns; NULL if they do not fit side by side. */
static GtkTextTag *
tag_of_table (DkDocumentView *self, const int widths[COLUMNS_MAX])
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  int room = MAX (gtk_widget_get_allocated_width (GTK_WIDGET (self)), ROOM_MIN)
             - 2 * DK_DOCUMENT_INDENT_PX;
  PangoTabArray *tabs = pango_tab_array_new (COLUMNS_MAX, TRUE);
  GtkTextTag *tag = NULL;
  int at = 0;

  for (guint i = 0; i < COLUMNS_MAX; i++) {
    at += widths[i] + (widths[i] > 0 ? COLUMN_GAP : 0);
    pango_tab_array_set_tab (tabs, (int) i, PANGO_TAB_LEFT, at);
  }
  if (at <= room)
    tag = gtk_text_buffer_create_tag (buffer, NULL, "tabs", tabs, "pixels-below-lines", 3, NULL);
  if (tag != NULL)
    g_ptr_array_add (self->own_tags, tag);
  pango_tab_array_free (tabs);
  return tag;
}

void
dk_document_view_append_spans (DkDocumentView *self, const DkBlock *block)
{
  guint cell = 0;

  for (guint i = 0; i < block->spans->len; i++) {
    const DkSpan *span = &g_array_index (block->spans, DkSpan, i);
    for (; cell < span->cell; cell++)
      (void) dk_document_view_append (self, "\t");
    append_span (self, span);
  }
}

static void
append_block (DkDocumentView *self, const DkBlock *block)
{
  g_autofree char *marker = NULL;
  int from = end_offset (self);
  guint level = MIN (block->level, DK_DOCUMENT_LEVELS_MAX);

  if (block->kind == DK_BLOCK_ITEM)
    marker = g_strdup_printf ("%s  ", block->marker != NULL ? block->marker : "•");
  else if (block->kind == DK_BLOCK_TASK)
    marker = g_strdup (block->checked ? "☑  " : "☐  ");
  else if (block->kind == DK_BLOCK_RULE)
    marker = g_strdup ("────────────────");
  if (marker != NULL)
    (void) dk_document_view_append (self, marker);
  dk_document_view_append_spans (self, block);
  (void) dk_document_view_append (self, "\n");
  switch (block->kind) {
  case DK_BLOCK_HEADING:
    dk_document_view_apply (self, self->headings[CLAMP (block->level, 1, 6) - 1], from);
    break;
  case DK_BLOCK_QUOTE:
    dk_document_view_apply (self, self->quote, from);
    break;
  case DK_BLOCK_CODE:
    dk_document_view_apply (self, self->code, from);
    break;
  case DK_BLOCK_TABLE_ROW:
    if (block->level == 0)
      dk_document_view_apply (self, self->table_head, from);
    break;
  default:
    dk_document_view_apply (self, self->paragraph, from);
    if (level > 0)
      dk_document_view_apply (self, self->levels[level], from);
  }
}

/* The cells of a row below each other, each after the words of its head. */
static void
append_stacked_row (DkDocumentView *self, const DkBlock *head, const DkBlock *row)
{
  guint cell = G_MAXUINT;
  int from = end_offset (self);

  for (guint i = 0; i < row->spans->len; i++) {
    const DkSpan *span = &g_array_index (row->spans, DkSpan, i);
    if (span->cell != cell) {
      g_autofree char *words = cell_words (head, span->cell);
      g_autofree char *title
          = g_strdup_printf ("%s%s: ", cell == G_MAXUINT ? "" : "\342\200\250", words);
      cell = span->cell;
      dk_document_view_apply (self, self->table_head, dk_document_view_append (self, title));
    }
    append_span (self, span);
  }
  (void) dk_document_view_append (self, "\n");
  dk_document_view_apply (self, self->paragraph, from);
}

/* Appends the rows from first on; the index behind the last one. */
static guint
append_table (DkDocumentView *self, const DkDocument *document, guint first)
{
  const DkBlock *head = document->blocks->pdata[first];
  int widths[COLUMNS_MAX];
  GtkTextTag *tag;
  guint i = first;

  measure_columns (self, document, first, widths);
  tag = tag_of_table (self, widths);
  for (; is_row (document, i); i++) {
    const DkBlock *row = document->blocks->pdata[i];
    int from = end_offset (self);
    if (tag == NULL && row->level > 0) {
      append_stacked_row (self, head, row);
    } else if (tag != NULL) {
      append_block (self, row);
      dk_document_view_apply (self, tag, from);
    }
  }
  return i;
}

static void
open_link_at (DkDocumentView *self, GtkTextIter *iter)
{
  GSList *tags = gtk_text_iter_get_tags (iter);

  if (self->current != NULL && gtk_text_iter_has_tag (iter, self->box))
    g_signal_emit_by_name (self, "step-toggled", self->current->id);

  for (GSList *l = tags; l != NULL; l = l->next) {
    const char *target = g_object_get_data (l->data, "target");
    if (target != NULL) {
      g_signal_emit (self, link_signal, 0, target);
      break;
    }
  }
  g_slist_free (tags);
}

static gboolean
dk_document_view_button_release (GtkWidget *widget, GdkEventButton *event)
{
  gboolean stop = GTK_WIDGET_CLASS (dk_document_view_parent_class)
                      ->button_release_event (widget, event);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget));
  GtkTextIter iter;
  int x;
  int y;

  if (event->button != GDK_BUTTON_PRIMARY || gtk_text_buffer_get_has_selection (buffer))
    return stop;
  gtk_text_view_window_to_buffer_coords (GTK_TEXT_VIEW (widget), GTK_TEXT_WINDOW_WIDGET,
                                         (int) event->x, (int) event->y, &x, &y);
  if (gtk_text_view_get_iter_at_location (GTK_TEXT_VIEW (widget), &iter, x, y))
    open_link_at (DK_DOCUMENT_VIEW (widget), &iter);
  return stop;
}

static gboolean
dk_document_view_key_press (GtkWidget *widget, GdkEventKey *event)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget));
  GtkTextIter iter;

  if (event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter) {
    gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
    open_link_at (DK_DOCUMENT_VIEW (widget), &iter);
    return GDK_EVENT_STOP;
  }
  if (dk_document_steps_key (DK_DOCUMENT_VIEW (widget), event))
    return GDK_EVENT_STOP;
  return GTK_WIDGET_CLASS (dk_document_view_parent_class)->key_press_event (widget, event);
}

static void dk_document_view_finalize (GObject *object);

static void
dk_document_view_class_init (DkDocumentViewClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_document_view_finalize;
  GTK_WIDGET_CLASS (class)->button_release_event = dk_document_view_button_release;
  GTK_WIDGET_CLASS (class)->key_press_event = dk_document_view_key_press;
  link_signal = g_signal_new ("link-opened", DK_TYPE_DOCUMENT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                              NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  (void) g_signal_new ("step-picked", DK_TYPE_DOCUMENT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, 1, G_TYPE_STRING);
  (void) g_signal_new ("step-toggled", DK_TYPE_DOCUMENT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                       NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
dk_document_view_finalize (GObject *object)
{
  DkDocumentView *self = DK_DOCUMENT_VIEW (object);

  g_clear_handle_id (&self->rest_source, g_source_remove);
  dk_document_free (self->rest);
  dk_document_steps_finalize (self);
  g_ptr_array_unref (self->own_tags);
  G_OBJECT_CLASS (dk_document_view_parent_class)->finalize (object);
}

static void
make_tags (DkDocumentView *self)
{
  static const double scales[] = { 1.5, 1.3, 1.15, 1.0, 1.0, 1.0 };
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));

  self->paragraph = gtk_text_buffer_create_tag (buffer, NULL, "pixels-below-lines", 6, NULL);
  for (guint i = 0; i <= DK_DOCUMENT_LEVELS_MAX; i++)
    self->levels[i] = gtk_text_buffer_create_tag (
        buffer, NULL, "left-margin", 12 + (int) i * DK_DOCUMENT_INDENT_PX, "indent",
        -DK_DOCUMENT_INDENT_PX, "pixels-below-lines", 4, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (self->headings); i++)
    self->headings[i] = gtk_text_buffer_create_tag (
        buffer, NULL, "weight", PANGO_WEIGHT_BOLD, "scale", scales[i], "pixels-above-lines",
        i == 0 ? 0 : 14, "pixels-below-lines", 6, NULL);
  self->styles[0] = gtk_text_buffer_create_tag (buffer, NULL, "weight", PANGO_WEIGHT_BOLD, NULL);
  self->styles[1] = gtk_text_buffer_create_tag (buffer, NULL, "style", PANGO_STYLE_ITALIC, NULL);
  self->styles[2] = gtk_text_buffer_create_tag (buffer, NULL, "family", "monospace", NULL);
  self->styles[3] = gtk_text_buffer_create_tag (buffer, NULL, "strikethrough", TRUE, NULL);
  self->quote = gtk_text_buffer_create_tag (buffer, NULL, "left-margin", 36, "style",
                                            PANGO_STYLE_ITALIC, "pixels-below-lines", 6, NULL);
  self->code = gtk_text_buffer_create_tag (buffer, NULL, "family", "monospace", "left-margin", 36,
                                           "pixels-below-lines", 6, NULL);
  self->table_head = gtk_text_buffer_create_tag (buffer, NULL, "weight", PANGO_WEIGHT_BOLD, NULL);
}

static void
dk_document_view_init (DkDocumentView *self)
{
  gtk_text_view_set_editable (GTK_TEXT_VIEW (self), FALSE);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (self), FALSE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (self), 12);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (self), 12);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (self), 12);
  self->own_tags = g_ptr_array_new ();
  make_tags (self);
  dk_document_steps_init (self);
}

static void
append_one (DkDocumentView *self, const DkBlock *block)
{
  if (self->is_run && block->kind == DK_BLOCK_TASK && block->id != NULL)
    dk_document_steps_append (self, block);
  else
    append_block (self, block);
}

static void
clear (DkDocumentView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextTagTable *table = gtk_text_buffer_get_tag_table (buffer);

  g_clear_handle_id (&self->rest_source, g_source_remove);
  g_clear_pointer (&self->rest, dk_document_free);
  dk_document_steps_clear (self);
  gtk_text_buffer_set_text (buffer, "", 0);
  for (guint i = 0; i < self->own_tags->len; i++)
    gtk_text_tag_table_remove (table, self->own_tags->pdata[i]);
  g_ptr_array_set_size (self->own_tags, 0);
}

/* Writes blocks from first on until end_us (0 = all), at least a screen of them; the index behind
 * the last one. */
static guint
write_blocks (DkDocumentView *self, const DkDocument *document, guint first, gint64 end_us)
{
  guint i = first;

  self->filling = TRUE;
  while (i < document->blocks->len) {
    if (end_us != 0 && i >= FIRST_BLOCKS && g_get_monotonic_time () > end_us)
      break;
    if (is_row (document, i)) {
      i = append_table (self, document, i);
    } else {
      append_one (self, document->blocks->pdata[i]);
      i++;
    }
  }
  self->filling = FALSE;
  return i;
}

static void
go_to_start (DkDocumentView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter start;

  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_place_cursor (buffer, &start);
  gtk_text_view_scroll_to_iter (GTK_TEXT_VIEW (self), &start, 0, TRUE, 0, 0);
}

static void
end_rest (DkDocumentView *self)
{
  g_clear_handle_id (&self->rest_source, g_source_remove);
  g_clear_pointer (&self->rest, dk_document_free);
  g_hash_table_remove_all (self->pending);
}

static gboolean
write_more (gpointer data)
{
  DkDocumentView *self = data;

  self->next
      = write_blocks (self, self->rest, self->next, g_get_monotonic_time () + SLICE_US);
  if (self->next < self->rest->blocks->len)
    return G_SOURCE_CONTINUE;
  self->rest_source = 0;
  end_rest (self);
  return G_SOURCE_REMOVE;
}

/* Somebody asks for what may stand further down. */
void
dk_document_view_write_all (DkDocumentView *self)
{
  if (self->rest == NULL)
    return;
  (void) write_blocks (self, self->rest, self->next, 0);
  end_rest (self);
}

void
dk_document_view_show (DkDocumentView *self, const DkDocument *document)
{
  self->is_run = FALSE;
  clear (self);
  if (document != NULL)
    (void) write_blocks (self, document, 0, 0);
  go_to_start (self);
}

static void
take (DkDocumentView *self, DkDocument *document)
{
  clear (self);
  self->rest = document;
  self->next = write_blocks (self, document, 0, 1);
  go_to_start (self);
  if (self->next < document->blocks->len)
    self->rest_source = g_idle_add (write_more, self); /* below the priority of painting */
  else
    end_rest (self);
}

void
dk_document_view_take (DkDocumentView *self, DkDocument *document)
{
  self->is_run = FALSE;
  take (self, document);
}

void
dk_document_view_take_run (DkDocumentView *self, DkDocument *document)
{
  self->is_run = TRUE;
  take (self, document);
}

