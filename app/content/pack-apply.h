/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/pack-read.h"
#include "app/kit/kit.h"
#include "app/store/content-store.h"

G_BEGIN_DECLS

/* What an apply did. */
typedef struct {
  DkPackFacts *facts;     /* of what is in force now */
  gboolean already;       /* it was in force before; nothing was changed */
  gint64 contacts_before; /* 0 where there was no pack */
  gint64 contacts;
  gboolean has_lead; /* a lead-only part came with it and is kept sealed */
  int lead_parts;    /* contacts and runbooks in it; -1 = not opened (no `lead` key, not for it) */
  json_t *changes; /* as dk_content_changes_to_json, with `lead` of dk_lead_compare, which is
                    * nowhere stored; NULL if it was in force before */
} DkPackApplied;

/* Brings a pack into force in an open kit: verified against the kit's trusted signers, read, loaded
 * in batches that nobody sees, then switched to in one small step. The file is read once, nothing
 * of it is written outside of the database. *applied gets what was done (new). The pack that is
 * in force already is no error and changes nothing. A pack of another name is taken with `replace`
 * alone. DK_ERROR_DENIED: nobody whom this kit trusts signed it, or it is not sealed to this kit;
 * DK_ERROR_INVALID: another name without `replace`, an older sequence than this kit ever had of
 * that name, another pack of the same sequence, more than 1,000 ahead, or made more than a day in
 * the future; DK_ERROR_DAMAGED, _NEWER, _NOT_FOUND. Thread of the kit. Slow. */
gboolean dk_pack_apply (DkKit *kit, const char *path, gboolean replace, const DkJob *job,
                        DkPackApplied **applied, GError **error) DK_CHECKED;

/* Opens a file for dk_pack_apply_container. Who signed it is asked of its head first, so that a
 * large file which nobody signed costs neither memory nor time; that counts for nothing else.
 * Errors as dk_pack_apply. Thread of the kit. */
DkContainer *dk_pack_open_file (DkKit *kit, const char *path, GError **error) DK_CHECKED;

/* As dk_pack_apply, of a container that is opened already and not verified yet. */
gboolean dk_pack_apply_container (DkKit *kit, DkContainer *container, gboolean replace,
                                  const DkJob *job, DkPackApplied **applied,
                                  GError **error) DK_CHECKED;

/* What dk_pack_apply_container would change: all is loaded, compared and taken out again. *changes
 * as in DkPackApplied (new); those of nothing if the pack is in force already. */
gboolean dk_pack_preview_container (DkKit *kit, DkContainer *container, gboolean replace,
                                    const DkJob *job, json_t **changes,
                                    GError **error) DK_CHECKED;

/* The lead-only part of the pack in force, opened, for a person who holds the `lead` key: *lead
 * NULL without an error for others and where there is none. It lives in memory alone: nothing of it
 * may be stored or indexed. DK_ERROR_DENIED if it is not sealed to the leads of this kit. */
gboolean dk_pack_open_lead (DkKit *kit, DkPackContent **lead, GError **error) DK_CHECKED;

/* Frees what an apply did; NULL is fine. */
void dk_pack_applied_free (DkPackApplied *applied);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPackApplied, dk_pack_applied_free)

G_END_DECLS
