/* SPDX-License-Identifier: MIT */
#include "tests/fault/quick-kit.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/base/file.h"
#include "app/db/statement.h"
#include "app/store/ledger.h"
#include "app/store/ticket-store.h"
#include "tests/support/support.h"

const DkKdfParams quick_kdf = { .mib = 64, .passes = 3 };
QuickKit quick;

/* A file or, with NULL content, a folder. */
typedef struct {
  char *path;
  GBytes *content;
} Kept;

void
quick_init (int *argc, char ***argv)
{
  g_autofree char *made = NULL;
  g_autofree char *real = NULL;
  g_autofree char *state = NULL;

  if (g_access ("/dev/shm", 3) == 0)
    g_assert_true (g_setenv ("TMPDIR", "/dev/shm", TRUE));
  dk_test_init (argc, argv);
  made = dk_test_folder_new ();
  real = dk_platform_real_path (made);
  quick.root = g_build_filename (real, "disk", NULL);
  quick.folder = g_build_filename (quick.root, "kit", NULL);
  quick.beside = g_build_filename (quick.root, "beside", NULL);
  quick.database = g_build_filename (quick.folder, DK_KIT_DATABASE, NULL);
  quick.wal = g_strconcat (quick.database, "-wal", NULL);
  quick.numbers = g_ptr_array_new_with_free_func (g_free);
  state = g_build_filename (quick.root, "state", NULL);
  g_assert_true (g_setenv ("XDG_STATE_HOME", state, TRUE));
}

int
quick_run (void)
{
  int rc = dk_test_run ();

  g_ptr_array_unref (quick.numbers);
  g_free (quick.code);
  g_free (quick.wal);
  g_free (quick.database);
  g_free (quick.beside);
  g_free (quick.folder);
  g_free (quick.root);
  return rc;
}

void
quick_clear (void)
{
  dk_test_remove (quick.root);
  g_assert_cmpint (g_mkdir (quick.root, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (quick.beside, 0700), ==, 0);
  g_ptr_array_set_size (quick.numbers, 0);
}

DkSecret *
quick_secret (const char *text)
{
  return dk_secret_new_copy (text, strlen (text));
}

gboolean
quick_make (GError **error)
{
  g_autoptr (DkSecret) passphrase = quick_secret ("one");
  g_autoptr (DkSecret) recovery = NULL;
  DkKitInit init = { .site = "CARY",
                     .station = "A07",
                     .user = "anna",
                     .passphrase = passphrase,
                     .kdf = quick_kdf,
                     .trust = quick.signer };

  if (!dk_kit_create (quick.folder, &init, &recovery, error))
    return FALSE;
  g_free (quick.code);
  quick.code = g_strdup ((const char *) dk_secret_get (recovery));
  return TRUE;
}

void
quick_make_with_tickets (void)
{
  g_autoptr (GError) error = NULL;
  gboolean done = quick_make (&error);

  g_assert_no_error (error);
  g_assert_true (done);
  quick_open_well ();
  for (guint i = 0; i < 3; i++)
    quick_capture_well ();
  quick_close_well ();
}

gboolean
quick_open (const char *name, const char *passphrase, GError **error)
{
  g_autoptr (DkSecret) secret = quick_secret (passphrase);

  g_assert_null (quick.kit);
  quick.kit = dk_kit_open (quick.folder, name, secret, NULL, error);
  return quick.kit != NULL;
}

void
quick_open_well (void)
{
  g_autoptr (GError) error = NULL;
  gboolean done = quick_open ("anna", "one", &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

void
quick_close_well (void)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_close (&quick.kit, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
write_back (const char *path, GBytes *content)
{
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);

  g_assert_true (dk_file_replace (path, bytes, size, DK_FILE_NOT_SYNCED, NULL));
}

void
quick_kill (void)
{
  g_autoptr (GBytes) journal = dk_file_read (quick.wal, G_MAXINT32, NULL);
  g_autoptr (GBytes) database = dk_file_read (quick.database, G_MAXINT32, NULL);

  g_clear_pointer (&quick.kit, dk_kit_free);
  write_back (quick.wal, journal);
  write_back (quick.database, database);
}

gboolean
quick_capture (GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) answers = json_pack ("{s:s}", "summary", "no labels");
  char *number = NULL;

  if (!dk_ticket_store_save (dk_kit_store (quick.kit), form, NULL, answers, 0, FALSE, &number,
                             error))
    return FALSE;
  g_ptr_array_add (quick.numbers, number);
  return TRUE;
}

void
quick_capture_well (void)
{
  g_autoptr (GError) error = NULL;
  gboolean done = quick_capture (&error);

  g_assert_no_error (error);
  g_assert_true (done);
}

gboolean
quick_has_number (const char *number)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (quick.kit->db, "SELECT count(*) FROM ticket WHERE number = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, number);
  return dk_stmt_step (stmt, &has_row, NULL) && dk_stmt_int (stmt, 0) == 1;
}

char *
quick_judge (guint promised)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkLedgerReport) report = NULL;

  for (guint i = 0; i < promised; i++)
    if (!quick_has_number (g_ptr_array_index (quick.numbers, i)))
      return g_strdup_printf ("%s is lost", (const char *) g_ptr_array_index (quick.numbers, i));
  if (!dk_db_check (quick.kit->db, &error))
    return g_strdup_printf ("damaged: %s", error->message);
  report = dk_ledger_verify (quick.kit->store, NULL, NULL, &error);
  if (report == NULL || report->problems->len > 0)
    return g_strdup ("the ledger does not hold");
  return NULL;
}

static void
free_kept (gpointer data)
{
  Kept *kept = data;

  g_free (kept->path);
  g_clear_pointer (&kept->content, g_bytes_unref);
  g_free (kept);
}

static void
keep (const char *path, GPtrArray *all)
{
  Kept *kept = g_new0 (Kept, 1);

  kept->path = g_strdup (path);
  g_ptr_array_add (all, kept);
  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *below = g_build_filename (path, name, NULL);
      keep (below, all);
    }
  } else {
    kept->content = dk_file_read (path, G_MAXINT32, NULL);
    g_assert_nonnull (kept->content);
  }
}

GPtrArray *
quick_keep (void)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (free_kept);

  keep (quick.root, all);
  return all;
}

void
quick_put_back (GPtrArray *all)
{
  dk_test_remove (quick.root);
  for (guint i = 0; i < all->len; i++) {
    Kept *kept = g_ptr_array_index (all, i);
    if (kept->content == NULL)
      g_assert_cmpint (g_mkdir (kept->path, 0700), ==, 0);
    else
      write_back (kept->path, kept->content);
  }
}
