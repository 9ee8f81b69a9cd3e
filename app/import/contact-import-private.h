/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/import/contact-import.h"
#include "app/store/own-contact.h"

G_BEGIN_DECLS

typedef enum {
  DK_COMPARE_PACK,    /* read whom the pack has */
  DK_COMPARE_OWN,     /* read whom earlier imports brought */
  DK_COMPARE_MERGE,   /* find rows of the same key */
  DK_COMPARE_ASSIGN,  /* who is whom, and ids */
  DK_COMPARE_JUDGE,   /* managers, and what differs */
  DK_COMPARE_MISSING, /* who is gone */
  DK_COMPARE_DONE
} DkComparePhase;

struct DkContactImport {
  DkStore *store; /* NULL: nothing to compare with */
  DkImportList *list;
  char *source;
  GPtrArray *items;    /* of DkImportItem, one for each record */
  GPtrArray *missing;  /* of DkImportMissing */
  GPtrArray *replaced; /* of char *: ids of own contacts whose person the pack has by now */
  GPtrArray *namesakes; /* of char *: who has the name of somebody in the pack, and no more */
  guint counts[DK_IMPORT_STATES];

  DkComparePhase phase;
  char *after; /* last id of a page */
  guint next;  /* item */

  GPtrArray *own;           /* of DkOwnContact of this source, by id */
  GHashTable *own_by_key;   /* key -> DkOwnContact, borrowed */
  GHashTable *used;         /* set of DkOwnContact that a record stands for */
  GHashTable *ids;          /* set of ids that are taken */
  GHashTable *pack_ids;     /* set */
  GHashTable *pack_logins;  /* folded login or e-mail -> id */
  GHashTable *pack_people;  /* "folded name|digits" -> id */
  GHashTable *pack_names;   /* folded name -> id */
  GHashTable *pack_numbers; /* "id|value" set: digits, or folded text */
  GHashTable *seen;         /* key -> DkImportItem */
  GHashTable *shared;       /* set of keys: addresses of several people */
  GHashTable *names;        /* reference of managers -> DkImportItem, NULL value if it is not one */
  GHashTable *suffixes;     /* id without a number -> last number given */

  gboolean begun;
  gboolean stored;
  guint next_missing;
  guint next_replaced;
  guint batch; /* records of the next batch: as many as its time allows */
  guint added, updated, removed;
};

/* What differs between two contacts, in words for a person; NULL if nothing does. New string. */
char *dk_contact_difference (const DkContact *was, const DkContact *now);

/* A number as it is compared: its digits, or the text in lower case where it has too few. New
 * string. */
char *dk_import_number_key (const char *value);

G_END_DECLS
