/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Locks an open kit by itself: after idle minutes, when the PC is suspended, when the session's
 * screen is locked. Main thread only. */
typedef struct DkAutoLock DkAutoLock;

/* Watches the window; lock is called once. Free with dk_auto_lock_free. */
DkAutoLock *dk_auto_lock_new (GtkWindow *window, void (*lock) (gpointer data), gpointer data);

/* Minutes without a key or a movement of the mouse; 0 = never. */
void dk_auto_lock_set_idle_min (DkAutoLock *self, int minutes);

/* Stops watching; NULL is fine. */
void dk_auto_lock_free (DkAutoLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkAutoLock, dk_auto_lock_free)

G_END_DECLS
