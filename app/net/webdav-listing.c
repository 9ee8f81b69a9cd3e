/* SPDX-License-Identifier: MIT */
/* The answer to a PROPFIND is read by GLib's small markup reader: it knows no DTD, no entities but
 * the five of XML, loads nothing, and keeps its depth on the heap. Names count without their
 * namespace; what is read is a hint what to ask for, and nothing more. */
#include <curl/curl.h>
#include <string.h>

#include "app/net/webdav.h"

#define RESPONSES_MAX 2000
#define DEPTH_MAX 32
#define TEXT_BYTES_MAX 2000
#define NAME_BYTES_MAX 200

typedef struct {
  const char *suffix;
  GPtrArray *entries;
  GString *text; /* of the innermost element */
  guint depth;
  guint responses;
  DkWebdavEntry *entry; /* of the response that is open */
  gboolean is_folder;
} Listing;

static void
free_entry (gpointer data)
{
  DkWebdavEntry *entry = data;

  if (entry != NULL)
    g_free (entry->name);
  g_free (entry);
}

static const char *
local_name (const char *name)
{
  const char *colon = strrchr (name, ':');

  return colon != NULL ? colon + 1 : name;
}

static gboolean
refuse_listing (const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The server's list of files %s. Nothing was taken from it.", why);
  return FALSE;
}

static void
start_element (GMarkupParseContext *context, const char *name, const char **attributes,
               const char **values, gpointer data, GError **error)
{
  Listing *listing = data;
  const char *local = local_name (name);

  g_string_truncate (listing->text, 0);
  if (++listing->depth > DEPTH_MAX) {
    (void) refuse_listing ("is nested too deeply", error);
    return;
  }
  if (listing->depth == 1 && strcmp (local, "multistatus") != 0) {
    (void) refuse_listing ("is none", error);
    return;
  }
  if (listing->depth == 2 && strcmp (local, "response") == 0) {
    if (++listing->responses > RESPONSES_MAX) {
      (void) refuse_listing ("is too long", error);
      return;
    }
    free_entry (listing->entry);
    listing->entry = g_new0 (DkWebdavEntry, 1);
    listing->is_folder = FALSE;
  } else if (strcmp (local, "collection") == 0) {
    listing->is_folder = TRUE;
  }
}

static gboolean
is_plain_name (const char *name, const char *suffix)
{
  gsize size = strlen (name);
  gsize end = strlen (suffix);

  if (size <= end || size > NAME_BYTES_MAX || name[0] == '.'
      || g_ascii_strcasecmp (name + size - end, suffix) != 0 || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) || *p == '/' || *p == '\\')
      return FALSE;
  return TRUE;
}

/* The last part of an address, decoded; NULL if it is no plain name. */
static char *
name_of (const char *href, const char *suffix)
{
  const char *slash = strrchr (href, '/');
  g_autofree char *name = g_uri_unescape_string (slash != NULL ? slash + 1 : href, "/");

  return name != NULL && is_plain_name (name, suffix) ? g_steal_pointer (&name) : NULL;
}

static void
end_response (Listing *listing)
{
  DkWebdavEntry *entry = g_steal_pointer (&listing->entry);

  if (entry != NULL && entry->name != NULL && !listing->is_folder)
    g_ptr_array_add (listing->entries, entry);
  else
    free_entry (entry);
}

static void
end_element (GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
  Listing *listing = data;
  const char *local = local_name (name);
  const char *text = g_strstrip (listing->text->str);
  DkWebdavEntry *entry = listing->entry;

  if (listing->depth == 2)
    end_response (listing);
  else if (entry != NULL && listing->depth == 3 && strcmp (local, "href") == 0) {
    g_free (entry->name);
    entry->name = name_of (text, listing->suffix);
  } else if (entry != NULL && strcmp (local, "getlastmodified") == 0) {
    time_t seconds = curl_getdate (text, NULL);
    entry->modified_ms = seconds > 0 ? (gint64) seconds * 1000 : 0;
  } else if (entry != NULL && strcmp (local, "getcontentlength") == 0) {
    if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &entry->size, NULL))
      entry->size = 0;
  }
  g_string_truncate (listing->text, 0);
  listing->depth--;
}

static void
take_text (GMarkupParseContext *context, const char *text, gsize size, gpointer data,
           GError **error)
{
  Listing *listing = data;
  gsize room = TEXT_BYTES_MAX - MIN (TEXT_BYTES_MAX, listing->text->len);

  g_string_append_len (listing->text, text, (gssize) MIN (size, room));
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const DkWebdavEntry *left = *(const DkWebdavEntry *const *) a;
  const DkWebdavEntry *right = *(const DkWebdavEntry *const *) b;
  g_autofree char *left_key = NULL;
  g_autofree char *right_key = NULL;

  if (left->modified_ms != right->modified_ms)
    return left->modified_ms > right->modified_ms ? -1 : 1;
  left_key = g_utf8_collate_key_for_filename (left->name, -1);
  right_key = g_utf8_collate_key_for_filename (right->name, -1);
  return -strcmp (left_key, right_key);
}

GPtrArray *
dk_webdav_parse (GBytes *multistatus, const char *suffix, GError **error)
{
  static const GMarkupParser parser
      = { .start_element = start_element, .end_element = end_element, .text = take_text };
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (free_entry);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) failed = NULL;
  Listing listing = { .suffix = suffix, .entries = entries, .text = text };
  g_autoptr (GMarkupParseContext) context
      = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &listing, NULL);
  gsize size;
  const char *bytes = g_bytes_get_data (multistatus, &size);
  gboolean done;

  if (size >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0) {
    bytes += 3;
    size -= 3;
  }
  done = size > 0 && g_markup_parse_context_parse (context, bytes, (gssize) size, &failed)
         && g_markup_parse_context_end_parse (context, &failed);
  free_entry (listing.entry);
  if (!done) {
    if (failed != NULL && failed->domain == DK_ERROR)
      g_propagate_error (error, g_steal_pointer (&failed));
    else
      (void) refuse_listing (failed != NULL ? failed->message : "is empty", error);
    return NULL;
  }
  g_ptr_array_sort (entries, compare_entries);
  return g_steal_pointer (&entries);
}
