/* SPDX-License-Identifier: MIT */
#include "ui/waiting-bar.h"

#include <glib/gi18n.h>

#include "ui/content-work.h"

struct _DkWaitingBar {
  GtkBox parent_instance;
  GtkWidget *words;
  char *file;
};

G_DEFINE_FINAL_TYPE (DkWaitingBar, dk_waiting_bar, GTK_TYPE_BOX)

static guint chosen_signal;

static void
on_apply (GtkButton *button, DkWaitingBar *self)
{
  if (self->file != NULL)
    g_signal_emit (self, chosen_signal, 0, self->file);
}

/* What cannot be listed does not wait: the page of content tells why. */
static void
show_waiting (gpointer owner, GPtrArray *packs, const GError *error)
{
  DkWaitingBar *self = owner;
  g_autoptr (GPtrArray) list = packs;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), list != NULL && list->len > 0);
  g_clear_pointer (&self->file, g_free);
  if (list == NULL || list->len == 0)
    return;
  self->file = g_strdup (((const DkWaitingPack *) list->pdata[0])->file);
  text = dk_waiting_words (list->pdata[0]);
  gtk_label_set_text (GTK_LABEL (self->words), text);
}

void
dk_waiting_bar_refresh (DkWaitingBar *self)
{
  dk_content_list_waiting (G_OBJECT (self), show_waiting);
}

static void
dk_waiting_bar_finalize (GObject *object)
{
  g_free (DK_WAITING_BAR (object)->file);
  G_OBJECT_CLASS (dk_waiting_bar_parent_class)->finalize (object);
}

static void
dk_waiting_bar_class_init (DkWaitingBarClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_waiting_bar_finalize;
  chosen_signal = g_signal_new ("chosen", DK_TYPE_WAITING_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
dk_waiting_bar_init (DkWaitingBar *self)
{
  GtkWidget *apply = gtk_button_new_with_label (_ ("Apply…"));

  self->words = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->words), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->words), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->words, TRUE);
  gtk_widget_set_tooltip_text (apply, _ ("Checks it and shows what it would change. Nothing comes "
                                         "into force before you say so."));
  gtk_box_set_spacing (GTK_BOX (self), 12);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "waiting");
  gtk_container_add (GTK_CONTAINER (self), self->words);
  gtk_container_add (GTK_CONTAINER (self), apply);
  gtk_widget_show (self->words);
  gtk_widget_show (apply);
  g_signal_connect (apply, "clicked", G_CALLBACK (on_apply), self);
}
