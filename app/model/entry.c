/* SPDX-License-Identifier: MIT */
#include "app/model/entry.h"

#define FORMAT_VERSION 1

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
