/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Photos and other files of tickets and drafts. An answer of a file field is {name, type, size,
 * sha256}; the bytes lie in the kit, sealed as all of it, and go when the words of the ticket are
 * erased. Thread of the store unless said otherwise. */

#define DK_ATTACHED_FILES_MAX 20u /* of one ticket */

/* The answer for a file of this name (its last part counts, made fit to store). `type` NULL: told
 * by its first bytes and its name. DK_ERROR_INVALID if it is empty or too large. New reference. Any
 * thread. */
json_t *dk_attached_value (const char *name, const char *type, GBytes *content,
                           GError **error) DK_CHECKED;

/* All file answers within answers, those of repeats as well, in order, each once. New array of
 * borrowed values. Any thread. */
GPtrArray *dk_attached_values (const json_t *answers);

/* Keeps the bytes of a file for a number that was issued (a draft, a ticket), in a transaction of
 * its own; no entry: that comes with the answer that names it. What is there already stays. */
gboolean dk_attached_store_keep (DkStore *store, const char *number, GBytes *content,
                                 GError **error) DK_CHECKED;

/* Removes the files of a ticket that none of its entries names: after a step that did not come
 * about. What a draft holds is left. */
gboolean dk_attached_store_tidy (DkStore *store, const char *number, GError **error) DK_CHECKED;

/* The bytes, compared with the hash. DK_ERROR_NOT_FOUND if they are not here, DK_ERROR_DAMAGED. New
 * reference. */
GBytes *dk_attached_store_read (DkStore *store, const char *number, const char *sha256,
                                GError **error) DK_CHECKED;

/* Takes the file of a field out of the kit: "photo", or "devices[2].photo" of the second row.
 * Its bytes, and an entry with the reason. DK_ERROR_NOT_FOUND lists the files that the ticket has;
 * DK_ERROR_DENIED as dk_store_may tells of an export. *value may be NULL, else it gets the answer
 * (new reference). New reference. */
GBytes *dk_attached_store_take (DkStore *store, const char *number, const char *field,
                                const char *reason, json_t **value, GError **error) DK_CHECKED;

G_END_DECLS
