/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/plan/run.h"

#define VERSION_SHOWN 12
#define STEP_CHARS_SHOWN 80

static void
add_fact (DkDocument *document, const char *label, const char *text)
{
  g_autofree char *head = g_strconcat (label, ": ", NULL);
  DkBlock *block;

  if (text == NULL || *text == '\0')
    return;
  block = dk_document_add_block (document, DK_BLOCK_PARAGRAPH, 0);
  dk_block_add_span (block, head, DK_SPAN_STRONG, NULL, 0);
  dk_block_add_span (block, text, DK_SPAN_PLAIN, NULL, 0);
}

static void
add_text (DkDocument *document, DkBlockKind kind, guint level, const char *text, DkSpanStyle style)
{
  dk_block_add_span (dk_document_add_block (document, kind, level), text, style, NULL, 0);
}

static void
add_version (DkDocument *document, const char *pack, const char *version)
{
  g_autofree char *text = g_strdup_printf ("%.*s, from the pack %s", VERSION_SHOWN, version,
                                           pack != NULL ? pack : "?");

  add_fact (document, "Version", text);
}

/* "when by whom: note". NULL if nothing is said of it. New string. */
static char *
step_text (const DkRunStep *step)
{
  g_autofree char *when = NULL;

  if (step->person == NULL)
    return NULL;
  when = dk_time_format_minute (step->at_ms);
  return g_strdup_printf ("%s %s, %s%s%s",
                          strcmp (step->state, DK_RUN_STEP_SKIPPED) == 0 ? "SKIPPED"
                          : strcmp (step->state, DK_RUN_STEP_DONE) == 0  ? "Done"
                                                                         : "Open again",
                          when, step->person, step->note != NULL ? ": " : "",
                          step->note != NULL ? step->note : "");
}

/* Blocks of a text behind those that are there; with a run each step says what became of it. */
static void
take_blocks (DkDocument *document, DkDocument *text, const DkRun *run)
{
  while (text->blocks->len > 0) {
    DkBlock *block = g_ptr_array_steal_index (text->blocks, 0);
    const DkRunStep *step
        = run != NULL && block->kind == DK_BLOCK_TASK ? dk_run_find_step (run, block->id) : NULL;
    g_autofree char *said = step != NULL ? step_text (step) : NULL;
    g_ptr_array_add (document->blocks, block);
    if (run != NULL && block->kind == DK_BLOCK_TASK)
      block->checked = step != NULL && strcmp (step->state, DK_RUN_STEP_DONE) == 0;
    else if (block->kind == DK_BLOCK_TASK)
      block->checked = FALSE;
    if (said != NULL)
      add_text (document, DK_BLOCK_PARAGRAPH, block->level, said, DK_SPAN_STRONG);
  }
}

/* Steps of sections for leads: their ids alone. */
static void
add_lead_steps (DkDocument *document, const DkRun *run)
{
  gboolean begun = FALSE;

  for (guint i = 0; i < run->steps->len; i++) {
    const DkRunStep *step = g_ptr_array_index (run->steps, i);
    g_autofree char *said = step_text (step);
    g_autofree char *name = g_strdup_printf ("Step %s", step->id);
    DkBlock *block;
    if (step->text != NULL)
      continue;
    if (!begun)
      add_text (document, DK_BLOCK_HEADING, 2, "Steps for leads (their words stay in the kit)",
                DK_SPAN_PLAIN);
    begun = TRUE;
    block = dk_document_add_block (document, DK_BLOCK_TASK, 1);
    dk_block_add_span (block, name, DK_SPAN_PLAIN, NULL, 0);
    block->checked = strcmp (step->state, DK_RUN_STEP_DONE) == 0;
    if (said != NULL)
      add_text (document, DK_BLOCK_PARAGRAPH, 1, said, DK_SPAN_STRONG);
  }
}

/* "done: Call the bridge", with the step in short. New string. */
static char *
line_text (const DkRun *run, const DkRunLine *line)
{
  const DkRunStep *step = line->step != NULL ? dk_run_find_step (run, line->step) : NULL;
  g_autofree char *clean
      = step != NULL && step->text != NULL ? dk_text_clean_line (step->text) : NULL;
  g_autofree char *words = clean != NULL ? dk_text_shorten (clean, STEP_CHARS_SHOWN) : NULL;
  const char *said = line->text != NULL ? line->text : "";
  const char *between = line->text != NULL ? ": " : "";

  if (strcmp (line->kind, "step") == 0)
    return g_strdup_printf ("%s: %s%s%s", line->state != NULL ? line->state : "?",
                            words != NULL ? words : line->step, between, said);
  if (strcmp (line->kind, "note") == 0)
    return g_strdup (said);
  return g_strdup_printf ("%s the run%s%s", line->kind, between, said);
}

static void
add_lines (DkDocument *document, const DkRun *run)
{
  add_text (document, DK_BLOCK_HEADING, 2, "What was done, in order", DK_SPAN_PLAIN);
  for (guint i = 0; i < run->lines->len; i++) {
    const DkRunLine *line = g_ptr_array_index (run->lines, i);
    g_autofree char *when = dk_time_format_minute (line->at_ms);
    g_autofree char *who = g_strdup_printf ("%s %s ", when, line->person);
    g_autofree char *text = line_text (run, line);
    DkBlock *block = dk_document_add_block (document, DK_BLOCK_ITEM, 1);
    block->marker = g_strdup ("•");
    dk_block_add_span (block, who, DK_SPAN_STRONG, NULL, 0);
    dk_block_add_span (block, text, DK_SPAN_PLAIN, NULL, 0);
  }
}

static void
add_run_facts (DkDocument *document, const DkRun *run)
{
  g_autofree char *began = dk_time_format_minute (run->started_ms);
  g_autofree char *ended = run->ended_ms > 0 ? dk_time_format_minute (run->ended_ms) : NULL;
  g_autofree char *begin = g_strdup_printf ("%s by %s", began, run->started_by);
  g_autofree char *end = ended != NULL ? g_strdup_printf ("%s by %s", ended, run->ended_by)
                                       : g_strdup ("not yet: this run is under way");
  g_autofree char *steps = g_strdup_printf ("%u done, %u skipped, %u open", run->steps_done,
                                            run->steps_skipped, run->steps_open);

  add_fact (document, "Run", run->uid);
  add_fact (document, "Runbook", run->ref);
  if (*run->source != '\0')
    add_version (document, run->pack, run->version);
  add_fact (document, "Started", begin);
  add_fact (document, "Ended", end);
  add_fact (document, "Said at the end", run->note);
  add_fact (document, "Steps", steps);
  if (run->newer || run->is_gone)
    add_fact (document, "Note", run->newer ? "the pack in force has a newer version of this text"
                                           : "the pack in force has this runbook no more");
  (void) dk_document_add_block (document, DK_BLOCK_RULE, 0);
}

DkDocument *
dk_run_document (const DkRun *run, DkRunReader reader, GError **error)
{
  g_autoptr (DkDocument) text = reader (run->source, strlen (run->source), error);
  DkDocument *document;

  if (text == NULL)
    return NULL;
  document = dk_document_new ();
  add_run_facts (document, run);
  take_blocks (document, text, run);
  add_lead_steps (document, run);
  (void) dk_document_add_block (document, DK_BLOCK_RULE, 0);
  add_lines (document, run);
  return document;
}

static void
add_review (DkDocument *document, const DkRunbook *runbook, gint64 now_ms)
{
  g_autofree char *text = NULL;

  if (runbook->reviewed == NULL) {
    add_fact (document, "Reviewed", "never, or nobody wrote it down");
    return;
  }
  text = g_strdup_printf ("%s%s", runbook->reviewed,
                          dk_runbook_is_overdue (runbook, now_ms)
                              ? "  REVIEW OVERDUE: ask the owner if this still holds"
                              : "");
  add_fact (document, "Reviewed", text);
}

static void
add_signing (DkDocument *document)
{
  static const char *const titles[] = { "Name", "Begun (date, time)", "Ended (date, time)" };
  DkBlock *head;

  (void) dk_document_add_block (document, DK_BLOCK_RULE, 0);
  head = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, 0);
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    dk_block_add_span (head, titles[i], DK_SPAN_PLAIN, NULL, i);
  for (guint row = 0; row < 2; row++) {
    DkBlock *block = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, 1);
    for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
      dk_block_add_span (block, " ", DK_SPAN_LARGE, NULL, i);
  }
}

DkDocument *
dk_runbook_card (const DkRunbook *runbook, const DkRunbookCard *facts, DkRunReader reader,
                 GError **error)
{
  const char *source = runbook->markdown != NULL ? runbook->markdown : "";
  g_autoptr (DkDocument) text = reader (source, strlen (source), error);
  g_autofree char *version = dk_run_version (source);
  DkDocument *document;

  if (text == NULL)
    return NULL;
  document = dk_document_new ();
  add_fact (document, "Runbook", runbook->id);
  add_fact (document, "Service", runbook->service);
  add_fact (document, "Owner", facts->owner);
  add_review (document, runbook, facts->now_ms);
  add_version (document, facts->pack, version);
  if (g_strcmp0 (runbook->audience, "lead") == 0)
    add_fact (document, "For", "shift leads alone");
  (void) dk_document_add_block (document, DK_BLOCK_RULE, 0);
  take_blocks (document, text, NULL);
  add_signing (document);
  return document;
}
