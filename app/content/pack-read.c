/* SPDX-License-Identifier: MIT */
#include "app/content/pack-read.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/container/zip.h"
#include "app/content/content-private.h"
#include "app/content/pack-private.h"
#include "app/content/record-private.h"
#include "app/content/version-private.h"
#include "app/crypto/age.h"

typedef gpointer (*RecordReader) (const json_t *object, GError **error);
typedef const char *(*RecordId) (gconstpointer record);

static gpointer
read_contact (const json_t *object, GError **error)
{
  return dk_contact_from_json (object, error);
}

static gpointer
read_service (const json_t *object, GError **error)
{
  return dk_service_from_json (object, error);
}

static gpointer
read_runbook (const json_t *object, GError **error)
{
  return dk_runbook_from_json (object, error);
}

static const char *
id_of_contact (gconstpointer record)
{
  return ((const DkContact *) record)->id;
}

static const char *
id_of_service (gconstpointer record)
{
  return ((const DkService *) record)->id;
}

static const char *
id_of_runbook (gconstpointer record)
{
  return ((const DkRunbook *) record)->id;
}

static gboolean
refuse_member (const char *name, const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s in this pack cannot be used: %s. Nothing was applied.", name, why);
  return FALSE;
}

/* Adds a record; they must stand in order of their ids, so that none is there twice. */
static gboolean
add_record (GPtrArray *out, const json_t *object, const char *what, RecordReader read, RecordId id,
            GError **error)
{
  gpointer record = read (object, error);
  gconstpointer before = out->len > 0 ? g_ptr_array_index (out, out->len - 1) : NULL;

  if (record == NULL) {
    g_prefix_error (error, "%s: ", what);
    return FALSE;
  }
  g_ptr_array_add (out, record);
  if (before != NULL && strcmp (id (before), id (record)) >= 0)
    return refuse_member (what, "it is not in order, or there twice", error);
  return TRUE;
}

static gboolean
read_lines (GPtrArray *members, const char *name, GPtrArray *out, RecordReader read, RecordId id,
            GError **error)
{
  GBytes *bytes = dk_zip_members_find (members, name);
  gsize size = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  gsize start = 0;

  if (bytes == NULL)
    return refuse_member (name, "it is missing", error);
  for (guint number = 1; start < size; number++) {
    g_autofree char *what = g_strdup_printf ("%s:%u", name, number);
    const char *end = memchr (text + start, '\n', size - start);
    gsize length = end != NULL ? (gsize) (end - text) - start : 0;
    g_autoptr (json_t) object = NULL;
    if (end == NULL)
      return refuse_member (what, "its last line has no end", error);
    object = dk_json_parse (text + start, length, DK_LIMIT_JSON_BYTES, what, error);
    if (object == NULL || !add_record (out, object, what, read, id, error))
      return FALSE;
    start += length + 1;
  }
  return TRUE;
}

static json_t *
read_document (GPtrArray *members, const char *name, GError **error)
{
  GBytes *bytes = dk_zip_members_find (members, name);
  gsize size = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  g_autoptr (json_t) document = NULL;

  if (text == NULL) {
    refuse_member (name, "it is missing or empty", error);
    return NULL;
  }
  document = dk_json_parse (text, size, DK_LIMIT_CONTENT_FILE_BYTES, name, error);
  if (document == NULL)
    return NULL;
  if (!dk_content_is_plain (document)) {
    refuse_member (name, "it has fractions or keys that are not plain text", error);
    return NULL;
  }
  return g_steal_pointer (&document);
}

static gboolean
read_services (DkPackContent *content, GPtrArray *members, GError **error)
{
  g_autoptr (json_t) list = read_document (members, DK_PACK_SERVICES, error);

  if (list == NULL)
    return FALSE;
  if (!json_is_array (list))
    return refuse_member (DK_PACK_SERVICES, "it is no list", error);
  for (gsize i = 0; i < json_array_size (list); i++) {
    g_autofree char *what = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, DK_PACK_SERVICES, i);
    if (!add_record (content->services, json_array_get (list, i), what, read_service, id_of_service,
                     error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_table (const char *name, const json_t *rows)
{
  const char *key;
  json_t *row;
  json_t *text;
  gsize i;

  if (!dk_content_id_is_valid (name) || !json_is_array (rows))
    return FALSE;
  json_array_foreach (rows, i, row)
  {
    if (dk_json_get_text (row, "id") == NULL)
      return FALSE;
    json_object_foreach (row, key, text)
    {
      if (!json_is_string (text))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
read_lists (DkPackContent *content, GPtrArray *members, GError **error)
{
  const char *name;
  json_t *rows;

  content->lists = read_document (members, DK_PACK_LISTS, error);
  if (content->lists == NULL)
    return FALSE;
  if (!json_is_object (content->lists))
    return refuse_member (DK_PACK_LISTS, "it is no map of lists", error);
  json_object_foreach (content->lists, name, rows)
  {
    if (!is_table (name, rows))
      return refuse_member (DK_PACK_LISTS, "a list in it is no table of texts with ids", error);
  }
  return TRUE;
}

static gboolean
read_rules (DkPackContent *content, GPtrArray *members, GError **error)
{
  g_autoptr (json_t) fleet = NULL;
  g_autoptr (DkPolicy) policy = NULL;
  g_auto (DkFault) fault = { 0 };

  content->policy = read_document (members, DK_PACK_POLICY, error);
  if (content->policy == NULL)
    return FALSE;
  if (!json_is_object (content->policy))
    return refuse_member (DK_PACK_POLICY, "it is no map", error);
  policy = dk_policy_parse (content->policy, error);
  fleet = policy != NULL ? read_document (members, DK_PACK_FLEET, error) : NULL;
  if (fleet == NULL)
    return FALSE;
  content->fleet = dk_fleet_read (fleet, &fault);
  return content->fleet != NULL || dk_fault_to_error (&fault, DK_PACK_FLEET, error);
}

static gboolean
read_form (DkPackContent *content, const DkZipMember *member, const char *language, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (member->bytes, &size);
  DkForm *form = dk_form_parse (text != NULL ? text : "", size, language, error);
  g_autofree char *name = NULL;

  if (form == NULL) {
    g_prefix_error (error, "%s: ", member->name);
    return FALSE;
  }
  g_ptr_array_add (content->forms, form);
  name = g_strconcat (DK_PACK_FORMS, dk_form_id (form), ".json", NULL);
  if (!g_str_equal (name, member->name))
    return refuse_member (member->name, "it is the form of another name", error);
  return TRUE;
}

/* All that stands behind the named members must be forms. */
static gboolean
read_forms (DkPackContent *content, GPtrArray *members, const char *language, GError **error)
{
  static const char *const named[]
      = { DK_PACK_ABOUT, DK_PACK_CONTACTS, DK_PACK_SERVICES, DK_PACK_RUNBOOKS,
          DK_PACK_LISTS, DK_PACK_POLICY,   DK_PACK_FLEET,    NULL };

  for (guint i = 0; i < members->len; i++) {
    const DkZipMember *member = g_ptr_array_index (members, i);
    if (g_strv_contains (named, member->name))
      continue;
    if (!g_str_has_prefix (member->name, DK_PACK_FORMS))
      return refuse_member (member->name, "it has no place here", error);
    if (!read_form (content, member, language, error))
      return FALSE;
  }
  return TRUE;
}

static DkPackContent *
content_new (void)
{
  DkPackContent *content = g_new0 (DkPackContent, 1);

  content->contacts = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  content->services = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_service_free);
  content->runbooks = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_runbook_free);
  content->forms = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_form_unref);
  return content;
}

/* Opens a zip of the pack whose ids `manifest` has (members that an about.json does not repeat are
 * passed over). */
static GPtrArray *
open_part (GBytes *zip, const char *part, const json_t *manifest, const DkJob *job,
           DkPackContent *content, GError **error)
{
  const DkZipLimits limits = {
    .members_max = DK_LIMIT_CONTENT_FILES,
    .member_bytes_max = DK_LIMIT_CONTENT_FILE_BYTES,
    .total_bytes_max = DK_LIMIT_CONTAINER_BYTES,
  };
  g_autoptr (GPtrArray) members = dk_zip_read (zip, &limits, part, job, error);

  if (members == NULL
      || !dk_container_check_about (manifest, part, dk_zip_members_find (members, DK_PACK_ABOUT),
                                    error))
    return NULL;
  content->about = read_document (members, DK_PACK_ABOUT, error);
  if (content->about == NULL)
    return NULL;
  json_object_del (content->about, "part");
  return g_steal_pointer (&members);
}

static gboolean
check_program (const json_t *manifest, GError **error)
{
  const char *needed = dk_json_get_text (manifest, "min_app");

  if (needed == NULL || !dk_version_is_valid (needed))
    return refuse_member ("min_app", "it is no version", error);
  if (dk_version_compare (needed, DK_VERSION) <= 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_NEWER,
               "This pack needs version %s of the program, this is %s. Nothing was applied, the "
               "content before stays; update the program, then apply the pack again.",
               needed, DK_VERSION);
  return FALSE;
}

/* The clear bytes of content.zip, whichever way it came. */
static GBytes *
open_content (const DkContainer *container, const DkSecret *device_age, GError **error)
{
  GBytes *plain = dk_container_payload (container, DK_PACK_CONTENT_ZIP);
  GBytes *sealed = dk_container_payload (container, DK_PACK_CONTENT_ZIP ".age");
  GBytes *out;
  g_autoptr (GError) local_error = NULL;

  if ((plain == NULL) == (sealed == NULL)) {
    refuse_member (DK_PACK_CONTENT_ZIP, "it must be there once, sealed or not", error);
    return NULL;
  }
  if (plain != NULL)
    return g_bytes_ref (plain);
  out = device_age != NULL ? dk_age_open (sealed, device_age, &local_error) : NULL;
  if (out != NULL)
    return out;
  if (device_age == NULL || g_error_matches (local_error, DK_ERROR, DK_ERROR_DENIED)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "This pack is not sealed to this kit. Nothing was applied. Give whoever builds "
                 "packs the recipient of this kit (dkit info prints it) and ask for a new one.");
    return NULL;
  }
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static gboolean
read_content (DkPackContent *content, GPtrArray *members, const char *language, const DkJob *job,
              GError **error)
{
  const guint steps = 4;

  return read_lines (members, DK_PACK_CONTACTS, content->contacts, read_contact, id_of_contact,
                     error)
         && dk_job_step (job, 1, steps, "reading", error) && read_services (content, members, error)
         && read_lines (members, DK_PACK_RUNBOOKS, content->runbooks, read_runbook, id_of_runbook,
                        error)
         && dk_job_step (job, 2, steps, "reading", error) && read_lists (content, members, error)
         && read_rules (content, members, error) && dk_job_step (job, 3, steps, "reading", error)
         && read_forms (content, members, language, error)
         && dk_job_step (job, steps, steps, "reading", error);
}

DkPackContent *
dk_pack_read (const DkContainer *container, const DkSecret *device_age, const char *language,
              const DkJob *job, GError **error)
{
  const json_t *manifest = dk_container_manifest (container);
  g_autoptr (DkPackContent) content = content_new ();
  g_autoptr (GBytes) zip = NULL;
  g_autoptr (GPtrArray) members = NULL;
  GBytes *lead;

  if (!check_program (manifest, error))
    return NULL;
  zip = open_content (container, device_age, error);
  if (zip == NULL)
    return NULL;
  members = open_part (zip, DK_PACK_CONTENT_ZIP, manifest, job, content, error);
  if (members == NULL || !read_content (content, members, language, job, error))
    return NULL;
  lead = dk_container_payload (container, DK_PACK_LEAD_ZIP ".age");
  content->lead = lead != NULL ? g_bytes_ref (lead) : NULL;
  return g_steal_pointer (&content);
}

DkPackContent *
dk_pack_read_lead (GBytes *lead, const json_t *about, const DkSecret *lead_key, const DkJob *job,
                   GError **error)
{
  g_autoptr (DkPackContent) content = content_new ();
  g_autoptr (GBytes) zip = dk_age_open (lead, lead_key, error);
  g_autoptr (GPtrArray) members = NULL;

  if (zip == NULL)
    return NULL;
  members = open_part (zip, DK_PACK_LEAD_ZIP, about, job, content, error);
  if (members == NULL
      || !read_lines (members, DK_PACK_CONTACTS, content->contacts, read_contact, id_of_contact,
                      error)
      || !read_lines (members, DK_PACK_RUNBOOKS, content->runbooks, read_runbook, id_of_runbook,
                      error))
    return NULL;
  return g_steal_pointer (&content);
}

void
dk_pack_content_free (DkPackContent *content)
{
  if (content == NULL)
    return;
  json_decref (content->about);
  g_ptr_array_unref (content->contacts);
  g_ptr_array_unref (content->services);
  g_ptr_array_unref (content->runbooks);
  g_ptr_array_unref (content->forms);
  json_decref (content->lists);
  json_decref (content->policy);
  json_decref (content->fleet);
  g_clear_pointer (&content->lead, g_bytes_unref);
  g_free (content);
}
