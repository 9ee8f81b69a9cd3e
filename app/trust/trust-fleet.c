/* SPDX-License-Identifier: MIT */
/* What a fleet list says about trust. Its lists of places, recipients and routes are the whole, so
 * what they leave out goes; signers of the signed list stay unless they are revoked, those that a
 * pack brought in stay as long as the fleet names them, and an empty list says nothing of them. */
#include <string.h>

#include "app/base/text.h"
#include "app/container/container.h"
#include "app/trust/trust-pack.h"
#include "app/trust/trust-private.h"

#define LIST "list"

static void tell (GPtrArray *out, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
tell (GPtrArray *out, const char *format, ...)
{
  va_list values;

  va_start (values, format);
  g_ptr_array_add (out, g_strdup_vprintf (format, values));
  va_end (values);
}

static gboolean
is_nothing (const json_t *value)
{
  return value == NULL || json_is_null (value)
         || (json_is_array (value) && json_array_size (value) == 0);
}

static gboolean
says_nothing (const json_t *fleet)
{
  static const char *const lists[] = { "stations", "desks", "signers", "revoked", "routes", NULL };
  const json_t *recipients = json_object_get (fleet, "recipients");

  for (const char *const *list = lists; *list != NULL; list++)
    if (!is_nothing (json_object_get (fleet, *list)))
      return FALSE;
  return is_nothing (json_object_get (recipients, "lead"))
         && is_nothing (json_object_get (recipients, "escrow"));
}

char *
dk_trust_fleet_digest (const json_t *fleet)
{
  g_autofree char *text = NULL;
  guint8 hash[32];
  gsize size;

  if (!json_is_object (fleet) || says_nothing (fleet) || !dk_json_is_plain (fleet))
    return NULL;
  text = dk_json_canonical (fleet, &size);
  dk_sha256 (hash, text, size);
  return dk_text_hex (hash, sizeof hash);
}

static gboolean
is_named (const json_t *signers, const DkMinisignPublic *key)
{
  for (gsize i = 0; i < json_array_size (signers); i++) {
    const char *text = json_string_value (json_array_get (signers, i));
    DkMinisignPublic other;
    if (text != NULL && dk_minisign_public_parse (text, &other, NULL)
        && memcmp (other.key, key->key, sizeof key->key) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
take_signers (DkTrust *trust, const json_t *fleet, const char *origin, const char *since)
{
  const json_t *signers = json_object_get (fleet, "signers");
  const json_t *revoked = json_object_get (fleet, "revoked");

  for (gsize i = 0; i < json_array_size (revoked); i++) {
    const char *text = json_string_value (json_array_get (revoked, i));
    if (text != NULL)
      (void) dk_trust_put_revoked (trust, text, origin);
  }
  if (is_nothing (signers))
    return;
  for (guint i = trust->signers->len; i > 0; i--) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i - 1);
    if (!g_str_equal (signer->origin, LIST) && !is_named (signers, &signer->public_key))
      g_ptr_array_remove_index (trust->signers, i - 1);
  }
  for (gsize i = 0; i < json_array_size (signers); i++) {
    const char *text = json_string_value (json_array_get (signers, i));
    DkMinisignPublic key;
    if (text != NULL && dk_minisign_public_parse (text, &key, NULL))
      (void) dk_trust_put_signer (trust, &key, NULL, since, origin);
  }
}

void
dk_trust_take_fleet (DkTrust *trust, const json_t *fleet, const char *origin, const char *since)
{
  if (fleet == NULL || says_nothing (fleet))
    return;
  take_signers (trust, fleet, origin, since);
  dk_trust_keep_fleet (trust, fleet, origin);
}

/* A trust with the signers and revocations of another one. */
static DkTrust *
copy_signers (const DkTrust *trust)
{
  DkTrust *copy = dk_trust_new ();

  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *s = g_ptr_array_index (trust->signers, i);
    (void) dk_trust_put_signer (copy, &s->public_key, s->name, s->since, s->origin);
  }
  for (guint i = 0; i < trust->revoked->len; i++) {
    const DkTrustRevoked *r = g_ptr_array_index (trust->revoked, i);
    (void) dk_trust_put_revoked (copy, r->key != NULL ? r->key : r->id, r->origin);
  }
  return copy;
}

guint
dk_trust_count_after (const DkTrust *trust, const json_t *fleet)
{
  g_autoptr (DkTrust) after = copy_signers (trust);

  take_signers (after, fleet, "", NULL);
  return after->signers->len;
}

static void
compare_signers (const DkTrust *trust, const json_t *fleet, GPtrArray *out)
{
  g_autoptr (DkTrust) after = copy_signers (trust);

  take_signers (after, fleet, "", NULL);
  for (guint i = 0; i < after->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (after->signers, i);
    if (dk_trust_find_signer (trust, &signer->public_key) == NULL)
      tell (out, "adds the signer %s", signer->id);
  }
  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    if (dk_trust_find_signer (after, &signer->public_key) == NULL
        && dk_trust_find_revoked (after, &signer->public_key) == NULL)
      tell (out, "removes the signer %s", signer->id);
  }
  for (guint i = trust->revoked->len; i < after->revoked->len; i++)
    tell (out, "revokes the key %s",
          ((const DkTrustRevoked *) g_ptr_array_index (after->revoked, i))->id);
}

/* code -> object, borrowed. */
static GHashTable *
by_code (const json_t *list)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < json_array_size (list); i++) {
    json_t *place = json_array_get (list, i);
    const char *code = dk_json_get_text (place, "code");
    if (code != NULL)
      g_hash_table_insert (table, (gpointer) (guintptr) code, place);
  }
  return table;
}

static void
compare_places (const json_t *before, const json_t *after, const char *what, GPtrArray *out)
{
  g_autoptr (GHashTable) was = by_code (before);
  g_autoptr (GHashTable) is = by_code (after);

  for (gsize i = 0; i < json_array_size (after); i++) {
    const json_t *place = json_array_get (after, i);
    const char *code = dk_json_get_text (place, "code");
    const json_t *old = code != NULL ? g_hash_table_lookup (was, code) : NULL;
    if (code != NULL && old == NULL)
      tell (out, "adds the %s %s", what, code);
    else if (code != NULL && json_equal (old, place) != 1)
      tell (out, "changes the keys or the place of the %s %s", what, code);
  }
  for (gsize i = 0; i < json_array_size (before); i++) {
    const char *code = dk_json_get_text (json_array_get (before, i), "code");
    if (code != NULL && !g_hash_table_contains (is, code))
      tell (out, "removes the %s %s", what, code);
  }
}

static GHashTable *
text_set (const json_t *list)
{
  GHashTable *set = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < json_array_size (list); i++)
    if (json_is_string (json_array_get (list, i)))
      g_hash_table_add (set, (gpointer) (guintptr) json_string_value (json_array_get (list, i)));
  return set;
}

static void
compare_texts (const json_t *before, const json_t *after, const char *what, GPtrArray *out)
{
  g_autoptr (GHashTable) was = text_set (before);
  g_autoptr (GHashTable) is = text_set (after);
  const struct {
    const json_t *list;
    GHashTable *other;
    const char *verb;
  } sides[] = { { after, was, "adds" }, { before, is, "removes" } };

  for (gsize s = 0; s < G_N_ELEMENTS (sides); s++)
    for (gsize i = 0; i < json_array_size (sides[s].list); i++) {
      const char *text = json_string_value (json_array_get (sides[s].list, i));
      g_autofree char *shown = text != NULL ? dk_text_printable (text, FALSE) : NULL;
      if (text != NULL && !g_hash_table_contains (sides[s].other, text))
        tell (out, "%s the %s %s", sides[s].verb, what, shown);
    }
}

GPtrArray *
dk_trust_list_changes (const DkTrust *trust, const json_t *fleet)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  const json_t *was = json_object_get (trust->fleet, "recipients");
  const json_t *is = json_object_get (fleet, "recipients");

  if (fleet == NULL || says_nothing (fleet))
    return out;
  compare_signers (trust, fleet, out);
  compare_places (json_object_get (trust->fleet, "stations"), json_object_get (fleet, "stations"),
                  "station", out);
  compare_places (json_object_get (trust->fleet, "desks"), json_object_get (fleet, "desks"), "desk",
                  out);
  compare_texts (json_object_get (was, "lead"), json_object_get (is, "lead"), "lead recipient",
                 out);
  compare_texts (json_object_get (was, "escrow"), json_object_get (is, "escrow"),
                 "escrow recipient", out);
  compare_texts (json_object_get (trust->fleet, "routes"), json_object_get (fleet, "routes"),
                 "route", out);
  return out;
}

GPtrArray *
dk_trust_find_signatures (const DkTrust *trust, const char *manifest, const json_t *signatures)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < trust->signers->len; i++) {
    DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    const char *text = dk_json_get_text (signatures, signer->id);
    if (text != NULL && dk_container_signature_holds (manifest, text, &signer->public_key))
      g_ptr_array_add (found, signer);
  }
  return found;
}

guint
dk_trust_needed (const DkTrust *trust)
{
  return trust->signers->len >= 2 ? 2 : 1;
}
