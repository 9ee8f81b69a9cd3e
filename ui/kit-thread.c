/* SPDX-License-Identifier: MIT */
#include "ui/kit-thread.h"

/* No call should take longer: the next key waits behind it. */
#define SHORT_US 50000

typedef enum { ITEM_CALL, ITEM_OPEN, ITEM_STOP } ItemKind;

typedef struct {
  ItemKind kind;
  DkKitCall call;
  GWeakRef owner;
  gboolean has_owner;
  DkUnlockOrder *order;
  gpointer result;
  GError *error;
  gboolean waited_for; /* the caller sleeps on `finished`; it frees the item */
  gboolean ended;
} Item;

/* `running`, `ended` and `kit` are read by other threads under `lock`; the kit is used by its
 * thread alone, save for dk_db_interrupt. */
static struct {
  GThread *thread;
  GAsyncQueue *queue;
  GMutex lock;
  GCond finished;
  DkKit *kit;
  DkStore *watched; /* the store is another one once keys were renewed */
  Item *running;
  GQueue ended; /* of Item: done, and their owners not told yet; the main loop frees them */
  char *refused; /* main thread: of the first error that nobody was told of */
  GError *close_error;
  gint change_pending;
  gboolean hushed; /* main thread: owners are not replied to any more */
  gboolean over;   /* main thread: stopped for good, nobody is */
  void (*changed) (gpointer data);
  gpointer changed_data;
} kit_thread;

static void
free_order (DkUnlockOrder *order)
{
  g_free (order->folder);
  g_free (order->user);
  g_free (order->as_name);
  g_free (order->reason);
  dk_secret_free (order->passphrase);
  dk_secret_free (order->code);
  g_free (order);
}

static void
free_item (Item *item)
{
  if (item->call.data_free != NULL && item->call.data != NULL)
    item->call.data_free (item->call.data);
  if (item->call.result_free != NULL && item->result != NULL)
    item->call.result_free (item->result);
  g_clear_object (&item->call.cancellable);
  g_weak_ref_clear (&item->owner);
  g_clear_pointer (&item->order, free_order);
  g_clear_error (&item->error);
  g_free (item);
}

static gboolean
tell_changed (gpointer data)
{
  g_atomic_int_set (&kit_thread.change_pending, 0);
  if (kit_thread.changed != NULL)
    kit_thread.changed (kit_thread.changed_data);
  return G_SOURCE_REMOVE;
}

static void
note_change (gboolean number_issued, gpointer data)
{
  if (g_atomic_int_compare_and_exchange (&kit_thread.change_pending, 0, 1))
    (void) g_idle_add (tell_changed, NULL);
}

/* What an owner put in and is not told any more. That the person does no longer wait for something
 * is no refusal. */
static void
note_refused (const Item *item)
{
  if (kit_thread.refused == NULL && item->has_owner && item->kind == ITEM_CALL
      && item->error != NULL
      && !g_error_matches (item->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    kit_thread.refused = g_strdup (item->error->message);
}

static gboolean
deliver (gpointer data)
{
  Item *item = data;
  g_autoptr (GObject) owner = g_weak_ref_get (&item->owner);

  g_mutex_lock (&kit_thread.lock);
  (void) g_queue_remove (&kit_thread.ended, item);
  g_mutex_unlock (&kit_thread.lock);
  /* What waited beside the lock in one turn of the main loop: its window is half taken down. */
  if (kit_thread.over || (kit_thread.hushed && item->has_owner)) {
    if (!kit_thread.over)
      note_refused (item);
    free_item (item);
    return G_SOURCE_REMOVE;
  }
  if (item->call.reply != NULL && (owner != NULL || !item->has_owner)) {
    gpointer result = g_steal_pointer (&item->result);
    item->call.reply (owner, result, item->error);
  } else if (item->error != NULL
             && !g_error_matches (item->error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_warning ("%s", item->error->message);
  }
  free_item (item);
  return G_SOURCE_REMOVE;
}

static DkKit *
open_as_ordered (const DkUnlockOrder *order, GError **error)
{
  if (order->code != NULL)
    return dk_kit_open_with_recovery (order->folder, (const char *) dk_secret_get (order->code),
                                      order->reason, order->passphrase, dk_kdf_calibrate (),
                                      error);
  return dk_kit_open_as (order->folder, order->user, order->as_name, order->passphrase, NULL,
                         error);
}

static void
open_kit (Item *item)
{
  DkKit *kit = open_as_ordered (item->order, &item->error);

  g_clear_pointer (&item->order, free_order);
  if (kit == NULL)
    return;
  kit_thread.watched = dk_kit_store (kit);
  dk_store_set_watch (kit_thread.watched, note_change, NULL);
  item->result = DK_KIT_DONE;
  g_mutex_lock (&kit_thread.lock);
  kit_thread.kit = kit;
  g_mutex_unlock (&kit_thread.lock);
}

static void
run_call (Item *item)
{
  gint64 begin_us = g_get_monotonic_time ();

  if (kit_thread.kit == NULL || dk_kit_store (kit_thread.kit) == NULL) {
    g_set_error (&item->error, DK_ERROR, DK_ERROR_BUSY,
                 "The kit is locked. What was stored is safe. Unlock it, then try again.");
    return;
  }
  if (g_cancellable_set_error_if_cancelled (item->call.cancellable, &item->error))
    return;
  g_mutex_lock (&kit_thread.lock);
  kit_thread.running = item;
  g_mutex_unlock (&kit_thread.lock);
  item->result
      = item->call.work (kit_thread.kit, item->call.data, item->call.cancellable, &item->error);
  g_mutex_lock (&kit_thread.lock);
  kit_thread.running = NULL;
  g_mutex_unlock (&kit_thread.lock);
  g_assert ((item->result == NULL) == (item->error != NULL));
  if (dk_kit_store (kit_thread.kit) != kit_thread.watched) {
    kit_thread.watched = dk_kit_store (kit_thread.kit);
    if (kit_thread.watched != NULL)
      dk_store_set_watch (kit_thread.watched, note_change, NULL);
    note_change (FALSE, NULL);
  }
  if (g_get_monotonic_time () - begin_us > SHORT_US)
    g_debug ("a call held the kit's thread for %d ms",
             (int) ((g_get_monotonic_time () - begin_us) / 1000));
}

static void
close_kit (void)
{
  DkKit *kit;

  g_mutex_lock (&kit_thread.lock);
  kit = g_steal_pointer (&kit_thread.kit);
  g_mutex_unlock (&kit_thread.lock);
  if (kit != NULL && !dk_kit_close (&kit, &kit_thread.close_error))
    g_debug ("closing: %s", kit_thread.close_error->message);
}

static void
finish_item (Item *item)
{
  if (!item->waited_for) {
    g_mutex_lock (&kit_thread.lock);
    g_queue_push_tail (&kit_thread.ended, item);
    g_mutex_unlock (&kit_thread.lock);
    (void) g_idle_add_full (G_PRIORITY_DEFAULT, deliver, item, NULL);
    return;
  }
  g_mutex_lock (&kit_thread.lock);
  item->ended = TRUE;
  g_cond_broadcast (&kit_thread.finished);
  g_mutex_unlock (&kit_thread.lock);
}

/* What was put in behind the stop; run_call refuses it, since the kit is closed. */
static void
refuse_the_rest (void)
{
  Item *item;

  while ((item = g_async_queue_try_pop (kit_thread.queue)) != NULL) {
    run_call (item);
    finish_item (item);
  }
}

static gpointer
serve_queue (gpointer data)
{
  for (;;) {
    Item *item = g_async_queue_pop (kit_thread.queue);
    gboolean stop = item->kind == ITEM_STOP;

    if (item->kind == ITEM_OPEN)
      open_kit (item);
    else if (item->kind == ITEM_CALL)
      run_call (item);
    else
      close_kit ();
    if (stop) {
      free_item (item);
      refuse_the_rest ();
      return NULL;
    }
    finish_item (item);
  }
}

static Item *
new_item (ItemKind kind, gpointer owner)
{
  Item *item = g_new0 (Item, 1);

  item->kind = kind;
  item->has_owner = owner != NULL;
  g_weak_ref_init (&item->owner, owner);
  return item;
}

void
dk_kit_thread_start (void)
{
  g_assert (kit_thread.thread == NULL);
  kit_thread.queue = g_async_queue_new ();
  kit_thread.thread = g_thread_new ("kit", serve_queue, NULL);
}

void
dk_kit_thread_open (GObject *owner, DkUnlockOrder *order, DkKitReply reply)
{
  Item *item = new_item (ITEM_OPEN, owner);

  item->order = order;
  item->call.reply = reply;
  g_async_queue_push (kit_thread.queue, item);
}

void
dk_kit_run (gpointer owner, const DkKitCall *call)
{
  Item *item;

  g_assert (call->work != NULL);
  if (kit_thread.thread == NULL) {
    if (call->data_free != NULL && call->data != NULL)
      call->data_free (call->data);
    return;
  }
  item = new_item (ITEM_CALL, owner);
  item->call = *call;
  if (call->cancellable != NULL)
    g_object_ref (call->cancellable);
  g_async_queue_push (kit_thread.queue, item);
}

void
dk_kit_cancel (GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;
  g_cancellable_cancel (cancellable);
  g_mutex_lock (&kit_thread.lock);
  if (kit_thread.running != NULL && kit_thread.running->call.cancellable == cancellable)
    dk_db_interrupt (dk_store_db (dk_kit_store (kit_thread.kit)));
  g_mutex_unlock (&kit_thread.lock);
}

gpointer
dk_kit_run_and_wait (DkKitWork work, gpointer data, GError **error)
{
  Item *item = new_item (ITEM_CALL, NULL);
  gpointer result;

  item->call.work = work;
  item->call.data = data;
  item->waited_for = TRUE;
  g_mutex_lock (&kit_thread.lock);
  if (kit_thread.kit == NULL) {
    g_mutex_unlock (&kit_thread.lock);
    free_item (item);
    g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
                 "The kit was locked meanwhile. What was stored is safe. Unlock it and go on.");
    return NULL;
  }
  g_async_queue_push (kit_thread.queue, item);
  while (!item->ended)
    g_cond_wait (&kit_thread.finished, &kit_thread.lock);
  g_mutex_unlock (&kit_thread.lock);
  result = g_steal_pointer (&item->result);
  if (item->error != NULL)
    g_propagate_error (error, g_steal_pointer (&item->error));
  free_item (item);
  return result;
}


void
dk_kit_thread_watch (void (*changed) (gpointer data), gpointer data)
{
  kit_thread.changed = changed;
  kit_thread.changed_data = data;
}

static void
note_ended (gpointer item, gpointer nothing)
{
  note_refused (item);
}

void
dk_kit_thread_hush (void)
{
  kit_thread.hushed = TRUE;
}

char *
dk_kit_thread_take_refused (void)
{
  return g_steal_pointer (&kit_thread.refused);
}

gboolean
dk_kit_thread_stop (GError **error)
{
  if (kit_thread.thread != NULL) {
    kit_thread.changed = NULL;
    kit_thread.over = TRUE;
    g_async_queue_push (kit_thread.queue, new_item (ITEM_STOP, NULL));
    (void) g_thread_join (g_steal_pointer (&kit_thread.thread));
    g_queue_foreach (&kit_thread.ended, note_ended, NULL);
  }
  if (kit_thread.close_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&kit_thread.close_error));
    return FALSE;
  }
  return TRUE;
}
