/* SPDX-License-Identifier: MIT */
#include "app/base/clock.h"
#include "app/cli/cli.h"
#include "app/store/ticket-store.h"

static json_t *
describe_draft (const DkDraft *draft)
{
  json_t *json = json_object ();
  g_autofree char *at = dk_time_format_local (draft->updated_ms);

  dk_json_set_text (json, "number", draft->number);
  dk_json_set_text (json, "form", draft->form);
  dk_json_set_text (json, "user", draft->user);
  dk_json_set_text (json, "updated_at", at);
  json_object_set_new (json, "mine", json_boolean (draft->is_mine));
  json_object_set (json, "answers", draft->answers);
  return json;
}

static gboolean
run_drafts (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (GPtrArray) drafts = dk_ticket_store_list_drafts (dk_cli_store (cli), error);
  json_t *list;

  if (drafts == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < drafts->len; i++) {
    const DkDraft *draft = drafts->pdata[i];
    const char *words = dk_json_get_text (draft->answers, "summary");
    g_autofree char *when = dk_time_format_short (draft->updated_ms, dk_clock_wall_ms ());
    dk_cli_say (cli, "%s  %s  %s%s  %s", draft->number, when, draft->user,
                draft->is_mine ? " (you)" : "", words != NULL ? words : "(no summary yet)");
    json_array_append_new (list, describe_draft (draft));
  }
  if (drafts->len == 0)
    dk_cli_say (cli, "No drafts: everything that was typed is saved.");
  dk_cli_take_document (cli, list);
  return TRUE;
}

static gboolean
run_take_over (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autofree char *number = NULL;
  g_autoptr (DkDraft) draft = NULL;

  if (!dk_ticket_store_take_over (dk_cli_store (cli), dk_args_word (args, 0), &number, error)
      || (draft = dk_ticket_store_load_draft (dk_cli_store (cli), number, error)) == NULL)
    return FALSE;
  dk_cli_say (cli, "%s", number);
  dk_cli_say (cli, "The draft is yours now. Save it with: ticket new %s --number %s --set ...",
              draft->form, number);
  dk_cli_take_document (cli, describe_draft (draft));
  return TRUE;
}

const DkCommand DK_CLI_DRAFT_COMMANDS[] = {
  { "ticket drafts", "", "what was typed and not saved, with who typed it", "", 0, 0,
    DK_CLI_NEEDS_KIT, run_drafts },
  { "ticket take-over", "N", "make the draft of a colleague yours", "", 1, 1, DK_CLI_NEEDS_KIT,
    run_take_over },
  { 0 },
};
