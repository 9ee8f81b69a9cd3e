/* SPDX-License-Identifier: MIT */
/* All tickets of a file are marked as sending before a byte of it is written, and as unknown before
 * it gets its name. So what is found at the next run tells how far the one before it came:
 *   the file or its .part   all that is in it is written; publish it
 *   neither, any sending    it was never published
 *   neither, all unknown    it was published, and somebody took it away */
#include "app/itsm/csv-handover.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/itsm/csv-route.h"
#include "app/itsm/engine-private.h"

#define UNDER_WAY "On its way into the file "
#define SINCE " Since then "
#define TICKETS_END "-tickets.csv"
#define LOG_END "-log.csv"
#define PART_END ".part"
#define NAMES_MAX 100
#define FILES_MAX 10000

typedef struct {
  const char *folder;
  const DkPushStore *store;
  GPtrArray *rows; /* DkPushRow, oldest first */
  DkCsvHandover *out;
  gint64 now_ms;
} Route;

static DkPushItem *
find_item (Route *route, const DkPushRow *row)
{
  GPtrArray *items = route->out->report->items;
  DkPushItem *item;

  for (guint i = items->len; i > 0; i--) {
    item = g_ptr_array_index (items, i - 1);
    if (strcmp (item->number, row->number) == 0)
      return item;
  }
  item = dk_push_item_new (row->number);
  g_ptr_array_add (items, item);
  return item;
}

static void
show (Route *route, const DkPushRow *row)
{
  DkPushItem *item = find_item (route, row);

  item->state = row->state;
  g_free (item->reason);
  item->reason = g_strdup (row->reason);
}

static gboolean
mark (Route *route, DkPushRow *row, DkHandover state, const char *reason, GError **error)
{
  gboolean leaves = state == DK_HANDOVER_SENDING || state == DK_HANDOVER_UNKNOWN;
  const DkPushMark mark = {
    .number = row->number,
    .state = state,
    .reason = reason,
    .sent_ms = leaves ? route->now_ms : 0,
    .attempts = row->attempts + (state == DK_HANDOVER_SENDING ? 1 : 0),
  };
  char *why = g_strdup (reason);

  if (!route->store->mark (route->store->data, &mark, error)) {
    g_free (why);
    return FALSE;
  }
  row->state = state;
  row->attempts = mark.attempts;
  g_free (row->reason);
  row->reason = why;
  show (route, row);
  return TRUE;
}

/* Marks those of the rows that are in state `from`. */
static gboolean
mark_all (Route *route, GPtrArray *rows, DkHandover from, DkHandover state, const char *reason,
          GError **error)
{
  for (guint i = 0; i < rows->len; i++) {
    DkPushRow *row = g_ptr_array_index (rows, i);
    if (row->state == from && !mark (route, row, state, reason, error))
      return FALSE;
  }
  return TRUE;
}

static char *
log_of (const char *tickets_path)
{
  g_autofree char *stem = g_strndup (tickets_path, strlen (tickets_path) - strlen (TICKETS_END));

  return g_strconcat (stem, LOG_END, NULL);
}

/* The file that a row is on its way into; NULL if it is in none. Borrowed. */
static const char *
file_of (const DkPushRow *row)
{
  if ((row->state != DK_HANDOVER_SENDING && row->state != DK_HANDOVER_UNKNOWN)
      || row->reason == NULL || !g_str_has_prefix (row->reason, UNDER_WAY)
      || !g_str_has_suffix (row->reason, TICKETS_END))
    return NULL;
  return row->reason + strlen (UNDER_WAY);
}

static gboolean
publish_one (const char *path, GError **error)
{
  g_autofree char *part = g_strconcat (path, PART_END, NULL);

  if (!dk_file_exists (part))
    return TRUE;
  if (dk_file_exists (path))
    return dk_file_remove (part, error);
  return dk_file_rename_new (part, path, error);
}

/* The log first: who sees the tickets finds it beside them. */
static gboolean
publish (Route *route, GPtrArray *rows, const char *path, GError **error)
{
  g_autofree char *log = log_of (path);
  g_autofree char *under_way = g_strconcat (UNDER_WAY, path, NULL);
  g_autofree char *done = g_strdup_printf ("Written to %s; not confirmed by the ITSM.", path);

  return mark_all (route, rows, DK_HANDOVER_SENDING, DK_HANDOVER_UNKNOWN, under_way, error)
         && publish_one (log, error) && publish_one (path, error)
         && mark_all (route, rows, DK_HANDOVER_UNKNOWN, DK_HANDOVER_DELIVERED, done, error);
}

/* What was written aside, with what a killed write left beside it. */
static gboolean
remove_parts (const char *path, GError **error)
{
  g_autofree char *log = log_of (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GPtrArray) names = dk_file_list (folder, FILES_MAX, NULL);
  const char *const paths[] = { path, log };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autofree char *part = g_strconcat (paths[i], PART_END, NULL);
    g_autofree char *base = g_path_get_basename (part);
    g_autofree char *head = g_strdup_printf (".%s.", base);
    if (dk_file_exists (part) && !dk_file_remove (part, error))
      return FALSE;
    for (guint n = 0; names != NULL && n < names->len; n++) {
      const char *name = g_ptr_array_index (names, n);
      g_autofree char *left = g_build_filename (folder, name, NULL);
      if (g_str_has_prefix (name, head) && !dk_file_remove (left, error))
        return FALSE;
    }
  }
  return TRUE;
}

/* The unknown ones first: as long as one is sending, all of them are known not to be published. */
static gboolean
take_back (Route *route, GPtrArray *rows, const char *path, GError **error)
{
  return remove_parts (path, error)
         && mark_all (route, rows, DK_HANDOVER_UNKNOWN, DK_HANDOVER_QUEUED, NULL, error)
         && mark_all (route, rows, DK_HANDOVER_SENDING, DK_HANDOVER_QUEUED, NULL, error);
}

static gboolean
any_sending (const GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++) {
    const DkPushRow *row = g_ptr_array_index (rows, i);
    if (row->state == DK_HANDOVER_SENDING)
      return TRUE;
  }
  return FALSE;
}

static gboolean
settle_file (Route *route, GPtrArray *rows, const char *path, GError **error)
{
  g_autofree char *part = g_strconcat (path, PART_END, NULL);
  g_autofree char *gone = NULL;

  if (dk_file_exists (part) || dk_file_exists (path))
    return publish (route, rows, path, error);
  if (any_sending (rows))
    return take_back (route, rows, path, error);
  gone = g_strdup_printf ("Written to %s, but the file is no longer there. It was taken away for "
                          "the import, or lost: look this number up in the ITSM.",
                          path);
  return mark_all (route, rows, DK_HANDOVER_UNKNOWN, DK_HANDOVER_DELIVERED, gone, error);
}

static gboolean
settle_interrupted (Route *route, GError **error)
{
  for (guint i = 0; i < route->rows->len; i++) {
    g_autofree char *path = g_strdup (file_of (g_ptr_array_index (route->rows, i)));
    g_autoptr (GPtrArray) same = g_ptr_array_new ();
    for (guint j = i; path != NULL && j < route->rows->len; j++) {
      DkPushRow *row = g_ptr_array_index (route->rows, j);
      if (g_strcmp0 (file_of (row), path) == 0)
        g_ptr_array_add (same, row);
    }
    if (path != NULL && !settle_file (route, same, path, error))
      return FALSE;
  }
  return TRUE;
}

/* Notes of a ticket that came after it was written; 0 too if it cannot be read. */
static gboolean
count_late (Route *route, const DkPushRow *row, guint *count, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (DkPushTicket) ticket = route->store->load (route->store->data, row->number, &fault);

  *count = 0;
  if (ticket == NULL && !dk_push_is_of_ticket (fault)) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  for (guint i = 0; ticket != NULL && i < ticket->lines->len; i++) {
    const DkPushLine *line = g_ptr_array_index (ticket->lines, i);
    *count += line->late ? 1 : 0;
  }
  return TRUE;
}

/* Nobody reads the file again, so a note that came after it reaches the ITSM by hand alone. */
static gboolean
tell_late (Route *route, GError **error)
{
  for (guint i = 0; i < route->rows->len; i++) {
    DkPushRow *row = g_ptr_array_index (route->rows, i);
    const char *tail = row->reason != NULL ? strstr (row->reason, SINCE) : NULL;
    g_autofree char *head = NULL;
    g_autofree char *reason = NULL;
    guint count = 0;
    if (row->state != DK_HANDOVER_DELIVERED)
      continue;
    if (!count_late (route, row, &count, error))
      return FALSE;
    if (count == 0)
      continue;
    head = tail != NULL ? g_strndup (row->reason, (gsize) (tail - row->reason))
                        : g_strdup (row->reason != NULL ? row->reason : "Written to a file.");
    reason = g_strdup_printf ("%s" SINCE "%u note%s came here: add %s in the ITSM by hand.", head,
                              count, count == 1 ? "" : "s", count == 1 ? "it" : "them");
    if (g_strcmp0 (reason, row->reason) != 0
        && !mark (route, row, DK_HANDOVER_DELIVERED, reason, error))
      return FALSE;
    show (route, row);
  }
  return TRUE;
}

static gboolean
is_waiting (const DkPushRow *row)
{
  return row->state < DK_HANDOVER_SENDING || row->state == DK_HANDOVER_REFUSED;
}

static gboolean
is_taken (Route *route, const char *path)
{
  g_autofree char *log = log_of (path);
  g_autofree char *part = g_strconcat (path, PART_END, NULL);
  g_autofree char *log_part = g_strconcat (log, PART_END, NULL);

  for (guint i = 0; i < route->rows->len; i++) {
    const DkPushRow *row = g_ptr_array_index (route->rows, i);
    if (row->reason != NULL && strstr (row->reason, path) != NULL)
      return TRUE;
  }
  return dk_file_exists (path) || dk_file_exists (log) || dk_file_exists (part)
         || dk_file_exists (log_part);
}

/* A name that no file has or had. */
static char *
choose_path (Route *route, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (route->now_ms / 1000);
  g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *stem = g_strdup_printf ("%s/handover-%s", route->folder, time);

  for (guint i = 1; i <= NAMES_MAX; i++) {
    g_autofree char *path = i == 1 ? g_strconcat (stem, TICKETS_END, NULL)
                                   : g_strdup_printf ("%s-%u" TICKETS_END, stem, i);
    if (!is_taken (route, path))
      return g_steal_pointer (&path);
  }
  g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
               "%s" TICKETS_END " was written this second already. Nothing was changed; try again.",
               stem);
  return NULL;
}

/* The ticket as it was when it was marked; NULL without an error if it is refused. */
static DkPushTicket *
take_ticket (Route *route, DkPushRow *row, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (DkPushTicket) ticket = route->store->load (route->store->data, row->number, &fault);

  if (ticket == NULL && !dk_push_is_of_ticket (fault)) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return NULL;
  }
  if (ticket == NULL) {
    (void) mark (route, row, DK_HANDOVER_REFUSED, fault->message, error);
    return NULL;
  }
  if (g_str_has_prefix (row->number, "DR-") || !dk_ticket_is_eligible (ticket->ticket)) {
    (void) mark (route, row, DK_HANDOVER_REFUSED,
                 "It may not be handed over: it is not finalized, void, a drill, or settled "
                 "otherwise. It was not written.",
                 error);
    return NULL;
  }
  ticket->handed_ms = route->now_ms;
  for (guint i = ticket->lines->len; i > 0; i--) {
    const DkPushLine *line = g_ptr_array_index (ticket->lines, i - 1);
    if (line->late)
      g_ptr_array_remove_index (ticket->lines, i - 1);
  }
  return g_steal_pointer (&ticket);
}

/* Marks rows as sending into that file and loads them; those that are refused leave rows. */
static GPtrArray *
take_tickets (Route *route, GPtrArray *rows, const char *path, GError **error)
{
  g_autofree char *under_way = g_strconcat (UNDER_WAY, path, NULL);
  g_autoptr (GPtrArray) tickets
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_ticket_free);
  g_autoptr (GError) fault = NULL;

  for (guint i = 0; i < rows->len; i++) {
    if (!mark (route, g_ptr_array_index (rows, i), DK_HANDOVER_SENDING, under_way, error))
      return NULL;
  }
  for (guint i = 0; i < rows->len && fault == NULL;) {
    DkPushTicket *ticket = take_ticket (route, g_ptr_array_index (rows, i), &fault);
    if (ticket != NULL) {
      g_ptr_array_add (tickets, ticket);
      i++;
    } else {
      g_ptr_array_remove_index (rows, i);
    }
  }
  if (fault == NULL)
    return g_steal_pointer (&tickets);
  g_propagate_error (error, g_steal_pointer (&fault));
  return NULL;
}

static gboolean
write_part (const char *path, GBytes *bytes, GError **error)
{
  g_autofree char *part = g_strconcat (path, PART_END, NULL);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return dk_file_replace (part, data, size, DK_FILE_DURABLE, error);
}

static gboolean
write_parts (const char *path, const GPtrArray *tickets, GError **error)
{
  g_autofree char *log = log_of (path);
  g_autoptr (GBytes) rows = dk_csv_route_tickets (tickets);
  g_autoptr (GBytes) lines = dk_csv_route_log (tickets);

  return write_part (log, lines, error) && write_part (path, rows, error);
}

static gboolean
write_new (Route *route, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  g_autoptr (GPtrArray) tickets = NULL;
  g_autofree char *path = NULL;

  for (guint i = 0; i < route->rows->len; i++) {
    if (is_waiting (g_ptr_array_index (route->rows, i)))
      g_ptr_array_add (rows, g_ptr_array_index (route->rows, i));
  }
  if (rows->len == 0)
    return TRUE;
  path = choose_path (route, error);
  tickets = path != NULL ? take_tickets (route, rows, path, error) : NULL;
  if (tickets == NULL)
    return FALSE;
  if (tickets->len == 0)
    return TRUE;
  if (!write_parts (path, tickets, error)) {
    /* What cannot be taken back now is taken back or published by the next run. */
    (void) take_back (route, rows, path, NULL);
    return FALSE;
  }
  if (!publish (route, rows, path, error))
    return FALSE;
  route->out->report->sent = tickets->len;
  route->out->log_path = log_of (path);
  route->out->tickets_path = g_steal_pointer (&path);
  return TRUE;
}

static gboolean
judge (Route *route, GError **error)
{
  DkPushReport *report = route->out->report;

  for (guint i = 0; i < route->rows->len; i++) {
    const DkPushRow *row = g_ptr_array_index (route->rows, i);
    if (row->state != DK_HANDOVER_DELIVERED)
      show (route, row);
  }
  dk_push_report_count (report);
  if (report->refused + report->unknown + report->waiting == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_PARTIAL,
               "%u written, %u refused, %u unknown, %u waiting. Nothing is lost, and running it "
               "again writes no ticket twice.",
               report->sent, report->refused, report->unknown, report->waiting);
  return FALSE;
}

gboolean
dk_csv_handover_run (const char *folder, const DkPushStore *store, DkCsvHandover *out,
                     GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_row_free);
  Route route = { .folder = folder, .store = store, .rows = rows, .out = out };
  DkMoment now;

  if (folder == NULL || !dk_file_exists (folder)) {
    g_set_error (error, DK_ERROR, DK_ERROR_UNREACHABLE,
                 "The folder %s is not there. Nothing was written; make or mount it.",
                 folder != NULL ? folder : "?");
    return FALSE;
  }
  if (!store->list (store->data, DK_PUSH_PENDING, rows, error))
    return FALSE;
  if (store->now != NULL)
    store->now (store->data, &now);
  else
    dk_clock_now (&now);
  route.now_ms = now.wall_ms;
  g_ptr_array_sort (rows, dk_push_compare_rows);
  out->report = dk_push_report_new ();
  return settle_interrupted (&route, error) && tell_late (&route, error)
         && write_new (&route, error) && judge (&route, error);
}

void
dk_csv_handover_clear (DkCsvHandover *handover)
{
  g_clear_pointer (&handover->tickets_path, g_free);
  g_clear_pointer (&handover->log_path, g_free);
  g_clear_pointer (&handover->report, dk_push_report_free);
}
