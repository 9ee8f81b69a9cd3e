/* SPDX-License-Identifier: MIT */
#include "app/authoring/source-yaml.h"

#include "app/base/limits.h"

DkYaml *
dk_source_load_yaml (DkSourceReader *reader, const char *name)
{
  gsize size;
  g_autofree char *text = dk_source_load (reader, name, DK_LIMIT_CONTENT_FILE_BYTES, &size);
  GError *error = NULL;
  DkYaml *yaml;

  if (text == NULL)
    return NULL;
  yaml = dk_yaml_parse (text, size, name, 1, &error);
  if (yaml == NULL)
    dk_source_take_error (reader, name, error);
  return yaml;
}

void
dk_source_report_fault (DkSourceReader *reader, const char *name, const DkYaml *yaml,
                        const char *above, const DkFault *fault)
{
  g_autofree char *pointer = g_strconcat (above, fault->pointer, NULL);
  const char *member = *fault->pointer != '\0' ? fault->pointer + 1 : "this";

  dk_source_problem (reader, name, dk_yaml_place (yaml, pointer), "%s %s", member, fault->message);
}

json_t *
dk_source_without_empty (const json_t *object)
{
  json_t *out;
  const char *key;
  json_t *value;

  if (!json_is_object (object))
    return json_null ();
  out = json_object ();
  json_object_foreach ((json_t *) (guintptr) object, key, value)
  {
    gboolean empty
        = json_is_null (value) || (json_is_string (value) && *json_string_value (value) == '\0');
    if (!empty)
      json_object_set (out, key, value);
  }
  return out;
}

DkPlace
dk_source_member_place (const DkYaml *yaml, const char *above, const char *key)
{
  g_autofree char *pointer = g_strconcat (above, "/", key, NULL);

  return dk_yaml_place (yaml, pointer);
}
