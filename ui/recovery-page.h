/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_RECOVERY_PAGE (dk_recovery_page_get_type ())
G_DECLARE_FINAL_TYPE (DkRecoveryPage, dk_recovery_page, DK, RECOVERY_PAGE, GtkBox)

/* Opens the kit in folder with its printed recovery code: eight groups, each checked as it is
 * typed, a reason, and the new passphrase of the recovery slot. Signals: `unlocked`, `back`. */
GtkWidget *dk_recovery_page_new (const char *folder);

/* Puts the focus where typing begins. */
void dk_recovery_page_focus (DkRecoveryPage *self);

G_END_DECLS
