/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/aead.h"
#include "app/store/ledger.h"

G_BEGIN_DECLS

/* Exported ledgers made from nothing, by FORMAT.md alone and not by the code that writes them: so
 * that thousands can be made, changed and verified in memory. */

typedef struct {
  char *station;
  char *id;
  GPtrArray *lines;  /* of char *, LF included */
  GPtrArray *bodies; /* of char *: the record in bodies.ndjson, LF included; NULL: none */
} MadeChain;

typedef struct {
  char *chain;
  gint64 seq;
  char *message;
  char *signature;
} MadeCheckpoint;

typedef struct {
  char kit[33];
  GPtrArray *chains;      /* of MadeChain */
  GPtrArray *checkpoints; /* of MadeCheckpoint */
  guint8 key[32];         /* public key of the device, in the newest chain */
  GArray *keys;           /* of guint8[32]: all that were in use */
  char *head;             /* CHAIN:SEQ:HEX of the last line */
} MadeLedger;

/* A ledger of that many chains with 1 to lines_max lines each (at least what a chain begins with),
 * of all sorts of kinds, with signed and erased words and checkpoints; the device key may change
 * between chains. */
MadeLedger *made_ledger_new (GRand *rng, guint chains, guint lines_max);

/* A deep copy. */
MadeLedger *made_ledger_copy (const MadeLedger *ledger);

/* The files of its export; with_words FALSE leaves bodies.ndjson out. New table for
 * dk_ledger_verify_files. */
GHashTable *made_ledger_files (const MadeLedger *ledger, gboolean with_words);

/* Verifies it with its key. New report. */
DkLedgerReport *made_ledger_verify (const MadeLedger *ledger, const char *held);

/* 64 hex digits of the BLAKE2b-256 of a line. New string. */
char *made_ledger_hash (const char *line);

/* A checkpoint of that line by the key of that seed. */
MadeCheckpoint *made_checkpoint_new (const MadeLedger *ledger, const MadeChain *chain, guint at,
                                     const DkSecret *seed);

/* Adds `signed` (and `second`) by persons made up for this, as FORMAT.md has it. */
void made_ledger_sign_body (const char *kit, const char *kind, const char *object, json_t *body,
                            gboolean second);

/* Frees it; NULL is fine. */
void made_ledger_free (MadeLedger *ledger);

/* Frees one checkpoint. */
void made_checkpoint_free (gpointer checkpoint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadeLedger, made_ledger_free)

G_END_DECLS
