/* SPDX-License-Identifier: MIT */
#include "app/trust/trust-pack.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/db/statement.h"
#include "app/model/entry.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"
#include "app/trust/trust-private.h"

#define SHOWN_MAX 5

static DkTrust *
trust_that_holds (DkStore *store, GError **error)
{
  g_autoptr (DkTrust) trust = dk_trust_effective (store, error);

  if (trust == NULL || trust->holds)
    return g_steal_pointer (&trust);
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED, "%s Nothing was applied.",
               (const char *) g_ptr_array_index (trust->problems, 0));
  return NULL;
}

static GArray *
keys_of (const DkTrust *trust, GError **error)
{
  GArray *keys = g_array_new (FALSE, TRUE, sizeof (DkMinisignPublic));

  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    g_array_append_val (keys, signer->public_key);
  }
  if (keys->len > 0)
    return keys;
  g_array_unref (keys);
  if (trust->is_unsigned)
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED, "%s Nothing was changed.", DK_TRUST_OLDER);
  else
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "This kit trusts nobody to sign content yet. Nothing was changed; an "
                 "administrator names the signer with `dkit trust add`.");
  return NULL;
}

GArray *
dk_trust_signer_keys (DkStore *store, GError **error)
{
  g_autoptr (DkTrust) trust = trust_that_holds (store, error);

  return trust != NULL ? keys_of (trust, error) : NULL;
}

/* The revocation that covers a signature of this container, NULL if none does: of a key that is
 * known only where it made the signature. */
static const DkTrustRevoked *
find_revoked_signature (const DkTrust *trust, const char *manifest, const json_t *signatures)
{
  for (guint i = 0; i < trust->revoked->len; i++) {
    const DkTrustRevoked *revoked = g_ptr_array_index (trust->revoked, i);
    const char *text = dk_json_get_text (signatures, revoked->id);
    DkMinisignPublic key;
    if (text == NULL)
      continue;
    if (revoked->key == NULL
        || (dk_minisign_public_parse (revoked->key, &key, NULL)
            && dk_container_signature_holds (manifest, text, &key)))
      return revoked;
  }
  return NULL;
}

/* TRUE with the message set. */
static gboolean
refuse_revoked (const DkTrust *trust, const DkContainer *container, GError **error)
{
  g_autofree char *manifest = dk_container_manifest_text (container);
  g_autoptr (json_t) signatures = dk_container_signatures (container);
  const DkTrustRevoked *revoked = find_revoked_signature (trust, manifest, signatures);
  g_autofree char *by = NULL;

  if (revoked == NULL)
    return FALSE;
  by = g_str_equal (revoked->origin, "list") ? g_strdup ("by this kit's administrator")
                                             : g_strdup_printf ("by the pack %s", revoked->origin);
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "This pack is signed with the key %s, which was revoked %s: somebody else may have "
               "it. Nothing was applied. Get a pack that a trusted signer has signed, and tell "
               "whoever publishes packs that this one is about.",
               revoked->id, by);
  return TRUE;
}

gboolean
dk_trust_explain_refusal (DkStore *store, const DkContainer *container, GError *failed,
                          GError **error)
{
  g_autoptr (GError) told = failed;
  g_autoptr (DkTrust) trust = NULL;

  if (g_error_matches (told, DK_ERROR, DK_ERROR_DENIED))
    trust = dk_trust_effective (store, NULL);
  if (trust == NULL || !refuse_revoked (trust, container, error))
    g_propagate_error (error, g_steal_pointer (&told));
  return FALSE;
}

gboolean
dk_trust_verify_pack (DkStore *store, DkContainer *container, const DkJob *job, GError **error)
{
  g_autoptr (DkTrust) trust = trust_that_holds (store, error);
  g_autoptr (GError) failed = NULL;
  g_autoptr (GArray) keys = NULL;

  if (trust == NULL)
    return FALSE;
  if (trust->signers->len == 0 && refuse_revoked (trust, container, error))
    return FALSE;
  keys = keys_of (trust, error);
  if (keys == NULL)
    return FALSE;
  return dk_container_verify (container, "pack", (const DkMinisignPublic *) (void *) keys->data,
                              keys->len, NULL, job, &failed)
         || dk_trust_explain_refusal (store, container, g_steal_pointer (&failed), error);
}

/* Addresses of connectors lie in the policy; what a credential is sent to is a matter of trust. */
static gboolean
add_connector_changes (DkStore *store, const json_t *policy, GPtrArray *changes, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (json_t) in_force = NULL;
  const json_t *before;
  const json_t *after = json_object_get (policy, "connectors");

  if (policy == NULL)
    return TRUE;
  in_force = dk_content_store_document (store, "policy", &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  before = json_object_get (in_force, "connectors");
  if (before != after && json_equal (before, after) != 1)
    g_ptr_array_add (changes, g_strdup ("changes the addresses of connectors"));
  return TRUE;
}

GPtrArray *
dk_trust_fleet_changes (DkStore *store, const json_t *fleet, const json_t *policy, GError **error)
{
  g_autoptr (DkTrust) trust = dk_trust_effective (store, error);
  g_autoptr (GPtrArray) changes = trust != NULL ? dk_trust_list_changes (trust, fleet) : NULL;

  return changes != NULL && add_connector_changes (store, policy, changes, error)
             ? g_steal_pointer (&changes)
             : NULL;
}

/* "adds the signer X; revokes the key Y; and 3 more". New string. */
static char *
join_changes (const GPtrArray *changes)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < changes->len && i < SHOWN_MAX; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? "; " : "",
                            (const char *) g_ptr_array_index (changes, i));
  if (changes->len > SHOWN_MAX)
    g_string_append_printf (out, "; and %u more", changes->len - SHOWN_MAX);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* "NAME (ID) or NAME (ID)" of the signers that are (or are not) in `found`. New string. */
static char *
join_signers (const DkTrust *trust, GPtrArray *found, gboolean in_found)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    if (g_ptr_array_find (found, signer, NULL) != in_found)
      continue;
    g_string_append (out, out->len > 0 ? (in_found ? " and " : " or ") : "");
    if (signer->name != NULL)
      g_string_append_printf (out, "%s (%s)", signer->name, signer->id);
    else
      g_string_append (out, signer->id);
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* A sentence on signatures of keys that only this pack would bring in, "" if there are none. */
static char *
tell_own_signers (const DkTrust *trust, const json_t *fleet, const json_t *signatures)
{
  const json_t *signers = json_object_get (fleet, "signers");

  for (gsize i = 0; i < json_array_size (signers); i++) {
    const char *text = json_string_value (json_array_get (signers, i));
    g_autofree char *id = NULL;
    DkMinisignPublic key;
    if (text == NULL || !dk_minisign_public_parse (text, &key, NULL)
        || dk_trust_find_signer (trust, &key) != NULL)
      continue;
    id = dk_minisign_id_text (key.id);
    if (json_object_get (signatures, id) != NULL)
      return g_strdup_printf (" The signature of %s does not count: this very pack brings that key "
                              "in.",
                              id);
  }
  return g_strdup ("");
}

static gboolean
refuse_alone (const DkTrust *trust, const DkContainer *container, GPtrArray *changes,
              GPtrArray *found, const json_t *fleet, GError **error)
{
  g_autoptr (json_t) signatures = dk_container_signatures (container);
  g_autofree char *what = join_changes (changes);
  g_autofree char *own = tell_own_signers (trust, fleet, signatures);
  g_autofree char *there = join_signers (trust, found, TRUE);
  g_autofree char *missing = join_signers (trust, found, FALSE);

  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "This pack changes whom kits trust: it %s. That needs the signatures of two "
               "different signers whom this kit trusts already; it has that of %s alone.%s Nothing "
               "was applied. Have %s sign it as well (dkit pack sign F --key SECKEY -o F2) and "
               "apply that file.",
               what, there, own, missing);
  return FALSE;
}

/* The fleet must be the one that was signed; *says_so tells that the manifest names one. */
static gboolean
check_digest (const DkContainer *container, const json_t *fleet, gboolean *says_so, GError **error)
{
  const char *named = dk_json_get_text (dk_container_manifest (container), "fleet_sha256");
  g_autofree char *digest = dk_trust_fleet_digest (fleet);

  *says_so = named != NULL;
  if (named == NULL || g_strcmp0 (named, digest) == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "The fleet list in this pack is not the one that its manifest names. Nothing was "
               "applied; get the file again from whoever publishes it.");
  return FALSE;
}

/* It was verified with keys that counted then: trust may have changed while it was being loaded. */
static gboolean
refuse_nobody (const DkTrust *trust, const DkContainer *container, GError **error)
{
  if (!refuse_revoked (trust, container, error))
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "Whoever signed this pack is not trusted by this kit any more. Nothing was "
                 "applied; look at dkit trust list.");
  return FALSE;
}

/* A kit keeps one fleet for each sequence of a name. */
static gboolean
refuse_number (const DkContainer *container, GPtrArray *changes, GError **error)
{
  const json_t *facts = dk_container_manifest (container);
  g_autofree char *what = join_changes (changes);
  g_autofree char *name = dk_text_printable (dk_json_get_text (facts, "name"), FALSE);

  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "This pack changes whom kits trust: it %s. This kit had that from \"%s\" under "
               "sequence %" G_GINT64_FORMAT " or a higher one already, and takes it in but once. "
               "Nothing was applied; who publishes it has to raise the sequence.",
               what, name, dk_json_get_int (facts, "sequence", 0));
  return FALSE;
}

static gboolean
is_number_used (const DkTrust *trust, const DkContainer *container)
{
  const json_t *facts = dk_container_manifest (container);

  return dk_trust_is_taken_in (trust, dk_json_get_text (facts, "name"),
                               dk_json_get_int (facts, "sequence", 0));
}

static gboolean
check_rules (const DkTrust *trust, const DkContainer *container, GPtrArray *changes,
             const json_t *fleet, GError **error)
{
  g_autofree char *manifest = dk_container_manifest_text (container);
  g_autoptr (json_t) signatures = dk_container_signatures (container);
  g_autoptr (GPtrArray) found = dk_trust_find_signatures (trust, manifest, signatures);

  if (found->len == 0)
    return refuse_nobody (trust, container, error);
  if (changes->len == 0)
    return TRUE;
  if (found->len < dk_trust_needed (trust))
    return refuse_alone (trust, container, changes, found, fleet, error);
  if (fleet != NULL && is_number_used (trust, container))
    return refuse_number (container, changes, error);
  if (dk_trust_count_after (trust, fleet) > 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "With this pack nobody would be left to sign content for this kit. Nothing was "
               "applied; whoever publishes it has to bring in a new signer before the last one is "
               "revoked.");
  return FALSE;
}

gboolean
dk_trust_check_pack (DkStore *store, const DkContainer *container, const json_t *fleet,
                     const json_t *policy, GError **error)
{
  g_autoptr (DkTrust) trust = trust_that_holds (store, error);
  g_autoptr (GPtrArray) changes = NULL;
  gboolean says_so = FALSE;

  if (trust == NULL || !check_digest (container, fleet, &says_so, error))
    return FALSE;
  changes = dk_trust_list_changes (trust, says_so ? fleet : NULL);
  return add_connector_changes (store, policy, changes, error)
         && check_rules (trust, container, changes, says_so ? fleet : NULL, error);
}

static gboolean
insert_row (DkStore *store, const DkContainer *container, const json_t *fleet,
            const char *manifest, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO fleet_change"
                           " (name, sequence, manifest, signatures, fleet, applied_ms)"
                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                           " ON CONFLICT (name, sequence) DO UPDATE SET"
                           " manifest = excluded.manifest, signatures = excluded.signatures,"
                           " fleet = excluded.fleet, applied_ms = excluded.applied_ms");
  g_autoptr (json_t) signatures = dk_container_signatures (container);
  g_autofree char *signatures_text = dk_json_canonical (signatures, NULL);
  g_autofree char *fleet_text = dk_json_canonical (fleet, NULL);
  const json_t *facts = dk_container_manifest (container);

  dk_stmt_bind_text (stmt, 1, dk_json_get_text (facts, "name"));
  dk_stmt_bind_int (stmt, 2, dk_json_get_int (facts, "sequence", 0));
  dk_stmt_bind_text (stmt, 3, manifest);
  dk_stmt_bind_text (stmt, 4, signatures_text);
  dk_stmt_bind_text (stmt, 5, fleet_text);
  dk_stmt_bind_int (stmt, 6, dk_clock_wall_ms ());
  return dk_stmt_run (stmt, error);
}

static gboolean
write_entry (DkStore *store, const DkContainer *container, const char *manifest,
             const GPtrArray *changes, const GPtrArray *signers, GError **error)
{
  const json_t *facts = dk_container_manifest (container);
  g_autoptr (json_t) body = json_object ();
  g_autofree char *hex = NULL;
  json_t *told = json_array ();
  json_t *ids = json_array ();
  guint8 hash[32];

  dk_hash (hash, sizeof hash, manifest, strlen (manifest), NULL);
  hex = dk_text_hex (hash, sizeof hash);
  dk_json_set_text (body, "name", dk_json_get_text (facts, "name"));
  json_object_set_new (body, "sequence", json_integer (dk_json_get_int (facts, "sequence", 0)));
  dk_json_set_text (body, "manifest", hex);
  for (guint i = 0; i < changes->len && i < 100; i++)
    json_array_append_new (told, dk_json_string (g_ptr_array_index (changes, i)));
  for (guint i = 0; i < signers->len; i++)
    json_array_append_new (
        ids, dk_json_string (((const DkTrustSigner *) g_ptr_array_index (signers, i))->id));
  json_object_set_new (body, "changes", told);
  json_object_set_new (body, "signers", ids);
  dk_store_sign_body (store, DK_ENTRY_FLEET_CHANGED, DK_TRUST_OBJECT, body);
  return dk_ledger_append (store, DK_ENTRY_FLEET_CHANGED, DK_TRUST_OBJECT, 0, body, NULL, error);
}

gboolean
dk_trust_accept (DkStore *store, const DkContainer *container, const json_t *fleet, GError **error)
{
  g_autoptr (DkTrust) trust = trust_that_holds (store, error);
  g_autofree char *manifest = dk_container_manifest_text (container);
  g_autoptr (json_t) signatures = dk_container_signatures (container);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) found = NULL;
  gboolean says_so = FALSE;

  if (trust == NULL || !check_digest (container, fleet, &says_so, error))
    return FALSE;
  changes = dk_trust_list_changes (trust, says_so ? fleet : NULL);
  if (!check_rules (trust, container, changes, says_so ? fleet : NULL, error))
    return FALSE;
  if (changes->len == 0)
    return TRUE;
  found = dk_trust_find_signatures (trust, manifest, signatures);
  return insert_row (store, container, fleet, manifest, error)
         && write_entry (store, container, manifest, changes, found, error);
}

gboolean
dk_trust_pack_in_force (DkStore *store, char **text, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) facts = dk_content_store_current (store, &failed);
  g_autoptr (DkTrust) trust = failed == NULL ? dk_trust_effective (store, &failed) : NULL;
  g_autoptr (json_t) signatures = NULL;
  g_autoptr (GPtrArray) found = NULL;
  const DkTrustRevoked *revoked;

  if (trust == NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  *text = NULL;
  if (facts == NULL)
    return TRUE;
  signatures = dk_json_parse (facts->signatures, strlen (facts->signatures), DK_LIMIT_JSON_BYTES,
                              "The signatures of the pack in force", NULL);
  found = dk_trust_find_signatures (trust, facts->manifest, signatures);
  revoked = find_revoked_signature (trust, facts->manifest, signatures);
  if (found->len == 0 && revoked != NULL)
    *text = g_strdup_printf ("The content of this kit was signed with the key %s, which was "
                             "revoked since. Check phone numbers and steps elsewhere before you "
                             "rely on them, and get a newer pack.",
                             revoked->id);
  return TRUE;
}
