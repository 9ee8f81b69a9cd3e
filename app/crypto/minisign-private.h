/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/minisign.h"

G_BEGIN_DECLS

#define DK_MINISIGN_TEXT_MAX (16u << 10)
#define DK_MINISIGN_COMMENT_MAX 8000
#define DK_MINISIGN_UNTRUSTED "untrusted comment: "
#define DK_MINISIGN_TRUSTED "trusted comment: "

/* A line of a text, or what is left of it; not NUL-terminated. */
typedef struct {
  const char *text;
  gsize size;
} DkMinisignSlice;

/* Takes one line off `rest`, without its LF or CR LF; the last one may lack it. FALSE at the end.
 */
gboolean dk_minisign_next_line (DkMinisignSlice *rest, DkMinisignSlice *line) DK_CHECKED;

/* TRUE if the line begins with this prefix, which is taken off. */
gboolean dk_minisign_skip_prefix (DkMinisignSlice *line, const char *prefix) DK_CHECKED;

/* Padded, canonical base64 of exactly size bytes. */
gboolean dk_minisign_read_base64 (DkMinisignSlice line, guint8 *out, gsize size) DK_CHECKED;

/* Valid UTF-8 without control characters. */
gboolean dk_minisign_is_clean (DkMinisignSlice line) DK_CHECKED;

G_END_DECLS
