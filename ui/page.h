/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* One page of the window, in the shell's stack. */
#define DK_TYPE_PAGE (dk_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (DkPage, dk_page, DK, PAGE, GtkBox)

struct _DkPageClass {
  GtkBoxClass parent_class;
  /* What is shown may have changed in the store: load it again. */
  void (*refresh) (DkPage *self);
  /* The page was chosen: put the focus where work begins. */
  void (*enter) (DkPage *self);
  /* Shows one thing of its kind. */
  void (*open) (DkPage *self, const char *id);
  /* TRUE if the page action of that name (ui/shell-actions.c) makes sense now. */
  gboolean (*can) (DkPage *self, const char *action);
  /* Does it. */
  void (*act) (DkPage *self, const char *action);
  /* The kit is about to be locked: put what was typed into the queue of the kit's thread. */
  void (*seal) (DkPage *self);
};

/* Name of data of a widget, not NULL: letters typed while it has the focus belong to it, and not to
 * the search. */
#define DK_TAKES_LETTERS "takes-letters"

/* The calls above for a page; NULL functions do nothing and can nothing. */
void dk_page_refresh (DkPage *self);
/* See enter. */
void dk_page_enter (DkPage *self);
/* See open. */
void dk_page_open (DkPage *self, const char *id);
/* See can. */
gboolean dk_page_can (DkPage *self, const char *action);
/* See act. */
void dk_page_act (DkPage *self, const char *action);
/* See seal. */
void dk_page_seal (DkPage *self);

/* Tells the shell that what `can` answers has changed. */
void dk_page_update_actions (DkPage *self);

/* A message in the bar above the page, in three parts: what happened, what is safe, what to do. An
 * error stays until it is closed or something succeeds; words of success go after 10 s. */
void dk_page_say (DkPage *self, GtkMessageType type, const char *text);

/* As dk_page_say of success, with a button that takes it back for 10 s. data is freed with
 * data_free. */
void dk_page_say_with_undo (DkPage *self, const char *text, void (*undo) (DkPage *, gpointer),
                            gpointer data, GDestroyNotify data_free);

/* Shows error if it is one that a person should see. TRUE if there was an error of any kind. */
gboolean dk_page_failed (DkPage *self, const GError *error);

/* Goes to another page of the shell ("tickets"), there to the thing of that id if given. */
void dk_page_go (DkPage *self, const char *page, const char *id);

/* A button without words that goes to a page of the shell, and there to what has this id (copied);
 * it finds its way by the page that it stands in. */
GtkWidget *dk_page_link_new (const char *page, const char *id);

G_END_DECLS
