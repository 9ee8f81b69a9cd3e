/* SPDX-License-Identifier: MIT */
#include "app/cli/recovery-commands.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/platform.h"
#include "app/base/text.h"
#include "app/cli/paper-print.h"
#include "app/crypto/age.h"
#include "app/kit/escrow.h"
#include "app/kit/recovery.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"

#define SHEET_BYTES_MAX (128u << 10)
#define RECIPIENT_FILE_BYTES_MAX (64u << 10)

/* Text of the code in memory that is wiped, with a NUL at its end. */
static DkSecret *
read_code (const DkArgs *args, GError **error)
{
  const char *file = dk_args_get (args, "code-file");
  g_autoptr (DkSecret) typed = NULL;
  DkSecret *text;

  typed = file != NULL ? dk_secret_new_from_file (file, error)
                       : dk_platform_ask_passphrase ("Recovery code: ", error);
  if (typed == NULL)
    return NULL;
  text = dk_secret_new (dk_secret_size (typed) + 1);
  memcpy (dk_secret_get_mutable (text), dk_secret_get (typed), dk_secret_size (typed));
  dk_secret_get_mutable (text)[dk_secret_size (typed)] = '\0';
  return text;
}

static gboolean
run_open (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *reason = dk_args_need (args, "reason", error);
  g_autofree char *folder = dk_cli_folder (cli);
  g_autoptr (DkSecret) code = NULL;
  g_autoptr (DkSecret) passphrase = NULL;
  DkKdfParams kdf;

  if (reason == NULL || !dk_cli_kdf (args, 0, &kdf, error))
    return FALSE;
  code = read_code (args, error);
  if (code == NULL)
    return FALSE;
  passphrase
      = dk_cli_new_passphrase (cli, dk_args_get (args, "new-passphrase-file"), "recovery", error);
  if (passphrase == NULL)
    return FALSE;
  cli->kit = dk_kit_open_with_recovery (folder, (const char *) dk_secret_get (code), reason,
                                        passphrase, kdf, error);
  if (cli->kit == NULL)
    return FALSE;
  dk_cli_tell_messages (cli);
  dk_cli_say (cli, "The recovery code has opened this kit and opens nothing any more. From now on "
                   "--user recovery opens it with the new passphrase. Give the administrators a "
                   "new one or add one (dkit user reset, dkit user add); one of them then makes a "
                   "new code for the envelope: dkit recovery rotate -o F.pdf.");
  dk_cli_take_document (cli, json_pack ("{s:s}", "user", "recovery"));
  return TRUE;
}

gboolean
dk_cli_try_sheet (const char *output, GError **error)
{
  g_autofree char *nothing = NULL;
  g_autofree char *beside = NULL;

  if (output == NULL)
    return TRUE;
  if (dk_file_exists (output)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s exists already. No code was made; choose another name, so that no sheet is "
                 "taken for another.",
                 output);
    return FALSE;
  }
  nothing = g_malloc0 (SHEET_BYTES_MAX);
  beside = g_strconcat (output, ".part", NULL);
  if (dk_output_check (beside, DK_OUTPUT_NEW, error)
      && dk_file_replace (beside, nothing, SHEET_BYTES_MAX, DK_FILE_DURABLE, error)
      && dk_file_remove (beside, error))
    return TRUE;
  g_prefix_error (error, "No code was made, since the sheet could not be written. ");
  return FALSE;
}

static gboolean
fill_facts (DkCli *cli, const DkArgs *args, DkPaperFacts *facts, char **organisation,
            char **printed, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, &failed);
  g_autofree char *now = dk_time_format_minute (dk_clock_wall_ms ());

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (!dk_cli_paper_size (args, &facts->size, error))
    return FALSE;
  *organisation = pack != NULL ? g_strdup (pack->organisation) : NULL;
  *printed = g_strdup_printf ("printed %s by %s", now, dk_store_user (store));
  facts->organisation = *organisation;
  facts->station = dk_store_identity (store)->station;
  facts->printed = *printed;
  return TRUE;
}

static gboolean
print_sheet (DkCli *cli, const DkArgs *args, const char *output, const DkSecret *code,
             GError **error)
{
  DkPaperFacts facts = { .mode = NULL };
  g_autofree char *organisation = NULL;
  g_autofree char *printed = NULL;
  g_autofree char *title = NULL;
  g_autoptr (DkDocument) sheet = NULL;
  g_autoptr (DkPaper) paper = NULL;
  g_autoptr (GBytes) pdf = NULL;

  if (!fill_facts (cli, args, &facts, &organisation, &printed, error))
    return FALSE;
  sheet = dk_recovery_sheet_new (cli->kit, code, error);
  if (sheet == NULL)
    return FALSE;
  title = dk_recovery_sheet_title (cli->kit);
  paper = dk_paper_new (&facts);
  dk_paper_add_document (paper, title, "en", sheet);
  pdf = dk_paper_pdf (paper, error);
  return pdf != NULL && dk_cli_write_file (output, DK_OUTPUT_NEW, pdf, error);
}

gboolean
dk_cli_tell_code (DkCli *cli, const DkArgs *args, const char *output, const DkSecret *code,
                  json_t *document, GError **error)
{
  const char *text = (const char *) dk_secret_get (code);
  g_autoptr (GError) failed = NULL;

  if (output != NULL && print_sheet (cli, args, output, code, &failed)) {
    dk_cli_say (cli, "%s: the sheet with the recovery code, one page. Print it, seal it in an "
                     "envelope, then wipe the file: shred -u %s",
                output, output);
    dk_json_set_text (document, "file", output);
    return TRUE;
  }
  dk_cli_say (cli, "%-16s %s", "recovery_code", text);
  dk_json_set_text (document, "recovery_code", text);
  if (output == NULL)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_PARTIAL,
               "The recovery code was made, but its sheet could not be written (%s). Write the "
               "code on paper now; it is never shown again.",
               failed->message);
  return FALSE;
}

static gboolean
run_rotate (DkCli *cli, const DkArgs *args, GError **error)
{
  DkRecoveryRotation rotation = { .with_admin = dk_args_has (args, "with-admin"),
                                  .renew_keys = dk_args_has (args, "renew-keys") };
  const char *output
      = dk_args_has (args, "output") ? dk_cli_output (args, DK_OUTPUT_NEW, error) : NULL;
  g_autoptr (DkSecret) code = NULL;
  guint told = dk_kit_messages (cli->kit)->len;
  DkPaperSize size;
  json_t *document;

  if ((dk_args_has (args, "output") && output == NULL) || !dk_cli_paper_size (args, &size, error)
      || !dk_cli_try_sheet (output, error)
      || !dk_kit_rotate_recovery (cli->kit, &rotation, NULL, &code, error))
    return FALSE;
  dk_cli_tell_messages_from (cli, told);
  document = json_pack ("{s:i, s:b}", "number", (int) dk_kit_recovery_number (cli->kit),
                        "with_admin", rotation.with_admin);
  dk_cli_take_document (cli, document);
  dk_cli_say (cli, "The recovery code before opens nothing any more. The new one opens this kit as "
                   "%s; it is told once.",
              rotation.with_admin ? "admin" : "lead");
  return dk_cli_tell_code (cli, args, output, code, document, error);
}

/* The recipient itself, or the first one in a file. New string. */
static char *
read_recipient (const char *given, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!dk_file_exists (given))
    return g_strdup (given);
  bytes = dk_file_read (given, RECIPIENT_FILE_BYTES_MAX, error);
  if (bytes == NULL)
    return NULL;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (g_strstrip (lines[i]), "age1"))
      return g_strdup (lines[i]);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s holds no age recipient (a line that begins with age1). Nothing was written.",
               given);
  return NULL;
}

static gboolean
run_escrow_write (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *to = dk_args_need (args, "to", error);
  const char *output = to != NULL ? dk_cli_output (args, DK_OUTPUT_ESCROW, error) : NULL;
  g_autofree char *reason = NULL;
  g_autofree char *recipient = NULL;
  g_autoptr (DkEscrowState) state = NULL;
  gboolean is_armored;

  if (output == NULL)
    return FALSE;
  reason = dk_args_has (args, "reason") ? dk_cli_reason (args, error) : g_strdup ("not given");
  recipient = reason != NULL ? read_recipient (to, error) : NULL;
  if (recipient == NULL)
    return FALSE;
  is_armored = dk_args_has (args, "armor") || g_str_has_suffix (output, ".txt")
               || g_str_has_suffix (output, ".asc");
  if (!dk_escrow_write (cli->kit, recipient, output, is_armored, reason, error))
    return FALSE;
  state = dk_escrow_get_state (cli->kit, error);
  if (state == NULL)
    return FALSE;
  dk_cli_say (cli, "%s: every key of this station, sealed to %s. It opens everything: keep it away "
                   "from the key that opens it. It is written there anew when keys change.",
              output, recipient);
  dk_cli_take_document (cli, json_pack ("{s:s, s:s, s:i, s:b}", "file", output, "recipient",
                                        recipient, "key_epoch", (int) state->key_epoch, "armored",
                                        is_armored));
  return TRUE;
}

static gboolean
run_escrow_show (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkEscrowState) state = dk_escrow_get_state (cli->kit, error);
  g_autofree char *at = NULL;

  if (state == NULL)
    return FALSE;
  if (state->recipient == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "This kit has no escrow yet: dkit escrow write --to RECIPIENT -o FILE.");
    return FALSE;
  }
  at = dk_time_format_local (state->written_ms);
  dk_cli_say (cli, "%-10s %s\n%-10s %s\n%-10s %s\n%-10s %u%s", "recipient", state->recipient,
              "file", state->written, "written", at, "key epoch", state->key_epoch,
              state->is_current ? "" : " (the keys have changed since)");
  dk_cli_take_document (cli, json_pack ("{s:s, s:s, s:o, s:i, s:b}", "recipient", state->recipient,
                                        "file", state->written, "written_at",
                                        dk_cli_time (state->written_ms), "key_epoch",
                                        (int) state->key_epoch, "current", state->is_current));
  return TRUE;
}

const DkCommand DK_CLI_RECOVERY_COMMANDS[] = {
  { "recovery open", "--reason T [--code-file F] [--new-passphrase-file F] [--kdf-mib N]",
    "open a kit whose passphrases are all lost, by its printed recovery code\n\n"
    "The code is spent by that: `--user recovery` then opens the kit with the new passphrase. The\n"
    "reason is kept, and every unlock says so until an administrator makes a new code.",
    "reason code-file new-passphrase-file kdf-mib", 0, 0, DK_CLI_NOT_IN_BATCH, run_open },
  { "recovery rotate", "[--with-admin] [--renew-keys] [-o F.pdf] [--paper a4|letter]",
    "make a new recovery code; the one before opens nothing any more\n\n"
    "With -o the code stands on a one-page sheet for a sealed envelope and nowhere else; without,\n"
    "it is shown once. It opens the kit as lead, with --with-admin as admin. If the code before\n"
    "was used, the keys of the kit are renewed as well; --renew-keys does so in any case, for\n"
    "instance when the envelope was found open.",
    "with-admin renew-keys output paper", 0, 0, DK_CLI_NEEDS_KIT | DK_CLI_NOT_IN_BATCH,
    run_rotate },
  { "escrow write", "--to RECIPIENT -o F [--armor] [--reason T]",
    "seal every key of this station to an administrator's age recipient\n\n"
    "RECIPIENT is age1..., or a file that holds one. Whoever has its identity can open the kit,\n"
    "its backups and its packs without Downtime Kit: the steps stand in the escrow. It is text\n"
    "with --armor, or if F ends in .txt or .asc. F is written anew when keys change.",
    "to output armor reason", 0, 0, DK_CLI_NEEDS_KIT, run_escrow_write },
  { "escrow show", "", "to whom the keys are sealed, where, and whether they still hold", "", 0, 0,
    DK_CLI_NEEDS_KIT, run_escrow_show },
  { 0 },
};
