/* SPDX-License-Identifier: MIT */
/* Goal: a file written piece by piece is there whole or not at all, and what others left is told
 * apart. Method: real files, finished, given up and in the way of each other. */
#include "app/base/file-pieces.h"

#include <string.h>

#include "app/base/file.h"
#include "tests/support/support.h"

typedef struct {
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = dk_test_folder_new ();
  f->path = g_build_filename (f->folder, "a", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_free (f->folder);
  g_free (f->path);
}

static guint
count (Fixture *f)
{
  g_autoptr (GPtrArray) names = dk_file_list (f->folder, 100, NULL);

  return names->len;
}

static void
write_text (Fixture *f, const char *text, gboolean replace, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkFileWriter) writer = dk_file_writer_new (f->path, &error);

  g_assert_no_error (error);
  g_assert_true (dk_file_writer_write (writer, text, 1, NULL));
  g_assert_true (g_output_stream_write_all (dk_file_writer_stream (writer), text + 1,
                                            strlen (text) - 1, NULL, NULL, NULL));
  g_assert_true (dk_file_writer_finish (writer, replace, &error) == (code < 0));
  if (code >= 0)
    g_assert_error (error, DK_ERROR, code);
}

static void
assert_text (Fixture *f, const char *text)
{
  g_autoptr (DkFileReader) reader = dk_file_reader_new (f->path, NULL);
  char got[32] = "";

  g_assert_cmpuint (dk_file_reader_size (reader), ==, strlen (text));
  dk_file_reader_forget_cached (reader);
  g_assert_true (dk_file_reader_read (reader, 1, got, strlen (text) - 1, NULL));
  g_assert_cmpstr (got, ==, text + 1);
}

static void
test_whole_or_not (Fixture *f, gconstpointer data)
{
  DkFileWriter *writer = dk_file_writer_new (f->path, NULL);

  g_assert_true (dk_file_writer_write (writer, "half", 4, NULL));
  g_assert_false (dk_file_exists (f->path));
  g_assert_cmpuint (count (f), ==, 1);
  dk_file_writer_free (writer);
  g_assert_cmpuint (count (f), ==, 0);
  write_text (f, "first", FALSE, -1);
  assert_text (f, "first");
  write_text (f, "second", FALSE, DK_ERROR_BUSY);
  assert_text (f, "first");
  write_text (f, "third", TRUE, -1);
  assert_text (f, "third");
  g_assert_cmpuint (count (f), ==, 1);
}

static void
test_leftover (Fixture *f, gconstpointer data)
{
  g_autoptr (DkFileWriter) writer = dk_file_writer_new (f->path, NULL);
  g_autofree char *name = g_path_get_basename (dk_file_writer_temporary (writer));

  static const char *const others[] = { "",
                                        ".",
                                        "a",
                                        ".a",
                                        ".a.0123",
                                        ".a.0123456789abcdeg",
                                        ".a.0123456789abcdef0",
                                        "a.0123456789abcdef",
                                        ".0123456789abcdef" };
  g_autofree char *base = dk_file_writer_leftover_base (name);
  g_autofree char *dotted = dk_file_writer_leftover_base (".kit.db.new.0123456789abcdef");

  g_assert_cmpstr (base, ==, "a");
  g_assert_cmpstr (dotted, ==, "kit.db.new");
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_null (dk_file_writer_leftover_base (others[i]));
}

static void
test_short_file (Fixture *f, gconstpointer data)
{
  g_autoptr (DkFileReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  char got[32];

  g_assert_null (dk_file_reader_new (f->path, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (dk_file_reader_new (f->folder, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  write_text (f, "first", FALSE, -1);
  reader = dk_file_reader_new (f->path, NULL);
  g_assert_false (dk_file_reader_read (reader, 2, got, 4, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
}

static void
test_keep_as (Fixture *f, gconstpointer data)
{
  g_autofree char *second = g_build_filename (f->folder, "b", NULL);
  g_autofree char *third = g_build_filename (f->folder, "c", NULL);
  g_autoptr (GError) error = NULL;

  write_text (f, "first", FALSE, -1);
  g_assert_true (dk_file_keep_as (f->path, second, NULL));
  g_assert_true (dk_file_copy_new (f->path, third, NULL));
  write_text (f, "other", TRUE, -1);
  g_assert_false (dk_file_keep_as (f->path, second, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (dk_file_copy_new (f->path, third, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
  assert_text (f, "other");
  g_free (f->path);
  f->path = g_steal_pointer (&second);
  assert_text (f, "first");
}

static gboolean
fill (GByteArray *out, gpointer data, GError **error)
{
  guint *left = data;

  if (*left > 0)
    g_byte_array_append (out, (const guint8 *) "abc", 3);
  *left -= *left > 0;
  return TRUE;
}

static void
test_piece_stream (Fixture *f, gconstpointer data)
{
  guint left = 3;
  g_autoptr (GInputStream) stream = dk_piece_stream_new (fill, &left);
  char got[16] = "";
  gsize size = 0;

  g_assert_true (g_input_stream_read_all (stream, got, sizeof got - 1, &size, NULL, NULL));
  g_assert_cmpuint (size, ==, 9);
  g_assert_cmpstr (got, ==, "abcabcabc");
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  ADD ("/base/file-pieces/whole-or-not-at-all", test_whole_or_not);
  ADD ("/base/file-pieces/tells-what-was-left-over", test_leftover);
  ADD ("/base/file-pieces/short-and-odd-files-are-errors", test_short_file);
  ADD ("/base/file-pieces/keeps-under-another-name", test_keep_as);
  ADD ("/base/file-pieces/stream-of-made-up-pieces", test_piece_stream);
  return dk_test_run ();
}
