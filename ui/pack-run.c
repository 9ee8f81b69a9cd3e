/* SPDX-License-Identifier: MIT */
#include "ui/pack-run.h"

#include "app/content/refresh.h"
#include "ui/lead-part.h"

typedef enum { RUN_NONE, RUN_OPEN, RUN_PREPARE, RUN_LOAD, RUN_READY, RUN_SWITCH } RunState;

/* What is handed from thread to thread; nobody else touches it meanwhile. */
typedef struct {
  char *path;
  char *waiting;
  gboolean replace;
  char *folder;    /* of the kit */
  GPtrArray *keys; /* that unseal what waits */
  DkContainer *container;
  DkPackLoad *load;
  DkPackApplied *applied;
} Pack;

/* The main thread owns this. */
static struct {
  RunState state;
  GWeakRef owner;
  DkPackRunWatch watch;
  Pack *pack;
  GCancellable *cancellable;
} run;

static gpointer
free_pack (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  Pack *pack = data;

  dk_pack_load_free (pack->load);
  dk_container_free (pack->container);
  dk_pack_applied_free (pack->applied);
  g_free (pack->path);
  g_free (pack->waiting);
  g_free (pack->folder);
  g_clear_pointer (&pack->keys, g_ptr_array_unref);
  g_free (pack);
  return DK_KIT_DONE;
}

/* A load belongs to the thread of the kit to its end. */
static void
forget (void)
{
  Pack *pack = g_steal_pointer (&run.pack);

  run.state = RUN_NONE;
  g_clear_object (&run.cancellable);
  g_weak_ref_set (&run.owner, NULL);
  if (pack != NULL)
    dk_kit_run (NULL, &(DkKitCall) { .work = free_pack, .data = pack });
  dk_pack_run_tidy ();
}

static void
fail (const GError *error)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&run.owner);
  void (*failed) (gpointer, const GError *) = run.watch.failed;

  forget ();
  if (owner != NULL && failed != NULL
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    failed (owner, error);
}

/* TRUE if the run goes on. */
static gboolean
check (const GError *error)
{
  g_autoptr (GError) cancelled = NULL;

  if (error == NULL && g_cancellable_set_error_if_cancelled (run.cancellable, &cancelled))
    error = cancelled;
  if (error != NULL)
    fail (error);
  return error == NULL;
}

static void
tell_ready (void)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&run.owner);
  const DkContentChanges *found = dk_pack_load_changes (run.pack->load);
  g_autoptr (DkContentChanges) none = dk_content_changes_new ();
  g_autoptr (json_t) changes = dk_content_changes_to_json (found != NULL ? found : none);

  if (dk_pack_load_lead_changes (run.pack->load) != NULL)
    json_object_set_new (changes, "lead",
                         json_deep_copy (dk_pack_load_lead_changes (run.pack->load)));
  run.state = RUN_READY;
  if (owner != NULL && run.watch.ready != NULL)
    run.watch.ready (owner, dk_pack_load_facts (run.pack->load), changes,
                     dk_pack_load_is_already (run.pack->load));
}

static void
tell_progress (void)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&run.owner);
  guint64 done;
  guint64 total;

  dk_pack_load_progress (run.pack->load, &done, &total);
  if (owner != NULL && run.watch.progress != NULL)
    run.watch.progress (owner, done, total);
}

static gpointer
load_some (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  Pack *pack = data;
  gboolean more = TRUE;

  if (!dk_pack_load_step (pack->load, &more, error)
      || (!more
          && !dk_lead_part_note_changes (kit, dk_pack_load_lead_changes (pack->load), error)))
    return NULL;
  return GINT_TO_POINTER (more ? 1 : 2);
}

static void
on_loaded (gpointer nobody, gpointer result, const GError *error)
{
  if (!check (error))
    return;
  tell_progress ();
  if (GPOINTER_TO_INT (result) == 2)
    tell_ready ();
  else
    dk_kit_run (NULL,
                &(DkKitCall) { .work = load_some, .reply = on_loaded, .data = run.pack });
}

/* Runs a slow step beside the kit's thread. */
static void
run_beside (GTaskThreadFunc step, GAsyncReadyCallback done)
{
  g_autoptr (GTask) task = g_task_new (NULL, run.cancellable, done, NULL);

  g_task_set_task_data (task, run.pack, NULL);
  g_task_run_in_thread (task, step);
}

static void
return_step (GTask *task, gboolean done, GError *error)
{
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
prepare (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const DkJob job = { .cancellable = cancellable };
  Pack *pack = data;
  GError *error = NULL;
  gboolean done = dk_pack_load_prepare (pack->load, &job, &error);

  return_step (task, done, error);
}

static void
on_prepared (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) g_task_propagate_boolean (G_TASK (result), &error);
  if (!check (error))
    return;
  run.state = RUN_LOAD;
  on_loaded (NULL, GINT_TO_POINTER (1), NULL);
}

static void
on_begun (gpointer nobody, gpointer result, const GError *error)
{
  if (!check (error))
    return;
  run.state = RUN_PREPARE;
  run_beside (prepare, on_prepared);
}

static gpointer
begin_load (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  Pack *pack = data;

  pack->load = dk_pack_load_new (kit, pack->container, pack->replace, error);
  return pack->load != NULL ? DK_KIT_DONE : NULL;
}

static void
open_pack (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const DkJob job = { .cancellable = cancellable };
  Pack *pack = data;
  GError *error = NULL;

  if (pack->waiting != NULL)
    pack->container
        = dk_refresh_open_with (pack->folder, pack->waiting, pack->keys, &job, &error);
  else
    pack->container = dk_container_open_in_place (pack->path, &job, &error);
  return_step (task, pack->container != NULL, error);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) g_task_propagate_boolean (G_TASK (result), &error);
  g_clear_pointer (&run.pack->keys, g_ptr_array_unref);
  if (check (error))
    dk_kit_run (NULL, &(DkKitCall) { .work = begin_load, .reply = on_begun, .data = run.pack });
}

static gpointer
take_keys (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  Pack *pack = data;

  pack->folder = g_strdup (dk_kit_folder (kit));
  pack->keys = dk_refresh_keys (kit, error);
  return pack->keys != NULL ? DK_KIT_DONE : NULL;
}

static void
on_keys (gpointer nobody, gpointer result, const GError *error)
{
  if (check (error))
    run_beside (open_pack, on_opened);
}

gboolean
dk_pack_run_open (GObject *owner, const char *path, const char *waiting, gboolean replace,
                  const DkPackRunWatch *watch)
{
  if (run.state != RUN_NONE)
    return FALSE;
  run.state = RUN_OPEN;
  run.watch = *watch;
  g_weak_ref_set (&run.owner, owner);
  run.cancellable = g_cancellable_new ();
  run.pack = g_new0 (Pack, 1);
  run.pack->path = g_strdup (path);
  run.pack->waiting = path == NULL ? g_strdup (waiting) : NULL;
  run.pack->replace = replace;
  dk_kit_run (NULL, &(DkKitCall) { .work = take_keys, .reply = on_keys, .data = run.pack });
  return TRUE;
}

static gpointer
switch_to (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  Pack *pack = data;

  return dk_pack_load_switch (pack->load, &pack->applied, error) ? DK_KIT_DONE : NULL;
}

static void
on_switched (gpointer nobody, gpointer result, const GError *error)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&run.owner);

  if (error != NULL) {
    fail (error);
    return;
  }
  if (owner != NULL && run.watch.applied != NULL)
    run.watch.applied (owner, run.pack->applied);
  forget ();
}

void
dk_pack_run_apply (void)
{
  if (run.state != RUN_READY)
    return;
  run.state = RUN_SWITCH;
  dk_kit_run (NULL, &(DkKitCall) { .work = switch_to, .reply = on_switched, .data = run.pack });
}

void
dk_pack_run_cancel (void)
{
  if (run.state == RUN_READY)
    forget ();
  else if (run.cancellable != NULL)
    g_cancellable_cancel (run.cancellable);
}

static gpointer
remove_some (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  gboolean more = FALSE;

  if (!dk_content_store_remove_step (dk_kit_store (kit), &more, error))
    return NULL;
  return GINT_TO_POINTER (more ? 1 : 2);
}

/* What cannot be removed now is removed after the next unlock. */
static void
on_removed (gpointer nobody, gpointer result, const GError *error)
{
  if (error != NULL)
    g_debug ("an old pack was not removed: %s", error->message);
  else if (GPOINTER_TO_INT (result) == 1)
    dk_pack_run_tidy ();
}

void
dk_pack_run_tidy (void)
{
  dk_kit_run (NULL, &(DkKitCall) { .work = remove_some, .reply = on_removed });
}
