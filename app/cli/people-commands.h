/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"

G_BEGIN_DECLS

/* `dkit passwd`: a new passphrase for who is unlocked. */
gboolean dk_cli_passwd (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;
/* `dkit user add NAME --role R`. */
gboolean dk_cli_user_add (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;
/* `dkit user list`. */
gboolean dk_cli_user_list (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;

/* How many people of the kit that is open hold the admin role; -1 with error set. */
int dk_cli_count_admins (DkCli *cli, GError **error) DK_CHECKED;

G_END_DECLS
