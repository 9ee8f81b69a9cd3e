/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/lead-store.h"

/* Removes the words of one note, of every recipient. In the caller's transaction. */
gboolean dk_lead_table_remove (DkStore *store, const char *record, GError **error) DK_CHECKED;
