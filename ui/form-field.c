/* SPDX-License-Identifier: MIT */
#include "ui/form-field.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/form-choice.h"
#include "ui/form-file.h"
#include "ui/lookup.h"

#define LINES_HEIGHT 66
#define VALUE_CHARACTERS 60

struct _DkFormField {
  GtkBox parent_instance;
  DkForm *form;
  const DkField *field;
  int row;
  GtkWidget *input; /* GtkEntry, GtkTextView, GtkLabel, DkFormChoice or DkFormFile */
  GtkWidget *label;
  GtkWidget *hint; /* NULL: it stands in the entry, or there is none */
  char *words;     /* the label as it was told last; NULL: that of the form */
  GtkWidget *problem; /* made when there is one */
  GtkWidget *warning; /* likewise */
  json_t *set_value;  /* what was shown last, and how, so that it comes back unchanged */
  char *set_text;
  gboolean setting;
  gboolean editable;
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
on_refused (DkFormFile *file, const char *words, DkFormField *self)
{
  dk_form_field_set_problem (self, words);
}

static void
add_class (GtkWidget *widget, const char *name)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (widget), name);
}

/* Nobody types it: it is computed, or only read. */
static gboolean
is_shown_only (const DkField *field)
{
  return field->readonly || field->has_calculation || field->type == DK_FIELD_CALCULATE;
}

/* Screen readers follow the relation; the name is for those that do not, and tells the rows of a
 * repeat apart. */
static void
name_input (DkFormField *self, GtkWidget *input)
{
  AtkObject *object = gtk_widget_get_accessible (input);
  const DkField *repeat = self->field->repeat;
  g_autofree char *spoken
      = repeat != NULL
            ? g_strdup_printf ("%s, %s %d", self->field->label, repeat->label, self->row + 1)
            : g_strdup (self->field->label);

  gtk_label_set_mnemonic_widget (GTK_LABEL (self->label), input);
  atk_object_set_name (object, spoken);
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

/* A text view has no place for a hint inside. */
static void
add_hint (DkFormField *self)
{
  if (self->field->hint == NULL)
    return;
  self->hint = gtk_label_new (self->field->hint);
  gtk_label_set_xalign (GTK_LABEL (self->hint), 0);
  gtk_label_set_line_wrap (GTK_LABEL (self->hint), TRUE);
  add_class (self->hint, "small");
  gtk_container_add (GTK_CONTAINER (self), self->hint);
}

static void
make_text (DkFormField *self)
{
  GtkWidget *view = gtk_text_view_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);

  add_hint (self);
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

/* A computed value can be selected and copied, but Tab passes it by. */
static void
make_words (DkFormField *self)
{
  self->input = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->input), 0);
  gtk_label_set_selectable (GTK_LABEL (self->input), TRUE);
  gtk_label_set_line_wrap (GTK_LABEL (self->input), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->input), VALUE_CHARACTERS);
  gtk_widget_set_can_focus (self->input, FALSE);
  add_class (self->input, "computed");
  gtk_container_add (GTK_CONTAINER (self), self->input);
}

static void
make_choice (DkFormField *self)
{
  self->input = dk_form_choice_new (self->field);
  g_signal_connect_swapped (self->input, "changed", G_CALLBACK (tell_edited), self);
  gtk_container_add (GTK_CONTAINER (self), self->input);
}

static void
make_file (DkFormField *self)
{
  self->input = dk_form_file_new (self->field->label);
  g_signal_connect_swapped (self->input, "changed", G_CALLBACK (tell_edited), self);
  g_signal_connect (self->input, "refused", G_CALLBACK (on_refused), self);
  gtk_container_add (GTK_CONTAINER (self), self->input);
}

static void
make_input (DkFormField *self)
{
  if (is_shown_only (self->field)) {
    make_words (self);
    return;
  }
  switch (self->field->type) {
  case DK_FIELD_BOOLEAN:
  case DK_FIELD_ACKNOWLEDGE:
  case DK_FIELD_SELECT_ONE:
  case DK_FIELD_SELECT_MULTIPLE:
    make_choice (self);
    break;
  case DK_FIELD_FILE:
    make_file (self);
    break;
  default:
    if (g_strcmp0 (self->field->appearance, "multiline") == 0)
      make_text (self);
    else
      make_entry (self);
  }
}

/* What stands in the input, as text; NULL = nothing. New string. */
static char *
read_text (DkFormField *self)
{
  GtkTextBuffer *buffer;
  GtkTextIter start;
  GtkTextIter end;

  if (GTK_IS_ENTRY (self->input))
    return g_strdup (gtk_entry_get_text (GTK_ENTRY (self->input)));
  if (DK_IS_FORM_CHOICE (self->input))
    return dk_form_choice_get_text (DK_FORM_CHOICE (self->input));
  if (!GTK_IS_TEXT_VIEW (self->input))
    return NULL;
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->input));
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static void
show_value (DkFormField *self, json_t *value)
{
  g_autofree char *text = NULL;

  if (DK_IS_FORM_CHOICE (self->input)) {
    dk_form_choice_set_value (DK_FORM_CHOICE (self->input), value);
    return;
  }
  if (DK_IS_FORM_FILE (self->input)) {
    dk_form_file_set_value (DK_FORM_FILE (self->input), value);
    return;
  }
  text = dk_form_show (self->field, value);
  if (text == NULL)
    text = g_strdup ("");
  if (GTK_IS_ENTRY (self->input))
    gtk_entry_set_text (GTK_ENTRY (self->input), text);
  else if (GTK_IS_TEXT_VIEW (self->input))
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->input)), text, -1);
  else
    gtk_label_set_text (GTK_LABEL (self->input), *text != '\0' ? text : "–");
}

static void
dk_form_field_finalize (GObject *object)
{
  DkFormField *self = DK_FORM_FIELD (object);

  dk_form_unref (self->form);
  json_decref (self->set_value);
  g_free (self->set_text);
  g_free (self->words);
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
  self->editable = TRUE;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

GtkWidget *
dk_form_field_new (DkForm *form, const DkField *field, int row)
{
  DkFormField *self = g_object_new (DK_TYPE_FORM_FIELD, NULL);

  self->form = dk_form_ref (form);
  self->field = field;
  self->row = row;
  self->label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (self->label), TRUE);
  add_class (self->label, "field-label");
  gtk_container_add (GTK_CONTAINER (self), self->label);
  dk_form_field_set_needed (self, field->required);
  make_input (self);
  if (DK_IS_FORM_CHOICE (self->input) && dk_form_choice_is_list (DK_FORM_CHOICE (self->input)))
    name_input (self, dk_form_choice_get_input (DK_FORM_CHOICE (self->input)));
  else if (!DK_IS_FORM_CHOICE (self->input) && !DK_IS_FORM_FILE (self->input))
    name_input (self, self->input);
  gtk_widget_show_all (GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

const DkField *
dk_form_field_get_field (DkFormField *self)
{
  return self->field;
}

int
dk_form_field_get_row (DkFormField *self)
{
  return self->row;
}

void
dk_form_field_set_value (DkFormField *self, json_t *value)
{
  if (self->set_value != NULL && value != NULL && json_equal (value, self->set_value)) {
    g_autofree char *text = read_text (self);
    if (g_strcmp0 (text, self->set_text) == 0)
      return;
  }
  self->setting = TRUE;
  show_value (self, value);
  self->setting = FALSE;
  json_decref (self->set_value);
  self->set_value = value != NULL ? json_deep_copy (value) : json_null ();
  g_free (self->set_text);
  self->set_text = read_text (self);
}

json_t *
dk_form_field_get_value (DkFormField *self)
{
  g_autofree char *text = NULL;
  json_t *value;

  if (DK_IS_FORM_FILE (self->input))
    return dk_form_file_get_value (DK_FORM_FILE (self->input));
  text = read_text (self);
  if (self->set_value != NULL && g_strcmp0 (text, self->set_text) == 0)
    return json_incref (self->set_value);
  if (text == NULL || *text == '\0')
    return json_null ();
  value = dk_form_convert (self->field, text, NULL);
  return value != NULL ? value : dk_json_string (text);
}

gboolean
dk_form_field_takes_text (DkFormField *self)
{
  return GTK_IS_ENTRY (self->input) || GTK_IS_TEXT_VIEW (self->input);
}

gsize
dk_form_field_get_length (DkFormField *self)
{
  g_autofree char *text = dk_form_field_takes_text (self) ? read_text (self) : NULL;

  return text != NULL ? strlen (text) : 0;
}

GBytes *
dk_form_field_get_bytes (DkFormField *self)
{
  return DK_IS_FORM_FILE (self->input) ? dk_form_file_get_bytes (DK_FORM_FILE (self->input))
                                       : NULL;
}

gboolean
dk_form_field_fill (DkFormField *self, const char *text)
{
  if (!GTK_IS_ENTRY (self->input) || *gtk_entry_get_text (GTK_ENTRY (self->input)) != '\0')
    return FALSE;
  gtk_entry_set_text (GTK_ENTRY (self->input), text);
  return TRUE;
}

/* A box to tick says itself what it is about. */
void
dk_form_field_set_needed (DkFormField *self, gboolean needed)
{
  g_autofree char *label = NULL;

  if (self->field->type == DK_FIELD_ACKNOWLEDGE)
    label = g_strdup (needed ? _ ("(needed)") : "");
  else
    label = g_strdup_printf ("%s%s", self->words != NULL ? self->words : self->field->label,
                             needed && !is_shown_only (self->field) ? _ (" (needed)") : "");
  if (g_strcmp0 (label, gtk_label_get_text (GTK_LABEL (self->label))) != 0)
    gtk_label_set_text (GTK_LABEL (self->label), label);
}

/* What stands beside the box is its name too; of the other inputs the label is. */
static void
rename_input (DkFormField *self)
{
  const DkField *repeat = self->field->repeat;
  g_autofree char *spoken
      = repeat != NULL ? g_strdup_printf ("%s, %s %d", self->words, repeat->label, self->row + 1)
                       : g_strdup (self->words);

  if (DK_IS_FORM_CHOICE (self->input))
    dk_form_choice_set_label (DK_FORM_CHOICE (self->input), self->words);
  else
    atk_object_set_name (gtk_widget_get_accessible (self->input), spoken);
}

void
dk_form_field_set_words (DkFormField *self, const char *label, const char *hint)
{
  if (g_strcmp0 (label, self->words) != 0) {
    g_free (self->words);
    self->words = g_strdup (label);
    rename_input (self);
  }
  if (hint != NULL && self->hint != NULL)
    gtk_label_set_text (GTK_LABEL (self->hint), hint);
  else if (hint != NULL && GTK_IS_ENTRY (self->input))
    gtk_entry_set_placeholder_text (GTK_ENTRY (self->input), hint);
}

void
dk_form_field_set_choices (DkFormField *self, const GPtrArray *choices)
{
  if (!DK_IS_FORM_CHOICE (self->input))
    return;
  dk_form_choice_set_choices (DK_FORM_CHOICE (self->input), choices);
  if (dk_form_choice_is_list (DK_FORM_CHOICE (self->input)))
    name_input (self, dk_form_choice_get_input (DK_FORM_CHOICE (self->input)));
}

static void
show_words (DkFormField *self, GtkWidget **label, const char *class, const char *message)
{
  if (*label == NULL && message == NULL)
    return;
  if (*label == NULL) {
    *label = gtk_label_new (NULL);
    gtk_label_set_xalign (GTK_LABEL (*label), 0);
    gtk_label_set_line_wrap (GTK_LABEL (*label), TRUE);
    gtk_label_set_max_width_chars (GTK_LABEL (*label), VALUE_CHARACTERS);
    gtk_widget_set_no_show_all (*label, TRUE);
    add_class (*label, class);
    gtk_container_add (GTK_CONTAINER (self), *label);
  }
  gtk_label_set_text (GTK_LABEL (*label), message != NULL ? message : "");
  gtk_widget_set_visible (*label, message != NULL);
}

void
dk_form_field_set_problem (DkFormField *self, const char *message)
{
  show_words (self, &self->problem, "problem", message);
}

void
dk_form_field_set_warning (DkFormField *self, const char *message)
{
  show_words (self, &self->warning, "warn", message);
}

void
dk_form_field_set_editable (DkFormField *self, gboolean editable)
{
  self->editable = editable;
  if (GTK_IS_ENTRY (self->input))
    gtk_editable_set_editable (GTK_EDITABLE (self->input), editable);
  else if (GTK_IS_TEXT_VIEW (self->input))
    gtk_text_view_set_editable (GTK_TEXT_VIEW (self->input), editable);
  else if (DK_IS_FORM_CHOICE (self->input))
    dk_form_choice_set_editable (DK_FORM_CHOICE (self->input), editable);
  else if (DK_IS_FORM_FILE (self->input))
    dk_form_file_set_editable (DK_FORM_FILE (self->input), editable);
}

gboolean
dk_form_field_is_editable (DkFormField *self)
{
  return self->editable && !is_shown_only (self->field);
}

void
dk_form_field_focus (DkFormField *self)
{
  GtkWidget *input = self->input;

  if (DK_IS_FORM_CHOICE (input))
    input = dk_form_choice_get_input (DK_FORM_CHOICE (input));
  else if (DK_IS_FORM_FILE (input))
    input = dk_form_file_get_input (DK_FORM_FILE (input));
  if (input != NULL)
    gtk_widget_grab_focus (input);
}
