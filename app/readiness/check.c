/* SPDX-License-Identifier: MIT */
#include "app/readiness/check.h"

#include <string.h>

#include "app/readiness/readiness-private.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"

#define WHOLE_DAYS_MAX 31
#define ENTRIES_MAX 10000

/* In the order in which they are shown: the kit itself, its people, its content, this PC, and what
 * only people can look at. */
static const DkReadyCheck *const TABLES[] = {
  DK_READY_KIT_CHECKS,     DK_READY_CONTENT_CHECKS, DK_READY_ARRIVAL_CHECKS,
  DK_READY_PEOPLE_CHECKS,  DK_READY_PC_CHECKS,      DK_READY_ATTESTED_CHECKS,
};

DkReadiness *
dk_readiness_new (DkKit *kit)
{
  DkReadiness *readiness = g_new0 (DkReadiness, 1);

  readiness->kit = kit;
  return readiness;
}

void
dk_readiness_set_now (DkReadiness *readiness, gint64 now_ms)
{
  readiness->now_ms = now_ms;
}

void
dk_readiness_set_root (DkReadiness *readiness, const char *root)
{
  g_free (readiness->root);
  readiness->root = g_strdup (root);
}

gint64
dk_ready_now (const DkReadiness *readiness)
{
  return readiness->now_ms != 0 ? readiness->now_ms : dk_clock_wall_ms ();
}

const GPtrArray *
dk_readiness_checks (void)
{
  static gsize made;
  static GPtrArray *checks;

  if (g_once_init_enter (&made)) {
    checks = g_ptr_array_new ();
    for (gsize t = 0; t < G_N_ELEMENTS (TABLES); t++)
      for (const DkReadyCheck *c = TABLES[t]; c->facts.name != NULL; c++)
        g_ptr_array_add (checks, (gpointer) (guintptr) &c->facts);
    g_once_init_leave (&made, 1);
  }
  return checks;
}

const DkCheck *
dk_readiness_find (const char *name)
{
  const GPtrArray *checks = dk_readiness_checks ();

  for (guint i = 0; i < checks->len; i++) {
    const DkCheck *check = g_ptr_array_index (checks, i);
    if (strcmp (check->name, name) == 0)
      return check;
  }
  return NULL;
}

gboolean
dk_ready_found (DkFinding *finding, DkReadyState state, char *detail, const char *remedy)
{
  g_autofree char *given = detail;

  g_assert ((state == DK_READY_GREEN) == (remedy == NULL));
  finding->state = state;
  /* names of printers and folders are bytes */
  finding->detail = g_utf8_make_valid (given, -1);
  finding->remedy = g_strdup (remedy);
  return TRUE;
}

static gboolean tell (DkFinding *finding, DkReadyState state, const char *remedy,
                      const char *format, va_list values) G_GNUC_PRINTF (4, 0);

static gboolean
tell (DkFinding *finding, DkReadyState state, const char *remedy, const char *format,
      va_list values)
{
  return dk_ready_found (finding, state, g_strdup_vprintf (format, values), remedy);
}

gboolean
dk_ready_green (DkFinding *finding, const char *format, ...)
{
  gboolean done;
  va_list values;

  va_start (values, format);
  done = tell (finding, DK_READY_GREEN, NULL, format, values);
  va_end (values);
  return done;
}

gboolean
dk_ready_amber (DkFinding *finding, const char *remedy, const char *format, ...)
{
  gboolean done;
  va_list values;

  va_start (values, format);
  done = tell (finding, DK_READY_AMBER, remedy, format, values);
  va_end (values);
  return done;
}

gboolean
dk_ready_red (DkFinding *finding, const char *remedy, const char *format, ...)
{
  gboolean done;
  va_list values;

  va_start (values, format);
  done = tell (finding, DK_READY_RED, remedy, format, values);
  va_end (values);
  return done;
}

void
dk_ready_append_name (GString *names, const char *name)
{
  g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
}

static void
set_owner (DkReadiness *readiness, DkFinding *finding)
{
  const char *owner
      = dk_readiness_policy_owner (&readiness->policy->readiness, finding->check->name);
  g_autoptr (DkContact) contact = NULL;

  if (finding->owner == NULL)
    finding->owner = g_strdup (owner != NULL ? owner : finding->check->owner);
  if (owner == NULL)
    return;
  contact = dk_content_store_contact (readiness->store, finding->owner, NULL);
  if (contact != NULL)
    finding->owner_name = g_strdup (contact->name);
}

/* The store is another one after a change of keys. */
static void
look_again (DkReadiness *readiness)
{
  readiness->store = dk_kit_store (readiness->kit);
  readiness->policy = dk_store_policy (readiness->store);
}

/* Best effort: a kit that cannot be written is checked all the same. */
static void
remember (DkReadiness *readiness, const DkFinding *finding)
{
  g_autofree char *key = g_strconcat ("checked:", finding->check->name, NULL);
  g_autoptr (json_t) kept
      = json_pack ("{s:I, s:i, s:s, s:o}", "at", (json_int_t) dk_ready_now (readiness), "state",
                   (int) finding->state, "detail", finding->detail, "remedy",
                   dk_json_string (finding->remedy));
  g_autofree char *text = kept != NULL ? dk_json_canonical (kept, NULL) : NULL;
  g_autoptr (GError) failed = NULL;

  if (text == NULL || dk_store_is_read_only (readiness->store)
      || !dk_store_set_setting (readiness->store, key, text, &failed))
    g_debug ("result of %s not kept", finding->check->name);
}

DkFinding *
dk_readiness_run (DkReadiness *readiness, const DkCheck *check)
{
  const DkReadyCheck *full = (const DkReadyCheck *) (const void *) check;
  g_autoptr (GError) failed = NULL;
  DkFinding *finding = g_new0 (DkFinding, 1);

  look_again (readiness);
  finding->check = check;
  if (!full->run (readiness, finding, &failed)) {
    g_autofree char *detail = g_strdup_printf ("This could not be checked: %s", failed->message);
    (void) dk_ready_found (finding, DK_READY_RED, g_steal_pointer (&detail),
                           "Mend that first, then run dkit doctor again.");
  } else if (check->is_whole) {
    remember (readiness, finding);
  }
  set_owner (readiness, finding);
  return finding;
}

/* What `remember` kept, or amber. */
static void
recall_kept (DkReadiness *readiness, const json_t *kept, DkFinding *finding)
{
  gint64 at_ms = dk_json_get_int (kept, "at", 0);
  gint64 state = dk_json_get_int (kept, "state", -1);
  const char *detail = dk_json_get_text (kept, "detail");
  gint64 age_ms = MAX (0, dk_ready_now (readiness) - at_ms);
  g_autofree char *age = dk_time_format_age (age_ms);

  if (detail == NULL || state < DK_READY_GREEN || state > DK_READY_RED)
    (void) dk_ready_found (finding, DK_READY_AMBER, g_strdup ("This was not looked at yet."),
                           "Look at the whole kit once: dkit doctor.");
  else if (state != DK_READY_GREEN)
    (void) dk_ready_found (finding, (DkReadyState) state,
                           g_strdup_printf ("%s (found %s ago)", detail, age),
                           dk_json_get_text (kept, "remedy"));
  else
    (void) dk_ready_found (finding,
                           age_ms > WHOLE_DAYS_MAX * DK_READY_DAY_MS ? DK_READY_AMBER
                                                                     : DK_READY_GREEN,
                           g_strdup_printf ("%s (looked at %s ago)", detail, age),
                           age_ms > WHOLE_DAYS_MAX * DK_READY_DAY_MS
                               ? "Look at the whole kit again: dkit doctor."
                               : NULL);
}

DkFinding *
dk_readiness_recall (DkReadiness *readiness, const DkCheck *check)
{
  g_autofree char *key = g_strconcat ("checked:", check->name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (json_t) kept = NULL;
  g_autoptr (GError) failed = NULL;
  DkFinding *finding;

  if (!check->is_whole)
    return dk_readiness_run (readiness, check);
  look_again (readiness);
  finding = g_new0 (DkFinding, 1);
  finding->check = check;
  text = dk_store_get_setting (readiness->store, key, &failed);
  if (text != NULL)
    kept = dk_json_parse (text, strlen (text), 64u << 10, "a kept result", NULL);
  recall_kept (readiness, kept, finding);
  set_owner (readiness, finding);
  return finding;
}

/* The partial index serves only a kind that stands in the statement itself. */
#define NEWEST(kind)                                                                              \
  "SELECT e.line, b.body FROM entry AS e LEFT JOIN entry_body AS b ON b.entry = e.id"             \
  " WHERE e.kind = '" kind "' AND e.object = ?1 ORDER BY e.id DESC LIMIT ?2"

static const char *
newest_of (const char *kind)
{
  if (strcmp (kind, "unlock") == 0)
    return NEWEST ("unlock");
  if (strcmp (kind, DK_ENTRY_SHIFT_CHECK) == 0)
    return NEWEST (DK_ENTRY_SHIFT_CHECK);
  g_assert_cmpstr (kind, ==, DK_ENTRY_READINESS_ATTESTED);
  return NEWEST (DK_ENTRY_READINESS_ATTESTED);
}

GPtrArray *
dk_ready_entries (DkReadiness *readiness, const char *kind, const char *object, guint limit,
                  GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (readiness->store), newest_of (kind));

  dk_stmt_bind_text (stmt, 1, object != NULL ? object : "");
  dk_stmt_bind_int (stmt, 2, MIN (limit, ENTRIES_MAX));
  return dk_ledger_read (stmt, error);
}

gboolean
dk_ready_recorded (DkStmt *stmt, gint64 *at_ms, GError **error)
{
  g_autoptr (DkEntry) entry = NULL;
  gboolean has_row;
  const char *line;
  gsize size;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *at_ms = 0;
  if (!has_row)
    return TRUE;
  line = dk_stmt_blob (stmt, 0, &size);
  entry = dk_entry_parse_line (line, size, error);
  if (entry != NULL)
    *at_ms = entry->recorded_ms;
  return entry != NULL;
}

static gboolean
read_number (DkStmt *stmt, gint64 *number, GError **error)
{
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *number = has_row ? dk_stmt_int (stmt, 0) : 0;
  return TRUE;
}

gboolean
dk_ready_number (DkReadiness *readiness, const char *sql, const char *text, gint64 *number,
                 GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (readiness->store), sql);

  if (text != NULL)
    dk_stmt_bind_text (stmt, 1, text);
  return read_number (stmt, number, error);
}

const char *
dk_ready_state_name (DkReadyState state)
{
  return state == DK_READY_GREEN ? "green" : state == DK_READY_AMBER ? "amber" : "red";
}

json_t *
dk_finding_to_json (const DkFinding *finding)
{
  return json_pack ("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "check", finding->check->name, "title",
                    finding->check->title, "state", dk_ready_state_name (finding->state),
                    "detail", finding->detail, "remedy", dk_json_string (finding->remedy), "owner",
                    dk_json_string (finding->owner), "owner_name",
                    dk_json_string (finding->owner_name));
}

void
dk_finding_free (DkFinding *finding)
{
  if (finding == NULL)
    return;
  g_free (finding->detail);
  g_free (finding->remedy);
  g_free (finding->owner);
  g_free (finding->owner_name);
  g_free (finding);
}

void
dk_readiness_free (DkReadiness *readiness)
{
  if (readiness == NULL)
    return;
  g_free (readiness->root);
  g_free (readiness);
}
