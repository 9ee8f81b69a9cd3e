/* SPDX-License-Identifier: MIT */
/* Goal: a container that stays on the disk is judged as one in memory, byte for byte, and takes no
 * memory of its size. Method: the same container written both ways and compared; every byte of a
 * small backup flipped, every length cut, on disk; a large payload written, verified and taken out
 * under a meter of the process's memory. */
#define _GNU_SOURCE 1 /* memmem */

#include "app/container/container.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/container/zip.h"
#include "app/crypto/age.h"
#include "tests/support/support.h"

#define LARGE_BYTES (24u << 20)
#define GROWTH_MAX_KIB 6144

typedef struct {
  char *folder;
  char *payload;
  char *file;
  DkMinisignSecret secret;
  DkMinisignPublic key;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) seed = dk_secret_new (32);

  memset (dk_secret_get_mutable (seed), 1, 32);
  dk_minisign_secret_from_seed (seed, &f->secret);
  dk_minisign_secret_public (&f->secret, &f->key);
  f->folder = dk_test_folder_new ();
  f->payload = g_build_filename (f->folder, "payload", NULL);
  f->file = g_build_filename (f->folder, "a.dkbackup", NULL);
  g_assert_true (g_file_set_contents (f->payload, "abcdefghij", 10, NULL));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  dk_minisign_secret_clear (&f->secret);
  g_free (f->folder);
  g_free (f->payload);
  g_free (f->file);
}

static json_t *
backup_fields (void)
{
  return json_pack ("{s:s, s:s, s:i, s:s}", "station", "A07", "kit",
                    "00112233445566778899aabbccddeeff", "sequence", 7, "created",
                    "2026-11-20T08:00:00.000Z");
}

static void
write_backup (Fixture *f)
{
  const DkContainerSource source = { "kit.db", f->payload, NULL };
  g_autoptr (json_t) fields = backup_fields ();
  g_autoptr (DkFileWriter) out = dk_file_writer_new (f->file, NULL);
  g_autoptr (GError) error = NULL;
  gboolean done
      = dk_container_write (out, "backup", fields, &source, 1, &f->secret, 1, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  g_assert_true (dk_file_writer_finish (out, TRUE, NULL));
}

static GBytes *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = dk_file_read (path, LARGE_BYTES + (1u << 20), &error);

  g_assert_no_error (error);
  return bytes;
}

static void
put_file (const char *path, const void *data, gsize size)
{
  g_assert_true (dk_file_replace (path, data, size, DK_FILE_NOT_SYNCED, NULL));
}

/* -1 if it is accepted, else the code of the error. */
static int
judge_file (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContainer) container = dk_container_open_large (f->file, NULL, &error);

  if (container != NULL
      && dk_container_verify (container, "backup", &f->key, 1, NULL, NULL, &error))
    return -1;
  g_assert_true (error->domain == DK_ERROR);
  return error->code;
}

static int
judge_bytes (Fixture *f, const void *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContainer) container = dk_container_open (bytes, &error);

  if (container != NULL
      && dk_container_verify (container, "backup", &f->key, 1, NULL, NULL, &error))
    return -1;
  return error->code;
}

static void
test_same_bytes (Fixture *f, gconstpointer data)
{
  char name[] = "kit.db";
  g_autoptr (GBytes) payload = g_bytes_new_static ("abcdefghij", 10);
  const DkContainerPayload payloads[] = { { name, payload, NULL } };
  g_autoptr (json_t) fields = backup_fields ();
  g_autoptr (GBytes) built
      = dk_container_build ("backup", fields, payloads, 1, &f->secret, 1, NULL);
  g_autoptr (GBytes) written = NULL;

  write_backup (f);
  written = read_file (f->file);
  g_assert_true (g_bytes_equal (built, written));
  g_assert_cmpint (judge_file (f), ==, -1);
}

/* Each changed byte is refused, with the same verdict as in memory. */
static void
test_every_byte_counts (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree guint8 *copy = NULL;
  guint refused = 0;
  gsize size;

  write_backup (f);
  bytes = read_file (f->file);
  size = g_bytes_get_size (bytes);
  copy = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
  for (gsize i = 0; i < size; i++) {
    int code;
    copy[i] ^= (guint8) (1u << (i % 8));
    put_file (f->file, copy, size);
    code = judge_file (f);
    refused += code != -1;
    g_assert_cmpint (code, ==, judge_bytes (f, copy, size));
    copy[i] ^= (guint8) (1u << (i % 8));
  }
  put_file (f->file, copy, size);
  g_assert_cmpint (judge_file (f), ==, -1);
  g_test_message ("%u of %u changed bytes refused", refused, (guint) size);
  g_assert_cmpuint (refused, ==, size);
  g_assert_cmpuint (refused, >, 1000);
}

static void
test_every_truncation (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;

  write_backup (f);
  bytes = read_file (f->file);
  for (gsize i = 0; i < g_bytes_get_size (bytes); i++) {
    put_file (f->file, g_bytes_get_data (bytes, NULL), i);
    g_assert_cmpint (judge_file (f), ==, DK_ERROR_DAMAGED);
  }
}

static void
test_head (Fixture *f, gconstpointer data)
{
  g_autoptr (DkContainer) head = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree guint8 *copy = NULL;
  DkMinisignPublic other = f->key;
  g_autoptr (GError) error = NULL;
  gsize size;

  write_backup (f);
  head = dk_container_open_head (f->file, &error);
  g_assert_no_error (error);
  g_assert_cmpint (dk_json_get_int (dk_container_manifest (head), "sequence", 0), ==, 7);
  g_assert_true (dk_container_check_signers (head, "backup", &f->key, 1, NULL, &error));
  other.id[0] ^= 1;
  g_assert_false (dk_container_check_signers (head, "backup", &other, 1, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&error);
  bytes = read_file (f->file);
  size = g_bytes_get_size (bytes);
  copy = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
  copy[40] ^= 1;
  put_file (f->file, copy, size);
  g_assert_null (dk_container_open_head (f->file, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
}

/* Peak of the memory that this process ever had, in KiB; 0 where the system does not tell. */
static gint64
peak_kib (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, "VmHWM:");
  return line != NULL ? g_ascii_strtoll (line + 6, NULL, 10) : 0;
}

static void
write_large (const char *path)
{
  g_autoptr (DkFileWriter) out = dk_file_writer_new (path, NULL);
  guint8 block[4096];

  for (guint i = 0; i < LARGE_BYTES / sizeof block; i++) {
    memset (block, (int) (i & 0xff), sizeof block);
    g_assert_true (dk_file_writer_write (out, block, sizeof block, NULL));
  }
  g_assert_true (dk_file_writer_finish (out, TRUE, NULL));
}

static void
test_large_in_little_memory (Fixture *f, gconstpointer data)
{
  g_autofree char *taken = g_build_filename (f->folder, "taken", NULL);
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (DkFileWriter) out = dk_file_writer_new (taken, NULL);
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  gint64 peak;

  write_large (f->payload);
  peak = peak_kib ();
  write_backup (f);
  container = dk_container_open_large (f->file, NULL, NULL);
  g_assert_true (dk_container_verify (container, "backup", &f->key, 1, NULL, NULL, NULL));
  g_assert_true (dk_container_extract (container, "kit.db", out, NULL, NULL));
  g_assert_true (dk_file_writer_finish (out, FALSE, NULL));
  g_test_message ("%u MiB written, verified and taken out: memory grew by %" G_GINT64_FORMAT " KiB",
                  LARGE_BYTES >> 20, peak_kib () - peak);
  g_assert_cmpint (peak_kib () - peak, <, GROWTH_MAX_KIB);
  before = read_file (f->payload);
  after = read_file (taken);
  g_assert_true (g_bytes_equal (before, after));
}

/* Changes the first byte of what stands in the file, which keeps its identity. */
static void
change_byte (Fixture *f, const void *found, gsize size)
{
  g_autoptr (GBytes) bytes = read_file (f->file);
  const char *start = g_bytes_get_data (bytes, NULL);
  const char *place = memmem (start, g_bytes_get_size (bytes), found, size);
  FILE *stream = fopen (f->file, "r+b"); /* tidy: banned: the same file must change for readers */

  g_assert_nonnull (place);
  g_assert_true (stream != NULL && fseek (stream, place - start, SEEK_SET) == 0);
  g_assert_cmpint (fputc (*place ^ 1, stream), ==, *place ^ 1);
  g_assert_cmpint (fclose (stream), ==, 0);
}

/* A file that is changed between checking and taking out is found by what is taken out. */
static void
test_changed_after_verifying (Fixture *f, gconstpointer data)
{
  g_autofree char *taken = g_build_filename (f->folder, "taken", NULL);
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (DkFileWriter) out = dk_file_writer_new (taken, NULL);
  g_autoptr (GError) error = NULL;

  write_backup (f);
  container = dk_container_open_large (f->file, NULL, NULL);
  g_assert_true (dk_container_verify (container, "backup", &f->key, 1, NULL, NULL, NULL));
  change_byte (f, "abcdefghij", 10);
  g_assert_false (dk_container_extract (container, "kit.db", out, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
}

/* A container of a plain and a sealed payload; the secret key that opens it. */
static DkSecret *
write_both (Fixture *f, GBytes *plain, GBytes **sealed)
{
  DkSecret *key = dk_secret_new_random (32);
  guint8 public_key[32];
  g_autofree char *recipient = NULL;
  g_autoptr (json_t) fields = backup_fields ();
  g_autoptr (GBytes) file = NULL;

  dk_box_public (public_key, key);
  recipient = dk_age_recipient_text (public_key);
  *sealed = dk_age_seal (plain, public_key, 1, NULL);
  const DkContainerPayload payloads[] = {
    { (char *) "plain", plain, NULL },
    { (char *) "sealed.age", *sealed, (char *[]){ recipient, NULL } },
  };
  file = dk_container_build ("backup", fields, payloads, 2, &f->secret, 1, NULL);
  put_file (f->file, g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  return key;
}

static void
test_read_in_place (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) plain = g_bytes_new_take (g_strnfill (200000, 'p'), 200000);
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (DkSecret) key = write_both (f, plain, &sealed);
  g_autoptr (DkSecret) other = dk_secret_new_random (32);
  g_autoptr (DkContainer) container = dk_container_open_in_place (f->file, NULL, NULL);
  g_autoptr (GBytes) read = NULL;
  g_autoptr (GBytes) opened = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_container_verify (container, "backup", &f->key, 1, NULL, NULL, NULL));
  g_assert_true (dk_container_has_payload (container, "plain"));
  g_assert_false (dk_container_has_payload (container, "other"));
  read = dk_container_read (container, "plain", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (read, plain));
  opened = dk_container_unseal (container, "sealed.age", key, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (opened, plain));
  g_assert_null (dk_container_unseal (container, "sealed.age", other, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&error);
  g_assert_null (dk_container_read (container, "other", NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

/* Of the sealed one the header is changed to another that opens: the hash alone can tell. */
static void
test_changed_in_place (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) plain = g_bytes_new_take (g_strnfill (200000, 'p'), 200000);
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (DkSecret) key = write_both (f, plain, &sealed);
  g_autoptr (DkContainer) container = dk_container_open_in_place (f->file, NULL, NULL);
  g_autoptr (GError) error = NULL;
  guint8 public_key[32];
  g_autoptr (GBytes) bytes = read_file (f->file);
  gsize size = g_bytes_get_size (bytes);
  g_autofree char *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
  char *place = memmem (copy, size, "age-encryption.org", 18);
  FILE *stream;

  g_assert_true (dk_container_verify (container, "backup", &f->key, 1, NULL, NULL, NULL));
  dk_box_public (public_key, key);
  again = dk_age_seal (plain, public_key, 1, NULL);
  g_assert_cmpuint (g_bytes_get_size (again), ==, g_bytes_get_size (sealed));
  memcpy (place, g_bytes_get_data (again, NULL), g_bytes_get_size (again));
  stream = fopen (f->file, "r+b"); /* tidy: banned: the same file must change for its reader */
  g_assert_true (stream != NULL && fwrite (copy, 1, size, stream) == size);
  g_assert_cmpint (fclose (stream), ==, 0);
  g_assert_null (dk_container_unseal (container, "sealed.age", key, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_clear_error (&error);
  change_byte (f, "pppp", 4);
  g_assert_null (dk_container_read (container, "plain", NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
}

static void
test_too_large_in_place (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  write_backup (f);
  g_assert_cmpint (truncate (f->file, DK_LIMIT_PACK_BYTES + 1), ==, 0);
  g_assert_null (dk_container_open_in_place (f->file, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "a pack may have 160 MiB"));
}

static void
test_odd_files (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_container_open_large (f->payload, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_container_open_large (f->folder, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_container_open_large (f->file, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  ADD ("/container/large/same-bytes-as-in-memory", test_same_bytes);
  ADD ("/container/large/every-byte-counts", test_every_byte_counts);
  ADD ("/container/large/every-truncation-is-refused", test_every_truncation);
  ADD ("/container/large/head-tells-signers", test_head);
  ADD ("/container/large/takes-little-memory", test_large_in_little_memory);
  ADD ("/container/large/what-is-taken-out-is-checked", test_changed_after_verifying);
  ADD ("/container/in-place/read-and-unsealed", test_read_in_place);
  ADD ("/container/in-place/what-changed-meanwhile-is-refused", test_changed_in_place);
  ADD ("/container/in-place/too-large-is-refused", test_too_large_in_place);
  ADD ("/container/large/odd-files-are-refused", test_odd_files);
  return dk_test_run ();
}
