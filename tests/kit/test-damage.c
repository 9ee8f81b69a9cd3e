/* SPDX-License-Identifier: MIT */
/* Goal: a damaged or set-back kit says so and names the file; what can be mended is mended. Method:
 * bits flipped and pieces put back in kit.db. */
#include <string.h>

#include "app/db/connection.h"
#include "app/kit/kit-private.h"
#include "tests/kit/kit-fixture.h"

static void
assert_damaged (KitFixture *f, const char *what)
{
  g_autoptr (GError) error = kit_fixture_try (f->folder, "anna", KIT_PASSPHRASE);

  if (error == NULL)
    g_error ("%s: it opened", what);
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  if (strstr (error->message, "kit.db") == NULL)
    g_error ("%s: \"%s\" does not name the file", what, error->message);
}

static void
cut (KitFixture *f, gsize size)
{
  g_autoptr (GBytes) bytes = kit_fixture_read (f->database);
  g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, size);

  kit_fixture_write (f->database, part);
}

static void
test_pages (KitFixture *f, gconstpointer data)
{
  g_autoptr (GBytes) whole = kit_fixture_read (f->database);

  kit_fixture_flip (f->database, DK_DB_PREFIX_SIZE + 200);
  assert_damaged (f, "the first page");
  kit_fixture_write (f->database, whole);
  cut (f, DK_DB_PREFIX_SIZE);
  assert_damaged (f, "cut to its prefix");
  cut (f, DK_DB_PREFIX_SIZE - 1);
  assert_damaged (f, "cut into the prefix");
  cut (f, 100);
  assert_damaged (f, "cut to 100 bytes");
  cut (f, 0);
  assert_damaged (f, "empty");
}

static void
test_directory (KitFixture *f, gconstpointer data)
{
  DkKit *kit;

  kit_fixture_flip (f->database, 20);
  kit = kit_fixture_open (f->folder); /* the other copy is whole */
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (dk_kit_messages (kit), 0), "list of people"));
  g_assert_cmpuint (kit_fixture_count (kit, "directory-repaired"), ==, 1);
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0); /* and both are again */
  g_assert_cmpuint (kit_fixture_count (kit, "directory-repaired"), ==, 1);
  kit_fixture_close (kit);
  kit_fixture_flip (f->database, 20);
  kit_fixture_flip (f->database, DK_DB_DIRECTORY_COPY_SIZE + 20);
  assert_damaged (f, "both copies of the directory");
}

/* Somebody who was removed, or has another role now, must not come back with an old directory. */
static void
test_directory_set_back (KitFixture *f, gconstpointer data)
{
  g_autoptr (GBytes) before = kit_fixture_read (f->database);
  g_autoptr (GBytes) after = NULL;
  g_autoptr (GByteArray) mixed = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DkSecret) secret = dk_secret_new_copy ("x y z", 5);
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_true (
      dk_kit_add_user (kit, "omar", DK_ROLE_FRONTLINE, secret, 0, kit_fixture_kdf, NULL));
  kit_fixture_close (kit);
  after = kit_fixture_read (f->database);
  g_byte_array_append (mixed, g_bytes_get_data (before, NULL), DK_DB_DIRECTORY_SIZE);
  g_byte_array_append (mixed,
                       (const guint8 *) g_bytes_get_data (after, NULL) + DK_DB_DIRECTORY_SIZE,
                       (guint) (g_bytes_get_size (after) - DK_DB_DIRECTORY_SIZE));
  bytes = g_bytes_new (mixed->data, mixed->len);
  kit_fixture_write (f->database, bytes);
  assert_damaged (f, "an older directory");
  kit_fixture_write (f->database, after);
  kit = kit_fixture_open (f->folder);
  kit_fixture_close (kit);
}

/* The id in the database can be written by everybody of the kit, that of the directory cannot. */
static void
test_other_id (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_true (dk_store_set_setting (kit->store, "kit_id", "0123456789abcdef0123456789abcdef",
                                       NULL));
  kit_fixture_close (kit);
  assert_damaged (f, "the id of another kit");
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/damage/pages-and-length", test_pages);
  KIT_ADD ("/kit/damage/one-copy-of-the-directory-is-enough", test_directory);
  KIT_ADD ("/kit/damage/an-older-directory-is-refused", test_directory_set_back);
  KIT_ADD ("/kit/damage/the-id-of-another-kit-is-refused", test_other_id);
  return dk_test_run ();
}
