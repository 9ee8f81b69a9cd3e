/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/facts.h"
#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_SHELL (dk_shell_get_type ())
G_DECLARE_FINAL_TYPE (DkShell, dk_shell, DK, SHELL, GtkBox)

/* The frame of an unlocked kit: banner, sidebar, search, pages, status bar. Signal `facts-changed`
 * after each time they were loaded. */
GtkWidget *dk_shell_new (void);

/* Goes to a page by name (now calls ticket tickets contacts oncall calltrees runbooks services
 * print handover) and, if id is given, to that thing on it. */
void dk_shell_go (DkShell *self, const char *page, const char *id);

/* The page that is shown. */
DkPage *dk_shell_current_page (DkShell *self);

/* Moves the focus into the search field. */
void dk_shell_focus_search (DkShell *self);

/* See dk_page_say and dk_page_say_with_undo. */
void dk_shell_say (DkShell *self, GtkMessageType type, const char *text);
/* The same with a way back; page is the one that undoes. */
void dk_shell_say_with_undo (DkShell *self, const char *text, DkPage *page,
                             void (*undo) (DkPage *, gpointer), gpointer data,
                             GDestroyNotify data_free);

/* The facts shown last, borrowed until they are loaded again; NULL in the first moment. */
const DkFacts *dk_shell_facts (DkShell *self);

/* Asks the current page again which of its actions make sense. */
void dk_shell_update_actions (DkShell *self);

/* Gives every page the chance to store what was typed, before the kit is closed. */
void dk_shell_seal (DkShell *self);

G_END_DECLS
