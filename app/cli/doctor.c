/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/cli/cli.h"
#include "app/readiness/check.h"

static gboolean
check_names (const char *const *names, GError **error)
{
  const GPtrArray *checks = dk_readiness_checks ();
  g_autoptr (GString) known = g_string_new (NULL);

  for (; *names != NULL; names++) {
    g_autofree char *shown = NULL;
    if (dk_readiness_find (*names) != NULL)
      continue;
    for (guint i = 0; i < checks->len; i++)
      g_string_append_printf (known, "%s%s", i > 0 ? ", " : "",
                              ((const DkCheck *) g_ptr_array_index (checks, i))->name);
    shown = dk_text_printable (*names, FALSE);
    return dk_cli_usage (error, "There is no check \"%s\". Nothing was done; checks are: %s.",
                         shown, known->str);
  }
  return TRUE;
}

static void
say_finding (DkCli *cli, const DkFinding *finding)
{
  const char *owner = finding->owner_name != NULL ? finding->owner_name : finding->owner;

  dk_cli_say (cli, "%-6s %-19s %s", dk_ready_state_name (finding->state), finding->check->name,
              finding->detail);
  if (finding->remedy != NULL)
    dk_cli_say (cli, "%26s %s (%s)", "", finding->remedy, owner);
}

gboolean
dk_cli_doctor (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *const *only = dk_args_all (args, "only");
  const GPtrArray *checks = dk_readiness_checks ();
  g_autoptr (DkReadiness) readiness = NULL;
  gboolean quick = dk_args_has (args, "quick");
  json_t *list;

  if (!check_names (only, error))
    return FALSE;
  readiness = dk_readiness_new (cli->kit);
  list = json_array ();
  dk_cli_take_document (cli, list);
  for (guint i = 0; i < checks->len; i++) {
    const DkCheck *check = g_ptr_array_index (checks, i);
    g_autoptr (DkFinding) finding = NULL;
    if (*only != NULL && !g_strv_contains (only, check->name))
      continue;
    finding = quick ? dk_readiness_recall (readiness, check) : dk_readiness_run (readiness, check);
    say_finding (cli, finding);
    json_array_append_new (list, dk_finding_to_json (finding));
  }
  return TRUE;
}
