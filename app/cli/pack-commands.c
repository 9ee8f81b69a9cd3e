/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/platform.h"
#include "app/cli/cli.h"
#include "app/cli/lead-content.h"
#include "app/cli/refresh-commands.h"
#include "app/content/lead-change.h"
#include "app/store/content-change.h"
#include "app/crypto/age.h"

#define LEAD_PAYLOAD "lead.zip.age"

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

/* There is no kit here: what counts are the keys that were given. Takes the error. */
static void
refuse_signers (GError *failed, const DkContainer *head, GError **error)
{
  g_autoptr (GString) ids = NULL;

  if (!g_error_matches (failed, DK_ERROR, DK_ERROR_DENIED)) {
    g_propagate_error (error, failed);
    return;
  }
  ids = g_string_new (NULL);
  for (guint i = 0; i < dk_container_signature_count (head); i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? ", " : "", dk_container_signature_id (head, i));
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "None of the keys given with --trust signed this pack; its signatures name key ID "
               "%s. Do not rely on the pack, and do not trust a key because of this message: ask "
               "the signers for their public key on a way that you know.",
               ids->str);
  g_error_free (failed);
}

/* A large file that none of the keys signed costs neither memory nor time. */
static DkContainer *
open_signed (const char *path, GArray *keys, GError **error)
{
  g_autoptr (DkContainer) head = dk_container_open_head (path, error);
  g_autoptr (GError) failed = NULL;

  if (head == NULL)
    return NULL;
  if (!dk_container_check_signers (head, "pack", (const DkMinisignPublic *) (void *) keys->data,
                                   keys->len, NULL, &failed)) {
    refuse_signers (g_steal_pointer (&failed), head, error);
    return NULL;
  }
  return dk_container_open_in_place (path, NULL, error);
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
  container = open_signed (dk_args_word (args, 0), keys, error);
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
  has_lead = dk_container_has_payload (container, LEAD_PAYLOAD);
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
  gint64 contacts = 0;
  g_autoptr (GPtrArray) runbooks = dk_content_store_runbooks (store, error);
  g_autoptr (GPtrArray) services
      = runbooks != NULL ? dk_content_store_services (store, error) : NULL;

  if (services == NULL || !dk_content_store_count_contacts (store, 0, &contacts, error)) {
    json_decref (document);
    return FALSE;
  }
  json_object_set_new (document, "contacts", json_integer (contacts));
  json_object_set_new (document, "runbooks", json_integer (runbooks->len));
  json_object_set_new (document, "services", json_integer (services->len));
  dk_cli_say (cli, "%s (%s), sequence %" G_GINT64_FORMAT, facts->name, facts->organisation,
              facts->sequence);
  dk_cli_say (cli, "%" G_GINT64_FORMAT " contacts, %u runbooks, %u services; %d days old", contacts,
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

typedef struct {
  gboolean replace;
  DkPackApplied **applied;
} Apply;

static gboolean
apply_waiting (DkKit *kit, DkContainer *container, gpointer data, GError **error)
{
  const Apply *apply = data;

  return dk_pack_apply_container (kit, container, apply->replace, NULL, apply->applied, error);
}

/* *more gets what is to be said of a waiting pack, an empty object for a file that was named. */
static gboolean
apply_named_or_waiting (DkCli *cli, const DkArgs *args, DkPackApplied **applied, json_t **more,
                        GError **error)
{
  Apply apply = { .replace = dk_args_has (args, "replace"), .applied = applied };

  if (dk_args_count (args) == 0)
    return dk_cli_try_waiting (cli, apply_waiting, &apply, more, error);
  if (!dk_pack_apply (cli->kit, dk_args_word (args, 0), apply.replace, NULL, applied, error))
    return FALSE;
  *more = json_object ();
  return TRUE;
}

#define NAMES_SHOWN 20

/* What changes, for people. That leads saw what is theirs is entered. */
static gboolean
say_changes (DkCli *cli, const json_t *changes, GError **error)
{
  const json_t *lead = json_object_get (changes, "lead");
  g_autoptr (GPtrArray) lines = dk_content_changes_describe_json (changes, NAMES_SHOWN);
  g_autoptr (GPtrArray) lead_lines = dk_content_changes_describe_lead (lead, NAMES_SHOWN);

  for (guint i = 0; i < lines->len; i++)
    dk_cli_say (cli, "%s", (const char *) g_ptr_array_index (lines, i));
  if (lines->len == 0)
    dk_cli_say (cli, "No contact, number, runbook or rule differs in what everybody reads.");
  if (lead_lines->len > 0)
    dk_cli_say (cli, "For leads:");
  for (guint i = 0; i < lead_lines->len; i++)
    dk_cli_say (cli, "  %s", (const char *) g_ptr_array_index (lead_lines, i));
  return g_strcmp0 (dk_json_get_text (lead, "state"), DK_LEAD_COMPARED) != 0
         || dk_cli_note_lead (cli, "changes", NULL, error);
}

typedef struct {
  gboolean replace;
  json_t *changes;
} Preview;

static gboolean
preview_container (DkKit *kit, DkContainer *container, gpointer data, GError **error)
{
  Preview *preview = data;

  return dk_pack_preview_container (kit, container, preview->replace, NULL, &preview->changes,
                                    error);
}

static gboolean
preview_named_or_waiting (DkCli *cli, const DkArgs *args, Preview *preview, json_t **more,
                          GError **error)
{
  g_autoptr (DkContainer) container = NULL;

  if (dk_args_count (args) == 0)
    return dk_cli_try_waiting (cli, preview_container, preview, more, error);
  container = dk_pack_open_file (cli->kit, dk_args_word (args, 0), error);
  if (container == NULL || !preview_container (cli->kit, container, preview, error))
    return FALSE;
  *more = json_object ();
  return TRUE;
}

static gboolean
run_preview (DkCli *cli, const DkArgs *args, GError **error)
{
  Preview preview = { .replace = dk_args_has (args, "replace") };
  json_t *document = NULL;

  if (!preview_named_or_waiting (cli, args, &preview, &document, error))
    return FALSE;
  json_object_set_new (document, "dry_run", json_true ());
  dk_cli_say (cli, "Nothing was applied. This pack would change:");
  json_object_set_new (document, "changes", preview.changes);
  dk_cli_take_document (cli, document);
  return say_changes (cli, preview.changes, error);
}

static gboolean
run_apply (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkPackApplied) applied = NULL;
  g_autoptr (json_t) more = NULL;
  json_t *document;

  if (dk_args_has (args, "dry-run"))
    return run_preview (cli, args, error);
  if (!apply_named_or_waiting (cli, args, &applied, &more, error))
    return FALSE;
  document = facts_json (applied->facts);
  json_object_update (document, more);
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
  json_object_set_new (document, "changes",
                       applied->changes != NULL ? json_incref (applied->changes) : json_null ());
  if (applied->changes != NULL && !say_changes (cli, applied->changes, error)) {
    json_decref (document);
    return FALSE;
  }
  return say_facts (cli, applied->facts, document, error);
}

static gboolean
tell_last_changes (DkCli *cli, json_t *document, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (json_t) changes = dk_content_changes_last (dk_cli_store (cli), &failed);
  json_t *lead = NULL;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (changes != NULL) {
    if (!dk_pack_lead_changes (cli->kit, &lead, error))
      return FALSE;
    json_object_set_new (changes, "lead", lead);
    if (!say_changes (cli, changes, error))
      return FALSE;
  } else {
    dk_cli_say (cli, "What this pack changed was not kept: an earlier program applied it.");
  }
  json_object_set_new (document, "changes",
                       changes != NULL ? json_incref (changes) : json_null ());
  return TRUE;
}

static gboolean
run_info (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkPackFacts) facts = NULL;
  json_t *document;

  if (!current_pack (cli, &facts, error))
    return FALSE;
  if (facts == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "This kit has no content yet. Get the current pack and apply it: dkit pack "
                 "apply F.");
    return FALSE;
  }
  document = facts_json (facts);
  if (dk_args_has (args, "changes") && !tell_last_changes (cli, document, error)) {
    json_decref (document);
    return FALSE;
  }
  return say_facts (cli, facts, document, error);
}

const DkCommand DK_CLI_PACK_COMMANDS[] = {
  { "pack verify", "F --trust PUB", "is a pack whole, and signed by this key?\n\n"
    "Needs no kit. Unknown signer: exit code 3. Changed bytes: exit code 6.",
    "trust", 1, 1, 0, run_verify },
  { "pack apply", "[F] [--replace] [--dry-run]", "bring a pack into force in this kit\n\n"
    "Without F: the newest that waits (`dkit pack waiting`) and counts.\n"
    "A pack of another name than the one in force is refused, unless --replace is given: then it\n"
    "takes the place of all content. Older sequences and packs made in the future are refused.\n"
    "--dry-run only says what would change.",
    "replace dry-run", 0, 1, DK_CLI_NEEDS_KIT, run_apply },
  { "pack info", "[--changes]", "the pack in force and its age, and what it changed", "changes",
    0, 0, DK_CLI_NEEDS_KIT, run_info },
  { 0 },
};
