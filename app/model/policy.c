/* SPDX-License-Identifier: MIT */
#include "app/model/policy-private.h"

#include <string.h>

#define FOLDER_BYTES_MAX 1000

DkPolicy *
dk_policy_new (void)
{
  static const int matrix[3][3] = { { 1, 2, 3 }, { 2, 3, 4 }, { 3, 4, 5 } };
  static const char *const names[5] = { "Critical", "High", "Moderate", "Low", "Planning" };
  static const int respond[5] = { 15, 30, 120, 480, 0 };
  static const int resolve[5] = { 240, 480, 1440, 4320, 0 };
  DkPolicy *policy = g_new0 (DkPolicy, 1);

  for (int i = 0; i < 5; i++) {
    policy->names[i] = g_strdup (names[i]);
    policy->respond_min[i] = respond[i];
    policy->resolve_min[i] = resolve[i];
  }
  for (int i = 0; i < 3; i++)
    for (int u = 0; u < 3; u++)
      policy->matrix[i][u] = matrix[i][u];
  policy->safety_floor = 2;
  policy->idle_min = 5;
  policy->amber_days = 30;
  policy->stale_days = 90;
  policy->capture_hint = g_strdup ("Room and bed only, no patient names");
  policy->capture_patterns = dk_capture_patterns_default ();
  policy->identity_proofs = dk_policy_proofs_default ();
  policy->backup_folders = g_new0 (char *, 1);
  policy->backup_every_hours = 4;
  policy->backup_keep = 10;
  policy->backup_outage_every_min = 5;
  dk_readiness_policy_init (&policy->readiness);
  return policy;
}

static gboolean
refuse (GError **error, const char *pointer, const char *must)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "The policy at %s %s. Nothing was changed.",
               pointer, must);
  return FALSE;
}

/* An integer member within bounds; absent keeps what is there. */
static gboolean
read_int (const json_t *object, const char *key, const char *pointer, int min, int max, int *out,
          GError **error)
{
  const json_t *value = json_object_get (object, key);

  if (value == NULL)
    return TRUE;
  if (!json_is_integer (value) || json_integer_value (value) < min
      || json_integer_value (value) > max) {
    g_autofree char *must = g_strdup_printf ("must be a whole number from %d to %d", min, max);
    return refuse (error, pointer, must);
  }
  *out = (int) json_integer_value (value);
  return TRUE;
}

static gboolean
read_matrix (DkPolicy *policy, const json_t *rows, GError **error)
{
  if (rows == NULL)
    return TRUE;
  if (json_array_size (rows) != 3)
    return refuse (error, "/priority/matrix", "must have three rows (impact 1 to 3)");
  for (gsize i = 0; i < 3; i++) {
    const json_t *row = json_array_get (rows, i);
    if (json_array_size (row) != 3)
      return refuse (error, "/priority/matrix", "must have three columns (urgency 1 to 3)");
    for (gsize u = 0; u < 3; u++) {
      json_int_t value = json_integer_value (json_array_get (row, u));
      if (value < 1 || value > 5)
        return refuse (error, "/priority/matrix", "must hold priorities from 1 to 5");
      policy->matrix[i][u] = (int) value;
    }
  }
  return TRUE;
}

static gboolean
read_priority (DkPolicy *policy, const json_t *priority, GError **error)
{
  const json_t *names = json_object_get (priority, "names");

  if (!read_matrix (policy, json_object_get (priority, "matrix"), error))
    return FALSE;
  for (gsize i = 0; i < 5 && i < json_array_size (names); i++) {
    const char *name = json_string_value (json_array_get (names, i));
    if (name == NULL || *name == '\0')
      return refuse (error, "/priority/names", "must hold words");
    g_free (policy->names[i]);
    policy->names[i] = g_strdup (name);
  }
  return read_int (priority, "safety_floor", "/priority/safety_floor", 1, 5, &policy->safety_floor,
                   error);
}

static gboolean
read_sla (DkPolicy *policy, const json_t *targets, GError **error)
{
  const int week_min = 7 * 24 * 60;

  for (gsize i = 0; i < json_array_size (targets); i++) {
    const json_t *target = json_array_get (targets, i);
    int priority = 0;
    if (!read_int (target, "priority", "/sla/priority", 1, 5, &priority, error))
      return FALSE;
    if (priority == 0)
      return refuse (error, "/sla", "has a target without a priority");
    if (!read_int (target, "respond", "/sla/respond", 0, 8 * week_min,
                   &policy->respond_min[priority - 1], error)
        || !read_int (target, "resolve", "/sla/resolve", 0, 8 * week_min,
                      &policy->resolve_min[priority - 1], error))
      return FALSE;
  }
  return TRUE;
}

gboolean
dk_policy_folder_is_valid (const char *folder)
{
  g_auto (GStrv) parts = NULL;

  if (folder == NULL || strlen (folder) > FOLDER_BYTES_MAX || !g_path_is_absolute (folder)
      || g_str_has_prefix (folder, "//") || g_str_has_prefix (folder, "\\\\"))
    return FALSE;
  for (const char *p = folder; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return FALSE;
  parts = g_strsplit_set (folder, "/\\", -1);
  return !g_strv_contains ((const char *const *) parts, "..");
}

static gboolean
read_folders (DkPolicy *policy, const json_t *folders, GError **error)
{
  gsize count = json_array_size (folders);
  g_auto (GStrv) list = g_new0 (char *, MIN (count, DK_POLICY_BACKUP_FOLDERS_MAX) + 1);

  if (folders == NULL)
    return TRUE;
  if (!json_is_array (folders) || count > DK_POLICY_BACKUP_FOLDERS_MAX)
    return refuse (error, "/backup/folders", "must be a list of at most 8 folders");
  for (gsize i = 0; i < count; i++) {
    const char *folder = json_string_value (json_array_get (folders, i));
    if (!dk_policy_folder_is_valid (folder))
      return refuse (error, "/backup/folders",
                     "must hold absolute paths of local or mounted folders, no network names");
    list[i] = g_strdup (folder);
  }
  g_strfreev (policy->backup_folders);
  policy->backup_folders = g_steal_pointer (&list);
  return TRUE;
}

static gboolean
read_backup (DkPolicy *policy, const json_t *backup, GError **error)
{
  const json_t *outage = json_object_get (backup, "outage_folder");
  const char *folder = json_string_value (outage);

  if (outage != NULL && !json_is_null (outage) && !dk_policy_folder_is_valid (folder))
    return refuse (error, "/backup/outage_folder",
                   "must be the absolute path of a local or mounted folder, no network name");
  if (folder != NULL) {
    g_free (policy->backup_outage_folder);
    policy->backup_outage_folder = g_strdup (folder);
  }
  return read_folders (policy, json_object_get (backup, "folders"), error)
         && read_int (backup, "every_hours", "/backup/every_hours", 1, 168,
                      &policy->backup_every_hours, error)
         && read_int (backup, "keep", "/backup/keep", 2, 1000, &policy->backup_keep, error)
         && read_int (backup, "outage_every_min", "/backup/outage_every_min", 1, 1440,
                      &policy->backup_outage_every_min, error);
}

DkPolicy *
dk_policy_parse (const json_t *document, GError **error)
{
  g_autoptr (DkPolicy) policy = dk_policy_new ();
  const json_t *content = json_object_get (document, "content");
  const char *hint = dk_json_get_text (json_object_get (document, "capture"), "hint");

  if (!read_priority (policy, json_object_get (document, "priority"), error)
      || !read_sla (policy, json_object_get (document, "sla"), error)
      || !read_int (json_object_get (document, "lock"), "idle_min", "/lock/idle_min", 1, 240,
                    &policy->idle_min, error)
      || !read_int (content, "amber_days", "/content/amber_days", 1, 3650, &policy->amber_days,
                    error)
      || !read_int (content, "stale_days", "/content/stale_days", 1, 3650, &policy->stale_days,
                    error)
      || !dk_policy_read_capture (policy, document, error)
      || !read_backup (policy, json_object_get (document, "backup"), error)
      || !dk_readiness_policy_read (&policy->readiness, json_object_get (document, "readiness"),
                                    error))
    return NULL;
  if (hint != NULL) {
    g_free (policy->capture_hint);
    policy->capture_hint = g_strdup (hint);
  }
  return g_steal_pointer (&policy);
}

static json_t *
backup_to_json (const DkPolicy *policy)
{
  json_t *folders = json_array ();

  for (char **folder = policy->backup_folders; *folder != NULL; folder++)
    json_array_append_new (folders, dk_json_string (*folder));
  return json_pack ("{s:o, s:i, s:i, s:o, s:i}", "folders", folders, "every_hours",
                    policy->backup_every_hours, "keep", policy->backup_keep, "outage_folder",
                    dk_json_string (policy->backup_outage_folder), "outage_every_min",
                    policy->backup_outage_every_min);
}

json_t *
dk_policy_to_json (const DkPolicy *policy)
{
  json_t *matrix = json_array ();
  json_t *names = json_array ();
  json_t *targets = json_array ();
  json_t *document;

  for (int i = 0; i < 3; i++)
    json_array_append_new (matrix, json_pack ("[i, i, i]", policy->matrix[i][0],
                                              policy->matrix[i][1], policy->matrix[i][2]));
  for (int i = 0; i < 5; i++) {
    json_array_append_new (names, dk_json_string (policy->names[i]));
    json_array_append_new (targets, json_pack ("{s:i, s:i, s:i}", "priority", i + 1, "respond",
                                               policy->respond_min[i], "resolve",
                                               policy->resolve_min[i]));
  }
  document = json_pack ("{s:{s:o, s:o, s:i}, s:o, s:{s:i}, s:{s:i, s:i}, s:{s:s}}", "priority",
                    "matrix", matrix, "names", names, "safety_floor", policy->safety_floor, "sla",
                    targets, "lock", "idle_min", policy->idle_min, "content", "amber_days",
                    policy->amber_days, "stale_days", policy->stale_days, "capture", "hint",
                    policy->capture_hint);
  dk_policy_capture_to_json (policy, document);
  json_object_set_new (document, "backup", backup_to_json (policy));
  json_object_set_new (document, "readiness", dk_readiness_policy_to_json (&policy->readiness));
  return document;
}

int
dk_policy_priority (const DkPolicy *policy, int impact, int urgency, gboolean safety,
                    gboolean *floored)
{
  int priority;

  g_assert (impact >= 1 && impact <= 3 && urgency >= 1 && urgency <= 3);
  priority = policy->matrix[impact - 1][urgency - 1];
  if (floored != NULL)
    *floored = safety && priority > policy->safety_floor;
  return safety ? MIN (priority, policy->safety_floor) : priority;
}

char *
dk_policy_explain (const DkPolicy *policy, int impact, int urgency, gboolean safety)
{
  gboolean floored;
  int priority = dk_policy_priority (policy, impact, urgency, safety, &floored);
  const char *name = policy->names[priority - 1];

  if (floored)
    return g_strdup_printf ("impact %d x urgency %d, raised to %d %s by patient safety", impact,
                            urgency, priority, name);
  return g_strdup_printf ("impact %d x urgency %d = %d %s", impact, urgency, priority, name);
}

void
dk_policy_free (DkPolicy *policy)
{
  if (policy == NULL)
    return;
  for (int i = 0; i < 5; i++)
    g_free (policy->names[i]);
  g_free (policy->capture_hint);
  g_ptr_array_unref (policy->capture_patterns);
  g_strfreev (policy->identity_proofs);
  g_strfreev (policy->backup_folders);
  g_free (policy->backup_outage_folder);
  dk_readiness_policy_clear (&policy->readiness);
  g_free (policy);
}
