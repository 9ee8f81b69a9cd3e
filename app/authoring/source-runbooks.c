/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "app/authoring/source-yaml.h"
#include "app/base/text.h"
#include "app/content/markdown.h"

static const DkPlace file_start = { 1, 1 };

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
add_body_link (DkSourceReader *reader, const char *name, guint body_line, gboolean is_for_leads,
               const DkMarkdownLink *link)
{
  g_autofree char *kind = g_strndup (link->target, strcspn (link->target, ":"));
  const char *id = link->target + strlen (kind) + 1;
  DkPlace place = { body_line + link->line - 1, 1 };

  if (is_for_leads || link->for_leads)
    dk_source_add_link (reader, kind, id, name, place);
  else
    dk_source_add_link_for_all (reader, kind, id, name, place);
}

/* "../network-down.md#first" -> "network-down"; NULL if it does not look like a runbook. */
static char *
guess_runbook (const char *target)
{
  g_autofree char *path = g_strndup (target, strcspn (target, "#?"));
  g_autofree char *leaf = g_path_get_basename (path);

  if (!g_str_has_suffix (leaf, ".md"))
    return NULL;
  leaf[strlen (leaf) - strlen (".md")] = '\0';
  return dk_content_id_is_valid (leaf) ? g_steal_pointer (&leaf) : NULL;
}

static void
tell_dead_link (DkSourceReader *reader, const char *name, guint body_line,
                const DkMarkdownLink *link)
{
  g_autofree char *runbook = guess_runbook (link->target);
  g_autofree char *shown = dk_text_printable (link->target, FALSE);
  g_autofree char *brief = dk_text_shorten (shown, 80);
  DkPlace place = { body_line + link->line - 1, 1 };

  if (link->is_image)
    dk_source_problem (reader, name, place,
                       "the picture \"%s\" is not shown in a kit, which has no pictures: say in "
                       "words what it shows, and take it out",
                       brief);
  else if (runbook != NULL)
    dk_source_problem (reader, name, place,
                       "the link \"%s\" leads nowhere in a kit, which knows runbooks by their id: "
                       "write runbook:%s",
                       brief, runbook);
  else
    dk_source_problem (reader, name, place,
                       "the link \"%s\" is not followed in a kit: write runbook:ID, contact:ID, "
                       "service:ID, https:, tel: or mailto:, or take it out",
                       brief);
}

static void
add_body_links (DkSourceReader *reader, const char *name, guint body_line,
                const DkRunbook *runbook, GPtrArray *links, GPtrArray *dead)
{
  gboolean is_for_leads = g_str_equal (runbook->audience, "lead");

  for (guint i = 0; i < links->len; i++)
    add_body_link (reader, name, body_line, is_for_leads, g_ptr_array_index (links, i));
  for (guint i = 0; i < dead->len; i++)
    tell_dead_link (reader, name, body_line, g_ptr_array_index (dead, i));
}

/* Checks the text and finds its lead-only sections: the text without them, NULL if there are
 * none. */
static gboolean
read_body (DkSourceReader *reader, const char *name, guint body_line, const char *body,
           const DkRunbook *runbook, char **without_lead)
{
  GError *error = NULL;
  guint lead_parts = 0;
  g_autoptr (GPtrArray) links = dk_markdown_links (body, strlen (body), &error);
  g_autoptr (GPtrArray) dead
      = links != NULL ? dk_markdown_dead_links (body, strlen (body), &error) : NULL;
  g_autofree char *visible = NULL;

  if (dead != NULL && g_str_equal (runbook->audience, "all"))
    visible = dk_markdown_without_lead (body, strlen (body), &lead_parts, &error);
  if (error != NULL) {
    report_body (reader, name, body_line, error);
    return FALSE;
  }
  add_body_links (reader, name, body_line, runbook, links, dead);
  *without_lead = lead_parts > 0 ? dk_text_clean (visible) : NULL;
  return TRUE;
}

static DkRunbook *
make_runbook (const DkYaml *yaml, const char *body, DkFault *fault)
{
  g_autoptr (json_t) object = dk_source_without_empty (dk_yaml_root (yaml));
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
check_review (DkSourceReader *reader, const char *name, const DkYaml *yaml,
              const DkRunbook *runbook)
{
  DkPlace place = dk_yaml_place (yaml, "/reviewed");
  gint64 reviewed;

  if (dk_source_read_date (runbook->reviewed, &reviewed)
      && reviewed > reader->now_ms + DK_SOURCE_DAY_MS)
    dk_source_problem (reader, name, place,
                       "reviewed lies in the future: write the day on which somebody read it from "
                       "top to bottom");
  else if (dk_runbook_is_overdue (runbook, reader->now_ms))
    dk_source_warn (reader, name, place,
                    "the review of this runbook is overdue: let its owner read it, then set "
                    "reviewed to that day");
}

/* The one place where lead-only sections leave the rest. */
static void
put_runbook (DkSourceReader *reader, const DkRunbook *runbook, const char *without_lead)
{
  gboolean lead = g_str_equal (runbook->audience, "lead");
  json_t *object;

  if (lead || without_lead != NULL)
    dk_source_add_record (reader, DK_PACK_LEAD_RUNBOOKS_PART, runbook->id,
                          dk_runbook_to_json (runbook));
  if (lead)
    return;
  object = dk_runbook_to_json (runbook);
  if (without_lead != NULL)
    json_object_set_new (object, "markdown", dk_json_string (without_lead));
  dk_source_add_record (reader, DK_PACK_RUNBOOKS_PART, runbook->id, object);
}

static void
add_runbook (DkSourceReader *reader, const char *name, const DkYaml *yaml, const char *body,
             guint body_line)
{
  g_auto (DkFault) fault = { 0 };
  g_autoptr (DkRunbook) runbook = make_runbook (yaml, body, &fault);
  g_autofree char *without_lead = NULL;

  if (runbook == NULL) {
    dk_source_report_fault (reader, name, yaml, "", &fault);
    dk_source_add_broken (reader, "runbook", dk_json_get_text (dk_yaml_root (yaml), "id"));
    return;
  }
  dk_source_add_id (reader, "runbook", runbook->id, name, dk_yaml_place (yaml, "/id"));
  dk_source_add_link (reader, "service", runbook->service, name, dk_yaml_place (yaml, "/service"));
  if (g_str_equal (runbook->audience, "lead")) {
    dk_source_add_for_leads (reader, "runbook", runbook->id);
    dk_source_add_link (reader, "contact", runbook->owner, name, dk_yaml_place (yaml, "/owner"));
  } else {
    dk_source_add_link_for_all (reader, "contact", runbook->owner, name,
                                dk_yaml_place (yaml, "/owner"));
  }
  check_review (reader, name, yaml, runbook);
  if (read_body (reader, name, body_line, body, runbook, &without_lead))
    put_runbook (reader, runbook, without_lead);
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
    dk_source_take_error (reader, name, error);
    return FALSE;
  }
  if (!split_front_matter (text, &front, &front_size, &body, &body_line)) {
    dk_source_problem (reader, name, file_start,
                       "a runbook begins with --- and ends its facts (id, title, ...) with ---");
    return FALSE;
  }
  yaml = dk_yaml_parse (front, front_size, name, 2, &error);
  if (yaml == NULL) {
    dk_source_take_error (reader, name, error);
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
