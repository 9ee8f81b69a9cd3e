/* SPDX-License-Identifier: MIT */
#include <gio/gio.h>

#include "app/base/clock.h"
#include "app/base/platform.h"
#include "app/cli/cli.h"
#include "app/cli/people-commands.h"
#include "app/store/content-store.h"
#include "app/store/ticket-store.h"

#define DAY_MS (G_GINT64_CONSTANT (86400) * 1000)
#define DISK_RED_MIB 200
#define DISK_AMBER_MIB 2048
#define YEAR_2026_MS G_GINT64_CONSTANT (1767225600000)

/* What one check found. Text owned. */
typedef struct {
  const char *state; /* green amber red */
  char *detail;
  char *remedy; /* NULL where nothing is to be done */
} Finding;

static void
found (Finding *finding, const char *state, char *detail, const char *remedy)
{
  finding->state = state;
  finding->detail = detail;
  finding->remedy = g_strdup (remedy);
}

/* Every page is read, so this is first: the other checks read only what they need. */
static gboolean
check_file (DkCli *cli, Finding *finding, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gint64 begun = g_get_monotonic_time ();
  gboolean whole = dk_db_check (dk_store_db (dk_cli_store (cli)), &failed);
  double seconds = (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;

  if (whole)
    found (finding, "green",
           g_strdup_printf ("Every page of the kit file is whole (read in %.1f s).", seconds),
           NULL);
  else if (g_error_matches (failed, DK_ERROR, DK_ERROR_DAMAGED))
    found (finding, "red",
           g_strdup_printf ("A part of the kit file is damaged (found in %.1f s). What can be read "
                            "is still right; what lies in that part is lost.",
                            seconds),
           "Keep the file, put back the latest backup, and compare it with this one and paper.");
  else
    g_propagate_error (error, g_steal_pointer (&failed));
  return failed == NULL || finding->state != NULL;
}

static gboolean
check_missing (DkCli *cli, Finding *finding, GError **error)
{
  g_autofree char *missing = NULL;

  if (!dk_kit_missing (cli->kit, &missing, error))
    return FALSE;
  if (missing != NULL)
    found (finding, "red", g_steal_pointer (&missing),
           "Key in what is found. This line goes 30 days after the kit was set back.");
  else
    found (finding, "green", g_strdup ("This kit is not known to have been set back."), NULL);
  return TRUE;
}

static gboolean
check_recovery (DkCli *cli, Finding *finding, GError **error)
{
  g_autofree char *when = NULL;
  gint64 used_ms;

  if (!dk_kit_recovery_used (cli->kit, &used_ms, error))
    return FALSE;
  when = used_ms > 0 ? dk_time_format_local (used_ms) : NULL;
  if (when != NULL)
    found (finding, "red", g_strdup_printf ("The recovery code was used (%s) and is spent.", when),
           "Make sure that who chose the passphrase of `recovery` was allowed to. This version "
           "cannot make a new code: a new kit has one.");
  else
    found (finding, "green", g_strdup ("The recovery code was not used."), NULL);
  return TRUE;
}

static gboolean
check_content (DkCli *cli, Finding *finding, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const DkPolicy *policy = dk_store_policy (store);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, &failed);
  gint64 now = dk_clock_wall_ms ();
  gint64 days;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (pack == NULL) {
    found (finding, "red", g_strdup ("This kit has no content: no contacts, no runbooks."),
           "Get the current pack and apply it: dkit pack apply F.");
    return TRUE;
  }
  days = MAX (0, now - pack->created_ms) / DAY_MS;
  if (pack->expires_ms > 0 && pack->expires_ms < now)
    found (finding, "red", g_strdup_printf ("The content expired; it is %d days old.", (int) days),
           "Get a newer pack and apply it: dkit pack apply F.");
  else if (days > policy->stale_days)
    found (finding, "red", g_strdup_printf ("The content is %d days old: STALE.", (int) days),
           "Get a newer pack and apply it: dkit pack apply F.");
  else if (days > policy->amber_days)
    found (finding, "amber", g_strdup_printf ("The content is %d days old.", (int) days),
           "Get a newer pack soon: dkit pack apply F.");
  else
    found (finding, "green", g_strdup_printf ("The content is %d days old.", (int) days), NULL);
  return TRUE;
}

static gboolean
check_runbooks (DkCli *cli, Finding *finding, GError **error)
{
  g_autoptr (GPtrArray) runbooks = dk_content_store_runbooks (dk_cli_store (cli), error);
  GString *names = g_string_new (NULL);
  guint overdue = 0;

  for (guint i = 0; runbooks != NULL && i < runbooks->len; i++) {
    const DkRunbook *runbook = g_ptr_array_index (runbooks, i);
    if (!dk_runbook_is_overdue (runbook, dk_clock_wall_ms ()))
      continue;
    g_string_append_printf (names, "%s%s", overdue > 0 ? ", " : "", runbook->id);
    overdue++;
  }
  if (runbooks != NULL && overdue > 0)
    found (finding, "amber",
           g_strdup_printf ("%u of %u runbooks are past their review: %s.", overdue, runbooks->len,
                            names->str),
           "Ask their owners to read them and to publish a new pack.");
  else if (runbooks != NULL)
    found (finding, "green", g_strdup_printf ("%u runbooks, none past its review.", runbooks->len),
           NULL);
  g_string_free (names, TRUE);
  return runbooks != NULL;
}

static gboolean
check_admins (DkCli *cli, Finding *finding, GError **error)
{
  int admins = dk_cli_count_admins (cli, error);

  if (admins < 0)
    return FALSE;
  if (admins < 2)
    found (finding, "red", g_strdup ("Only one person can add people and change whom this kit "
                                     "trusts."),
           "Add a second administrator: dkit user add NAME --role admin.");
  else
    found (finding, "green", g_strdup_printf ("%d administrators.", admins), NULL);
  return TRUE;
}

static gboolean
check_signers (DkCli *cli, Finding *finding, GError **error)
{
  g_autoptr (GPtrArray) signers = dk_kit_trusted_signers (cli->kit, error);

  if (signers == NULL)
    return FALSE;
  if (signers->len == 0)
    found (finding, "red", g_strdup ("Nobody is trusted to sign content for this kit."),
           "An administrator does this once: dkit trust add PUB --fingerprint TEXT.");
  else
    found (finding, "green", g_strdup_printf ("Signers whose content counts: %u.", signers->len),
           NULL);
  return TRUE;
}

static gboolean
check_disk (DkCli *cli, Finding *finding, GError **error)
{
  g_autoptr (GFile) folder = g_file_new_for_path (dk_kit_folder (cli->kit));
  g_autoptr (GFileInfo) info
      = g_file_query_filesystem_info (folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, error);
  guint64 mib;
  const char *state;

  if (info == NULL)
    return FALSE;
  mib = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) >> 20;
  state = mib < DISK_RED_MIB ? "red" : mib < DISK_AMBER_MIB ? "amber" : "green";
  found (finding, state, g_strdup_printf ("%" G_GUINT64_FORMAT " MiB are free on the disk.", mib),
         mib < DISK_AMBER_MIB ? "Free some space on the disk of the kit." : NULL);
  return TRUE;
}

/* The last entry before this session tells how late it is at least. */
static gboolean
check_clock (DkCli *cli, Finding *finding, GError **error)
{
  DkTicketFilter newest = { .limit = 1 };
  g_autoptr (GPtrArray) tickets = dk_ticket_store_list (dk_cli_store (cli), &newest, error);
  gint64 now = dk_clock_wall_ms ();
  g_autofree char *text = dk_time_format_local (now);
  gint64 last = 0;

  if (tickets == NULL)
    return FALSE;
  if (tickets->len > 0)
    last = ((const DkTicket *) g_ptr_array_index (tickets, 0))->recorded_ms;
  if (now < YEAR_2026_MS || last > now + 60000)
    found (finding, "red", g_strdup_printf ("This PC's clock says %s, which cannot be.", text),
           "Set the clock of this PC. Times recorded so far stay as they are.");
  else
    found (finding, "green", g_strdup_printf ("This PC's clock says %s.", text), NULL);
  return TRUE;
}

static gboolean
check_memory (DkCli *cli, Finding *finding, GError **error)
{
  if (dk_secret_lock_failed ())
    found (finding, "amber", g_strdup ("Keys could not be kept out of the swap file."),
           "Raise the limit of locked memory (ulimit -l) or encrypt the swap.");
  else
    found (finding, "green", g_strdup ("Keys are held in memory that is never swapped out."), NULL);
  return TRUE;
}

static gboolean
check_place (DkCli *cli, Finding *finding, GError **error)
{
  const char *kind = NULL;

  if (dk_platform_is_shared_path (dk_kit_folder (cli->kit), &kind))
    found (finding, "red", g_strdup_printf ("The kit lies on %s.", kind),
           "Move it to the PC's own disk: copies made while it is open do not open.");
  else
    found (finding, "green", g_strdup_printf ("The kit lies in %s.", dk_kit_folder (cli->kit)),
           NULL);
  return TRUE;
}

static gboolean
check_handover (DkCli *cli, Finding *finding, GError **error)
{
  DkTicketCounts counts;

  if (!dk_ticket_store_count (dk_cli_store (cli), &counts, error))
    return FALSE;
  found (finding, counts.not_handed_over > 0 ? "amber" : "green",
         g_strdup_printf ("%u tickets are not handed over, %u of them are final.",
                          counts.not_handed_over, counts.waiting),
         counts.not_handed_over > 0 ? "When the ITSM is back: dkit itsm push." : NULL);
  return TRUE;
}

static const struct {
  const char *name;
  gboolean (*run) (DkCli *cli, Finding *finding, GError **error);
} CHECKS[] = {
  { "file", check_file },         { "missing", check_missing },   { "recovery", check_recovery },
  { "content", check_content },   { "runbooks", check_runbooks }, { "signers", check_signers },
  { "admins", check_admins },     { "hand-over", check_handover }, { "disk", check_disk },
  { "clock", check_clock },       { "memory", check_memory },     { "place", check_place },
};

gboolean
dk_cli_doctor (DkCli *cli, const DkArgs *args, GError **error)
{
  json_t *list = json_array ();

  dk_cli_take_document (cli, list);
  for (gsize i = 0; i < G_N_ELEMENTS (CHECKS); i++) {
    g_autoptr (GError) failed = NULL;
    Finding finding = { 0 };
    if (!CHECKS[i].run (cli, &finding, &failed))
      found (&finding, "red", g_strdup_printf ("This could not be checked: %s", failed->message),
             "Mend that first, then run dkit doctor again.");
    dk_cli_say (cli, "%-6s %-10s %s", finding.state, CHECKS[i].name, finding.detail);
    if (finding.remedy != NULL)
      dk_cli_say (cli, "%17s %s", "", finding.remedy);
    json_array_append_new (list, json_pack ("{s:s, s:s, s:s, s:o}", "check", CHECKS[i].name,
                                            "state", finding.state, "detail", finding.detail,
                                            "remedy", dk_json_string (finding.remedy)));
    g_free (finding.detail);
    g_free (finding.remedy);
  }
  return TRUE;
}
