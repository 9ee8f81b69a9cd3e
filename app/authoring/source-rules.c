/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/authoring/policy-check.h"
#include "app/authoring/source-yaml.h"
#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/content/version.h"

#define NAME_BYTES_MAX 200

static const DkPlace file_start = { 1, 1 };

/* The JSON Pointer that a message of the model names, for the place. */
static char *
find_pointer (const char *message)
{
  const char *at = strstr (message, " at /");

  return at != NULL ? g_strndup (at + 4, strcspn (at + 4, " :")) : g_strdup ("");
}

void
dk_source_read_policy (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkYaml) yaml = dk_source_load_yaml (reader, name);
  g_autoptr (DkPolicy) policy = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *pointer = NULL;
  g_auto (DkFault) fault = { 0 };

  if (yaml == NULL)
    return;
  if (!dk_policy_check (dk_yaml_root (yaml), &fault)) {
    dk_source_report_fault (reader, name, yaml, "", &fault);
    return;
  }
  policy = dk_policy_parse (dk_yaml_root (yaml), &error);
  if (policy == NULL) {
    pointer = find_pointer (error->message);
    dk_source_problem (reader, name, dk_yaml_place (yaml, pointer), "%s", error->message);
    return;
  }
  json_decref (reader->source->policy);
  reader->source->policy = json_incref (dk_yaml_root (yaml));
}

void
dk_source_read_fleet (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkYaml) yaml = dk_source_load_yaml (reader, name);
  g_auto (DkFault) fault = { 0 };
  json_t *fleet;

  if (yaml == NULL)
    return;
  fleet = dk_fleet_read (dk_yaml_root (yaml), &fault);
  if (fleet == NULL) {
    dk_source_report_fault (reader, name, yaml, "", &fault);
    return;
  }
  json_decref (reader->source->fleet);
  reader->source->fleet = fleet;
}

static gboolean
take_line (json_t *about, const json_t *object, const char *key, DkFault *fault)
{
  const char *text = dk_json_get_text (object, key);
  g_autofree char *clean = text != NULL ? dk_text_clean_line (text) : NULL;
  g_autofree char *pointer = g_strdup_printf ("/%s", key);

  if (clean == NULL || *clean == '\0' || strlen (clean) > NAME_BYTES_MAX)
    return dk_fault_set (fault, pointer,
                         "must be text in one line, at most %d bytes; put it in "
                         "quotes",
                         NAME_BYTES_MAX);
  dk_json_set_text (about, key, clean);
  return TRUE;
}

static gboolean
take_time (json_t *about, const json_t *object, const char *key, gint64 *wall_ms, DkFault *fault)
{
  const char *text = dk_json_get_text (object, key);
  g_autofree char *utc = NULL;
  g_autofree char *pointer = g_strdup_printf ("/%s", key);

  if (text == NULL || strchr (text, 'T') == NULL || !dk_time_parse (text, key, wall_ms, NULL))
    return dk_fault_set (fault, pointer, "must be a time as 2026-11-20T08:00:00Z");
  utc = dk_time_format_utc (*wall_ms);
  dk_json_set_text (about, key, utc);
  return TRUE;
}

static json_t *
make_about (DkSourceReader *reader, const json_t *object, DkFault *fault)
{
  static const char *const keys[]
      = { "name", "organisation", "sequence", "created", "expires", "min_app", NULL };
  g_autoptr (json_t) about = json_object ();
  const json_t *sequence = json_object_get (object, "sequence");
  const char *key;
  json_t *value;
  gint64 created = 0;
  gint64 expires = 0;
  gboolean ok;

  json_object_foreach ((json_t *) (guintptr) object, key, value)
  {
    g_autofree char *pointer = g_strdup_printf ("/%s", key);
    if (!g_strv_contains (keys, key)) {
      dk_fault_set (fault, pointer, "is not known here; check the spelling");
      return NULL;
    }
  }
  ok = take_line (about, object, "name", fault) && take_line (about, object, "organisation", fault)
       && take_time (about, object, "created", &created, fault)
       && take_time (about, object, "expires", &expires, fault)
       && take_line (about, object, "min_app", fault);
  if (ok && (!json_is_integer (sequence) || json_integer_value (sequence) < 1))
    ok = dk_fault_set (fault, "/sequence", "must be a whole number from 1, greater at each build");
  else if (ok && expires <= created)
    ok = dk_fault_set (fault, "/expires", "must be after created");
  else if (ok && !dk_version_is_valid (dk_json_get_text (about, "min_app")))
    ok = dk_fault_set (fault, "/min_app", "must be a version in quotes as \"0.1.0\"");
  if (!ok)
    return NULL;
  json_object_set_new (about, "sequence", json_integer (json_integer_value (sequence)));
  reader->created_ms = created;
  reader->expires_ms = expires;
  return g_steal_pointer (&about);
}

void
dk_source_read_about (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkYaml) yaml = dk_source_load_yaml (reader, name);
  g_auto (DkFault) fault = { 0 };

  if (yaml == NULL)
    return;
  if (!json_is_object (dk_yaml_root (yaml))) {
    dk_source_problem (reader, name, file_start, "this must be a map of names and values");
    return;
  }
  reader->source->about = make_about (reader, dk_yaml_root (yaml), &fault);
  if (reader->source->about == NULL)
    dk_source_report_fault (reader, name, yaml, "", &fault);
}
