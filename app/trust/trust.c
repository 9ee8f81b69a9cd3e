/* SPDX-License-Identifier: MIT */
#include "app/trust/trust.h"

#include <string.h>

#include "app/crypto/age.h"
#include "app/store/lead-store.h"
#include "app/trust/trust-private.h"

#define KEY_ID_DIGITS 16
#define PROBLEMS_MAX 100

static void
signer_free (gpointer data)
{
  DkTrustSigner *signer = data;

  g_free (signer->key);
  g_free (signer->id);
  g_free (signer->name);
  g_free (signer->since);
  g_free (signer->origin);
  g_free (signer);
}

static void
revoked_free (gpointer data)
{
  DkTrustRevoked *revoked = data;

  g_free (revoked->key);
  g_free (revoked->id);
  g_free (revoked->origin);
  g_free (revoked);
}

static void
place_free (gpointer data)
{
  DkTrustPlace *place = data;

  g_free (place->code);
  g_free (place->site);
  g_free (place->kit);
  g_free (place->signer);
  g_free (place->recipient);
  g_free (place->lead_recipient);
  g_free (place);
}

DkTrust *
dk_trust_new (void)
{
  DkTrust *trust = g_new0 (DkTrust, 1);

  trust->users = 1;
  trust->holds = TRUE;
  trust->signers = g_ptr_array_new_with_free_func (signer_free);
  trust->revoked = g_ptr_array_new_with_free_func (revoked_free);
  trust->stations = g_ptr_array_new_with_free_func (place_free);
  trust->desks = g_ptr_array_new_with_free_func (place_free);
  trust->lead_recipients = g_ptr_array_new_with_free_func (g_free);
  trust->escrow_recipients = g_ptr_array_new_with_free_func (g_free);
  trust->routes = g_ptr_array_new_with_free_func (g_free);
  trust->problems = g_ptr_array_new_with_free_func (g_free);
  trust->sequences = json_object ();
  trust->passed = json_object ();
  return trust;
}

void
dk_trust_free (DkTrust *trust)
{
  if (trust == NULL || --trust->users > 0)
    return;
  g_ptr_array_unref (trust->signers);
  g_ptr_array_unref (trust->revoked);
  g_ptr_array_unref (trust->stations);
  g_ptr_array_unref (trust->desks);
  g_ptr_array_unref (trust->lead_recipients);
  g_ptr_array_unref (trust->escrow_recipients);
  g_ptr_array_unref (trust->routes);
  g_ptr_array_unref (trust->problems);
  json_decref (trust->sequences);
  json_decref (trust->passed);
  json_decref (trust->fleet);
  g_free (trust->fleet_origin);
  g_free (trust);
}

void
dk_trust_add_problem (DkTrust *trust, const char *format, ...)
{
  va_list values;

  if (trust->problems->len >= PROBLEMS_MAX)
    return;
  va_start (values, format);
  g_ptr_array_add (trust->problems, g_strdup_vprintf (format, values));
  va_end (values);
}

char *
dk_trust_key_line (const DkMinisignPublic *key)
{
  g_autofree char *text = dk_minisign_public_text (key);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 3);

  return g_strdup (lines[1]);
}

gboolean
dk_trust_is_about (const char *key_or_id, const DkMinisignPublic *key)
{
  g_autofree char *id = dk_minisign_id_text (key->id);
  DkMinisignPublic other;

  if (strlen (key_or_id) == KEY_ID_DIGITS)
    return g_ascii_strcasecmp (key_or_id, id) == 0;
  return dk_minisign_public_parse (key_or_id, &other, NULL)
         && memcmp (other.key, key->key, sizeof key->key) == 0;
}

const DkTrustSigner *
dk_trust_find_signer (const DkTrust *trust, const DkMinisignPublic *key)
{
  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    if (memcmp (signer->public_key.key, key->key, sizeof key->key) == 0)
      return signer;
  }
  return NULL;
}

const DkTrustRevoked *
dk_trust_find_revoked (const DkTrust *trust, const DkMinisignPublic *key)
{
  for (guint i = 0; i < trust->revoked->len; i++) {
    const DkTrustRevoked *revoked = g_ptr_array_index (trust->revoked, i);
    if (dk_trust_is_about (revoked->key != NULL ? revoked->key : revoked->id, key))
      return revoked;
  }
  return NULL;
}

gboolean
dk_trust_put_signer (DkTrust *trust, const DkMinisignPublic *key, const char *name,
                     const char *since, const char *origin)
{
  DkTrustSigner *signer;

  if (trust->signers->len >= DK_TRUST_SIGNERS_MAX || dk_trust_find_signer (trust, key) != NULL
      || dk_trust_find_revoked (trust, key) != NULL)
    return FALSE;
  signer = g_new0 (DkTrustSigner, 1);
  signer->key = dk_trust_key_line (key);
  signer->id = dk_minisign_id_text (key->id);
  signer->name = g_strdup (name);
  signer->since = g_strdup (since);
  signer->origin = g_strdup (origin);
  signer->public_key = *key;
  g_ptr_array_add (trust->signers, signer);
  return TRUE;
}

gboolean
dk_trust_drop_signer (DkTrust *trust, const DkMinisignPublic *key)
{
  const DkTrustSigner *signer = dk_trust_find_signer (trust, key);

  return signer != NULL
         && g_ptr_array_remove (trust->signers, (gpointer) (guintptr) signer);
}

static gboolean
has_revoked (const DkTrust *trust, const char *id, const char *key)
{
  for (guint i = 0; i < trust->revoked->len; i++) {
    const DkTrustRevoked *revoked = g_ptr_array_index (trust->revoked, i);
    if (revoked->key != NULL ? g_strcmp0 (revoked->key, key) == 0
                             : g_ascii_strcasecmp (revoked->id, id) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
dk_trust_put_revoked (DkTrust *trust, const char *key_or_id, const char *origin)
{
  g_autofree char *key = NULL;
  g_autofree char *id = NULL;
  DkTrustRevoked *revoked;
  DkMinisignPublic public_key;

  if (strlen (key_or_id) == KEY_ID_DIGITS) {
    id = g_ascii_strup (key_or_id, -1);
  } else if (dk_minisign_public_parse (key_or_id, &public_key, NULL)) {
    id = dk_minisign_id_text (public_key.id);
    key = dk_trust_key_line (&public_key);
  }
  if (id == NULL || trust->revoked->len >= DK_TRUST_REVOKED_MAX || has_revoked (trust, id, key))
    return FALSE;
  revoked = g_new0 (DkTrustRevoked, 1);
  revoked->id = g_steal_pointer (&id);
  revoked->key = g_steal_pointer (&key);
  revoked->origin = g_strdup (origin);
  g_ptr_array_add (trust->revoked, revoked);
  for (guint i = trust->signers->len; i > 0; i--) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i - 1);
    if (dk_trust_is_about (key_or_id, &signer->public_key))
      g_ptr_array_remove_index (trust->signers, i - 1);
  }
  return TRUE;
}

static void
read_places (GPtrArray *out, const json_t *list)
{
  g_ptr_array_set_size (out, 0);
  for (gsize i = 0; i < json_array_size (list); i++) {
    const json_t *from = json_array_get (list, i);
    DkTrustPlace *place;
    if (dk_json_get_text (from, "code") == NULL)
      continue;
    place = g_new0 (DkTrustPlace, 1);
    place->code = g_strdup (dk_json_get_text (from, "code"));
    place->site = g_strdup (dk_json_get_text (from, "site"));
    place->kit = g_strdup (dk_json_get_text (from, "kit"));
    place->signer = g_strdup (dk_json_get_text (from, "signer"));
    place->recipient = g_strdup (dk_json_get_text (from, "recipient"));
    place->lead_recipient = g_strdup (dk_json_get_text (from, "lead_recipient"));
    g_ptr_array_add (out, place);
  }
}

static void
read_texts (GPtrArray *out, const json_t *list)
{
  g_ptr_array_set_size (out, 0);
  for (gsize i = 0; i < json_array_size (list); i++)
    if (json_is_string (json_array_get (list, i)))
      g_ptr_array_add (out, g_strdup (json_string_value (json_array_get (list, i))));
}

void
dk_trust_keep_fleet (DkTrust *trust, const json_t *fleet, const char *origin)
{
  static const char *const members[] = { "stations", "desks", "recipients", "routes", NULL };

  json_decref (trust->fleet);
  trust->fleet = json_object ();
  for (const char *const *m = members; *m != NULL; m++)
    json_object_set (trust->fleet, *m, json_object_get (fleet, *m));
  g_free (trust->fleet_origin);
  trust->fleet_origin = g_strdup (origin);
}

void
dk_trust_read_fleet (DkTrust *trust)
{
  const json_t *fleet = trust->fleet;
  const json_t *recipients = json_object_get (fleet, "recipients");

  read_places (trust->stations, json_object_get (fleet, "stations"));
  read_places (trust->desks, json_object_get (fleet, "desks"));
  read_texts (trust->lead_recipients, json_object_get (recipients, "lead"));
  read_texts (trust->escrow_recipients, json_object_get (recipients, "escrow"));
  read_texts (trust->routes, json_object_get (fleet, "routes"));
}

static json_t *
signers_json (const DkTrust *trust)
{
  json_t *list = json_array ();

  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    json_array_append_new (list, json_pack ("{s:s, s:s, s:o, s:o, s:s}", "key_id", signer->id,
                                            "public_key", signer->key, "name",
                                            dk_json_string (signer->name), "since",
                                            dk_json_string (signer->since), "origin",
                                            signer->origin));
  }
  return list;
}

static json_t *
revoked_json (const DkTrust *trust)
{
  json_t *list = json_array ();

  for (guint i = 0; i < trust->revoked->len; i++) {
    const DkTrustRevoked *revoked = g_ptr_array_index (trust->revoked, i);
    json_array_append_new (list, json_pack ("{s:s, s:o, s:s}", "key_id", revoked->id,
                                            "public_key", dk_json_string (revoked->key), "origin",
                                            revoked->origin));
  }
  return list;
}

json_t *
dk_trust_to_json (const DkTrust *trust)
{
  json_t *problems = json_array ();

  for (guint i = 0; i < trust->problems->len; i++)
    json_array_append_new (problems, dk_json_string (g_ptr_array_index (trust->problems, i)));
  return json_pack ("{s:b, s:b, s:b, s:I, s:o, s:o, s:O?, s:o, s:o}", "holds", trust->holds,
                    "unsigned", trust->is_unsigned, "one_signer", trust->one_signer, "seq",
                    (json_int_t) trust->seq, "signers", signers_json (trust), "revoked",
                    revoked_json (trust), "fleet", trust->fleet, "fleet_origin",
                    dk_json_string (trust->fleet_origin), "problems", problems);
}

/* What was computed last, and from what. */
typedef struct {
  guint8 key[32];
  DkTrust *trust;
} Memo;

static void
memo_free (gpointer data)
{
  Memo *memo = data;

  dk_trust_free (memo->trust);
  g_free (memo);
}

DkTrust *
dk_trust_effective (DkStore *store, GError **error)
{
  Memo *memo = dk_store_memo (store);
  DkTrust *trust;
  guint8 key[32];

  if (!dk_trust_hash_rows (store, key, error))
    return NULL;
  if (memo != NULL && memcmp (memo->key, key, sizeof key) == 0) {
    memo->trust->users++;
    return memo->trust;
  }
  trust = dk_trust_compute (store, FALSE, error);
  if (trust == NULL)
    return trust;
  memo = g_new0 (Memo, 1);
  memcpy (memo->key, key, sizeof key);
  memo->trust = trust;
  trust->users++;
  dk_store_set_memo (store, memo, memo_free);
  return trust;
}

static GPtrArray *
lead_keys_of (const DkTrust *trust)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; trust->holds && i < trust->desks->len; i++) {
    const DkTrustPlace *desk = g_ptr_array_index (trust->desks, i);
    guint8 key[32];
    g_autoptr (GBytes) bytes = NULL;
    if (desk->lead_recipient == NULL || !dk_age_recipient_parse (desk->lead_recipient, key, NULL))
      continue;
    bytes = g_bytes_new (key, sizeof key);
    if (!g_ptr_array_find_with_equal_func (keys, bytes, g_bytes_equal, NULL))
      g_ptr_array_add (keys, g_steal_pointer (&bytes));
  }
  return keys;
}

gboolean
dk_trust_settle (DkStore *store, GPtrArray *messages, GError **error)
{
  g_autoptr (DkTrust) trust = dk_trust_effective (store, error);
  g_autoptr (GPtrArray) keys = NULL;

  if (trust == NULL)
    return FALSE;
  keys = lead_keys_of (trust);
  dk_lead_store_set_recipients (store, keys);
  for (guint i = 0; messages != NULL && i < trust->problems->len; i++)
    g_ptr_array_add (messages, g_strdup (g_ptr_array_index (trust->problems, i)));
  return TRUE;
}
