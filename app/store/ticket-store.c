/* SPDX-License-Identifier: MIT */
#include "app/store/ticket-store.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/crypto/aead.h"
#include "app/store/ledger.h"
#include "app/store/store-private.h"
#include "app/store/ticket-private.h"

#define UID_SIZE 16
/* Two clocks on one desk differ; more than this is a slip of the hand, or a wrong PC clock. */
#define AHEAD_MS_MAX (10 * 60 * G_GINT64_CONSTANT (1000))

static gboolean
refuse (GError **error, const char *number, const char *why)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s: %s Nothing was changed.", number, why);
  return FALSE;
}

/* Every name must be a field of the form, so that a mistyped one is not kept where nobody looks. */
static gboolean
check_names (const DkForm *form, const json_t *answers, GError **error)
{
  const char *name;
  json_t *value;

  json_object_foreach ((json_t *) (guintptr) answers, name,
                       value) if (dk_form_find (form, name) == NULL)
  {
    g_autofree char *shown = dk_text_printable (name, FALSE);
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The form %s has no field \"%s\". Nothing was changed; `dkit form show %s` lists "
                 "its fields.",
                 dk_form_id (form), shown, dk_form_id (form));
    return FALSE;
  }
  return TRUE;
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

/* A ticket always has a time, so that it can be corrected but not taken away. */
static gboolean
check_happened (const DkTicket *ticket, const json_t *changes, GError **error)
{
  const json_t *value = json_object_get (changes, "happened_at");
  gint64 ms = 0;

  if (json_is_null (value) && ticket != NULL)
    return refuse (error, ticket->number,
                   "happened_at cannot be left empty; give the right time instead.");
  return !json_is_string (value)
         || !dk_time_parse (json_string_value (value), "happened_at", &ms, NULL)
         || dk_ticket_check_time ("happened_at", ms, error);
}

/* The ticket's fields with `changes` laid over them. */
static json_t *
merge (const DkForm *form, const DkTicket *ticket, const json_t *changes)
{
  json_t *merged = json_object ();

  for (guint i = 0; ticket != NULL && i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    json_t *value = field->name != NULL ? dk_ticket_get_field (ticket, field->name) : NULL;
    if (value != NULL)
      json_object_set_new (merged, field->name, value);
  }
  if (changes != NULL)
    json_object_update (merged, (json_t *) (guintptr) changes);
  return merged;
}

static gboolean
check_answers (const DkForm *form, const DkTicket *ticket, const json_t *changes, GError **error)
{
  g_autoptr (json_t) merged = merge (form, ticket, changes);
  g_autoptr (GPtrArray) problems = dk_form_check (form, merged);
  g_autofree char *text = NULL;

  if (problems->len == 0)
    return check_happened (ticket, changes, error);
  text = dk_form_problems_text (form, problems);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s Nothing was changed.", text);
  return FALSE;
}

/* What the policy makes of these answers; 0 where neither impact and urgency nor safety say. */
static int
priority_of (DkStore *store, const DkForm *form, const DkTicket *ticket, const json_t *changes)
{
  g_autoptr (json_t) merged = merge (form, ticket, changes);
  int impact = (int) dk_json_get_int (merged, "impact", ticket != NULL ? ticket->impact : 0);
  int urgency = (int) dk_json_get_int (merged, "urgency", ticket != NULL ? ticket->urgency : 0);
  gboolean safety = dk_json_get_bool (merged, "safety", ticket != NULL ? ticket->safety : FALSE);

  if (impact >= 1 && impact <= 3 && urgency >= 1 && urgency <= 3)
    return dk_policy_priority (dk_store_policy (store), impact, urgency, safety, NULL);
  return safety ? dk_store_policy (store)->safety_floor : 0;
}

static json_t *
fields_body (DkStore *store, const DkForm *form, const DkTicket *ticket, const json_t *answers)
{
  json_t *body = json_object ();
  int priority = priority_of (store, form, ticket, answers);

  json_object_set_new (body, "fields", answers != NULL ? json_deep_copy (answers) : json_object ());
  if (priority > 0)
    json_object_set_new (body, "priority", json_integer (priority));
  /* Left empty in a new form it means now; a null in the ledger would say that there is no time. */
  if (json_is_null (json_object_get (answers, "happened_at")))
    json_object_del (json_object_get (body, "fields"), "happened_at");
  return body;
}

static void
set_form (json_t *body, const DkForm *form)
{
  dk_json_set_text (body, "form", dk_form_id (form));
  dk_json_set_text (body, "form_version", dk_form_version (form));
  dk_json_set_text (body, "form_hash", dk_form_hash (form));
}

/* A number that a new ticket may take: a draft's, or one of paper that was issued and not used. */
static gboolean
take_number (DkStore *store, const char *typed, char **number, gboolean *paper, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autofree char *state = NULL;
  gboolean is_draft = FALSE;
  gboolean skipped = FALSE;

  if (typed == NULL) {
    *number = dk_ticket_next_number (store, error);
    return *number != NULL;
  }
  if (!dk_ticket_check_number (store, typed, &canonical, error)
      || !dk_draft_table_has_mine (store, canonical, &is_draft, error)
      || !dk_paper_table_get (store, canonical, &state, error))
    return FALSE;
  if (!is_draft && state == NULL
      && !dk_ticket_number_was_skipped (store, canonical, &skipped, error))
    return FALSE;
  if (!is_draft && state == NULL && !skipped)
    return dk_ticket_refuse_number (store, canonical, DK_ERROR_INVALID, error);
  if (!is_draft && !skipped && strcmp (state, "issued") != 0 && strcmp (state, "missing") != 0
      && strcmp (state, "lost") != 0)
    return refuse (error, canonical,
                   strcmp (state, "entered") == 0 ? "this paper form was keyed in before."
                                                  : "this paper form is void.");
  *paper = state != NULL || skipped;
  *number = g_steal_pointer (&canonical);
  return (state == NULL || dk_paper_table_set (store, *number, "entered", error))
         && dk_draft_table_remove (store, *number, error);
}

/* The entry tells the same time as the form, where that asks for one. */
static gint64
time_of (const json_t *answers, gint64 happened_ms)
{
  const char *text = dk_json_get_text (answers, "happened_at");
  gint64 ms = 0;

  if (happened_ms == 0 && text != NULL && dk_time_parse (text, "happened_at", &ms, NULL))
    return ms;
  return happened_ms;
}

static gboolean
record_new (DkStore *store, const DkForm *form, DkTicket *ticket, const json_t *answers,
            gint64 happened_ms, GError **error)
{
  g_autoptr (json_t) body = fields_body (store, form, NULL, answers);
  g_autofree char *uid = NULL;
  guint8 random[UID_SIZE];

  dk_random (random, sizeof random);
  uid = dk_text_hex (random, sizeof random);
  dk_json_set_text (body, "number", ticket->number);
  dk_json_set_text (body, "uid", uid);
  set_form (body, form);
  if (ticket->paper)
    json_object_set_new (body, "paper", json_true ());
  return dk_ticket_record (store, ticket, DK_ENTRY_TICKET_NEW, time_of (answers, happened_ms), body,
                           error);
}

gboolean
dk_ticket_store_save (DkStore *store, const DkForm *form, const char *number, const json_t *answers,
                      gint64 happened_ms, gboolean final, char **saved, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;
  g_autoptr (DkTicket) ticket = dk_ticket_new ();

  if (!check_names (form, answers, error) || !check_answers (form, NULL, answers, error)
      || !dk_ticket_check_time ("The time given", happened_ms, error))
    return FALSE;
  transaction = dk_store_begin (store, error);
  if (transaction == NULL || !take_number (store, number, &ticket->number, &ticket->paper, error)
      || !record_new (store, form, ticket, answers, happened_ms, error)
      || (final && !dk_ticket_record (store, ticket, DK_ENTRY_TICKET_FINAL, 0, NULL, error))
      || !dk_store_commit (store, transaction, TRUE, error))
    return FALSE;
  *saved = g_strdup (ticket->number);
  return TRUE;
}

gboolean
dk_ticket_store_save_within (DkStore *store, const DkForm *form, const json_t *answers,
                             char **saved, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_new ();

  if (!check_names (form, answers, error) || !check_answers (form, NULL, answers, error)
      || !take_number (store, NULL, &ticket->number, &ticket->paper, error)
      || !record_new (store, form, ticket, answers, 0, error)
      || !dk_ticket_record (store, ticket, DK_ENTRY_TICKET_FINAL, 0, NULL, error))
    return FALSE;
  *saved = g_strdup (ticket->number);
  return TRUE;
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

gboolean
dk_ticket_store_set (DkStore *store, const DkForm *form, const char *number, const json_t *answers,
                     GError **error)
{
  g_autoptr (DkTicket) ticket = load_unfrozen (store, number, error);
  g_autoptr (json_t) body = NULL;

  if (ticket == NULL || !check_names (form, answers, error)
      || !check_answers (form, ticket, answers, error))
    return FALSE;
  body = fields_body (store, form, ticket, answers);
  return record_alone (store, ticket, DK_ENTRY_TICKET_SET, 0, body, error);
}

gboolean
dk_ticket_store_promote (DkStore *store, const DkForm *form, const char *number,
                         const json_t *answers, GError **error)
{
  g_autoptr (DkTicket) ticket = load_unfrozen (store, number, error);
  g_autoptr (json_t) body = NULL;

  if (ticket == NULL || !check_names (form, answers, error)
      || !check_answers (form, ticket, answers, error))
    return FALSE;
  if (g_strcmp0 (ticket->form, dk_form_id (form)) == 0)
    return refuse (error, ticket->number, "it has this form already.");
  body = fields_body (store, form, ticket, answers);
  set_form (body, form);
  return record_alone (store, ticket, DK_ENTRY_TICKET_PROMOTE, 0, body, error);
}

gboolean
dk_ticket_store_note (DkStore *store, const char *number, const char *text, gint64 happened_ms,
                      GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_load_unless_void (store, number, error);
  g_autoptr (json_t) body = json_object ();
  g_autofree char *clean = NULL;

  if (ticket == NULL
      || !dk_text_check (text, strlen (text), DK_LIMIT_FIELD_BYTES, "The note", error)
      || !dk_ticket_check_time ("The time given", happened_ms, error))
    return FALSE;
  clean = dk_text_clean (text);
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
  g_autoptr (json_t) body = NULL;

  if (ticket == NULL || !check_names (form, answers, error)
      || !check_answers (form, ticket, answers, error))
    return FALSE;
  if (ticket->state != DK_TICKET_OPEN)
    return refuse (error, ticket->number, "it is resolved already.");
  if (!check_resolution (form, ticket, answers, error)
      || !dk_ticket_check_time ("The time given", happened_ms, error))
    return FALSE;
  body = fields_body (store, form, ticket, answers);
  return record_alone (store, ticket, DK_ENTRY_TICKET_RESOLVE, happened_ms, body, error);
}

gboolean
dk_ticket_store_final (DkStore *store, const DkForm *form, const char *number, GError **error)
{
  g_autoptr (DkTicket) ticket = load_unfrozen (store, number, error);

  return ticket != NULL && check_answers (form, ticket, NULL, error)
         && record_alone (store, ticket, DK_ENTRY_TICKET_FINAL, 0, NULL, error);
}

gboolean
dk_ticket_clean_reason (const char *number, const char *reason, char **clean, GError **error)
{
  if (reason != NULL
      && !dk_text_check (reason, strlen (reason), DK_LIMIT_FIELD_BYTES, "The reason", error))
    return FALSE;
  *clean = dk_text_clean (reason != NULL ? reason : "");
  return **clean != '\0' || refuse (error, number, "say why: a reason is required.");
}

gboolean
dk_ticket_store_amend (DkStore *store, const DkForm *form, const char *number,
                       const json_t *answers, const char *reason, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_load_unless_void (store, number, error);
  g_autoptr (json_t) body = NULL;
  g_autofree char *clean = NULL;

  if (ticket == NULL || !dk_ticket_clean_reason (ticket->number, reason, &clean, error)
      || !check_names (form, answers, error) || !check_answers (form, ticket, answers, error))
    return FALSE;
  if (!ticket->finalized)
    return refuse (error, ticket->number, "it is not final yet; change it with `ticket set`.");
  if (dk_ticket_may_be_there (ticket))
    return refuse (error, ticket->number,
                   "it may be in the ITSM already: verify the hand-over first, then correct it "
                   "there, or add a note here.");
  body = fields_body (store, form, ticket, answers);
  dk_json_set_text (body, "reason", clean);
  return record_alone (store, ticket, DK_ENTRY_TICKET_AMEND, 0, body, error);
}

/* A draft that is voided never was a ticket: its number is all there is. */
static gboolean
void_number (DkStore *store, const char *number, const json_t *body, gboolean is_draft,
             GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  return transaction != NULL
         && dk_ledger_append (store, DK_ENTRY_TICKET_VOID, number, 0, body, NULL, error)
         && (is_draft ? dk_draft_table_remove (store, number, error)
                      : dk_paper_table_set (store, number, "void", error))
         && dk_store_commit (store, transaction, FALSE, error);
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

  if (!dk_ticket_check_number (store, number, &canonical, error)
      || !dk_ticket_clean_reason (canonical, reason, &clean, error)
      || !dk_draft_table_has (store, canonical, &is_draft, error)
      || !dk_paper_table_get (store, canonical, &paper, error))
    return FALSE;
  dk_json_set_text (body, "reason", clean);
  dk_store_sign_body (store, DK_ENTRY_TICKET_VOID, canonical, body);
  if (is_draft || g_strcmp0 (paper, "issued") == 0)
    return void_number (store, canonical, body, is_draft, error);
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
