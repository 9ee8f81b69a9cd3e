/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/itsm/engine.h"

/* Why a run hands over nothing more. */
typedef enum {
  PUSH_GO,
  PUSH_PAUSE,       /* the server wants a rest, or a canary has no answer yet: later */
  PUSH_UNREACHABLE, /* it could not be reached: later */
  PUSH_AUTH,
  PUSH_LIES,
  PUSH_MISMATCH,    /* the canary does not stand there as it was sent */
  PUSH_REFUSALS,    /* one after the other was refused, none was taken */
} PushStop;

/* One run. Functions that return gboolean fail with errors of the store or cancelling alone; what
 * the other system does is in stop and in the rows. */
typedef struct {
  DkConnector *connector;
  const DkPushStore *store;
  const DkJob *job;
  gint64 settle_ms;
  guint limit; /* G_MAXUINT = none */
  guint pace_ms;
  DkPushReport *report;
  GPtrArray *rows;      /* DkPushRow, oldest first */
  GHashTable *items;    /* number -> DkPushItem of report */
  GHashTable *sent_at;  /* number -> gint64 since boot, for what this process sent */
  GHashTable *unread;   /* numbers of delivered ones that could not be read back in this run */
  gboolean checked;
  gboolean canary_passed;
  guint refused_in_row;
  guint unknown_in_row;
  PushStop stop;
  char *stop_reason;
  gint64 pause_ms;      /* since boot: not before */
} PushRun;

/* Reads the clocks. */
void dk_push_now (const PushRun *run, DkMoment *out);

/* Waits; returns early if it is cancelled. */
void dk_push_sleep (const PushRun *run, gint64 ms);

/* Notes why no more is handed over; the first reason stays. */
void dk_push_stop (PushRun *run, PushStop stop, const char *reason);

/* Stops as a code of the connector demands that no single ticket is to blame for; FALSE for OK,
 * REJECTED and CONFLICT, which stop nothing. */
gboolean dk_push_stop_for (PushRun *run, DkConnectorCode code, const DkConnectorReply *reply);

/* Stores a new state of the row, durably, and in the report. sent_ms and attempts are those of the
 * row; itsm_id and reason may be NULL. */
gboolean dk_push_set (PushRun *run, DkPushRow *row, DkHandover state, const char *itsm_id,
                      const char *reason, GError **error);

/* Stores, in any case, that the row is delivered and that its later notes leave or left at sent_ms
 * (0 = they did not). */
gboolean dk_push_mark_note (PushRun *run, DkPushRow *row, const char *reason, GError **error);

/* A request may have been done, nobody knows: notes that moment in row->sent_ms and stops the run
 * where the code or a row of such answers demands it. */
void dk_push_note_unknown (PushRun *run, DkPushRow *row, DkConnectorCode code,
                           const DkConnectorReply *reply);

/* What a request that follows a ticket came to: a note, a file. */
typedef enum {
  PUSH_FOLLOWED,
  PUSH_FOLLOWS_LATER, /* it did not leave */
  PUSH_NOT_TAKEN,     /* a person has to add it there */
  PUSH_MAY_BE_THERE,  /* no answer came: it is looked for before it is sent again */
} PushFollowing;

/* Judges the code of such a request: stops the run as it demands, and clears row->sent_ms where it
 * was surely not done; where it may have been, that is now the end of the call. */
PushFollowing dk_push_judge_following (PushRun *run, DkPushRow *row, DkConnectorCode code,
                                       const DkConnectorReply *reply);

/* Stores that the row is verified with so many lines of its log; delivered if there are more by
 * now. */
gboolean dk_push_set_verified (PushRun *run, DkPushRow *row, guint lines, GError **error);

/* Looks if the notes that were written after the ticket was sent stand there, and adds those that
 * do not as one comment, if it may. *pending: why they do not all stand there, in words (new
 * string); NULL if they do or there are none. */
gboolean dk_push_notes (PushRun *run, DkPushRow *row, const DkPushRecord *record,
                        const DkPushTicket *ticket, gboolean may_send, char **pending,
                        GError **error);

/* Looks if the files of the ticket stand there, and adds those that do not, each by a request of
 * its own, if it may. *pending as dk_push_notes. */
gboolean dk_push_files (PushRun *run, DkPushRow *row, const DkPushTicket *ticket,
                        gboolean may_send, char **pending, GError **error);

/* Files, and once they are there the later notes. */
gboolean dk_push_rest (PushRun *run, DkPushRow *row, const DkPushRecord *record,
                       const DkPushTicket *ticket, gboolean may_send, char **pending,
                       GError **error);

/* Item of the report for a row. */
DkPushItem *dk_push_item (PushRun *run, const DkPushRow *row);

/* Time since the request of this row left, as far as it can be trusted. */
gint64 dk_push_elapsed (const PushRun *run, const DkPushRow *row);

/* The same, counted from the last mark even if this run sent the ticket. */
gint64 dk_push_elapsed_since_mark (const PushRun *run, const DkPushRow *row);

/* Asks the connector who we are, once per run. */
void dk_push_check (PushRun *run);

/* Looks for rows there; hits is filled. FALSE if the run stops by it. */
gboolean dk_push_find (PushRun *run, GPtrArray *rows, GPtrArray *hits);

/* What was found for a row: takes it over, or keeps it apart for a person. *found tells if there
 * was anything. */
gboolean dk_push_adopt (PushRun *run, DkPushRow *row, const GPtrArray *hits, gboolean *found,
                        GError **error);

/* The hits that are this row, lowest first, and those of others with its number. Borrowed. */
void dk_push_split_hits (const DkPushRow *row, const GPtrArray *hits, GPtrArray *ours,
                         GPtrArray *others);

/* Reads a delivered row back, compares, marks. */
gboolean dk_push_confirm (PushRun *run, DkPushRow *row, GError **error);

/* Resolves what is unknown or delivered; first: with those delivered in earlier runs. */
gboolean dk_push_resolve (PushRun *run, gboolean first, GError **error);

/* Hands over what waits. */
gboolean dk_push_send (PushRun *run, GError **error);

/* Begins and ends a run; rows and their items come in order. */
void dk_push_begin (PushRun *run, DkConnector *connector, const DkPushStore *store,
                    const DkPushOptions *options, const DkJob *job);
gboolean dk_push_list_rows (PushRun *run, DkPushList which, GError **error);
void dk_push_end (PushRun *run, DkPushReport **report);

/* The error that the report deserves; TRUE if there is none. */
gboolean dk_push_judge (PushRun *run, GError **error);

/* The record of the ticket of a row. ticket may be NULL; it gets the ticket with its log. */
DkPushRecord *dk_push_load (PushRun *run, const DkPushRow *row, gint64 handed_ms,
                            DkPushTicket **ticket, GError **error);

/* TRUE if an error of dk_push_load is about this one ticket: the others may go on. */
gboolean dk_push_is_of_ticket (const GError *error);

/* "Impact (sent 2, found nothing), ...". New string. */
char *dk_push_describe (const GPtrArray *differences);

/* Order of pointers to rows: oldest first. */
int dk_push_compare_rows (gconstpointer a, gconstpointer b);

/* An item with nothing but its number, for the items of a report. */
DkPushItem *dk_push_item_new (const char *number);

/* A new report, and its counts out of the items. */
DkPushReport *dk_push_report_new (void);
void dk_push_report_count (DkPushReport *report);
