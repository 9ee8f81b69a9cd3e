/* SPDX-License-Identifier: MIT */
/* The note is one sector, so a power cut leaves the old one or garbage, and it is written in turn
 * to two places, so garbage costs only the note that nobody has relied on yet. */
#include "app/db/sealed-private.h"

#define NOTE_BLOCK_SIZE 4096
#define NOTE_BLOCKS 2

static sqlite3_int64
get_note_offset (guint64 seq)
{
  return DK_DB_DIRECTORY_SIZE + (sqlite3_int64) (seq % NOTE_BLOCKS) * NOTE_BLOCK_SIZE;
}

int
dk_sealed_note_load (DkSealed *sealed)
{
  guint8 sector[DK_SEALED_SECTOR_SIZE];
  DkNote found = { 0 };
  guint valid = 0;

  for (guint block = 0; block < NOTE_BLOCKS; block++) {
    DkNote note;
    int rc = dk_sealed_raw_read (sealed->file, sector, sizeof sector, get_note_offset (block));
    if (rc == SQLITE_IOERR_SHORT_READ)
      return SQLITE_IOERR_DATA;
    if (rc != SQLITE_OK)
      return rc;
    if (!dk_sealed_note_unpack (&sealed->keys, &note, sector) || note.seq % NOTE_BLOCKS != block)
      continue;
    valid++;
    if (valid == 1 || note.seq > found.seq)
      found = note;
  }
  if (valid == 0)
    return SQLITE_IOERR_DATA;
  sealed->note = found;
  sealed->note_lost = valid < NOTE_BLOCKS;
  return SQLITE_OK;
}

int
dk_sealed_note_write (DkSealed *sealed, DkNoteState state, guint64 generation, guint32 checkpoint)
{
  guint8 sector[DK_SEALED_SECTOR_SIZE];
  DkNote next = {
    .seq = sealed->note.seq + 1,
    .generation = generation,
    .state = state,
    .checkpoint = checkpoint,
  };
  int rc;

  if (sealed->failed)
    return SQLITE_IOERR_WRITE;
  dk_sealed_note_pack (&sealed->keys, sector, &next);
  rc = dk_sealed_raw_write (sealed->file, sector, sizeof sector, get_note_offset (next.seq));
  if (rc == SQLITE_OK)
    rc = sealed->file->pMethods->xSync (sealed->file, SQLITE_SYNC_NORMAL);
  if (rc != SQLITE_OK)
    return dk_sealed_fail (sealed, rc);
  sealed->note = next;
  sealed->note_lost = FALSE;
  sealed->file_dirty = FALSE;
  return SQLITE_OK;
}
