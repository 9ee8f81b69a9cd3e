/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/yaml.h"

G_BEGIN_DECLS

#define DK_CONTENT_ID_BYTES_MAX 64

/* Sets DK_ERROR_INVALID with "name:line:column: " before the message. Always FALSE. */
gboolean dk_content_refuse (GError **error, const char *name, DkPlace place, const char *format,
                            ...) G_GNUC_PRINTF (4, 5);

/* The place of byte `offset` in a text whose first line has this number. */
DkPlace dk_content_place (const char *text, gsize offset, guint first_line);

/* TRUE for UTF-8 without NUL of at most size_max bytes; else an error with the place. */
gboolean dk_content_check_text (const char *text, gsize size, gsize size_max, const char *name,
                                guint first_line, GError **error) DK_CHECKED;

/* TRUE for an id: 1 to 64 of a-z 0-9 -, beginning with a letter or digit. */
gboolean dk_content_id_is_valid (const char *id);

/* Start of the first run of 8 groups of 6 digits, each a multiple of 11, which is what a disk
 * recovery key looks like; NULL if there is none. */
const char *dk_content_find_recovery_key (const char *text);

G_END_DECLS
