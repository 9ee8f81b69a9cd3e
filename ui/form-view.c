/* SPDX-License-Identifier: MIT */
#include "ui/form-view.h"

#include "ui/form-field.h"

#define SEEN_ABOVE 36
#define SEEN_BELOW 48

struct _DkFormView {
  GtkBox parent_instance;
  DkForm *form;
  GPtrArray *fields; /* of DkFormField, borrowed from the container */
  json_t *answers;   /* as they were set */
};

G_DEFINE_FINAL_TYPE (DkFormView, dk_form_view, GTK_TYPE_BOX)

enum { EDITED, LOOKED_UP, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_edited (DkFormField *field, DkFormView *self)
{
  dk_form_field_set_problem (field, NULL);
  g_signal_emit (self, signals[EDITED], 0);
}

static void
on_looked_up (DkFormField *field, const char *kind, const char *id, DkFormView *self)
{
  g_signal_emit (self, signals[LOOKED_UP], 0, kind, id);
}

static void
add_words (DkFormView *self, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), class);
  gtk_widget_show (label);
  gtk_container_add (GTK_CONTAINER (self), label);
}

/* Signature lines and blank tables of the paper have no place on the screen: the log stands for
 * them. */
static gboolean
belongs_to_paper (const DkField *field)
{
  return field->type == DK_FIELD_NOTE
         && (field->paper == DK_PAPER_SIGNATURE || field->paper == DK_PAPER_TABLE);
}

static void
add_field (DkFormView *self, const DkField *field)
{
  GtkWidget *widget;

  if (field->type == DK_FIELD_GROUP_END || belongs_to_paper (field))
    return;
  if (field->type == DK_FIELD_GROUP_BEGIN || field->type == DK_FIELD_NOTE) {
    add_words (self, field->label, field->type == DK_FIELD_NOTE ? "note" : "section");
    return;
  }
  widget = dk_form_field_new (self->form, field);
  g_signal_connect (widget, "edited", G_CALLBACK (on_edited), self);
  g_signal_connect (widget, "looked-up", G_CALLBACK (on_looked_up), self);
  g_ptr_array_add (self->fields, widget);
  gtk_container_add (GTK_CONTAINER (self), widget);
}

/* The whole field with its label and its problem is scrolled into sight, not the input alone. */
static void
dk_form_view_set_focus_child (GtkContainer *container, GtkWidget *child)
{
  GtkWidget *scroller
      = gtk_widget_get_ancestor (GTK_WIDGET (container), GTK_TYPE_SCROLLED_WINDOW);
  GtkAllocation place;

  GTK_CONTAINER_CLASS (dk_form_view_parent_class)->set_focus_child (container, child);
  if (child == NULL || scroller == NULL)
    return;
  gtk_widget_get_allocation (child, &place);
  gtk_adjustment_clamp_page (
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller)), place.y - SEEN_ABOVE,
      place.y + place.height + SEEN_BELOW);
}

static void
dk_form_view_finalize (GObject *object)
{
  DkFormView *self = DK_FORM_VIEW (object);

  dk_form_unref (self->form);
  json_decref (self->answers);
  g_ptr_array_unref (self->fields);
  G_OBJECT_CLASS (dk_form_view_parent_class)->finalize (object);
}

static void
dk_form_view_class_init (DkFormViewClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_form_view_finalize;
  GTK_CONTAINER_CLASS (class)->set_focus_child = dk_form_view_set_focus_child;
  signals[EDITED] = g_signal_new ("edited", DK_TYPE_FORM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  signals[LOOKED_UP] = g_signal_new ("looked-up", DK_TYPE_FORM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
dk_form_view_init (DkFormView *self)
{
  self->fields = g_ptr_array_new ();
  self->answers = json_object ();
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "form");
}

void
dk_form_view_set_form (DkFormView *self, DkForm *form)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (self));

  g_ptr_array_set_size (self->fields, 0);
  for (GList *l = children; l != NULL; l = l->next)
    gtk_widget_destroy (l->data);
  dk_form_unref (self->form);
  self->form = form != NULL ? dk_form_ref (form) : NULL;
  json_decref (self->answers);
  self->answers = json_object ();
  for (guint i = 0; form != NULL && i < dk_form_field_count (form); i++)
    add_field (self, dk_form_field (form, i));
}

DkForm *
dk_form_view_get_form (DkFormView *self)
{
  return self->form;
}

void
dk_form_view_set_answers (DkFormView *self, const json_t *answers)
{
  json_decref (self->answers);
  self->answers = answers != NULL ? json_deep_copy (answers) : json_object ();
  for (guint i = 0; i < self->fields->len; i++) {
    DkFormField *field = self->fields->pdata[i];
    dk_form_field_set_value (field,
                             json_object_get (self->answers, dk_form_field_get_name (field)));
    dk_form_field_set_problem (field, NULL);
  }
}

json_t *
dk_form_view_get_answers (DkFormView *self)
{
  json_t *answers = json_object ();

  for (guint i = 0; i < self->fields->len; i++) {
    g_autoptr (json_t) value = dk_form_field_get_value (self->fields->pdata[i]);
    if (!json_is_null (value))
      json_object_set (answers, dk_form_field_get_name (self->fields->pdata[i]), value);
  }
  return answers;
}

json_t *
dk_form_view_get_changes (DkFormView *self)
{
  json_t *changes = json_object ();

  for (guint i = 0; i < self->fields->len; i++) {
    const char *name = dk_form_field_get_name (self->fields->pdata[i]);
    g_autoptr (json_t) value = dk_form_field_get_value (self->fields->pdata[i]);
    const json_t *before = json_object_get (self->answers, name);
    gboolean was_empty = before == NULL || json_is_null (before);
    if (json_is_null (value) ? !was_empty : !json_equal (value, before))
      json_object_set (changes, name, value);
  }
  return changes;
}

gboolean
dk_form_view_fill (DkFormView *self, const char *name, const char *text)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (g_strcmp0 (dk_form_field_get_name (self->fields->pdata[i]), name) == 0)
      return dk_form_field_fill (self->fields->pdata[i], text);
  return FALSE;
}

void
dk_form_view_show_problems (DkFormView *self, const GPtrArray *problems)
{
  gboolean focused = FALSE;

  for (guint i = 0; i < self->fields->len; i++) {
    DkFormField *field = self->fields->pdata[i];
    const char *message = NULL;
    for (guint k = 0; k < problems->len; k++) {
      const DkFormProblem *problem = problems->pdata[k];
      if (g_strcmp0 (problem->field, dk_form_field_get_name (field)) == 0)
        message = problem->message;
    }
    dk_form_field_set_problem (field, message);
    if (message != NULL && !focused)
      dk_form_field_focus (field);
    focused = focused || message != NULL;
  }
}

void
dk_form_view_set_editable (DkFormView *self, gboolean editable)
{
  for (guint i = 0; i < self->fields->len; i++)
    dk_form_field_set_editable (self->fields->pdata[i], editable);
}

void
dk_form_view_focus (DkFormView *self)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (g_strcmp0 (dk_form_field_get_name (self->fields->pdata[i]), "happened_at") != 0) {
      dk_form_field_focus (self->fields->pdata[i]);
      return;
    }
}
