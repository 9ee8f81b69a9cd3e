/* SPDX-License-Identifier: MIT */
/* Goal: a role is the keys that a person holds; people change their own passphrase and nobody
 * else's. Method: a front-line person and a lead are added to a small kit and open it. */
#include <string.h>

#include "app/crypto/minisign.h"
#include "app/db/statement.h"
#include "app/kit/kit-private.h"
#include "tests/kit/kit-fixture.h"

static gboolean
add (DkKit *kit, const char *name, DkRole role, const char *passphrase, GError **error)
{
  g_autoptr (DkSecret) secret = dk_secret_new_copy (passphrase, strlen (passphrase));

  return dk_kit_add_user (kit, name, role, secret, 0, kit_fixture_kdf, error);
}

static DkKit *
open_as (KitFixture *f, const char *name, const char *passphrase)
{
  g_autoptr (DkSecret) secret = dk_secret_new_copy (passphrase, strlen (passphrase));
  g_autoptr (GError) error = NULL;
  DkKit *kit = dk_kit_open (f->folder, name, secret, NULL, &error);

  g_assert_no_error (error);
  return kit;
}

/* The seed that a lead may use for a new passphrase is really the person's. */
static void
assert_seed_for_lead (DkKit *kit)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (dk_kit_store (kit)), "SELECT sealed, slot FROM person_seed");
  const DkSecret *lead = dk_keyring_get (dk_kit_keys (kit), DK_KEY_LEAD);
  gboolean has_row;
  guint8 seed[32];
  gsize size;
  const guint8 *sealed;

  g_assert_true (dk_stmt_step (stmt, &has_row, NULL) && has_row);
  sealed = dk_stmt_blob (stmt, 0, &size);
  g_assert_cmpuint (size, ==, 80);
  g_assert_true (
      dk_box_open (seed, sealed, size, dk_store_identity (dk_kit_store (kit))->lead_public, lead));
  g_assert_true (dk_stmt_step (stmt, &has_row, NULL));
  g_assert_false (has_row); /* the admin's seed is not kept */
}

static void
test_roles (KitFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) people = NULL;
  g_autofree char *number = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_true (add (kit, "omar", DK_ROLE_FRONTLINE, "staple staple", &error));
  g_assert_no_error (error);
  assert_seed_for_lead (kit);
  g_assert_false (add (kit, "omar", DK_ROLE_LEAD, "staple staple", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  kit_fixture_close (kit);
  people = dk_kit_people (f->folder, NULL);
  g_assert_cmpuint (people->len, ==, 2);

  kit = open_as (f, "omar", "staple staple");
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  g_assert_nonnull (dk_keyring_get (dk_kit_keys (kit), DK_KEY_OPEN));
  g_assert_nonnull (dk_keyring_get (dk_kit_keys (kit), DK_KEY_DEVICE_SIGN));
  g_assert_null (dk_keyring_get (dk_kit_keys (kit), DK_KEY_SEND));
  g_assert_null (dk_keyring_get (dk_kit_keys (kit), DK_KEY_LEAD));
  g_assert_null (dk_keyring_get (dk_kit_keys (kit), DK_KEY_ADMIN));
  number = kit_fixture_save (kit);
  g_assert_false (add (kit, "emil", DK_ROLE_FRONTLINE, "x", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "omar"));
  g_clear_error (&error);
  g_assert_false (dk_kit_trust (kit, "RWQ", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  kit_fixture_close (kit);
}

static void
test_alike_names (KitFixture *f, gconstpointer data)
{
  static const char *const alike[] = { "Anna", "ANNA", "\303\245nna", "Recovery", "jos\303\251" };
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_true (add (kit, "Jose", DK_ROLE_FRONTLINE, "staple staple", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (alike); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (add (kit, alike[i], DK_ROLE_FRONTLINE, "staple staple", &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, "mixed up"));
  }
  g_assert_cmpuint (kit_fixture_count (kit, "user-added"), ==, 1);
  kit_fixture_close (kit);
}

static void
test_passphrase (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) next = dk_secret_new_copy ("tractor beam", 12);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) old = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_true (dk_kit_change_passphrase (kit, next, kit_fixture_kdf, &error));
  g_assert_no_error (error);
  kit_fixture_close (kit);
  old = kit_fixture_try (f->folder, "anna", KIT_PASSPHRASE);
  g_assert_error (old, DK_ERROR, DK_ERROR_DENIED);
  kit = open_as (f, "anna", "tractor beam");
  g_assert_cmpuint (kit_fixture_count (kit, "passphrase-changed"), ==, 1);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  kit_fixture_close (kit);
}

static void
test_trust (KitFixture *f, gconstpointer data)
{
  guint8 bytes[32] = { 9 };
  DkMinisignPublic key;
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) signers = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) facts = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  dk_minisign_public_from_key (bytes, &key);
  text = dk_minisign_public_text (&key);
  g_assert_false (dk_kit_trust (kit, "not a key", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (dk_kit_trust (kit, text, &error));
  g_assert_true (dk_kit_trust (kit, text, &error));
  g_assert_no_error (error);
  signers = dk_kit_trusted_signers (kit, NULL);
  g_assert_cmpuint (signers->len, ==, 1);
  g_assert_cmpuint (kit_fixture_count (kit, "trust-signed"), ==, 1);
  kit_fixture_close (kit);
  facts = dk_kit_locked_facts (f->folder, NULL);
  g_assert_cmpuint (json_array_size (json_object_get (facts, "signers")), ==, 1);
}

static void
assert_only_signer (DkKit *kit, const char *text)
{
  g_autoptr (GPtrArray) signers = dk_kit_trusted_signers (kit, NULL);
  g_autoptr (json_t) facts = dk_kit_locked_facts (dk_kit_folder (kit), NULL);
  const json_t *copied = json_object_get (facts, "signers");

  g_assert_cmpuint (signers->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (signers, 0), ==, text);
  g_assert_cmpuint (json_array_size (copied), ==, 1);
  g_assert_cmpstr (json_string_value (json_array_get (copied, 0)), ==, text);
}

/* What init was given, what counts, and what a locked kit shows are one and the same. */
static void
test_trust_of_init (KitFixture *f, gconstpointer data)
{
  guint8 bytes[32] = { 9 };
  DkMinisignPublic key;
  g_autofree char *text = NULL;
  g_autofree char *folder = dk_test_folder_new ();
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy (KIT_PASSPHRASE, strlen (KIT_PASSPHRASE));
  g_autoptr (DkSecret) recovery = NULL;
  g_autoptr (GPtrArray) begun = NULL;
  g_autoptr (GError) error = NULL;
  DkKitInit init = { .site = "CARY", .station = "B01", .user = "anna", .passphrase = passphrase,
                     .kdf = kit_fixture_kdf };
  const DkEntry *first;
  DkKit *kit;

  dk_minisign_public_from_key (bytes, &key);
  text = dk_minisign_public_text (&key);
  init.trust = text;
  g_assert_true (dk_kit_create (folder, &init, &recovery, &error));
  g_assert_no_error (error);
  kit = kit_fixture_open (folder);
  assert_only_signer (kit, text);
  begun = dk_ledger_of_kind (dk_kit_store (kit), "kit-init", NULL);
  g_assert_cmpuint (begun->len, ==, 1);
  first = g_ptr_array_index (begun, 0);
  g_assert_cmpint (dk_json_get_int (json_object_get (first->body, "trust"), "seq", 0), ==, 1);
  g_assert_true (dk_kit_trust (kit, text, NULL));
  g_assert_cmpuint (kit_fixture_count (kit, "trust-signed"), ==, 0);
  assert_only_signer (kit, text);
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/people/names-that-look-alike-are-refused", test_alike_names);
  KIT_ADD ("/kit/people/a-role-is-a-set-of-keys", test_roles);
  KIT_ADD ("/kit/people/own-passphrase", test_passphrase);
  KIT_ADD ("/kit/people/trusted-signers", test_trust);
  KIT_ADD ("/kit/people/the-signer-of-init", test_trust_of_init);
  return dk_test_run ();
}
