/* SPDX-License-Identifier: MIT */
#include "app/model/service.h"

DkService *
dk_service_new (void)
{
  return g_new0 (DkService, 1);
}

void
dk_service_free (DkService *service)
{
  if (service == NULL)
    return;
  g_free (service->id);
  g_free (service->name);
  g_strfreev (service->depends_on);
  g_free (service->owner);
  g_free (service->vendor);
  g_free (service->contract);
  g_free (service->support_group);
  g_free (service->workaround);
  g_free (service->workaround_approved_by);
  g_free (service->workaround_valid_until);
  g_free (service->say);
  g_free (service);
}
