/* SPDX-License-Identifier: MIT */
#include "app/content/refresh.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/content/refresh-private.h"
#include "app/net/folder.h"
#include "app/net/webdav.h"

#define WAITING_MAX 3
#define CANDIDATES_MAX 50 /* files of a folder whose heads are looked at */
#define TRIES_MAX 5       /* of these that are taken in, if the ones before were refused */
#define PIECE_BYTES (256u << 10)
#define NAMES_MAX 1000
#define MESSAGE_BYTES_MAX 1000

/* One run over the routes. */
typedef struct {
  char *incoming;
  DkRefreshHints *hints;
  DkRefreshBook *book;
  DkRefreshOptions options;
  gboolean are_hints; /* nobody vouches for the routes */
  const DkJob *job;
} Run;

void
dk_refresh_result_free (DkRefreshResult *result)
{
  if (result == NULL)
    return;
  g_free (result->route);
  g_free (result->message);
  g_free (result->file);
  g_free (result);
}

void
dk_route_state_free (DkRouteState *state)
{
  if (state == NULL)
    return;
  g_free (state->route);
  g_free (state->last_error);
  g_free (state);
}

static void
free_result (gpointer result)
{
  dk_refresh_result_free (result);
}

static void
free_state (gpointer state)
{
  dk_route_state_free (state);
}

static const char *const state_names[] = { "new", "same", "unreachable", "refused" };

const char *
dk_refresh_state_name (DkRefreshState state)
{
  g_assert ((gsize) state < G_N_ELEMENTS (state_names));
  return state_names[state];
}

static void
set_result (DkRefreshResult *result, DkRefreshState state, const char *message)
{
  result->state = state;
  g_free (result->message);
  result->message = g_strdup (message);
}

static void
take_failure (DkRefreshResult *result, const GError *failed)
{
  gboolean later
      = g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND) || failed->domain == G_IO_ERROR;

  set_result (result, later ? DK_REFRESH_UNREACHABLE : DK_REFRESH_REFUSED, failed->message);
}

/* Ends an intake: TRUE if what came is here now, be it new or known. */
static gboolean
take_in (Run *run, DkIntake *intake, DkRefreshResult *result, GError **error)
{
  g_autoptr (json_t) facts = NULL;
  DkIntakeResult done = dk_intake_finish (intake, &facts, run->job, error);
  const char *file = dk_json_get_text (facts, "file");

  if (done == DK_INTAKE_FAILED)
    return FALSE;
  if (done == DK_INTAKE_KNOWN) {
    set_result (result, DK_REFRESH_SAME, NULL);
    g_free (result->file);
    result->file = g_strdup (dk_json_get_text (facts, "base"));
    return TRUE;
  }
  set_result (result, DK_REFRESH_NEW, NULL);
  g_free (result->file);
  result->file = g_strdup (file);
  dk_json_set_text (facts, "route", result->route);
  json_object_set_new (facts, "fetched_ms", json_integer (dk_clock_wall_ms ()));
  dk_refresh_book_add_waiting (run->book, result->file, g_steal_pointer (&facts));
  return TRUE;
}

static gboolean
feed_file (Run *run, const char *path, DkIntake *intake, GError **error)
{
  g_autoptr (DkFileReader) file = dk_file_reader_new (path, error);
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  guint64 size = file != NULL ? dk_file_reader_size (file) : 0;

  if (file == NULL)
    return FALSE;
  for (guint64 at = 0; at < size; at += PIECE_BYTES) {
    gsize part = (gsize) MIN (PIECE_BYTES, size - at);
    if (!dk_file_reader_read (file, at, piece, part, error))
      return FALSE;
    if (!dk_intake_feed (piece, part, intake))
      return TRUE;
    if (!dk_job_step (run->job, at + part, size, "Copying", error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
copy_file (Run *run, const DkFolderFile *file, DkRefreshResult *result, GError **error)
{
  g_autoptr (DkIntake) intake
      = dk_intake_new (run->incoming, run->hints, run->book, run->options.again);

  if (file->size > DK_LIMIT_PACK_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "It has %" G_GUINT64_FORMAT " bytes, more than any pack. Nothing was kept.",
                 file->size);
    return FALSE;
  }
  return feed_file (run, file->path, intake, error) && take_in (run, intake, result, error);
}

/* What a file of a folder says of itself, for choosing among many. */
typedef struct {
  const DkFolderFile *file;
  gboolean is_pack;
  gboolean has_signer;
  gint64 sequence;
  guint order; /* as the folder gave them: the newest first */
} Candidate;

static int
compare_candidates (gconstpointer a, gconstpointer b)
{
  const Candidate *left = a;
  const Candidate *right = b;

  if (left->has_signer != right->has_signer)
    return left->has_signer ? -1 : 1;
  if (left->is_pack != right->is_pack)
    return left->is_pack ? -1 : 1;
  if (left->sequence != right->sequence)
    return left->sequence > right->sequence ? -1 : 1;
  return left->order < right->order ? -1 : 1;
}

static GArray *
rank (const Run *run, GPtrArray *files)
{
  GArray *candidates = g_array_new (FALSE, TRUE, sizeof (Candidate));

  for (guint i = 0; i < files->len; i++) {
    Candidate candidate = { .file = g_ptr_array_index (files, i), .order = i };
    g_autoptr (DkContainer) head = dk_container_open_head (candidate.file->path, NULL);
    candidate.is_pack = head != NULL && g_str_equal (dk_container_type (head), "pack");
    if (candidate.is_pack) {
      candidate.sequence = dk_json_get_int (dk_container_manifest (head), "sequence", 0);
      candidate.has_signer = dk_refresh_hints_know (run->hints, head);
    }
    g_array_append_val (candidates, candidate);
  }
  g_array_sort (candidates, compare_candidates);
  return candidates;
}

static void
add_refusal (GString *refusals, const char *name, const GError *failed)
{
  if (refusals->len > 0)
    g_string_append_c (refusals, ' ');
  g_string_append_printf (refusals, "%s: %s", name, failed->message);
}

/* A file that is refused does not hide the next best one. */
static void
run_folder (Run *run, DkRefreshResult *result)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GArray) candidates = NULL;
  g_autoptr (GString) refusals = g_string_new (NULL);

  if (dk_folder_check (result->route, run->are_hints, &failed))
    files = dk_folder_find (result->route, DK_REFRESH_PLAIN, DK_LIMIT_PACK_BYTES,
                            CANDIDATES_MAX, &failed);
  if (files == NULL) {
    take_failure (result, failed);
    return;
  }
  candidates = rank (run, files);
  for (guint i = 0; i < candidates->len && i < TRIES_MAX; i++) {
    const DkFolderFile *file = g_array_index (candidates, Candidate, i).file;
    g_autoptr (GError) refused = NULL;
    if (copy_file (run, file, result, &refused)) {
      if (refusals->len > 0)
        set_result (result, result->state, refusals->str);
      return;
    }
    add_refusal (refusals, file->name, refused);
    if (g_error_matches (refused, DK_ERROR, DK_ERROR_STORAGE) || refused->domain == G_IO_ERROR)
      break;
  }
  set_result (result, DK_REFRESH_REFUSED, refusals->str);
}

/* Marks count while the file that they are of waits here or was applied. */
static gboolean
still_has (const Run *run, const char *base)
{
  static const char *const ends[] = { DK_REFRESH_PLAIN, DK_REFRESH_SEALED };

  if (base == NULL || strchr (base, '/') != NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *file = g_strconcat (base, ends[i], NULL);
    g_autofree char *path = g_build_filename (run->incoming, file, NULL);
    if (dk_file_exists (path))
      return TRUE;
  }
  return !run->options.again && dk_refresh_book_is_settled (run->book, base);
}

static void
note_marks (json_t *noted, const DkWebdavResult *answer, const char *base)
{
  static const char *const keys[] = { "etag", "last_modified", "remote", "base" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    (void) json_object_del (noted, keys[i]);
  if (base == NULL || (answer->etag == NULL && answer->last_modified == NULL))
    return;
  dk_json_set_text (noted, "etag", answer->etag);
  dk_json_set_text (noted, "last_modified", answer->last_modified);
  dk_json_set_text (noted, "remote", answer->name);
  dk_json_set_text (noted, "base", base);
}

/* An intake that ended by itself made the server's answer a broken one. */
static void
take_answer (Run *run, DkIntake *intake, const DkWebdavResult *answer, json_t *noted,
             DkRefreshResult *result)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *base = NULL;

  if (answer->outcome == DK_WEBDAV_SAME) {
    set_result (result, DK_REFRESH_SAME, NULL);
    return;
  }
  if (answer->outcome != DK_WEBDAV_FETCHED && !dk_intake_has_ended (intake)) {
    set_result (result,
                answer->outcome == DK_WEBDAV_REFUSED ? DK_REFRESH_REFUSED : DK_REFRESH_UNREACHABLE,
                answer->reason);
    return;
  }
  if (!take_in (run, intake, result, &failed)) {
    take_failure (result, failed);
    note_marks (noted, answer, NULL);
    return;
  }
  base = dk_refresh_base (result->file);
  note_marks (noted, answer, base);
}

static void
run_server (Run *run, DkRefreshResult *result)
{
  json_t *noted = dk_refresh_book_route (run->book, result->route);
  gboolean knows = still_has (run, dk_json_get_text (noted, "base"));
  g_autoptr (DkIntake) intake
      = dk_intake_new (run->incoming, run->hints, run->book, run->options.again);
  g_auto (DkWebdavResult) answer = DK_WEBDAV_RESULT_INIT;
  g_autoptr (GError) failed = NULL;
  const DkWebdavOptions options
      = { .ca_pem = run->options.ca_pem,
          .suffix = DK_REFRESH_PLAIN,
          .known_name = knows ? dk_json_get_text (noted, "remote") : NULL,
          .etag = knows ? dk_json_get_text (noted, "etag") : NULL,
          .last_modified = knows ? dk_json_get_text (noted, "last_modified") : NULL,
          .size_max = DK_LIMIT_PACK_BYTES };

  if (dk_webdav_fetch (result->route, &options, dk_intake_feed, intake, run->job, &answer, &failed))
    take_answer (run, intake, &answer, noted, result);
  else
    take_failure (result, failed);
}

static void
note_result (Run *run, const DkRefreshResult *result, gint64 now)
{
  json_t *noted = dk_refresh_book_route (run->book, result->route);
  gboolean good = result->state == DK_REFRESH_NEW || result->state == DK_REFRESH_SAME;

  json_object_set_new (noted, "tried_ms", json_integer (now));
  dk_json_set_text (noted, "state", dk_refresh_state_name (result->state));
  (void) json_object_del (noted, "error");
  if (good) {
    json_object_set_new (noted, "success_ms", json_integer (now));
  } else if (result->message != NULL) {
    gsize size = MIN (MESSAGE_BYTES_MAX, strlen (result->message));
    g_autofree char *cut = g_utf8_make_valid (result->message, (gssize) size);
    dk_json_set_text (noted, "error", cut);
  }
}

static DkRefreshResult *
run_route (Run *run, const char *route)
{
  DkRefreshResult *result = g_new0 (DkRefreshResult, 1);

  result->route = g_strdup (route);
  if (g_ascii_strncasecmp (route, "https://", 8) == 0
      || g_ascii_strncasecmp (route, "http://", 7) == 0)
    run_server (run, result);
  else
    run_folder (run, result);
  note_result (run, result, dk_clock_wall_ms ());
  return result;
}

/* A refresh that was killed leaves a hidden file. */
static void
remove_leftovers (const char *incoming)
{
  g_autoptr (GPtrArray) names = dk_file_list (incoming, NAMES_MAX, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *base = dk_file_writer_leftover_base (name);
    g_autofree char *path = g_build_filename (incoming, name, NULL);
    g_autoptr (GError) failed = NULL;
    if (base != NULL && (dk_refresh_is_own_name (base) || g_str_equal (base, "routes.json"))
        && !dk_file_remove (path, &failed))
      g_debug ("a leftover stays: %s", failed->message);
  }
}

/* What was noted of files that are gone. */
static void
forget_absent (Run *run, GPtrArray *packs)
{
  json_t *waiting = json_object_get (run->book->root, "waiting");
  const char *file;
  json_t *facts;
  void *next;

  json_object_foreach_safe (waiting, next, file, facts)
  {
    gboolean is_there = FALSE;
    for (guint i = 0; i < packs->len && !is_there; i++)
      is_there = strcmp (((const DkWaitingPack *) g_ptr_array_index (packs, i))->file, file) == 0;
    if (!is_there)
      (void) json_object_del (waiting, file);
  }
}

/* Only the likeliest three stay; what a person put there is left alone. */
static gboolean
trim (Run *run, GError **error)
{
  g_autoptr (GPtrArray) packs = dk_refresh_list (run->incoming, run->hints, run->book, error);
  guint kept = 0;

  if (packs == NULL)
    return FALSE;
  for (guint i = 0; i < packs->len; i++) {
    const DkWaitingPack *pack = g_ptr_array_index (packs, i);
    g_autofree char *path = g_build_filename (run->incoming, pack->file, NULL);
    if (!dk_refresh_is_own_name (pack->file) || ++kept <= WAITING_MAX)
      continue;
    if (!dk_file_remove (path, error))
      return FALSE;
    dk_refresh_book_settle (run->book, pack->file);
  }
  forget_absent (run, packs);
  return TRUE;
}

/* The file by the name that it has here; none if it was applied or did not stay. */
static void
name_file (const Run *run, DkRefreshResult *result)
{
  static const char *const ends[] = { DK_REFRESH_PLAIN, DK_REFRESH_SEALED };
  const json_t *noted = dk_refresh_book_find (run->book, result->route);
  const char *known = result->file != NULL ? result->file : dk_json_get_text (noted, "base");
  g_autofree char *base = known != NULL ? dk_refresh_base (known) : NULL;

  g_clear_pointer (&result->file, g_free);
  if (base == NULL || strchr (base, '/') != NULL || result->state > DK_REFRESH_SAME)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (ends) && result->file == NULL; i++) {
    g_autofree char *file = g_strconcat (base, ends[i], NULL);
    g_autofree char *path = g_build_filename (run->incoming, file, NULL);
    if (dk_file_exists (path))
      result->file = g_steal_pointer (&file);
  }
  if (result->file == NULL && result->state == DK_REFRESH_NEW)
    set_result (result, DK_REFRESH_SAME,
                "Newer packs wait already, so that this one was not kept.");
}

static GPtrArray *
run_all (Run *run, const char *const *routes, GError **error)
{
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (free_result);

  remove_leftovers (run->incoming);
  for (gsize i = 0; routes[i] != NULL; i++) {
    if (run->job != NULL && g_cancellable_set_error_if_cancelled (run->job->cancellable, error))
      return NULL;
    g_ptr_array_add (results, run_route (run, routes[i]));
  }
  if (!trim (run, error))
    return NULL;
  for (guint i = 0; i < results->len; i++)
    name_file (run, g_ptr_array_index (results, i));
  return dk_refresh_book_write (run->book, error) ? g_steal_pointer (&results) : NULL;
}

static gboolean
say_no_route (GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "This kit knows no route to new content. Nothing was changed; name one with --from, "
               "or ask who publishes the packs to put routes into fleet.yaml.");
  return FALSE;
}

GPtrArray *
dk_refresh_run (const char *folder, const DkRefreshOptions *options, const DkJob *job,
                GError **error)
{
  g_autoptr (DkRefreshHints) hints = dk_refresh_hints_read (folder, error);
  g_autofree char *incoming = dk_refresh_folder (folder);
  g_autoptr (DkFileLock) lock = NULL;
  g_autoptr (DkRefreshBook) book = NULL;
  Run run = { .incoming = incoming, .hints = hints, .job = job };
  const char *const *routes = options != NULL ? options->routes : NULL;

  if (hints == NULL)
    return NULL;
  if (options != NULL)
    run.options = *options;
  run.are_hints = routes == NULL;
  if (routes == NULL) {
    g_ptr_array_add (hints->routes, NULL);
    routes = (const char *const *) hints->routes->pdata;
  }
  if (routes[0] == NULL && !say_no_route (error))
    return NULL;
  if (!dk_file_make_folder (incoming, error))
    return NULL;
  lock = dk_refresh_lock (incoming, error);
  if (lock == NULL)
    return NULL;
  book = dk_refresh_book_read (incoming);
  run.book = book;
  return run_all (&run, routes, error);
}

static DkRefreshState
parse_state (const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_strcmp0 (text, state_names[i]) == 0)
      return (DkRefreshState) i;
  return DK_REFRESH_UNREACHABLE;
}

GPtrArray *
dk_refresh_routes (const char *folder, GError **error)
{
  g_autoptr (DkRefreshHints) hints = dk_refresh_hints_read (folder, error);
  g_autofree char *incoming = dk_refresh_folder (folder);
  g_autoptr (DkRefreshBook) book = hints != NULL ? dk_refresh_book_read (incoming) : NULL;
  GPtrArray *states;

  if (book == NULL)
    return NULL;
  states = g_ptr_array_new_with_free_func (free_state);
  for (guint i = 0; i < hints->routes->len; i++) {
    DkRouteState *state = g_new0 (DkRouteState, 1);
    const json_t *noted;
    state->route = g_strdup (g_ptr_array_index (hints->routes, i));
    noted = dk_refresh_book_find (book, state->route);
    state->state = parse_state (dk_json_get_text (noted, "state"));
    state->last_try_ms = dk_json_get_int (noted, "tried_ms", 0);
    state->last_success_ms = dk_json_get_int (noted, "success_ms", 0);
    state->last_error = g_strdup (dk_json_get_text (noted, "error"));
    g_ptr_array_add (states, state);
  }
  return states;
}
