/* SPDX-License-Identifier: MIT */
/* Goal: a forgotten passphrase is replaced by whom the rules name and by nobody else; roles and
 * ends change without anybody's passphrase; a passphrase that several people share is good for
 * taking calls and not for what somebody must answer for. Method: a small kit with people of each
 * kind, and each refusal by its words. */
#include <string.h>

#include "app/base/clock.h"
#include "app/db/statement.h"
#include "app/kit/kit-private.h"
#include "app/kit/people.h"
#include "app/kit/second.h"
#include "app/store/person-seed.h"
#include "tests/kit/kit-fixture.h"

#define PHRASE "staple staple"
#define NEXT "purple monkey"
#define SOON_MS 2000
#define DAY_MS (G_GINT64_CONSTANT (86400) * 1000)

static DkSecret *
secret (const char *text)
{
  return dk_secret_new_copy (text, strlen (text));
}

static void
add (DkKit *kit, const char *name, DkRole role)
{
  g_autoptr (DkSecret) phrase = secret (PHRASE);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_add_user (kit, name, role, phrase, 0, kit_fixture_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static DkKit *
open_with (KitFixture *f, const char *name, const char *as_name, const char *phrase)
{
  g_autoptr (DkSecret) passphrase = secret (phrase);
  g_autoptr (GError) error = NULL;
  DkKit *kit = dk_kit_open_as (f->folder, name, as_name, passphrase, NULL, &error);

  g_assert_no_error (error);
  return kit;
}

static void
assert_opens (KitFixture *f, const char *name, const char *phrase)
{
  g_autoptr (GError) error = kit_fixture_try (f->folder, name, phrase);

  g_assert_no_error (error);
}

static void
assert_denied (KitFixture *f, const char *name, const char *phrase)
{
  g_autoptr (GError) error = kit_fixture_try (f->folder, name, phrase);

  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
}

static void
reset (DkKit *kit, const char *name)
{
  g_autoptr (DkSecret) next = secret (NEXT);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_reset_user (kit, name, next, kit_fixture_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
assert_not_reset (DkKit *kit, const char *name, DkError code, const char *words)
{
  g_autoptr (DkSecret) next = secret (NEXT);
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_kit_reset_user (kit, name, next, kit_fixture_kdf, &error));
  g_assert_error (error, DK_ERROR, (gint) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not tell \"%s\"", error->message, words);
}

static gboolean
set_access (DkKit *kit, const char *name, DkRole role, gint64 until_ms, GError **error)
{
  g_autoptr (DkSecret) phrase = secret (NEXT);
  const DkAccess access = { .role = role, .valid_until_ms = until_ms, .passphrase = phrase,
                            .kdf = kit_fixture_kdf };

  return dk_kit_set_user (kit, name, &access, NULL, error);
}

static void
must_set (DkKit *kit, const char *name, DkRole role, gint64 until_ms)
{
  g_autoptr (GError) error = NULL;
  gboolean done = set_access (kit, name, role, until_ms, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
find (DkKit *kit, const char *name, DkSlotInfo *out)
{
  int slot = dk_directory_find (kit->directory, name);

  g_assert_cmpint (slot, >=, 0);
  dk_directory_info (kit->directory, (guint) slot, out);
}

static gboolean
has_seed (DkKit *kit, const char *name)
{
  g_autoptr (DkSecret) seed = NULL;
  DkSlotInfo info;

  find (kit, name, &info);
  g_assert_true (dk_person_seed_get (kit->store, info.id, &seed, NULL));
  return seed != NULL;
}

static void
test_lead_resets (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) phrase = secret (NEXT);
  g_autoptr (GError) error = NULL;
  DkSlotInfo before;
  DkSlotInfo after;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "lena", DK_ROLE_LEAD);
  add (kit, "omar", DK_ROLE_FRONTLINE);
  add (kit, "ida", DK_ROLE_FRONTLINE);
  find (kit, "omar", &before);
  kit_fixture_close (kit);

  kit = open_with (f, "lena", NULL, PHRASE);
  reset (kit, "omar");
  find (kit, "omar", &after);
  g_assert_cmpmem (&before, sizeof before, &after, sizeof after);
  g_assert_cmpuint (kit_fixture_count (kit, "user-reset"), ==, 1);
  assert_not_reset (kit, "anna", DK_ERROR_DENIED, "an administrator for everybody");
  assert_not_reset (kit, "lena", DK_ERROR_INVALID, "dkit passwd");
  assert_not_reset (kit, "recovery", DK_ERROR_INVALID, "recovery code");
  assert_not_reset (kit, "nobody", DK_ERROR_NOT_FOUND, "nobody");
  /* Who was reset within a day is no second person beside who did it. */
  g_assert_null (dk_kit_unlock_second (kit, "omar", phrase, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  kit_fixture_close (kit);
  assert_denied (f, "omar", PHRASE);
  assert_opens (f, "omar", NEXT);

  kit = open_with (f, "ida", NULL, PHRASE);
  assert_not_reset (kit, "omar", DK_ERROR_DENIED, "ida may not");
  kit_fixture_close (kit);
}

static void
test_admin_resets_all (KitFixture *f, gconstpointer data)
{
  DkSlotInfo before;
  DkSlotInfo after;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "lena", DK_ROLE_LEAD);
  add (kit, "omar", DK_ROLE_FRONTLINE);
  find (kit, "lena", &before);
  reset (kit, "lena");
  reset (kit, "omar");
  find (kit, "lena", &after);
  g_assert_cmpmem (before.id, 16, after.id, 16);
  g_assert_true (memcmp (before.sign_public, after.sign_public, 32) != 0);
  g_assert_false (has_seed (kit, "lena"));
  kit_fixture_close (kit);
  assert_denied (f, "lena", PHRASE);
  assert_opens (f, "omar", NEXT);
  kit = open_with (f, "lena", NULL, NEXT);
  g_assert_nonnull (dk_keyring_get (dk_kit_keys (kit), DK_KEY_LEAD));
  kit_fixture_close (kit);
}

/* A seed that was exchanged opens nothing: a lead is told, and an admin puts in a new one. */
static void
test_exchanged_seed (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) false_seed = dk_secret_new_random (32);
  DkSlotInfo info;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "lena", DK_ROLE_LEAD);
  add (kit, "omar", DK_ROLE_FRONTLINE);
  find (kit, "omar", &info);
  g_assert_true (dk_person_seed_keep (kit->store, info.id, false_seed, NULL));
  kit_fixture_close (kit);
  kit = open_with (f, "lena", NULL, PHRASE);
  assert_not_reset (kit, "omar", DK_ERROR_DAMAGED, "Nothing was changed");
  kit_fixture_close (kit);
  assert_opens (f, "omar", PHRASE);
  kit = kit_fixture_open (f->folder);
  reset (kit, "omar");
  g_assert_true (has_seed (kit, "omar"));
  kit_fixture_close (kit);
  assert_denied (f, "omar", PHRASE);
  assert_opens (f, "omar", NEXT);
}

/* No lead may keep the way into the slot of somebody with more rights; somebody who was demoted is
 * reset by an admin first. */
static void
test_promoted_and_demoted (KitFixture *f, gconstpointer data)
{
  const DkAccess bare = { .role = DK_ROLE_RECONCILER };
  g_autoptr (GError) error = NULL;
  DkSlotInfo before;
  DkSlotInfo after;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "lena", DK_ROLE_LEAD);
  add (kit, "omar", DK_ROLE_FRONTLINE);
  g_assert_true (has_seed (kit, "omar"));
  find (kit, "omar", &before);
  g_assert_false (dk_kit_set_user (kit, "omar", &bare, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  must_set (kit, "omar", DK_ROLE_RECONCILER, 0);
  find (kit, "omar", &after);
  g_assert_true (memcmp (before.sign_public, after.sign_public, 32) != 0);
  g_assert_true (memcmp (before.box_public, after.box_public, 32) != 0);
  g_assert_false (has_seed (kit, "omar"));
  g_assert_cmpuint (kit_fixture_count (kit, "user-changed"), ==, 1);
  g_assert_cmpuint (kit_fixture_count (kit, "keys-renewed"), ==, 0);
  kit_fixture_close (kit);
  assert_denied (f, "omar", PHRASE);
  kit = open_with (f, "omar", NULL, NEXT);
  g_assert_nonnull (dk_keyring_get (dk_kit_keys (kit), DK_KEY_SEND));
  kit_fixture_close (kit);

  kit = kit_fixture_open (f->folder);
  must_set (kit, "omar", DK_ROLE_FRONTLINE, 0);
  g_assert_cmpuint (kit_fixture_count (kit, "keys-renewed"), ==, 1);
  kit_fixture_close (kit);
  kit = open_with (f, "lena", NULL, PHRASE);
  assert_not_reset (kit, "omar", DK_ERROR_DENIED, "an administrator can do it");
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  reset (kit, "omar");
  kit_fixture_close (kit);
  kit = open_with (f, "lena", NULL, PHRASE);
  reset (kit, "omar");
  kit_fixture_close (kit);
  assert_opens (f, "omar", NEXT);
}

static void
test_ends (KitFixture *f, gconstpointer data)
{
  gint64 now = dk_clock_wall_ms ();
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "omar", DK_ROLE_FRONTLINE);
  g_assert_false (set_access (kit, "omar", DK_ROLE_FRONTLINE, now - DAY_MS, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  must_set (kit, "omar", DK_ROLE_FRONTLINE, dk_clock_wall_ms () + SOON_MS);
  g_usleep (SOON_MS * 1000);
  assert_not_reset (kit, "omar", DK_ERROR_INVALID, "is over");
  g_assert_false (set_access (kit, "anna", DK_ROLE_ADMIN, now + DAY_MS, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (set_access (kit, "anna", DK_ROLE_LEAD, 0, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  kit_fixture_close (kit);
  error = kit_fixture_try (f->folder, "omar", PHRASE);
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "ended"));
  kit = kit_fixture_open (f->folder);
  must_set (kit, "omar", DK_ROLE_FRONTLINE, now + DAY_MS);
  kit_fixture_close (kit);
  assert_opens (f, "omar", PHRASE);
}

static DkError
try_as (KitFixture *f, const char *name, const char *as_name)
{
  g_autoptr (DkSecret) phrase = secret (PHRASE);
  g_autoptr (GError) error = NULL;
  DkKit *kit = dk_kit_open_as (f->folder, name, as_name, phrase, NULL, &error);

  g_assert_null (kit);
  g_assert_cmpint ((int) error->domain, ==, (int) DK_ERROR);
  return (DkError) error->code;
}

static void
assert_entry_of (DkKit *kit, const char *number, const char *user)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (dk_kit_store (kit), number, NULL);
  const DkEntry *entry;

  g_assert_cmpuint (entries->len, >, 0);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpstr (entry->user, ==, user);
}

static void
assert_unlock_tells (DkKit *kit, const char *name)
{
  g_autoptr (GPtrArray) unlocks = dk_ledger_of_kind (dk_kit_store (kit), "unlock", NULL);
  const DkEntry *last = g_ptr_array_index (unlocks, unlocks->len - 1);

  g_assert_cmpstr (dk_json_get_text (last->body, "asserted"), ==, name);
  g_assert_cmpuint (strlen (dk_json_get_text (last->body, "slot")), ==, 32);
}

static void
assert_may_nothing (DkKit *kit)
{
  static const DkStoreRight rights[] = { DK_STORE_PUSH, DK_STORE_EXPORT, DK_STORE_HAND_OUT,
                                         DK_STORE_PRINT_VAULT, DK_STORE_DECLARE };
  g_autoptr (DkSecret) phrase = secret (PHRASE);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rights); i++) {
    g_autoptr (GError) refused = NULL;
    g_assert_false (dk_store_may (dk_kit_store (kit), rights[i], &refused));
    g_assert_error (refused, DK_ERROR, DK_ERROR_DENIED);
    g_assert_nonnull (strstr (refused->message, "everal people"));
  }
  g_assert_false (dk_kit_change_passphrase (kit, phrase, kit_fixture_kdf, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&error);
  g_assert_null (dk_kit_unlock_second (kit, "anna", phrase, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
}

static void
test_shared (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) phrase = secret (PHRASE);
  g_autoptr (GError) error = NULL;
  g_autofree char *number = NULL;
  DkSlotKind kind;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_true (dk_kit_add_shared (kit, "desk", phrase, 0, kit_fixture_kdf, &error));
  g_assert_no_error (error);
  g_assert_false (set_access (kit, "desk", DK_ROLE_LEAD, 0, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  kit_fixture_close (kit);
  g_assert_true (dk_kit_slot_kind (f->folder, "desk", &kind, NULL));
  g_assert_cmpint (kind, ==, DK_SLOT_SHARED);

  g_assert_cmpint (try_as (f, "desk", NULL), ==, DK_ERROR_USAGE);
  g_assert_cmpint (try_as (f, "desk", ""), ==, DK_ERROR_USAGE);
  g_assert_cmpint (try_as (f, "desk", "Anna"), ==, DK_ERROR_INVALID);
  g_assert_cmpint (try_as (f, "desk", "x (asserted, y)"), ==, DK_ERROR_INVALID);
  g_assert_cmpint (try_as (f, "desk", "two\nlines"), ==, DK_ERROR_INVALID);
  g_assert_cmpint (try_as (f, "anna", "Omar"), ==, DK_ERROR_USAGE);
  kit = open_with (f, "desk", "Omar", PHRASE);
  number = kit_fixture_save (kit);
  assert_entry_of (kit, number, "Omar (asserted, desk)");
  assert_unlock_tells (kit, "Omar");
  assert_may_nothing (kit);
  kit_fixture_close (kit);

  kit = kit_fixture_open (f->folder);
  g_clear_error (&error);
  g_assert_true (dk_kit_remove_user (kit, "desk", NULL, &error));
  g_assert_no_error (error);
  kit_fixture_close (kit);
  g_assert_cmpint (try_as (f, "desk", "Omar"), ==, DK_ERROR_DENIED);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/reset/a-lead-helps-the-front-line", test_lead_resets);
  KIT_ADD ("/kit/reset/an-admin-helps-everybody", test_admin_resets_all);
  KIT_ADD ("/kit/reset/an-exchanged-seed-is-found", test_exchanged_seed);
  KIT_ADD ("/kit/reset/promoted-and-demoted", test_promoted_and_demoted);
  KIT_ADD ("/kit/reset/ends-are-kept-and-renewed", test_ends);
  KIT_ADD ("/kit/shared/asks-for-a-name-and-answers-for-nothing", test_shared);
  return dk_test_run ();
}
