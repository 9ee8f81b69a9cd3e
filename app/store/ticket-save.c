/* SPDX-License-Identifier: MIT */
/* A new ticket: its number, its answers, its files, and what follows from it. */
#include <string.h>

#include "app/base/text.h"
#include "app/crypto/aead.h"
#include "app/store/attached-private.h"
#include "app/store/ledger.h"
#include "app/store/paper-store.h"
#include "app/store/store-private.h"
#include "app/store/ticket-answers.h"
#include "app/store/ticket-private.h"

#define UID_SIZE 16
#define WRITER_CHARACTERS_MAX 120

void
dk_ticket_saved_clear (DkTicketSaved *saved)
{
  g_clear_pointer (&saved->number, g_free);
  g_clear_pointer (&saved->paper_form, g_free);
  g_clear_pointer (&saved->follow_ups, g_ptr_array_unref);
  g_clear_pointer (&saved->warnings, g_ptr_array_unref);
}

/* Paper that may be keyed in; the form that it was issued as. */
static gboolean
take_paper (DkStore *store, const char *number, DkTicketSaved *saved, GError **error)
{
  g_autoptr (DkPaperFate) fate = dk_paper_find (store, number, error);

  if (fate == NULL || !dk_paper_fate_check (fate, error))
    return FALSE;
  saved->is_paper = TRUE;
  saved->paper_form = g_strdup (fate->form);
  return dk_paper_table_set (store, number, "entered", error);
}

/* A number that a new ticket may take: a draft's, or one of paper that was issued and not used. */
static gboolean
take_number (DkStore *store, const char *typed, DkTicketSaved *saved, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autofree char *state = NULL;
  gboolean is_draft = FALSE;
  gboolean skipped = FALSE;

  if (typed == NULL) {
    saved->number = dk_ticket_next_number (store, error);
    return saved->number != NULL;
  }
  if (!dk_ticket_check_number (store, typed, &canonical, error)
      || !dk_draft_table_has_mine (store, canonical, &is_draft, error)
      || !dk_paper_table_get (store, canonical, &state, error))
    return FALSE;
  if (state != NULL && !take_paper (store, canonical, saved, error))
    return FALSE;
  if (state == NULL) {
    if (!dk_ticket_number_was_skipped (store, canonical, &skipped, error))
      return FALSE;
    if (!skipped && !is_draft)
      return dk_ticket_refuse_number (store, canonical, DK_ERROR_INVALID, error);
    if (skipped && !dk_paper_table_put_skipped (store, canonical, "entered", error))
      return FALSE;
    saved->is_paper = skipped;
  }
  saved->number = g_steal_pointer (&canonical);
  return dk_draft_table_remove (store, saved->number, error);
}

/* The entry tells the same time as the form, where that asks for one; paper that tells none has
 * the time when it was written. */
static gint64
time_of (const json_t *body, gint64 happened_ms)
{
  const char *text = dk_json_get_text (json_object_get (body, "fields"), "happened_at");
  gint64 ms = 0;

  if (happened_ms != 0)
    return happened_ms;
  if (text != NULL && dk_time_parse (text, "happened_at", &ms, NULL))
    return ms;
  return dk_json_get_int (body, "written_ms", 0);
}

gboolean
dk_ticket_record_new (DkStore *store, const DkForm *form, DkTicket *ticket, json_t *body,
                      gint64 happened_ms, GError **error)
{
  g_autofree char *uid = NULL;
  guint8 random[UID_SIZE];

  dk_random (random, sizeof random);
  uid = dk_text_hex (random, sizeof random);
  dk_json_set_text (body, "number", ticket->number);
  dk_json_set_text (body, "uid", uid);
  dk_ticket_answers_set_form (body, form);
  if (ticket->paper)
    json_object_set_new (body, "paper", json_true ());
  return dk_ticket_record (store, ticket, DK_ENTRY_TICKET_NEW,
                           time_of (body, happened_ms), body, error);
}

/* Who wrote the paper, where the order tells it. */
static gboolean
set_writer (const DkTicketCapture *capture, json_t *body, GError **error)
{
  g_autofree char *masked
      = dk_ticket_mask_keys (capture->written_by != NULL ? capture->written_by : "");
  g_autofree char *name = dk_text_clean_line (masked);

  if (g_utf8_strlen (name, -1) > WRITER_CHARACTERS_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The name of who wrote it has more than %d letters. Nothing was changed.",
                 WRITER_CHARACTERS_MAX);
    return FALSE;
  }
  if (!dk_ticket_check_time ("The time when it was written", capture->written_ms, error))
    return FALSE;
  dk_json_set_text (body, "written_by", *name != '\0' ? name : NULL);
  if (capture->written_ms > 0)
    json_object_set_new (body, "written_ms", json_integer (capture->written_ms));
  return TRUE;
}

/* In the caller's transaction. */
static gboolean
save_prepared (DkStore *store, const DkForm *form, const DkTicketCapture *capture,
               DkTicketAnswers *prepared, DkTicketSaved *saved, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_new ();

  saved->follow_ups = g_ptr_array_new_with_free_func (g_free);
  saved->warnings = g_ptr_array_new_with_free_func (g_free);
  if (!take_number (store, capture->number, saved, error))
    return FALSE;
  ticket->number = g_strdup (saved->number);
  ticket->paper = saved->is_paper;
  if (g_strcmp0 (saved->paper_form, dk_form_id (form)) == 0)
    g_clear_pointer (&saved->paper_form, g_free);
  return (!capture->final || dk_ticket_answers_check_final (form, prepared, error))
         && set_writer (capture, prepared->body, error)
         && dk_attached_table_take (store, ticket->number, prepared->body, capture->files, error)
         && dk_attached_table_keep_only (store, ticket->number, prepared->body, error)
         && dk_ticket_record_new (store, form, ticket, prepared->body, capture->happened_ms, error)
         && (!capture->final
             || (dk_ticket_record (store, ticket, DK_ENTRY_TICKET_FINAL, 0, NULL, error)
                 && dk_ticket_follow_up (store, ticket, prepared->state, NULL, saved->follow_ups,
                                         error)));
}

static void
warn (DkTicketSaved *saved, const char *text)
{
  g_ptr_array_add (saved->warnings, g_strdup (text));
}

static void
add_warnings (const DkTicketCapture *capture, const DkForm *form, DkTicketSaved *saved)
{
  g_autofree char *other = NULL;

  if (saved->is_paper && capture->written_by == NULL)
    warn (saved, "It is not told who wrote the paper: add it, if it can be read.");
  if (saved->paper_form == NULL)
    return;
  other = g_strdup_printf ("The paper was issued as %s and is keyed in as %s.", saved->paper_form,
                           dk_form_id (form));
  warn (saved, other);
}

gboolean
dk_ticket_store_save_order (DkStore *store, const DkForm *form, const DkTicketCapture *capture,
                            DkTicketSaved *out, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;
  g_auto (DkTicketAnswers) prepared = { 0 };
  g_auto (DkTicketSaved) saved = { 0 };

  if (!dk_ticket_answers_prepare (store, form, NULL, capture->answers, &prepared, error)
      || !dk_ticket_check_time ("The time given", capture->happened_ms, error))
    return FALSE;
  transaction = dk_store_begin (store, error);
  if (transaction == NULL || !save_prepared (store, form, capture, &prepared, &saved, error)
      || !dk_store_commit (store, transaction, TRUE, error))
    return FALSE;
  add_warnings (capture, form, &saved);
  *out = saved;
  memset (&saved, 0, sizeof saved);
  return TRUE;
}

gboolean
dk_ticket_store_save (DkStore *store, const DkForm *form, const char *number,
                      const json_t *answers, gint64 happened_ms, gboolean final, char **saved,
                      GError **error)
{
  const DkTicketCapture capture
      = { .number = number, .answers = answers, .happened_ms = happened_ms, .final = final };
  g_auto (DkTicketSaved) out = { 0 };

  if (!dk_ticket_store_save_order (store, form, &capture, &out, error))
    return FALSE;
  *saved = g_steal_pointer (&out.number);
  return TRUE;
}

gboolean
dk_ticket_store_save_within (DkStore *store, const DkForm *form, const json_t *answers,
                             char **saved, GError **error)
{
  const DkTicketCapture capture = { .answers = answers, .final = TRUE };
  g_auto (DkTicketAnswers) prepared = { 0 };
  g_auto (DkTicketSaved) out = { 0 };

  if (!dk_ticket_answers_prepare (store, form, NULL, answers, &prepared, error)
      || !save_prepared (store, form, &capture, &prepared, &out, error))
    return FALSE;
  *saved = g_steal_pointer (&out.number);
  return TRUE;
}
