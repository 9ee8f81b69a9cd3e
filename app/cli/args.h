/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* The words of one command line, taken apart. Options and words may come in any order; `--` ends
 * the options. `--set` takes all name=value words that follow it, `--to` and `--to-lead` all
 * age1... words; other options with a value take one and may be repeated. Not thread-safe. */
typedef struct DkArgs DkArgs;

/* Takes the words (without the program's name) apart; they are copied. DK_ERROR_USAGE names an
 * option that no command has, or whose value is missing. Free with dk_args_free. */
DkArgs *dk_args_parse (const char *const *argv, GError **error) DK_CHECKED;

/* Number of words that are no option and no value of one. */
guint dk_args_count (const DkArgs *args);

/* Word i, borrowed; NULL behind the last one. */
const char *dk_args_word (const DkArgs *args, guint i);

/* Words from `first` on, joined by blanks. New string. */
char *dk_args_text (const DkArgs *args, guint first);

/* Takes the first n words off: those that name the command. */
void dk_args_shift (DkArgs *args, guint n);

/* TRUE if the option was given. */
gboolean dk_args_has (const DkArgs *args, const char *option);

/* Value of an option, the last one if it was repeated, borrowed; NULL if it was not given. */
const char *dk_args_get (const DkArgs *args, const char *option);

/* All values of an option in order, NULL-terminated, borrowed; empty if it was not given. */
const char *const *dk_args_all (const DkArgs *args, const char *option);

/* Value of an option as a whole number between min and max; *out is left as it is if the option was
 * not given. DK_ERROR_USAGE. */
gboolean dk_args_get_int (const DkArgs *args, const char *option, gint64 min, gint64 max,
                          gint64 *out, GError **error) DK_CHECKED;

/* Value of an option that must be there. NULL with DK_ERROR_USAGE. Borrowed. */
const char *dk_args_need (const DkArgs *args, const char *option, GError **error) DK_CHECKED;

/* The first option given that is not in `allowed` (names separated by blanks), borrowed; NULL if
 * all are. */
const char *dk_args_find_other (const DkArgs *args, const char *allowed);

/* Frees the words; NULL is fine. */
void dk_args_free (DkArgs *args);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkArgs, dk_args_free)

G_END_DECLS
