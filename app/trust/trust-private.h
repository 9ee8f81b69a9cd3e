/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/trust/trust.h"

#define DK_TRUST_OBJECT "trust"             /* of the entries about it */
#define DK_TRUST_SEQ "trust_seq"            /* setting: of the newest list */
#define DK_TRUST_SIGNERS_MAX 16
#define DK_TRUST_REVOKED_MAX 1000
#define DK_TRUST_SEQ_MAX G_GINT64_CONSTANT (1000000000)
#define DK_TRUST_BYTES_MAX (8u << 20)
#define DK_TRUST_PASSED_MAX 1000
#define DK_TRUST_OLDER \
  "This kit is older than its list of signers: no new pack is accepted until an administrator " \
  "names the signer: dkit trust add PUB --fingerprint TEXT."

/* An empty one that holds. */
DkTrust *dk_trust_new (void);

/* New string: one line, as `minisign -P` takes it. */
char *dk_trust_key_line (const DkMinisignPublic *key);

/* Adds a sentence to the problems. */
void dk_trust_add_problem (DkTrust *trust, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Adds a signer unless the key is there, is revoked or 16 are; names may be NULL. TRUE if added. */
gboolean dk_trust_put_signer (DkTrust *trust, const DkMinisignPublic *key, const char *name,
                              const char *since, const char *origin);

/* Takes a signer out. FALSE if there is none with this key. */
gboolean dk_trust_drop_signer (DkTrust *trust, const DkMinisignPublic *key);

/* Adds a revocation, a key or an id of 16 digits, and takes the signer out. FALSE if it is there
 * already or is neither. */
gboolean dk_trust_put_revoked (DkTrust *trust, const char *key_or_id, const char *origin);

/* Keeps stations, desks, recipients and routes of a fleet (not taken) as those of the trust. */
void dk_trust_keep_fleet (DkTrust *trust, const json_t *fleet, const char *origin);

/* At the end: has what is kept as arrays as well; what has not the right shape is passed over. */
void dk_trust_read_fleet (DkTrust *trust);

/* Whether a revocation, a key or an id, is about this key. */
gboolean dk_trust_is_about (const char *key_or_id, const DkMinisignPublic *key);

/* What a fleet changes, as sentences; see trust-pack.h. */
GPtrArray *dk_trust_list_changes (const DkTrust *trust, const json_t *fleet);

/* Brings a fleet in: afterwards dk_trust_list_changes has nothing to tell of it. The arrays of
 * places are as they were until dk_trust_read_fleet. */
void dk_trust_take_fleet (DkTrust *trust, const json_t *fleet, const char *origin,
                          const char *since);

/* How many signers there would be with this fleet. */
guint dk_trust_count_after (const DkTrust *trust, const json_t *fleet);

/* Those signers of the trust whose signature over this manifest holds, each key once. `signatures`
 * is an object: key id -> signature file. New array of DkTrustSigner, borrowed from the trust. */
GPtrArray *dk_trust_find_signatures (const DkTrust *trust, const char *manifest,
                                     const json_t *signatures);

/* Whether what this pack says of trust, or a later one of its name, is taken in already. */
gboolean dk_trust_is_taken_in (const DkTrust *trust, const char *name, gint64 sequence);

/* How many signers a change of trust needs. */
guint dk_trust_needed (const DkTrust *trust);

/* The signed list that is in the database. */
typedef struct {
  json_t *document;  /* NULL: none that holds */
  char *text;        /* of it */
  gint64 noted;      /* highest sequence that a row, the setting or an entry names; 0: a kit of
                        before */
  GPtrArray *faults; /* of char *: sentences; with one of them it is not to be relied on */
  GPtrArray *entries; /* of DkEntry about trust, in order */
  GPtrArray *broken;  /* of char *: digests of the lines of those that cannot be read */
} DkTrustList;

/* The digest of an entry's line, in hex, as `passed` has it. New string. */
char *dk_trust_line_digest (const void *line, gsize size);

/* Reads the newest list and checks it with the admin key of the person of the store. */
DkTrustList *dk_trust_list_read (DkStore *store, GError **error) DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_trust_list_free (DkTrustList *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkTrustList, dk_trust_list_free)

/* Why a list is signed. Borrowed. */
typedef struct {
  const char *change; /* init add remove revoke fold keys */
  const char *signer; /* key id, or NULL */
  const char *reason; /* or NULL */
  guint passed_over;  /* problems that the new list leaves behind */
} DkTrustCause;

/* The document of a trust, without seq, key_epoch, at and by. New reference. */
json_t *dk_trust_document (const DkTrust *trust);

/* In the caller's transaction: signs the document (not taken) as the list with this sequence, and
 * writes the row, the setting and the entry. */
gboolean dk_trust_list_write (DkStore *store, const json_t *document, gint64 seq,
                              const DkKeyring *keys, guint32 key_epoch, const DkTrustCause *cause,
                              GError **error) DK_CHECKED;

/* Computes what counts. `is_lenient`: with the newest list that holds, even if a newer one is gone
 * or does not: to sign a new one. */
DkTrust *dk_trust_compute (DkStore *store, gboolean is_lenient, GError **error) DK_CHECKED;

/* A hash over all that dk_trust_compute looks at. */
gboolean dk_trust_hash_rows (DkStore *store, guint8 key[32], GError **error) DK_CHECKED;

/* FALSE: rows of fleets count unchecked. For tests alone, which must see that the checks matter. */
void dk_trust_set_checking (gboolean on);
