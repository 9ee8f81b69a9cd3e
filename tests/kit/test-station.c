/* SPDX-License-Identifier: MIT */
/* Goal: station.json is trusted for nothing, and its format does not drift. Method: it is edited,
 * removed and replaced between two unlocks. */
#include <glib/gstdio.h>
#include <string.h>

#include "app/kit/kit-private.h"
#include "app/kit/rekey.h"
#include "tests/kit/kit-fixture.h"

static char *
station_path (KitFixture *f)
{
  return g_build_filename (f->folder, DK_KIT_STATION, NULL);
}

static void
test_members (KitFixture *f, gconstpointer data)
{
  static const char *const members[]
      = { "v",       "kit",   "station", "site", "signer", "recipient", "lead_recipient",
          "signers", "routes" };
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (json_t) facts = dk_kit_locked_facts (f->folder, NULL);

  kit_fixture_close (kit);
  g_assert_cmpuint (json_object_size (facts), ==, G_N_ELEMENTS (members));
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    g_assert_nonnull (json_object_get (facts, members[i]));
  g_assert_cmpint (dk_json_get_int (facts, "v", 0), ==, 1);
}

static void
test_edited (KitFixture *f, gconstpointer data)
{
  g_autofree char *path = station_path (f);
  g_autoptr (GBytes) right = NULL;
  g_autoptr (GBytes) now = NULL;
  g_autoptr (json_t) info = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_close (kit);
  right = kit_fixture_read (path);
  g_assert_true (g_file_set_contents (path, "{\"station\":\"B01\",\"site\":\"EVIL\"}", -1, NULL));
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (dk_kit_messages (kit), 0), "station.json"));
  g_assert_cmpuint (kit_fixture_count (kit, "station-rewritten"), ==, 1);
  info = dk_kit_info (kit, NULL);
  g_assert_cmpstr (dk_json_get_text (info, "station"), ==, "A07");
  kit_fixture_close (kit);
  now = kit_fixture_read (path);
  g_assert_true (g_bytes_equal (right, now));
}

static void
test_removed (KitFixture *f, gconstpointer data)
{
  g_autofree char *path = station_path (f);
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_close (kit);
  g_assert_cmpint (g_unlink (path), ==, 0);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  kit_fixture_close (kit);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* What a crash before the write leaves is quiet; the same file put back later is not. */
static void
test_late (KitFixture *f, gconstpointer data)
{
  g_autofree char *path = station_path (f);
  g_autofree char *written = NULL;
  g_autoptr (GBytes) before = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  (void) data;
  before = kit_fixture_read (path);
  written = dk_store_get_setting (kit->store, DK_KIT_STATION_WRITTEN, NULL);
  g_assert_nonnull (written);
  g_assert_true (dk_kit_renew_device (kit, "a test", NULL, NULL));
  g_assert_true (dk_store_set_setting (kit->store, DK_KIT_STATION_WRITTEN, written, NULL));
  kit_fixture_close (kit);
  for (guint late = 0; late < 2; late++) {
    kit_fixture_write (path, before);
    kit = kit_fixture_open (f->folder);
    g_assert_cmpuint (dk_kit_messages (kit)->len, ==, late);
    g_assert_cmpuint (kit_fixture_count (kit, "station-rewritten"), ==, late);
    kit_fixture_close (kit);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/station/members", test_members);
  KIT_ADD ("/kit/station/edited-is-told-and-rewritten", test_edited);
  KIT_ADD ("/kit/station/late-after-a-crash-is-no-edit", test_late);
  KIT_ADD ("/kit/station/removed-is-rewritten", test_removed);
  return dk_test_run ();
}
