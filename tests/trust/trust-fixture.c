/* SPDX-License-Identifier: MIT */
#include "tests/trust/trust-fixture.h"

#include <string.h>

#include "app/crypto/age.h"
#include "app/db/statement.h"
#include "app/db/transaction.h"

static void
make_secret (TrustSigner signer, DkMinisignSecret *out)
{
  g_autoptr (DkSecret) seed = dk_secret_new (32);

  memset (dk_secret_get_mutable (seed), 0x21 + (int) signer, 32);
  dk_minisign_secret_from_seed (seed, out);
}

static void
make_public (TrustSigner signer, DkMinisignPublic *out)
{
  g_auto (DkMinisignSecret) secret = { .seed = NULL };

  make_secret (signer, &secret);
  dk_minisign_secret_public (&secret, out);
}

const char *
trust_key (TrustSigner signer)
{
  static char *texts[SIGNERS];

  if (texts[signer] == NULL) {
    DkMinisignPublic key;
    g_autofree char *text = NULL;
    g_auto (GStrv) lines = NULL;
    make_public (signer, &key);
    text = dk_minisign_public_text (&key);
    lines = g_strsplit (text, "\n", 3);
    texts[signer] = g_strdup (lines[1]);
  }
  return texts[signer];
}

const char *
trust_id (TrustSigner signer)
{
  static char *ids[SIGNERS];

  if (ids[signer] == NULL) {
    DkMinisignPublic key;
    make_public (signer, &key);
    ids[signer] = dk_minisign_id_text (key.id);
  }
  return ids[signer];
}

char *
trust_recipient (guint8 byte)
{
  g_autoptr (DkSecret) secret = dk_secret_new (32);
  guint8 key[32];

  memset (dk_secret_get_mutable (secret), byte, 32);
  dk_box_public (key, secret);
  return dk_age_recipient_text (key);
}

json_t *
trust_fleet_new (void)
{
  return json_pack ("{s:[], s:[], s:{s:[], s:[]}, s:[], s:[], s:[]}", "stations", "desks",
                    "recipients", "lead", "escrow", "signers", "revoked", "routes");
}

void
trust_fleet_add (json_t *fleet, const char *list, const char *text)
{
  json_t *recipients = json_object_get (fleet, "recipients");
  json_t *in_recipients = json_object_get (recipients, list);

  json_array_append_new (in_recipients != NULL ? in_recipients : json_object_get (fleet, list),
                         dk_json_string (text));
}

void
trust_fleet_place (json_t *fleet, const char *list, const char *code, guint8 byte)
{
  g_autofree char *recipient = trust_recipient (byte);
  g_autofree char *lead = trust_recipient ((guint8) (byte + 100));

  json_array_append_new (json_object_get (fleet, list),
                         json_pack ("{s:s, s:s, s:s}", "code", code, "recipient", recipient,
                                    "lead_recipient", lead));
}

DkContainer *
trust_pack (const char *name, gint64 sequence, const json_t *fleet, const char *signers)
{
  DkMinisignSecret secrets[SIGNERS];
  guint count = (guint) strlen (signers);
  g_autofree char *digest = dk_trust_fleet_digest (fleet);
  g_autoptr (json_t) facts
      = json_pack ("{s:s, s:s, s:I, s:s, s:s, s:s}", "name", name, "organisation", "Test",
                   "sequence", (json_int_t) sequence, "created", TRUST_CREATED, "expires",
                   "2027-11-20T08:00:00.000Z", "min_app", "0.1.0");
  DkContainerPayload payload = { .name = (char *) (guintptr) "content.zip" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  DkContainer *container;

  dk_json_set_text (facts, "fleet_sha256", digest);
  payload.bytes = g_bytes_new_static ("content", 7);
  for (guint i = 0; i < count; i++)
    make_secret ((TrustSigner) (signers[i] - 'A'), &secrets[i]);
  bytes = dk_container_build ("pack", facts, &payload, 1, secrets, count, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < count; i++)
    dk_minisign_secret_clear (&secrets[i]);
  g_bytes_unref (payload.bytes);
  container = dk_container_open (bytes, &error);
  g_assert_no_error (error);
  return container;
}

GError *
trust_apply (DkStore *store, DkContainer *container, const json_t *fleet)
{
  g_autoptr (DkTransaction) transaction = NULL;
  GError *error = NULL;

  if (!dk_trust_verify_pack (store, container, NULL, &error)
      || !dk_trust_check_pack (store, container, fleet, NULL, &error))
    return error;
  transaction = dk_transaction_new (dk_store_db (store), &error);
  g_assert_no_error (error);
  if (!dk_trust_accept (store, container, fleet, &error)
      || !dk_transaction_commit (transaction, &error) || !dk_trust_settle (store, NULL, &error))
    g_assert_nonnull (error);
  return error;
}

void
trust_applied (DkStore *store, const char *name, gint64 sequence, const json_t *fleet,
               const char *signers)
{
  g_autoptr (DkContainer) container = trust_pack (name, sequence, fleet, signers);
  g_autoptr (GError) error = trust_apply (store, container, fleet);

  g_assert_no_error (error);
}

void
trust_refused (DkStore *store, const char *name, gint64 sequence, const json_t *fleet,
               const char *signers, DkError code, const char *part)
{
  g_autoptr (DkContainer) container = trust_pack (name, sequence, fleet, signers);
  g_autoptr (GError) error = trust_apply (store, container, fleet);

  g_assert_error (error, DK_ERROR, (int) code);
  if (strstr (error->message, part) == NULL)
    g_error ("\"%s\" is not in: %s", part, error->message);
}

DkTrust *
trust_now (DkStore *store)
{
  g_autoptr (GError) error = NULL;
  DkTrust *trust = dk_trust_effective (store, &error);

  g_assert_no_error (error);
  return trust;
}

void
trust_assert_letters (DkStore *store, const char *expected)
{
  g_autoptr (DkTrust) trust = trust_now (store);
  g_autoptr (GString) out = g_string_new (NULL);

  for (int signer = 0; signer < SIGNERS; signer++) {
    DkMinisignPublic key;
    make_public ((TrustSigner) signer, &key);
    if (dk_trust_find_signer (trust, &key) != NULL)
      g_string_append_c (out, (char) ('A' + signer));
  }
  g_assert_cmpuint (out->len, ==, trust->signers->len);
  g_assert_cmpstr (out->str, ==, expected);
}

void
trust_sql (DkStore *store, const char *sql)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), sql);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_stmt_run (stmt, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

void
trust_add_signers (DkStore *store, const char *letters)
{
  for (; *letters != '\0'; letters++) {
    g_autoptr (GError) error = NULL;
    gboolean done = dk_trust_add (store, trust_key ((TrustSigner) (*letters - 'A')), NULL, &error);
    g_assert_no_error (error);
    g_assert_true (done);
  }
}
