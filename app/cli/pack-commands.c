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
#define KEY_PASSPHRASE "key-passphrase-file"
#define SECRET_KEY_BYTES_MAX 4096
#define LEAD_PAYLOAD "lead.zip.age"

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

  if (output == NULL || !check_recipients (to, error) || !check_recipients (to_lead, error))
    return FALSE;
  source = dk_pack_source_read (dk_args_word (args, 0), NULL, error);
  bytes = source != NULL ? dk_pack_build (source, &options, NULL, error) : NULL;
  if (bytes == NULL
      || !dk_cli_write_file (output, DK_OUTPUT_PACK, bytes, error))
    return FALSE;
  if (source->policy_is_missing)
    dk_cli_message ("Warning: this folder has no policy.yaml, so the pack sets the defaults: the "
                    "stock priority matrix, patient safety never below 2, lock after 5 minutes, "
                    "content stale after 90 days. Write one if your rules differ.");
  dk_cli_say (cli, "%s: sequence %" G_GINT64_FORMAT ", %" G_GSIZE_FORMAT " bytes", output,
              dk_json_get_int (source->about, "sequence", 0), g_bytes_get_size (bytes));
  dk_cli_take_document (
      cli, json_pack ("{s:s, s:O, s:O, s:b, s:I, s:i, s:i, s:i}", "file", output, "about",
                      source->about, "policy", source->policy, "policy_is_default",
                      (int) source->policy_is_missing,
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

/* Says in words what a date alone does not. */
static void
say_expired (DkCli *cli, gint64 expires_ms)
{
  g_autofree char *when = dk_time_format_local (expires_ms);

  if (expires_ms > 0 && expires_ms < dk_clock_wall_ms ())
    dk_cli_say (cli, "EXPIRED since %.10s: do not rely on it, get a newer pack.", when);
}

static gboolean
run_verify (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, TRUE, sizeof (DkMinisignPublic));
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (GPtrArray) signers = NULL;
  gint64 expires = 0;
  gboolean has_lead;
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
  if (!dk_time_parse (dk_json_get_text (document, "expires"), "expires", &expires, NULL))
    expires = 0;
  json_object_set_new (document, "expired",
                       json_boolean (expires > 0 && expires < dk_clock_wall_ms ()));
  has_lead = dk_container_payload (container, LEAD_PAYLOAD) != NULL;
  json_object_set_new (document, "lead_sealed", json_boolean (has_lead));
  dk_cli_say (cli, "%s: whole and signed by %u of the keys given",
              dk_json_get_text (document, "name"), signers->len);
  dk_cli_say (cli, "sequence %" G_GINT64_FORMAT ", created %s, expires %s",
              dk_json_get_int (document, "sequence", 0), dk_json_get_text (document, "created"),
              dk_json_get_text (document, "expires"));
  say_expired (cli, expires);
  if (has_lead)
    dk_cli_say (cli, "It has a sealed part for shift leads alone.");
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
  say_expired (cli, facts->expires_ms);
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

static void
say_lead (DkCli *cli, const DkPackApplied *applied)
{
  gboolean holds = dk_keyring_get (dk_kit_keys (cli->kit), DK_KEY_LEAD) != NULL;

  if (!applied->has_lead)
    return;
  if (applied->lead_parts >= 0)
    dk_cli_say (cli, "%d lead-only part%s kept sealed: only leads see them.", applied->lead_parts,
                applied->lead_parts == 1 ? " is" : "s are");
  else if (holds)
    dk_cli_say (cli, "Its lead-only part does not open with the lead key of this kit: nobody can "
                     "read it here. Give who builds packs the lead recipient that `dkit info` "
                     "prints.");
  else
    dk_cli_say (cli, "Its lead-only parts are kept sealed: only leads see them.");
}

static gboolean
run_apply (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkPackApplied) applied = NULL;
  json_t *document;

  if (!dk_pack_apply (cli->kit, dk_args_word (args, 0), dk_args_has (args, "replace"), NULL,
                      &applied, error))
    return FALSE;
  document = facts_json (applied->facts);
  json_object_set_new (document, "already_applied", json_boolean (applied->already));
  json_object_set_new (document, "contacts_before", json_integer (applied->contacts_before));
  json_object_set_new (document, "contacts_after", json_integer (applied->contacts));
  json_object_set_new (document, "lead_sealed", json_boolean (applied->has_lead));
  json_object_set_new (document, "lead_parts",
                       applied->lead_parts >= 0 ? json_integer (applied->lead_parts)
                                                : json_null ());
  if (applied->already)
    dk_cli_say (cli, "This pack is in force already. Nothing was changed.");
  if (applied->contacts * 2 < applied->contacts_before)
    dk_cli_say (cli, "CAUTION: %" G_GINT64_FORMAT " contacts before, %" G_GINT64_FORMAT " now. "
                     "More than half of them are gone; ask who published this pack if that is "
                     "meant.",
                applied->contacts_before, applied->contacts);
  say_lead (cli, applied);
  return say_facts (cli, applied->facts, document, error);
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
  { "pack apply", "F [--replace]", "bring a pack into force in this kit\n\n"
    "A pack of another name than the one in force is refused, unless --replace is given: then it\n"
    "takes the place of all content. Older sequences and packs made in the future are refused.",
    "replace", 1, 1, DK_CLI_NEEDS_KIT, run_apply },
  { "pack info", "", "the pack in force and its age", "", 0, 0, DK_CLI_NEEDS_KIT, run_info },
  { 0 },
};
