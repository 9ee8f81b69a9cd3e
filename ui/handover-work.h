/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/itsm/engine.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* The hand-over behind the page: the engine runs on a thread of its own and asks the kit's thread
 * for one short step at a time, so that the window and the kit stay free. */

/* What the page shows. Text owned. */
typedef struct {
  GPtrArray *tickets;    /* of DkTicket: what waits, oldest first */
  GPtrArray *connectors; /* of char *: names, */
  GPtrArray *types;      /* and of each its type */
  gboolean may_send;     /* this person holds the `send` key */
} DkHandoverView;

/* Work for dk_kit_run -> DkHandoverView. */
gpointer dk_handover_work_load (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* For the queue; NULL is fine. */
void dk_handover_view_free (gpointer view);

/* How a run ended. */
typedef struct {
  char *words;          /* for the message bar */
  GHashTable *next_try; /* number -> words */
} DkHandoverResult;

/* Hands over what waits through the connector of that name (new thread). progress and done are
 * called on the main loop, not once owner is gone; result is borrowed and NULL if error is set. */
void dk_handover_start (GObject *owner, const char *connector, GCancellable *cancellable,
                        void (*progress) (gpointer owner, guint64 n, guint64 total),
                        void (*done) (gpointer owner, const DkHandoverResult *result,
                                      const GError *error));

/* Writes what waits as CSV into a folder and changes nothing in the kit. As above. */
void dk_handover_write_csv (GObject *owner, const char *folder,
                            void (*done) (gpointer owner, const DkHandoverResult *result,
                                          const GError *error));

G_END_DECLS
