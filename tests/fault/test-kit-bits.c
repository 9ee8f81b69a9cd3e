/* SPDX-License-Identifier: MIT */
/* Goal: a kit whose file or journal is damaged, shortened, or put beside that of another moment
 * says so to who opens it; nothing is missing in silence, nobody gets in who should not, and no
 * damaged kit is taken for an empty one. Method: a whole kit, opened by dk_kit_open after each
 * change: bits of both copies of the slot directory, of one of them and of both; the file and the
 * journal cut; the journals from before and after new keys and of a restored kit exchanged.
 * DK_LONG=1 flips every bit and cuts at every length. Control: where the anchor is gone as well, a
 * shortened journal is not told. */
#include <glib/gstdio.h>
#include <string.h>

#include "app/base/file.h"
#include "app/kit/backup.h"
#include "app/kit/rekey.h"
#include "app/kit/restore.h"
#include "tests/crypto/sample.h"
#include "tests/fault/quick-kit.h"
#include "tests/support/support.h"

#define USED (DK_HEAD_SIZE + 3 * DK_SLOT_SIZE)

static void
write_file (const char *path, GBytes *bytes)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  g_assert_true (dk_file_replace (path, data, size, DK_FILE_NOT_SYNCED, NULL));
}

static GBytes *
read_file (const char *path)
{
  return dk_file_read (path, G_MAXINT32, NULL);
}

static void
flip (guint8 *image, gsize at, guint bit)
{
  image[at] ^= (guint8) (1u << bit);
}

/* TRUE if it opened, with everything. One that was changed on purpose may be denied as well. */
static gboolean
try_open (guint promised, gboolean may_be_denied)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *complaint = NULL;

  if (!quick_open ("anna", "one", &error)) {
    if (!may_be_denied || (error->code != DK_ERROR_DENIED && error->code != DK_ERROR_NEWER))
      g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    return FALSE;
  }
  complaint = quick_judge (promised);
  g_clear_pointer (&quick.kit, dk_kit_free);
  g_assert_cmpstr (complaint, ==, NULL);
  return TRUE;
}

static gboolean
is_in_use (guint at)
{
  return at < DK_HEAD_ZERO_1 || at >= DK_HEAD_SIGNATURE;
}

static void
test_one_copy (void)
{
  guint step = dk_test_is_long () ? 1 : 61;
  guint tried = 0;
  guint opened = 0;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GBytes) whole = NULL;

  quick_clear ();
  quick_make_with_tickets ();
  kept = quick_keep ();
  whole = read_file (quick.database);
  for (guint bit = 0; bit < USED * 8; bit += step)
    for (guint copy = 0; copy < 2 && is_in_use (bit / 8); copy++) {
      gsize size;
      const guint8 *data = g_bytes_get_data (whole, &size);
      g_autofree guint8 *image = g_memdup2 (data, size);
      g_autoptr (GBytes) changed = NULL;
      flip (image, copy * DK_IMAGE_SIZE + bit / 8, bit % 8);
      changed = g_bytes_new (image, size);
      quick_put_back (kept);
      write_file (quick.database, changed);
      tried++;
      opened += try_open (quick.numbers->len, FALSE);
    }
  g_test_message ("%u bits in one copy of the slot directory: %u opened with everything", tried,
                  opened);
  g_assert_cmpuint (tried, >=, 400);
  g_assert_cmpuint (opened, ==, tried);
}

static void
test_both_copies (void)
{
  guint step = dk_test_is_long () ? 1 : 31;
  guint tried = 0;
  g_autoptr (GBytes) whole = NULL;

  quick_clear ();
  quick_make_with_tickets ();
  whole = read_file (quick.database);
  for (guint bit = 0; bit < USED * 8; bit += step) {
    gsize size;
    const guint8 *data = g_bytes_get_data (whole, &size);
    g_autofree guint8 *image = g_memdup2 (data, size);
    g_autoptr (GBytes) changed = NULL;
    g_autoptr (GError) error = NULL;
    flip (image, bit / 8, bit % 8);
    flip (image, DK_IMAGE_SIZE + bit / 8, bit % 8);
    changed = g_bytes_new (image, size);
    write_file (quick.database, changed);
    g_assert_false (try_open (0, FALSE));
    g_assert_null (dk_kit_people (quick.folder, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    tried++;
  }
  g_test_message ("%u bits in both copies of the slot directory: all refused as damaged", tried);
  g_assert_cmpuint (tried, >=, 1000);
}

/* Somebody with the file, without a key: the checksum is right again. */
static void
test_made_right (void)
{
  guint step = dk_test_is_long () ? 1 : 61;
  guint tried = 0;
  guint opened = 0;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GBytes) whole = NULL;

  quick_clear ();
  quick_make_with_tickets ();
  kept = quick_keep ();
  whole = read_file (quick.database);
  for (guint bit = 0; bit < USED * 8; bit += step) {
    gsize size;
    const guint8 *data = g_bytes_get_data (whole, &size);
    g_autofree guint8 *image = g_memdup2 (data, size);
    g_autoptr (GBytes) changed = NULL;
    if (!is_in_use (bit / 8) || (bit / 8 >= DK_HEAD_CHECKSUM && bit / 8 < DK_HEAD_SIZE))
      continue;
    for (guint copy = 0; copy < 2; copy++) {
      guint8 *one = image + (gsize) copy * DK_IMAGE_SIZE;
      flip (one, bit / 8, bit % 8);
      dk_sample_fix_checksum (one);
    }
    changed = g_bytes_new (image, size);
    quick_put_back (kept);
    write_file (quick.database, changed);
    tried++;
    opened += try_open (quick.numbers->len, TRUE);
  }
  g_test_message ("%u bits in both copies under a right checksum: %u opened", tried, opened);
  g_assert_cmpuint (tried, >=, 200);
  g_assert_cmpuint (opened, ==, 0);
}

static void
test_file_cut (void)
{
  g_autoptr (GBytes) whole = NULL;
  gsize step = dk_test_is_long () ? 1 : 1021;
  guint tried = 0;
  guint found_later = 0;

  quick_clear ();
  quick_make_with_tickets ();
  whole = read_file (quick.database);
  for (gsize cut = 0; cut < g_bytes_get_size (whole); cut += step) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, cut);
    g_autoptr (GError) error = NULL;
    write_file (quick.database, part);
    if (quick_open ("anna", "one", &error)) { /* only the last page is cut: told when it is read */
      found_later++;
      g_assert_false (dk_db_check (quick.kit->db, &error));
      g_clear_pointer (&quick.kit, dk_kit_free);
    }
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    g_clear_error (&error);
    g_assert_false (quick_make (&error)); /* never an empty place for a new kit */
    tried++;
  }
  g_test_message (
      "kit.db cut at %u lengths: all damaged (%u told when the last page is read), none "
      "taken for an empty kit",
      tried, found_later);
  g_assert_cmpuint (found_later, <=, dk_test_is_long () ? 4096 : 5);
  g_assert_cmpuint (tried, >=, 300);
}

typedef struct {
  guint refused;
  guint whole;
  guint told;   /* something is missing and a message says so */
  guint silent; /* something is missing */
} Losses;

static void
judge_loss (Losses *losses)
{
  g_autoptr (GError) error = NULL;
  guint missing = 0;

  if (!quick_open ("anna", "one", &error)) {
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    losses->refused++;
    return;
  }
  for (guint i = 0; i < quick.numbers->len; i++)
    missing += !quick_has_number (g_ptr_array_index (quick.numbers, i));
  if (missing == 0)
    losses->whole++;
  else if (dk_kit_messages (quick.kit)->len > 0)
    losses->told++;
  else
    losses->silent++;
  g_clear_pointer (&quick.kit, dk_kit_free);
}

/* A kit that was killed: some of it written back, then twelve calls in the journal alone. */
static void
make_killed (void)
{
  quick_clear ();
  quick_make_with_tickets ();
  quick_open_well ();
  quick_capture_well ();
  g_assert_true (dk_db_checkpoint (quick.kit->db, FALSE, NULL));
  for (guint i = 0; i < 12; i++)
    quick_capture_well ();
  quick_kill ();
}

static Losses
cut_journal (gboolean with_anchor, gsize step)
{
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GBytes) journal = NULL;
  g_autofree char *state = g_build_filename (quick.root, "state", NULL);
  Losses losses = { 0 };

  make_killed ();
  kept = quick_keep ();
  journal = read_file (quick.wal);
  for (gsize cut = 0; cut < g_bytes_get_size (journal); cut += step) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (journal, 0, cut);
    quick_put_back (kept);
    write_file (quick.wal, part);
    if (!with_anchor)
      dk_test_remove (state);
    judge_loss (&losses);
  }
  g_test_message ("journal cut%s: %u refused, %u whole, %u told by the anchor, %u lost in silence",
                  with_anchor ? "" : " and the anchor gone (control)", losses.refused, losses.whole,
                  losses.told, losses.silent);
  return losses;
}

static void
test_journal_cut (void)
{
  Losses losses = cut_journal (TRUE, dk_test_is_long () ? 61 : 1021);
  Losses control = cut_journal (FALSE, 8191);

  g_assert_cmpuint (losses.silent, ==, 0);
  g_assert_cmpuint (losses.told, >=, 100);
  g_assert_cmpuint (losses.refused, >=, 3);
  g_assert_cmpuint (control.silent, >=, 10);
}

/* Database and journal of two lives of the same kit, put side by side. */
static void
judge_mixture (GBytes *database, GBytes *journal, guint promised, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *complaint = NULL;

  write_file (quick.database, database);
  if (journal != NULL)
    write_file (quick.wal, journal);
  if (!quick_open ("anna", "one", &error)) {
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    g_test_message ("%s: refused", what);
    return;
  }
  g_assert_cmpuint (dk_kit_messages (quick.kit)->len, >, 0);
  complaint = quick_judge (promised);
  g_assert_cmpstr (complaint, ==, NULL);
  g_test_message ("%s: %s", what, (char *) g_ptr_array_index (dk_kit_messages (quick.kit), 0));
  g_clear_pointer (&quick.kit, dk_kit_free);
}

static void
renew_keys (void)
{
  g_autoptr (GError) error = NULL;
  gboolean done;

  quick_open_well ();
  done = dk_kit_rekey (quick.kit, 1u << DK_KEY_OPEN, "a test", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  quick_close_well ();
}

static void
restore_backup (void)
{
  g_autofree char *path = g_build_filename (quick.beside, "copy.dkbackup", NULL);
  g_autofree char *old = NULL;
  g_autoptr (DkSecret) secret = quick_secret ("one");
  g_autoptr (DkKitRestore) restore = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  quick_open_well ();
  done = dk_kit_backup (quick.kit, path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  quick_close_well ();
  restore = dk_kit_restore_new (quick.folder, path, NULL, &error);
  g_assert_no_error (error);
  done = dk_kit_restore_unlock (restore, "anna", secret, FALSE, NULL, &error)
         && dk_kit_restore_finish (restore, &old, &error);
  g_assert_no_error (error);
  g_assert_true (done);
}

static void
test_two_lives (gconstpointer data)
{
  void (*change) (void) = data == NULL ? renew_keys : restore_backup;
  const char *name = data == NULL ? "new keys" : "restored";
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) before_wal = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autoptr (GBytes) after_wal = NULL;
  g_autoptr (GBytes) closed = NULL;
  g_autofree char *first = g_strconcat (name, ": the journal of before beside the file", NULL);
  g_autofree char *second = g_strconcat (name, ": the journal beside the file of before", NULL);
  guint promised;

  make_killed ();
  before = read_file (quick.database);
  before_wal = read_file (quick.wal);
  change ();
  closed = read_file (quick.database);
  promised = quick.numbers->len;
  quick_open_well ();
  quick_capture_well ();
  quick_kill ();
  after = read_file (quick.database);
  after_wal = read_file (quick.wal);
  judge_mixture (closed, before_wal, promised, first);
  judge_mixture (after, before_wal, promised, "the same, of a kit that was killed");
  judge_mixture (before, after_wal, promised, second);
}

int
main (int argc, char **argv)
{
  quick_init (&argc, &argv);
  g_test_add_func ("/fault/kit-bits/one-copy-is-enough", test_one_copy);
  g_test_add_func ("/fault/kit-bits/both-copies-are-damage", test_both_copies);
  g_test_add_func ("/fault/kit-bits/a-right-checksum-does-not-help", test_made_right);
  g_test_add_func ("/fault/kit-bits/cut-is-never-empty", test_file_cut);
  g_test_add_func ("/fault/kit-bits/shorter-journal-is-told", test_journal_cut);
  g_test_add_data_func ("/fault/kit-bits/new-keys-and-an-old-journal", NULL, test_two_lives);
  g_test_add_data_func ("/fault/kit-bits/restored-and-an-old-journal", "restored", test_two_lives);
  return quick_run ();
}
