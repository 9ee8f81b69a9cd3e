/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"
#include "app/model/contact.h"

G_BEGIN_DECLS

/* What a source of contacts (a table, vCards, a directory) says, read and cleaned, before anything
 * is compared or stored. Readers work without a store, on any thread; one list, one thread. */

/* Somebody of the source. Text owned, NULL = absent. */
typedef struct {
  DkContact *contact; /* its id and manager are given by the comparison; id here = wanted one */
  char *key;          /* what the source calls it, stable from one import to the next */
  char *reference;    /* how a manager is named in the source, besides key, e-mail, login, name */
  char *manager;      /* such a reference, or an e-mail, a login, a name */
  char *place;        /* "staff.csv:12", "cards.vcf:40", a DN */
  gboolean disabled;  /* the source says that the account is switched off */
} DkImportRecord;

/* A row that is not taken, or a remark about one that is. */
typedef struct {
  char *place;
  char *name; /* as far as it could be read, NULL */
  char *reason;
} DkImportRemark;

typedef struct {
  char *name;         /* of the file or server, for people */
  char *sha256;       /* of the bytes that were read, hex; of a directory of what it answered */
  GPtrArray *records; /* of DkImportRecord */
  GPtrArray *rejects; /* of DkImportRemark, at most DK_IMPORT_REJECTS_MAX are kept in words */
  GPtrArray *remarks; /* of DkImportRemark, likewise */
  GPtrArray *notes;   /* of char *: encoding, dialect, what was left out of the whole file */
  guint rejected;     /* number of all rejects */
  guint remarked;     /* number of all remarks */
  guint homes;        /* numbers that are marked as home numbers */
  guint homes_dropped;
  guint faxes;        /* fax numbers, which stand in notes */
} DkImportList;

/* What stands behind a home number. */
#define DK_IMPORT_HOME_MARK " (home)"

#define DK_IMPORT_RECORDS_MAX 500000
#define DK_IMPORT_REJECTS_MAX 10000

/* An empty list. Free with dk_import_list_free. */
DkImportList *dk_import_list_new (const char *name);

/* Adds a row that is not taken; reason is a whole sentence. All text is copied; name may be
 * NULL. */
void dk_import_list_reject (DkImportList *list, const char *place, const char *name,
                            const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Adds a remark about a row that is taken. */
void dk_import_list_remark (DkImportList *list, const char *place, const char *name,
                            const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Adds a sentence about the whole source. */
void dk_import_list_note (DkImportList *list, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Takes the home numbers out of all records; who has no other number becomes a reject. */
void dk_import_list_drop_homes (DkImportList *list);

/* Adds what is to be told about home and fax numbers to the notes. */
void dk_import_list_tell_numbers (DkImportList *list);

/* Frees the list; NULL is fine. */
void dk_import_list_free (DkImportList *list);

/* Frees a record; NULL is fine. */
void dk_import_record_free (DkImportRecord *record);

/* Can somebody dial this: 2 to 24 digits with the signs that people write among them, an extension
 * ("ext. 12", "x12", "p12", ";ext=12"), and words in round brackets at the end ("(home)")? Any
 * thread. */
gboolean dk_import_can_dial (const char *number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkImportList, dk_import_list_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkImportRecord, dk_import_record_free)

G_END_DECLS
