/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/platform.h"
#include "app/cli/cli.h"
#include "app/content/pack-apply.h"
#include "app/content/pack-build.h"
#include "app/crypto/age.h"

#define SIGNERS_MAX 8
#define SECRET_KEY_BYTES_MAX 4096

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
                                         : dk_platform_ask_passphrase (prompt, error);
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
    if (!read_signer (paths[i], dk_args_get (args, "key-passphrase-file"), &signers[*count], error))
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

static gboolean
build (DkCli *cli, const DkArgs *args, const DkMinisignSecret *signers, guint count,
       GError **error)
{
  const char *output = dk_args_need (args, "output", error);
  const char *const *to = dk_args_all (args, "to");
  const char *const *to_lead = dk_args_all (args, "to-lead");
  DkPackOptions options = { .to = to, .to_lead = to_lead, .plain = dk_args_has (args, "plain"),
                            .signers = signers, .signer_count = count };
  g_autoptr (DkPackSource) source = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (output == NULL || !check_recipients (to, error) || !check_recipients (to_lead, error))
    return FALSE;
  source = dk_pack_source_read (dk_args_word (args, 0), NULL, error);
  bytes = source != NULL ? dk_pack_build (source, &options, NULL, error) : NULL;
  if (bytes == NULL
      || !dk_file_replace (output, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                           DK_FILE_DURABLE, error))
    return FALSE;
  dk_cli_say (cli, "%s: sequence %" G_GINT64_FORMAT ", %" G_GSIZE_FORMAT " bytes", output,
              dk_json_get_int (source->about, "sequence", 0), g_bytes_get_size (bytes));
  dk_cli_take_document (
      cli, json_pack ("{s:s, s:O, s:I, s:i, s:i, s:i}", "file", output, "about", source->about,
                      "bytes", (json_int_t) g_bytes_get_size (bytes), "contacts",
                      (int) json_array_size (source->contacts), "runbooks",
                      (int) json_array_size (source->runbooks), "services",
                      (int) json_array_size (source->services)));
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
parse_trusted (const char *const *given, GArray *keys, GError **error)
{
  for (gsize i = 0; given[i] != NULL; i++) {
    g_autofree char *text = dk_cli_public_key (given[i], error);
    DkMinisignPublic key;
    if (text == NULL || !dk_minisign_public_parse (text, &key, error))
      return FALSE;
    g_array_append_val (keys, key);
  }
  return keys->len > 0 || dk_cli_usage (error, "--trust PUB is needed: whose signature counts.");
}

static json_t *
strings_json (GPtrArray *strings)
{
  json_t *list = json_array ();

  for (guint i = 0; i < strings->len; i++)
    json_array_append_new (list, dk_json_string (g_ptr_array_index (strings, i)));
  return list;
}

static gboolean
run_verify (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, TRUE, sizeof (DkMinisignPublic));
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (GPtrArray) signers = NULL;
  json_t *document;

  if (!parse_trusted (dk_args_all (args, "trust"), keys, error))
    return FALSE;
  container = dk_container_open_file (dk_args_word (args, 0), error);
  if (container == NULL
      || !dk_container_verify (container, "pack", (const DkMinisignPublic *) (void *) keys->data,
                               keys->len, &signers, NULL, error))
    return FALSE;
  document = json_deep_copy (dk_container_manifest (container));
  json_object_set_new (document, "ok", json_true ());
  json_object_set_new (document, "signers", strings_json (signers));
  dk_cli_say (cli, "%s: whole and signed by %u of the keys given",
              dk_json_get_text (document, "name"), signers->len);
  dk_cli_say (cli, "sequence %" G_GINT64_FORMAT ", created %s, expires %s",
              dk_json_get_int (document, "sequence", 0), dk_json_get_text (document, "created"),
              dk_json_get_text (document, "expires"));
  dk_cli_take_document (cli, document);
  return TRUE;
}

static json_t *
facts_json (const DkPackFacts *facts)
{
  gint64 now = dk_clock_wall_ms ();

  return json_pack ("{s:s, s:s, s:I, s:o, s:o, s:o, s:I, s:b}", "name", facts->name,
                    "organisation", facts->organisation, "sequence",
                    (json_int_t) facts->sequence, "created", dk_cli_time (facts->created_ms),
                    "expires", dk_cli_time (facts->expires_ms), "applied_at",
                    dk_cli_time (facts->applied_ms), "age_days",
                    (json_int_t) (MAX (0, now - facts->created_ms) / 86400000), "expired",
                    facts->expires_ms > 0 && facts->expires_ms < now);
}

static gboolean
say_facts (DkCli *cli, const DkPackFacts *facts, json_t *document, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (GPtrArray) contacts = dk_content_store_contacts (store, G_MAXINT32, error);
  g_autoptr (GPtrArray) runbooks
      = contacts != NULL ? dk_content_store_runbooks (store, error) : NULL;
  g_autoptr (GPtrArray) services
      = runbooks != NULL ? dk_content_store_services (store, error) : NULL;

  if (services == NULL) {
    json_decref (document);
    return FALSE;
  }
  json_object_set_new (document, "contacts", json_integer (contacts->len));
  json_object_set_new (document, "runbooks", json_integer (runbooks->len));
  json_object_set_new (document, "services", json_integer (services->len));
  dk_cli_say (cli, "%s (%s), sequence %" G_GINT64_FORMAT, facts->name, facts->organisation,
              facts->sequence);
  dk_cli_say (cli, "%u contacts, %u runbooks, %u services; %d days old", contacts->len,
              runbooks->len, services->len, (int) dk_json_get_int (document, "age_days", 0));
  if (dk_json_get_bool (document, "expired", FALSE))
    dk_cli_say (cli, "EXPIRED: get a newer pack.");
  dk_cli_take_document (cli, document);
  return TRUE;
}

static gboolean
current_pack (DkCli *cli, DkPackFacts **facts, GError **error)
{
  g_autoptr (GError) failed = NULL;

  *facts = dk_content_store_current (dk_cli_store (cli), &failed);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
run_apply (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkPackFacts) before = NULL;
  g_autoptr (DkPackFacts) facts = NULL;
  gboolean already;
  json_t *document;

  if (!current_pack (cli, &before, error)
      || !dk_pack_apply (cli->kit, dk_args_word (args, 0), NULL, &facts, error))
    return FALSE;
  already = before != NULL && before->id == facts->id;
  document = facts_json (facts);
  json_object_set_new (document, "already_applied", json_boolean (already));
  if (already)
    dk_cli_say (cli, "This pack is in force already. Nothing was changed.");
  return say_facts (cli, facts, document, error);
}

static gboolean
run_info (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkPackFacts) facts = NULL;

  if (!current_pack (cli, &facts, error))
    return FALSE;
  if (facts == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "This kit has no content yet. Get the current pack and apply it: dkit pack "
                 "apply F.");
    return FALSE;
  }
  return say_facts (cli, facts, facts_json (facts), error);
}

const DkCommand DK_CLI_PACK_COMMANDS[] = {
  { "pack build",
    "DIR --key SECKEY... [--key-passphrase-file F] [--to AGE...] [--to-lead AGE...] [--plain] "
    "-o F",
    "check a folder of content, seal and sign it\n\n"
    "Sealed to the stations and desks of its fleet.yaml and to --to; lead-only parts to the leads\n"
    "of the fleet and to --to-lead. --plain leaves all but lead-only parts unsealed.",
    "key key-passphrase-file to to-lead plain output", 1, 1, 0, run_build },
  { "pack verify", "F --trust PUB", "is a pack whole, and signed by this key?\n\n"
    "Needs no kit. Unknown signer: exit code 3. Changed bytes: exit code 6.",
    "trust", 1, 1, 0, run_verify },
  { "pack apply", "F", "bring a pack into force in this kit", "", 1, 1, DK_CLI_NEEDS_KIT,
    run_apply },
  { "pack info", "", "the pack in force and its age", "", 0, 0, DK_CLI_NEEDS_KIT, run_info },
  { 0 },
};
