/* SPDX-License-Identifier: MIT */
#include "app/cli/people-commands.h"

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/db/connection.h"
#include "app/kit/people.h"
#include "app/kit/rekey.h"

DkDirectory *
dk_cli_directory (DkCli *cli, GError **error)
{
  return dk_kit_read_people (cli->kit, error);
}

gboolean
dk_cli_is_over (const DkSlotInfo *info)
{
  return info->valid_until_ms > 0 && info->valid_until_ms <= dk_clock_wall_ms ();
}

/* Of --new-passphrase-file or the terminal, with what it is to cost to guess it. */
static DkSecret *
get_new_passphrase (DkCli *cli, const DkArgs *args, const char *name, DkKdfParams *kdf,
                    GError **error)
{
  g_autoptr (DkSecret) passphrase
      = dk_cli_new_passphrase (cli, dk_args_get (args, "new-passphrase-file"), name, error);

  if (passphrase == NULL || !dk_cli_kdf (args, 0, kdf, error))
    return NULL;
  return g_steal_pointer (&passphrase);
}

static gboolean
run_passwd (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *name = dk_store_user (dk_cli_store (cli));
  DkKdfParams kdf;
  g_autoptr (DkSecret) passphrase = get_new_passphrase (cli, args, name, &kdf, error);

  if (passphrase == NULL || !dk_kit_change_passphrase (cli->kit, passphrase, kdf, error))
    return FALSE;
  dk_cli_say (cli, "The passphrase of %s is changed. The one before opens nothing any more.",
              name);
  dk_cli_take_document (cli, json_pack ("{s:s}", "user", name));
  return TRUE;
}

static gboolean
parse_role (const char *given, DkRole *role, GError **error)
{
  return dk_role_parse (given, role)
         || dk_cli_usage (error,
                          "There is no role \"%s\". Nothing was changed; roles are frontline, "
                          "lead, reconciler and admin.",
                          given);
}

/* A day alone is meant to its end, as people say it: local time. */
static gboolean
parse_until (const char *text, gint64 *until_ms, GError **error)
{
  g_autofree char *whole = g_regex_match_simple ("^\\d{4}-\\d{2}-\\d{2}$", text, 0, 0)
                               ? g_strconcat (text, "T23:59:59", NULL)
                               : g_strdup (text);

  return dk_time_parse (whole, "--valid-until", until_ms, error);
}

/* Role of --role: frontline is meant where the slot is shared. */
static gboolean
read_new_role (const DkArgs *args, gboolean shared, DkRole *role, GError **error)
{
  const char *given
      = shared && !dk_args_has (args, "role") ? "frontline" : dk_args_need (args, "role", error);

  if (given == NULL || !parse_role (given, role, error))
    return FALSE;
  if (shared && *role != DK_ROLE_FRONTLINE)
    return dk_cli_usage (error, "What several people share is front-line. Nothing was changed; "
                                "add a person with a name of their own.");
  return TRUE;
}

static gboolean
run_add (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *name = dk_args_word (args, 0);
  const char *until = dk_args_get (args, "valid-until");
  gboolean shared = dk_args_has (args, "shared");
  g_autoptr (DkSecret) passphrase = NULL;
  gint64 until_ms = 0;
  DkKdfParams kdf;
  DkRole role;

  if (!read_new_role (args, shared, &role, error)
      || (until != NULL && !parse_until (until, &until_ms, error)))
    return FALSE;
  passphrase = get_new_passphrase (cli, args, name, &kdf, error);
  if (passphrase == NULL
      || !(shared ? dk_kit_add_shared (cli->kit, name, passphrase, until_ms, kdf, error)
                  : dk_kit_add_user (cli->kit, name, role, passphrase, until_ms, kdf, error)))
    return FALSE;
  if (shared)
    dk_cli_say (cli, "Several people can open this kit as %s; each says who is there: --as NAME.",
                name);
  else
    dk_cli_say (cli, "%s can open this kit as %s.", name, dk_role_name (role));
  dk_cli_take_document (cli, json_pack ("{s:s, s:s, s:s, s:o}", "name", name, "role",
                                        dk_role_name (role), "kind", shared ? "shared" : "person",
                                        "valid_until", dk_cli_time (until_ms)));
  return TRUE;
}

static const char *
kind_name (DkSlotKind kind)
{
  return kind == DK_SLOT_RECOVERY ? "recovery" : kind == DK_SLOT_SHARED ? "shared" : "person";
}

static json_t *
slot_json (const DkSlotInfo *info)
{
  return json_pack ("{s:s, s:s, s:s, s:o, s:b}", "name", info->name, "role",
                    dk_role_name (info->role), "kind", kind_name (info->kind), "valid_until",
                    dk_cli_time (info->valid_until_ms), "expired", (int) dk_cli_is_over (info));
}

static gboolean
run_list (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_cli_directory (cli, error);
  json_t *list;

  if (directory == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    g_autofree char *until = NULL;
    const char *word;
    dk_directory_info (directory, i, &info);
    until = info.valid_until_ms > 0 ? dk_time_format_local (info.valid_until_ms) : g_strdup ("");
    word = *until == '\0' ? "" : dk_cli_is_over (&info) ? "  expired " : "  until ";
    dk_cli_say (cli, "%-20s  %-10s  %s%s%s", info.name, dk_role_name (info.role),
                kind_name (info.kind), word, until);
    json_array_append_new (list, slot_json (&info));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}

/* What the person has now; what the options say takes its place. *promoted: a new passphrase is
 * needed as well. */
static gboolean
read_access (DkCli *cli, const DkArgs *args, DkAccess *access, gboolean *promoted, GError **error)
{
  const char *role = dk_args_get (args, "role");
  const char *until = dk_args_get (args, "valid-until");
  g_autoptr (DkDirectory) directory = NULL;
  DkSlotInfo info = { .role = DK_ROLE_FRONTLINE };
  int slot;

  if (role == NULL && until == NULL)
    return dk_cli_usage (error, "Say what to change: --role R, --valid-until T, or both. Nothing "
                                "was changed.");
  directory = dk_cli_directory (cli, error);
  if (directory == NULL)
    return FALSE;
  slot = dk_directory_find (directory, dk_args_word (args, 0));
  if (slot >= 0)
    dk_directory_info (directory, (guint) slot, &info);
  access->role = info.role;
  access->valid_until_ms = info.valid_until_ms;
  if (g_strcmp0 (until, "none") == 0)
    access->valid_until_ms = 0;
  else if (until != NULL && !parse_until (until, &access->valid_until_ms, error))
    return FALSE;
  if (role != NULL && !parse_role (role, &access->role, error))
    return FALSE;
  *promoted = slot >= 0 && info.kind == DK_SLOT_PERSON
              && dk_keyring_get (dk_kit_keys (cli->kit), DK_KEY_ADMIN) != NULL
              && dk_kit_needs_new_passphrase (info.role, access->role);
  return TRUE;
}

/* What follows from a change of keys, which only people can do. */
static void
say_keys_changed (DkCli *cli)
{
  dk_cli_say (cli, "The keys of this kit are renewed. Make a backup now: those from before open "
                   "with the keys of before.\nWho seals content to this kit's leads needs its new "
                   "lead recipient: dkit info.");
}

static guint32
get_key_epoch (DkCli *cli)
{
  return dk_store_key_epoch (dk_cli_store (cli));
}

static gboolean
run_set (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *name = dk_args_word (args, 0);
  guint32 epoch = get_key_epoch (cli);
  guint told = dk_kit_messages (cli->kit)->len;
  g_autofree char *until = NULL;
  g_autoptr (DkSecret) passphrase = NULL;
  DkAccess access = { 0 };
  gboolean promoted = FALSE;

  if (!read_access (cli, args, &access, &promoted, error))
    return FALSE;
  if (promoted) {
    passphrase = get_new_passphrase (cli, args, name, &access.kdf, error);
    if (passphrase == NULL)
      return FALSE;
    access.passphrase = passphrase;
  }
  if (!dk_kit_set_user (cli->kit, name, &access, NULL, error))
    return FALSE;
  until = access.valid_until_ms > 0 ? dk_time_format_local (access.valid_until_ms) : NULL;
  dk_cli_say (cli, "%s is %s%s%s.", name, dk_role_name (access.role),
              until != NULL ? " until " : " without an end", until != NULL ? until : "");
  if (promoted)
    dk_cli_say (cli,
                "%s has new keys, and opens this kit with the new passphrase alone. You know it "
                "too: %s changes it first thing (dkit passwd).",
                name, name);
  if (get_key_epoch (cli) != epoch)
    say_keys_changed (cli);
  dk_cli_tell_messages_from (cli, told);
  dk_cli_take_document (cli, json_pack ("{s:s, s:s, s:o, s:b}", "name", name, "role",
                                        dk_role_name (access.role), "valid_until",
                                        dk_cli_time (access.valid_until_ms), "keys_renewed",
                                        (int) (get_key_epoch (cli) != epoch)));
  return TRUE;
}

static gboolean
run_remove (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *name = dk_args_word (args, 0);
  guint told = dk_kit_messages (cli->kit)->len;

  if (!dk_kit_remove_user (cli->kit, name, NULL, error))
    return FALSE;
  dk_cli_say (cli, "%s can open this kit no more.", name);
  say_keys_changed (cli);
  dk_cli_tell_messages_from (cli, told);
  dk_cli_take_document (cli, json_pack ("{s:s, s:i}", "removed", name, "key_epoch",
                                        (int) get_key_epoch (cli)));
  return TRUE;
}

static gboolean
run_reset (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *name = dk_args_word (args, 0);
  DkKdfParams kdf;
  g_autoptr (DkSecret) passphrase = get_new_passphrase (cli, args, name, &kdf, error);

  if (passphrase == NULL || !dk_kit_reset_user (cli->kit, name, passphrase, kdf, error))
    return FALSE;
  dk_cli_say (cli,
              "%s opens this kit with the new passphrase; the one before opens nothing any more.\n"
              "You know it too: %s changes it first thing (dkit passwd). For 24 hours the two of "
              "you do not count as two people.",
              name, name);
  dk_cli_take_document (cli, json_pack ("{s:s}", "user", name));
  return TRUE;
}

static void
say_member (DkCli *cli, const json_t *info, const char *name)
{
  const char *text = dk_json_get_text (info, name);
  const char *line = text != NULL ? g_strrstr_len (text, -1, "\nRW") : NULL;

  dk_cli_say (cli, "%-16s %s", name, line != NULL ? line + 1 : text);
}

static gboolean
run_renew_device (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autofree char *reason = dk_cli_reason (args, error);
  guint told = dk_kit_messages (cli->kit)->len;
  json_t *info;

  if (reason == NULL || !dk_kit_renew_device (cli->kit, reason, NULL, error))
    return FALSE;
  info = dk_kit_info (cli->kit, error);
  if (info == NULL)
    return FALSE;
  say_member (cli, info, "signer");
  say_member (cli, info, "recipient");
  dk_cli_say (cli, "\nThis PC has new keys. Who keeps the fleet list needs both: packs are sealed "
                   "to the recipient, and\nexports, backups and checkpoints are checked with the "
                   "signer. Packs on their way still open.\nMake a backup now: those from before "
                   "open with the keys of before.");
  dk_cli_tell_messages_from (cli, told);
  dk_cli_take_document (cli, info);
  return TRUE;
}

const DkCommand DK_CLI_PEOPLE_COMMANDS[] = {
  { "passwd", "[--new-passphrase-file F] [--kdf-mib N]",
    "change your own passphrase\n\n"
    "N is the memory that each guess at it costs; by default what this PC does in about a second.",
    "new-passphrase-file kdf-mib", 0, 0, DK_CLI_NEEDS_KIT, run_passwd },
  { "user add",
    "NAME --role R [--shared] [--new-passphrase-file F] [--valid-until T] [--kdf-mib N]",
    "let a person open this kit\n\n"
    "R is frontline, lead, reconciler or admin. --shared is for a passphrase that several people\n"
    "use at a desk: front-line, and each gives a name with --as NAME, which entries show as only\n"
    "asserted. Without a name of one's own nobody hands over, exports or approves. T is a time,\n"
    "2026-12-31T18:00, or a day to its end.",
    "role shared new-passphrase-file valid-until kdf-mib", 1, 1, DK_CLI_NEEDS_KIT, run_add },
  { "user list", "", "who can open this kit, and until when", "", 0, 0, DK_CLI_NEEDS_KIT,
    run_list },
  { "user set", "NAME [--role R] [--valid-until T|none] [--new-passphrase-file F] [--kdf-mib N]",
    "give a person another role or end\n\n"
    "A role that may read less renews what the person knew, as `user remove` does. Front-line\n"
    "people who get more rights get new keys, and a new passphrase with them: leads could open\n"
    "the keys of before.",
    "role valid-until new-passphrase-file kdf-mib", 1, 1, DK_CLI_NEEDS_KIT, run_set },
  { "user remove", "NAME",
    "let a person open this kit no more\n\n"
    "The keys are renewed: with what that person knows, nothing written from now on can be read.\n"
    "What was copied before stays readable with the passphrases of then. An administrator does\n"
    "this, and never to the last administrator. Needs about twice the size of the kit and 64 MiB\n"
    "free on its disk.",
    "", 1, 1, DK_CLI_NEEDS_KIT, run_remove },
  { "user reset", "NAME [--new-passphrase-file F] [--kdf-mib N]",
    "a new passphrase for a person who forgot it\n\n"
    "A lead does this for front-line people, an administrator for everybody. Each reset stands in\n"
    "the ledger; for 24 hours the two do not count as two people.",
    "new-passphrase-file kdf-mib", 1, 1, DK_CLI_NEEDS_KIT, run_reset },
  { "kit renew-device", "--reason T",
    "new keys for this PC, whose keys may be known to others\n\n"
    "Prints what who keeps the fleet list needs. The ledger goes on with a new chain, the numbers\n"
    "as before. An administrator does this.",
    "reason", 0, 0, DK_CLI_NEEDS_KIT, run_renew_device },
  { 0 },
};
