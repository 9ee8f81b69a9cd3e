/* SPDX-License-Identifier: MIT */
#include "app/cli/people-commands.h"

#include "app/base/clock.h"
#include "app/db/connection.h"

static DkDirectory *
read_directory (DkCli *cli, GError **error)
{
  g_autoptr (GBytes) bytes = dk_db_get_directory (dk_store_db (dk_cli_store (cli)), error);
  gsize size;
  const guint8 *data;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  return dk_directory_parse (data, size, NULL, error);
}

int
dk_cli_count_admins (DkCli *cli, GError **error)
{
  g_autoptr (DkDirectory) directory = read_directory (cli, error);
  int admins = 0;

  if (directory == NULL)
    return -1;
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    dk_directory_info (directory, i, &info);
    if (info.kind == DK_SLOT_PERSON && info.role == DK_ROLE_ADMIN)
      admins++;
  }
  return admins;
}

gboolean
dk_cli_passwd (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *name = dk_store_user (dk_cli_store (cli));
  g_autoptr (DkSecret) passphrase = NULL;
  DkKdfParams kdf;

  if (!dk_cli_kdf (args, 0, &kdf, error))
    return FALSE;
  passphrase = dk_cli_new_passphrase (cli, dk_args_get (args, "new-passphrase-file"), name, error);
  if (passphrase == NULL || !dk_kit_change_passphrase (cli->kit, passphrase, kdf, error))
    return FALSE;
  dk_cli_say (cli, "The passphrase of %s is changed. The one before opens nothing any more.",
              name);
  dk_cli_take_document (cli, json_pack ("{s:s}", "user", name));
  return TRUE;
}

gboolean
dk_cli_user_add (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *name = dk_args_word (args, 0);
  const char *role_name = dk_args_need (args, "role", error);
  const char *until = dk_args_get (args, "valid-until");
  g_autoptr (DkSecret) passphrase = NULL;
  gint64 until_ms = 0;
  DkKdfParams kdf;
  DkRole role;

  if (role_name == NULL)
    return FALSE;
  if (!dk_role_parse (role_name, &role))
    return dk_cli_usage (error,
                         "There is no role \"%s\". Nothing was changed; roles are frontline, lead, "
                         "reconciler and admin.",
                         role_name);
  if ((until != NULL && !dk_time_parse (until, "--valid-until", &until_ms, error))
      || !dk_cli_kdf (args, 0, &kdf, error))
    return FALSE;
  passphrase = dk_cli_new_passphrase (cli, dk_args_get (args, "new-passphrase-file"), name, error);
  if (passphrase == NULL
      || !dk_kit_add_user (cli->kit, name, role, passphrase, until_ms, kdf, error))
    return FALSE;
  dk_cli_say (cli, "%s can open this kit as %s.", name, role_name);
  dk_cli_take_document (cli, json_pack ("{s:s, s:s, s:o}", "name", name, "role", role_name,
                                        "valid_until", dk_cli_time (until_ms)));
  return TRUE;
}

static const char *
kind_name (DkSlotKind kind)
{
  return kind == DK_SLOT_RECOVERY ? "recovery" : kind == DK_SLOT_SHARED ? "shared" : "person";
}

gboolean
dk_cli_user_list (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkDirectory) directory = read_directory (cli, error);
  json_t *list;

  if (directory == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    g_autofree char *until = NULL;
    dk_directory_info (directory, i, &info);
    until = info.valid_until_ms > 0 ? dk_time_format_local (info.valid_until_ms) : g_strdup ("");
    dk_cli_say (cli, "%-20s  %-10s  %s%s%s", info.name, dk_role_name (info.role),
                kind_name (info.kind), *until != '\0' ? "  until " : "", until);
    json_array_append_new (list, json_pack ("{s:s, s:s, s:s, s:o}", "name", info.name, "role",
                                            dk_role_name (info.role), "kind",
                                            kind_name (info.kind), "valid_until",
                                            dk_cli_time (info.valid_until_ms)));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}
