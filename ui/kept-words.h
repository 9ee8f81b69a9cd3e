/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* Words typed for a step that was not done and belongs to no ticket: a correction, a line about a
 * call. They are kept in the kit, by a key such as "contact:ID:correct", until the step is done,
 * and stand there again for whoever opens the step next. */

/* Words of one key. Text owned. */
typedef struct {
  char *key;
  char *words; /* NULL or blank = keep none */
} DkKeptText;

/* A copy of both, for the queue. Free with dk_kept_text_free. */
DkKeptText *dk_kept_text_new (const char *key, const char *words);

/* data: DkKeptText -> DK_KIT_DONE: keeps the words in the place of those before. */
gpointer dk_kept_words_put (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* data: char *key -> DkKeptText, its words NULL if none are kept. */
gpointer dk_kept_words_get (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* For the queue; NULL is fine. */
void dk_kept_text_free (gpointer text);

G_END_DECLS
