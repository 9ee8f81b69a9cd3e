/* SPDX-License-Identifier: MIT */
/* Goal: a copied, moved or restored kit is noticed and repeats no number; an anchor that is gone or
 * damaged is no alarm. Method: kit files put back and moved between unlocks, numbers drawn in each
 * copy and compared; a child that ends without locking for the journal that is cut. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/kit/anchor-private.h"
#include "app/kit/kit-private.h"
#include "app/model/number.h"
#include "tests/kit/kit-fixture.h"

#define WRITE "--write"
#define FRAME 4168 /* bytes of a journal frame and its seal: app/db/FORMAT.md */

static const char *program;

static void
assert_ledger (DkKit *kit)
{
  g_autoptr (DkLedgerReport) report = dk_ledger_verify (dk_kit_store (kit), NULL, NULL, NULL);

  g_assert_cmpuint (report->problems->len, ==, 0);
}

static void
test_gone_or_damaged (KitFixture *f, gconstpointer data)
{
  g_autofree char *anchor = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_cmpuint (kit_fixture_draw (kit), ==, 1);
  kit_fixture_close (kit);
  anchor = kit_fixture_anchor (f);
  g_assert_cmpint (g_unlink (anchor), ==, 0);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 2);
  kit_fixture_close (kit);
  kit_fixture_flip (anchor, 30);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 3);
  g_assert_cmpuint (kit_fixture_count (kit, "anchor-renewed"), >=, 2);
  g_assert_cmpuint (kit_fixture_count (kit, "chain-started"), ==, 0);
  kit_fixture_close (kit);
}

/* The first entry of the newest chain, and what `doctor` shows of it. */
static void
assert_missing (DkKit *kit, const char *first, const char *last)
{
  g_autoptr (GPtrArray) starts = dk_ledger_of_kind (dk_kit_store (kit), "chain-started", NULL);
  const DkEntry *entry = g_ptr_array_index (starts, starts->len - 1);
  g_autofree char *shown = NULL;

  g_assert_cmpstr (dk_json_get_text (entry->body, "missing_first"), ==, first);
  g_assert_cmpstr (dk_json_get_text (entry->body, "missing_last"), ==, last);
  g_assert_true (dk_kit_missing (kit, &shown, NULL));
  g_assert_nonnull (shown);
  g_assert_true (kit_fixture_told (kit, shown));
  g_assert_false (kit_fixture_told (kit, "Nothing is lost"));
  if (first != NULL)
    g_assert_nonnull (strstr (shown, first));
}

static void
assert_nothing_missing (DkKit *kit)
{
  g_autofree char *shown = NULL;

  g_assert_true (kit_fixture_told (kit, "Nothing is lost"));
  g_assert_true (dk_kit_missing (kit, &shown, NULL));
  g_assert_null (shown);
}

static void
test_restored (KitFixture *f, gconstpointer data)
{
  g_autofree char *second = dk_number_format ("A07", 2, FALSE);
  g_autoptr (GBytes) old = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_cmpuint (kit_fixture_draw (kit), ==, 1);
  kit_fixture_close (kit);
  old = kit_fixture_read (f->database);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 2);
  kit_fixture_close (kit);
  kit_fixture_write (f->database, old);
  kit = kit_fixture_open (f->folder);
  g_assert_true (kit_fixture_told (kit, "restored"));
  assert_missing (kit, second, second);
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 10000);
  assert_ledger (kit);
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 10001);
  kit_fixture_close (kit);
}

/* Set back to a moment with the same highest number: notes and changes can be missing. */
static void
test_restored_without_a_number (KitFixture *f, gconstpointer data)
{
  g_autoptr (GBytes) old = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_cmpuint (kit_fixture_draw (kit), ==, 1);
  kit_fixture_close (kit);
  old = kit_fixture_read (f->database);
  kit = kit_fixture_open (f->folder);
  kit_fixture_close (kit);
  kit_fixture_write (f->database, old);
  kit = kit_fixture_open (f->folder);
  g_assert_true (kit_fixture_told (kit, "No number is missing"));
  assert_missing (kit, NULL, NULL);
  kit_fixture_close (kit);
}

/* Two copies on one PC, used in turn, and the one of them moved. */
static void
test_copied (KitFixture *f, gconstpointer data)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *copy = g_build_filename (folder, DK_KIT_DATABASE, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_direct_hash, g_direct_equal);
  guint drawn = 0;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER ((guint) kit_fixture_draw (kit))));
  kit_fixture_close (kit);
  bytes = kit_fixture_read (f->database);
  kit_fixture_write (copy, bytes);
  for (guint i = 0; i < 4; i++) {
    kit = kit_fixture_open (i % 2 == 0 ? folder : f->folder);
    g_assert_true (kit_fixture_told (kit, i == 0 ? "copied or moved" : "restored"));
    g_assert_true (kit_fixture_told (kit, i == 0 ? "Nothing is lost" : "Some numbers from"));
    for (guint k = 0; k < 3; k++, drawn++)
      g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER ((guint) kit_fixture_draw (kit))));
    assert_ledger (kit);
    kit_fixture_close (kit);
  }
  g_test_message ("%u numbers in two copies, none twice", drawn + 1);
}

static void
test_moved (KitFixture *f, gconstpointer data)
{
  g_autofree char *parent = dk_test_folder_new ();
  g_autofree char *moved = g_build_filename (parent, "kit", NULL);
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_cmpuint (kit_fixture_draw (kit), ==, 1);
  kit_fixture_close (kit);
  g_assert_cmpint (g_rename (f->folder, moved), ==, 0);
  kit = kit_fixture_open (moved);
  g_assert_true (kit_fixture_told (kit, "copied or moved"));
  assert_nothing_missing (kit);
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 10000);
  assert_ledger (kit);
  kit_fixture_close (kit);
  kit = kit_fixture_open (moved);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  kit_fixture_close (kit);
}

/* Cut within its live generation a journal looks like one with a torn end: only the anchor
 * tells. */
static void
test_cut_journal (KitFixture *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->database, "-wal", NULL);
  g_autoptr (DkTestOutput) child = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GBytes) part = NULL;
  gsize size;
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_close (kit);
  child = dk_test_spawn ((const char *const[]){ program, WRITE, f->folder, NULL }, NULL, 60);
  g_assert_cmpint (child->exit_code, ==, 0);
  whole = kit_fixture_read (wal);
  size = g_bytes_get_size (whole);
  g_assert_cmpuint (size, >, 10 * FRAME);
  part = g_bytes_new_from_bytes (whole, 0, size - 2 * FRAME);
  kit_fixture_write (wal, part);
  kit = kit_fixture_open (f->folder);
  g_assert_true (kit_fixture_told (kit, "journal was cut"));
  g_assert_false (kit_fixture_told (kit, "Nothing is lost"));
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 10000);
  assert_ledger (kit);
  kit_fixture_close (kit);
}

/* The control: the same end without the cut is no alarm. */
static void
test_killed (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkTestOutput) child = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_close (kit);
  child = dk_test_spawn ((const char *const[]){ program, WRITE, f->folder, NULL }, NULL, 60);
  g_assert_cmpint (child->exit_code, ==, 0);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 4);
  kit_fixture_close (kit);
}

/* An outage is no time to refuse for a note that cannot be written. */
static void
test_nowhere_to_write (KitFixture *f, gconstpointer data)
{
  g_autofree char *place = g_build_filename (g_get_user_state_dir (), "downtime-kit", NULL);
  DkKit *kit;

  g_assert_true (g_file_set_contents (place, "a file, not a folder", -1, NULL));
  kit = kit_fixture_open (f->folder);
  g_assert_true (kit_fixture_told (kit, "would not be noticed"));
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 1);
  kit_fixture_close (kit);
}

/* Fixed bytes: canonical JSON, LF, keyed BLAKE2b-256 in hex, LF. */
static void
test_format (KitFixture *f, gconstpointer data)
{
  static const char expected[]
      = "{\"chain\":\"0badcafe\",\"head\":\"ab\",\"kit\":\"00ff\",\"machine\":\"m\",\"number\":42,"
        "\"path\":\"/p\",\"seq\":7,\"v\":1}\n"
        "86d8cf9d4c17d152aa40462ad5bee787b0ad46f6a9ca77701d53ebf183f49367\n";
  g_autofree char *path = g_build_filename (f->folder, "x.anchor", NULL);
  guint8 key_bytes[32];
  g_autoptr (DkSecret) key = NULL;
  DkAnchor anchor = { (char *) "0badcafe", 7, (char *) "ab", 42, (char *) "m", (char *) "/p" };
  DkAnchor *read;
  g_autofree char *text = NULL;

  memset (key_bytes, 0x41, sizeof key_bytes);
  key = dk_secret_new_copy (key_bytes, sizeof key_bytes);
  g_assert_true (dk_anchor_write (path, "00ff", key, &anchor, FALSE, NULL));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
  read = dk_anchor_read (path, "00ff", key);
  g_assert_cmpuint (read->number, ==, 42);
  dk_anchor_free (read);
  g_assert_null (dk_anchor_read (path, "00fe", key));
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], WRITE) == 0)
    kit_fixture_draw_and_die (argv[2]);
  program = argv[0];
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/anchor/gone-or-damaged-is-no-alarm", test_gone_or_damaged);
  KIT_ADD ("/kit/anchor/restored-copy-repeats-no-number", test_restored);
  KIT_ADD ("/kit/anchor/set-back-without-a-number-is-told", test_restored_without_a_number);
  KIT_ADD ("/kit/anchor/copies-repeat-no-number", test_copied);
  KIT_ADD ("/kit/anchor/moved-is-told", test_moved);
  KIT_ADD ("/kit/anchor/cut-journal-is-told", test_cut_journal);
  KIT_ADD ("/kit/anchor/killed-is-no-alarm", test_killed);
  KIT_ADD ("/kit/anchor/nowhere-to-write-is-no-refusal", test_nowhere_to_write);
  KIT_ADD ("/kit/anchor/format", test_format);
  return dk_test_run ();
}
