/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/paper-private.h"

G_BEGIN_DECLS

/* The field with the choices alone that paper offers (DkPaperFacts.choices), and those that value
 * holds, so that no answer is lost. The field itself if it has no other ones, else a copy, which
 * `keep` gets (dk_choices_keep_new). Borrowed. */
const DkField *dk_choices_narrow (const json_t *choices, const DkForm *form, const DkField *field,
                                  const json_t *value, GPtrArray *keep);

/* For copies of dk_choices_narrow; they borrow from their fields. New array. */
GPtrArray *dk_choices_keep_new (void);

/* FALSE if paper does not offer this choice of the field. */
gboolean dk_choices_offer (const json_t *choices, const DkForm *form, const DkField *field,
                           const char *name);

G_END_DECLS
