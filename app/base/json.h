/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "app/base/error.h"

G_BEGIN_DECLS

/* JSON from outside is read by jansson with bounds; what is hashed or signed is written in the
 * canonical form of RFC 8785. Any thread, one document per thread. */

/* Reads one document: at most size_max bytes, DK_LIMIT_JSON_VALUES values (a list or
 * object counts as four), DK_LIMIT_JSON_DEPTH deep, no duplicate keys, valid
 * UTF-8. DK_ERROR_INVALID gives `what` with line:column. New reference. */
json_t *dk_json_parse (const char *text, gsize size, gsize size_max, const char *what,
                       GError **error) DK_CHECKED;

/* Canonical text (RFC 8785) of a document made of objects with ASCII keys, arrays, strings,
 * integers within 2^53, booleans and null; anything else is a fault of the program. New string;
 * size may be NULL. */
char *dk_json_canonical (const json_t *document, gsize *size);

/* TRUE for a document that dk_json_canonical takes: to be asked of what comes from outside. */
gboolean dk_json_is_plain (const json_t *document);

/* Text for people and for --json: sorted keys, two blanks of indent, or one line if compact.
 * New string. */
char *dk_json_text (const json_t *document, gboolean compact);

/* A new JSON string, or null where text is NULL. Invalid UTF-8 is a fault of the program.
 * New reference. */
json_t *dk_json_string (const char *text);

/* Sets key to text, or leaves it out where text is NULL. */
void dk_json_set_text (json_t *object, const char *key, const char *text);

/* Text of a member, borrowed; NULL if it is absent, null or no string. */
const char *dk_json_get_text (const json_t *object, const char *key);

/* Integer of a member; fallback if it is absent or no integer. */
gint64 dk_json_get_int (const json_t *object, const char *key, gint64 fallback);

/* Truth of a member; fallback if it is absent or no boolean. */
gboolean dk_json_get_bool (const json_t *object, const char *key, gboolean fallback);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (json_t, json_decref)

G_END_DECLS
