/* SPDX-License-Identifier: MIT */
/* Goal: 1, 60 and 120 people can open a kit; when the one in the middle leaves, all others still
 * can, and one more than the kit can hold is refused in words. Method: the slots are filled with
 * codes that need no slow key derivation, beside a person with a passphrase, who is removed from
 * the kit by the call that the program uses; each slot is then opened as it stands in the file. */
#include <string.h>

#include "app/base/clock.h"
#include "app/kit/kit-private.h"
#include "app/kit/people.h"
#include "tests/kit/kit-fixture.h"

#define CODE_SIZE 16

static DkSecret *
code_of (guint i)
{
  guint8 bytes[CODE_SIZE] = { (guint8) i, 0x5a };

  return dk_secret_new_copy (bytes, sizeof bytes);
}

/* Everybody gets another role than the one before. */
static void
add_cheap (DkKit *kit, guint i)
{
  g_autofree char *name = g_strdup_printf ("person %u", i);
  g_autoptr (DkSecret) code = code_of (i);
  g_autoptr (GError) error = NULL;
  DkRole role = (DkRole) (1 + i % 4);
  gboolean done = dk_directory_add (kit->directory, DK_SLOT_RECOVERY, role, name, 0, code,
                                    (DkKdfParams){ 0, 0 }, kit->keys, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
add_person (DkKit *kit, const char *name, GError **error)
{
  g_autoptr (DkSecret) phrase = dk_secret_new_copy ("staple staple", 13);

  if (!dk_kit_add_user (kit, name, DK_ROLE_LEAD, phrase, 0, kit_fixture_kdf, error))
    g_assert_true (error == NULL || *error != NULL);
}

/* Opens each of the slots as the file has them, with all that an unlock checks. */
static guint
count_open (KitFixture *f)
{
  g_autoptr (GBytes) bytes = dk_db_read_directory (f->database, NULL);
  g_autoptr (DkDirectory) directory = NULL;
  guint opened = 0;

  g_assert_nonnull (bytes);
  directory = dk_directory_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL,
                                  NULL);
  g_assert_nonnull (directory);
  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++) {
    g_autofree char *name = g_strdup_printf ("person %u", i);
    g_autoptr (DkSecret) code = code_of (i);
    g_autoptr (DkKeyring) keys = NULL;
    g_autoptr (DkPerson) person = NULL;
    if (dk_directory_find (directory, name) < 0)
      continue;
    g_assert_true (dk_directory_unlock (directory, name, code, dk_clock_wall_ms (), &keys, &person,
                                        NULL));
    for (int k = 0; k < DK_KEY_COUNT; k++)
      g_assert_true ((dk_keyring_get (keys, (DkKeyId) k) != NULL)
                     == dk_role_holds (dk_person_info (person)->role, (DkKeyId) k));
    opened++;
  }
  return opened;
}

static void
assert_opens_kit (KitFixture *f, guint i)
{
  g_autofree char *name = g_strdup_printf ("person %u", i);
  g_autoptr (DkSecret) code = code_of (i);
  g_autoptr (GError) error = NULL;
  DkKit *kit = dk_kit_open (f->folder, name, code, NULL, &error);

  g_assert_no_error (error);
  kit_fixture_close (kit);
}

/* `anna` and the recovery code are there already, `middle` comes halfway. */
static void
fill (DkKit *kit, guint people)
{
  guint cheap_ones = people - 3;

  for (guint i = 0; i < cheap_ones / 2; i++)
    add_cheap (kit, i);
  dk_directory_sign (kit->directory, kit->keys);
  add_person (kit, "middle", NULL);
  for (guint i = cheap_ones / 2; i < cheap_ones; i++)
    add_cheap (kit, i);
  dk_directory_sign (kit->directory, kit->keys);
  g_assert_true (dk_kit_write_directory (kit, NULL));
  g_assert_cmpuint (dk_directory_count (kit->directory), ==, people);
}

static void
remove_middle (KitFixture *f, guint people)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) denied = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  gboolean done;

  fill (kit, people);
  kit_fixture_close (kit);
  g_assert_cmpuint (count_open (f), ==, people - 3);
  kit = kit_fixture_open (f->folder);
  done = dk_kit_remove_user (kit, "middle", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  g_free (kit_fixture_save (kit));
  kit_fixture_close (kit);
  g_assert_cmpuint (count_open (f), ==, people - 3);
  assert_opens_kit (f, 0);
  assert_opens_kit (f, people - 4);
  denied = kit_fixture_try (f->folder, "middle", "staple staple");
  g_assert_error (denied, DK_ERROR, DK_ERROR_DENIED);
}

static void
test_sixty (KitFixture *f, gconstpointer data)
{
  remove_middle (f, 60);
}

static void
test_all (KitFixture *f, gconstpointer data)
{
  remove_middle (f, DK_DIRECTORY_SLOTS);
}

/* The 121st is refused, nothing of it stays, and a place that was left is taken again. */
static void
test_full (KitFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  fill (kit, DK_DIRECTORY_SLOTS);
  add_person (kit, "late", &error);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "120"));
  g_clear_error (&error);
  g_assert_true (dk_kit_remove_user (kit, "middle", NULL, &error));
  g_assert_no_error (error);
  add_person (kit, "late", &error);
  g_assert_no_error (error);
  kit_fixture_close (kit);
  g_assert_null (kit_fixture_try (f->folder, "late", "staple staple"));
}

/* One person and the code in the envelope: nobody can leave. */
static void
test_one (KitFixture *f, gconstpointer data)
{
  static const char *const names[] = { "anna", "recovery", "nobody" };
  static const gint codes[] = { DK_ERROR_INVALID, DK_ERROR_INVALID, DK_ERROR_NOT_FOUND };
  DkKit *kit = kit_fixture_open (f->folder);
  guint64 seq = dk_directory_seq (kit->directory);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (dk_kit_remove_user (kit, names[i], NULL, &error));
    g_assert_error (error, DK_ERROR, codes[i]);
    g_assert_nonnull (strstr (error->message, "Nothing was changed"));
  }
  g_assert_cmpuint (dk_directory_count (kit->directory), ==, 2);
  g_assert_cmpuint (dk_directory_seq (kit->directory), ==, seq);
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/slots/one-person-cannot-leave", test_one);
  KIT_ADD ("/kit/slots/sixty-people", test_sixty);
  KIT_ADD ("/kit/slots/a-hundred-and-twenty-people", test_all);
  KIT_ADD ("/kit/slots/one-more-is-refused", test_full);
  return dk_test_run ();
}
