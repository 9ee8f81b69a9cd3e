/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/import/vcard.h"

#define FOLD_BYTES 75

/* Folded so that no character of UTF-8 is split. */
static void
add_line (GString *out, const char *line)
{
  gsize used = 0;

  for (const char *p = line; *p != '\0';) {
    gsize size = (gsize) (g_utf8_next_char (p) - p);
    if (used + size > FOLD_BYTES) {
      g_string_append (out, "\r\n ");
      used = 1;
    }
    g_string_append_len (out, p, (gssize) size);
    used += size;
    p += size;
  }
  g_string_append (out, "\r\n");
}

static void
append_escaped (GString *line, const char *text)
{
  for (const char *p = text != NULL ? text : ""; *p != '\0'; p++) {
    if (*p == '\n') {
      g_string_append (line, "\\n");
    } else if (*p != '\r') {
      if (strchr ("\\,;", *p) != NULL)
        g_string_append_c (line, '\\');
      g_string_append_c (line, *p);
    }
  }
}

static void
add_text (GString *out, const char *name, const char *text)
{
  g_autoptr (GString) line = g_string_new (name);

  if (text == NULL || *text == '\0')
    return;
  g_string_append_c (line, ':');
  append_escaped (line, text);
  add_line (out, line->str);
}

/* The last word is the family's: good enough for programs that ask for one, and read back whole
 * from FN. */
static void
add_name (GString *out, const DkContact *contact)
{
  g_autoptr (GString) line = g_string_new ("N:");
  const char *space = strrchr (contact->name, ' ');
  gboolean person = g_strcmp0 (contact->type, "team") != 0
                    && g_strcmp0 (contact->type, "vendor") != 0 && space != NULL;

  append_escaped (line, person ? space + 1 : contact->name);
  g_string_append_c (line, ';');
  if (person) {
    g_autofree char *given = g_strndup (contact->name, (gsize) (space - contact->name));
    append_escaped (line, given);
  }
  g_string_append (line, ";;;");
  add_line (out, line->str);
}

static void
add_number (GString *out, const DkContactNumber *number, int version, guint *groups)
{
  static const struct {
    const char *kind;
    const char *head;
    const char *label; /* what vCard has no type for */
  } heads[] = {
    { "desk", "TEL;TYPE=WORK,VOICE", NULL }, { "mobile", "TEL;TYPE=CELL", NULL },
    { "pager", "TEL;TYPE=PAGER", NULL },     { "email", "EMAIL;TYPE=WORK", NULL },
    { "radio", "TEL;TYPE=WORK", "radio" },   { "runner", "TEL;TYPE=WORK", "runner" },
  };
  g_autofree char *name = NULL;

  if (g_str_has_suffix (number->value, DK_IMPORT_HOME_MARK)) {
    name = g_strndup (number->value, strlen (number->value) - strlen (DK_IMPORT_HOME_MARK));
    add_text (out, version >= 4 ? "TEL;TYPE=\"home,voice\"" : "TEL;TYPE=HOME,VOICE", name);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++) {
    g_autofree char *lower = NULL;
    if (strcmp (heads[i].kind, number->kind) != 0)
      continue;
    lower = version >= 4 && strcmp (heads[i].head, "TEL;TYPE=WORK,VOICE") == 0
                ? g_strdup ("TEL;TYPE=\"work,voice\"")
                : g_strdup (heads[i].head);
    if (heads[i].label == NULL) {
      add_text (out, lower, number->value);
      return;
    }
    (*groups)++;
    name = g_strdup_printf ("item%u.%s", *groups, lower);
    add_text (out, name, number->value);
    g_free (name);
    name = g_strdup_printf ("item%u.X-ABLabel", *groups);
    add_text (out, name, heads[i].label);
    return;
  }
}

static void
add_kind (GString *out, const DkContact *contact, int version)
{
  if (version < 4 || contact->type == NULL)
    return;
  add_text (out, "KIND",
            strcmp (contact->type, "person") == 0 ? "individual"
            : strcmp (contact->type, "team") == 0 ? "group"
                                                  : "org");
}

char *
dk_vcard_write (const DkContact *contact, int version)
{
  GString *out = g_string_new ("BEGIN:VCARD\r\n");
  g_autofree char *tier = contact->tier > 0 ? g_strdup_printf ("%d", contact->tier) : NULL;
  guint groups = 0;

  g_string_append (out, version >= 4 ? "VERSION:4.0\r\n" : "VERSION:3.0\r\n");
  add_text (out, "UID", contact->id);
  add_kind (out, contact, version);
  add_text (out, "FN", contact->name);
  add_name (out, contact);
  if (contact->team != NULL) {
    g_autoptr (GString) line = g_string_new ("ORG:");
    append_escaped (line, contact->team);
    add_line (out, line->str);
  }
  add_text (out, "TITLE", contact->role);
  for (guint i = 0; i < contact->numbers->len; i++)
    add_number (out, g_ptr_array_index (contact->numbers, i), version, &groups);
  if (contact->timezone != NULL)
    add_text (out, "TZ", contact->timezone);
  add_text (out, "X-SITE", contact->site);
  add_text (out, "X-TIER", tier);
  add_text (out, "X-HOURS", contact->hours);
  add_text (out, "X-LOGIN", contact->login);
  add_text (out, "NOTE", contact->note);
  g_string_append (out, "END:VCARD\r\n");
  return g_string_free (out, FALSE);
}
