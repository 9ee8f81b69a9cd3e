/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_NOW_WATCH (dk_now_watch_get_type ())
G_DECLARE_FINAL_TYPE (DkNowWatch, dk_now_watch, DK, NOW_WATCH, GtkBox)

/* On the page Now: runbooks in progress, and what is not ready. Belongs on a DkPage. */

/* Loads both again; what is unchanged is left alone, and with it the focus. with_details tells what
 * is red in words, else there are only counts. */
void dk_now_watch_refresh (DkNowWatch *self, gboolean with_details);

G_END_DECLS
