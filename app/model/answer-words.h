/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"

G_BEGIN_DECLS

/* An answer as text for systems and people that do not have the form: yes and no, choices with
 * commas, a file by name, size and SHA-256; of a row of a repeat "name: value; name: value". The
 * same answer always gives the same text. "" for null. New string. Any thread. */
char *dk_answer_words (const json_t *value);

/* TRUE for an attached file: an object with its name and a SHA-256 of 64 hex digits. Any thread. */
gboolean dk_answer_is_file (const json_t *value);

/* TRUE for rows of a repeat: a list that holds objects. Any thread. */
gboolean dk_answer_is_rows (const json_t *value);

G_END_DECLS
