/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"
#include "forms/paper.h"

G_BEGIN_DECLS

/* Size of --paper; A4 if it was not given. */
gboolean dk_cli_paper_size (const DkArgs *args, DkPaperSize *size, GError **error) DK_CHECKED;

/* Writes a document as a PDF to --output, with an entry `print` that says what it was (`what`:
 * "runbook", "run", "contacts"; object: its id, may be NULL) and --reason if that was given. A file
 * that is there is never replaced. */
gboolean dk_cli_document_print (DkCli *cli, const DkArgs *args, const char *title,
                                const DkDocument *document, const char *what, const char *object,
                                GError **error) DK_CHECKED;

/* `dkit form print`. */
gboolean dk_cli_form_print (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;
/* `dkit paper pack`. */
gboolean dk_cli_paper_pack (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;
/* `dkit paper show`. */
gboolean dk_cli_paper_show (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;
/* `dkit paper issue`. */
gboolean dk_cli_paper_issue (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;
/* `dkit paper list`. */
gboolean dk_cli_paper_list (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;
/* `dkit paper account`. */
gboolean dk_cli_paper_account (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;

G_END_DECLS
