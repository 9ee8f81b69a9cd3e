/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

/* Adds every action of the window to it, disabled until there is a shell. */
void dk_shell_actions_add (GActionMap *window);

/* Keys of the actions. */
void dk_shell_actions_set_keys (GtkApplication *application);

/* Enables what makes sense now: what the page can, and what always can. */
void dk_shell_actions_update (GActionMap *window, DkPage *page);

G_END_DECLS
