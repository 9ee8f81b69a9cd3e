/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/base/error.h"

G_BEGIN_DECLS

/* Files that are too large to be values in memory: written piece by piece under a hidden name and
 * renamed when they are whole, read in pieces from one open file. Errors as in file.h. Any thread,
 * one thread at a time. */

/* A new file that has no name yet. */
typedef struct DkFileWriter DkFileWriter;

/* Begins a file that is to become path: a new file of a random hidden name beside it. */
DkFileWriter *dk_file_writer_new (const char *path, GError **error) DK_CHECKED;

/* As dk_file_writer_new, for this user alone: 0600 whatever the folder. */
DkFileWriter *dk_file_writer_new_private (const char *path, GError **error) DK_CHECKED;

/* Appends. DK_ERROR_STORAGE. */
gboolean dk_file_writer_write (DkFileWriter *writer, const void *data, gsize size,
                               GError **error) DK_CHECKED;

/* The writer as a stream, for what writes to streams; borrowed. */
GOutputStream *dk_file_writer_stream (DkFileWriter *writer);

/* Makes what was written durable; nothing can be appended afterwards. */
gboolean dk_file_writer_sync (DkFileWriter *writer, GError **error) DK_CHECKED;

/* The hidden name, for reading back before it is renamed; borrowed. */
const char *dk_file_writer_temporary (const DkFileWriter *writer);

/* Syncs if that was not done and gives the file its name, durably. Without `replace` a file that
 * stands there is left and the result is DK_ERROR_BUSY. */
gboolean dk_file_writer_finish (DkFileWriter *writer, gboolean replace, GError **error) DK_CHECKED;

/* Frees it and removes a file that was not finished. NULL is fine. */
void dk_file_writer_free (DkFileWriter *writer);

/* The name that a file was to have whose hidden name this is, as a writer that was killed leaves
 * it: ".BASE." and 16 hex digits. New string; NULL if it is no such name. */
char *dk_file_writer_leftover_base (const char *name);

/* An open file that is read in pieces. */
typedef struct DkFileReader DkFileReader;

/* Opens a regular file. DK_ERROR_INVALID if it is something else. */
DkFileReader *dk_file_reader_new (const char *path, GError **error) DK_CHECKED;

/* Its size in bytes when it was opened. */
guint64 dk_file_reader_size (const DkFileReader *reader);

/* Reads exactly size bytes from offset. DK_ERROR_FAILED if the file ends before or the medium is
 * gone. */
gboolean dk_file_reader_read (const DkFileReader *reader, guint64 offset, void *out, gsize size,
                              GError **error) DK_CHECKED;

/* Asks the system to forget what it holds of this file in memory, so that the next read comes from
 * the medium. Best effort. */
void dk_file_reader_forget_cached (const DkFileReader *reader);

/* Frees it; NULL is fine. */
void dk_file_reader_free (DkFileReader *reader);

/* Where the pieces of a made-up stream come from: appends the next piece to `out` (empty at the
 * end). */
typedef gboolean (*DkFillPiece) (GByteArray *out, gpointer data, GError **error);

/* A stream of pieces that are made when they are read, for what reads from streams. New reference;
 * data outlives it. */
GInputStream *dk_piece_stream_new (DkFillPiece fill, gpointer data);

/* Copies a file to a new one, durably. DK_ERROR_BUSY if `to` exists. */
gboolean dk_file_copy_new (const char *from, const char *to, GError **error) DK_CHECKED;

/* Copies a file under another name without a moment in which the old name is gone: by a second name
 * for the same file where the system has that, else by copying. DK_ERROR_BUSY if `to` exists. */
gboolean dk_file_keep_as (const char *from, const char *to, GError **error) DK_CHECKED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkFileWriter, dk_file_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkFileReader, dk_file_reader_free)

G_END_DECLS
