/* SPDX-License-Identifier: MIT */
#include "ui/form-body.h"

#define WORDS_WIDTH 60 /* characters */

struct DkFormBody {
  GtkContainer *box;
  void (*made) (GtkWidget *widget, gpointer data);
  gpointer data;
  DkForm *form;
  DkFormParts *parts;
  GtkWidget *top; /* blanks that grow where the page cannot be scrolled */
  GtkWidget *bottom;
  gboolean is_editable;
};

/* Words that tell of other answers. */
static void
show_words (const DkFormPart *part, DkFormState *state)
{
  const DkField *field = part->field;
  g_autofree char *label = field->label_words != NULL
                               ? dk_form_state_text (state, field->label_words, part->row)
                               : g_strdup (field->label);
  g_autofree char *hint = field->hint_words != NULL
                              ? dk_form_state_text (state, field->hint_words, part->row)
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
show_part (const DkFormPart *part, DkFormState *state)
{
  const char *name = part->field->name;
  DkFormField *field = dk_form_part_field (part);

  if (part->field->label_words != NULL || part->field->hint_words != NULL)
    show_words (part, state);

  gtk_widget_set_visible (part->widget, dk_form_state_is_relevant (state, name, part->row));
  if (field == NULL)
    return;
  dk_form_field_set_needed (field, dk_form_state_is_required (state, name, part->row));
  dk_form_field_set_value (field, (json_t *) dk_form_state_get (state, name, part->row));
}

static void
show_choices (const DkFormPart *part, DkFormState *state)
{
  g_autoptr (GPtrArray) choices = dk_form_state_choices (state, part->field->name, part->row);

  if (dk_form_part_field (part) != NULL)
    dk_form_field_set_choices (dk_form_part_field (part), choices);
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
new_part (DkFormBody *self, const DkField *field, int row)
{
  GtkWidget *widget;

  if (field->type == DK_FIELD_GROUP_BEGIN || field->type == DK_FIELD_NOTE)
    return new_words (field->label, field->type == DK_FIELD_NOTE ? "note" : "section");
  if (field->type == DK_FIELD_REPEAT_BEGIN)
    widget = dk_form_rows_new (field);
  else
    widget = dk_form_field_new (self->form, field, row);
  self->made (widget, self->data);
  return widget;
}

/* state NULL: nothing is known of it yet. */
static void
add_part (DkFormBody *self, GtkContainer *box, const DkField *field, int row, DkFormState *state)
{
  GtkWidget *widget;
  const DkFormPart *part;

  if (!dk_form_part_is_shown (field))
    return;
  widget = new_part (self, field, row);
  gtk_container_add (box, widget);
  dk_form_parts_add (self->parts, field, row, widget);
  part = dk_form_parts_find (self->parts, field, row);
  if (dk_form_part_field (part) != NULL)
    dk_form_field_set_editable (dk_form_part_field (part), self->is_editable);
  if (state == NULL)
    return;
  if (field->choices != NULL)
    show_choices (part, state);
  show_part (part, state);
}

static void
fill_rows (DkFormBody *self, DkFormRows *rows, const DkField *repeat, DkFormState *state)
{
  guint count = dk_form_state_row_count (state, repeat->name);
  gboolean one_line = dk_form_part_fits_one_line (self->form, repeat);

  dk_form_parts_remove_rows (self->parts, repeat);
  dk_form_rows_clear (rows);
  for (guint row = 0; row < count; row++) {
    GtkWidget *box = dk_form_rows_append (rows, one_line);
    for (guint i = repeat->index + 1; i < dk_form_field_count (self->form); i++) {
      const DkField *field = dk_form_field (self->form, i);
      if (field->type == DK_FIELD_REPEAT_END)
        break;
      add_part (self, GTK_CONTAINER (box), field, (int) row, state);
    }
  }
  dk_form_rows_set_editable (rows, self->is_editable);
  dk_form_parts_sort (self->parts);
}

void
dk_form_body_show_changes (DkFormBody *self, DkFormState *state, DkFormField *current)
{
  g_autoptr (GArray) changes = dk_form_state_take_changes (state);
  DkFormPlace place;

  if (changes->len == 0)
    return;
  dk_form_body_hold (self, &place);
  for (guint i = 0; i < changes->len; i++) {
    const DkFormChange *change = &g_array_index (changes, DkFormChange, i);
    const DkFormPart *part = dk_form_parts_find (self->parts, change->field, change->row);
    if (part == NULL)
      continue;
    if ((change->what & DK_FORM_CHANGED_ROWS) != 0 && DK_IS_FORM_ROWS (part->widget))
      fill_rows (self, DK_FORM_ROWS (part->widget), part->field, state);
    if ((change->what & DK_FORM_CHANGED_CHOICES) != 0)
      show_choices (part, state);
    if (part->widget != GTK_WIDGET (current))
      show_part (part, state);
    else
      gtk_widget_set_visible (part->widget, dk_form_state_is_relevant (state, part->field->name,
                                                                       part->row));
  }
  dk_form_body_release (self, &place);
}

/* TRUE if the state holds another value than a field that can be typed into shows. */
static gboolean
differs (const DkFormPart *part, DkFormState *state)
{
  g_autoptr (json_t) shown = dk_form_field_get_value (dk_form_part_field (part));
  const json_t *now = dk_form_state_get (state, part->field->name, part->row);

  return !json_equal (shown, now != NULL ? now : json_null ())
         && dk_form_part_can_be_typed (part);
}

DkFormField *
dk_form_body_show_all (DkFormBody *self, DkFormState *state)
{
  DkFormField *first = NULL;
  DkFormPlace place;

  dk_form_body_hold (self, &place);
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    DkFormField *field = dk_form_part_field (part);
    if (DK_IS_FORM_ROWS (part->widget)
        && dk_form_rows_count (DK_FORM_ROWS (part->widget))
               != dk_form_state_row_count (state, part->field->name))
      fill_rows (self, DK_FORM_ROWS (part->widget), part->field, state);
    if (field != NULL && first == NULL && differs (part, state))
      first = field;
    if (part->field->choices != NULL)
      show_choices (part, state);
    show_part (part, state);
  }
  dk_form_body_release (self, &place);
  return first;
}

void
dk_form_body_hold (DkFormBody *self, DkFormPlace *place)
{
  dk_form_place_hold (place, GTK_WIDGET (self->box));
}

void
dk_form_body_release (DkFormBody *self, DkFormPlace *place)
{
  dk_form_place_return (place, self->top, self->bottom);
}

gboolean
dk_form_body_focus_row (DkFormBody *self, const DkField *repeat, int row)
{
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    if (part->row == row && part->field->repeat == repeat && dk_form_part_can_be_typed (part)) {
      gtk_container_check_resize (
          GTK_CONTAINER (gtk_widget_get_toplevel (GTK_WIDGET (self->box))));
      dk_form_field_focus (dk_form_part_field (part));
      return TRUE;
    }
  }
  return FALSE;
}

void
dk_form_body_focus_changed_row (DkFormBody *self, const json_t *before, const json_t *now)
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
    if (!dk_form_body_focus_row (self, part->field, (int) row))
      dk_form_rows_focus_add (DK_FORM_ROWS (part->widget));
    return;
  }
}

void
dk_form_body_focus_first (DkFormBody *self)
{
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    DkFormField *field = dk_form_part_field (part);
    gboolean is_filled = g_strcmp0 (part->field->name, "happened_at") == 0;
    if (field != NULL && gtk_widget_get_visible (part->widget) && !is_filled
        && (dk_form_field_is_editable (field) || !self->is_editable)) {
      dk_form_field_focus (field);
      return;
    }
  }
}

const DkFormParts *
dk_form_body_get_parts (const DkFormBody *self)
{
  return self->parts;
}

DkFormField *
dk_form_body_find (const DkFormBody *self, const char *name, int row)
{
  const DkField *field = self->form != NULL ? dk_form_find (self->form, name) : NULL;

  return field != NULL ? dk_form_part_field (dk_form_parts_find (self->parts, field, row)) : NULL;
}

const DkField *
dk_form_body_repeat_of (const DkFormBody *self, DkFormRows *rows)
{
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    if (part->widget == GTK_WIDGET (rows))
      return part->field;
  }
  g_assert_not_reached ();
}

void
dk_form_body_set_editable (DkFormBody *self, gboolean editable)
{
  self->is_editable = editable;
  for (guint i = 0; i < dk_form_parts_count (self->parts); i++) {
    const DkFormPart *part = dk_form_parts_get (self->parts, i);
    if (dk_form_part_field (part) != NULL)
      dk_form_field_set_editable (dk_form_part_field (part), editable);
    else if (DK_IS_FORM_ROWS (part->widget))
      dk_form_rows_set_editable (DK_FORM_ROWS (part->widget), editable);
  }
}

/* A blank takes no room until it has to. */
static GtkWidget *
add_blank (DkFormBody *self)
{
  GtkWidget *blank = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_container_add (self->box, blank);
  return blank;
}

void
dk_form_body_set_form (DkFormBody *self, DkForm *form)
{
  g_autoptr (GList) children = gtk_container_get_children (self->box);

  dk_form_parts_clear (self->parts);
  for (GList *l = children; l != NULL; l = l->next)
    gtk_widget_destroy (l->data);
  if (form != NULL)
    (void) dk_form_ref (form);
  dk_form_unref (self->form);
  self->form = form;
  if (form == NULL)
    return;
  self->top = add_blank (self);
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    if (field->repeat == NULL || field->repeat == field)
      add_part (self, self->box, field, DK_FORM_NO_ROW, NULL);
  }
  self->bottom = add_blank (self);
}

DkFormBody *
dk_form_body_new (GtkContainer *box, void (*made) (GtkWidget *widget, gpointer data),
                  gpointer data)
{
  DkFormBody *self = g_new0 (DkFormBody, 1);

  self->box = box;
  self->made = made;
  self->data = data;
  self->parts = dk_form_parts_new ();
  self->is_editable = TRUE;
  return self;
}

void
dk_form_body_free (DkFormBody *self)
{
  if (self == NULL)
    return;
  dk_form_unref (self->form);
  dk_form_parts_free (self->parts);
  g_free (self);
}
