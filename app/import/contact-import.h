/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/base/json.h"
#include "app/import/import-list.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Contacts of another program come into the kit: first compared, then, if a person wants it, stored
 * in steps. Comparing changes nothing. What is stored lies beside the pack (DK_CONTENT_OWN).
 *
 * Who it is is told by the key of the source (its id column, UID, objectGUID; else the e-mail
 * address, else name and team), so a second import of a source updates and never doubles. Somebody
 * who is in the pack already, by login, by e-mail, or by name together with a number, is not
 * stored: the pack has an owner who keeps it right. What the source knows beyond it is shown, so
 * that it can be corrected there. */
typedef struct DkContactImport DkContactImport;

typedef enum {
  DK_IMPORT_ADDED,
  DK_IMPORT_UPDATED,
  DK_IMPORT_UNCHANGED,
  DK_IMPORT_IN_PACK,   /* the same person stands in the pack */
  DK_IMPORT_DISABLED,  /* switched off in the source */
  DK_IMPORT_DUPLICATE, /* a second row of the same key in this source */
  DK_IMPORT_STATES
} DkImportState;

/* What becomes of a record. Borrowed from the import. */
typedef struct {
  const DkImportRecord *record;
  DkImportState state;
  char *id;     /* contact id in the kit, or in the pack; NULL for those not stored */
  char *detail; /* what differs, what it is a duplicate of; NULL */
} DkImportItem;

/* Somebody whom an earlier import of this source brought and who is not in it any more. */
typedef struct {
  char *id;
  char *name;
  char *key;
} DkImportMissing;

/* Takes the list (also on failure of what follows). source names where it comes from, 1 to 64 of
 * A-Z a-z 0-9 . _ -; DK_ERROR_INVALID otherwise. store is borrowed; NULL compares the source with
 * itself alone, for an author without a kit. Free with dk_contact_import_free. */
DkContactImport *dk_contact_import_new (DkStore *store, DkImportList *list, const char *source,
                                        GError **error) DK_CHECKED;

/* One step of comparing, at most 25 ms of the store's thread. Until *more is FALSE nothing below
 * may be asked. */
gboolean dk_contact_import_compare_step (DkContactImport *import, gboolean *more, GError **error)
    DK_CHECKED;

/* All steps of comparing. */
gboolean dk_contact_import_compare (DkContactImport *import, const DkJob *job, GError **error)
    DK_CHECKED;

/* The list that was compared, borrowed. */
const DkImportList *dk_contact_import_list (const DkContactImport *import);
/* Items in the order of the source, of DkImportItem, borrowed. */
const GPtrArray *dk_contact_import_items (const DkContactImport *import);
/* Who is gone from the source, of DkImportMissing, borrowed. */
const GPtrArray *dk_contact_import_missing (const DkContactImport *import);
/* "NAME (ID)" of those who would stand beside somebody of the pack with the same name: nothing but
 * the name tells that they are the same, or that they are not. Of char *, ID that of the pack,
 * borrowed. */
const GPtrArray *dk_contact_import_namesakes (const DkContactImport *import);
/* Number of items of a state. */
guint dk_contact_import_count (const DkContactImport *import, DkImportState state);

/* May who is unlocked store an import: a lead or an administrator (a rule of policy, not of keys),
 * by a name of their own. DK_ERROR_DENIED. */
gboolean dk_contact_import_may (DkStore *store, GError **error) DK_CHECKED;

/* One step of storing, at most about 25 ms, a transaction of its own: the first one begins with an
 * entry `contacts-imported` {source, sha256, state: begun, counts}, the last one ends with one of
 * state done. Breaking off between two steps leaves whole contacts, and the next import of the
 * source goes on. With remove_missing who is gone from the source goes from the kit as well. */
gboolean dk_contact_import_store_step (DkContactImport *import, gboolean remove_missing,
                                       gboolean *more, GError **error) DK_CHECKED;

/* All steps of storing; then corrections that the lists say by now are settled, and what no reader
 * sees any more is removed. DK_ERROR_DENIED as dk_contact_import_may. */
gboolean dk_contact_import_store (DkContactImport *import, gboolean remove_missing,
                                  const DkJob *job, GError **error) DK_CHECKED;

/* For --json: {source, sha256, counts{added updated unchanged in_pack rejected disabled duplicates
 * missing remarks namesakes}, notes[], rejects[{place,name,reason}], remarks[likewise],
 * items[{id,name,state,place,detail}] (none that are unchanged), missing[{id,name}], namesakes[]
 * (as dk_contact_import_namesakes)}; each list at most `most` long. New reference. */
json_t *dk_contact_import_to_json (const DkContactImport *import, guint most);

/* Rejects and remarks as a table for a spreadsheet. New reference. */
GBytes *dk_contact_import_rejects (const DkContactImport *import);

/* All contacts that would be in the kit, as contacts/NAME.csv of a pack's folder. New reference. */
GBytes *dk_contact_import_to_csv (const DkContactImport *import);

/* Contacts as contacts/NAME.csv of a pack's folder (app/content/FORMAT.md). New reference. */
GBytes *dk_contacts_to_csv (const GPtrArray *contacts);

/* Frees the import; NULL is fine. */
void dk_contact_import_free (DkContactImport *import);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkContactImport, dk_contact_import_free)

G_END_DECLS
