/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"

G_BEGIN_DECLS

/* `dkit form check`. */
gboolean dk_cli_form_check (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;
/* `dkit form import`. */
gboolean dk_cli_form_import (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;
/* `dkit form export`. */
gboolean dk_cli_form_export (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;

G_END_DECLS
