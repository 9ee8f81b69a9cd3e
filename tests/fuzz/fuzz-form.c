/* SPDX-License-Identifier: MIT */
/* Form definitions: what is taken reads to the same form from its own canonical text. */
#include <string.h>

#include "app/form/form.h"
#include "tests/fuzz/fuzz.h"

static void
fill_in (const DkForm *form)
{
  g_autoptr (json_t) answers = json_object ();
  g_autoptr (GPtrArray) problems = NULL;

  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    g_autoptr (json_t) value = dk_form_convert (field, "1", NULL);
    g_autofree char *shown = value != NULL ? dk_form_show (field, value) : NULL;

    if (value != NULL && field->name != NULL)
      json_object_set (answers, field->name, value);
    g_assert_true (shown == NULL || g_utf8_validate (shown, -1, NULL));
  }
  problems = dk_form_check (form, answers);
  g_assert_nonnull (problems);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = dk_form_parse ((const char *) data, size, "en", &error);
  g_autoptr (DkForm) again = NULL;

  g_assert_true ((form == NULL) == (error != NULL));
  if (form == NULL)
    return 0;
  again = dk_form_parse (dk_form_source (form), strlen (dk_form_source (form)), "en", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dk_form_hash (again), ==, dk_form_hash (form));
  fill_in (form);
  return 0;
}
