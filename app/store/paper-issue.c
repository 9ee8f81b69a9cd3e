/* SPDX-License-Identifier: MIT */
/* Numbers for paper, and the one row that says what became of each. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/store/ledger.h"
#include "app/store/paper-store.h"
#include "app/store/store-private.h"
#include "app/store/ticket-answers.h"
#include "app/store/ticket-private.h"

#define UNIT_CHARACTERS_MAX 80

gboolean
dk_paper_table_get (DkStore *store, const char *number, char **state, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT state FROM paper WHERE number = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, number);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *state = has_row ? g_strdup (dk_stmt_text (stmt, 0)) : NULL;
  return TRUE;
}

gboolean
dk_paper_table_set (DkStore *store, const char *number, const char *state, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "UPDATE paper SET state = ?2 WHERE number = ?1");

  dk_stmt_bind_text (stmt, 1, number);
  dk_stmt_bind_text (stmt, 2, state);
  return dk_stmt_run (stmt, error);
}

gboolean
dk_paper_table_put (DkStore *store, const DkPaperRow *row, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO paper (number, form, state, unit, issued_ms) VALUES (?1, ?2, ?3, ?4, ?5)"
      " ON CONFLICT (number) DO UPDATE SET form = ?2, state = ?3, unit = ?4, issued_ms = ?5");

  dk_stmt_bind_text (stmt, 1, row->number);
  dk_stmt_bind_text (stmt, 2, row->form);
  dk_stmt_bind_text (stmt, 3, row->state);
  dk_stmt_bind_text (stmt, 4, row->unit);
  dk_stmt_bind_int (stmt, 5, row->issued_ms);
  return dk_stmt_run (stmt, error);
}

gboolean
dk_paper_table_put_skipped (DkStore *store, const char *number, const char *state, GError **error)
{
  const DkPaperRow row = { .number = (char *) (guintptr) number,
                           .form = (char *) (guintptr) DK_PAPER_FORM_NOT_KNOWN,
                           .state = (char *) (guintptr) state };

  return dk_paper_table_put (store, &row, error);
}

static gboolean
issue_one (DkStore *store, const DkForm *form, const char *unit, gint64 now, GPtrArray *numbers,
           GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO paper (number, form, state, unit, issued_ms)"
                           " VALUES (?1, ?2, 'issued', ?3, ?4)");
  char *number = dk_ticket_next_number (store, error);

  if (number == NULL)
    return FALSE;
  g_ptr_array_add (numbers, number);
  dk_stmt_bind_text (stmt, 1, number);
  dk_stmt_bind_text (stmt, 2, dk_form_id (form));
  dk_stmt_bind_text (stmt, 3, unit);
  dk_stmt_bind_int (stmt, 4, now);
  return dk_stmt_run (stmt, error);
}

/* One form with its entry, in the caller's transaction. Adds the numbers. */
static gboolean
issue_form (DkStore *store, const DkPaperIssue *issue, const char *unit, GPtrArray *numbers,
            GError **error)
{
  g_autoptr (json_t) body = json_object ();
  gint64 now = dk_clock_wall_ms ();

  for (guint i = 0; i < issue->copies; i++)
    if (!issue_one (store, issue->form, unit, now, numbers, error))
      return FALSE;
  dk_json_set_text (body, "form", dk_form_id (issue->form));
  dk_json_set_text (body, "form_version", dk_form_version (issue->form));
  dk_json_set_text (body, "first", g_ptr_array_index (numbers, 0));
  dk_json_set_text (body, "last", g_ptr_array_index (numbers, numbers->len - 1));
  json_object_set_new (body, "copies", json_integer (issue->copies));
  dk_json_set_text (body, "unit", unit);
  return dk_ledger_append (store, DK_ENTRY_PAPER_ISSUE, NULL, now, body, NULL, error);
}

static gboolean
check_issues (const DkPaperIssue *issues, guint n, GError **error)
{
  guint64 total = 0;
  gboolean has_empty = FALSE;

  for (guint i = 0; i < n; i++) {
    has_empty = has_empty || issues[i].copies < 1;
    total += issues[i].copies;
  }
  if (n > 0 && !has_empty && total <= DK_PAPER_COPIES_MAX)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "Between 1 and %d copies can be issued at once. No number was used.",
               DK_PAPER_COPIES_MAX);
  return FALSE;
}

static gboolean
check_unit (const char *unit, GError **error)
{
  if (g_utf8_strlen (unit, -1) <= UNIT_CHARACTERS_MAX)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The name of a unit has at most %d letters. No number was used.",
               UNIT_CHARACTERS_MAX);
  return FALSE;
}

gboolean
dk_paper_store_issue (DkStore *store, DkPaperIssue *issues, guint n, const char *unit,
                      GError **error)
{
  g_autofree char *masked = dk_ticket_mask_keys (unit != NULL ? unit : "");
  g_autofree char *clean = dk_text_clean_line (masked);
  g_autoptr (DkTransaction) transaction = NULL;
  g_autoptr (GPtrArray) all
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  if (!check_issues (issues, n, error) || !check_unit (clean, error)
      || (transaction = dk_store_begin (store, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++) {
    GPtrArray *numbers = g_ptr_array_new_with_free_func (g_free);
    g_ptr_array_add (all, numbers);
    if (!issue_form (store, &issues[i], *clean != '\0' ? clean : NULL, numbers, error))
      return FALSE;
  }
  if (!dk_store_commit (store, transaction, TRUE, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    dk_paper_issue_clear (&issues[i]);
    issues[i].numbers = g_ptr_array_ref (g_ptr_array_index (all, i));
  }
  return TRUE;
}

void
dk_paper_issue_clear (DkPaperIssue *issue)
{
  g_clear_pointer (&issue->numbers, g_ptr_array_unref);
}

GPtrArray *
dk_ticket_store_issue_paper (DkStore *store, const DkForm *form, guint copies, const char *unit,
                             GError **error)
{
  DkPaperIssue issue = { .form = (DkForm *) (guintptr) form, .copies = copies };

  return dk_paper_store_issue (store, &issue, 1, unit, error) ? issue.numbers : NULL;
}
