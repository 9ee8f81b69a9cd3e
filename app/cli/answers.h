/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"
#include "app/form/form.h"

G_BEGIN_DECLS

/* Lays name=value words over answers, converted as the fields of the form ask; an empty value is
 * null. DK_ERROR_INVALID names form and field. */
gboolean dk_cli_set_answers (DkCli *cli, const DkForm *form, const char *const *pairs,
                             json_t *answers, GError **error) DK_CHECKED;

/* Lays one value over answers. `what` is the field's name. */
gboolean dk_cli_set_answer (const DkForm *form, const char *what, const char *text,
                            json_t *answers, GError **error) DK_CHECKED;

/* Time of --at, else of the field happened_at, else 0. */
gboolean dk_cli_happened (const DkArgs *args, const json_t *answers, gint64 *ms,
                          GError **error) DK_CHECKED;

G_END_DECLS
