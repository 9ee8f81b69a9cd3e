/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/content/markdown.h"
#include "app/content/source-private.h"
#include "app/content/version-private.h"
#include "app/form/form.h"
#include "app/model/policy.h"

#define NAME_BYTES_MAX 200

static const DkPlace file_start = { 1, 1 };

static DkYaml *
load_yaml (DkSourceReader *reader, const char *name)
{
  gsize size;
  g_autofree char *text = dk_source_load (reader, name, DK_LIMIT_CONTENT_FILE_BYTES, &size);
  GError *error = NULL;
  DkYaml *yaml;

  if (text == NULL)
    return NULL;
  yaml = dk_yaml_parse (text, size, name, 1, &error);
  if (yaml == NULL)
    dk_source_take_error (reader, error);
  return yaml;
}

static void
report_fault (DkSourceReader *reader, const char *name, const DkYaml *yaml, const char *above,
              const DkFault *fault)
{
  g_autofree char *pointer = g_strconcat (above, fault->pointer, NULL);
  const char *member = *fault->pointer != '\0' ? fault->pointer + 1 : "this";

  dk_source_problem (reader, name, dk_yaml_place (yaml, pointer), "%s %s", member, fault->message);
}

/* What is empty in YAML is as good as not there. */
static json_t *
without_empty (const json_t *object)
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

static DkPlace
place_member (const DkYaml *yaml, const char *above, const char *key)
{
  g_autofree char *pointer = g_strconcat (above, "/", key, NULL);

  return dk_yaml_place (yaml, pointer);
}

static void
add_service_links (DkSourceReader *reader, const char *name, const DkYaml *yaml, const char *above,
                   const DkService *service)
{
  dk_source_add_link (reader, "contact", service->owner, name, place_member (yaml, above, "owner"));
  dk_source_add_link (reader, "contact", service->vendor, name,
                      place_member (yaml, above, "vendor"));
  dk_source_add_link (reader, "contact", service->workaround_approved_by, name,
                      place_member (yaml, above, "workaround_approved_by"));
  for (char **id = service->depends_on; id != NULL && *id != NULL; id++)
    dk_source_add_link (reader, "service", *id, name, place_member (yaml, above, "depends_on"));
}

void
dk_source_read_services (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkYaml) yaml = load_yaml (reader, name);
  const json_t *list;

  list = yaml != NULL ? dk_yaml_root (yaml) : NULL;
  if (!json_is_array (list)) {
    if (yaml != NULL)
      dk_source_problem (reader, name, file_start,
                         "this must be a list: each service begins with -");
    dk_source_add_broken (reader, "service", NULL);
    return;
  }
  for (gsize i = 0; i < json_array_size (list); i++) {
    g_autofree char *above = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);
    g_autoptr (json_t) object = without_empty (json_array_get (list, i));
    g_auto (DkFault) fault = { 0 };
    DkService *service = dk_service_read (object, &fault);
    if (service == NULL) {
      report_fault (reader, name, yaml, above, &fault);
      dk_source_add_broken (reader, "service", dk_json_get_text (object, "id"));
      continue;
    }
    dk_source_add_id (reader, "service", service->id, name, place_member (yaml, above, "id"));
    add_service_links (reader, name, yaml, above, service);
    g_ptr_array_add (reader->services, service);
  }
}

/* Splits the lines between two --- from the text below. FALSE if there are none. */
static gboolean
split_front_matter (const char *text, const char **yaml, gsize *yaml_size, const char **body,
                    guint *body_line)
{
  const char *line = strchr (text, '\n');
  guint number = 2;

  if (!g_str_has_prefix (text, "---") || line == NULL || strspn (text + 3, " \t\r\n") == 0)
    return FALSE;
  *yaml = line + 1;
  for (line++; line != NULL && *line != '\0'; number++) {
    const char *end = strchr (line, '\n');
    gsize length = end != NULL ? (gsize) (end - line) : strlen (line);
    if (length >= 3 && memcmp (line, "---", 3) == 0 && strspn (line + 3, " \t\r") >= length - 3) {
      *yaml_size = (gsize) (line - *yaml);
      *body = end != NULL ? end + 1 : line + length;
      *body_line = number + 1;
      return TRUE;
    }
    line = end != NULL ? end + 1 : NULL;
  }
  return FALSE;
}

/* "180d" or "26w" to days as review_every_days. */
static gboolean
convert_interval (json_t *object, DkFault *fault)
{
  const char *text = dk_json_get_text (object, "review_every");
  char *end = NULL;
  guint64 count;

  if (json_object_get (object, "review_every") == NULL)
    return TRUE;
  count = text != NULL ? g_ascii_strtoull (text, &end, 10) : 0;
  if (count < 1 || count > 3660 || (!g_str_equal (end, "d") && !g_str_equal (end, "w")))
    return dk_fault_set (fault, "/review_every", "must be days or weeks as 180d or 26w");
  json_object_del (object, "review_every");
  json_object_set_new (object, "review_every_days",
                       json_integer ((json_int_t) (*end == 'w' ? count * 7 : count)));
  return TRUE;
}

/* An error of the Markdown room begins "line N: ", counted from the body. */
static void
report_body (DkSourceReader *reader, const char *name, guint body_line, GError *error)
{
  guint line = 1;
  const char *words = strstr (error->message, ": ");
  DkPlace place = { body_line, 1 };

  if (words != NULL && sscanf (error->message, "line %u:", &line) == 1)
    place.line = body_line + line - 1;
  dk_source_problem (reader, name, place, "%s", words != NULL ? words + 2 : error->message);
  g_error_free (error);
}

static void
add_body_links (DkSourceReader *reader, const char *name, guint body_line, GPtrArray *links)
{
  for (guint i = 0; i < links->len; i++) {
    const DkMarkdownLink *link = g_ptr_array_index (links, i);
    g_autofree char *kind = g_strndup (link->target, strcspn (link->target, ":"));
    DkPlace place = { body_line + link->line - 1, 1 };
    dk_source_add_link (reader, kind, link->target + strlen (kind) + 1, name, place);
  }
}

/* Checks the text and finds its lead-only sections. */
static gboolean
read_body (DkSourceReader *reader, const char *name, guint body_line, const char *body,
           const DkRunbook *runbook)
{
  GError *error = NULL;
  guint lead_parts = 0;
  g_autoptr (GPtrArray) links = dk_markdown_links (body, strlen (body), &error);
  g_autofree char *visible = NULL;

  if (links != NULL && g_str_equal (runbook->audience, "all"))
    visible = dk_markdown_without_lead (body, strlen (body), &lead_parts, &error);
  if (error != NULL) {
    report_body (reader, name, body_line, error);
    return FALSE;
  }
  add_body_links (reader, name, body_line, links);
  if (lead_parts > 0)
    g_hash_table_insert (reader->visible, g_strdup (runbook->id), dk_text_clean (visible));
  return TRUE;
}

static DkRunbook *
make_runbook (const DkYaml *yaml, const char *body, DkFault *fault)
{
  g_autoptr (json_t) object = without_empty (dk_yaml_root (yaml));
  g_autofree char *clean = dk_text_clean (body);

  if (!json_is_object (object)) {
    dk_fault_set (fault, "", "must be a map of names and values");
    return NULL;
  }
  if (*clean == '\0') {
    dk_fault_set (fault, "", "has no text below its front matter");
    return NULL;
  }
  if (!convert_interval (object, fault))
    return NULL;
  if (json_object_get (object, "audience") == NULL)
    json_object_set_new (object, "audience", dk_json_string ("all"));
  json_object_set_new (object, "markdown", dk_json_string (clean));
  return dk_runbook_read (object, fault);
}

static void
add_runbook (DkSourceReader *reader, const char *name, const DkYaml *yaml, const char *body,
             guint body_line)
{
  g_auto (DkFault) fault = { 0 };
  g_autoptr (DkRunbook) runbook = make_runbook (yaml, body, &fault);

  if (runbook == NULL) {
    report_fault (reader, name, yaml, "", &fault);
    dk_source_add_broken (reader, "runbook", dk_json_get_text (dk_yaml_root (yaml), "id"));
    return;
  }
  dk_source_add_id (reader, "runbook", runbook->id, name, dk_yaml_place (yaml, "/id"));
  dk_source_add_link (reader, "service", runbook->service, name, dk_yaml_place (yaml, "/service"));
  dk_source_add_link (reader, "contact", runbook->owner, name, dk_yaml_place (yaml, "/owner"));
  if (read_body (reader, name, body_line, body, runbook))
    g_ptr_array_add (reader->runbooks, g_steal_pointer (&runbook));
}

/* FALSE if the facts of the runbook, its id among them, could not be read. */
static gboolean
read_runbook (DkSourceReader *reader, const char *name)
{
  gsize size;
  g_autofree char *text = dk_source_load (reader, name, DK_MARKDOWN_BYTES_MAX, &size);
  const char *front = NULL;
  const char *body = NULL;
  gsize front_size = 0;
  guint body_line = 1;
  GError *error = NULL;
  g_autoptr (DkYaml) yaml = NULL;

  if (text == NULL)
    return FALSE;
  if (!dk_content_check_text (text, size, DK_MARKDOWN_BYTES_MAX, name, 1, &error)) {
    dk_source_take_error (reader, error);
    return FALSE;
  }
  if (!split_front_matter (text, &front, &front_size, &body, &body_line)) {
    dk_source_problem (reader, name, file_start,
                       "a runbook begins with --- and ends its facts (id, title, ...) with ---");
    return FALSE;
  }
  yaml = dk_yaml_parse (front, front_size, name, 2, &error);
  if (yaml == NULL) {
    dk_source_take_error (reader, error);
    return FALSE;
  }
  add_runbook (reader, name, yaml, body, body_line);
  return TRUE;
}

void
dk_source_read_runbook (DkSourceReader *reader, const char *name)
{
  if (!read_runbook (reader, name))
    dk_source_add_broken (reader, "runbook", NULL);
}

void
dk_source_read_form (DkSourceReader *reader, const char *name)
{
  gsize size;
  g_autofree char *text = dk_source_load (reader, name, DK_LIMIT_JSON_BYTES, &size);
  g_autofree char *leaf = g_path_get_basename (name);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = NULL;
  json_t *object;

  if (text == NULL)
    return;
  form = dk_form_parse (text, size, "en", &error);
  if (form == NULL) {
    dk_source_problem (reader, name, file_start, "%s", error->message);
    return;
  }
  expected = g_strconcat (dk_form_id (form), ".json", NULL);
  if (!g_str_equal (expected, leaf) || !dk_content_id_is_valid (dk_form_id (form))) {
    dk_source_problem (reader, name, file_start,
                       "the file must have the name of its form: %s, of a-z, 0-9 and -", expected);
    return;
  }
  dk_source_add_id (reader, "form", dk_form_id (form), name, file_start);
  object = json_object ();
  dk_json_set_text (object, "id", dk_form_id (form));
  dk_json_set_text (object, "source", dk_form_source (form));
  json_array_append_new (reader->source->forms, object);
}

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
  g_autoptr (DkYaml) yaml = load_yaml (reader, name);
  g_autoptr (DkPolicy) policy = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *pointer = NULL;
  g_auto (DkFault) fault = { 0 };

  if (yaml == NULL)
    return;
  if (!dk_policy_check (dk_yaml_root (yaml), &fault)) {
    report_fault (reader, name, yaml, "", &fault);
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
  g_autoptr (DkYaml) yaml = load_yaml (reader, name);
  g_auto (DkFault) fault = { 0 };
  json_t *fleet;

  if (yaml == NULL)
    return;
  fleet = dk_fleet_read (dk_yaml_root (yaml), &fault);
  if (fleet == NULL) {
    report_fault (reader, name, yaml, "", &fault);
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
make_about (const json_t *object, DkFault *fault)
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
  return g_steal_pointer (&about);
}

void
dk_source_read_about (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkYaml) yaml = load_yaml (reader, name);
  g_auto (DkFault) fault = { 0 };

  if (yaml == NULL)
    return;
  if (!json_is_object (dk_yaml_root (yaml))) {
    dk_source_problem (reader, name, file_start, "this must be a map of names and values");
    return;
  }
  reader->source->about = make_about (dk_yaml_root (yaml), &fault);
  if (reader->source->about == NULL)
    report_fault (reader, name, yaml, "", &fault);
}
