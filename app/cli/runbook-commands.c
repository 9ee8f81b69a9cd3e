/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/cli/cli.h"
#include "app/cli/lead-content.h"
#include "app/cli/paper-print.h"
#include "app/content/markdown.h"
#include "app/plan/run.h"
#include "app/store/content-store.h"

#define LEAD_MARK "  (lead only)"
#define UID_SHOWN 8
#define ID_TYPED_MIN 4

static void
say_if (DkCli *cli, const char *label, const char *text)
{
  if (text != NULL && *text != '\0')
    dk_cli_say (cli, "%-12s %s", label, text);
}

static json_t *
tags_json (char **tags)
{
  json_t *list = json_array ();

  for (gsize i = 0; tags != NULL && tags[i] != NULL; i++)
    json_array_append_new (list, dk_json_string (tags[i]));
  return list;
}

static json_t *
runbook_json (const DkRunbook *runbook)
{
  json_t *json = json_object ();

  json_object_set_new (json, "id", dk_json_string (runbook->id));
  json_object_set_new (json, "title", dk_json_string (runbook->title));
  json_object_set_new (json, "service", dk_json_string (runbook->service));
  json_object_set_new (json, "tags", tags_json (runbook->tags));
  json_object_set_new (json, "owner", dk_json_string (runbook->owner));
  json_object_set_new (json, "reviewed", dk_json_string (runbook->reviewed));
  json_object_set_new (json, "review_every_days", json_integer (runbook->review_every_days));
  json_object_set_new (json, "audience", dk_json_string (runbook->audience));
  json_object_set_new (json, "overdue",
                       json_boolean (dk_runbook_is_overdue (runbook, dk_clock_wall_ms ())));
  return json;
}

static gboolean
run_list (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (GPtrArray) runbooks = dk_cli_runbooks (cli, error);
  json_t *list;

  if (runbooks == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < runbooks->len; i++) {
    const DkRunbook *runbook = g_ptr_array_index (runbooks, i);
    gboolean overdue = dk_runbook_is_overdue (runbook, dk_clock_wall_ms ());
    dk_cli_say (cli, "%-24s %s%s%s", runbook->id, runbook->title,
                g_strcmp0 (runbook->audience, "lead") == 0 ? LEAD_MARK : "",
                overdue ? "  (review overdue)" : "");
    json_array_append_new (list, runbook_json (runbook));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}

static DkDocument *
parse_text (const DkRunbook *runbook, GError **error)
{
  const char *markdown = runbook->markdown != NULL ? runbook->markdown : "";

  return dk_markdown_parse (markdown, strlen (markdown), error);
}

static json_t *
steps_json (const DkDocument *document)
{
  json_t *steps = json_array ();

  for (guint i = 0; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    g_autofree char *text = NULL;
    if (block->kind != DK_BLOCK_TASK)
      continue;
    text = dk_block_text (block);
    json_array_append_new (steps, json_pack ("{s:o, s:s}", "id", dk_json_string (block->id),
                                             "text", text));
  }
  return steps;
}

/* The name or title of what a link leads to; NULL if that is not known here. New string. */
static char *
target_name (DkCli *cli, const char *link)
{
  DkStore *store = dk_cli_store (cli);
  const char *id = strchr (link, ':') + 1;

  if (g_str_has_prefix (link, "contact:")) {
    g_autoptr (DkContact) contact = dk_content_store_contact (store, id, NULL);
    return contact != NULL ? g_strdup (contact->name) : NULL;
  }
  if (g_str_has_prefix (link, "runbook:")) {
    g_autoptr (DkRunbook) runbook = dk_content_store_runbook (store, id, NULL);
    return runbook != NULL ? g_strdup (runbook->title) : NULL;
  }
  if (g_str_has_prefix (link, "service:")) {
    g_autoptr (DkService) service = dk_content_store_service (store, id, NULL);
    return service != NULL ? g_strdup (service->name) : NULL;
  }
  return NULL;
}

/* Where a link leads, unless its words say it already: " <contact:ehr-desk, EHR desk>". New
 * string. */
static char *
target_words (DkCli *cli, const DkSpan *span)
{
  g_autofree char *name = target_name (cli, span->link);

  if (name == NULL || strcmp (name, span->text) == 0)
    return g_strdup_printf (" <%s>", span->link);
  return g_strdup_printf (" <%s, %s>", span->link, name);
}

/* A terminal has nothing to click on. */
static void
write_out_links (DkCli *cli, DkDocument *document)
{
  for (guint i = 0; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    for (guint k = 0; k < block->spans->len; k++) {
      DkSpan *span = &g_array_index (block->spans, DkSpan, k);
      const DkSpan *next = k + 1 < block->spans->len ? span + 1 : NULL;
      g_autofree char *target = NULL;
      g_autofree char *words = NULL;
      if (span->link == NULL || (next != NULL && g_strcmp0 (next->link, span->link) == 0)
          || strcmp (span->link, span->text) == 0)
        continue;
      target = target_words (cli, span);
      words = g_steal_pointer (&span->text);
      span->text = g_strconcat (words, target, NULL);
    }
  }
}

static gboolean
run_show (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkRunbook) runbook = dk_cli_runbook (cli, dk_args_word (args, 0), error);
  g_autoptr (DkDocument) document = runbook != NULL ? parse_text (runbook, error) : NULL;
  g_autofree char *text = NULL;
  json_t *steps;
  json_t *json;

  if (document == NULL)
    return FALSE;
  steps = steps_json (document);
  write_out_links (cli, document);
  text = dk_document_text (document);
  dk_cli_say (cli, "%s", runbook->title);
  say_if (cli, "owner", runbook->owner);
  say_if (cli, "reviewed", runbook->reviewed);
  if (dk_runbook_is_overdue (runbook, dk_clock_wall_ms ()))
    dk_cli_say (cli, "REVIEW OVERDUE: ask the owner if this still holds.");
  dk_cli_say (cli, "%s", text);
  json = runbook_json (runbook);
  json_object_set_new (json, "markdown",
                       dk_json_string (runbook->markdown != NULL ? runbook->markdown : ""));
  json_object_set_new (json, "text", dk_json_string (text));
  json_object_set_new (json, "steps", steps);
  dk_cli_take_document (cli, json);
  return TRUE;
}

/* {id, text, section, state, person, at, note}. */
static json_t *
step_json (const DkRunStep *step)
{
  json_t *json = json_object ();

  json_object_set_new (json, "id", dk_json_string (step->id));
  json_object_set_new (json, "text", dk_json_string (step->text));
  json_object_set_new (json, "section", dk_json_string (step->section));
  json_object_set_new (json, "state", dk_json_string (step->state));
  json_object_set_new (json, "person", dk_json_string (step->person));
  json_object_set_new (json, "at", dk_cli_time (step->at_ms));
  json_object_set_new (json, "note", dk_json_string (step->note));
  return json;
}

static json_t *
lines_json (const DkRun *run)
{
  json_t *list = json_array ();

  for (guint i = 0; i < run->lines->len; i++) {
    const DkRunLine *line = g_ptr_array_index (run->lines, i);
    json_t *json = json_object ();
    json_object_set_new (json, "kind", dk_json_string (line->kind));
    json_object_set_new (json, "step", dk_json_string (line->step));
    json_object_set_new (json, "state", dk_json_string (line->state));
    json_object_set_new (json, "person", dk_json_string (line->person));
    json_object_set_new (json, "at", dk_cli_time (line->at_ms));
    json_object_set_new (json, "text", dk_json_string (line->text));
    json_array_append_new (list, json);
  }
  return list;
}

static json_t *
run_json (const DkRun *run)
{
  json_t *json = json_object ();

  json_object_set_new (json, "run", dk_json_string (run->uid));
  json_object_set_new (json, "runbook", dk_json_string (run->ref));
  json_object_set_new (json, "title", dk_json_string (run->title));
  json_object_set_new (json, "pack", dk_json_string (run->pack));
  json_object_set_new (json, "version", dk_json_string (run->version));
  json_object_set_new (json, "started_at", dk_cli_time (run->started_ms));
  json_object_set_new (json, "started_by", dk_json_string (run->started_by));
  json_object_set_new (json, "ended_at", dk_cli_time (run->ended_ms));
  json_object_set_new (json, "ended_by", dk_json_string (run->ended_by));
  json_object_set_new (json, "note", dk_json_string (run->note));
  json_object_set_new (json, "done", json_integer (run->steps_done));
  json_object_set_new (json, "skipped", json_integer (run->steps_skipped));
  json_object_set_new (json, "open", json_integer (run->steps_open));
  json_object_set_new (json, "newer_version", json_boolean (run->newer));
  json_object_set_new (json, "runbook_gone", json_boolean (run->is_gone));
  if (run->steps != NULL) {
    json_t *steps = json_array ();
    for (guint i = 0; i < run->steps->len; i++)
      json_array_append_new (steps, step_json (g_ptr_array_index (run->steps, i)));
    json_object_set_new (json, "steps", steps);
    json_object_set_new (json, "log", lines_json (run));
  }
  return json;
}

static void
say_step (DkCli *cli, const char *number, const DkRunStep *step, const char *words)
{
  const char *box = strcmp (step->state, DK_RUN_STEP_DONE) == 0      ? "[x]"
                    : strcmp (step->state, DK_RUN_STEP_SKIPPED) == 0 ? "[-]"
                                                                     : "[ ]";
  g_autofree char *line = dk_text_clean_line (words);
  g_autofree char *when = NULL;

  dk_cli_say (cli, "%4s %s %s", number, box, line);
  if (step->person == NULL)
    return;
  when = dk_time_format_short (step->at_ms, dk_clock_wall_ms ());
  dk_cli_say (cli, "         %s %s, %s%s%s", step->state, when, step->person,
              step->note != NULL ? ": " : "", step->note != NULL ? step->note : "");
}

/* The whole text of a runbook that has sections for leads; NULL for who may not read them, or where
 * there are none. What cannot be found is left out. */
static DkDocument *
lead_document (DkCli *cli, const DkRun *run)
{
  g_autoptr (DkRunbook) whole = NULL;

  if (dk_keyring_get (dk_store_keys (dk_cli_store (cli)), DK_KEY_LEAD) == NULL)
    return NULL;
  whole = dk_cli_runbook (cli, run->ref, NULL);
  return whole != NULL ? parse_text (whole, NULL) : NULL;
}

/* Steps for leads, with their words from the pack in force. */
static void
say_lead_steps (DkCli *cli, const DkRun *run, const DkDocument *whole)
{
  gboolean begun = FALSE;

  for (guint i = 0; whole != NULL && i < whole->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (whole->blocks, i);
    const DkRunStep *step = block->kind == DK_BLOCK_TASK ? dk_run_find_step (run, block->id) : NULL;
    const DkRunStep open = { .state = (char *) DK_RUN_STEP_OPEN };
    g_autofree char *text = NULL;
    if (block->kind != DK_BLOCK_TASK || (step != NULL && step->text != NULL))
      continue;
    if (!begun)
      dk_cli_say (cli, "\nFor leads (tick by the id)");
    begun = TRUE;
    text = dk_block_text (block);
    dk_cli_say (cli, "%.8s", block->id);
    say_step (cli, "", step != NULL ? step : &open, text);
  }
}

static void
say_run_head (DkCli *cli, const DkRun *run)
{
  g_autofree char *began = dk_time_format_short (run->started_ms, dk_clock_wall_ms ());

  dk_cli_say (cli, "Run %.*s: %s", UID_SHOWN, run->uid, run->title);
  dk_cli_say (cli, "started %s by %s; %u done, %u skipped, %u open", began, run->started_by,
              run->steps_done, run->steps_skipped, run->steps_open);
  if (run->ended_ms > 0) {
    g_autofree char *ended = dk_time_format_short (run->ended_ms, dk_clock_wall_ms ());
    dk_cli_say (cli, "ended %s by %s%s%s", ended, run->ended_by, run->note != NULL ? ": " : "",
                run->note != NULL ? run->note : "");
  }
  if (run->newer)
    dk_cli_say (cli, "A NEWER VERSION of this runbook is in force. This run stays with its text; "
                     "compare with `dkit runbook show %s`.",
                run->ref);
  if (run->is_gone)
    dk_cli_say (cli, "The content in force has this runbook no more. This run stays with its "
                     "text.");
}

static void
say_run (DkCli *cli, const DkRun *run)
{
  g_autoptr (DkDocument) whole = lead_document (cli, run);
  const char *section = NULL;

  say_run_head (cli, run);
  for (guint i = 0; i < run->steps->len; i++) {
    const DkRunStep *step = g_ptr_array_index (run->steps, i);
    g_autofree char *number = g_strdup_printf ("%u", i + 1);
    if (step->text == NULL)
      continue;
    if (step->section != NULL && g_strcmp0 (section, step->section) != 0)
      dk_cli_say (cli, "\n%s", step->section);
    section = step->section;
    say_step (cli, number, step, step->text);
  }
  say_lead_steps (cli, run, whole);
  for (guint i = 0; i < run->lines->len; i++) {
    const DkRunLine *line = g_ptr_array_index (run->lines, i);
    g_autofree char *when = dk_time_format_short (line->at_ms, dk_clock_wall_ms ());
    if (strcmp (line->kind, "note") == 0)
      dk_cli_say (cli, "note %s, %s: %s", when, line->person, line->text);
  }
}

static gboolean
run_start (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *id = dk_args_word (args, 0);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkRun) run = dk_run_start (store, id, dk_markdown_parse, &failed);

  if (run == NULL && g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND)) {
    g_autoptr (DkRunbook) hidden = dk_cli_runbook (cli, id, NULL);
    if (hidden != NULL) {
      g_clear_error (&failed);
      run = dk_run_start_for_leads (store, id, &failed);
    }
  }
  if (run == NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  say_run (cli, run);
  dk_cli_say (cli, "\nTick a step: dkit runbook step %.*s NUMBER", UID_SHOWN, run->uid);
  dk_cli_take_document (cli, run_json (run));
  return TRUE;
}

/* Adds the id if it begins as typed. */
static void
match_id (GPtrArray *found, const char *id, const char *typed)
{
  if (g_str_has_prefix (id, typed)
      && !g_ptr_array_find_with_equal_func (found, id, g_str_equal, NULL))
    g_ptr_array_add (found, g_strdup (id));
}

/* A step by its number, or by the first digits of its id. New string. */
static char *
choose_step (DkCli *cli, const DkRun *run, const char *typed, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DkDocument) whole = NULL;
  guint64 number;

  if (g_ascii_string_to_unsigned (typed, 10, 1, 9999, &number, NULL) && number <= run->steps->len) {
    const DkRunStep *step = g_ptr_array_index (run->steps, number - 1);
    if (step->text != NULL)
      return g_strdup (step->id);
  }
  if (strlen (typed) >= ID_TYPED_MIN) {
    for (guint i = 0; i < run->steps->len; i++)
      match_id (found, ((const DkRunStep *) g_ptr_array_index (run->steps, i))->id, typed);
    whole = found->len == 0 ? lead_document (cli, run) : NULL;
    for (guint i = 0; whole != NULL && i < whole->blocks->len; i++) {
      const DkBlock *block = g_ptr_array_index (whole->blocks, i);
      if (block->kind == DK_BLOCK_TASK)
        match_id (found, block->id, typed);
    }
  }
  if (found->len == 1)
    return g_strdup (g_ptr_array_index (found, 0));
  g_set_error (error, DK_ERROR, found->len == 0 ? DK_ERROR_NOT_FOUND : DK_ERROR_INVALID,
               "%s. Nothing was changed; `dkit runbook runs %.*s` shows the steps.",
               found->len == 0 ? "This run has no such step" : "Several steps begin so", UID_SHOWN,
               run->uid);
  return NULL;
}

/* Value of --note; NULL if it was not given. New string. */
static gboolean
read_note (DkCli *cli, const DkArgs *args, char **note, GError **error)
{
  const char *given = dk_args_get (args, "note");

  *note = given != NULL ? dk_cli_read_value (cli, given, "the note", error) : NULL;
  return given == NULL || *note != NULL;
}

static gboolean
show_run (DkCli *cli, const char *uid, GError **error)
{
  g_autoptr (DkRun) run = dk_run_load (dk_cli_store (cli), uid, error);

  if (run == NULL)
    return FALSE;
  if (!cli->json)
    say_run (cli, run);
  dk_cli_take_document (cli, run_json (run));
  return TRUE;
}

static gboolean
run_step (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *state = dk_args_word (args, 2);
  g_autoptr (DkRun) run = dk_run_load (store, dk_args_word (args, 0), error);
  g_autofree char *step = NULL;
  g_autofree char *note = NULL;

  if (run == NULL || !read_note (cli, args, &note, error))
    return FALSE;
  step = choose_step (cli, run, dk_args_word (args, 1), error);
  return step != NULL
         && dk_run_step (store, run->uid, step, state != NULL ? state : DK_RUN_STEP_DONE, note,
                         error)
         && show_run (cli, run->uid, error);
}

static gboolean
run_note (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *uid = dk_args_word (args, 0);
  g_autofree char *typed = dk_args_text (args, 1);
  g_autofree char *text = dk_cli_read_value (cli, typed, "the note", error);

  return text != NULL && dk_run_note (dk_cli_store (cli), uid, text, error)
         && show_run (cli, uid, error);
}

static gboolean
run_end (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (DkRun) run = dk_run_load (store, dk_args_word (args, 0), error);
  g_autofree char *note = NULL;

  if (run == NULL || !read_note (cli, args, &note, error))
    return FALSE;
  if (run->ended_ms == 0 && run->steps_open > 0
      && (!dk_args_has (args, "force") || note == NULL)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%u %s still open. The run was not ended: tick or skip what is left, or end it "
                 "with --force --note WHY.",
                 run->steps_open, run->steps_open == 1 ? "step is" : "steps are");
    return FALSE;
  }
  return dk_run_end (store, run->uid, note, error) && show_run (cli, run->uid, error);
}

static gboolean
run_runs (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (GPtrArray) runs = NULL;
  json_t *list;

  if (dk_args_count (args) > 0)
    return show_run (cli, dk_args_word (args, 0), error);
  runs = dk_run_list (dk_cli_store (cli), dk_args_has (args, "open"), error);
  if (runs == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < runs->len; i++) {
    const DkRun *run = g_ptr_array_index (runs, i);
    g_autofree char *began = dk_time_format_short (run->started_ms, dk_clock_wall_ms ());
    dk_cli_say (cli, "%.*s  %-8s %-40s %s %s, %u open%s", UID_SHOWN, run->uid,
                run->ended_ms > 0 ? "ended" : "RUNNING", run->title, began, run->started_by,
                run->steps_open, run->newer ? "  (a newer version exists)" : "");
    json_array_append_new (list, run_json (run));
  }
  if (runs->len == 0 && !cli->quiet)
    dk_cli_say (cli, "No run yet. dkit runbook start ID begins one.");
  dk_cli_take_document (cli, list);
  return TRUE;
}

/* "NAME SEQUENCE" of the pack in force; NULL without one. */
static gboolean
read_pack (DkStore *store, char **name, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, &failed);

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (pack != NULL)
    *name = g_strdup_printf ("%s %" G_GINT64_FORMAT, pack->name, pack->sequence);
  return TRUE;
}

static gboolean
run_print (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *id = dk_args_word (args, 0);
  gboolean whole = dk_args_has (args, "lead-only");
  DkRunbookCard facts = { .now_ms = dk_clock_wall_ms () };
  g_autoptr (DkRunbook) runbook = NULL;
  g_autoptr (DkContact) owner = NULL;
  g_autoptr (DkDocument) card = NULL;
  g_autofree char *pack = NULL;
  g_autofree char *reason = NULL;

  if (whole && !dk_store_may (store, DK_STORE_PRINT_VAULT, error))
    return FALSE;
  reason = whole ? dk_cli_reason (args, error) : NULL;
  if (whole && reason == NULL)
    return FALSE;
  runbook = whole ? dk_cli_runbook (cli, id, error) : dk_content_store_runbook (store, id, error);
  if (runbook == NULL) {
    if (!whole && error != NULL && g_error_matches (*error, DK_ERROR, DK_ERROR_NOT_FOUND))
      g_prefix_error (error, "Runbooks for leads alone are printed with --lead-only. ");
    return FALSE;
  }
  if (!read_pack (store, &pack, error))
    return FALSE;
  owner = runbook->owner != NULL ? dk_content_store_contact (store, runbook->owner, NULL) : NULL;
  facts.owner = owner != NULL ? owner->name : runbook->owner;
  facts.pack = pack;
  card = dk_runbook_card (runbook, &facts, dk_markdown_parse, error);
  return card != NULL
         && dk_cli_document_print (cli, args, runbook->title, card, "runbook", runbook->id, error);
}

static gboolean
run_record (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkRun) run = dk_run_load (dk_cli_store (cli), dk_args_word (args, 0), error);
  g_autoptr (DkDocument) record
      = run != NULL ? dk_run_document (run, dk_markdown_parse, error) : NULL;

  g_autofree char *title = run != NULL ? g_strdup_printf ("Record: %s", run->title) : NULL;

  return record != NULL
         && dk_cli_document_print (cli, args, title, record, "run", run->uid, error);
}

const DkCommand DK_CLI_RUNBOOK_COMMANDS[] = {
  { "runbook list", "", "all runbooks by title", "", 0, 0, DK_CLI_NEEDS_KIT, run_list },
  { "runbook show", "ID", "one runbook with its steps", "", 1, 1, DK_CLI_NEEDS_KIT, run_show },
  { "runbook start", "ID", "begin to work through a runbook\n\n"
    "The run keeps the text as it is now, whatever a later pack says. Several runs may go on at\n"
    "once. Steps are named by their number; those of sections for leads by the first digits of\n"
    "their id.",
    "", 1, 1, DK_CLI_NEEDS_KIT, run_start },
  { "runbook step", "RUN STEP [done|skipped|open] [--note TEXT]",
    "tick a step, skip it with a reason, or open it again", "note", 2, 3, DK_CLI_NEEDS_KIT,
    run_step },
  { "runbook note", "RUN TEXT...", "add words to a run", "", 2, -1, DK_CLI_NEEDS_KIT, run_note },
  { "runbook end", "RUN [--force --note WHY]", "end a run\n\n"
    "With open steps it needs --force and a note that tells why.",
    "force note", 1, 1, DK_CLI_NEEDS_KIT, run_end },
  { "runbook runs", "[RUN] [--open]", "all runs, those under way first; or one with its steps",
    "open", 0, 1, DK_CLI_NEEDS_KIT, run_runs },
  { "runbook record", "RUN -o F.pdf [--paper a4|letter]", "a run as a record on paper",
    "output paper", 1, 1, DK_CLI_NEEDS_KIT, run_record },
  { "runbook print", "ID -o F.pdf [--lead-only --reason T] [--paper a4|letter]",
    "a runbook as a card with boxes to tick\n\n"
    "--lead-only prints the sections for leads as well: for leads and above, and with a reason,\n"
    "which is recorded.",
    "output paper lead-only reason", 1, 1, DK_CLI_NEEDS_KIT, run_print },
  { 0 },
};
