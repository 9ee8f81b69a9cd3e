/* SPDX-License-Identifier: MIT */
/* Who can open the kit, and would on the day it is needed. */
#include "app/readiness/readiness-private.h"

#define PEOPLE_DAYS 14

static gboolean
is_over (DkReadiness *readiness, const DkSlotInfo *info)
{
  return info->valid_until_ms > 0 && info->valid_until_ms <= dk_ready_now (readiness);
}

static gboolean
check_admins (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_kit_read_people (readiness->kit, error);
  guint admins = 0;

  if (directory == NULL)
    return FALSE;
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    dk_directory_info (directory, i, &info);
    if (info.kind == DK_SLOT_PERSON && info.role == DK_ROLE_ADMIN && !is_over (readiness, &info))
      admins++;
  }
  if (admins >= 2)
    return dk_ready_green (finding, "%u administrators.", admins);
  return dk_ready_red (finding, "Add a second administrator: dkit user add NAME --role admin.",
                       "Only one person can add people and change whom this kit trusts.");
}

/* Before a person stands in front of a kit that does not open. */
static gboolean
check_people (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_kit_read_people (readiness->kit, error);
  g_autoptr (GString) soon = g_string_new (NULL);
  g_autoptr (GString) over = g_string_new (NULL);
  gint64 limit = dk_ready_now (readiness) + PEOPLE_DAYS * DK_READY_DAY_MS;

  if (directory == NULL)
    return FALSE;
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    dk_directory_info (directory, i, &info);
    if (info.valid_until_ms > 0 && info.valid_until_ms < limit)
      dk_ready_append_name (is_over (readiness, &info) ? over : soon, info.name);
  }
  if (soon->len == 0 && over->len == 0)
    return dk_ready_green (finding, "Nobody's time in this kit ends within %d days.", PEOPLE_DAYS);
  return dk_ready_amber (
      finding, "Give a new end, dkit user set NAME --valid-until T, or dkit user remove NAME.",
      "People whose time in this kit %s%s%s%s%s.", soon->len > 0 ? "ends soon: " : "", soon->str,
      soon->len > 0 && over->len > 0 ? "; " : "", over->len > 0 ? "is over: " : "", over->str);
}

/* Entries of such a slot name somebody whom nobody checked. */
static gboolean
check_shared (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_kit_read_people (readiness->kit, error);
  g_autoptr (GString) names = g_string_new (NULL);

  if (directory == NULL)
    return FALSE;
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    dk_directory_info (directory, i, &info);
    if (info.kind == DK_SLOT_SHARED)
      dk_ready_append_name (names, info.name);
  }
  if (names->len == 0)
    return dk_ready_green (finding, "Everybody has a passphrase of their own.");
  return dk_ready_amber (finding,
                         "Give each person a name of their own (dkit user add); reset a shared "
                         "passphrase when somebody leaves.",
                         "Passphrases that several people use: %s.", names->str);
}

/* The end of a canonical line of that person. New string. */
static char *
end_of_line (const char *name)
{
  g_autoptr (json_t) members = json_pack ("{s:s, s:i}", "user", name, "v", 1);
  g_autofree char *text = dk_json_canonical (members, NULL);

  return g_strconcat (text + 1, "\n", NULL);
}

/* When that person unlocked this kit last, 0 = never. The expression is that of its index. */
static gboolean
find_unlock (DkReadiness *readiness, const char *name, gint64 *at_ms, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (readiness->store),
      "SELECT line FROM entry WHERE kind = 'unlock'"
      " AND substr (CAST (line AS TEXT), instr (CAST (line AS TEXT), '\"user\":\"')) = ?1"
      " AND +station = ?2 ORDER BY id DESC LIMIT 1");
  g_autofree char *end = end_of_line (name);

  dk_stmt_bind_text (stmt, 1, end);
  dk_stmt_bind_text (stmt, 2, dk_store_identity (readiness->store)->station);
  return dk_ready_recorded (stmt, at_ms, error);
}

typedef struct {
  GString *late; /* names */
  guint admins;  /* who unlocked */
  guint people;
} Unlocks;

/* Sorts everybody with a passphrase of their own into those who unlocked and those who may have
 * forgotten how. */
static gboolean
sort_people (DkReadiness *readiness, gint64 since_ms, Unlocks *unlocks, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_kit_read_people (readiness->kit, error);

  for (guint i = 0; directory != NULL && i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    gint64 at_ms;
    dk_directory_info (directory, i, &info);
    if (info.kind != DK_SLOT_PERSON || is_over (readiness, &info))
      continue;
    if (!find_unlock (readiness, info.name, &at_ms, error))
      return FALSE;
    unlocks->people++;
    if (at_ms >= since_ms)
      unlocks->admins += info.role == DK_ROLE_ADMIN ? 1 : 0;
    else
      dk_ready_append_name (unlocks->late, info.name);
  }
  return directory != NULL;
}

/* A passphrase that nobody has typed for months is forgotten on the day it is needed. */
static gboolean
check_unlocks (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char remedy[]
      = "Ask them to unlock this kit once; who cannot gets a new passphrase: dkit user reset NAME.";
  int days = readiness->policy->readiness.unlock_days;
  g_autoptr (GString) late = g_string_new (NULL);
  Unlocks unlocks = { .late = late };

  if (!sort_people (readiness, dk_ready_now (readiness) - days * DK_READY_DAY_MS, &unlocks, error))
    return FALSE;
  if (unlocks.admins == 0)
    return dk_ready_red (finding, remedy,
                         "No administrator has unlocked this kit within %d days. Late: %s.", days,
                         late->str);
  if (late->len > 0)
    return dk_ready_amber (finding, remedy,
                           "Who did not unlock this kit within %d days may have forgotten the "
                           "passphrase: %s.",
                           days, late->str);
  return dk_ready_green (finding, "Everybody (%u) unlocked this kit within the last %d days.",
                         unlocks.people, days);
}

const DkReadyCheck DK_READY_PEOPLE_CHECKS[] = {
  { { "admins", "Administrators", "administrator", FALSE }, check_admins },
  { { "people", "Ends of access", "administrator", FALSE }, check_people },
  { { "shared", "Shared passphrases", "administrator", FALSE }, check_shared },
  { { "unlocks", "Last unlock of each person", "shift lead", FALSE }, check_unlocks },
  { { NULL, NULL, NULL, FALSE }, NULL },
};
