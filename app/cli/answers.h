/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"
#include "app/form/form.h"

G_BEGIN_DECLS

/* Lays name=value words over answers, converted as the fields of the form ask; an empty value is
 * null. repeat[1].field=value is a field of the first row of a repeat, repeat=@F.json all rows of
 * it, and a field of a file takes @FILE: its bytes (GBytes) are added to files, which may be NULL
 * where no file can be stored. DK_ERROR_INVALID names form and field. */
gboolean dk_cli_set_answers (DkCli *cli, const DkForm *form, const char *const *pairs,
                             json_t *answers, GPtrArray *files, GError **error) DK_CHECKED;

/* Lays one value over answers. `what` is the field's name. */
gboolean dk_cli_set_answer (const DkForm *form, const char *what, const char *text,
                            json_t *answers, GError **error) DK_CHECKED;

/* A warning that names the fields, by label, of which these answers hold what does not apply:
 * defaults (may be NULL) are not counted. NULL if there are none. New string. */
char *dk_cli_left_out (DkCli *cli, DkForm *form, const json_t *answers, const json_t *defaults);

/* A new form as it opens, with its defaults: what --set is laid over. New reference. */
json_t *dk_cli_new_answers (DkCli *cli, DkForm *form);

/* Time of --at, else of the field happened_at, else 0. */
gboolean dk_cli_happened (const DkArgs *args, const json_t *answers, gint64 *ms,
                          GError **error) DK_CHECKED;

/* Time of another option, read as --at is; 0 if it was not given. */
gboolean dk_cli_time_of (const DkArgs *args, const char *option, gint64 *ms,
                         GError **error) DK_CHECKED;

G_END_DECLS
