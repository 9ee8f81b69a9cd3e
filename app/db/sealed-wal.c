/* SPDX-License-Identifier: MIT */
/* SQLite writes a frame as a header and a page, and now and then one of them alone (when a
 * transaction that has spilled changes a page again). Here a frame is one record, so a header waits
 * for its page, records wait for each other up to one write, and what is changed alone is read back
 * first. The flush at the end of each transaction keeps what plain SQLite would keep when the
 * program is killed. */
#include "app/db/sealed-private.h"

#include <string.h>

static sqlite3_int64
get_record_offset (guint32 index)
{
  return DK_SEALED_WAL_PREFIX_SIZE + (sqlite3_int64) index * DK_SEALED_FRAME_RECORD_SIZE;
}

void
dk_sealed_wal_reset (DkSealed *sealed)
{
  DkSealedWal *wal = &sealed->wal;

  wal->has_header = FALSE;
  wal->generation = 0;
  wal->frames = 0;
  wal->committed = 0;
  wal->synced = 0;
  wal->dirty = FALSE;
  wal->pending = FALSE;
  wal->batch_count = 0;
}

static int
write_batch (DkSealed *sealed)
{
  DkSealedWal *wal = &sealed->wal;
  guint32 count = wal->batch_count;
  int rc;

  if (count == 0)
    return SQLITE_OK;
  wal->batch_count = 0;
  if (sealed->failed)
    return SQLITE_IOERR_WRITE;
  wal->dirty = TRUE;
  rc = dk_sealed_raw_write (wal->file, wal->batch, (int) (count * DK_SEALED_FRAME_RECORD_SIZE),
                            get_record_offset (wal->batch_start));
  return dk_sealed_fail (sealed, rc);
}

static int
put_frame (DkSealed *sealed, guint32 index)
{
  DkSealedWal *wal = &sealed->wal;
  guint8 nonce[DK_NONCE_SIZE];
  guint32 watermark = GUINT32_TO_LE (wal->synced);
  int rc;

  if (sealed->failed || index < wal->synced || index > wal->frames)
    return SQLITE_IOERR_WRITE;
  if (wal->batch_count == DK_SEALED_BATCH_MAX || index != wal->batch_start + wal->batch_count) {
    rc = write_batch (sealed);
    if (rc != SQLITE_OK)
      return rc;
  }
  if (wal->batch_count == 0)
    wal->batch_start = index;
  memcpy (wal->plain + DK_SEALED_FRAME_SIZE, &watermark, sizeof watermark);
  memset (wal->plain + DK_SEALED_FRAME_SIZE + 4, 0, 4);
  dk_random (nonce, sizeof nonce);
  dk_sealed_frame_seal (&sealed->keys,
                        wal->batch + (gsize) wal->batch_count * DK_SEALED_FRAME_RECORD_SIZE,
                        wal->plain, wal->generation, index, nonce);
  wal->batch_count++;
  wal->frames = MAX (wal->frames, index + 1);
  if (dk_sealed_get_be32 (wal->plain + 4) == 0)
    return SQLITE_OK;
  wal->committed = index + 1;
  return write_batch (sealed);
}

static int
load_frame (DkSealed *sealed, guint32 index)
{
  DkSealedWal *wal = &sealed->wal;
  int rc = write_batch (sealed);

  if (rc != SQLITE_OK)
    return rc;
  rc = dk_sealed_raw_read (wal->file, wal->record, DK_SEALED_FRAME_RECORD_SIZE,
                           get_record_offset (index));
  if (rc == SQLITE_OK
      && !dk_sealed_frame_open (&sealed->keys, wal->plain, wal->record, wal->generation, index))
    rc = SQLITE_IOERR_DATA;
  if (rc == SQLITE_IOERR_SHORT_READ)
    rc = SQLITE_IOERR_DATA;
  return dk_sealed_fail (sealed, rc);
}

static int
settle_pending (DkSealed *sealed)
{
  DkSealedWal *wal = &sealed->wal;
  int rc;

  if (!wal->pending)
    return SQLITE_OK;
  wal->pending = FALSE;
  wal->rewrites++;
  rc = load_frame (sealed, wal->pending_index);
  if (rc != SQLITE_OK)
    return rc;
  memcpy (wal->plain, wal->pending_header, DK_SEALED_FRAME_HEADER_SIZE);
  return put_frame (sealed, wal->pending_index);
}

int
dk_sealed_wal_flush (DkSealed *sealed)
{
  int rc = settle_pending (sealed);

  return rc == SQLITE_OK ? write_batch (sealed) : rc;
}

/* The content of the journal may go only when the write-back of all of it was noted, done and
 * synced. */
static int
settle_database (DkSealed *sealed)
{
  if (sealed->failed)
    return SQLITE_IOERR_WRITE;
  if (sealed->note.state == DK_NOTE_LIVE && sealed->note.checkpoint < sealed->wal.committed)
    return SQLITE_IOERR_WRITE;
  return sealed->file_dirty ? dk_sealed_page_sync (sealed, SQLITE_SYNC_NORMAL) : SQLITE_OK;
}

/* A generation without a commit is begun again under the note that stands: what follows an open
 * note on the disk is a live one and nothing else, so one that is torn or damaged there tells that
 * a commit was promised. What lies in the journal of that try has other salts. */
static int
begin_generation (DkSealed *sealed, const guint8 *header)
{
  DkSealedWal *wal = &sealed->wal;
  guint8 sectors[DK_SEALED_WAL_PREFIX_SIZE];
  gboolean is_open = sealed->note.state == DK_NOTE_OPEN;
  guint64 generation = sealed->note.generation + (is_open ? 0 : 1);
  int rc = settle_database (sealed);

  if (rc == SQLITE_OK && dk_sealed_get_be32 (header + 8) != DK_SEALED_PAGE_SIZE)
    rc = SQLITE_IOERR_WRITE;
  if (rc == SQLITE_OK && !is_open)
    rc = dk_sealed_note_write (sealed, DK_NOTE_OPEN, generation, 0);
  if (rc != SQLITE_OK)
    return rc;
  dk_sealed_wal_reset (sealed);
  dk_sealed_wal_header_pack (&sealed->keys, sectors, generation, header);
  memcpy (sectors + DK_SEALED_SECTOR_SIZE, sectors, DK_SEALED_SECTOR_SIZE);
  memcpy (wal->header, header, DK_SEALED_WAL_HEADER_SIZE);
  wal->generation = generation;
  wal->has_header = TRUE;
  wal->dirty = TRUE;
  rc = dk_sealed_raw_write (wal->file, sectors, sizeof sectors, 0);
  return dk_sealed_fail (sealed, rc);
}

static int
write_frame_header (DkSealed *sealed, guint32 index, const guint8 *header)
{
  DkSealedWal *wal = &sealed->wal;
  int rc = settle_pending (sealed);

  if (rc != SQLITE_OK)
    return rc;
  wal->pending = TRUE;
  wal->pending_index = index;
  memcpy (wal->pending_header, header, DK_SEALED_FRAME_HEADER_SIZE);
  return SQLITE_OK;
}

static int
write_frame_page (DkSealed *sealed, guint32 index, const guint8 *page)
{
  DkSealedWal *wal = &sealed->wal;
  int rc;

  if (wal->pending && wal->pending_index == index) {
    wal->pending = FALSE;
    memcpy (wal->plain, wal->pending_header, DK_SEALED_FRAME_HEADER_SIZE);
  } else {
    rc = settle_pending (sealed);
    if (rc == SQLITE_OK)
      rc = load_frame (sealed, index);
    if (rc != SQLITE_OK)
      return rc;
  }
  memcpy (wal->plain + DK_SEALED_FRAME_HEADER_SIZE, page, DK_SEALED_PAGE_SIZE);
  return put_frame (sealed, index);
}

int
dk_sealed_wal_write (DkSealed *sealed, const void *bytes, int size, sqlite3_int64 offset)
{
  sqlite3_int64 index;
  int within;

  if (sealed->failed)
    return SQLITE_IOERR_WRITE;
  if (offset == 0 && size == DK_SEALED_WAL_HEADER_SIZE)
    return begin_generation (sealed, bytes);
  if (offset < DK_SEALED_WAL_HEADER_SIZE || !sealed->wal.has_header)
    return SQLITE_IOERR_WRITE;
  index = (offset - DK_SEALED_WAL_HEADER_SIZE) / DK_SEALED_FRAME_SIZE;
  within = (int) ((offset - DK_SEALED_WAL_HEADER_SIZE) % DK_SEALED_FRAME_SIZE);
  if (index >= G_MAXUINT32)
    return SQLITE_IOERR_WRITE;
  if (within == 0 && size == DK_SEALED_FRAME_HEADER_SIZE)
    return write_frame_header (sealed, (guint32) index, bytes);
  if (within == DK_SEALED_FRAME_HEADER_SIZE && size == DK_SEALED_PAGE_SIZE)
    return write_frame_page (sealed, (guint32) index, bytes);
  return SQLITE_IOERR_WRITE;
}

int
dk_sealed_wal_read (DkSealed *sealed, void *bytes, int size, sqlite3_int64 offset)
{
  DkSealedWal *wal = &sealed->wal;
  sqlite3_int64 index = (offset - DK_SEALED_WAL_HEADER_SIZE) / DK_SEALED_FRAME_SIZE;
  int within = (int) ((offset - DK_SEALED_WAL_HEADER_SIZE) % DK_SEALED_FRAME_SIZE);
  int rc = dk_sealed_wal_flush (sealed);

  if (rc != SQLITE_OK)
    return rc;
  memset (bytes, 0, (gsize) size);
  if (offset + size <= DK_SEALED_WAL_HEADER_SIZE) {
    if (!wal->has_header)
      return SQLITE_IOERR_SHORT_READ;
    memcpy (bytes, wal->header + offset, (gsize) size);
    return SQLITE_OK;
  }
  if (offset < DK_SEALED_WAL_HEADER_SIZE || within + size > DK_SEALED_FRAME_SIZE)
    return SQLITE_IOERR_READ;
  if (!wal->has_header || index >= wal->frames)
    return SQLITE_IOERR_SHORT_READ;
  rc = load_frame (sealed, (guint32) index);
  if (rc == SQLITE_OK)
    memcpy (bytes, wal->plain + within, (gsize) size);
  return rc;
}

int
dk_sealed_wal_sync (DkSealed *sealed, int flags)
{
  DkSealedWal *wal = &sealed->wal;
  int rc = dk_sealed_wal_flush (sealed);

  if (rc != SQLITE_OK)
    return rc;
  if (sealed->failed)
    return SQLITE_IOERR_FSYNC;
  if (wal->frames == 0 || !wal->dirty)
    return SQLITE_OK; /* a header alone promises nothing */
  rc = wal->file->pMethods->xSync (wal->file, flags);
  if (rc != SQLITE_OK)
    return dk_sealed_fail (sealed, rc);
  wal->dirty = FALSE;
  wal->synced = wal->committed;
  if (sealed->note.state == DK_NOTE_OPEN && wal->committed > 0)
    return dk_sealed_note_write (sealed, DK_NOTE_LIVE, wal->generation, 0);
  return SQLITE_OK;
}

int
dk_sealed_wal_retire (DkSealed *sealed)
{
  int rc = settle_database (sealed);

  if (rc == SQLITE_OK && sealed->note.state == DK_NOTE_LIVE)
    rc = dk_sealed_note_write (sealed, DK_NOTE_CLOSED, sealed->note.generation, 0);
  return rc;
}

int
dk_sealed_wal_truncate (DkSealed *sealed, sqlite3_int64 size)
{
  DkSealedWal *wal = &sealed->wal;
  int rc = dk_sealed_wal_flush (sealed);

  if (rc != SQLITE_OK || size > 0)
    return rc; /* a wish for a smaller file: nothing hangs on it */
  rc = dk_sealed_wal_retire (sealed);
  if (rc != SQLITE_OK)
    return rc;
  rc = wal->file->pMethods->xTruncate (wal->file, 0);
  if (rc == SQLITE_OK)
    dk_sealed_wal_reset (sealed);
  return dk_sealed_fail (sealed, rc);
}

sqlite3_int64
dk_sealed_wal_size (const DkSealed *sealed)
{
  const DkSealedWal *wal = &sealed->wal;

  if (!wal->has_header)
    return 0;
  return DK_SEALED_WAL_HEADER_SIZE + (sqlite3_int64) wal->frames * DK_SEALED_FRAME_SIZE;
}
