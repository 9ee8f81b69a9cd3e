/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/shell.h"

G_BEGIN_DECLS

#define DK_TYPE_WINDOW (dk_window_get_type ())
G_DECLARE_FINAL_TYPE (DkWindow, dk_window, DK, WINDOW, GtkApplicationWindow)

/* The window with the unlock page of the kit in folder. user is the name that is offered first,
 * may be NULL; with ask_user none is. refused is what was refused when the kit was locked before,
 * NULL as a rule: it stands on the page. */
GtkWidget *dk_window_new (GtkApplication *application, const char *folder, const char *user,
                          gboolean ask_user, const char *refused);

/* An upper bound for the idle time that the policy gives; 0 = none. It can only lock earlier. */
void dk_window_set_idle_max_s (DkWindow *self, int seconds);

/* The shell; only while the kit is open. */
DkShell *dk_window_get_shell (DkWindow *self);

/* Makes a dialog belong to the window of owner, with its set of colours. */
void dk_window_adopt (GtkWindow *dialog, GtkWidget *owner);

/* Stores what was typed, closes the kit and puts a fresh process at the unlock page. */
void dk_window_lock (DkWindow *self);

/* The same, and offers no name: the next person chooses theirs. What was typed waits as a draft. */
void dk_window_switch_user (DkWindow *self);

G_END_DECLS
