/* SPDX-License-Identifier: MIT */
/* What the kit would be asked for in an outage: is it there, fresh, and from whom it should be? */
#include <string.h>

#include "app/model/rota.h"
#include "app/readiness/content-now.h"
#include "app/readiness/readiness-private.h"
#include "app/store/content-store.h"
#include "app/trust/trust-pack.h"
#include "app/trust/trust.h"

#define NAMED_MAX 10
#define ROTA_DAYS 14
#define NUMBER_DAYS 14
#define NUMBERS_RED 25 /* so many at once is no correction any more */
#define CORRECTION_DAYS 60
#define GET_PACK "Get a newer pack and apply it: dkit pack refresh, dkit pack apply."

static gboolean
check_content (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  gint64 now = dk_ready_now (readiness);
  g_autofree char *sentence = NULL;
  DkContentFacts facts;
  DkContentState state;

  if (!dk_content_now (readiness->store, &facts, error))
    return FALSE;
  state = dk_content_state (&facts, now);
  sentence = dk_content_state_sentence (state, &facts, now);
  if (state == DK_CONTENT_NORMAL)
    return dk_ready_green (finding, "%s", sentence);
  if (state == DK_CONTENT_AMBER)
    return dk_ready_amber (finding, GET_PACK, "%s", sentence);
  return dk_ready_red (finding, GET_PACK, "%s", sentence);
}

static void
append_owner (GString *owners, const DkRunbook *runbook)
{
  if (runbook->owner != NULL && strstr (owners->str, runbook->owner) == NULL)
    dk_ready_append_name (owners, runbook->owner);
}

/* An overdue runbook is amber; where most are, nobody looks after them. */
static gboolean
check_runbooks (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char remedy[] = "Ask their owners to read them and to publish a new pack.";
  g_autoptr (GPtrArray) runbooks = dk_content_store_runbooks (readiness->store, error);
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GString) owners = g_string_new (NULL);
  guint overdue = 0;

  if (runbooks == NULL)
    return FALSE;
  for (guint i = 0; i < runbooks->len; i++) {
    const DkRunbook *runbook = g_ptr_array_index (runbooks, i);
    if (!dk_runbook_is_overdue (runbook, dk_ready_now (readiness)))
      continue;
    if (overdue++ >= NAMED_MAX)
      continue;
    dk_ready_append_name (names, runbook->id);
    append_owner (owners, runbook);
  }
  if (overdue == 0)
    return dk_ready_green (finding, "%u %s, none past its review.", runbooks->len,
                           runbooks->len == 1 ? "runbook" : "runbooks");
  if (owners->len > 0)
    finding->owner = g_strdup (owners->str);
  if (overdue > NAMED_MAX)
    dk_ready_append_name (names, "...");
  return dk_ready_found (finding, overdue * 2 > runbooks->len ? DK_READY_RED : DK_READY_AMBER,
                         g_strdup_printf ("%u of %u runbooks are past their review: %s.", overdue,
                                          runbooks->len, names->str),
                         remedy);
}

/* The sources of imported contacts with their age. */
static gboolean
describe_sources (DkReadiness *readiness, GString *text, gint64 *oldest_ms, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (readiness->store),
                     "SELECT source, count(*), max(imported_ms) FROM own_contact GROUP BY source"
                     " ORDER BY source LIMIT 20");
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    gint64 at_ms;
    g_autofree char *age = NULL;
    if (!has_row)
      return TRUE;
    at_ms = dk_stmt_int (stmt, 2);
    age = dk_time_format_age (MAX (0, dk_ready_now (readiness) - at_ms));
    *oldest_ms = MIN (*oldest_ms, at_ms);
    g_string_append_printf (text, " %" G_GINT64_FORMAT " imported from %s, %s old.",
                            dk_stmt_int (stmt, 1), dk_stmt_text (stmt, 0), age);
  }
  return FALSE;
}

/* Lists within a kit are as old as their source; each import counts for itself. */
static gboolean
check_contacts (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char remedy[]
      = "Import the list again (dkit contact import), or apply a newer pack.";
  const DkPolicy *policy = readiness->policy;
  g_autoptr (GString) text = g_string_new (NULL);
  DkContentFacts facts;
  gint64 in_pack = 0;
  gint64 oldest_ms = G_MAXINT64;
  gint64 days;

  if (!dk_content_now (readiness->store, &facts, error)
      || !dk_content_store_count_contacts (readiness->store, 0, &in_pack, error))
    return FALSE;
  if (facts.created_ms > 0) {
    g_autofree char *age
        = dk_time_format_age (MAX (0, dk_ready_now (readiness) - facts.created_ms));
    oldest_ms = facts.created_ms;
    g_string_append_printf (text, "%" G_GINT64_FORMAT " from the pack, %s old.", in_pack, age);
  } else {
    g_string_append (text, "None from a pack.");
  }
  if (!describe_sources (readiness, text, &oldest_ms, error))
    return FALSE;
  if (oldest_ms == G_MAXINT64)
    return dk_ready_red (finding, remedy, "This kit has no contacts: nobody can be called.");
  days = MAX (0, dk_ready_now (readiness) - oldest_ms) / DK_READY_DAY_MS;
  if (days > policy->stale_days)
    return dk_ready_red (finding, remedy, "%s", text->str);
  if (days > policy->amber_days)
    return dk_ready_amber (finding, remedy, "%s", text->str);
  return dk_ready_green (finding, "%s", text->str);
}

static void
append_fault (DkReadiness *readiness, GString *text, const DkRotaFault *fault)
{
  g_autofree char *from = dk_time_format_short (fault->from_ms, dk_ready_now (readiness));
  g_autofree char *people = fault->contacts != NULL ? g_strjoinv (" and ", fault->contacts) : NULL;

  if (fault->kind == DK_ROTA_GAP)
    g_string_append_printf (text, " %s tier %d: nobody from %s.", fault->service, fault->tier,
                            from);
  else
    g_string_append_printf (text, " %s tier %d: %s together from %s.", fault->service,
                            fault->tier, people, from);
}

/* Who is on call now, and does the rota last? */
static gboolean
check_oncall (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char remedy[] = "The owner of the rota writes it on, and publishes a new pack.";
  gint64 now = dk_ready_now (readiness);
  g_autoptr (GPtrArray) shifts = dk_content_store_shifts (readiness->store, NULL, error);
  g_autoptr (GPtrArray) faults = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean now_nobody = FALSE;

  if (shifts == NULL)
    return FALSE;
  if (shifts->len == 0)
    return dk_ready_amber (finding, "Write one into the content (oncall/*.csv).",
                           "The content has no on-call rota: nobody sees here whom to call.");
  faults = dk_rota_faults (shifts, now, now + ROTA_DAYS * DK_READY_DAY_MS);
  for (guint i = 0; i < faults->len; i++) {
    const DkRotaFault *fault = g_ptr_array_index (faults, i);
    now_nobody = now_nobody || (fault->kind == DK_ROTA_GAP && fault->from_ms <= now);
    if (i < NAMED_MAX)
      append_fault (readiness, text, fault);
  }
  if (faults->len == 0)
    return dk_ready_green (finding, "No rota has a gap or a double in the next %d days.",
                           ROTA_DAYS);
  return dk_ready_found (finding, now_nobody ? DK_READY_RED : DK_READY_AMBER,
                         g_strdup_printf ("Gaps or doubles in the rota:%s%s", text->str,
                                          faults->len > NAMED_MAX ? " And more." : ""),
                         remedy);
}

static gboolean
check_devices (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  DkContentFacts facts;
  gint64 count;
  gint64 days;
  g_autofree char *age = NULL;

  if (!dk_content_now (readiness->store, &facts, error)
      || !dk_ready_number (readiness,
                           "SELECT count(*) FROM device WHERE pack ="
                           " (SELECT CAST (value AS INTEGER) FROM setting WHERE key = 'pack')",
                           NULL, &count, error))
    return FALSE;
  if (count == 0)
    return dk_ready_amber (finding, "Put the export of your device management into devices/.",
                           "The content has no list of devices: nobody sees here whose PC it is.");
  age = dk_time_format_age (MAX (0, dk_ready_now (readiness) - facts.created_ms));
  days = MAX (0, dk_ready_now (readiness) - facts.created_ms) / DK_READY_DAY_MS;
  if (days > readiness->policy->stale_days)
    return dk_ready_red (finding, GET_PACK, "%" G_GINT64_FORMAT " devices, %s old.", count, age);
  if (days > readiness->policy->amber_days)
    return dk_ready_amber (finding, GET_PACK, "%" G_GINT64_FORMAT " devices, %s old.", count, age);
  return dk_ready_green (finding, "%" G_GINT64_FORMAT " devices, %s old.", count, age);
}

/* Changes of numbers that a contact had, with who made them; those of a pack count from the day on
 * which it was applied. */
#define CHANGES                                                                              \
  "SELECT c.cause, count(*) FROM (SELECT x.cause FROM number_change AS x LEFT JOIN pack AS p" \
  " ON p.id = x.pack WHERE x.was IS NOT NULL AND (x.pack = 0 OR p.applied_ms > 0)"            \
  " AND iif (x.pack = 0, x.changed_ms, p.applied_ms) >= ?1 AND (x.cause LIKE 'pack %') = ?2"  \
  " LIMIT 5000) AS c GROUP BY c.cause ORDER BY count(*) DESC, c.cause"

/* "12 by pack city 3, 1 by correction". */
static gboolean
count_changes (DkReadiness *readiness, gboolean by_pack, gint64 *count, GString *text,
               GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (readiness->store), CHANGES);
  gboolean has_row;
  guint named = 0;

  dk_stmt_bind_int (stmt, 1, dk_ready_now (readiness) - NUMBER_DAYS * DK_READY_DAY_MS);
  dk_stmt_bind_int (stmt, 2, by_pack);
  *count = 0;
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return TRUE;
    *count += dk_stmt_int (stmt, 1);
    if (named++ < NAMED_MAX)
      g_string_append_printf (text, "%s%" G_GINT64_FORMAT " by %s", text->len > 0 ? ", " : "",
                              dk_stmt_int (stmt, 1), dk_stmt_text (stmt, 0));
  }
  return FALSE;
}

/* Numbers that a signed pack changed were shown when it was applied; what came in otherwise is
 * worth a second look, and many at once a question. */
static gboolean
check_numbers (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char remedy[]
      = "Call one of them back on a number that you know from elsewhere: dkit contact list shows "
        "which are new. A swapped number is how help desks are defrauded.";
  g_autoptr (GString) causes = g_string_new (NULL);
  gint64 by_pack;
  gint64 by_others;

  if (!count_changes (readiness, FALSE, &by_others, causes, error)
      || !count_changes (readiness, TRUE, &by_pack, causes, error))
    return FALSE;
  if (by_others == 0 && by_pack == 0)
    return dk_ready_green (finding, "No number changed within %d days.", NUMBER_DAYS);
  if (by_others == 0)
    return dk_ready_green (finding,
                           "%" G_GINT64_FORMAT " numbers changed within %d days, all by signed "
                           "packs: %s.",
                           by_pack, NUMBER_DAYS, causes->str);
  return dk_ready_found (
      finding, by_others >= NUMBERS_RED ? DK_READY_RED : DK_READY_AMBER,
      g_strdup_printf ("%" G_GINT64_FORMAT " numbers changed within %d days, %" G_GINT64_FORMAT
                       " of them by imports and corrections, which nobody has signed: %s.",
                       by_others + by_pack, NUMBER_DAYS, by_others, causes->str),
      remedy);
}

static gboolean
check_corrections (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  gint64 count;
  gint64 oldest_ms;
  g_autofree char *age = NULL;

  if (!dk_ready_number (readiness, "SELECT count(*) FROM correction WHERE state = 'open'", NULL,
                        &count, error)
      || !dk_ready_number (readiness, "SELECT min(at_ms) FROM correction WHERE state = 'open'",
                           NULL, &oldest_ms, error))
    return FALSE;
  if (count == 0)
    return dk_ready_green (finding, "The content says all that was corrected here.");
  age = dk_time_format_age (MAX (0, dk_ready_now (readiness) - oldest_ms));
  return dk_ready_found (
      finding,
      dk_ready_now (readiness) - oldest_ms > CORRECTION_DAYS * DK_READY_DAY_MS ? DK_READY_RED
                                                                                : DK_READY_AMBER,
      g_strdup_printf ("%" G_GINT64_FORMAT " %s made here %s not in the content yet, the oldest "
                       "for %s.",
                       count, count == 1 ? "correction" : "corrections",
                       count == 1 ? "is" : "are", age),
      "They go to the owners with the next hand-over (dkit itsm push); ask for a pack that has "
      "them.");
}

static gboolean
check_signers (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (DkTrust) trust = dk_trust_effective (readiness->store, error);

  if (trust == NULL)
    return FALSE;
  if (trust->is_unsigned && trust->holds)
    return dk_ready_red (finding,
                         "An administrator does this once, with the signer's paper at hand; what "
                         "is in force stays.",
                         "%s", (const char *) g_ptr_array_index (trust->problems, 0));
  if (trust->problems->len > 0 || !trust->holds)
    return dk_ready_red (finding,
                         "An administrator looks at it: dkit trust list, then dkit trust fold.",
                         "%s",
                         trust->problems->len > 0
                             ? (const char *) g_ptr_array_index (trust->problems, 0)
                             : "The list of whom this kit trusts does not hold.");
  if (trust->signers->len == 0)
    return dk_ready_red (finding,
                         "An administrator does this once: dkit trust add PUB --fingerprint TEXT.",
                         "Nobody is trusted to sign content for this kit.");
  if (trust->one_signer)
    return dk_ready_red (finding,
                         "Add a second signer, whose key lies elsewhere: dkit trust add PUB "
                         "--fingerprint TEXT, or by a pack.",
                         "Only one person signs content: that one alone can change whom this kit "
                         "trusts, and nobody can replace them.");
  return dk_ready_green (finding, "%u signers, %u revoked.", trust->signers->len,
                         trust->revoked->len);
}

const DkReadyCheck DK_READY_CONTENT_CHECKS[] = {
  { { "content", "Age of the content", "content owner", FALSE }, check_content },
  { { "contacts", "Age of the contacts", "content owner", FALSE }, check_contacts },
  { { "runbooks", "Reviews of runbooks", "content owner", FALSE }, check_runbooks },
  { { "on-call", "On-call rota", "content owner", FALSE }, check_oncall },
  { { "devices", "Age of the list of devices", "content owner", FALSE }, check_devices },
  { { "numbers", "Numbers that changed", "shift lead", FALSE }, check_numbers },
  { { "corrections", "Corrections not in the content", "content owner", FALSE },
    check_corrections },
  { { "signers", "Who signs content", "administrator", FALSE }, check_signers },
  { { NULL, NULL, NULL, FALSE }, NULL },
};
