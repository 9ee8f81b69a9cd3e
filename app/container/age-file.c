/* SPDX-License-Identifier: MIT */
#include "app/container/age-file.h"

#define PIECE_BYTES (64u << 10)

/* A file that is read as a stream. The stream tells no total, the file does. */
typedef struct {
  DkFileReader *reader;
  guint64 at;
  const DkJob *job;
} Input;

static void
clear_input (Input *input)
{
  g_clear_pointer (&input->reader, dk_file_reader_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Input, clear_input)

static gboolean
fill_piece (GByteArray *out, gpointer data, GError **error)
{
  Input *input = data;
  guint64 left = dk_file_reader_size (input->reader) - input->at;
  guint part = (guint) MIN (left, PIECE_BYTES);

  g_byte_array_set_size (out, part);
  if (part > 0 && !dk_file_reader_read (input->reader, input->at, out->data, part, error))
    return FALSE;
  input->at += part;
  return TRUE;
}

static void
report_progress (guint64 done, guint64 total, const char *phase, gpointer data)
{
  const Input *input = data;
  guint64 size = dk_file_reader_size (input->reader);

  input->job->progress (MIN (done, size), size, phase, input->job->data);
}

static DkJob
watch_job (Input *input)
{
  const DkJob *job = input->job;

  if (job == NULL)
    return (DkJob){ 0 };
  return (DkJob){ job->cancellable, job->progress != NULL ? report_progress : NULL, input };
}

/* The last step before the new file takes its place: from there on there is no going back. */
static gboolean
finish (const Input *input, DkFileWriter *writer, const char *phase, GError **error)
{
  guint64 size = dk_file_reader_size (input->reader);

  return dk_job_step (input->job, size, size, phase, error)
         && dk_file_writer_finish (writer, TRUE, error);
}

gboolean
dk_age_seal_file (const char *from, const char *to, const guint8 *public_keys, guint count,
                  gboolean armored, const DkJob *job, GError **error)
{
  g_auto (Input) input = { dk_file_reader_new (from, error), 0, job };
  g_autoptr (GInputStream) in = NULL;
  g_autoptr (DkFileWriter) writer = NULL;
  DkJob watched = watch_job (&input);

  if (input.reader == NULL)
    return FALSE;
  in = dk_piece_stream_new (fill_piece, &input);
  writer = dk_file_writer_new (to, error);
  return writer != NULL
         && dk_age_seal_stream (in, dk_file_writer_stream (writer), public_keys, count, armored,
                                &watched, error)
         && finish (&input, writer, "Sealing", error);
}

gboolean
dk_age_open_file (const char *from, const char *to, const DkSecret *secret_key, const DkJob *job,
                  GError **error)
{
  g_auto (Input) input = { dk_file_reader_new (from, error), 0, job };
  g_autoptr (GInputStream) in = NULL;
  g_autoptr (DkFileWriter) writer = NULL;
  DkJob watched = watch_job (&input);

  if (input.reader == NULL)
    return FALSE;
  in = dk_piece_stream_new (fill_piece, &input);
  writer = dk_file_writer_new_private (to, error);
  return writer != NULL
         && dk_age_open_stream (in, dk_file_writer_stream (writer), secret_key, &watched, error)
         && finish (&input, writer, "Opening", error);
}

/* A part of a file that is hashed while it is read. */
typedef struct {
  const DkFileReader *file;
  guint64 at;
  guint64 end;
  GChecksum *sum;
} Part;

static gboolean
fill_from_part (GByteArray *out, gpointer data, GError **error)
{
  Part *part = data;
  guint size = (guint) MIN (part->end - part->at, PIECE_BYTES);

  g_byte_array_set_size (out, size);
  if (size == 0)
    return TRUE;
  if (!dk_file_reader_read (part->file, part->at, out->data, size, error))
    return FALSE;
  g_checksum_update (part->sum, out->data, size);
  part->at += size;
  return TRUE;
}

/* What was sealed is smaller than what it is sealed in. */
static GOutputStream *
new_memory (guint64 size, GError **error)
{
  guint8 *memory = g_try_malloc (MAX (size, 1));

  if (memory != NULL)
    return g_memory_output_stream_new (memory, MAX (size, 1), NULL, g_free);
  g_set_error (error, DK_ERROR, DK_ERROR_MEMORY,
               "There is not enough free memory for a sealed file of this size. Nothing was "
               "changed; close other programs and try again.");
  return NULL;
}

GBytes *
dk_age_open_part (const DkFileReader *file, guint64 offset, guint64 size,
                  const DkSecret *secret_key, guint8 sha256[32], const DkJob *job, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  Part part = { file, offset, offset + size, sum };
  g_autoptr (GInputStream) in = dk_piece_stream_new (fill_from_part, &part);
  g_autoptr (GOutputStream) out = new_memory (size, error);
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (out);
  gsize hash_size = 32;
  gsize opened;

  if (out == NULL)
    return NULL;
  if (!dk_age_open_stream (in, out, secret_key, job, error)) {
    dk_secret_wipe (g_memory_output_stream_get_data (memory),
                    g_memory_output_stream_get_data_size (memory));
    return NULL;
  }
  if (sha256 != NULL)
    g_checksum_get_digest (sum, sha256, &hash_size);
  (void) g_output_stream_close (out, NULL, NULL);
  opened = g_memory_output_stream_get_data_size (memory);
  return g_bytes_new_take (g_memory_output_stream_steal_data (memory), opened);
}
