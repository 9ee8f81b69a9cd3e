/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/csv.h"
#include "app/import/contact-import-private.h"

#define NUMBERS_IN_CSV 9

/* Fields of a contact that are one line of text, in the order of the columns. */
static const struct {
  const char *name;
  gsize offset;
} TEXTS[] = {
  { "id", G_STRUCT_OFFSET (DkContact, id) },
  { "name", G_STRUCT_OFFSET (DkContact, name) },
  { "type", G_STRUCT_OFFSET (DkContact, type) },
  { "role", G_STRUCT_OFFSET (DkContact, role) },
  { "team", G_STRUCT_OFFSET (DkContact, team) },
  { "site", G_STRUCT_OFFSET (DkContact, site) },
  { "hours", G_STRUCT_OFFSET (DkContact, hours) },
  { "timezone", G_STRUCT_OFFSET (DkContact, timezone) },
  { "languages", G_STRUCT_OFFSET (DkContact, languages) },
  { "audience", G_STRUCT_OFFSET (DkContact, audience) },
  { "login", G_STRUCT_OFFSET (DkContact, login) },
  { "manager", G_STRUCT_OFFSET (DkContact, manager) },
  { "note", G_STRUCT_OFFSET (DkContact, note) },
};

static const char *
text_of (const DkContact *contact, guint i)
{
  return *(char *const *) ((const char *) contact + TEXTS[i].offset);
}

static gboolean
has_number (const DkContact *contact, const DkContactNumber *wanted)
{
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    if (strcmp (number->kind, wanted->kind) == 0 && strcmp (number->value, wanted->value) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
append_numbers (GString *out, const char *sign, const DkContact *of, const DkContact *not_in)
{
  for (guint i = 0; i < of->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (of->numbers, i);
    if (!has_number (not_in, number))
      g_string_append_printf (out, "%s%s%s %s", out->len > 0 ? ", " : "", sign, number->kind,
                              number->value);
  }
}

static gboolean
same_order (const DkContact *a, const DkContact *b)
{
  for (guint i = 0; i < a->numbers->len && i < b->numbers->len; i++)
    if (strcmp (((DkContactNumber *) g_ptr_array_index (a->numbers, i))->value,
                ((DkContactNumber *) g_ptr_array_index (b->numbers, i))->value)
        != 0)
      return FALSE;
  return a->numbers->len == b->numbers->len;
}

char *
dk_contact_difference (const DkContact *was, const DkContact *now)
{
  g_autoptr (GString) out = g_string_new (NULL);

  append_numbers (out, "+ ", now, was);
  append_numbers (out, "- ", was, now);
  if (out->len == 0 && !same_order (was, now))
    g_string_append (out, "order of the numbers");
  for (guint i = 0; i < G_N_ELEMENTS (TEXTS); i++)
    if (g_strcmp0 (text_of (was, i), text_of (now, i)) != 0)
      g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", TEXTS[i].name);
  if (was->tier != now->tier)
    g_string_append_printf (out, "%stier", out->len > 0 ? ", " : "");
  return out->len > 0 ? g_strdup (out->str) : NULL;
}

static void
add_header (DkCsv *csv)
{
  for (guint i = 0; i < G_N_ELEMENTS (TEXTS); i++)
    dk_csv_add (csv, TEXTS[i].name);
  dk_csv_add (csv, "tier");
  for (guint i = 1; i <= NUMBERS_IN_CSV; i++) {
    g_autofree char *kind = g_strdup_printf ("number%u_kind", i);
    g_autofree char *value = g_strdup_printf ("number%u", i);
    dk_csv_add (csv, kind);
    dk_csv_add (csv, value);
  }
  dk_csv_end_row (csv);
}

/* The note with the numbers that have no column. New string. */
static char *
whole_note (const DkContact *contact)
{
  GString *note = g_string_new (contact->note);

  for (guint i = NUMBERS_IN_CSV; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    g_string_append_printf (note, "%s%s: %s", note->len > 0 ? "\n" : "", number->kind,
                            number->value);
  }
  return g_string_free (note, FALSE);
}

static void
add_contact (DkCsv *csv, const DkContact *contact)
{
  for (guint i = 0; i < G_N_ELEMENTS (TEXTS); i++) {
    g_autofree char *note = strcmp (TEXTS[i].name, "note") == 0 ? whole_note (contact) : NULL;
    dk_csv_add (csv, note != NULL ? note : text_of (contact, i));
  }
  if (contact->tier > 0)
    dk_csv_add_int (csv, contact->tier);
  else
    dk_csv_add (csv, NULL);
  for (guint i = 0; i < NUMBERS_IN_CSV; i++) {
    const DkContactNumber *number
        = i < contact->numbers->len ? g_ptr_array_index (contact->numbers, i) : NULL;
    dk_csv_add (csv, number != NULL ? number->kind : NULL);
    dk_csv_add (csv, number != NULL ? number->value : NULL);
  }
  dk_csv_end_row (csv);
}

GBytes *
dk_contacts_to_csv (const GPtrArray *contacts)
{
  g_autoptr (DkCsv) csv = dk_csv_new ();
  const char *text;
  gsize size;

  add_header (csv);
  for (guint i = 0; i < contacts->len; i++)
    add_contact (csv, g_ptr_array_index (contacts, i));
  text = dk_csv_get (csv, &size);
  return g_bytes_new (text, size);
}

GBytes *
dk_contact_import_to_csv (const DkContactImport *import)
{
  g_autoptr (GPtrArray) contacts = g_ptr_array_new ();

  for (guint i = 0; i < import->items->len; i++) {
    const DkImportItem *item = g_ptr_array_index (import->items, i);
    if (item->state == DK_IMPORT_ADDED || item->state == DK_IMPORT_UPDATED
        || item->state == DK_IMPORT_UNCHANGED)
      g_ptr_array_add (contacts, item->record->contact);
  }
  return dk_contacts_to_csv (contacts);
}
