/* SPDX-License-Identifier: MIT */
#include "tests/kit/kit-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/db/statement.h"
#include "app/kit/anchor-private.h"
#include "app/kit/kit-private.h"
#include "app/model/number.h"

const DkKdfParams kit_fixture_kdf = { .mib = 64, .passes = 3 };

static char *made_folder;
static GBytes *made_database;
static char *made_code;

static void
make_once (void)
{
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy (KIT_PASSPHRASE, strlen (KIT_PASSPHRASE));
  g_autoptr (DkSecret) recovery = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  DkKitInit init = { .site = "CARY",
                     .station = "A07",
                     .user = "anna",
                     .passphrase = passphrase,
                     .kdf = kit_fixture_kdf };
  gboolean done;

  made_folder = dk_test_folder_new ();
  done = dk_kit_create (made_folder, &init, &recovery, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  made_code = g_strdup ((const char *) dk_secret_get (recovery));
  path = g_build_filename (made_folder, DK_KIT_DATABASE, NULL);
  made_database = kit_fixture_read (path);
}

void
kit_fixture_set_up (KitFixture *f, gconstpointer data)
{
  g_autofree char *anchors = g_build_filename (g_get_user_state_dir (), "downtime-kit", NULL);

  if (made_folder == NULL)
    make_once ();
  dk_test_remove (anchors);
  dk_test_remove (made_folder);
  g_assert_cmpint (g_mkdir (made_folder, 0700), ==, 0);
  f->folder = g_strdup (made_folder);
  f->database = g_build_filename (made_folder, DK_KIT_DATABASE, NULL);
  kit_fixture_write (f->database, made_database);
}

void
kit_fixture_tear_down (KitFixture *f, gconstpointer data)
{
  g_free (f->database);
  g_free (f->folder);
}

const char *
kit_fixture_code (void)
{
  return made_code;
}

DkKit *
kit_fixture_open (const char *folder)
{
  return kit_fixture_open_as (folder, "anna", KIT_PASSPHRASE);
}

GError *
kit_fixture_try (const char *folder, const char *user, const char *passphrase)
{
  g_autoptr (DkSecret) secret = dk_secret_new_copy (passphrase, strlen (passphrase));
  GError *error = NULL;
  DkKit *kit = dk_kit_open (folder, user, secret, NULL, &error);

  if (kit != NULL)
    kit_fixture_close (kit);
  return error;
}

void
kit_fixture_close (DkKit *kit)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_close (&kit, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  g_assert_null (kit);
}

char *
kit_fixture_save (DkKit *kit)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) answers = json_pack ("{s:s}", "summary", "no labels");
  g_autoptr (GError) error = NULL;
  char *number = NULL;
  gboolean done
      = dk_ticket_store_save (dk_kit_store (kit), form, NULL, answers, 0, FALSE, &number, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  return number;
}

guint64
kit_fixture_draw (DkKit *kit)
{
  g_autofree char *text = kit_fixture_save (kit);
  DkNumber number;

  g_assert_true (dk_number_parse (text, &number, NULL));
  return number.counter;
}

void
kit_fixture_draw_and_die (const char *folder)
{
  DkKit *kit = kit_fixture_open (folder);

  for (guint i = 0; i < 3; i++)
    (void) kit_fixture_draw (kit);
  _exit (0);
}

gboolean
kit_fixture_told (DkKit *kit, const char *words)
{
  for (guint i = 0; i < dk_kit_messages (kit)->len; i++)
    if (strstr (g_ptr_array_index (dk_kit_messages (kit), i), words) != NULL)
      return TRUE;
  return FALSE;
}

DkSecret *
kit_fixture_secret (const char *text)
{
  return dk_secret_new_copy (text, strlen (text));
}

void
kit_fixture_add (DkKit *kit, const char *name, DkRole role)
{
  g_autoptr (DkSecret) phrase = kit_fixture_secret (KIT_STAPLE);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_add_user (kit, name, role, phrase, 0, kit_fixture_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

DkKit *
kit_fixture_open_as (const char *folder, const char *name, const char *phrase)
{
  g_autoptr (DkSecret) passphrase = kit_fixture_secret (phrase);
  g_autoptr (GError) error = NULL;
  DkKit *kit = dk_kit_open (folder, name, passphrase, NULL, &error);

  g_assert_no_error (error);
  return kit;
}

GBytes *
kit_fixture_read (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *bytes = NULL;
  gsize size = 0;

  (void) g_file_get_contents (path, &bytes, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (bytes, size);
}

void
kit_fixture_write (const char *path, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;

  (void) g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                              (gssize) g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
}

void
kit_fixture_flip (const char *path, gsize offset)
{
  g_autoptr (GBytes) bytes = kit_fixture_read (path);
  gsize size = g_bytes_get_size (bytes);
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
  g_autoptr (GBytes) changed = NULL;

  g_assert_cmpuint (offset, <, size);
  copy[offset] ^= 0x10;
  changed = g_bytes_new (copy, size);
  kit_fixture_write (path, changed);
}

guint
kit_fixture_count (DkKit *kit, const char *kind)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (dk_kit_store (kit)),
                                         "SELECT count(*) FROM entry WHERE kind = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, kind);
  g_assert_true (dk_stmt_step (stmt, &has_row, NULL));
  return (guint) dk_stmt_int (stmt, 0);
}

char *
kit_fixture_anchor (KitFixture *f)
{
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "downtime-kit", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".anchor"))
      return g_build_filename (folder, name, NULL);
  g_assert_not_reached ();
}
