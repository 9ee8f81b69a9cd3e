/* SPDX-License-Identifier: MIT */
/* The kit itself: its file, its copies, and what it holds that must go elsewhere. */
#include "app/base/platform.h"
#include "app/kit/backup.h"
#include "app/kit/escrow.h"
#include "app/plan/rebuild.h"
#include "app/readiness/readiness-private.h"
#include "app/store/ticket-store.h"

#define ESCROW_DAYS_MAX 365

/* Every page is read, so this is first: the other checks read only what they need. */
static gboolean
check_file (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gint64 begun = g_get_monotonic_time ();
  gboolean whole = dk_db_check (dk_store_db (readiness->store), &failed);
  double seconds = (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;

  if (whole)
    return dk_ready_green (finding, "Every page of the kit file is whole (read in %.1f s).",
                           seconds);
  if (g_error_matches (failed, DK_ERROR, DK_ERROR_DAMAGED))
    return dk_ready_red (finding,
                         "Keep the file, put back the latest backup, and compare it with this one "
                         "and paper.",
                         "A part of the kit file is damaged (found in %.1f s). What can be read "
                         "is still right; what lies in that part is lost.",
                         seconds);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* What lists show is a copy of what the ledger says. */
static gboolean
check_lists (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (dk_ticket_store_check_projection (readiness->store, &failed)
      && dk_plan_check_projection (readiness->store, &failed))
    return dk_ready_green (finding, "The lists of tickets, paper, runs, calls and corrections say "
                                    "what the ledger says.");
  if (g_error_matches (failed, DK_ERROR, DK_ERROR_DAMAGED))
    return dk_ready_red (finding, "Write the lists anew from the ledger: dkit kit repair.", "%s",
                         failed->message);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
check_missing (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autofree char *missing = NULL;

  if (!dk_kit_missing (readiness->kit, &missing, error))
    return FALSE;
  if (missing == NULL)
    return dk_ready_green (finding, "This kit is not known to have been set back.");
  return dk_ready_red (finding,
                       "Key in what is found. This line goes 30 days after the kit was set back.",
                       "%s", missing);
}

static gboolean
check_recovery (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autofree char *when = NULL;
  gint64 used_ms;

  if (!dk_kit_recovery_used (readiness->kit, &used_ms, error))
    return FALSE;
  if (used_ms == 0)
    return dk_ready_green (finding, "The recovery code was not used.");
  when = dk_time_format_local (used_ms);
  return dk_ready_red (finding,
                       "Make sure that who chose the passphrase of `recovery` was allowed to. Then "
                       "an administrator makes a new code: dkit recovery rotate -o F.pdf.",
                       "The recovery code was used (%s) and is spent.", when);
}

/* FALSE if the file of the escrow is the one that was written, and where it should be. */
static gboolean
find_escrow_fault (const DkEscrowState *state, DkFinding *finding)
{
  DkEscrowFile there = dk_escrow_look (state);

  if (there == DK_ESCROW_DIFFERENT)
    return dk_ready_red (finding,
                         "Find out what it is, then write the escrow anew: dkit escrow write.",
                         "%s is not the escrow that this kit wrote: another copy of the kit, or "
                         "somebody, has put another file there.",
                         state->written);
  if (there == DK_ESCROW_AWAY)
    return dk_ready_amber (finding,
                           "Look whether it lies where it is kept. If it is lost: dkit escrow "
                           "write.",
                           "The escrow cannot be read at %s: it was carried away, or its medium "
                           "is not plugged in.",
                           state->written);
  if (state->is_elsewhere)
    return dk_ready_amber (finding, "An administrator chooses its place: dkit escrow write.",
                           "This kit was copied, moved or restored since a place was chosen for "
                           "its escrow. The newest one lies in %s, and the next one is not "
                           "written to %s.",
                           state->written, state->path);
  if (g_strcmp0 (state->path, state->written) != 0)
    return dk_ready_amber (finding, "Carry it there, or write it anew: dkit escrow write.",
                           "The newest escrow lies in %s and not yet in %s.", state->written,
                           state->path);
  if (there == DK_ESCROW_UNKNOWN)
    return dk_ready_amber (finding, "Write it anew once: dkit escrow write.",
                           "Whether %s is still the escrow that was written is not known: this "
                           "kit noted no hash of it.",
                           state->written);
  return FALSE;
}

/* An escrow that is out of date opens nothing on the day it is needed. */
static gboolean
check_escrow (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (DkEscrowState) state = dk_escrow_get_state (readiness->kit, error);
  g_autofree char *age = NULL;
  gint64 old_ms;

  if (state == NULL)
    return FALSE;
  old_ms = MAX (0, dk_ready_now (readiness) - state->written_ms);
  age = dk_time_format_age (old_ms);
  if (state->recipient == NULL)
    return dk_ready_red (finding,
                         "An administrator writes it: dkit escrow write --to RECIPIENT -o FILE.",
                         "There is no escrow: if this PC's people and its recovery code are lost, "
                         "so is what the kit holds.");
  if (!state->is_current)
    return dk_ready_red (finding,
                         "An administrator unlocks the kit, which writes it anew, or uses dkit "
                         "escrow write.",
                         "The keys of this kit were changed, or it was restored, since the escrow "
                         "was written: it may not open this kit.");
  if (find_escrow_fault (state, finding))
    return TRUE;
  if (old_ms > ESCROW_DAYS_MAX * DK_READY_DAY_MS)
    return dk_ready_amber (finding,
                           "Try whether its identity still opens it, then write it anew: dkit "
                           "escrow write.",
                           "The escrow is %s old.", age);
  return dk_ready_green (finding, "The escrow is %s old.", age);
}

static DkReadyState
parse_state (const char *name)
{
  return g_str_equal (name, "red")     ? DK_READY_RED
         : g_str_equal (name, "amber") ? DK_READY_AMBER
                                       : DK_READY_GREEN;
}

static gboolean
check_backup (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (GPtrArray) places = dk_kit_backup_health (readiness->kit, error);
  g_autoptr (GString) text = g_string_new (NULL);
  DkReadyState state = DK_READY_GREEN;

  for (guint i = 0; places != NULL && i < places->len; i++) {
    const DkBackupHealth *place = g_ptr_array_index (places, i);
    g_autofree char *age
        = dk_time_format_age (MAX (0, dk_ready_now (readiness) - place->last_ms));
    state = MAX (state, parse_state (place->state));
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
  return dk_ready_found (finding, state, g_strdup (text->str),
                         state == DK_READY_GREEN
                             ? NULL
                             : "Make one now: dkit backup FILE, on another medium. Folders for "
                               "automatic ones stand in policy.yaml of the content.");
}

static void
append_count (GString *text, guint count, const char *one, const char *many)
{
  if (count > 0)
    g_string_append_printf (text, "%s %u %s", g_str_has_suffix (text->str, ":") ? "" : ",", count,
                            count == 1 ? one : many);
}

/* The first number is how long `dkit ticket list --waiting` is. */
static char *
describe_waiting (const DkTicketCounts *counts)
{
  guint not_sent = counts->waiting - counts->delivered;
  GString *text = g_string_new (NULL);

  if (counts->waiting == 0)
    g_string_append (text, "No final ticket waits");
  else
    g_string_append_printf (text, "%u final %s:", counts->waiting,
                            counts->waiting == 1 ? "ticket waits" : "tickets wait");
  append_count (text, not_sent, "is not handed over", "are not handed over");
  append_count (text, counts->delivered, "was handed over and is not verified",
                "were handed over and are not verified");
  append_count (text, counts->not_handed_over - not_sent, "more is not final yet",
                "more are not final yet");
  g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

static gboolean
check_handover (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char push[]
      = "When the ITSM is back: dkit itsm push. dkit ticket list --waiting lists them.";
  static const char verify[]
      = "Read back what became of them: dkit itsm verify. dkit ticket list --waiting lists them.";
  static const char end[] = "Look through them, and make final what is told: dkit ticket final N.";
  DkTicketCounts counts;
  gboolean any;

  if (!dk_ticket_store_count (readiness->store, &counts, error))
    return FALSE;
  any = counts.waiting > 0 || counts.not_handed_over > 0;
  return dk_ready_found (finding, any ? DK_READY_AMBER : DK_READY_GREEN,
                         describe_waiting (&counts),
                         !any                                 ? NULL
                         : counts.waiting > counts.delivered ? push
                         : counts.delivered > 0              ? verify
                                                              : end);
}

const DkReadyCheck DK_READY_KIT_CHECKS[] = {
  { { "file", "Kit file", "administrator", TRUE }, check_file },
  { { "missing", "What another state of the kit had", "administrator", FALSE }, check_missing },
  { { "lists", "Lists against the ledger", "administrator", TRUE }, check_lists },
  { { "backup", "Age of the second copy", "administrator", FALSE }, check_backup },
  { { "recovery", "Recovery code", "administrator", FALSE }, check_recovery },
  { { "escrow", "Escrow", "administrator", FALSE }, check_escrow },
  { { "hand-over", "Tickets not handed over", "shift lead", FALSE }, check_handover },
  { { NULL, NULL, NULL, FALSE }, NULL },
};
