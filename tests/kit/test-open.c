/* SPDX-License-Identifier: MIT */
/* Goal: a kit is made, opened by who may, and closed, each with its entry; a refusal gives nothing
 * away and is remembered. Method: one small kit, and a second process for the lock. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/base/platform.h"
#include "app/db/statement.h"
#include "app/kit/kit-private.h"
#include "tests/kit/kit-fixture.h"

#define OPEN "--open"

static const char *program;

/* The child: tries to open and prints why not. */
static int
open_as_child (const char *folder)
{
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy (KIT_PASSPHRASE, strlen (KIT_PASSPHRASE));
  g_autoptr (GError) error = NULL;
  g_autoptr (DkKit) kit = dk_kit_open (folder, "anna", passphrase, NULL, &error);

  if (kit == NULL)
    g_print ("%s", error->message);
  return dk_error_exit_code (error);
}

static void
test_round (KitFixture *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->database, "-wal", NULL);
  g_autoptr (json_t) info = NULL;
  g_autoptr (DkLedgerReport) report = NULL;
  g_autofree char *number = NULL;
  g_autoptr (DkTicket) ticket = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  info = dk_kit_info (kit, NULL);
  g_assert_cmpstr (dk_json_get_text (info, "station"), ==, "A07");
  g_assert_cmpstr (dk_json_get_text (info, "role"), ==, "admin");
  g_assert_true (g_str_has_prefix (dk_json_get_text (info, "recipient"), "age1"));
  number = kit_fixture_save (kit);
  kit_fixture_close (kit);
  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));

  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  ticket = dk_ticket_store_load (dk_kit_store (kit), number, NULL);
  g_assert_cmpstr (ticket->summary, ==, "no labels");
  g_assert_cmpuint (kit_fixture_count (kit, "unlock"), ==, 2);
  g_assert_cmpuint (kit_fixture_count (kit, "lock"), ==, 1);
  report = dk_ledger_verify (dk_kit_store (kit), NULL, NULL, NULL);
  g_assert_cmpuint (report->problems->len, ==, 0);
  kit_fixture_close (kit);
}

static void
test_locked_facts (KitFixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) people = dk_kit_people (f->folder, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_kit_exists (f->folder));
  g_assert_cmpuint (people->len, ==, 1); /* the recovery slot is no person */
  g_assert_cmpstr (g_ptr_array_index (people, 0), ==, "anna");
  g_assert_null (dk_kit_people ("/nowhere/at/all", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  error = kit_fixture_try ("/nowhere/at/all", "anna", "x");
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

static json_t *
last_unlock (DkKit *kit)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (dk_kit_store (kit)),
                                         "SELECT b.body FROM entry AS e JOIN entry_body AS b"
                                         " ON b.entry = e.id WHERE e.kind = 'unlock'"
                                         " ORDER BY e.id DESC LIMIT 1");
  gboolean has_row;
  const char *text;

  g_assert_true (dk_stmt_step (stmt, &has_row, NULL) && has_row);
  text = dk_stmt_text (stmt, 0);
  return dk_json_parse (text, strlen (text), 100000, "body", NULL);
}

static void
test_wrong_passphrase (KitFixture *f, gconstpointer data)
{
  g_autoptr (GError) wrong = kit_fixture_try (f->folder, "anna", "correct horse batterz");
  g_autoptr (GError) nobody = kit_fixture_try (f->folder, "emil", KIT_PASSPHRASE);
  g_autofree char *list = g_build_filename (f->folder, DK_KIT_FAILED, NULL);
  g_autoptr (json_t) first = NULL;
  g_autoptr (json_t) second = NULL;
  json_t *claimed;
  DkKit *kit;

  g_assert_error (wrong, DK_ERROR, DK_ERROR_DENIED);
  g_assert_error (nobody, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (wrong->message, "anna"));
  g_assert_null (strstr (wrong->message, "horse"));
  g_assert_nonnull (strstr (wrong->message, "Nothing was changed"));
  kit = kit_fixture_open (f->folder);
  first = last_unlock (kit);
  claimed = json_object_get (first, "failed_claimed");
  g_assert_cmpuint (json_array_size (claimed), ==, 2);
  g_assert_cmpstr (dk_json_get_text (json_array_get (claimed, 0), "user"), ==, "anna");
  g_assert_cmpstr (dk_json_get_text (json_array_get (claimed, 1), "user"), ==, "?");
  g_assert_false (g_file_test (list, G_FILE_TEST_EXISTS));
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  second = last_unlock (kit);
  g_assert_null (json_object_get (second, "failed_claimed"));
  kit_fixture_close (kit);
}

/* Anybody may have written that file: what does not look like it is left out. */
static void
test_forged_list (KitFixture *f, gconstpointer data)
{
  g_autofree char *list = g_build_filename (f->folder, DK_KIT_FAILED, NULL);
  g_autoptr (json_t) body = NULL;
  DkKit *kit;

  g_assert_true (g_file_set_contents (list,
                                      "[{\"at\":\"x\",\"user\":\"emil\",\"more\":1},{\"at\":7},5,"
                                      "{\"user\":\"anna\"}]",
                                      -1, NULL));
  kit = kit_fixture_open (f->folder);
  body = last_unlock (kit);
  g_assert_cmpuint (json_array_size (json_object_get (body, "failed_claimed")), ==, 1);
  g_assert_null (
      json_object_get (json_array_get (json_object_get (body, "failed_claimed"), 0), "more"));
  kit_fixture_close (kit);
  g_assert_true (g_file_set_contents (list, "no json", -1, NULL));
  kit = kit_fixture_open (f->folder);
  kit_fixture_close (kit);
}

static void
test_busy (KitFixture *f, gconstpointer data)
{
  g_autofree char *user = dk_platform_user_name ();
  g_autofree char *holder = g_strdup_printf ("%d %s", (int) getpid (), user);
  g_autoptr (DkTestOutput) busy = NULL;
  g_autoptr (DkTestOutput) freed = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  busy = dk_test_spawn ((const char *const[]){ program, OPEN, f->folder, NULL }, NULL, 60);
  g_assert_cmpint (busy->exit_code, ==, 7);
  g_assert_nonnull (strstr (busy->out, holder));
  kit_fixture_close (kit);
  freed = dk_test_spawn ((const char *const[]){ program, OPEN, f->folder, NULL }, NULL, 60);
  g_assert_cmpint (freed->exit_code, ==, 0);
}

static void
test_init_refuses (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy ("x", 1);
  g_autoptr (GBytes) before = kit_fixture_read (f->database);
  g_autoptr (GBytes) after = NULL;
  g_autofree char *empty = dk_test_folder_new ();
  DkKitInit init = { .site = "CARY",
                     .station = "B01",
                     .user = "anna",
                     .passphrase = passphrase,
                     .kdf = kit_fixture_kdf };
  g_autoptr (DkSecret) recovery = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_kit_create (f->folder, &init, &recovery, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  after = kit_fixture_read (f->database);
  g_assert_true (g_bytes_equal (before, after));
  init.station = "b01";
  g_assert_false (dk_kit_create (empty, &init, &recovery, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  init.station = "B01";
  init.trust = "not a key";
  g_assert_false (dk_kit_create (empty, &init, &recovery, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_false (dk_kit_exists (empty));
  g_assert_null (recovery);
}

/* What an init that was killed leaves opens nowhere, and does not hinder the next one. */
static void
test_broken_off_init (KitFixture *f, gconstpointer data)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *left = g_build_filename (folder, DK_KIT_DATABASE ".new", NULL);
  g_autoptr (GBytes) database = kit_fixture_read (f->database);
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy (KIT_PASSPHRASE, strlen (KIT_PASSPHRASE));
  g_autoptr (DkSecret) recovery = NULL;
  g_autoptr (GError) error = NULL;
  DkKitInit init = { .site = "CARY",
                     .station = "B02",
                     .user = "anna",
                     .passphrase = passphrase,
                     .kdf = kit_fixture_kdf };

  kit_fixture_write (left, database);
  g_assert_false (dk_kit_exists (folder));
  error = kit_fixture_try (folder, "anna", KIT_PASSPHRASE);
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (dk_kit_create (folder, &init, &recovery, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (dk_secret_size (recovery), ==, 8 * 6 + 7 + 1);
}

static void
assert_gone (KitFixture *f, const char *what)
{
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy ("x", 1);
  g_autoptr (DkSecret) recovery = NULL;
  g_autoptr (GError) error = kit_fixture_try (f->folder, "anna", KIT_PASSPHRASE);
  DkKitInit init = { .site = "CARY",
                     .station = "C01",
                     .user = "anna",
                     .passphrase = passphrase,
                     .kdf = kit_fixture_kdf };

  if (!g_error_matches (error, DK_ERROR, DK_ERROR_DAMAGED))
    g_error ("%s: %s", what, error != NULL ? error->message : "it opened");
  g_assert_nonnull (strstr (error->message, "kit.db is missing"));
  g_assert_nonnull (strstr (error->message, "same numbers again"));
  g_clear_error (&error);
  g_assert_false (dk_kit_create (f->folder, &init, &recovery, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_false (dk_kit_exists (f->folder));
}

/* Each trace by itself tells that a kit was here. */
static void
test_database_gone (KitFixture *f, gconstpointer data)
{
  static const char *const traces[]
      = { DK_KIT_STATION, DK_KIT_LOCK, DK_KIT_OUTGOING, DK_KIT_DATABASE "-wal" };
  g_autofree char *anchors = g_build_filename (g_get_user_state_dir (), "downtime-kit", NULL);
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_close (kit);
  dk_test_remove (f->folder);
  g_assert_cmpint (g_mkdir (f->folder, 0700), ==, 0);
  assert_gone (f, "the anchor");
  dk_test_remove (anchors);
  for (guint i = 0; i < G_N_ELEMENTS (traces); i++) {
    g_autofree char *path = g_build_filename (f->folder, traces[i], NULL);
    g_assert_true (g_file_set_contents (path, "{}", -1, NULL));
    assert_gone (f, traces[i]);
    g_assert_cmpint (g_unlink (path), ==, 0);
  }
  error = kit_fixture_try (f->folder, "anna", KIT_PASSPHRASE);
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND); /* the control: no trace */
}

/* A folder that cannot take the files stays as it was. */
static void
test_failed_init (KitFixture *f, gconstpointer data)
{
  g_autofree char *parent = dk_test_folder_new ();
  g_autofree char *file = g_build_filename (parent, "file", NULL);
  g_autofree char *made = g_build_filename (parent, "a", "b", NULL);
  g_autofree char *above = g_path_get_dirname (made);
  g_autofree char *under_file = g_build_filename (file, "kit", NULL);
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy ("x", 1);
  g_autoptr (DkSecret) recovery = NULL;
  g_autoptr (GError) error = NULL;
  DkKitInit init = { .site = "CARY",
                     .station = "C02",
                     .user = "",
                     .passphrase = passphrase,
                     .kdf = kit_fixture_kdf };

  g_assert_true (g_file_set_contents (file, "", -1, NULL));
  g_assert_false (dk_kit_create (made, &init, &recovery, &error)); /* no name */
  g_assert_nonnull (error);
  g_assert_false (g_file_test (above, G_FILE_TEST_EXISTS));
  g_clear_error (&error);
  init.user = "anna";
  g_assert_false (dk_kit_create (under_file, &init, &recovery, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_true (dk_kit_create (made, &init, &recovery, &error));
  g_assert_no_error (error);
}

static void
put_file (KitFixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "half", 4, NULL));
}

static void
assert_there (KitFixture *f, const char *name, gboolean wanted)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS) != wanted)
    g_error ("%s is %s there", name, wanted ? "not" : "still");
}

/* Each name that a killed restore, re-key, backup or station.json leaves. */
static void
test_leftovers (KitFixture *f, gconstpointer data)
{
  static const char *const ours[]
      = { "kit.db.restore",
          "kit.db.restore-in",
          "kit.db.restore-look",
          "kit.db.restore.new",
          "kit.db.rekey",
          "kit.db.rekey.new",
          "backup.making",
          ".kit.db.restore-in.0123456789abcdef",
          ".kit.db.restore.new.0123456789abcdef",
          ".kit.db.rekey.new.0123456789abcdef",
          ".kit.db.restore-look-wal.0123456789abcdef",
          ".backup.making.new.0123456789abcdef",
          ".backup.making.age.0123456789abcdef",
          ".station.json.0123456789abcdef" };
  static const char *const others[] = { "kit.db.before-restore-20260101T000000Z", ".profile",
                                        ".letter.0123456789abcdef", ".kit.db.mine" };

  for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
    put_file (f, ours[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    put_file (f, others[i]);
  kit_fixture_close (kit_fixture_open (f->folder));
  for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
    assert_there (f, ours[i], FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    assert_there (f, others[i], TRUE);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], OPEN) == 0)
    return open_as_child (argv[2]);
  program = argv[0];
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/open/round", test_round);
  KIT_ADD ("/kit/open/facts-of-a-locked-kit", test_locked_facts);
  KIT_ADD ("/kit/open/wrong-passphrase-gives-nothing-away", test_wrong_passphrase);
  KIT_ADD ("/kit/open/forged-list-of-failures", test_forged_list);
  KIT_ADD ("/kit/open/busy-names-the-holder", test_busy);
  KIT_ADD ("/kit/open/init-refuses-and-changes-nothing", test_init_refuses);
  KIT_ADD ("/kit/open/missing-database-is-damage-and-never-made-anew", test_database_gone);
  KIT_ADD ("/kit/open/failed-init-leaves-nothing", test_failed_init);
  KIT_ADD ("/kit/open/broken-off-init-leaves-nothing-that-opens", test_broken_off_init);
  KIT_ADD ("/kit/open/what-was-left-half-written-is-removed-and-nothing-else", test_leftovers);
  return dk_test_run ();
}
