/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/db/statement.h"
#include "app/model/entry.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* The chained ledger (DESIGN section 7, FORMAT.md). */

/* Appends an entry in the caller's transaction. happened_ms 0 = now. body is an object or NULL for
 * {}; it is not taken. Disk recovery keys in its texts are masked, whatever the kind: a ledger
 * keeps what it is told for good. *entry, if wanted, gets the entry with its body. */
gboolean dk_ledger_append (DkStore *store, const char *kind, const char *object, gint64 happened_ms,
                           const json_t *body, DkEntry **entry, GError **error) DK_CHECKED;

/* As dk_ledger_append, in a transaction of its own: unlock, print, export. */
gboolean dk_ledger_note (DkStore *store, const char *kind, const char *object, const json_t *body,
                         GError **error) DK_CHECKED;

/* As dk_ledger_note, of something that happened at that moment (ms, UTC; 0 = now). */
gboolean dk_ledger_note_at (DkStore *store, const char *kind, const char *object,
                            gint64 happened_ms, const json_t *body, GError **error) DK_CHECKED;

/* Chain, sequence and hash (64 hex) of the last entry of the current chain. Any may be NULL; new
 * strings. */
gboolean dk_ledger_head (DkStore *store, char **chain, gint64 *seq, char **hash, GError **error)
    DK_CHECKED;

/* "CHAIN:SEQ:HEX16": the head as printed in footers. New string. */
char *dk_ledger_head_text (DkStore *store, GError **error) DK_CHECKED;

/* Signs the current head with device-sign unless that was done. In a transaction of its own. */
gboolean dk_ledger_checkpoint (DkStore *store, GError **error) DK_CHECKED;

/* Starts a new chain whose first entry tells why (reason: copied, restored, moved) and raises the
 * number counter to the next multiple of 10,000 that is more than 1,000 above it and above
 * counter_floor (the highest number that another copy may have issued); one `skipped` entry. */
gboolean dk_ledger_start_chain (DkStore *store, const char *reason, guint64 counter_floor,
                                GError **error) DK_CHECKED;

/* As dk_ledger_start_chain; the members of facts (an object, not taken, may be NULL) stand in the
 * first entry as well. */
gboolean dk_ledger_start_chain_with (DkStore *store, const char *reason, guint64 counter_floor,
                                     const json_t *facts, GError **error) DK_CHECKED;

/* Starts a new chain for new device keys, so that one chain has one key; the numbers go on, since
 * this is no copy. In the caller's transaction; the caller has signed the head of the chain
 * before. */
gboolean dk_ledger_start_chain_of_device (DkStore *store, const json_t *facts,
                                          GError **error) DK_CHECKED;

/* Hash (64 hex, new string) of the entry of this station at that place of a chain; *hash NULL if
 * there is none. */
gboolean dk_ledger_hash_at (DkStore *store, const char *chain, gint64 seq, char **hash,
                            GError **error) DK_CHECKED;

/* Entries of one object (a ticket number) in order, with bodies. New array of DkEntry. */
GPtrArray *dk_ledger_of_object (DkStore *store, const char *object, GError **error) DK_CHECKED;

/* Entries of one kind in order, with bodies. Reads the whole ledger. New array of DkEntry. */
GPtrArray *dk_ledger_of_kind (DkStore *store, const char *kind, GError **error) DK_CHECKED;

/* What is left of a query whose columns are `line` of an entry and `body` of its words (NULL if
 * they are gone). New array of DkEntry. */
GPtrArray *dk_ledger_read (DkStmt *stmt, GError **error) DK_CHECKED;

/* Calls `each` for the entries of these kinds (NULL-terminated) that this station made, in order,
 * with bodies, until it fails. It may write to other tables. Reads the whole ledger. */
gboolean dk_ledger_each (DkStore *store, const char *const *kinds,
                         gboolean (*each) (const DkEntry *entry, gpointer data, GError **error),
                         gpointer data, GError **error) DK_CHECKED;

/* One finding of the verifier. */
typedef struct {
  const char *kind;    /* fork gap hash body checkpoint signature tail time line; static */
  const char *finding; /* what exactly, for programs: "cut-off", "replayed", ...; static */
  char *chain;         /* "" if it is about no chain */
  gint64 seq;
  char *message; /* what happened, what is not in doubt, what to do */
} DkLedgerProblem;

typedef struct {
  gint64 entries;
  gint64 erased;       /* bodies that are gone, and an entry says so */
  gint64 unbound;      /* signed entries (of earlier versions) of which nothing says whose key */
  gboolean with_words; /* FALSE: the bodies were not there to be checked */
  guint found;         /* number of problems; `problems` holds at most 1,000 of them */
  GPtrArray *stations; /* of char * */
  GPtrArray *problems; /* of DkLedgerProblem */
} DkLedgerReport;

/* Reads every entry, body and checkpoint of every chain. held_head, if given, is a head printed or
 * held elsewhere (CHAIN:SEQ:HEX, at least 16 digits): if the chain does not contain it, that is a
 * problem of kind `tail`. Finding problems is not an error. New report. */
DkLedgerReport *dk_ledger_verify (DkStore *store, const char *held_head, const DkJob *job,
                                  GError **error) DK_CHECKED;

/* One who can open the kit, as the signed list of people has it. */
typedef struct {
  guint8 slot[16];
  guint8 sign_key[32];
  DkRole role;
  char name[41];
} DkLedgerPerson;

/* As dk_ledger_verify; what the ledger states of people must be what `people` (array of
 * DkLedgerPerson, authenticated by the caller) says. NULL: that is not asked. */
DkLedgerReport *dk_ledger_verify_with (DkStore *store, const GArray *people, const char *held_head,
                                       const DkJob *job, GError **error) DK_CHECKED;

/* As dk_ledger_verify, of an exported ledger in memory, by the same rules and without a kit: files
 * maps names within the export (char *) to their content (GBytes *). keys are the 32-byte public
 * keys that the newest chain of each station may be signed with (array of guint8[32]). Files of
 * other names are not looked at. DK_ERROR_INVALID for what is no export at all or too big, USAGE
 * for the head. New report. Any thread. */
DkLedgerReport *dk_ledger_verify_files (GHashTable *files, const GArray *keys,
                                        const char *held_head, const DkJob *job,
                                        GError **error) DK_CHECKED;

/* The same of a folder as dk_ledger_export made it. keys NULL: those of its own device*.pub, which
 * prove only that the folder agrees with itself. DK_ERROR_NOT_FOUND. New report. Any thread. */
DkLedgerReport *dk_ledger_verify_folder (const char *folder, const GArray *keys,
                                         const char *held_head, const DkJob *job,
                                         GError **error) DK_CHECKED;

/* Writes <station>-<chain>.ndjson, checkpoints/, device.pub (device-<chain>.pub for chains of
 * earlier device keys) and, with_text, bodies.ndjson and the files of tickets (files/<sha256>) into
 * a new folder, for b2sum, minisign and sha256sum. Makes an entry with the reason first.
 * DK_ERROR_DAMAGED if such a file is not what its SHA-256 says. */
gboolean dk_ledger_export (DkStore *store, const char *folder, gboolean with_text,
                           const char *reason, GError **error) DK_CHECKED;

/* Frees the report; NULL is fine. */
void dk_ledger_report_free (DkLedgerReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkLedgerReport, dk_ledger_report_free)

G_END_DECLS
