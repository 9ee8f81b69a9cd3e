/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <stdio.h>

#include "app/base/platform.h"
#include "app/cli/cli.h"
#include "app/cli/copy-commands.h"

static void
set_globals (DkCli *cli, const DkArgs *args)
{
  cli->folder_given = dk_args_get (args, "kit");
  cli->user_given = dk_args_get (args, "user");
  cli->as_given = dk_args_get (args, "as");
  cli->passphrase_file = dk_args_get (args, "passphrase-file");
  cli->json = dk_args_has (args, "json");
  cli->quiet = dk_args_has (args, "quiet");
}

/* Closing writes back and signs; its error counts only if the command itself went well. */
static void
close_kit (DkCli *cli, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (cli->kit == NULL || dk_kit_close (&cli->kit, &failed))
    return;
  if (error != NULL && *error == NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  else
    dk_cli_message ("%s", failed->message);
}

static int
finish (DkCli *cli, GError *failed)
{
  g_autofree char *output = NULL;
  int code;

  dk_cli_backup_due (cli, failed == NULL);
  close_kit (cli, &failed);
  output = dk_cli_take_output (cli, failed);
  code = dk_error_exit_code (failed);
  if (failed != NULL)
    dk_cli_message ("dkit: %s", failed->message);
  if (!dk_cli_write (output) && code == 0) {
    dk_cli_message ("dkit: Standard output could not be written. What was done stays done.");
    code = 1;
  }
  g_clear_error (&failed);
  g_string_free (cli->text, TRUE);
  json_decref (cli->document);
  return code;
}

static gboolean
run (DkCli *cli, int argc, char **argv, DkArgs **args, GError **error)
{
  *args = dk_args_parse ((const char *const *) argv + (argc > 0 ? 1 : 0), error);
  if (*args == NULL)
    return FALSE;
  set_globals (cli, *args);
  return dk_cli_run (cli, *args, error);
}

int
main (int argc, char **argv)
{
  DkCli cli = { .text = g_string_new (NULL) };
  g_autoptr (DkArgs) args = NULL;
  GError *error = NULL;

  dk_platform_harden_process ();
  setlocale (LC_ALL, "");
  for (int i = 1; i < argc; i++)
    cli.json = cli.json || g_strcmp0 (argv[i], "--json") == 0;
  if (!run (&cli, argc, argv, &args, &error))
    g_assert (error != NULL);
  return finish (&cli, error);
}
