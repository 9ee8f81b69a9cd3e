/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A disk that refuses: a program that links this has its own open, read, write, fsync, rename and
 * so on in place of the C library's, for itself and the libraries that it uses, and those that
 * concern a file below one folder fail when they are told to. Preloaded into another program it
 * does the same there: DK_REFUSE_ROOT names the folder, and calls that take room, other than for a
 * new empty file, fail with ENOSPC as long as the file exists that DK_REFUSE_WHILE names. Nothing
 * is synced. One thread. */

typedef enum {
  REFUSE_NOTHING,  /* counts the calls of every kind */
  REFUSE_ONCE,     /* that call fails, with EIO or ENOSPC; of a write the first half is done */
  REFUSE_FOR_EVER, /* that call and all that follow */
  REFUSE_FULL,     /* from that call on those that take room fail with ENOSPC; counts these alone */
  REFUSE_SHORT,    /* that write does the first half and says so; counts writes alone */
} RefuseKind;

/* Calls that concern files below root, an absolute path without links, are counted from zero, and
 * those fail that the kind says, beginning with this one (from 1). */
void refuse_begin (const char *root, RefuseKind kind, guint call);

/* Nothing fails any more. Returns the number of calls counted. Files that are opened from here on
 * are known to the next refuse_begin. */
guint refuse_end (void);

/* TRUE if a call has failed since it began. */
gboolean refuse_has_failed (void);

G_END_DECLS
