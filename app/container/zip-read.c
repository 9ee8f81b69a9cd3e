/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/container/zip-private.h"

#define PIECE_BYTES (64u << 10)

/* The one reader of both kinds: all bytes come through fetch. */
typedef struct {
  GBytes *zip;              /* in memory, or NULL */
  const DkFileReader *file; /* on the disk, or NULL */
  const DkZipFileOptions *options;
  guint8 *piece;            /* PIECE_BYTES, of a file */
  guint64 size;
  guint64 offset;
  const DkZipLimits *limits;
  const char *what;
  GHashTable *names;
  GArray *entries;
  GPtrArray *members;
} Reader;

static guint
read_u16 (const guint8 *bytes)
{
  return bytes[0] | (guint) bytes[1] << 8;
}

static guint32
read_u32 (const guint8 *bytes)
{
  return read_u16 (bytes) | (guint32) read_u16 (bytes + 2) << 16;
}

static gboolean
refuse_damaged (const Reader *reader, const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "%s is damaged or was changed: at byte %" G_GUINT64_FORMAT " %s. Nothing was taken "
               "from it; get the file again.",
               reader->what, reader->offset, why);
  return FALSE;
}

static gboolean
refuse_size (const Reader *reader, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s is larger than what is accepted (%u parts, %" G_GUINT64_FORMAT
               " bytes each, %" G_GUINT64_FORMAT " bytes in all). Nothing was taken from it.",
               reader->what, reader->limits->members_max, reader->limits->member_bytes_max,
               reader->limits->total_bytes_max);
  return FALSE;
}

/* Bytes that are known to lie in the zip, at most PIECE_BYTES of a file; borrowed until the next
 * call. */
static const guint8 *
fetch (Reader *reader, guint64 offset, gsize size, GError **error)
{
  g_assert (offset <= reader->size && size <= reader->size - offset);
  if (reader->zip != NULL)
    return (const guint8 *) g_bytes_get_data (reader->zip, NULL) + offset;
  g_assert (size <= PIECE_BYTES);
  return dk_file_reader_read (reader->file, offset, reader->piece, size, error) ? reader->piece
                                                                                : NULL;
}

/* Fills the entry from a local header and checks that the header is the one that would be written
 * for it. *name gets a new string, which the entry borrows. */
static gboolean
read_header (Reader *reader, DkZipEntry *entry, char **name, GError **error)
{
  g_autoptr (GByteArray) expected = NULL;
  guint64 left = reader->size - reader->offset;
  const guint8 *header;

  if (left < DK_ZIP_LOCAL_SIZE)
    return refuse_damaged (reader, "it ends too early", error);
  header = fetch (reader, reader->offset, DK_ZIP_LOCAL_SIZE, error);
  if (header == NULL)
    return FALSE;
  entry->crc = read_u32 (header + 14);
  entry->size = read_u32 (header + 22);
  entry->name_size = read_u16 (header + 26);
  entry->offset = (guint32) reader->offset;
  if (left - DK_ZIP_LOCAL_SIZE < entry->name_size)
    return refuse_damaged (reader, "it ends too early", error);
  header = entry->name_size <= DK_ZIP_NAME_BYTES_MAX
               ? fetch (reader, reader->offset, DK_ZIP_LOCAL_SIZE + entry->name_size, error)
               : NULL;
  if (header == NULL && entry->name_size <= DK_ZIP_NAME_BYTES_MAX)
    return FALSE;
  if (header == NULL
      || !dk_zip_name_is_valid ((const char *) header + DK_ZIP_LOCAL_SIZE, entry->name_size))
    return refuse_damaged (reader, "a part has a name that is not allowed", error);
  *name = g_strndup ((const char *) header + DK_ZIP_LOCAL_SIZE, entry->name_size);
  entry->name = *name;
  expected = g_byte_array_new ();
  dk_zip_append_local (expected, entry);
  if (memcmp (expected->data, header, expected->len) != 0)
    return refuse_damaged (reader, "the header of a part is not as it must be", error);
  return TRUE;
}

static gboolean
is_kept (const Reader *reader, const DkZipEntry *entry)
{
  return reader->zip != NULL || g_str_has_prefix (entry->name, reader->options->keep);
}

static void
hash_piece (GChecksum *sum, const guint8 *piece, gsize size)
{
  if (sum != NULL && size > 0)
    g_checksum_update (sum, piece, (gssize) size);
}

/* Checks the bytes of a member against its CRC-32, and hashes one that stays in the file. */
static gboolean
check_bytes (Reader *reader, const DkZipEntry *entry, DkZipMember *member, const DkJob *job,
             GError **error)
{
  g_autoptr (GChecksum) sum = reader->zip == NULL ? g_checksum_new (G_CHECKSUM_SHA256) : NULL;
  gsize hash_size = sizeof member->sha256;
  guint32 crc = 0;

  for (guint64 done = 0; done < member->size;) {
    gsize part = (gsize) MIN (PIECE_BYTES, member->size - done);
    const guint8 *piece = fetch (reader, member->offset + done, part, error);
    if (piece == NULL)
      return FALSE;
    crc = dk_zip_crc (crc, piece, part);
    hash_piece (sum, piece, part);
    done += part;
    if (!dk_job_step (job, member->offset + done, reader->size, "Reading", error))
      return FALSE;
  }
  if (crc != entry->crc)
    return refuse_damaged (reader, "the checksum of a part is wrong", error);
  if (sum != NULL)
    g_checksum_get_digest (sum, member->sha256, &hash_size);
  return TRUE;
}

static gboolean
take_bytes (Reader *reader, DkZipMember *member, GError **error)
{
  guint8 *copy;

  if (reader->zip != NULL) {
    member->bytes
        = g_bytes_new_from_bytes (reader->zip, (gsize) member->offset, (gsize) member->size);
    return TRUE;
  }
  copy = g_malloc ((gsize) member->size + 1);
  member->bytes = g_bytes_new_take (copy, (gsize) member->size);
  return dk_file_reader_read (reader->file, member->offset, copy, (gsize) member->size, error);
}

/* *more becomes FALSE where the caller wants no more than the head. */
static gboolean
read_member (Reader *reader, gboolean *more, const DkJob *job, GError **error)
{
  DkZipMember *member = g_new0 (DkZipMember, 1);
  DkZipEntry entry = { 0 };
  guint64 start;
  gboolean kept;

  g_ptr_array_add (reader->members, member);
  if (!read_header (reader, &entry, &member->name, error))
    return FALSE;
  start = reader->offset + DK_ZIP_LOCAL_SIZE + entry.name_size;
  kept = is_kept (reader, &entry);
  member->size = entry.size;
  member->offset = start;
  if (entry.size > reader->limits->member_bytes_max
      || (reader->zip == NULL && kept && entry.size > reader->options->keep_bytes_max)
      || reader->entries->len >= reader->limits->members_max)
    return refuse_size (reader, error);
  if (reader->size - start < entry.size)
    return refuse_damaged (reader, "it ends too early", error);
  if (!dk_zip_remember_name (reader->names, entry.name, entry.name_size))
    return refuse_damaged (reader, "a part has the name of another one", error);
  g_array_append_val (reader->entries, entry);
  if (!kept && reader->options->is_head_only) {
    *more = FALSE;
    return TRUE;
  }
  if (!check_bytes (reader, &entry, member, job, error)
      || (kept && !take_bytes (reader, member, error)))
    return FALSE;
  reader->offset = start + entry.size;
  return TRUE;
}

/* One changed byte at the beginning is damage; a file that has hardly anything in common with a zip
 * there is something else. */
static gboolean
check_is_zip (Reader *reader, GError **error)
{
  const guint8 local[4] = { 'P', 'K', 3, 4 };
  const guint8 *first;
  guint equal = 0;

  if (reader->size < sizeof local)
    return TRUE;
  first = fetch (reader, 0, sizeof local, error);
  if (first == NULL)
    return FALSE;
  for (gsize i = 0; i < sizeof local; i++)
    equal += first[i] == local[i];
  if (equal >= 2)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s is no file of this program. Nothing was taken from it; choose another file.",
               reader->what);
  return FALSE;
}

static gboolean
check_tail (Reader *reader, GError **error)
{
  g_autoptr (GByteArray) tail
      = dk_zip_make_tail (reader->entries, (guint32) reader->offset);
  guint64 left = reader->size - reader->offset;
  gboolean equal = left == tail->len;

  if (left < tail->len)
    return refuse_damaged (reader, "it ends too early", error);
  for (gsize done = 0; equal && done < tail->len; done += PIECE_BYTES) {
    gsize part = MIN (PIECE_BYTES, tail->len - done);
    const guint8 *piece = fetch (reader, reader->offset + done, part, error);
    if (piece == NULL)
      return FALSE;
    equal = memcmp (piece, tail->data + done, part) == 0;
  }
  return equal || refuse_damaged (reader, "its table of contents is not as it must be", error);
}

/* *yes tells if a local header stands here. */
static gboolean
look_for_member (Reader *reader, gboolean *yes, GError **error)
{
  const guint8 *first;

  *yes = FALSE;
  if (reader->size - reader->offset < 4)
    return TRUE;
  first = fetch (reader, reader->offset, 4, error);
  if (first == NULL)
    return FALSE;
  *yes = read_u32 (first) == DK_ZIP_LOCAL_SIGNATURE;
  return TRUE;
}

static gboolean
read_all (Reader *reader, const DkJob *job, GError **error)
{
  gboolean more = TRUE;
  gboolean yes;

  if (reader->size > reader->limits->total_bytes_max)
    return refuse_size (reader, error);
  if (!check_is_zip (reader, error))
    return FALSE;
  for (;;) {
    if (!look_for_member (reader, &yes, error))
      return FALSE;
    if (!yes)
      return check_tail (reader, error);
    if (!read_member (reader, &more, job, error)
        || !dk_job_step (job, reader->offset, reader->size, "Reading", error))
      return FALSE;
    if (!more)
      return TRUE;
  }
}

static GPtrArray *
run_reader (Reader *reader, const DkJob *job, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (DkZipEntry));
  g_autoptr (GPtrArray) members = dk_zip_members_new ();

  reader->names = names;
  reader->entries = entries;
  reader->members = members;
  return read_all (reader, job, error) ? g_steal_pointer (&members) : NULL;
}

GPtrArray *
dk_zip_read (GBytes *zip, const DkZipLimits *limits, const char *what, const DkJob *job,
             GError **error)
{
  Reader reader = { .zip = zip, .size = g_bytes_get_size (zip), .limits = limits, .what = what };

  return run_reader (&reader, job, error);
}

GPtrArray *
dk_zip_read_file (const DkFileReader *file, const DkZipLimits *limits,
                  const DkZipFileOptions *options, const char *what, const DkJob *job,
                  GError **error)
{
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  Reader reader = { .file = file,
                    .options = options,
                    .piece = piece,
                    .size = dk_file_reader_size (file),
                    .limits = limits,
                    .what = what };

  return run_reader (&reader, job, error);
}
