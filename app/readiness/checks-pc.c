/* SPDX-License-Identifier: MIT */
/* The PC that the kit lies on: paper, printer, disk, clock. */
#include <gio/gio.h>
#include <string.h>

#include "app/base/platform.h"
#include "app/readiness/printer.h"
#include "app/readiness/readiness-private.h"
#include "app/store/content-store.h"

#define DISK_RED_MIB 200
#define DISK_AMBER_MIB 2048
#define YEAR_2026_MS G_GINT64_CONSTANT (1767225600000)
#define MINUTE_MS 60000

/* Numbers per form that lie printed and were not keyed in: " call-log 40 (2.0 h)". */
static gboolean
count_paper (DkReadiness *readiness, int an_hour, GString *text, gint64 *all, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (readiness->store),
                     "SELECT form, count(*) FROM paper WHERE state = 'issued' GROUP BY form"
                     " ORDER BY form LIMIT 50");
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    gint64 count;
    if (!has_row)
      return TRUE;
    count = dk_stmt_int (stmt, 1);
    *all += count;
    g_string_append_printf (text, "%s %s %" G_GINT64_FORMAT " (%.1f h)", text->len > 0 ? "," : "",
                            dk_stmt_text (stmt, 0), count, (double) count / an_hour);
  }
  return FALSE;
}

/* Sheets that nobody finds are words that may never come back. */
static gboolean
count_missing (DkReadiness *readiness, GString *text, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (readiness->store), "SELECT count(*) FROM paper WHERE state = 'missing'");
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (dk_stmt_int (stmt, 0) > 0)
    g_string_append_printf (text, "; %" G_GINT64_FORMAT " missing, see dkit paper account",
                            dk_stmt_int (stmt, 0));
  return TRUE;
}

/* With the power gone as well, what was printed before is all there is. */
static gboolean
check_paper (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char remedy[] = "Print numbered forms: dkit paper issue FORM --copies N -o F.pdf.";
  const DkReadinessPolicy *policy = &readiness->policy->readiness;
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 all = 0;
  gint64 need = (gint64) policy->paper_hours * policy->tickets_per_hour;

  if (!count_paper (readiness, policy->tickets_per_hour, text, &all, error)
      || !count_missing (readiness, text, error))
    return FALSE;
  if (all == 0)
    return dk_ready_red (finding, remedy,
                         "No numbered paper is in stock; %d hours at %d an hour are wanted.",
                         policy->paper_hours, policy->tickets_per_hour);
  return dk_ready_found (
      finding,
      all >= need       ? DK_READY_GREEN
      : all * 2 >= need ? DK_READY_AMBER
                        : DK_READY_RED,
      g_strdup_printf ("%" G_GINT64_FORMAT " numbers on paper are not used: %.1f hours at %d an "
                       "hour, %d hours are wanted;%s.",
                       all, (double) all / policy->tickets_per_hour, policy->tickets_per_hour,
                       policy->paper_hours, text->str),
      all >= need ? NULL : remedy);
}

static DkPrinterFacts *
look_at_printer (DkReadiness *readiness)
{
  return dk_printer_look (readiness->root != NULL ? readiness->root : "/",
                          readiness->root == NULL ? g_get_home_dir () : NULL);
}

static gboolean
check_printer (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char remedy[]
      = "Set up a printer that is connected to this PC itself, and print a page.";
  g_autoptr (DkPrinterFacts) facts = look_at_printer (readiness);

  if (!facts->has_service)
    return dk_ready_red (finding, "Install the print service (CUPS) and a printer.",
                         "This PC has no print service: nothing can be printed here.");
  if (facts->queues->len == 0 && facts->preferred == NULL)
    return dk_ready_red (finding, remedy, "This PC has no printer.");
  if (facts->stopped != NULL)
    return dk_ready_red (finding, "Look at the printer, then start its queue: cupsenable.",
                         "The printer %s is stopped: %s", facts->preferred, facts->stopped);
  if (!facts->is_running)
    return dk_ready_red (finding, "Start the print service: systemctl start cups.",
                         "The print service is not running.");
  if (facts->preferred == NULL)
    return dk_ready_amber (finding, "Choose the printer that the kit is to use: lpoptions -d NAME.",
                           "%u printers, and none of them is the default.", facts->queues->len);
  return dk_ready_green (finding, "The default printer is %s%s.", facts->preferred,
                         facts->state_is_known ? "; its queue is not stopped"
                                               : "; whether its queue is stopped cannot be read");
}

/* Printed lists of people and tickets must not stay on the PC in clear. */
static gboolean
check_spool (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (DkPrinterFacts) facts = look_at_printer (readiness);

  if (!facts->has_service)
    return dk_ready_green (finding, "There is no print service that could keep documents.");
  if (facts->files == DK_SPOOL_REMOVED)
    return dk_ready_green (finding, "The print service keeps no documents after printing.");
  return dk_ready_amber (finding,
                         "Write `PreserveJobFiles No` into /etc/cups/cupsd.conf and restart the "
                         "print service.",
                         facts->files == DK_SPOOL_KEPT
                             ? "The print service keeps documents after they were printed, in "
                               "clear, on the disk of this PC."
                             : "Whether the print service keeps documents after printing cannot "
                               "be read.");
}

static gboolean
check_disk (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (GFile) folder = g_file_new_for_path (dk_kit_folder (readiness->kit));
  g_autoptr (GFileInfo) info
      = g_file_query_filesystem_info (folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, error);
  guint64 mib;

  if (info == NULL)
    return FALSE;
  mib = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) >> 20;
  return dk_ready_found (
      finding, dk_ready_judge_disk (mib),
      g_strdup_printf ("%" G_GUINT64_FORMAT " MiB are free on the disk.", mib),
      mib < DISK_AMBER_MIB ? "Free some space on the disk of the kit." : NULL);
}

DkReadyState
dk_ready_judge_disk (guint64 mib)
{
  return mib < DISK_RED_MIB ? DK_READY_RED : mib < DISK_AMBER_MIB ? DK_READY_AMBER : DK_READY_GREEN;
}

/* When the last entry before this session was written: it is at least that late. 0 if there is
 * none. */
static gboolean
read_last_entry (DkReadiness *readiness, gint64 *at_ms, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (readiness->store),
                     "SELECT line FROM entry WHERE id <"
                     " (SELECT id FROM entry WHERE kind = 'unlock' AND object = ''"
                     " ORDER BY id DESC LIMIT 1) AND +station = ?1"
                     " ORDER BY id DESC LIMIT 1");

  dk_stmt_bind_text (stmt, 1, dk_store_identity (readiness->store)->station);
  return dk_ready_recorded (stmt, at_ms, error);
}

/* The time zone of the last shift check, NULL if there was none. */
static gboolean
read_last_zone (DkReadiness *readiness, char **zone, GError **error)
{
  g_autoptr (GPtrArray) checks
      = dk_ready_entries (readiness, DK_ENTRY_SHIFT_CHECK, NULL, 1, error);

  if (checks == NULL)
    return FALSE;
  *zone = NULL;
  if (checks->len > 0) {
    const DkEntry *entry = g_ptr_array_index (checks, 0);
    *zone = g_strdup (dk_json_get_text (entry->body, "timezone"));
  }
  return TRUE;
}

/* Neither the ledger nor the pack can be of a time to come. */
static gboolean
check_clock (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char remedy[] = "Set the clock of this PC. Times recorded so far stay as they are.";
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  gint64 now = dk_ready_now (readiness);
  g_autofree char *text = dk_time_format_local (now);
  g_autofree char *zone = NULL;
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = NULL;
  gint64 last_ms = 0;

  if (!read_last_entry (readiness, &last_ms, error) || !read_last_zone (readiness, &zone, error))
    return FALSE;
  pack = dk_content_store_current (readiness->store, &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (now < YEAR_2026_MS || last_ms > now + MINUTE_MS)
    return dk_ready_red (finding, remedy, "This PC's clock says %s, which cannot be%s.", text,
                         last_ms > now + MINUTE_MS ? ": the ledger has a later entry" : "");
  if (pack != NULL && pack->created_ms > now + MINUTE_MS)
    return dk_ready_red (finding, remedy,
                         "This PC's clock says %s, and the content was made later than that.",
                         text);
  if (zone != NULL && strcmp (zone, g_time_zone_get_identifier (local)) != 0)
    return dk_ready_amber (finding,
                           "Look whether the time zone is right, then do the shift check: dkit "
                           "readiness check.",
                           "The time zone is %s now; at the last shift check it was %s.",
                           g_time_zone_get_identifier (local), zone);
  return dk_ready_green (finding, "This PC's clock says %s (%s).", text,
                         g_time_zone_get_identifier (local));
}

static gboolean
check_memory (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  if (dk_secret_lock_failed ())
    return dk_ready_amber (finding,
                           "Raise the limit of locked memory (ulimit -l) or encrypt the swap.",
                           "Keys could not be kept out of the swap file.");
  return dk_ready_green (finding, "Keys are held in memory that is never swapped out.");
}

static gboolean
check_place (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  const char *folder = dk_kit_folder (readiness->kit);
  const char *kind = NULL;

  if (dk_platform_is_shared_path (folder, &kind))
    return dk_ready_red (finding,
                         "Move it to the PC's own disk: copies made while it is open do not open.",
                         "The kit lies on %s.", kind);
  return dk_ready_green (finding, "The kit lies in %s.", folder);
}

const DkReadyCheck DK_READY_PC_CHECKS[] = {
  { { "paper", "Numbered paper in stock", "shift lead", FALSE }, check_paper },
  { { "printer", "Printer", "desktop support", FALSE }, check_printer },
  { { "spool", "Documents kept by the print service", "desktop support", FALSE }, check_spool },
  { { "disk", "Disk", "desktop support", FALSE }, check_disk },
  { { "clock", "Clock and time zone", "desktop support", FALSE }, check_clock },
  { { "memory", "Keys in memory", "desktop support", FALSE }, check_memory },
  { { "place", "Where the kit lies", "administrator", FALSE }, check_place },
  { { NULL, NULL, NULL, FALSE }, NULL },
};
