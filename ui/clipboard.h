/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What is copied out of the open kit stays on the clipboard for 10 s. Starts watching; once in a
 * process, main thread. */
void dk_clipboard_watch (void);

/* Takes back what is still ours at once: before locking and leaving, before a clipboard manager is
 * offered a copy. */
void dk_clipboard_clear (void);

G_END_DECLS
