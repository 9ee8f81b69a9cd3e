/* SPDX-License-Identifier: MIT */
#include "app/import/import-list.h"

#include <string.h>

#define DIGITS_MIN 2
#define DIGITS_MAX 24

static void
remark_free (gpointer data)
{
  DkImportRemark *remark = data;

  g_free (remark->place);
  g_free (remark->name);
  g_free (remark->reason);
  g_free (remark);
}

DkImportList *
dk_import_list_new (const char *name)
{
  DkImportList *list = g_new0 (DkImportList, 1);

  list->name = g_strdup (name);
  list->records = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_import_record_free);
  list->rejects = g_ptr_array_new_with_free_func (remark_free);
  list->remarks = g_ptr_array_new_with_free_func (remark_free);
  list->notes = g_ptr_array_new_with_free_func (g_free);
  return list;
}

static void G_GNUC_PRINTF (4, 0)
add_remark (GPtrArray *remarks, const char *place, const char *name, const char *format,
            va_list args)
{
  DkImportRemark *remark;

  if (remarks->len >= DK_IMPORT_REJECTS_MAX)
    return;
  remark = g_new0 (DkImportRemark, 1);
  remark->place = g_strdup (place);
  remark->name = g_strdup (name);
  remark->reason = g_strdup_vprintf (format, args);
  g_ptr_array_add (remarks, remark);
}

void
dk_import_list_reject (DkImportList *list, const char *place, const char *name, const char *format,
                       ...)
{
  va_list args;

  va_start (args, format);
  add_remark (list->rejects, place, name, format, args);
  va_end (args);
  list->rejected++;
}

void
dk_import_list_remark (DkImportList *list, const char *place, const char *name, const char *format,
                       ...)
{
  va_list args;

  va_start (args, format);
  add_remark (list->remarks, place, name, format, args);
  va_end (args);
  list->remarked++;
}

void
dk_import_list_note (DkImportList *list, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (list->notes, g_strdup_vprintf (format, args));
  va_end (args);
}

void
dk_import_list_free (DkImportList *list)
{
  if (list == NULL)
    return;
  g_free (list->name);
  g_free (list->sha256);
  g_ptr_array_unref (list->records);
  g_ptr_array_unref (list->rejects);
  g_ptr_array_unref (list->remarks);
  g_ptr_array_unref (list->notes);
  g_free (list);
}

void
dk_import_record_free (DkImportRecord *record)
{
  if (record == NULL)
    return;
  dk_contact_free (record->contact);
  g_free (record->key);
  g_free (record->reference);
  g_free (record->manager);
  g_free (record->place);
  g_free (record);
}

static gboolean
is_home (const DkContactNumber *number)
{
  return g_str_has_suffix (number->value, DK_IMPORT_HOME_MARK);
}

/* FALSE if none is left. */
static gboolean
drop_homes_of (DkImportList *list, DkContact *contact)
{
  for (guint i = contact->numbers->len; i > 0; i--) {
    if (!is_home (g_ptr_array_index (contact->numbers, i - 1)))
      continue;
    g_ptr_array_remove_index (contact->numbers, i - 1);
    list->homes_dropped++;
  }
  return contact->numbers->len > 0;
}

void
dk_import_list_drop_homes (DkImportList *list)
{
  for (guint i = 0; i < list->records->len;) {
    const DkImportRecord *record = g_ptr_array_index (list->records, i);
    if (drop_homes_of (list, record->contact)) {
      i++;
      continue;
    }
    dk_import_list_reject (list, record->place, record->contact->name,
                           "It has home numbers only, which are left out.");
    g_ptr_array_remove_index (list->records, i);
  }
  list->homes = 0;
}

void
dk_import_list_tell_numbers (DkImportList *list)
{
  if (list->homes > 0)
    dk_import_list_note (list,
                         "%u home %s taken, marked \"(home)\": everybody who reads the contacts "
                         "sees %s. --without-home leaves them out.",
                         list->homes, list->homes == 1 ? "number is" : "numbers are",
                         list->homes == 1 ? "it" : "them");
  if (list->homes_dropped > 0)
    dk_import_list_note (list, "%u home %s left out.", list->homes_dropped,
                         list->homes_dropped == 1 ? "number is" : "numbers are");
  if (list->faxes > 0)
    dk_import_list_note (list, "%u fax %s in the notes: nobody can call %s.", list->faxes,
                         list->faxes == 1 ? "number stands" : "numbers stand",
                         list->faxes == 1 ? "it" : "them");
}

/* Length of a word that begins an extension, else 0. */
static gsize
extension_word (const char *text)
{
  static const char *const words[]
      = { "extension", "ext", "durchwahl", "dw", "poste", "pin", "x", "p", "w", "#" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strncasecmp (text, words[i], strlen (words[i])) == 0)
      return strlen (words[i]);
  return 0;
}

/* A sign that people write among digits; spaces of other widths and dashes are not ASCII. */
static gboolean
is_filler (gunichar c)
{
  if (c < 0x80)
    return strchr (" +-()./*,;=:~\t", (int) c) != NULL;
  return g_unichar_isspace (c) || g_unichar_type (c) == G_UNICODE_DASH_PUNCTUATION
         || g_unichar_type (c) == G_UNICODE_FORMAT;
}

/* "919-555-0100 (red phone)": the end of what is dialled. */
static const char *
find_words (const char *number)
{
  const char *open = strrchr (number, '(');
  gsize size = strlen (number);

  if (open == NULL || open == number || number[size - 1] != ')'
      || !g_unichar_isalpha (g_utf8_get_char (open + 1)))
    return number + size;
  return open;
}

gboolean
dk_import_can_dial (const char *number)
{
  const char *end = find_words (number);
  guint digits = 0;

  for (const char *p = number; p < end;) {
    /* "ext. 50911" is a number of the house; one letter before the digits may be anything. */
    gsize word = digits > 0 || p == number ? extension_word (p) : 0;
    if (digits == 0 && word < 2)
      word = 0;
    if (word == 0 && !g_ascii_isdigit (*p) && !is_filler (g_utf8_get_char (p)))
      return FALSE;
    digits += g_ascii_isdigit (*p) ? 1 : 0;
    p = word > 0 ? p + word : g_utf8_next_char (p);
  }
  return digits >= DIGITS_MIN && digits <= DIGITS_MAX;
}
