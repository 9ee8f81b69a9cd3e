/* SPDX-License-Identifier: MIT */
/* What sealing costs: the sealed database against plain SQLite of the same library, and against
 * SQLCipher where it is installed, which is also compared with its own library's plain mode (it
 * brings an older SQLite). Method: every measurement is a process of its own (store-worker.c), all
 * of them in turn within each round and the order turned from round to round; CPU time of the
 * thread; a ratio is that of one round, and the median of the rounds counts. In memory (/dev/shm),
 * so that the disk does not hide the difference; commits also on the disk of the folder that is
 * given, where time on the clock counts. Prints a line for each figure; ends with 1 if the CPU,
 * size or memory goal against plain SQLite is missed by more than a busy machine explains. Usage:
 * bench-store WORKER CIPHER-WORKER|- FOLDER; DK_LONG=1 takes more rows. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#define ROUNDS 7
#define VARIANTS 4
#define SLACK 1.2
#define ROWS 40000
#define ROWS_LONG 100000
#define TMPFS_TYPE 0x01021994

enum { PLAIN, SEALED, OTHER_PLAIN, OTHER };

static const char *const variant_names[VARIANTS]
    = { "plain SQLite", "sealed", "SQLCipher's SQLite, plain", "SQLCipher" };

typedef struct {
  const char *label;
  const char *task; /* of the worker */
  const char *file; /* which of the files; tasks share one */
  guint count;      /* 0: rows */
  gboolean on_disk;
  gboolean own_only; /* SQLCipher 3 has no FTS5 */
  gboolean is_last;  /* the file is removed after it */
} Task;

static const Task tasks[] = {
  { "commits", "commits", "commits", 2000, FALSE, FALSE, TRUE },
  { "disk", "commits", "disk", 250, TRUE, FALSE, TRUE },
  { "load4", "load-fts4", "fts4", 0, FALSE, FALSE, FALSE },
  { "scan", "scan", "fts4", 0, FALSE, FALSE, FALSE },
  { "find4", "find", "fts4", 0, FALSE, FALSE, TRUE },
  { "load5", "load-fts5", "fts5", 0, FALSE, TRUE, FALSE },
  { "find5", "find", "fts5", 0, FALSE, TRUE, TRUE },
};

typedef struct {
  const char *title;
  const char *figure; /* TASK.NAME */
  guint a;
  guint b;
  double limit; /* 0: no goal */
  gboolean is_difference;
} Goal;

static const Goal goals[] = {
  { "CPU of a commit", "commits.cpu-us", SEALED, PLAIN, 2.2, FALSE },
  { "CPU of a commit", "commits.cpu-us", SEALED, OTHER, 0.5, FALSE },
  { "CPU of a commit", "commits.cpu-us", OTHER, OTHER_PLAIN, 0, FALSE },
  { "syncs of a commit", "commits.syncs", SEALED, PLAIN, 1.05, FALSE },
  { "commit on disk, median", "disk.p50-us", SEALED, PLAIN, 1.05, FALSE },
  { "commit on disk, 99 %", "disk.p99-us", SEALED, PLAIN, 1.1, FALSE },
  { "commit on disk, median", "disk.p50-us", SEALED, OTHER, 0, FALSE },
  { "CPU of a scan, cold cache", "scan.cpu-ms", SEALED, PLAIN, 1.9, FALSE },
  { "CPU of a scan, cold cache", "scan.cpu-ms", SEALED, OTHER, 0.625, FALSE },
  { "CPU of a scan, cold cache", "scan.cpu-ms", OTHER, OTHER_PLAIN, 0, FALSE },
  { "prefix search FTS5, median", "find5.p50-us", SEALED, PLAIN, 0, FALSE },
  { "prefix search FTS5, 99 %", "find5.p99-us", SEALED, PLAIN, 1.1, FALSE },
  { "prefix search FTS4, 99 %", "find4.p99-us", SEALED, PLAIN, 1.1, FALSE },
  { "prefix search FTS4, 99 %", "find4.p99-us", SEALED, OTHER, 0, FALSE },
  { "CPU of a bulk load, FTS5", "load5.cpu-ms", SEALED, PLAIN, 0, FALSE },
  { "CPU of a bulk load, FTS4", "load4.cpu-ms", SEALED, PLAIN, 0, FALSE },
  { "CPU of a bulk load, FTS4", "load4.cpu-ms", SEALED, OTHER, 0, FALSE },
  { "size of the file, FTS5", "load5.size-mb", SEALED, PLAIN, 1.04, FALSE },
  { "size of the file, FTS4", "load4.size-mb", SEALED, PLAIN, 1.04, FALSE },
  { "size of the file, FTS4", "load4.size-mb", OTHER, OTHER_PLAIN, 0, FALSE },
  { "peak memory, load, MB more", "load5.rss-mb", SEALED, PLAIN, 4, TRUE },
  { "peak memory, search, MB more", "find5.rss-mb", SEALED, PLAIN, 4, TRUE },
};

typedef struct {
  const char *workers[2];
  char *folder; /* in memory */
  char *disk;   /* NULL: none */
  guint rows;
  GHashTable *values[VARIANTS]; /* TASK.NAME to an array of ROUNDS doubles */
} Bench;

static char *
run_worker (const char *worker, const char *kind, const char *task, const char *path, guint count)
{
  g_autofree char *number = g_strdup_printf ("%u", count);
  const char *argv[] = { worker, kind, task, path, number, NULL };
  g_autofree char *out = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;

  if (task == NULL)
    argv[2] = NULL;
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status,
                     &error)
      || !g_spawn_check_wait_status (status, &error))
    g_error ("%s %s: %s", kind, task, error->message);
  return g_steal_pointer (&out);
}

static void
note_values (Bench *bench, guint variant, guint round, const char *label, const char *out)
{
  g_auto (GStrv) lines = g_strsplit (out, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    char *blank = strchr (lines[i], ' ');
    g_autofree char *key = NULL;
    double *values;
    if (blank == NULL)
      continue;
    *blank = '\0';
    key = g_strdup_printf ("%s.%s", label, lines[i]);
    values = g_hash_table_lookup (bench->values[variant], key);
    if (values == NULL) {
      values = g_new0 (double, ROUNDS);
      g_hash_table_insert (bench->values[variant], g_steal_pointer (&key), values);
    }
    values[round] = g_ascii_strtod (blank + 1, NULL);
  }
}

static void
measure (Bench *bench, const Task *task, guint variant, guint round)
{
  const char *folder = task->on_disk ? bench->disk : bench->folder;
  const char *worker = bench->workers[variant / 2];
  g_autofree char *path = NULL;
  g_autofree char *out = NULL;

  if (folder == NULL || worker == NULL || (task->own_only && variant >= OTHER_PLAIN))
    return;
  path = g_strdup_printf ("%s/%s-%u.db", folder, task->file, variant);
  out = run_worker (worker, variant % 2 == 1 ? "sealed" : "plain", task->task, path,
                    task->count > 0 ? task->count : bench->rows);
  note_values (bench, variant, round, task->label, out);
  if (task->is_last)
    (void) g_remove (path);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_median (const double *values)
{
  double sorted[ROUNDS];

  memcpy (sorted, values, sizeof sorted);
  qsort (sorted, ROUNDS, sizeof *sorted, compare);
  return sorted[ROUNDS / 2];
}

static gboolean
report (const Bench *bench, const Goal *goal)
{
  const double *a = g_hash_table_lookup (bench->values[goal->a], goal->figure);
  const double *b = g_hash_table_lookup (bench->values[goal->b], goal->figure);
  double ratios[ROUNDS];
  double ratio;
  gboolean fine;

  if (a == NULL || b == NULL)
    return TRUE;
  for (guint i = 0; i < ROUNDS; i++)
    ratios[i] = goal->is_difference ? a[i] - b[i] : a[i] / b[i];
  ratio = get_median (ratios);
  fine = goal->limit <= 0 || ratio <= goal->limit;
  qsort (ratios, ROUNDS, sizeof *ratios, compare);
  printf ("%-28s %s : %s = %.2f : %.2f = %.2f (%.2f to %.2f)", goal->title, variant_names[goal->a],
          variant_names[goal->b], get_median (a), get_median (b), ratio, ratios[0],
          ratios[ROUNDS - 1]);
  if (goal->limit > 0)
    printf (" goal %.2f%s", goal->limit, fine ? "" : " MISSED");
  printf ("  [%s]\n", goal->figure);
  return fine || goal->b >= OTHER_PLAIN || g_str_has_prefix (goal->figure, "disk.")
         || ratio <= goal->limit * SLACK;
}

static void
describe (const Bench *bench)
{
  for (guint i = 0; i < 2; i++) {
    g_autofree char *text = NULL;
    if (bench->workers[i] == NULL)
      continue;
    text = run_worker (bench->workers[i], "describe", NULL, NULL, 0);
    printf ("%s", text);
  }
  if (bench->workers[1] == NULL)
    printf ("SQLCipher is not installed (libsqlcipher-dev): not compared with it\n");
  if (bench->disk == NULL)
    printf ("the folder given is in memory: nothing is measured on a disk\n");
}

static char *
make_disk_folder (const char *parent)
{
  struct statfs facts;
  g_autofree char *folder = g_build_filename (parent, "bench-store-XXXXXX", NULL);

  if (statfs (parent, &facts) != 0 || facts.f_type == TMPFS_TYPE || g_mkdtemp (folder) == NULL)
    return NULL;
  return g_steal_pointer (&folder);
}

int
main (int argc, char **argv)
{
  Bench bench = { .rows = g_getenv ("DK_LONG") != NULL ? ROWS_LONG : ROWS };
  gboolean fine = TRUE;

  if (argc != 4)
    return 2;
  setvbuf (stdout, NULL, _IOLBF, 0);
  bench.workers[0] = argv[1];
  bench.workers[1] = strcmp (argv[2], "-") == 0 ? NULL : argv[2];
  bench.folder = g_strdup ("/dev/shm/dk-bench-XXXXXX");
  if (g_mkdtemp (bench.folder) == NULL) {
    printf ("no /dev/shm here: skipped\n");
    return 77;
  }
  bench.disk = make_disk_folder (argv[3]);
  describe (&bench);
  for (guint i = 0; i < VARIANTS; i++)
    bench.values[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint round = 0; round < ROUNDS; round++)
    for (guint t = 0; t < G_N_ELEMENTS (tasks); t++)
      for (guint v = 0; v < VARIANTS; v++)
        measure (&bench, &tasks[t], (v + round) % VARIANTS, round);
  for (guint i = 0; i < G_N_ELEMENTS (goals); i++)
    fine = report (&bench, &goals[i]) && fine;
  for (guint i = 0; i < VARIANTS; i++)
    g_hash_table_unref (bench.values[i]);
  (void) g_rmdir (bench.folder);
  if (bench.disk != NULL)
    (void) g_rmdir (bench.disk);
  g_free (bench.folder);
  g_free (bench.disk);
  return fine ? 0 : 1;
}
