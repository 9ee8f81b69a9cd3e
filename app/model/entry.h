/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/clock.h"
#include "app/base/json.h"

G_BEGIN_DECLS

/* One immutable line of the ledger (DESIGN section 7) and its body. The line's text is what was
 * hashed and is stored verbatim; these are its members. */
typedef struct {
  char *kit;         /* 32 hex */
  char *station;
  char *chain;       /* 8 hex */
  gint64 seq;        /* from 1 */
  char *prev;        /* 64 hex: BLAKE2b-256 of the line before, LF included */
  char *kind;        /* "ticket-new", "unlock", ... */
  char *object;      /* ticket number, outage id, file name ...; "" if none */
  char *user;
  gint64 happened_ms;
  gint64 recorded_ms;
  char *boot;
  gint64 mono_ms;
  char *body_hash;   /* 64 hex: BLAKE2b-256 over salt and body */
  json_t *body;      /* object; NULL if it was erased */
} DkEntry;

/* Kinds of entries about tickets, with the members of their bodies. Stored for ever: add, never
 * rename. `fields` is field name -> typed value, null clearing it; `priority` is what the policy
 * of that moment gave, so that folding needs no policy. */
#define DK_ENTRY_NUMBER_ISSUED "number-issued"   /* number form */
#define DK_ENTRY_DRAFT_TAKEN_OVER "draft-taken-over" /* from: whose it was */
#define DK_ENTRY_TICKET_NEW "ticket-new"         /* number uid form form_version form_hash
                                                    paper priority fields written_by
                                                    written_ms follows left_out */
#define DK_ENTRY_TICKET_SET "ticket-set"         /* priority fields left_out: answers that do not
                                                    apply any more */
#define DK_ENTRY_TICKET_PROMOTE "ticket-promote" /* form form_version form_hash priority
                                                    fields */
#define DK_ENTRY_TICKET_NOTE "ticket-note"       /* text */
#define DK_ENTRY_TICKET_RESOLVE "ticket-resolve" /* priority fields */
#define DK_ENTRY_TICKET_FINAL "ticket-final"     /* (none) */
#define DK_ENTRY_TICKET_AMEND "ticket-amend"     /* priority fields reason */
#define DK_ENTRY_TICKET_VOID "ticket-void"       /* reason */
#define DK_ENTRY_TICKET_LEAD_NOTE "ticket-lead-note" /* record field version digest: the words
                                                        are sealed to leads elsewhere */
#define DK_ENTRY_TICKET_ERASE "ticket-erase"     /* chain seq reason: whose words went; what stands
                                                    in their place: priority fields, uid, form
                                                    form_version form_hash, paper */
#define DK_ENTRY_TICKET_HOLD "ticket-hold"       /* reason: no words may be erased from now on */
#define DK_ENTRY_TICKET_HOLD_RELEASED "ticket-hold-released" /* reason */
#define DK_ENTRY_HANDOVER "handover"             /* state target itsm_id reason sent_ms
                                                    attempts */

#define DK_ENTRY_PEOPLE_STATED "people-stated"   /* people: slot name role sign_key of all */
#define DK_ENTRY_TRUST_SIGNED "trust-signed"     /* object trust: seq digest change signer reason
                                                    passed_over; signed, by an admin */
#define DK_ENTRY_FLEET_CHANGED "fleet-changed"   /* object trust: name sequence manifest changes
                                                    signers; signed */
#define DK_ENTRY_READINESS_ATTESTED "readiness-attested" /* object: the check; answer yes or no,
                                                            text; signed */
#define DK_ENTRY_SHIFT_CHECK "shift-check"       /* items: name state answer detail; note seconds
                                                    timezone; signed */
#define DK_ENTRY_PAPER_ISSUE "paper-issue"       /* form form_version first last copies unit */
#define DK_ENTRY_PAPER_MISSING "paper-missing"   /* object number: reason */
#define DK_ENTRY_PAPER_LOST "paper-lost"         /* object number: reason */
#define DK_ENTRY_PAPER_FOUND "paper-found"       /* object number: was, its state before; reason */
#define DK_ENTRY_FILE_TAKEN "ticket-file-taken"  /* field name sha256 reason: it left the kit */

/* Runbooks and call trees at work, corrections. `object` is the uid of the run, of corrections the
 * contact; `ticket` is the number of the report. */
#define DK_ENTRY_RUN_STARTED "run-started"       /* kind ref title pack version; source steps, if
                                                    no earlier entry has this version */
#define DK_ENTRY_RUN_STEP "run-step"             /* step state note lead */
#define DK_ENTRY_RUN_NOTE "run-note"             /* text */
#define DK_ENTRY_RUN_ENDED "run-ended"           /* note open: steps or calls that were */
#define DK_ENTRY_CALL_ATTEMPT "call-attempt"     /* contact number result note */
#define DK_ENTRY_CONTACT_CORRECTED "contact-corrected" /* field was value reason ticket */
#define DK_ENTRY_CORRECTION_ADOPTED "correction-adopted" /* ticket pack */
#define DK_ENTRY_CORRECTION_WITHDRAWN "correction-withdrawn" /* ticket reason */

/* An empty entry. Free with dk_entry_free. */
DkEntry *dk_entry_new (void);

/* The canonical line with its LF. New string. */
char *dk_entry_line (const DkEntry *entry);

/* Reads a line (LF included), refusing any byte that dk_entry_line would not have written.
 * DK_ERROR_DAMAGED. The body is not set. */
DkEntry *dk_entry_parse_line (const char *line, gsize size, GError **error) DK_CHECKED;

/* Frees the entry; NULL is fine. */
void dk_entry_free (DkEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkEntry, dk_entry_free)

G_END_DECLS
