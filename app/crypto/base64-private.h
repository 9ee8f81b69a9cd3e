/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "app/base/error.h"

G_BEGIN_DECLS

/* Reads canonical base64 of at most size_max bytes: one text for each value. Without padding if
 * `padded` is FALSE. FALSE, and out undefined, for anything else. */
gboolean dk_base64_read (const char *text, gsize text_size, gboolean padded, guint8 *out,
                         gsize size_max, gsize *size) DK_CHECKED;

G_END_DECLS
