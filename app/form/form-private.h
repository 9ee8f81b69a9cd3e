/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form.h"

struct DkForm {
  gint references;
  char *id;
  char *version;
  char *title;
  char *language;
  char *hash;
  char *source;
  GPtrArray *fields; /* of DkField, owned */
  GHashTable *by_name; /* of fields that have a name of their own, borrowed */
};

#define DK_FORM_FIELDS_MAX 500u
#define DK_FORM_CHOICES_MAX 1000u
#define DK_FORM_GROUP_DEPTH_MAX 3u
#define DK_FORM_LABEL_BYTES 1000u
#define DK_FORM_NAME_BYTES 64u

/* Sets DK_ERROR_INVALID with the place in the definition. Always FALSE. */
gboolean dk_form_fault (GError **error, const char *pointer, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* Fails unless each key of object is in `known`; keys of a later version are named as such. */
gboolean dk_form_check_keys (const json_t *object, const char *pointer, const char *const *known,
                             GError **error) DK_CHECKED;

/* A text, or an object of texts by language, in the language asked for; *out untouched and TRUE if
 * value is NULL. */
gboolean dk_form_read_label (const json_t *value, const char *pointer, const char *language,
                             char **out, GError **error) DK_CHECKED;

/* A name that may be typed on a command line and stand in a spreadsheet. */
gboolean dk_form_name_is_valid (const char *name);

/* Reads one row of the survey; choices is the definition's object of lists or NULL. */
DkField *dk_form_read_field (const json_t *row, const char *pointer, const json_t *choices,
                             const char *language, GError **error) DK_CHECKED;

/* Reads the `pdf` block of a row (NULL: defaults) into field. */
gboolean dk_form_read_paper (const json_t *block, const char *pointer, const char *language,
                             DkField *field, GError **error) DK_CHECKED;

/* Frees a row. */
void dk_form_field_free (DkField *field);

/* TRUE if a choice of this field is kept as a JSON integer (impact and urgency). */
gboolean dk_form_is_integer_choice (const DkField *field);

/* TRUE for a text that a decimal field may hold: an optional minus, digits, a point and digits. */
gboolean dk_form_decimal_is_valid (const char *text);

/* TRUE for "HH:MM". */
gboolean dk_form_clock_is_valid (const char *text);

/* TRUE for "YYYY-MM-DD" that exists. */
gboolean dk_form_date_is_valid (const char *text);
