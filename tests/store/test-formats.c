/* SPDX-License-Identifier: MIT */
/* Goal: what app/store/FORMAT.md says stays true, so that old kits and exports are read for ever.
 * Method: fixed answers that were computed outside of this program, and records taken apart as the
 * text says. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/text.h"
#include "app/crypto/aead.h"
#include "app/crypto/directory.h"
#include "app/crypto/minisign.h"
#include "app/model/entry.h"
#include "app/store/connector-store.h"
#include "app/store/ledger-private.h"

#define H64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define KIT "00112233445566778899aabbccddeeff"
#define LINE                                                                                      \
  "{\"body_hash\":\"" H64 "\",\"boot\":\"b0\",\"chain\":\"0badcafe\","                            \
  "\"happened_at\":\"2026-11-22T12:31:05.123Z\",\"kind\":\"ticket-new\",\"kit\":\"" KIT "\","     \
  "\"mono_ms\":12345,\"object\":\"DT-A07-0042-D\",\"prev\":\"" H64 "\","                          \
  "\"recorded_at\":\"2026-11-22T12:31:06.000Z\",\"seq\":7,\"station\":\"A07\",\"user\":\"anna\"," \
  "\"v\":1}\n"
#define LINE_HASH "9768a517a39b1d3b3da25bbc773ea9d918d22086be36d86c1c836c36eebdc23b"
#define BODY "{\"fields\":{\"summary\":\"no labels\"},\"priority\":2}"
#define BODY_HASH "6915d7b56899826e566a54c32c2158ea7a14c06c51bb5b243899f3dd7b895ca7"

static void
test_hashes (StoreFixture *f, gconstpointer data)
{
  static const guint8 salt[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
  g_autoptr (DkEntry) entry = dk_entry_parse_line (LINE, strlen (LINE), NULL);
  guint8 hash[32];
  g_autofree char *line_hash = NULL;
  g_autofree char *body_hash = NULL;

  g_assert_nonnull (entry);
  dk_hash (hash, sizeof hash, LINE, strlen (LINE), NULL);
  line_hash = dk_text_hex (hash, sizeof hash);
  g_assert_cmpstr (line_hash, ==, LINE_HASH);
  dk_hash_pair (hash, salt, sizeof salt, BODY, strlen (BODY));
  body_hash = dk_text_hex (hash, sizeof hash);
  g_assert_cmpstr (body_hash, ==, BODY_HASH);
}

static void
assert_keys (const json_t *object, const char *const *keys)
{
  guint count = 0;

  for (; keys[count] != NULL; count++)
    if (json_object_get (object, keys[count]) == NULL)
      g_error ("no member %s", keys[count]);
  g_assert_cmpuint (json_object_size (object), ==, count);
}

static void
test_chain_starts (StoreFixture *f, gconstpointer data)
{
  static const char *const first[]
      = { "kit", "station", "site", "device_sign", "device_age", NULL };
  static const char *const later[]
      = { "kit",    "station",    "site",     "device_sign", "device_age",
          "reason", "prev_chain", "prev_seq", "prev_head",   NULL };
  g_autofree char *text = store_fixture_text (f, "SELECT body FROM entry_body WHERE entry = 1");
  g_autoptr (json_t) body = store_fixture_answers (text);
  g_autofree char *text2 = NULL;
  g_autofree char *text3 = NULL;
  g_autoptr (json_t) body2 = NULL;

  assert_keys (body, first);
  g_assert_true (dk_ledger_start_chain (f->store, "copied or moved", 41, NULL));
  text2 = store_fixture_text (f, "SELECT b.body FROM entry AS e JOIN entry_body AS b"
                                 " ON b.entry = e.id WHERE e.kind = 'chain-started'");
  body2 = store_fixture_answers (text2);
  assert_keys (body2, later);
  g_assert_cmpint (dk_json_get_int (body2, "prev_seq", 0), ==, 1);
  text3 = store_fixture_text (f, "SELECT b.body FROM entry AS e JOIN entry_body AS b"
                                 " ON b.entry = e.id WHERE e.kind = 'skipped'");
  g_assert_cmpstr (text3, ==, "{\"from\":1,\"to\":9999}");
}

static void
test_checkpoint (StoreFixture *f, gconstpointer data)
{
  g_autofree char *made
      = dk_ledger_checkpoint_message (f->store, "0badcafe", 64, H64, 1795350665123);
  g_autofree char *chain = NULL;
  g_autofree char *message = NULL;
  g_autofree char *signature = NULL;
  g_autofree char *comment = NULL;
  g_autofree char *expected = NULL;
  DkMinisignPublic key;

  g_assert_cmpstr (made, ==,
                   "{\"at\":\"2026-11-22T12:31:05.123Z\",\"chain\":\"0badcafe\",\"head\":\"" H64
                   "\",\"kit\":\"" KIT "\",\"seq\":64,\"station\":\"A07\",\"v\":1}\n");
  g_assert_true (dk_ledger_checkpoint (f->store, NULL));
  g_assert_true (dk_ledger_head (f->store, &chain, NULL, NULL, NULL));
  message = store_fixture_text (f, "SELECT message FROM checkpoint");
  signature = store_fixture_text (f, "SELECT signature FROM checkpoint");
  dk_minisign_public_from_key (dk_store_identity (f->store)->device_sign_public, &key);
  g_assert_true (dk_minisign_verify (message, strlen (message), signature, strlen (signature), &key,
                                     &comment, NULL));
  expected = g_strdup_printf ("dk-checkpoint v=1 kit=" KIT " station=A07 chain=%s seq=1", chain);
  g_assert_cmpstr (comment, ==, expected);
}

/* Sealed here by the text of FORMAT.md, opened by the program. */
static void
test_credential (StoreFixture *f, gconstpointer data)
{
  static const char ad[] = "dk-credential v1\n" KIT "\nrt\nrt\n{\"url\":\"https://rt.example\"}\n";
  guint8 key[DK_KEY_SIZE];
  guint8 sealed[DK_NONCE_SIZE + 5 + DK_TAG_SIZE];
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (f->db, "INSERT INTO connector (name, type, config, credential)"
                            " VALUES ('rt', 'rt', '{\"url\":\"https://rt.example\"}', ?1)");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkConnectorFacts) facts = NULL;

  dk_derive_key (key, dk_secret_get (dk_keyring_get (f->all, DK_KEY_SEND)), 1, "dk-cred1");
  memset (sealed, 7, DK_NONCE_SIZE);
  dk_aead_seal (sealed + DK_NONCE_SIZE, sealed + DK_NONCE_SIZE + 5, (const guint8 *) "token", 5,
                (const guint8 *) ad, strlen (ad), sealed, key);
  dk_stmt_bind_blob (stmt, 1, sealed, sizeof sealed);
  g_assert_true (dk_stmt_run (stmt, NULL));
  facts = dk_connector_store_get (f->store, "rt", &error);
  g_assert_no_error (error);
  g_assert_cmpmem (dk_secret_get (facts->credential), dk_secret_size (facts->credential), "token",
                   5);
}

static void
test_settings (StoreFixture *f, gconstpointer data)
{
  g_autofree char *keys = store_fixture_text (
      f, "SELECT group_concat (key) FROM (SELECT key FROM setting ORDER BY key)");

  g_assert_cmpstr (keys, ==,
                   "age_public,chain,counter,created,kit_id,lead_public,sign_public,site,station");
}

/* A person without the cost of a passphrase. */
static DkPerson *
make_person (StoreFixture *f)
{
  guint8 kit_id[16] = { 1 };
  g_autoptr (DkDirectory) directory = dk_directory_new (kit_id);
  g_autoptr (DkSecret) code = dk_secret_new_random (16);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DkDirectory) read = NULL;
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (GError) error = NULL;
  DkPerson *person = NULL;
  gboolean done = dk_directory_add (directory, DK_SLOT_RECOVERY, DK_ROLE_ADMIN, "anna", 0, code,
                                    (DkKdfParams){ 0, 0 }, f->all, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  dk_directory_sign (directory, f->all);
  bytes = dk_directory_bytes (directory, f->all);
  read = dk_directory_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, NULL);
  done = dk_directory_unlock (read, "anna", code, 1000, &keys, &person, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  return person;
}

static void
test_signed_body (StoreFixture *f, gconstpointer data)
{
  static const char message[] = "dk-person v1\n" KIT "\nticket-void\nDT-A07-0001-V\n"
                                "{\"reason\":\"twice\"}";
  g_autoptr (DkPerson) person = make_person (f);
  g_autoptr (json_t) body = store_fixture_answers ("{\"reason\":\"twice\"}");
  g_autoptr (DkLedgerReport) report = NULL;
  const json_t *made;
  guint8 key[32];
  guint8 signature[64];

  dk_store_set_person (f->store, person);
  dk_store_sign_body (f->store, "ticket-void", "DT-A07-0001-V", body);
  made = json_object_get (body, "signed");
  g_assert_cmpuint (json_object_size (made), ==, 3);
  g_assert_cmpuint (strlen (dk_json_get_text (made, "slot")), ==, 32);
  g_assert_true (dk_text_unhex (dk_json_get_text (made, "key"), key, sizeof key));
  g_assert_true (dk_text_unhex (dk_json_get_text (made, "signature"), signature, sizeof signature));
  g_assert_true (dk_verify (signature, message, strlen (message), key));
  g_assert_true (dk_store_check_signed (f->store, "ticket-void", "DT-A07-0001-V", body));
  g_assert_false (dk_store_check_signed (f->store, "ticket-void", "DT-A07-0002-V", body));
  g_assert_true (dk_ledger_note (f->store, "ticket-void", "DT-A07-0001-V", body, NULL));
  report = dk_ledger_verify (f->store, NULL, NULL, NULL);
  g_assert_cmpuint (report->problems->len, ==, 0);
  dk_ledger_report_free (g_steal_pointer (&report));
  json_object_set_new (body, "reason", json_string ("other"));
  g_assert_true (dk_ledger_note (f->store, "ticket-void", "DT-A07-0001-V", body, NULL));
  report = dk_ledger_verify (f->store, NULL, NULL, NULL);
  g_assert_cmpuint (report->problems->len, ==, 1);
  dk_store_set_person (f->store, NULL);
}

/* RFC 8032 over the text of FORMAT.md, computed outside of this program: the seed is 000102..1f. */
static void
test_signed_body_known (StoreFixture *f, gconstpointer data)
{
  g_autoptr (json_t) body = store_fixture_answers (
      "{\"reason\":\"twice\",\"signed\":{\"slot\":\"" KIT "\",\"key\":\""
      "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8\",\"signature\":\""
      "3828b4cedd7255d84b6fe3f939e083e0a74e24297924a94321f037c38dfa6cee"
      "74ee6298a3a55bf425dc239413b91b130cc0a6a58d95d02a51eeb61a8495630f\"}}");

  g_assert_true (dk_store_check_signed (f->store, "ticket-void", "DT-A07-0001-V", body));
  g_assert_false (dk_store_check_signed (f->store, "ticket-void", "DT-A07-0001", body));
  g_assert_false (dk_store_check_signed (f->store, "push", "DT-A07-0001-V", body));
  json_object_set_new (body, "more", json_true ());
  g_assert_false (dk_store_check_signed (f->store, "ticket-void", "DT-A07-0001-V", body));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/formats/hashes-of-line-and-body", test_hashes);
  STORE_ADD ("/store/formats/first-entries-of-a-chain", test_chain_starts);
  STORE_ADD ("/store/formats/checkpoint", test_checkpoint);
  STORE_ADD ("/store/formats/credential", test_credential);
  STORE_ADD ("/store/formats/settings", test_settings);
  STORE_ADD ("/store/formats/signed-body", test_signed_body);
  STORE_ADD ("/store/formats/signed-body-known-answer", test_signed_body_known);
  return dk_test_run ();
}
