/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Somebody or some team that can be reached. Plain values, text owned, NULL = absent. */
typedef struct {
  char *kind;  /* desk mobile pager radio runner email */
  char *value;
  char *audience; /* lead: for shift leads alone; NULL = for whoever sees the contact */
} DkContactNumber;

typedef struct {
  char *id;
  char *name;
  char *type; /* person team vendor */
  char *role;
  char *team;
  char *site;
  int tier;
  char *hours;
  char *timezone;
  char *languages;
  char *audience; /* all or lead */
  char *note;
  char *lead_note; /* for shift leads alone */
  char *login;
  char *manager; /* contact id */
  gint64 since_ms; /* when a kit first had it under this id and name; 0 = from its beginning */
  GPtrArray *numbers; /* of DkContactNumber, in the order to try */
  char *source;       /* name of the import that brought it here, unsigned; NULL = a pack did */
  gint64 imported_ms; /* of an imported one */
  char *imported_by;  /* likewise: who stored it */
} DkContact;

/* An empty contact with no numbers. Free with dk_contact_free. */
DkContact *dk_contact_new (void);

/* Appends a number to try after those before it; copies both. The new number, borrowed. */
DkContactNumber *dk_contact_add_number (DkContact *contact, const char *kind, const char *value);

/* "imported from staff on 2026-11-22 by anna, not signed"; NULL for a contact of a pack. New
 * string. */
char *dk_contact_origin_words (const DkContact *contact);

/* TRUE if a part of the contact, or all of it, is for shift leads alone. */
gboolean dk_contact_has_lead_parts (const DkContact *contact);

/* Takes the numbers and the note for leads out. */
void dk_contact_drop_lead_parts (DkContact *contact);

/* Frees the contact; NULL is fine. */
void dk_contact_free (DkContact *contact);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkContact, dk_contact_free)

G_END_DECLS
