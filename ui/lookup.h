/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Proposals below an entry while a person types. What is typed stays as it is unless a proposal is
 * taken; taken is then called with its id. kind: "contact", "service" and "device" of the kit,
 * "operator" for the people who open it, "location" and "group" from the lists of the content;
 * another kind proposes nothing. */
void dk_lookup_attach (GtkEntry *entry, const char *kind,
                       void (*taken) (const char *kind, const char *id, gpointer data),
                       gpointer data);

G_END_DECLS
