/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"

G_BEGIN_DECLS

/* A small, bounded part of YAML 1.2 as JSON: one document of maps, lists and scalars. Anchors,
 * aliases, tags, merge keys, further documents and repeated keys are refused. Plain true, false,
 * null, ~ and whole numbers without leading zeros are values, all else is text. Any thread. */
typedef struct DkYaml DkYaml;

/* Where something stands in a text file, both from 1; the column counts characters. */
typedef struct {
  guint line;
  guint column;
} DkPlace;

/* Reads a document of at most 1 MiB, 16 levels deep. `name` is the file in messages, which begin
 * "name:line:column: ". first_line is the number of the first line (1, or more where the text
 * is a part of a file). DK_ERROR_INVALID. Free with dk_yaml_free. */
DkYaml *dk_yaml_parse (const char *text, gsize size, const char *name, guint first_line,
                       GError **error) DK_CHECKED;

/* The document, borrowed; NULL for an empty one. */
json_t *dk_yaml_root (const DkYaml *yaml);

/* Place of the value that a JSON Pointer names, or of the nearest one above it. */
DkPlace dk_yaml_place (const DkYaml *yaml, const char *pointer);

/* Frees the document; NULL is fine. */
void dk_yaml_free (DkYaml *yaml);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkYaml, dk_yaml_free)

G_END_DECLS
