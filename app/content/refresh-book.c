/* SPDX-License-Identifier: MIT */
/* What refresh remembers between two runs. The folder is open to the group, so all of this may have
 * been written by anybody: it saves work, and decides nothing that matters. */
#include <string.h>

#include "app/base/file.h"
#include "app/content/refresh-private.h"

#define BOOK_FILE "routes.json"
#define BOOK_BYTES_MAX (256u << 10)
#define ROUTES_MAX 64
#define SETTLED_MAX 64
#define WAITING_MAX 64
#define SEQUENCE_DIGITS 16
#define ID_DIGITS 32

char *
dk_refresh_folder (const char *kit)
{
  return g_build_filename (kit, "incoming", NULL);
}

char *
dk_refresh_base (const char *file)
{
  return g_strndup (file, strcspn (file, "."));
}

gboolean
dk_refresh_is_own_name (const char *file)
{
  g_autofree char *base = dk_refresh_base (file);
  const char *end = file + strlen (base);

  return strlen (base) == SEQUENCE_DIGITS + 1 + ID_DIGITS
         && strspn (base, "0123456789") >= SEQUENCE_DIGITS && base[SEQUENCE_DIGITS] == '-'
         && strspn (base + SEQUENCE_DIGITS + 1, "0123456789abcdef") == ID_DIGITS
         && (strcmp (end, DK_REFRESH_PLAIN) == 0 || strcmp (end, DK_REFRESH_SEALED) == 0);
}

static void
keep_member (json_t *root, const char *key, json_t *empty, gsize count_max)
{
  json_t *member = json_object_get (root, key);
  gsize count = json_is_array (empty) ? json_array_size (member) : json_object_size (member);

  if (member == NULL || json_typeof (member) != json_typeof (empty) || count > count_max)
    json_object_set (root, key, empty);
  json_decref (empty);
}

DkRefreshBook *
dk_refresh_book_read (const char *incoming)
{
  DkRefreshBook *book = g_new0 (DkRefreshBook, 1);
  g_autoptr (GBytes) bytes = NULL;

  book->path = g_build_filename (incoming, BOOK_FILE, NULL);
  bytes = dk_file_read (book->path, BOOK_BYTES_MAX, NULL);
  if (bytes != NULL && g_bytes_get_size (bytes) > 0)
    book->root = dk_json_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                BOOK_BYTES_MAX, BOOK_FILE, NULL);
  if (!json_is_object (book->root)) {
    json_decref (book->root);
    book->root = json_object ();
  }
  json_object_set_new (book->root, "v", json_integer (1));
  keep_member (book->root, "routes", json_object (), ROUTES_MAX);
  keep_member (book->root, "waiting", json_object (), WAITING_MAX);
  keep_member (book->root, "settled", json_array (), SETTLED_MAX);
  return book;
}

gboolean
dk_refresh_book_write (const DkRefreshBook *book, GError **error)
{
  g_autofree char *text = dk_json_text (book->root, FALSE);

  return dk_file_replace (book->path, text, strlen (text), DK_FILE_NOT_SYNCED, error);
}

void
dk_refresh_book_free (DkRefreshBook *book)
{
  if (book == NULL)
    return;
  json_decref (book->root);
  g_free (book->path);
  g_free (book);
}

const json_t *
dk_refresh_book_find (const DkRefreshBook *book, const char *route)
{
  const json_t *found = json_object_get (json_object_get (book->root, "routes"), route);

  return json_is_object (found) ? found : NULL;
}

/* Of too many routes those go that were tried longest ago. */
static void
make_room (json_t *routes)
{
  const char *oldest = NULL;
  const char *route;
  json_t *facts;
  gint64 oldest_ms = G_MAXINT64;

  if (json_object_size (routes) < ROUTES_MAX)
    return;
  json_object_foreach (routes, route, facts)
  {
    gint64 tried_ms = dk_json_get_int (facts, "tried_ms", 0);
    if (tried_ms < oldest_ms) {
      oldest_ms = tried_ms;
      oldest = route;
    }
  }
  if (oldest != NULL) {
    g_autofree char *name = g_strdup (oldest);
    (void) json_object_del (routes, name);
  }
}

json_t *
dk_refresh_book_route (DkRefreshBook *book, const char *route)
{
  json_t *routes = json_object_get (book->root, "routes");
  json_t *found = json_object_get (routes, route);

  if (json_is_object (found))
    return found;
  make_room (routes);
  found = json_object ();
  json_object_set_new (routes, route, found);
  return found;
}

const json_t *
dk_refresh_book_waiting (const DkRefreshBook *book, const char *file)
{
  const json_t *found = json_object_get (json_object_get (book->root, "waiting"), file);

  return json_is_object (found) ? found : NULL;
}

void
dk_refresh_book_add_waiting (DkRefreshBook *book, const char *file, json_t *facts)
{
  json_object_set_new (json_object_get (book->root, "waiting"), file, facts);
}

void
dk_refresh_book_settle (DkRefreshBook *book, const char *file)
{
  g_autofree char *base = dk_refresh_base (file);
  json_t *settled = json_object_get (book->root, "settled");

  (void) json_object_del (json_object_get (book->root, "waiting"), file);
  if (!dk_refresh_is_own_name (file) || dk_refresh_book_is_settled (book, base))
    return;
  while (json_array_size (settled) >= SETTLED_MAX)
    json_array_remove (settled, 0);
  json_array_append_new (settled, dk_json_string (base));
}

gboolean
dk_refresh_book_is_settled (const DkRefreshBook *book, const char *base)
{
  const json_t *settled = json_object_get (book->root, "settled");

  for (gsize i = 0; i < json_array_size (settled); i++)
    if (g_strcmp0 (json_string_value (json_array_get (settled, i)), base) == 0)
      return TRUE;
  return FALSE;
}
