/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"

G_BEGIN_DECLS

/* Tries whether the sheet can be written to output (NULL = no sheet is wanted): before a code is
 * made that cannot be shown twice. */
gboolean dk_cli_try_sheet (const char *output, GError **error) DK_CHECKED;

/* Tells a new recovery code: on paper if output is not NULL, else as text and in document
 * ("recovery_code"), never both. If the paper fails it is told as text, with DK_ERROR_PARTIAL.
 * document is not taken. */
gboolean dk_cli_tell_code (DkCli *cli, const DkArgs *args, const char *output,
                           const DkSecret *code, json_t *document, GError **error) DK_CHECKED;

G_END_DECLS
