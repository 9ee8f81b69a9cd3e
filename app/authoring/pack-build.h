/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/authoring/pack-source.h"
#include "app/crypto/minisign.h"

G_BEGIN_DECLS

typedef struct {
  const char *const *to;      /* age1... besides those of the fleet, NULL-terminated or NULL */
  const char *const *to_lead; /* likewise for the lead-only parts */
  gboolean plain;             /* leave content.zip unsealed, contacts included */
  const DkMinisignSecret *signers;
  guint signer_count; /* 1 to 8 */
} DkPackOptions;

/* The content.zip of a source; the same folder gives the same bytes. New reference. */
GBytes *dk_pack_content_zip (const DkPackSource *source, GError **error) DK_CHECKED;

/* The lead.zip of a source; NULL without an error if there are no lead-only parts. Confidential.
 * New reference. */
GBytes *dk_pack_lead_zip (const DkPackSource *source, GError **error) DK_CHECKED;

/* Builds, seals and signs a pack. With contacts and no recipient, unless `plain`, or with
 * lead-only parts and no lead recipient: DK_ERROR_INVALID. New reference to the bytes of a
 * .dkpack. Slow. */
GBytes *dk_pack_build (const DkPackSource *source, const DkPackOptions *options, const DkJob *job,
                       GError **error) DK_CHECKED;

G_END_DECLS
