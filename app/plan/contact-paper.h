/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/document.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Lists of the content for paper. Whoever prints them has asked for a reason: they are as good as
 * the kit to who finds them. Thread of the store. */

/* A list that nobody could read, or find again. */
#define DK_CONTACT_PAPER_MAX 5000u

/* A phone list of these contacts (DkContact, changed: what the desk corrected is laid over them),
 * by site and name, each with all numbers in the order to try; new, changed and corrected numbers
 * are marked. DK_ERROR_INVALID if there are more than DK_CONTACT_PAPER_MAX. New document. */
DkDocument *dk_contact_paper (DkStore *store, GPtrArray *contacts, GError **error) DK_CHECKED;

/* A list of devices (DkDevice) by location and host. Recovery keys are not in it, only the ids that
 * name them. New document. */
DkDocument *dk_device_paper (const GPtrArray *devices);

G_END_DECLS
