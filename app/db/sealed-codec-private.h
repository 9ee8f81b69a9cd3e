/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/aead.h"

G_BEGIN_DECLS

/* The records of a kit file and of its journal, byte by byte as FORMAT.md tells. Pure functions of
 * their arguments; any thread. Integers are little endian. */

#define DK_SEALED_PAGE_SIZE 4096
#define DK_SEALED_RESERVED 48
#define DK_SEALED_USABLE (DK_SEALED_PAGE_SIZE - DK_SEALED_RESERVED)

/* SQLite's journal: a header, then frames of header and page. */
#define DK_SEALED_WAL_HEADER_SIZE 32
#define DK_SEALED_FRAME_HEADER_SIZE 24
#define DK_SEALED_FRAME_SIZE (DK_SEALED_FRAME_HEADER_SIZE + DK_SEALED_PAGE_SIZE)

/* What is sealed of a frame: SQLite's frame, watermark, zeros. */
#define DK_SEALED_FRAME_PLAIN_SIZE (DK_SEALED_FRAME_SIZE + 8)
#define DK_SEALED_FRAME_RECORD_SIZE (DK_NONCE_SIZE + DK_SEALED_FRAME_PLAIN_SIZE + DK_TAG_SIZE)

/* A record that a disk writes as a whole or not at all. */
#define DK_SEALED_SECTOR_SIZE 512
#define DK_SEALED_WAL_PREFIX_SIZE (2 * DK_SEALED_SECTOR_SIZE)

/* The keys of one file. */
typedef struct {
  guint8 uuid[16];
  DkSecret *keys; /* five of DK_KEY_SIZE bytes, in the order of DkFileKeyId */
} DkSealedKeys;

/* Derives the keys of the file with this uuid. */
void dk_sealed_keys_init (DkSealedKeys *keys, const DkSecret *open_key, const guint8 uuid[16]);

/* Wipes the keys. */
void dk_sealed_keys_clear (DkSealedKeys *keys);

/* Makes the record of page `number` (from 1) of DK_SEALED_PAGE_SIZE bytes; the page's reserved
 * bytes are not read. */
void dk_sealed_page_seal (const DkSealedKeys *keys, guint8 *record, const guint8 *page,
                          guint32 number, const guint8 nonce[DK_NONCE_SIZE]);

/* Opens a record of a page; page may be record. Reserved bytes come back as zeros. */
gboolean dk_sealed_page_open (const DkSealedKeys *keys, guint8 *page, const guint8 *record,
                              guint32 number) DK_CHECKED;

/* Makes the record of frame `index` (from 0) of a generation. */
void dk_sealed_frame_seal (const DkSealedKeys *keys, guint8 *record,
                           const guint8 plain[DK_SEALED_FRAME_PLAIN_SIZE], guint64 generation,
                           guint64 index, const guint8 nonce[DK_NONCE_SIZE]);

/* Opens a record of a frame. */
gboolean dk_sealed_frame_open (const DkSealedKeys *keys, guint8 plain[DK_SEALED_FRAME_PLAIN_SIZE],
                               const guint8 *record, guint64 generation, guint64 index) DK_CHECKED;

/* Stored on disk: do not renumber. */
typedef enum {
  DK_NOTE_CLOSED = 1, /* the database is whole; journals up to the generation are spent */
  DK_NOTE_OPEN = 2,   /* a journal of the generation may have begun; nothing in it is promised */
  DK_NOTE_LIVE = 3,   /* a journal of the generation holds promised commits */
} DkNoteState;

/* Which journal belongs to the database. */
typedef struct {
  guint64 seq;
  guint64 generation;
  DkNoteState state;
  guint32 checkpoint; /* frames that a write-back may have begun to copy */
} DkNote;

/* Makes the sector of a note. */
void dk_sealed_note_pack (const DkSealedKeys *keys, guint8 sector[DK_SEALED_SECTOR_SIZE],
                          const DkNote *note);

/* Reads a sector; FALSE if a bit of it differs from what was packed. */
gboolean dk_sealed_note_unpack (const DkSealedKeys *keys, DkNote *note,
                                const guint8 sector[DK_SEALED_SECTOR_SIZE]) DK_CHECKED;

/* Makes one of the two header sectors of a journal file. */
void dk_sealed_wal_header_pack (const DkSealedKeys *keys, guint8 sector[DK_SEALED_SECTOR_SIZE],
                                guint64 generation, const guint8 header[DK_SEALED_WAL_HEADER_SIZE]);

/* Reads a header sector. */
gboolean dk_sealed_wal_header_unpack (const DkSealedKeys *keys, guint64 *generation,
                                      guint8 header[DK_SEALED_WAL_HEADER_SIZE],
                                      const guint8 sector[DK_SEALED_SECTOR_SIZE]) DK_CHECKED;

/* TRUE if a header sector says, without proof, that it is of another file. */
gboolean dk_sealed_wal_header_is_foreign (const DkSealedKeys *keys,
                                          const guint8 sector[DK_SEALED_SECTOR_SIZE]);

/* The first page of an empty database that is in WAL mode and reserves DK_SEALED_RESERVED bytes. */
void dk_sealed_first_page (guint8 page[DK_SEALED_PAGE_SIZE]);

/* SQLite's own order of bytes in its headers. */
guint32 dk_sealed_get_be32 (const guint8 *bytes);

G_END_DECLS
