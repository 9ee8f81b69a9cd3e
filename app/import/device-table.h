/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* Lists of devices as a directory or an MDM exports them. */

typedef enum {
  DK_DEVICE_HOST,
  DK_DEVICE_OWNER,
  DK_DEVICE_LOCATION,
  DK_DEVICE_OS,
  DK_DEVICE_SERIAL,
  DK_DEVICE_RECOVERY_KEY_ID,
  DK_DEVICE_NOTE,
  DK_DEVICE_OS_VERSION, /* goes behind the OS with a blank */
  DK_DEVICE_OTHER,      /* a column that is not used */
} DkDeviceField;

/* Which field of DkDevice a column of this name holds: names of our own, of Active Directory
 * (csvde, Get-ADComputer), Intune and Jamf, without regard to case, blanks and signs. Any
 * thread. */
DkDeviceField dk_device_field_of_column (const char *column);

/* FALSE if a cell holds what looks like a disk recovery key of 48 digits; the error begins with
 * `place` and does not repeat the key. DK_ERROR_INVALID. Any thread. */
gboolean dk_device_check_cell (const char *cell, const char *place, GError **error) DK_CHECKED;

G_END_DECLS
