/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* A regular expression (PCRE2) from outside that cannot hold up the program: the work of each match
 * is bounded. Immutable once read; may be shared between threads. */
typedef struct DkPattern DkPattern;

#define DK_PATTERN_BYTES_MAX 4000u
#define DK_PATTERN_TEXT_BYTES_MAX 16000u /* of a text that is matched as a whole */

/* Reads a pattern. DK_ERROR_INVALID in words: it is too long, malformed, repeats large groups
 * (thousands of letters when (...){n,m} is written out), or begins with "(*", which would change
 * the bounds. *position (may be NULL) is set on failure: the character, from 0, where
 * it is wrong. NULL on failure. Free with dk_pattern_free. Any thread. */
DkPattern *dk_pattern_new (const char *pattern, gsize *position, GError **error) DK_CHECKED;

/* Sets *found: the whole text, from its first to its last character, is what the pattern says. Text
 * is UTF-8. DK_ERROR_INVALID if it is longer than DK_PATTERN_TEXT_BYTES_MAX, or if it takes too
 * long to find out: some ms as a rule, never more than a tenth of a second. Any thread. */
gboolean dk_pattern_matches (const DkPattern *pattern, const char *text, gboolean *found,
                             GError **error) DK_CHECKED;

/* As dk_pattern_matches, for a place anywhere in the text, however long. It is read in slices of
 * 4,000 bytes that overlap by 500: a longer find across the end of one may be missed. `^` and `$`
 * are the ends of the text. At most a quarter of a second. */
gboolean dk_pattern_finds (const DkPattern *pattern, const char *text, gboolean *found,
                           GError **error) DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_pattern_free (DkPattern *pattern);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPattern, dk_pattern_free)

G_END_DECLS
