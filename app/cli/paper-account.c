/* SPDX-License-Identifier: MIT */
/* What became of numbered paper. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/cli/paper-print.h"
#include "app/model/number.h"
#include "app/store/paper-store.h"

static const char *const states[] = { "issued", "entered", "void", "missing", "lost", NULL };

static gboolean
read_state (const DkArgs *args, const char **state, GError **error)
{
  *state = dk_args_get (args, "state");
  if (*state == NULL || g_strv_contains (states, *state))
    return TRUE;
  return dk_cli_usage (error, "--state is issued, entered, void, missing or lost.");
}

gboolean
dk_cli_paper_list (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *unit = dk_args_get (args, "unit");
  g_autoptr (GPtrArray) rows = NULL;
  const char *state;
  json_t *list;

  if (!read_state (args, &state, error))
    return FALSE;
  rows = dk_paper_store_list (dk_cli_store (cli), state, error);
  if (rows == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < rows->len; i++) {
    const DkPaperRow *row = g_ptr_array_index (rows, i);
    g_autofree char *issued = row->issued_ms > 0
                                  ? dk_time_format_short (row->issued_ms, dk_clock_wall_ms ())
                                  : g_strdup ("not known when");
    if (unit != NULL && !dk_paper_is_same_unit (unit, row->unit))
      continue;
    dk_cli_say (cli, "%-16s %-8s %-12s %s%s%s", row->number, row->state,
                *row->form != '\0' ? row->form : "-", issued,
                row->unit != NULL ? "  " : "", row->unit != NULL ? row->unit : "");
    json_array_append_new (list, json_pack ("{s:s, s:s, s:o, s:o, s:o}", "number", row->number,
                                            "state", row->state, "form",
                                            dk_json_string (*row->form != '\0' ? row->form : NULL),
                                            "unit", dk_json_string (row->unit), "issued_at",
                                            dk_cli_time (row->issued_ms)));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}

static void
say_count (DkCli *cli, const DkPaperCount *count, const char *title)
{
  dk_cli_say (cli, "%-24s %6u %7u %7u %5u %8u %5u", title, count->total, count->issued,
              count->entered, count->voided, count->missing, count->lost);
}

static void
say_numbers (DkCli *cli, const DkPaperCount *count, const char *words, const GPtrArray *numbers)
{
  const char *unit = count->unit != NULL ? count->unit : "no unit";

  for (guint i = 0; i < numbers->len; i++)
    dk_cli_say (cli, "%-10s %-24s %s", words, unit,
                (const char *) g_ptr_array_index (numbers, i));
}

gboolean
dk_cli_paper_account (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkPaperAccount) account
      = dk_paper_store_account (dk_cli_store (cli), dk_args_get (args, "unit"), error);

  if (account == NULL)
    return FALSE;
  dk_cli_say (cli, "%-24s %6s %7s %7s %5s %8s %5s", "unit", "total", "issued", "entered", "void",
              "missing", "lost");
  for (guint i = 0; i < account->units->len; i++) {
    const DkPaperCount *count = g_ptr_array_index (account->units, i);
    say_count (cli, count, count->unit != NULL ? count->unit : "(no unit)");
  }
  say_count (cli, account->all, "all");
  for (guint i = 0; i < account->units->len; i++) {
    const DkPaperCount *count = g_ptr_array_index (account->units, i);
    say_numbers (cli, count, "still out:", count->out);
    say_numbers (cli, count, "missing:", count->numbers_missing);
    say_numbers (cli, count, "lost:", count->numbers_lost);
  }
  for (guint i = 0; i < account->unknown->len; i++)
    dk_cli_say (cli, "not known: %s: given out before this kit was restored or copied, and not "
                     "counted above. Key in what turns up; `dkit paper lost FIRST..LAST --reason "
                     "T` gives up the rest.",
                (const char *) g_ptr_array_index (account->unknown, i));
  if (account->all->issued + account->all->missing + account->unknown->len == 0)
    dk_cli_say (cli, "Every sheet is accounted for.");
  dk_cli_take_document (cli, dk_paper_account_json (account));
  return TRUE;
}

static void
say_fate (DkCli *cli, const DkPaperFate *fate)
{
  gint64 now = dk_clock_wall_ms ();
  g_autofree char *spelled = dk_number_spell (fate->number);
  g_autofree char *issued = dk_time_format_short (fate->issued_ms, now);
  g_autofree char *changed = dk_time_format_short (fate->changed_ms, now);
  g_autofree char *written = dk_time_format_short (fate->written_ms, now);

  dk_cli_say (cli, "%s  %s", fate->number, fate->state);
  dk_cli_say (cli, "%-12s %s", "spelled", spelled);
  if (fate->form != NULL)
    dk_cli_say (cli, "%-12s %s", "form", fate->form);
  if (fate->issued_ms > 0)
    dk_cli_say (cli, "%-12s %s%s%s", "issued", issued, fate->issued_by != NULL ? " by " : "",
                fate->issued_by != NULL ? fate->issued_by : "");
  if (fate->unit != NULL)
    dk_cli_say (cli, "%-12s %s", "unit", fate->unit);
  if (fate->changed_ms > 0 && strcmp (fate->state, "issued") != 0)
    dk_cli_say (cli, "%-12s %s by %s%s%s", fate->state, changed, fate->changed_by,
                fate->keyed_form != NULL ? " as " : "",
                fate->keyed_form != NULL ? fate->keyed_form : "");
  if (fate->summary != NULL)
    dk_cli_say (cli, "%-12s %s", "summary", fate->summary);
  if (fate->written_by != NULL || fate->written_ms > 0)
    dk_cli_say (cli, "%-12s %s%s%s", "written",
                fate->written_by != NULL ? fate->written_by : "(nobody named)",
                fate->written_ms > 0 ? ", " : "", fate->written_ms > 0 ? written : "");
  if (fate->reason != NULL)
    dk_cli_say (cli, "%-12s %s", "reason", fate->reason);
  if (strcmp (fate->state, "skipped") == 0)
    dk_cli_say (cli, "A copy of this kit that is gone may have issued it. It can be keyed in.");
}

static json_t *
fate_json (const DkPaperFate *fate)
{
  return json_pack ("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}",
                    "number", fate->number, "state", fate->state, "form",
                    dk_json_string (fate->form), "unit", dk_json_string (fate->unit), "issued_at",
                    dk_cli_time (fate->issued_ms), "issued_by", dk_json_string (fate->issued_by),
                    "changed_at", dk_cli_time (fate->changed_ms), "changed_by",
                    dk_json_string (fate->changed_by), "reason", dk_json_string (fate->reason),
                    "keyed_as", dk_json_string (fate->keyed_form), "summary",
                    dk_json_string (fate->summary), "written_by",
                    dk_json_string (fate->written_by), "written_at",
                    dk_cli_time (fate->written_ms), "can_be_keyed",
                    dk_paper_fate_check (fate, NULL));
}

gboolean
dk_cli_paper_show (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autofree char *typed = dk_args_text (args, 0);
  g_autoptr (DkPaperFate) fate = dk_paper_store_find (dk_cli_store (cli), typed, error);

  if (fate == NULL)
    return FALSE;
  say_fate (cli, fate);
  dk_cli_take_document (cli, fate_json (fate));
  return TRUE;
}

typedef gboolean (*PaperStep) (DkStore *store, const char *const *numbers, const char *reason,
                               GError **error);

/* Adds the numbers of FIRST..LAST. */
static gboolean
add_range (GPtrArray *numbers, const char *from, const char *to, GError **error)
{
  DkNumberScan first;
  DkNumberScan last;

  if (!dk_number_scan (from, &first, error) || !dk_number_scan (to, &last, error))
    return FALSE;
  if (strcmp (first.number.station, last.number.station) != 0
      || first.number.drill != last.number.drill || last.number.counter < first.number.counter)
    return dk_cli_usage (error, "%s..%s is no range: both ends are numbers of one station, the "
                                "lower one first. Nothing was changed.",
                         from, to);
  if (last.number.counter - first.number.counter >= DK_PAPER_STEP_NUMBERS_MAX)
    return dk_cli_usage (error, "%s..%s has more than %d numbers. Nothing was changed; take them "
                                "in several steps.",
                         from, to, DK_PAPER_STEP_NUMBERS_MAX);
  for (guint64 i = first.number.counter; i <= last.number.counter; i++)
    g_ptr_array_add (numbers, dk_number_format (first.number.station, i, first.number.drill));
  return TRUE;
}

/* Numbers as typed, and ranges of them; NULL at the end. New array. */
static GPtrArray *
read_numbers (const DkArgs *args, GError **error)
{
  g_autoptr (GPtrArray) numbers = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < dk_args_count (args); i++) {
    const char *word = dk_args_word (args, i);
    const char *dots = strstr (word, "..");
    g_autofree char *from = dots != NULL ? g_strndup (word, (gsize) (dots - word)) : NULL;
    if (dots == NULL)
      g_ptr_array_add (numbers, g_strdup (word));
    else if (!add_range (numbers, from, dots + 2, error))
      return NULL;
  }
  g_ptr_array_add (numbers, NULL);
  return g_steal_pointer (&numbers);
}

static gboolean
run_step (DkCli *cli, const DkArgs *args, PaperStep step, const char *state, GError **error)
{
  g_autoptr (GPtrArray) numbers = read_numbers (args, error);
  json_t *list;

  if (numbers == NULL)
    return FALSE;
  if (!step (dk_cli_store (cli), (const char *const *) numbers->pdata,
             dk_args_get (args, "reason"), error))
    return FALSE;
  list = json_array ();
  for (guint i = 0; i + 1 < numbers->len; i++) {
    g_autoptr (DkPaperFate) fate
        = dk_paper_store_find (dk_cli_store (cli), g_ptr_array_index (numbers, i), error);
    if (fate == NULL) {
      json_decref (list);
      return FALSE;
    }
    dk_cli_say (cli, "%s  %s", fate->number, state);
    json_array_append_new (list, fate_json (fate));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}

static gboolean
run_missing (DkCli *cli, const DkArgs *args, GError **error)
{
  return run_step (cli, args, dk_paper_store_missing, "missing", error);
}

static gboolean
run_lost (DkCli *cli, const DkArgs *args, GError **error)
{
  return dk_args_need (args, "reason", error) != NULL
         && run_step (cli, args, dk_paper_store_lost, "lost", error);
}

static gboolean
run_found (DkCli *cli, const DkArgs *args, GError **error)
{
  return run_step (cli, args, dk_paper_store_found, "issued", error);
}

const DkCommand DK_CLI_PAPER_COMMANDS[] = {
  { "paper issue",
    "FORM --copies N | --hours H --rate R [--unit U] [--paper a4|letter] [--language L] -o F.pdf",
    "blank forms, each with a downtime number of its own\n\n"
    "The numbers count as issued even if nobody prints the file. Key a form back with\n"
    "dkit ticket new --number N --set ...; a spoiled one is dkit ticket void N --reason T.\n"
    "--hours 8 --rate 20: paper for 8 hours at 20 tickets an hour.",
    "copies unit paper output hours rate language", 1, 1, DK_CLI_NEEDS_KIT, dk_cli_paper_issue },
  { "paper pack", "--unit U [--hours H --rate R] [--form FORM[:COPIES]]... [--language L] -o F.pdf",
    "paper for one unit, with a sheet on top that says how to use it\n\n"
    "Without --form it is it-incident; without --hours and --rate what the policy says of paper.\n"
    "A form without :COPIES gets hours times rate.",
    "unit hours rate form paper output language", 0, 0, DK_CLI_NEEDS_KIT, dk_cli_paper_pack },
  { "paper list", "[--state S] [--unit U]",
    "numbers on paper, and what became of each\n\n"
    "S: issued, entered, void, missing or lost.",
    "state unit", 0, 0, DK_CLI_NEEDS_KIT, dk_cli_paper_list },
  { "paper show", "N",
    "what this number is: form, unit, who issued it, who keyed it in, and as what\n\n"
    "N as typed or scanned: DT-A07-0042-D 1/2 works.",
    "", 1, 2, DK_CLI_NEEDS_KIT, dk_cli_paper_show },
  { "paper account", "[--unit U]",
    "by unit: how many were issued, keyed in, voided; which are out, missing or lost", "unit", 0,
    0, DK_CLI_NEEDS_KIT, dk_cli_paper_account },
  { "paper missing", "N|FIRST..LAST... [--reason T]", "nobody finds these sheets", "reason", 1, -1,
    DK_CLI_NEEDS_KIT, run_missing },
  { "paper lost", "N|FIRST..LAST... --reason T",
    "these sheets are given up\n\n"
    "FIRST..LAST: each number from the one to the other, up to 1,000 in one step.",
    "reason", 1, -1, DK_CLI_NEEDS_KIT, run_lost },
  { "paper found", "N... [--reason T]", "these sheets turned up: they are out again", "reason", 1,
    -1, DK_CLI_NEEDS_KIT, run_found },
  { 0 },
};
