/* SPDX-License-Identifier: MIT */
/* Goal: when SQLite gets no memory, nothing that was acknowledged is lost, no answer is shorter
 * than the truth, the person is told that it is the memory, and the same connection goes on once
 * there is memory again. Method: SQLite's allocator is replaced by one whose k-th call gives
 * nothing, for each k, once and for ever, while a kit file is opened, written, searched and
 * copied. Control: a reader that takes what the failing calls leave for an answer does get shorter
 * ones. */
#include <glib/gstdio.h>
#include <string.h>

#include "app/store/search.h"
#include "tests/store/store-fixture.h"

#define CALLS_MAX 20000
#define ROWS 40
#define COMMITS 3
#define TICKETS 4

static sqlite3_mem_methods real;
static gboolean is_armed;
static gboolean is_sticky;
static guint chosen;
static guint calls;
static gboolean has_failed;

static gboolean
must_fail (void)
{
  if (!is_armed)
    return FALSE;
  calls++;
  if (calls < chosen || (calls > chosen && !is_sticky))
    return FALSE;
  has_failed = TRUE;
  return TRUE;
}

static void *
allocate (int size)
{
  return must_fail () ? NULL : real.xMalloc (size);
}

static void *
reallocate (void *memory, int size)
{
  return must_fail () ? NULL : real.xRealloc (memory, size);
}

static void
replace_allocator (void)
{
  sqlite3_mem_methods own;

  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_GETMALLOC, &real), ==, SQLITE_OK);
  own = real;
  own.xMalloc = allocate;
  own.xRealloc = reallocate;
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_MALLOC, &own), ==, SQLITE_OK);
  /* Small pieces shall come from here as well, and not from a store of each connection. */
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_LOOKASIDE, 0, 0), ==, SQLITE_OK);
}

static void
arm (guint call, gboolean sticky)
{
  calls = 0;
  chosen = call;
  is_sticky = sticky;
  has_failed = FALSE;
  is_armed = TRUE;
}

typedef struct {
  const char *name;
  guint calls;
  guint told;
  guint done; /* in spite of it */
  guint went_on;
} Counts;

static void
check_told (const GError *error)
{
  g_assert_error (error, DK_ERROR, DK_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "not enough free memory"));
}

static void
print_counts (const Counts *counts, guint calls_min)
{
  g_test_message ("%s: %u allocations, each failed once and for ever: %u told, %u done "
                  "nevertheless, %u times the same connection went on, 0 bad",
                  counts->name, counts->calls, counts->told, counts->done, counts->went_on);
  g_assert_cmpuint (counts->calls, >=, calls_min);
  g_assert_cmpuint (counts->told, >=, counts->calls);
}

typedef struct {
  char *folder;
  char *path;
  char *wal;
  char *copy;
  GBytes *start;
  GBytes *journal;
} Files;

static void
files_init (Files *files, gboolean live)
{
  DkDb *db;

  files->folder = dk_test_folder_new ();
  files->path = g_build_filename (files->folder, "kit.db", NULL);
  files->copy = g_build_filename (files->folder, "copy.db", NULL);
  files->wal = dk_fixture_wal (files->path);
  db = dk_fixture_create (files->path, 0);
  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, pad);"
                       "CREATE INDEX ti ON t (pad);"
                       "CREATE VIRTUAL TABLE f USING fts5 (words);");
  for (guint i = 0; i < ROWS; i++)
    dk_fixture_exec (db, "INSERT INTO t (pad) VALUES (zeroblob(900));"
                         "INSERT INTO f VALUES ('printer in the ward')");
  if (live)
    dk_fixture_kill (db);
  else
    dk_fixture_close (db);
  files->start = dk_fixture_read (files->path);
  files->journal = dk_fixture_read (files->wal);
}

static void
files_put_back (Files *files)
{
  dk_fixture_write (files->path, files->start);
  dk_fixture_write (files->wal, files->journal);
  dk_fixture_write (files->copy, NULL);
}

static void
files_clear (Files *files)
{
  g_clear_pointer (&files->start, g_bytes_unref);
  g_clear_pointer (&files->journal, g_bytes_unref);
  dk_test_remove (files->folder);
  g_free (files->wal);
  g_free (files->copy);
  g_free (files->path);
  g_free (files->folder);
}

static void
check_file (const char *path, guint n, guint rows_min, guint rows_max)
{
  DkDb *db = dk_fixture_open (path, n);

  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), >=, rows_min);
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), <=, rows_max);
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM f WHERE f MATCH 'ward'"), ==, ROWS);
  g_assert_true (dk_db_check (db, NULL));
  g_assert_null (dk_db_notice (db));
  dk_fixture_close (db);
}

/* FALSE if the call chosen was not reached. */
static gboolean
try_open (Files *files, guint call, gboolean sticky, Counts *counts)
{
  g_autoptr (GError) error = NULL;
  DkDb *db;

  files_put_back (files);
  arm (call, sticky);
  db = dk_db_open (files->path, dk_fixture_keys (0), &error);
  is_armed = FALSE;
  if (db != NULL) {
    counts->done += has_failed;
    dk_fixture_close (db);
  } else {
    check_told (error);
    counts->told++;
  }
  check_file (files->path, 0, ROWS, ROWS);
  return has_failed;
}

static gboolean
insert (DkDb *db, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_transaction_new (db, error);
  g_autoptr (DkStmt) stmt = NULL;

  if (transaction == NULL)
    return FALSE;
  stmt = dk_stmt_new (db, "INSERT INTO t (pad) VALUES (?1)");
  dk_stmt_bind_text (stmt, 1, "words that somebody typed");
  return dk_stmt_run (stmt, error) && dk_transaction_commit (transaction, error);
}

static gboolean
try_commits (Files *files, guint call, gboolean sticky, Counts *counts)
{
  g_autoptr (GError) error = NULL;
  guint acknowledged = 0;
  guint extra = 0;
  DkDb *db;

  files_put_back (files);
  db = dk_fixture_open (files->path, 0);
  arm (call, sticky);
  while (acknowledged < COMMITS && insert (db, &error))
    acknowledged++;
  if (error != NULL || !dk_db_checkpoint (db, FALSE, &error)) {
    check_told (error);
    counts->told++;
  } else {
    counts->done += has_failed;
  }
  is_armed = FALSE;
  extra = insert (db, NULL);
  counts->went_on += has_failed && extra > 0;
  dk_db_free (db);
  check_file (files->path, 0, ROWS + acknowledged + extra, ROWS + COMMITS + 1);
  return has_failed;
}

static gboolean
try_copy (Files *files, guint call, gboolean sticky, Counts *counts)
{
  g_autoptr (GBytes) directory = dk_fixture_directory ();
  g_autoptr (GError) error = NULL;
  gboolean done;
  DkDb *db;

  files_put_back (files);
  db = dk_fixture_open (files->path, 0);
  arm (call, sticky);
  done = dk_db_copy (db, files->copy, directory, dk_fixture_keys (1), NULL, &error);
  is_armed = FALSE;
  if (!done) {
    check_told (error);
    counts->told++;
    g_assert_false (g_file_test (files->copy, G_FILE_TEST_EXISTS));
  } else {
    counts->done += has_failed;
    check_file (files->copy, 1, ROWS, ROWS);
  }
  counts->went_on += has_failed && insert (db, NULL);
  dk_fixture_close (db);
  return has_failed;
}

static void
run (const char *name, gboolean live, guint calls_min,
     gboolean (*try) (Files *files, guint call, gboolean sticky, Counts *counts))
{
  Counts counts = { .name = name };
  Files files = { 0 };

  files_init (&files, live);
  for (guint sticky = 0; sticky < 2; sticky++)
    for (guint call = 1; call < CALLS_MAX; call++) {
      if (!try (&files, call, sticky == 1, &counts))
        break;
      counts.calls = MAX (counts.calls, call);
    }
  files_clear (&files);
  print_counts (&counts, calls_min);
}

static void
test_open (void)
{
  run ("opening with a journal", TRUE, 100, try_open);
}

static void
test_commits (void)
{
  run ("commits and a write-back", FALSE, 50, try_commits);
}

static void
test_copy (void)
{
  run ("a copy", FALSE, 50, try_copy);
}

static char *
describe (GPtrArray *hits)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < hits->len; i++) {
    DkSearchHit *hit = g_ptr_array_index (hits, i);
    g_string_append_printf (text, "%s|%s|%s|%s\n", hit->kind, hit->id, hit->title, hit->snippet);
  }
  return g_string_free (text, FALSE);
}

static void
add_tickets (StoreFixture *f)
{
  for (guint i = 0; i < TICKETS; i++)
    g_free (store_fixture_save (f, "call-log",
                                "{\"summary\": \"printer in the ward prints no labels\"}", FALSE));
}

static void
test_search (StoreFixture *f, gconstpointer data)
{
  Counts counts = { .name = "a search" };
  g_autofree char *truth = NULL;

  add_tickets (f);
  for (guint sticky = 0; sticky < 2; sticky++)
    for (guint call = 1; call < CALLS_MAX; call++) {
      g_autoptr (GPtrArray) hits = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      dk_db_clear_statements (f->db);
      if (truth == NULL) {
        g_autoptr (GPtrArray) all = dk_search (f->store, "printer", 50, NULL, NULL);
        truth = describe (all);
        dk_db_clear_statements (f->db);
      }
      arm (call, sticky == 1);
      hits = dk_search (f->store, "printer", 50, NULL, &error);
      is_armed = FALSE;
      if (hits == NULL) {
        check_told (error);
        counts.told++;
      } else {
        counts.done += has_failed;
        text = describe (hits);
        g_assert_cmpstr (text, ==, truth);
      }
      if (!has_failed)
        break;
      counts.calls = MAX (counts.calls, call);
    }
  g_free (store_fixture_save (f, "call-log", "{\"summary\": \"after it\"}", FALSE));
  print_counts (&counts, 100);
}

/* A ticket as it is stored: number, ledger, search index, all in one transaction. */
static void
test_capture (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) answers = store_fixture_answers ("{\"summary\": \"no labels\"}");
  Counts counts = { .name = "a ticket" };
  guint acknowledged = 0;
  g_autoptr (DkLedgerReport) report = NULL;

  for (guint sticky = 0; sticky < 2; sticky++)
    for (guint call = 1; call < CALLS_MAX; call++) {
      g_autoptr (GError) error = NULL;
      g_autofree char *number = NULL;
      gboolean done;
      dk_db_clear_statements (f->db);
      arm (call, sticky == 1);
      done = dk_ticket_store_save (f->store, form, NULL, answers, 0, FALSE, &number, &error);
      is_armed = FALSE;
      acknowledged += done;
      if (!done) {
        check_told (error);
        counts.told++;
      } else {
        counts.done += has_failed;
      }
      if (!has_failed)
        break;
      counts.calls = MAX (counts.calls, call);
    }
  g_assert_cmpint (dk_fixture_int (f->db, "SELECT count(*) FROM ticket"), ==, acknowledged);
  store_fixture_reopen (f);
  g_assert_cmpint (dk_fixture_int (f->db, "SELECT count(*) FROM ticket"), ==, acknowledged);
  g_assert_true (dk_db_check (f->db, NULL));
  report = dk_ledger_verify (f->store, NULL, NULL, NULL);
  g_assert_cmpuint (report->problems->len, ==, 0);
  print_counts (&counts, 200);
}

/* What the check of the answers is good for. */
static void
test_control (StoreFixture *f, gconstpointer data)
{
  sqlite3 *handle = dk_db_get_unguarded (f->db);
  guint shorter = 0;

  add_tickets (f);
  for (guint call = 1; call < 300; call++) {
    sqlite3_stmt *stmt = NULL;
    guint rows = 0;
    arm (call, FALSE);
    (void) sqlite3_prepare_v2 (handle, "SELECT title FROM found ORDER BY title DESC", -1, &stmt,
                               NULL);
    while (sqlite3_step (stmt) == SQLITE_ROW)
      rows++;
    (void) sqlite3_finalize (stmt);
    is_armed = FALSE;
    shorter += rows < TICKETS;
  }
  g_test_message ("control: %u answers were shorter where nobody looks at the codes", shorter);
  g_assert_cmpuint (shorter, >=, 5);
}

int
main (int argc, char **argv)
{
  if (g_access ("/dev/shm", 3) == 0)
    g_assert_true (g_setenv ("TMPDIR", "/dev/shm", TRUE));
  replace_allocator ();
  dk_test_init (&argc, &argv);
  g_test_add_func ("/fault/memory/opening", test_open);
  g_test_add_func ("/fault/memory/commits", test_commits);
  g_test_add_func ("/fault/memory/copy", test_copy);
  STORE_ADD ("/fault/memory/search-is-whole-or-an-error", test_search);
  STORE_ADD ("/fault/memory/ticket", test_capture);
  STORE_ADD ("/fault/memory/control-shorter-answers", test_control);
  return dk_test_run ();
}
