/* SPDX-License-Identifier: MIT */
/* station.json can be read while the kit is locked and is its own only witness: it is trusted for
 * nothing and written anew from the database. Failed unlocks are noted beside it. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/json.h"
#include "app/base/text.h"
#include "app/crypto/age.h"
#include "app/crypto/minisign.h"
#include "app/kit/kit-private.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"
#include "app/trust/trust.h"

#define STATION_BYTES_MAX (1u << 20)
#define FAILED_MAX 100

static void
add_public_keys (json_t *facts, const DkStoreIdentity *identity)
{
  DkMinisignPublic key;
  g_auto (GStrv) signer = NULL;
  g_autofree char *text = NULL;
  g_autofree char *recipient = dk_age_recipient_text (identity->device_age_public);
  g_autofree char *lead = dk_age_recipient_text (identity->lead_public);

  dk_minisign_public_from_key (identity->device_sign_public, &key);
  text = dk_minisign_public_text (&key);
  /* The key itself, as `minisign -P` takes it: one line, fit for a fleet list. */
  signer = g_strsplit (text, "\n", 3);
  dk_json_set_text (facts, "signer", signer[1]);
  dk_json_set_text (facts, "recipient", recipient);
  dk_json_set_text (facts, "lead_recipient", lead);
}

static void
add_trust (json_t *facts, const DkTrust *trust)
{
  json_t *signers = json_array ();
  json_t *routes = json_array ();

  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    g_autofree char *text = dk_minisign_public_text (&signer->public_key);
    json_array_append_new (signers, dk_json_string (text));
  }
  for (guint i = 0; i < trust->routes->len; i++)
    json_array_append_new (routes, dk_json_string (g_ptr_array_index (trust->routes, i)));
  json_object_set_new (facts, "signers", signers);
  json_object_set_new (facts, "routes", routes);
}

static json_t *
station_facts (DkStore *store, GError **error)
{
  const DkStoreIdentity *identity = dk_store_identity (store);
  g_autoptr (json_t) facts = json_object ();
  g_autoptr (DkTrust) trust = dk_trust_effective (store, error);

  if (trust == NULL)
    return NULL;
  json_object_set_new (facts, "v", json_integer (1));
  dk_json_set_text (facts, "kit", identity->kit_id);
  dk_json_set_text (facts, "station", identity->station);
  dk_json_set_text (facts, "site", identity->site);
  add_public_keys (facts, identity);
  add_trust (facts, trust);
  return g_steal_pointer (&facts);
}

static char *
station_text (DkStore *store, GError **error)
{
  g_autoptr (json_t) facts = station_facts (store, error);
  g_autofree char *text = facts != NULL ? dk_json_text (facts, FALSE) : NULL;

  return text != NULL ? g_strconcat (text, "\n", NULL) : NULL;
}

/* New string. */
static char *
hash_text (const char *text, gsize size)
{
  guint8 hash[32];

  dk_hash (hash, sizeof hash, text, size, NULL);
  return dk_text_hex (hash, sizeof hash);
}

/* Best effort: without it a crash at the next change of keys is told as an edit. */
static void
note_written (DkKit *kit, const char *text)
{
  g_autofree char *hash = hash_text (text, strlen (text));
  g_autofree char *stored = dk_store_get_setting (kit->store, DK_KIT_STATION_WRITTEN, NULL);
  g_autoptr (GError) failed = NULL;

  if (g_strcmp0 (stored, hash) != 0
      && !dk_store_set_setting (kit->store, DK_KIT_STATION_WRITTEN, hash, &failed))
    g_debug ("what station.json says was not noted: %s", failed->message);
}

gboolean
dk_station_write (DkKit *kit, GError **error)
{
  g_autofree char *path = dk_kit_file (kit->folder, DK_KIT_STATION);
  g_autofree char *right = station_text (kit->store, error);

  if (right == NULL
      || !dk_file_replace (path, right, strlen (right), DK_FILE_DURABLE, error))
    return FALSE;
  note_written (kit, right);
  return TRUE;
}

static gboolean
differ_in_keys_alone (const char *there, gsize size, const char *right)
{
  static const char *const keys[] = { "signer", "recipient", "lead_recipient" };
  g_autoptr (json_t) a = dk_json_parse (there, size, STATION_BYTES_MAX, DK_KIT_STATION, NULL);
  g_autoptr (json_t) b
      = dk_json_parse (right, strlen (right), STATION_BYTES_MAX, DK_KIT_STATION, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (!json_is_string (json_object_get (a, keys[i]))
        || json_object_del (a, keys[i]) != 0 || json_object_del (b, keys[i]) != 0)
      return FALSE;
  return json_equal (a, b) == 1;
}

/* A crash between a change of the kit and the file leaves the file as the kit wrote it before. */
static gboolean
is_merely_late (DkKit *kit, GBytes *there, const char *right)
{
  gsize size;
  const char *text = g_bytes_get_data (there, &size);
  g_autofree char *hash = hash_text (text, size);
  g_autofree char *stored = dk_store_get_setting (kit->store, DK_KIT_STATION_WRITTEN, NULL);

  return g_strcmp0 (stored, hash) == 0
         || (g_strcmp0 (stored, DK_KIT_STATION_RESTORED) == 0
             && differ_in_keys_alone (text, size, right));
}

gboolean
dk_station_renew (DkKit *kit, GError **error)
{
  g_autofree char *path = dk_kit_file (kit->folder, DK_KIT_STATION);
  g_autofree char *right = station_text (kit->store, error);
  g_autoptr (GBytes) there = NULL;
  g_autoptr (GError) failed = NULL;

  if (right == NULL)
    return FALSE;
  there = dk_file_read (path, STATION_BYTES_MAX, NULL);
  if (there != NULL && g_bytes_get_size (there) == strlen (right)
      && memcmp (g_bytes_get_data (there, NULL), right, strlen (right)) == 0) {
    note_written (kit, right);
    return TRUE;
  }
  if (there != NULL && !is_merely_late (kit, there, right)) {
    dk_kit_add_message (kit, "station.json did not say what this kit says and has been written "
                             "anew. If nobody edited it, tell the kit's administrator.");
    if (!dk_ledger_note (kit->store, "station-rewritten", NULL, NULL, error))
      return FALSE;
  }
  if (!dk_station_write (kit, &failed))
    dk_kit_add_message (kit,
                        "station.json could not be written; it is only a copy for while the kit is "
                        "locked, and nothing is lost. %s",
                        failed->message);
  return TRUE;
}

json_t *
dk_kit_locked_facts (const char *folder, GError **error)
{
  g_autofree char *path = dk_kit_file (folder, DK_KIT_STATION);
  g_autoptr (GBytes) bytes = dk_file_read (path, STATION_BYTES_MAX, error);
  gsize size;
  const char *text;

  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &size);
  return dk_json_parse (text, size, STATION_BYTES_MAX, DK_KIT_STATION, error);
}

static json_t *
read_failed (const char *path)
{
  g_autoptr (GBytes) bytes = dk_file_read (path, STATION_BYTES_MAX, NULL);
  json_t *list = NULL;
  gsize size;
  const char *text;

  if (bytes != NULL) {
    text = g_bytes_get_data (bytes, &size);
    list = dk_json_parse (text, size, STATION_BYTES_MAX, "failed unlocks", NULL);
  }
  if (!json_is_array (list)) {
    json_decref (list);
    list = json_array ();
  }
  return list;
}

void
dk_failed_unlocks_add (const char *folder, const char *user)
{
  g_autofree char *path = dk_kit_file (folder, DK_KIT_FAILED);
  g_autoptr (json_t) list = read_failed (path);
  g_autofree char *at = dk_time_format_utc (dk_clock_wall_ms ());
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  json_t *failed = json_object ();

  dk_json_set_text (failed, "at", at);
  dk_json_set_text (failed, "user", user);
  json_array_append_new (list, failed);
  while (json_array_size (list) > FAILED_MAX)
    json_array_remove (list, 0);
  text = dk_json_text (list, TRUE);
  if (!dk_file_replace (path, text, strlen (text), DK_FILE_NOT_SYNCED, &error))
    g_debug ("the failed unlock was not noted: %s", error->message);
}

/* Anybody who can write to the folder can write this file, so the entry says "claimed" and takes
 * only what has the right shape. */
json_t *
dk_failed_unlocks_claim (const char *folder)
{
  g_autofree char *path = dk_kit_file (folder, DK_KIT_FAILED);
  g_autoptr (json_t) list = read_failed (path);
  json_t *claimed = json_array ();
  json_t *body;

  for (gsize i = 0; i < json_array_size (list) && i < FAILED_MAX; i++) {
    const json_t *item = json_array_get (list, i);
    const char *at = dk_json_get_text (item, "at");
    const char *user = dk_json_get_text (item, "user");
    json_t *copy;
    if (at == NULL || strlen (at) > 40 || user == NULL || strlen (user) > 80)
      continue;
    copy = json_object ();
    dk_json_set_text (copy, "at", at);
    dk_json_set_text (copy, "user", user);
    json_array_append_new (claimed, copy);
  }
  if (json_array_size (claimed) == 0) {
    json_decref (claimed);
    return NULL;
  }
  body = json_object ();
  json_object_set_new (body, "failed_claimed", claimed);
  return body;
}

void
dk_failed_unlocks_clear (const char *folder)
{
  g_autofree char *path = dk_kit_file (folder, DK_KIT_FAILED);
  g_autoptr (GError) error = NULL;

  if (!dk_file_remove (path, &error))
    g_debug ("the list of failed unlocks was not removed: %s", error->message);
}

json_t *
dk_kit_info (DkKit *kit, GError **error)
{
  g_autoptr (json_t) facts = station_facts (kit->store, error);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = NULL;

  if (facts == NULL)
    return NULL;
  pack = dk_content_store_current (kit->store, &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  dk_json_set_text (facts, "folder", kit->folder);
  dk_json_set_text (facts, "user", dk_store_user (kit->store));
  dk_json_set_text (facts, "role", dk_role_name (dk_person_info (kit->person)->role));
  if (pack != NULL) {
    g_autofree char *created = dk_time_format_local (pack->created_ms);
    dk_json_set_text (facts, "pack", pack->name);
    json_object_set_new (facts, "pack_sequence", json_integer (pack->sequence));
    dk_json_set_text (facts, "pack_created", created);
  }
  return g_steal_pointer (&facts);
}
