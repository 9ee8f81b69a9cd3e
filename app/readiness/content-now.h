/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/content-age.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* What is known of the content in force, for dk_content_state: none if nothing was applied. Thread
 * of the store. */
gboolean dk_content_now (DkStore *store, DkContentFacts *facts, GError **error) DK_CHECKED;

G_END_DECLS
