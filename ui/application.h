/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_APPLICATION_ID "org.downtimekit.DowntimeKit"

#define DK_TYPE_APPLICATION (dk_application_get_type ())
G_DECLARE_FINAL_TYPE (DkApplication, dk_application, DK, APPLICATION, GtkApplication)

/* The program of the window. One instance for each kit folder: a second start raises the first
 * window. argv is kept for the restart. Before other threads begin: writes to the environment. */
DkApplication *dk_application_new (char **argv);

/* Ends the main loop; the process then starts itself anew, so that nothing of the open kit is left
 * in memory. The kit must be closed. user is the name that is offered then, NULL = none: somebody
 * else is to choose theirs. refused, which may be NULL, is what could not be stored, in the words
 * of its refusal: the fresh process tells it, cut to some hundred characters. */
void dk_application_restart (DkApplication *self, const char *user, const char *refused);

/* Exit code for when the window is closed. */
void dk_application_set_exit_code (DkApplication *self, int code);

/* After g_application_run: restarts if that was asked for, otherwise gives the exit code. */
int dk_application_finish (DkApplication *self, int status);

G_END_DECLS
