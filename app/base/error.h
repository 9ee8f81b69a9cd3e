/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A result that the caller must look at: ignoring it would lose an error. */
#define DK_CHECKED G_GNUC_WARN_UNUSED_RESULT

#define DK_ERROR (dk_error_quark ())

/* One code per different reaction of the person in front of it, not per cause. Cancelling is
 * G_IO_ERROR_CANCELLED. The order is not stored anywhere. */
typedef enum {
  DK_ERROR_FAILED,      /* could not be done; the message says why and what to do */
  DK_ERROR_USAGE,       /* the command was called wrongly */
  DK_ERROR_DENIED,      /* wrong passphrase, or this person may not do it */
  DK_ERROR_NOT_FOUND,   /* what was named does not exist */
  DK_ERROR_INVALID,     /* what was given is not acceptable; nothing was changed */
  DK_ERROR_DAMAGED,     /* a file is damaged, tampered with, or of another moment */
  DK_ERROR_BUSY,        /* somebody else holds it; try later */
  DK_ERROR_PARTIAL,     /* some of it was done; each rest is named */
  DK_ERROR_NEWER,       /* made by a newer program: update, change nothing */
  DK_ERROR_STORAGE,     /* the disk refused: what was typed is NOT stored */
  DK_ERROR_MEMORY,      /* not enough free memory */
  DK_ERROR_UNREACHABLE, /* the other system did not answer, or not as itself */
} DkError;

/* The error domain of the whole program. Any thread. */
GQuark dk_error_quark (void);

/* The exit code of DESIGN section 12 for an error of any domain: 1 to 8. NULL gives 0.
 * Any thread. */
int dk_error_exit_code (const GError *error);

G_END_DECLS
