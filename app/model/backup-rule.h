/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/policy.h"

G_BEGIN_DECLS

/* When a backup is due and when its age is a worry: pure rules, no clock and no files. */

/* The occasion on which it is asked what is due. */
typedef enum {
  DK_BACKUP_WHILE_OPEN, /* now and then while people work */
  DK_BACKUP_IN_OUTAGE,  /* likewise, in a declared outage */
  DK_BACKUP_AT_LOCK     /* the kit is about to be locked */
} DkBackupMode;

/* What is known of one folder. */
typedef struct {
  gint64 last_ms;     /* of the last verified backup there, 0 if there is none */
  gboolean changed;   /* something was captured since */
  gboolean is_outage; /* it is the folder for outages */
} DkBackupState;

/* TRUE if a backup into that folder is due. */
gboolean dk_backup_rule_is_due (const DkPolicy *policy, const DkBackupState *state,
                                DkBackupMode mode, gint64 now_ms);

/* "green", "amber" or "red" for the age of the last backup; the folder may be there or not. Static
 * text. */
const char *dk_backup_rule_health (const DkPolicy *policy, gint64 last_ms, gboolean is_there,
                                   gint64 now_ms);

G_END_DECLS
