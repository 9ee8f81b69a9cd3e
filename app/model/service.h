/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who supports a service at a site and hour. NULL = at any site (as is "ALL"), at any hour. */
typedef struct {
  char *site;
  char *hours;    /* fits dk_hours_parse */
  char *timezone; /* IANA name that the hours are of; NULL = of whoever reads it */
  char *group;
} DkServiceSupport;

/* One line of the service catalogue. Text owned, NULL = absent. */
typedef struct {
  char *id;
  char *name;
  int criticality; /* 1 = patient care stops, to 4 */
  char **depends_on; /* service ids, NULL-terminated */
  char *owner;
  char *vendor;
  char *contract;
  char *support_group; /* where none of `support` fits */
  GPtrArray *support; /* of DkServiceSupport; the first that fits counts */
  char *workaround;
  char *workaround_approved_by;
  char *workaround_valid_until;
  char *say; /* the words to say to callers */
} DkService;

/* Appends an empty line of support. Borrowed. */
DkServiceSupport *dk_service_add_support (DkService *service);

/* An empty service. Free with dk_service_free. */
DkService *dk_service_new (void);

/* Who supports it at a site (NULL = unknown: only lines for any site fit) and a moment (Unix ms):
 * the first line that fits, else `support_group`; NULL if nobody is named. Borrowed. */
const char *dk_service_group_at (const DkService *service, const char *site, gint64 at_ms);

/* TRUE if it has a workaround whose last day is over at that moment, by the clock of this PC. */
gboolean dk_service_workaround_is_expired (const DkService *service, gint64 now_ms);

/* The one of that id among many (of DkService). Borrowed; NULL if it is not there. */
const DkService *dk_service_find (const GPtrArray *services, const char *id);

/* TRUE if it depends directly on the service of that id. */
gboolean dk_service_needs (const DkService *service, const char *id);

/* Frees the service; NULL is fine. */
void dk_service_free (DkService *service);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkService, dk_service_free)

G_END_DECLS
