/* SPDX-License-Identifier: MIT */
#include "app/store/ticket-store.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/store/attached-private.h"
#include "app/store/ledger.h"
#include "app/store/store-private.h"
#include "app/store/ticket-answers.h"
#include "app/store/ticket-private.h"

/* Two clocks on one desk differ; more than this is a slip of the hand, or a wrong PC clock. */
#define AHEAD_MS_MAX (10 * 60 * G_GINT64_CONSTANT (1000))

static gboolean
refuse (GError **error, const char *number, const char *why)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s: %s Nothing was changed.", number, why);
  return FALSE;
}

/* A ticket of tomorrow would stand above all others, and no report would be right. */
gboolean
dk_ticket_check_time (const char *what, gint64 ms, GError **error)
{
  gint64 now = dk_clock_wall_ms ();
  g_autofree char *given = NULL;
  g_autofree char *clock = NULL;

  if (ms <= now + AHEAD_MS_MAX)
    return TRUE;
  given = dk_time_format_local (ms);
  clock = dk_time_format_local (now);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s is in the future: %s, but the clock of this PC says %s. Nothing was changed; "
               "correct the time, or have the clock set right.",
               what, given, clock);
  return FALSE;
}

DkTicket *
dk_ticket_load_unless_void (DkStore *store, const char *number, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (store, number, error);

  if (ticket == NULL)
    return NULL;
  if (ticket->state == DK_TICKET_VOID) {
    (void) refuse (error, ticket->number, "it is void; its number stays on the account.");
    return NULL;
  }
  if (ticket->handover == DK_HANDOVER_VERIFIED) {
    g_autofree char *why = g_strdup_printf ("it was handed over: continue in %s.",
                                            ticket->itsm_id != NULL ? ticket->itsm_id : "the ITSM");
    (void) refuse (error, ticket->number, why);
    return NULL;
  }
  return g_steal_pointer (&ticket);
}

gboolean
dk_ticket_may_be_there (const DkTicket *ticket)
{
  return ticket->handover == DK_HANDOVER_SENDING || ticket->handover == DK_HANDOVER_UNKNOWN
         || ticket->handover == DK_HANDOVER_DELIVERED;
}

static DkTicket *
load_unfrozen (DkStore *store, const char *number, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_load_unless_void (store, number, error);

  if (ticket != NULL && ticket->finalized) {
    (void) refuse (error, ticket->number, "it is final; correct it with `ticket amend`.");
    return NULL;
  }
  return g_steal_pointer (&ticket);
}

/* One entry about one ticket as a transaction of its own. */
static gboolean
record_alone (DkStore *store, DkTicket *ticket, const char *kind, gint64 happened_ms,
              const json_t *body, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  return transaction != NULL && dk_ticket_record (store, ticket, kind, happened_ms, body, error)
         && dk_draft_table_end_step (store, ticket->number, kind, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

/* The same of answers, whose files must be here. */
static gboolean
record_answers (DkStore *store, DkTicket *ticket, const char *kind, gint64 happened_ms,
                const json_t *body, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  return transaction != NULL
         && dk_attached_table_take (store, ticket->number, json_object_get (body, "fields"), NULL,
                                    error)
         && dk_ticket_record (store, ticket, kind, happened_ms, body, error)
         && dk_draft_table_end_step (store, ticket->number, kind, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

gboolean
dk_ticket_store_set (DkStore *store, const DkForm *form, const char *number, const json_t *answers,
                     GError **error)
{
  g_autoptr (DkTicket) ticket = load_unfrozen (store, number, error);
  g_auto (DkTicketAnswers) prepared = { 0 };

  return ticket != NULL
         && dk_ticket_answers_prepare (store, form, ticket, answers, &prepared, error)
         && record_answers (store, ticket, DK_ENTRY_TICKET_SET, 0, prepared.body, error);
}

gboolean
dk_ticket_store_promote (DkStore *store, const DkForm *form, const char *number,
                         const json_t *answers, GError **error)
{
  g_autoptr (DkTicket) ticket = load_unfrozen (store, number, error);
  g_auto (DkTicketAnswers) prepared = { 0 };

  if (ticket == NULL || !dk_ticket_answers_prepare (store, form, ticket, answers, &prepared, error))
    return FALSE;
  if (g_strcmp0 (ticket->form, dk_form_id (form)) == 0)
    return refuse (error, ticket->number, "it has this form already.");
  dk_ticket_answers_set_form (prepared.body, form);
  return record_answers (store, ticket, DK_ENTRY_TICKET_PROMOTE, 0, prepared.body, error);
}

gboolean
dk_ticket_store_note (DkStore *store, const char *number, const char *text, gint64 happened_ms,
                      GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_load_unless_void (store, number, error);
  g_autoptr (json_t) body = json_object ();
  g_autofree char *masked = NULL;
  g_autofree char *clean = NULL;

  if (ticket == NULL
      || !dk_text_check (text, strlen (text), DK_LIMIT_FIELD_BYTES, "The note", error)
      || !dk_ticket_check_time ("The time given", happened_ms, error))
    return FALSE;
  masked = dk_ticket_mask_keys (text);
  clean = dk_text_clean (masked);
  if (*clean == '\0')
    return refuse (error, ticket->number, "the note is empty.");
  dk_json_set_text (body, "text", clean);
  return record_alone (store, ticket, DK_ENTRY_TICKET_NOTE, happened_ms, body, error);
}

/* Who reads it later must learn what helped. */
static gboolean
check_resolution (const DkForm *form, const DkTicket *ticket, const json_t *answers,
                  GError **error)
{
  const json_t *given = json_object_get (answers, "resolution");
  const char *text = given != NULL ? json_string_value (given) : ticket->resolution;
  g_autofree char *clean = dk_text_clean (text != NULL ? text : "");

  if (*clean != '\0')
    return TRUE;
  return refuse (error, ticket->number,
                 dk_form_find (form, "resolution") != NULL
                     ? "say what solved it: a resolution is required."
                     : "its form has no room for what solved it; make it a full ticket first "
                       "(`ticket promote`), then resolve it with a resolution.");
}

gboolean
dk_ticket_store_resolve (DkStore *store, const DkForm *form, const char *number,
                         const json_t *answers, gint64 happened_ms, GError **error)
{
  g_autoptr (DkTicket) ticket = load_unfrozen (store, number, error);
  g_auto (DkTicketAnswers) prepared = { 0 };

  if (ticket == NULL || !dk_ticket_answers_prepare (store, form, ticket, answers, &prepared, error))
    return FALSE;
  if (ticket->state != DK_TICKET_OPEN)
    return refuse (error, ticket->number, "it is resolved already.");
  if (!check_resolution (form, ticket, answers, error)
      || !dk_ticket_check_time ("The time given", happened_ms, error))
    return FALSE;
  return record_answers (store, ticket, DK_ENTRY_TICKET_RESOLVE, happened_ms, prepared.body, error);
}

gboolean
dk_ticket_store_final (DkStore *store, const DkForm *form, const char *number, GError **error)
{
  g_autoptr (DkTicket) ticket = load_unfrozen (store, number, error);
  g_autoptr (DkTransaction) transaction = NULL;
  g_autoptr (GPtrArray) numbers = g_ptr_array_new_with_free_func (g_free);
  g_auto (DkTicketAnswers) prepared = { 0 };

  return ticket != NULL && dk_ticket_answers_prepare (store, form, ticket, NULL, &prepared, error)
         && dk_ticket_answers_check_final (form, &prepared, error)
         && (transaction = dk_store_begin (store, error)) != NULL
         && dk_ticket_record (store, ticket, DK_ENTRY_TICKET_FINAL, 0, NULL, error)
         && dk_ticket_follow_up (store, ticket, prepared.state, NULL, numbers, error)
         && dk_store_commit (store, transaction, numbers->len > 0, error);
}

gboolean
dk_ticket_clean_reason (const char *number, const char *reason, char **clean, GError **error)
{
  g_autofree char *masked = NULL;

  if (reason != NULL
      && !dk_text_check (reason, strlen (reason), DK_LIMIT_FIELD_BYTES, "The reason", error))
    return FALSE;
  masked = dk_ticket_mask_keys (reason != NULL ? reason : "");
  *clean = dk_text_clean (masked);
  return **clean != '\0' || refuse (error, number, "say why: a reason is required.");
}

/* What is asked for now and was not before follows in the same transaction. */
static gboolean
record_amend (DkStore *store, const DkForm *form, DkTicket *ticket, const DkTicketAnswers *prepared,
              GError **error)
{
  g_autoptr (GPtrArray) before = dk_ticket_answers_wishes (store, form, ticket);
  g_autoptr (GPtrArray) numbers = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  return transaction != NULL
         && dk_attached_table_take (store, ticket->number,
                                    json_object_get (prepared->body, "fields"), NULL, error)
         && dk_ticket_record (store, ticket, DK_ENTRY_TICKET_AMEND, 0, prepared->body, error)
         && dk_draft_table_end_step (store, ticket->number, DK_ENTRY_TICKET_AMEND, error)
         && dk_ticket_follow_up (store, ticket, prepared->state, before, numbers, error)
         && dk_store_commit (store, transaction, numbers->len > 0, error);
}

gboolean
dk_ticket_store_amend (DkStore *store, const DkForm *form, const char *number,
                       const json_t *answers, const char *reason, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_load_unless_void (store, number, error);
  g_auto (DkTicketAnswers) prepared = { 0 };
  g_autofree char *clean = NULL;

  if (ticket == NULL || !dk_ticket_clean_reason (ticket->number, reason, &clean, error)
      || !dk_ticket_answers_prepare (store, form, ticket, answers, &prepared, error)
      || !dk_ticket_answers_check_final (form, &prepared, error))
    return FALSE;
  if (!ticket->finalized)
    return refuse (error, ticket->number, "it is not final yet; change it with `ticket set`.");
  if (dk_ticket_may_be_there (ticket))
    return refuse (error, ticket->number,
                   "it may be in the ITSM already: verify the hand-over first, then correct it "
                   "there, or add a note here.");
  dk_json_set_text (prepared.body, "reason", clean);
  return record_amend (store, form, ticket, &prepared, error);
}

/* A draft that is voided never was a ticket, nor is paper that nobody keyed in, or only began to: a
 * number is all there is. */
static gboolean
void_number (DkStore *store, const char *number, gboolean skipped, const json_t *body,
             GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  return transaction != NULL
         && dk_ledger_append (store, DK_ENTRY_TICKET_VOID, number, 0, body, NULL, error)
         && dk_draft_table_remove (store, number, error)
         && dk_attached_table_keep_only (store, number, NULL, error)
         && (skipped ? dk_paper_table_put_skipped (store, number, "void", error)
                     : dk_paper_table_set (store, number, "void", error))
         && dk_store_commit (store, transaction, FALSE, error);
}

/* Paper that nobody keyed in, wherever it is. */
static gboolean
can_void_paper (const char *state)
{
  return state != NULL
         && g_strv_contains ((const char *const[]) { "issued", "missing", "lost", NULL }, state);
}

gboolean
dk_ticket_store_void (DkStore *store, const char *number, const char *reason, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *paper = NULL;
  g_autoptr (json_t) body = json_object ();
  g_autoptr (DkTicket) ticket = NULL;
  gboolean is_draft = FALSE;
  gboolean skipped = FALSE;

  if (!dk_ticket_check_number (store, number, &canonical, error)
      || !dk_ticket_clean_reason (canonical, reason, &clean, error)
      || !dk_draft_table_has (store, canonical, &is_draft, error)
      || !dk_paper_table_get (store, canonical, &paper, error)
      || (paper == NULL && !dk_ticket_number_was_skipped (store, canonical, &skipped, error)))
    return FALSE;
  dk_json_set_text (body, "reason", clean);
  dk_store_sign_body (store, DK_ENTRY_TICKET_VOID, canonical, body);
  if (g_strcmp0 (paper, "void") == 0)
    return refuse (error, canonical, "this paper form is void already.");
  if (is_draft || skipped || can_void_paper (paper))
    return void_number (store, canonical, skipped, body, error);
  ticket = dk_ticket_load_unless_void (store, canonical, error);
  if (ticket == NULL)
    return FALSE;
  if (dk_ticket_may_be_there (ticket))
    return refuse (
        error, canonical,
        "it may be in the ITSM already: verify the hand-over first, then void it there.");
  return record_alone (store, ticket, DK_ENTRY_TICKET_VOID, 0, body, error);
}

gboolean
dk_ticket_store_mark (DkStore *store, const char *number, DkHandover state, const char *target,
                      const char *itsm_id, const char *reason, gint64 sent_ms, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (store, number, error);
  g_autoptr (json_t) body = json_object ();

  if (ticket == NULL)
    return FALSE;
  dk_json_set_text (body, "state", dk_handover_name (state));
  dk_json_set_text (body, "target", target);
  dk_json_set_text (body, "itsm_id", itsm_id);
  dk_json_set_text (body, "reason", reason);
  if (sent_ms > 0)
    json_object_set_new (body, "sent_ms", json_integer (sent_ms));
  json_object_set_new (
      body, "attempts",
      json_integer (ticket->handover_attempts + (state == DK_HANDOVER_SENDING ? 1 : 0)));
  return record_alone (store, ticket, DK_ENTRY_HANDOVER, 0, body, error);
}
