/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/form/form.h"
#include "app/model/ticket.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Tickets: each call is one durable step with its entry. Answers are field name -> typed value (see
 * dk_form_convert). Refusals are DK_ERROR_INVALID with the fields named, DK_ERROR_NOT_FOUND for a
 * number that this kit did not issue; nothing is changed then. happened_ms 0 = now. */

/* Issues the next number for a draft of this form: what the first key in a new form does. New
 * string. */
char *dk_ticket_store_begin (DkStore *store, const DkForm *form, GError **error) DK_CHECKED;

/* Keeps the answers of a draft as they are, checked or not; no entry. The first words keyed in from
 * a paper form make a draft of its number. A draft of somebody else is DK_ERROR_INVALID: it is
 * taken over first. */
gboolean dk_ticket_store_keep_draft (DkStore *store, const char *number, const DkForm *form,
                                     const json_t *answers, GError **error) DK_CHECKED;

/* Numbers of the drafts, oldest first. New array of strings. */
GPtrArray *dk_ticket_store_drafts (DkStore *store, GError **error) DK_CHECKED;

/* What was typed and not saved. Text and answers owned; free with dk_draft_free. */
typedef struct {
  char *number;
  char *form;
  char *user;        /* who typed it last */
  gboolean is_mine;  /* user is who unlocked */
  gint64 updated_ms;
  json_t *answers;
} DkDraft;

/* The drafts with their words, oldest first. New array of DkDraft. */
GPtrArray *dk_ticket_store_list_drafts (DkStore *store, GError **error) DK_CHECKED;

/* One of them; DK_ERROR_NOT_FOUND. New draft. */
DkDraft *dk_ticket_store_load_draft (DkStore *store, const char *number, GError **error)
    DK_CHECKED;

/* Makes the draft of a colleague one's own, with an entry that names them; one's own is left as it
 * is. number as typed. *taken may be NULL, else it gets the number (new string). */
gboolean dk_ticket_store_take_over (DkStore *store, const char *number, char **taken,
                                    GError **error) DK_CHECKED;

/* Frees the draft; NULL is fine. */
void dk_draft_free (DkDraft *draft);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkDraft, dk_draft_free)

/* Steps of a saved ticket that ask for words. */
#define DK_STEP_RESOLVE "resolve"
#define DK_STEP_AMEND "amend"
#define DK_STEP_VOID "void"

/* Words typed for a step that was not done. Text owned; free with dk_kept_words_free. */
typedef struct {
  char *step;
  char *words;
  char *user; /* who typed them last */
  gint64 updated_ms;
} DkKeptWords;

/* Keeps the words typed for a step of a saved ticket (DK_STEP_*), as they are; no entry. They go
 * when the step is done, with the words of the ticket when those are erased, and when nothing is
 * kept in their place: words NULL or blank. */
gboolean dk_ticket_store_keep_words (DkStore *store, const char *number, const char *step,
                                     const char *words, GError **error) DK_CHECKED;

/* The words kept for the steps of a ticket, oldest first; whoever typed them, so that the next
 * person goes on with them. New array of DkKeptWords. */
GPtrArray *dk_ticket_store_kept_words (DkStore *store, const char *number,
                                       GError **error) DK_CHECKED;

/* Frees the words; NULL is fine. */
void dk_kept_words_free (DkKeptWords *kept);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkKeptWords, dk_kept_words_free)

/* Saves a new ticket: number NULL issues one in the same transaction; otherwise it is the number of
 * a draft, or of paper issued by this station that is keyed back. *saved gets the number (new
 * string). */
gboolean dk_ticket_store_save (DkStore *store, const DkForm *form, const char *number,
                               const json_t *answers, gint64 happened_ms, gboolean final,
                               char **saved, GError **error) DK_CHECKED;

/* A new ticket with all that belongs to it. Everything is borrowed; begin with zeros. */
typedef struct {
  const char *number; /* NULL issues one; else of a draft, or of paper, as typed or scanned */
  const json_t *answers;
  gint64 happened_ms; /* 0 = now */
  gboolean final;
  const char *written_by; /* of paper: who wrote it; NULL = not told */
  gint64 written_ms;      /* and when; 0 = not told */
  GPtrArray *files;       /* GBytes of the files that answers name; NULL if there are none, or they
                             were kept with the draft (dk_attached_store_keep) */
} DkTicketCapture;

/* What came of it. Clear with dk_ticket_saved_clear. */
typedef struct {
  char *number;
  gboolean is_paper;     /* it was keyed in from paper */
  char *paper_form;      /* the paper was issued as this form; NULL if as that of the ticket */
  GPtrArray *follow_ups; /* numbers of tickets that it asked for, and of drafts where an answer is
                            missing; may be empty */
  GPtrArray *warnings;   /* strings: what a person should look at; never why something failed */
} DkTicketSaved;

/* Saves a new ticket: answers that do not apply are kept in its entry alone, computed ones are
 * computed anew. With `final`, the tickets that it asks for are saved in the same transaction:
 * final ones of their own, or drafts where something is missing in them. */
gboolean dk_ticket_store_save_order (DkStore *store, const DkForm *form,
                                     const DkTicketCapture *order, DkTicketSaved *out,
                                     GError **error) DK_CHECKED;

/* Frees what it holds and makes it empty. */
void dk_ticket_saved_clear (DkTicketSaved *saved);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkTicketSaved, dk_ticket_saved_clear)

/* As dk_ticket_store_save of a final ticket with a new number, within the caller's transaction
 * (dk_store_begin), which is committed with number_issued. */
gboolean dk_ticket_store_save_within (DkStore *store, const DkForm *form, const json_t *answers,
                                      char **saved, GError **error) DK_CHECKED;

/* Changes fields of a ticket that is not finalized. */
gboolean dk_ticket_store_set (DkStore *store, const DkForm *form, const char *number,
                              const json_t *answers, GError **error) DK_CHECKED;

/* Makes a call a full ticket of another form: same number, its words kept. */
gboolean dk_ticket_store_promote (DkStore *store, const DkForm *form, const char *number,
                                  const json_t *answers, GError **error) DK_CHECKED;

/* Adds a note to the log; possible until the ticket is void or was verified in the ITSM. */
gboolean dk_ticket_store_note (DkStore *store, const char *number, const char *text,
                               gint64 happened_ms, GError **error) DK_CHECKED;

/* Marks it resolved, with the words of the resolution. */
gboolean dk_ticket_store_resolve (DkStore *store, const DkForm *form, const char *number,
                                  const json_t *answers, gint64 happened_ms, GError **error)
    DK_CHECKED;

/* Freezes it, after a check of all fields: only amendments then. What it asks for is saved with it,
 * as dk_ticket_store_save_order does. */
gboolean dk_ticket_store_final (DkStore *store, const DkForm *form, const char *number,
                                GError **error) DK_CHECKED;

/* Numbers of the tickets and drafts that followed from this one, in order; none if it asked for
 * none. New array of strings. */
GPtrArray *dk_ticket_store_follow_ups (DkStore *store, const char *number,
                                       GError **error) DK_CHECKED;

/* Changes fields of a finalized ticket with a reason, as a linked amendment; refused once it may be
 * in the ITSM. */
gboolean dk_ticket_store_amend (DkStore *store, const DkForm *form, const char *number,
                                const json_t *answers, const char *reason, GError **error)
    DK_CHECKED;

/* Voids it with a reason; the number stays on the account. */
gboolean dk_ticket_store_void (DkStore *store, const char *number, const char *reason,
                               GError **error) DK_CHECKED;

/* A step of the hand-over, durable when it returns: target is the connector's name. sent_ms is when
 * the request without a known answer went out, 0 = none. */
gboolean dk_ticket_store_mark (DkStore *store, const char *number, DkHandover state,
                               const char *target, const char *itsm_id, const char *reason,
                               gint64 sent_ms, GError **error) DK_CHECKED;

/* One ticket. New ticket. */
DkTicket *dk_ticket_store_load (DkStore *store, const char *number, GError **error) DK_CHECKED;

typedef struct {
  gboolean open_only; /* neither closed nor void */
  gboolean safety_only;
  gboolean waiting_only; /* eligible and not verified */
  const char *form;      /* NULL = every form */
  guint limit;           /* 0 = 500 */
  gboolean oldest_first;
} DkTicketFilter;

/* Tickets without their notes: open ones with patient safety first, then the newest, unless asked
 * for the oldest first. filter NULL = all. New array of DkTicket. */
GPtrArray *dk_ticket_store_list (DkStore *store, const DkTicketFilter *filter, GError **error)
    DK_CHECKED;

/* Counts for the sidebar: calls, open tickets, not handed over. */
typedef struct {
  guint calls;
  guint open;
  guint waiting;         /* finalized and not verified, as DkTicketFilter's waiting_only */
  guint delivered;       /* of these: handed over, not verified yet */
  guint not_handed_over; /* neither delivered nor verified nor void, final or not */
} DkTicketCounts;
/* Reads the counts. */
gboolean dk_ticket_store_count (DkStore *store, DkTicketCounts *out, GError **error) DK_CHECKED;

/* Issues copies numbers for paper of this form in one step. New array of strings. */
GPtrArray *dk_ticket_store_issue_paper (DkStore *store, const DkForm *form, guint copies,
                                        const char *unit, GError **error) DK_CHECKED;

/* Highest counter issued so far. */
gboolean dk_ticket_store_counter (DkStore *store, guint64 *counter, GError **error) DK_CHECKED;

/* A ticket as the command line's JSON (keys of DESIGN section 12), with entries if wanted. New
 * reference. */
json_t *dk_ticket_store_json (DkStore *store, const DkTicket *ticket, gboolean with_entries,
                              GError **error) DK_CHECKED;

/* Folds all entries anew and compares with the tables of tickets and paper, every column:
 * DK_ERROR_DAMAGED names the first number that differs. */
gboolean dk_ticket_store_check_projection (DkStore *store, GError **error) DK_CHECKED;

/* Writes every row of tickets and paper anew that is not what the ledger says; rows that no
 * entry knows are left. In steps of their own, so that a break leaves the rest for the next
 * time, and with one entry `lists-rebuilt` if anything was written. *mended gets the number of
 * rows. */
gboolean dk_ticket_store_rebuild (DkStore *store, guint *mended, const DkJob *job,
                                  GError **error) DK_CHECKED;

G_END_DECLS
