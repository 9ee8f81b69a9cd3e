/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/authoring/source-private.h"
#include "app/content/csv-reader.h"

G_BEGIN_DECLS

/* The table of a file; NULL with the problem noted. */
DkCsvTable *dk_source_load_table (DkSourceReader *reader, const char *name);

/* A field by the name of its column, borrowed; "" if there is no such column. */
const char *dk_source_field (const DkCsvTable *table, guint row, const char *column);

/* Its place; of the first field of the row if there is no such column. */
DkPlace dk_source_field_place (const DkCsvTable *table, guint row, const char *column);

G_END_DECLS
