/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/cli/cli.h"
#include "app/cli/copy-commands.h"
#include "app/kit/backup.h"
#include "app/kit/restore.h"

static gboolean
make_sealed (DkCli *cli, const DkArgs *args, const char *path, GError **error)
{
  const char *recipient = dk_args_get (args, "to");
  g_autofree char *reason = dk_cli_reason (args, error);

  if (reason == NULL || !dk_kit_backup_to (cli->kit, path, recipient, reason, NULL, error))
    return FALSE;
  dk_cli_say (cli, "%s", path);
  dk_cli_say (cli, "The ledger and its words, sealed to %s. It was read back and its signature "
                   "holds; whether the recipient's key opens it, only its holder can try.",
              recipient);
  dk_cli_take_document (cli, json_pack ("{s:s, s:s}", "file", path, "recipient", recipient));
  return TRUE;
}

static gboolean
run_backup (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *path = dk_args_word (args, 0);

  if (strcmp (path, "-") == 0)
    return dk_cli_usage (error, "A backup cannot be written to standard output: it is read back "
                                "and checked. Nothing was done; name a file.");
  if (dk_args_has (args, "to"))
    return make_sealed (cli, args, path, error);
  if (dk_args_has (args, "reason"))
    return dk_cli_usage (error, "--reason goes with --to. Nothing was done.");
  if (!dk_kit_backup (cli->kit, path, NULL, error))
    return FALSE;
  dk_cli_say (cli, "%s", path);
  dk_cli_say (cli, "It was read back, opened and checked. It opens with today's passphrases.");
  dk_cli_take_document (cli, json_pack ("{s:s, s:n}", "file", path, "recipient"));
  return TRUE;
}

/* Who opens the backup: --user, or the only person in it. New string. */
static char *
find_user (const DkCli *cli, DkKitRestore *restore, GError **error)
{
  g_autoptr (GPtrArray) people = dk_kit_restore_people (restore);
  g_autoptr (GString) names = g_string_new (NULL);

  if (cli->user_given != NULL)
    return g_strdup (cli->user_given);
  if (people->len == 1)
    return g_strdup (g_ptr_array_index (people, 0));
  for (guint i = 0; i < people->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (people, i));
  dk_cli_usage (error, "Say who you are with --user NAME. People of this backup: %s.", names->str);
  return NULL;
}

static void
tell (DkCli *cli, DkKitRestore *restore, const char *folder, const char *kept)
{
  const json_t *facts = dk_kit_restore_facts (restore);
  GPtrArray *messages = dk_kit_restore_messages (restore);

  for (guint i = 0; i < messages->len; i++)
    dk_cli_message ("dkit: %s", (const char *) g_ptr_array_index (messages, i));
  dk_cli_say (cli, "Restored station %s as it was at %s.", dk_json_get_text (facts, "station"),
              dk_json_get_text (facts, "created"));
  if (kept != NULL)
    dk_cli_say (cli, "The kit that was in place is kept as %s/%s.", folder, kept);
  dk_cli_take_document (
      cli, json_pack ("{s:s, s:s, s:s, s:I, s:s, s:o}", "folder", folder, "station",
                      dk_json_get_text (facts, "station"), "created",
                      dk_json_get_text (facts, "created"), "sequence",
                      (json_int_t) dk_json_get_int (facts, "sequence", 0), "kit",
                      dk_json_get_text (facts, "kit"), "kept", dk_json_string (kept)));
}

static gboolean
run_restore (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autofree char *folder = dk_cli_folder (cli);
  g_autoptr (DkKitRestore) restore
      = dk_kit_restore_new (folder, dk_args_word (args, 0), NULL, error);
  g_autofree char *user = restore != NULL ? find_user (cli, restore, error) : NULL;
  g_autofree char *prompt = NULL;
  g_autofree char *kept = NULL;
  g_autoptr (DkSecret) passphrase = NULL;

  if (user == NULL)
    return FALSE;
  prompt = g_strdup_printf ("Passphrase of %s when the backup was made: ", user);
  passphrase = dk_cli_passphrase (cli, prompt, error);
  if (passphrase == NULL
      || !dk_kit_restore_unlock (restore, user, passphrase, dk_args_has (args, "older-keys"), NULL,
                                 error)
      || !dk_kit_restore_finish (restore, &kept, error))
    return FALSE;
  tell (cli, restore, folder, kept);
  cli->kit = dk_kit_open_as (folder, user, cli->as_given, passphrase, NULL, error);
  if (cli->kit == NULL) {
    g_prefix_error (error, "The backup is in place, but it could not be opened yet: ");
    return FALSE;
  }
  dk_cli_tell_messages (cli);
  return TRUE;
}

void
dk_cli_backup_due (DkCli *cli, gboolean is_done)
{
  g_autoptr (GError) failed = NULL;
  guint before = cli->kit != NULL ? dk_kit_messages (cli->kit)->len : 0;

  if (cli->kit == NULL || dk_kit_store (cli->kit) == NULL)
    return;
  if (!dk_kit_backup_auto (cli->kit, DK_BACKUP_WHILE_OPEN, NULL, &failed))
    dk_cli_message ("dkit: %s%s", failed->message,
                    is_done ? " What you did is done and stored." : "");
  for (guint i = before; i < dk_kit_messages (cli->kit)->len; i++)
    dk_cli_message ("dkit: %s",
                    (const char *) g_ptr_array_index (dk_kit_messages (cli->kit), i));
}

const DkCommand DK_CLI_COPY_COMMANDS[] = {
  { "backup", "F [--to RECIPIENT --reason T]", "copy the kit to a file that restore takes\n\n"
    "The copy is sealed as the kit is, read back, opened and checked before it gets its name.\n"
    "An earlier backup of this kit at F is replaced, any other file is left. With --to the\n"
    "ledger and its words are sealed to an age recipient instead, for unzip, minisign, age and\n"
    "b2sum; that is for leads, reconcilers and admins, and the reason is kept.",
    "to reason", 1, 1, DK_CLI_NEEDS_KIT, run_backup },
  { "restore", "F [--older-keys]", "put a backup in the place of the kit in --kit\n\n"
    "Opens with a passphrase as it was when the backup was made. The kit in place is kept beside\n"
    "it under a name with the date; numbers go on so that none is given out twice. A backup with\n"
    "older people or keys than the kit in place is refused, unless an administrator of the latter\n"
    "adds --older-keys: who was removed since can then open the kit again.",
    "older-keys", 1, 1, DK_CLI_NOT_IN_BATCH, run_restore },
  { 0 },
};
