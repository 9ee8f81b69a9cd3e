/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a form on screen reads out of the kit's tables (pulldata): answered at once from what is
 * known; what is not known yet is asked of the kit, and told when it has come. */
typedef struct DkFormPulls DkFormPulls;

/* arrived is called on the main loop after new answers, several of them at once being told once.
 * Free with dk_form_pulls_free. */
DkFormPulls *dk_form_pulls_new (void (*arrived) (gpointer data), gpointer data);

/* For DkFormWorld.pull, with the pulls as data: NULL for what is not there, or not known yet. New
 * string. */
char *dk_form_pulls_get (gpointer pulls, const char *table, const char *column,
                         const char *key_column, const char *key);

/* Frees it; answers that are on their way are dropped. NULL is fine. */
void dk_form_pulls_free (DkFormPulls *self);

G_END_DECLS
