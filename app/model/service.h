/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One line of the service catalogue. Text owned, NULL = absent. */
typedef struct {
  char *id;
  char *name;
  int criticality; /* 1 = patient care stops, to 4 */
  char **depends_on; /* service ids, NULL-terminated */
  char *owner;
  char *vendor;
  char *contract;
  char *support_group;
  char *workaround;
  char *workaround_approved_by;
  char *workaround_valid_until;
  char *say; /* the words to say to callers */
} DkService;

/* An empty service. Free with dk_service_free. */
DkService *dk_service_new (void);

/* Frees the service; NULL is fine. */
void dk_service_free (DkService *service);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkService, dk_service_free)

G_END_DECLS
