/* SPDX-License-Identifier: MIT */
#include "ui/form-field.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/lookup.h"

#define BUTTONS_MAX 4u
#define LINES_HEIGHT 66

struct _DkFormField {
  GtkBox parent_instance;
  DkForm *form;
  const DkField *field;
  GtkWidget *input;   /* what has the focus first */
  GtkWidget *label;
  GtkWidget *problem;
  GPtrArray *buttons; /* of choices: GtkToggleButton with data "name"; borrowed */
  json_t *set_value;  /* what was shown last, and how, so that it comes back unchanged */
  char *set_text;
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (DkFormField, dk_form_field, GTK_TYPE_BOX)

enum { EDITED, LOOKED_UP, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
tell_edited (DkFormField *self)
{
  if (!self->setting)
    g_signal_emit (self, signals[EDITED], 0);
}

static void
on_looked_up (const char *kind, const char *id, gpointer data)
{
  g_signal_emit (data, signals[LOOKED_UP], 0, kind, id);
}

static void
add_class (GtkWidget *widget, const char *name)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (widget), name);
}

/* Screen readers follow the relation; the name is for those that do not. */
static void
name_input (DkFormField *self, GtkWidget *input)
{
  AtkObject *object = gtk_widget_get_accessible (input);

  gtk_label_set_mnemonic_widget (GTK_LABEL (self->label), input);
  atk_object_set_name (object, self->field->label);
  atk_object_add_relationship (object, ATK_RELATION_LABELLED_BY,
                               gtk_widget_get_accessible (self->label));
}

static void
make_entry (DkFormField *self)
{
  GtkWidget *entry = gtk_entry_new ();

  if (self->field->hint != NULL)
    gtk_entry_set_placeholder_text (GTK_ENTRY (entry), self->field->hint);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (tell_edited), self);
  if (self->field->type == DK_FIELD_LOOKUP)
    dk_lookup_attach (GTK_ENTRY (entry), self->field->lookup, on_looked_up, self);
  self->input = entry;
  gtk_container_add (GTK_CONTAINER (self), entry);
}

static void
make_text (DkFormField *self)
{
  GtkWidget *view = gtk_text_view_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 6);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scrolled), GTK_SHADOW_IN);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_size_request (scrolled, -1, LINES_HEIGHT);
  gtk_container_add (GTK_CONTAINER (scrolled), view);
  g_signal_connect_swapped (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "changed",
                            G_CALLBACK (tell_edited), self);
  self->input = view;
  gtk_container_add (GTK_CONTAINER (self), scrolled);
}

/* A button of a group stays pressed or is released; pressing one releases the others. */
static void
on_toggled (GtkToggleButton *button, DkFormField *self)
{
  if (self->setting)
    return;
  if (gtk_toggle_button_get_active (button) && self->field->type != DK_FIELD_SELECT_MULTIPLE) {
    self->setting = TRUE;
    for (guint i = 0; i < self->buttons->len; i++)
      if (self->buttons->pdata[i] != button)
        gtk_toggle_button_set_active (self->buttons->pdata[i], FALSE);
    self->setting = FALSE;
  }
  tell_edited (self);
}

static void
add_button (DkFormField *self, GtkWidget *box, const char *name, const char *label, gboolean check)
{
  GtkWidget *button
      = check ? gtk_check_button_new_with_label (label) : gtk_toggle_button_new_with_label (label);
  g_autofree char *spoken = g_strdup_printf ("%s: %s", self->field->label, label);

  g_object_set_data_full (G_OBJECT (button), "name", g_strdup (name), g_free);
  atk_object_set_name (gtk_widget_get_accessible (button), spoken);
  g_signal_connect (button, "toggled", G_CALLBACK (on_toggled), self);
  g_ptr_array_add (self->buttons, button);
  gtk_container_add (GTK_CONTAINER (box), button);
  if (self->input == NULL)
    self->input = button;
}

static void
make_boolean (DkFormField *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gboolean safety = g_strcmp0 (self->field->name, "safety") == 0;

  gtk_box_set_homogeneous (GTK_BOX (box), TRUE);
  if (self->field->type == DK_FIELD_ACKNOWLEDGE) {
    add_button (self, box, "yes", self->field->label, TRUE);
  } else {
    add_button (self, box, "no", safety ? _ ("No, nobody is at risk") : _ ("No"), FALSE);
    add_button (self, box, "yes", safety ? _ ("YES, a patient is at risk") : _ ("Yes"), FALSE);
  }
  if (safety) {
    add_class (self->buttons->pdata[0], "safety");
    add_class (self->buttons->pdata[1], "safety");
    add_class (self->buttons->pdata[1], "safety-yes");
  }
  gtk_container_add (GTK_CONTAINER (self), box);
}

static void
make_choice (DkFormField *self)
{
  GPtrArray *choices = self->field->choices;
  gboolean multiple = self->field->type == DK_FIELD_SELECT_MULTIPLE;
  GtkWidget *box;

  if (!multiple && choices->len > BUTTONS_MAX) {
    GtkWidget *combo = gtk_combo_box_text_new ();
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), "", _ ("(not given)"));
    for (guint i = 0; i < choices->len; i++) {
      const DkChoice *choice = choices->pdata[i];
      gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), choice->name, choice->label);
    }
    g_signal_connect_swapped (combo, "changed", G_CALLBACK (tell_edited), self);
    self->input = combo;
    gtk_container_add (GTK_CONTAINER (self), combo);
    return;
  }
  box = gtk_box_new (multiple ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_box_set_homogeneous (GTK_BOX (box), TRUE);
  for (guint i = 0; i < choices->len; i++) {
    const DkChoice *choice = choices->pdata[i];
    add_button (self, box, choice->name, choice->label, multiple);
  }
  gtk_container_add (GTK_CONTAINER (self), box);
}

static char *
read_text (DkFormField *self)
{
  GString *names;

  if (GTK_IS_ENTRY (self->input))
    return g_strdup (gtk_entry_get_text (GTK_ENTRY (self->input)));
  if (GTK_IS_COMBO_BOX (self->input))
    return g_strdup (gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->input)));
  if (GTK_IS_TEXT_VIEW (self->input)) {
    GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->input));
    GtkTextIter start;
    GtkTextIter end;
    gtk_text_buffer_get_bounds (buffer, &start, &end);
    return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  }
  names = g_string_new (NULL);
  for (guint i = 0; i < self->buttons->len; i++)
    if (gtk_toggle_button_get_active (self->buttons->pdata[i]))
      g_string_append_printf (names, "%s%s", names->len > 0 ? "," : "",
                              (const char *) g_object_get_data (self->buttons->pdata[i], "name"));
  return g_string_free (names, FALSE);
}

/* The name of the button that stands for a value. */
static gboolean
value_names (const json_t *value, const char *name)
{
  g_autofree char *number = NULL;

  if (json_is_boolean (value))
    return g_str_equal (name, json_is_true (value) ? "yes" : "no");
  if (json_is_integer (value)) {
    number = g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
    return g_str_equal (name, number);
  }
  if (json_is_array (value)) {
    for (gsize i = 0; i < json_array_size (value); i++)
      if (value_names (json_array_get (value, i), name))
        return TRUE;
    return FALSE;
  }
  return g_strcmp0 (json_string_value (value), name) == 0;
}

static void
show_value (DkFormField *self, json_t *value)
{
  g_autofree char *text = dk_form_show (self->field, value);

  if (text == NULL)
    text = g_strdup ("");
  if (GTK_IS_ENTRY (self->input)) {
    gtk_entry_set_text (GTK_ENTRY (self->input), text);
  } else if (GTK_IS_TEXT_VIEW (self->input)) {
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->input)), text, -1);
  } else if (GTK_IS_COMBO_BOX (self->input)) {
    gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->input),
                                 json_is_string (value) ? json_string_value (value) : "");
  } else {
    for (guint i = 0; i < self->buttons->len; i++)
      gtk_toggle_button_set_active (
          self->buttons->pdata[i],
          value != NULL && !json_is_null (value)
              && value_names (value, g_object_get_data (self->buttons->pdata[i], "name")));
  }
}

static void
dk_form_field_finalize (GObject *object)
{
  DkFormField *self = DK_FORM_FIELD (object);

  dk_form_unref (self->form);
  json_decref (self->set_value);
  g_free (self->set_text);
  g_ptr_array_unref (self->buttons);
  G_OBJECT_CLASS (dk_form_field_parent_class)->finalize (object);
}

static void
dk_form_field_class_init (DkFormFieldClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_form_field_finalize;
  signals[EDITED] = g_signal_new ("edited", DK_TYPE_FORM_FIELD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  signals[LOOKED_UP] = g_signal_new ("looked-up", DK_TYPE_FORM_FIELD, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
dk_form_field_init (DkFormField *self)
{
  self->buttons = g_ptr_array_new ();
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

static void
make_input (DkFormField *self)
{
  switch (self->field->type) {
  case DK_FIELD_BOOLEAN:
  case DK_FIELD_ACKNOWLEDGE:
    make_boolean (self);
    break;
  case DK_FIELD_SELECT_ONE:
  case DK_FIELD_SELECT_MULTIPLE:
    make_choice (self);
    break;
  default:
    if (g_strcmp0 (self->field->appearance, "multiline") == 0)
      make_text (self);
    else
      make_entry (self);
  }
}

GtkWidget *
dk_form_field_new (DkForm *form, const DkField *field)
{
  DkFormField *self = g_object_new (DK_TYPE_FORM_FIELD, NULL);
  g_autofree char *label = NULL;

  self->form = dk_form_ref (form);
  self->field = field;
  label = g_strdup_printf ("%s%s", field->label, field->required ? _ (" (needed)") : "");
  self->label = gtk_label_new (label);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  add_class (self->label, "field-label");
  gtk_container_add (GTK_CONTAINER (self), self->label);
  make_input (self);
  self->problem = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->problem), 0);
  gtk_label_set_line_wrap (GTK_LABEL (self->problem), TRUE);
  add_class (self->problem, "problem");
  gtk_container_add (GTK_CONTAINER (self), self->problem);
  if (self->buttons->len == 0)
    name_input (self, self->input);
  gtk_widget_show_all (GTK_WIDGET (self));
  gtk_widget_hide (self->problem);
  gtk_widget_set_no_show_all (self->problem, TRUE);
  return GTK_WIDGET (self);
}

const char *
dk_form_field_get_name (DkFormField *self)
{
  return self->field->name;
}

void
dk_form_field_set_value (DkFormField *self, json_t *value)
{
  self->setting = TRUE;
  show_value (self, value);
  self->setting = FALSE;
  json_decref (self->set_value);
  self->set_value = value != NULL ? json_incref (value) : json_null ();
  g_free (self->set_text);
  self->set_text = read_text (self);
}

json_t *
dk_form_field_get_value (DkFormField *self)
{
  g_autofree char *text = read_text (self);
  json_t *value;

  if (self->set_value != NULL && g_strcmp0 (text, self->set_text) == 0)
    return json_incref (self->set_value);
  if (text == NULL || *text == '\0')
    return json_null ();
  value = dk_form_convert (self->field, text, NULL);
  return value != NULL ? value : dk_json_string (text);
}

gboolean
dk_form_field_fill (DkFormField *self, const char *text)
{
  if (!GTK_IS_ENTRY (self->input) || *gtk_entry_get_text (GTK_ENTRY (self->input)) != '\0')
    return FALSE;
  gtk_entry_set_text (GTK_ENTRY (self->input), text);
  return TRUE;
}

void
dk_form_field_set_problem (DkFormField *self, const char *message)
{
  gtk_label_set_text (GTK_LABEL (self->problem), message != NULL ? message : "");
  gtk_widget_set_visible (self->problem, message != NULL);
}

void
dk_form_field_set_editable (DkFormField *self, gboolean editable)
{
  if (GTK_IS_ENTRY (self->input)) {
    gtk_editable_set_editable (GTK_EDITABLE (self->input), editable);
  } else if (GTK_IS_TEXT_VIEW (self->input)) {
    gtk_text_view_set_editable (GTK_TEXT_VIEW (self->input), editable);
  } else if (self->buttons->len == 0) {
    gtk_widget_set_sensitive (self->input, editable);
  }
  for (guint i = 0; i < self->buttons->len; i++)
    gtk_widget_set_sensitive (self->buttons->pdata[i], editable);
}

void
dk_form_field_focus (DkFormField *self)
{
  gtk_widget_grab_focus (self->input);
}
