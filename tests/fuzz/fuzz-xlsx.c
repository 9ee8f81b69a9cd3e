/* SPDX-License-Identifier: MIT */
/* Sheets of forms: whatever the bytes are, there is a form or a reason; each finding has its place;
 * a form that is made passes app/form and comes back the same from the sheets that it is written
 * as. The first byte says what follows: 0 a file, 1 the CSV of a survey, 2 those of survey, choices
 * and settings, 3 parts of a workbook (sheet, texts, styles), each ended by a form feed. */
#include <string.h>

#include "app/xlsform/xlsform-export.h"
#include "app/xlsform/xlsform-import.h"
#include "app/xlsform/xlsx-private.h"
#include "tests/fuzz/fuzz.h"

#define PARTS 3

/* The bytes between form feeds, from `*at` on. New bytes. */
static GBytes *
next_part (const guint8 *data, gsize size, gsize *at)
{
  gsize begin = *at;
  gsize end = begin;

  while (end < size && data[end] != '\f')
    end++;
  *at = MIN (end + 1, size);
  return g_bytes_new (data + begin, end - begin);
}

static DkFormSheets *
empty_sheets (void)
{
  DkFormSheets *sheets = g_new0 (DkFormSheets, 1);

  sheets->id = g_strdup ("fuzz");
  sheets->others = g_ptr_array_new_with_free_func (g_free);
  return sheets;
}

static DkFormSheets *
sheets_of_csv (const guint8 *data, gsize size)
{
  g_autoptr (DkFormSheets) sheets = empty_sheets ();
  DkSheet **slots[PARTS] = { &sheets->survey, &sheets->choices, &sheets->settings };
  static const char *const names[PARTS] = { "survey", "choices", "settings" };
  gsize at = 0;

  for (guint i = 0; i < PARTS && (i == 0 || at < size); i++) {
    g_autoptr (GBytes) part = next_part (data, size, &at);
    g_autoptr (GError) error = NULL;
    *slots[i] = dk_sheet_from_csv (part, names[i], names[i], &error);
    g_assert_true ((*slots[i] == NULL) == (error != NULL));
  }
  return sheets->survey != NULL ? g_steal_pointer (&sheets) : NULL;
}

static DkFormSheets *
sheets_of_parts (const guint8 *data, gsize size)
{
  gsize at = 0;
  g_autoptr (GBytes) sheet = next_part (data, size, &at);
  g_autoptr (GBytes) texts = next_part (data, size, &at);
  g_autoptr (GBytes) styles = next_part (data, size, &at);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (guint32));
  DkSharedTexts shared = { text, offsets };
  g_autoptr (GArray) kinds = NULL;
  DkXlsxBook book = { &shared, NULL, size % 2 == 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (DkFormSheets) sheets = empty_sheets ();

  book.styles = kinds = dk_xlsx_read_styles (styles, &error);
  if (kinds == NULL || !dk_xlsx_read_shared (texts, &shared, &error))
    return NULL;
  sheets->survey = dk_xlsx_read_sheet (sheet, "survey", &book, &error);
  g_assert_true ((sheets->survey == NULL) == (error != NULL));
  return sheets->survey != NULL ? g_steal_pointer (&sheets) : NULL;
}

static DkFormSheets *
sheets_of (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  DkFormSheets *sheets;

  if (data[0] % 4 == 1 || data[0] % 4 == 2)
    return sheets_of_csv (data + 1, size - 1);
  if (data[0] % 4 == 3)
    return sheets_of_parts (data + 1, size - 1);
  bytes = g_bytes_new (data + 1, size - 1);
  sheets = dk_form_sheets_from_bytes (bytes, "fuzz", &error);
  g_assert_true ((sheets == NULL) == (error != NULL));
  return sheets;
}

static void
check_form (const DkXlsform *form)
{
  g_autofree char *text = dk_json_text (form->definition, TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) parsed = dk_form_parse (text, strlen (text), "en", &error);
  g_autoptr (DkFormSheets) sheets = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (parsed);
  for (guint i = 0; i < form->findings->len; i++) {
    const DkXlsformFinding *finding = g_ptr_array_index (form->findings, i);
    g_assert_nonnull (strchr (finding->place, '!'));
    g_assert_true (g_utf8_validate (finding->what, -1, NULL));
  }
  sheets = dk_xlsform_export (form->definition, &error);
  g_assert_true ((sheets == NULL) == (error != NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (DkFormSheets) sheets = size > 0 ? sheets_of (data, size) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DkXlsform) form = NULL;

  if (sheets == NULL)
    return 0;
  form = dk_xlsform_import (sheets, &error);
  g_assert_true ((form == NULL) == (error != NULL));
  if (form != NULL)
    check_form (form);
  return 0;
}
