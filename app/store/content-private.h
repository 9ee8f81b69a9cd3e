/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/content-store.h"
#include "app/store/store-private.h"

/* The pack in force, in SQL. */
#define DK_IN_FORCE "(SELECT CAST (value AS INTEGER) FROM setting WHERE key = 'pack')"

/* How long one step of loading, comparing or removing may work before it gives way. */
#define DK_STEP_US (12 * 1000)

#define DK_SINCE_PACK (-1)

/* Adds the row of a contact and what it is found by. since_ms: as in DkContact, or DK_SINCE_PACK:
 * what the pack in force says of the same id and name, else now, and 0 in a first pack. In the
 * caller's transaction. */
gboolean dk_content_add_contact_row (DkStore *store, gint64 pack, const DkContact *contact,
                                     gint64 since_ms, GError **error) DK_CHECKED;

/* Numbers of a contact as they are kept: [[kind, value], ...] in the order to try. New string. */
char *dk_content_numbers_text (const DkContact *contact);

/* Reads the one contact that `stmt` stands on, with the columns of DK_CONTACT_COLUMNS. */
DkContact *dk_content_read_contact (DkStmt *stmt, GError **error) DK_CHECKED;

/* Where an imported contact comes from; null for one of a pack. */
#define DK_CONTACT_ORIGIN(column) \
  "(SELECT w." column " FROM own_contact AS w" \
  " WHERE contact.pack = 2147483647 AND w.ref = contact.ref)"

#define DK_CONTACT_COLUMNS \
  "ref, name, role, team, site, tier, hours, timezone, languages, audience, note, numbers," \
  " type, login, manager, since_ms, " DK_CONTACT_ORIGIN ("source") \
  ", " DK_CONTACT_ORIGIN ("imported_ms") ", " DK_CONTACT_ORIGIN ("imported_by")
#define DK_CONTACT_COLUMNS_COUNT 19

/* DK_ERROR_NOT_FOUND with the id made printable; always FALSE. */
gboolean dk_content_not_found (GError **error, const char *what, const char *id);

/* dk_content_store_note_number under a pack, seen once that is in force; pack 0 = at once. */
gboolean dk_content_note_number (DkStore *store, gint64 pack, const DkNumberChange *change,
                                 GError **error) DK_CHECKED;
