/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/age-private.h"

G_BEGIN_DECLS

/* What the tests of age share. */

/* Secret key of recipient i of the vectors, from 1. */
DkSecret *dk_age_sample_key (guint i);

/* Public keys of recipients 1 to count, one after the other. New memory. */
guint8 *dk_age_sample_public (guint count);

/* The plain text of the vectors, size bytes long. */
GBytes *dk_age_sample_plain (gsize size);

/* Seals as the vectors were sealed, without chance. */
GBytes *dk_age_sample_seal (GBytes *plain, guint count, gboolean armored);

/* The random bytes of the vectors; dk_age_sample_draw_first starts them anew. */
void dk_age_sample_draw (void *out, gsize size);

/* The next draw is the first. */
void dk_age_sample_draw_first (void);

/* A stream over these bytes (copied) that gives at most `step` of them at once and, once `fail_at`
 * bytes were read, fails with an error of the disk. */
GInputStream *dk_age_sample_trickle (const void *bytes, gsize size, gsize step, gsize fail_at);

/* Opens; NULL with the error set. */
GBytes *dk_age_sample_open (const void *bytes, gsize size, guint recipient, GError **error);

G_END_DECLS
