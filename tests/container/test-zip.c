/* SPDX-License-Identifier: MIT */
/* Goal: the zip reader takes exactly what the writer makes, and nothing else.
 * Method: round trips, the Debian tools as a second reader, every flipped byte and every truncation
 * of a small file, and zips that were made hostile by hand, each as a variant of one that is
 * accepted (the control). */
#include "app/container/zip.h"

#include <string.h>

#include "app/base/file.h"
#include "tests/support/support.h"

#define LOCAL_SIZE 30
#define CENTRAL_SIZE 46
#define END_SIZE 22

static const DkZipLimits limits = { 100, 1 << 20, 2 << 20 };

static GBytes *
make_zip (const char *const *names)
{
  g_autoptr (GPtrArray) members = dk_zip_members_new ();
  g_autoptr (GError) error = NULL;
  GBytes *zip;

  for (guint i = 0; names[i] != NULL; i++)
    dk_zip_members_take_text (members, names[i], g_strdup_printf ("content of part %u", i));
  zip = dk_zip_write (members, &error);
  g_assert_no_error (error);
  return zip;
}

static GBytes *
make_small (void)
{
  static const char *const names[] = { "about.json", "forms/call-log.json", NULL };

  return make_zip (names);
}

static gboolean
is_read (GBytes *zip, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) members = dk_zip_read (zip, &limits, "The file", NULL, &error);

  g_assert_true ((members != NULL) == (error == NULL));
  if (error != NULL && code >= 0)
    g_assert_error (error, DK_ERROR, code);
  return members != NULL;
}

static void
test_round_trip (void)
{
  g_autoptr (GBytes) zip = make_small ();
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) members = dk_zip_read (zip, &limits, "The file", NULL, &error);
  GBytes *part;

  g_assert_no_error (error);
  g_assert_cmpuint (members->len, ==, 2);
  part = dk_zip_members_find (members, "forms/call-log.json");
  g_assert_nonnull (part);
  g_assert_cmpmem (g_bytes_get_data (part, NULL), g_bytes_get_size (part), "content of part 1", 17);
  g_assert_null (dk_zip_members_find (members, "other"));
  again = dk_zip_write (members, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (zip, again));
}

static void
test_empty_parts (void)
{
  g_autoptr (GPtrArray) members = dk_zip_members_new ();
  g_autoptr (GBytes) zip = NULL;
  g_autoptr (GPtrArray) read = NULL;

  dk_zip_members_take_text (members, "a", g_strdup (""));
  dk_zip_members_take_text (members, "b", g_strdup (""));
  zip = dk_zip_write (members, NULL);
  read = dk_zip_read (zip, &limits, "The file", NULL, NULL);
  g_assert_nonnull (read);
  g_assert_cmpuint (read->len, ==, 2);
}

static void
test_unzip_takes_it (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "x.zip", NULL);
  g_autoptr (GBytes) zip = make_small ();
  const char *const check[] = { "unzip", "-t", path, NULL };
  const char *const print[] = { "unzip", "-p", path, "forms/call-log.json", NULL };
  g_autoptr (DkTestOutput) checked = NULL;
  g_autoptr (DkTestOutput) printed = NULL;

  if (!dk_test_have_program ("unzip"))
    return;
  g_assert_true (dk_file_replace (path, g_bytes_get_data (zip, NULL), g_bytes_get_size (zip),
                                  DK_FILE_NOT_SYNCED, NULL));
  checked = dk_test_spawn (check, NULL, 20);
  g_assert_cmpint (checked->exit_code, ==, 0);
  g_assert_nonnull (strstr (checked->out, "No errors detected"));
  printed = dk_test_spawn (print, NULL, 20);
  g_assert_cmpstr (printed->out, ==, "content of part 1");
}

static void
test_every_byte_counts (void)
{
  g_autoptr (GBytes) zip = make_small ();
  gsize size;
  const guint8 *bytes = g_bytes_get_data (zip, &size);
  guint refused = 0;

  g_assert_true (is_read (zip, -1));
  for (gsize i = 0; i < size; i++) {
    for (guint bit = 0; bit < 8; bit++) {
      g_autofree guint8 *copy = g_memdup2 (bytes, size);
      g_autoptr (GBytes) changed = NULL;
      copy[i] ^= (guint8) (1u << bit);
      changed = g_bytes_new (copy, size);
      /* A flipped length may look like more than the limits allow. */
      refused += !is_read (changed, -1);
    }
  }
  g_assert_cmpuint (refused, ==, size * 8);
  g_test_message ("%u of %u flipped bits refused", refused, (guint) size * 8);
  g_assert_cmpuint (refused, >=, 2000);
}

static void
test_every_truncation_is_refused (void)
{
  g_autoptr (GBytes) zip = make_small ();
  gsize size = g_bytes_get_size (zip);

  for (gsize i = 0; i < size; i++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (zip, 0, i);
    g_assert_false (is_read (cut, DK_ERROR_DAMAGED));
  }
}

static void
test_nothing_before_or_after (void)
{
  g_autoptr (GBytes) zip = make_small ();
  gsize size;
  const guint8 *bytes = g_bytes_get_data (zip, &size);
  g_autofree guint8 *longer = g_malloc0 (size + 1);
  g_autoptr (GBytes) after = NULL;
  g_autoptr (GBytes) before = NULL;

  memcpy (longer, bytes, size);
  after = g_bytes_new (longer, size + 1);
  g_assert_false (is_read (after, DK_ERROR_DAMAGED));
  memcpy (longer + 1, bytes, size);
  longer[0] = ' ';
  before = g_bytes_new (longer, size + 1);
  g_assert_false (is_read (before, -1));
}

/* A zip with a comment, and one with a second end record behind. */
static void
test_comment_and_second_end (void)
{
  g_autoptr (GBytes) zip = make_small ();
  gsize size;
  const guint8 *bytes = g_bytes_get_data (zip, &size);
  g_autofree guint8 *copy = g_malloc0 (size + END_SIZE);
  g_autoptr (GBytes) comment = NULL;
  g_autoptr (GBytes) doubled = NULL;

  memcpy (copy, bytes, size);
  copy[size - 2] = 5;
  comment = g_bytes_new (copy, size + 5);
  g_assert_false (is_read (comment, DK_ERROR_DAMAGED));
  memcpy (copy, bytes, size);
  memcpy (copy + size, bytes + size - END_SIZE, END_SIZE);
  doubled = g_bytes_new (copy, size + END_SIZE);
  g_assert_false (is_read (doubled, DK_ERROR_DAMAGED));
}

/* The name of the first part in both headers replaced by one of the same length. */
static GBytes *
rename_first (const char *name)
{
  static const char *const names[] = { "abcdefghij", "other", NULL };
  g_autoptr (GBytes) zip = make_zip (names);
  gsize size;
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (zip, &size), g_bytes_get_size (zip));

  size = g_bytes_get_size (zip);
  for (gsize i = 0; i + 10 <= size; i++)
    if (memcmp (copy + i, "abcdefghij", 10) == 0)
      memcpy (copy + i, name, 10);
  return g_bytes_new (copy, size);
}

static void
test_hostile_names (void)
{
  static const char *const hostile[] = { "../passwd1",
                                         "/etc/passw",
                                         "a/../../bc",
                                         "C:\\windows",
                                         "c:evil.txt",
                                         ".hidden123",
                                         "a//b/c/d/e",
                                         "folder/aa/",
                                         "back\\slash",
                                         "new\nline_1",
                                         "ctl\x01"
                                         "char_s",
                                         "bidi\xe2\x80\xae"
                                         "abc",
                                         "aa/./bb/cc",
                                         "trailing1.",
                                         "star*name1",
                                         "a b c d e " };
  g_autoptr (GBytes) control = rename_first ("innocuous1");

  g_assert_true (is_read (control, -1));
  for (gsize i = 0; i < G_N_ELEMENTS (hostile); i++) {
    g_autoptr (GBytes) zip = rename_first (hostile[i]);
    g_autoptr (GPtrArray) members = dk_zip_members_new ();
    g_autoptr (GError) error = NULL;
    g_assert_cmpuint (strlen (hostile[i]), ==, 10);
    g_assert_false (is_read (zip, DK_ERROR_DAMAGED));
    dk_zip_members_take_text (members, hostile[i], g_strdup ("x"));
    g_assert_null (dk_zip_write (members, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
}

static void
test_repeated_names (void)
{
  static const char *const pairs[][2] = { { "same", "same" }, { "Same", "sAME" } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autoptr (GPtrArray) members = dk_zip_members_new ();
    g_autoptr (GError) error = NULL;
    dk_zip_members_take_text (members, pairs[i][0], g_strdup ("1"));
    dk_zip_members_take_text (members, pairs[i][1], g_strdup ("2"));
    g_assert_null (dk_zip_write (members, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
  {
    /* Read: "other" renamed to the first part's name in another case. */
    static const char *const names[] = { "OTHEX", "other", NULL };
    g_autoptr (GBytes) zip = make_zip (names);
    gsize size = g_bytes_get_size (zip);
    g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (zip, NULL), size);
    g_autoptr (GBytes) changed = NULL;
    for (gsize k = 0; k + 5 <= size; k++)
      if (memcmp (copy + k, "OTHEX", 5) == 0)
        copy[k + 4] = 'R';
    changed = g_bytes_new (copy, size);
    g_assert_true (is_read (zip, -1));
    g_assert_false (is_read (changed, DK_ERROR_DAMAGED));
  }
}

static void
test_limits (void)
{
  g_autoptr (GBytes) zip = make_small ();
  const DkZipLimits few = { 1, 1 << 20, 1 << 20 };
  const DkZipLimits small_part = { 10, 5, 1 << 20 };
  const DkZipLimits small_file = { 10, 1 << 20, 100 };
  const DkZipLimits *all[] = { &few, &small_part, &small_file };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (dk_zip_read (zip, all[i], "The file", NULL, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
}

/* 65,535 entries that all point to nothing: only the number in the end record costs nothing. */
static void
test_many_entries (void)
{
  guint8 end[END_SIZE] = { 'P', 'K', 5, 6, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };
  g_autoptr (GBytes) lie = g_bytes_new (end, sizeof end);
  g_autoptr (GPtrArray) members = dk_zip_members_new ();
  g_autoptr (GBytes) zip = NULL;
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (GError) error = NULL;
  gint64 begin;

  g_assert_false (is_read (lie, DK_ERROR_DAMAGED));
  for (guint i = 0; i < 65534; i++) {
    g_autofree char *name = g_strdup_printf ("%u", i);
    dk_zip_members_add (members, name, nothing);
  }
  zip = dk_zip_write (members, &error);
  g_assert_no_error (error);
  begin = g_get_monotonic_time ();
  g_assert_null (dk_zip_read (zip, &limits, "The file", NULL, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 2 * G_USEC_PER_SEC);
  g_clear_error (&error);
  dk_zip_members_add (members, "one-more", nothing);
  g_assert_null (dk_zip_write (members, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

/* What other programs write: compressed parts, zip64, extra fields. */
static void
test_other_programs (void)
{
  static const char *const variants[]
      = { "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED)\n"
          "z.writestr('a','x'*1000)\nz.close()\n",
          "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],'w')\n"
          "f=z.open(zipfile.ZipInfo('a'),'w',force_zip64=True)\nf.write(b'x')\nf.close()\n"
          "z.close()\n",
          "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],'w')\ni=zipfile.ZipInfo('a')\n"
          "i.extra=b'\\x99\\x99\\x00\\x00'\nz.writestr(i,'x')\nz.close()\n",
          "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],'w')\ni=zipfile.ZipInfo('a')\n"
          "i.create_system=3\ni.external_attr=0xA1FF0000\nz.writestr(i,'/etc/passwd')\n"
          "z.close()\n" };
  g_autofree char *folder = dk_test_folder_new ();

  if (!dk_test_have_program ("python3"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (variants); i++) {
    g_autofree char *path = g_strdup_printf ("%s/%u.zip", folder, (guint) i);
    const char *const argv[] = { "python3", "-c", variants[i], path, NULL };
    g_autoptr (DkTestOutput) made = dk_test_spawn (argv, NULL, 20);
    g_autoptr (GBytes) zip = dk_file_read (path, 1 << 20, NULL);
    g_assert_cmpint (made->exit_code, ==, 0);
    g_assert_nonnull (zip);
    g_assert_false (is_read (zip, DK_ERROR_DAMAGED));
  }
}

static void
test_not_a_zip (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("<html>not found</html>", 22);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);

  g_assert_false (is_read (text, DK_ERROR_INVALID));
  g_assert_false (is_read (nothing, DK_ERROR_DAMAGED));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/container/zip/round-trip-gives-equal-bytes", test_round_trip);
  g_test_add_func ("/container/zip/empty-parts-are-fine", test_empty_parts);
  g_test_add_func ("/container/zip/unzip-takes-it", test_unzip_takes_it);
  g_test_add_func ("/container/zip/every-flipped-bit-is-refused", test_every_byte_counts);
  g_test_add_func ("/container/zip/every-truncation-is-refused", test_every_truncation_is_refused);
  g_test_add_func ("/container/zip/nothing-before-or-after", test_nothing_before_or_after);
  g_test_add_func ("/container/zip/no-comment-no-second-end", test_comment_and_second_end);
  g_test_add_func ("/container/zip/hostile-names-are-refused", test_hostile_names);
  g_test_add_func ("/container/zip/repeated-names-are-refused", test_repeated_names);
  g_test_add_func ("/container/zip/limits-hold", test_limits);
  g_test_add_func ("/container/zip/65535-entries-are-refused-at-once", test_many_entries);
  g_test_add_func ("/container/zip/zips-of-other-programs-are-refused", test_other_programs);
  g_test_add_func ("/container/zip/what-is-no-zip-is-told-from-damage", test_not_a_zip);
  return dk_test_run ();
}
