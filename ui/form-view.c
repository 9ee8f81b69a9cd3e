/* SPDX-License-Identifier: MIT */
#include "ui/form-view.h"

#include <glib/gi18n.h>

#include "app/form/capture-check.h"
#include "ui/form-body.h"
#include "ui/form-focus.h"
#include "ui/form-history.h"
#include "ui/form-marks.h"
#include "ui/form-pulls.h"

struct _DkFormView {
  GtkBox parent_instance;
  DkForm *form;
  DkFormState *state; /* NULL until answers are set */
  DkFormWorld world;
  char *operator_name;
  GPtrArray *patterns;
  DkFormPulls *pulls;
  DkFormBody *body;
  DkFormFocus *focus; /* NULL once it is disposed of */
  DkFormHistory *history;
  json_t *before;     /* the draft as it was set */
  gboolean untouched; /* a new form that nobody typed into */
  gboolean editable;
};

G_DEFINE_FINAL_TYPE (DkFormView, dk_form_view, GTK_TYPE_BOX)

enum { EDITED, LOOKED_UP, ROW_REMOVED, ROWS_FULL, ATTACHED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
show_changes (DkFormView *self)
{
  dk_form_body_show_changes (self->body, self->state, dk_form_focus_get (self->focus));
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
    (void) dk_form_body_show_all (self->body, self->state);
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

  dk_form_marks_warn (dk_form_body_get_parts (self->body), warnings);
}

/* The field was left: what is wrong with it stands beside it now. */
static void
check_left (DkFormField *left, gpointer data)
{
  DkFormView *self = data;
  const char *name = dk_form_field_get_field (left)->name;
  int row = dk_form_field_get_row (left);
  g_autofree char *problem = NULL;
  DkFormPlace place;

  if (self->state == NULL)
    return;
  problem = dk_form_state_is_relevant (self->state, name, row)
                ? dk_form_state_problem (self->state, name, row)
                : NULL;
  dk_form_body_hold (self->body, &place);
  dk_form_field_set_problem (left, problem);
  show_warnings (self);
  dk_form_body_release (self->body, &place);
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
  dk_form_focus_changed (self->focus);
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
  const DkField *repeat = dk_form_body_repeat_of (self->body, rows);
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
  (void) dk_form_body_focus_row (self->body, repeat, row);
  g_signal_emit (self, signals[EDITED], 0);
}

static void
on_remove_row (DkFormRows *rows, int row, DkFormView *self)
{
  const DkField *repeat = dk_form_body_repeat_of (self->body, rows);
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
    (void) dk_form_body_focus_row (self->body, repeat, MIN (row, last));
  words = g_strdup_printf (_ ("%s %d was removed. Ctrl+Z brings it back."), repeat->label,
                           row + 1);
  g_signal_emit (self, signals[EDITED], 0);
  g_signal_emit (self, signals[ROW_REMOVED], 0, words);
}

static void
listen (GtkWidget *widget, gpointer data)
{
  DkFormView *self = data;

  if (DK_IS_FORM_ROWS (widget)) {
    g_signal_connect (widget, "add-row", G_CALLBACK (on_add_row), self);
    g_signal_connect (widget, "remove-row", G_CALLBACK (on_remove_row), self);
    return;
  }
  g_signal_connect (widget, "edited", G_CALLBACK (on_edited), self);
  g_signal_connect (widget, "looked-up", G_CALLBACK (on_looked_up), self);
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
  first = dk_form_body_show_all (self->body, self->state);
  if (first != NULL) {
    dk_form_field_set_problem (first, NULL);
    dk_form_field_focus (first);
    dk_form_focus_changed (self->focus);
  } else {
    dk_form_body_focus_changed_row (self->body, before, answers);
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

static void
dk_form_view_dispose (GObject *object)
{
  DkFormView *self = DK_FORM_VIEW (object);

  g_clear_pointer (&self->focus, dk_form_focus_free);
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
  dk_form_body_free (self->body);
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
  self->body = dk_form_body_new (GTK_CONTAINER (self), listen, self);
  self->focus = dk_form_focus_new (GTK_WIDGET (self), check_left, self);
  self->history = dk_form_history_new ();
  self->before = json_object ();
  self->editable = TRUE;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "form");
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

void
dk_form_view_set_form (DkFormView *self, DkForm *form)
{
  dk_form_focus_clear (self->focus);
  dk_form_history_clear (self->history);
  g_clear_pointer (&self->state, dk_form_state_free);
  g_clear_pointer (&self->pulls, dk_form_pulls_free);
  dk_form_body_set_form (self->body, form);
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
  (void) dk_form_body_show_all (self->body, self->state);
  dk_form_marks_clear (dk_form_body_get_parts (self->body));
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

json_t *
dk_form_view_count_from (DkFormView *self, json_t *draft)
{
  json_t *before = self->before;

  self->before = draft != NULL ? draft : dk_form_view_get_draft (self);
  return before;
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
  DkFormField *field = dk_form_body_find (self->body, name, DK_FORM_NO_ROW);

  return field != NULL && dk_form_field_fill (field, text);
}

char *
dk_form_view_check (DkFormView *self)
{
  g_autoptr (GPtrArray) problems
      = self->state != NULL ? dk_form_state_check (self->state) : g_ptr_array_new ();
  g_autoptr (GPtrArray) placeless = g_ptr_array_new ();
  DkFormField *first;

  dk_form_marks_clear (dk_form_body_get_parts (self->body));
  first = dk_form_marks_show (dk_form_body_get_parts (self->body), self->form, problems, placeless);
  if (first != NULL)
    dk_form_field_focus (first);
  return problems->len > 0 ? dk_form_problems_text (self->form, placeless) : NULL;
}

void
dk_form_view_show_problem (DkFormView *self, const char *name, const char *words)
{
  DkFormField *field = dk_form_body_find (self->body, name, DK_FORM_NO_ROW);

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
  dk_form_body_set_editable (self->body, editable);
}

void
dk_form_view_focus (DkFormView *self)
{
  dk_form_body_focus_first (self->body);
}
