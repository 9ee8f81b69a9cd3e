/* SPDX-License-Identifier: MIT */
/* The index holds what the lists say. Corrections of this desk are few and come and go, so they are
 * laid over what was found, and a number that only a correction knows is looked for among them. */
#include <string.h>

#include "app/base/text.h"
#include "app/store/content-store.h"
#include "app/store/search-private.h"
#include "app/store/store-private.h"

#define NUMBER_FIELD "number:"
#define BETWEEN " · "
#define MARK " (corrected here)"

static gboolean
collect_contact (DkSearchQuery *q, const char *id, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store), "SELECT " DK_FOUND_COLUMNS " FROM found AS f"
                              " WHERE f.kind = 'contact' AND f.ref = ?1 AND f.pack IN (?2, ?3)"
                              " ORDER BY f.pack LIMIT 1");

  dk_stmt_bind_text (stmt, 1, id);
  dk_stmt_bind_int (stmt, 2, q->pack);
  dk_stmt_bind_int (stmt, 3, DK_CONTENT_OWN);
  return dk_search_collect (q, stmt, error);
}

gboolean
dk_search_corrected_digits (DkSearchQuery *q, const char *digits, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store), "SELECT contact, value FROM correction WHERE state = 'open'"
                              " AND value IS NOT NULL AND substr (field, 1, 7) = '" NUMBER_FIELD
                              "' ORDER BY at_ms DESC");
  gboolean has_row;

  while (q->hits->len < q->limit) {
    g_autofree char *number = NULL;
    if (!dk_stmt_step (stmt, &has_row, error))
      return FALSE;
    if (!has_row)
      return TRUE;
    number = dk_text_digits (dk_stmt_text (stmt, 1));
    if (strstr (number, digits) != NULL && !collect_contact (q, dk_stmt_text (stmt, 0), error))
      return FALSE;
  }
  return TRUE;
}

/* "desk 1 · mobile 2" with the number of that kind that was corrected, and marked as such. An older
 * correction may have marked it already. */
static void
correct_snippet (DkSearchHit *hit, const char *kind, const char *was, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (hit->snippet, BETWEEN, -1);
  g_autoptr (GStrvBuilder) corrected = g_strv_builder_new ();
  g_autofree char *old = was != NULL ? g_strdup_printf ("%s %s", kind, was) : NULL;
  g_autofree char *marked = old != NULL ? g_strconcat (old, MARK, NULL) : NULL;
  g_autofree char *now = value != NULL ? g_strdup_printf ("%s %s" MARK, kind, value)
                                       : g_strdup_printf ("%s out of use" MARK, kind);
  g_auto (GStrv) all = NULL;
  gboolean is_there = FALSE;

  for (guint i = 0; parts[i] != NULL; i++) {
    gboolean is_old
        = !is_there
          && (g_strcmp0 (parts[i], old) == 0 || g_strcmp0 (parts[i], marked) == 0);
    g_strv_builder_add (corrected, is_old ? now : parts[i]);
    is_there = is_there || is_old;
  }
  if (!is_there && value != NULL)
    g_strv_builder_add (corrected, now);
  all = g_strv_builder_end (corrected);
  g_free (hit->snippet);
  hit->snippet = g_strjoinv (BETWEEN, all);
}

static gboolean
correct_hit (DkSearchQuery *q, DkSearchHit *hit, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store), "SELECT field, was, value FROM correction WHERE contact = ?1"
                              " AND state = 'open' ORDER BY at_ms, id");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, hit->id);
  while (dk_stmt_step (stmt, &has_row, error)) {
    const char *field;
    if (!has_row)
      return TRUE;
    field = dk_stmt_text (stmt, 0);
    if (g_str_has_prefix (field, NUMBER_FIELD))
      correct_snippet (hit, field + strlen (NUMBER_FIELD), dk_stmt_text (stmt, 1),
                       dk_stmt_text (stmt, 2));
    if (strcmp (field, "name") == 0 && dk_stmt_text (stmt, 2) != NULL) {
      g_free (hit->title);
      hit->title = g_strdup (dk_stmt_text (stmt, 2));
    }
  }
  return FALSE;
}

gboolean
dk_search_lay_corrections (DkSearchQuery *q, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store), "SELECT 1 FROM correction WHERE state = 'open' LIMIT 1");
  gboolean has;

  if (!dk_stmt_step (stmt, &has, error))
    return FALSE;
  for (guint i = 0; has && i < q->hits->len; i++) {
    DkSearchHit *hit = q->hits->pdata[i];
    if (strcmp (hit->kind, "contact") == 0 && !correct_hit (q, hit, error))
      return FALSE;
  }
  return TRUE;
}

static void
append_words (DkSearchHit *hit, const char *words)
{
  g_autofree char *before = hit->snippet;

  hit->snippet = g_strdup_printf ("%s%s%s", before, *before != '\0' ? BETWEEN : "", words);
}

static gboolean
lay_origin (DkSearchQuery *q, DkSearchHit *hit, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store),
      "SELECT source, imported_ms, imported_by FROM own_contact WHERE ref = ?1");
  g_autoptr (DkContact) contact = NULL;
  g_autofree char *words = NULL;
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, hit->id);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  contact = dk_contact_new ();
  contact->source = g_strdup (dk_stmt_text (stmt, 0));
  contact->imported_ms = dk_stmt_int (stmt, 1);
  contact->imported_by = g_strdup (dk_stmt_text (stmt, 2));
  words = dk_contact_origin_words (contact);
  append_words (hit, words);
  hit->source = g_steal_pointer (&contact->source);
  hit->imported_ms = contact->imported_ms;
  hit->imported_by = g_steal_pointer (&contact->imported_by);
  return TRUE;
}

gboolean
dk_search_lay_origins (DkSearchQuery *q, GError **error)
{
  for (guint i = 0; i < q->hits->len; i++) {
    DkFoundHit *found = q->hits->pdata[i];
    if (found->is_own && !lay_origin (q, &found->hit, error))
      return FALSE;
  }
  return TRUE;
}
