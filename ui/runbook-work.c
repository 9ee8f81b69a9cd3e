/* SPDX-License-Identifier: MIT */
#include "ui/runbook-work.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/content/markdown.h"
#include "app/content/pack-apply.h"
#include "app/plan/feedback.h"
#include "app/plan/run.h"
#include "app/store/content-store.h"
#include "app/store/lead-store.h"
#include "app/store/ledger.h"

#define ENDED_SHOWN 20u

DkRunbookOrder *
dk_runbook_order_new (const char *key)
{
  DkRunbookOrder *order = g_new0 (DkRunbookOrder, 1);

  order->key = g_strdup (key);
  return order;
}

void
dk_runbook_order_free (gpointer data)
{
  DkRunbookOrder *order = data;

  if (order == NULL)
    return;
  g_free (order->key);
  g_free (order->step);
  g_free (order->state);
  g_free (order->words);
  g_free (order);
}

static void
free_row (gpointer data)
{
  DkRunbookRow *row = data;

  g_free (row->key);
  g_free (row->title);
  g_free (row->state);
  g_free (row->owner);
  g_free (row);
}

static void
free_mark (gpointer data)
{
  DkStepMark *mark = data;

  g_free ((char *) mark->id);
  g_free ((char *) mark->margin);
  g_free (mark);
}

void
dk_runbook_view_free (gpointer data)
{
  DkRunbookView *view = data;

  if (view == NULL)
    return;
  g_free (view->key);
  g_free (view->ref);
  g_free (view->title);
  g_free (view->facts);
  g_free (view->warning);
  dk_document_free (view->document);
  g_clear_pointer (&view->marks, g_ptr_array_unref);
  g_clear_pointer (&view->notes, g_ptr_array_unref);
  g_free (view);
}

static gboolean
is_run_key (const char *key)
{
  return g_str_has_prefix (key, "run:");
}

/* What stands behind the first colon. */
static const char *
id_of (const char *key)
{
  const char *colon = strchr (key, ':');

  return colon != NULL ? colon + 1 : key;
}

char *
dk_initials (const char *person)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean begins = TRUE;
  guint n = 0;

  for (const char *p = person; *p != '\0' && n < 3; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (g_unichar_isalnum (c) && begins) {
      g_string_append_unichar (out, g_unichar_toupper (c));
      n++;
    }
    begins = !g_unichar_isalnum (c);
  }
  if (n == 1 && person[0] != '\0' && g_unichar_isalnum (g_utf8_get_char (person))) {
    gunichar c = g_utf8_get_char (g_utf8_next_char (person));
    if (g_unichar_isalnum (c))
      g_string_append_unichar (out, g_unichar_toupper (c));
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static DkDocument *
parse (const char *text, GError **error)
{
  const char *words = text != NULL ? text : "";

  return dk_markdown_parse (words, strlen (words), error);
}

static char *
owner_name (DkStore *store, const char *id)
{
  g_autoptr (DkContact) owner
      = id != NULL ? dk_content_store_contact (store, id, NULL) : NULL;

  return g_strdup (owner != NULL ? owner->name : id);
}

/* An entry tells that what only leads may read was read. */
static DkPackContent *
open_lead (DkKit *kit, const char *what, const char *id, GError **error)
{
  g_autoptr (DkPackContent) lead = NULL;
  g_autoptr (json_t) body = json_pack ("{s:s}", "what", what);

  if (!dk_pack_open_lead (kit, &lead, error))
    return NULL;
  if (lead == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 _ ("The content in force has nothing that only leads may read. What is shown is "
                    "all."));
    return NULL;
  }
  return dk_ledger_note (dk_kit_store (kit), "lead-read", id, body, error)
             ? g_steal_pointer (&lead)
             : NULL;
}

/* Of the lead-only part, borrowed; NULL if it has none of that id. */
static const DkRunbook *
find_lead (const DkPackContent *lead, const char *id)
{
  for (guint i = 0; lead != NULL && i < lead->runbooks->len; i++) {
    const DkRunbook *runbook = lead->runbooks->pdata[i];
    if (g_str_equal (runbook->id, id))
      return runbook;
  }
  return NULL;
}

static void
add_runbook (DkStore *store, GPtrArray *rows, const DkRunbook *runbook, gboolean for_leads)
{
  DkRunbookRow *row = g_new0 (DkRunbookRow, 1);
  const char *reviewed = runbook->reviewed != NULL ? runbook->reviewed : _ ("never");

  row->key = g_strdup_printf ("runbook:%s", runbook->id);
  row->title = for_leads ? g_strdup_printf (_ ("%s (leads)"), runbook->title)
                         : g_strdup (runbook->title);
  row->is_overdue = dk_runbook_is_overdue (runbook, dk_clock_wall_ms ());
  row->state = row->is_overdue ? g_strdup_printf (_ ("DUE %s"), reviewed) : g_strdup (reviewed);
  row->owner = owner_name (store, runbook->owner);
  g_ptr_array_add (rows, row);
}

static void
add_run (GPtrArray *rows, const DkRun *run)
{
  DkRunbookRow *row = g_new0 (DkRunbookRow, 1);
  guint all = run->steps_open + run->steps_done + run->steps_skipped;
  g_autofree char *ended = NULL;

  row->key = g_strdup_printf ("run:%s", run->uid);
  row->title = g_strdup (run->title);
  row->is_run = TRUE;
  row->is_open = run->ended_ms == 0;
  row->owner = g_strdup (run->started_by);
  if (row->is_open) {
    row->state = g_strdup_printf (_ ("%u of %u done"), run->steps_done + run->steps_skipped, all);
  } else {
    ended = dk_time_format_short (run->ended_ms, dk_clock_wall_ms ());
    row->state = g_strdup_printf (_ ("ended %s"), ended);
  }
  g_ptr_array_add (rows, row);
}

static gboolean
add_runbooks (DkKit *kit, GPtrArray *rows, gboolean with_lead, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GPtrArray) runbooks = dk_content_store_runbooks (store, error);
  g_autoptr (DkPackContent) lead
      = runbooks != NULL && with_lead ? open_lead (kit, "runbooks", NULL, error) : NULL;
  g_autoptr (GHashTable) shown = g_hash_table_new (g_str_hash, g_str_equal);

  if (runbooks == NULL || (with_lead && lead == NULL))
    return FALSE;
  for (guint i = 0; i < runbooks->len; i++) {
    const DkRunbook *runbook = runbooks->pdata[i];
    add_runbook (store, rows, runbook, FALSE);
    (void) g_hash_table_add (shown, runbook->id);
  }
  for (guint i = 0; lead != NULL && i < lead->runbooks->len; i++) {
    const DkRunbook *runbook = lead->runbooks->pdata[i];
    if (!g_hash_table_contains (shown, runbook->id))
      add_runbook (store, rows, runbook, TRUE);
  }
  return TRUE;
}

gpointer
dk_runbook_work_open_runs (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_row);
  g_autoptr (GPtrArray) runs = dk_run_list (dk_kit_store (kit), TRUE, error);

  for (guint i = 0; runs != NULL && i < runs->len; i++)
    add_run (rows, runs->pdata[i]);
  return runs != NULL ? g_steal_pointer (&rows) : NULL;
}

gpointer
dk_runbook_work_list (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkRunbookOrder *order = data;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_row);
  g_autoptr (GPtrArray) runs = dk_run_list (dk_kit_store (kit), FALSE, error);
  guint ended = 0;

  if (runs == NULL)
    return NULL;
  for (guint i = 0; i < runs->len; i++)
    if (((const DkRun *) runs->pdata[i])->ended_ms == 0)
      add_run (rows, runs->pdata[i]);
  if (!add_runbooks (kit, rows, order->with_lead, error))
    return NULL;
  for (guint i = 0; i < runs->len && ended < ENDED_SHOWN; i++)
    if (((const DkRun *) runs->pdata[i])->ended_ms != 0) {
      add_run (rows, runs->pdata[i]);
      ended++;
    }
  return g_steal_pointer (&rows);
}

static gboolean
has_steps (const DkDocument *document)
{
  for (guint i = 0; i < document->blocks->len; i++)
    if (((const DkBlock *) document->blocks->pdata[i])->kind == DK_BLOCK_TASK)
      return TRUE;
  return FALSE;
}

static DkRunbookView *
view_runbook (DkKit *kit, const DkRunbookOrder *order, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const char *id = id_of (order->key);
  g_autoptr (DkPackContent) lead
      = order->with_lead ? open_lead (kit, "runbook", id, error) : NULL;
  const DkRunbook *whole = find_lead (lead, id);
  g_autoptr (DkRunbook) own = NULL;
  g_autoptr (GError) missing = NULL;
  g_autofree char *owner = NULL;
  DkRunbookView *view;

  if (order->with_lead && lead == NULL)
    return NULL;
  if (whole == NULL)
    whole = own = dk_content_store_runbook (store, id, &missing);
  if (whole == NULL && lead == NULL && dk_lead_store_may_read (store)) {
    lead = open_lead (kit, "runbook", id, NULL); /* as a search of leads finds it */
    whole = find_lead (lead, id);
  }
  if (whole == NULL) {
    g_propagate_error (error, g_steal_pointer (&missing));
    return NULL;
  }
  view = g_new0 (DkRunbookView, 1);
  view->document = parse (whole->markdown, error);
  if (view->document == NULL) {
    dk_runbook_view_free (view);
    return NULL;
  }
  view->has_steps = has_steps (view->document);
  view->key = g_strdup (order->key);
  view->ref = g_strdup (id);
  view->title = g_strdup (whole->title);
  owner = owner_name (store, whole->owner);
  view->facts = g_strdup_printf (_ ("owner %s · reviewed %s, every %d days%s"),
                                 owner != NULL ? owner : "?",
                                 whole->reviewed != NULL ? whole->reviewed : "?",
                                 whole->review_every_days,
                                 own == NULL ? _ (" · with what only leads may read") : "");
  if (dk_runbook_is_overdue (whole, dk_clock_wall_ms ()))
    view->warning = g_strdup (_ ("REVIEW DUE: ask the owner if this still holds."));
  return view;
}

static gboolean
is_public_step (const DkRun *run, const char *id)
{
  for (guint i = 0; i < run->steps->len; i++) {
    const DkRunStep *step = run->steps->pdata[i];
    if (step->text != NULL && g_strcmp0 (step->id, id) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Steps for leads behind the text of the run, with their words from the pack in force. */
static gboolean
add_lead_steps (DkKit *kit, const DkRun *run, DkDocument *document, GError **error)
{
  g_autoptr (DkPackContent) lead = open_lead (kit, "runbook", run->ref, error);
  const DkRunbook *whole = find_lead (lead, run->ref);
  g_autoptr (DkDocument) text = NULL;
  gboolean begun = FALSE;

  if (lead == NULL)
    return FALSE;
  text = whole != NULL ? parse (whole->markdown, error) : dk_document_new ();
  if (text == NULL)
    return FALSE;
  for (guint i = 0; i < text->blocks->len;) {
    DkBlock *block = text->blocks->pdata[i];
    if (block->kind != DK_BLOCK_TASK || is_public_step (run, block->id)) {
      i++;
      continue;
    }
    if (!begun)
      dk_block_add_span (dk_document_add_block (document, DK_BLOCK_HEADING, 2), _ ("For leads"),
                         DK_SPAN_PLAIN, NULL, 0);
    begun = TRUE;
    g_ptr_array_add (document->blocks, g_ptr_array_steal_index (text->blocks, i));
  }
  return TRUE;
}

static DkStepState
state_of (const char *state)
{
  return strcmp (state, DK_RUN_STEP_DONE) == 0      ? DK_STEP_DONE
         : strcmp (state, DK_RUN_STEP_SKIPPED) == 0 ? DK_STEP_SKIPPED
                                                    : DK_STEP_OPEN;
}

/* "14:02 AN", or only who where it was on another day. */
static char *
margin_of (const DkRunStep *step)
{
  g_autofree char *initials = NULL;
  g_autofree char *when = NULL;

  if (step->person == NULL || strcmp (step->state, DK_RUN_STEP_OPEN) == 0)
    return NULL;
  initials = dk_initials (step->person);
  when = dk_time_format_short (step->at_ms, dk_clock_wall_ms ());
  return g_strdup_printf ("%.5s %s", strlen (when) > 5 ? when + strlen (when) - 5 : when, initials);
}

static void
add_notes (DkRunbookView *view, const DkRun *run)
{
  for (guint i = 0; i < run->lines->len; i++) {
    const DkRunLine *line = run->lines->pdata[i];
    gboolean skip = g_strcmp0 (line->state, DK_RUN_STEP_SKIPPED) == 0;
    g_autofree char *when = NULL;
    if (line->text == NULL || *line->text == '\0')
      continue;
    when = dk_time_format_short (line->at_ms, dk_clock_wall_ms ());
    g_ptr_array_add (view->notes, g_strdup_printf ("%s %s: %s%s", when, line->person,
                                                   skip ? _ ("skipped, ") : "", line->text));
  }
}

static void
fill_run (DkRunbookView *view, const DkRun *run)
{
  g_autofree char *began = dk_time_format_short (run->started_ms, dk_clock_wall_ms ());
  g_autofree char *ended
      = run->ended_ms != 0 ? dk_time_format_short (run->ended_ms, dk_clock_wall_ms ()) : NULL;

  view->key = g_strdup_printf ("run:%s", run->uid);
  view->ref = g_strdup (run->ref);
  view->title = g_strdup (run->title);
  view->is_run = TRUE;
  view->is_over = run->ended_ms != 0;
  view->has_steps = TRUE;
  view->open = run->steps_open;
  view->facts = g_strdup_printf (_ ("started %s by %s · %u done, %u skipped, %u open%s%s · from "
                                    "%s"),
                                 began, run->started_by, run->steps_done, run->steps_skipped,
                                 run->steps_open, ended != NULL ? _ (" · ENDED ") : "",
                                 ended != NULL ? ended : "", run->pack != NULL ? run->pack : "?");
  if (run->newer)
    view->warning = g_strdup (_ ("A NEWER VERSION of this runbook is in force. This run stays with "
                                 "its text; open the runbook to compare."));
  else if (run->is_gone)
    view->warning = g_strdup (_ ("The content in force has this runbook no more. This run stays "
                                 "with its text."));
  for (guint i = 0; i < run->steps->len; i++) {
    const DkRunStep *step = run->steps->pdata[i];
    DkStepMark *mark = g_new0 (DkStepMark, 1);
    mark->id = g_strdup (step->id);
    mark->state = state_of (step->state);
    mark->margin = margin_of (step);
    g_ptr_array_add (view->marks, mark);
  }
  add_notes (view, run);
}

static DkRunbookView *
view_run (DkKit *kit, const DkRunbookOrder *order, GError **error)
{
  g_autoptr (DkRun) run = dk_run_load (dk_kit_store (kit), id_of (order->key), error);
  g_autoptr (DkDocument) document = NULL;
  DkRunbookView *view;

  if (run == NULL)
    return NULL;
  if (!order->marks_only) {
    document = parse (run->source, error);
    if (document == NULL
        || (order->with_lead && !add_lead_steps (kit, run, document, error)))
      return NULL;
  }
  view = g_new0 (DkRunbookView, 1);
  view->marks = g_ptr_array_new_with_free_func (free_mark);
  view->notes = g_ptr_array_new_with_free_func (g_free);
  view->document = g_steal_pointer (&document);
  fill_run (view, run);
  return view;
}

gpointer
dk_runbook_work_view (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkRunbookOrder *order = data;

  return is_run_key (order->key) ? view_run (kit, order, error)
                                 : view_runbook (kit, order, error);
}

gpointer
dk_runbook_work_start (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkRunbookOrder *order = data;
  const char *id = id_of (order->key);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkRun) run = dk_run_start (dk_kit_store (kit), id, dk_markdown_parse, &failed);

  if (run == NULL && order->with_lead && g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND)) {
    g_clear_error (&failed);
    run = dk_run_start_for_leads (dk_kit_store (kit), id, &failed);
  }
  if (run == NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  return g_strdup_printf ("run:%s", run->uid);
}

/* The run as it is now, without its text. */
static gpointer
view_after (DkKit *kit, const DkRunbookOrder *order, GError **error)
{
  DkRunbookOrder again = { .key = order->key, .marks_only = TRUE };

  return view_run (kit, &again, error);
}

gpointer
dk_runbook_work_step (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkRunbookOrder *order = data;

  return dk_run_step (dk_kit_store (kit), id_of (order->key), order->step, order->state,
                      order->words, error)
             ? view_after (kit, order, error)
             : NULL;
}

gpointer
dk_runbook_work_note (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkRunbookOrder *order = data;

  return dk_run_note (dk_kit_store (kit), id_of (order->key), order->words, error)
             ? view_after (kit, order, error)
             : NULL;
}

gpointer
dk_runbook_work_end (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkRunbookOrder *order = data;

  return dk_run_end (dk_kit_store (kit), id_of (order->key), order->words, error)
             ? view_after (kit, order, error)
             : NULL;
}

gpointer
dk_runbook_work_report (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkRunbookOrder *order = data;

  return dk_feedback_report (dk_kit_store (kit), "runbook", id_of (order->key), order->step,
                             order->words, error);
}

static gpointer
make_record (DkKit *kit, const char *uid, GError **error)
{
  g_autoptr (DkRun) run = dk_run_load (dk_kit_store (kit), uid, error);
  g_autoptr (DkDocument) record = NULL;
  g_autofree char *title = NULL;

  if (run == NULL)
    return NULL;
  record = dk_run_document (run, dk_markdown_parse, error);
  if (record == NULL)
    return NULL;
  title = g_strdup_printf (_ ("Record: %s"), run->title);
  return dk_paper_job_new_document (kit, title, run->uid, g_steal_pointer (&record), error);
}

/* The text for everybody, unless the sections for leads are shown as well: then the card has them,
 * and asks again who takes them along. */
static gpointer
make_card (DkKit *kit, const DkRunbookOrder *order, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const char *id = id_of (order->key);
  g_autoptr (DkPackContent) lead
      = order->with_lead ? open_lead (kit, "runbook", id, NULL) : NULL;
  const DkRunbook *runbook = find_lead (lead, id);
  const gboolean is_whole = runbook != NULL;
  g_autoptr (DkRunbook) own = is_whole ? NULL : dk_content_store_runbook (store, id, error);
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, NULL);
  g_autofree char *owner = NULL;
  g_autofree char *from
      = pack != NULL ? g_strdup_printf ("%s %" G_GINT64_FORMAT, pack->name, pack->sequence) : NULL;
  DkRunbookCard facts = { .pack = from, .now_ms = dk_clock_wall_ms () };
  g_autoptr (DkDocument) card = NULL;
  DkPaperJob *job;

  if (!is_whole)
    runbook = own;
  if (runbook == NULL || (is_whole && !dk_store_may (store, DK_STORE_PRINT_VAULT, error))) {
    if (runbook == NULL)
      g_prefix_error (error, _ ("A runbook for leads alone is printed while that is shown. "));
    return NULL;
  }
  owner = owner_name (store, runbook->owner);
  facts.owner = owner;
  card = dk_runbook_card (runbook, &facts, dk_markdown_parse, error);
  if (card == NULL)
    return NULL;
  job = dk_paper_job_new_document (kit, runbook->title, runbook->id, g_steal_pointer (&card),
                                   error);
  if (job != NULL && is_whole)
    job->sensitive = g_strdup_printf (
        _ ("The card of %s has what is for leads alone: that leaves the kit."), runbook->title);
  return job;
}

gpointer
dk_runbook_work_paper (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkRunbookOrder *order = data;

  return is_run_key (order->key) ? make_record (kit, id_of (order->key), error)
                                 : make_card (kit, order, error);
}

gpointer
dk_runbook_work_may_lead (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return GINT_TO_POINTER (
      dk_keyring_get (dk_store_keys (dk_kit_store (kit)), DK_KEY_LEAD) != NULL ? 2 : 1);
}
