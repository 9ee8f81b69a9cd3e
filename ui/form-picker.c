/* SPDX-License-Identifier: MIT */
#include "ui/form-picker.h"

#include "ui/ticket-work.h"

struct _DkFormPicker {
  GtkComboBoxText parent_instance;
  gboolean waits; /* for the list */
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (DkFormPicker, dk_form_picker, GTK_TYPE_COMBO_BOX_TEXT)

static guint picked_signal;

static void
show_titles (gpointer owner, gpointer result, const GError *error)
{
  DkFormPicker *self = owner;
  GtkWidget *page = gtk_widget_get_ancestor (GTK_WIDGET (self), DK_TYPE_PAGE);
  g_autoptr (GPtrArray) titles = result;
  guint count = 0;

  if ((page != NULL && dk_page_failed (DK_PAGE (page), error)) || titles == NULL || !self->waits)
    return;
  self->setting = TRUE;
  gtk_combo_box_text_remove_all (GTK_COMBO_BOX_TEXT (self));
  for (guint i = 0; i < titles->len; i++) {
    const DkFormTitle *title = titles->pdata[i];
    if (g_str_equal (title->id, DK_FORM_CALL))
      continue;
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self), title->id, title->title);
    count++;
  }
  (void) gtk_combo_box_set_active_id (GTK_COMBO_BOX (self), DK_FORM_TICKET);
  self->setting = FALSE;
  gtk_widget_set_visible (GTK_WIDGET (self), count > 1);
}

void
dk_form_picker_load (DkFormPicker *self)
{
  self->waits = TRUE;
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_forms,
                                   .reply = show_titles,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
}

void
dk_form_picker_hide (DkFormPicker *self)
{
  self->waits = FALSE;
  gtk_widget_hide (GTK_WIDGET (self));
}

static void
dk_form_picker_changed (GtkComboBox *combo)
{
  DkFormPicker *self = DK_FORM_PICKER (combo);
  const char *id = gtk_combo_box_get_active_id (combo);

  if (id != NULL && !self->setting)
    g_signal_emit (self, picked_signal, 0, id);
}

static void
dk_form_picker_class_init (DkFormPickerClass *class)
{
  GTK_COMBO_BOX_CLASS (class)->changed = dk_form_picker_changed;
  picked_signal = g_signal_new ("picked", DK_TYPE_FORM_PICKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
dk_form_picker_init (DkFormPicker *self)
{
}
