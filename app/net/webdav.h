/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/net/http.h"

G_BEGIN_DECLS

/* Fetches one file from a web server, or the newest of a WebDAV collection, without a login. As
 * app/net/http.h: https, or http to this PC alone, no redirects, everything bounded. Any thread but
 * that of the store. */

typedef enum {
  DK_WEBDAV_FETCHED,     /* all of it went to the sink */
  DK_WEBDAV_SAME,        /* the server says that nothing changed; nothing went to the sink */
  DK_WEBDAV_UNREACHABLE, /* no answer, or a broken one: try again later */
  DK_WEBDAV_REFUSED,     /* an answer that is not taken: trying again alone does not help */
} DkWebdavOutcome;

typedef struct {
  GBytes *ca_pem;            /* the only CAs that count; NULL = those of the system. Borrowed */
  const char *suffix;        /* of the file in a collection: ".dkpack" */
  const char *known_name;    /* file that etag and last_modified are of; NULL = none */
  const char *etag;          /* as the server gave it before; NULL = none */
  const char *last_modified; /* likewise */
  guint64 size_max;          /* bytes of the file */
  guint total_s;             /* 0 = 300 */
} DkWebdavOptions;

/* Text is owned; empty with DK_WEBDAV_RESULT_INIT, emptied by dk_webdav_result_clear. */
typedef struct {
  DkWebdavOutcome outcome;
  char *reason;        /* for people; NULL if fetched or the same */
  char *name;          /* of the file; NULL if none was chosen */
  char *etag;          /* for the next time; NULL if not told or not usable */
  char *last_modified; /* likewise */
} DkWebdavResult;

#define DK_WEBDAV_RESULT_INIT { .outcome = DK_WEBDAV_UNREACHABLE }

/* Fetches url. If it ends in a slash it is a collection: PROPFIND of depth 1, and of the files
 * with the suffix the newest. What the server lists is used as a name alone and looked for below
 * url. The file goes to the sink piece by piece; after anything but DK_WEBDAV_FETCHED the caller
 * throws away what went there. `result` was initialised. Errors are for a call that cannot be made:
 * DK_ERROR_INVALID (no such URL, a login in it, plain http to another PC). */
gboolean dk_webdav_fetch (const char *url, const DkWebdavOptions *options, DkHttpSink sink,
                          gpointer data, const DkJob *job, DkWebdavResult *result,
                          GError **error) DK_CHECKED;

/* Frees what is in it. */
void dk_webdav_result_clear (DkWebdavResult *result);

/* A file of a collection. */
typedef struct {
  char *name;         /* decoded, without a slash */
  gint64 modified_ms; /* 0 if not told */
  guint64 size;       /* bytes; 0 if not told */
} DkWebdavEntry;

/* Reads the answer to a PROPFIND (RFC 4918, 207): files whose names end in `suffix`, the newest
 * first. No DTD, no entities but those of XML itself. Entries with names that are no plain file
 * name are passed over. DK_ERROR_INVALID with line and column, or if there are more than 2,000
 * responses. New array of DkWebdavEntry. */
GPtrArray *dk_webdav_parse (GBytes *multistatus, const char *suffix, GError **error) DK_CHECKED;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkWebdavResult, dk_webdav_result_clear)

G_END_DECLS
