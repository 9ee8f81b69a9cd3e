/* SPDX-License-Identifier: MIT */
#include "ui/page.h"

#include "ui/shell.h"

G_DEFINE_ABSTRACT_TYPE (DkPage, dk_page, GTK_TYPE_BOX)

static void
dk_page_class_init (DkPageClass *class)
{
}

static void
dk_page_init (DkPage *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "page");
}

static DkShell *
shell_of (DkPage *self)
{
  GtkWidget *shell = gtk_widget_get_ancestor (GTK_WIDGET (self), DK_TYPE_SHELL);

  return shell != NULL ? DK_SHELL (shell) : NULL;
}

void
dk_page_refresh (DkPage *self)
{
  if (DK_PAGE_GET_CLASS (self)->refresh != NULL)
    DK_PAGE_GET_CLASS (self)->refresh (self);
}

void
dk_page_enter (DkPage *self)
{
  if (DK_PAGE_GET_CLASS (self)->enter != NULL)
    DK_PAGE_GET_CLASS (self)->enter (self);
}

void
dk_page_open (DkPage *self, const char *id)
{
  if (DK_PAGE_GET_CLASS (self)->open != NULL)
    DK_PAGE_GET_CLASS (self)->open (self, id);
}

gboolean
dk_page_can (DkPage *self, const char *action)
{
  return DK_PAGE_GET_CLASS (self)->can != NULL && DK_PAGE_GET_CLASS (self)->can (self, action);
}

void
dk_page_act (DkPage *self, const char *action)
{
  if (dk_page_can (self, action))
    DK_PAGE_GET_CLASS (self)->act (self, action);
}

void
dk_page_seal (DkPage *self)
{
  if (DK_PAGE_GET_CLASS (self)->seal != NULL)
    DK_PAGE_GET_CLASS (self)->seal (self);
}

void
dk_page_update_actions (DkPage *self)
{
  DkShell *shell = shell_of (self);

  if (shell != NULL)
    dk_shell_update_actions (shell);
}

void
dk_page_say (DkPage *self, GtkMessageType type, const char *text)
{
  DkShell *shell = shell_of (self);

  if (shell != NULL)
    dk_shell_say (shell, type, text);
}

void
dk_page_say_with_undo (DkPage *self, const char *text, void (*undo) (DkPage *, gpointer),
                       gpointer data, GDestroyNotify data_free)
{
  DkShell *shell = shell_of (self);

  if (shell != NULL)
    dk_shell_say_with_undo (shell, text, self, undo, data, data_free);
  else if (data_free != NULL)
    data_free (data);
}

gboolean
dk_page_failed (DkPage *self, const GError *error)
{
  if (error == NULL)
    return FALSE;
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    dk_page_say (self, GTK_MESSAGE_ERROR, error->message);
  return TRUE;
}

void
dk_page_go (DkPage *self, const char *page, const char *id)
{
  DkShell *shell = shell_of (self);

  if (shell != NULL)
    dk_shell_go (shell, page, id);
}

static void
on_link (GtkButton *button, gpointer data)
{
  g_autofree char *page = g_strdup (g_object_get_data (G_OBJECT (button), "page"));
  g_autofree char *id = g_strdup (g_object_get_data (G_OBJECT (button), "id"));

  dk_page_go (DK_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (button), DK_TYPE_PAGE)), page, id);
}

GtkWidget *
dk_page_link_new (const char *page, const char *id)
{
  GtkWidget *button = gtk_button_new ();

  g_object_set_data_full (G_OBJECT (button), "page", g_strdup (page), g_free);
  g_object_set_data_full (G_OBJECT (button), "id", g_strdup (id), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (on_link), NULL);
  return button;
}
