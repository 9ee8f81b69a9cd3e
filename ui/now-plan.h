/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_NOW_PLAN (dk_now_plan_get_type ())
G_DECLARE_FINAL_TYPE (DkNowPlan, dk_now_plan, DK, NOW_PLAN, GtkBox)

/* On the page Now: who is to be called first for the six most critical services, with numbers big
 * enough to read out, and rounds of calls that are under way. Belongs on a DkPage. */

/* Loads both again; what is unchanged is left alone, and with it the focus. */
void dk_now_plan_refresh (DkNowPlan *self);

G_END_DECLS
