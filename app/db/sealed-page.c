/* SPDX-License-Identifier: MIT */
#include "app/db/sealed-private.h"

#include <string.h>

#define BYTE_RESERVED 20

/* SQLite never uses the page in which its lock bytes lie. */
#define LOCK_PAGE (0x40000000 / DK_SEALED_PAGE_SIZE + 1)

/* SQLite reads the first 100 bytes before it replays a journal. If a power cut tore page 1 while it
 * was written back, the good one is in the journal, so SQLite gets enough to go on; each later read
 * of the whole page fails unless the journal has it. */
static gboolean
stand_in_for_torn_header (DkSealed *sealed, guint8 *out, int offset, int size)
{
  guint8 page[DK_SEALED_PAGE_SIZE];

  if (sealed->note.state != DK_NOTE_LIVE || sealed->note.checkpoint == 0 || offset + size > 100)
    return FALSE;
  dk_sealed_first_page (page);
  memcpy (out, page + offset, (gsize) size);
  return TRUE;
}

static int
read_record (DkSealed *sealed, guint8 *record, sqlite3_int64 number)
{
  sqlite3_int64 offset = DK_DB_PREFIX_SIZE + (number - 1) * DK_SEALED_PAGE_SIZE;
  sqlite3_int64 size = 0;
  int rc = dk_sealed_raw_read (sealed->file, record, DK_SEALED_PAGE_SIZE, offset);

  if (rc != SQLITE_IOERR_SHORT_READ)
    return dk_sealed_fail (sealed, rc);
  rc = sealed->file->pMethods->xFileSize (sealed->file, &size);
  if (rc != SQLITE_OK)
    return dk_sealed_fail (sealed, rc);
  return size <= offset ? SQLITE_IOERR_SHORT_READ : SQLITE_IOERR_DATA;
}

int
dk_sealed_page_read (DkSealed *sealed, void *bytes, int size, sqlite3_int64 offset)
{
  sqlite3_int64 number = offset / DK_SEALED_PAGE_SIZE + 1;
  int within = (int) (offset % DK_SEALED_PAGE_SIZE);
  int rc;

  if (within + size > DK_SEALED_PAGE_SIZE || number > G_MAXUINT32)
    return SQLITE_IOERR_READ;
  rc = read_record (sealed, sealed->scratch, number);
  if (rc == SQLITE_IOERR_SHORT_READ) {
    memset (bytes, 0, (gsize) size);
    return rc;
  }
  if (rc == SQLITE_OK
      && !dk_sealed_page_open (&sealed->keys, sealed->scratch, sealed->scratch, (guint32) number))
    rc = SQLITE_IOERR_DATA;
  if (rc == SQLITE_IOERR_DATA && number == 1
      && stand_in_for_torn_header (sealed, bytes, within, size))
    return SQLITE_OK;
  if (rc != SQLITE_OK) {
    memset (bytes, 0, (gsize) size);
    sealed->damaged |= rc == SQLITE_IOERR_DATA;
    return dk_sealed_fail (sealed, rc);
  }
  memcpy (bytes, sealed->scratch + within, (gsize) size);
  return SQLITE_OK;
}

/* A write-back destroys the pages that the journal replaces, so from here on the journal is part
 * of the database: the note says how much of it. */
static int
note_write_back (DkSealed *sealed)
{
  DkSealedWal *wal = &sealed->wal;
  int rc;

  if (sealed->is_copy)
    return SQLITE_OK;
  if (!sealed->checkpoint_begun || wal->committed == 0)
    return SQLITE_IOERR_WRITE;
  if (sealed->note.state == DK_NOTE_LIVE && sealed->note.checkpoint == wal->committed)
    return SQLITE_OK;
  if (wal->synced < wal->committed) {
    rc = wal->file->pMethods->xSync (wal->file, SQLITE_SYNC_NORMAL);
    if (rc != SQLITE_OK)
      return dk_sealed_fail (sealed, rc);
    wal->synced = wal->committed;
  }
  return dk_sealed_note_write (sealed, DK_NOTE_LIVE, wal->generation, wal->committed);
}

static gboolean
is_fit_to_write (const guint8 *page, sqlite3_int64 number)
{
  guint8 reserved = 0;

  for (guint i = DK_SEALED_USABLE; i < DK_SEALED_PAGE_SIZE; i++)
    reserved |= page[i];
  return reserved == 0 && (number != 1 || page[BYTE_RESERVED] == DK_SEALED_RESERVED);
}

int
dk_sealed_page_write (DkSealed *sealed, const void *bytes, int size, sqlite3_int64 offset)
{
  sqlite3_int64 number = offset / DK_SEALED_PAGE_SIZE + 1;
  guint8 nonce[DK_NONCE_SIZE];
  int rc;

  if (sealed->failed || size != DK_SEALED_PAGE_SIZE || offset % DK_SEALED_PAGE_SIZE != 0
      || number > G_MAXUINT32 || !is_fit_to_write (bytes, number))
    return SQLITE_IOERR_WRITE;
  rc = note_write_back (sealed);
  if (rc != SQLITE_OK)
    return rc;
  dk_random (nonce, sizeof nonce);
  dk_sealed_page_seal (&sealed->keys, sealed->scratch, bytes, (guint32) number, nonce);
  sealed->file_dirty = TRUE;
  rc = dk_sealed_raw_write (sealed->file, sealed->scratch, DK_SEALED_PAGE_SIZE,
                            DK_DB_PREFIX_SIZE + offset);
  return dk_sealed_fail (sealed, rc);
}

int
dk_sealed_page_sync (DkSealed *sealed, int flags)
{
  int rc;

  if (sealed->failed)
    return SQLITE_IOERR_FSYNC;
  rc = sealed->file->pMethods->xSync (sealed->file, flags);
  if (rc == SQLITE_OK) {
    sealed->file_dirty = FALSE;
    sealed->checkpoint_begun = FALSE;
  }
  return dk_sealed_fail (sealed, rc);
}

int
dk_sealed_page_truncate (DkSealed *sealed, sqlite3_int64 size)
{
  int rc;

  if (sealed->failed || size % DK_SEALED_PAGE_SIZE != 0)
    return SQLITE_IOERR_TRUNCATE;
  rc = note_write_back (sealed);
  if (rc != SQLITE_OK)
    return rc;
  sealed->file_dirty = TRUE;
  rc = sealed->file->pMethods->xTruncate (sealed->file, DK_DB_PREFIX_SIZE + size);
  return dk_sealed_fail (sealed, rc);
}

int
dk_sealed_page_check_all (DkSealed *sealed, guint32 *number)
{
  sqlite3_int64 size = 0;
  int rc = sealed->file->pMethods->xFileSize (sealed->file, &size);
  sqlite3_int64 pages;

  if (rc != SQLITE_OK)
    return dk_sealed_fail (sealed, rc);
  pages = (size - DK_DB_PREFIX_SIZE + DK_SEALED_PAGE_SIZE - 1) / DK_SEALED_PAGE_SIZE;
  for (sqlite3_int64 i = 1; i <= pages; i++) {
    if (i == LOCK_PAGE)
      continue;
    *number = (guint32) i;
    rc = read_record (sealed, sealed->scratch, i);
    if (rc != SQLITE_OK)
      return rc;
    if (!dk_sealed_page_open (&sealed->keys, sealed->scratch, sealed->scratch, (guint32) i))
      return SQLITE_IOERR_DATA;
  }
  return SQLITE_OK;
}

GBytes *
dk_sealed_new_file (const DkDbKeys *keys, GBytes *directory)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  DkSealedKeys own = { 0 };
  guint8 page[DK_SEALED_PAGE_SIZE];
  guint8 nonce[DK_NONCE_SIZE];

  g_assert (g_bytes_get_size (directory) == DK_DB_DIRECTORY_SIZE);
  dk_sealed_keys_init (&own, keys->open_key, keys->uuid);
  g_byte_array_append (file, g_bytes_get_data (directory, NULL), DK_DB_DIRECTORY_SIZE);
  for (guint64 seq = 2; seq <= 3; seq++) {
    DkNote note = { .seq = seq, .state = DK_NOTE_CLOSED };
    memset (page, 0, sizeof page);
    dk_sealed_note_pack (&own, page, &note);
    g_byte_array_append (file, page, sizeof page);
  }
  dk_sealed_first_page (page);
  dk_random (nonce, sizeof nonce);
  dk_sealed_page_seal (&own, page, page, 1, nonce);
  g_byte_array_append (file, page, sizeof page);
  dk_sealed_keys_clear (&own);
  return g_byte_array_free_to_bytes (g_steal_pointer (&file));
}
