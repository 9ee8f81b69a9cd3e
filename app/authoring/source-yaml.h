/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/authoring/source-private.h"

G_BEGIN_DECLS

/* The document of a file; NULL with the problem noted. */
DkYaml *dk_source_load_yaml (DkSourceReader *reader, const char *name);

/* Notes a fault; `above` is the pointer of the map that it was found in. */
void dk_source_report_fault (DkSourceReader *reader, const char *name, const DkYaml *yaml,
                             const char *above, const DkFault *fault);

/* A copy of a map without what is empty, which in YAML is as good as not there; null for what is
 * no map. New reference. */
json_t *dk_source_without_empty (const json_t *object);

/* Place of a member of the map at `above`. */
DkPlace dk_source_member_place (const DkYaml *yaml, const char *above, const char *key);

G_END_DECLS
