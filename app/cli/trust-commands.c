/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/cli/cli.h"
#include "app/trust/trust-pack.h"

#define FINGERPRINT_DIGITS_MIN 16

/* Which key it is, for scripts and for the person with the paper. */
static json_t *
key_json (const char *key_text, const char *state)
{
  json_t *item = json_object ();
  g_autofree char *fingerprint = NULL;
  g_autofree char *id = NULL;
  DkMinisignPublic key;

  if (key_text != NULL && dk_minisign_public_parse (key_text, &key, NULL)) {
    id = dk_minisign_id_text (key.id);
    fingerprint = dk_cli_fingerprint (key_text);
  }
  json_object_set_new (item, "key_id", dk_json_string (id));
  json_object_set_new (item, "fingerprint", dk_json_string (fingerprint));
  json_object_set_new (item, "public_key", dk_json_string (key_text));
  dk_json_set_text (item, "state", state);
  return item;
}

static json_t *
signer_json (const DkTrustSigner *signer)
{
  json_t *item = key_json (signer->key, "trusted");

  json_object_set_new (item, "name", dk_json_string (signer->name));
  json_object_set_new (item, "since", dk_json_string (signer->since));
  json_object_set_new (item, "origin", dk_json_string (signer->origin));
  return item;
}

static json_t *
revoked_json (const DkTrustRevoked *revoked)
{
  json_t *item = key_json (revoked->key, "revoked");

  json_object_set_new (item, "key_id", dk_json_string (revoked->id));
  json_object_set_new (item, "origin", dk_json_string (revoked->origin));
  return item;
}

static void
say_problems (DkCli *cli, const DkTrust *trust)
{
  for (guint i = 0; i < trust->problems->len; i++)
    dk_cli_message ("dkit: %s", (const char *) g_ptr_array_index (trust->problems, i));
}

static void
say_origin (DkCli *cli, const char *state, const char *origin, const char *name)
{
  gboolean is_list = g_str_equal (origin, "list");

  dk_cli_say (cli, "%18s%s %s%s%s%s", "", state, is_list ? "by an administrator" : "by the pack ",
              is_list ? "" : origin, name != NULL ? ": " : "", name != NULL ? name : "");
}

static gboolean
run_list (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkTrust) trust = dk_trust_effective (dk_cli_store (cli), error);
  json_t *list;

  if (trust == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    json_t *item = signer_json (signer);
    dk_cli_say (cli, "%s  %s", signer->id, dk_json_get_text (item, "fingerprint"));
    say_origin (cli, "trusted", signer->origin, signer->name);
    json_array_append_new (list, item);
  }
  for (guint i = 0; i < trust->revoked->len; i++) {
    const DkTrustRevoked *revoked = g_ptr_array_index (trust->revoked, i);
    dk_cli_say (cli, "%s  REVOKED", revoked->id);
    say_origin (cli, "revoked", revoked->origin, NULL);
    json_array_append_new (list, revoked_json (revoked));
  }
  if (trust->signers->len == 0 && trust->holds && !trust->is_unsigned)
    dk_cli_say (cli, "Nobody is trusted yet to sign content for this kit: dkit trust add.");
  say_problems (cli, trust);
  dk_cli_take_document (cli, list);
  return TRUE;
}

static void
say_places (DkCli *cli, const char *what, const GPtrArray *places)
{
  for (guint i = 0; i < places->len; i++) {
    const DkTrustPlace *place = g_ptr_array_index (places, i);
    dk_cli_say (cli, "%-8s %-8s %s", what, place->code, place->site != NULL ? place->site : "");
  }
}

static gboolean
run_show (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkTrust) trust = dk_trust_effective (dk_cli_store (cli), error);

  if (trust == NULL)
    return FALSE;
  dk_cli_say (cli, "%u signers, %u revoked keys; list number %" G_GINT64_FORMAT "%s%s",
              trust->signers->len, trust->revoked->len, trust->seq,
              trust->fleet_origin != NULL ? ", fleet of the pack " : "",
              trust->fleet_origin != NULL ? trust->fleet_origin : "");
  say_places (cli, "station", trust->stations);
  say_places (cli, "desk", trust->desks);
  for (guint i = 0; i < trust->routes->len; i++)
    dk_cli_say (cli, "route    %s", (const char *) g_ptr_array_index (trust->routes, i));
  say_problems (cli, trust);
  dk_cli_take_document (cli, dk_trust_to_json (trust));
  return TRUE;
}

/* minisign writes an id without the zeros that it begins with. */
static gboolean
is_id_of (const char *key_text, const char *typed)
{
  DkMinisignPublic key;
  g_autofree char *id = NULL;

  if (!dk_minisign_public_parse (key_text, &key, NULL))
    return FALSE;
  id = dk_minisign_id_text (key.id);
  return g_ascii_strcasecmp (id + strspn (id, "0"), typed + strspn (typed, "0")) == 0;
}

/* Compares what was typed from paper with the key, blanks and case aside. */
static gboolean
check_fingerprint (const char *key, const char *typed, GError **error)
{
  g_autofree char *digest = dk_cli_key_digest (key);
  g_autoptr (GString) digits = g_string_new (NULL);

  for (const char *p = typed; *p != '\0'; p++)
    if (!g_ascii_isspace (*p) && *p != ':' && *p != '-')
      g_string_append_c (digits, g_ascii_tolower (*p));
  if (digits->len >= FINGERPRINT_DIGITS_MIN && digits->len <= strlen (digest)
      && strncmp (digest, digits->str, digits->len) == 0)
    return TRUE;
  if (is_id_of (key, digits->str))
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "That is the key's id, which anybody can give to a key of their own, and not its "
                 "fingerprint. Nothing was changed; dkit help trust add says where the fingerprint "
                 "comes from.");
  else
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This key does not have that fingerprint (at least %d digits). Nothing was "
                 "changed; check with the person who handed you the paper.",
                 FINGERPRINT_DIGITS_MIN);
  return FALSE;
}

/* What was changed stands; station.json is only a copy for while the kit is locked. */
static void
write_station (DkCli *cli)
{
  g_autoptr (GError) failed = NULL;

  if (!dk_kit_write_station (cli->kit, &failed))
    dk_cli_message ("dkit: station.json could not be written now; the next unlock does it. %s",
                    failed->message);
}

static gboolean
run_add (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *typed = dk_args_need (args, "fingerprint", error);
  g_autofree char *key = typed != NULL ? dk_cli_public_key (dk_args_word (args, 0), error) : NULL;
  json_t *signer;

  if (key == NULL || !check_fingerprint (key, typed, error)
      || !dk_trust_add (dk_cli_store (cli), key, dk_args_get (args, "name"), error))
    return FALSE;
  write_station (cli);
  signer = key_json (key, "trusted");
  dk_cli_say (cli, "Packs that %s has signed are accepted from now on.",
              dk_json_get_text (signer, "key_id"));
  dk_cli_take_document (cli, signer);
  return TRUE;
}

/* Says what was done to which key (NULL: to none), and who signs now. */
static gboolean
finish (DkCli *cli, const char *id, const char *done, GError **error)
{
  g_autoptr (DkTrust) trust = dk_trust_effective (dk_cli_store (cli), error);

  if (trust == NULL)
    return FALSE;
  write_station (cli);
  if (id != NULL)
    dk_cli_say (cli, "%s %s", id, done);
  if (trust->signers->len == 0)
    dk_cli_say (cli, "CAUTION: nobody is left who signs content for this kit, so no pack is "
                     "accepted: dkit trust add.");
  else
    dk_cli_say (cli, "%u signer%s count now.", trust->signers->len,
                trust->signers->len == 1 ? "" : "s");
  dk_cli_take_document (cli, dk_trust_to_json (trust));
  return TRUE;
}

static gboolean
run_remove (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *id = dk_args_word (args, 0);

  return dk_trust_remove (dk_cli_store (cli), id, dk_args_get (args, "reason"),
                          dk_args_has (args, "force"), error)
         && finish (cli, id, "is not trusted any more. A pack may bring it in again; dkit trust "
                             "revoke keeps it out.",
                    error);
}

static gboolean
run_revoke (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *id = dk_args_word (args, 0);

  return dk_trust_revoke (dk_cli_store (cli), id, dk_args_get (args, "reason"),
                          dk_args_has (args, "force"), error)
         && finish (cli, id, "is revoked: no pack brings it back. Other kits learn of it from a "
                             "pack whose fleet.yaml revokes it.",
                    error);
}

static gboolean
run_fold (DkCli *cli, const DkArgs *args, GError **error)
{
  return dk_trust_fold (dk_cli_store (cli), dk_args_has (args, "force"), error)
         && finish (cli, NULL, NULL, error);
}

const DkCommand DK_CLI_TRUST_COMMANDS[] = {
  { "trust list", "", "whose content this kit accepts, and who said so\n\n"
    "Signers and revoked keys, each with where it comes from: an administrator of this kit, or a\n"
    "pack.",
    "", 0, 0, DK_CLI_NEEDS_KIT, run_list },
  { "trust show", "", "the same with stations, desks and routes that count", "", 0, 0,
    DK_CLI_NEEDS_KIT, run_show },
  { "trust add", "PUB --fingerprint TEXT [--name N]", "accept content that this key has signed\n\n"
    "TEXT is typed from paper that the signer gave you: at least 16 digits of what\n"
    "`tail -n1 F.pub | base64 -d | sha256sum` shows. An administrator does this.",
    "fingerprint name", 1, 1, DK_CLI_NEEDS_KIT, run_add },
  { "trust remove", "KEYID --reason T [--force]", "accept no more content of this signer\n\n"
    "--force even if it is the last one: then no pack is accepted until another one is trusted.",
    "reason force", 1, 1, DK_CLI_NEEDS_KIT, run_remove },
  { "trust revoke", "KEYID --reason T [--force]", "the same for good: this key was lost or stolen",
    "reason force", 1, 1, DK_CLI_NEEDS_KIT, run_revoke },
  { "trust fold", "[--force]", "sign what counts now as this kit's list\n\n"
    "Takes what packs changed since into the list that an administrator signs. --force mends a\n"
    "list that was changed or removed by somebody else: what is left of it counts then, so look\n"
    "at it (dkit trust list) and compare it with your paper. A kit that is older than its list\n"
    "has nothing to sign: dkit trust add makes the first one.",
    "force", 0, 0, DK_CLI_NEEDS_KIT, run_fold },
  { 0 },
};
