/* SPDX-License-Identifier: MIT */
#include "ui/paper-work.h"

#include <glib/gi18n.h>

#include "app/readiness/content-now.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"
#include "app/store/ticket-store.h"
#include "ui/banner.h"

DkPaperOrder *
dk_paper_order_new (const char *form_id, const char *number, guint copies)
{
  DkPaperOrder *order = g_new0 (DkPaperOrder, 1);

  order->form_id = g_strdup (form_id);
  order->number = g_strdup (number);
  order->copies = copies;
  return order;
}

void
dk_paper_order_free (gpointer data)
{
  DkPaperOrder *order = data;

  g_free (order->form_id);
  g_free (order->number);
  g_free (order);
}

void
dk_paper_job_free (gpointer data)
{
  DkPaperJob *job = data;

  if (job == NULL)
    return;
  dk_paper_free (job->paper);
  g_clear_pointer (&job->pdf, g_bytes_unref);
  dk_document_free (job->document);
  g_clear_pointer (&job->form, dk_form_unref);
  dk_ticket_free (job->ticket);
  g_clear_pointer (&job->log, g_ptr_array_unref);
  g_clear_pointer (&job->numbers, g_ptr_array_unref);
  g_free (job->title);
  g_free (job->object);
  g_free (job->mode);
  g_free (job->organisation);
  g_free (job->station);
  g_free (job->printed);
  g_free (job->head);
  g_free (job);
}

static gboolean
gather_margins (DkStore *store, DkPaperJob *job, GError **error)
{
  g_autofree char *mode = dk_store_get_setting (store, "mode", NULL);
  g_autofree char *time = dk_time_format_local (dk_clock_wall_ms ());
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, NULL);
  DkContentFacts content;

  if (!dk_content_now (store, &content, error))
    return FALSE;
  job->mode = dk_content_state_mode (dk_content_state (&content, dk_clock_wall_ms ()),
                                     dk_banner_mode_word (mode));
  job->organisation = pack != NULL ? g_strdup (pack->organisation) : NULL;
  job->station = g_strdup (dk_store_identity (store)->station);
  job->printed = g_strdup_printf (_ ("printed %s by %s"), time, dk_store_user (store));
  job->head = dk_ledger_head_text (store, error);
  return job->head != NULL;
}

static gboolean
gather_ticket (DkStore *store, DkPaperJob *job, const char *number, GError **error)
{
  g_autoptr (GPtrArray) entries = NULL;

  job->ticket = dk_ticket_store_load (store, number, error);
  if (job->ticket == NULL)
    return FALSE;
  job->form = dk_content_store_form (store, job->ticket->form, error);
  if (job->form == NULL)
    return FALSE;
  entries = dk_ledger_of_object (store, job->ticket->number, error);
  if (entries == NULL)
    return FALSE;
  job->log = dk_paper_log_new (job->form, entries);
  job->title = g_strdup_printf ("%s, %s", job->ticket->number, dk_form_title (job->form));
  job->object = g_strdup (job->ticket->number);
  return TRUE;
}

static gboolean
gather_blanks (DkStore *store, DkPaperJob *job, const DkPaperOrder *order, GError **error)
{
  const char *first;
  const char *last;

  job->form = dk_content_store_form (store, order->form_id, error);
  if (job->form == NULL)
    return FALSE;
  job->object = g_strdup (order->form_id);
  if (order->copies == 0) {
    job->title = g_strdup_printf (_ ("%s, specimen without number"), dk_form_title (job->form));
    return TRUE;
  }
  g_clear_pointer (&job->numbers, g_ptr_array_unref);
  job->numbers
      = dk_ticket_store_issue_paper (store, job->form, order->copies, NULL, error);
  if (job->numbers == NULL)
    return FALSE;
  first = job->numbers->pdata[0];
  last = job->numbers->pdata[job->numbers->len - 1];
  job->title = job->numbers->len == 1
                   ? g_strdup_printf ("%s, %s", dk_form_title (job->form), first)
                   : g_strdup_printf (_ ("%s, %s to %s"), dk_form_title (job->form), first, last);
  return TRUE;
}

gpointer
dk_paper_work_gather (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkPaperOrder *order = data;
  DkStore *store = dk_kit_store (kit);
  DkPaperJob *job = g_new0 (DkPaperJob, 1);

  job->numbers = g_ptr_array_new_with_free_func (g_free);
  if (!gather_margins (store, job, error)
      || !(order->number != NULL ? gather_ticket (store, job, order->number, error)
                                 : gather_blanks (store, job, order, error)))
    g_clear_pointer (&job, dk_paper_job_free);
  return job;
}

DkPaperJob *
dk_paper_job_new_document (DkKit *kit, const char *title, const char *object,
                           DkDocument *document, GError **error)
{
  DkPaperJob *job = g_new0 (DkPaperJob, 1);

  job->numbers = g_ptr_array_new_with_free_func (g_free);
  job->title = g_strdup (title);
  job->object = g_strdup (object);
  job->document = document;
  if (!gather_margins (dk_kit_store (kit), job, error))
    g_clear_pointer (&job, dk_paper_job_free);
  return job;
}

static void
lay_out_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  DkPaperJob *job = data;
  const DkPaperFacts facts = { .size = DK_PAPER_A4,
                               .mode = job->mode,
                               .organisation = job->organisation,
                               .station = job->station,
                               .printed = job->printed,
                               .ledger_head = job->head };
  GError *error = NULL;

  job->paper = dk_paper_new (&facts);
  if (job->document != NULL)
    dk_paper_add_document (job->paper, job->title, "en", job->document);
  else if (job->numbers->len == 0)
    dk_paper_add_form_with_log (job->paper, job->form, job->ticket,
                                job->ticket != NULL ? job->ticket->number : NULL, job->log);
  for (guint i = 0; i < job->numbers->len; i++)
    dk_paper_add_form (job->paper, job->form, NULL, job->numbers->pdata[i]);
  job->pdf = dk_paper_pdf (job->paper, &error);
  if (job->pdf == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

typedef struct {
  GWeakRef owner;
  DkPaperJob *job;
  void (*ready) (gpointer owner, DkPaperJob *job, const GError *error);
} Layout;

static void
on_laid_out (GObject *source, GAsyncResult *result, gpointer data)
{
  Layout *layout = data;
  g_autoptr (GObject) owner = g_weak_ref_get (&layout->owner);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_clear_pointer (&layout->job, dk_paper_job_free);
  if (owner != NULL)
    layout->ready (owner, g_steal_pointer (&layout->job), error);
  dk_paper_job_free (layout->job);
  g_weak_ref_clear (&layout->owner);
  g_free (layout);
}

void
dk_paper_job_lay_out (GObject *owner, DkPaperJob *job,
                      void (*ready) (gpointer owner, DkPaperJob *job, const GError *error))
{
  Layout *layout = g_new0 (Layout, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_laid_out, layout);

  g_weak_ref_init (&layout->owner, owner);
  layout->job = job;
  layout->ready = ready;
  g_task_set_task_data (task, job, NULL);
  g_task_run_in_thread (task, lay_out_thread);
}

gpointer
dk_paper_work_note_printed (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkPaperOrder *order = data;
  g_autoptr (json_t) body = json_object ();

  dk_json_set_text (body, "way", order->form_id);
  if (!dk_ledger_note (dk_kit_store (kit), "print", order->number, body, error))
    return NULL;
  return DK_KIT_DONE;
}
