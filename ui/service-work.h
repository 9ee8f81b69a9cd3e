/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/document.h"
#include "app/model/service.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* What the page of services asks of the kit: functions for dk_kit_run. */

/* What is shown of one service. Text owned. */
typedef struct {
  char *id;
  char *name;
  char *facts;        /* "1: patient care stops · owner NAME" */
  char *say;          /* the words to say to callers; NULL = none are agreed */
  char *warning;      /* "THE WORKAROUND EXPIRED ..."; NULL = there is none */
  DkDocument *sheet;  /* everything else, with links contact: service: runbook: */
} DkServiceView;

/* no data -> array of DkService by criticality and name */
gpointer dk_service_work_list (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* data: char *id -> DkServiceView */
gpointer dk_service_work_view (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* Frees the view; NULL is fine. */
void dk_service_view_free (gpointer view);

G_END_DECLS
