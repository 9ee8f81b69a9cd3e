/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/store.h"

G_BEGIN_DECLS

/* Numbers that were issued on paper, and what became of each. Thread of the store. */
typedef struct {
  char *number;
  char *form;
  char *state; /* issued entered void missing lost */
  char *unit;  /* who got the paper; NULL if not told */
  gint64 issued_ms;
} DkPaperRow;

/* Paper numbers in the order of issue; of one state only unless `state` is NULL. New array of
 * DkPaperRow. */
GPtrArray *dk_paper_store_list (DkStore *store, const char *state, GError **error) DK_CHECKED;

/* Frees the row; NULL is fine. */
void dk_paper_row_free (DkPaperRow *row);

G_END_DECLS
