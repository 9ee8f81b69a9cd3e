/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Proposals below an entry while a person types: contacts and services of the kit. What is typed
 * stays as it is unless a proposal is taken. kind is "contact" or "service"; another kind proposes
 * nothing. taken is called with the id of what was taken. */
void dk_lookup_attach (GtkEntry *entry, const char *kind,
                       void (*taken) (const char *kind, const char *id, gpointer data),
                       gpointer data);

G_END_DECLS
