/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Locks an open kit by itself: after idle minutes, before the PC sleeps, when the session or its
 * screen is locked. Main thread only. */
typedef struct DkAutoLock DkAutoLock;

/* Watches every window of the process; lock is called once, in_hurry if the PC is about to sleep,
 * and in that case even if it was called before. Letters that were typed by then are in their text.
 * Holds the PC's sleep back (logind, a delay of some seconds at most) until it is freed, so that
 * the kit is closed before. Free with dk_auto_lock_free. */
DkAutoLock *dk_auto_lock_new (void (*lock) (gpointer data, gboolean in_hurry), gpointer data);

/* Seconds since the last key or movement of the mouse, counted through sleep; 0 = never. Typing
 * always counts, so nobody is locked out in the middle of a sentence, and nothing typed and left
 * keeps the kit open. */
void dk_auto_lock_set_idle_s (DkAutoLock *self, int seconds);

/* Stops watching and lets the PC sleep; NULL is fine. */
void dk_auto_lock_free (DkAutoLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkAutoLock, dk_auto_lock_free)

G_END_DECLS
