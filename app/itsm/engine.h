/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/itsm/connector.h"

G_BEGIN_DECLS

/* Hands tickets over to one connector so that each of them ends there exactly once. The engine
 * holds no state of its own: all that it must remember it marks durably in the store before it
 * acts, so it may be killed at any moment and run again. The states are a table in README.md.
 *
 * Run it on a thread of its own. The functions of the store are then called on that thread: the
 * kit passes each as one short job to the thread that owns its database and waits for the end. */

/* A ticket in the eyes of the queue. Text is owned. */
typedef struct {
  char *number;
  char *uid;
  gint64 recorded_ms;
  DkHandover state;
  char *itsm_id;   /* NULL if none is known */
  char *reason;
  gint64 sent_ms;  /* when the request left whose outcome is not known, wall clock; 0 = there is
                      none. Of a delivered ticket: the one that adds its later notes */
  int attempts;    /* requests to create it so far */
  char *boot;      /* of the moment when this state was marked; NULL = that is not known */
  gint64 mono_ms;  /* since that boot */
} DkPushRow;

typedef enum {
  /* Eligible and not verified; and whatever else is sending or unknown, even if it was voided
   * since: what left must be found again. */
  DK_PUSH_PENDING,
  /* Delivered or verified. */
  DK_PUSH_HANDED,
} DkPushList;

/* A change of hand-over state. Members are absolute: what is NULL or 0 is stored so. A store that
 * counts its marks of DK_HANDOVER_SENDING itself may leave attempts out. */
typedef struct {
  const char *number;
  DkHandover state;
  const char *itsm_id;
  const char *reason;
  gint64 sent_ms;
  int attempts;
  guint lines; /* with DK_HANDOVER_VERIFIED: so many lines of the log stand there; 0 = not told */
} DkPushMark;

/* What the engine needs to have remembered, for one connector: tickets that are on their way to
 * another one are not in its lists. */
typedef struct {
  gpointer data;
  /* Adds DkPushRow to rows, in any order. */
  gboolean (*list) (gpointer data, DkPushList which, GPtrArray *rows, GError **error);
  /* The ticket with its log. Free with dk_push_ticket_free. */
  DkPushTicket *(*load) (gpointer data, const char *number, GError **error);
  /* Is durable (synced) when it returns. DK_ERROR_INVALID, and nothing is stored, if the log has
   * more lines by now than the mark tells. */
  gboolean (*mark) (gpointer data, const DkPushMark *mark, GError **error);
  /* The bytes of a file of a ticket, by its SHA-256; NULL as a function: files do not leave. */
  GBytes *(*file) (gpointer data, const char *number, const char *sha256, GError **error);
  /* The clocks; NULL = those of this PC. */
  void (*now) (gpointer data, DkMoment *out);
  /* Sleeps, in steps that notice cancelling; NULL = really sleeps. */
  void (*sleep) (gpointer data, gint64 ms, const DkJob *job);
} DkPushStore;

typedef struct {
  guint settle_s; /* 0 = as the connector says */
  guint wait_s;   /* stay so long for what is unknown or while the server is away; 0 = leave */
  guint limit;    /* hand over at most so many new ones; 0 = all */
  guint pace_ms;  /* pause between two creates; 0 = none */
} DkPushOptions;

/* How one ticket stands after the run. Text is owned. */
typedef struct {
  char *number;
  DkHandover state;
  char *itsm_id;
  char *reason;           /* in words, NULL where all is well */
  gint64 retry_ms;        /* when an unknown one may be looked for again; 0 = at will */
  GPtrArray *differences; /* DkPushDifference; may be empty */
} DkPushItem;

typedef struct {
  guint sent;          /* requests to create that left, or may have left, in this run */
  guint verified;      /* stand in the ITSM as they were sent: read back in this run */
  guint unknown;
  guint refused;
  guint delivered;     /* stand in the ITSM, but differ from what was sent or were not read back */
  guint waiting;       /* not sent yet */
  GPtrArray *items;    /* DkPushItem, oldest first */
  gint64 retry_at_ms;  /* when the next step is worth a try; 0 = nothing is to be waited for */
  gboolean skew_known;
  gint64 skew_ms;      /* clock of the ITSM minus that of this PC */
  char *stopped;       /* why the run ended before its time; NULL if it did not */
} DkPushReport;

/* Resolves what is unknown, then hands over what waits, oldest first, the first one alone as a
 * canary. Notes that were written since a ticket was sent go after it, once, as one comment.
 * options may be NULL. *report is set in any case but a NULL one, also with an error: free with
 * dk_push_report_free.
 * DK_ERROR_PARTIAL: some refused, unknown, different or waiting, each one in the report;
 * DK_ERROR_DENIED: the ITSM does not accept the credential, nothing was sent; DK_ERROR_UNREACHABLE:
 * it did not answer or not as itself, nothing was sent; G_IO_ERROR_CANCELLED; errors of the
 * store. */
gboolean dk_push_run (DkConnector *connector, const DkPushStore *store,
                      const DkPushOptions *options, const DkJob *job, DkPushReport **report,
                      GError **error) DK_CHECKED;

/* Reads all that is delivered or verified back and compares it. Changes nothing there, not even a
 * note is added; marks delivered ones as verified. Errors and report as above; what differs is
 * DK_ERROR_PARTIAL. */
gboolean dk_push_verify (DkConnector *connector, const DkPushStore *store, const DkJob *job,
                         DkPushReport **report, GError **error) DK_CHECKED;

/* {sent, verified, refused, delivered, waiting, unknown: [numbers], retry_at, skew_s, stopped,
 * items: [{number, state, itsm_id, reason, retry_at, differences: [{field, sent, found}]}]}; times
 * ISO 8601 with offset, absent = null. New reference. */
json_t *dk_push_report_json (const DkPushReport *report);

/* A row with nothing in it. Free with dk_push_row_free. */
DkPushRow *dk_push_row_new (void);

/* Frees the row; NULL is fine. */
void dk_push_row_free (DkPushRow *row);

/* Frees the report; NULL is fine. */
void dk_push_report_free (DkPushReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPushRow, dk_push_row_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPushReport, dk_push_report_free)

G_END_DECLS
