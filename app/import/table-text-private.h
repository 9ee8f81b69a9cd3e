/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text of any program as UTF-8 without a BOM. Bytes that are no UTF-8 in a file that is mostly
 * UTF-8 stay as they are: only the line that has them is refused. *encoding gets a static name.
 * NULL if it is no text in any of the encodings. *owned is the result if it was made anew (free
 * it), else it lies within bytes. A zero byte stands behind it only if it was made anew. */
const char *dk_text_decode (const char *bytes, gsize size, gsize *text_size, const char **encoding,
                            char **owned);

G_END_DECLS
