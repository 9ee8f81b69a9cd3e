/* SPDX-License-Identifier: MIT */
#include "ui/drive-dialog.h"

#include <glib/gi18n.h>

#include "ui/drives.h"
#include "ui/window.h"

#define LOOK_EVERY_S 2
#define ANOTHER_PLACE 1

/* Belongs to its dialog. */
typedef struct {
  GWeakRef owner;
  GtkDialog *dialog;
  GtkLabel *what;
  GtkComboBoxText *list;
  GPtrArray *drives;
  guint timer;
  DkDriveChosen chosen;
  gpointer data;
  GDestroyNotify data_free;
} Ask;

static void
free_ask (gpointer data)
{
  Ask *ask = data;

  g_clear_handle_id (&ask->timer, g_source_remove);
  g_weak_ref_clear (&ask->owner);
  g_clear_pointer (&ask->drives, g_ptr_array_unref);
  ask->data_free (ask->data);
  g_free (ask);
}

static gboolean
is_same_list (const GPtrArray *a, const GPtrArray *b)
{
  if (a == NULL || a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!g_str_equal (((const DkDrive *) a->pdata[i])->folder,
                      ((const DkDrive *) b->pdata[i])->folder))
      return FALSE;
  return TRUE;
}

static void
show_drives (Ask *ask)
{
  g_autoptr (GPtrArray) drives = dk_drives_list ();

  if (is_same_list (ask->drives, drives))
    return;
  gtk_combo_box_text_remove_all (ask->list);
  for (guint i = 0; i < drives->len; i++) {
    const DkDrive *drive = drives->pdata[i];
    g_autofree char *text = g_strdup_printf ("%s (%s)", drive->name, drive->folder);
    gtk_combo_box_text_append (ask->list, drive->folder, text);
  }
  gtk_combo_box_set_active (GTK_COMBO_BOX (ask->list), drives->len > 0 ? 0 : -1);
  gtk_label_set_text (
      ask->what,
      drives->len > 0
          ? _ ("The PDF is written, read back from the drive and compared. It is not sealed: "
               "whoever has the drive can read it.")
          : _ ("There is no drive that can be written. Put a USB stick in and wait a moment, or "
               "choose another place."));
  gtk_dialog_set_response_sensitive (ask->dialog, GTK_RESPONSE_OK, drives->len > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (ask->list), drives->len > 0);
  if (ask->drives != NULL)
    g_ptr_array_unref (ask->drives);
  ask->drives = g_steal_pointer (&drives);
}

static gboolean
look_again (gpointer data)
{
  show_drives (data);
  return G_SOURCE_CONTINUE;
}

static void
on_response (GtkDialog *dialog, int response, Ask *ask)
{
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&ask->owner);
  g_autofree char *folder = g_strdup (gtk_combo_box_get_active_id (GTK_COMBO_BOX (ask->list)));

  /* It is still there, and with it the data, when the person is asked for another place. */
  gtk_widget_hide (GTK_WIDGET (dialog));
  if (owner != NULL && response == GTK_RESPONSE_OK && folder != NULL)
    ask->chosen (owner, folder, ask->data);
  else if (owner != NULL && response == ANOTHER_PLACE)
    ask->chosen (owner, NULL, ask->data);
  gtk_widget_destroy (GTK_WIDGET (dialog));
}

static void
fill (Ask *ask)
{
  GtkContainer *area = GTK_CONTAINER (gtk_dialog_get_content_area (ask->dialog));
  GtkWidget *label = gtk_label_new_with_mnemonic (_ ("_Drive"));

  ask->what = GTK_LABEL (gtk_label_new (NULL));
  ask->list = GTK_COMBO_BOX_TEXT (gtk_combo_box_text_new ());
  gtk_container_set_border_width (area, 12);
  gtk_box_set_spacing (GTK_BOX (area), 6);
  gtk_label_set_line_wrap (ask->what, TRUE);
  gtk_label_set_max_width_chars (ask->what, 56);
  gtk_label_set_xalign (ask->what, 0);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), GTK_WIDGET (ask->list));
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "field-label");
  gtk_container_add (area, GTK_WIDGET (ask->what));
  gtk_container_add (area, label);
  gtk_container_add (area, GTK_WIDGET (ask->list));
  gtk_widget_show_all (GTK_WIDGET (area));
}

void
dk_drive_dialog_ask (GtkWidget *owner, DkDriveChosen chosen, gpointer data,
                     GDestroyNotify data_free)
{
  Ask *ask = g_new0 (Ask, 1);
  GtkWidget *dialog = gtk_dialog_new_with_buttons (
      _ ("Save to a USB stick"), NULL, GTK_DIALOG_MODAL, _ ("_Back"), GTK_RESPONSE_CANCEL,
      _ ("_Another place…"), ANOTHER_PLACE, _ ("_Save to the drive"), GTK_RESPONSE_OK, NULL);

  g_weak_ref_init (&ask->owner, owner);
  ask->dialog = GTK_DIALOG (dialog);
  ask->chosen = chosen;
  ask->data = data;
  ask->data_free = data_free;
  g_object_set_data_full (G_OBJECT (dialog), "ask", ask, free_ask);
  fill (ask);
  gtk_dialog_set_default_response (ask->dialog, GTK_RESPONSE_OK);
  show_drives (ask);
  ask->timer = g_timeout_add_seconds (LOOK_EVERY_S, look_again, ask);
  dk_window_adopt (GTK_WINDOW (dialog), owner);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), ask);
  gtk_window_present (GTK_WINDOW (dialog));
}
