/* SPDX-License-Identifier: MIT */
#include "ui/backup-run.h"

/* Long enough to get on, short enough for the next key. */
#define STEP_US 15000

typedef enum { RUN_NONE, RUN_BEGIN, RUN_COPY, RUN_WRITE, RUN_FINISH } RunState;

/* The main thread owns this; the backup itself is handed from thread to thread. */
static struct {
  RunState state;
  GWeakRef owner;
  void (*begun) (gpointer owner);
  DkBackupDone done;
  DkKitBackup *backup;
  GCancellable *cancellable;
  /* of who waits to lock */
  GWeakRef locker;
  void (*over) (gpointer owner);
  guint timer;
} run;

static gpointer
free_backup (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  dk_kit_backup_free (data);
  return DK_KIT_DONE;
}

static void
tell_locker (void)
{
  g_autoptr (GObject) locker = g_weak_ref_get (&run.locker);
  void (*over) (gpointer) = run.over;

  run.over = NULL;
  g_weak_ref_set (&run.locker, NULL);
  g_clear_handle_id (&run.timer, g_source_remove);
  if (over != NULL && locker != NULL)
    over (locker);
}

static void
end_run (const GError *error)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&run.owner);
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  DkKitBackup *backup = g_steal_pointer (&run.backup);
  guint files = 0;

  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_ptr_array_add (messages, g_strdup (error->message));
  for (guint i = 0; backup != NULL && i < dk_kit_backup_messages (backup)->len; i++)
    g_ptr_array_add (messages, g_strdup (dk_kit_backup_messages (backup)->pdata[i]));
  if (backup != NULL && error == NULL)
    files = dk_kit_backup_files (backup)->len;
  if (backup != NULL)
    dk_kit_run (NULL, &(DkKitCall) { .work = free_backup, .data = backup });
  run.state = RUN_NONE;
  g_clear_object (&run.cancellable);
  g_weak_ref_set (&run.owner, NULL);
  if (owner != NULL && run.done != NULL)
    run.done (owner, files, messages);
  tell_locker ();
}

static void
on_finished (gpointer owner, gpointer result, const GError *error)
{
  end_run (error);
}

static gpointer
finish (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  return dk_kit_backup_finish (data, error) ? DK_KIT_DONE : NULL;
}

static void
write_copy (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const DkJob job = { .cancellable = cancellable };
  GError *error = NULL;

  if (dk_kit_backup_write (data, &job, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    end_run (error);
    return;
  }
  run.state = RUN_FINISH;
  dk_kit_run (NULL, &(DkKitCall) { .work = finish, .reply = on_finished, .data = run.backup });
}

static gpointer
copy_some (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  gint64 end_us = g_get_monotonic_time () + STEP_US;
  gboolean more = TRUE;

  while (more && g_get_monotonic_time () < end_us)
    if (!dk_kit_backup_step (data, &more, error))
      return NULL;
  return GINT_TO_POINTER (more ? 1 : 2);
}

static void
on_copied (gpointer owner, gpointer result, const GError *error)
{
  g_autoptr (GTask) task = NULL;

  if (error != NULL || g_cancellable_is_cancelled (run.cancellable)) {
    end_run (error);
    return;
  }
  if (GPOINTER_TO_INT (result) == 1) {
    dk_kit_run (NULL, &(DkKitCall) { .work = copy_some,
                                     .reply = on_copied,
                                     .data = run.backup,
                                     .cancellable = run.cancellable });
    return;
  }
  run.state = RUN_WRITE;
  task = g_task_new (NULL, run.cancellable, on_written, NULL);
  g_task_set_task_data (task, run.backup, NULL);
  g_task_run_in_thread (task, write_copy);
}


static gpointer
begin (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  DkKitBackup *backup = NULL;

  if (!dk_kit_backup_new_due (kit, (DkBackupMode) GPOINTER_TO_INT (data), &backup, error))
    return NULL;
  return backup != NULL ? (gpointer) backup : DK_KIT_DONE;
}

static void
on_begun (gpointer nobody, gpointer result, const GError *error)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&run.owner);

  if (error != NULL || result == DK_KIT_DONE) {
    end_run (error);
    return;
  }
  run.state = RUN_COPY;
  run.backup = result;
  if (owner != NULL && run.begun != NULL)
    run.begun (owner);
  on_copied (NULL, GINT_TO_POINTER (1), NULL);
}

void
dk_backup_run_start (GObject *owner, DkBackupMode mode, void (*begun) (gpointer owner),
                     DkBackupDone done)
{
  if (run.state != RUN_NONE)
    return;
  run.state = RUN_BEGIN;
  run.begun = begun;
  run.done = done;
  g_weak_ref_set (&run.owner, owner);
  run.cancellable = g_cancellable_new ();
  dk_kit_run (NULL, &(DkKitCall) { .work = begin,
                                   .reply = on_begun,
                                   .data = GINT_TO_POINTER ((int) mode) });
}

static gboolean
time_is_over (gpointer data)
{
  run.timer = 0;
  dk_backup_run_cancel ();
  tell_locker ();
  return G_SOURCE_REMOVE;
}

void
dk_backup_run_at_lock (GObject *owner, guint limit_ms, void (*over) (gpointer owner))
{
  run.over = over;
  g_weak_ref_set (&run.locker, owner);
  run.timer = g_timeout_add (limit_ms, time_is_over, NULL);
  dk_backup_run_start (NULL, DK_BACKUP_AT_LOCK, NULL, NULL);
}

void
dk_backup_run_cancel (void)
{
  if (run.cancellable != NULL)
    g_cancellable_cancel (run.cancellable);
}
