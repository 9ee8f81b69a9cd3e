/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"
#include "app/content/refresh.h"

G_BEGIN_DECLS

/* For `pack apply` without a file: as dk_refresh_try. Tells what was refused before on standard
 * error; document members `file` and `refused` go into *more (new object). */
gboolean dk_cli_try_waiting (DkCli *cli, DkWaitingUse use, gpointer data, json_t **more,
                             GError **error) DK_CHECKED;

G_END_DECLS
