/* SPDX-License-Identifier: MIT */
#include "ui/readiness-work.h"

#include "app/base/clock.h"

#define YOUNG_MS (5 * 60 * 1000)
#define HISTORY 200

/* Who waits for the look. */
typedef struct {
  GWeakRef owner;
  void (*done) (gpointer owner);
} Waiter;

static struct {
  DkReadinessLook shown;
  GPtrArray *coming; /* of DkFinding: the look under way */
  GPtrArray *waiters;
} look;

static void
free_finding (gpointer finding)
{
  dk_finding_free (finding);
}

static void
free_waiter (gpointer data)
{
  Waiter *waiter = data;

  g_weak_ref_clear (&waiter->owner);
  g_free (waiter);
}

const DkReadinessLook *
dk_readiness_look (void)
{
  return &look.shown;
}

static gpointer
run_check (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  g_autoptr (DkReadiness) readiness = dk_readiness_new (kit);

  return dk_readiness_recall (readiness, data);
}

static void
tell_waiters (void)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&look.waiters);

  for (guint i = 0; waiters != NULL && i < waiters->len; i++) {
    Waiter *waiter = waiters->pdata[i];
    g_autoptr (GObject) owner = g_weak_ref_get (&waiter->owner);
    if (owner != NULL)
      waiter->done (owner);
  }
}

static void
end_look (void)
{
  guint counts[3] = { 0, 0, 0 };

  for (guint i = 0; i < look.coming->len; i++)
    counts[((const DkFinding *) look.coming->pdata[i])->state]++;
  g_clear_pointer (&look.shown.findings, g_ptr_array_unref);
  look.shown.findings = g_steal_pointer (&look.coming);
  look.shown.green = counts[DK_READY_GREEN];
  look.shown.amber = counts[DK_READY_AMBER];
  look.shown.red = counts[DK_READY_RED];
  look.shown.at_ms = dk_clock_wall_ms ();
  look.shown.is_running = FALSE;
  tell_waiters ();
}

static void run_next (void);

static void
on_checked (gpointer nobody, gpointer result, const GError *error)
{
  if (error != NULL) { /* the kit is being locked */
    g_clear_pointer (&look.coming, g_ptr_array_unref);
    look.shown.is_running = FALSE;
    g_clear_pointer (&look.waiters, g_ptr_array_unref);
    return;
  }
  g_ptr_array_add (look.coming, result);
  run_next ();
}

static void
run_next (void)
{
  const GPtrArray *checks = dk_readiness_checks ();

  if (look.coming->len == checks->len) {
    end_look ();
    return;
  }
  dk_kit_run (NULL, &(DkKitCall) { .work = run_check,
                                   .reply = on_checked,
                                   .data = checks->pdata[look.coming->len],
                                   .result_free = free_finding });
}

void
dk_readiness_look_start (gpointer owner, gboolean force, void (*done) (gpointer owner))
{
  Waiter *waiter;

  if (!force && look.shown.at_ms != 0 && dk_clock_wall_ms () - look.shown.at_ms < YOUNG_MS) {
    done (owner);
    return;
  }
  if (look.waiters == NULL)
    look.waiters = g_ptr_array_new_with_free_func (free_waiter);
  waiter = g_new0 (Waiter, 1);
  g_weak_ref_init (&waiter->owner, owner);
  waiter->done = done;
  g_ptr_array_add (look.waiters, waiter);
  if (look.shown.is_running)
    return;
  look.shown.is_running = TRUE;
  look.coming = g_ptr_array_new_with_free_func (free_finding);
  run_next ();
}

void
dk_attest_order_free (gpointer data)
{
  DkAttestOrder *order = data;

  if (order == NULL)
    return;
  g_free (order->check);
  g_free (order->text);
  g_free (order);
}

gpointer
dk_readiness_work_attest (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkAttestOrder *order = data;
  g_autoptr (DkReadiness) readiness = dk_readiness_new (kit);

  return dk_readiness_attest (readiness, order->check, order->is_good, order->text, 0, error)
             ? DK_KIT_DONE
             : NULL;
}

void
dk_shift_work_free (gpointer data)
{
  DkShiftWork *work = data;

  if (work == NULL)
    return;
  dk_shift_check_free (work->check);
  dk_readiness_free (work->readiness);
  g_free (work);
}

gpointer
dk_shift_work_begin (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkShiftWork *work = g_new0 (DkShiftWork, 1);

  work->readiness = dk_readiness_new (kit);
  work->check = dk_shift_check_new (work->readiness, error);
  if (work->check == NULL)
    g_clear_pointer (&work, dk_shift_work_free);
  return work;
}

void
dk_shift_order_free (gpointer data)
{
  DkShiftOrder *order = data;

  if (order == NULL)
    return;
  g_free (order->answers);
  g_free (order->note);
  g_free (order);
}

gpointer
dk_shift_work_sign (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkShiftOrder *order = data;
  const GPtrArray *items = dk_shift_check_items (order->work->check);

  for (guint i = 0; i < items->len; i++) {
    const DkShiftItem *item = items->pdata[i];
    if (!dk_shift_check_answer (order->work->check, item->name,
                                order->answers[i] == DK_SHIFT_YES, error))
      return NULL;
  }
  return dk_shift_check_sign (order->work->check, order->note, error) ? DK_KIT_DONE : NULL;
}

gpointer
dk_shift_work_history (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  g_autoptr (DkReadiness) readiness = dk_readiness_new (kit);

  return dk_shift_check_history (readiness, HISTORY, error);
}
