/* SPDX-License-Identifier: MIT */
#include "app/cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"

const DkCommand *const DK_CLI_GROUPS[] = {
  DK_CLI_KIT_COMMANDS,    DK_CLI_READINESS_COMMANDS, DK_CLI_PEOPLE_COMMANDS,
  DK_CLI_RECOVERY_COMMANDS, DK_CLI_TRUST_COMMANDS, DK_CLI_AUTHOR_COMMANDS, DK_CLI_PACK_COMMANDS,
  DK_CLI_REFRESH_COMMANDS, DK_CLI_CONTENT_COMMANDS,
  DK_CLI_PLAN_COMMANDS,   DK_CLI_RUNBOOK_COMMANDS,
  DK_CLI_CONTACT_COMMANDS, DK_CLI_IMPORT_COMMANDS,
  DK_CLI_FORM_COMMANDS,   DK_CLI_PAPER_COMMANDS,  DK_CLI_TICKET_COMMANDS, DK_CLI_DRAFT_COMMANDS,
  DK_CLI_ERASE_COMMANDS,  DK_CLI_ITSM_COMMANDS,
  DK_CLI_EVIDENCE_COMMANDS, DK_CLI_COPY_COMMANDS, DK_CLI_BATCH_COMMANDS, NULL,
};

/* First words of commands that the design names and this version does not have. */
static const char *const LATER[] = {
  "kit",           "bundle",
  "outage",        "desk",
  NULL,
};

gboolean
dk_cli_usage (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list values;

  va_start (values, format);
  message = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error_literal (error, DK_ERROR, DK_ERROR_USAGE, message);
  return FALSE;
}

/* Second words of the commands that begin with this one: "list, show"; NULL if there are none. New
 * string. */
static char *
known_second_words (const char *first)
{
  g_autoptr (GString) words = g_string_new (NULL);
  gsize size = strlen (first);

  for (gsize g = 0; DK_CLI_GROUPS[g] != NULL; g++)
    for (const DkCommand *c = DK_CLI_GROUPS[g]; c->name != NULL; c++)
      if (strncmp (c->name, first, size) == 0 && c->name[size] == ' ')
        g_string_append_printf (words, "%s%s", words->len > 0 ? ", " : "", c->name + size + 1);
  return words->len > 0 ? g_strdup (words->str) : NULL;
}

static void
refuse_unknown (const DkArgs *args, GError **error)
{
  g_autofree char *first = dk_text_printable (dk_args_word (args, 0), FALSE);
  g_autofree char *second
      = dk_args_word (args, 1) != NULL ? dk_text_printable (dk_args_word (args, 1), FALSE) : NULL;
  g_autofree char *both = second != NULL ? g_strconcat (first, " ", second, NULL) : NULL;
  g_autofree char *second_words = known_second_words (dk_args_word (args, 0));

  if (second_words != NULL && (both == NULL || !g_strv_contains (LATER, both))) {
    dk_cli_usage (error, "%s%s%s. Nothing was done; after `%s` comes one of: %s.",
                  both != NULL ? "There is no command \"" : "That is only half of a command",
                  both != NULL ? both : "", both != NULL ? "\"" : "", first, second_words);
    return;
  }
  if (g_strv_contains (LATER, first) || (both != NULL && g_strv_contains (LATER, both))) {
    dk_cli_usage (error, "`%s` is not part of this version. Nothing was done.",
                  g_strv_contains (LATER, first) ? first : both);
    return;
  }
  dk_cli_usage (error, "There is no command \"%s\". Nothing was done; dkit help lists them all.",
                first);
}

static const DkCommand *
find_named (const char *name)
{
  for (gsize g = 0; DK_CLI_GROUPS[g] != NULL; g++)
    for (const DkCommand *c = DK_CLI_GROUPS[g]; c->name != NULL; c++)
      if (strcmp (c->name, name) == 0)
        return c;
  return NULL;
}

const DkCommand *
dk_cli_find (const DkArgs *args, guint *used, GError **error)
{
  const char *first = dk_args_word (args, 0);
  const char *second = dk_args_word (args, 1);
  const DkCommand *command = NULL;

  if (first == NULL) {
    dk_cli_usage (error, "Say what to do. dkit help lists all commands.");
    return NULL;
  }
  if (second != NULL) {
    g_autofree char *both = g_strconcat (first, " ", second, NULL);
    command = find_named (both);
    *used = 2;
  }
  if (command == NULL) {
    command = find_named (first);
    *used = 1;
  }
  if (command == NULL)
    refuse_unknown (args, error);
  return command;
}

static void
append_group (GString *text, const char *group)
{
  for (gsize g = 0; DK_CLI_GROUPS[g] != NULL; g++)
    for (const DkCommand *c = DK_CLI_GROUPS[g]; c->name != NULL; c++) {
      g_autofree char *line = g_strndup (c->about, strcspn (c->about, "\n"));
      g_autofree char *call = g_strjoin (*c->args != '\0' ? " " : "", c->name, c->args, NULL);
      if (group != NULL
          && !(g_str_has_prefix (c->name, group) && c->name[strlen (group)] == ' '))
        continue;
      if (strlen (call) > 26)
        g_string_append_printf (text, "  dkit %s\n  %31s %s\n", call, "", line);
      else
        g_string_append_printf (text, "  dkit %-26s %s\n", call, line);
    }
}

char *
dk_cli_help (const DkCommand *command)
{
  GString *text = g_string_new (NULL);

  if (command != NULL) {
    g_string_append_printf (text, "dkit %s%s%s\n\n%s\n", command->name,
                            *command->args != '\0' ? " " : "", command->args, command->about);
    return g_string_free (text, FALSE);
  }
  g_string_append (text, "dkit: the service desk's kit for the time when all else is down\n\n");
  append_group (text, NULL);
  g_string_append (
      text, "\nOptions of every command\n"
            "  --kit DIR              folder of the kit (or DOWNTIME_KIT in the environment)\n"
            "  --user NAME            who you are; not needed if only one person can open the kit\n"
            "  --as NAME              who is there, where several people share USER's passphrase\n"
            "  --passphrase-file F    passphrase in the first line of a file, - = input\n"
            "  --json                 one JSON document on standard output\n"
            "  --quiet                leave out what is only good to know\n"
            "\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 wrong passphrase or no right,\n"
            "4 not found, 5 invalid input, 6 damaged or tampered, 7 busy, 8 partly done.\n"
            "dkit help COMMAND tells more about one of them.\n");
  return g_string_free (text, FALSE);
}

static gboolean
show_help (DkCli *cli, DkArgs *args, GError **error)
{
  const char *first = dk_args_word (args, 0);
  const DkCommand *command = NULL;
  g_autofree char *text = NULL;
  guint used = 0;

  if (g_strcmp0 (first, "help") == 0)
    dk_args_shift (args, 1);
  first = dk_args_word (args, 0);
  if (first != NULL) {
    GString *group = g_string_new (NULL);
    if (dk_args_count (args) == 1)
      append_group (group, first);
    text = g_string_free (group, FALSE);
    command = dk_cli_find (args, &used, *text == '\0' ? error : NULL);
    if (command == NULL && *text == '\0')
      return FALSE;
  }
  if (text == NULL || *text == '\0') {
    g_free (text);
    text = dk_cli_help (command);
  }
  g_string_append (cli->text, text);
  dk_cli_take_document (cli, json_pack ("{s:s}", "help", text));
  return TRUE;
}

static gboolean
show_version (DkCli *cli)
{
  dk_cli_say (cli, "dkit %s", DK_VERSION);
  dk_cli_take_document (cli, json_pack ("{s:s}", "version", DK_VERSION));
  return TRUE;
}

static gboolean
check_call (DkCli *cli, const DkCommand *command, const DkArgs *args, GError **error)
{
  int words = (int) dk_args_count (args);
  g_autofree char *allowed
      = g_strconcat (cli->in_batch ? "" : DK_CLI_GLOBAL_OPTIONS " ", command->options, NULL);
  const char *other = dk_args_find_other (args, allowed);

  if (other != NULL)
    return dk_cli_usage (error, "`%s` has no option --%s%s. Nothing was done. Usage: dkit %s %s",
                         command->name, other,
                         cli->in_batch ? " in a batch (global options stand before `batch`)" : "",
                         command->name, command->args);
  if (words < command->words_min || (command->words_max >= 0 && words > command->words_max))
    return dk_cli_usage (error, "Too %s words for `%s`. Nothing was done. Usage: dkit %s %s",
                         words < command->words_min ? "few" : "many", command->name,
                         command->name, command->args);
  if (cli->in_batch && (command->flags & DK_CLI_NOT_IN_BATCH) != 0)
    return dk_cli_usage (error, "`%s` cannot be part of a batch. Nothing was done.",
                         command->name);
  return TRUE;
}

gboolean
dk_cli_run (DkCli *cli, DkArgs *args, GError **error)
{
  const DkCommand *command;
  guint used = 0;

  if (dk_args_has (args, "version"))
    return show_version (cli);
  if (dk_args_has (args, "help") || g_strcmp0 (dk_args_word (args, 0), "help") == 0)
    return show_help (cli, args, error);
  command = dk_cli_find (args, &used, error);
  if (command == NULL)
    return FALSE;
  dk_args_shift (args, used);
  if (!check_call (cli, command, args, error))
    return FALSE;
  if ((command->flags & DK_CLI_NEEDS_KIT) != 0 && !dk_cli_open_kit (cli, error))
    return FALSE;
  if (cli->kit != NULL && dk_kit_store (cli->kit) == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
                 "The kit was closed by a line before. Nothing was done; unlock it again.");
    return FALSE;
  }
  return command->run (cli, args, error);
}

static json_t *
error_document (const DkCli *cli, const GError *error)
{
  g_autofree char *valid = g_utf8_make_valid (error->message, -1);

  json_t *document
      = json_pack ("{s:s, s:i}", "error", valid, "exit_code", dk_error_exit_code (error));

  if (cli->line > 0)
    json_object_set_new (document, "line", json_integer (cli->line));
  return document;
}

char *
dk_cli_take_output (DkCli *cli, const GError *error)
{
  g_autoptr (json_t) document = g_steal_pointer (&cli->document);
  g_autofree char *text = NULL;
  char *shown;

  if (!cli->json) {
    shown = dk_text_printable (cli->text->str, TRUE);
    g_string_truncate (cli->text, 0);
    return shown;
  }
  g_string_truncate (cli->text, 0);
  if (cli->batch_is_over)
    return g_strdup ("");
  if (document == NULL)
    document = error != NULL ? error_document (cli, error) : json_object ();
  text = dk_json_text (document, cli->in_batch);
  return g_strconcat (text, g_str_has_suffix (text, "\n") ? "" : "\n", NULL);
}

gboolean
dk_cli_write (const char *text)
{
  return fputs (text, stdout) != EOF && fflush (stdout) == 0;
}

void
dk_cli_message (const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *shown = NULL;
  va_list values;

  va_start (values, format);
  message = g_strdup_vprintf (format, values);
  va_end (values);
  shown = dk_text_printable (message, TRUE);
  (void) fflush (stdout);
  (void) fputs (shown, stderr);
  (void) fputc ('\n', stderr);
}

void
dk_cli_say (DkCli *cli, const char *format, ...)
{
  va_list values;

  va_start (values, format);
  g_string_append_vprintf (cli->text, format, values);
  va_end (values);
  g_string_append_c (cli->text, '\n');
}

void
dk_cli_take_document (DkCli *cli, json_t *document)
{
  g_assert (document != NULL);
  json_decref (cli->document);
  cli->document = document;
}

json_t *
dk_cli_time (gint64 ms)
{
  g_autofree char *text = ms > 0 ? dk_time_format_local (ms) : NULL;

  return dk_json_string (text);
}
