/* SPDX-License-Identifier: MIT */
#include "ui/ticket-work.h"

#include <glib/gi18n.h>

#include "app/plan/correction.h"
#include "app/store/ledger.h"

static void
clear_begun (gpointer data)
{
  g_free (((DkTicketBegun *) data)->number);
}

DkTicketBegun *
dk_ticket_begun_new (void)
{
  return g_atomic_rc_box_new0 (DkTicketBegun);
}

DkTicketBegun *
dk_ticket_begun_ref (DkTicketBegun *begun)
{
  return g_atomic_rc_box_acquire (begun);
}

void
dk_ticket_begun_unref (DkTicketBegun *begun)
{
  if (begun != NULL)
    g_atomic_rc_box_release_full (begun, clear_begun);
}

DkTicketJob *
dk_ticket_job_new (DkForm *form, const char *number, json_t *answers, const char *text)
{
  DkTicketJob *order = g_new0 (DkTicketJob, 1);

  order->form = form != NULL ? dk_form_ref (form) : NULL;
  order->number = g_strdup (number);
  order->answers = answers;
  order->text = g_strdup (text);
  return order;
}

void
dk_ticket_job_free (gpointer data)
{
  DkTicketJob *order = data;

  dk_form_unref (order->form);
  dk_ticket_begun_unref (order->begun);
  g_free (order->number);
  json_decref (order->answers);
  g_free (order->text);
  g_free (order->written_by);
  g_free (order);
}

void
dk_ticket_view_free (DkTicketView *view)
{
  if (view == NULL)
    return;
  g_free (view->number);
  g_free (view->draft_of);
  dk_form_unref (view->form);
  dk_ticket_free (view->ticket);
  json_decref (view->answers);
  g_clear_pointer (&view->entries, g_ptr_array_unref);
  g_clear_pointer (&view->lead_notes, g_ptr_array_unref);
  g_clear_pointer (&view->kept, g_ptr_array_unref);
  dk_policy_free (view->policy);
  dk_paper_fate_free (view->paper);
  g_clear_pointer (&view->patterns, g_ptr_array_unref);
  g_free (view->operator_name);
  g_free (view);
}

/* What comes with every view, and outlives the job that made it. */
static void
take_world (DkStore *store, DkTicketView *view)
{
  const GPtrArray *patterns = dk_store_policy (store)->capture_patterns;

  view->operator_name = g_strdup (dk_store_user (store));
  view->patterns = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_capture_pattern_free);
  for (guint i = 0; patterns != NULL && i < patterns->len; i++) {
    const DkCapturePattern *pattern = patterns->pdata[i];
    g_ptr_array_add (view->patterns, dk_capture_pattern_new (pattern->name, pattern->pattern,
                                                             pattern->message));
  }
}

/* The paper form of this number, if it is one that may be keyed in. */
static gboolean
load_paper (DkStore *store, DkTicketView *view, GError **error)
{
  g_autoptr (DkPaperFate) fate = dk_paper_store_find (store, view->number, error);

  if (fate == NULL)
    return FALSE;
  if (g_strcmp0 (fate->state, "screen") == 0)
    return TRUE;
  if (!dk_paper_fate_check (fate, error))
    return FALSE;
  view->paper = g_steal_pointer (&fate);
  return TRUE;
}

/* Neither a ticket nor a draft: a paper form that nobody began to key in. */
static gboolean
load_blank_paper (DkStore *store, DkTicketView *view, GError **error)
{
  if (view->paper == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 _ ("There is no draft %s: it was saved or voided meanwhile. Nothing was changed."),
                 view->number);
    return FALSE;
  }
  view->form = dk_content_store_form (
      store, view->paper->form != NULL ? view->paper->form : DK_FORM_TICKET, error);
  return view->form != NULL;
}

static gboolean
load_draft (DkStore *store, DkTicketView *view, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (DkDraft) draft = NULL;

  if (!load_paper (store, view, error))
    return FALSE;
  draft = dk_ticket_store_load_draft (store, view->number, &fault);
  if (draft == NULL && g_error_matches (fault, DK_ERROR, DK_ERROR_NOT_FOUND))
    return load_blank_paper (store, view, error);
  if (draft == NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  view->answers = json_incref (draft->answers);
  if (!draft->is_mine)
    view->draft_of = g_steal_pointer (&draft->user);
  view->form = dk_content_store_form (store, draft->form, error);
  return view->form != NULL;
}

static gboolean
load_saved (DkStore *store, DkTicketView *view, const char *form, GError **error)
{
  view->form = dk_content_store_form (store, form, error);
  if (view->form == NULL)
    return FALSE;
  view->answers = json_object ();
  for (guint i = 0; i < dk_form_field_count (view->form); i++) {
    const char *name = dk_form_field (view->form, i)->name;
    json_t *value = name != NULL ? dk_ticket_get_field (view->ticket, name) : NULL;
    if (value != NULL)
      json_object_set_new (view->answers, name, value);
  }
  return TRUE;
}

static DkPolicy *
copy_rules (const DkPolicy *policy)
{
  DkPolicy *copy = dk_policy_new ();

  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 3; k++)
      copy->matrix[i][k] = policy->matrix[i][k];
  for (int i = 0; i < 5; i++) {
    g_free (copy->names[i]);
    copy->names[i] = g_strdup (policy->names[i]);
  }
  copy->safety_floor = policy->safety_floor;
  return copy;
}

static DkTicketView *
load_view (DkStore *store, const char *number, const char *form, GError **error)
{
  g_autoptr (DkTicketView) view = g_new0 (DkTicketView, 1);
  g_autoptr (GError) fault = NULL;

  view->number = g_strdup (number);
  view->policy = copy_rules (dk_store_policy (store));
  take_world (store, view);
  view->entries = dk_ledger_of_object (store, view->number, error);
  if (view->entries == NULL)
    return NULL;
  view->lead_notes = dk_lead_store_list (store, number, error);
  if (view->lead_notes == NULL
      || (view->kept = dk_ticket_store_kept_words (store, number, error)) == NULL)
    return NULL;
  view->may_read_lead = dk_lead_store_may_read (store);
  view->ticket = dk_ticket_store_load (store, view->number, &fault);
  if (view->ticket == NULL && !g_error_matches (fault, DK_ERROR, DK_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return NULL;
  }
  if (view->ticket == NULL ? !load_draft (store, view, error)
                           : !load_saved (store, view,
                                          form != NULL ? form : view->ticket->form, error))
    return NULL;
  return g_steal_pointer (&view);
}

gpointer
dk_ticket_work_load (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return load_view (dk_kit_store (kit), data, NULL, error);
}

gpointer
dk_ticket_work_load_promoted (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return load_view (dk_kit_store (kit), data, DK_FORM_TICKET, error);
}

gpointer
dk_ticket_work_load_new (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  g_autoptr (DkTicketView) view = g_new0 (DkTicketView, 1);
  DkStore *store = dk_kit_store (kit);

  view->form = dk_ticket_work_form (kit, data, c, error);
  if (view->form == NULL)
    return NULL;
  view->policy = copy_rules (dk_store_policy (store));
  take_world (store, view);
  return g_steal_pointer (&view);
}

gpointer
dk_ticket_work_form (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const char *id = data;

  return dk_content_store_form (dk_kit_store (kit), *id != '\0' ? id : DK_FORM_TICKET, error);
}

static void
free_form_title (gpointer data)
{
  DkFormTitle *title = data;

  g_free (title->id);
  g_free (title->title);
  g_free (title);
}

gpointer
dk_ticket_work_forms (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GPtrArray) ids = dk_content_store_form_ids (store, error);
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (free_form_title);

  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    g_autoptr (DkForm) form = dk_content_store_form (store, ids->pdata[i], error);
    DkFormTitle *title;
    if (form == NULL)
      return NULL;
    title = g_new0 (DkFormTitle, 1);
    title->id = g_strdup (ids->pdata[i]);
    title->title = g_strdup (dk_form_title (form));
    g_ptr_array_add (titles, title);
  }
  return ids != NULL ? g_steal_pointer (&titles) : NULL;
}

gpointer
dk_ticket_work_take_over (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  char *number = NULL;

  return dk_ticket_store_take_over (dk_kit_store (kit), data, &number, error) ? number : NULL;
}

/* The number stays with the draft though its words were refused: they are kept under it later. */
gpointer
dk_ticket_work_keep (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkTicketJob *order = data;
  DkStore *store = dk_kit_store (kit);
  const char *number = order->number;

  if (number == NULL && order->begun->number == NULL)
    order->begun->number = dk_ticket_store_begin (store, order->form, error);
  if (number == NULL)
    number = order->begun->number;
  return number != NULL
                 && dk_ticket_store_keep_draft (store, number, order->form, order->answers, error)
             ? DK_KIT_DONE
             : NULL;
}

void
dk_ticket_done_free (gpointer data)
{
  DkTicketDone *done = data;

  if (done == NULL)
    return;
  g_free (done->number);
  g_free (done->more);
  g_free (done);
}

/* Both arrays of strings may be NULL. */
static DkTicketDone *
new_done (const char *number, const GPtrArray *follow_ups, const GPtrArray *warnings)
{
  DkTicketDone *done = g_new0 (DkTicketDone, 1);
  g_autoptr (GString) more = g_string_new (NULL);

  done->number = g_strdup (number);
  for (guint i = 0; follow_ups != NULL && i < follow_ups->len; i++)
    g_string_append_printf (more, i == 0 ? _ (" It asked for another ticket: %s") : ", %s",
                            (char *) follow_ups->pdata[i]);
  if (more->len > 0)
    g_string_append_c (more, '.');
  for (guint i = 0; warnings != NULL && i < warnings->len; i++)
    g_string_append_printf (more, "\n%s", (char *) warnings->pdata[i]);
  if (more->len > 0)
    done->more = g_strdup (more->str);
  return done;
}

gpointer
dk_ticket_work_save (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkTicketJob *job = data;
  g_auto (DkTicketSaved) saved = { 0 };
  const DkTicketCapture order = { .number = job->number,
                                .answers = job->answers,
                                .final = job->final,
                                .written_by = job->written_by,
                                .written_ms = job->written_ms };

  if (!dk_ticket_store_save_order (dk_kit_store (kit), job->form, &order, &saved, error))
    return NULL;
  return new_done (saved.number, saved.follow_ups, saved.warnings);
}

static gboolean
change (DkStore *store, const DkTicketJob *order, GError **error)
{
  if (json_object_size (order->answers) > 0
      && !dk_ticket_store_set (store, order->form, order->number, order->answers, error))
    return FALSE;
  return !order->final || dk_ticket_store_final (store, order->form, order->number, error);
}

gpointer
dk_ticket_work_change (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkTicketJob *order = data;
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GPtrArray) follow_ups = NULL;

  if (!change (store, order, error))
    return NULL;
  if (order->final) {
    follow_ups = dk_ticket_store_follow_ups (store, order->number, error);
    if (follow_ups == NULL)
      return NULL;
  }
  return new_done (order->number, follow_ups, NULL);
}

gpointer
dk_ticket_work_amend (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkTicketJob *order = data;

  if (!dk_ticket_store_amend (dk_kit_store (kit), order->form, order->number, order->answers,
                              order->text, error))
    return NULL;
  return g_strdup (order->number);
}

gpointer
dk_ticket_work_resolve (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkTicketJob *order = data;
  g_autoptr (json_t) answers = json_object ();

  dk_json_set_text (answers, "resolution", order->text);
  if (!dk_ticket_store_resolve (dk_kit_store (kit), order->form, order->number, answers, 0, error))
    return NULL;
  return g_strdup (order->number);
}

gpointer
dk_ticket_work_void (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkTicketJob *order = data;

  if (!dk_ticket_store_void (dk_kit_store (kit), order->number, order->text, error))
    return NULL;
  return g_strdup (order->number);
}

gpointer
dk_ticket_work_note (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkTicketJob *order = data;

  if (order->lead_only
          ? !dk_lead_store_note (dk_kit_store (kit), order->number, order->text, 0, error)
          : !dk_ticket_store_note (dk_kit_store (kit), order->number, order->text, 0, error))
    return NULL;
  return g_strdup (order->number);
}

gpointer
dk_ticket_work_show_lead (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return dk_lead_store_show (dk_kit_store (kit), data, error);
}

static char *
fields_text (const DkForm *form, json_t *fields)
{
  GString *text = g_string_new (NULL);
  const char *name;
  json_t *value;

  json_object_foreach (fields, name, value) {
    const DkField *field = form != NULL ? dk_form_find (form, name) : NULL;
    g_autofree char *shown = NULL;
    if (field != NULL)
      shown = field->type == DK_FIELD_REPEAT_BEGIN ? dk_form_show_rows (form, field, value)
                                                   : dk_form_show (field, value);
    g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "; " : "",
                            field != NULL ? field->label : name,
                            shown != NULL && *shown != '\0' ? shown : _ ("(emptied)"));
  }
  return g_string_free (text, FALSE);
}

/* Number of the ticket, new string; NULL on failure. */
static gpointer
note_begun (DkKit *kit, const DkTicketJob *job, const char *title, GError **error)
{
  g_autofree char *changes = fields_text (job->form, job->answers);
  g_autofree char *text = g_strdup_printf ("%s: %s", title, changes);

  if (json_object_size (job->answers) > 0
      && !dk_ticket_store_note (dk_kit_store (kit), job->number, text, 0, error))
    return NULL;
  return g_strdup (job->number);
}

gpointer
dk_ticket_work_note_changes (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return note_begun (kit, data, _ ("Amendment begun and not stored"), error);
}

gpointer
dk_ticket_work_seal_changes (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  g_autoptr (GError) fault = NULL;
  const DkTicketJob *order = data;

  if (change (dk_kit_store (kit), order, &fault))
    return g_strdup (order->number);
  if (g_error_matches (fault, DK_ERROR, DK_ERROR_INVALID))
    return note_begun (kit, data, _ ("Change begun and not stored"), error);
  g_propagate_error (error, g_steal_pointer (&fault));
  return NULL;
}

gpointer
dk_ticket_work_promote (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkTicketJob *order = data;

  if (!dk_ticket_store_promote (dk_kit_store (kit), order->form, order->number, order->answers,
                                error))
    return NULL;
  return g_strdup (order->number);
}

gpointer
dk_ticket_work_contact (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return dk_correction_contact (dk_kit_store (kit), data, error);
}

gpointer
dk_ticket_work_service (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return dk_content_store_service (dk_kit_store (kit), data, error);
}

gpointer
dk_ticket_work_row (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkTicketJob *order = data;
  g_autofree char *document = g_strdup_printf ("list %ss", order->number);
  g_autoptr (GError) fault = NULL;
  g_autoptr (json_t) rows = dk_content_store_document (dk_kit_store (kit), document, &fault);

  if (fault != NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return NULL;
  }
  for (gsize i = 0; i < json_array_size (rows); i++)
    if (g_strcmp0 (dk_json_get_text (json_array_get (rows, i), "id"), order->text) == 0)
      return json_incref (json_array_get (rows, i));
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND, "%s is not in the content any more.",
               order->text);
  return NULL;
}

/* What the person did, by kind of entry. */
static char *
describe_entry (const DkForm *form, const DkEntry *entry)
{
  static const struct {
    const char *kind;
    const char *words;
    const char *member;
  } kinds[] = {
    { DK_ENTRY_NUMBER_ISSUED, N_ ("number issued"), NULL },
    { DK_ENTRY_DRAFT_TAKEN_OVER, N_ ("draft taken over from"), "from" },
    { DK_ENTRY_TICKET_NEW, N_ ("saved"), NULL },
    { DK_ENTRY_TICKET_SET, N_ ("changed"), "fields" },
    { DK_ENTRY_TICKET_PROMOTE, N_ ("made a full ticket"), NULL },
    { DK_ENTRY_TICKET_NOTE, "", "text" },
    { DK_ENTRY_TICKET_LEAD_NOTE, N_ ("a note for leads"), NULL },
    { DK_ENTRY_TICKET_RESOLVE, N_ ("resolved"), "fields" },
    { DK_ENTRY_TICKET_FINAL, N_ ("finalised"), NULL },
    { DK_ENTRY_TICKET_AMEND, N_ ("amended"), "reason" },
    { DK_ENTRY_TICKET_VOID, N_ ("voided"), "reason" },
    { DK_ENTRY_HANDOVER, N_ ("hand-over"), "state" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    json_t *member
        = kinds[i].member != NULL ? json_object_get (entry->body, kinds[i].member) : NULL;
    g_autofree char *text = NULL;
    const char *words = *kinds[i].words != '\0' ? _ (kinds[i].words) : "";
    if (g_strcmp0 (entry->kind, kinds[i].kind) != 0)
      continue;
    if (member == NULL)
      return g_strdup (words);
    text = json_is_object (member) ? fields_text (form, member)
                                   : g_strdup (json_string_value (member));
    return g_strdup_printf ("%s%s%s", words, *words != '\0' ? ": " : "", text != NULL ? text : "");
  }
  return g_strdup (entry->kind);
}

char *
dk_ticket_entry_text (const DkForm *form, const DkEntry *entry, gint64 now_ms)
{
  g_autofree char *time = dk_time_format_short (entry->happened_ms, now_ms);
  g_autofree char *words = describe_entry (form, entry);

  return g_strdup_printf ("%s  %s  %s", time, entry->user, words);
}

char *
dk_ticket_standing (const DkTicket *ticket)
{
  static const char *const states[] = { N_ ("draft"), N_ ("open"), N_ ("resolved"), N_ ("closed"),
                                        N_ ("void") };
  static const char *const handovers[]
      = { N_ ("waits for hand-over"), N_ ("in a bundle"), N_ ("received by the desk"),
          N_ ("in the queue"),        N_ ("being sent"),  N_ ("sent, answer not known"),
          N_ ("refused"),             N_ ("delivered"),   N_ ("verified in the ITSM") };
  const char *state = _ (states[CLAMP ((int) ticket->state, 0, 4)]);

  if (ticket->state == DK_TICKET_VOID || !ticket->finalized)
    return g_strdup (state);
  if (ticket->itsm_id != NULL)
    return g_strdup_printf ("%s, %s %s", state, _ (handovers[CLAMP ((int) ticket->handover, 0, 8)]),
                            ticket->itsm_id);
  return g_strdup_printf (_ ("%s, finalised, %s"), state,
                          _ (handovers[CLAMP ((int) ticket->handover, 0, 8)]));
}

const char *
dk_ticket_standing_word (const DkTicket *ticket)
{
  static const char *const handovers[]
      = { NULL,           NULL,           NULL,          NULL,           N_ ("being sent"),
          N_ ("unknown"), N_ ("refused"), N_ ("delivered"), N_ ("handed over") };
  static const char *const states[] = { N_ ("draft"), N_ ("open"), N_ ("resolved"), N_ ("closed"),
                                        N_ ("void") };
  const char *word = handovers[CLAMP ((int) ticket->handover, 0, 8)];

  if (ticket->state == DK_TICKET_VOID || !ticket->finalized)
    return _ (states[CLAMP ((int) ticket->state, 0, 4)]);
  return word != NULL ? _ (word) : _ ("final, waits");
}

char *
dk_ticket_priority_text (int priority)
{
  static const char *const names[]
      = { "", N_ ("Critical"), N_ ("High"), N_ ("Moderate"), N_ ("Low"), N_ ("Planning") };

  if (priority < 1 || priority > 5)
    return g_strdup ("");
  return g_strdup_printf ("%d %s", priority, _ (names[priority]));
}

/* Why there is no priority yet, and what it is at least. */
static char *
open_priority_words (const DkPolicy *policy, const DkForm *form, gboolean safety)
{
  const DkField *impact = dk_form_find (form, "impact");
  const DkField *urgency = dk_form_find (form, "urgency");

  if (impact == NULL || urgency == NULL)
    return g_strdup (safety ? _ ("PATIENT SAFETY") : "");
  if (safety)
    return g_strdup_printf (
        _ ("PATIENT SAFETY. Priority %d %s at least (open: %s, %s)"),
        policy->safety_floor, policy->names[policy->safety_floor - 1], impact->label,
        urgency->label);
  return g_strdup_printf (_ ("Priority not known yet (%s, %s)"), impact->label,
                          urgency->label);
}

char *
dk_ticket_priority_words (const DkPolicy *policy, const DkForm *form, const json_t *answers)
{
  int impact = (int) dk_json_get_int (answers, "impact", 0);
  int urgency = (int) dk_json_get_int (answers, "urgency", 0);
  gboolean safety = dk_json_get_bool (answers, "safety", FALSE);
  gboolean is_asked = json_object_get (answers, "safety") != NULL;
  g_autofree char *priority = NULL;

  if (policy == NULL || form == NULL)
    return g_strdup ("");
  if (impact >= 1 && impact <= 3 && urgency >= 1 && urgency <= 3) {
    int level = dk_policy_priority (policy, impact, urgency, safety, NULL);
    g_autofree char *why = dk_policy_explain (policy, impact, urgency, safety);
    priority = g_strdup_printf (_ ("%sPriority %d %s: %s"), safety ? _ ("PATIENT SAFETY. ") : "",
                                level, policy->names[level - 1], why);
  } else {
    priority = open_priority_words (policy, form, safety);
  }
  if (is_asked || dk_form_find (form, "safety") == NULL)
    return g_steal_pointer (&priority);
  return g_strdup_printf ("%s %s", _ ("Patient safety was not asked."), priority);
}
