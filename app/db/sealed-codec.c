/* SPDX-License-Identifier: MIT */
#include "app/db/sealed-codec-private.h"

#include <string.h>

#define NONCE_AT DK_SEALED_USABLE
#define TAG_AT (NONCE_AT + DK_NONCE_SIZE)
#define ZEROS_AT (TAG_AT + DK_TAG_SIZE)
#define MAC_SIZE 32
#define MAC_AT (DK_SEALED_SECTOR_SIZE - MAC_SIZE)
#define NOTE_MAGIC "DKNOTE01"
#define WAL_MAGIC "DKWAL001"
#define MAGIC_SIZE 8
#define UUID_AT MAGIC_SIZE
#define BODY_AT (UUID_AT + 16)
#define KEY_COUNT 5

G_STATIC_ASSERT (ZEROS_AT + 8 == DK_SEALED_PAGE_SIZE);
G_STATIC_ASSERT (DK_SEALED_FRAME_RECORD_SIZE == 4168);

static void
put32 (guint8 *out, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (out, &value, sizeof value);
}

static void
put64 (guint8 *out, guint64 value)
{
  value = GUINT64_TO_LE (value);
  memcpy (out, &value, sizeof value);
}

static guint32
get32 (const guint8 *in)
{
  guint32 value;

  memcpy (&value, in, sizeof value);
  return GUINT32_FROM_LE (value);
}

static guint64
get64 (const guint8 *in)
{
  guint64 value;

  memcpy (&value, in, sizeof value);
  return GUINT64_FROM_LE (value);
}

guint32
dk_sealed_get_be32 (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_BE (value);
}

static gboolean
is_zero (const guint8 *bytes, gsize size)
{
  guint8 all = 0;

  for (gsize i = 0; i < size; i++)
    all |= bytes[i];
  return all == 0;
}

static const guint8 *
get_key (const DkSealedKeys *keys, DkFileKeyId id)
{
  return dk_secret_get (keys->keys) + (gsize) (id - 1) * DK_KEY_SIZE;
}

void
dk_sealed_keys_init (DkSealedKeys *keys, const DkSecret *open_key, const guint8 uuid[16])
{
  g_assert (dk_secret_size (open_key) == DK_KEY_SIZE);
  memcpy (keys->uuid, uuid, sizeof keys->uuid);
  keys->keys = dk_secret_new (KEY_COUNT * DK_KEY_SIZE);
  for (guint id = 1; id <= KEY_COUNT; id++)
    dk_file_key (dk_secret_get_mutable (keys->keys) + (gsize) (id - 1) * DK_KEY_SIZE,
                 dk_secret_get (open_key), uuid, id);
}

void
dk_sealed_keys_clear (DkSealedKeys *keys)
{
  g_clear_pointer (&keys->keys, dk_secret_free);
}

static void
write_page_ad (const DkSealedKeys *keys, guint8 ad[24], guint32 number)
{
  memcpy (ad, keys->uuid, 16);
  put64 (ad + 16, number);
}

void
dk_sealed_page_seal (const DkSealedKeys *keys, guint8 *record, const guint8 *page, guint32 number,
                     const guint8 nonce[DK_NONCE_SIZE])
{
  guint8 ad[24];

  write_page_ad (keys, ad, number);
  dk_aead_seal (record, record + TAG_AT, page, DK_SEALED_USABLE, ad, sizeof ad, nonce,
                get_key (keys, DK_FILE_KEY_PAGES));
  memcpy (record + NONCE_AT, nonce, DK_NONCE_SIZE);
  memset (record + ZEROS_AT, 0, DK_SEALED_PAGE_SIZE - ZEROS_AT);
}

gboolean
dk_sealed_page_open (const DkSealedKeys *keys, guint8 *page, const guint8 *record, guint32 number)
{
  guint8 ad[24];

  write_page_ad (keys, ad, number);
  if (!is_zero (record + ZEROS_AT, DK_SEALED_PAGE_SIZE - ZEROS_AT))
    return FALSE;
  if (!dk_aead_open (page, record, DK_SEALED_USABLE, record + TAG_AT, ad, sizeof ad,
                     record + NONCE_AT, get_key (keys, DK_FILE_KEY_PAGES)))
    return FALSE;
  memset (page + DK_SEALED_USABLE, 0, DK_SEALED_RESERVED);
  return TRUE;
}

static void
write_frame_ad (const DkSealedKeys *keys, guint8 ad[32], guint64 generation, guint64 index)
{
  memcpy (ad, keys->uuid, 16);
  put64 (ad + 16, generation);
  put64 (ad + 24, index);
}

void
dk_sealed_frame_seal (const DkSealedKeys *keys, guint8 *record,
                      const guint8 plain[DK_SEALED_FRAME_PLAIN_SIZE], guint64 generation,
                      guint64 index, const guint8 nonce[DK_NONCE_SIZE])
{
  guint8 ad[32];

  write_frame_ad (keys, ad, generation, index);
  memcpy (record, nonce, DK_NONCE_SIZE);
  dk_aead_seal (record + DK_NONCE_SIZE, record + DK_NONCE_SIZE + DK_SEALED_FRAME_PLAIN_SIZE, plain,
                DK_SEALED_FRAME_PLAIN_SIZE, ad, sizeof ad, nonce,
                get_key (keys, DK_FILE_KEY_WAL_FRAMES));
}

gboolean
dk_sealed_frame_open (const DkSealedKeys *keys, guint8 plain[DK_SEALED_FRAME_PLAIN_SIZE],
                      const guint8 *record, guint64 generation, guint64 index)
{
  guint8 ad[32];

  write_frame_ad (keys, ad, generation, index);
  return dk_aead_open (plain, record + DK_NONCE_SIZE, DK_SEALED_FRAME_PLAIN_SIZE,
                       record + DK_NONCE_SIZE + DK_SEALED_FRAME_PLAIN_SIZE, ad, sizeof ad, record,
                       get_key (keys, DK_FILE_KEY_WAL_FRAMES));
}

static void
begin_sector (const DkSealedKeys *keys, guint8 sector[DK_SEALED_SECTOR_SIZE], const char *magic)
{
  memset (sector, 0, DK_SEALED_SECTOR_SIZE);
  memcpy (sector, magic, MAGIC_SIZE);
  memcpy (sector + UUID_AT, keys->uuid, 16);
}

static void
end_sector (const DkSealedKeys *keys, guint8 sector[DK_SEALED_SECTOR_SIZE], DkFileKeyId id)
{
  dk_hash (sector + MAC_AT, MAC_SIZE, sector, MAC_AT, get_key (keys, id));
}

static gboolean
check_sector (const DkSealedKeys *keys, const guint8 sector[DK_SEALED_SECTOR_SIZE],
              const char *magic, DkFileKeyId id)
{
  guint8 mac[MAC_SIZE];

  dk_hash (mac, MAC_SIZE, sector, MAC_AT, get_key (keys, id));
  return dk_equal (mac, sector + MAC_AT, MAC_SIZE) && memcmp (sector, magic, MAGIC_SIZE) == 0
         && memcmp (sector + UUID_AT, keys->uuid, 16) == 0;
}

void
dk_sealed_note_pack (const DkSealedKeys *keys, guint8 sector[DK_SEALED_SECTOR_SIZE],
                     const DkNote *note)
{
  begin_sector (keys, sector, NOTE_MAGIC);
  put64 (sector + BODY_AT, note->seq);
  put64 (sector + BODY_AT + 8, note->generation);
  put32 (sector + BODY_AT + 16, note->state);
  put32 (sector + BODY_AT + 20, note->checkpoint);
  end_sector (keys, sector, DK_FILE_KEY_NOTES);
}

gboolean
dk_sealed_note_unpack (const DkSealedKeys *keys, DkNote *note,
                       const guint8 sector[DK_SEALED_SECTOR_SIZE])
{
  guint32 state;

  if (!check_sector (keys, sector, NOTE_MAGIC, DK_FILE_KEY_NOTES))
    return FALSE;
  state = get32 (sector + BODY_AT + 16);
  if (state < DK_NOTE_CLOSED || state > DK_NOTE_LIVE)
    return FALSE;
  note->seq = get64 (sector + BODY_AT);
  note->generation = get64 (sector + BODY_AT + 8);
  note->state = (DkNoteState) state;
  note->checkpoint = get32 (sector + BODY_AT + 20);
  return TRUE;
}

void
dk_sealed_wal_header_pack (const DkSealedKeys *keys, guint8 sector[DK_SEALED_SECTOR_SIZE],
                           guint64 generation, const guint8 header[DK_SEALED_WAL_HEADER_SIZE])
{
  begin_sector (keys, sector, WAL_MAGIC);
  put64 (sector + BODY_AT, generation);
  memcpy (sector + BODY_AT + 8, header, DK_SEALED_WAL_HEADER_SIZE);
  end_sector (keys, sector, DK_FILE_KEY_WAL_HEADER);
}

gboolean
dk_sealed_wal_header_unpack (const DkSealedKeys *keys, guint64 *generation,
                             guint8 header[DK_SEALED_WAL_HEADER_SIZE],
                             const guint8 sector[DK_SEALED_SECTOR_SIZE])
{
  if (!check_sector (keys, sector, WAL_MAGIC, DK_FILE_KEY_WAL_HEADER))
    return FALSE;
  *generation = get64 (sector + BODY_AT);
  memcpy (header, sector + BODY_AT + 8, DK_SEALED_WAL_HEADER_SIZE);
  return TRUE;
}

gboolean
dk_sealed_wal_header_is_foreign (const DkSealedKeys *keys,
                                 const guint8 sector[DK_SEALED_SECTOR_SIZE])
{
  return memcmp (sector, WAL_MAGIC, MAGIC_SIZE) == 0
         && memcmp (sector + UUID_AT, keys->uuid, 16) != 0;
}

void
dk_sealed_first_page (guint8 page[DK_SEALED_PAGE_SIZE])
{
  static const guint8 sqlite_version[4] = { 0x00, 0x2e, 0x63, 0x01 }; /* 3040001 */

  memset (page, 0, DK_SEALED_PAGE_SIZE);
  memcpy (page, "SQLite format 3", 16);
  page[16] = DK_SEALED_PAGE_SIZE >> 8;
  page[18] = 2; /* write and read version: WAL */
  page[19] = 2;
  page[20] = DK_SEALED_RESERVED;
  page[21] = 64; /* payload fractions: fixed */
  page[22] = 32;
  page[23] = 32;
  page[27] = 1; /* change counter */
  page[31] = 1; /* pages */
  page[47] = 4; /* schema format */
  page[59] = 1; /* UTF-8 */
  page[95] = 1; /* the change counter that the page count is of */
  memcpy (page + 96, sqlite_version, sizeof sqlite_version);
  page[100] = 0x0d; /* an empty leaf of a table: no cells */
  page[105] = DK_SEALED_USABLE >> 8;
  page[106] = DK_SEALED_USABLE & 0xff;
}
