/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* What the window asks of the kit about people: functions for dk_kit_run. */

/* Somebody who can open the kit. Text owned. */
typedef struct {
  char *name;
  DkRole role;
  DkSlotKind kind;
  gint64 valid_until_ms; /* 0 = no end */
  gboolean is_me;
} DkPersonRow;

/* Everybody, and what the person who unlocked may do. */
typedef struct {
  GPtrArray *rows; /* of DkPersonRow, in slot order */
  gboolean is_admin;
  gboolean is_lead; /* may give front-line people a new passphrase */
  gboolean recovery_used;
} DkPeopleView;

typedef enum {
  DK_PEOPLE_ADD,    /* name role valid_until_ms shared passphrase */
  DK_PEOPLE_CHANGE, /* name role valid_until_ms, passphrase of who is promoted */
  DK_PEOPLE_RESET,  /* name passphrase */
  DK_PEOPLE_REMOVE, /* name */
  DK_PEOPLE_OWN,    /* passphrase: of oneself */
  DK_PEOPLE_ROTATE  /* with_admin: a new recovery code */
} DkPeopleStep;

/* One step. Text and secrets owned; free with dk_people_order_free. */
typedef struct {
  DkPeopleStep step;
  char *name;
  DkRole role;
  gint64 valid_until_ms;
  gboolean shared;
  gboolean with_admin;
  DkSecret *passphrase;
  DkSecret *own; /* of who does it, asked again: an open window is not enough */
} DkPeopleOrder;

/* What came of it. Owned; free with dk_people_result_free. */
typedef struct {
  char *text;     /* for the person */
  DkSecret *code; /* a new recovery code, with a NUL at its end; NULL for other steps */
  char *title;    /* of its sheet */
  GBytes *sheet;  /* PDF for the envelope */
} DkPeopleResult;

/* no data -> DkPeopleView */
gpointer dk_people_work_load (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* DkPeopleOrder -> DkPeopleResult. Slow: keys are derived, and all of the kit is written anew where
 * keys are renewed. */
gpointer dk_people_work_do (DkKit *kit, gpointer order, GCancellable *c, GError **error);

/* For the queue; NULL is fine. */
void dk_people_view_free (gpointer view);
/* For the queue; NULL is fine. */
void dk_people_order_free (gpointer order);
/* For the queue; NULL is fine. */
void dk_people_result_free (gpointer result);

G_END_DECLS
