/* SPDX-License-Identifier: MIT */
/* A kit file and its live journal, changed by whoever has the files, or by one who has the keys as
 * well and makes every seal and checksum right. Of the first the claim is: it opens with the first
 * commits as they were made, all that an untouched frame calls durable among them, or not at all.
 * Of the second: an error at worst. */
#include <stdlib.h>
#include <string.h>

#include "app/db/sealed-private.h"
#include "app/db/statement.h"
#include "tests/db/db-fixture.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory-vfs.h"

#define ROWS 7
#define ROWS_IN_DATABASE 2
#define FRAMES_MAX 32
#define HEAD 6

enum {
  EDIT_DATABASE = 1, /* the script changes the database's bytes, not the journal's */
  EDIT_FRAMES = 2,   /* it changes what the frames hold, and they are sealed again */
  RIGHT_CHAIN = 4,   /* with SQLite's checksums right */
  CUT_JOURNAL = 8,   /* to the size that follows */
  NEW_NOTE = 16,     /* the note says what follows */
  WITHOUT_JOURNAL = 32,
  EDIT_PAGES = 64, /* as EDIT_FRAMES, of the pages of the database */
};

static const DkDbKeys *keys;
static DkSealedKeys sealed_keys;
static char *folder;
static char *path;
static GBytes *database;
static GBytes *journal;
static DkNote note;

/* What the frames of the honest journal say. */
static struct {
  guint32 durable;  /* frames that were, when it was written */
  gboolean commits; /* it ends a transaction */
} frames[FRAMES_MAX];
static guint frame_count;

static void
remove_folder (void)
{
  dk_test_remove (folder);
}

static void
find_note (const guint8 *bytes)
{
  for (guint block = 0; block < 2; block++) {
    DkNote found;

    if (dk_sealed_note_unpack (&sealed_keys, &found, bytes + DK_DB_DIRECTORY_SIZE + 4096 * block)
        && found.seq > note.seq)
      note = found;
  }
}

static void
read_frames (void)
{
  gsize size;
  const guint8 *wal = g_bytes_get_data (journal, &size);
  guint8 plain[DK_SEALED_FRAME_PLAIN_SIZE];
  guint8 header[DK_SEALED_WAL_HEADER_SIZE];
  guint64 generation = 0;
  gboolean opened = dk_sealed_wal_header_unpack (&sealed_keys, &generation, header, wal);

  frame_count = (guint) ((size - DK_SEALED_WAL_PREFIX_SIZE) / DK_SEALED_FRAME_RECORD_SIZE);
  g_assert_true (opened && frame_count >= ROWS - ROWS_IN_DATABASE && frame_count <= FRAMES_MAX);
  for (guint i = 0; i < frame_count; i++) {
    const guint8 *record
        = wal + DK_SEALED_WAL_PREFIX_SIZE + (gsize) i * DK_SEALED_FRAME_RECORD_SIZE;

    opened = dk_sealed_frame_open (&sealed_keys, plain, record, generation, i);
    g_assert_true (opened);
    memcpy (&frames[i].durable, plain + DK_SEALED_FRAME_SIZE, 4);
    frames[i].durable = GUINT32_FROM_LE (frames[i].durable);
    frames[i].commits = dk_sealed_get_be32 (plain + 4) != 0;
  }
}

/* Rows in the database, then each with a commit of its own in the journal. */
static void
make_base (void)
{
  g_autofree char *wal = NULL;
  DkDb *db;

  folder = g_dir_make_tmp ("dk-fuzz-XXXXXX", NULL);
  path = g_build_filename (folder, "kit.db", NULL);
  wal = dk_fixture_wal (path);
  (void) atexit (remove_folder);
  keys = dk_fixture_keys (0);
  dk_sealed_keys_init (&sealed_keys, keys->open_key, keys->uuid);
  db = dk_fixture_create (path, 0);
  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT) STRICT");
  for (guint i = 1; i <= ROWS; i++) {
    g_autofree char *sql
        = g_strdup_printf ("INSERT INTO t VALUES (%u, 'row %u of the fuzz target')", i, i);

    if (i == ROWS_IN_DATABASE + 1)
      g_assert_true (dk_db_checkpoint (db, TRUE, NULL));
    dk_fixture_exec (db, sql);
  }
  database = dk_fixture_read (path);
  journal = dk_fixture_read (wal);
  dk_fixture_kill (db);
  dk_fixture_write (wal, NULL); /* what is read from now on lies in memory */
  find_note (g_bytes_get_data (database, NULL));
  read_frames ();
  g_assert_cmpint (note.state, ==, DK_NOTE_LIVE);
  dk_memory_vfs_install ();
}

static void
add_checksum (const guint8 *bytes, gsize size, gboolean big_endian, guint32 sum[2])
{
  for (gsize i = 0; i < size; i += 8) {
    guint32 words[2];

    memcpy (words, bytes + i, sizeof words);
    sum[0] += (big_endian ? GUINT32_FROM_BE (words[0]) : GUINT32_FROM_LE (words[0])) + sum[1];
    sum[1] += (big_endian ? GUINT32_FROM_BE (words[1]) : GUINT32_FROM_LE (words[1])) + sum[0];
  }
}

static void
put_be32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (at, &value, sizeof value);
}

static void
fix_chain (guint8 *plain, guint count, const guint8 header[DK_SEALED_WAL_HEADER_SIZE])
{
  gboolean big_endian = (dk_sealed_get_be32 (header) & 1) != 0;
  guint32 sum[2] = { dk_sealed_get_be32 (header + 24), dk_sealed_get_be32 (header + 28) };

  for (guint i = 0; i < count; i++, plain += DK_SEALED_FRAME_PLAIN_SIZE) {
    memcpy (plain + 8, header + 16, 8);
    add_checksum (plain, 8, big_endian, sum);
    add_checksum (plain + DK_SEALED_FRAME_HEADER_SIZE, DK_SEALED_PAGE_SIZE, big_endian, sum);
    put_be32 (plain + 16, sum[0]);
    put_be32 (plain + 20, sum[1]);
  }
}

static void
edit_frames (GByteArray *wal, guint8 flags, const guint8 *script, gsize size)
{
  const guint8 nonce[DK_NONCE_SIZE] = { 1 };
  guint count = (wal->len - DK_SEALED_WAL_PREFIX_SIZE) / DK_SEALED_FRAME_RECORD_SIZE;
  gsize plain_size = (gsize) count * DK_SEALED_FRAME_PLAIN_SIZE;
  g_autofree guint8 *plain = g_malloc (plain_size);
  guint8 header[DK_SEALED_WAL_HEADER_SIZE];
  guint64 generation;
  gboolean opened = dk_sealed_wal_header_unpack (&sealed_keys, &generation, header, wal->data);
  guint8 *records = wal->data + DK_SEALED_WAL_PREFIX_SIZE;

  for (guint i = 0; i < count; i++)
    opened
        &= dk_sealed_frame_open (&sealed_keys, plain + (gsize) i * DK_SEALED_FRAME_PLAIN_SIZE,
                                 records + (gsize) i * DK_SEALED_FRAME_RECORD_SIZE, generation, i);
  g_assert_true (opened);
  (void) dk_fuzz_edit (plain, plain_size, script, size);
  if ((flags & RIGHT_CHAIN) != 0)
    fix_chain (plain, count, header);
  for (guint i = 0; i < count; i++)
    dk_sealed_frame_seal (&sealed_keys, records + (gsize) i * DK_SEALED_FRAME_RECORD_SIZE,
                          plain + (gsize) i * DK_SEALED_FRAME_PLAIN_SIZE, generation, i, nonce);
}

static void
edit_pages (GByteArray *file, const guint8 *script, gsize size)
{
  const guint8 nonce[DK_NONCE_SIZE] = { 2 };
  guint8 *pages = file->data + DK_DB_PREFIX_SIZE;
  guint count = (file->len - DK_DB_PREFIX_SIZE) / DK_SEALED_PAGE_SIZE;
  gboolean opened = TRUE;

  for (guint i = 0; i < count; i++) {
    guint8 *page = pages + (gsize) i * DK_SEALED_PAGE_SIZE;

    opened &= dk_sealed_page_open (&sealed_keys, page, page, i + 1);
  }
  g_assert_true (opened);
  (void) dk_fuzz_edit (pages, (gsize) count * DK_SEALED_PAGE_SIZE, script, size);
  for (guint i = 0; i < count; i++) {
    guint8 *page = pages + (gsize) i * DK_SEALED_PAGE_SIZE;
    g_autofree guint8 *plain = g_memdup2 (page, DK_SEALED_PAGE_SIZE);

    dk_sealed_page_seal (&sealed_keys, page, plain, i + 1, nonce);
  }
}

static void
write_note (GByteArray *file, const guint8 *data)
{
  DkNote next = note;

  next.seq += data[0] % 4;
  next.generation = note.generation + data[1] % 4 - MIN (1, note.generation);
  next.state = (DkNoteState) (data[0] / 4 % 3 + 1);
  next.checkpoint = data[2];
  for (guint block = 0; block < 2; block++)
    if (next.seq % 2 == block || data[0] >= 0x80)
      dk_sealed_note_pack (&sealed_keys, file->data + DK_DB_DIRECTORY_SIZE + 4096 * block, &next);
}

/* The rows that the untouched frames of this journal promise. */
static gint64
promised_rows (const GByteArray *wal)
{
  const guint8 *honest = g_bytes_get_data (journal, NULL);
  gint64 rows = ROWS_IN_DATABASE;
  guint32 durable = 0;

  for (guint i = 0; i < frame_count; i++) {
    gsize at = DK_SEALED_WAL_PREFIX_SIZE + (gsize) i * DK_SEALED_FRAME_RECORD_SIZE;

    if (at + DK_SEALED_FRAME_RECORD_SIZE <= wal->len
        && memcmp (wal->data + at, honest + at, DK_SEALED_FRAME_RECORD_SIZE) == 0)
      durable = MAX (durable, frames[i].durable);
  }
  for (guint i = 0; i < durable; i++)
    rows += frames[i].commits;
  return rows;
}

static void
check_promise (DkDb *db, gint64 promised)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (db, "SELECT id, words FROM t ORDER BY id");
  gboolean has_row = TRUE;
  gint64 rows = 0;

  while (dk_stmt_step (stmt, &has_row, NULL) && has_row) {
    g_autofree char *words
        = g_strdup_printf ("row %" G_GINT64_FORMAT " of the fuzz target", ++rows);

    g_assert_cmpint (dk_stmt_int (stmt, 0), ==, rows);
    g_assert_cmpstr (dk_stmt_text (stmt, 1), ==, words);
  }
  /* A page that does not check ends the rows with an error, which breaks no promise. */
  g_assert_true (has_row || (rows >= promised && rows <= ROWS));
}

static void
open_it (gboolean is_outsider, gint64 promised)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkDb) db = dk_db_open (path, keys, &error);
  g_autoptr (GError) checked = NULL;

  g_assert_true ((db == NULL) == (error != NULL));
  if (db == NULL)
    return;
  if (is_outsider)
    check_promise (db, promised);
  else if (!dk_db_check (db, &checked))
    g_assert_true (checked->domain == DK_ERROR);
}

/* The control: as it is it opens, with every row. */
static void
check_base (void)
{
  g_autoptr (DkDb) db = NULL;

  dk_memory_vfs_set (g_bytes_get_data (database, NULL), g_bytes_get_size (database),
                     g_bytes_get_data (journal, NULL), g_bytes_get_size (journal));
  db = dk_fixture_open (path, 0);
  check_promise (db, ROWS);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) wal = g_byte_array_new ();
  gint64 promised;
  guint8 flags;

  if (path == NULL) {
    make_base ();
    check_base ();
  }
  if (size < HEAD)
    return 0;
  flags = data[0];
  g_byte_array_append (file, g_bytes_get_data (database, NULL),
                       (guint) g_bytes_get_size (database));
  g_byte_array_append (wal, g_bytes_get_data (journal, NULL), (guint) g_bytes_get_size (journal));
  if ((flags & EDIT_FRAMES) != 0)
    edit_frames (wal, flags, data + HEAD, size - HEAD);
  else if ((flags & EDIT_PAGES) != 0)
    edit_pages (file, data + HEAD, size - HEAD);
  else if ((flags & EDIT_DATABASE) != 0)
    (void) dk_fuzz_edit (file->data, file->len, data + HEAD, size - HEAD);
  else
    (void) dk_fuzz_edit (wal->data, wal->len, data + HEAD, size - HEAD);
  if ((flags & NEW_NOTE) != 0)
    write_note (file, data + 3);
  if ((flags & CUT_JOURNAL) != 0)
    g_byte_array_set_size (wal, MIN (wal->len, (data[1] | (guint) data[2] << 8)));
  promised = (flags & WITHOUT_JOURNAL) != 0 ? ROWS : promised_rows (wal);
  dk_memory_vfs_set (file->data, file->len, (flags & WITHOUT_JOURNAL) != 0 ? NULL : wal->data,
                     (flags & WITHOUT_JOURNAL) != 0 ? 0 : wal->len);
  open_it ((flags & (EDIT_FRAMES | EDIT_PAGES | NEW_NOTE)) == 0, promised);
  return 0;
}
