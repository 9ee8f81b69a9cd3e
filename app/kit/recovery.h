/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit.h"
#include "app/model/document.h"

G_BEGIN_DECLS

/* How dk_kit_rotate_recovery makes the new code. */
typedef struct {
  gboolean with_admin; /* it opens the kit as admin; otherwise as lead */
  gboolean renew_keys; /* others may know the code before: its keys are renewed although nobody
                          opened the kit with it */
} DkRecoveryRotation;

/* Makes a new recovery code and makes the one before void, with an entry that the admin signs. If
 * the kit was opened with the code before, its keys are renewed as well (dk_kit_rekey: the kit's
 * store is another one afterwards, and the kit must be fetched anew), `admin` too if that code held
 * it; the warning at each unlock ends with that. *code gets the text of the new code, to be shown
 * or printed once (new secret with a NUL at its end). Needs the admin key (DK_ERROR_DENIED). Slow
 * if keys are renewed. Thread of the kit. */
gboolean dk_kit_rotate_recovery (DkKit *kit, const DkRecoveryRotation *rotation, const DkJob *job,
                                 DkSecret **code, GError **error) DK_CHECKED;

/* Number of the envelope that is valid now: 1 for the code of init, one more with each rotation. */
guint dk_kit_recovery_number (DkKit *kit);

/* The one-page sheet for the sealed envelope: the code in large groups, what it opens, how it is
 * used and what comes afterwards. Title for the paper: dk_recovery_sheet_title. Thread of the kit.
 * New document; it holds the code, so it is freed as soon as it is printed. */
DkDocument *dk_recovery_sheet_new (DkKit *kit, const DkSecret *code, GError **error) DK_CHECKED;

/* Title of the sheet; no secret. New string. */
char *dk_recovery_sheet_title (DkKit *kit);

G_END_DECLS
