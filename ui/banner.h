/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "ui/facts.h"

G_BEGIN_DECLS

#define DK_TYPE_BANNER (dk_banner_get_type ())
G_DECLARE_FINAL_TYPE (DkBanner, dk_banner, DK, BANNER, GtkBox)

/* The mode of the kit by word, colour and icon, always in sight. Stale content has a line of its
 * own unless it is the only thing to say. */
void dk_banner_show_facts (DkBanner *self, const DkFacts *facts);

/* "NORMAL", "DOWNTIME", "DRILL", ...: what printed pages say as well. Static text. */
const char *dk_banner_mode_word (const char *mode);

G_END_DECLS
