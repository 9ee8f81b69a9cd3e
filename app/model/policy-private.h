/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/policy.h"

/* callback in-person manager runner. New NULL-terminated array. */
char **dk_policy_proofs_default (void);

/* Reads `capture.patterns` and `identity.proofs` of a policy; absent members keep what is there. */
gboolean dk_policy_read_capture (DkPolicy *policy, const json_t *document,
                                 GError **error) DK_CHECKED;

/* Adds them to a policy as JSON. */
void dk_policy_capture_to_json (const DkPolicy *policy, json_t *document);
