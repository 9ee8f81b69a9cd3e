/* SPDX-License-Identifier: MIT */
#include "app/content/pack-source.h"

#include <string.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/platform.h"
#include "app/content/pack-read.h"
#include "app/content/source-private.h"

#define PROBLEMS_MAX 20
#define PARTS 8

typedef void (*FileReader) (DkSourceReader *reader, const char *name);

typedef struct {
  const char *name;   /* of the file or folder */
  const char *suffix; /* of the files in a folder; NULL for a file */
  FileReader read;
} Part;

static const Part parts[PARTS] = {
  { "pack.yaml", NULL, dk_source_read_about },      { "policy.yaml", NULL, dk_source_read_policy },
  { "fleet.yaml", NULL, dk_source_read_fleet },     { "contacts", ".csv", dk_source_read_contacts },
  { "services", ".yaml", dk_source_read_services }, { "lists", ".csv", dk_source_read_list },
  { "runbooks", ".md", dk_source_read_runbook },    { "forms", ".json", dk_source_read_form },
};

static const DkPlace file_start = { 1, 1 };

static void
link_free (gpointer data)
{
  DkSourceLink *link = data;

  g_free (link->name);
  g_free (link->target);
  g_free (link);
}

void
dk_source_problem (DkSourceReader *reader, const char *name, DkPlace place, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (reader->problems,
                   g_strdup_printf ("%s:%u:%u: %s", name, place.line, place.column, message));
}

void
dk_source_take_error (DkSourceReader *reader, GError *error)
{
  g_ptr_array_add (reader->problems, g_strdup (error->message));
  g_error_free (error);
}

char *
dk_source_load (DkSourceReader *reader, const char *name, gsize size_max, gsize *size)
{
  g_autofree char *path = g_build_filename (reader->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = dk_file_read (path, size_max, &error);
  g_autofree char *text = NULL;
  const char *key;

  if (bytes == NULL) {
    dk_source_problem (reader, name, file_start, "%s", error->message);
    return NULL;
  }
  *size = g_bytes_get_size (bytes);
  text = *size > 0 ? g_strndup (g_bytes_get_data (bytes, NULL), *size) : g_strdup ("");
  key = dk_content_find_recovery_key (text);
  if (key != NULL) {
    dk_source_problem (reader, name, dk_content_place (text, (gsize) (key - text), 1),
                       "this looks like a disk recovery key of 48 digits; such keys are never put "
                       "into a pack, remove it here and from the history of this folder");
    return NULL;
  }
  return g_steal_pointer (&text);
}

void
dk_source_add_id (DkSourceReader *reader, const char *kind, const char *id, const char *name,
                  DkPlace place)
{
  g_autofree char *key = g_strdup_printf ("%s:%s", kind, id);
  const char *other = g_hash_table_lookup (reader->ids, key);

  if (other != NULL)
    dk_source_problem (reader, name, place, "the %s \"%s\" stands already at %s", kind, id, other);
  else
    g_hash_table_insert (reader->ids, g_steal_pointer (&key),
                         g_strdup_printf ("%s:%u:%u", name, place.line, place.column));
}

void
dk_source_add_broken (DkSourceReader *reader, const char *kind, const char *id)
{
  g_hash_table_add (reader->broken, g_strdup_printf ("%s:%s", kind, id != NULL ? id : ""));
}

void
dk_source_add_link (DkSourceReader *reader, const char *kind, const char *id, const char *name,
                    DkPlace place)
{
  DkSourceLink *link;

  if (id == NULL || *id == '\0')
    return;
  link = g_new0 (DkSourceLink, 1);
  link->name = g_strdup (name);
  link->place = place;
  link->target = g_strdup_printf ("%s:%s", kind, id);
  g_ptr_array_add (reader->links, link);
}

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
read_folder (DkSourceReader *reader, const Part *part)
{
  g_autofree char *path = g_build_filename (reader->folder, part->name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = dk_file_list (path, DK_LIMIT_CONTENT_FILES, &error);

  if (names == NULL) {
    dk_source_problem (reader, part->name, file_start, "%s", error->message);
    return;
  }
  for (guint i = 0; i < names->len; i++) {
    const char *leaf = g_ptr_array_index (names, i);
    g_autofree char *name = g_strdup_printf ("%s/%s", part->name, leaf);
    if (is_ignored (leaf) || !is_inside (reader, name))
      continue;
    if (g_str_has_suffix (leaf, part->suffix))
      part->read (reader, name);
    else
      dk_source_problem (reader, name, file_start,
                         "this file is not read: in %s/ all files end in %s; rename or remove it",
                         part->name, part->suffix);
  }
}

static const Part *
find_part (const char *name)
{
  for (gsize i = 0; i < PARTS; i++)
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

static gboolean
read_parts (DkSourceReader *reader, GPtrArray *names, const DkJob *job, GError **error)
{
  check_top_names (reader, names);
  if (!has_name (names, "pack.yaml"))
    dk_source_problem (reader, "pack.yaml", file_start,
                       "this file is missing; it names the pack: name, organisation, sequence, "
                       "created, expires, min_app");
  reader->source->policy_is_missing = !has_name (names, "policy.yaml");
  for (guint i = 0; i < PARTS; i++) {
    if (!dk_job_step (job, i, PARTS, "reading", error))
      return FALSE;
    if (!has_name (names, parts[i].name) || !is_inside (reader, parts[i].name))
      continue;
    if (parts[i].suffix != NULL)
      read_folder (reader, &parts[i]);
    else
      parts[i].read (reader, parts[i].name);
  }
  return TRUE;
}

static gboolean
is_broken (const DkSourceReader *reader, const char *target)
{
  g_autofree char *any = g_strndup (target, strcspn (target, ":") + 1);

  return g_hash_table_contains (reader->broken, target)
         || g_hash_table_contains (reader->broken, any);
}

static void
check_links (DkSourceReader *reader)
{
  for (guint i = 0; i < reader->links->len; i++) {
    const DkSourceLink *link = g_ptr_array_index (reader->links, i);
    const char *colon = strchr (link->target, ':');
    if (!g_hash_table_contains (reader->ids, link->target) && !is_broken (reader, link->target))
      dk_source_problem (reader, link->name, link->place, "there is no %.*s with the id \"%s\"",
                         (int) (colon - link->target), link->target, colon + 1);
  }
}

static int
compare_contacts (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const DkContact *const *) a)->id, (*(const DkContact *const *) b)->id);
}

static int
compare_services (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const DkService *const *) a)->id, (*(const DkService *const *) b)->id);
}

static int
compare_runbooks (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const DkRunbook *const *) a)->id, (*(const DkRunbook *const *) b)->id);
}

static gboolean
is_for_leads (const char *audience)
{
  return g_str_equal (audience, "lead");
}

static void
put_runbook (DkSourceReader *reader, const DkRunbook *runbook)
{
  const char *visible = g_hash_table_lookup (reader->visible, runbook->id);
  gboolean lead = is_for_leads (runbook->audience);

  if (lead || visible != NULL)
    json_array_append_new (reader->source->lead_runbooks, dk_runbook_to_json (runbook));
  if (!lead) {
    json_t *object = dk_runbook_to_json (runbook);
    if (visible != NULL)
      json_object_set_new (object, "markdown", dk_json_string (visible));
    json_array_append_new (reader->source->runbooks, object);
  }
}

/* The one place where lead-only parts and the rest go different ways. */
static void
fill_source (DkSourceReader *reader)
{
  DkPackSource *source = reader->source;

  g_ptr_array_sort (reader->contacts, compare_contacts);
  g_ptr_array_sort (reader->services, compare_services);
  g_ptr_array_sort (reader->runbooks, compare_runbooks);
  for (guint i = 0; i < reader->contacts->len; i++) {
    const DkContact *contact = g_ptr_array_index (reader->contacts, i);
    json_array_append_new (is_for_leads (contact->audience) ? source->lead_contacts
                                                            : source->contacts,
                           dk_contact_to_json (contact));
  }
  for (guint i = 0; i < reader->services->len; i++)
    json_array_append_new (source->services,
                           dk_service_to_json (g_ptr_array_index (reader->services, i)));
  for (guint i = 0; i < reader->runbooks->len; i++)
    put_runbook (reader, g_ptr_array_index (reader->runbooks, i));
}

static gboolean
report_problems (const DkSourceReader *reader, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint count = reader->problems->len;

  if (count == 0)
    return TRUE;
  g_string_append_printf (text, "%u problem%s in this folder; nothing was built.", count,
                          count > 1 ? "s" : "");
  for (guint i = 0; i < MIN (count, PROBLEMS_MAX); i++)
    g_string_append_printf (text, "\n%s", (char *) g_ptr_array_index (reader->problems, i));
  if (count > PROBLEMS_MAX)
    g_string_append_printf (text, "\n... and %u more", count - PROBLEMS_MAX);
  g_set_error_literal (error, DK_ERROR, DK_ERROR_INVALID, text->str);
  return FALSE;
}

static DkPackSource *
source_new (void)
{
  DkPackSource *source = g_new0 (DkPackSource, 1);
  g_auto (DkFault) fault = { 0 };
  g_autoptr (json_t) nothing = json_object ();
  g_autoptr (DkPolicy) policy = dk_policy_new ();

  source->contacts = json_array ();
  source->services = json_array ();
  source->runbooks = json_array ();
  source->lists = json_object ();
  source->policy = dk_policy_to_json (policy);
  source->fleet = dk_fleet_read (nothing, &fault);
  source->forms = json_array ();
  source->lead_contacts = json_array ();
  source->lead_runbooks = json_array ();
  return source;
}

static gboolean
read_source (DkSourceReader *reader, const DkJob *job, GError **error)
{
  g_autoptr (GPtrArray) names = dk_file_list (reader->folder, DK_LIMIT_CONTENT_FILES, error);

  if (names == NULL || !read_parts (reader, names, job, error))
    return FALSE;
  check_links (reader);
  if (!report_problems (reader, error))
    return FALSE;
  fill_source (reader);
  return TRUE;
}

DkPackSource *
dk_pack_source_read (const char *folder, const DkJob *job, GError **error)
{
  g_autoptr (DkPackSource) source = source_new ();
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) broken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *root = dk_platform_real_path (folder);
  g_autoptr (GHashTable) visible = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func (link_free);
  g_autoptr (GPtrArray) contacts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (GPtrArray) services
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_service_free);
  g_autoptr (GPtrArray) runbooks
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_runbook_free);
  DkSourceReader reader = {
    .folder = folder,
    .root = root,
    .problems = problems,
    .ids = ids,
    .broken = broken,
    .links = links,
    .contacts = contacts,
    .services = services,
    .runbooks = runbooks,
    .visible = visible,
    .source = source,
  };

  return read_source (&reader, job, error) ? g_steal_pointer (&source) : NULL;
}

void
dk_pack_source_free (DkPackSource *source)
{
  if (source == NULL)
    return;
  json_decref (source->about);
  json_decref (source->contacts);
  json_decref (source->services);
  json_decref (source->runbooks);
  json_decref (source->lists);
  json_decref (source->policy);
  json_decref (source->fleet);
  json_decref (source->forms);
  json_decref (source->lead_contacts);
  json_decref (source->lead_runbooks);
  g_free (source);
}
