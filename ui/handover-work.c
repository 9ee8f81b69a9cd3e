/* SPDX-License-Identifier: MIT */
#include "ui/handover-work.h"

#include <glib/gi18n.h>

#include "app/itsm/csv-handover.h"
#include "app/itsm/csv-route.h"
#include "app/itsm/kit-push.h"
#include "app/itsm/open.h"
#include "app/store/attached-store.h"
#include "app/store/connector-store.h"
#include "app/store/ticket-store.h"

/* One run. The engine's thread owns it; the main loop sees it through the task alone. */
typedef struct {
  char *connector; /* NULL: only CSV */
  char *folder;
  DkConnectorFacts *facts;
  void (*progress) (gpointer owner, guint64 n, guint64 total);
  void (*done) (gpointer owner, const DkHandoverResult *result, const GError *error);
  GTask *task; /* borrowed */
} Run;

typedef struct {
  GWeakRef owner;
  void (*progress) (gpointer owner, guint64 n, guint64 total);
  guint64 n;
  guint64 total;
} Progress;

void
dk_handover_view_free (gpointer data)
{
  DkHandoverView *view = data;

  if (view == NULL)
    return;
  g_clear_pointer (&view->tickets, g_ptr_array_unref);
  g_clear_pointer (&view->connectors, g_ptr_array_unref);
  g_clear_pointer (&view->types, g_ptr_array_unref);
  g_free (view);
}

static gboolean
load_types (DkStore *store, DkHandoverView *view, GError **error)
{
  view->types = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < view->connectors->len; i++) {
    g_autoptr (DkConnectorFacts) facts
        = dk_connector_store_get (store, view->connectors->pdata[i], error);
    if (facts == NULL)
      return FALSE;
    g_ptr_array_add (view->types, g_strdup (facts->type));
  }
  return TRUE;
}

gpointer
dk_handover_work_load (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const DkTicketFilter filter = { .waiting_only = TRUE, .oldest_first = TRUE };
  DkHandoverView *view = g_new0 (DkHandoverView, 1);

  view->may_send = dk_keyring_get (dk_store_keys (store), DK_KEY_SEND) != NULL;
  view->tickets = dk_ticket_store_list (store, &filter, error);
  view->connectors = view->tickets != NULL ? dk_connector_store_list (store, error) : NULL;
  if (view->connectors == NULL || !load_types (store, view, error))
    g_clear_pointer (&view, dk_handover_view_free);
  return view;
}

static void
free_run (gpointer data)
{
  Run *run = data;

  g_free (run->connector);
  g_free (run->folder);
  dk_connector_facts_free (run->facts);
  g_free (run);
}

static void
free_result (gpointer data)
{
  DkHandoverResult *result = data;

  g_free (result->words);
  g_hash_table_unref (result->next_try);
  g_free (result);
}

static DkHandoverResult *
new_result (void)
{
  DkHandoverResult *result = g_new0 (DkHandoverResult, 1);

  result->next_try = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return result;
}

/* The engine's questions, each one a short job of the kit's thread. */

typedef struct {
  const Run *run;
  DkPushList which;
  GPtrArray *rows;
  const char *number;
  const char *sha256;
  const DkPushMark *mark;
} Step;

static gpointer
step_list (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  Step *step = data;
  const char *target = step->run->connector != NULL ? step->run->connector : "csv";

  if (!dk_kit_push_list (dk_kit_store (kit), target, step->which, step->rows, error))
    return NULL;
  return DK_KIT_DONE;
}

static gpointer
step_load (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return dk_kit_push_load (dk_kit_store (kit), ((Step *) data)->number, error);
}

static gpointer
step_mark (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  Step *step = data;

  if (!dk_kit_push_mark (dk_kit_store (kit), step->run->connector, step->mark, error))
    return NULL;
  return DK_KIT_DONE;
}

static gpointer
step_begin (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  Run *run = (Run *) ((Step *) data)->run;
  DkStore *store = dk_kit_store (kit);

  run->facts = dk_connector_store_get (store, run->connector, error);
  if (run->facts == NULL || !dk_kit_push_begin (store, run->connector, error))
    return NULL;
  return DK_KIT_DONE;
}

static gboolean
push_list (gpointer data, DkPushList which, GPtrArray *rows, GError **error)
{
  Step step = { .run = data, .which = which, .rows = rows };

  return dk_kit_run_and_wait (step_list, &step, error) != NULL;
}

static DkPushTicket *
push_load (gpointer data, const char *number, GError **error)
{
  Step step = { .run = data, .number = number };

  return dk_kit_run_and_wait (step_load, &step, error);
}

static gboolean
push_mark (gpointer data, const DkPushMark *mark, GError **error)
{
  Step step = { .run = data, .mark = mark };

  return dk_kit_run_and_wait (step_mark, &step, error) != NULL;
}

static gpointer
step_file (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const Step *step = data;

  return dk_attached_store_read (dk_kit_store (kit), step->number, step->sha256, error);
}

static GBytes *
push_file (gpointer data, const char *number, const char *sha256, GError **error)
{
  Step step = { .run = data, .number = number, .sha256 = sha256 };

  return dk_kit_run_and_wait (step_file, &step, error);
}

static gboolean
tell_progress (gpointer data)
{
  Progress *progress = data;
  g_autoptr (GObject) owner = g_weak_ref_get (&progress->owner);

  if (owner != NULL)
    progress->progress (owner, progress->n, progress->total);
  g_weak_ref_clear (&progress->owner);
  g_free (progress);
  return G_SOURCE_REMOVE;
}

static void
on_progress (guint64 n, guint64 total, const char *phase, gpointer data)
{
  Run *run = data;
  Progress *progress = g_new0 (Progress, 1);

  g_weak_ref_init (&progress->owner, g_task_get_source_object (run->task));
  progress->progress = run->progress;
  progress->n = n;
  progress->total = total;
  (void) g_idle_add (tell_progress, progress);
}

static DkHandoverResult *
describe_report (const DkPushReport *report)
{
  DkHandoverResult *result = new_result ();
  GString *words = g_string_new (NULL);
  gint64 now = dk_clock_wall_ms ();

  g_string_append_printf (words, _ ("Verified in the ITSM: %u. Sent in this run: %u."),
                          report->verified, report->sent);
  if (report->unknown > 0)
    g_string_append_printf (words, _ (" Answer not known: %u; they are looked for before anything "
                                      "is sent again."),
                            report->unknown);
  if (report->refused > 0)
    g_string_append_printf (words, _ (" Refused: %u; the reason stands beside each."),
                            report->refused);
  if (report->delivered > 0)
    g_string_append_printf (words, _ (" Delivered with differences: %u."), report->delivered);
  if (report->waiting > 0)
    g_string_append_printf (words, _ (" Still waiting: %u."), report->waiting);
  if (report->stopped != NULL)
    g_string_append_printf (words, " %s", report->stopped);
  for (guint i = 0; i < report->items->len; i++) {
    const DkPushItem *item = report->items->pdata[i];
    g_autofree char *when
        = item->retry_ms > 0 ? dk_time_format_short (item->retry_ms, now) : NULL;
    if (when != NULL)
      g_hash_table_insert (result->next_try, g_strdup (item->number),
                           g_strdup_printf (_ ("look again after %s"), when));
  }
  result->words = g_string_free (words, FALSE);
  return result;
}

static DkHandoverResult *
run_engine (Run *run, GCancellable *cancellable, GError **error)
{
  g_autoptr (DkConnector) connector
      = dk_itsm_open (run->facts->type, run->facts->config, run->facts->credential, error);
  const DkPushStore store = {
    .data = run, .list = push_list, .load = push_load, .mark = push_mark, .file = push_file
  };
  const DkJob job = { .cancellable = cancellable, .progress = on_progress, .data = run };
  const DkPushOptions options = { 0 };
  g_autoptr (DkPushReport) report = NULL;
  g_autoptr (GError) fault = NULL;

  if (connector == NULL)
    return NULL;
  if (!dk_push_run (connector, &store, &options, &job, &report, &fault)
      && (report == NULL || !g_error_matches (fault, DK_ERROR, DK_ERROR_PARTIAL))) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return NULL;
  }
  return describe_report (report);
}

static GPtrArray *
collect_tickets (Run *run, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_row_free);
  g_autoptr (GPtrArray) tickets
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_ticket_free);

  if (!push_list (run, DK_PUSH_PENDING, rows, error))
    return NULL;
  for (guint i = 0; i < rows->len; i++) {
    const DkPushRow *row = rows->pdata[i];
    DkPushTicket *ticket;
    if (row->state == DK_HANDOVER_DELIVERED)
      continue;
    ticket = push_load (run, row->number, error);
    if (ticket == NULL)
      return NULL;
    g_ptr_array_add (tickets, ticket);
  }
  return g_steal_pointer (&tickets);
}

static gpointer
step_may_export (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return dk_store_may (dk_kit_store (kit), DK_STORE_EXPORT, error) ? DK_KIT_DONE : NULL;
}

/* A copy for people: nothing is marked. */
static DkHandoverResult *
write_copy (Run *run, GError **error)
{
  g_autoptr (GPtrArray) tickets = dk_kit_run_and_wait (step_may_export, NULL, error) != NULL
                                      ? collect_tickets (run, error)
                                      : NULL;
  g_autofree char *table = NULL;
  g_autofree char *log = NULL;
  DkHandoverResult *result;

  if (tickets == NULL
      || (tickets->len > 0
          && !dk_csv_route_write (run->folder, tickets, dk_clock_wall_ms (), &table, &log, error)))
    return NULL;
  result = new_result ();
  result->words
      = table != NULL
            ? g_strdup_printf (_ ("%u tickets written to %s. Nothing was marked: they still wait "
                                  "for hand-over here."),
                               tickets->len, table)
            : g_strdup (_ ("Nothing waits, so nothing was written."));
  return result;
}

static DkHandoverResult *
describe_files (const DkCsvHandover *handover)
{
  DkHandoverResult *result = new_result ();
  const DkPushReport *report = handover->report;
  GString *words = g_string_new (NULL);

  if (handover->tickets_path != NULL)
    g_string_append_printf (words,
                            _ ("%u tickets written to %s. They count as delivered, not as "
                               "verified: look them up in the ITSM by their numbers."),
                            report->sent, handover->tickets_path);
  else
    g_string_append (words, _ ("Nothing waits, so nothing was written."));
  if (report->refused > 0)
    g_string_append_printf (words, _ (" Refused: %u; the reason stands beside each."),
                            report->refused);
  if (report->unknown > 0)
    g_string_append_printf (words, _ (" Not known: %u; the reason stands beside each."),
                            report->unknown);
  result->words = g_string_free (words, FALSE);
  return result;
}

static DkHandoverResult *
write_files (Run *run, GError **error)
{
  const DkPushStore store
      = { .data = run, .list = push_list, .load = push_load, .mark = push_mark };
  g_auto (DkCsvHandover) handover = { 0 };
  g_autoptr (GError) fault = NULL;

  if (dk_csv_handover_run (dk_json_get_text (run->facts->config, "folder"), &store, &handover,
                           &fault)
      || g_error_matches (fault, DK_ERROR, DK_ERROR_PARTIAL))
    return describe_files (&handover);
  g_propagate_error (error, g_steal_pointer (&fault));
  return NULL;
}

static void
run_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Run *run = data;
  Step begin = { .run = run };
  g_autoptr (GError) error = NULL;
  DkHandoverResult *result = NULL;

  if (run->connector == NULL)
    result = write_copy (run, &error);
  else if (dk_kit_run_and_wait (step_begin, &begin, &error) != NULL)
    result = g_strcmp0 (run->facts->type, "file") == 0
                 ? write_files (run, &error)
                 : run_engine (run, cancellable, &error);
  if (result != NULL)
    g_task_return_pointer (task, result, free_result);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_ready (GObject *owner, GAsyncResult *async, gpointer data)
{
  Run *run = g_task_get_task_data (G_TASK (async));
  g_autoptr (GError) error = NULL;
  DkHandoverResult *result = g_task_propagate_pointer (G_TASK (async), &error);

  run->done (owner, result, error);
  if (result != NULL)
    free_result (result);
}

static void
start (GObject *owner, Run *run, GCancellable *cancellable)
{
  g_autoptr (GTask) task = g_task_new (owner, cancellable, on_ready, NULL);

  g_task_set_check_cancellable (task, FALSE);
  run->task = task;
  g_task_set_task_data (task, run, free_run);
  g_task_run_in_thread (task, run_thread);
}

void
dk_handover_start (GObject *owner, const char *connector, GCancellable *cancellable,
                   void (*progress) (gpointer owner, guint64 n, guint64 total),
                   void (*done) (gpointer owner, const DkHandoverResult *result,
                                 const GError *error))
{
  Run *run = g_new0 (Run, 1);

  run->connector = g_strdup (connector);
  run->progress = progress;
  run->done = done;
  start (owner, run, cancellable);
}

void
dk_handover_write_csv (GObject *owner, const char *folder,
                       void (*done) (gpointer owner, const DkHandoverResult *result,
                                     const GError *error))
{
  Run *run = g_new0 (Run, 1);

  run->folder = g_strdup (folder);
  run->done = done;
  start (owner, run, NULL);
}
