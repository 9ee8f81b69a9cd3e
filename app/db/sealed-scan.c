/* SPDX-License-Identifier: MIT */
/* SQLite takes a frame that does not check for the end of the journal, so damage in the middle
 * would drop later commits without a word. Here each frame says how many were durable when it was
 * written: a bad frame below that, or below what the note says, is damage and not an end. */
#include "app/db/sealed-private.h"

#include <string.h>

#define FRAME_SALT_AT 8
#define FRAME_CHECKSUM_AT 16
#define HEADER_SALT_AT 16
#define HEADER_CHECKSUM_AT 24

/* SQLite's running checksum (sqlite.org/fileformat2.html, section 4.2). */
typedef struct {
  gboolean big_endian;
  guint32 s1;
  guint32 s2;
} Chain;

static void
add_to_chain (Chain *chain, const guint8 *bytes, gsize size)
{
  for (gsize i = 0; i < size; i += 8) {
    guint32 a, b;
    memcpy (&a, bytes + i, 4);
    memcpy (&b, bytes + i + 4, 4);
    chain->s1 += (chain->big_endian ? GUINT32_FROM_BE (a) : GUINT32_FROM_LE (a)) + chain->s2;
    chain->s2 += (chain->big_endian ? GUINT32_FROM_BE (b) : GUINT32_FROM_LE (b)) + chain->s1;
  }
}

static gboolean
frame_continues_chain (Chain *chain, const guint8 *frame, const guint8 *header)
{
  if (memcmp (frame + FRAME_SALT_AT, header + HEADER_SALT_AT, 8) != 0
      || dk_sealed_get_be32 (frame) == 0)
    return FALSE;
  add_to_chain (chain, frame, 8);
  add_to_chain (chain, frame + DK_SEALED_FRAME_HEADER_SIZE, DK_SEALED_PAGE_SIZE);
  return chain->s1 == dk_sealed_get_be32 (frame + FRAME_CHECKSUM_AT)
         && chain->s2 == dk_sealed_get_be32 (frame + FRAME_CHECKSUM_AT + 4);
}

static int
read_frame (DkSealed *sealed, sqlite3_file *file, guint32 index, gboolean *whole)
{
  DkSealedWal *wal = &sealed->wal;
  sqlite3_int64 offset
      = DK_SEALED_WAL_PREFIX_SIZE + (sqlite3_int64) index * DK_SEALED_FRAME_RECORD_SIZE;
  int rc = dk_sealed_raw_read (file, wal->record, DK_SEALED_FRAME_RECORD_SIZE, offset);

  *whole = rc == SQLITE_OK
           && dk_sealed_frame_open (&sealed->keys, wal->plain, wal->record, wal->generation, index);
  return rc == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : rc;
}

static int
scan_frames (DkSealed *sealed, sqlite3_file *file, guint32 count, DkSealedScan *scan)
{
  DkSealedWal *wal = &sealed->wal;
  Chain chain = {
    .big_endian = (dk_sealed_get_be32 (wal->header) & 1) != 0,
    .s1 = dk_sealed_get_be32 (wal->header + HEADER_CHECKSUM_AT),
    .s2 = dk_sealed_get_be32 (wal->header + HEADER_CHECKSUM_AT + 4),
  };
  gboolean in_chain = TRUE;

  for (guint32 i = 0; i < count; i++) {
    gboolean whole;
    guint32 watermark;
    int rc = read_frame (sealed, file, i, &whole);
    if (rc != SQLITE_OK)
      return rc;
    if (!whole) {
      in_chain = FALSE;
      continue;
    }
    in_chain = in_chain && frame_continues_chain (&chain, wal->plain, wal->header);
    memcpy (&watermark, wal->plain + DK_SEALED_FRAME_SIZE, sizeof watermark);
    if (in_chain) {
      wal->frames = i + 1;
      if (dk_sealed_get_be32 (wal->plain + 4) != 0)
        wal->committed = i + 1;
      if (wal->committed == sealed->note.checkpoint)
        scan->reached = TRUE;
    } else if (GUINT32_FROM_LE (watermark) > wal->frames) {
      scan->damaged = TRUE;
    }
  }
  return SQLITE_OK;
}

static int
read_header (DkSealed *sealed, sqlite3_file *file, DkSealedScan *scan)
{
  guint8 sectors[DK_SEALED_WAL_PREFIX_SIZE];
  int rc = dk_sealed_raw_read (file, sectors, sizeof sectors, 0);

  if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
    return rc;
  for (guint copy = 0; copy < 2 && !scan->whole; copy++) {
    const guint8 *sector = sectors + (gsize) copy * DK_SEALED_SECTOR_SIZE;
    scan->whole = dk_sealed_wal_header_unpack (&sealed->keys, &scan->generation, sealed->wal.header,
                                               sector);
    scan->foreign |= dk_sealed_wal_header_is_foreign (&sealed->keys, sector);
  }
  return SQLITE_OK;
}

int
dk_sealed_wal_scan (DkSealed *sealed, sqlite3_file *file, guint64 wanted, DkSealedScan *scan)
{
  DkSealedWal *wal = &sealed->wal;
  sqlite3_int64 size = 0;
  sqlite3_int64 count;
  int rc = file->pMethods->xFileSize (file, &size);

  dk_sealed_wal_reset (sealed);
  memset (scan, 0, sizeof *scan);
  scan->exists = size > 0;
  if (rc != SQLITE_OK || size == 0)
    return rc;
  rc = read_header (sealed, file, scan);
  if (rc != SQLITE_OK || !scan->whole || (wanted != 0 && scan->generation != wanted))
    return rc;
  wal->has_header = TRUE;
  wal->generation = scan->generation;
  scan->reached = sealed->note.checkpoint == 0;
  count = MAX (0, (size - DK_SEALED_WAL_PREFIX_SIZE) / DK_SEALED_FRAME_RECORD_SIZE);
  return scan_frames (sealed, file, (guint32) MIN (count, G_MAXUINT32 - 1), scan);
}
