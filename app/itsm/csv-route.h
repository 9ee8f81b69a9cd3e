/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/itsm/connector.h"

G_BEGIN_DECLS

/* The way without an interface: two CSV files that an import set, Power Query or a person reads.
 * UTF-8 with BOM, times ISO 8601 with offset, no field that a spreadsheet evaluates. Columns are
 * stable: new ones are added at the end. */

/* One row per ticket (DkPushTicket). New bytes. */
GBytes *dk_csv_route_tickets (const GPtrArray *tickets);

/* One row per line of their logs, joined by the column `number`. New bytes. */
GBytes *dk_csv_route_log (const GPtrArray *tickets);

/* Writes both, durably, into a folder that exists, as handover-<UTC time>-tickets.csv and -log.csv;
 * files of that name are never replaced. The paths are new strings. DK_ERROR_BUSY, _STORAGE. */
gboolean dk_csv_route_write (const char *folder, const GPtrArray *tickets, gint64 now_ms,
                             char **tickets_path, char **log_path, GError **error) DK_CHECKED;

G_END_DECLS
