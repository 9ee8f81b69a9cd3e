/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/base/json.h"
#include "app/model/contact.h"
#include "app/model/service.h"

G_BEGIN_DECLS

/* Facts about one person, team or service, large enough to be read out on the phone. */

/* A card; copies what it shows. */
GtkWidget *dk_card_new_contact (const DkContact *contact);

/* A card; copies what it shows. */
GtkWidget *dk_card_new_service (const DkService *service);

/* A card of a row of a list of the content (a location, a group): its name, then what else stands
 * there. */
GtkWidget *dk_card_new_row (const json_t *row);

/* "1: patient care stops". Static text. */
const char *dk_criticality_words (int criticality);

/* "mobile 555-0100 · pager 4711": the first numbers in the order to try. New string. */
char *dk_card_numbers_line (const DkContact *contact, guint count_max);

/* Adds words that break into lines and can be selected; class is of the style, NULL = none.
 * Borrowed. */
GtkWidget *dk_card_add_words (GtkWidget *box, const char *text, const char *class);

/* Removes every child of a container. */
void dk_card_clear (GtkWidget *container);

G_END_DECLS
