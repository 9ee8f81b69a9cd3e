/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/record.h"

G_BEGIN_DECLS

/* TRUE for a policy of known keys alone, at every level: a slip in a key would silently keep a
 * default. The values are dk_policy_parse's. For authors; a kit takes what it was given. */
gboolean dk_policy_check (const json_t *document, DkFault *fault);

G_END_DECLS
