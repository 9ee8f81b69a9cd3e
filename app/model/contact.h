/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Somebody or some team that can be reached. Plain values, text owned, NULL = absent. */
typedef struct {
  char *kind;  /* desk mobile pager radio runner email */
  char *value;
} DkContactNumber;

typedef struct {
  char *id;
  char *name;
  char *role;
  char *team;
  char *site;
  int tier;
  char *hours;
  char *timezone;
  char *languages;
  char *audience; /* all or lead */
  char *note;
  GPtrArray *numbers; /* of DkContactNumber, in the order to try */
} DkContact;

/* An empty contact with no numbers. Free with dk_contact_free. */
DkContact *dk_contact_new (void);

/* Appends a number to try after those before it; copies both. */
void dk_contact_add_number (DkContact *contact, const char *kind, const char *value);

/* Frees the contact; NULL is fine. */
void dk_contact_free (DkContact *contact);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkContact, dk_contact_free)

G_END_DECLS
