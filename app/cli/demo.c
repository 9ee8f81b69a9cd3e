/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/authoring/pack-build.h"
#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/cli/cli.h"
#include "app/content/pack-apply.h"

#define DEMO_KDF_MIB 64
#define DEMO_ADMIN "admin"
#define DEMO_AGENT "agent"
#define WORDS_IN_PASSPHRASE 4

/* The folder of the environment, of the build tree, or of the installed program. */
static char *
find_sample_content (GError **error)
{
  const char *given = g_getenv ("DK_SAMPLE_CONTENT");
  const char *const places[]
      = { given, DK_SAMPLE_CONTENT_SOURCE, DK_SAMPLE_CONTENT_INSTALLED };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autofree char *file
        = places[i] != NULL ? g_build_filename (places[i], "pack.yaml", NULL) : NULL;
    if (file != NULL && dk_file_exists (file))
      return g_strdup (places[i]);
  }
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "The sample content was not found. Name its folder in DK_SAMPLE_CONTENT; nothing "
               "was made.");
  return NULL;
}

/* Sixteen letters without those that look alike: 75 bits. */
static DkSecret *
make_passphrase (void)
{
  static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789x";
  g_autoptr (DkSecret) random = dk_secret_new_random (WORDS_IN_PASSPHRASE * 4);
  g_autoptr (DkSecret) passphrase = dk_secret_new (WORDS_IN_PASSPHRASE * 5 - 1);
  guint8 *out = dk_secret_get_mutable (passphrase);
  gsize n = 0;

  G_STATIC_ASSERT (sizeof letters == 33);
  for (gsize i = 0; i < dk_secret_size (random); i++) {
    if (i > 0 && i % 4 == 0)
      out[n++] = '-';
    out[n++] = (guint8) letters[dk_secret_get (random)[i] % 32];
  }
  return g_steal_pointer (&passphrase);
}

static GBytes *
build_pack (DkCli *cli, const char *content, const DkMinisignSecret *signer, GError **error)
{
  g_autoptr (json_t) info = dk_kit_info (cli->kit, error);
  g_autoptr (DkPackSource) source
      = info != NULL ? dk_pack_source_read (content, NULL, error) : NULL;
  const char *to[] = { NULL, NULL };
  const char *to_lead[] = { NULL, NULL };
  DkPackOptions options
      = { .to = to, .to_lead = to_lead, .signers = signer, .signer_count = 1 };

  if (source == NULL)
    return NULL;
  to[0] = dk_json_get_text (info, "recipient");
  to_lead[0] = dk_json_get_text (info, "lead_recipient");
  return dk_pack_build (source, &options, NULL, error);
}

static gboolean
apply_pack (DkCli *cli, const char *content, const DkMinisignSecret *signer, GError **error)
{
  g_autoptr (GBytes) bytes = build_pack (cli, content, signer, error);
  g_autoptr (DkContainer) container = bytes != NULL ? dk_container_open (bytes, error) : NULL;
  g_autoptr (DkPackApplied) applied = NULL;

  return container != NULL
         && dk_pack_apply_container (cli->kit, container, FALSE, NULL, &applied, error);
}

static void
say_user (DkCli *cli, json_t *users, const char *name, const char *role,
          const DkSecret *passphrase)
{
  g_autofree char *text
      = g_strndup ((const char *) dk_secret_get (passphrase), dk_secret_size (passphrase));

  dk_cli_say (cli, "%-8s %-10s passphrase  %s", name, role, text);
  json_array_append_new (users, json_pack ("{s:s, s:s, s:s}", "name", name, "role", role,
                                           "passphrase", text));
  dk_secret_wipe (text, strlen (text));
}

static gboolean
fill_kit (DkCli *cli, const char *content, const DkMinisignSecret *signer, const DkSecret *agent,
          DkKdfParams kdf, GError **error)
{
  return apply_pack (cli, content, signer, error)
         && dk_kit_add_user (cli->kit, DEMO_AGENT, DK_ROLE_FRONTLINE, agent, 0, kdf, error);
}

gboolean
dk_cli_demo (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autofree char *given = dk_cli_folder (cli);
  g_autofree char *folder = g_canonicalize_filename (given, NULL);
  g_autofree char *content = find_sample_content (error);
  g_autoptr (DkSecret) seed = dk_secret_new_random (32);
  g_auto (DkMinisignSecret) signer = { { 0 }, NULL };
  g_autoptr (DkSecret) admin = NULL;
  g_autoptr (DkSecret) agent = NULL;
  g_autoptr (DkSecret) recovery = NULL;
  g_autofree char *trust = NULL;
  DkMinisignPublic public_key;
  DkKitInit init = { .site = "CARY", .station = "DEMO", .user = DEMO_ADMIN, .is_sample = TRUE };
  json_t *users;

  if (content == NULL || !dk_cli_kdf (args, DEMO_KDF_MIB, &init.kdf, error))
    return FALSE;
  if (cli->passphrase_file != NULL) {
    admin = dk_secret_new_from_file (cli->passphrase_file, error);
    agent = dk_secret_dup (admin);
  } else {
    admin = make_passphrase ();
    agent = make_passphrase ();
  }
  if (admin == NULL)
    return FALSE;
  dk_minisign_secret_from_seed (seed, &signer);
  dk_minisign_secret_public (&signer, &public_key);
  trust = dk_minisign_public_text (&public_key);
  init.passphrase = admin;
  init.trust = trust;
  if (!dk_kit_create (folder, &init, &recovery, error))
    return FALSE;
  cli->kit = dk_kit_open (folder, DEMO_ADMIN, admin, NULL, error);
  if (cli->kit == NULL || !fill_kit (cli, content, &signer, agent, init.kdf, error))
    return FALSE;
  users = json_array ();
  dk_cli_say (cli, "A kit with sample content is in %s", folder);
  say_user (cli, users, DEMO_ADMIN, "admin", admin);
  say_user (cli, users, DEMO_AGENT, "frontline", agent);
  dk_cli_say (cli, "\nOpen it in the window with   downtime-kit --kit %s", folder);
  dk_cli_say (cli, "or on the command line with  dkit --kit %s --user %s search phone", folder,
              DEMO_AGENT);
  dk_cli_take_document (cli, json_pack ("{s:s, s:s, s:s, s:o}", "kit", folder, "station",
                                        init.station, "site", init.site, "users", users));
  return TRUE;
}
