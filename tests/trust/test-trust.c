/* SPDX-License-Identifier: MIT */
/* Goal: one trusted signer may change content, and nothing of whom kits trust changes without two,
 * once there are two; what was revoked stays so; and words for leads are sealed to no key that
 * nobody vouched for.
 * Method: packs of four signers with fleets made for each rule, applied to an open kit in many
 * orders; the kit is also changed as somebody could who has it open. */
#include <string.h>

#include "app/base/file.h"
#include "app/crypto/age.h"
#include "app/db/statement.h"
#include "app/store/lead-store.h"
#include "tests/trust/trust-fixture.h"

#define NAME "Test desk"

static void
assert_no_problems (DkStore *store)
{
  g_autoptr (DkTrust) trust = trust_now (store);

  if (trust->problems->len > 0)
    g_error ("%s", (const char *) g_ptr_array_index (trust->problems, 0));
  g_assert_true (trust->holds);
}

/* A alone brings in B; from then on one of them is not enough. */
static void
test_second_signer (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) fleet = trust_fleet_new ();
  g_autoptr (DkTrust) trust = NULL;

  trust_add_signers (store, "A");
  trust_fleet_add (fleet, "signers", trust_key (SIGNER_A));
  trust_fleet_add (fleet, "signers", trust_key (SIGNER_B));
  trust_refused (store, NAME, 5, fleet, "B", DK_ERROR_DENIED, "does not know");
  trust_applied (store, NAME, 5, fleet, "A");
  trust_assert_letters (store, "AB");
  trust = trust_now (store);
  g_assert_cmpstr (((DkTrustSigner *) g_ptr_array_index (trust->signers, 1))->origin, ==,
                   NAME " 5");
  g_assert_cmpstr (((DkTrustSigner *) g_ptr_array_index (trust->signers, 1))->since, ==,
                   TRUST_CREATED);
  trust_applied (store, NAME, 6, fleet, "B"); /* the same fleet: content alone */
  trust_fleet_add (fleet, "signers", trust_key (SIGNER_C));
  trust_refused (store, NAME, 7, fleet, "A", DK_ERROR_DENIED, "two different signers");
  trust_refused (store, NAME, 7, fleet, "A", DK_ERROR_DENIED, trust_id (SIGNER_B));
  trust_refused (store, NAME, 7, fleet, "AC", DK_ERROR_DENIED, "this very pack brings that key");
  trust_refused (store, NAME, 7, fleet, "C", DK_ERROR_DENIED, "does not know");
  trust_applied (store, NAME, 7, fleet, "AB");
  trust_assert_letters (store, "ABC");
  assert_no_problems (store);
  g_assert_cmpuint (kit_fixture_count (kit, "fleet-changed"), ==, 2);
  kit_fixture_close (kit);
}

/* Every kind of change, one at a time. */
typedef void (*Change) (json_t *fleet);

static void
revoke_c (json_t *fleet)
{
  trust_fleet_add (fleet, "revoked", trust_key (SIGNER_C));
}

static void
revoke_id (json_t *fleet)
{
  trust_fleet_add (fleet, "revoked", "0123456789ABCDEF");
}

static void
add_signer (json_t *fleet)
{
  trust_fleet_add (fleet, "signers", trust_key (SIGNER_D));
}

static void
add_station (json_t *fleet)
{
  trust_fleet_place (fleet, "stations", "B01", 40);
}

static void
remove_station (json_t *fleet)
{
  json_array_clear (json_object_get (fleet, "stations"));
}

static void
change_station (json_t *fleet)
{
  json_t *station = json_array_get (json_object_get (fleet, "stations"), 0);

  json_object_set_new (station, "signer", dk_json_string (trust_key (SIGNER_D)));
}

static void
change_recipient (json_t *fleet)
{
  json_t *station = json_array_get (json_object_get (fleet, "stations"), 0);
  g_autofree char *text = trust_recipient (77);

  json_object_set_new (station, "recipient", dk_json_string (text));
}

static void
add_desk (json_t *fleet)
{
  trust_fleet_place (fleet, "desks", "D2", 41);
}

static void
remove_desk (json_t *fleet)
{
  json_array_clear (json_object_get (fleet, "desks"));
}

static void
add_lead (json_t *fleet)
{
  g_autofree char *text = trust_recipient (78);

  trust_fleet_add (fleet, "lead", text);
}

static void
add_escrow (json_t *fleet)
{
  g_autofree char *text = trust_recipient (79);

  trust_fleet_add (fleet, "escrow", text);
}

static void
add_route (json_t *fleet)
{
  trust_fleet_add (fleet, "routes", "https://elsewhere.example/packs/");
}

static void
remove_routes (json_t *fleet)
{
  json_array_clear (json_object_get (fleet, "routes"));
}

static json_t *
make_base (void)
{
  json_t *fleet = trust_fleet_new ();

  trust_fleet_place (fleet, "stations", "A07", 10);
  trust_fleet_place (fleet, "desks", "D1", 11);
  trust_fleet_add (fleet, "routes", "https://packs.example/");
  return fleet;
}

static void
test_every_kind (KitFixture *f, gconstpointer data)
{
  static const struct {
    Change change;
    const char *told;
  } kinds[] = {
    { revoke_c, "revokes the key" },         { revoke_id, "revokes the key 0123456789ABCDEF" },
    { add_signer, "adds the signer" },       { add_station, "adds the station B01" },
    { remove_station, "removes the station A07" },
    { change_station, "changes the keys or the place of the station A07" },
    { change_recipient, "changes the keys or the place of the station A07" },
    { add_desk, "adds the desk D2" },        { remove_desk, "removes the desk D1" },
    { add_lead, "adds the lead recipient" }, { add_escrow, "adds the escrow recipient" },
    { add_route, "adds the route https://elsewhere.example/packs/" },
    { remove_routes, "removes the route https://packs.example/" },
  };
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) base = make_base ();
  gint64 sequence = 10;

  trust_add_signers (store, "ABC");
  trust_refused (store, NAME, sequence, base, "A", DK_ERROR_DENIED, "two different signers");
  trust_applied (store, NAME, sequence, base, "AB");
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (json_t) fleet = json_deep_copy (base);
    g_autoptr (GPtrArray) changes = NULL;
    kinds[i].change (fleet);
    changes = dk_trust_fleet_changes (store, fleet, NULL, NULL);
    g_assert_cmpuint (changes->len, ==, 1);
    sequence++;
    trust_refused (store, NAME, sequence, fleet, "A", DK_ERROR_DENIED, kinds[i].told);
    trust_refused (store, NAME, sequence, fleet, "B", DK_ERROR_DENIED, "dkit pack sign");
  }
  /* The control: with both it goes, and back. */
  for (gsize i = 2; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (json_t) fleet = json_deep_copy (base);
    kinds[i].change (fleet);
    trust_applied (store, NAME, ++sequence, fleet, "AB");
    if (kinds[i].change == add_signer)
      trust_fleet_add (base, "signers", trust_key (SIGNER_A));
    trust_applied (store, NAME, ++sequence, base, "BA");
  }
  trust_assert_letters (store, "ABC");
  assert_no_problems (store);
  kit_fixture_close (kit);
}

static void
test_connectors (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) policy = json_pack ("{s:[{s:s}]}", "connectors", "url", "https://a.example");
  g_autoptr (DkContainer) one = trust_pack (NAME, 5, NULL, "A");
  g_autoptr (DkContainer) two = trust_pack (NAME, 5, NULL, "AB");
  g_autoptr (GError) error = NULL;

  trust_add_signers (store, "AB");
  g_assert_false (dk_trust_check_pack (store, one, NULL, policy, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "connectors"));
  g_assert_true (dk_trust_check_pack (store, two, NULL, policy, NULL));
  g_assert_true (dk_trust_check_pack (store, one, NULL, NULL, NULL));
  kit_fixture_close (kit);
}

/* Two ids of one key are one signer. */
static void
test_one_key_twice (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  DkMinisignPublic key;
  g_autofree char *text = NULL;
  g_autoptr (json_t) fleet = trust_fleet_new ();

  trust_add_signers (store, "A");
  g_assert_true (dk_minisign_public_parse (trust_key (SIGNER_A), &key, NULL));
  key.id[0] ^= 1;
  text = dk_minisign_public_text (&key);
  g_assert_true (dk_trust_add (store, text, NULL, NULL));
  trust_assert_letters (store, "A");
  trust_fleet_add (fleet, "signers", text);
  trust_applied (store, NAME, 5, fleet, "A");
  trust_assert_letters (store, "A");
  kit_fixture_close (kit);
}

static void
test_revoked (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) revoking = trust_fleet_new ();
  g_autoptr (json_t) naming = trust_fleet_new ();

  trust_add_signers (store, "ABC");
  trust_fleet_add (revoking, "revoked", trust_key (SIGNER_C));
  trust_applied (store, NAME, 5, revoking, "AC");
  trust_assert_letters (store, "AB");
  trust_refused (store, NAME, 9, NULL, "C", DK_ERROR_DENIED, "was revoked by the pack " NAME " 5");
  trust_refused (store, NAME, 9, NULL, "D", DK_ERROR_DENIED, "does not know");
  /* Neither its being left out nor its being named brings it back. */
  trust_fleet_add (naming, "signers", trust_key (SIGNER_A));
  trust_fleet_add (naming, "signers", trust_key (SIGNER_C));
  trust_applied (store, NAME, 6, naming, "AB");
  trust_assert_letters (store, "AB");
  trust_refused (store, NAME, 9, NULL, "C", DK_ERROR_DENIED, "revoked");
  /* An administrator may. */
  trust_add_signers (store, "C");
  trust_assert_letters (store, "ABC");
  trust_applied (store, NAME, 7, NULL, "C");
  assert_no_problems (store);
  kit_fixture_close (kit);
}

static void
test_last_signer (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) fleet = trust_fleet_new ();

  trust_add_signers (store, "A");
  trust_fleet_add (fleet, "revoked", trust_key (SIGNER_A));
  trust_refused (store, NAME, 5, fleet, "A", DK_ERROR_DENIED, "nobody would be left");
  trust_fleet_add (fleet, "signers", trust_key (SIGNER_B));
  trust_applied (store, NAME, 5, fleet, "A");
  trust_assert_letters (store, "B");
  kit_fixture_close (kit);
}

static void
test_proof (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) fleet = trust_fleet_new ();
  g_autoptr (json_t) other = trust_fleet_new ();
  g_autoptr (DkContainer) old = trust_pack (NAME, 5, NULL, "A");
  g_autoptr (DkContainer) swapped = NULL;
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) error = NULL;

  trust_add_signers (store, "A");
  trust_fleet_add (fleet, "signers", trust_key (SIGNER_B));
  trust_fleet_add (other, "signers", trust_key (SIGNER_D));
  none = trust_apply (store, old, fleet); /* of before: its manifest names no fleet */
  g_assert_no_error (none);
  trust_assert_letters (store, "A");
  swapped = trust_pack (NAME, 6, fleet, "A");
  error = trust_apply (store, swapped, other);
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  trust_assert_letters (store, "A");
  kit_fixture_close (kit);
}

/* Any role may bring in what the signers have signed. */
static void
test_frontline (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) secret = dk_secret_new_copy ("staple staple", 13);
  g_autoptr (json_t) fleet = make_base ();
  g_autoptr (json_t) facts = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->folder, "station.json", NULL);
  DkKit *kit = kit_fixture_open (f->folder);

  trust_add_signers (dk_kit_store (kit), "AB");
  g_assert_true (dk_kit_add_user (kit, "omar", DK_ROLE_FRONTLINE, secret, 0, kit_fixture_kdf,
                                  NULL));
  kit_fixture_close (kit);
  kit = dk_kit_open (f->folder, "omar", secret, NULL, &error);
  g_assert_no_error (error);
  trust_applied (dk_kit_store (kit), NAME, 5, fleet, "AB");
  g_assert_true (dk_kit_write_station (kit, NULL));
  g_assert_false (dk_trust_fold (dk_kit_store (kit), FALSE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  kit_fixture_close (kit);
  facts = dk_kit_locked_facts (f->folder, NULL);
  g_assert_cmpuint (json_array_size (json_object_get (facts, "routes")), ==, 1);
  g_assert_cmpuint (json_array_size (json_object_get (facts, "signers")), ==, 2);

  g_assert_true (dk_file_replace (path, "{}", 2, DK_FILE_NOT_SYNCED, NULL));
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (dk_kit_messages (kit), 0), "station.json"));
  kit_fixture_close (kit);
}

static gint64
count_rows (DkStore *store, const guint8 key[32])
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT count (*) FROM lead_record WHERE recipient = ?1");
  gboolean has_row;

  dk_stmt_bind_blob (stmt, 1, key, 32);
  g_assert_true (dk_stmt_step (stmt, &has_row, NULL) && has_row);
  return dk_stmt_int (stmt, 0);
}

/* Words for leads reach the leads here and those of a desk that counts, and nobody whom somebody
 * wrote into the rows. */
static void
test_lead_words (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) fleet = make_base ();
  g_autofree char *text = trust_recipient (111);
  g_autofree char *false_text = trust_recipient (150);
  g_autofree char *number = kit_fixture_save (kit);
  g_autofree char *sql = NULL;
  guint8 desk[32];
  guint8 smuggled[32];

  g_assert_true (dk_age_recipient_parse (text, desk, NULL));
  g_assert_true (dk_age_recipient_parse (false_text, smuggled, NULL));
  trust_add_signers (store, "A");
  g_assert_true (dk_lead_store_note (store, number, "before", 0, NULL));
  g_assert_cmpint (count_rows (store, desk), ==, 0);
  trust_applied (store, NAME, 5, fleet, "A");
  g_assert_true (dk_lead_store_note (store, number, "with the desk", 0, NULL));
  g_assert_cmpint (count_rows (store, desk), ==, 1);
  g_assert_cmpint (count_rows (store, dk_store_identity (store)->lead_public), ==, 2);

  sql = g_strdup_printf ("UPDATE fleet_change SET fleet = replace (fleet, '%s', '%s')", text,
                         false_text);
  trust_sql (store, g_intern_string (sql));
  g_assert_true (dk_trust_settle (store, NULL, NULL));
  g_assert_true (dk_lead_store_note (store, number, "after", 0, NULL));
  g_assert_cmpint (count_rows (store, smuggled), ==, 0);
  g_assert_cmpint (count_rows (store, dk_store_identity (store)->lead_public), ==, 3);
  g_clear_pointer (&kit, dk_kit_free);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/trust/pack/second-signer-needs-one-then-two", test_second_signer);
  KIT_ADD ("/trust/pack/every-kind-of-change-needs-two", test_every_kind);
  KIT_ADD ("/trust/pack/connectors-need-two", test_connectors);
  KIT_ADD ("/trust/pack/one-key-with-two-ids-is-one-signer", test_one_key_twice);
  KIT_ADD ("/trust/pack/revoked-stays-revoked", test_revoked);
  KIT_ADD ("/trust/pack/somebody-is-left-to-sign", test_last_signer);
  KIT_ADD ("/trust/pack/fleet-must-be-the-signed-one", test_proof);
  KIT_ADD ("/trust/pack/any-role-brings-it-in", test_frontline);
  KIT_ADD ("/trust/words-for-leads/no-unsigned-desk", test_lead_words);
  return g_test_run ();
}
