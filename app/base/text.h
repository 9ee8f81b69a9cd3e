/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* Checks text from outside: valid UTF-8, no NUL, at most size_max bytes. `what` names it in the
 * message ("the summary"). DK_ERROR_INVALID. Any thread. */
gboolean dk_text_check (const char *text, gsize size, gsize size_max, const char *what,
                        GError **error) DK_CHECKED;

/* Text made fit to store: NFC, invalid bytes replaced, CR LF to LF, control characters other than
 * LF and TAB removed, white space at both ends removed. New string. Any thread. */
char *dk_text_clean (const char *text);

/* May a person have this name, or could it be taken for another: DK_ERROR_INVALID for characters
 * that are not seen, and for a word with letters of two alphabets that look alike. name is
 * UTF-8. */
gboolean dk_text_check_name (const char *name, GError **error) DK_CHECKED;

/* As dk_text_clean, in one line: each run of white space becomes one blank. New string. */
char *dk_text_clean_line (const char *text);

/* The form that search compares: case folded, accents removed (also the letters that Unicode does
 * not decompose: đ ł ø ß æ œ ı), white space folded. New string. Any thread. */
char *dk_text_fold (const char *text);

/* The ASCII digits of a text, all else left out: "+1 (555) 010-0142" gives "15550100142".
 * New string. Any thread. */
char *dk_text_digits (const char *text);

/* Text safe to show on a terminal or in a log: control characters, bidirectional controls and
 * U+2028/2029 are written as \xNN or \u{NNNN}; LF stays if keep_lines. New string. Any thread. */
char *dk_text_printable (const char *text, gboolean keep_lines);

/* At most n characters (not bytes), with an ellipsis if something was cut. New string. */
char *dk_text_shorten (const char *text, gsize n);

/* Lower-case hex of size bytes. New string. Any thread. */
char *dk_text_hex (const void *bytes, gsize size);

/* Reads exactly size bytes of lower- or upper-case hex. FALSE, and out untouched, for anything
 * else. Any thread. */
gboolean dk_text_unhex (const char *hex, void *out, gsize size) DK_CHECKED;

G_END_DECLS
