/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/shell.h"

G_BEGIN_DECLS

#define DK_TYPE_WINDOW (dk_window_get_type ())
G_DECLARE_FINAL_TYPE (DkWindow, dk_window, DK, WINDOW, GtkApplicationWindow)

/* The window with the unlock page of the kit in folder. user may be NULL. */
GtkWidget *dk_window_new (GtkApplication *application, const char *folder, const char *user);

/* The shell; only while the kit is open. */
DkShell *dk_window_get_shell (DkWindow *self);

/* Stores what was typed, closes the kit and puts a fresh process at the unlock page. */
void dk_window_lock (DkWindow *self);

G_END_DECLS
