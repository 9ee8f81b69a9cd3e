/* SPDX-License-Identifier: MIT */
#include "ui/form-file.h"

#include <glib/gi18n.h>

#include "app/store/attached-store.h"

struct _DkFormFile {
  GtkBox parent_instance;
  GtkWidget *words;
  GtkWidget *choose;
  GtkWidget *remove;
  GtkFileChooserNative *chooser; /* NULL while none is open */
  json_t *value;
  GBytes *bytes;
};

G_DEFINE_FINAL_TYPE (DkFormFile, dk_form_file, GTK_TYPE_BOX)

enum { CHANGED, REFUSED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* What was read of a file. */
typedef struct {
  json_t *value;
  GBytes *bytes;
} Reading;

static void
free_reading (gpointer data)
{
  Reading *reading = data;

  json_decref (reading->value);
  g_bytes_unref (reading->bytes);
  g_free (reading);
}

/* "photo.jpg, 120 kB" of a value. New string. */
static char *
describe (const json_t *value)
{
  const char *name = dk_json_get_text (value, "name");
  g_autofree char *size = g_format_size ((guint64) dk_json_get_int (value, "size", 0));

  return g_strdup_printf ("%s, %s", name != NULL ? name : _ ("file"), size);
}

static void
show (DkFormFile *self)
{
  gboolean has_file = json_is_object (self->value);
  g_autofree char *words
      = has_file ? describe (self->value) : g_strdup (_ ("(no file)"));

  gtk_label_set_text (GTK_LABEL (self->words), words);
  gtk_widget_set_visible (self->remove, has_file);
}

static gboolean
read_at_most (GInputStream *stream, GByteArray *into, GCancellable *cancellable, GError **error)
{
  guchar piece[65536];
  gssize n;

  while ((n = g_input_stream_read (stream, piece, sizeof piece, cancellable, error)) > 0) {
    g_byte_array_append (into, piece, (guint) n);
    if (into->len > DK_FORM_FILE_BYTES) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   _ ("This file is larger than 5 MiB and was not taken. The form stays as it "
                      "is; make the picture smaller, or describe the file in words."));
      return FALSE;
    }
  }
  return n == 0;
}

static void
read_file (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GFile *file = data;
  GError *error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, &error);
  GByteArray *array = g_byte_array_new ();
  g_autofree char *name = g_file_get_basename (file);
  Reading *reading = g_new0 (Reading, 1);

  if (stream != NULL && read_at_most (G_INPUT_STREAM (stream), array, cancellable, &error)) {
    reading->bytes = g_byte_array_free_to_bytes (array);
    reading->value = dk_attached_value (name, NULL, reading->bytes, &error);
  } else {
    reading->bytes = g_byte_array_free_to_bytes (array);
  }
  if (reading->value != NULL) {
    g_task_return_pointer (task, reading, free_reading);
    return;
  }
  free_reading (reading);
  if (error->domain == DK_ERROR) {
    g_task_return_error (task, error);
    return;
  }
  g_task_return_new_error (task, DK_ERROR, DK_ERROR_INVALID,
                           _ ("The file was not taken: %s. The form stays as it is; choose it "
                              "again, or another one."),
                           error->message);
  g_error_free (error);
}

static void
take_value (DkFormFile *self, json_t *value)
{
  json_decref (self->value);
  self->value = value;
  show (self);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  DkFormFile *self = DK_FORM_FILE (source);
  g_autoptr (GError) error = NULL;
  Reading *reading = g_task_propagate_pointer (G_TASK (result), &error);

  /* The task keeps the object, but the field went with its form or its row. */
  if (self->value == NULL) {
    g_clear_pointer (&reading, free_reading);
    return;
  }
  if (reading == NULL) {
    g_signal_emit (self, signals[REFUSED], 0, error->message);
    return;
  }
  g_clear_pointer (&self->bytes, g_bytes_unref);
  self->bytes = g_bytes_ref (reading->bytes);
  take_value (self, json_incref (reading->value));
  free_reading (reading);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
take_file (DkFormFile *self, GFile *file)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_read, NULL);

  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  g_task_run_in_thread (task, read_file);
}

static void
on_response (GtkNativeDialog *dialog, int response, DkFormFile *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
                               ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog))
                               : NULL;

  if (file != NULL)
    take_file (self, file);
  gtk_native_dialog_hide (dialog);
  g_clear_object (&self->chooser);
}

static void
on_choose (GtkButton *button, DkFormFile *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));

  if (self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Choose a file of at most 5 MiB"),
                                               GTK_WINDOW (window), GTK_FILE_CHOOSER_ACTION_OPEN,
                                               _ ("_Take this file"), NULL);
  g_signal_connect (self->chooser, "response", G_CALLBACK (on_response), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_remove (GtkButton *button, DkFormFile *self)
{
  gtk_widget_grab_focus (self->choose);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  take_value (self, json_null ());
  g_signal_emit (self, signals[CHANGED], 0);
}

void
dk_form_file_set_value (DkFormFile *self, json_t *value)
{
  take_value (self, json_is_object (value) ? json_incref (value) : json_null ());
}

json_t *
dk_form_file_get_value (DkFormFile *self)
{
  return json_incref (self->value);
}

GBytes *
dk_form_file_get_bytes (DkFormFile *self)
{
  return self->bytes;
}

void
dk_form_file_set_editable (DkFormFile *self, gboolean editable)
{
  gtk_widget_set_sensitive (self->choose, editable);
  gtk_widget_set_sensitive (self->remove, editable);
}

GtkWidget *
dk_form_file_get_input (DkFormFile *self)
{
  return self->choose;
}

static void
dk_form_file_dispose (GObject *object)
{
  DkFormFile *self = DK_FORM_FILE (object);

  if (self->chooser != NULL)
    g_signal_handlers_disconnect_by_data (self->chooser, self);
  g_clear_object (&self->chooser);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->value, json_decref);
  G_OBJECT_CLASS (dk_form_file_parent_class)->dispose (object);
}

static void
dk_form_file_class_init (DkFormFileClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dk_form_file_dispose;
  signals[CHANGED] = g_signal_new ("changed", DK_TYPE_FORM_FILE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[REFUSED] = g_signal_new ("refused", DK_TYPE_FORM_FILE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
dk_form_file_init (DkFormFile *self)
{
  self->value = json_null ();
  self->words = gtk_label_new (NULL);
  self->choose = gtk_button_new_with_label (_ ("Choose file…"));
  self->remove = gtk_button_new_with_label (_ ("Remove file"));
  gtk_label_set_xalign (GTK_LABEL (self->words), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->words), PANGO_ELLIPSIZE_MIDDLE);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_box_pack_start (GTK_BOX (self), self->words, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->choose, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->remove, FALSE, FALSE, 0);
  gtk_widget_show_all (GTK_WIDGET (self));
  gtk_widget_set_no_show_all (self->remove, TRUE);
  g_signal_connect (self->choose, "clicked", G_CALLBACK (on_choose), self);
  g_signal_connect (self->remove, "clicked", G_CALLBACK (on_remove), self);
  show (self);
}

GtkWidget *
dk_form_file_new (const char *label)
{
  DkFormFile *self = g_object_new (DK_TYPE_FORM_FILE, NULL);
  g_autofree char *choose = g_strdup_printf (_ ("%s: choose a file"), label);
  g_autofree char *remove = g_strdup_printf (_ ("%s: remove the file"), label);

  atk_object_set_name (gtk_widget_get_accessible (self->choose), choose);
  atk_object_set_name (gtk_widget_get_accessible (self->remove), remove);
  return GTK_WIDGET (self);
}
