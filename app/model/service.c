/* SPDX-License-Identifier: MIT */
#include "app/model/service.h"

#include <string.h>

#include "app/model/hours.h"

#define SITE_ALL "ALL"

static void
support_free (gpointer data)
{
  DkServiceSupport *support = data;

  g_free (support->site);
  g_free (support->hours);
  g_free (support->timezone);
  g_free (support->group);
  g_free (support);
}

DkService *
dk_service_new (void)
{
  DkService *service = g_new0 (DkService, 1);

  service->support = g_ptr_array_new_with_free_func (support_free);
  return service;
}

DkServiceSupport *
dk_service_add_support (DkService *service)
{
  DkServiceSupport *support = g_new0 (DkServiceSupport, 1);

  g_ptr_array_add (service->support, support);
  return support;
}

static gboolean
is_set (const char *text)
{
  return text != NULL && *text != '\0';
}

static gboolean
fits (const DkServiceSupport *support, const char *site, gint64 at_ms)
{
  g_autoptr (DkHours) hours = NULL;

  if (is_set (support->site) && g_ascii_strcasecmp (support->site, SITE_ALL) != 0
      && (site == NULL || g_ascii_strcasecmp (support->site, site) != 0))
    return FALSE;
  if (!is_set (support->hours))
    return TRUE;
  hours = dk_hours_parse (support->hours, NULL);
  return hours != NULL && dk_hours_is_open (hours, support->timezone, at_ms);
}

const char *
dk_service_group_at (const DkService *service, const char *site, gint64 at_ms)
{
  for (guint i = 0; i < service->support->len; i++) {
    const DkServiceSupport *support = g_ptr_array_index (service->support, i);
    if (support->group != NULL && fits (support, site, at_ms))
      return support->group;
  }
  return service->support_group;
}

gboolean
dk_service_workaround_is_expired (const DkService *service, gint64 now_ms)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_ms / 1000);
  g_autofree char *today = now != NULL ? g_date_time_format (now, "%Y-%m-%d") : NULL;

  return service->workaround != NULL && service->workaround_valid_until != NULL && today != NULL
         && strcmp (service->workaround_valid_until, today) < 0;
}

const DkService *
dk_service_find (const GPtrArray *services, const char *id)
{
  for (guint i = 0; i < services->len; i++) {
    const DkService *service = services->pdata[i];
    if (g_strcmp0 (service->id, id) == 0)
      return service;
  }
  return NULL;
}

gboolean
dk_service_needs (const DkService *service, const char *id)
{
  return service->depends_on != NULL
         && g_strv_contains ((const char *const *) service->depends_on, id);
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
  g_ptr_array_unref (service->support);
  g_free (service->workaround);
  g_free (service->workaround_approved_by);
  g_free (service->workaround_valid_until);
  g_free (service->say);
  g_free (service);
}
