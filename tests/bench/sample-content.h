/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/store.h"

G_BEGIN_DECLS

#define SAMPLE_CONTACTS 100000
#define SAMPLE_RUNBOOKS 2000

/* Loads and switches to a pack of the size of a large hospital, the same for the same seed. Fails
 * the program on an error. */
void sample_content_load (DkStore *store, guint seed);

/* A name of two words. New string. */
char *sample_content_name (GRand *rand);

/* The text of a runbook with some steps. New string. */
char *sample_content_markdown (GRand *rand);

G_END_DECLS
