/* SPDX-License-Identifier: MIT */
#include "app/base/file-pieces.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/base/file-private.h"
#include "app/base/file.h"

#define COPY_BYTES (256u << 10)
#define RANDOM_DIGITS 16

struct DkFileWriter {
  int fd; /* -1 once it is synced */
  char *path;
  char *temporary; /* NULL once it has its name */
  GOutputStream *stream;
};

struct DkFileReader {
  int fd;
  char *path;
  guint64 size;
};

/* What writes to streams gets one that ends in the writer. */
typedef struct {
  GOutputStream parent;
  DkFileWriter *writer;
} DkWriterStream;

typedef GOutputStreamClass DkWriterStreamClass;

static GType dk_writer_stream_get_type (void);
G_DEFINE_TYPE (DkWriterStream, dk_writer_stream, G_TYPE_OUTPUT_STREAM)

static gssize
write_to_writer (GOutputStream *stream, const void *data, gsize size, GCancellable *cancellable,
                 GError **error)
{
  DkWriterStream *self = (DkWriterStream *) stream;

  return dk_file_writer_write (self->writer, data, size, error) ? (gssize) size : -1;
}

static void
dk_writer_stream_class_init (DkWriterStreamClass *klass)
{
  klass->write_fn = write_to_writer;
}

static void
dk_writer_stream_init (DkWriterStream *self)
{
  self->writer = NULL;
}

static DkFileWriter *
new_writer (const char *path, gboolean is_private, GError **error)
{
  g_autofree char *temporary = NULL;
  int fd = dk_file_open_temporary (path, is_private, &temporary, error);
  DkFileWriter *writer;

  if (fd < 0)
    return NULL;
  writer = g_new0 (DkFileWriter, 1);
  writer->fd = fd;
  writer->path = g_strdup (path);
  writer->temporary = g_steal_pointer (&temporary);
  writer->stream = g_object_new (dk_writer_stream_get_type (), NULL);
  ((DkWriterStream *) writer->stream)->writer = writer;
  return writer;
}

DkFileWriter *
dk_file_writer_new (const char *path, GError **error)
{
  return new_writer (path, FALSE, error);
}

DkFileWriter *
dk_file_writer_new_private (const char *path, GError **error)
{
  return new_writer (path, TRUE, error);
}

char *
dk_file_writer_leftover_base (const char *name)
{
  const char *end = strrchr (name, '.');

  if (name[0] != '.' || end <= name + 1 || strlen (end + 1) != RANDOM_DIGITS
      || strspn (end + 1, "0123456789abcdef") != RANDOM_DIGITS)
    return NULL;
  return g_strndup (name + 1, (gsize) (end - name - 1));
}

gboolean
dk_file_writer_write (DkFileWriter *writer, const void *data, gsize size, GError **error)
{
  g_assert (writer->fd >= 0);
  if (dk_platform_write_all (writer->fd, data, size))
    return TRUE;
  dk_file_set_error (error, errno, TRUE, "write", writer->path);
  return FALSE;
}

GOutputStream *
dk_file_writer_stream (DkFileWriter *writer)
{
  return writer->stream;
}

gboolean
dk_file_writer_sync (DkFileWriter *writer, GError **error)
{
  gboolean done;
  int saved;

  if (writer->fd < 0)
    return TRUE;
  done = dk_platform_sync_fd (writer->fd);
  saved = errno;
  if (!g_close (writer->fd, NULL) && done) {
    done = FALSE;
    saved = EIO;
  }
  writer->fd = -1;
  if (!done)
    dk_file_set_error (error, saved, TRUE, "write", writer->path);
  return done;
}

const char *
dk_file_writer_temporary (const DkFileWriter *writer)
{
  return writer->temporary;
}

gboolean
dk_file_writer_finish (DkFileWriter *writer, gboolean replace, GError **error)
{
  if (!dk_file_writer_sync (writer, error)
      || !(replace ? dk_file_rename (writer->temporary, writer->path, error)
                   : dk_file_rename_new (writer->temporary, writer->path, error)))
    return FALSE;
  g_clear_pointer (&writer->temporary, g_free);
  return TRUE;
}

void
dk_file_writer_free (DkFileWriter *writer)
{
  if (writer == NULL)
    return;
  if (writer->fd >= 0)
    (void) g_close (writer->fd, NULL);
  if (writer->temporary != NULL)
    (void) g_unlink (writer->temporary);
  g_object_unref (writer->stream);
  g_free (writer->temporary);
  g_free (writer->path);
  g_free (writer);
}

DkFileReader *
dk_file_reader_new (const char *path, GError **error)
{
  DkFileKind kind;
  guint64 size = 0;
  int fd = dk_file_open (path, &kind, &size, error);
  DkFileReader *reader;

  if (fd < 0)
    return NULL;
  if (kind != DK_FILE_REGULAR) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s is a device or a pipe, not a file.", path);
    (void) g_close (fd, NULL);
    return NULL;
  }
  reader = g_new0 (DkFileReader, 1);
  reader->fd = fd;
  reader->path = g_strdup (path);
  reader->size = size;
  return reader;
}

guint64
dk_file_reader_size (const DkFileReader *reader)
{
  return reader->size;
}

gboolean
dk_file_reader_read (const DkFileReader *reader, guint64 offset, void *out, gsize size,
                     GError **error)
{
  gssize got = dk_platform_read_at (reader->fd, out, size, offset);

  if (got == (gssize) size)
    return TRUE;
  if (got < 0) {
    dk_file_set_error (error, errno, FALSE, "read", reader->path);
    return FALSE;
  }
  g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
               "%s became shorter while it was read. Nothing was taken from it; try again.",
               reader->path);
  return FALSE;
}

void
dk_file_reader_forget_cached (const DkFileReader *reader)
{
  dk_platform_forget_cached (reader->fd);
}

void
dk_file_reader_free (DkFileReader *reader)
{
  if (reader == NULL)
    return;
  (void) g_close (reader->fd, NULL);
  g_free (reader->path);
  g_free (reader);
}

typedef struct {
  GInputStream parent;
  DkFillPiece fill;
  gpointer data;
  GByteArray *piece;
  gsize used;
} DkPieceStream;

typedef GInputStreamClass DkPieceStreamClass;

static GType dk_piece_stream_get_type (void);
G_DEFINE_TYPE (DkPieceStream, dk_piece_stream, G_TYPE_INPUT_STREAM)

static gssize
read_from_pieces (GInputStream *stream, void *out, gsize size, GCancellable *cancellable,
                  GError **error)
{
  DkPieceStream *self = (DkPieceStream *) stream;
  gsize part;

  if (self->used == self->piece->len) {
    g_byte_array_set_size (self->piece, 0);
    self->used = 0;
    if (!self->fill (self->piece, self->data, error))
      return -1;
  }
  part = MIN (size, self->piece->len - self->used);
  if (part > 0)
    memcpy (out, self->piece->data + self->used, part);
  self->used += part;
  return (gssize) part;
}

static void
finalize_pieces (GObject *object)
{
  g_byte_array_unref (((DkPieceStream *) object)->piece);
  G_OBJECT_CLASS (dk_piece_stream_parent_class)->finalize (object);
}

static void
dk_piece_stream_class_init (DkPieceStreamClass *klass)
{
  klass->read_fn = read_from_pieces;
  G_OBJECT_CLASS (klass)->finalize = finalize_pieces;
}

static void
dk_piece_stream_init (DkPieceStream *self)
{
  self->piece = g_byte_array_new ();
}

GInputStream *
dk_piece_stream_new (DkFillPiece fill, gpointer data)
{
  DkPieceStream *stream = g_object_new (dk_piece_stream_get_type (), NULL);

  stream->fill = fill;
  stream->data = data;
  return G_INPUT_STREAM (stream);
}

gboolean
dk_file_copy_new (const char *from, const char *to, GError **error)
{
  g_autoptr (DkFileReader) in = dk_file_reader_new (from, error);
  g_autoptr (DkFileWriter) out = in != NULL ? dk_file_writer_new (to, error) : NULL;
  g_autofree guint8 *buffer = g_malloc (COPY_BYTES);
  guint64 size = in != NULL ? dk_file_reader_size (in) : 0;

  if (out == NULL)
    return FALSE;
  for (guint64 at = 0; at < size; at += COPY_BYTES) {
    gsize part = (gsize) MIN (COPY_BYTES, size - at);
    if (!dk_file_reader_read (in, at, buffer, part, error)
        || !dk_file_writer_write (out, buffer, part, error))
      return FALSE;
  }
  return dk_file_writer_finish (out, FALSE, error);
}

gboolean
dk_file_keep_as (const char *from, const char *to, GError **error)
{
  int linked = dk_platform_link (from, to);

  if (linked > 0)
    return TRUE;
  if (linked < 0)
    return dk_file_copy_new (from, to, error);
  g_set_error (error, DK_ERROR, DK_ERROR_BUSY, "%s exists already; it was left as it is.", to);
  return FALSE;
}
