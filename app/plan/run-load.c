/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/limits.h"
#include "app/plan/plan-private.h"
#include "app/plan/run.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"

static void
step_free (gpointer data)
{
  DkRunStep *step = data;

  g_free (step->id);
  g_free (step->text);
  g_free (step->section);
  g_free (step->state);
  g_free (step->person);
  g_free (step->note);
  g_free (step);
}

static void
line_free (gpointer data)
{
  DkRunLine *line = data;

  g_free (line->kind);
  g_free (line->step);
  g_free (line->state);
  g_free (line->person);
  g_free (line->text);
  g_free (line);
}

void
dk_run_free (DkRun *run)
{
  if (run == NULL)
    return;
  g_free (run->uid);
  g_free (run->ref);
  g_free (run->title);
  g_free (run->pack);
  g_free (run->version);
  g_free (run->source);
  g_free (run->started_by);
  g_free (run->ended_by);
  g_free (run->note);
  g_clear_pointer (&run->steps, g_ptr_array_unref);
  g_clear_pointer (&run->lines, g_ptr_array_unref);
  g_free (run);
}

#define FACTS \
  "SELECT r.uid, r.ref, r.title, r.pack, r.version, r.started_ms, r.started_by, r.ended_ms," \
  " r.ended_by, r.note, s.source, s.steps, json_array_length (s.steps)," \
  " (SELECT count (*) FROM run_step WHERE run = r.id AND state = 'done')," \
  " (SELECT count (*) FROM run_step WHERE run = r.id AND state = 'skipped')," \
  " (SELECT count (*) FROM run_step AS t, json_each (s.steps) AS j WHERE t.run = r.id" \
  "   AND t.step = json_extract (j.value, '$.id') AND t.state IN ('done', 'skipped'))" \
  " FROM run AS r JOIN run_source AS s ON s.version = r.version"

static DkRun *
read_facts (DkStmt *stmt)
{
  DkRun *run = g_new0 (DkRun, 1);

  run->uid = g_strdup (dk_stmt_text (stmt, 0));
  run->ref = g_strdup (dk_stmt_text (stmt, 1));
  run->title = g_strdup (dk_stmt_text (stmt, 2));
  run->pack = g_strdup (dk_stmt_text (stmt, 3));
  run->version = g_strdup (dk_stmt_text (stmt, 4));
  run->started_ms = dk_stmt_int (stmt, 5);
  run->started_by = g_strdup (dk_stmt_text (stmt, 6));
  run->ended_ms = dk_stmt_int (stmt, 7);
  run->ended_by = g_strdup (dk_stmt_text (stmt, 8));
  run->note = g_strdup (dk_stmt_text (stmt, 9));
  run->steps_done = (guint) dk_stmt_int (stmt, 13);
  run->steps_skipped = (guint) dk_stmt_int (stmt, 14);
  run->steps_open = (guint) (dk_stmt_int (stmt, 12) - dk_stmt_int (stmt, 15));
  return run;
}

/* Is the text in force another one now? A run without words cannot tell. */
static gboolean
compare_versions (DkStore *store, DkRun *run, gboolean has_words, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkRunbook) text = NULL;
  g_autofree char *version = NULL;

  if (!has_words)
    return TRUE;
  text = dk_content_store_runbook (store, run->ref, &failed);
  run->is_gone = g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND);
  if (failed != NULL && !run->is_gone) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (text == NULL)
    return TRUE;
  version = dk_run_version (text->markdown != NULL ? text->markdown : "");
  run->newer = strcmp (version, run->version) != 0;
  return TRUE;
}

GPtrArray *
dk_run_list (DkStore *store, gboolean only_open, GError **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_run_free);
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), FACTS " WHERE r.kind = 'runbook'"
                                                " AND (?1 = 0 OR r.ended_ms = 0)"
                                                " ORDER BY r.ended_ms > 0, r.id DESC LIMIT ?2");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, only_open);
  dk_stmt_bind_int (stmt, 2, DK_PLAN_LIST_MAX);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkRun *run;
    if (!has_row)
      return g_steal_pointer (&runs);
    run = read_facts (stmt);
    g_ptr_array_add (runs, run);
    if (run->ended_ms == 0
        && !compare_versions (store, run, *dk_stmt_text (stmt, 10) != '\0', error))
      return NULL;
  }
  return NULL;
}

static DkRunStep *
add_step (DkRun *run, const char *id)
{
  DkRunStep *step = g_new0 (DkRunStep, 1);

  step->id = g_strdup (id);
  step->state = g_strdup (DK_RUN_STEP_OPEN);
  g_ptr_array_add (run->steps, step);
  return step;
}

static gboolean
read_text_steps (DkRun *run, const char *text, GError **error)
{
  g_autoptr (json_t) list
      = dk_json_parse (text, strlen (text), DK_LIMIT_ENTRY_BODY_BYTES, "The steps of a run", error);

  for (gsize i = 0; list != NULL && i < json_array_size (list); i++) {
    const json_t *one = json_array_get (list, i);
    const char *id = dk_json_get_text (one, "id");
    const char *words = dk_json_get_text (one, "text");
    DkRunStep *step = add_step (run, id != NULL ? id : "");
    step->text = g_strdup (words != NULL ? words : "");
    step->section = g_strdup (dk_json_get_text (one, "section"));
  }
  return list != NULL;
}

static DkRunStep *
find_step (const DkRun *run, const char *id)
{
  for (guint i = 0; i < run->steps->len; i++) {
    DkRunStep *step = g_ptr_array_index (run->steps, i);
    if (strcmp (step->id, id) == 0)
      return step;
  }
  return NULL;
}

const DkRunStep *
dk_run_find_step (const DkRun *run, const char *id)
{
  return find_step (run, id);
}

static gboolean
read_states (DkStore *store, DkRun *run, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT s.step, s.state, s.person, s.at_ms, s.note FROM run_step AS s"
      " JOIN run AS r ON r.id = s.run WHERE r.uid = ?1 ORDER BY s.at_ms, s.step");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, run->uid);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkRunStep *step;
    if (!has_row)
      return TRUE;
    step = find_step (run, dk_stmt_text (stmt, 0));
    if (step == NULL)
      step = add_step (run, dk_stmt_text (stmt, 0));
    g_free (step->state);
    step->state = g_strdup (dk_stmt_text (stmt, 1));
    step->person = g_strdup (dk_stmt_text (stmt, 2));
    step->at_ms = dk_stmt_int (stmt, 3);
    step->note = g_strdup (dk_stmt_text (stmt, 4));
  }
  return FALSE;
}

/* NULL for an entry that is no line of a run. */
static DkRunLine *
read_line (const DkEntry *entry)
{
  static const char *const kinds[][3] = {
    { DK_ENTRY_RUN_STARTED, "started", NULL },
    { DK_ENTRY_RUN_STEP, "step", "note" },
    { DK_ENTRY_RUN_NOTE, "note", "text" },
    { DK_ENTRY_RUN_ENDED, "ended", "note" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    DkRunLine *line;
    if (strcmp (entry->kind, kinds[i][0]) != 0)
      continue;
    line = g_new0 (DkRunLine, 1);
    line->kind = g_strdup (kinds[i][1]);
    line->step = g_strdup (dk_json_get_text (entry->body, "step"));
    line->state = g_strdup (dk_json_get_text (entry->body, "state"));
    line->person = g_strdup (entry->user);
    line->at_ms = entry->happened_ms;
    if (kinds[i][2] != NULL)
      line->text = g_strdup (dk_json_get_text (entry->body, kinds[i][2]));
    return line;
  }
  return NULL;
}

static gboolean
read_lines (DkStore *store, DkRun *run, GError **error)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (store, run->uid, error);

  for (guint i = 0; entries != NULL && i < entries->len; i++) {
    DkRunLine *line = read_line (g_ptr_array_index (entries, i));
    if (line != NULL)
      g_ptr_array_add (run->lines, line);
  }
  return entries != NULL;
}

DkRun *
dk_run_load (DkStore *store, const char *uid, GError **error)
{
  g_autofree char *whole = dk_plan_find_run (store, DK_PLAN_RUNBOOK, uid, error);
  g_autoptr (DkStmt) stmt = NULL;
  g_autoptr (DkRun) run = NULL;
  gboolean has_row;

  if (whole == NULL)
    return NULL;
  stmt = dk_stmt_new (dk_store_db (store), FACTS " WHERE r.uid = ?1");
  dk_stmt_bind_text (stmt, 1, whole);
  if (!dk_stmt_step (stmt, &has_row, error))
    return NULL;
  if (!has_row) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The text of the run %s is missing from the tables. The ledger has it; `dkit "
                 "kit repair` writes the tables anew.",
                 whole);
    return NULL;
  }
  run = read_facts (stmt);
  run->source = g_strdup (dk_stmt_text (stmt, 10));
  run->steps = g_ptr_array_new_with_free_func (step_free);
  run->lines = g_ptr_array_new_with_free_func (line_free);
  if (!read_text_steps (run, dk_stmt_text (stmt, 11), error) || !read_states (store, run, error)
      || !read_lines (store, run, error)
      || !compare_versions (store, run, *run->source != '\0', error))
    return NULL;
  return g_steal_pointer (&run);
}
