/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/platform.h"
#include "app/base/text.h"
#include "app/cli/cli.h"
#include "app/crypto/minisign.h"

#define KEY_TEXT_BYTES_MAX 4096
#define PASSPHRASE_CHARACTERS 8

char *
dk_cli_folder (const DkCli *cli)
{
  return dk_kit_default_folder (cli->folder_given);
}

/* The only person of the kit, or a question that names the option. */
static char *
find_user (const DkCli *cli, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) people = NULL;
  GString *names = NULL;

  if (cli->user_given != NULL)
    return g_strdup (cli->user_given);
  people = dk_kit_people (folder, error);
  if (people == NULL)
    return NULL;
  if (people->len == 1)
    return g_strdup (g_ptr_array_index (people, 0));
  names = g_string_new (NULL);
  for (guint i = 0; i < people->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (people, i));
  dk_cli_usage (error, "Say who you are with --user NAME. People of this kit: %s.", names->str);
  g_string_free (names, TRUE);
  return NULL;
}

/* Editors put it before a text without showing it. */
static gboolean
has_byte_order_mark (const DkSecret *passphrase)
{
  static const guint8 mark[] = { 0xef, 0xbb, 0xbf };

  return dk_secret_size (passphrase) >= sizeof mark
         && memcmp (dk_secret_get (passphrase), mark, sizeof mark) == 0;
}

/* Adds what a person cannot see in the file to the refusal. */
static void
explain_refusal (const DkSecret *passphrase, GError *failed)
{
  char *text;

  if (!g_error_matches (failed, DK_ERROR, DK_ERROR_DENIED) || !has_byte_order_mark (passphrase))
    return;
  text = g_strconcat (failed->message, " The passphrase file begins with a byte order mark, which "
                      "is not seen and counts: save it as UTF-8 without one.", NULL);
  g_free (failed->message);
  failed->message = text;
}

/* A person with several kits must see which one is damaged. */
static void
name_kit (const char *folder, GError **failed)
{
  if (g_error_matches (*failed, DK_ERROR, DK_ERROR_DAMAGED)
      && strstr ((*failed)->message, folder) == NULL)
    g_prefix_error (failed, "%s" G_DIR_SEPARATOR_S "kit.db: ", folder);
}

void
dk_cli_tell_messages_from (const DkCli *cli, guint first)
{
  GPtrArray *messages = dk_kit_messages (cli->kit);

  for (guint i = first; i < messages->len; i++)
    dk_cli_message ("dkit: %s", (const char *) g_ptr_array_index (messages, i));
}

void
dk_cli_tell_messages (const DkCli *cli)
{
  dk_cli_tell_messages_from (cli, 0);
}

gboolean
dk_cli_open_kit (DkCli *cli, GError **error)
{
  g_autofree char *folder = NULL;
  g_autofree char *user = NULL;
  g_autofree char *prompt = NULL;
  g_autoptr (DkSecret) passphrase = NULL;
  g_autoptr (GError) failed = NULL;

  if (cli->kit != NULL)
    return TRUE;
  folder = dk_cli_folder (cli);
  if (!dk_kit_check_there (folder, error))
    return FALSE;
  user = find_user (cli, folder, error);
  if (user == NULL)
    return FALSE;
  prompt = g_strdup_printf ("Passphrase of %s: ", user);
  passphrase = dk_cli_passphrase (cli, prompt, error);
  if (passphrase == NULL)
    return FALSE;
  cli->kit = cli->go_on_reason == NULL
                 ? dk_kit_open_as (folder, user, cli->as_given, passphrase, NULL, &failed)
                 : dk_kit_open_without_journal (folder, user, passphrase, cli->go_on_reason,
                                                &failed);
  if (cli->kit == NULL) {
    name_kit (folder, &failed);
    explain_refusal (passphrase, failed);
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  dk_cli_tell_messages (cli);
  return TRUE;
}

DkStore *
dk_cli_store (DkCli *cli)
{
  g_assert (cli->kit != NULL);
  return dk_kit_store (cli->kit);
}

static gboolean
take_stdin (DkCli *cli, const char *what, GError **error)
{
  if (cli->stdin_is_taken)
    return dk_cli_usage (error,
                         "%s cannot come from standard input, which is in use already. Nothing was "
                         "done; use a file.",
                         what);
  cli->stdin_is_taken = TRUE;
  return TRUE;
}

DkSecret *
dk_cli_ask (const char *prompt, const char *option, GError **error)
{
  g_autoptr (GError) failed = NULL;
  DkSecret *secret = dk_platform_ask_passphrase (prompt, &failed);

  if (secret == NULL)
    g_set_error (error, failed->domain, failed->code, "%s Give --%s FILE.", failed->message,
                 option);
  return secret;
}

DkSecret *
dk_cli_passphrase (DkCli *cli, const char *prompt, GError **error)
{
  if (cli->passphrase_file != NULL)
    return dk_secret_new_from_file (cli->passphrase_file, error);
  return dk_cli_ask (prompt, "passphrase-file", error);
}

/* Whose passphrase it is decides; the window asks for as many. */
static void
warn_about (const DkSecret *passphrase)
{
  const char *bytes = (const char *) dk_secret_get (passphrase);
  gsize count = 0;

  for (gsize i = 0; i < dk_secret_size (passphrase); i++)
    count += ((guint8) bytes[i] & 0xc0) != 0x80 ? 1 : 0;
  if (count < PASSPHRASE_CHARACTERS)
    dk_cli_message ("dkit: Warning: this passphrase has fewer than %d characters, so that it "
                    "can be guessed by whoever copies the kit. Four random words are good: dkit "
                    "passwd.",
                    PASSPHRASE_CHARACTERS);
  if (has_byte_order_mark (passphrase))
    dk_cli_message ("dkit: Warning: the file of this passphrase begins with a byte order mark, "
                    "which counts as part of it and cannot be typed.");
}

static DkSecret *
read_new_passphrase (const char *file, GError **error)
{
  DkSecret *passphrase = dk_secret_new_from_file (file, error);

  if (passphrase != NULL)
    warn_about (passphrase);
  return passphrase;
}

DkSecret *
dk_cli_new_passphrase (DkCli *cli, const char *file, const char *who, GError **error)
{
  g_autofree char *first_prompt = g_strdup_printf ("New passphrase of %s: ", who);
  g_autoptr (DkSecret) first = NULL;
  g_autoptr (DkSecret) second = NULL;

  if (file != NULL)
    return read_new_passphrase (file, error);
  first = dk_cli_ask (first_prompt, "new-passphrase-file", error);
  second = first != NULL ? dk_cli_ask ("Once more: ", "new-passphrase-file", error) : NULL;
  if (second == NULL)
    return NULL;
  if (!dk_secret_equal (first, second)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The two passphrases differ. Nothing was changed; try again.");
    return NULL;
  }
  warn_about (first);
  return g_steal_pointer (&first);
}

gboolean
dk_cli_kdf (const DkArgs *args, guint32 fallback_mib, DkKdfParams *out, GError **error)
{
  DkKdfParams params = dk_kdf_default ();
  gint64 mib = fallback_mib;

  if (!dk_args_get_int (args, "kdf-mib", 64, 1024, &mib, error))
    return FALSE;
  if (mib > 0)
    params.mib = (guint32) mib;
  else
    params = dk_kdf_calibrate ();
  if (!dk_kdf_params_check (params, error))
    return FALSE;
  *out = params;
  return TRUE;
}

static char *
read_stdin (const char *what, GError **error)
{
  GString *text = g_string_new (NULL);
  int c = 0;

  while (text->len <= DK_LIMIT_FIELD_BYTES && (c = getc (stdin)) != EOF)
    g_string_append_c (text, (char) c);
  if (c == EOF && ferror (stdin) != 0)
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED, "Standard input could not be read for %s.",
                 what);
  else if (dk_text_check (text->str, text->len, DK_LIMIT_FIELD_BYTES, what, error))
    return g_string_free (text, FALSE);
  g_string_free (text, TRUE);
  return NULL;
}

static char *
read_text_file (const char *path, gsize size_max, const char *what, GError **error)
{
  g_autoptr (GBytes) bytes = dk_file_read (path, size_max, error);
  const char *data;
  gsize size;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  if (!dk_text_check (data != NULL ? data : "", size, size_max, what, error))
    return NULL;
  return g_strndup (data != NULL ? data : "", size);
}

char *
dk_cli_read_value (DkCli *cli, const char *value, const char *what, GError **error)
{
  if (strcmp (value, "-") == 0)
    return take_stdin (cli, what, error) ? read_stdin (what, error) : NULL;
  if (value[0] == '@' && value[1] != '@')
    return read_text_file (value + 1, DK_LIMIT_FIELD_BYTES, what, error);
  if (value[0] == '@')
    value++;
  if (!dk_text_check (value, strlen (value), DK_LIMIT_FIELD_BYTES, what, error))
    return NULL;
  return g_strdup (value);
}

const char *
dk_cli_output (const DkArgs *args, DkOutputKind kind, GError **error)
{
  const char *path = dk_args_need (args, "output", error);

  if (path == NULL)
    return NULL;
  if (strcmp (path, "-") == 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This cannot be written to standard output. Nothing was done; name a %s after -o "
                 "(./- if it is to have that name).",
                 kind == DK_OUTPUT_FOLDER ? "folder" : "file");
    return NULL;
  }
  return dk_output_check (path, kind, error) ? path : NULL;
}

gboolean
dk_cli_write_file (const char *path, DkOutputKind kind, GBytes *bytes, GError **error)
{
  return dk_output_check (path, kind, error)
         && dk_file_replace (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                             DK_FILE_DURABLE, error);
}

char *
dk_cli_reason (const DkArgs *args, GError **error)
{
  const char *given = dk_args_need (args, "reason", error);
  g_autofree char *clean = NULL;

  if (given == NULL
      || !dk_text_check (given, strlen (given), DK_LIMIT_FIELD_BYTES, "--reason", error))
    return NULL;
  clean = dk_text_clean (given);
  if (*clean != '\0')
    return g_steal_pointer (&clean);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "Say why: --reason is blank. Nothing was done; the reason is kept in the ledger.");
  return NULL;
}

/* The 16 digits that minisign shows beside a key. */
static gboolean
is_key_id (const char *given)
{
  return strlen (given) == 16 && strspn (given, "0123456789abcdefABCDEF") == 16;
}

char *
dk_cli_public_key (const char *given, GError **error)
{
  g_autofree char *text = NULL;
  DkMinisignPublic key;

  if (dk_file_exists (given)) {
    text = read_text_file (given, KEY_TEXT_BYTES_MAX, "The public key", error);
    if (text == NULL)
      return NULL;
  } else if (is_key_id (given)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is only the id of a key, which anybody can give to a key of their own. "
                 "Nothing was changed; name the file of the public key, and see dkit help trust "
                 "add.",
                 given);
    return NULL;
  } else {
    text = g_strdup (given);
  }
  if (!dk_minisign_public_parse (text, &key, error)) {
    g_prefix_error (error, "%s: ", dk_file_exists (given) ? given : "The public key");
    return NULL;
  }
  return dk_minisign_public_text (&key);
}

char *
dk_cli_key_digest (const char *public_key_text)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  DkMinisignPublic key;

  if (!dk_minisign_public_parse (public_key_text, &key, NULL))
    return g_strdup ("");
  g_checksum_update (sum, (const guchar *) "Ed", 2);
  g_checksum_update (sum, key.id, sizeof key.id);
  g_checksum_update (sum, key.key, sizeof key.key);
  return g_strdup (g_checksum_get_string (sum));
}

char *
dk_cli_fingerprint (const char *public_key_text)
{
  g_autofree char *hex = dk_cli_key_digest (public_key_text);
  GString *out = g_string_new (NULL);

  for (gsize i = 0; *hex != '\0' && i < 32; i += 4)
    g_string_append_printf (out, "%s%.4s", i > 0 ? " " : "", hex + i);
  return g_string_free (out, FALSE);
}

gboolean
dk_cli_read_line (char **line, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  int c = getc (stdin);

  if (c == EOF) {
    *line = NULL;
    return TRUE;
  }
  for (; c != EOF && c != '\n' && text->len <= DK_LIMIT_COMMAND_LINE_BYTES; c = getc (stdin))
    g_string_append_c (text, (char) c);
  while (c != EOF && c != '\n')
    c = getc (stdin);
  if (!dk_text_check (text->str, text->len, DK_LIMIT_COMMAND_LINE_BYTES, "The line", error))
    return FALSE;
  *line = g_strdup (text->str);
  return TRUE;
}
