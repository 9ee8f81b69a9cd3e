/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"
#include "app/model/contact.h"
#include "app/plan/correction.h"

G_BEGIN_DECLS

/* `contact show`. */
gboolean dk_cli_contact_show (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;

/* What a number is marked by. Clear with dk_cli_marks_clear; begin with { 0 }. */
typedef struct {
  GPtrArray *changes;     /* of DkNumberChange, those new enough to be told */
  GPtrArray *corrections; /* of DkCorrection, open ones */
} DkCliMarks;

/* Loads the marks of a contact (NULL = of all contacts). */
gboolean dk_cli_marks_load (DkCli *cli, const char *contact, DkCliMarks *marks,
                            GError **error) DK_CHECKED;
/* Frees what it holds. */
void dk_cli_marks_clear (DkCliMarks *marks);

/* A contact as every command prints it with --json: `id name type role team site tier hours
 * timezone languages audience note login manager new_since origin{kind,source,imported_at,by}
 * numbers[{kind,value,order,changed_at,corrected}]` (kind of the origin: pack or import; corrected:
 * null or {was,by,at,report}), for leads `lead_note` and the `audience` of a number as well. marks
 * may be NULL. New reference. */
json_t *dk_cli_contact_json (const DkContact *contact, const DkCliMarks *marks);

/* Where a contact comes from, as in dk_cli_contact_json. New reference. */
json_t *dk_cli_origin_json (const DkContact *contact);

/* The correction that says a number, as in dk_cli_contact_json. New reference. */
json_t *dk_cli_corrected_json (const DkCliMarks *marks, const char *contact, const char *number);

/* What stands behind a number that is new, "  CHANGED 2026-11-22: if somebody asks ...", or was
 * corrected: "  CORRECTED HERE 2026-11-22 by anna, was 555-0100"; "" behind the others. New
 * string. */
char *dk_cli_number_mark (const DkCliMarks *marks, const char *contact, const char *number);

/* What stands behind the name of somebody new: "  NEW since 2026-11-22: ..."; "" behind the others
 * and for NULL. New string. */
char *dk_cli_new_mark (const DkContact *contact);

/* TRUE if it is for leads alone. */
gboolean dk_cli_is_for_leads (const DkContact *contact);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkCliMarks, dk_cli_marks_clear)

G_END_DECLS
