/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"

G_BEGIN_DECLS

/* Who may open the kit that is open, as its file says. New directory. */
DkDirectory *dk_cli_directory (DkCli *cli, GError **error) DK_CHECKED;

/* TRUE if the person's time in this kit is over. */
gboolean dk_cli_is_over (const DkSlotInfo *info);

G_END_DECLS
