/* SPDX-License-Identifier: MIT */
/* How Request Tracker is asked if something is there. Its full text search is off where nobody
 * turned it on, and then finds nothing without a word: so a ticket that may have lost its number
 * field is looked for by subject and day, and known by the stamp in its text. */
#include <string.h>

#include "app/base/clock.h"
#include "app/itsm/rt-private.h"

#define ROWS_MAX 100
#define ROWS_MAX_TEXT "100"
#define ODD_ROWS_MAX 5
#define PAGES_MAX 5
#define DAYS_MS (G_GINT64_CONSTANT (2) * 24 * 3600 * 1000)
#define HISTORY_PAGE 20
#define HISTORY_PAGES_MAX 50

/* The queue is no part of it: somebody there may have moved a ticket to another one. */
static char *
make_query (const RtConnector *rt, const char *const *keys, gsize n)
{
  GString *query = g_string_new (NULL);

  for (gsize i = 0; i < n; i++) {
    for (const char *p = keys[i]; *p != '\0'; p++)
      g_assert (g_ascii_isalnum (*p) || *p == '-');
    g_string_append_printf (query, "%s'CF.{%s}' = '%s'", i > 0 ? " OR " : "",
                            rt->fields[RT_FIELD_NUMBER], keys[i]);
  }
  return g_string_free (query, FALSE);
}

static const char *
find_key (const char *const *keys, gsize n, const json_t *values)
{
  gsize at;
  json_t *entry;

  json_array_foreach (values, at, entry) {
    const char *value = json_string_value (entry);
    for (gsize i = 0; value != NULL && i < n; i++) {
      if (g_ascii_strcasecmp (keys[i], value) == 0)
        return keys[i];
    }
  }
  return NULL;
}

static DkConnectorCode
distrust (DkConnectorReply *reply)
{
  dk_connector_reply_set (reply, "The search of Request Tracker does not answer as it should. It "
                                 "cannot be trusted.");
  return DK_CONNECTOR_LIES;
}

/* stamped_only: a ticket without the stamp of the key is none of ours and no hit. */
static DkConnectorCode
add_hit (RtConnector *rt, const json_t *row, const char *key, gboolean stamped_only,
         GPtrArray *hits, const DkJob *job, DkConnectorReply *reply)
{
  g_autofree char *id = dk_rt_scalar (json_object_get (row, "id"));
  g_autofree char *text = NULL;
  g_autofree char *uid = NULL;
  guint64 number;
  DkConnectorCode code;

  if (id == NULL || !g_ascii_string_to_unsigned (id, 10, 1, G_MAXINT64, &number, NULL))
    return distrust (reply);
  code = dk_rt_read_text (rt, id, key, &text, job, reply);
  if (code != DK_CONNECTOR_OK)
    return code;
  uid = dk_connector_find_stamp (text, key);
  if (uid != NULL || !stamped_only)
    g_ptr_array_add (hits, dk_push_hit_new (key, uid, id));
  return DK_CONNECTOR_OK;
}

static DkConnectorCode
ask_rows (RtConnector *rt, const char *query, const char *more, json_t **rows, const DkJob *job,
          DkConnectorReply *reply)
{
  g_autofree char *escaped = dk_http_escape (query);
  g_autofree char *path
      = g_strdup_printf ("/tickets?query=%s&per_page=" ROWS_MAX_TEXT "%s", escaped, more);
  g_autoptr (json_t) document = NULL;
  DkConnectorCode code = dk_rt_call (rt, "GET", path, NULL, &document, NULL, NULL, job, reply);

  if (code != DK_CONNECTOR_OK)
    return code;
  if (!json_is_array (json_object_get (document, "items")))
    return distrust (reply);
  *rows = json_incref (json_object_get (document, "items"));
  return DK_CONNECTOR_OK;
}

/* Rows that hold none of the keys are counted in odd; with one key alone they are hits of it, for
 * then its field was changed there since. */
static DkConnectorCode
find_some (RtConnector *rt, const char *const *keys, gsize n, GPtrArray *hits, guint *odd,
           const DkJob *job, DkConnectorReply *reply)
{
  g_autofree char *query = make_query (rt, keys, n);
  g_autoptr (json_t) rows = NULL;
  DkConnectorCode code = ask_rows (rt, query, "&fields=CustomFields", &rows, job, reply);
  gsize i;
  json_t *row;

  if (code != DK_CONNECTOR_OK)
    return code;
  if (json_array_size (rows) >= ROWS_MAX)
    return distrust (reply);
  json_array_foreach (rows, i, row) {
    const json_t *values = dk_rt_custom_values (row, rt->fields[RT_FIELD_NUMBER]);
    const char *key = find_key (keys, n, values);
    if (key == NULL && ++*odd > ODD_ROWS_MAX)
      return distrust (reply);
    if (key == NULL && n == 1)
      key = keys[0];
    if (key != NULL)
      code = add_hit (rt, row, key, FALSE, hits, job, reply);
    if (code != DK_CONNECTOR_OK)
      return code;
  }
  return DK_CONNECTOR_OK;
}

DkConnectorCode
dk_rt_find (DkConnector *self, const char *const *keys, gsize n, GPtrArray *hits, const DkJob *job,
            DkConnectorReply *reply)
{
  RtConnector *rt = (RtConnector *) self;
  guint before = hits->len;
  guint odd = 0;
  DkConnectorCode code = find_some (rt, keys, n, hits, &odd, job, reply);

  if (code != DK_CONNECTOR_OK || odd == 0 || n == 1)
    return code;
  /* A search for one key at a time tells whose they are. */
  g_ptr_array_set_size (hits, (gint) before);
  for (gsize i = 0; i < n && code == DK_CONNECTOR_OK; i++) {
    odd = 0;
    code = find_some (rt, &keys[i], 1, hits, &odd, job, reply);
  }
  return code;
}

static char *
make_subject_query (const json_t *create)
{
  const char *subject = dk_json_get_text (create, "Subject");
  const char *created = dk_json_get_text (create, "Created");
  g_autofree char *zoned = g_strdup_printf ("%sZ", created);
  g_autoptr (GString) escaped = g_string_new (NULL);
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  gint64 ms = 0;

  if (!dk_time_parse (zoned, "Created", &ms, NULL))
    g_assert_not_reached ();
  for (const char *p = subject; *p != '\0'; p++) {
    if (*p == '\'' || *p == '\\')
      g_string_append_c (escaped, '\\');
    g_string_append_c (escaped, *p);
  }
  /* Days, since RT reads times in a query in the time zone of the user of the token. */
  from = dk_rt_time (MAX (ms - DAYS_MS, 0));
  to = dk_rt_time (ms + DAYS_MS);
  from[10] = to[10] = '\0';
  return g_strdup_printf ("Subject = '%s' AND Created > '%s' AND Created < '%s'", escaped->str,
                          from, to);
}

static DkConnectorCode
search_page (RtConnector *rt, const DkPushRecord *record, const char *query, guint page,
             gsize *count, GPtrArray *hits, const DkJob *job, DkConnectorReply *reply)
{
  g_autofree char *more = g_strdup_printf ("&orderby=id&order=DESC&page=%u", page);
  g_autoptr (json_t) rows = NULL;
  DkConnectorCode code = ask_rows (rt, query, more, &rows, job, reply);
  gsize i;
  json_t *row;

  json_array_foreach (rows, i, row) {
    code = add_hit (rt, row, record->key, TRUE, hits, job, reply);
    if (code != DK_CONNECTOR_OK)
      return code;
  }
  *count = json_array_size (rows);
  return code;
}

DkConnectorCode
dk_rt_search (DkConnector *self, const DkPushRecord *record, GPtrArray *hits, const DkJob *job,
              DkConnectorReply *reply)
{
  RtConnector *rt = (RtConnector *) self;
  g_autofree char *query = make_subject_query (json_object_get (record->body, "create"));

  /* What may be there is among the newest. A page lacks the rows that the token may not see, so
   * only an empty one is the last. */
  for (guint page = 1; page <= PAGES_MAX; page++) {
    gsize count = 0;
    DkConnectorCode code = search_page (rt, record, query, page, &count, hits, job, reply);
    if (code != DK_CONNECTOR_OK || hits->len > 0 || count == 0)
      return code;
  }
  dk_connector_reply_set (reply,
                          "More than %d tickets there have its subject, so it cannot be told if it "
                          "is one of them. Look for its number there by hand.",
                          PAGES_MAX * ROWS_MAX);
  return DK_CONNECTOR_CONFLICT;
}

static char *
find_note (const char *content, const DkPushRecord *record)
{
  char *mark = dk_connector_find_note (content, record->key, record->uid);
  g_autofree char *decoded = NULL;
  gsize size = 0;

  if (mark != NULL)
    return mark;
  decoded = (char *) g_base64_decode (content, &size);
  decoded = g_realloc (decoded, size + 1);
  decoded[size] = '\0';
  return dk_connector_find_note (decoded, record->key, record->uid);
}

DkConnectorCode
dk_rt_notes (DkConnector *self, const DkPushRecord *record, const char *remote_id, GPtrArray *marks,
             const DkJob *job, DkConnectorReply *reply)
{
  RtConnector *rt = (RtConnector *) self;

  for (guint page = 1; page <= HISTORY_PAGES_MAX; page++) {
    g_autofree char *path = g_strdup_printf (
        "/ticket/%s/attachments?fields=Content,ContentType&per_page=%d&page=%u", remote_id,
        HISTORY_PAGE, page);
    g_autoptr (json_t) document = NULL;
    DkConnectorCode code = dk_rt_call (rt, "GET", path, NULL, &document, NULL, NULL, job, reply);
    const json_t *items = json_object_get (document, "items");
    gsize i;
    json_t *item;

    if (code == DK_CONNECTOR_OK && !json_is_array (items))
      return distrust (reply);
    if (code != DK_CONNECTOR_OK)
      return code;
    json_array_foreach (items, i, item) {
      const char *content = dk_json_get_text (item, "Content");
      char *mark = content != NULL ? find_note (content, record) : NULL;
      if (mark != NULL)
        g_ptr_array_add (marks, mark);
    }
    if (json_array_size (items) == 0)
      return DK_CONNECTOR_OK;
  }
  dk_connector_reply_set (reply, "The history of ticket %s is too long to be read.", remote_id);
  return DK_CONNECTOR_CONFLICT;
}
