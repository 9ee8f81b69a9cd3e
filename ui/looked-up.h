/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "ui/ticket-work.h"

G_BEGIN_DECLS

/* What was chosen from a proposal while typing: one of the three is set. Owned. */
typedef struct {
  DkContact *contact;
  DkService *service;
  json_t *row; /* of a list of the content */
} DkLookedUp;

/* Work for dk_kit_run: order with number = kind ("contact", "service", "location"), text = id ->
 * DkLookedUp. */
gpointer dk_looked_up_load (DkKit *kit, gpointer order, GCancellable *c, GError **error);

/* A card to read out. */
GtkWidget *dk_looked_up_card (const DkLookedUp *found);

/* The number to call a person back on, NULL if there is none. Borrowed. */
const char *dk_looked_up_callback (const DkLookedUp *found);

/* For the queue; NULL is fine. */
void dk_looked_up_free (gpointer found);

G_END_DECLS
