/* SPDX-License-Identifier: MIT */
#include "app/model/device.h"

DkDevice *
dk_device_new (void)
{
  return g_new0 (DkDevice, 1);
}

void
dk_device_free (DkDevice *device)
{
  if (device == NULL)
    return;
  g_free (device->host);
  g_free (device->owner);
  g_free (device->location);
  g_free (device->os);
  g_free (device->serial);
  g_free (device->recovery_key_id);
  g_free (device->note);
  g_free (device);
}
