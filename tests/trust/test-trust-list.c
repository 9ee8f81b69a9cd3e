/* SPDX-License-Identifier: MIT */
/* Goal: the list that an administrator signed cannot be changed, set back or forged by somebody who
 * has the kit open, and outlives a change of the admin key; what does not hold stops packs alone.
 * Method: rows, settings and entries changed as such a person could, each followed by a look at
 * what counts and by a pack; an administrator who leaves; a kit as it was before there was one. */
#include <string.h>

#include "app/base/text.h"
#include "app/db/statement.h"
#include "app/kit/people.h"
#include "tests/trust/trust-fixture.h"

#define NAME "Test desk"
#define OLDER "This kit is older than its list of signers"

static void
test_begin (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (DkTrust) trust = trust_now (dk_kit_store (kit));

  g_assert_true (trust->holds);
  g_assert_false (trust->is_unsigned);
  g_assert_cmpint (trust->seq, ==, 1);
  g_assert_cmpuint (trust->signers->len + trust->problems->len, ==, 0);
  trust_refused (dk_kit_store (kit), NAME, 1, NULL, "A", DK_ERROR_DENIED, "trusts nobody");
  kit_fixture_close (kit);
}

static void
test_commands (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) last = NULL;
  g_autoptr (DkTrust) trust = NULL;
  g_autoptr (json_t) fleet = trust_fleet_new ();

  g_assert_true (dk_trust_add (store, trust_key (SIGNER_A), "Publisher one", NULL));
  g_assert_true (dk_trust_add (store, trust_key (SIGNER_B), NULL, NULL));
  g_assert_false (dk_trust_remove (store, trust_id (SIGNER_B), " ", FALSE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_true (dk_trust_remove (store, trust_id (SIGNER_B), "left", FALSE, NULL));
  g_assert_false (dk_trust_remove (store, trust_id (SIGNER_A), "left", FALSE, &last));
  g_assert_nonnull (strstr (last->message, "only signer"));
  g_assert_true (dk_trust_revoke (store, trust_id (SIGNER_C), "stolen", FALSE, NULL));
  trust_refused (store, NAME, 1, NULL, "C", DK_ERROR_DENIED, "revoked by this kit's administrator");
  trust_fleet_add (fleet, "signers", trust_key (SIGNER_B));
  trust_fleet_place (fleet, "desks", "D1", 5);
  trust_applied (store, NAME, 4, fleet, "A");
  trust_assert_letters (store, "AB");
  g_assert_true (dk_trust_fold (store, FALSE, NULL));
  trust = trust_now (store);
  g_assert_cmpint (trust->seq, ==, 6);
  g_assert_cmpuint (trust->problems->len, ==, 0);
  g_assert_cmpuint (trust->desks->len, ==, 1);
  g_assert_cmpstr (((DkTrustSigner *) g_ptr_array_index (trust->signers, 0))->name, ==,
                   "Publisher one");
  g_assert_cmpstr (((DkTrustSigner *) g_ptr_array_index (trust->signers, 1))->origin, ==, "list");
  trust_assert_letters (store, "AB");
  g_assert_cmpuint (kit_fixture_count (kit, "trust-signed"), ==, 5);
  kit_fixture_close (kit);
}

/* What somebody with the open kit can do to it. */
static const char *const attacks[] = {
  "DELETE FROM trust_list WHERE seq = 3",
  "DELETE FROM trust_list",
  "UPDATE entry_body SET salt = NULL, body = NULL, erased_by = 2 WHERE entry = 1",
  "UPDATE trust_list SET document = replace (document, '\"v\":1', '\"v\":2') WHERE seq = 3",
  "UPDATE trust_list SET signature = (SELECT signature FROM trust_list WHERE seq = 2)"
  " WHERE seq = 3",
  "UPDATE trust_list SET document = (SELECT document FROM trust_list WHERE seq = 2),"
  " signature = (SELECT signature FROM trust_list WHERE seq = 2) WHERE seq = 3",
  "UPDATE trust_list SET seq = 9 WHERE seq = 2",
  "UPDATE setting SET value = '7' WHERE key = 'trust_seq'",
  "INSERT INTO trust_list (seq, document, signature) SELECT 4, document, signature"
  " FROM trust_list WHERE seq = 2",
};

static void
assert_refused (DkStore *store, const char *what)
{
  g_autoptr (DkTrust) trust = trust_now (store);

  if (trust->holds || trust->problems->len == 0 || trust->signers->len > 0)
    g_error ("not found: %s", what);
  trust_refused (store, NAME, 9, NULL, "A", DK_ERROR_DAMAGED, "No pack is accepted");
}

static void
test_attacks (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);

  trust_add_signers (store, "AB");
  for (gsize i = 0; i < G_N_ELEMENTS (attacks); i++) {
    trust_sql (store, "SAVEPOINT attack");
    trust_sql (store, attacks[i]);
    assert_refused (store, attacks[i]);
    trust_sql (store, "ROLLBACK TO attack");
    trust_sql (store, "RELEASE attack");
    trust_assert_letters (store, "AB");
  }
  g_clear_pointer (&kit, dk_kit_free);
}

/* Row, setting and all: the ledger still knows. */
static void
test_set_back_as_a_whole (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GError) error = NULL;

  trust_add_signers (store, "AB");
  g_assert_true (dk_trust_revoke (store, trust_id (SIGNER_A), "stolen", FALSE, NULL));
  trust_sql (store, "DELETE FROM trust_list WHERE seq = 4");
  trust_sql (store, "UPDATE setting SET value = '3' WHERE key = 'trust_seq'");
  assert_refused (store, "set back as a whole");
  trust_sql (store, "UPDATE entry_body SET salt = NULL, body = NULL, erased_by = 1 WHERE entry ="
                    " (SELECT max (id) FROM entry WHERE object = 'trust')");
  assert_refused (store, "set back, its entry erased");
  kit_fixture_close (kit);

  kit = kit_fixture_open (f->folder); /* told, and all else works */
  store = dk_kit_store (kit);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (dk_kit_messages (kit), 0), "No pack is accepted"));
  g_free (kit_fixture_save (kit));
  g_assert_false (dk_trust_add (store, trust_key (SIGNER_C), NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  kit_fixture_close (kit);
}

static void
test_mended (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GError) error = NULL;

  trust_add_signers (store, "AB");
  trust_sql (store, "DELETE FROM trust_list WHERE seq = 3");
  g_assert_false (dk_trust_fold (store, FALSE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_true (dk_trust_fold (store, TRUE, NULL));
  trust_assert_letters (store, "A"); /* what the list before said */
  trust_add_signers (store, "B");
  trust_applied (store, NAME, 9, NULL, "B");
  kit_fixture_close (kit);
}

static void
add_admin (DkKit *kit)
{
  g_autoptr (DkSecret) secret = dk_secret_new_copy ("staple staple", 13);
  g_autoptr (GError) error = NULL;

  g_assert_true (
      dk_kit_add_user (kit, "emil", DK_ROLE_ADMIN, secret, 0, kit_fixture_kdf, &error));
  g_assert_no_error (error);
}

static void
remove_admin (DkKit *kit)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_remove_user (kit, "emil", NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
test_admin_leaves (KitFixture *f, gconstpointer data)
{
  g_autoptr (json_t) fleet = trust_fleet_new ();
  g_autoptr (DkTrust) trust = NULL;
  g_autoptr (DkLedgerReport) report = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  add_admin (kit);
  trust_add_signers (dk_kit_store (kit), "A");
  trust_fleet_add (fleet, "signers", trust_key (SIGNER_B));
  trust_applied (dk_kit_store (kit), NAME, 4, fleet, "A");
  remove_admin (kit);
  trust_assert_letters (dk_kit_store (kit), "AB");
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  trust = trust_now (dk_kit_store (kit));
  g_assert_true (trust->holds);
  g_assert_cmpint (trust->seq, ==, 3);
  report = dk_kit_verify_ledger (kit, NULL, NULL, NULL);
  g_assert_cmpuint (report->found, ==, 0);
  trust_applied (dk_kit_store (kit), NAME, 5, NULL, "B");
  kit_fixture_close (kit);
}

/* Entries about the list are an administrator's. */
static void
test_entry_needs_an_administrator (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) secret = dk_secret_new_copy ("staple staple", 13);
  g_autoptr (json_t) body = json_pack ("{s:i, s:s}", "seq", 9, "digest", "00");
  g_autoptr (json_t) bare = json_deep_copy (body);
  g_autoptr (DkLedgerReport) clean = NULL;
  g_autoptr (DkLedgerReport) report = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store;

  trust_add_signers (dk_kit_store (kit), "A");
  g_assert_true (dk_kit_add_user (kit, "omar", DK_ROLE_FRONTLINE, secret, 0, kit_fixture_kdf,
                                  NULL));
  kit_fixture_close (kit);
  kit = dk_kit_open (f->folder, "omar", secret, NULL, NULL);
  g_assert_nonnull (kit);
  store = dk_kit_store (kit);
  clean = dk_kit_verify_ledger (kit, NULL, NULL, NULL);
  g_assert_cmpuint (clean->found, ==, 0);
  dk_store_sign_body (store, "trust-signed", "trust", body);
  g_assert_true (dk_ledger_note (store, "trust-signed", "trust", body, NULL));
  g_assert_true (dk_ledger_note (store, "trust-signed", "trust", bare, NULL));
  report = dk_kit_verify_ledger (kit, NULL, NULL, NULL);
  g_assert_cmpuint (report->found, ==, 2);
  kit_fixture_close (kit);
}

/* A change of keys does not make good what was forged before it. */
static void
test_admin_leaves_forged (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);

  add_admin (kit);
  trust_add_signers (dk_kit_store (kit), "A");
  trust_sql (dk_kit_store (kit), "UPDATE trust_list SET document = replace (document, '\"v\":1',"
                                 " '\"v\": 1')");
  remove_admin (kit);
  assert_refused (dk_kit_store (kit), "forged before the change of keys");
  kit_fixture_close (kit);
}

/* The first entry without its word on a list, as it was written before there was one. */
static void
rewrite_first (DkStore *store)
{
  g_autoptr (DkStmt) read
      = dk_stmt_new (dk_store_db (store), "SELECT e.line, b.salt, b.body FROM entry AS e JOIN"
                                          " entry_body AS b ON b.entry = e.id WHERE e.id = 1");
  g_autoptr (DkStmt) write
      = dk_stmt_new (dk_store_db (store), "UPDATE entry SET line = ?1 WHERE id = 1");
  g_autoptr (DkEntry) entry = NULL;
  g_autofree char *line = NULL;
  g_autofree char *body = NULL;
  guint8 hash[32];
  gboolean has_row;
  gsize size;
  const char *bytes;

  trust_sql (store, "UPDATE entry_body SET body = replace (body, '\"trust\"', '\"x\"')"
                    " WHERE entry = 1");
  g_assert_true (dk_stmt_step (read, &has_row, NULL) && has_row);
  bytes = dk_stmt_blob (read, 0, &size);
  entry = dk_entry_parse_line (bytes, size, NULL);
  body = g_strdup (dk_stmt_text (read, 2));
  bytes = dk_stmt_blob (read, 1, &size);
  dk_hash_pair (hash, (const guint8 *) bytes, size, body, strlen (body));
  g_free (entry->body_hash);
  entry->body_hash = dk_text_hex (hash, sizeof hash);
  line = dk_entry_line (entry);
  dk_stmt_bind_blob (write, 1, line, strlen (line));
  g_assert_true (dk_stmt_run (write, NULL));
}

/* As kits were: the signers in a setting, nothing in the first entry. */
static void
make_old (DkStore *store, const char *signers)
{
  g_autofree char *sql = g_strdup_printf (
      "INSERT INTO setting (key, value) VALUES ('signers', '%s')", signers);

  trust_sql (store, "DROP TRIGGER IF EXISTS entry_body_erase_only");
  trust_sql (store, "DROP TRIGGER IF EXISTS entry_no_update");
  rewrite_first (store);
  trust_sql (store, "DELETE FROM trust_list");
  trust_sql (store, "DELETE FROM setting WHERE key IN ('trust_seq', 'signers')");
  trust_sql (store, g_intern_string (sql));
}

/* What a kit of before said of its signers, or somebody who makes a kit look like one: in the
 * setting, and in an entry that a person signed. */
static void
claim_signers (DkStore *store)
{
  g_autofree char *both = g_strdup_printf ("[\"%s\",\"%s\"]", trust_key (SIGNER_A),
                                           trust_key (SIGNER_B));
  g_autoptr (json_t) body = json_object ();

  dk_json_set_text (body, "signer", trust_key (SIGNER_B));
  dk_store_sign_body (store, "trust-added", "", body);
  g_assert_true (dk_ledger_note (store, "trust-added", NULL, body, NULL));
  make_old (store, both);
}

static void
assert_older (DkStore *store)
{
  g_autoptr (DkTrust) trust = trust_now (store);

  g_assert_true (trust->is_unsigned);
  g_assert_cmpuint (trust->signers->len, ==, 0);
  g_assert_cmpuint (trust->problems->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (trust->problems, 0), OLDER));
  trust_refused (store, NAME, 4, NULL, "A", DK_ERROR_DENIED, OLDER);
  trust_refused (store, NAME, 4, NULL, "AB", DK_ERROR_DENIED, "dkit trust add PUB");
}

/* A list that folds nothing would look like one that an administrator has looked at. */
static void
assert_not_folded (DkStore *store)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_trust_fold (store, FALSE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, OLDER));
}

static void
test_old_kit (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (DkTrust) trust = NULL;

  claim_signers (dk_kit_store (kit));
  assert_older (dk_kit_store (kit));
  assert_not_folded (dk_kit_store (kit));
  add_admin (kit);
  remove_admin (kit); /* renews the admin key */
  assert_older (dk_kit_store (kit));
  kit_fixture_close (kit);

  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (dk_kit_messages (kit), 0), OLDER));
  g_assert_true (dk_trust_add (dk_kit_store (kit), trust_key (SIGNER_C), NULL, NULL));
  trust_assert_letters (dk_kit_store (kit), "C");
  trust = trust_now (dk_kit_store (kit));
  g_assert_false (trust->is_unsigned);
  g_assert_cmpint (trust->seq, ==, 1);
  g_assert_cmpuint (trust->problems->len, ==, 0);
  trust_applied (dk_kit_store (kit), NAME, 4, NULL, "C");
  kit_fixture_close (kit);

  kit = kit_fixture_open (f->folder); /* once there was a list, there is no way back */
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  make_old (dk_kit_store (kit), "[]");
  assert_refused (dk_kit_store (kit), "a setting in the place of the list");
  g_clear_pointer (&kit, dk_kit_free);
}

/* What is in no list counts for nothing, whoever says it; `force` is for what is in the way. */
static void
test_old_kit_forged (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) body = json_pack ("{s:s, s:i, s:s}", "name", NAME, "sequence", 3, "manifest",
                                       "00");
  g_autoptr (GError) error = NULL;

  claim_signers (store);
  g_assert_true (dk_ledger_note (store, "fleet-changed", "trust", body, NULL));
  assert_refused (store, "a fleet in a kit of before");
  g_assert_false (dk_trust_add (store, trust_key (SIGNER_A), NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_true (dk_trust_fold (store, TRUE, NULL));
  trust_assert_letters (store, "");
  trust_refused (store, NAME, 4, NULL, "A", DK_ERROR_DENIED, "trusts nobody");
  trust_add_signers (store, "A");
  trust_applied (store, NAME, 4, NULL, "A");
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/trust/list/is-there-from-the-beginning", test_begin);
  KIT_ADD ("/trust/list/commands-sign-a-new-one", test_commands);
  KIT_ADD ("/trust/list/every-change-by-others-is-found", test_attacks);
  KIT_ADD ("/trust/list/set-back-as-a-whole-is-found", test_set_back_as_a_whole);
  KIT_ADD ("/trust/list/an-administrator-mends-it", test_mended);
  KIT_ADD ("/trust/list/outlives-an-administrator", test_admin_leaves);
  KIT_ADD ("/trust/list/entries-are-an-administrators", test_entry_needs_an_administrator);
  KIT_ADD ("/trust/list/keys-do-not-make-a-forgery-good", test_admin_leaves_forged);
  KIT_ADD ("/trust/list/old-kits-wait-for-an-administrator", test_old_kit);
  KIT_ADD ("/trust/list/old-kits-believe-no-claim", test_old_kit_forged);
  return g_test_run ();
}
