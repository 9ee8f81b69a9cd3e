/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* Writes a small folder of content that explains itself: a README, commented examples of every part
 * with teams and roles, dates around `now_ms` (0 = now). dk_pack_source_check has nothing to say
 * about it. A folder that is not there is made; one with anything in it is DK_ERROR_INVALID and
 * stays as it is. Names of the files below the folder, in order. New array of new strings. */
GPtrArray *dk_pack_new (const char *folder, gint64 now_ms, GError **error) DK_CHECKED;

G_END_DECLS
