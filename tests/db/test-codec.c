/* SPDX-License-Identifier: MIT */
/* Goal: the records on disk are those of FORMAT.md and stay so, and no changed bit of one is taken.
 * Method: known answers that were computed apart from this program, from FORMAT.md with libsodium
 * and hashlib; then every byte of each record is changed, and each moved record refused. */
#include <string.h>

#include "tests/db/db-fixture.h"

static DkSealedKeys keys;
static guint8 nonce[DK_NONCE_SIZE];

static void
fill (guint8 *bytes, gsize size)
{
  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (i * 7);
}

static void
assert_sha256 (const guint8 *bytes, gsize size, const char *expected)
{
  g_autofree char *got = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, size);

  g_assert_cmpstr (got, ==, expected);
}

static void
test_page (void)
{
  guint8 page[DK_SEALED_PAGE_SIZE] = { 0 };
  guint8 record[DK_SEALED_PAGE_SIZE];
  guint8 opened[DK_SEALED_PAGE_SIZE];

  fill (page, DK_SEALED_USABLE);
  dk_sealed_page_seal (&keys, record, page, 3, nonce);
  assert_sha256 (record, sizeof record,
                 "fc2797f372fdd6eaffd5e47a016cbd8ce6d27d08d5c0685379eb380f8a9c6c78");
  g_assert_true (dk_sealed_page_open (&keys, opened, record, 3));
  g_assert_cmpmem (opened, sizeof opened, page, sizeof page);
  g_assert_false (dk_sealed_page_open (&keys, opened, record, 4));
  for (guint i = 0; i < sizeof record; i++) {
    record[i] ^= (guint8) (1u << (i % 8));
    g_assert_false (dk_sealed_page_open (&keys, opened, record, 3));
    record[i] ^= (guint8) (1u << (i % 8));
  }
}

static void
test_frame (void)
{
  guint8 plain[DK_SEALED_FRAME_PLAIN_SIZE];
  guint8 record[DK_SEALED_FRAME_RECORD_SIZE];
  guint8 opened[DK_SEALED_FRAME_PLAIN_SIZE];

  fill (plain, sizeof plain);
  dk_sealed_frame_seal (&keys, record, plain, 5, 6, nonce);
  assert_sha256 (record, sizeof record,
                 "6426b4e1bcfd46b1671a5fe398d59de69f90d14a9859faa14f4841fb02fec86a");
  g_assert_true (dk_sealed_frame_open (&keys, opened, record, 5, 6));
  g_assert_cmpmem (opened, sizeof opened, plain, sizeof plain);
  g_assert_false (dk_sealed_frame_open (&keys, opened, record, 6, 6));
  g_assert_false (dk_sealed_frame_open (&keys, opened, record, 5, 5));
  for (guint i = 0; i < sizeof record; i++) {
    record[i] ^= (guint8) (1u << (i % 8));
    g_assert_false (dk_sealed_frame_open (&keys, opened, record, 5, 6));
    record[i] ^= (guint8) (1u << (i % 8));
  }
}

static void
test_note (void)
{
  DkNote note = { .seq = 9, .generation = 8, .state = DK_NOTE_LIVE, .checkpoint = 7 };
  DkNote read = { 0 };
  guint8 sector[DK_SEALED_SECTOR_SIZE];

  dk_sealed_note_pack (&keys, sector, &note);
  assert_sha256 (sector, sizeof sector,
                 "a28a3935ba97e57f2514821f993920c8b0a97a7cab8354f96b2ac5b23a48d5ba");
  g_assert_true (dk_sealed_note_unpack (&keys, &read, sector));
  g_assert_cmpuint (read.seq, ==, 9);
  g_assert_cmpuint (read.generation, ==, 8);
  g_assert_cmpint (read.state, ==, DK_NOTE_LIVE);
  g_assert_cmpuint (read.checkpoint, ==, 7);
  for (guint i = 0; i < sizeof sector; i++) {
    sector[i] ^= (guint8) (1u << (i % 8));
    g_assert_false (dk_sealed_note_unpack (&keys, &read, sector));
    sector[i] ^= (guint8) (1u << (i % 8));
  }
  for (guint state = 0; state < 6; state++) {
    note.state = (DkNoteState) state;
    dk_sealed_note_pack (&keys, sector, &note);
    g_assert_cmpint (dk_sealed_note_unpack (&keys, &read, sector), ==, state >= 1 && state <= 3);
  }
}

static void
test_wal_header (void)
{
  guint8 header[DK_SEALED_WAL_HEADER_SIZE];
  guint8 read[DK_SEALED_WAL_HEADER_SIZE];
  guint8 sector[DK_SEALED_SECTOR_SIZE];
  guint64 generation = 0;

  for (guint i = 0; i < sizeof header; i++)
    header[i] = (guint8) i;
  dk_sealed_wal_header_pack (&keys, sector, 5, header);
  assert_sha256 (sector, sizeof sector,
                 "0cc5c020c8b9f1af9c07b8633952de5a1a06c42e3d6f257e6c061e8c13a45114");
  g_assert_true (dk_sealed_wal_header_unpack (&keys, &generation, read, sector));
  g_assert_cmpuint (generation, ==, 5);
  g_assert_cmpmem (read, sizeof read, header, sizeof header);
  g_assert_false (dk_sealed_wal_header_is_foreign (&keys, sector));
  for (guint i = 0; i < sizeof sector; i++) {
    sector[i] ^= (guint8) (1u << (i % 8));
    g_assert_false (dk_sealed_wal_header_unpack (&keys, &generation, read, sector));
    sector[i] ^= (guint8) (1u << (i % 8));
  }
  sector[8] ^= 1;
  g_assert_true (dk_sealed_wal_header_is_foreign (&keys, sector));
}

static void
test_other_file (void)
{
  DkSealedKeys other = { 0 };
  DkDbKeys same_key = *dk_fixture_keys (0);
  guint8 page[DK_SEALED_PAGE_SIZE] = { 0 };
  guint8 record[DK_SEALED_PAGE_SIZE];

  same_key.uuid[3] ^= 1;
  dk_sealed_keys_init (&other, same_key.open_key, same_key.uuid);
  dk_sealed_page_seal (&keys, record, page, 1, nonce);
  g_assert_false (dk_sealed_page_open (&other, page, record, 1));
  dk_sealed_keys_clear (&other);
}

int
main (int argc, char **argv)
{
  int rc;

  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  dk_sealed_keys_init (&keys, dk_fixture_keys (0)->open_key, dk_fixture_keys (0)->uuid);
  for (guint i = 0; i < sizeof nonce; i++)
    nonce[i] = (guint8) i;
  g_test_add_func ("/db/codec/page-record-is-as-documented", test_page);
  g_test_add_func ("/db/codec/frame-record-is-as-documented", test_frame);
  g_test_add_func ("/db/codec/note-is-as-documented", test_note);
  g_test_add_func ("/db/codec/journal-header-is-as-documented", test_wal_header);
  g_test_add_func ("/db/codec/record-of-another-file-is-refused", test_other_file);
  rc = dk_test_run ();
  dk_sealed_keys_clear (&keys);
  return rc;
}
