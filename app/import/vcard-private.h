/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The lines of vCards, one property after the other. */
typedef struct {
  const char *at;
  const char *end;
  guint line;            /* of at */
  gboolean keeps_blanks; /* version 2.1: a folded line keeps its blank */
} DkVcardReader;

/* One property, its value unfolded and decoded but not unescaped. Text owned. */
typedef struct {
  char *group;      /* "item1", lower case; "" */
  char *name;       /* upper case; "" for a line that is none */
  GPtrArray *types; /* of char *, lower case: values of TYPE, and bare words of 2.1 */
  char *label;      /* LABEL of 4.0, NULL */
  int preference;   /* PREF of 4.0, 1 for a type "pref"; 0 = not told */
  gboolean quoted_printable;
  gboolean base64;
  char *charset; /* NULL */
  GString *value;
  gboolean too_long; /* the value was cut */
  guint line;
} DkVcardProperty;

/* Goes to the next property; FALSE at the end. Values of pictures and the like are passed over. */
gboolean dk_vcard_next (DkVcardReader *reader, DkVcardProperty *property);

/* Prepares a property for its first use. */
void dk_vcard_property_init (DkVcardProperty *property);

/* Frees what it holds. */
void dk_vcard_property_clear (DkVcardProperty *property);

/* TRUE if it has this type (lower case). */
gboolean dk_vcard_has_type (const DkVcardProperty *property, const char *type);

/* Parts of a value between `separator` signs that are not escaped, each without its escapes. New
 * vector. */
char **dk_vcard_split (const char *value, char separator);

/* The value as one text without escapes. New string. */
char *dk_vcard_text (const char *value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkVcardProperty, dk_vcard_property_clear)

G_END_DECLS
