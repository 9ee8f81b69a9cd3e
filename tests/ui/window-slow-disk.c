/* SPDX-License-Identifier: MIT */
/* The window on a PC whose disk is slow: storing takes long enough to be typed into. */
#include "ui/ticket-work.h"

#define SLOW_US 400000

gpointer __real_dk_ticket_work_save (DkKit *kit, gpointer data, GCancellable *c, GError **error);
gpointer __wrap_dk_ticket_work_save (DkKit *kit, gpointer data, GCancellable *c, GError **error);

gpointer
__wrap_dk_ticket_work_save (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  g_usleep (SLOW_US);
  return __real_dk_ticket_work_save (kit, data, c, error);
}
