/* SPDX-License-Identifier: MIT */
/* One measurement in a process of its own: `store-worker plain|sealed TASK FILE COUNT`, started by
 * bench-store. Prints a line for each figure, `name value`. Syncs are counted by standing in for
 * the C library's two calls. */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/store-peer.h"

#define WORDS 400
#define QUERIES 64
#define QUERY_ROUNDS 11

typedef struct {
  const char *path;
  gboolean encrypted;
  guint count;
} Job;

static guint syncs;

int
fdatasync (int fd)
{
  syncs++;
  return (int) syscall (SYS_fdatasync, fd);
}

int
fsync (int fd)
{
  syncs++;
  return (int) syscall (SYS_fsync, fd);
}

static double
get_us (clockid_t clock)
{
  struct timespec now;

  g_assert_cmpint (clock_gettime (clock, &now), ==, 0);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

static double
get_cpu_us (void)
{
  return get_us (CLOCK_THREAD_CPUTIME_ID);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_quantile (GArray *values, guint percent)
{
  qsort (values->data, values->len, sizeof (double), compare);
  return g_array_index (values, double, (values->len - 1) * percent / 100);
}

/* The most memory that this program had; what it took over from the one before it not counted. */
static double
get_peak_mb (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmHWM:");
  g_assert_nonnull (line);
  return strtod (line + strlen ("VmHWM:"), NULL) / 1024;
}

void
store_peer_run (sqlite3 *handle, const char *sql)
{
  if (sqlite3_exec (handle, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (handle));
}

sqlite3 *
store_peer_open_plain (const char *path, const char *first)
{
  sqlite3 *handle = NULL;
  int flags
      = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;

  g_assert_cmpint (sqlite3_open_v2 (path, &handle, flags, NULL), ==, SQLITE_OK);
  store_peer_run (handle, first);
  store_peer_run (handle, "PRAGMA page_size=4096; PRAGMA locking_mode=EXCLUSIVE;"
                          "PRAGMA temp_store=MEMORY; PRAGMA journal_mode=WAL;"
                          "PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
                          "PRAGMA cell_size_check=ON; PRAGMA recursive_triggers=ON;"
                          "PRAGMA foreign_keys=ON;");
  return handle;
}

static sqlite3_stmt *
prepare (sqlite3 *handle, const char *sql)
{
  sqlite3_stmt *stmt = NULL;

  if (sqlite3_prepare_v2 (handle, sql, -1, &stmt, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (handle));
  return stmt;
}

static void
step_done (sqlite3_stmt *stmt)
{
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_DONE);
  (void) sqlite3_reset (stmt);
}

static guint
get_random (guint *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static const char insert_sql[]
    = "INSERT INTO t (a, b) VALUES (?1, 'Badge reader at the east entrance shows a red light; the "
      "caller stands outside with a patient trolley and needs the door released by hand. "
      "Extension 4711, ward 6, 14:05.')";

static void
measure_commits (const Job *job)
{
  StorePeer peer = store_peer_open (job->path, job->encrypted, TRUE);
  g_autoptr (GArray) took = g_array_new (FALSE, FALSE, sizeof (double));
  sqlite3_stmt *stmt;
  guint state = 1;
  double begin;

  store_peer_run (peer.handle, "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);"
                               "CREATE INDEX ta ON t (a)");
  stmt = prepare (peer.handle, insert_sql);
  syncs = 0;
  begin = get_cpu_us ();
  for (guint i = 0; i < job->count; i++) {
    double from = get_us (CLOCK_MONOTONIC);
    double wall;
    (void) sqlite3_bind_int (stmt, 1, (int) (get_random (&state) % 100000));
    step_done (stmt);
    wall = get_us (CLOCK_MONOTONIC) - from;
    g_array_append_val (took, wall);
  }
  printf ("cpu-us %.3f\n", (get_cpu_us () - begin) / job->count);
  printf ("syncs %.4f\n", (double) syncs / job->count);
  printf ("p50-us %.1f\np99-us %.1f\n", get_quantile (took, 50), get_quantile (took, 99));
  (void) sqlite3_finalize (stmt);
  store_peer_close (&peer);
}

static void
make_word (char word[8], guint number)
{
  static const char *const first[] = { "ba", "ka", "lo", "mi", "ne", "ru", "sa", "to", "vi", "wa" };
  static const char *const last[] = { "d", "l", "m", "n", "r", "s", "t", "x" };

  g_snprintf (word, 8, "%s%s%s", first[number % 10], first[number / 10 % 10],
              last[number / 100 % 8]);
}

static void
make_words (char *text, gsize size, guint count, guint *state)
{
  gsize used = 0;

  for (guint i = 0; i < count; i++) {
    char word[8];
    guint pick = get_random (state) % WORDS;
    make_word (word, pick * (get_random (state) % WORDS) / WORDS);
    used += (gsize) g_snprintf (text + used, size - used, "%s%s", i > 0 ? " " : "", word);
  }
}

static const char contact_sql[]
    = "INSERT INTO contact VALUES (?1, ?2, ?3, ?4, 'Ask for the person in charge of the shift and "
      "say the room, the device and whether a patient is waiting. If nobody answers within five "
      "minutes go to the desk of the floor above; the radio there reaches the plant office.')";

static void
fill (sqlite3 *handle, guint count)
{
  sqlite3_stmt *contact = prepare (handle, contact_sql);
  sqlite3_stmt *words = prepare (handle, "INSERT INTO words (rowid, name, notes) "
                                         "VALUES (?1, ?2, ?3)");
  guint state = 7;

  for (guint i = 1; i <= count; i++) {
    char name[32], phone[32], notes[256];
    make_words (name, sizeof name, 2, &state);
    make_words (notes, sizeof notes, 20, &state);
    g_snprintf (phone, sizeof phone, "%08u", get_random (&state));
    (void) sqlite3_bind_int (contact, 1, (int) i);
    (void) sqlite3_bind_text (contact, 2, name, -1, SQLITE_STATIC);
    (void) sqlite3_bind_text (contact, 3, phone, -1, SQLITE_STATIC);
    (void) sqlite3_bind_text (contact, 4, notes, -1, SQLITE_STATIC);
    step_done (contact);
    (void) sqlite3_bind_int (words, 1, (int) i);
    (void) sqlite3_bind_text (words, 2, name, -1, SQLITE_STATIC);
    (void) sqlite3_bind_text (words, 3, notes, -1, SQLITE_STATIC);
    step_done (words);
  }
  (void) sqlite3_finalize (contact);
  (void) sqlite3_finalize (words);
}

static void
load (const Job *job, const char *words_sql)
{
  StorePeer peer = store_peer_open (job->path, job->encrypted, TRUE);
  g_autofree guint8 *file = NULL;
  gsize size;
  double begin = get_cpu_us ();

  store_peer_run (peer.handle,
                  "CREATE TABLE contact (id INTEGER PRIMARY KEY, name TEXT, phone TEXT, "
                  "notes TEXT, plan TEXT); CREATE INDEX contact_phone ON contact (phone)");
  store_peer_run (peer.handle, words_sql);
  store_peer_run (peer.handle, "BEGIN");
  fill (peer.handle, job->count);
  store_peer_run (peer.handle, "COMMIT");
  store_peer_close (&peer);
  printf ("cpu-ms %.2f\nrss-mb %.2f\n", (get_cpu_us () - begin) / 1e3, get_peak_mb ());
  g_assert_true (g_file_get_contents (job->path, (char **) &file, &size, NULL));
  printf ("size-mb %.3f\n", (double) size / 1e6);
}

static void
load_fts5 (const Job *job)
{
  load (job, "CREATE VIRTUAL TABLE words USING fts5 (name, notes, prefix = '2 3');"
             "INSERT INTO words (words, rank) VALUES ('pgsz', 3900)");
}

static void
load_fts4 (const Job *job)
{
  load (job, "CREATE VIRTUAL TABLE words USING fts4 (name, notes, prefix=\"2,3\")");
}

static void
measure_scan (const Job *job)
{
  StorePeer peer = store_peer_open (job->path, job->encrypted, FALSE);
  sqlite3_stmt *stmt = prepare (peer.handle, "SELECT sum (length (plan)) FROM contact "
                                             "WHERE notes LIKE '%zz%' OR id > 0");
  double begin = get_cpu_us ();

  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  printf ("cpu-ms %.3f\n", (get_cpu_us () - begin) / 1e3);
  (void) sqlite3_finalize (stmt);
  store_peer_close (&peer);
}

static double
find (sqlite3_stmt *stmt, guint number)
{
  char word[8], prefix[8];
  double begin = get_cpu_us ();

  make_word (word, number * 6);
  g_snprintf (prefix, sizeof prefix, "%.3s*", word);
  (void) sqlite3_bind_text (stmt, 1, prefix, -1, SQLITE_STATIC);
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  (void) sqlite3_reset (stmt);
  return get_cpu_us () - begin;
}

/* All queries in turn, again and again; of each the quickest run counts, so that what disturbed the
 * others makes no slow query. */
static void
measure_find (const Job *job)
{
  StorePeer peer = store_peer_open (job->path, job->encrypted, FALSE);
  g_autoptr (GArray) least = g_array_new (FALSE, FALSE, sizeof (double));
  sqlite3_stmt *stmt
      = prepare (peer.handle, "SELECT count (*), max (phone) FROM (SELECT phone FROM words JOIN "
                              "contact ON contact.id = words.rowid WHERE words MATCH ?1 "
                              "LIMIT 2000)");

  for (guint i = 0; i < QUERIES * QUERY_ROUNDS; i++) {
    double us = find (stmt, i % QUERIES);
    if (i < QUERIES)
      g_array_append_val (least, us);
    else
      g_array_index (least, double, i % QUERIES)
          = MIN (us, g_array_index (least, double, i % QUERIES));
  }
  printf ("p50-us %.1f\np99-us %.1f\n", get_quantile (least, 50), get_quantile (least, 99));
  printf ("rss-mb %.2f\n", get_peak_mb ());
  (void) sqlite3_finalize (stmt);
  store_peer_close (&peer);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*run) (const Job *job);
  } tasks[] = {
    { "commits", measure_commits }, { "load-fts4", load_fts4 }, { "load-fts5", load_fts5 },
    { "scan", measure_scan },       { "find", measure_find },
  };
  Job job = { 0 };

  if (argc == 2 && strcmp (argv[1], "describe") == 0) {
    g_autofree char *text = store_peer_describe ();
    printf ("%s\n", text);
    return 0;
  }
  if (argc != 5)
    return 2;
  job.encrypted = strcmp (argv[1], "sealed") == 0;
  job.path = argv[3];
  job.count = (guint) g_ascii_strtoull (argv[4], NULL, 10);
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    if (strcmp (argv[2], tasks[i].name) == 0) {
      tasks[i].run (&job);
      return 0;
    }
  return 2;
}
