/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/crypto/aead.h"
#include "app/plan/plan-private.h"
#include "app/plan/run.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"
#include "app/store/ticket-answers.h"

#define UID_SIZE 16
#define TYPED_MIN 4
/* Room in the body for what is not the text itself. */
#define SOURCE_BYTES_MAX (DK_LIMIT_ENTRY_BODY_BYTES - (64u << 10))

char *
dk_run_version (const char *source)
{
  guint8 hash[32];

  dk_hash (hash, sizeof hash, source, strlen (source), NULL);
  return dk_text_hex (hash, sizeof hash);
}

gboolean
dk_plan_is_lead (DkStore *store)
{
  return dk_keyring_get (dk_store_keys (store), DK_KEY_LEAD) != NULL;
}

gboolean
dk_plan_clean (const char *what, const char *text, char **clean, GError **error)
{
  g_autofree char *masked = NULL;

  if (text == NULL) {
    *clean = NULL;
    return TRUE;
  }
  if (!dk_text_check (text, strlen (text), DK_PLAN_NOTE_BYTES, what, error))
    return FALSE;
  masked = dk_ticket_mask_keys (text);
  *clean = dk_text_clean (masked);
  if (**clean == '\0')
    g_clear_pointer (clean, g_free);
  return TRUE;
}

char *
dk_plan_pack_name (DkStore *store, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, &failed);

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  return pack != NULL ? g_strdup_printf ("%s %" G_GINT64_FORMAT, pack->name, pack->sequence)
                      : g_strdup ("no pack");
}

static gboolean
refuse_run (DkError code, const char *typed, const char *why, GError **error)
{
  g_autofree char *shown = dk_text_printable (typed, FALSE);

  g_set_error (error, DK_ERROR, code, "%s: %s Nothing was changed.", shown, why);
  return FALSE;
}

static gboolean
is_hex (const char *text)
{
  return text[strspn (text, "0123456789abcdef")] == '\0';
}

char *
dk_plan_find_run (DkStore *store, const char *kind, const char *typed, GError **error)
{
  gboolean calls = strcmp (kind, DK_PLAN_CALLS) == 0;
  g_autofree char *lower = g_ascii_strdown (typed, -1);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT uid FROM run WHERE kind = ?1 AND substr (uid, 1, length (?2)) = ?2 LIMIT 2");
  g_autofree char *uid = NULL;
  gboolean has_row;

  if (strlen (lower) < TYPED_MIN || !is_hex (lower)) {
    (void) refuse_run (DK_ERROR_NOT_FOUND, typed,
                       calls ? "a round of calls is named by at least four of its first digits; "
                               "`dkit calltree status` lists them."
                             : "a run is named by at least four of its first digits; `dkit runbook "
                               "runs` lists them.",
                       error);
    return NULL;
  }
  dk_stmt_bind_text (stmt, 1, kind);
  dk_stmt_bind_text (stmt, 2, lower);
  if (!dk_stmt_step (stmt, &has_row, error))
    return NULL;
  if (!has_row) {
    (void) refuse_run (DK_ERROR_NOT_FOUND, typed,
                       calls ? "there is no such round of calls; `dkit calltree status` lists them."
                             : "there is no such run; `dkit runbook runs` lists them.",
                       error);
    return NULL;
  }
  uid = g_strdup (dk_stmt_text (stmt, 0));
  if (!dk_stmt_step (stmt, &has_row, error))
    return NULL;
  if (has_row) {
    (void) refuse_run (DK_ERROR_INVALID, typed, "several begin so; write more of its digits.",
                       error);
    return NULL;
  }
  return g_steal_pointer (&uid);
}

gboolean
dk_plan_check_open (DkStore *store, const char *uid, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT ended_by FROM run WHERE uid = ?1 AND ended_ms > 0");
  g_autofree char *why = NULL;
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, uid);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  why = g_strdup_printf ("%s has ended it. Start another one, or add a note.",
                         dk_stmt_text (stmt, 0));
  return refuse_run (DK_ERROR_INVALID, uid, why, error);
}

static gboolean
has_source (DkStore *store, const char *version, gboolean *found, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT 1 FROM run_source WHERE version = ?1");

  dk_stmt_bind_text (stmt, 1, version);
  return dk_stmt_step (stmt, found, error);
}

/* The text is in the first entry with its version alone. */
static gboolean
add_source (DkStore *store, json_t *body, const char *version, const char *source,
            const json_t *steps, GError **error)
{
  gboolean found;
  gsize size;

  if (!has_source (store, version, &found, error))
    return FALSE;
  if (found)
    return TRUE;
  dk_json_set_text (body, "source", source);
  json_object_set_new (body, "steps", json_deep_copy (steps));
  g_free (dk_json_canonical (body, &size));
  if (size <= SOURCE_BYTES_MAX)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This text has %" G_GSIZE_FORMAT " bytes with its steps, and a run keeps at most "
               "%u. Nothing was started; print the card and tick it on paper, and tell the owner "
               "to split it.",
               size, SOURCE_BYTES_MAX);
  return FALSE;
}

char *
dk_plan_start (DkStore *store, const char *kind, const char *ref, const char *title,
               const char *source, const json_t *steps, GError **error)
{
  g_autoptr (json_t) body = json_object ();
  g_autofree char *version = dk_run_version (source);
  g_autofree char *pack = dk_plan_pack_name (store, error);
  g_autofree char *uid = NULL;
  guint8 random[UID_SIZE];

  if (pack == NULL)
    return NULL;
  dk_random (random, sizeof random);
  uid = dk_text_hex (random, sizeof random);
  dk_json_set_text (body, "kind", kind);
  dk_json_set_text (body, "ref", ref);
  dk_json_set_text (body, "title", title);
  dk_json_set_text (body, "pack", pack);
  dk_json_set_text (body, "version", version);
  if (!add_source (store, body, version, source, steps, error)
      || !dk_plan_change (store, DK_ENTRY_RUN_STARTED, uid, body, error))
    return NULL;
  return g_steal_pointer (&uid);
}
