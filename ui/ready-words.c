/* SPDX-License-Identifier: MIT */
#include "ui/ready-words.h"

#include <glib/gi18n.h>

const char *
dk_ready_words (DkReadyState state)
{
  static const char *const words[] = { [DK_READY_GREEN] = N_ ("GREEN"),
                                       [DK_READY_AMBER] = N_ ("AMBER"),
                                       [DK_READY_RED] = N_ ("RED") };

  return _ (words[state]);
}

const char *
dk_ready_class (DkReadyState state)
{
  static const char *const classes[] = { [DK_READY_GREEN] = "ready-green",
                                         [DK_READY_AMBER] = "ready-amber",
                                         [DK_READY_RED] = "ready-red" };

  return classes[state];
}

char *
dk_ready_counts (guint red, guint amber, guint green)
{
  return g_strdup_printf (_ ("%u red, %u amber, %u green"), red, amber, green);
}
