/* SPDX-License-Identifier: MIT */
#include "app/content/pack-apply.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/content/pack-private.h"
#include "app/store/ledger.h"
#include "app/store/old-key-store.h"

#define BATCH 200
#define SEQUENCE_STEP_MAX 1000
#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT (1000))

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

static gboolean
read_time (const json_t *about, const char *key, gint64 *ms, GError **error)
{
  const char *text = dk_json_get_text (about, key);

  *ms = 0;
  return text == NULL || dk_time_parse (text, key, ms, error);
}

/* The highest sequence that this kit ever had of a name, 0 if none: two changes of name must not
 * bring an old pack back. */
static gboolean
read_highest (DkStore *store, const char *name, gint64 *highest, GError **error)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (store, name, error);

  if (entries == NULL)
    return FALSE;
  *highest = 0;
  for (guint i = 0; i < entries->len; i++) {
    const DkEntry *entry = g_ptr_array_index (entries, i);
    if (g_str_equal (entry->kind, "pack-applied"))
      *highest = MAX (*highest, dk_json_get_int (entry->body, "sequence", 0));
  }
  return TRUE;
}

/* Asks if a pack of another name may take the place of the one in force. */
static gboolean
check_replacement (DkStore *store, const json_t *manifest, const DkPackFacts *current,
                   gboolean replace, GError **error)
{
  const char *name = dk_json_get_text (manifest, "name");
  gint64 sequence = dk_json_get_int (manifest, "sequence", 0);
  gint64 highest = 0;
  g_autofree char *shown = dk_text_printable (name != NULL ? name : "", FALSE);
  g_autofree char *in_force = dk_text_printable (current->name, FALSE);

  if (!replace)
    return refuse (error,
                   "This pack is \"%s\", another one than \"%s\", sequence %" G_GINT64_FORMAT
                   ", which is in force. Nothing was changed. If it shall take its place, with "
                   "all contacts and runbooks, apply it with --replace.",
                   shown, in_force, current->sequence);
  if (!read_highest (store, name != NULL ? name : "", &highest, error))
    return FALSE;
  if (sequence < highest)
    return refuse (error,
                   "This kit had \"%s\" with sequence %" G_GINT64_FORMAT " before; this pack has "
                   "sequence %" G_GINT64_FORMAT ", which is older. Nothing was changed; get the "
                   "newest pack.",
                   shown, highest, sequence);
  return TRUE;
}

static gboolean
check_sequence (const json_t *manifest, const DkPackFacts *current, GError **error)
{
  gint64 sequence = dk_json_get_int (manifest, "sequence", 0);

  if (sequence - current->sequence > SEQUENCE_STEP_MAX)
    return refuse (error,
                   "This pack has sequence %" G_GINT64_FORMAT ", more than %d ahead of the one in "
                   "force (%" G_GINT64_FORMAT "). Nothing was changed; ask who published it.",
                   sequence, SEQUENCE_STEP_MAX, current->sequence);
  if (sequence > current->sequence)
    return TRUE;
  if (sequence < current->sequence)
    return refuse (error,
                   "This pack has sequence %" G_GINT64_FORMAT ", which is older than the one in "
                   "force (%" G_GINT64_FORMAT "). Nothing was changed; get the newest pack.",
                   sequence, current->sequence);
  return refuse (error,
                 "This is another pack of sequence %" G_GINT64_FORMAT " than the one in force. "
                 "Nothing was changed; who publishes it has to raise the sequence.",
                 sequence);
}

/* A clock that is behind would count the days of a pack wrongly, and one that is ahead where packs
 * are made would keep it from ever being stale. */
static gboolean
check_created (const json_t *manifest, GError **error)
{
  gint64 now = dk_clock_wall_ms ();
  gint64 created = 0;
  g_autofree char *here = dk_time_format_local (now);

  if (!read_time (manifest, "created", &created, error))
    return FALSE;
  if (created - now <= DAY_MS)
    return TRUE;
  return refuse (error,
                 "This pack says that it was made at %s, but the clock of this PC shows %s. "
                 "Nothing was changed. Set the clock of this PC if it is wrong; else who publishes "
                 "the pack has to correct `created` in pack.yaml.",
                 dk_json_get_text (manifest, "created"), here);
}

/* Asks if this pack may follow the one in force; *same tells that it is that one. */
static gboolean
check_order (DkStore *store, const DkContainer *container, const DkPackFacts *current,
             gboolean replace, gboolean *same, GError **error)
{
  const json_t *manifest = dk_container_manifest (container);
  g_autofree char *text = bytes_text (dk_container_manifest_bytes (container));

  *same = current != NULL && strcmp (text, current->manifest) == 0;
  if (*same)
    return TRUE;
  if (!check_created (manifest, error))
    return FALSE;
  if (current == NULL)
    return TRUE;
  if (g_strcmp0 (dk_json_get_text (manifest, "name"), current->name) != 0)
    return check_replacement (store, manifest, current, replace, error);
  return check_sequence (manifest, current, error);
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

void
dk_pack_applied_free (DkPackApplied *applied)
{
  if (applied == NULL)
    return;
  dk_pack_facts_free (applied->facts);
  g_free (applied);
}

/* What is to be opened with one of the kit's keys. Borrowed. */
typedef struct {
  const DkContainer *container; /* for all but the lead-only part */
  GBytes *lead;
  const json_t *manifest;
  const DkJob *job;
} Sealed;

static DkPackContent *
read_with (const Sealed *sealed, const DkSecret *key, GError **error)
{
  if (sealed->lead != NULL)
    return dk_pack_read_lead (sealed->lead, sealed->manifest, key, sealed->job, error);
  return dk_pack_read (sealed->container, key, "en", sealed->job, error);
}

/* What was sealed before the keys were renewed is on its way for weeks: so the key in force first,
 * then those before it. The first refusal is told, since that key is the one to seal to. */
static DkPackContent *
read_with_any (DkStore *store, DkKeyId id, const Sealed *sealed, GError **error)
{
  g_autoptr (GPtrArray) keys = dk_old_key_store_list (store, id, error);
  g_autoptr (GError) refused = NULL;

  if (keys == NULL)
    return NULL;
  g_assert (keys->len > 0);
  for (guint i = 0; i < keys->len; i++) {
    g_autoptr (GError) failed = NULL;
    DkPackContent *content = read_with (sealed, g_ptr_array_index (keys, i), &failed);
    gboolean is_other_key = g_error_matches (failed, DK_ERROR, DK_ERROR_DENIED);
    if (content != NULL)
      return content;
    if (refused == NULL || !is_other_key) {
      g_clear_error (&refused);
      refused = g_steal_pointer (&failed);
    }
    if (!is_other_key)
      break;
  }
  g_propagate_error (error, g_steal_pointer (&refused));
  return NULL;
}

gboolean
dk_pack_open_lead (DkKit *kit, DkPackContent **lead, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const DkSecret *key = dk_keyring_get (dk_kit_keys (kit), DK_KEY_LEAD);
  g_autoptr (GError) failed = NULL;
  g_autoptr (GBytes) sealed = key != NULL ? dk_content_store_lead (store, &failed) : NULL;
  g_autoptr (DkPackFacts) facts = NULL;
  g_autoptr (json_t) manifest = NULL;

  *lead = NULL;
  if (sealed != NULL)
    facts = dk_content_store_current (store, &failed);
  if (facts == NULL) {
    if (failed == NULL)
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  manifest = dk_json_parse (facts->manifest, strlen (facts->manifest), DK_LIMIT_JSON_BYTES,
                            "The facts of the pack in force", error);
  if (manifest != NULL)
    *lead = read_with_any (store, DK_KEY_LEAD,
                           &(const Sealed) { .lead = sealed, .manifest = manifest }, error);
  return *lead != NULL;
}

/* A lead-only part that cannot be opened here is told, and no reason to refuse the rest. */
static void
look_into_lead (DkKit *kit, const DkContainer *container, const DkJob *job, DkPackApplied *applied)
{
  GBytes *lead = dk_container_payload (container, DK_PACK_LEAD_ZIP ".age");
  const Sealed sealed
      = { .lead = lead, .manifest = dk_container_manifest (container), .job = job };
  const DkSecret *key = dk_keyring_get (dk_kit_keys (kit), DK_KEY_LEAD);
  g_autoptr (DkPackContent) content = NULL;

  applied->has_lead = lead != NULL;
  applied->lead_parts = lead != NULL ? -1 : 0;
  if (lead == NULL || key == NULL)
    return;
  content = read_with_any (dk_kit_store (kit), DK_KEY_LEAD, &sealed, NULL);
  if (content != NULL)
    applied->lead_parts = (int) (content->contacts->len + content->runbooks->len);
}

static gboolean
bring_in (DkKit *kit, const DkContainer *container, const DkJob *job, DkPackApplied *applied,
          GError **error)
{
  const Sealed sealed = { .container = container, .job = job };
  g_autoptr (DkPackContent) content
      = read_with_any (dk_kit_store (kit), DK_KEY_DEVICE_AGE, &sealed, error);
  g_autoptr (DkPackFacts) loaded
      = content != NULL ? facts_of (container, content->about, error) : NULL;

  if (loaded == NULL || !load (dk_kit_store (kit), content, loaded, job, error))
    return FALSE;
  loaded->applied_ms = dk_clock_wall_ms ();
  applied->contacts = content->contacts->len;
  applied->facts = g_steal_pointer (&loaded);
  return TRUE;
}

gboolean
dk_pack_apply_container (DkKit *kit, DkContainer *container, gboolean replace, const DkJob *job,
                         DkPackApplied **applied, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) current = NULL;
  g_autoptr (DkPackApplied) done = g_new0 (DkPackApplied, 1);

  if (!verify (kit, container, job, error))
    return FALSE;
  current = dk_content_store_current (store, &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (!check_order (store, container, current, replace, &done->already, error)
      || !dk_content_store_count_contacts (store, 0, &done->contacts_before, error))
    return FALSE;
  if (done->already) {
    done->contacts = done->contacts_before;
    done->facts = g_steal_pointer (&current);
  } else if (!bring_in (kit, container, job, done, error)) {
    return FALSE;
  }
  look_into_lead (kit, container, job, done);
  *applied = g_steal_pointer (&done);
  return TRUE;
}

gboolean
dk_pack_apply (DkKit *kit, const char *path, gboolean replace, const DkJob *job,
               DkPackApplied **applied, GError **error)
{
  g_autoptr (DkContainer) container = dk_container_open_file (path, error);

  return container != NULL
         && dk_pack_apply_container (kit, container, replace, job, applied, error);
}
