/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/ledger.h"

G_BEGIN_DECLS

/* The rules of the ledger, fed row by row, from a database or from exported files. Whoever feeds it
 * says where a line stood; the rules believe only the line. One thread. */
typedef struct DkLedgerCheck DkLedgerCheck;

/* What can be found. The names and words are in ledger-finding.c. */
typedef enum {
  DK_FINDING_FORK,
  DK_FINDING_GOES_ON,
  DK_FINDING_TWO_BEGINNINGS,
  DK_FINDING_MISSING,
  DK_FINDING_BEFORE_MISSING,
  DK_FINDING_BEFORE_REPLACED,
  DK_FINDING_BEFORE_UNNAMED,
  DK_FINDING_UNREADABLE,
  DK_FINDING_ROW_DIFFERS,
  DK_FINDING_SPLICED,
  DK_FINDING_REPLAYED,
  DK_FINDING_MOVED,
  DK_FINDING_LINE_CHANGED,
  DK_FINDING_BROKEN,
  DK_FINDING_WORDS_MISSING,
  DK_FINDING_WORDS_CHANGED,
  DK_FINDING_WORDS_SWAPPED,
  DK_FINDING_WORDS_STRAY,
  DK_FINDING_ERASED_UNTOLD,
  DK_FINDING_ERASURE_UNDONE,
  DK_FINDING_CHECKPOINT_MISSING,
  DK_FINDING_CHECKPOINT_OTHER,
  DK_FINDING_TAIL_UNSIGNED,
  DK_FINDING_NOT_SIGNED,
  DK_FINDING_OTHER_KEY,
  DK_FINDING_PERSON,
  DK_FINDING_PERSON_UNKNOWN,
  DK_FINDING_PERSON_KEY,
  DK_FINDING_PERSON_NAME,
  DK_FINDING_PERSON_RIGHT,
  DK_FINDING_PEOPLE_DIFFER,
  DK_FINDING_TAIL_CUT,
  DK_FINDING_HEAD_BEYOND,
  DK_FINDING_HEAD_OF_OTHER_CHAIN,
  DK_FINDING_HEAD_OTHER_LINE,
  DK_FINDING_CHAIN_EMPTY,
  DK_FINDING_CLOCK,
} DkFinding;

/* One line and its words, as they were found. Everything is borrowed for the call. */
typedef struct {
  const char *station; /* where it stood */
  const char *chain;
  gint64 seq;
  const guint8 *hash;  /* 32 bytes kept beside it; NULL if nothing is */
  const char *kind;    /* columns; NULL if there are none */
  const char *object;
  const char *line;
  gsize line_size;
  const guint8 *salt;  /* NULL if it is gone */
  gsize salt_size;
  const char *body;    /* NULL if it is gone */
  gsize body_size;
  gboolean is_marked;  /* erased_by is given */
  gint64 erased_by;
} DkLedgerRow;

/* A check. keys are 32-byte public keys of the device (array of guint8[32], copied): what the
 * newest chain must be signed with. station limits what is asked of the first entries to chains of
 * that station; NULL = of all. with_words FALSE: the bodies were not handed out and are not
 * missed. Free with dk_ledger_check_free. */
DkLedgerCheck *dk_ledger_check_new (const GArray *keys, const char *station, gboolean with_words);

/* Also asks for a head that was held elsewhere (CHAIN:SEQ:HEX). DK_ERROR_USAGE. */
gboolean dk_ledger_check_hold (DkLedgerCheck *check, const char *head, GError **error) DK_CHECKED;

/* Also says whose ledger this is: entries of people of other kits count for nothing, and with a
 * list (array of DkLedgerPerson, borrowed, may be NULL) the people that the ledger states must be
 * those. */
void dk_ledger_check_own (DkLedgerCheck *check, const char *kit_id, const GArray *list);

/* The next line: chain by chain. */
void dk_ledger_check_row (DkLedgerCheck *check, const DkLedgerRow *row);

/* A checkpoint, in any order, before or after the lines. */
void dk_ledger_check_checkpoint (DkLedgerCheck *check, const char *chain, gint64 seq,
                                 const char *message, gsize message_size, const char *signature,
                                 gsize signature_size);

/* Adds a finding of the caller's own. */
void dk_ledger_check_add (DkLedgerCheck *check, DkFinding finding, const char *chain, gint64 seq);

/* Number of lines so far. */
gint64 dk_ledger_check_count (const DkLedgerCheck *check);

/* What can be said only when everything was seen; then the report, new. Once. */
DkLedgerReport *dk_ledger_check_finish (DkLedgerCheck *check);

/* Frees it; NULL is fine. */
void dk_ledger_check_free (DkLedgerCheck *check);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkLedgerCheck, dk_ledger_check_free)

/* A report without problems. */
DkLedgerReport *dk_ledger_report_new (void);

/* Adds a problem with the words of that finding; detail, if given, names what else it is about. */
void dk_ledger_report_add (DkLedgerReport *report, DkFinding finding, const char *chain, gint64 seq,
                           const char *detail);

/* TRUE if `signed` of a body holds for an entry of that kit, or there is none. */
gboolean dk_signed_check (const char *kit_id, const char *kind, const char *object,
                          const json_t *body) DK_CHECKED;

G_END_DECLS
