/* SPDX-License-Identifier: MIT */
#include "app/content/pack-apply.h"

#include "app/content/pack-load.h"
#include "app/trust/trust-pack.h"

void
dk_pack_applied_free (DkPackApplied *applied)
{
  if (applied == NULL)
    return;
  dk_pack_facts_free (applied->facts);
  json_decref (applied->changes);
  g_free (applied);
}

/* The new pack is in force, or the one before still is: what cannot be removed goes later. */
static void
remove_old (DkStore *store)
{
  g_autoptr (GError) error = NULL;
  gboolean more = TRUE;

  while (more && error == NULL)
    if (!dk_content_store_remove_step (store, &more, &error))
      g_debug ("an old pack was not removed: %s", error->message);
}

/* All that can be done before the switch. */
static gboolean
load_all (DkPackLoad *load, const DkJob *job, GError **error)
{
  gboolean more = TRUE;

  if (!dk_pack_load_prepare (load, job, error))
    return FALSE;
  while (more) {
    guint64 done;
    guint64 total;
    if (!dk_pack_load_step (load, &more, error))
      return FALSE;
    dk_pack_load_progress (load, &done, &total);
    if (!dk_job_step (job, done, total, "loading", error))
      return FALSE;
  }
  return TRUE;
}

gboolean
dk_pack_apply_container (DkKit *kit, DkContainer *container, gboolean replace, const DkJob *job,
                         DkPackApplied **applied, GError **error)
{
  g_autoptr (DkPackLoad) load = dk_pack_load_new (kit, container, replace, error);
  gboolean done = load != NULL && load_all (load, job, error)
                  && dk_pack_load_switch (load, applied, error);

  g_clear_pointer (&load, dk_pack_load_free);
  remove_old (dk_kit_store (kit));
  return done;
}

gboolean
dk_pack_preview_container (DkKit *kit, DkContainer *container, gboolean replace, const DkJob *job,
                           json_t **changes, GError **error)
{
  g_autoptr (DkPackLoad) load = dk_pack_load_new (kit, container, replace, error);
  g_autoptr (DkContentChanges) none = dk_content_changes_new ();
  gboolean done = load != NULL && load_all (load, job, error);

  if (done)
    *changes = dk_content_changes_to_json (dk_pack_load_is_already (load)
                                               ? none
                                               : dk_pack_load_changes (load));
  if (done && dk_pack_load_lead_changes (load) != NULL)
    json_object_set (*changes, "lead", (json_t *) (guintptr) dk_pack_load_lead_changes (load));
  g_clear_pointer (&load, dk_pack_load_free);
  remove_old (dk_kit_store (kit));
  return done;
}

DkContainer *
dk_pack_open_file (DkKit *kit, const char *path, GError **error)
{
  g_autoptr (DkContainer) head = dk_container_open_head (path, error);
  g_autoptr (GArray) signers
      = head != NULL ? dk_trust_signer_keys (dk_kit_store (kit), error) : NULL;
  g_autoptr (GError) failed = NULL;

  if (signers == NULL)
    return NULL;
  if (!dk_container_check_signers (head, "pack",
                                   (const DkMinisignPublic *) (void *) signers->data,
                                   signers->len, NULL, &failed)) {
    (void) dk_trust_explain_refusal (dk_kit_store (kit), head, g_steal_pointer (&failed), error);
    return NULL;
  }
  return dk_container_open_in_place (path, NULL, error);
}

gboolean
dk_pack_apply (DkKit *kit, const char *path, gboolean replace, const DkJob *job,
               DkPackApplied **applied, GError **error)
{
  g_autoptr (DkContainer) container = dk_pack_open_file (kit, path, error);

  return container != NULL
         && dk_pack_apply_container (kit, container, replace, job, applied, error);
}
