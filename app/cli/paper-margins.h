/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/paper-print.h"

/* What stands on each page, with the texts that it borrows. */
typedef struct {
  DkPaperFacts facts;
  char *mode;
  char *organisation;
  char *printed_by;
  char *head;
  json_t *choices;
} DkCliMargins;

/* Of this kit, this moment and --paper. */
gboolean dk_cli_fill_margins (DkCli *cli, const DkArgs *args, DkCliMargins *margins,
                              GError **error) DK_CHECKED;

/* What this form offers in this kit. */
void dk_cli_margins_add_form (DkCli *cli, DkCliMargins *margins, DkForm *form);

/* Frees the texts. */
void dk_cli_margins_clear (DkCliMargins *margins);

/* Writes the PDF to a file of this kind. */
gboolean dk_cli_write_paper (const DkPaper *paper, const char *path, DkOutputKind kind,
                             GError **error) DK_CHECKED;

/* "1 page", "2 pages". New string. */
char *dk_cli_count_words (guint count, const char *word);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkCliMargins, dk_cli_margins_clear)
