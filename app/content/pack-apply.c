/* SPDX-License-Identifier: MIT */
#include "app/content/pack-apply.h"

#include <string.h>

#include "app/base/clock.h"

#define BATCH 200
#define SEQUENCE_STEP_MAX 1000

static gboolean
refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list values;

  va_start (values, format);
  message = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error_literal (error, DK_ERROR, DK_ERROR_INVALID, message);
  return FALSE;
}

static GArray *
read_signers (DkKit *kit, GError **error)
{
  g_autoptr (GPtrArray) texts = dk_kit_trusted_signers (kit, error);
  g_autoptr (GArray) keys = g_array_new (FALSE, TRUE, sizeof (DkMinisignPublic));

  if (texts == NULL)
    return NULL;
  for (guint i = 0; i < texts->len; i++) {
    DkMinisignPublic key;
    if (!dk_minisign_public_parse (g_ptr_array_index (texts, i), &key, error))
      return NULL;
    g_array_append_val (keys, key);
  }
  if (keys->len > 0)
    return g_steal_pointer (&keys);
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "This kit trusts nobody to sign content yet. Nothing was changed; an administrator "
               "names the signer with `dkit trust add`.");
  return NULL;
}

static gboolean
verify (DkKit *kit, DkContainer *container, const DkJob *job, GError **error)
{
  g_autoptr (GArray) keys = read_signers (kit, error);

  return keys != NULL
         && dk_container_verify (container, "pack", (const DkMinisignPublic *) (void *) keys->data,
                                 keys->len, NULL, job, error);
}

static char *
bytes_text (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strndup (data != NULL ? data : "", size);
}

/* Asks if this pack may follow the one in force; *same tells that it is that one. */
static gboolean
check_sequence (const DkContainer *container, const DkPackFacts *current, gboolean *same,
                GError **error)
{
  gint64 sequence = dk_json_get_int (dk_container_manifest (container), "sequence", 0);
  g_autofree char *manifest = bytes_text (dk_container_manifest_bytes (container));

  *same = FALSE;
  if (current == NULL || sequence > current->sequence) {
    if (current != NULL && sequence - current->sequence > SEQUENCE_STEP_MAX)
      return refuse (error,
                     "This pack has sequence %" G_GINT64_FORMAT ", more than %d ahead of the one "
                     "in force (%" G_GINT64_FORMAT "). Nothing was changed; ask who published it.",
                     sequence, SEQUENCE_STEP_MAX, current->sequence);
    return TRUE;
  }
  if (sequence < current->sequence)
    return refuse (error,
                   "This pack has sequence %" G_GINT64_FORMAT ", which is older than the one in "
                   "force (%" G_GINT64_FORMAT "). Nothing was changed; get the newest pack.",
                   sequence, current->sequence);
  if (strcmp (manifest, current->manifest) != 0)
    return refuse (error,
                   "This is another pack of sequence %" G_GINT64_FORMAT " than the one in force. "
                   "Nothing was changed; who publishes it has to raise the sequence.",
                   sequence);
  *same = TRUE;
  return TRUE;
}

static char *
signatures_text (const DkContainer *container)
{
  g_autoptr (json_t) object = json_object ();

  for (guint i = 0; i < dk_container_signature_count (container); i++) {
    g_autofree char *text = bytes_text (dk_container_signature (container, i));
    dk_json_set_text (object, dk_container_signature_id (container, i), text);
  }
  return dk_json_canonical (object, NULL);
}

static gboolean
read_time (const json_t *about, const char *key, gint64 *ms, GError **error)
{
  const char *text = dk_json_get_text (about, key);

  *ms = 0;
  return text == NULL || dk_time_parse (text, key, ms, error);
}

static DkPackFacts *
facts_of (const DkContainer *container, const json_t *about, GError **error)
{
  g_autoptr (DkPackFacts) facts = g_new0 (DkPackFacts, 1);
  const char *name = dk_json_get_text (about, "name");
  const char *organisation = dk_json_get_text (about, "organisation");

  facts->name = g_strdup (name != NULL ? name : "");
  facts->organisation = g_strdup (organisation != NULL ? organisation : "");
  facts->sequence = dk_json_get_int (about, "sequence", 0);
  facts->manifest = bytes_text (dk_container_manifest_bytes (container));
  facts->signatures = signatures_text (container);
  if (!read_time (about, "created", &facts->created_ms, error)
      || !read_time (about, "expires", &facts->expires_ms, error))
    return NULL;
  return g_steal_pointer (&facts);
}

typedef gboolean (*AddBatch) (DkStore *store, gint64 pack, GPtrArray *items, GError **error);

static gboolean
load_in_batches (DkStore *store, gint64 pack, GPtrArray *items, AddBatch add, const char *phase,
                 const DkJob *job, GError **error)
{
  for (guint first = 0; first < items->len; first += BATCH) {
    g_autoptr (GPtrArray) batch = g_ptr_array_new ();
    for (guint i = first; i < items->len && i < first + BATCH; i++)
      g_ptr_array_add (batch, g_ptr_array_index (items, i));
    if (!add (store, pack, batch, error)
        || !dk_job_step (job, first + batch->len, items->len, phase, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
load_lists (DkStore *store, gint64 pack, const DkPackContent *content, GError **error)
{
  const char *name;
  json_t *list;

  json_object_foreach (content->lists, name, list) {
    g_autofree char *document = g_strconcat ("list ", name, NULL);
    if (!dk_content_store_add_document (store, pack, document, list, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
load (DkStore *store, const DkPackContent *content, DkPackFacts *facts, const DkJob *job,
      GError **error)
{
  if (!dk_content_store_begin (store, facts, error))
    return FALSE;
  return load_in_batches (store, facts->id, content->contacts, dk_content_store_add_contacts,
                          "contacts", job, error)
         && load_in_batches (store, facts->id, content->runbooks, dk_content_store_add_runbooks,
                             "runbooks", job, error)
         && load_in_batches (store, facts->id, content->services, dk_content_store_add_services,
                             "services", job, error)
         && load_in_batches (store, facts->id, content->forms, dk_content_store_add_forms, "forms",
                             job, error)
         && load_lists (store, facts->id, content, error)
         && (content->policy == NULL
             || dk_content_store_add_document (store, facts->id, "policy", content->policy, error))
         && (content->fleet == NULL
             || dk_content_store_add_document (store, facts->id, "fleet", content->fleet, error))
         && (content->lead == NULL
             || dk_content_store_add_lead (store, facts->id, content->lead, error))
         && dk_content_store_switch (store, facts, error);
}

gboolean
dk_pack_apply_container (DkKit *kit, DkContainer *container, const DkJob *job,
                         DkPackFacts **facts, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) current = NULL;
  g_autoptr (DkPackContent) content = NULL;
  g_autoptr (DkPackFacts) loaded = NULL;
  gboolean same;

  if (!verify (kit, container, job, error))
    return FALSE;
  current = dk_content_store_current (store, &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (!check_sequence (container, current, &same, error))
    return FALSE;
  if (same) {
    *facts = g_steal_pointer (&current);
    return TRUE;
  }
  content = dk_pack_read (container, dk_keyring_get (dk_kit_keys (kit), DK_KEY_DEVICE_AGE), "en",
                          job, error);
  loaded = content != NULL ? facts_of (container, content->about, error) : NULL;
  if (loaded == NULL || !load (store, content, loaded, job, error))
    return FALSE;
  loaded->applied_ms = dk_clock_wall_ms ();
  *facts = g_steal_pointer (&loaded);
  return TRUE;
}

gboolean
dk_pack_apply (DkKit *kit, const char *path, const DkJob *job, DkPackFacts **facts,
               GError **error)
{
  g_autoptr (DkContainer) container = dk_container_open_file (path, error);

  return container != NULL && dk_pack_apply_container (kit, container, job, facts, error);
}
