/* SPDX-License-Identifier: MIT */
#include "app/authoring/pack-source.h"

#include <string.h>

#include "app/authoring/source-private.h"
#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/platform.h"
#include "app/content/pack-members.h"
#include "app/content/version.h"

typedef void (*FileReader) (DkSourceReader *reader, const char *name);

typedef struct {
  const char *name;   /* of the file or folder */
  const char *suffix; /* of the files in a folder; NULL for a file */
  FileReader read;
  const char *other_suffix; /* of others, with their reader */
  FileReader read_other;
} Part;

static const Part parts[] = {
  { "pack.yaml", NULL, dk_source_read_about, NULL, NULL },
  { "policy.yaml", NULL, dk_source_read_policy, NULL, NULL },
  { "fleet.yaml", NULL, dk_source_read_fleet, NULL, NULL },
  { "contacts", ".csv", dk_source_read_contacts, ".vcf", dk_source_read_cards },
  { "services", ".yaml", dk_source_read_services, NULL, NULL },
  { "oncall", ".csv", dk_source_read_shifts, NULL, NULL },
  { "calltrees", ".yaml", dk_source_read_call_trees, NULL, NULL },
  { "devices", ".csv", dk_source_read_devices, NULL, NULL },
  { "lists", ".csv", dk_source_read_list, NULL, NULL },
  { "runbooks", ".md", dk_source_read_runbook, NULL, NULL },
  { "forms", ".json", dk_source_read_form, ".xlsx", dk_source_read_form_sheets },
};

static const DkPlace file_start = { 1, 1 };

static gboolean
is_ignored (const char *name)
{
  return name[0] == '.' || g_ascii_strncasecmp (name, "README", 6) == 0
         || g_ascii_strncasecmp (name, "LICENSE", 7) == 0 || g_str_has_suffix (name, "~");
}

/* A link may bring anything that the author of a pack can read into what a whole site reads. */
static gboolean
is_inside (DkSourceReader *reader, const char *name)
{
  g_autofree char *path = g_build_filename (reader->folder, name, NULL);
  g_autofree char *real = dk_platform_real_path (path);
  gsize length = strlen (reader->root);

  if (g_str_has_prefix (real, reader->root)
      && (G_IS_DIR_SEPARATOR (real[length]) || G_IS_DIR_SEPARATOR (reader->root[length - 1])))
    return TRUE;
  dk_source_problem (reader, name, file_start,
                     "this is a link that leads out of the folder, to %s; put the file itself here",
                     real);
  return FALSE;
}

static void
read_file (DkSourceReader *reader, const Part *part, const char *leaf)
{
  g_autofree char *name = g_strdup_printf ("%s/%s", part->name, leaf);

  if (is_ignored (leaf) || !is_inside (reader, name))
    return;
  if (g_str_has_suffix (leaf, part->suffix))
    part->read (reader, name);
  else if (part->other_suffix != NULL && g_str_has_suffix (leaf, part->other_suffix))
    part->read_other (reader, name);
  else
    dk_source_problem (reader, name, file_start,
                       "this file is not read: in %s/ all files end in %s%s%s; rename or remove it",
                       part->name, part->suffix, part->other_suffix != NULL ? " or " : "",
                       part->other_suffix != NULL ? part->other_suffix : "");
}

static gboolean
read_folder (DkSourceReader *reader, const Part *part, const DkJob *job, GError **error)
{
  g_autofree char *path = g_build_filename (reader->folder, part->name, NULL);
  g_autoptr (GError) failed = NULL;
  g_autoptr (GPtrArray) names = dk_file_list (path, DK_LIMIT_CONTENT_FILES, &failed);

  if (names == NULL) {
    dk_source_problem (reader, part->name, file_start, "%s", failed->message);
    return TRUE;
  }
  for (guint i = 0; i < names->len; i++) {
    if (!dk_job_step (job, i, names->len, part->name, error))
      return FALSE;
    read_file (reader, part, g_ptr_array_index (names, i));
  }
  return TRUE;
}

static const Part *
find_part (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_equal (parts[i].name, name))
      return &parts[i];
  return NULL;
}

static void
check_top_names (DkSourceReader *reader, GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    if (!is_ignored (name) && find_part (name) == NULL)
      dk_source_problem (reader, name, file_start,
                         "this is not read by this version of the program; remove it, or look for "
                         "a slip in its name");
  }
}

static gboolean
has_name (GPtrArray *names, const char *name)
{
  for (guint i = 0; i < names->len; i++)
    if (g_str_equal (g_ptr_array_index (names, i), name))
      return TRUE;
  return FALSE;
}

static void
check_missing (DkSourceReader *reader, GPtrArray *names)
{
  if (!has_name (names, "pack.yaml"))
    dk_source_problem (reader, "pack.yaml", file_start,
                       "this file is missing; it names the pack: name, organisation, sequence, "
                       "created, expires, min_app");
  reader->source->policy_is_missing = !has_name (names, "policy.yaml");
  if (reader->source->policy_is_missing)
    dk_source_warn (reader, "policy.yaml", file_start,
                    "this file is missing: the safety flag counts as priority 2 at least, kits "
                    "lock after 5 minutes, content is stale after 90 days; write one if your rules "
                    "differ");
}

static gboolean
read_parts (DkSourceReader *reader, GPtrArray *names, const DkJob *job, GError **error)
{
  check_top_names (reader, names);
  check_missing (reader, names);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    if (!dk_job_step (job, i, G_N_ELEMENTS (parts), "reading", error))
      return FALSE;
    if (!has_name (names, parts[i].name) || !is_inside (reader, parts[i].name))
      continue;
    if (parts[i].suffix == NULL)
      parts[i].read (reader, parts[i].name);
    else if (!read_folder (reader, &parts[i], job, error))
      return FALSE;
  }
  return TRUE;
}

/* A program that does not know what the pack holds must say so, not call it damaged. */
static void
raise_program (DkSourceReader *reader)
{
  json_t *about = reader->source->about;
  const char *needed = reader->has_forms  ? DK_PACK_FORMS_APP
                       : reader->has_plan ? DK_PACK_PLAN_APP
                                          : NULL;

  if (needed != NULL && dk_version_compare (dk_json_get_text (about, "min_app"), needed) < 0)
    dk_json_set_text (about, "min_app", needed);
}

DkPackSource *
dk_pack_source_check (const char *folder, const DkPackSourceOptions *options, const DkJob *job,
                      GError **error)
{
  g_autoptr (DkSourceReader) reader = dk_source_reader_new (folder, options);
  g_autoptr (GPtrArray) names = dk_file_list (folder, DK_LIMIT_CONTENT_FILES, error);

  if (names == NULL || !read_parts (reader, names, job, error))
    return NULL;
  dk_source_check_links (reader);
  dk_source_check_numbers (reader);
  dk_source_check_plan (reader);
  dk_source_check_dates (reader);
  if (!dk_source_report (reader, error))
    return NULL;
  raise_program (reader);
  dk_source_fill (reader);
  return g_steal_pointer (&reader->source);
}

DkPackSource *
dk_pack_source_read (const char *folder, const DkJob *job, GError **error)
{
  return dk_pack_source_check (folder, NULL, job, error);
}

void
dk_pack_source_free (DkPackSource *source)
{
  if (source == NULL)
    return;
  json_decref (source->about);
  for (guint i = 0; i < DK_PACK_PARTS; i++)
    g_clear_pointer (&source->parts[i].lines, g_bytes_unref);
  json_decref (source->lists);
  json_decref (source->policy);
  json_decref (source->fleet);
  json_decref (source->forms);
  g_ptr_array_unref (source->warnings);
  g_free (source);
}
