/* SPDX-License-Identifier: MIT */
/* What a number on paper is, in words, and the steps of paper that nobody keys in. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/model/number.h"
#include "app/store/ledger.h"
#include "app/store/paper-store.h"
#include "app/store/store-private.h"
#include "app/store/ticket-answers.h"
#include "app/store/ticket-private.h"

#define SUMMARY_CHARACTERS 60

void
dk_paper_fate_free (DkPaperFate *fate)
{
  if (fate == NULL)
    return;
  g_free (fate->number);
  g_free (fate->form);
  g_free (fate->unit);
  g_free (fate->state);
  g_free (fate->issued_by);
  g_free (fate->changed_by);
  g_free (fate->reason);
  g_free (fate->keyed_form);
  g_free (fate->summary);
  g_free (fate->written_by);
  g_free (fate);
}

static gboolean
read_row (DkStore *store, DkPaperFate *fate, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT form, state, unit, issued_ms FROM paper WHERE number = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, fate->number);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  if (strcmp (dk_stmt_text (stmt, 0), DK_PAPER_FORM_NOT_KNOWN) != 0)
    fate->form = g_strdup (dk_stmt_text (stmt, 0));
  fate->state = g_strdup (dk_stmt_text (stmt, 1));
  fate->unit = g_strdup (dk_stmt_text (stmt, 2));
  fate->issued_ms = dk_stmt_int (stmt, 3);
  return TRUE;
}

static gboolean
is_within (const DkEntry *entry, const DkNumber *number)
{
  const char *text = dk_json_get_text (entry->body, "first");
  gint64 copies = dk_json_get_int (entry->body, "copies", 0);
  DkNumber first;

  return text != NULL && dk_number_parse (text, &first, NULL) && first.drill == number->drill
         && strcmp (first.station, number->station) == 0 && number->counter >= first.counter
         && number->counter - first.counter < (guint64) MAX (copies, 0);
}

/* Who issued it stands in the ledger alone. */
static gboolean
read_issuer (DkStore *store, DkPaperFate *fate, GError **error)
{
  g_autoptr (GPtrArray) issues = dk_ledger_of_kind (store, DK_ENTRY_PAPER_ISSUE, error);
  DkNumber number;

  if (issues == NULL || !dk_number_parse (fate->number, &number, error))
    return FALSE;
  for (guint i = 0; i < issues->len && fate->issued_by == NULL; i++) {
    const DkEntry *entry = g_ptr_array_index (issues, i);
    if (is_within (entry, &number))
      fate->issued_by = g_strdup (entry->user);
  }
  return TRUE;
}

static gboolean
changes_paper (const DkEntry *entry)
{
  return g_strv_contains (
      (const char *const[]) { DK_ENTRY_TICKET_NEW, DK_ENTRY_TICKET_VOID, DK_ENTRY_PAPER_MISSING,
                              DK_ENTRY_PAPER_LOST, NULL },
      entry->kind);
}

/* The entry that made it what it is. A ticket that was voided stays keyed in: its paper is
 * accounted for by that. */
static void
take_change (DkPaperFate *fate, const DkEntry *entry)
{
  if (fate->keyed_form != NULL || !changes_paper (entry))
    return;
  g_free (fate->changed_by);
  fate->changed_by = g_strdup (entry->user);
  fate->changed_ms = entry->recorded_ms;
  g_free (fate->reason);
  fate->reason = g_strdup (dk_json_get_text (entry->body, "reason"));
  if (strcmp (entry->kind, DK_ENTRY_TICKET_NEW) != 0)
    return;
  fate->keyed_form = g_strdup (dk_json_get_text (entry->body, "form"));
  if (fate->keyed_form == NULL)
    fate->keyed_form = g_strdup ("a ticket");
}

static gboolean
read_ticket (DkStore *store, DkPaperFate *fate, GError **error)
{
  g_autoptr (DkTicket) ticket = NULL;

  if (!dk_ticket_table_get (store, fate->number, &ticket, error))
    return FALSE;
  if (ticket == NULL)
    return TRUE;
  g_free (fate->keyed_form);
  fate->keyed_form = g_strdup (ticket->form);
  fate->summary = g_strdup (ticket->summary);
  fate->written_by = g_strdup (ticket->written_by);
  fate->written_ms = ticket->written_ms;
  if (fate->form == NULL)
    fate->form = g_strdup (ticket->form);
  if (fate->state == NULL)
    fate->state = g_strdup (ticket->paper ? "entered" : "screen");
  return TRUE;
}

/* Neither paper nor a ticket: a copy of this kit that is gone may have issued it, it is a draft, or
 * nobody ever had it. */
static gboolean
judge_unknown (DkStore *store, DkPaperFate *fate, GError **error)
{
  gboolean skipped = FALSE;
  gboolean is_draft = FALSE;

  if (!dk_ticket_number_was_skipped (store, fate->number, &skipped, error)
      || !dk_draft_table_has (store, fate->number, &is_draft, error))
    return FALSE;
  if (!skipped && !is_draft)
    return dk_ticket_refuse_number (store, fate->number, DK_ERROR_NOT_FOUND, error);
  fate->state = g_strdup (skipped ? "skipped" : "screen");
  return TRUE;
}

DkPaperFate *
dk_paper_find (DkStore *store, const char *typed, GError **error)
{
  g_autoptr (DkPaperFate) fate = g_new0 (DkPaperFate, 1);
  g_autoptr (GPtrArray) entries = NULL;

  if (!dk_ticket_check_number (store, typed, &fate->number, error)
      || !read_row (store, fate, error)
      || (entries = dk_ledger_of_object (store, fate->number, error)) == NULL)
    return NULL;
  for (guint i = 0; i < entries->len; i++)
    take_change (fate, g_ptr_array_index (entries, i));
  if (!read_ticket (store, fate, error)
      || (fate->state == NULL && !judge_unknown (store, fate, error)))
    return NULL;
  return g_steal_pointer (&fate);
}

DkPaperFate *
dk_paper_store_find (DkStore *store, const char *typed, GError **error)
{
  g_autoptr (DkPaperFate) fate = dk_paper_find (store, typed, error);

  if (fate == NULL || (fate->issued_ms > 0 && !read_issuer (store, fate, error)))
    return NULL;
  return g_steal_pointer (&fate);
}

static gboolean
refuse (GError **error, const char *number, const char *why)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s: %s Nothing was changed.", number, why);
  return FALSE;
}

/* " by ben, 22 Nov 14:05" */
static char *
by_whom (const DkPaperFate *fate)
{
  g_autofree char *when = fate->changed_ms > 0
                              ? dk_time_format_short (fate->changed_ms, dk_clock_wall_ms ())
                              : NULL;

  return g_strconcat (fate->changed_by != NULL ? " by " : "",
                      fate->changed_by != NULL ? fate->changed_by : "", when != NULL ? ", " : "",
                      when != NULL ? when : "", NULL);
}

static gboolean
refuse_entered (const DkPaperFate *fate, GError **error)
{
  g_autofree char *by = by_whom (fate);
  g_autofree char *summary
      = dk_text_shorten (fate->summary != NULL ? fate->summary : "", SUMMARY_CHARACTERS);
  g_autofree char *why = g_strdup_printf (
      "this paper form was keyed in before%s, as %s%s%s%s. If this sheet says more, add it with "
      "`dkit ticket note %s`; if it tells of something else, two sheets have one number: keep "
      "both, and capture this one with a new number.",
      by, fate->keyed_form != NULL ? fate->keyed_form : "a ticket", *summary != '\0' ? " \"" : "",
      summary, *summary != '\0' ? "\"" : "", fate->number);

  return refuse (error, fate->number, why);
}

static gboolean
refuse_void (const DkPaperFate *fate, GError **error)
{
  g_autofree char *by = by_whom (fate);
  g_autofree char *why = g_strdup_printf (
      "this paper form is void%s%s%s. If there are words on it that count, capture them with a new "
      "number and name this one in the details.",
      by, fate->reason != NULL ? ": " : "", fate->reason != NULL ? fate->reason : "");

  return refuse (error, fate->number, why);
}

gboolean
dk_paper_fate_check (const DkPaperFate *fate, GError **error)
{
  if (strcmp (fate->state, "entered") == 0)
    return refuse_entered (fate, error);
  if (strcmp (fate->state, "void") == 0)
    return refuse_void (fate, error);
  if (strcmp (fate->state, "screen") == 0)
    return refuse (error, fate->number,
                   fate->keyed_form != NULL
                       ? "is in use already, and was not issued on paper."
                       : "was given to a draft on screen and never to paper; end that draft.");
  return TRUE;
}

/* A step of paper: which states it leads from, and where to. */
typedef struct {
  const char *kind;
  const char *to;
  const char *from[4];
  gboolean needs_reason;
} Step;

static gboolean
refuse_step (const DkPaperFate *fate, const Step *step, GError **error)
{
  g_autofree char *by = by_whom (fate);
  g_autofree char *why = NULL;

  if (strcmp (fate->state, "skipped") == 0 || strcmp (fate->state, "screen") == 0)
    return refuse (error, fate->number, "this kit did not issue it on paper.");
  if (strcmp (fate->state, step->to) == 0)
    why = g_strdup_printf ("it is %s already%s.", step->to, by);
  else
    why = g_strdup_printf ("it is %s%s, so it cannot become %s.", fate->state, by,
                           strcmp (step->to, "issued") == 0 ? "found again" : step->to);
  return refuse (error, fate->number, why);
}

/* done: numbers of this step so far. */
static gboolean
step_one (DkStore *store, const char *typed, const Step *step, const char *reason,
          GHashTable *done, GError **error)
{
  g_autoptr (DkPaperFate) fate = dk_paper_find (store, typed, error);
  g_autoptr (json_t) body = json_object ();

  if (fate == NULL)
    return FALSE;
  if (!g_hash_table_add (done, g_strdup (fate->number)))
    return refuse (error, fate->number, "it is named twice here; name each number once.");
  if (!g_strv_contains (step->from, fate->state))
    return refuse_step (fate, step, error);
  dk_json_set_text (body, "reason", *reason != '\0' ? reason : NULL);
  if (strcmp (step->kind, DK_ENTRY_PAPER_FOUND) == 0)
    dk_json_set_text (body, "was", fate->state);
  return dk_ledger_append (store, step->kind, fate->number, 0, body, NULL, error)
         && (strcmp (fate->state, "skipped") == 0
                 ? dk_paper_table_put_skipped (store, fate->number, step->to, error)
                 : dk_paper_table_set (store, fate->number, step->to, error));
}

static gboolean
take_step (DkStore *store, const char *const *numbers, const Step *step, const char *reason,
           GError **error)
{
  g_autofree char *masked = dk_ticket_mask_keys (reason != NULL ? reason : "");
  g_autofree char *clean = dk_text_clean (masked);
  g_autoptr (GHashTable) done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (DkTransaction) transaction = NULL;

  if (!dk_text_check (clean, strlen (clean), DK_LIMIT_FIELD_BYTES, "The reason", error))
    return FALSE;
  if (numbers[0] == NULL
      || g_strv_length ((char **) (guintptr) numbers) > DK_PAPER_STEP_NUMBERS_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Name between 1 and %d numbers. Nothing was changed.",
                 DK_PAPER_STEP_NUMBERS_MAX);
    return FALSE;
  }
  if (step->needs_reason && *clean == '\0')
    return refuse (error, numbers[0], "say why it is given up: a reason is required.");
  transaction = dk_store_begin (store, error);
  if (transaction == NULL)
    return FALSE;
  for (gsize i = 0; numbers[i] != NULL; i++)
    if (!step_one (store, numbers[i], step, clean, done, error))
      return FALSE;
  return dk_store_commit (store, transaction, FALSE, error);
}

gboolean
dk_paper_store_missing (DkStore *store, const char *const *numbers, const char *reason,
                        GError **error)
{
  static const Step step
      = { DK_ENTRY_PAPER_MISSING, "missing", { "issued", "skipped", NULL }, FALSE };

  return take_step (store, numbers, &step, reason, error);
}

gboolean
dk_paper_store_lost (DkStore *store, const char *const *numbers, const char *reason,
                     GError **error)
{
  static const Step step
      = { DK_ENTRY_PAPER_LOST, "lost", { "issued", "missing", "skipped", NULL }, TRUE };

  return take_step (store, numbers, &step, reason, error);
}

gboolean
dk_paper_store_found (DkStore *store, const char *const *numbers, const char *reason,
                      GError **error)
{
  static const Step step = { DK_ENTRY_PAPER_FOUND, "issued", { "missing", "lost", NULL }, FALSE };

  return take_step (store, numbers, &step, reason, error);
}
