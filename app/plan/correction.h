/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/contact.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* What somebody of the desk knows better than the lists: shown in their place until a pack says the
 * same, and reported to the owner with the next hand-over. */

/* One of them. Text owned, NULL = absent. */
typedef struct {
  char *contact; /* id */
  char *field;   /* "number:mobile" (desk mobile pager radio runner email), name role team site
                    hours timezone languages note */
  char *was;     /* NULL: there was nothing */
  char *value;   /* NULL: it does not exist any more */
  char *person;
  gint64 at_ms;
  char *state;   /* open adopted withdrawn */
  char *ticket;  /* number of the report: names the correction */
} DkCorrection;

/* Keeps a correction and reports it, in one step. was tells which of several numbers of that kind
 * is meant; NULL: the only one, or none, then value is added. value NULL: it does not exist any
 * more. The reason may be NULL. DK_ERROR_NOT_FOUND for a contact that is not in the lists,
 * DK_ERROR_INVALID for a field that cannot be corrected, a value like before, hours that cannot be
 * read, a number that cannot be dialled. New string: number of the report ticket. */
char *dk_correction_add (DkStore *store, const char *contact, const char *field, const char *was,
                         const char *value, const char *reason, GError **error) DK_CHECKED;

/* Takes an open one back, by the number of its report (as typed), with a reason. The report
 * stands. */
gboolean dk_correction_withdraw (DkStore *store, const char *ticket, const char *reason,
                                 GError **error) DK_CHECKED;

/* Corrections of one contact (NULL = of all), oldest first. New array of DkCorrection. */
GPtrArray *dk_correction_list (DkStore *store, const char *contact, gboolean only_open,
                               GError **error) DK_CHECKED;

/* Lays the open corrections of this contact among `corrections` over it, the oldest first. A number
 * whose `was` the lists do not have any more is added behind the others. */
void dk_correction_apply (DkContact *contact, const GPtrArray *corrections);

/* The last of the open corrections that says this number of a contact; NULL if none does.
 * Borrowed. */
const DkCorrection *dk_correction_of_number (const GPtrArray *corrections, const char *contact,
                                             const char *number);

/* dk_content_store_contact with its corrections. New contact. */
DkContact *dk_correction_contact (DkStore *store, const char *id, GError **error) DK_CHECKED;

/* To be called when another pack is in force: open corrections that it has adopted are marked as
 * such, each with an entry. *adopted, which may be NULL, gets their number. In transactions of its
 * own. */
gboolean dk_correction_settle (DkStore *store, guint *adopted, GError **error) DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_correction_free (DkCorrection *correction);

G_END_DECLS
