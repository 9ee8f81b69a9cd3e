/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* What the pages ask of the kit about who is on call: functions for dk_kit_run. */

/* One person on call for one service, or a tier of it that nobody has. Text owned. */
typedef struct {
  char *key;     /* service, tier and person */
  char *service; /* id */
  char *service_name;
  int criticality; /* of the service; 9 = not rated */
  int tier;
  char *contact; /* id; NULL = nobody is on call */
  char *name;    /* words for a person whom only leads may see, or for nobody */
  char *kind;    /* of the first number, in words; NULL = none */
  char *number;
  char *mark; /* as dk_contact_mark */
  gint64 until_ms; /* 0 = not known */
  char *next;      /* name of who comes then; NULL = nobody, or the same */
  gboolean is_outside;
} DkOnCallRow;

/* data: gint64 * = moment in Unix ms, 0 = now -> array of DkOnCallRow, the most critical services
 * first, each with its tiers in order */
gpointer dk_oncall_work_rows (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* Makes data for dk_oncall_work_rows. Free with g_free. */
gint64 *dk_oncall_work_moment (gint64 at_ms);

/* Frees the row; NULL is fine. */
void dk_oncall_row_free (gpointer row);

/* "17:00", "23 Nov 08:00", "further notice"; "" where nobody is. New string. */
char *dk_oncall_until_words (const DkOnCallRow *row, gint64 now_ms);

G_END_DECLS
