/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/contact.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Somebody on call, with what is known of the person. Text owned, NULL = absent. */
typedef struct {
  char *service;
  char *service_name; /* the id where the catalogue has none */
  int tier;
  char *contact_id;
  DkContact *contact; /* corrections applied; NULL if the lists that everybody may read have none */
  gint64 until_ms;    /* as in DkOnCallTurn */
  char *next;         /* id of who comes then; NULL if nobody or the same */
  char *there;        /* dk_hours_describe; NULL if neither hours nor zone are known */
  gboolean outside_hours;
  char *note;         /* of the shift */
} DkOnCall;

/* Who is on call at a moment (0 = now), for one service (DK_ERROR_NOT_FOUND if neither catalogue
 * nor rota know it) or all (NULL): by service and tier, whom to call first first. New array of
 * DkOnCall. */
GPtrArray *dk_oncall_at (DkStore *store, const char *service, gint64 at_ms, GError **error)
    DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_on_call_free (DkOnCall *on_call);

G_END_DECLS
