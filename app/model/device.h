/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One PC or other device of the inventory. Text owned, NULL = absent. */
typedef struct {
  char *host;
  char *owner;
  char *location;
  char *os;
  char *serial;
  char *recovery_key_id; /* names the key at its source; never the key */
  char *note;
} DkDevice;

/* An empty device. Free with dk_device_free. */
DkDevice *dk_device_new (void);

/* Frees the device; NULL is fine. */
void dk_device_free (DkDevice *device);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkDevice, dk_device_free)

G_END_DECLS
