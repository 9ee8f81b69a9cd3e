/* SPDX-License-Identifier: MIT */
#include "ui/form-view.h"

#include <glib/gi18n.h>

#include "app/form/capture-check.h"
#include "ui/form-field.h"
#include "ui/form-history.h"
#include "ui/form-marks.h"
#include "ui/form-parts.h"
#include "ui/form-place.h"
#include "ui/form-pulls.h"
#include "ui/form-rows.h"

#define SEEN_ABOVE 36
#define SEEN_BELOW 48
#define WORDS_WIDTH 60 /* characters */

struct _DkFormView {
  GtkBox parent_instance;
  DkForm *form;
  DkFormState *state; /* NULL until answers are set */
  DkFormWorld world;
  char *operator_name;
  GPtrArray *patterns;
  DkFormPulls *pulls;
  DkFormParts *parts;
  DkFormHistory *history;
  json_t *before;        /* the draft as it was set */
  GtkWidget *top;        /* blanks that grow where the page cannot be scrolled */
  GtkWidget *bottom;
  GtkWidget *window;     /* that is listened to, weak */
  DkFormField *current;  /* has the focus, weak */
  gboolean untouched;    /* a new form that nobody typed into */
  gboolean left_changed; /* the current field was changed since it has the focus */
  gboolean editable;
};

G_DEFINE_FINAL_TYPE (DkFormView, dk_form_view, GTK_TYPE_BOX)

enum { EDITED, LOOKED_UP, ROW_REMOVED, ROWS_FULL, ATTACHED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void add_part (DkFormView *self, GtkWidget *box, const DkField *field, int row);

static DkFormField *
find_field (DkFormView *self, const char *name, int row)
{
  const DkField *field = self->form != NULL ? dk_form_find (self->form, name) : NULL;

  return field != NULL ? dk_form_part_field (dk_form_parts_find (self->parts, field, row)) : NULL;
}

/* Words that tell of other answers. */
static void
show_words (DkFormView *self, const DkFormPart *part)
{
  const DkField *field = part->field;
  g_autofree char *label
      = field->label_words != NULL
            ? dk_form_state_text (self->state, field->label_words, part->row)
            : g_strdup (field->label);
  g_autofree char *hint = field->hint_words != NULL
                              ? dk_form_state_text (self->state, field->hint_words, part->row)
                              : NULL;

  if (dk_form_part_field (part) != NULL)
    dk_form_field_set_words (dk_form_part_field (part), label, hint);
  else if (DK_IS_FORM_ROWS (part->widget))
    dk_form_rows_set_title (DK_FORM_ROWS (part->widget), label);
  else if (GTK_IS_LABEL (part->widget))
    gtk_label_set_text (GTK_LABEL (part->widget), label);
}

/* Shows what the state says of one part. */
static void
show_part (DkFormView *self, const DkFormPart *part)
{
  const char *name = part->field->name;
  DkFormField *field = dk_form_part_field (part);

  if (part->field->label_words != NULL || part->field->hint_words != NULL)
    show_words (self, part);

  gtk_widget_set_visible (part->widget, dk_form_state_is_relevant (self->state, name, part->row));
  if (field == NULL)
    return;
  dk_form_field_set_needed (field, dk_form_state_is_required (self->state, name, part->row));
  dk_form_field_set_value (field, (json_t *) dk_form_state_get (self->state, name, part->row));
}

static void
show_choices (DkFormView *self, const DkFormPart *part)
{
  g_autoptr (GPtrArray) choices
      = dk_form_state_choices (self->state, part->field->name, part->row);

  if (dk_form_part_field (part) != NULL)
    dk_form_field_set_choices (dk_form_part_field (part), choices);
}

static void
fill_rows (DkFormView *self, DkFormRows *rows, const DkField *repeat)
{
  guint count = dk_form_state_row_count (self->state, repeat->name);
  gboolean one_line = dk_form_part_fits_one_line (self->form, repeat);

  dk_form_parts_remove_rows (self->parts, repeat);
  dk_form_rows_clear (rows);
  for (guint row = 0; row < count; row++) {
    GtkWidget *box = dk_form_rows_append (rows, one_line);
    for (guint i = repeat->index + 1; i < dk_form_field_count (self->form); i++) {
      const DkField *field = dk_form_field (self->form, i);
      if (field->type == DK_FIELD_REPEAT_END)
        break;
      add_part (self, box, field, (int) row);
    }
  }
  dk_form_rows_set_editable (rows, self->editable);
  dk_form_parts_sort (self->parts);
}

/* What depends on a change is shown; the field with the focus stays where it is. */
static void
show_changes (DkFormView *self)
{
  g_autoptr (GArray) changes = dk_form_state_take_changes (self->state);
  DkFormPlace place;

  if (changes->len == 0)
    return;
  dk_form_place_hold (&place, GTK_WIDGET (self));
  for (guint i = 0; i < changes->len; i++) {
    const DkFormChange *change = &g_array_index (changes, DkFormChange, i);
    const DkFormPart *part = dk_form_parts_find (self->parts, change->field, change->row);
    if (part == NULL)
      continue;
    if ((change->what & DK_FORM_CHANGED_ROWS) != 0 && DK_IS_FORM_ROWS (part->widget))
      fill_rows (self, DK_FORM_ROWS (part->widget), part->field);
    if ((change->what & DK_FORM_CHANGED_CHOICES) != 0)
      show_choices (self, part);
    if (part->widget != GTK_WIDGET (self->current))
      show_part (self, part);
    else
      gtk_widget_set_visible (part->widget, dk_form_state_is_relevant (
                                                self->state, part->field->name, part->row));
  }
  dk_form_place_return (&place, self->top, self->bottom);
}

/* Shows all of the state anew; the first field whose value is another one now, NULL if none is. */
static DkFormField *
show_all (DkFormView *self)
{
  DkFormField *first = NULL;
  DkFormPlace place;

  dk_form_place_hold (&place, GTK_WIDGET (self));
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    DkFormField *field = dk_form_part_field (part);
    if (DK_IS_FORM_ROWS (part->widget)
        && dk_form_rows_count (DK_FORM_ROWS (part->widget))
               != dk_form_state_row_count (self->state, part->field->name)) {
      fill_rows (self, DK_FORM_ROWS (part->widget), part->field);
      part = dk_form_parts_get (self->parts, i);
    }
    if (field != NULL && first == NULL) {
      g_autoptr (json_t) shown = dk_form_field_get_value (field);
      const json_t *now = dk_form_state_get (self->state, part->field->name, part->row);
      if (!json_equal (shown, now != NULL ? now : json_null ())
          && dk_form_part_can_be_typed (part))
        first = field;
    }
    if (part->field->choices != NULL)
      show_choices (self, part);
    show_part (self, part);
  }
  dk_form_place_return (&place, self->top, self->bottom);
  return first;
}

/* A table of the kit has answered: what was computed without it is computed again. */
static void
on_pulled (gpointer data)
{
  DkFormView *self = data;

  if (self->state == NULL)
    return;
  if (self->untouched) {
    dk_form_state_free (self->state);
    self->state = dk_form_state_new (self->form, NULL, &self->world);
    json_decref (self->before);
    self->before = dk_form_state_draft (self->state);
    (void) show_all (self);
    return;
  }
  dk_form_state_refresh (self->state);
  show_changes (self);
}

static void
show_warnings (DkFormView *self)
{
  g_autoptr (json_t) answers = dk_form_state_answers (self->state);
  g_autoptr (GPtrArray) warnings = dk_capture_warnings (self->form, answers, self->patterns);

  dk_form_marks_warn (self->parts, warnings);
}

/* The field was left: what is wrong with it stands beside it now. */
static void
check_left (DkFormView *self, DkFormField *left)
{
  const char *name = dk_form_field_get_field (left)->name;
  int row = dk_form_field_get_row (left);
  g_autofree char *problem = dk_form_state_is_relevant (self->state, name, row)
                                 ? dk_form_state_problem (self->state, name, row)
                                 : NULL;
  DkFormPlace place;

  dk_form_place_hold (&place, GTK_WIDGET (self));
  dk_form_field_set_problem (left, problem);
  show_warnings (self);
  dk_form_place_return (&place, self->top, self->bottom);
}

static void
set_current (DkFormView *self, DkFormField *field)
{
  if (self->current != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->current), (gpointer *) &self->current);
  self->current = field;
  if (field != NULL)
    g_object_add_weak_pointer (G_OBJECT (field), (gpointer *) &self->current);
  self->left_changed = FALSE;
}

/* The whole field with its label and its problem is scrolled into sight, not the input alone. */
static void
scroll_to (DkFormView *self, DkFormField *field)
{
  GtkWidget *scroller = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);
  int height = gtk_widget_get_allocated_height (GTK_WIDGET (field));
  int y;

  if (scroller == NULL
      || !gtk_widget_translate_coordinates (GTK_WIDGET (field), GTK_WIDGET (self), 0, 0, NULL,
                                            &y))
    return;
  gtk_adjustment_clamp_page (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller)),
                             y - SEEN_ABOVE, y + height + SEEN_BELOW);
}

static void
on_set_focus (GtkWindow *window, GtkWidget *focus, DkFormView *self)
{
  GtkWidget *now = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self))
                       ? gtk_widget_get_ancestor (focus, DK_TYPE_FORM_FIELD)
                       : NULL;
  DkFormField *left = self->current;
  gboolean changed = self->left_changed;

  if (now == GTK_WIDGET (left))
    return;
  set_current (self, now != NULL ? DK_FORM_FIELD (now) : NULL);
  if (left != NULL && changed && self->state != NULL)
    check_left (self, left);
  if (now != NULL)
    scroll_to (self, DK_FORM_FIELD (now));
}

/* Letters typed into one field are one step, everything else is one by itself. */
static void
note_step (DkFormView *self, DkFormField *field)
{
  gsize length = dk_form_field_get_length (field);
  guint key = 0;

  if (dk_form_field_takes_text (field))
    key = dk_form_part_key (dk_form_field_get_field (field), dk_form_field_get_row (field));
  if (dk_form_history_begins (self->history, key, length, g_get_monotonic_time ()))
    dk_form_history_add (self->history, dk_form_state_draft (self->state));
}

static void
on_edited (DkFormField *field, DkFormView *self)
{
  const char *name = dk_form_field_get_field (field)->name;
  int row = dk_form_field_get_row (field);
  g_autoptr (json_t) value = dk_form_field_get_value (field);
  const json_t *before = dk_form_state_get (self->state, name, row);

  if (json_equal (value, before != NULL ? before : json_null ()))
    return;
  note_step (self, field);
  self->untouched = FALSE;
  self->left_changed = TRUE;
  dk_form_state_set (self->state, name, row, value);
  dk_form_field_set_problem (field, NULL);
  show_changes (self);
  if (dk_form_field_get_bytes (field) != NULL)
    g_signal_emit (self, signals[ATTACHED], 0, dk_form_field_get_bytes (field));
  g_signal_emit (self, signals[EDITED], 0);
}

static void
on_looked_up (DkFormField *field, const char *kind, const char *id, DkFormView *self)
{
  on_edited (field, self);
  g_signal_emit (self, signals[LOOKED_UP], 0, kind, id);
}

static void
begin_row_step (DkFormView *self)
{
  (void) dk_form_history_begins (self->history, 0, 0, g_get_monotonic_time ());
  dk_form_history_add (self->history, dk_form_state_draft (self->state));
  self->untouched = FALSE;
}

/* The first field of a row that a person fills in gets the focus; FALSE if it has none. */
static gboolean
focus_row (DkFormView *self, const DkField *repeat, int row)
{
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    if (part->row == row && part->field->repeat == repeat && dk_form_part_can_be_typed (part)) {
      gtk_container_check_resize (
          GTK_CONTAINER (gtk_widget_get_toplevel (GTK_WIDGET (self))));
      dk_form_field_focus (dk_form_part_field (part));
      return TRUE;
    }
  }
  return FALSE;
}

static const DkField *
repeat_of (DkFormView *self, DkFormRows *rows)
{
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    if (part->widget == GTK_WIDGET (rows))
      return part->field;
  }
  g_assert_not_reached ();
}

static void
tell_rows_full (DkFormView *self, const DkField *repeat)
{
  g_autofree char *words = g_strdup_printf (
      _ ("%s: %u rows are the most in one ticket, so none was added. All that was typed is kept. "
         "Save this ticket and go on in a new one."),
      repeat->label, DK_FORM_ROWS_MAX);

  g_signal_emit (self, signals[ROWS_FULL], 0, words);
}

static void
on_add_row (DkFormRows *rows, DkFormView *self)
{
  const DkField *repeat = repeat_of (self, rows);
  int row;

  if (!self->editable)
    return;
  if (dk_form_state_row_count (self->state, repeat->name) >= DK_FORM_ROWS_MAX) {
    tell_rows_full (self, repeat);
    return;
  }
  begin_row_step (self);
  row = dk_form_state_add_row (self->state, repeat->name);
  show_changes (self);
  (void) focus_row (self, repeat, row);
  g_signal_emit (self, signals[EDITED], 0);
}

static void
on_remove_row (DkFormRows *rows, int row, DkFormView *self)
{
  const DkField *repeat = repeat_of (self, rows);
  g_autofree char *words = NULL;
  int last;

  if (!self->editable)
    return;
  begin_row_step (self);
  dk_form_rows_focus_add (rows);
  dk_form_state_remove_row (self->state, repeat->name, (guint) row);
  show_changes (self);
  last = (int) dk_form_state_row_count (self->state, repeat->name) - 1;
  if (last >= 0)
    (void) focus_row (self, repeat, MIN (row, last));
  words = g_strdup_printf (_ ("%s %d was removed. Ctrl+Z brings it back."), repeat->label,
                           row + 1);
  g_signal_emit (self, signals[EDITED], 0);
  g_signal_emit (self, signals[ROW_REMOVED], 0, words);
}

static GtkWidget *
new_words (const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), WORDS_WIDTH);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), class);
  return label;
}

static GtkWidget *
new_part (DkFormView *self, const DkField *field, int row)
{
  GtkWidget *widget;

  if (field->type == DK_FIELD_GROUP_BEGIN || field->type == DK_FIELD_NOTE)
    return new_words (field->label, field->type == DK_FIELD_NOTE ? "note" : "section");
  if (field->type == DK_FIELD_REPEAT_BEGIN) {
    widget = dk_form_rows_new (field);
    g_signal_connect (widget, "add-row", G_CALLBACK (on_add_row), self);
    g_signal_connect (widget, "remove-row", G_CALLBACK (on_remove_row), self);
    return widget;
  }
  widget = dk_form_field_new (self->form, field, row);
  g_signal_connect (widget, "edited", G_CALLBACK (on_edited), self);
  g_signal_connect (widget, "looked-up", G_CALLBACK (on_looked_up), self);
  return widget;
}

static void
add_part (DkFormView *self, GtkWidget *box, const DkField *field, int row)
{
  GtkWidget *widget;
  const DkFormPart *part;

  if (!dk_form_part_is_shown (field))
    return;
  widget = new_part (self, field, row);
  gtk_container_add (GTK_CONTAINER (box), widget);
  dk_form_parts_add (self->parts, field, row, widget);
  part = dk_form_parts_find (self->parts, field, row);
  if (dk_form_part_field (part) != NULL)
    dk_form_field_set_editable (dk_form_part_field (part), self->editable);
  if (self->state == NULL)
    return;
  if (field->choices != NULL)
    show_choices (self, part);
  show_part (self, part);
}

/* The first row of a repeat that is another one now gets the focus. */
static void
focus_changed_row (DkFormView *self, const json_t *before, const json_t *now)
{
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    const json_t *old = json_object_get (before, part->field->name);
    const json_t *new = json_object_get (now, part->field->name);
    gsize row = 0;
    if (!DK_IS_FORM_ROWS (part->widget) || json_array_size (old) == json_array_size (new))
      continue;
    while (row + 1 < json_array_size (new)
           && json_equal (json_array_get (old, row), json_array_get (new, row)))
      row++;
    if (!focus_row (self, part->field, (int) row))
      dk_form_rows_focus_add (DK_FORM_ROWS (part->widget));
    return;
  }
}

static gboolean
undo_or_redo (DkFormView *self, json_t *(*step) (DkFormHistory *history, json_t *now))
{
  g_autoptr (json_t) before = NULL;
  g_autoptr (json_t) answers = NULL;
  DkFormField *first;

  if (self->state == NULL || !self->editable)
    return FALSE;
  before = dk_form_state_draft (self->state);
  answers = step (self->history, json_incref (before));
  if (answers == NULL)
    return FALSE;
  dk_form_state_free (self->state);
  self->state = dk_form_state_new (self->form, answers, &self->world);
  first = show_all (self);
  if (first != NULL) {
    dk_form_field_set_problem (first, NULL);
    dk_form_field_focus (first);
    self->left_changed = TRUE;
  } else {
    focus_changed_row (self, before, answers);
  }
  g_signal_emit (self, signals[EDITED], 0);
  return TRUE;
}

gboolean
dk_form_view_undo (DkFormView *self)
{
  return undo_or_redo (self, dk_form_history_undo);
}

gboolean
dk_form_view_redo (DkFormView *self)
{
  return undo_or_redo (self, dk_form_history_redo);
}

gboolean
dk_form_view_can_undo (DkFormView *self)
{
  return self->editable && dk_form_history_can_undo (self->history);
}

gboolean
dk_form_view_can_redo (DkFormView *self)
{
  return self->editable && dk_form_history_can_redo (self->history);
}

static gboolean
on_window_key (GtkWidget *window, GdkEventKey *event, DkFormView *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  return focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self))
         && dk_form_rows_take_key (focus, event);
}

static void
stop_listening (DkFormView *self)
{
  if (self->window == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->window, self);
  g_object_remove_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  self->window = NULL;
}

static void
on_hierarchy_changed (GtkWidget *widget, GtkWidget *before, gpointer data)
{
  DkFormView *self = DK_FORM_VIEW (widget);
  GtkWidget *window = gtk_widget_get_toplevel (widget);

  stop_listening (self);
  if (!GTK_IS_WINDOW (window))
    return;
  self->window = window;
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &self->window);
  g_signal_connect_after (window, "set-focus", G_CALLBACK (on_set_focus), self);
  g_signal_connect (window, "key-press-event", G_CALLBACK (on_window_key), self);
}

static void
dk_form_view_dispose (GObject *object)
{
  DkFormView *self = DK_FORM_VIEW (object);

  stop_listening (self);
  set_current (self, NULL);
  g_clear_pointer (&self->pulls, dk_form_pulls_free);
  G_OBJECT_CLASS (dk_form_view_parent_class)->dispose (object);
}

static void
dk_form_view_finalize (GObject *object)
{
  DkFormView *self = DK_FORM_VIEW (object);

  dk_form_state_free (self->state);
  dk_form_unref (self->form);
  json_decref (self->before);
  dk_form_parts_free (self->parts);
  dk_form_history_free (self->history);
  g_clear_pointer (&self->patterns, g_ptr_array_unref);
  g_free (self->operator_name);
  G_OBJECT_CLASS (dk_form_view_parent_class)->finalize (object);
}

static void
dk_form_view_class_init (DkFormViewClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dk_form_view_dispose;
  G_OBJECT_CLASS (class)->finalize = dk_form_view_finalize;
  signals[EDITED] = g_signal_new ("edited", DK_TYPE_FORM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  signals[LOOKED_UP] = g_signal_new ("looked-up", DK_TYPE_FORM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[ROW_REMOVED] = g_signal_new ("row-removed", DK_TYPE_FORM_VIEW, G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[ROWS_FULL] = g_signal_new ("rows-full", DK_TYPE_FORM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[ATTACHED] = g_signal_new ("attached", DK_TYPE_FORM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BYTES);
}

static void
dk_form_view_init (DkFormView *self)
{
  self->parts = dk_form_parts_new ();
  self->history = dk_form_history_new ();
  self->before = json_object ();
  self->editable = TRUE;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "form");
  g_signal_connect (self, "hierarchy-changed", G_CALLBACK (on_hierarchy_changed), NULL);
}

void
dk_form_view_set_world (DkFormView *self, const char *operator_name, GPtrArray *patterns)
{
  char *name = g_strdup (operator_name);

  g_free (self->operator_name);
  self->operator_name = name;
  if (patterns != NULL)
    (void) g_ptr_array_ref (patterns);
  g_clear_pointer (&self->patterns, g_ptr_array_unref);
  self->patterns = patterns;
}

/* A blank takes no room until it has to. */
static GtkWidget *
add_blank (DkFormView *self)
{
  GtkWidget *blank = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_container_add (GTK_CONTAINER (self), blank);
  return blank;
}

static void
build (DkFormView *self)
{
  self->top = add_blank (self);
  for (guint i = 0; i < dk_form_field_count (self->form); i++) {
    const DkField *field = dk_form_field (self->form, i);
    if (field->repeat == NULL || field->repeat == field)
      add_part (self, GTK_WIDGET (self), field, DK_FORM_NO_ROW);
  }
  self->bottom = add_blank (self);
}

void
dk_form_view_set_form (DkFormView *self, DkForm *form)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (self));

  set_current (self, NULL);
  dk_form_parts_clear (self->parts);
  dk_form_history_clear (self->history);
  g_clear_pointer (&self->state, dk_form_state_free);
  g_clear_pointer (&self->pulls, dk_form_pulls_free);
  for (GList *l = children; l != NULL; l = l->next)
    gtk_widget_destroy (l->data);
  if (form != NULL)
    (void) dk_form_ref (form);
  dk_form_unref (self->form);
  self->form = form;
  json_decref (self->before);
  self->before = json_object ();
  if (form == NULL)
    return;
  self->pulls = dk_form_pulls_new (on_pulled, self);
  self->world = (DkFormWorld){ .operator_name = self->operator_name,
                               .pull = dk_form_pulls_get,
                               .data = self->pulls };
  build (self);
}

DkForm *
dk_form_view_get_form (DkFormView *self)
{
  return self->form;
}

void
dk_form_view_set_answers (DkFormView *self, const json_t *answers)
{
  if (self->form == NULL)
    return;
  dk_form_state_free (self->state);
  self->state = dk_form_state_new (self->form, answers, &self->world);
  self->untouched = answers == NULL;
  json_decref (self->before);
  self->before = dk_form_state_draft (self->state);
  dk_form_history_clear (self->history);
  (void) show_all (self);
  dk_form_marks_clear (self->parts);
  show_warnings (self);
}

json_t *
dk_form_view_get_answers (DkFormView *self)
{
  return self->state != NULL ? dk_form_state_answers (self->state) : json_object ();
}

json_t *
dk_form_view_get_draft (DkFormView *self)
{
  return self->state != NULL ? dk_form_state_draft (self->state) : json_object ();
}

json_t *
dk_form_view_get_changes (DkFormView *self)
{
  g_autoptr (json_t) draft = dk_form_view_get_draft (self);
  json_t *changes = json_object ();
  const char *name;
  json_t *value;

  json_object_foreach (draft, name, value)
    if (!json_equal (value, json_object_get (self->before, name)))
      json_object_set (changes, name, value);
  json_object_foreach (self->before, name, value)
    if (json_object_get (draft, name) == NULL && !json_is_null (value))
      json_object_set_new (changes, name, json_null ());
  return changes;
}

gboolean
dk_form_view_is_changed (DkFormView *self)
{
  g_autoptr (json_t) changes = dk_form_view_get_changes (self);

  return json_object_size (changes) > 0;
}

gboolean
dk_form_view_fill (DkFormView *self, const char *name, const char *text)
{
  DkFormField *field = find_field (self, name, DK_FORM_NO_ROW);

  return field != NULL && dk_form_field_fill (field, text);
}

char *
dk_form_view_check (DkFormView *self)
{
  g_autoptr (GPtrArray) problems
      = self->state != NULL ? dk_form_state_check (self->state) : g_ptr_array_new ();
  g_autoptr (GPtrArray) placeless = g_ptr_array_new ();
  DkFormField *first;

  dk_form_marks_clear (self->parts);
  first = dk_form_marks_show (self->parts, self->form, problems, placeless);
  if (first != NULL)
    dk_form_field_focus (first);
  return problems->len > 0 ? dk_form_problems_text (self->form, placeless) : NULL;
}

void
dk_form_view_show_problem (DkFormView *self, const char *name, const char *words)
{
  DkFormField *field = find_field (self, name, DK_FORM_NO_ROW);

  if (field == NULL)
    return;
  dk_form_field_set_problem (field, words);
  if (words != NULL)
    dk_form_field_focus (field);
}

void
dk_form_view_set_editable (DkFormView *self, gboolean editable)
{
  self->editable = editable;
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    if (dk_form_part_field (part) != NULL)
      dk_form_field_set_editable (dk_form_part_field (part), editable);
    else if (DK_IS_FORM_ROWS (part->widget))
      dk_form_rows_set_editable (DK_FORM_ROWS (part->widget), editable);
  }
}

void
dk_form_view_focus (DkFormView *self)
{
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    DkFormField *field = dk_form_part_field (part);
    gboolean is_filled = g_strcmp0 (part->field->name, "happened_at") == 0;
    if (field != NULL && gtk_widget_get_visible (part->widget) && !is_filled
        && (dk_form_field_is_editable (field) || !self->editable)) {
      dk_form_field_focus (field);
      return;
    }
  }
}
