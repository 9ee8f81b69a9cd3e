/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/model/ticket.h"

G_BEGIN_DECLS

/* What speaks to one ITSM. A connector knows the other system's words and nothing of queues and
 * states; the engine knows the states and nothing of the other system. Calls are synchronous and
 * slow: never on the thread that owns the store. One object per thread. */

/* What a call to the other system came to. */
typedef enum {
  DK_CONNECTOR_OK,
  DK_CONNECTOR_NOT_SENT,    /* provably nothing left this PC: try again at will */
  DK_CONNECTOR_UNKNOWN,     /* it may have been done: look before doing it again */
  DK_CONNECTOR_RETRY_AFTER, /* not done; the server asks to wait retry_after_s */
  DK_CONNECTOR_AUTH,        /* not done; the credential is not accepted or lacks a right */
  DK_CONNECTOR_REJECTED,    /* not done; this record is not acceptable, others may be */
  DK_CONNECTOR_CONFLICT,    /* not done; something else stands there, a person must look */
  DK_CONNECTOR_LIES,        /* the answer is not that of the system that was expected */
} DkConnectorCode;

/* Why, in words for people, and how long to wait. Begin with DK_CONNECTOR_REPLY_INIT, end with
 * dk_connector_reply_clear. */
typedef struct {
  char *reason;      /* NULL if there is nothing to say */
  int retry_after_s; /* -1 if not told */
} DkConnectorReply;

#define DK_CONNECTOR_REPLY_INIT { NULL, -1 }

/* One line of the log of a ticket, oldest first. Text is owned. */
typedef struct {
  char *mark; /* "CHAIN:SEQ" of its entry; NULL if that is not known */
  gboolean late; /* written after the last request to create the ticket was marked: no part of the
                    record, always at the end of the log */
  char *kind; /* kind of the ledger entry: "note", "ticket-new", ... */
  char *user;
  gint64 happened_ms;
  gint64 recorded_ms;
  char *text; /* words of the note; what was done where it is no note */
} DkPushLine;

/* A photo or file of a ticket; its bytes come when they are sent. Text is owned. */
typedef struct {
  char *name;
  char *type; /* content type */
  char *sha256; /* 64 hex digits */
  gint64 size;
} DkPushFile;

/* A ticket with its log: all that a hand-over needs. */
typedef struct {
  DkTicket *ticket;
  GPtrArray *files;  /* DkPushFile, each once; may be empty */
  GPtrArray *lines;  /* DkPushLine, oldest first */
  gint64 handed_ms;  /* when it is or was handed over; 0 = not known */
} DkPushTicket;

/* What will be sent, mapped without any I/O: equal tickets give equal records. */
typedef struct {
  char *key;    /* downtime number */
  char *uid;
  json_t *body; /* in the words of the connector */
} DkPushRecord;

/* A ticket of the other system that carries the key that was asked for. */
typedef struct {
  char *key;
  char *uid;       /* of the stamp in its text; NULL if it has none */
  char *remote_id; /* as people know it there */
} DkPushHit;

/* A field that does not stand in the other system as it was sent. */
typedef struct {
  char *field;
  char *sent;
  char *found;      /* "" if there is nothing */
  gboolean dropped; /* the other system keeps nothing of it */
} DkPushDifference;

/* What a check found. Text is owned; clear with dk_connector_probe_clear. */
typedef struct {
  char *version;      /* of the other system, "" if not told */
  char *notes;        /* what a person should know, in words; NULL if nothing */
  gboolean skew_known;
  gint64 skew_ms;     /* clock of the other system minus that of this PC */
} DkConnectorProbe;

typedef struct DkConnector DkConnector;

/* The functions of one kind of connector; what each does stands at the public function of its name
 * below. finish, update, attach, has_file, search and notes may be NULL. hits, differences and
 * marks are arrays with free functions, which a call only adds to; out parameters are set with
 * DK_CONNECTOR_OK alone. */
typedef struct {
  const char *kind; /* "rt" */
  DkConnectorCode (*check) (DkConnector *self, DkConnectorProbe *probe, const DkJob *job,
                            DkConnectorReply *reply);
  DkPushRecord *(*map) (const DkConnector *self, const DkPushTicket *ticket, GError **error);
  DkConnectorCode (*find) (DkConnector *self, const char *const *keys, gsize n, GPtrArray *hits,
                           const DkJob *job, DkConnectorReply *reply);
  DkConnectorCode (*create) (DkConnector *self, const DkPushRecord *record, char **remote_id,
                             const DkJob *job, DkConnectorReply *reply);
  DkConnectorCode (*finish) (DkConnector *self, const DkPushRecord *record, const char *remote_id,
                             const DkJob *job, DkConnectorReply *reply);
  DkConnectorCode (*read) (DkConnector *self, const DkPushRecord *record, const char *remote_id,
                           GPtrArray *differences, const DkJob *job, DkConnectorReply *reply);
  DkConnectorCode (*update) (DkConnector *self, const char *remote_id, const char *text,
                             const DkJob *job, DkConnectorReply *reply);
  DkConnectorCode (*attach) (DkConnector *self, const char *remote_id, const char *name,
                             const char *content_type, GBytes *content, const DkJob *job,
                             DkConnectorReply *reply);
  DkConnectorCode (*has_file) (DkConnector *self, const char *remote_id, const DkPushFile *file,
                               gboolean *found, const DkJob *job, DkConnectorReply *reply);
  DkConnectorCode (*search) (DkConnector *self, const DkPushRecord *record, GPtrArray *hits,
                             const DkJob *job, DkConnectorReply *reply);
  DkConnectorCode (*notes) (DkConnector *self, const DkPushRecord *record, const char *remote_id,
                            GPtrArray *marks, const DkJob *job, DkConnectorReply *reply);
  void (*free) (DkConnector *self);
} DkConnectorClass;

/* First member of every connector. */
struct DkConnector {
  const DkConnectorClass *class;
  char *name;     /* as the site calls it */
  char *origin;   /* what the credential is bound to, "" if there is none */
  guint settle_s; /* after this time a request that had no answer is done or never will be */
  guint call_s;   /* no call takes longer; 0 = not known */
  gsize find_max; /* keys that one find takes */
};

/* Asks if we are known there, reads the server's clock, sees that the fields that the mapping needs
 * exist, and that what cannot exist is not found. Changes nothing there. Comes before any other
 * call of a session: what is mapped may depend on what the other system has. */
DkConnectorCode dk_connector_check (DkConnector *connector, DkConnectorProbe *probe,
                                    const DkJob *job, DkConnectorReply *reply) DK_CHECKED;

/* What would be sent for a ticket; nothing is sent. DK_ERROR_INVALID if it cannot be expressed.
 * Free with dk_push_record_free. */
DkPushRecord *dk_connector_map (const DkConnector *connector, const DkPushTicket *ticket,
                                GError **error) DK_CHECKED;

/* Finds tickets by downtime number, at most find_max keys. Only rows that hold the key themselves
 * count, never a total; a row that answers to a single key without holding it is a hit too, with
 * the uid of its stamp, if it has one. Adds DkPushHit to hits, lowest id first. */
DkConnectorCode dk_connector_find (DkConnector *connector, const char *const *keys, gsize n,
                                   GPtrArray *hits, const DkJob *job,
                                   DkConnectorReply *reply) DK_CHECKED;

/* Finds the ticket of this record by its words and its stamp, where the field that holds the
 * number was lost. Slow: for a request whose outcome is not known, before it is repeated. Adds
 * DkPushHit to hits, lowest id first; none if the connector cannot do that. */
DkConnectorCode dk_connector_search (DkConnector *connector, const DkPushRecord *record,
                                     GPtrArray *hits, const DkJob *job,
                                     DkConnectorReply *reply) DK_CHECKED;

/* Makes the ticket with one request. The caller has looked for it and has noted durably that the
 * request goes out. remote_id: new string. */
DkConnectorCode dk_connector_create (DkConnector *connector, const DkPushRecord *record,
                                     char **remote_id, const DkJob *job,
                                     DkConnectorReply *reply) DK_CHECKED;

/* Sets what the create leaves out on purpose (RT: the requestor, who would get a mail). May be
 * repeated at will. */
DkConnectorCode dk_connector_finish (DkConnector *connector, const DkPushRecord *record,
                                     const char *remote_id, const DkJob *job,
                                     DkConnectorReply *reply) DK_CHECKED;

/* Reads the ticket back and compares each field that was sent. Adds DkPushDifference.
 * DK_CONNECTOR_REJECTED: there is no such ticket any more. */
DkConnectorCode dk_connector_read (DkConnector *connector, const DkPushRecord *record,
                                   const char *remote_id, GPtrArray *differences,
                                   const DkJob *job, DkConnectorReply *reply) DK_CHECKED;

/* Reads which of our later notes stand in the history of a ticket there: adds the marks of their
 * stamps to marks (new strings). */
DkConnectorCode dk_connector_notes (DkConnector *connector, const DkPushRecord *record,
                                    const char *remote_id, GPtrArray *marks, const DkJob *job,
                                    DkConnectorReply *reply) DK_CHECKED;

/* Adds a note to a ticket there; not repeatable, so look before doing it again. */
DkConnectorCode dk_connector_update (DkConnector *connector, const char *remote_id,
                                     const char *text, const DkJob *job,
                                     DkConnectorReply *reply) DK_CHECKED;

/* Adds a file to a ticket there; not repeatable, so ask dk_connector_has_file before. */
DkConnectorCode dk_connector_attach (DkConnector *connector, const char *remote_id,
                                     const char *name, const char *content_type, GBytes *content,
                                     const DkJob *job, DkConnectorReply *reply) DK_CHECKED;

/* Is there a file of that name with that content (by its SHA-256) at a ticket there? Changes
 * nothing. DK_CONNECTOR_CONFLICT: there are too many to look through. */
DkConnectorCode dk_connector_has_file (DkConnector *connector, const char *remote_id,
                                       const DkPushFile *file, gboolean *found, const DkJob *job,
                                       DkConnectorReply *reply) DK_CHECKED;

/* The line that makes a ticket findable by its text: "[DT-A07-0042-D <uid>]". New string. */
char *dk_connector_stamp (const char *number, const char *uid);

/* The uid in the stamp of that number within text; NULL if there is none. New string. */
char *dk_connector_find_stamp (const char *text, const char *number);

/* The line that makes later notes findable: "[DT-A07-0042-D <uid> note <mark>]", the mark being
 * that of the last line among them. New string. */
char *dk_connector_note_stamp (const char *number, const char *uid, const char *mark);

/* The mark in the first note stamp of that number and uid within text; NULL if there is none. New
 * string. */
char *dk_connector_find_note (const char *text, const char *number, const char *uid);

/* Sets the reason for people; takes a printf format. The reason of before is freed. */
void dk_connector_reply_set (DkConnectorReply *reply, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Frees what a reply holds and makes it empty. */
void dk_connector_reply_clear (DkConnectorReply *reply);

/* Frees what a probe holds and makes it empty. */
void dk_connector_probe_clear (DkConnectorProbe *probe);

/* Adds a line of a log to a text, as people read it in the other system: times are UTC. */
void dk_push_line_append (GString *out, const DkPushLine *line);

/* An empty log line. Free with dk_push_line_free. */
DkPushLine *dk_push_line_new (void);

/* Frees the line; NULL is fine. */
void dk_push_line_free (DkPushLine *line);

/* A file with copies of the texts. Free with dk_push_file_free. */
DkPushFile *dk_push_file_new (const char *name, const char *type, const char *sha256, gint64 size);

/* Frees the file; NULL is fine. */
void dk_push_file_free (DkPushFile *file);

/* Takes the ticket; the log and the files are empty. Free with dk_push_ticket_free. */
DkPushTicket *dk_push_ticket_new (DkTicket *ticket);

/* Frees ticket and log; NULL is fine. */
void dk_push_ticket_free (DkPushTicket *ticket);

/* Takes the body, copies the texts. Free with dk_push_record_free. */
DkPushRecord *dk_push_record_new (const char *key, const char *uid, json_t *body);

/* Frees the record; NULL is fine. */
void dk_push_record_free (DkPushRecord *record);

/* A hit with copies of the texts. Free with dk_push_hit_free. */
DkPushHit *dk_push_hit_new (const char *key, const char *uid, const char *remote_id);

/* Frees the hit; NULL is fine. */
void dk_push_hit_free (DkPushHit *hit);

/* A difference with copies of the texts; found NULL or "" counts as dropped. Free with
 * dk_push_difference_free. */
DkPushDifference *dk_push_difference_new (const char *field, const char *sent, const char *found);

/* Frees the difference; NULL is fine. */
void dk_push_difference_free (DkPushDifference *difference);

/* Ends the connection and frees; NULL is fine. */
void dk_connector_free (DkConnector *connector);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPushLine, dk_push_line_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPushTicket, dk_push_ticket_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPushRecord, dk_push_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPushHit, dk_push_hit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPushDifference, dk_push_difference_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkConnector, dk_connector_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkConnectorReply, dk_connector_reply_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkConnectorProbe, dk_connector_probe_clear)

G_END_DECLS
