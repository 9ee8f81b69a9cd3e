/* SPDX-License-Identifier: MIT */
/* The window on a PC whose disk is slow: storing takes long enough to be typed into. While the file
 * "disk-waits" lies in the folder UI_PRIVATE nothing reaches the disk, for a bounded time; with
 * "disk-refuses" no draft becomes a ticket. */
#include <sys/syscall.h>
#include <unistd.h>

#include "ui/ticket-work.h"

#define SLOW_US 400000
#define LOOK_US 10000
#define WAITS_AT_MOST 1000

gpointer __real_dk_ticket_work_save (DkKit *kit, gpointer data, GCancellable *c, GError **error);
gpointer __wrap_dk_ticket_work_save (DkKit *kit, gpointer data, GCancellable *c, GError **error);

static gboolean
is_told (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("UI_PRIVATE"), name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
wait_for_disk (void)
{
  for (guint i = 0; i < WAITS_AT_MOST && is_told ("disk-waits"); i++)
    g_usleep (LOOK_US);
}

/* Both in the place of those of the C library. */
int
fsync (int fd)
{
  wait_for_disk ();
  return (int) syscall (SYS_fsync, fd);
}

int
fdatasync (int fd)
{
  wait_for_disk ();
  return (int) syscall (SYS_fdatasync, fd);
}

gpointer
__wrap_dk_ticket_work_save (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  gboolean refuses = is_told ("disk-refuses");

  g_usleep (SLOW_US);
  wait_for_disk ();
  if (!refuses)
    return __real_dk_ticket_work_save (kit, data, c, error);
  g_set_error (error, DK_ERROR, DK_ERROR_FAILED, "The disk refuses.");
  return NULL;
}
