/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* What a file is that a person names for the program to write. A file of that name which is there
 * already is replaced only if it is of the same kind, as this program writes it. */
typedef enum {
  DK_OUTPUT_NEW,    /* never replaces anything: sheets with a recovery code, numbered paper */
  DK_OUTPUT_PAPER,  /* PDF of forms, by DK_PAPER_MARK at its end */
  DK_OUTPUT_TICKETS, /* CSV, one row per ticket */
  DK_OUTPUT_LOG,    /* CSV, the notes of tickets */
  DK_OUTPUT_JSON,   /* tickets as JSON */
  DK_OUTPUT_CONTACTS, /* contacts as CSV or vCard */
  DK_OUTPUT_REJECTS,  /* CSV, rows that an import did not take */
  DK_OUTPUT_FORM,     /* a form definition as JSON */
  DK_OUTPUT_PACK,   /* a signed pack of content */
  DK_OUTPUT_ESCROW, /* a file or text that age has sealed; also allowed in the kit's outgoing */
  DK_OUTPUT_FOLDER, /* a folder that the caller makes */
} DkOutputKind;

/* May path be written as a file (or folder) of this kind? DK_ERROR_INVALID in words if it lies in
 * the folder of a kit, whatever its spelling, or if something else stands there. Any thread. */
gboolean dk_output_check (const char *path, DkOutputKind kind, GError **error) DK_CHECKED;

/* The first half alone: DK_ERROR_INVALID if path lies in the folder of a kit. Any thread. */
gboolean dk_output_check_place (const char *path, GError **error) DK_CHECKED;

G_END_DECLS
