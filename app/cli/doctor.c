/* SPDX-License-Identifier: MIT */
#include <gio/gio.h>
#include <string.h>

#include "app/base/clock.h"
#include "app/base/platform.h"
#include "app/cli/cli.h"
#include "app/cli/people-commands.h"
#include "app/kit/backup.h"
#include "app/kit/escrow.h"
#include "app/store/content-store.h"
#include "app/store/ticket-store.h"

#define DAY_MS (G_GINT64_CONSTANT (86400) * 1000)
#define ESCROW_DAYS_MAX 365
#define DISK_RED_MIB 200
#define DISK_AMBER_MIB 2048
#define PEOPLE_DAYS 14
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
  return finding->state != NULL;
}

/* What lists show is a copy of what the ledger says. */
static gboolean
check_lists (DkCli *cli, Finding *finding, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (dk_ticket_store_check_projection (dk_cli_store (cli), &failed))
    found (finding, "green", g_strdup ("The lists of tickets and paper say what the ledger says."),
           NULL);
  else if (g_error_matches (failed, DK_ERROR, DK_ERROR_DAMAGED))
    found (finding, "red", g_strdup (failed->message),
           "Write the lists anew from the ledger: dkit kit repair.");
  else
    g_propagate_error (error, g_steal_pointer (&failed));
  return finding->state != NULL;
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
           "Make sure that who chose the passphrase of `recovery` was allowed to. Then an "
           "administrator makes a new code: dkit recovery rotate -o F.pdf.");
  else
    found (finding, "green", g_strdup ("The recovery code was not used."), NULL);
  return TRUE;
}

/* FALSE if the file of the escrow is the one that was written, and where it should be. */
static gboolean
find_escrow_fault (const DkEscrowState *state, Finding *finding)
{
  DkEscrowFile there = dk_escrow_look (state);

  if (there == DK_ESCROW_DIFFERENT)
    found (finding, "red",
           g_strdup_printf ("%s is not the escrow that this kit wrote: another copy of the kit, or "
                            "somebody, has put another file there.",
                            state->written),
           "Find out what it is, then write the escrow anew: dkit escrow write.");
  else if (there == DK_ESCROW_AWAY)
    found (finding, "amber",
           g_strdup_printf ("The escrow cannot be read at %s: it was carried away, or its medium "
                            "is not plugged in.",
                            state->written),
           "Look whether it lies where it is kept. If it is lost: dkit escrow write.");
  else if (state->is_elsewhere)
    found (finding, "amber",
           g_strdup_printf ("This kit was copied, moved or restored since a place was chosen for "
                            "its escrow. The newest one lies in %s, and the next one is not "
                            "written to %s.",
                            state->written, state->path),
           "An administrator chooses its place: dkit escrow write.");
  else if (g_strcmp0 (state->path, state->written) != 0)
    found (finding, "amber",
           g_strdup_printf ("The newest escrow lies in %s and not yet in %s.", state->written,
                            state->path),
           "Carry it there, or write it anew: dkit escrow write.");
  else if (there == DK_ESCROW_UNKNOWN)
    found (finding, "amber",
           g_strdup_printf ("Whether %s is still the escrow that was written is not known: this "
                            "kit noted no hash of it.",
                            state->written),
           "Write it anew once: dkit escrow write.");
  else
    return FALSE;
  return TRUE;
}

/* An escrow that is out of date opens nothing on the day it is needed. */
static gboolean
check_escrow (DkCli *cli, Finding *finding, GError **error)
{
  g_autoptr (DkEscrowState) state = dk_escrow_get_state (cli->kit, error);
  g_autofree char *age = NULL;
  gint64 old_ms;

  if (state == NULL)
    return FALSE;
  old_ms = MAX (0, dk_clock_wall_ms () - state->written_ms);
  age = dk_time_format_age (old_ms);
  if (state->recipient == NULL)
    found (finding, "red", g_strdup ("There is no escrow: if this PC's people and its recovery "
                                     "code are lost, so is what the kit holds."),
           "An administrator writes it: dkit escrow write --to RECIPIENT -o FILE.");
  else if (!state->is_current)
    found (finding, "red", g_strdup ("The keys of this kit were changed, or it was restored, since "
                                     "the escrow was written: it may not open this kit."),
           "An administrator unlocks the kit, which writes it anew, or uses dkit escrow write.");
  else if (find_escrow_fault (state, finding))
    return TRUE;
  else if (old_ms > ESCROW_DAYS_MAX * DAY_MS)
    found (finding, "amber", g_strdup_printf ("The escrow is %s old.", age),
           "Try whether its identity still opens it, then write it anew: dkit escrow write.");
  else
    found (finding, "green", g_strdup_printf ("The escrow is %s old.", age), NULL);
  return TRUE;
}

static const char *
worse (const char *a, const char *b)
{
  if (strcmp (a, "red") == 0 || strcmp (b, "red") == 0)
    return "red";
  return strcmp (a, "amber") == 0 || strcmp (b, "amber") == 0 ? "amber" : "green";
}

static gboolean
check_backup (DkCli *cli, Finding *finding, GError **error)
{
  g_autoptr (GPtrArray) places = dk_kit_backup_health (cli->kit, error);
  g_autoptr (GString) text = g_string_new (NULL);
  const char *state = "green";

  for (guint i = 0; places != NULL && i < places->len; i++) {
    const DkBackupHealth *place = g_ptr_array_index (places, i);
    g_autofree char *age
        = dk_time_format_age (MAX (0, dk_clock_wall_ms () - place->last_ms));
    state = worse (state, place->state);
    g_string_append_printf (text, "%s%s%s", i > 0 ? " " : "",
                            place->folder != NULL ? place->folder : "Files that were named",
                            place->is_there ? ": " : " (not there now): ");
    if (place->last_ms > 0)
      g_string_append_printf (text, "the last backup is %s old.", age);
    else
      g_string_append (text, "no backup yet.");
  }
  if (places == NULL)
    return FALSE;
  found (finding, state, g_strdup (text->str),
         strcmp (state, "green") == 0
             ? NULL
             : "Make one now: dkit backup FILE, on another medium. Folders for automatic ones "
               "stand in policy.yaml of the content.");
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
    found (finding, "green", g_strdup_printf ("%u %s, none past its review.", runbooks->len,
                                               runbooks->len == 1 ? "runbook" : "runbooks"),
           NULL);
  g_string_free (names, TRUE);
  return runbooks != NULL;
}

static gboolean
check_admins (DkCli *cli, Finding *finding, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_cli_directory (cli, error);
  guint admins = 0;

  if (directory == NULL)
    return FALSE;
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    dk_directory_info (directory, i, &info);
    if (info.kind == DK_SLOT_PERSON && info.role == DK_ROLE_ADMIN && !dk_cli_is_over (&info))
      admins++;
  }
  if (admins < 2)
    found (finding, "red", g_strdup ("Only one person can add people and change whom this kit "
                                     "trusts."),
           "Add a second administrator: dkit user add NAME --role admin.");
  else
    found (finding, "green", g_strdup_printf ("%u administrators.", admins), NULL);
  return TRUE;
}

static void
append_name (GString *names, const char *name)
{
  g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
}

/* Before a person stands in front of a kit that does not open. */
static gboolean
check_people (DkCli *cli, Finding *finding, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_cli_directory (cli, error);
  g_autoptr (GString) soon = g_string_new (NULL);
  g_autoptr (GString) over = g_string_new (NULL);
  gint64 limit = dk_clock_wall_ms () + PEOPLE_DAYS * DAY_MS;

  if (directory == NULL)
    return FALSE;
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    dk_directory_info (directory, i, &info);
    if (info.valid_until_ms > 0 && info.valid_until_ms < limit)
      append_name (dk_cli_is_over (&info) ? over : soon, info.name);
  }
  if (soon->len == 0 && over->len == 0) {
    found (finding, "green", g_strdup_printf ("Nobody's time in this kit ends within %d days.",
                                              PEOPLE_DAYS),
           NULL);
    return TRUE;
  }
  found (finding, "amber",
         g_strdup_printf ("People whose time in this kit %s%s%s%s%s.",
                          soon->len > 0 ? "ends soon: " : "", soon->str,
                          soon->len > 0 && over->len > 0 ? "; " : "",
                          over->len > 0 ? "is over: " : "", over->str),
         "Give a new end, dkit user set NAME --valid-until T, or dkit user remove NAME.");
  return TRUE;
}

/* Entries of such a slot name somebody whom nobody checked. */
static gboolean
check_shared (DkCli *cli, Finding *finding, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_cli_directory (cli, error);
  g_autoptr (GString) names = g_string_new (NULL);

  if (directory == NULL)
    return FALSE;
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    dk_directory_info (directory, i, &info);
    if (info.kind == DK_SLOT_SHARED)
      append_name (names, info.name);
  }
  if (names->len > 0)
    found (finding, "amber",
           g_strdup_printf ("Passphrases that several people use: %s.", names->str),
           "Give each person a name of their own (dkit user add); reset a shared passphrase when "
           "somebody leaves.");
  else
    found (finding, "green", g_strdup ("Everybody has a passphrase of their own."), NULL);
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
         g_strdup_printf ("%u %s not handed over, %u of them final.", counts.not_handed_over,
                          counts.not_handed_over == 1 ? "ticket is" : "tickets are",
                          counts.waiting),
         counts.not_handed_over > 0 ? "When the ITSM is back: dkit itsm push." : NULL);
  return TRUE;
}

static const struct {
  const char *name;
  gboolean (*run) (DkCli *cli, Finding *finding, GError **error);
} CHECKS[] = {
  { "file", check_file },         { "missing", check_missing },   { "lists", check_lists },
  { "backup", check_backup },     { "recovery", check_recovery },
  { "escrow", check_escrow },
  { "content", check_content },   { "runbooks", check_runbooks }, { "signers", check_signers },
  { "admins", check_admins },     { "people", check_people },     { "shared", check_shared },
  { "hand-over", check_handover }, { "disk", check_disk },
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
