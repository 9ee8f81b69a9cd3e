/* SPDX-License-Identifier: MIT */
/* The window of test_lock.py: as it is, but while the file "full" is in the folder UI_PRIVATE its
 * disk takes nothing that is typed, and while "slow" is there the backup before a lock has no
 * end. */
#include "app/base/error.h"
#include "ui/backup-run.h"
#include "ui/ticket-work.h"

/* The linker puts these in the place of the calls of that name (--wrap). */
gpointer __real_dk_ticket_work_keep (DkKit *kit, gpointer data, GCancellable *c, GError **error);
gpointer __wrap_dk_ticket_work_keep (DkKit *kit, gpointer data, GCancellable *c, GError **error);
void __real_dk_backup_run_at_lock (GObject *owner, guint limit_ms, void (*over) (gpointer owner));
void __wrap_dk_backup_run_at_lock (GObject *owner, guint limit_ms, void (*over) (gpointer owner));

static gboolean
is_told (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("UI_PRIVATE"), name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

gpointer
__wrap_dk_ticket_work_keep (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  if (!is_told ("full"))
    return __real_dk_ticket_work_keep (kit, data, c, error);
  g_set_error_literal (error, DK_ERROR, DK_ERROR_STORAGE,
                       "The disk refused (it is full): what was typed last is NOT stored.");
  return NULL;
}

void
__wrap_dk_backup_run_at_lock (GObject *owner, guint limit_ms, void (*over) (gpointer owner))
{
  if (!is_told ("slow"))
    __real_dk_backup_run_at_lock (owner, limit_ms, over);
}
