/* SPDX-License-Identifier: MIT */
#include "ui/form-choice.h"

#include <glib/gi18n.h>
#include <string.h>

/* Choices of so many letters in all stand side by side as buttons; more drop down. */
#define BUTTONS_MAX 4u
#define LETTERS_MAX 56
#define LABEL_LETTERS 60

struct _DkFormChoice {
  GtkBox parent_instance;
  const DkField *field;
  GtkWidget *combo;   /* NULL while there are buttons */
  GPtrArray *buttons; /* of GtkToggleButton with data "name", borrowed */
  GPtrArray *shown;   /* names of the choices, borrowed of the form */
  gboolean editable;
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (DkFormChoice, dk_form_choice, GTK_TYPE_BOX)

static guint changed_signal;

static void
tell_changed (DkFormChoice *self)
{
  if (!self->setting)
    g_signal_emit (self, changed_signal, 0);
}

static void
add_class (GtkWidget *widget, const char *name)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (widget), name);
}

/* A button of a group stays pressed or is released; pressing one releases the others. */
static void
on_toggled (GtkToggleButton *button, DkFormChoice *self)
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
  tell_changed (self);
}

static void
add_button (DkFormChoice *self, const char *name, const char *label, gboolean check)
{
  GtkWidget *button
      = check ? gtk_check_button_new_with_label (label) : gtk_toggle_button_new_with_label (label);
  GtkWidget *words = gtk_bin_get_child (GTK_BIN (button));
  g_autofree char *spoken = g_strdup_printf ("%s: %s", self->field->label, label);

  gtk_label_set_line_wrap (GTK_LABEL (words), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (words), LABEL_LETTERS);
  g_object_set_data_full (G_OBJECT (button), "name", g_strdup (name), g_free);
  atk_object_set_name (gtk_widget_get_accessible (button), spoken);
  gtk_widget_set_sensitive (button, self->editable);
  g_signal_connect (button, "toggled", G_CALLBACK (on_toggled), self);
  g_ptr_array_add (self->buttons, button);
  gtk_widget_show (button);
  gtk_container_add (GTK_CONTAINER (self), button);
}

static void
make_boolean (DkFormChoice *self)
{
  gboolean safety = g_strcmp0 (self->field->name, "safety") == 0;

  gtk_box_set_homogeneous (GTK_BOX (self), TRUE);
  if (self->field->type == DK_FIELD_ACKNOWLEDGE) {
    add_button (self, "yes", self->field->label, TRUE);
    return;
  }
  add_button (self, "no", safety ? _ ("No, nobody is at risk") : _ ("No"), FALSE);
  add_button (self, "yes", safety ? _ ("YES, a patient is at risk") : _ ("Yes"), FALSE);
  if (!safety)
    return;
  add_class (self->buttons->pdata[0], "safety");
  add_class (self->buttons->pdata[1], "safety");
  add_class (self->buttons->pdata[1], "safety-yes");
}

/* A wheel that turns over a list would choose something else: it is the page that is scrolled. */
static gboolean
on_scroll (GtkWidget *combo, GdkEvent *event, gpointer data)
{
  g_signal_stop_emission_by_name (combo, "scroll-event");
  return GDK_EVENT_PROPAGATE;
}

static void
make_list (DkFormChoice *self, const GPtrArray *choices)
{
  self->combo = gtk_combo_box_text_new ();
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->combo), "", _ ("(not given)"));
  for (guint i = 0; i < choices->len; i++) {
    const DkChoice *choice = choices->pdata[i];
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->combo), choice->name, choice->label);
  }
  gtk_widget_set_sensitive (self->combo, self->editable);
  g_signal_connect (self->combo, "scroll-event", G_CALLBACK (on_scroll), NULL);
  g_signal_connect_swapped (self->combo, "changed", G_CALLBACK (tell_changed), self);
  atk_object_set_name (gtk_widget_get_accessible (self->combo), self->field->label);
  gtk_widget_show (self->combo);
  gtk_box_pack_start (GTK_BOX (self), self->combo, TRUE, TRUE, 0);
}

static void
make_buttons (DkFormChoice *self, const GPtrArray *choices, gboolean multiple)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), multiple ? GTK_ORIENTATION_VERTICAL
                                                                  : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_homogeneous (GTK_BOX (self), TRUE);
  for (guint i = 0; i < choices->len; i++) {
    const DkChoice *choice = choices->pdata[i];
    add_button (self, choice->name, choice->label, multiple);
  }
}

/* Whether a field drops down is told by all of its choices, so that a filter changes what can be
 * chosen and not what it looks like. */
static gboolean
drops_down (const DkField *field)
{
  glong letters = 0;

  if (field->type == DK_FIELD_SELECT_MULTIPLE)
    return FALSE;
  for (guint i = 0; i < field->choices->len; i++)
    letters += g_utf8_strlen (((const DkChoice *) field->choices->pdata[i])->label, -1);
  return field->choices->len > BUTTONS_MAX || letters > LETTERS_MAX;
}

static gboolean
is_shown (DkFormChoice *self, const GPtrArray *choices)
{
  if (self->shown->len != choices->len)
    return FALSE;
  for (guint i = 0; i < choices->len; i++)
    if (self->shown->pdata[i] != ((const DkChoice *) choices->pdata[i])->name)
      return FALSE;
  return TRUE;
}

static void
make (DkFormChoice *self, const GPtrArray *choices)
{
  g_ptr_array_set_size (self->shown, 0);
  for (guint i = 0; choices != NULL && i < choices->len; i++)
    g_ptr_array_add (self->shown, ((const DkChoice *) choices->pdata[i])->name);
  if (self->field->choices == NULL)
    make_boolean (self);
  else if (drops_down (self->field))
    make_list (self, choices);
  else
    make_buttons (self, choices, self->field->type == DK_FIELD_SELECT_MULTIPLE);
}

static void
choose_names (DkFormChoice *self, const char *const *names)
{
  self->setting = TRUE;
  if (self->combo != NULL
      && (names[0] == NULL
          || !gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->combo), names[0])))
    (void) gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->combo), "");
  for (guint i = 0; i < self->buttons->len; i++)
    gtk_toggle_button_set_active (
        self->buttons->pdata[i],
        g_strv_contains (names, g_object_get_data (self->buttons->pdata[i], "name")));
  self->setting = FALSE;
}

/* What is there already is left alone: a button may just be pressed. */
void
dk_form_choice_set_choices (DkFormChoice *self, const GPtrArray *choices)
{
  gboolean focused = gtk_container_get_focus_child (GTK_CONTAINER (self)) != NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;
  g_autoptr (GList) children = NULL;

  if (is_shown (self, choices))
    return;
  text = dk_form_choice_get_text (self);
  names = g_strsplit (text != NULL ? text : "", "\n", -1);
  children = gtk_container_get_children (GTK_CONTAINER (self));
  self->combo = NULL;
  g_ptr_array_set_size (self->buttons, 0);
  self->setting = TRUE;
  for (GList *l = children; l != NULL; l = l->next)
    gtk_widget_destroy (l->data);
  self->setting = FALSE;
  make (self, choices);
  choose_names (self, (const char *const *) names);
  if (focused && dk_form_choice_get_input (self) != NULL)
    gtk_widget_grab_focus (dk_form_choice_get_input (self));
}

static char *
name_of (const json_t *value)
{
  if (json_is_boolean (value))
    return g_strdup (json_is_true (value) ? "yes" : "no");
  if (json_is_integer (value))
    return g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
  return g_strdup (json_is_string (value) ? json_string_value (value) : "");
}

void
dk_form_choice_set_value (DkFormChoice *self, const json_t *value)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < json_array_size (value); i++)
    g_ptr_array_add (names, name_of (json_array_get (value, i)));
  if (value != NULL && !json_is_null (value) && !json_is_array (value))
    g_ptr_array_add (names, name_of (value));
  g_ptr_array_add (names, NULL);
  choose_names (self, (const char *const *) names->pdata);
}

char *
dk_form_choice_get_text (DkFormChoice *self)
{
  GString *text = NULL;

  if (self->combo != NULL)
    return g_strdup (gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->combo)));
  for (guint i = 0; i < self->buttons->len; i++) {
    const char *name = g_object_get_data (self->buttons->pdata[i], "name");
    if (!gtk_toggle_button_get_active (self->buttons->pdata[i]))
      continue;
    if (text == NULL)
      text = g_string_new (name);
    else
      g_string_append_printf (text, "\n%s", name);
  }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

void
dk_form_choice_set_editable (DkFormChoice *self, gboolean editable)
{
  self->editable = editable;
  if (self->combo != NULL)
    gtk_widget_set_sensitive (self->combo, editable);
  for (guint i = 0; i < self->buttons->len; i++)
    gtk_widget_set_sensitive (self->buttons->pdata[i], editable);
}

GtkWidget *
dk_form_choice_get_input (DkFormChoice *self)
{
  if (self->combo != NULL)
    return self->combo;
  return self->buttons->len > 0 ? self->buttons->pdata[0] : NULL;
}

gboolean
dk_form_choice_is_list (DkFormChoice *self)
{
  return self->combo != NULL;
}

static void
dk_form_choice_finalize (GObject *object)
{
  g_ptr_array_unref (DK_FORM_CHOICE (object)->buttons);
  g_ptr_array_unref (DK_FORM_CHOICE (object)->shown);
  G_OBJECT_CLASS (dk_form_choice_parent_class)->finalize (object);
}

static void
dk_form_choice_class_init (DkFormChoiceClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_form_choice_finalize;
  changed_signal = g_signal_new ("changed", DK_TYPE_FORM_CHOICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
dk_form_choice_init (DkFormChoice *self)
{
  self->buttons = g_ptr_array_new ();
  self->shown = g_ptr_array_new ();
  self->editable = TRUE;
  gtk_box_set_spacing (GTK_BOX (self), 6);
}

GtkWidget *
dk_form_choice_new (const DkField *field)
{
  DkFormChoice *self = g_object_new (DK_TYPE_FORM_CHOICE, NULL);

  self->field = field;
  make (self, field->choices);
  return GTK_WIDGET (self);
}

void
dk_form_choice_set_label (DkFormChoice *self, const char *label)
{
  for (guint i = 0; i < self->buttons->len; i++) {
    GtkWidget *words = gtk_bin_get_child (GTK_BIN (self->buttons->pdata[i]));
    g_autofree char *spoken = NULL;
    if (self->field->type == DK_FIELD_ACKNOWLEDGE)
      gtk_label_set_text (GTK_LABEL (words), label);
    spoken = g_strdup_printf ("%s: %s", label, gtk_label_get_text (GTK_LABEL (words)));
    atk_object_set_name (gtk_widget_get_accessible (self->buttons->pdata[i]), spoken);
  }
  if (self->combo != NULL)
    atk_object_set_name (gtk_widget_get_accessible (self->combo), label);
}
