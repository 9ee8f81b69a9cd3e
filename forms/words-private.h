/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/ticket.h"

G_BEGIN_DECLS

#define DK_PAPER_STATES (DK_TICKET_VOID + 1)

/* The words that paper adds to a form, in the language of the form. */
typedef struct {
  const char *yes;
  const char *no;
  const char *page;
  const char *of;
  const char *continued;
  const char *for_downtime; /* a blank sheet that waits for an outage */
  const char *specimen;
  const char *specimen_hint;
  const char *safety;
  const char *form;
  const char *version;
  const char *station;
  const char *ledger;
  const char *privacy;
  const char *privacy_hint;
  const char *required;
  const char *priority;
  const char *state;
  const char *states[DK_PAPER_STATES]; /* by DkTicketState */
  const char *recorded;
  const char *by;
  const char *not_asked;
  const char *log;
  const char *when;
  const char *who;
  const char *what;
  const char *amended;
  const char *reason;
  const char *voided;
  const char *emptied;
  const char *erased;
  const char *only_if;
  const char *unless;
  const char *if_it_applies;
  const char *row;
  const char *rows;
  const char *printed;
  const char *written_by;
  const char *keyed_in;
  const char *const *months; /* twelve; NULL: those of this PC */
} DkPaperWords;

/* Words for a language code, English if it is not known. Static. */
const DkPaperWords *dk_paper_words (const char *language);

/* Word for the state of a ticket. Static. */
const char *dk_paper_words_state (const DkPaperWords *words, DkTicketState state);

/* A moment as dk_time_format_short has it, in these words: "22. Nov. 2026 09:14". New string. */
char *dk_paper_words_time (const DkPaperWords *words, gint64 wall_ms, gint64 now_ms);

/* A day that an answer holds ("2026-11-22"), as it is in English. New string. */
char *dk_paper_words_date (const DkPaperWords *words, const char *date);

/* "page 1 of 2". New string. */
char *dk_paper_words_page (const DkPaperWords *words, guint page, guint count);

G_END_DECLS
