/* SPDX-License-Identifier: MIT */
#include "app/authoring/pack-build.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/container/container.h"
#include "app/container/zip.h"
#include "app/content/content-text.h"
#include "app/content/pack-members.h"
#include "app/content/record.h"
#include "app/crypto/age.h"
#include "app/trust/trust-pack.h"

#define KEY_BYTES 32
#define PAYLOADS_MAX 2

static void
add_document (GPtrArray *members, const char *name, const json_t *document)
{
  dk_zip_members_take_text (members, name, dk_json_canonical (document, NULL));
}

static void
add_lines (GPtrArray *members, const char *name, const DkPackRecords *records)
{
  dk_zip_members_add (members, name, records->lines);
}

/* Records as one list in canonical JSON; left out where there are none and `optional`. */
static void
add_list (GPtrArray *members, const char *name, const DkPackRecords *records, gboolean optional)
{
  gsize size = 0;
  const char *lines = g_bytes_get_data (records->lines, &size);
  char *text;

  if (optional && records->count == 0)
    return;
  text = g_malloc (size + 3);
  text[0] = '[';
  for (gsize i = 0; i < size; i++)
    text[i + 1] = lines[i] == '\n' ? ',' : lines[i];
  size = MAX (size, 1);
  text[size] = ']';
  text[size + 1] = '\0';
  dk_zip_members_take_text (members, name, text);
}

static GBytes *
write_checked (GPtrArray *members, GError **error)
{
  for (guint i = 0; i < members->len; i++) {
    const DkZipMember *member = g_ptr_array_index (members, i);
    if (g_bytes_get_size (member->bytes) > DK_LIMIT_CONTENT_FILE_BYTES) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "%s would be larger than the %u MiB that a kit accepts. Nothing was built; make "
                   "the folder smaller.",
                   member->name, DK_LIMIT_CONTENT_FILE_BYTES >> 20);
      return NULL;
    }
  }
  return dk_zip_write (members, error);
}

GBytes *
dk_pack_content_zip (const DkPackSource *source, GError **error)
{
  g_autoptr (GPtrArray) members = dk_zip_members_new ();

  dk_zip_members_take_text (members, DK_PACK_ABOUT,
                            dk_container_about ("pack", source->about, DK_PACK_CONTENT_ZIP));
  add_lines (members, DK_PACK_CONTACTS, &source->parts[DK_PACK_CONTACTS_PART]);
  add_list (members, DK_PACK_SERVICES, &source->parts[DK_PACK_SERVICES_PART], FALSE);
  add_lines (members, DK_PACK_RUNBOOKS, &source->parts[DK_PACK_RUNBOOKS_PART]);
  add_list (members, DK_PACK_SHIFTS, &source->parts[DK_PACK_SHIFTS_PART], TRUE);
  add_list (members, DK_PACK_CALL_TREES, &source->parts[DK_PACK_CALL_TREES_PART], TRUE);
  if (source->parts[DK_PACK_DEVICES_PART].count > 0)
    add_lines (members, DK_PACK_DEVICES, &source->parts[DK_PACK_DEVICES_PART]);
  add_document (members, DK_PACK_LISTS, source->lists);
  add_document (members, DK_PACK_POLICY, source->policy);
  add_document (members, DK_PACK_FLEET, source->fleet);
  for (gsize i = 0; i < json_array_size (source->forms); i++) {
    const json_t *form = json_array_get (source->forms, i);
    g_autofree char *name
        = g_strconcat (DK_PACK_FORMS, dk_json_get_text (form, "id"), ".json", NULL);
    dk_zip_members_take_text (members, name, g_strdup (dk_json_get_text (form, "source")));
  }
  return write_checked (members, error);
}

static gboolean
has_lead_parts (const DkPackSource *source)
{
  return source->parts[DK_PACK_LEAD_CONTACTS_PART].count > 0
         || source->parts[DK_PACK_LEAD_RUNBOOKS_PART].count > 0
         || source->parts[DK_PACK_LEAD_CALL_TREES_PART].count > 0;
}

GBytes *
dk_pack_lead_zip (const DkPackSource *source, GError **error)
{
  g_autoptr (GPtrArray) members = dk_zip_members_new ();

  if (!has_lead_parts (source))
    return NULL;
  dk_zip_members_take_text (members, DK_PACK_ABOUT,
                            dk_container_about ("pack", source->about, DK_PACK_LEAD_ZIP));
  add_lines (members, DK_PACK_CONTACTS, &source->parts[DK_PACK_LEAD_CONTACTS_PART]);
  add_lines (members, DK_PACK_RUNBOOKS, &source->parts[DK_PACK_LEAD_RUNBOOKS_PART]);
  add_list (members, DK_PACK_CALL_TREES, &source->parts[DK_PACK_LEAD_CALL_TREES_PART], TRUE);
  return write_checked (members, error);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Fleet and --to together, sorted, each once; *deliverable as dk_fleet_recipients. */
static GPtrArray *
collect_recipients (const json_t *fleet, const char *const *more, gboolean lead,
                    gboolean *deliverable, GError **error)
{
  g_autoptr (GPtrArray) all = dk_fleet_recipients (fleet, lead, deliverable);
  GPtrArray *out;

  for (const char *const *text = more; text != NULL && *text != NULL; text++) {
    guint8 key[KEY_BYTES];
    if (!dk_age_recipient_parse (*text, key, error)) {
      g_prefix_error (error, "The recipient \"%s\" cannot be used: ", *text);
      return NULL;
    }
    g_ptr_array_add (all, g_strdup (*text));
    *deliverable = TRUE;
  }
  g_ptr_array_sort (all, compare_texts);
  out = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < all->len; i++) {
    const char *text = g_ptr_array_index (all, i);
    if (i == 0 || !g_str_equal (text, g_ptr_array_index (all, i - 1)))
      g_ptr_array_add (out, g_strdup (text));
  }
  return out;
}

static GBytes *
seal (GBytes *plain, GPtrArray *recipients, GError **error)
{
  g_autofree guint8 *keys = g_malloc0 (MAX (recipients->len, 1) * KEY_BYTES);

  for (guint i = 0; i < recipients->len; i++)
    if (!dk_age_recipient_parse (g_ptr_array_index (recipients, i), keys + i * KEY_BYTES, error))
      return NULL;
  return dk_age_seal (plain, keys, recipients->len, error);
}

static void
payload_clear (DkContainerPayload *payload)
{
  g_clear_pointer (&payload->name, g_free);
  g_clear_pointer (&payload->bytes, g_bytes_unref);
  g_clear_pointer (&payload->recipients, g_strfreev);
}

static char **
to_strv (GPtrArray *texts)
{
  char **out = g_new0 (char *, texts->len + 1);

  for (guint i = 0; i < texts->len; i++)
    out[i] = g_strdup (g_ptr_array_index (texts, i));
  return out;
}

/* Fills a payload with a sealed part. */
static gboolean
make_sealed (DkContainerPayload *payload, const char *name, GBytes *plain, GPtrArray *recipients,
             GError **error)
{
  g_autoptr (GBytes) sealed = seal (plain, recipients, error);

  if (sealed == NULL)
    return FALSE;
  payload->name = g_strdup (name);
  payload->bytes = g_steal_pointer (&sealed);
  payload->recipients = to_strv (recipients);
  return TRUE;
}

static gboolean
make_content (DkContainerPayload *payload, const DkPackSource *source, const DkPackOptions *options,
              GError **error)
{
  gboolean deliverable = FALSE;
  g_autoptr (GPtrArray) recipients
      = collect_recipients (source->fleet, options->to, FALSE, &deliverable, error);
  g_autoptr (GBytes) plain = NULL;

  if (recipients == NULL)
    return FALSE;
  if (source->parts[DK_PACK_CONTACTS_PART].count > 0 && !deliverable && !options->plain) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This pack has contacts, but nobody to seal them to. Nothing was built; name the "
                 "stations in fleet.yaml, or give --to with the recipient that init printed, or "
                 "--plain if everybody may read them.");
    return FALSE;
  }
  plain = dk_pack_content_zip (source, error);
  if (plain == NULL)
    return FALSE;
  if (deliverable && !options->plain)
    return make_sealed (payload, DK_PACK_CONTENT_ZIP ".age", plain, recipients, error);
  payload->name = g_strdup (DK_PACK_CONTENT_ZIP);
  payload->bytes = g_steal_pointer (&plain);
  return TRUE;
}

static gboolean
make_lead (DkContainerPayload *payload, const DkPackSource *source, const DkPackOptions *options,
           GError **error)
{
  gboolean deliverable = FALSE;
  g_autoptr (GPtrArray) recipients
      = collect_recipients (source->fleet, options->to_lead, TRUE, &deliverable, error);
  g_autoptr (GBytes) plain = NULL;

  if (recipients == NULL)
    return FALSE;
  if (!deliverable) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This pack has parts for shift leads only, but no lead recipient to seal them to. "
                 "Nothing was built; name lead_recipient in fleet.yaml, or give --to-lead with the "
                 "lead recipient that init printed. Such parts are never left unsealed.");
    return FALSE;
  }
  plain = dk_pack_lead_zip (source, error);
  return plain != NULL && make_sealed (payload, DK_PACK_LEAD_ZIP ".age", plain, recipients, error);
}

/* The facts, and which fleet list belongs to them, for kits that keep its proof. */
static json_t *
facts_of (const DkPackSource *source)
{
  json_t *facts = json_copy (source->about);
  g_autofree char *digest = dk_trust_fleet_digest (source->fleet);

  dk_json_set_text (facts, "fleet_sha256", digest);
  return facts;
}

static GBytes *
build_payloads (DkContainerPayload payloads[PAYLOADS_MAX], const DkPackSource *source,
                const DkPackOptions *options, const DkJob *job, GError **error)
{
  guint count = has_lead_parts (source) ? 2 : 1;
  g_autoptr (json_t) facts = NULL;

  if (!dk_job_step (job, 0, 3, "packing", error)
      || !make_content (&payloads[0], source, options, error)
      || !dk_job_step (job, 1, 3, "sealing", error))
    return NULL;
  if (count > 1 && !make_lead (&payloads[1], source, options, error))
    return NULL;
  if (!dk_job_step (job, 2, 3, "signing", error))
    return NULL;
  facts = facts_of (source);
  return dk_container_build ("pack", facts, payloads, count, options->signers,
                             options->signer_count, error);
}

GBytes *
dk_pack_build (const DkPackSource *source, const DkPackOptions *options, const DkJob *job,
               GError **error)
{
  DkContainerPayload payloads[PAYLOADS_MAX] = { { NULL, NULL, NULL } };
  g_autoptr (GBytes) out = build_payloads (payloads, source, options, job, error);

  for (guint i = 0; i < PAYLOADS_MAX; i++)
    payload_clear (&payloads[i]);
  if (out != NULL && g_bytes_get_size (out) > DK_LIMIT_PACK_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This pack would have %" G_GSIZE_FORMAT " MiB; kits take %u MiB at most. Nothing "
                 "was written; leave out what is large.",
                 g_bytes_get_size (out) >> 20, DK_LIMIT_PACK_BYTES >> 20);
    return NULL;
  }
  return g_steal_pointer (&out);
}
