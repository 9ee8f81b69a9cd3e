/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/cli/cli.h"
#include "app/readiness/attest.h"
#include "app/readiness/shift-check.h"

#define ASKED_MAX 3

static gboolean
run_attest (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkReadiness) readiness = dk_readiness_new (cli->kit);
  const char *check = dk_args_word (args, 0);
  const char *given = dk_args_get (args, "text");
  g_autofree char *text = NULL;
  g_autoptr (DkFinding) finding = NULL;
  gint64 at_ms = 0;

  if (dk_args_has (args, "at")
      && !dk_time_parse (dk_args_get (args, "at"), "--at", &at_ms, error))
    return FALSE;
  if (given != NULL) {
    text = dk_cli_read_value (cli, given, "--text", error);
    if (text == NULL)
      return FALSE;
  }
  if (!dk_readiness_attest (readiness, check, !dk_args_has (args, "no"), text, at_ms, error))
    return FALSE;
  finding = dk_readiness_run (readiness, dk_readiness_find (check));
  dk_cli_say (cli, "%s: %s", dk_ready_state_name (finding->state), finding->detail);
  dk_cli_take_document (cli, dk_finding_to_json (finding));
  return TRUE;
}

/* y or n of the terminal; a few other words are asked again. */
static gboolean
ask (const DkShiftItem *item, gboolean *yes, GError **error)
{
  for (guint i = 0; i < ASKED_MAX; i++) {
    g_autofree char *line = NULL;
    dk_cli_message ("%s: %s\n  %s [y/n]", dk_ready_state_name (item->state), item->detail,
                    item->question);
    if (!dk_cli_read_line (&line, error))
      return FALSE;
    if (line == NULL)
      break;
    g_strstrip (line);
    *yes = g_ascii_strncasecmp (line, "y", 1) == 0;
    if (*yes || g_ascii_strncasecmp (line, "n", 1) == 0)
      return TRUE;
  }
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "\"%s\" was not answered with y or n. Nothing was entered; try again, or give "
               "--answers FILE.",
               item->name);
  return FALSE;
}

static gboolean
ask_all (DkCli *cli, DkShiftCheck *check, GError **error)
{
  GPtrArray *items = dk_shift_check_items (check);

  if (cli->stdin_is_taken)
    return dk_cli_usage (error, "Standard input is in use already, so nothing can be asked. "
                                "Nothing was entered; give --answers FILE.");
  for (guint i = 0; i < items->len; i++) {
    DkShiftItem *item = g_ptr_array_index (items, i);
    gboolean yes;
    if (!ask (item, &yes, error) || !dk_shift_check_answer (check, item->name, yes, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_answers (DkShiftCheck *check, const char *path, char **note, GError **error)
{
  g_autoptr (GBytes) bytes = dk_file_read (path, DK_LIMIT_FIELD_BYTES, error);
  g_autoptr (json_t) answers = NULL;
  gsize size;
  const char *data;

  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &size);
  answers = dk_json_parse (data, size, DK_LIMIT_FIELD_BYTES, path, error);
  if (answers == NULL || !dk_shift_check_answer_all (check, answers, error))
    return FALSE;
  *note = g_strdup (dk_json_get_text (answers, "note"));
  return TRUE;
}

static void
say_record (DkCli *cli, const DkShiftRecord *record)
{
  g_autofree char *at = dk_time_format_local (record->at_ms);
  g_autoptr (GString) refused = g_string_new (NULL);

  for (guint i = 0; i < record->refused->len; i++)
    g_string_append_printf (refused, "%s%s", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (record->refused, i));
  dk_cli_say (cli, "%s %s, %d s: %s%s%s%s%s", at, record->user, record->seconds,
              record->refused->len > 0 ? "not in order: " : "all in order", refused->str,
              record->note != NULL ? "; " : "", record->note != NULL ? record->note : "",
              record->holds ? "" : " (THE SIGNATURE DOES NOT HOLD)");
}

static gboolean
run_check (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkReadiness) readiness = dk_readiness_new (cli->kit);
  g_autoptr (DkShiftCheck) check = dk_shift_check_new (readiness, error);
  const char *path = dk_args_get (args, "answers");
  g_autofree char *note = NULL;
  g_autoptr (GPtrArray) records = NULL;

  if (check == NULL
      || !(path != NULL ? read_answers (check, path, &note, error) : ask_all (cli, check, error)))
    return FALSE;
  if (dk_args_has (args, "note")) {
    g_free (note);
    note = dk_cli_read_value (cli, dk_args_get (args, "note"), "--note", error);
    if (note == NULL)
      return FALSE;
  }
  if (!dk_shift_check_sign (check, note, error))
    return FALSE;
  records = dk_shift_check_history (readiness, 1, error);
  if (records == NULL)
    return FALSE;
  say_record (cli, g_ptr_array_index (records, 0));
  dk_cli_take_document (cli, dk_shift_record_to_json (g_ptr_array_index (records, 0)));
  return TRUE;
}

static gboolean
run_history (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkReadiness) readiness = dk_readiness_new (cli->kit);
  g_autoptr (GPtrArray) records = NULL;
  json_t *list = json_array ();
  gint64 limit = 50;

  dk_cli_take_document (cli, list);
  if (!dk_args_get_int (args, "limit", 1, 1000, &limit, error))
    return FALSE;
  records = dk_shift_check_history (readiness, (guint) limit, error);
  for (guint i = 0; records != NULL && i < records->len; i++) {
    say_record (cli, g_ptr_array_index (records, i));
    json_array_append_new (list, dk_shift_record_to_json (g_ptr_array_index (records, i)));
  }
  return records != NULL;
}

const DkCommand DK_CLI_READINESS_COMMANDS[] = {
  { "doctor", "[--only CHECK...] [--quick]", "is this kit ready for an outage?\n\n"
    "Each line is green, amber or red, and says what to do and who answers for it. Exit code 0\n"
    "whatever it found. --quick does not read the whole kit: it tells what the last look found.",
    "only quick", 0, 0, DK_CLI_NEEDS_KIT, dk_cli_doctor },
  { "readiness check", "[--answers F] [--note T]", "the look with which a shift begins, signed\n\n"
    "Seven things, each answered with y or n: content printer power clock paper search unlock.\n"
    "F is {\"answers\": {\"content\": true, \"printer\": false, ...}} with all of them.",
    "answers note", 0, 0, DK_CLI_NEEDS_KIT, run_check },
  { "readiness history", "[--limit N]", "the shift checks that were signed, newest first", "limit",
    0, 0, DK_CLI_NEEDS_KIT, run_history },
  { "readiness attest", "CHECK [--text T] [--at T] [--no]", "say that a person looked at it\n\n"
    "CHECK is drill, cable, recovery-keys, domain, endpoint-protection or power. With --no it was\n"
    "found wanting: --text says how. --at is when it was done. Signed by who unlocked.",
    "text at no", 1, 1, DK_CLI_NEEDS_KIT, run_attest },
  { NULL },
};
