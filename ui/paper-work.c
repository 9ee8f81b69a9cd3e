/* SPDX-License-Identifier: MIT */
#include "ui/paper-work.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#include "app/plan/contact-paper.h"
#include "app/plan/oncall.h"
#include "app/readiness/content-now.h"
#include "app/store/content-store.h"
#include "app/store/form-world.h"
#include "app/store/ledger.h"
#include "app/store/paper-store.h"
#include "app/store/ticket-store.h"
#include "forms/pack.h"
#include "ui/banner.h"

#define SETTING_SIZE "paper-size"
#define CONTACTS_A_STEP 500u
#define DEVICES_MAX 5000u

DkPrintOrder *
dk_print_order_new (DkPrintWhat what, const char *form_or_number, DkPaperSize size)
{
  DkPrintOrder *order = g_new0 (DkPrintOrder, 1);

  order->what = what;
  order->size = size;
  if (what == DK_PRINT_TICKET)
    order->number = g_strdup (form_or_number);
  else
    order->form_id = g_strdup (form_or_number);
  return order;
}

DkPrintOrder *
dk_print_order_copy (const DkPrintOrder *order)
{
  DkPrintOrder *copy = g_new0 (DkPrintOrder, 1);

  *copy = *order;
  copy->form_id = g_strdup (order->form_id);
  copy->language = g_strdup (order->language);
  copy->number = g_strdup (order->number);
  copy->unit = g_strdup (order->unit);
  if (order->numbers != NULL) {
    copy->numbers = g_ptr_array_new_with_free_func (g_free);
    for (guint i = 0; i < order->numbers->len; i++)
      g_ptr_array_add (copy->numbers, g_strdup (order->numbers->pdata[i]));
  }
  return copy;
}

void
dk_print_order_free (gpointer data)
{
  DkPrintOrder *order = data;

  if (order == NULL)
    return;
  g_free (order->form_id);
  g_free (order->language);
  g_free (order->number);
  g_clear_pointer (&order->numbers, g_ptr_array_unref);
  g_free (order->unit);
  g_free (order);
}

static void
free_part (gpointer data)
{
  DkPaperPart *part = data;

  dk_form_unref (part->form);
  g_ptr_array_unref (part->numbers);
  g_free (part);
}

static DkPaperJob *
new_job (void)
{
  DkPaperJob *job = g_new0 (DkPaperJob, 1);

  g_atomic_ref_count_init (&job->refs);
  job->parts = g_ptr_array_new_with_free_func (free_part);
  return job;
}

DkPaperJob *
dk_paper_job_ref (DkPaperJob *job)
{
  g_atomic_ref_count_inc (&job->refs);
  return job;
}

void
dk_paper_job_free (gpointer data)
{
  DkPaperJob *job = data;

  if (job == NULL || !g_atomic_ref_count_dec (&job->refs))
    return;
  dk_paper_free (job->paper);
  g_clear_pointer (&job->pdf, g_bytes_unref);
  dk_document_free (job->document);
  g_clear_pointer (&job->form, dk_form_unref);
  dk_ticket_free (job->ticket);
  g_clear_pointer (&job->log, g_ptr_array_unref);
  g_ptr_array_unref (job->parts);
  g_free (job->title);
  g_free (job->object);
  g_free (job->unit);
  g_free (job->mode);
  g_free (job->organisation);
  g_free (job->station);
  g_free (job->printed_by);
  g_free (job->head);
  g_clear_pointer (&job->choices, json_decref);
  g_free (job->sensitive);
  g_free (job->reason);
  g_free (job);
}

guint
dk_paper_job_count_numbers (const DkPaperJob *job)
{
  guint count = 0;

  for (guint i = 0; i < job->parts->len; i++)
    count += ((const DkPaperPart *) job->parts->pdata[i])->numbers->len;
  return count;
}

const char *
dk_paper_size_media (DkPaperSize size)
{
  return size == DK_PAPER_LETTER ? "Letter" : "A4";
}

/* Of this PC, DkPaperSize: GTK is asked on the main thread only. */
static gint usual_size = DK_PAPER_A4;

void
dk_paper_work_note_usual_size (void)
{
  gboolean letter = g_str_equal (gtk_paper_size_get_default (), GTK_PAPER_NAME_LETTER);

  g_atomic_int_set (&usual_size, letter ? DK_PAPER_LETTER : DK_PAPER_A4);
}

static DkPaperSize
read_size (DkStore *store)
{
  g_autofree char *kept = dk_store_get_setting (store, SETTING_SIZE, NULL);

  if (kept == NULL)
    return (DkPaperSize) g_atomic_int_get (&usual_size);
  return g_str_equal (kept, dk_paper_size_media (DK_PAPER_LETTER)) ? DK_PAPER_LETTER : DK_PAPER_A4;
}

gpointer
dk_paper_work_size (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return GINT_TO_POINTER ((int) read_size (dk_kit_store (kit)) + 1);
}

/* Where nothing can be stored the choice holds until the kit is locked. */
gpointer
dk_paper_work_keep_size (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const DkPaperSize size = (DkPaperSize) (GPOINTER_TO_INT (data) - 1);

  if (dk_store_is_read_only (store))
    return DK_KIT_DONE;
  return dk_store_set_setting (store, SETTING_SIZE, dk_paper_size_media (size), error)
             ? DK_KIT_DONE
             : NULL;
}

static gboolean
gather_margins (DkStore *store, DkPaperJob *job, GError **error)
{
  g_autofree char *mode = dk_store_get_setting (store, "mode", NULL);
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, NULL);
  DkContentFacts content;

  if (!dk_content_now (store, &content, error))
    return FALSE;
  job->mode = dk_content_state_mode (dk_content_state (&content, dk_clock_wall_ms ()),
                                     dk_banner_mode_word (mode));
  job->organisation = pack != NULL ? g_strdup (pack->organisation) : NULL;
  job->station = g_strdup (dk_store_identity (store)->station);
  job->printed_by = g_strdup (dk_store_user (store));
  job->printed_ms = dk_clock_wall_ms ();
  job->head = dk_ledger_head_text (store, error);
  return job->head != NULL;
}

static gboolean
gather_ticket (DkStore *store, DkPaperJob *job, const DkPrintOrder *order, GError **error)
{
  g_autoptr (GPtrArray) entries = NULL;

  job->ticket = dk_ticket_store_load (store, order->number, error);
  if (job->ticket == NULL)
    return FALSE;
  job->form = dk_content_store_form_in (store, job->ticket->form, order->language, error);
  if (job->form == NULL)
    return FALSE;
  entries = dk_ledger_of_object (store, job->ticket->number, error);
  if (entries == NULL)
    return FALSE;
  job->log = dk_paper_log_new (job->form, entries);
  job->title = g_strdup_printf ("%s, %s", job->ticket->number, dk_form_title (job->form));
  job->object = g_strdup (job->ticket->number);
  if (dk_form_is_lead_only (job->form))
    job->sensitive = g_strdup_printf (
        _ ("%s is filled in, and its form is for leads: what stands on it leaves the kit."),
        job->ticket->number);
  return TRUE;
}

static gboolean
gather_specimen (DkStore *store, DkPaperJob *job, const DkPrintOrder *order, GError **error)
{
  job->form = dk_content_store_form_in (store, order->form_id, order->language, error);
  if (job->form == NULL)
    return FALSE;
  job->object = g_strdup (order->form_id);
  job->title = g_strdup_printf (_ ("%s, specimen without number"), dk_form_title (job->form));
  return TRUE;
}

static DkPaperPart *
add_part (DkPaperJob *job, DkForm *form)
{
  DkPaperPart *part = g_new0 (DkPaperPart, 1);

  part->form = dk_form_ref (form);
  part->numbers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (job->parts, part);
  return part;
}

static void
name_numbers (DkPaperJob *job)
{
  const DkPaperPart *part = job->parts->pdata[0];
  const char *title = dk_form_title (part->form);
  const char *first = part->numbers->pdata[0];
  const char *last = part->numbers->pdata[part->numbers->len - 1];

  job->object = g_strdup (dk_form_id (part->form));
  if (job->parts->len > 1)
    job->title = g_strdup_printf (_ ("%u numbered forms"), dk_paper_job_count_numbers (job));
  else
    job->title = part->numbers->len == 1
                     ? g_strdup_printf ("%s, %s", title, first)
                     : g_strdup_printf (_ ("%s, %s to %s"), title, first, last);
}

static gboolean
gather_issue (DkStore *store, DkPaperJob *job, const DkPrintOrder *order, GError **error)
{
  g_autoptr (DkForm) form
      = dk_content_store_form_in (store, order->form_id, order->language, error);
  g_autoptr (GPtrArray) numbers = NULL;
  DkPaperPart *part;

  if (form == NULL)
    return FALSE;
  numbers = dk_ticket_store_issue_paper (store, form, order->copies, order->unit, error);
  if (numbers == NULL)
    return FALSE;
  part = add_part (job, form);
  for (guint i = 0; i < numbers->len; i++)
    g_ptr_array_add (part->numbers, g_strdup (numbers->pdata[i]));
  name_numbers (job);
  return TRUE;
}

static DkPaperPart *
part_of (DkStore *store, DkPaperJob *job, const char *form_id, const char *language,
         GError **error)
{
  g_autoptr (DkForm) form = NULL;

  for (guint i = 0; i < job->parts->len; i++) {
    DkPaperPart *part = job->parts->pdata[i];
    if (g_str_equal (dk_form_id (part->form), form_id))
      return part;
  }
  form = dk_content_store_form_in (store, form_id, language, error);
  return form != NULL ? add_part (job, form) : NULL;
}

/* Another copy of the kit issued it, and this one does not know as what. */
static gboolean
has_form (const DkPaperFate *fate, GError **error)
{
  if (fate->form != NULL)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               _ ("%s cannot be printed again: an earlier copy of this kit may have issued it, and "
                  "this one does not know with which form. Nothing was printed. Issue a new number "
                  "of the form you need; if the old sheet turns up, its number can be keyed in."),
               fate->number);
  return FALSE;
}

/* A number that was issued stands on paper once; its sheet was not printed, or is spoiled. */
static gboolean
gather_again (DkStore *store, DkPaperJob *job, const DkPrintOrder *order, GError **error)
{
  for (guint i = 0; i < order->numbers->len; i++) {
    g_autoptr (DkPaperFate) fate = dk_paper_store_find (store, order->numbers->pdata[i], error);
    DkPaperPart *part;
    if (fate == NULL || !dk_paper_fate_check (fate, error) || !has_form (fate, error))
      return FALSE;
    part = part_of (store, job, fate->form, order->language, error);
    if (part == NULL)
      return FALSE;
    g_ptr_array_add (part->numbers, g_strdup (fate->number));
  }
  name_numbers (job);
  return TRUE;
}

static gboolean
add_contacts (DkStore *store, const DkPrintOrder *order, GPtrArray *contacts, GError **error)
{
  const DkContactWish wish = {
    .site = order->shown == DK_CONTACTS_SITE ? dk_store_identity (store)->site : NULL,
    .vendors_only = order->shown == DK_CONTACTS_VENDORS,
    .changed_since_ms = order->shown == DK_CONTACTS_CHANGED
                            ? dk_clock_wall_ms ()
                                  - DK_NUMBER_CHANGE_DAYS * (gint64) 24 * 3600 * 1000
                            : 0,
  };
  DkContactPlace place = { NULL };
  gboolean is_fine = TRUE;

  while (is_fine && !place.is_over && contacts->len <= DK_CONTACT_PAPER_MAX) {
    g_autoptr (GPtrArray) ids
        = dk_contact_list_page (store, &wish, &place, CONTACTS_A_STEP, error);
    is_fine = ids != NULL;
    for (guint i = 0; is_fine && i < ids->len; i++) {
      DkContact *contact = dk_content_store_contact (store, ids->pdata[i], error);
      is_fine = contact != NULL;
      if (is_fine)
        g_ptr_array_add (contacts, contact);
    }
  }
  dk_contact_place_clear (&place);
  return is_fine;
}

static gboolean
add_on_call (DkStore *store, GPtrArray *contacts, GError **error)
{
  g_autoptr (GPtrArray) turns = dk_oncall_at (store, NULL, 0, error);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; turns != NULL && i < turns->len; i++) {
    const DkOnCall *turn = turns->pdata[i];
    DkContact *contact;
    if (turn->contact == NULL || !g_hash_table_add (seen, turn->contact_id))
      continue;
    contact = dk_content_store_contact (store, turn->contact_id, error);
    if (contact == NULL)
      return FALSE;
    g_ptr_array_add (contacts, contact);
  }
  return turns != NULL;
}

static gboolean
gather_contacts (DkStore *store, DkPaperJob *job, const DkPrintOrder *order, GError **error)
{
  static const char *const titles[]
      = { N_ ("Phone list"), N_ ("Phone list of this site"), N_ ("Phone list, on call now"),
          N_ ("Phone list of vendors"), N_ ("Phone list, changed numbers") };
  g_autoptr (GPtrArray) contacts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);

  if (!dk_store_may (store, DK_STORE_PRINT_VAULT, error)
      || !(order->shown == DK_CONTACTS_ON_CALL
               ? add_on_call (store, contacts, error)
               : add_contacts (store, order, contacts, error)))
    return FALSE;
  job->document = dk_contact_paper (store, contacts, error);
  job->title = g_strdup (_ (titles[order->shown]));
  job->object = g_strdup ("contacts");
  job->sensitive = g_strdup_printf (
      g_dngettext (NULL, "A list of %u contact with all numbers leaves the kit.",
                   "A list of %u contacts with all numbers leaves the kit.", contacts->len),
      contacts->len);
  return job->document != NULL;
}

static gboolean
gather_devices (DkStore *store, DkPaperJob *job, GError **error)
{
  g_autoptr (GPtrArray) devices = NULL;

  if (!dk_store_may (store, DK_STORE_PRINT_VAULT, error))
    return FALSE;
  devices = dk_content_store_devices (store, DEVICES_MAX, error);
  if (devices == NULL)
    return FALSE;
  job->document = dk_device_paper (devices);
  job->title = g_strdup (_ ("Devices"));
  job->object = g_strdup ("devices");
  job->sensitive = g_strdup_printf (_ ("A list of %u devices with their owners leaves the kit."),
                                    devices->len);
  return TRUE;
}

static gboolean
gather (DkStore *store, DkPaperJob *job, const DkPrintOrder *order, GError **error)
{
  switch (order->what) {
  case DK_PRINT_SPECIMEN:
    return gather_specimen (store, job, order, error);
  case DK_PRINT_TICKET:
    return gather_ticket (store, job, order, error);
  case DK_PRINT_ISSUE:
    return gather_issue (store, job, order, error);
  case DK_PRINT_AGAIN:
    return gather_again (store, job, order, error);
  case DK_PRINT_CONTACTS:
    return gather_contacts (store, job, order, error);
  case DK_PRINT_DEVICES:
    return gather_devices (store, job, error);
  }
  g_assert_not_reached ();
}

/* What the forms offer in this kit, for the thread that lays them out. */
static void
gather_choices (DkStore *store, DkPaperJob *job)
{
  DkFormWorld world;

  dk_store_form_world (store, &world);
  job->choices = json_object ();
  if (job->form != NULL)
    dk_paper_add_choices (job->choices, job->form, &world);
  for (guint i = 0; i < job->parts->len; i++)
    dk_paper_add_choices (job->choices, ((DkPaperPart *) job->parts->pdata[i])->form, &world);
}

gpointer
dk_paper_work_gather (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkPrintOrder *order = data;
  DkStore *store = dk_kit_store (kit);
  DkPaperJob *job = new_job ();

  job->what = order->what;
  job->size = order->size;
  job->unit = g_strdup (order->unit);
  job->hours = order->hours;
  job->rate = order->rate;
  job->with_cover = order->with_cover;
  if (!gather_margins (store, job, error) || !gather (store, job, order, error))
    g_clear_pointer (&job, dk_paper_job_free);
  else
    gather_choices (store, job);
  return job;
}

DkPaperJob *
dk_paper_job_new_document (DkKit *kit, const char *title, const char *object,
                           DkDocument *document, GError **error)
{
  DkPaperJob *job = new_job ();

  job->title = g_strdup (title);
  job->object = g_strdup (object);
  job->document = document;
  job->size = read_size (dk_kit_store (kit));
  if (!gather_margins (dk_kit_store (kit), job, error))
    g_clear_pointer (&job, dk_paper_job_free);
  return job;
}

static void
lay_out_parts (DkPaperJob *job)
{
  g_autofree DkPackPart *parts = g_new0 (DkPackPart, job->parts->len);
  const DkPaperPart *first = job->parts->pdata[0];
  const char *language = dk_form_language (first->form);
  g_autofree char *issued = dk_paper_stamp (language, job->printed_ms, job->printed_by);
  DkPaperPack pack = { .unit = job->unit,
                       .station = job->station,
                       .issued = issued,
                       .language = language,
                       .hours = job->hours,
                       .rate = job->rate,
                       .parts = parts,
                       .n_parts = job->parts->len };

  for (guint i = 0; i < job->parts->len; i++) {
    const DkPaperPart *part = job->parts->pdata[i];
    parts[i] = (DkPackPart) { part->form, part->numbers };
  }
  if (job->with_cover)
    dk_paper_add_pack (job->paper, &pack);
  for (guint i = 0; !job->with_cover && i < job->parts->len; i++)
    dk_paper_add_part (job->paper, &parts[i]);
}

static void
lay_out_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  DkPaperJob *job = data;
  const DkPaperFacts facts = { .size = job->size,
                               .mode = job->mode,
                               .organisation = job->organisation,
                               .station = job->station,
                               .printed_by = job->printed_by,
                               .printed_ms = job->printed_ms,
                               .ledger_head = job->head,
                               .choices = job->choices };
  GError *error = NULL;

  job->paper = dk_paper_new (&facts);
  if (job->document != NULL)
    dk_paper_add_document (job->paper, job->title, "en", job->document);
  else if (job->parts->len > 0)
    lay_out_parts (job);
  else
    dk_paper_add_form_with_log (job->paper, job->form, job->ticket,
                                job->ticket != NULL ? job->ticket->number : NULL, job->log);
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
