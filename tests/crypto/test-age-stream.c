/* SPDX-License-Identifier: MIT */
/* Goal: streams of any pace and length are sealed to the same bytes, for ever, in constant memory,
 * and no failure passes for an end. Method: vectors of another program with what a sealer draws
 * fixed; streams that trickle, fail, end early or are full; the growth of this process. */
#include "tests/crypto/age-sample.h"

#include <string.h>
#include <sys/resource.h>

#include "app/base/text.h"
#include "tests/crypto/sample.h"
#include "tests/support/support.h"

#define VECTORS "tests/data/crypto/age-v1.txt"

static void
assert_equal (GBytes *a, GBytes *b)
{
  g_assert_cmpmem (g_bytes_get_data (a, NULL), g_bytes_get_size (a), g_bytes_get_data (b, NULL),
                   g_bytes_get_size (b));
}

static void
check_vector (char **words)
{
  guint count = (guint) g_ascii_strtoull (words[0], NULL, 10);
  gsize size = (gsize) g_ascii_strtoull (words[1], NULL, 10);
  g_autoptr (GBytes) plain = dk_age_sample_plain (size);
  g_autoptr (GBytes) sealed = dk_age_sample_seal (plain, count, g_str_equal (words[2], "armored"));
  g_autofree char *text = NULL;
  guint8 hash[32];

  dk_hash (hash, sizeof hash, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), NULL);
  text = dk_text_hex (hash, sizeof hash);
  g_assert_cmpstr (text, ==, words[3]);
  for (guint i = 1; i <= count; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) opened = dk_age_sample_open (g_bytes_get_data (sealed, NULL),
                                                    g_bytes_get_size (sealed), i, &error);

    g_assert_no_error (error);
    assert_equal (opened, plain);
  }
}

static void
test_vectors (void)
{
  g_autofree char *path = dk_test_source_path (VECTORS);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint checked = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_auto (GStrv) words = g_strsplit (*line, " ", -1);

    if (**line == '#' || **line == '\0')
      continue;
    g_assert_cmpuint (g_strv_length (words), ==, 4);
    check_vector (words);
    checked++;
  }
  g_test_message ("%u vectors", checked);
  g_assert_cmpuint (checked, ==, 48);
}

static GBytes *
seal_at_pace (GBytes *plain, gboolean armored, gsize step)
{
  g_autoptr (GInputStream) in = dk_age_sample_trickle (g_bytes_get_data (plain, NULL),
                                                       g_bytes_get_size (plain), step, G_MAXSIZE);
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autofree guint8 *keys = dk_age_sample_public (2);
  DkAgeSealing sealing = { in, out, keys, 2, armored };

  dk_age_sample_draw_first ();
  g_assert_true (dk_age_seal_drawn (&sealing, dk_age_sample_draw, NULL, NULL));
  g_assert_false (g_output_stream_is_closed (out) || g_input_stream_is_closed (in));
  g_assert_true (g_output_stream_close (out, NULL, NULL));
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
}

/* Opens what trickles in; the error's code or -1. *opened gets what came out, always. */
static int
open_at_pace (const void *bytes, gsize size, gsize step, gsize fail_at, GBytes **opened)
{
  g_autoptr (GInputStream) in = dk_age_sample_trickle (bytes, size, step, fail_at);
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autoptr (DkSecret) key = dk_age_sample_key (2);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_age_open_stream (in, out, key, NULL, &error);

  g_assert_true (g_output_stream_close (out, NULL, NULL));
  g_clear_pointer (opened, g_bytes_unref);
  *opened = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
  g_assert_true (done == (error == NULL));
  if (done)
    return -1;
  g_assert_true (error->domain == DK_ERROR);
  return error->code;
}

static void
test_any_pace (void)
{
  static const gsize steps[] = { 1, 7, 48, 65535, 65536, 65552, 1u << 20 };
  static const gsize sizes[] = { 0, 100, 65536, 131073 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes) * 2; i++) {
    g_autoptr (GBytes) plain = dk_age_sample_plain (sizes[i / 2]);
    g_autoptr (GBytes) expected = dk_age_sample_seal (plain, 2, i % 2 == 1);

    for (guint j = 0; j < G_N_ELEMENTS (steps); j++) {
      g_autoptr (GBytes) sealed = seal_at_pace (plain, i % 2 == 1, steps[j]);
      g_autoptr (GBytes) opened = NULL;

      assert_equal (sealed, expected);
      g_assert_cmpint (open_at_pace (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed),
                                     steps[j], G_MAXSIZE, &opened),
                       ==, -1);
      assert_equal (opened, plain);
    }
  }
}

/* Whole chunks come out before the end is known: the caller must be told that they do not count. */
static void
test_cut_at_a_chunk_is_told (void)
{
  g_autoptr (GBytes) plain = dk_age_sample_plain (3 * 65536);
  g_autoptr (GBytes) sealed = dk_age_sample_seal (plain, 2, FALSE);
  g_autoptr (GBytes) opened = NULL;
  gsize size = g_bytes_get_size (sealed);

  for (guint chunks = 1; chunks <= 2; chunks++) {
    g_assert_cmpint (open_at_pace (g_bytes_get_data (sealed, NULL), size - chunks * (65536 + 16),
                                   1u << 20, G_MAXSIZE, &opened),
                     ==, DK_ERROR_DAMAGED);
    g_assert_cmpuint (g_bytes_get_size (opened), ==, (2 - chunks) * 65536);
  }
}

static void
test_failures_of_streams_are_told (void)
{
  g_autoptr (GBytes) plain = dk_age_sample_plain (200000);
  g_autofree guint8 *keys = dk_age_sample_public (2);
  g_autoptr (GBytes) opened = NULL;
  guint told = 0;

  for (int armored = 0; armored < 2; armored++) {
    g_autoptr (GBytes) sealed = dk_age_sample_seal (plain, 2, armored == 1);
    gsize size = g_bytes_get_size (sealed);

    for (gsize at = 0; at <= size; at += at < 700 ? 7 : 30011, told++)
      g_assert_cmpint (
          open_at_pace (g_bytes_get_data (sealed, NULL), size, 1000, MIN (at, size - 1), &opened),
          ==, DK_ERROR_FAILED);
    for (gsize room = 1; room < size; room += 30011, told++) {
      g_autoptr (GInputStream) in = g_memory_input_stream_new_from_bytes (plain);
      g_autofree guint8 *memory = g_malloc (room);
      g_autoptr (GOutputStream) out = g_memory_output_stream_new (memory, room, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (dk_age_seal_stream (in, out, keys, 2, armored == 1, NULL, &error));
      g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
    }
  }
  g_test_message ("%u failures", told);
  g_assert_cmpuint (told, >=, 200);
}

static void
stop_at_second_chunk (guint64 done, guint64 total, const char *phase, gpointer data)
{
  g_assert_cmpuint (total, ==, 0);
  if (done >= 65536)
    g_cancellable_cancel (data);
}

static void
test_can_be_cancelled (void)
{
  g_autoptr (GBytes) plain = dk_age_sample_plain (1000000);
  g_autoptr (GBytes) sealed = dk_age_sample_seal (plain, 2, FALSE);
  g_autofree guint8 *keys = dk_age_sample_public (2);
  g_autoptr (DkSecret) key = dk_age_sample_key (1);

  for (int opening = 0; opening < 2; opening++) {
    g_autoptr (GInputStream) in
        = g_memory_input_stream_new_from_bytes (opening == 1 ? sealed : plain);
    g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    g_autoptr (GError) error = NULL;
    DkJob job = { cancellable, stop_at_second_chunk, cancellable };

    g_usleep (110000); /* progress is told at most ten times a second */
    g_assert_false (opening == 1 ? dk_age_open_stream (in, out, key, &job, &error)
                                 : dk_age_seal_stream (in, out, keys, 2, FALSE, &job, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  }
}

static glong
resident_kib (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  return usage.ru_maxrss;
}

static void
run_through (const char *from, const char *to, gboolean armored, const guint8 *keys,
             const DkSecret *key)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);
  g_autoptr (GFileInputStream) in = g_file_read (source, NULL, NULL);
  g_autoptr (GFileOutputStream) out
      = g_file_replace (target, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL);
  g_autoptr (GError) error = NULL;
  gboolean done = keys != NULL ? dk_age_seal_stream (G_INPUT_STREAM (in), G_OUTPUT_STREAM (out),
                                                     keys, 1, armored, NULL, &error)
                               : dk_age_open_stream (G_INPUT_STREAM (in), G_OUTPUT_STREAM (out),
                                                     key, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  g_assert_true (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, NULL));
}

/* The size of the file must not be seen in the size of the process. */
static void
test_constant_memory (void)
{
  const gsize size = 24u << 20;
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *plain = g_build_filename (folder, "plain", NULL);
  g_autofree char *sealed = g_build_filename (folder, "sealed", NULL);
  g_autofree char *opened = g_build_filename (folder, "opened", NULL);
  g_autofree guint8 *keys = dk_age_sample_public (1);
  g_autoptr (DkSecret) key = dk_age_sample_key (1);
  glong before;

  g_assert_true (g_file_set_contents (plain, "", 0, NULL));
  {
    g_autoptr (GFile) file = g_file_new_for_path (plain);
    g_autoptr (GFileOutputStream) out = g_file_append_to (file, G_FILE_CREATE_NONE, NULL, NULL);

    g_assert_true (g_seekable_truncate (G_SEEKABLE (out), (goffset) size, NULL, NULL));
  }
  before = resident_kib ();
  for (int armored = 0; armored < 2; armored++) {
    run_through (plain, sealed, armored == 1, keys, NULL);
    run_through (sealed, opened, FALSE, NULL, key);
  }
  g_test_message ("%" G_GSIZE_FORMAT " MiB twice, both ways: %ld KiB more", size >> 20,
                  resident_kib () - before);
  g_assert_cmpint (resident_kib () - before, <, 12 << 10);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
#define ADD(path, function) g_test_add_func ("/crypto/age/stream/" path, function)
  ADD ("constant-memory", test_constant_memory);
  ADD ("vectors-of-another-program", test_vectors);
  ADD ("any-pace-gives-the-same", test_any_pace);
  ADD ("a-cut-between-chunks-is-told", test_cut_at_a_chunk_is_told);
  ADD ("failures-of-streams-are-told", test_failures_of_streams_are_told);
  ADD ("can-be-cancelled", test_can_be_cancelled);
#undef ADD
  return dk_test_run ();
}
