/* SPDX-License-Identifier: MIT */
#include "app/content/pack-read.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/container/zip.h"
#include "app/content/content-text.h"
#include "app/content/pack-members.h"
#include "app/content/record.h"
#include "app/content/version.h"
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

static gpointer
read_shift (const json_t *object, GError **error)
{
  return dk_shift_from_json (object, error);
}

static gpointer
read_call_tree (const json_t *object, GError **error)
{
  g_auto (DkFault) fault = { 0 };
  DkCallTree *tree = dk_call_tree_read (object, &fault);

  if (tree == NULL)
    dk_fault_to_error (&fault, "The call tree", error);
  return tree;
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

static gpointer
read_device (const json_t *object, GError **error)
{
  return dk_device_from_json (object, error);
}

static const char *
id_of_device (gconstpointer record)
{
  return ((const DkDevice *) record)->host;
}

static const char *
id_of_call_tree (gconstpointer record)
{
  return ((const DkCallTree *) record)->id;
}

static gboolean
refuse_member (const char *name, const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s in this pack cannot be used: %s. Nothing was applied.", name, why);
  return FALSE;
}

/* Adds a record; they must stand in order of their ids, if they have one, so that none is there
 * twice. */
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
  if (before != NULL && id != NULL && strcmp (id (before), id (record)) >= 0)
    return refuse_member (what, "it is not in order, or there twice", error);
  return TRUE;
}

/* Members with a record a line, in the order in which they are read. */
static const struct {
  const char *name;
  DkPackRecordKind kind;
  RecordReader read;
  RecordId id;
  GDestroyNotify free;
  gboolean required;
} lined[] = {
  { DK_PACK_CONTACTS, DK_PACK_RECORD_CONTACT, read_contact, id_of_contact,
    (GDestroyNotify) dk_contact_free, TRUE },
  { DK_PACK_RUNBOOKS, DK_PACK_RECORD_RUNBOOK, read_runbook, id_of_runbook,
    (GDestroyNotify) dk_runbook_free, TRUE },
  { DK_PACK_DEVICES, DK_PACK_RECORD_DEVICE, read_device, id_of_device,
    (GDestroyNotify) dk_device_free, FALSE },
};

struct DkPackReader {
  DkPackContent *rest;
  GPtrArray *members;
  guint member; /* of `lined` */
  gsize start;  /* of the next line */
  guint line;
  char *before; /* id of the record before */
  guint64 done;
};

static GBytes *
lined_bytes (const DkPackReader *reader, guint member)
{
  return dk_zip_members_find (reader->members, lined[member].name);
}

/* Goes to the next member that has a line left; FALSE in *has if there is none. */
static gboolean
find_line (DkPackReader *reader, gboolean *has, GError **error)
{
  *has = FALSE;
  for (; reader->member < G_N_ELEMENTS (lined); reader->member++) {
    GBytes *bytes = lined_bytes (reader, reader->member);
    if (bytes == NULL && lined[reader->member].required)
      return refuse_member (lined[reader->member].name, "it is missing", error);
    *has = bytes != NULL && reader->start < g_bytes_get_size (bytes);
    if (*has)
      return TRUE;
    reader->start = 0;
    reader->line = 0;
    g_clear_pointer (&reader->before, g_free);
  }
  return TRUE;
}

/* Records must stand in order of their ids, so that none is there twice. */
static gboolean
check_sorted (DkPackReader *reader, const char *what, const char *id, GError **error)
{
  if (reader->before != NULL && strcmp (reader->before, id) >= 0)
    return refuse_member (what, "it is not in order, or there twice", error);
  g_free (reader->before);
  reader->before = g_strdup (id);
  return TRUE;
}

static gpointer
read_line (DkPackReader *reader, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data (lined_bytes (reader, reader->member), &size);
  const char *start = text + reader->start;
  const char *end = memchr (start, '\n', size - reader->start);
  g_autofree char *what
      = g_strdup_printf ("%s:%u", lined[reader->member].name, ++reader->line);
  g_autoptr (json_t) object = NULL;
  gpointer record;

  if (end == NULL) {
    refuse_member (what, "its last line has no end", error);
    return NULL;
  }
  object = dk_json_parse (start, (gsize) (end - start), DK_LIMIT_JSON_BYTES, what, error);
  if (object == NULL)
    return NULL;
  record = lined[reader->member].read (object, error);
  if (record == NULL) {
    g_prefix_error (error, "%s: ", what);
    return NULL;
  }
  if (!check_sorted (reader, what, lined[reader->member].id (record), error)) {
    lined[reader->member].free (record);
    return NULL;
  }
  reader->done += (guint64) (end - start) + 1;
  reader->start += (gsize) (end - start) + 1;
  return record;
}

gboolean
dk_pack_reader_next (DkPackReader *reader, DkPackRecord *record, GError **error)
{
  gboolean has = FALSE;

  if (!find_line (reader, &has, error))
    return FALSE;
  *record = (DkPackRecord) { .kind = DK_PACK_RECORD_NONE };
  if (!has)
    return TRUE;
  record->record = read_line (reader, error);
  if (record->record == NULL)
    return FALSE;
  record->kind = lined[reader->member].kind;
  record->free = lined[reader->member].free;
  return TRUE;
}

void
dk_pack_record_clear (DkPackRecord *record)
{
  if (record->record != NULL)
    record->free (record->record);
  *record = (DkPackRecord) { .kind = DK_PACK_RECORD_NONE };
}

void
dk_pack_reader_progress (const DkPackReader *reader, guint64 *done, guint64 *total)
{
  *done = reader->done;
  *total = 0;
  for (guint i = 0; i < G_N_ELEMENTS (lined); i++) {
    GBytes *bytes = lined_bytes (reader, i);
    *total += bytes != NULL ? g_bytes_get_size (bytes) : 0;
  }
}

DkPackContent *
dk_pack_reader_rest (const DkPackReader *reader)
{
  return reader->rest;
}

void
dk_pack_reader_free (DkPackReader *reader)
{
  if (reader == NULL)
    return;
  dk_pack_content_free (reader->rest);
  g_clear_pointer (&reader->members, g_ptr_array_unref);
  g_free (reader->before);
  g_free (reader);
}

/* Takes all records of the lines into the content. */
static gboolean
read_all_lines (DkPackReader *reader, GError **error)
{
  GPtrArray *into[] = { [DK_PACK_RECORD_CONTACT] = reader->rest->contacts,
                        [DK_PACK_RECORD_RUNBOOK] = reader->rest->runbooks,
                        [DK_PACK_RECORD_DEVICE] = reader->rest->devices };
  DkPackRecord record;

  while (dk_pack_reader_next (reader, &record, error)) {
    if (record.kind == DK_PACK_RECORD_NONE)
      return TRUE;
    g_ptr_array_add (into[record.kind], record.record);
  }
  return FALSE;
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
read_list (GPtrArray *members, const char *name, GPtrArray *out, RecordReader read, RecordId id,
           GError **error)
{
  g_autoptr (json_t) list = read_document (members, name, error);

  if (list == NULL)
    return FALSE;
  if (!json_is_array (list))
    return refuse_member (name, "it is no list", error);
  for (gsize i = 0; i < json_array_size (list); i++) {
    g_autofree char *what = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, name, i);
    if (!add_record (out, json_array_get (list, i), what, read, id, error))
      return FALSE;
  }
  return TRUE;
}

/* These are left out of a pack that has none. */
static gboolean
read_plan (DkPackContent *content, GPtrArray *members, GError **error)
{
  return (dk_zip_members_find (members, DK_PACK_SHIFTS) == NULL
          || read_list (members, DK_PACK_SHIFTS, content->shifts, read_shift, NULL, error))
         && (dk_zip_members_find (members, DK_PACK_CALL_TREES) == NULL
             || read_list (members, DK_PACK_CALL_TREES, content->call_trees, read_call_tree,
                           id_of_call_tree, error));
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
      = { DK_PACK_ABOUT, DK_PACK_CONTACTS, DK_PACK_SERVICES, DK_PACK_RUNBOOKS,   DK_PACK_LISTS,
          DK_PACK_POLICY, DK_PACK_FLEET,   DK_PACK_DEVICES,  DK_PACK_CALL_TREES, DK_PACK_SHIFTS,
          NULL };

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
  content->shifts = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_shift_free);
  content->call_trees = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_call_tree_free);
  content->devices = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_device_free);
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
    .total_bytes_max = DK_LIMIT_PACK_BYTES,
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
open_content (const DkContainer *container, const DkSecret *device_age, const DkJob *job,
              GError **error)
{
  gboolean is_plain = dk_container_has_payload (container, DK_PACK_CONTENT_ZIP);
  GBytes *out = NULL;
  g_autoptr (GError) local_error = NULL;

  if (is_plain == dk_container_has_payload (container, DK_PACK_CONTENT_ZIP ".age")) {
    refuse_member (DK_PACK_CONTENT_ZIP, "it must be there once, sealed or not", error);
    return NULL;
  }
  if (is_plain)
    return dk_container_read (container, DK_PACK_CONTENT_ZIP, job, error);
  if (device_age != NULL)
    out = dk_container_unseal (container, DK_PACK_CONTENT_ZIP ".age", device_age, job,
                               &local_error);
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

/* All but the records that stand in lines. */
static gboolean
read_rest (DkPackContent *content, GPtrArray *members, const char *language, GError **error)
{
  return read_list (members, DK_PACK_SERVICES, content->services, read_service, id_of_service,
                    error)
         && read_plan (content, members, error) && read_lists (content, members, error)
         && read_rules (content, members, error) && read_forms (content, members, language, error);
}

DkPackReader *
dk_pack_reader_new (const DkContainer *container, const DkSecret *device_age, const char *language,
                    const DkJob *job, GError **error)
{
  const json_t *manifest = dk_container_manifest (container);
  g_autoptr (DkPackReader) reader = g_new0 (DkPackReader, 1);
  g_autoptr (GBytes) zip = NULL;

  reader->rest = content_new ();
  if (!check_program (manifest, error))
    return NULL;
  zip = open_content (container, device_age, job, error);
  if (zip == NULL)
    return NULL;
  reader->members = open_part (zip, DK_PACK_CONTENT_ZIP, manifest, job, reader->rest, error);
  if (reader->members == NULL || !read_rest (reader->rest, reader->members, language, error)
      || !dk_job_step (job, 1, 1, "reading", error))
    return NULL;
  if (dk_container_has_payload (container, DK_PACK_LEAD_ZIP ".age")) {
    reader->rest->lead = dk_container_read (container, DK_PACK_LEAD_ZIP ".age", job, error);
    if (reader->rest->lead == NULL)
      return NULL;
  }
  return g_steal_pointer (&reader);
}

DkPackContent *
dk_pack_read (const DkContainer *container, const DkSecret *device_age, const char *language,
              const DkJob *job, GError **error)
{
  g_autoptr (DkPackReader) reader
      = dk_pack_reader_new (container, device_age, language, job, error);

  return reader != NULL && read_all_lines (reader, error) ? g_steal_pointer (&reader->rest) : NULL;
}

static DkPackContent *
read_lead_zip (GBytes *zip, const json_t *about, const DkJob *job, GError **error)
{
  g_autoptr (DkPackReader) reader = g_new0 (DkPackReader, 1);

  reader->rest = content_new ();
  reader->members = open_part (zip, DK_PACK_LEAD_ZIP, about, job, reader->rest, error);
  return reader->members != NULL && read_all_lines (reader, error)
                 && read_plan (reader->rest, reader->members, error)
             ? g_steal_pointer (&reader->rest)
             : NULL;
}

DkPackContent *
dk_pack_read_lead (GBytes *lead, const json_t *about, const DkSecret *lead_key, const DkJob *job,
                   GError **error)
{
  g_autoptr (GBytes) zip = dk_age_open (lead, lead_key, error);

  return zip != NULL ? read_lead_zip (zip, about, job, error) : NULL;
}

DkPackContent *
dk_pack_read_lead_of (const DkContainer *container, const DkSecret *lead_key, const DkJob *job,
                      GError **error)
{
  g_autoptr (GBytes) zip
      = dk_container_unseal (container, DK_PACK_LEAD_ZIP ".age", lead_key, job, error);

  return zip != NULL ? read_lead_zip (zip, dk_container_manifest (container), job, error) : NULL;
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
  g_ptr_array_unref (content->shifts);
  g_ptr_array_unref (content->call_trees);
  g_ptr_array_unref (content->devices);
  g_ptr_array_unref (content->forms);
  json_decref (content->lists);
  json_decref (content->policy);
  json_decref (content->fleet);
  g_clear_pointer (&content->lead, g_bytes_unref);
  g_free (content);
}
