/* SPDX-License-Identifier: MIT */
#include "app/itsm/csv-route.h"

#include <string.h>

#include "app/base/csv.h"
#include "app/base/file.h"

static const char *const ticket_columns[] = {
  "number",         "uid",        "form",        "state",       "priority",
  "safety",         "impact",     "urgency",     "summary",     "details",
  "caller",         "callback",   "location",    "device",      "service",
  "group",          "resolution", "happened_at", "recorded_at", "resolved_at",
  "handed_over_at", "outage",     "recorded_by", "paper",       "answers",
  "written_by",     "written_at", "files",
};

static const char *const log_columns[] = {
  "number", "line", "kind", "user", "happened_at", "recorded_at", "text",
};

static void
add_header (DkCsv *csv, const char *const *columns, gsize n)
{
  for (gsize i = 0; i < n; i++)
    dk_csv_add (csv, columns[i]);
  dk_csv_end_row (csv);
}

static void
add_time (DkCsv *csv, gint64 ms)
{
  g_autofree char *text = ms > 0 ? dk_time_format_local (ms) : NULL;

  dk_csv_add (csv, text);
}

static void
add_level (DkCsv *csv, int level)
{
  if (level > 0)
    dk_csv_add_int (csv, level);
  else
    dk_csv_add (csv, NULL);
}

static void
add_answers (DkCsv *csv, const json_t *answers)
{
  g_autofree char *text = NULL;

  if (answers != NULL && json_object_size (answers) > 0)
    text = dk_json_text (answers, TRUE);
  dk_csv_add (csv, text);
}

/* Files do not go this way; what there is to be taken out of the kit is named. */
static void
add_files (DkCsv *csv, const GPtrArray *files)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < files->len; i++) {
    const DkPushFile *file = g_ptr_array_index (files, i);
    g_string_append_printf (text, "%s%s (%" G_GINT64_FORMAT " bytes, SHA-256 %s)",
                            text->len > 0 ? "; " : "", file->name, file->size, file->sha256);
  }
  dk_csv_add (csv, text->len > 0 ? text->str : NULL);
}

static void
add_ticket (DkCsv *csv, const DkPushTicket *push)
{
  const DkTicket *ticket = push->ticket;

  dk_csv_add (csv, ticket->number);
  dk_csv_add (csv, ticket->uid);
  dk_csv_add (csv, ticket->form);
  dk_csv_add (csv, dk_ticket_state_name (ticket->state));
  add_level (csv, ticket->priority);
  dk_csv_add (csv, ticket->safety ? "yes" : ticket->safety_known ? "no" : NULL);
  add_level (csv, ticket->impact);
  add_level (csv, ticket->urgency);
  dk_csv_add (csv, ticket->summary);
  dk_csv_add (csv, ticket->details);
  dk_csv_add (csv, ticket->caller);
  dk_csv_add (csv, ticket->callback);
  dk_csv_add (csv, ticket->location);
  dk_csv_add (csv, ticket->device);
  dk_csv_add (csv, ticket->service);
  dk_csv_add (csv, ticket->group);
  dk_csv_add (csv, ticket->resolution);
  add_time (csv, ticket->happened_ms);
  add_time (csv, ticket->recorded_ms);
  add_time (csv, ticket->resolved_ms);
  add_time (csv, push->handed_ms);
  dk_csv_add (csv, ticket->outage);
  dk_csv_add (csv, ticket->user);
  dk_csv_add (csv, ticket->paper ? "yes" : "no");
  add_answers (csv, ticket->answers);
  dk_csv_add (csv, ticket->written_by);
  add_time (csv, ticket->written_ms);
  add_files (csv, push->files);
  dk_csv_end_row (csv);
}

static GBytes *
take_bytes (const DkCsv *csv)
{
  gsize size;
  const char *text = dk_csv_get (csv, &size);

  return g_bytes_new (text, size);
}

GBytes *
dk_csv_route_tickets (const GPtrArray *tickets)
{
  g_autoptr (DkCsv) csv = dk_csv_new ();

  add_header (csv, ticket_columns, G_N_ELEMENTS (ticket_columns));
  for (guint i = 0; i < tickets->len; i++)
    add_ticket (csv, g_ptr_array_index (tickets, i));
  return take_bytes (csv);
}

static void
add_log (DkCsv *csv, const DkPushTicket *push)
{
  for (guint i = 0; i < push->lines->len; i++) {
    const DkPushLine *line = g_ptr_array_index (push->lines, i);
    dk_csv_add (csv, push->ticket->number);
    dk_csv_add_int (csv, i + 1);
    dk_csv_add (csv, line->kind);
    dk_csv_add (csv, line->user);
    add_time (csv, line->happened_ms);
    add_time (csv, line->recorded_ms);
    dk_csv_add (csv, line->text);
    dk_csv_end_row (csv);
  }
}

GBytes *
dk_csv_route_log (const GPtrArray *tickets)
{
  g_autoptr (DkCsv) csv = dk_csv_new ();

  add_header (csv, log_columns, G_N_ELEMENTS (log_columns));
  for (guint i = 0; i < tickets->len; i++)
    add_log (csv, g_ptr_array_index (tickets, i));
  return take_bytes (csv);
}

static gboolean
write_new (const char *path, GBytes *bytes, GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".part", NULL);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return dk_file_replace (temporary, data, size, DK_FILE_DURABLE, error)
         && dk_file_rename_new (temporary, path, error);
}

gboolean
dk_csv_route_write (const char *folder, const GPtrArray *tickets, gint64 now_ms,
                    char **tickets_path, char **log_path, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (now_ms / 1000);
  g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *stem = g_strdup_printf ("%s/handover-%s", folder, time);
  g_autofree char *first = g_strconcat (stem, "-tickets.csv", NULL);
  g_autofree char *second = g_strconcat (stem, "-log.csv", NULL);
  g_autoptr (GBytes) rows = dk_csv_route_tickets (tickets);
  g_autoptr (GBytes) lines = dk_csv_route_log (tickets);

  if (dk_file_exists (first) || dk_file_exists (second)) {
    g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
                 "%s was written this second already. Nothing was changed; try again.", first);
    return FALSE;
  }
  if (!write_new (second, lines, error) || !write_new (first, rows, error))
    return FALSE;
  *tickets_path = g_steal_pointer (&first);
  *log_path = g_steal_pointer (&second);
  return TRUE;
}
