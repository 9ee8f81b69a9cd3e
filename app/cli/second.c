/* SPDX-License-Identifier: MIT */
#include "app/kit/second.h"

#include "app/cli/cli.h"

DkPerson *
dk_cli_second (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *name = dk_args_get (args, "second");
  const char *file = dk_args_get (args, "second-passphrase-file");
  g_autofree char *prompt = NULL;
  g_autoptr (DkSecret) passphrase = NULL;

  if (name == NULL) {
    dk_cli_usage (error, "This takes two people: name the other one with --second NAME. Nothing "
                         "was changed.");
    return NULL;
  }
  prompt = g_strdup_printf ("Passphrase of %s: ", name);
  passphrase = file != NULL ? dk_secret_new_from_file (file, error)
                            : dk_cli_ask (prompt, "second-passphrase-file", error);
  return passphrase != NULL ? dk_kit_unlock_second (cli->kit, name, passphrase, error) : NULL;
}
