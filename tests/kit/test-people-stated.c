/* SPDX-License-Identifier: MIT */
/* Goal: a signature counts as a person's only with the key that an administrator stated for that
 * person's slot, in the kit and in its export. Method: people come, change and go, and the ledger
 * holds without a finding (the control); then entries are written as somebody could who is
 * front-line and has a program of their own, and each one is found by its name. */
#include <string.h>

#include "app/base/text.h"
#include "app/crypto/aead.h"
#include "app/db/statement.h"
#include "app/kit/kit-private.h"
#include "app/kit/people.h"
#include "app/kit/recovery.h"
#include "tests/kit/kit-fixture.h"

#define PHRASE KIT_STAPLE
#define NEXT "purple monkey"
#define HOLD DK_ENTRY_TICKET_HOLD_RELEASED

static void
set_role (DkKit *kit, const char *name, DkRole role)
{
  g_autoptr (DkSecret) phrase = kit_fixture_secret (NEXT);
  const DkAccess access = { .role = role, .passphrase = phrase, .kdf = kit_fixture_kdf };
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_set_user (kit, name, &access, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
reset (DkKit *kit, const char *name)
{
  g_autoptr (DkSecret) phrase = kit_fixture_secret (NEXT);

  g_assert_true (dk_kit_reset_user (kit, name, phrase, kit_fixture_kdf, NULL));
}

static void
rotate (DkKit *kit)
{
  const DkRecoveryRotation rotation = { .with_admin = TRUE };
  g_autoptr (DkSecret) code = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_rotate_recovery (kit, &rotation, NULL, &code, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
void_one (DkKit *kit)
{
  g_autofree char *number = kit_fixture_save (kit);

  g_assert_true (dk_ticket_store_void (dk_kit_store (kit), number, "twice", NULL));
}

static DkLedgerReport *
verify (DkKit *kit)
{
  g_autoptr (GError) error = NULL;
  DkLedgerReport *report = dk_kit_verify_ledger (kit, NULL, NULL, &error);

  g_assert_no_error (error);
  return report;
}

/* The export, with the keys that it names itself. */
static DkLedgerReport *
verify_export (DkKit *kit)
{
  g_autofree char *parent = dk_test_folder_new ();
  g_autofree char *folder = g_build_filename (parent, "ledger", NULL);
  g_autoptr (GError) error = NULL;
  DkLedgerReport *report = NULL;

  if (dk_ledger_export (dk_kit_store (kit), folder, TRUE, "test", &error))
    report = dk_ledger_verify_folder (folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return report;
}

static guint
count (const DkLedgerReport *report, const char *finding)
{
  guint found = 0;

  for (guint i = 0; i < report->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (report->problems, i);
    found += strcmp (problem->finding, finding) == 0;
    if (strcmp (problem->finding, finding) == 0)
      g_assert_cmpstr (problem->kind, ==, "signature");
  }
  return found;
}

static void
assert_clean (const DkLedgerReport *report)
{
  if (report->problems->len > 0)
    g_error ("%s", ((DkLedgerProblem *) g_ptr_array_index (report->problems, 0))->message);
  g_assert_cmpint (report->unbound, ==, 0);
}

static void
assert_holds (DkKit *kit)
{
  g_autoptr (DkLedgerReport) report = verify (kit);
  g_autoptr (DkLedgerReport) export = verify_export (kit);

  assert_clean (report);
  assert_clean (export);
}

/* Exactly this, in the kit and in the export. */
static void
assert_found (DkKit *kit, const char *finding, guint times)
{
  g_autoptr (DkLedgerReport) report = verify (kit);
  g_autoptr (DkLedgerReport) export = verify_export (kit);

  g_assert_cmpuint (count (report, finding), ==, times);
  g_assert_cmpuint (count (export, finding), ==, times);
  g_assert_cmpuint (export->found, ==, times);
}

static void
test_people_come_and_go (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_add (kit, "lena", DK_ROLE_LEAD);
  kit_fixture_add (kit, "omar", DK_ROLE_FRONTLINE);
  kit_fixture_add (kit, "ida", DK_ROLE_ADMIN);
  void_one (kit);
  reset (kit, "lena");
  set_role (kit, "omar", DK_ROLE_LEAD);
  kit_fixture_close (kit);
  kit = kit_fixture_open_as (f->folder, "omar", NEXT);
  void_one (kit);
  kit_fixture_close (kit);
  kit = kit_fixture_open_as (f->folder, "ida", PHRASE);
  set_role (kit, "omar", DK_ROLE_FRONTLINE);
  rotate (kit);
  g_assert_true (dk_kit_remove_user (kit, "lena", NULL, NULL));
  void_one (kit);
  assert_holds (kit);
  kit_fixture_close (kit);
}

/* Who opened with the code goes on as that until the kit is locked. */
static void
test_the_code_is_replaced_by_itself (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) phrase = kit_fixture_secret (PHRASE);
  g_autoptr (GError) error = NULL;
  DkKit *kit = dk_kit_open_with_recovery (f->folder, kit_fixture_code (), "drill", phrase,
                                          kit_fixture_kdf, &error);

  g_assert_no_error (error);
  rotate (kit);
  kit_fixture_add (kit, "ben", DK_ROLE_ADMIN);
  assert_holds (kit);
  kit_fixture_close (kit);
  kit = kit_fixture_open_as (f->folder, "ben", PHRASE);
  reset (kit, "anna");
  assert_holds (kit);
  kit_fixture_close (kit);
}

/* Signs as a program of somebody's own would: with any slot and key. */
static void
sign_as (DkKit *kit, const char *label, const char *member, const char *slot, const DkSecret *seed,
         const char *kind, json_t *body)
{
  g_autofree char *text = dk_json_canonical (body, NULL);
  g_autofree char *message = g_strjoin ("\n", label, dk_store_identity (dk_kit_store (kit))->kit_id,
                                        kind, "", text, NULL);
  g_autofree char *key_hex = NULL;
  g_autofree char *hex = NULL;
  guint8 signature[64];
  guint8 key[32];

  dk_sign_public (key, seed);
  dk_sign (signature, message, strlen (message), seed);
  key_hex = dk_text_hex (key, sizeof key);
  hex = dk_text_hex (signature, sizeof signature);
  json_object_set_new (body, member, json_pack ("{s:s, s:s, s:s}", "slot", slot, "key", key_hex,
                                                "signature", hex));
}

static char *
slot_of (DkKit *kit, const char *name)
{
  DkSlotInfo info;

  dk_directory_info (kit->directory, (guint) dk_directory_find (kit->directory, name), &info);
  return dk_text_hex (info.id, sizeof info.id);
}

static void
note (DkKit *kit, const char *kind, json_t *body)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_ledger_note (dk_kit_store (kit), kind, NULL, body, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* A hold ended "by anna and lea", with keys that were drawn for it. */
static void
forge_release (DkKit *kit, const char *first, const char *second)
{
  g_autoptr (DkSecret) one = dk_secret_new_random (32);
  g_autoptr (DkSecret) two = dk_secret_new_random (32);
  g_autoptr (json_t) body = json_pack ("{s:s, s:s}", "reason", "r", "with", "lea");

  sign_as (kit, "dk-person v1", "signed", first, one, HOLD, body);
  sign_as (kit, "dk-second v1", "second", second, two, HOLD, body);
  g_assert_true (dk_store_check_signed (dk_kit_store (kit), HOLD, "", body)); /* as such it holds */
  note (kit, HOLD, body);
}

static void
test_random_keys (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);

  forge_release (kit, "00000000000000000000000000000001", "00000000000000000000000000000002");
  assert_found (kit, "person-unknown", 2);
  kit_fixture_close (kit);
}

static void
test_random_keys_for_known_slots (KitFixture *f, gconstpointer data)
{
  g_autofree char *anna = NULL;
  g_autofree char *lea = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_add (kit, "lea", DK_ROLE_LEAD);
  anna = slot_of (kit, "anna");
  lea = slot_of (kit, "lea");
  forge_release (kit, anna, lea);
  assert_found (kit, "person-key", 2);
  kit_fixture_close (kit);
}

static void
test_under_another_name (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkStore) store = NULL;
  g_autoptr (json_t) body = json_pack ("{s:s}", "reason", "r");
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_add (kit, "ben", DK_ROLE_FRONTLINE);
  kit_fixture_close (kit);
  kit = kit_fixture_open_as (f->folder, "ben", PHRASE);
  dk_store_sign_body (dk_kit_store (kit), DK_ENTRY_TICKET_VOID, "", body);
  store = dk_store_new (kit->db, "anna", kit->keys, NULL);
  g_assert_true (dk_ledger_note (store, DK_ENTRY_TICKET_VOID, NULL, body, NULL));
  assert_found (kit, "person-name", 1);
  kit_fixture_close (kit);
}

static json_t *
forged_person (const DkSecret *seed)
{
  g_autofree char *hex = NULL;
  guint8 key[32];

  dk_sign_public (key, seed);
  hex = dk_text_hex (key, sizeof key);
  return json_pack ("{s:s, s:s, s:s, s:s}", "name", "lea", "role", "admin", "slot",
                    "00000000000000000000000000000001", "sign_key", hex);
}

/* Somebody front-line brings in an administrator of their own, with and without a signature. */
static void
test_brought_in_by_nobody (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) seed = dk_secret_new_random (32);
  g_autoptr (json_t) bare = forged_person (seed);
  g_autoptr (json_t) body = forged_person (seed);
  g_autoptr (json_t) list = json_pack ("{s:[o]}", "people", forged_person (seed));
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_add (kit, "ben", DK_ROLE_FRONTLINE);
  kit_fixture_close (kit);
  kit = kit_fixture_open_as (f->folder, "ben", PHRASE);
  dk_store_sign_body (dk_kit_store (kit), "user-added", "", body);
  sign_as (kit, "dk-person v1", "signed", "00000000000000000000000000000001", seed,
           DK_ENTRY_PEOPLE_STATED, list);
  note (kit, "user-added", bare);
  note (kit, "user-added", body);
  note (kit, DK_ENTRY_PEOPLE_STATED, list);
  g_autoptr (DkLedgerReport) report = verify (kit);
  g_assert_cmpuint (count (report, "person-right"), ==, 3);
  g_assert_cmpuint (count (report, "person-unknown"), ==, 1);
  g_assert_cmpuint (count (report, "people-differ"), ==, 0);
  kit_fixture_close (kit);
}

/* Power went between the list of people and its entry: an administrator's unlock states all, and
 * what was signed before is held to that. */
static void
test_change_without_entry (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) phrase = kit_fixture_secret (PHRASE);
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_true (dk_directory_add (kit->directory, DK_SLOT_PERSON, DK_ROLE_LEAD, "ben", 0, phrase,
                                   kit_fixture_kdf, kit->keys, NULL, NULL));
  dk_directory_sign (kit->directory, kit->keys);
  g_assert_true (dk_kit_write_directory (kit, NULL));
  kit_fixture_close (kit);
  kit = kit_fixture_open_as (f->folder, "ben", PHRASE);
  g_assert_cmpuint (kit_fixture_count (kit, "directory-taken-over"), ==, 1);
  void_one (kit);
  g_autoptr (DkLedgerReport) report = verify (kit);
  g_assert_cmpuint (count (report, "person-unknown"), ==, 1);
  g_assert_cmpuint (count (report, "people-differ"), ==, 1);
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (kit_fixture_count (kit, DK_ENTRY_PEOPLE_STATED), ==, 1);
  assert_holds (kit);
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/people-stated/who-comes-and-goes-is-known", test_people_come_and_go);
  KIT_ADD ("/kit/people-stated/the-code-goes-on-until-locked",
           test_the_code_is_replaced_by_itself);
  KIT_ADD ("/kit/people-stated/random-keys-are-nobody", test_random_keys);
  KIT_ADD ("/kit/people-stated/random-keys-are-not-those-of-the-slot",
           test_random_keys_for_known_slots);
  KIT_ADD ("/kit/people-stated/nobody-signs-for-another-name", test_under_another_name);
  KIT_ADD ("/kit/people-stated/only-administrators-bring-people-in", test_brought_in_by_nobody);
  KIT_ADD ("/kit/people-stated/a-change-without-entry-is-stated-later",
           test_change_without_entry);
  return dk_test_run ();
}
