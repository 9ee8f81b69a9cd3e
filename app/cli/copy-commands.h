/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"

G_BEGIN_DECLS

/* Makes the backups that the policy asks for, if one is due, before the kit is closed; is_done: the
 * command went well. What goes wrong is told and never fails the command. */
void dk_cli_backup_due (DkCli *cli, gboolean is_done);

G_END_DECLS
