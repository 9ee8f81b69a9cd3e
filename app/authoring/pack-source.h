/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/base/json.h"

G_BEGIN_DECLS

/* What a folder holds, by kind. The LEAD kinds are for shift leads alone: what has that audience,
 * and whole what has lead-only parts, of which the rest stands in the kind before. */
typedef enum {
  DK_PACK_CONTACTS_PART,
  DK_PACK_LEAD_CONTACTS_PART,
  DK_PACK_SERVICES_PART,
  DK_PACK_RUNBOOKS_PART,
  DK_PACK_LEAD_RUNBOOKS_PART,
  DK_PACK_SHIFTS_PART,
  DK_PACK_CALL_TREES_PART,
  DK_PACK_LEAD_CALL_TREES_PART,
  DK_PACK_DEVICES_PART,
  DK_PACK_PARTS
} DkPackPart;

/* Records as canonical JSON, one a line, sorted by id; shifts by service, tier and start. */
typedef struct {
  GBytes *lines;
  guint count;
} DkPackRecords;

/* An authored folder, read and checked whole (app/content/FORMAT.md has its rules), lead-only parts
 * taken out of the rest. Not thread-safe, may change threads. */
typedef struct {
  json_t *about; /* object: name organisation sequence created expires min_app */
  DkPackRecords parts[DK_PACK_PARTS];
  json_t *lists;  /* object: name of the list -> array of objects */
  json_t *policy; /* object, the defaults where the folder has none */
  json_t *fleet;  /* object with all its members */
  json_t *forms;  /* array of {id, source}; source = canonical definition as text */
  gboolean policy_is_missing; /* there is no policy.yaml */
  GPtrArray *warnings;        /* of text as "file:line:column: ...", sorted; at most 1,000 */
  guint warning_count;        /* of all of them */
} DkPackSource;

typedef struct {
  gboolean strict; /* warnings are problems */
  gint64 now_ms;   /* what is overdue or in the future is so at this moment; 0 = now */
} DkPackSourceOptions;

/* Reads and checks a folder, references between its parts included; links that lead out of it are
 * problems. options may be NULL. DK_ERROR_NOT_FOUND; on DK_ERROR_INVALID the message has one line
 * for each problem, by file and line, at most 20, as "file:line:column: what is wrong and what to
 * write", and then how many more there are. Slow for large folders. */
DkPackSource *dk_pack_source_check (const char *folder, const DkPackSourceOptions *options,
                                    const DkJob *job, GError **error) DK_CHECKED;

/* dk_pack_source_check without options. */
DkPackSource *dk_pack_source_read (const char *folder, const DkJob *job, GError **error) DK_CHECKED;

/* Record i of a part, for looking at; slow. New reference. */
json_t *dk_pack_source_record (const DkPackSource *source, DkPackPart part, guint i);

/* Frees the source; NULL is fine. */
void dk_pack_source_free (DkPackSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPackSource, dk_pack_source_free)

G_END_DECLS
