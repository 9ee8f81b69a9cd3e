/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/readiness/check.h"

G_BEGIN_DECLS

/* What no program can look at: a person says that it was done, and signs for it. The newest word of
 * a check counts, and it ages by policy. Thread of the kit. */

/* What a person said. Text owned. */
typedef struct {
  char *check;
  char *text; /* NULL if none */
  char *user;
  gboolean is_good; /* FALSE: looked at, and it is not in order */
  gint64 at_ms;
} DkAttestation;

/* One thing that is attested. Static. */
typedef struct {
  const char *check;    /* name of its check */
  const char *question; /* "Did somebody log on to this PC with the cable pulled?" */
  gboolean needs_text;  /* a bare yes says too little */
} DkAttested;

/* All of them, ended by a member without a check. Static. */
const DkAttested *dk_attested_list (void);

/* Enters that a person looked at it, signed by who is unlocked. text may be NULL unless it is
 * needed; is_good FALSE needs it as well. at_ms 0 = now. DK_ERROR_NOT_FOUND for a check that is not
 * attested, _INVALID for missing or too much text and for a time to come, _STORAGE. */
gboolean dk_readiness_attest (DkReadiness *readiness, const char *check, gboolean is_good,
                              const char *text, gint64 at_ms, GError **error) DK_CHECKED;

/* The newest word on a check whose signature holds; *found becomes NULL if there is none. */
gboolean dk_readiness_attested (DkReadiness *readiness, const char *check, DkAttestation **found,
                                GError **error) DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_attestation_free (DkAttestation *attestation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkAttestation, dk_attestation_free)

G_END_DECLS
