/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/paper-private.h"

G_BEGIN_DECLS

/* When a field or group of a blank form applies, in words: "only if Outcome: Refused". NULL if it
 * always does, if its label or hint says so already ("If refused, why") or if the row before it has
 * the same condition. New string. */
char *dk_condition_words (const DkForm *form, const json_t *source, const DkField *field,
                          const DkPaperWords *words);

/* TRUE if the field applies to one choice of another one alone, which paper does not offer
 * (DkPaperFacts.choices). */
gboolean dk_condition_is_impossible (const DkForm *form, const json_t *source,
                                     const DkField *field, const json_t *choices);

/* TRUE if the field applies only sometimes, and neither its own words nor those that are printed
 * with it say when: it stands behind one with the same condition. */
gboolean dk_condition_is_silent (const json_t *source, const DkField *field);

G_END_DECLS
