/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/limits.h"
#include "app/content/pack-load-private.h"
#include "app/content/pack-members.h"
#include "app/store/old-key-store.h"

/* What is to be opened with one of the kit's keys. Borrowed. */
typedef struct {
  const DkContainer *container; /* NULL: of the pack in force */
  GBytes *lead;
  const json_t *manifest;
  const DkJob *job;
} Sealed;

/* The DkPackContent of a lead-only part. */
static gpointer
read_lead_with (const DkSecret *key, gpointer data, GError **error)
{
  const Sealed *sealed = data;

  if (sealed->container != NULL)
    return dk_pack_read_lead_of (sealed->container, key, sealed->job, error);
  return dk_pack_read_lead (sealed->lead, sealed->manifest, key, sealed->job, error);
}

/* A DkPackReader. */
static gpointer
read_with (const DkSecret *key, gpointer data, GError **error)
{
  const Sealed *sealed = data;

  return dk_pack_reader_new (sealed->container, key, "en", sealed->job, error);
}

DkPackReader *
dk_pack_open_content (const DkContainer *container, GPtrArray *keys, const DkJob *job,
                      GError **error)
{
  return dk_old_key_store_try (keys, read_with,
                               &(Sealed) { .container = container, .job = job }, error);
}

DkPackContent *
dk_pack_unseal_lead (GBytes *lead, const json_t *manifest, GPtrArray *keys, const DkJob *job,
                     GError **error)
{
  return dk_old_key_store_try (keys, read_lead_with,
                               &(Sealed) { .lead = lead, .manifest = manifest, .job = job },
                               error);
}

gboolean
dk_pack_open_lead (DkKit *kit, DkPackContent **lead, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const DkSecret *key = dk_keyring_get (dk_kit_keys (kit), DK_KEY_LEAD);
  g_autoptr (GError) failed = NULL;
  g_autoptr (GBytes) sealed = key != NULL ? dk_content_store_lead (store, &failed) : NULL;
  g_autoptr (DkPackFacts) facts = NULL;
  g_autoptr (GPtrArray) keys = NULL;
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
  keys = dk_old_key_store_list (store, DK_KEY_LEAD, error);
  manifest = keys != NULL ? dk_json_parse (facts->manifest, strlen (facts->manifest),
                                           DK_LIMIT_JSON_BYTES, "The facts of the pack in force",
                                           error)
                          : NULL;
  if (manifest != NULL)
    *lead = dk_pack_unseal_lead (sealed, manifest, keys, NULL, error);
  return *lead != NULL;
}

void
dk_pack_look_into_lead (const DkContainer *container, GPtrArray *keys, const DkJob *job,
                        DkPackApplied *applied)
{
  Sealed sealed = { .container = container, .job = job };
  g_autoptr (DkPackContent) content = NULL;

  applied->has_lead = dk_container_has_payload (container, DK_PACK_LEAD_ZIP ".age");
  applied->lead_parts = applied->has_lead ? -1 : 0;
  if (!applied->has_lead || keys->len == 0)
    return;
  content = dk_old_key_store_try (keys, read_lead_with, &sealed, NULL);
  if (content != NULL)
    applied->lead_parts = (int) (content->contacts->len + content->runbooks->len
                                 + content->call_trees->len);
}
