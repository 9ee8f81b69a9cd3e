/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form-state.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* What forms ask of a kit. */

/* Fills in who is at work and what pulldata () finds in the lists of this kit; the clock is that of
 * the PC. Borrowed from the store. Thread of the store. */
void dk_store_form_world (DkStore *store, DkFormWorld *out);

/* One answer of pulldata (): a column of the row of `table` whose key_column is key. Tables:
 *   contacts   by name, login or id: id name role team site hours manager (a name) login note
 *              numbers (without blanks, separated by one)
 *   devices    by host: host owner location os serial recovery_key_id note
 *   services   by id or name: id name criticality support_group vendor_line workaround
 *   locations  by id or name: what the list has; what differs between rows of one name is joined;
 *              phone (its numbers, divided by ; in the list) as numbers of contacts
 *   groups     likewise
 *   people     by name: name role (who can open this kit, as far as it knows)
 *   policy     by name: value (identity_proofs, capture_hint)
 * Letters of either case. What leads alone may see is never given. NULL if there is none. New
 * string. Thread of the store; for a window's cache. */
char *dk_store_form_pull (DkStore *store, const char *table, const char *column,
                          const char *key_column, const char *key);

/* The language that forms are shown in: setting `language` of the kit, else that of the PC; two
 * letters or as the definition has it. New string. Thread of the store. */
char *dk_store_form_language (DkStore *store);

G_END_DECLS
