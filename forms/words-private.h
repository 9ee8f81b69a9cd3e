/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The words that paper adds to a form, in the language of the form. */
typedef struct {
  const char *yes;
  const char *no;
  const char *page;
  const char *of;
  const char *continued;
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
} DkPaperWords;

/* Words for a language code, English if it is not known. Static. */
const DkPaperWords *dk_paper_words (const char *language);

/* "page 1 of 2". New string. */
char *dk_paper_words_page (const DkPaperWords *words, guint page, guint count);

G_END_DECLS
