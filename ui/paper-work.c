/* SPDX-License-Identifier: MIT */
#include "ui/paper-work.h"

#include <glib/gi18n.h>

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
  g_free (job->form_id);
  g_free (job->title);
  g_free (job->object);
  g_free (job);
}

static DkPaper *
new_paper (DkStore *store, GError **error)
{
  g_autofree char *mode = dk_store_get_setting (store, "mode", NULL);
  g_autofree char *head = dk_ledger_head_text (store, error);
  g_autofree char *time = dk_time_format_local (dk_clock_wall_ms ());
  g_autofree char *printed = g_strdup_printf (_ ("printed %s by %s"), time, dk_store_user (store));
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, NULL);
  const DkPaperFacts facts = {
    .size = DK_PAPER_A4,
    .mode = dk_banner_mode_word (mode),
    .organisation = pack != NULL ? pack->organisation : NULL,
    .station = dk_store_identity (store)->station,
    .printed = printed,
    .ledger_head = head,
  };

  return head != NULL ? dk_paper_new (&facts) : NULL;
}

static gboolean
add_ticket (DkStore *store, DkPaperJob *job, const char *number, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (store, number, error);
  g_autoptr (DkForm) form = NULL;

  if (ticket == NULL)
    return FALSE;
  form = dk_content_store_form (store, ticket->form, error);
  if (form == NULL)
    return FALSE;
  dk_paper_add_form (job->paper, form, ticket, ticket->number);
  job->form_id = g_strdup (ticket->form);
  job->title = g_strdup_printf ("%s, %s", ticket->number, dk_form_title (form));
  job->object = g_strdup (ticket->number);
  return TRUE;
}

static gboolean
add_blanks (DkStore *store, DkPaperJob *job, const DkPaperOrder *order, GError **error)
{
  g_autoptr (DkForm) form = dk_content_store_form (store, order->form_id, error);
  g_autoptr (GPtrArray) numbers = NULL;

  if (form == NULL)
    return FALSE;
  job->form_id = g_strdup (order->form_id);
  job->object = g_strdup (order->form_id);
  if (order->copies == 0) {
    dk_paper_add_form (job->paper, form, NULL, NULL);
    job->title = g_strdup_printf (_ ("%s, specimen without number"), dk_form_title (form));
    return TRUE;
  }
  numbers = dk_ticket_store_issue_paper (store, form, order->copies, NULL, error);
  if (numbers == NULL)
    return FALSE;
  for (guint i = 0; i < numbers->len; i++)
    dk_paper_add_form (job->paper, form, NULL, numbers->pdata[i]);
  job->issued = numbers->len;
  job->title
      = g_strdup_printf (_ ("%s, %s to %s"), dk_form_title (form), (char *) numbers->pdata[0],
                         (char *) numbers->pdata[numbers->len - 1]);
  return TRUE;
}

gpointer
dk_paper_work_lay_out (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkPaperOrder *order = data;
  DkStore *store = dk_kit_store (kit);
  DkPaperJob *job = g_new0 (DkPaperJob, 1);

  job->paper = new_paper (store, error);
  if (job->paper == NULL
      || !(order->number != NULL ? add_ticket (store, job, order->number, error)
                                 : add_blanks (store, job, order, error)))
    g_clear_pointer (&job, dk_paper_job_free);
  return job;
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
