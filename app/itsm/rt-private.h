/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/itsm/rt.h"
#include "app/net/http.h"

/* Where RT 5 serves its REST interface, below the address of the server. */
#define RT_REST_PATH "/REST/2.0"

/* What a custom field of the queue holds. */
typedef enum {
  RT_FIELD_NUMBER,
  RT_FIELD_IMPACT,
  RT_FIELD_URGENCY,
  RT_FIELD_LOCATION,
  RT_FIELD_CAPTURED,
  RT_FIELDS
} RtField;

typedef struct {
  DkConnector base;
  DkHttp *http;
  char *queue;
  char *queue_id;          /* "" until the check has told */
  char *fields[RT_FIELDS]; /* name of the custom field, "" = not used */
  gboolean required[RT_FIELDS];
  int priorities[5];
  gboolean notify;
  char *status_open;
  char *status_resolved;
} RtConnector;

/* Sends a request (body may be NULL) below /REST/2.0 and judges the answer as every call must:
 * *document gets the JSON of an answer with status 2xx (new reference), *status its status,
 * *date_ms the clock of the server; all three may be NULL. */
DkConnectorCode dk_rt_call (RtConnector *rt, const char *method, const char *path,
                            const json_t *body, json_t **document, int *status, gint64 *date_ms,
                            const DkJob *job, DkConnectorReply *reply);

/* Text of an id or number that RT writes as string or number; NULL if it is neither. New string. */
char *dk_rt_scalar (const json_t *value);

/* "2026-11-20 08:15:00": UTC, as RT wants it. New string. */
char *dk_rt_time (gint64 ms);

/* The record: {"create": body of the request, "requestor": address or absent}. */
DkPushRecord *dk_rt_map (const DkConnector *self, const DkPushTicket *push, GError **error);

/* The values of a custom field in a ticket as RT tells it; NULL if there are none. Borrowed. */
const json_t *dk_rt_custom_values (const json_t *ticket, const char *field);

/* Text of the first attachments of a ticket, the one with the stamp of number first; "" if none
 * has it. New string. */
DkConnectorCode dk_rt_read_text (RtConnector *rt, const char *remote_id, const char *number,
                                 char **text, const DkJob *job, DkConnectorReply *reply);

/* dk_connector_find, dk_connector_search and dk_connector_notes for RT. */
DkConnectorCode dk_rt_find (DkConnector *self, const char *const *keys, gsize n, GPtrArray *hits,
                            const DkJob *job, DkConnectorReply *reply);
DkConnectorCode dk_rt_search (DkConnector *self, const DkPushRecord *record, GPtrArray *hits,
                              const DkJob *job, DkConnectorReply *reply);
DkConnectorCode dk_rt_notes (DkConnector *self, const DkPushRecord *record, const char *remote_id,
                             GPtrArray *marks, const DkJob *job, DkConnectorReply *reply);

/* dk_connector_read, dk_connector_has_file and dk_connector_attach for RT. */
DkConnectorCode dk_rt_read (DkConnector *self, const DkPushRecord *record, const char *remote_id,
                            GPtrArray *differences, const DkJob *job, DkConnectorReply *reply);
DkConnectorCode dk_rt_has_file (DkConnector *self, const char *remote_id, const DkPushFile *file,
                                gboolean *found, const DkJob *job, DkConnectorReply *reply);
DkConnectorCode dk_rt_attach (DkConnector *self, const char *remote_id, const char *name,
                              const char *content_type, GBytes *content, const DkJob *job,
                              DkConnectorReply *reply);
