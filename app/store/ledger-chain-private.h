/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/ledger-check-private.h"

/* What the checker remembers; between ledger-check.c (while lines come in) and ledger-judge.c (when
 * all were seen). */

/* One line. */
typedef struct {
  gint64 seq;
  guint8 hash[32];
  guint8 words[32];      /* body_hash; zeros if the words are gone or were not handed out */
  gboolean may_lose_row; /* its words lie elsewhere (sealed to leads): erasing leaves the body */
} Place;

typedef struct {
  char *station;
  char *id;
  GArray *places; /* of Place, in the order they came */
  gint64 last;    /* highest seq so far */
  char *kit;      /* of the first line; NULL: none could be read */
  char *kind;     /* of the first entry; NULL: none came */
  guint8 key[32]; /* of the device, as the first entry states it */
  gboolean has_key;
  char *before; /* the chain before, as the first entry names it; NULL: none */
  gint64 before_seq;
  char *before_head;
  gboolean is_named; /* a later chain goes on from this one */
  gint64 signed_to;  /* last entry that a checkpoint came for */
  char boot[40];
  gint64 mono_ms;
} Chain;

typedef struct {
  char *chain;
  gint64 seq;
  GBytes *message;
  GBytes *signature;
} Checkpoint;

/* Words that are gone with a mark, and entries that say so; `about` is equal for both. */
typedef struct {
  char *chain; /* where the finding belongs */
  gint64 seq;
  char *about;
  char *target_chain; /* of an entry that says so */
  gint64 target_seq;
} Erasure;

/* Words whose hash is not the one of the line. */
typedef struct {
  const Chain *chain;
  gint64 seq;
  guint8 hash[32];
} Odd;

struct DkLedgerCheck {
  DkLedgerReport *report;
  GArray *keys;
  char *station; /* whose first entries are asked; NULL: all */
  gboolean with_words;
  GPtrArray *chains; /* of Chain, in the order they came */
  GHashTable *by_id; /* chain id -> Chain, that of `station` first */
  Chain *current;
  GPtrArray *checkpoints; /* of Checkpoint */
  GHashTable *signed_at;  /* "CHAIN:SEQ" of the checkpoints, as a set */
  GPtrArray *marks;       /* of Erasure */
  GPtrArray *claims;      /* of Erasure */
  GArray *odd;            /* of Odd */
  GPtrArray *people;      /* what dk_ledger_people_take took */
  char *kit;              /* whose ledger this is; NULL: nobody said */
  const GArray *list;     /* of DkLedgerPerson; NULL: not known */
  char *held_chain;
  gint64 held_seq;
  char *held_hex;
};

/* TRUE if hex (lower case, 2 * size digits at least if exact, else a prefix of them) is of
 * bytes. */
gboolean dk_ledger_is_hex (const char *hex, const guint8 *bytes, gsize size, gboolean exact);

/* The line of that place with that hash (hex; a prefix will do unless exact), NULL if there is
 * none; with hex NULL any line of that place. Borrowed until the next line comes. */
const Place *dk_ledger_find_place (const Chain *chain, gint64 seq, const char *hex, gboolean exact);

/* The chain of that id, that of the preferred station first; NULL if there is none. */
Chain *dk_ledger_find_chain (const DkLedgerCheck *check, const char *id);

/* TRUE if a checkpoint came for that place. */
gboolean dk_ledger_has_checkpoint (const DkLedgerCheck *check, const char *chain, gint64 seq);

/* An empty list for what entries say about people. */
GPtrArray *dk_ledger_people_new (void);

/* TRUE if an entry of this kind states people or keys. */
gboolean dk_ledger_is_about_people (const char *kind);

/* Remembers who signed an entry, and what it states; its own signatures hold. */
void dk_ledger_people_take (DkLedgerCheck *check, const Chain *chain, gint64 seq,
                            const DkEntry *entry, const json_t *body);

/* Holds each signature to the key that was stated for its slot by then. */
void dk_ledger_judge_people (DkLedgerCheck *check);
