/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/attached-store.h"

/* All of these are part of the caller's transaction. */

/* Stores these files (GBytes; NULL = none) and sees that the bytes of every file that answers name
 * are there: DK_ERROR_INVALID else. */
gboolean dk_attached_table_take (DkStore *store, const char *number, const json_t *answers,
                                 const GPtrArray *files, GError **error) DK_CHECKED;

/* Removes what these answers do not name: what was chosen in a draft and taken away again. */
gboolean dk_attached_table_keep_only (DkStore *store, const char *number, const json_t *answers,
                                      GError **error) DK_CHECKED;

/* Removes what no entry of the number names any more, since its words were erased. */
gboolean dk_attached_table_drop_erased (DkStore *store, const char *number,
                                        GError **error) DK_CHECKED;
