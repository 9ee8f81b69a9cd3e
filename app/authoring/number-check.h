/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether a number of a contact can be used by whoever reads it at night. By kind:
 * desk, mobile: digits with blanks and - ( ) . / among them, + at the front, 3 to 15 digits (ITU-T
 *   E.164), "ext. 1234" or "x1234" behind it or alone (1 to 8 digits), words in round brackets at
 *   the end: "919-555-0191 (red phone)";
 * pager: as desk, without an extension;
 * email: one @ and a domain with a point;
 * radio, runner: free words.
 * NULL if it can, else what is wrong and what to write; static. *digits gets 1 and then the digits
 * of what can be dialled from everywhere (0 for an extension or words), so that a number written in
 * two ways is the same. Any thread. */
const char *dk_number_fault (const char *kind, const char *value, guint64 *digits);

G_END_DECLS
