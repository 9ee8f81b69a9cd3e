/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/secret.h"

G_BEGIN_DECLS

/* The recovery code: 128 random bits as eight groups of six digits, group i (1 to 8) being
 * value * 11 + i for each 16 bits, so that a mistyped digit, two swapped ones, or a group in the
 * wrong place is seen as it is typed. */

/* Text of a code, "123456-...": 55 characters, in a secret with a NUL at the end. */
DkSecret *dk_recovery_format (const DkSecret *code);

/* Checks one group of six digits; position from 1 to 8. */
gboolean dk_recovery_check_group (const char *digits, int position) DK_CHECKED;

/* Reads a code as typed: digits, blanks and dashes. DK_ERROR_INVALID names the group that is
 * wrong. New secret of 16 bytes. */
DkSecret *dk_recovery_parse (const char *text, GError **error) DK_CHECKED;

G_END_DECLS
