/* SPDX-License-Identifier: MIT */
#include "app/plan/run.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/plan/plan-private.h"
#include "app/store/content-store.h"

#define STEPS_MAX 2000
#define STEP_ID_LENGTH 16

/* The tasks of a text with the headings above them: [{id, section, text}]. New reference. */
static json_t *
steps_of (const DkDocument *document)
{
  json_t *steps = json_array ();
  g_autofree char *section = NULL;

  for (guint i = 0; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    g_autofree char *text = NULL;
    json_t *step;
    if (block->kind != DK_BLOCK_HEADING && block->kind != DK_BLOCK_TASK)
      continue;
    text = dk_block_text (block);
    if (block->kind == DK_BLOCK_HEADING) {
      g_free (section);
      section = g_steal_pointer (&text);
      continue;
    }
    step = json_object ();
    dk_json_set_text (step, "id", block->id);
    dk_json_set_text (step, "section", section);
    dk_json_set_text (step, "text", text);
    json_array_append_new (steps, step);
  }
  return steps;
}

static gboolean
refuse_steps (const char *runbook, gsize count, GError **error)
{
  if (count == 0)
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The runbook \"%s\" has no step to tick, so it cannot be run. Read it with "
                 "`dkit runbook show`; its owner makes steps of lines that begin with \"- [ ]\".",
                 runbook);
  else
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The runbook \"%s\" has %" G_GSIZE_FORMAT " steps; a run holds at most %d. "
                 "Nothing was started; print the card and tick it on paper.",
                 runbook, count, STEPS_MAX);
  return FALSE;
}

DkRun *
dk_run_start (DkStore *store, const char *runbook, DkRunReader reader, GError **error)
{
  g_autoptr (DkRunbook) text = dk_content_store_runbook (store, runbook, error);
  g_autoptr (DkDocument) document = NULL;
  g_autoptr (json_t) steps = NULL;
  g_autofree char *uid = NULL;
  const char *source;

  if (text == NULL)
    return NULL;
  source = text->markdown != NULL ? text->markdown : "";
  document = reader (source, strlen (source), error);
  if (document == NULL)
    return NULL;
  steps = steps_of (document);
  if ((json_array_size (steps) == 0 || json_array_size (steps) > STEPS_MAX)
      && !refuse_steps (runbook, json_array_size (steps), error))
    return NULL;
  uid = dk_plan_start (store, DK_PLAN_RUNBOOK, text->id, text->title, source, steps, error);
  return uid != NULL ? dk_run_load (store, uid, error) : NULL;
}

static gboolean
refuse_denied (DkStore *store, const char *what, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "%s may not %s: that is for a lead, a reconciler or an administrator. Nothing was "
               "changed.",
               dk_store_user (store), what);
  return FALSE;
}

DkRun *
dk_run_start_for_leads (DkStore *store, const char *runbook, GError **error)
{
  g_autofree char *title = g_strdup_printf ("%s (for leads)", runbook);
  g_autoptr (json_t) none = json_array ();
  g_autofree char *uid = NULL;

  if (!dk_plan_is_lead (store) && !refuse_denied (store, "run a runbook for leads", error))
    return NULL;
  uid = dk_plan_start (store, DK_PLAN_RUNBOOK, runbook, title, "", none, error);
  return uid != NULL ? dk_run_load (store, uid, error) : NULL;
}

static gboolean
is_state (const char *state)
{
  return strcmp (state, DK_RUN_STEP_DONE) == 0 || strcmp (state, DK_RUN_STEP_SKIPPED) == 0
         || strcmp (state, DK_RUN_STEP_OPEN) == 0;
}

/* A step without words is one for leads. */
static gboolean
check_step (DkStore *store, const char *id, const DkRunStep *step, const char *state,
            const char *note, GError **error)
{
  guint8 bytes[STEP_ID_LENGTH / 2];

  if (!is_state (state)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A step is done, skipped or open. Nothing was changed.");
    return FALSE;
  }
  if (strcmp (state, DK_RUN_STEP_SKIPPED) == 0 && note == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Say why this step is skipped: whoever takes over has to know. Nothing was "
                 "changed.");
    return FALSE;
  }
  if (step != NULL && step->text != NULL)
    return TRUE;
  if (dk_plan_is_lead (store) && dk_text_unhex (id, bytes, sizeof bytes))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "This run has no such step. Nothing was changed; the steps and their ids are on the "
               "run's page.");
  return FALSE;
}

gboolean
dk_run_step (DkStore *store, const char *uid, const char *step, const char *state,
             const char *note, GError **error)
{
  g_autoptr (DkRun) run = dk_run_load (store, uid, error);
  g_autoptr (json_t) body = json_object ();
  g_autofree char *clean = NULL;
  const DkRunStep *now;

  if (run == NULL || !dk_plan_check_open (store, run->uid, error)
      || !dk_plan_clean ("The note", note, &clean, error))
    return FALSE;
  now = dk_run_find_step (run, step);
  if (!check_step (store, step, now, state, clean, error))
    return FALSE;
  if (strcmp (now != NULL ? now->state : DK_RUN_STEP_OPEN, state) == 0
      && (clean == NULL || g_strcmp0 (clean, now != NULL ? now->note : NULL) == 0))
    return TRUE;
  dk_json_set_text (body, "step", step);
  dk_json_set_text (body, "state", state);
  dk_json_set_text (body, "note", clean);
  if (now == NULL || now->text == NULL)
    json_object_set_new (body, "lead", json_true ());
  return dk_plan_change (store, DK_ENTRY_RUN_STEP, run->uid, body, error);
}

gboolean
dk_run_note (DkStore *store, const char *uid, const char *text, GError **error)
{
  g_autofree char *whole = dk_plan_find_run (store, DK_PLAN_RUNBOOK, uid, error);
  g_autoptr (json_t) body = json_object ();
  g_autofree char *clean = NULL;

  if (whole == NULL || !dk_plan_clean ("The note", text, &clean, error))
    return FALSE;
  if (clean == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "The note is empty. Nothing was changed.");
    return FALSE;
  }
  dk_json_set_text (body, "text", clean);
  return dk_plan_change (store, DK_ENTRY_RUN_NOTE, whole, body, error);
}

gboolean
dk_run_end (DkStore *store, const char *uid, const char *note, GError **error)
{
  g_autoptr (DkRun) run = dk_run_load (store, uid, error);
  g_autoptr (json_t) body = json_object ();
  g_autofree char *clean = NULL;

  if (run == NULL || !dk_plan_check_open (store, run->uid, error)
      || !dk_plan_clean ("The note", note, &clean, error))
    return FALSE;
  if (run->steps_open > 0 && clean == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%u %s still open. The run was not ended: tick or skip what is left, or say why "
                 "it ends all the same.",
                 run->steps_open, run->steps_open == 1 ? "step is" : "steps are");
    return FALSE;
  }
  dk_json_set_text (body, "note", clean);
  json_object_set_new (body, "open", json_integer (run->steps_open));
  return dk_plan_change (store, DK_ENTRY_RUN_ENDED, run->uid, body, error);
}
