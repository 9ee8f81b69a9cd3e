/* SPDX-License-Identifier: MIT */
#include "app/itsm/rt-private.h"

#include <string.h>

#define PAGE_SIZE 100
#define PAGES_MAX 20

/* Is this attachment the file? An answer that cannot be had is no "no". */
static DkConnectorCode
compare_file (RtConnector *rt, const json_t *item, const DkPushFile *file, gboolean *same,
              const DkJob *job, DkConnectorReply *reply)
{
  g_autofree char *id = dk_rt_scalar (json_object_get (item, "id"));
  g_autofree char *path = NULL;
  g_autofree guchar *bytes = NULL;
  g_autofree char *sha256 = NULL;
  g_autoptr (json_t) document = NULL;
  DkConnectorCode code;
  const char *base64;
  gsize size = 0;

  if (id == NULL || g_strcmp0 (dk_json_get_text (item, "Filename"), file->name) != 0)
    return DK_CONNECTOR_OK;
  path = g_strdup_printf ("/attachment/%s", id);
  code = dk_rt_call (rt, "GET", path, NULL, &document, NULL, NULL, job, reply);
  if (code != DK_CONNECTOR_OK)
    return code;
  base64 = dk_json_get_text (document, "Content");
  bytes = base64 != NULL ? g_base64_decode (base64, &size) : NULL;
  if (bytes == NULL)
    return DK_CONNECTOR_OK;
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, size);
  *same = strcmp (sha256, file->sha256) == 0;
  return DK_CONNECTOR_OK;
}

static DkConnectorCode
compare_page (RtConnector *rt, const json_t *items, const DkPushFile *file, gboolean *found,
              const DkJob *job, DkConnectorReply *reply)
{
  for (gsize i = 0; i < json_array_size (items) && !*found; i++) {
    DkConnectorCode code
        = compare_file (rt, json_array_get (items, i), file, found, job, reply);
    if (code != DK_CONNECTOR_OK)
      return code;
  }
  return DK_CONNECTOR_OK;
}

/* What cannot be looked through may hold the file: sending it could make it stand there twice. */
static DkConnectorCode
refuse_so_many (const char *remote_id, DkConnectorReply *reply)
{
  dk_connector_reply_set (reply,
                          "Ticket %s there has %d attachments or more, too many to look through, "
                          "so the file was not sent: it might be there already. Look for it there, "
                          "and add it by hand if it is missing (`dkit ticket file`).",
                          remote_id, PAGES_MAX * PAGE_SIZE);
  return DK_CONNECTOR_CONFLICT;
}

DkConnectorCode
dk_rt_has_file (DkConnector *self, const char *remote_id, const DkPushFile *file, gboolean *found,
                const DkJob *job, DkConnectorReply *reply)
{
  RtConnector *rt = (RtConnector *) self;
  gboolean there = FALSE;
  gsize count = PAGE_SIZE;

  for (guint page = 1; page <= PAGES_MAX && count == PAGE_SIZE && !there; page++) {
    g_autofree char *path = g_strdup_printf (
        "/ticket/%s/attachments?fields=Filename&per_page=%d&page=%u", remote_id, PAGE_SIZE, page);
    g_autoptr (json_t) document = NULL;
    DkConnectorCode code = dk_rt_call (rt, "GET", path, NULL, &document, NULL, NULL, job, reply);
    const json_t *items = json_object_get (document, "items");
    if (code != DK_CONNECTOR_OK)
      return code;
    if (!json_is_array (items)) {
      dk_connector_reply_set (reply, "The list of the files of ticket %s is not one that Request "
                                     "Tracker gives.",
                              remote_id);
      return DK_CONNECTOR_LIES;
    }
    count = json_array_size (items);
    code = compare_page (rt, items, file, &there, job, reply);
    if (code != DK_CONNECTOR_OK)
      return code;
  }
  if (!there && count == PAGE_SIZE)
    return refuse_so_many (remote_id, reply);
  *found = there;
  return DK_CONNECTOR_OK;
}

/* Request Tracker recodes what calls itself text, and then no file of these bytes is found again.
 * Pictures stay pictures, to be looked at there. */
static const char *
type_that_keeps_bytes (const char *content_type)
{
  return g_str_has_prefix (content_type, "image/") && strcmp (content_type, "image/svg+xml") != 0
             ? content_type
             : "application/octet-stream";
}

DkConnectorCode
dk_rt_attach (DkConnector *self, const char *remote_id, const char *name, const char *content_type,
              GBytes *content, const DkJob *job, DkConnectorReply *reply)
{
  g_autofree char *path = g_strdup_printf ("/ticket/%s/comment", remote_id);
  g_autofree char *base64 = NULL;
  g_autoptr (json_t) body = NULL;
  gsize size;
  const guchar *bytes = g_bytes_get_data (content, &size);

  base64 = g_base64_encode (bytes, size);
  body = json_pack ("{s:s, s:s, s:[{s:s, s:s, s:s}]}", "Content", name, "ContentType", "text/plain",
                    "Attachments", "FileName", name, "FileType",
                    type_that_keeps_bytes (content_type), "FileContent", base64);
  g_assert (body != NULL);
  return dk_rt_call ((RtConnector *) self, "POST", path, body, NULL, NULL, NULL, job, reply);
}
