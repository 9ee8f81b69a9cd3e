/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/readiness/check.h"

G_BEGIN_DECLS

/* A state as a word that stands beside its colour: "RED", "AMBER", "GREEN". Static text. */
const char *dk_ready_words (DkReadyState state);

/* The class of the style sheet for it. Static text. */
const char *dk_ready_class (DkReadyState state);

/* "2 red, 3 amber, 12 green". New string. */
char *dk_ready_counts (guint red, guint amber, guint green);

G_END_DECLS
