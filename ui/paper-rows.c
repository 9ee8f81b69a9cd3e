/* SPDX-License-Identifier: MIT */
#include "ui/paper-rows.h"

#include <glib/gi18n.h>

#include "app/store/ticket-store.h"

void
dk_paper_view_free (gpointer data)
{
  DkPaperView *view = data;

  if (view == NULL)
    return;
  dk_paper_account_free (view->account);
  g_clear_pointer (&view->rows, g_ptr_array_unref);
  g_free (view);
}

gpointer
dk_paper_rows_load (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkPaperView *view = g_new0 (DkPaperView, 1);

  view->account = dk_paper_store_account (dk_kit_store (kit), NULL, error);
  view->rows = view->account != NULL ? dk_paper_store_list (dk_kit_store (kit), NULL, error) : NULL;
  if (view->rows == NULL)
    g_clear_pointer (&view, dk_paper_view_free);
  return view;
}

gpointer
dk_paper_rows_fate (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return dk_paper_store_find (dk_kit_store (kit), data, error);
}

static gboolean
do_step (DkStore *store, const DkPaperStepOrder *order, GError **error)
{
  const char *const *numbers = (const char *const *) order->numbers;

  switch (order->step) {
  case DK_PAPER_MISS:
    return dk_paper_store_missing (store, numbers, order->reason, error);
  case DK_PAPER_LOSE:
    return dk_paper_store_lost (store, numbers, order->reason, error);
  case DK_PAPER_FIND:
    return dk_paper_store_found (store, numbers, order->reason, error);
  case DK_PAPER_VOID:
    return dk_ticket_store_void (store, numbers[0], order->reason, error);
  }
  g_assert_not_reached ();
}

gpointer
dk_paper_rows_step (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  static const char *const done[] = {
    N_ ("%s is marked as missing. It can still be keyed in when it turns up."),
    N_ ("%s is given up as lost; the reason stands in the ledger."),
    N_ ("%s is found: it counts as still out until it is keyed in."),
    N_ ("%s is void; the number stays on the account."),
  };
  const DkPaperStepOrder *order = data;
  g_auto (GStrv) parts = NULL;

  if (!do_step (dk_kit_store (kit), order, error))
    return NULL;
  parts = g_strsplit (_ (done[order->step]), "%s", 2);
  return g_strconcat (parts[0], order->numbers[0], parts[1], NULL);
}

DkPaperStepOrder *
dk_paper_step_order_new (DkPaperStep step, const char *number, const char *reason)
{
  DkPaperStepOrder *order = g_new0 (DkPaperStepOrder, 1);

  order->step = step;
  order->numbers = g_new0 (char *, 2);
  order->numbers[0] = g_strdup (number);
  order->reason = g_strdup (reason);
  return order;
}

void
dk_paper_step_order_free (gpointer data)
{
  DkPaperStepOrder *order = data;

  if (order == NULL)
    return;
  g_strfreev (order->numbers);
  g_free (order->reason);
  g_free (order);
}

const char *
dk_paper_state_words (const char *state)
{
  static const struct {
    const char *state;
    const char *words;
  } states[] = { { "issued", N_ ("still out") },
                 { "entered", N_ ("keyed in") },
                 { "void", N_ ("void") },
                 { "missing", N_ ("MISSING") },
                 { "lost", N_ ("lost") } };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (state, states[i].state) == 0)
      return _ (states[i].words);
  return state != NULL ? state : "";
}
