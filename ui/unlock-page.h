/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_UNLOCK_PAGE (dk_unlock_page_get_type ())
G_DECLARE_FINAL_TYPE (DkUnlockPage, dk_unlock_page, DK, UNLOCK_PAGE, GtkBox)

/* The first page: who are you. Reads only what a locked kit shows. user may be NULL (the one who
 * unlocked last). Signals: `unlocked`; `held` when another process has the kit open. */
GtkWidget *dk_unlock_page_new (const char *folder, const char *user);

/* Puts the focus where typing begins. */
void dk_unlock_page_focus (DkUnlockPage *self);

G_END_DECLS
