/* SPDX-License-Identifier: MIT */
#include "app/container/age-file.h"

#include "app/base/file-pieces.h"

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
