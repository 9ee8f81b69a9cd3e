/* SPDX-License-Identifier: MIT */
#include "ui/content-work.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "app/store/content-change.h"
#include "ui/lead-part.h"

#define NAMES_SHOWN 12u

typedef enum { TASK_LIST, TASK_FETCH, TASK_DISCARD } TaskKind;

/* One errand in the folder of the kit, on a thread of its own. */
typedef struct {
  GWeakRef owner;
  TaskKind kind;
  char *folder;
  char *file;
  void (*listed) (gpointer owner, GPtrArray *packs, const GError *error);
  void (*told) (gpointer owner, const char *words, const GError *error);
} Errand;

static void
free_errand (gpointer data)
{
  Errand *errand = data;

  g_weak_ref_clear (&errand->owner);
  g_free (errand->folder);
  g_free (errand->file);
  g_free (errand);
}

static char *
describe_results (const GPtrArray *results)
{
  static const char *const words[]
      = { [DK_REFRESH_NEW] = N_ ("a new pack waits, not yet checked"),
          [DK_REFRESH_SAME] = N_ ("nothing new"),
          [DK_REFRESH_UNREACHABLE] = N_ ("not reached"),
          [DK_REFRESH_REFUSED] = N_ ("refused") };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < results->len; i++) {
    const DkRefreshResult *result = results->pdata[i];
    g_string_append_printf (text, "%s%s: %s", i > 0 ? "\n" : "", result->route,
                            _ (words[result->state]));
    if (result->message != NULL)
      g_string_append_printf (text, ". %s", result->message);
  }
  return g_string_free (text, FALSE);
}

static gpointer
do_errand (const Errand *errand, GError **error)
{
  g_autoptr (GPtrArray) results = NULL;

  if (errand->kind == TASK_LIST)
    return dk_refresh_waiting (errand->folder, error);
  if (errand->kind == TASK_DISCARD)
    return dk_refresh_discard (errand->folder, errand->file, error)
               ? g_strdup (_ ("Removed. What is in force stays; the same file is not fetched "
                              "again."))
               : NULL;
  results = dk_refresh_run (errand->folder, NULL, NULL, error);
  return results != NULL ? describe_results (results) : NULL;
}

static void
errand_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Errand *errand = data;
  GError *error = NULL;
  gpointer result = do_errand (errand, &error);

  if (result == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, result,
                           errand->kind == TASK_LIST ? (GDestroyNotify) g_ptr_array_unref : g_free);
}

static void
on_errand_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Errand *errand = g_task_get_task_data (G_TASK (result));
  g_autoptr (GObject) owner = g_weak_ref_get (&errand->owner);
  g_autoptr (GError) error = NULL;
  gpointer found = g_task_propagate_pointer (G_TASK (result), &error);

  if (errand->kind == TASK_LIST) {
    g_autoptr (GPtrArray) packs = found;
    if (owner != NULL)
      errand->listed (owner, g_steal_pointer (&packs), error);
  } else {
    g_autofree char *words = found;
    if (owner != NULL)
      errand->told (owner, words, error);
  }
}

static gpointer
get_folder (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return g_strdup (dk_kit_folder (kit));
}

/* The errand is on its way in the owner's data only for a moment: the calls come back in order. */
static void
on_folder (gpointer owner, gpointer result, const GError *error)
{
  GQueue *errands = g_object_get_data (owner, "errands");
  Errand *errand = g_queue_pop_head (errands);
  g_autoptr (GTask) task = NULL;

  if (error != NULL) {
    free_errand (errand);
    return;
  }
  errand->folder = result;
  task = g_task_new (NULL, NULL, on_errand_done, NULL);
  g_task_set_task_data (task, errand, free_errand);
  g_task_run_in_thread (task, errand_thread);
}

static void
free_errands (gpointer data)
{
  g_queue_free_full (data, free_errand);
}

static void
send_errand (GObject *owner, Errand *errand)
{
  GQueue *errands = g_object_get_data (owner, "errands");

  if (errands == NULL) {
    errands = g_queue_new ();
    g_object_set_data_full (owner, "errands", errands, free_errands);
  }
  g_weak_ref_init (&errand->owner, owner);
  g_queue_push_tail (errands, errand);
  dk_kit_run (owner,
              &(DkKitCall) { .work = get_folder, .reply = on_folder, .result_free = g_free });
}

void
dk_content_list_waiting (GObject *owner, void (*done) (gpointer owner, GPtrArray *packs,
                                                       const GError *error))
{
  Errand *errand = g_new0 (Errand, 1);

  errand->kind = TASK_LIST;
  errand->listed = done;
  send_errand (owner, errand);
}

void
dk_content_fetch (GObject *owner, void (*done) (gpointer owner, const char *words,
                                                const GError *error))
{
  Errand *errand = g_new0 (Errand, 1);

  errand->kind = TASK_FETCH;
  errand->told = done;
  send_errand (owner, errand);
}

void
dk_content_discard (GObject *owner, const char *file,
                    void (*done) (gpointer owner, const char *words, const GError *error))
{
  Errand *errand = g_new0 (Errand, 1);

  errand->kind = TASK_DISCARD;
  errand->file = g_strdup (file);
  errand->told = done;
  send_errand (owner, errand);
}

char *
dk_waiting_words (const DkWaitingPack *pack)
{
  g_autofree char *when = pack->fetched_ms != 0
                              ? dk_time_format_short (pack->fetched_ms, dk_clock_wall_ms ())
                              : g_strdup ("?");

  return g_strdup_printf (_ ("Pack “%s” %" G_GINT64_FORMAT " arrived %s, not yet checked"),
                          pack->name != NULL ? pack->name : pack->file, pack->sequence, when);
}

static void
add_heading (DkDocument *document, const char *words)
{
  dk_document_add_text (document, DK_BLOCK_HEADING, 2, words);
}

static void
add_words (DkDocument *document, DkBlockKind kind, const char *words)
{
  dk_document_add_text (document, kind, kind == DK_BLOCK_ITEM ? 1 : 0, words);
}

/* Who signs, where packs come from, who is told: what an attacker would change. */
static void
add_trust (DkDocument *document, const json_t *changes)
{
  static const char *const kinds[] = { "fleet", "policy" };
  gsize n = 0;

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    n += json_array_size (json_object_get (changes, kinds[kind]));
  if (n == 0)
    return;
  add_heading (document, _ ("Whom this kit trusts, and its rules"));
  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++) {
    const json_t *list = json_object_get (changes, kinds[kind]);
    for (gsize i = 0; i < json_array_size (list); i++)
      add_words (document, DK_BLOCK_ITEM, json_string_value (json_array_get (list, i)));
  }
}

static void
add_cell (DkBlock *row, const char *words, guint cell, DkSpanStyle style)
{
  dk_block_add_span (row, words != NULL ? words : "—", style, NULL, cell);
}

static void
add_numbers (DkDocument *document, const json_t *changes)
{
  const json_t *list = json_object_get (changes, "numbers_changed");
  const char *const head[] = { _ ("Who"), _ ("Kind"), _ ("Was"), _ ("Now") };
  DkBlock *row;

  if (json_array_size (list) == 0)
    return;
  add_heading (document, _ ("Numbers changed: if in doubt, call back on the old one"));
  row = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, 0);
  for (guint i = 0; i < G_N_ELEMENTS (head); i++)
    add_cell (row, head[i], i, DK_SPAN_PLAIN);
  for (gsize i = 0; i < json_array_size (list); i++) {
    const json_t *number = json_array_get (list, i);
    row = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, 1);
    add_cell (row, dk_json_get_text (number, "name"), 0, DK_SPAN_PLAIN);
    add_cell (row, dk_json_get_text (number, "kind"), 1, DK_SPAN_PLAIN);
    add_cell (row, dk_json_get_text (number, "was"), 2, DK_SPAN_PLAIN);
    add_cell (row, dk_json_get_text (number, "now"), 3, DK_SPAN_STRONG);
  }
}

/* The other sentences, in the words of the core; numbers, fleet and rules stand above. */
static void
add_rest (DkDocument *document, const json_t *changes)
{
  g_autoptr (json_t) rest = json_copy ((json_t *) changes);
  g_autoptr (json_t) counts = json_copy (json_object_get (changes, "counts"));
  g_autoptr (GPtrArray) lines = NULL;

  json_object_del (rest, "numbers_changed");
  json_object_del (rest, "fleet");
  json_object_del (rest, "policy");
  if (counts != NULL) {
    json_object_del (counts, "numbers_changed");
    json_object_set (rest, "counts", counts);
  }
  lines = dk_content_changes_describe_json (rest, NAMES_SHOWN);
  if (lines->len > 0)
    add_heading (document, _ ("People, runbooks, services, lists"));
  for (guint i = 0; i < lines->len; i++)
    add_words (document, DK_BLOCK_ITEM, lines->pdata[i]);
}

/* For leads, what changes in their part; for the others, that they do not see it. */
static void
add_lead (DkDocument *document, const json_t *changes)
{
  g_autoptr (GPtrArray) lines
      = dk_content_changes_describe_lead (json_object_get (changes, "lead"), NAMES_SHOWN);

  if (lines->len > 0)
    add_heading (document, _ ("For leads"));
  for (guint i = 0; i < lines->len; i++)
    add_words (document, DK_BLOCK_ITEM, lines->pdata[i]);
}

DkDocument *
dk_content_changes_document (const json_t *changes)
{
  DkDocument *document = dk_document_new ();

  add_trust (document, changes);
  add_numbers (document, changes);
  add_rest (document, changes);
  if (document->blocks->len == 0)
    add_words (document, DK_BLOCK_PARAGRAPH, _ ("No contact, number, runbook or rule differs."));
  add_lead (document, changes);
  return document;
}

void
dk_content_view_free (gpointer data)
{
  DkContentView *view = data;

  if (view == NULL)
    return;
  g_free (view->words);
  dk_document_free (view->changes);
  g_free (view);
}

static char *
describe_pack (const DkPackFacts *pack)
{
  gint64 now = dk_clock_wall_ms ();
  g_autofree char *made = dk_time_format_age (MAX (now - pack->created_ms, 0));
  g_autofree char *applied = dk_time_format_short (pack->applied_ms, now);
  g_autofree char *expires
      = pack->expires_ms != 0 ? dk_time_format_local (pack->expires_ms) : NULL;

  if (expires == NULL)
    return g_strdup_printf (_ ("In force: “%s” %" G_GINT64_FORMAT " of %s, made %s ago, applied "
                               "%s"),
                            pack->name, pack->sequence,
                            pack->organisation != NULL ? pack->organisation : "?", made, applied);
  return g_strdup_printf (_ ("In force: “%s” %" G_GINT64_FORMAT " of %s, made %s ago, applied %s, "
                             "expires %.10s"),
                          pack->name, pack->sequence,
                          pack->organisation != NULL ? pack->organisation : "?", made, applied,
                          expires);
}

gpointer
dk_content_work_view (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, &failed);
  g_autoptr (json_t) changes = failed == NULL ? dk_content_changes_last (store, &failed) : NULL;
  DkContentView *view;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  if (changes != NULL) {
    const json_t *lead = dk_lead_part_changes (kit, error);
    if (lead == NULL || !dk_lead_part_note_changes (kit, lead, error))
      return NULL;
    json_object_set_new (changes, "lead", json_deep_copy (lead));
  }
  view = g_new0 (DkContentView, 1);
  view->words = pack != NULL ? describe_pack (pack)
                             : g_strdup (_ ("No content yet. Choose the file of a pack."));
  view->changes = changes != NULL ? dk_content_changes_document (changes) : NULL;
  return view;
}
