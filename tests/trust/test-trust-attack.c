/* SPDX-License-Identifier: MIT */
/* Goal: somebody who has the kit open, alone or with one signer, brings back no revoked signer and
 * needs no fewer signatures than the kit demands; and packs of two names that take turns change
 * trust as each of them says, or not at all.
 * Method: rows are removed and changed as a program of theirs could, then genuine packs of the
 * signer in question are applied. Control: the same pack is accepted where nothing was changed. */
#include <string.h>

#include "app/db/statement.h"
#include "tests/trust/trust-fixture.h"

#define NAME "Test desk"
#define OTHER "Other desk"

/* What a program of theirs can do to the row of the pack that revoked C. */
static const char *const hiding[] = {
  "DELETE FROM fleet_change",
  "UPDATE fleet_change SET signatures = '{}'",
  "UPDATE fleet_change SET fleet = replace (fleet, 'revoked', 'routes')",
  "UPDATE fleet_change SET sequence = 77",
};

static void
test_revoked_comes_back (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) fleet = trust_fleet_new ();

  trust_add_signers (store, "ABC");
  trust_fleet_add (fleet, "revoked", trust_key (SIGNER_C));
  trust_applied (store, NAME, 5, fleet, "AB");
  trust_refused (store, NAME, 9, NULL, "C", DK_ERROR_DENIED, "revoked");
  for (gsize i = 0; i < G_N_ELEMENTS (hiding); i++) {
    trust_sql (store, "CREATE TEMP TABLE kept AS SELECT * FROM fleet_change");
    trust_sql (store, hiding[i]);
    trust_refused (store, NAME, 9, NULL, "C", DK_ERROR_DAMAGED, "dkit trust fold --force");
    trust_refused (store, NAME, 9, NULL, "AB", DK_ERROR_DAMAGED, "No pack is accepted");
    trust_sql (store, "DELETE FROM fleet_change");
    trust_sql (store, "INSERT INTO fleet_change SELECT * FROM kept");
    trust_sql (store, "DROP TABLE kept");
  }
  trust_applied (store, NAME, 9, NULL, "A");
  kit_fixture_close (kit);
}

/* B came by a pack: without its row one signer would be enough. */
static void
test_one_is_not_enough (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) first = trust_fleet_new ();
  g_autoptr (json_t) second = trust_fleet_new ();

  trust_add_signers (store, "A");
  trust_fleet_add (first, "signers", trust_key (SIGNER_A));
  trust_fleet_add (first, "signers", trust_key (SIGNER_B));
  trust_applied (store, NAME, 5, first, "A");
  trust_fleet_add (second, "signers", trust_key (SIGNER_D));
  trust_fleet_place (second, "desks", "D9", 40);
  trust_refused (store, NAME, 6, second, "A", DK_ERROR_DENIED, "two different signers");
  trust_sql (store, "DELETE FROM fleet_change");
  trust_refused (store, NAME, 6, second, "A", DK_ERROR_DAMAGED, "No pack is accepted");
  g_clear_pointer (&kit, dk_kit_free);
}

/* An administrator ends it, and the loss is told once. */
static void
test_mended (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) fleet = trust_fleet_new ();
  g_autoptr (DkTrust) trust = NULL;
  g_autoptr (GError) error = NULL;

  trust_add_signers (store, "ABC");
  trust_fleet_add (fleet, "revoked", trust_key (SIGNER_C));
  trust_applied (store, NAME, 5, fleet, "AB");
  trust_sql (store, "DELETE FROM fleet_change");
  g_assert_false (dk_trust_fold (store, FALSE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_true (dk_trust_fold (store, TRUE, NULL));
  trust = trust_now (store);
  g_assert_true (trust->holds);
  g_assert_cmpuint (trust->problems->len, ==, 0);
  g_assert_true (dk_trust_revoke (store, trust_id (SIGNER_C), "stolen", FALSE, NULL));
  trust_assert_letters (store, "AB");
  trust_applied (store, NAME, 6, NULL, "A");
  trust_applied (store, NAME, 7, fleet, "AB"); /* the next one says it again */
  g_clear_pointer (&kit, dk_kit_free);
}

/* One name may not say two things under one number. */
static void
test_turns (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) revoking = trust_fleet_new ();
  g_autoptr (json_t) adding = trust_fleet_new ();
  g_autoptr (json_t) plain = trust_fleet_new ();

  trust_add_signers (store, "ABC");
  trust_fleet_add (revoking, "revoked", trust_key (SIGNER_C));
  trust_fleet_place (revoking, "desks", "D1", 40);
  trust_applied (store, NAME, 5, revoking, "AB");
  trust_fleet_place (adding, "desks", "D2", 41);
  trust_applied (store, OTHER, 1, adding, "AB");
  trust_fleet_place (plain, "desks", "D3", 42);
  trust_refused (store, NAME, 5, plain, "AB", DK_ERROR_DENIED, "raise the sequence");
  trust_refused (store, NAME, 5, revoking, "AB", DK_ERROR_DENIED, "raise the sequence");
  trust_assert_letters (store, "AB");
  trust_applied (store, NAME, 6, plain, "AB");
  trust_assert_letters (store, "AB");
  g_assert_true (dk_trust_fold (store, FALSE, NULL));
  trust_refused (store, NAME, 6, adding, "AB", DK_ERROR_DENIED, "raise the sequence");
  kit_fixture_close (kit);
}

/* An entry that can be read no more would keep packs out for good. */
static void
test_erased_entry (KitFixture *f, gconstpointer data)
{
  static const char *const erased[] = {
    "UPDATE entry_body SET salt = NULL, body = NULL, erased_by = 1 WHERE entry ="
    " (SELECT max (id) FROM entry WHERE object = 'trust')",
    "UPDATE entry_body SET salt = NULL, body = NULL, erased_by = 1 WHERE entry = 1",
  };
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) fleet = trust_fleet_new ();

  trust_add_signers (store, "AB");
  trust_fleet_place (fleet, "desks", "D1", 40);
  trust_applied (store, NAME, 5, fleet, "AB");
  for (gsize i = 0; i < G_N_ELEMENTS (erased); i++) {
    trust_sql (store, erased[i]);
    trust_refused (store, NAME, 9, NULL, "A", DK_ERROR_DAMAGED, "erased or changed");
    g_assert_true (dk_trust_fold (store, TRUE, NULL));
    trust_applied (store, NAME, 9, NULL, "A");
    trust_assert_letters (store, "AB");
  }
  g_clear_pointer (&kit, dk_kit_free);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/trust/attack/revoked-signer-does-not-come-back", test_revoked_comes_back);
  KIT_ADD ("/trust/attack/one-signer-is-not-enough", test_one_is_not_enough);
  KIT_ADD ("/trust/attack/an-administrator-mends-it", test_mended);
  KIT_ADD ("/trust/attack/an-erased-entry-is-passed-over", test_erased_entry);
  KIT_ADD ("/trust/attack/one-sequence-one-fleet", test_turns);
  return g_test_run ();
}
