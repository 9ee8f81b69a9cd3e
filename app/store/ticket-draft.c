/* SPDX-License-Identifier: MIT */
/* Numbers and what hangs on them before a ticket is saved: drafts. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/model/number.h"
#include "app/store/ledger.h"
#include "app/store/paper-store.h"
#include "app/store/store-private.h"
#include "app/store/ticket-private.h"

/* Words kept for a step stand beside the drafts, under "NUMBER/STEP": no number has a stroke. */
#define KEPT_PATTERN "*/*"

char *
dk_ticket_next_number (DkStore *store, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *mode = dk_store_get_setting (store, "mode", &failed);
  guint64 counter;

  /* Else a number of a drill would look like one that counts. */
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  if (!dk_store_read_counter (store, &counter, error)
      || !dk_store_write_counter (store, counter + 1, error))
    return NULL;
  return dk_number_format (dk_store_identity (store)->station, counter + 1,
                           g_strcmp0 (mode, "drill") == 0);
}

gboolean
dk_ticket_store_counter (DkStore *store, guint64 *counter, GError **error)
{
  return dk_store_read_counter (store, counter, error);
}

gboolean
dk_ticket_check_number (DkStore *store, const char *typed, char **number, GError **error)
{
  const char *station = dk_store_identity (store)->station;
  DkNumberScan scan;
  DkNumber parsed;
  guint64 counter;

  if (!dk_number_scan (typed, &scan, error) || !dk_store_read_counter (store, &counter, error))
    return FALSE;
  parsed = scan.number;
  g_autofree char *canonical = dk_number_format (parsed.station, parsed.counter, parsed.drill);
  if (strcmp (parsed.station, station) != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "%s is a number of station %s; this is station %s. Look for it there: if it is on "
                 "paper, %s keys it in; keep the paper until it is there.",
                 canonical, parsed.station, station, parsed.station);
    return FALSE;
  }
  if (parsed.counter > counter) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "%s was never issued by this station. Read the number again.", canonical);
    return FALSE;
  }
  *number = g_steal_pointer (&canonical);
  return TRUE;
}

typedef struct {
  gboolean has_ticket;
  gboolean is_void;
  gboolean is_known; /* given out in whatever way */
} NumberFate;

static gboolean
read_fate (DkStore *store, const char *number, NumberFate *fate, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT EXISTS (SELECT 1 FROM ticket WHERE number = ?1),"
      " EXISTS (SELECT 1 FROM entry WHERE object = ?1 AND kind = '" DK_ENTRY_TICKET_VOID "'),"
      " EXISTS (SELECT 1 FROM draft WHERE number = ?1)"
      " OR EXISTS (SELECT 1 FROM paper WHERE number = ?1)"
      " OR EXISTS (SELECT 1 FROM entry WHERE object = ?1)");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, number);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  fate->has_ticket = dk_stmt_int (stmt, 0) != 0;
  fate->is_void = dk_stmt_int (stmt, 1) != 0;
  fate->is_known = fate->has_ticket || dk_stmt_int (stmt, 2) != 0;
  return TRUE;
}

gboolean
dk_ticket_refuse_number (DkStore *store, const char *number, DkError code, GError **error)
{
  g_autofree char *other = NULL;
  NumberFate fate;
  NumberFate other_fate;
  DkNumber parsed;

  if (!dk_number_parse (number, &parsed, error))
    return FALSE;
  other = dk_number_format (parsed.station, parsed.counter, !parsed.drill);
  if (!read_fate (store, number, &fate, error) || !read_fate (store, other, &other_fate, error))
    return FALSE;
  if (fate.has_ticket)
    g_set_error (error, DK_ERROR, (gint) code,
                 "%s: is in use already, and was not issued on paper. Nothing was changed.",
                 number);
  else if (fate.is_known)
    g_set_error (error, DK_ERROR, (gint) code,
                 "%s was issued by this kit%s, but no ticket has been saved under it.", number,
                 fate.is_void ? " and voided since" : "");
  else if (other_fate.is_known)
    g_set_error (error, DK_ERROR, (gint) code,
                 "%s was never issued: this number was given out %s, as %s. Nothing was changed; "
                 "read it again.",
                 number, parsed.drill ? "outside of a drill" : "in a drill", other);
  else
    g_set_error (error, DK_ERROR, (gint) code,
                 "%s was not given out by this kit as it is here. Nothing was changed; read the "
                 "number again, or look for it on paper.",
                 number);
  return FALSE;
}

gboolean
dk_draft_table_put (DkStore *store, const char *key, const char *form, const json_t *answers,
                    GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO draft (number, form, answers, user, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5)"
      " ON CONFLICT (number) DO UPDATE SET form = ?2, answers = ?3, user = ?4, updated_ms = ?5");
  g_autoptr (json_t) masked = json_deep_copy (answers);
  g_autofree char *text = NULL;

  (void) dk_form_mask_keys (masked);
  text = dk_json_text (masked, TRUE);
  if (strlen (text) > DK_LIMIT_JSON_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "That is more text than a draft can keep (%u bytes). The draft stands as it was; "
                 "shorten the text.",
                 DK_LIMIT_JSON_BYTES);
    return FALSE;
  }
  dk_stmt_bind_text (stmt, 1, key);
  dk_stmt_bind_text (stmt, 2, form);
  dk_stmt_bind_text (stmt, 3, text);
  dk_stmt_bind_text (stmt, 4, dk_store_user (store));
  dk_stmt_bind_int (stmt, 5, dk_clock_wall_ms ());
  return dk_stmt_run (stmt, error);
}

char *
dk_ticket_store_begin (DkStore *store, const DkForm *form, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);
  g_autofree char *number = NULL;
  g_autoptr (json_t) body = json_object ();
  g_autoptr (json_t) answers = dk_form_defaults (form);

  if (transaction == NULL || (number = dk_ticket_next_number (store, error)) == NULL)
    return NULL;
  dk_json_set_text (body, "number", number);
  dk_json_set_text (body, "form", dk_form_id (form));
  if (!dk_ledger_append (store, DK_ENTRY_NUMBER_ISSUED, number, 0, body, NULL, error)
      || !dk_draft_table_put (store, number, dk_form_id (form), answers, error)
      || !dk_store_commit (store, transaction, TRUE, error))
    return NULL;
  return g_steal_pointer (&number);
}

gboolean
dk_ticket_number_was_skipped (DkStore *store, const char *number, gboolean *skipped,
                              GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT 1 FROM entry AS e JOIN entry_body AS b ON b.entry = e.id WHERE e.station = ?1"
      " AND e.kind = 'skipped' AND ?2 BETWEEN json_extract (b.body, '$.from')"
      " AND json_extract (b.body, '$.to')"
      " AND NOT EXISTS (SELECT 1 FROM ticket WHERE number IN (?3, ?4))");
  g_autofree char *other = NULL;
  DkNumber parsed;

  if (!dk_number_parse (number, &parsed, error))
    return FALSE;
  dk_stmt_bind_text (stmt, 1, parsed.station);
  dk_stmt_bind_int (stmt, 2, (gint64) parsed.counter);
  /* A counter counts once, in a drill or not. */
  other = dk_number_format (parsed.station, parsed.counter, !parsed.drill);
  dk_stmt_bind_text (stmt, 3, number);
  dk_stmt_bind_text (stmt, 4, other);
  return dk_stmt_step (stmt, skipped, error);
}

gboolean
dk_draft_table_has (DkStore *store, const char *number, gboolean *found, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT 1 FROM draft WHERE number = ?1");

  dk_stmt_bind_text (stmt, 1, number);
  return dk_stmt_step (stmt, found, error);
}

gboolean
dk_draft_table_has_mine (DkStore *store, const char *number, gboolean *found, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT user FROM draft WHERE number = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, number);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (has_row && g_strcmp0 (dk_stmt_text (stmt, 0), dk_store_user (store)) != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is a draft of %s. Nothing was changed; take the draft over first, then go "
                 "on with it.",
                 number, dk_stmt_text (stmt, 0));
    return FALSE;
  }
  *found = has_row;
  return TRUE;
}

gboolean
dk_draft_table_remove (DkStore *store, const char *number, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "DELETE FROM draft WHERE number = ?1 OR number GLOB ?1 || '/*'");

  dk_stmt_bind_text (stmt, 1, number);
  return dk_stmt_run (stmt, error);
}

/* A paper form that is being keyed in has no draft before its first words. */
static gboolean
check_keyed_in (DkStore *store, const char *number, GError **error)
{
  g_autoptr (DkPaperFate) fate = dk_paper_find (store, number, error);

  if (fate == NULL)
    return FALSE;
  if (strcmp (fate->state, "screen") != 0)
    return dk_paper_fate_check (fate, error);
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND, "There is no draft %s.", number);
  return FALSE;
}

gboolean
dk_ticket_store_keep_draft (DkStore *store, const char *number, const DkForm *form,
                            const json_t *answers, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);
  gboolean found = FALSE;

  if (transaction == NULL || !dk_draft_table_has_mine (store, number, &found, error))
    return FALSE;
  if (!found && !check_keyed_in (store, number, error))
    return FALSE;
  return dk_draft_table_put (store, number, dk_form_id (form), answers, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

GPtrArray *
dk_ticket_store_drafts (DkStore *store, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT number FROM draft"
                                          " WHERE NOT number GLOB '" KEPT_PATTERN "'"
                                          " ORDER BY updated_ms");
  g_autoptr (GPtrArray) numbers = g_ptr_array_new_with_free_func (g_free);
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&numbers);
    g_ptr_array_add (numbers, g_strdup (dk_stmt_text (stmt, 0)));
  }
  return NULL;
}

void
dk_draft_free (DkDraft *draft)
{
  if (draft == NULL)
    return;
  g_free (draft->number);
  g_free (draft->form);
  g_free (draft->user);
  json_decref (draft->answers);
  g_free (draft);
}

static DkDraft *
read_draft (DkStore *store, DkStmt *stmt, GError **error)
{
  g_autoptr (DkDraft) draft = g_new0 (DkDraft, 1);
  const char *text = dk_stmt_text (stmt, 2);

  draft->number = g_strdup (dk_stmt_text (stmt, 0));
  draft->form = g_strdup (dk_stmt_text (stmt, 1));
  draft->answers = dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, "A draft", error);
  draft->user = g_strdup (dk_stmt_text (stmt, 3));
  draft->is_mine = g_strcmp0 (draft->user, dk_store_user (store)) == 0;
  draft->updated_ms = dk_stmt_int (stmt, 4);
  return draft->answers != NULL ? g_steal_pointer (&draft) : NULL;
}

/* number NULL = every draft. */
static GPtrArray *
read_drafts (DkStore *store, const char *number, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT number, form, answers, user, updated_ms"
                                          " FROM draft WHERE number = ?1 OR ?1 IS NULL"
                                          " AND NOT number GLOB '" KEPT_PATTERN "'"
                                          " ORDER BY updated_ms");
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_draft_free);
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, number);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkDraft *draft;
    if (!has_row)
      return g_steal_pointer (&drafts);
    draft = read_draft (store, stmt, error);
    if (draft == NULL)
      return NULL;
    g_ptr_array_add (drafts, draft);
  }
  return NULL;
}

GPtrArray *
dk_ticket_store_list_drafts (DkStore *store, GError **error)
{
  return read_drafts (store, NULL, error);
}

DkDraft *
dk_ticket_store_load_draft (DkStore *store, const char *number, GError **error)
{
  g_autoptr (GPtrArray) drafts = read_drafts (store, number, error);

  if (drafts == NULL)
    return NULL;
  if (drafts->len > 0)
    return g_ptr_array_steal_index (drafts, 0);
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "There is no draft %s: it was saved or voided meanwhile. Nothing was changed.",
               number);
  return NULL;
}

gboolean
dk_ticket_store_take_over (DkStore *store, const char *number, char **taken, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autoptr (DkTransaction) transaction = NULL;
  g_autoptr (DkDraft) draft = NULL;
  g_autoptr (DkStmt) stmt = NULL;
  g_autoptr (json_t) body = json_object ();

  if (!dk_ticket_check_number (store, number, &canonical, error)
      || (transaction = dk_store_begin (store, error)) == NULL
      || (draft = dk_ticket_store_load_draft (store, canonical, error)) == NULL)
    return FALSE;
  if (!draft->is_mine) {
    dk_json_set_text (body, "from", draft->user);
    stmt = dk_stmt_new (dk_store_db (store), "UPDATE draft SET user = ?2 WHERE number = ?1");
    dk_stmt_bind_text (stmt, 1, canonical);
    dk_stmt_bind_text (stmt, 2, dk_store_user (store));
    if (!dk_ledger_append (store, DK_ENTRY_DRAFT_TAKEN_OVER, canonical, 0, body, NULL, error)
        || !dk_stmt_run (stmt, error) || !dk_store_commit (store, transaction, FALSE, error))
      return FALSE;
  }
  if (taken != NULL)
    *taken = g_steal_pointer (&canonical);
  return TRUE;
}

static char *
kept_key (const char *number, const char *step)
{
  return g_strconcat (number, "/", step, NULL);
}

static gboolean
remove_kept (DkStore *store, const char *key, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "DELETE FROM draft WHERE number = ?1");

  dk_stmt_bind_text (stmt, 1, key);
  return dk_stmt_run (stmt, error);
}

gboolean
dk_draft_table_end_step (DkStore *store, const char *number, const char *kind, GError **error)
{
  static const char *const ends[][2] = { { DK_ENTRY_TICKET_RESOLVE, DK_STEP_RESOLVE },
                                         { DK_ENTRY_TICKET_AMEND, DK_STEP_AMEND },
                                         { DK_ENTRY_TICKET_VOID, DK_STEP_VOID } };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *key = kept_key (number, ends[i][1]);
    if (strcmp (kind, ends[i][0]) == 0)
      return remove_kept (store, key, error);
  }
  return TRUE;
}

gboolean
dk_ticket_store_keep_words (DkStore *store, const char *number, const char *step,
                            const char *words, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);
  g_autofree char *stripped = g_strstrip (g_strdup (words != NULL ? words : ""));
  g_autofree char *key = NULL;
  g_autoptr (DkTicket) ticket = NULL;
  g_autoptr (json_t) answers = json_object ();

  if (transaction == NULL || (ticket = dk_ticket_store_load (store, number, error)) == NULL)
    return FALSE;
  key = kept_key (ticket->number, step);
  dk_json_set_text (answers, "words", words);
  return (*stripped == '\0' ? remove_kept (store, key, error)
                            : dk_draft_table_put (store, key, step, answers, error))
         && dk_store_commit (store, transaction, FALSE, error);
}

void
dk_kept_words_free (DkKeptWords *kept)
{
  if (kept == NULL)
    return;
  g_free (kept->step);
  g_free (kept->words);
  g_free (kept->user);
  g_free (kept);
}

GPtrArray *
dk_ticket_store_kept_words (DkStore *store, const char *number, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT form, json_extract (answers, '$.words'), user, updated_ms"
                           " FROM draft WHERE number GLOB ?1 || '/*' ORDER BY updated_ms");
  g_autoptr (GPtrArray) list
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_kept_words_free);
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, number);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkKeptWords *kept;
    if (!has_row)
      return g_steal_pointer (&list);
    kept = g_new0 (DkKeptWords, 1);
    kept->step = g_strdup (dk_stmt_text (stmt, 0));
    kept->words = g_strdup (dk_stmt_text (stmt, 1));
    kept->user = g_strdup (dk_stmt_text (stmt, 2));
    kept->updated_ms = dk_stmt_int (stmt, 3);
    g_ptr_array_add (list, kept);
  }
  return NULL;
}
