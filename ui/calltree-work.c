/* SPDX-License-Identifier: MIT */
#include "ui/calltree-work.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/call-round.h"
#include "app/plan/correction.h"
#include "app/store/content-store.h"
#include "ui/card.h"
#include "ui/contact-mark.h"
#include "ui/contact-work.h"

#define ENDED_SHOWN 20u

static void
free_row (gpointer data)
{
  DkCallTreeRow *row = data;

  g_free (row->key);
  g_free (row->title);
  g_free (row->state);
  g_free (row);
}

static void
free_target (gpointer data)
{
  DkCallTarget *target = data;

  if (target == NULL)
    return;
  g_free (target->mark);
  g_free (target->contact);
  g_free (target->name);
  g_free (target->kind);
  g_free (target->number);
  g_free (target->field);
  g_free (target->say);
  g_free (target->words);
  g_free (target->state);
  g_free (target->last);
  g_free (target);
}

void
dk_call_view_free (gpointer data)
{
  DkCallView *view = data;

  if (view == NULL)
    return;
  g_free (view->key);
  g_free (view->title);
  g_free (view->facts);
  g_free (view->say);
  dk_document_free (view->sheet);
  g_free (view->uid);
  g_ptr_array_unref (view->calls);
  free_target (view->next);
  g_free (view);
}

void
dk_call_order_free (gpointer data)
{
  DkCallOrder *order = data;

  if (order == NULL)
    return;
  g_free (order->uid);
  g_free (order->contact);
  g_free (order->number);
  g_free (order->result);
  g_free (order->note);
  g_free (order);
}

static DkCallTreeRow *
add_row (GPtrArray *rows, const char *kind, const char *id, const char *title)
{
  DkCallTreeRow *row = g_new0 (DkCallTreeRow, 1);

  row->key = g_strdup_printf ("%s:%s", kind, id);
  row->title = g_strdup (title);
  g_ptr_array_add (rows, row);
  return row;
}

static void
add_rounds (GPtrArray *rows, const GPtrArray *rounds, gboolean open)
{
  gint64 now = dk_clock_wall_ms ();
  guint shown = 0;

  for (guint i = 0; i < rounds->len && (open || shown < ENDED_SHOWN); i++) {
    const DkCallRound *round = rounds->pdata[i];
    g_autofree char *time = dk_time_format_short (open ? round->started_ms : round->ended_ms, now);
    DkCallTreeRow *row;
    if ((round->ended_ms == 0) != open)
      continue;
    row = add_row (rows, "round", round->uid, round->title);
    row->is_open = open;
    row->state = open ? g_strdup_printf (_ ("UNDER WAY, %u open, since %s"), round->open, time)
                      : g_strdup_printf (_ ("ended %s"), time);
    shown++;
  }
}

gpointer
dk_calltree_work_list (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_row);
  g_autoptr (GPtrArray) rounds = dk_call_round_list (store, FALSE, error);
  g_autoptr (GPtrArray) trees
      = rounds != NULL ? dk_content_store_call_trees (store, error) : NULL;

  if (trees == NULL)
    return NULL;
  add_rounds (rows, rounds, TRUE);
  for (guint i = 0; i < trees->len; i++) {
    const DkCallTree *tree = trees->pdata[i];
    DkCallTreeRow *row = add_row (rows, "tree", tree->id, tree->title);
    row->state = g_strdup_printf (g_dngettext (NULL, "%u call", "%u calls", tree->calls->len),
                                  tree->calls->len);
  }
  add_rounds (rows, rounds, FALSE);
  return g_steal_pointer (&rows);
}

static void
add_call_to_sheet (DkStore *store, DkDocument *sheet, const DkCall *call, guint place)
{
  DkBlock *block = dk_document_add_block (sheet, DK_BLOCK_ITEM, 1);
  g_autoptr (DkContact) contact = dk_correction_contact (store, call->contact, NULL);
  g_autofree char *link = g_strdup_printf ("contact:%s", call->contact);
  g_autofree char *numbers
      = contact != NULL ? dk_card_numbers_line (contact, 2) : g_strdup (_ ("only for leads"));
  g_autofree char *mark = dk_contact_mark (store, contact, NULL);
  g_autofree char *tail = g_strdup_printf ("   %s%s%s", numbers, mark != NULL ? "   " : "",
                                           mark != NULL ? mark : "");

  block->marker = g_strdup_printf ("%u.", place);
  dk_block_add_span (block, contact != NULL ? contact->name : call->contact, DK_SPAN_STRONG,
                     contact != NULL ? link : NULL, 0);
  dk_block_add_span (block, tail, DK_SPAN_PLAIN, NULL, 0);
  if (call->by != NULL) {
    g_autofree char *name = dk_contact_name (store, call->by);
    g_autofree char *by = g_strdup_printf (_ ("   (called by %s)"), name);
    dk_block_add_span (block, by, DK_SPAN_PLAIN, NULL, 0);
  }
  if (call->instead != NULL) {
    g_autofree char *name = dk_contact_name (store, call->instead);
    g_autofree char *instead = g_strdup_printf (_ ("   if not reached: %s"), name);
    dk_block_add_span (block, instead, DK_SPAN_EMPHASIS, NULL, 0);
  }
}

static const DkCallTree *
find_tree (const GPtrArray *trees, const char *id)
{
  for (guint i = 0; i < trees->len; i++)
    if (g_str_equal (((const DkCallTree *) trees->pdata[i])->id, id))
      return trees->pdata[i];
  return NULL;
}

static DkCallView *
new_view (const char *key, const char *title)
{
  DkCallView *view = g_new0 (DkCallView, 1);

  view->key = g_strdup (key);
  view->title = g_strdup (title);
  view->calls = g_ptr_array_new_with_free_func (free_target);
  return view;
}

static DkCallView *
view_tree (DkStore *store, const char *key, const char *id, GError **error)
{
  g_autoptr (GPtrArray) trees = dk_content_store_call_trees (store, error);
  const DkCallTree *tree = trees != NULL ? find_tree (trees, id) : NULL;
  g_autofree char *owner = NULL;
  DkCallView *view;

  if (trees == NULL)
    return NULL;
  if (tree == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 _ ("That call tree is not in the content any more. Rounds that were begun with it "
                    "can still be finished; pick another tree for a new one."));
    return NULL;
  }
  view = new_view (key, tree->title);
  owner = tree->owner != NULL ? dk_contact_name (store, tree->owner) : g_strdup (_ ("nobody"));
  view->facts = g_strdup_printf (_ ("owner: %s"), owner);
  view->say = g_strdup (tree->say);
  view->sheet = dk_document_new ();
  for (guint i = 0; i < tree->calls->len; i++)
    add_call_to_sheet (store, view->sheet, tree->calls->pdata[i], i + 1);
  return view;
}

static const char *
result_words (const char *result)
{
  static const struct {
    const char *result;
    const char *words;
  } results[] = {
    { DK_CALL_REACHED, N_ ("REACHED") },          { DK_CALL_MESSAGE_LEFT, N_ ("left a message") },
    { DK_CALL_NO_ANSWER, N_ ("no answer") },      { DK_CALL_BUSY, N_ ("busy") },
    { DK_CALL_WRONG_NUMBER, N_ ("wrong number") }, { DK_CALL_DECLINED, N_ ("cannot help") },
    { DK_CALL_SKIPPED, N_ ("skipped") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    if (g_strcmp0 (result, results[i].result) == 0)
      return _ (results[i].words);
  return result;
}

/* Attempts with this person or the one to try instead. */
static gboolean
is_about (const DkCallAttempt *attempt, const DkCall *call)
{
  return g_strcmp0 (attempt->contact, call->contact) == 0
         || (call->instead != NULL && g_strcmp0 (attempt->contact, call->instead) == 0);
}

static char *
last_words (const DkCallRound *round, const DkCall *call, guint *n)
{
  const DkCallAttempt *last = NULL;
  g_autofree char *time = NULL;

  *n = 0;
  for (guint i = 0; i < round->attempts->len; i++) {
    const DkCallAttempt *attempt = round->attempts->pdata[i];
    if (!is_about (attempt, call))
      continue;
    last = attempt;
    (*n)++;
  }
  if (last == NULL)
    return NULL;
  time = dk_time_format_short (last->at_ms, dk_clock_wall_ms ());
  return g_strdup_printf ("%s %s %s%s%s", result_words (last->result), time, last->person,
                          last->note != NULL ? ": " : "", last->note != NULL ? last->note : "");
}

static gboolean
was_tried (const DkCallRound *round, const char *contact, const char *number)
{
  for (guint i = 0; i < round->attempts->len; i++) {
    const DkCallAttempt *attempt = round->attempts->pdata[i];
    if (g_strcmp0 (attempt->contact, contact) == 0 && g_strcmp0 (attempt->number, number) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
set_number (DkCallTarget *target, const char *kind, const char *number)
{
  target->kind = g_strdup (dk_number_kind_words (kind));
  target->number = g_strdup (number);
  target->field = g_strdup_printf ("number:%s", kind);
}

/* The first number that was not tried, else the first. */
static void
choose_number (const DkCallRound *round, const DkContact *contact, DkCallTarget *target)
{
  const DkContactNumber *chosen = NULL;

  for (guint i = 0; contact != NULL && i < contact->numbers->len; i++) {
    const DkContactNumber *number = contact->numbers->pdata[i];
    if (!was_tried (round, contact->id, number->value)) {
      set_number (target, number->kind, number->value);
      return;
    }
    chosen = chosen != NULL ? chosen : number;
  }
  if (chosen != NULL)
    set_number (target, chosen->kind, chosen->value);
}

static const char *
state_words (DkCallState state)
{
  static const char *const words[]
      = { N_ ("open"), N_ ("not reached yet"), N_ ("left to a colleague"), N_ ("settled") };

  return _ (words[MIN ((guint) state, G_N_ELEMENTS (words) - 1)]);
}

static DkCallTarget *
new_target (DkStore *store, const DkCallRound *round, guint place)
{
  const DkCall *call = round->tree->calls->pdata[place];
  g_autoptr (DkContact) contact = dk_correction_contact (store, call->contact, NULL);
  DkCallState state = dk_call_round_state (round, place);
  DkCallTarget *target = g_new0 (DkCallTarget, 1);
  guint tried = 0;

  target->contact = g_strdup (call->contact);
  target->name = g_strdup (contact != NULL ? contact->name : call->contact);
  choose_number (round, contact, target);
  target->mark = dk_contact_mark (store, contact, target->number);
  target->say = g_strdup (call->say != NULL ? call->say : round->tree->say);
  target->last = last_words (round, call, &tried);
  target->is_open = state != DK_CALL_SETTLED;
  target->state = tried > 1 ? g_strdup_printf (_ ("%s, tried %u times"), state_words (state), tried)
                            : g_strdup (state_words (state));
  return target;
}

static char *
next_words (DkStore *store, const DkCallNext *next)
{
  g_autoptr (GString) words = g_string_new (NULL);
  gint64 now = dk_clock_wall_ms ();

  if (next->due_ms > now) {
    g_autofree char *time = dk_time_format_short (next->due_ms, now);
    g_string_append_printf (words, _ ("WAIT: not again before %s. "), time);
  }
  if (next->instead_of != NULL) {
    g_autofree char *name = dk_contact_name (store, next->instead_of);
    g_string_append_printf (words, _ ("In the place of %s, who was not reached. "), name);
  }
  if (next->attempts > 0)
    g_string_append_printf (words,
                            g_dngettext (NULL, "Tried %u time so far.", "Tried %u times so far.",
                                         next->attempts),
                            next->attempts);
  return words->len > 0 ? g_string_free (g_steal_pointer (&words), FALSE) : NULL;
}

static gboolean
add_next (DkStore *store, const DkCallRound *round, DkCallView *view, GError **error)
{
  g_autoptr (DkCallNext) next = NULL;

  if (view->is_over)
    return TRUE;
  if (!dk_call_round_next (store, round, dk_clock_wall_ms (), &next, error))
    return FALSE;
  if (next == NULL)
    return TRUE;
  view->next = g_new0 (DkCallTarget, 1);
  view->next->contact = g_strdup (next->contact_id);
  view->next->name = g_strdup (next->contact != NULL ? next->contact->name : next->contact_id);
  if (next->number != NULL)
    set_number (view->next, next->kind, next->number);
  view->next->mark = dk_contact_mark (store, next->contact, next->number);
  view->next->say = g_strdup (next->say);
  view->next->words = next_words (store, next);
  view->next->is_open = TRUE;
  return TRUE;
}

static DkCallView *
view_round (DkStore *store, const char *key, const char *uid, GError **error)
{
  g_autoptr (DkCallRound) round = dk_call_round_load (store, uid, error);
  g_autofree char *started = NULL;
  DkCallView *view;

  if (round == NULL)
    return NULL;
  view = new_view (key, round->title);
  started = dk_time_format_short (round->started_ms, dk_clock_wall_ms ());
  view->uid = g_strdup (round->uid);
  view->is_over = round->ended_ms != 0;
  view->open = round->open;
  view->say = g_strdup (round->tree->say);
  view->facts = g_strdup_printf (_ ("%sstarted %s by %s · %u reached, %u open"),
                                 view->is_over ? _ ("ENDED · ") : "", started, round->started_by,
                                 round->reached, round->open);
  for (guint i = 0; i < round->tree->calls->len; i++)
    g_ptr_array_add (view->calls, new_target (store, round, i));
  if (!add_next (store, round, view, error))
    g_clear_pointer (&view, dk_call_view_free);
  return view;
}

gpointer
dk_calltree_work_view (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const char *key = data;

  return g_str_has_prefix (key, "round:")
             ? view_round (store, key, key + strlen ("round:"), error)
             : view_tree (store, key, key + strlen ("tree:"), error);
}

gpointer
dk_calltree_work_start (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  g_autoptr (DkCallRound) round = dk_call_round_start (dk_kit_store (kit), data, error);

  return round != NULL ? g_strdup_printf ("round:%s", round->uid) : NULL;
}

gpointer
dk_calltree_work_try (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkCallOrder *order = data;

  return dk_call_round_try (dk_kit_store (kit), order->uid, order->contact, order->number,
                            order->result, order->note, error)
             ? DK_KIT_DONE
             : NULL;
}

gpointer
dk_calltree_work_end (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkCallOrder *order = data;

  return dk_call_round_end (dk_kit_store (kit), order->uid, order->note, error) ? DK_KIT_DONE
                                                                               : NULL;
}
