/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_UNLOCK_PAGE (dk_unlock_page_get_type ())
G_DECLARE_FINAL_TYPE (DkUnlockPage, dk_unlock_page, DK, UNLOCK_PAGE, GtkBox)

/* The first page: who are you. Reads only what a locked kit shows. user may be NULL (the one who
 * unlocked last); with ask_user nobody is proposed. Signals: `unlocked`; `held` when another
 * process has the kit open; `recover` when the recovery code is to be used. */
GtkWidget *dk_unlock_page_new (const char *folder, const char *user, gboolean ask_user);

/* The name that is chosen; NULL if none is. New string. */
char *dk_unlock_page_get_user (DkUnlockPage *self);

/* Tells what was refused when the kit was locked before this page, in the words of the refusal, and
 * what is safe and to be done. Stays until the page goes. */
void dk_unlock_page_tell_refused (DkUnlockPage *self, const char *refused);

/* Puts the focus where typing begins. */
void dk_unlock_page_focus (DkUnlockPage *self);

G_END_DECLS
