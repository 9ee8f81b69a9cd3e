/* SPDX-License-Identifier: MIT */
/* Goal: a folder that was just begun can be built at once, whatever the day, and nothing that
 * stands there already is touched; the same folder gives the same bytes wherever it lies.
 * Method: folders begun on many days of some years, read strictly on that day; a folder written
 * twice in opposite orders, with other times of files and another time zone. */
#include <string.h>
#include <time.h>

#include <glib/gstdio.h>

#include "app/authoring/pack-build.h"
#include "app/authoring/pack-new.h"
#include "app/base/file.h"
#include "tests/authoring/folder.h"
#include "tests/support/support.h"

/* 2026-11-22T00:30:00Z */
#define MOMENT_MS G_GINT64_CONSTANT (1795307400000)
#define HOURS_MS (G_GINT64_CONSTANT (3600) * 1000)
#define DAYS 10
#define STEP_HOURS 25

static char *
begin (gint64 moment_ms, GPtrArray **files)
{
  g_autofree char *above = dk_test_folder_new ();
  char *folder = g_build_filename (above, "content", NULL);
  g_autoptr (GError) error = NULL;

  *files = dk_pack_new (folder, moment_ms, &error);
  g_assert_no_error (error);
  return folder;
}

static void
test_strict (void)
{
  for (gint64 i = 0; i < DAYS; i++) {
    const DkPackSourceOptions options = { TRUE, MOMENT_MS + i * STEP_HOURS * HOURS_MS };
    g_autoptr (GPtrArray) files = NULL;
    g_autofree char *folder = begin (options.now_ms, &files);
    g_autoptr (GError) error = NULL;
    g_autoptr (DkPackSource) source = dk_pack_source_check (folder, &options, NULL, &error);
    g_assert_no_error (error);
    for (guint part = 0; part < DK_PACK_PARTS; part++)
      g_assert_true (source->parts[part].count > 0 || part == DK_PACK_LEAD_CALL_TREES_PART);
    dk_test_remove (folder);
  }
}

static void
test_not_empty (void)
{
  g_autoptr (GPtrArray) files = NULL;
  g_autofree char *folder = begin (MOMENT_MS, &files);
  g_autofree char *readme = g_build_filename (folder, "README.md", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (files->len, >=, 12);
  dk_test_pack_put (folder, "README.md", "Mine\n");
  g_assert_null (dk_pack_new (folder, MOMENT_MS, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "is not empty"));
  g_clear_error (&error);
  {
    g_autoptr (GBytes) bytes = dk_file_read (readme, 100, NULL);
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "Mine\n", 5);
  }
  g_assert_null (dk_pack_new (readme, MOMENT_MS, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  dk_test_remove (folder);
}

/* The same files, last first, an hour older. */
static char *
copy_backwards (const char *folder, GPtrArray *files)
{
  char *copy = dk_test_folder_new ();

  for (guint i = files->len; i > 0; i--) {
    const char *name = g_ptr_array_index (files, i - 1);
    g_autofree char *from = g_build_filename (folder, name, NULL);
    g_autofree char *to = g_build_filename (copy, name, NULL);
    g_autoptr (GBytes) bytes = dk_file_read (from, 1u << 20, NULL);
    g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    g_autoptr (GDateTime) old = g_date_time_new_from_unix_utc (MOMENT_MS / 1000 - 3600);
    g_autoptr (GFile) file = g_file_new_for_path (to);
    dk_test_pack_put (copy, name, text);
    g_assert_true (g_file_set_attribute_uint64 (file, G_FILE_ATTRIBUTE_TIME_MODIFIED,
                                                (guint64) g_date_time_to_unix (old),
                                                G_FILE_QUERY_INFO_NONE, NULL, NULL));
  }
  return copy;
}

static GBytes *
zip_of (const char *folder, gint64 moment_ms, GBytes **lead)
{
  const DkPackSourceOptions options = { FALSE, moment_ms };
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = dk_pack_source_check (folder, &options, NULL, &error);
  GBytes *zip;

  g_assert_no_error (error);
  zip = dk_pack_content_zip (source, &error);
  g_assert_no_error (error);
  *lead = dk_pack_lead_zip (source, &error);
  g_assert_no_error (error);
  return zip;
}

/* Splits a table into two whose names sort the other way round. */
static void
split_backwards (const char *folder, const char *name, const char *first, const char *second)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GBytes) bytes = dk_file_read (path, 1u << 20, NULL);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  char *header_end = strchr (text, '\n') + 1;
  char *row_end = strchr (header_end, '\n') + 1;
  g_autofree char *header = g_strndup (text, (gsize) (header_end - text));
  g_autofree char *row = g_strndup (header_end, (gsize) (row_end - header_end));
  g_autofree char *one = g_strconcat (header, row, NULL);
  g_autofree char *rest = g_strconcat (header, row_end, NULL);

  g_assert_true (dk_file_remove (path, NULL));
  dk_test_pack_put (folder, first, one);
  dk_test_pack_put (folder, second, rest);
}

static void
test_reproducible (void)
{
  g_autoptr (GPtrArray) files = NULL;
  g_autofree char *folder = begin (MOMENT_MS, &files);
  g_autofree char *copy = copy_backwards (folder, files);
  g_autoptr (GBytes) lead = NULL;
  g_autoptr (GBytes) first = zip_of (folder, MOMENT_MS, &lead);
  g_autoptr (GBytes) lead_again = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GBytes) lead_other = NULL;
  g_autoptr (GBytes) other = NULL;
  const char *zone = g_getenv ("TZ");

  split_backwards (copy, "contacts/teams.csv", "contacts/z.csv", "contacts/a.csv");
  split_backwards (copy, "oncall/network.csv", "oncall/z.csv", "oncall/a.csv");
  split_backwards (copy, "devices/devices.csv", "devices/z.csv", "devices/a.csv");
  g_setenv ("TZ", "Pacific/Kiritimati", TRUE);
  tzset ();
  again = zip_of (copy, MOMENT_MS + 24 * HOURS_MS, &lead_again);
  g_setenv ("TZ", zone != NULL ? zone : "UTC", TRUE);
  tzset ();
  g_assert_true (g_bytes_equal (first, again));
  g_assert_true (g_bytes_equal (lead, lead_again));
  dk_test_pack_put (copy, "devices/b.csv", "host\nPC-9\n");
  other = zip_of (copy, MOMENT_MS, &lead_other);
  g_assert_false (g_bytes_equal (first, other));
  g_assert_true (g_bytes_equal (lead, lead_other));
  dk_test_remove (folder);
  dk_test_remove (copy);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  g_test_add_func ("/authoring/new/builds-strictly-on-every-day", test_strict);
  g_test_add_func ("/authoring/new/what-stands-there-is-left-alone", test_not_empty);
  g_test_add_func ("/authoring/new/same-folder-gives-the-same-bytes", test_reproducible);
  return dk_test_run ();
}
