/* SPDX-License-Identifier: MIT */
#include "app/model/entry.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"

#define FORMAT_VERSION 1
#define MEMBERS 14
#define INTEGER_MAX (G_GINT64_CONSTANT (1) << 53)

DkEntry *
dk_entry_new (void)
{
  return g_new0 (DkEntry, 1);
}

char *
dk_entry_line (const DkEntry *entry)
{
  g_autoptr (json_t) line = json_object ();
  g_autofree char *happened = dk_time_format_utc (entry->happened_ms);
  g_autofree char *recorded = dk_time_format_utc (entry->recorded_ms);
  g_autofree char *text = NULL;

  json_object_set_new (line, "v", json_integer (FORMAT_VERSION));
  json_object_set_new (line, "kit", dk_json_string (entry->kit));
  json_object_set_new (line, "station", dk_json_string (entry->station));
  json_object_set_new (line, "chain", dk_json_string (entry->chain));
  json_object_set_new (line, "seq", json_integer (entry->seq));
  json_object_set_new (line, "prev", dk_json_string (entry->prev));
  json_object_set_new (line, "kind", dk_json_string (entry->kind));
  json_object_set_new (line, "object", dk_json_string (entry->object));
  json_object_set_new (line, "user", dk_json_string (entry->user));
  json_object_set_new (line, "happened_at", dk_json_string (happened));
  json_object_set_new (line, "recorded_at", dk_json_string (recorded));
  json_object_set_new (line, "boot", dk_json_string (entry->boot));
  json_object_set_new (line, "mono_ms", json_integer (entry->mono_ms));
  json_object_set_new (line, "body_hash", dk_json_string (entry->body_hash));
  text = dk_json_canonical (line, NULL);
  return g_strconcat (text, "\n", NULL);
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED, "A ledger line is damaged: %s.", why);
  return FALSE;
}

static gboolean
take_text (const json_t *line, const char *key, char **out, GError **error)
{
  const char *text = dk_json_get_text (line, key);

  if (text == NULL)
    return refuse (error, key);
  *out = g_strdup (text);
  return TRUE;
}

static gboolean
take_time (const json_t *line, const char *key, gint64 *out, GError **error)
{
  const char *text = dk_json_get_text (line, key);

  if (text == NULL || !dk_time_parse (text, key, out, NULL))
    return refuse (error, key);
  return TRUE;
}

/* Beyond 2^53 there is no canonical spelling. */
static gboolean
take_int (const json_t *line, const char *key, gint64 min, gint64 *out, GError **error)
{
  gint64 number = dk_json_get_int (line, key, -1);

  if (number < min || number > INTEGER_MAX)
    return refuse (error, key);
  *out = number;
  return TRUE;
}

static gboolean
take_members (const json_t *line, DkEntry *entry, GError **error)
{
  if (!json_is_object (line) || json_object_size (line) != MEMBERS)
    return refuse (error, "it has not the members of an entry");
  if (dk_json_get_int (line, "v", 0) != FORMAT_VERSION)
    return refuse (error, "its version is unknown");
  return take_int (line, "seq", 1, &entry->seq, error)
         && take_int (line, "mono_ms", 0, &entry->mono_ms, error)
         && take_text (line, "kit", &entry->kit, error)
         && take_text (line, "station", &entry->station, error)
         && take_text (line, "chain", &entry->chain, error)
         && take_text (line, "prev", &entry->prev, error)
         && take_text (line, "kind", &entry->kind, error)
         && take_text (line, "object", &entry->object, error)
         && take_text (line, "user", &entry->user, error)
         && take_text (line, "boot", &entry->boot, error)
         && take_text (line, "body_hash", &entry->body_hash, error)
         && take_time (line, "happened_at", &entry->happened_ms, error)
         && take_time (line, "recorded_at", &entry->recorded_ms, error);
}

DkEntry *
dk_entry_parse_line (const char *line, gsize size, GError **error)
{
  g_autoptr (DkEntry) entry = dk_entry_new ();
  g_autoptr (json_t) document = NULL;
  g_autofree char *again = NULL;

  document = dk_json_parse (line, size, DK_LIMIT_JSON_BYTES, "A ledger line", NULL);
  if (document == NULL) {
    (void) refuse (error, "it is not JSON");
    return NULL;
  }
  if (!take_members (document, entry, error))
    return NULL;
  /* Written again it must be the same bytes: so there is one spelling of an entry and no room for
   * members, white space or escapes that a reader would not see. */
  again = dk_entry_line (entry);
  if (strlen (again) != size || memcmp (again, line, size) != 0) {
    (void) refuse (error, "it is not in canonical form");
    return NULL;
  }
  return g_steal_pointer (&entry);
}

void
dk_entry_free (DkEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->kit);
  g_free (entry->station);
  g_free (entry->chain);
  g_free (entry->prev);
  g_free (entry->kind);
  g_free (entry->object);
  g_free (entry->user);
  g_free (entry->boot);
  g_free (entry->body_hash);
  json_decref (entry->body);
  g_free (entry);
}
