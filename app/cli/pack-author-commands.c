/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/authoring/pack-build.h"
#include "app/authoring/pack-new.h"
#include "app/base/file.h"
#include "app/cli/cli.h"
#include "app/container/container.h"
#include "app/crypto/age.h"

#define SIGNERS_MAX 8
#define KEY_PASSPHRASE "key-passphrase-file"
#define SECRET_KEY_BYTES_MAX 4096
#define WARNINGS_SHOWN 20

static char *
read_secret_text (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = dk_file_read (path, SECRET_KEY_BYTES_MAX, error);
  char *text;
  gsize size;
  const void *data;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  text = g_strndup (data != NULL ? data : "", size);
  if (size > 0)
    dk_secret_wipe ((void *) (guintptr) data, size);
  return text;
}

/* A key made with -W opens without a passphrase; for the others it is read or asked for. */
static gboolean
read_signer (const char *path, const char *passphrase_file, DkMinisignSecret *out, GError **error)
{
  g_autofree char *text = read_secret_text (path, error);
  g_autoptr (DkSecret) passphrase = NULL;
  g_autoptr (GError) failed = NULL;
  g_autofree char *prompt = NULL;
  gboolean done;

  if (text == NULL)
    return FALSE;
  done = dk_minisign_secret_parse (text, NULL, out, &failed);
  if (!done && g_error_matches (failed, DK_ERROR, DK_ERROR_DENIED)) {
    prompt = g_strdup_printf ("Passphrase of the key %s: ", path);
    passphrase = passphrase_file != NULL ? dk_secret_new_from_file (passphrase_file, error)
                                         : dk_cli_ask (prompt, KEY_PASSPHRASE, error);
    if (passphrase == NULL && passphrase_file != NULL)
      g_prefix_error (error, "--" KEY_PASSPHRASE ": ");
    done = passphrase != NULL && dk_minisign_secret_parse (text, passphrase, out, error);
  } else if (!done) {
    g_propagate_prefixed_error (error, g_steal_pointer (&failed), "%s: ", path);
  }
  dk_secret_wipe (text, strlen (text));
  return done;
}

static void
clear_signers (DkMinisignSecret *signers, guint count)
{
  for (guint i = 0; i < count; i++)
    dk_minisign_secret_clear (&signers[i]);
}

static gboolean
read_signers (const DkArgs *args, DkMinisignSecret *signers, guint *count, GError **error)
{
  const char *const *paths = dk_args_all (args, "key");

  if (paths[0] == NULL)
    return dk_cli_usage (error, "--key SECKEY is needed: a pack is always signed.");
  for (gsize i = 0; paths[i] != NULL; i++) {
    if (*count == SIGNERS_MAX)
      return dk_cli_usage (error, "A pack takes at most %d signatures.", SIGNERS_MAX);
    if (!read_signer (paths[i], dk_args_get (args, KEY_PASSPHRASE), &signers[*count], error))
      return FALSE;
    (*count)++;
  }
  return TRUE;
}

static gboolean
check_recipients (const char *const *texts, GError **error)
{
  guint8 key[32];

  for (gsize i = 0; texts[i] != NULL; i++)
    if (!dk_age_recipient_parse (texts[i], key, error)) {
      g_prefix_error (error, "%s: ", texts[i]);
      return FALSE;
    }
  return TRUE;
}

static DkPackSource *
read_folder (const DkArgs *args, GError **error)
{
  DkPackSourceOptions options = { .strict = dk_args_has (args, "strict") };

  return dk_pack_source_check (dk_args_word (args, 0), &options, NULL, error);
}

static void
show_warnings (const DkPackSource *source)
{
  guint shown = MIN (source->warnings->len, WARNINGS_SHOWN);

  for (guint i = 0; i < shown; i++)
    dk_cli_message ("Warning: %s", (const char *) g_ptr_array_index (source->warnings, i));
  if (source->warning_count > shown)
    dk_cli_message ("... and %u more warnings; --json lists them.",
                    source->warning_count - shown);
}

static guint
count_of (const DkPackSource *source, DkPackPart part)
{
  return source->parts[part].count;
}

/* What a folder holds, the same for build and check. */
static json_t *
folder_json (const DkPackSource *source)
{
  static const struct {
    const char *key;
    DkPackPart part;
  } parts[] = {
    { "contacts", DK_PACK_CONTACTS_PART },
    { "services", DK_PACK_SERVICES_PART },
    { "runbooks", DK_PACK_RUNBOOKS_PART },
    { "shifts", DK_PACK_SHIFTS_PART },
    { "call_trees", DK_PACK_CALL_TREES_PART },
    { "devices", DK_PACK_DEVICES_PART },
    { "lead_contacts", DK_PACK_LEAD_CONTACTS_PART },
    { "lead_runbooks", DK_PACK_LEAD_RUNBOOKS_PART },
    { "lead_call_trees", DK_PACK_LEAD_CALL_TREES_PART },
  };
  json_t *out = json_object ();
  json_t *warnings = json_array ();

  json_object_set (out, "about", source->about);
  json_object_set (out, "policy", source->policy);
  json_object_set_new (out, "policy_is_default", json_boolean (source->policy_is_missing));
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    json_object_set_new (out, parts[i].key, json_integer (count_of (source, parts[i].part)));
  json_object_set_new (out, "forms", json_integer ((json_int_t) json_array_size (source->forms)));
  for (guint i = 0; i < source->warnings->len; i++)
    json_array_append_new (warnings,
                           dk_json_string (g_ptr_array_index (source->warnings, i)));
  json_object_set_new (out, "warnings", warnings);
  json_object_set_new (out, "warning_count", json_integer (source->warning_count));
  return out;
}

static void
say_counts (DkCli *cli, const DkPackSource *source)
{
  dk_cli_say (cli,
              "%u contacts, %u services, %u runbooks, %u shifts, %u call trees, %u devices; for "
              "leads alone, in part or whole: %u contacts, %u runbooks, %u call trees",
              count_of (source, DK_PACK_CONTACTS_PART), count_of (source, DK_PACK_SERVICES_PART),
              count_of (source, DK_PACK_RUNBOOKS_PART), count_of (source, DK_PACK_SHIFTS_PART),
              count_of (source, DK_PACK_CALL_TREES_PART), count_of (source, DK_PACK_DEVICES_PART),
              count_of (source, DK_PACK_LEAD_CONTACTS_PART),
              count_of (source, DK_PACK_LEAD_RUNBOOKS_PART),
              count_of (source, DK_PACK_LEAD_CALL_TREES_PART));
}

static gboolean
build (DkCli *cli, const DkArgs *args, const DkMinisignSecret *signers, guint count,
       GError **error)
{
  const char *output = dk_cli_output (args, DK_OUTPUT_PACK, error);
  const char *const *to = dk_args_all (args, "to");
  const char *const *to_lead = dk_args_all (args, "to-lead");
  DkPackOptions options = { .to = to, .to_lead = to_lead, .plain = dk_args_has (args, "plain"),
                            .signers = signers, .signer_count = count };
  g_autoptr (DkPackSource) source = NULL;
  g_autoptr (GBytes) bytes = NULL;
  json_t *document;

  if (output == NULL || !check_recipients (to, error) || !check_recipients (to_lead, error))
    return FALSE;
  source = read_folder (args, error);
  bytes = source != NULL ? dk_pack_build (source, &options, NULL, error) : NULL;
  if (bytes == NULL || !dk_cli_write_file (output, DK_OUTPUT_PACK, bytes, error))
    return FALSE;
  show_warnings (source);
  dk_cli_say (cli, "%s: sequence %" G_GINT64_FORMAT ", %" G_GSIZE_FORMAT " bytes", output,
              dk_json_get_int (source->about, "sequence", 0), g_bytes_get_size (bytes));
  say_counts (cli, source);
  document = folder_json (source);
  dk_json_set_text (document, "file", output);
  json_object_set_new (document, "bytes", json_integer ((json_int_t) g_bytes_get_size (bytes)));
  dk_cli_take_document (cli, document);
  return TRUE;
}

static gboolean
run_build (DkCli *cli, const DkArgs *args, GError **error)
{
  DkMinisignSecret signers[SIGNERS_MAX] = { 0 };
  guint count = 0;
  gboolean done
      = read_signers (args, signers, &count, error) && build (cli, args, signers, count, error);

  clear_signers (signers, count);
  return done;
}

static gboolean
run_check (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkPackSource) source = read_folder (args, error);
  json_t *document;

  if (source == NULL)
    return FALSE;
  show_warnings (source);
  dk_cli_say (cli, "%s: no problems, %u warning%s", dk_args_word (args, 0), source->warning_count,
              source->warning_count == 1 ? "" : "s");
  say_counts (cli, source);
  document = folder_json (source);
  json_object_set_new (document, "ok", json_true ());
  dk_cli_take_document (cli, document);
  return TRUE;
}

static gboolean
run_new (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *folder = dk_args_word (args, 0);
  g_autoptr (GPtrArray) files = dk_pack_new (folder, 0, error);
  json_t *list;

  if (files == NULL)
    return FALSE;
  list = json_array ();
  dk_cli_say (cli, "%s: %u files. Begin with its README.md; `dkit pack check %s` says what is "
                   "still missing.",
              folder, files->len, folder);
  for (guint i = 0; i < files->len; i++) {
    dk_cli_say (cli, "  %s", (const char *) g_ptr_array_index (files, i));
    json_array_append_new (list, dk_json_string (g_ptr_array_index (files, i)));
  }
  dk_cli_take_document (cli, json_pack ("{s:s, s:o}", "folder", folder, "files", list));
  return TRUE;
}

/* The signatures of one container, each added to what came before. */
static GBytes *
add_signatures (const char *path, const DkMinisignSecret *signers, guint count, GError **error)
{
  g_autoptr (DkContainer) container = dk_container_open_file (path, error);
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < count; i++) {
    if (container == NULL)
      return NULL;
    g_clear_pointer (&bytes, g_bytes_unref);
    bytes = dk_container_add_signature (container, &signers[i], error);
    g_clear_pointer (&container, dk_container_free);
    if (bytes == NULL)
      return NULL;
    container = dk_container_open (bytes, error);
  }
  return container != NULL ? g_steal_pointer (&bytes) : NULL;
}

static json_t *
signers_json (GBytes *pack)
{
  g_autoptr (DkContainer) container = dk_container_open (pack, NULL);
  json_t *list = json_array ();

  for (guint i = 0; container != NULL && i < dk_container_signature_count (container); i++)
    json_array_append_new (list, dk_json_string (dk_container_signature_id (container, i)));
  return list;
}

static gboolean
sign (DkCli *cli, const DkArgs *args, const DkMinisignSecret *signers, guint count, GError **error)
{
  const char *output = dk_cli_output (args, DK_OUTPUT_PACK, error);
  g_autoptr (GBytes) bytes
      = output != NULL ? add_signatures (dk_args_word (args, 0), signers, count, error) : NULL;
  json_t *list;

  if (bytes == NULL || !dk_cli_write_file (output, DK_OUTPUT_PACK, bytes, error))
    return FALSE;
  list = signers_json (bytes);
  dk_cli_say (cli, "%s: signed by %u key%s now; what it holds is unchanged", output,
              (guint) json_array_size (list), json_array_size (list) == 1 ? "" : "s");
  dk_cli_take_document (cli, json_pack ("{s:s, s:o, s:I}", "file", output, "signers", list, "bytes",
                                        (json_int_t) g_bytes_get_size (bytes)));
  return TRUE;
}

static gboolean
run_sign (DkCli *cli, const DkArgs *args, GError **error)
{
  DkMinisignSecret signers[SIGNERS_MAX] = { 0 };
  guint count = 0;
  gboolean done
      = read_signers (args, signers, &count, error) && sign (cli, args, signers, count, error);

  clear_signers (signers, count);
  return done;
}

const DkCommand DK_CLI_AUTHOR_COMMANDS[] = {
  { "pack new", "DIR", "begin a folder of content that explains itself\n\n"
    "Writes a small example of teams and roles with a README into DIR, which must be empty or\n"
    "not there. What it writes can be built at once. Change it row by row.",
    "", 1, 1, 0, run_new },
  { "pack check", "DIR [--strict]", "check a folder of content without keys\n\n"
    "Tells every problem with file, line and column (exit code 5), and warns of what should be\n"
    "mended: reviews that are overdue, a rota that ends too early, numbers that two contacts\n"
    "have. --strict makes warnings problems, for the automatic check of a repository.",
    "strict", 1, 1, 0, run_check },
  { "pack build",
    "DIR --key SECKEY... [--key-passphrase-file F] [--to AGE...] [--to-lead AGE...] [--plain] "
    "[--strict] -o F",
    "check a folder of content, seal and sign it\n\n"
    "Sealed to the stations and desks of its fleet.yaml and to --to; lead-only parts to the leads\n"
    "of the fleet and to --to-lead. --plain leaves all but lead-only parts unsealed. Checks as\n"
    "`dkit pack check`. The same folder gives the same content.",
    "key key-passphrase-file to to-lead plain strict output", 1, 1, 0, run_build },
  { "pack sign", "F --key SECKEY... [--key-passphrase-file F] -o F2",
    "add a signature to a pack, its content unchanged\n\n"
    "For the second signer whom a change of signers, desks, recipients or routes needs. Look at\n"
    "the pack before: you vouch for it.",
    "key key-passphrase-file output", 1, 1, 0, run_sign },
  { 0 },
};
