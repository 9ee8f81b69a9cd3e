/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/platform.h"
#include "app/cli/cli.h"
#include "app/cli/recovery-commands.h"

/* Of a public key file the line that counts. */
static const char *
last_line (const json_t *value)
{
  const char *text = json_string_value (value);
  const char *line = strchr (text, '\n');

  return line != NULL && g_str_has_prefix (text, "untrusted comment:") ? line + 1 : text;
}

/* Shows every text member of a flat document as "key  value". */
static void
say_members (DkCli *cli, const json_t *document)
{
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) (guintptr) document, key, value)
    if (json_is_string (value))
      dk_cli_say (cli, "%-16s %s", key, last_line (value));
    else if (json_is_integer (value))
      dk_cli_say (cli, "%-16s %" JSON_INTEGER_FORMAT, key, json_integer_value (value));
}

static gboolean
create_kit (DkCli *cli, const DkArgs *args, const char *folder, const char *user,
            DkSecret **recovery, GError **error)
{
  const char *trust = dk_args_get (args, "trust");
  g_autofree char *trusted = NULL;
  g_autoptr (DkSecret) passphrase = NULL;
  DkKitInit init = { .user = user, .trust = NULL };

  init.site = dk_args_need (args, "site", error);
  init.station = init.site != NULL ? dk_args_need (args, "station", error) : NULL;
  if (init.station == NULL || !dk_cli_kdf (args, 0, &init.kdf, error))
    return FALSE;
  trusted = trust != NULL ? dk_cli_public_key (trust, error) : NULL;
  if (trust != NULL && trusted == NULL)
    return FALSE;
  passphrase = dk_cli_new_passphrase (cli, cli->passphrase_file, user, error);
  if (passphrase == NULL)
    return FALSE;
  init.passphrase = passphrase;
  init.trust = trusted;
  if (!dk_kit_create (folder, &init, recovery, error))
    return FALSE;
  cli->kit = dk_kit_open (folder, user, passphrase, NULL, error);
  return cli->kit != NULL;
}

/* The kit is there and its code is never shown again, so it must be told even so. */
static void
tell_unopened (DkCli *cli, const DkSecret *recovery, GError **error)
{
  g_autofree char *why = error != NULL ? g_strdup ((*error)->message) : NULL;

  dk_cli_say (cli, "%-16s %s", "recovery_code", (const char *) dk_secret_get (recovery));
  dk_cli_take_document (cli, json_pack ("{s:s}", "recovery_code",
                                        (const char *) dk_secret_get (recovery)));
  g_clear_error (error);
  g_set_error (error, DK_ERROR, DK_ERROR_PARTIAL,
               "The kit was made but could not be opened yet. Write the recovery code on paper "
               "now; it is never shown again. %s",
               why);
}

static gboolean
run_init (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autofree char *folder = dk_cli_folder (cli);
  g_autofree char *user
      = cli->user_given != NULL ? g_strdup (cli->user_given) : dk_platform_user_name ();
  g_autoptr (DkSecret) recovery = NULL;
  const char *shared = NULL;
  const char *sheet
      = dk_args_has (args, "output") ? dk_cli_output (args, DK_OUTPUT_NEW, error) : NULL;
  json_t *info;

  if ((dk_args_has (args, "output") && sheet == NULL) || !dk_cli_try_sheet (sheet, error))
    return FALSE;
  if (!create_kit (cli, args, folder, user, &recovery, error)) {
    if (recovery != NULL)
      tell_unopened (cli, recovery, error);
    return FALSE;
  }
  dk_cli_tell_messages (cli);
  info = dk_kit_info (cli->kit, error);
  if (info == NULL)
    return FALSE;
  say_members (cli, info);
  dk_cli_take_document (cli, info);
  if (!dk_cli_tell_code (cli, args, sheet, recovery, info, error))
    return FALSE;
  dk_cli_say (cli,
              "\n%s is the administrator of this kit. %s\n"
              "lock it away: it opens the kit if every passphrase is forgotten, and is never\n"
              "shown again.",
              user, sheet != NULL ? "Print the sheet and" : "Write the recovery code on paper and");
  if (dk_platform_is_shared_path (folder, &shared))
    dk_cli_message ("dkit: This folder lies on %s. A kit belongs on the PC's own disk: copies that "
                    "are made while it is open do not open.",
                    shared);
  return TRUE;
}

static gboolean
run_info (DkCli *cli, const DkArgs *args, GError **error)
{
  json_t *info = dk_kit_info (cli->kit, error);

  if (info == NULL)
    return FALSE;
  say_members (cli, info);
  dk_cli_take_document (cli, info);
  return TRUE;
}

static gboolean
run_go_on (DkCli *cli, const DkArgs *args, GError **error)
{
  gboolean done;

  cli->go_on_reason = dk_args_need (args, "reason", error);
  done = cli->go_on_reason != NULL && dk_cli_open_kit (cli, error);
  cli->go_on_reason = NULL;
  if (done)
    dk_cli_say (cli, "The kit is open again, without its journal. Compare its last tickets with "
                     "paper and with what callers were told.");
  return done;
}

const DkCommand DK_CLI_KIT_COMMANDS[] = {
  { "init", "--site S --station C [--trust PUB] [--kdf-mib N] [-o F.pdf]",
    "make a new kit; the first person is its administrator\n\n"
    "S is the site (CARY), C the code of this PC in the fleet: 1 to 8 capitals and digits (A07).\n"
    "PUB is the public key, or its file, of who signs content. The recovery code is shown once;\n"
    "with -o it stands on a sheet for a sealed envelope (F.pdf, --paper a4|letter) instead.",
    "site station trust kdf-mib output paper", 0, 0, DK_CLI_NOT_IN_BATCH, run_init },
  { "demo", "", "make a kit with sample content to try things out\n\n"
    "Two people can open it; their passphrases are printed. Nobody in the sample content exists.",
    "kdf-mib", 0, 0, DK_CLI_NOT_IN_BATCH, dk_cli_demo },
  { "info", "", "ids and public keys of the kit, as a fleet list needs them", "", 0, 0,
    DK_CLI_NEEDS_KIT, run_info },
  { "kit go-on", "--reason T", "open a kit whose journal is lost, with what is left\n\n"
    "What was captured last may be missing. A lead decides this; the reason is kept.",
    "reason", 0, 0, DK_CLI_NOT_IN_BATCH, run_go_on },
  { 0 },
};
