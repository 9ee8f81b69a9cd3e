/* SPDX-License-Identifier: MIT */
/* vCards: a list or a reason, and a card written from each contact is read back with its name. */
#include <string.h>

#include "app/import/vcard.h"
#include "tests/fuzz/fuzz.h"

static void
check_contact (DkContact *contact)
{
  g_autofree char *card = dk_vcard_write (contact, 3);
  g_autoptr (GBytes) bytes = g_bytes_new (card, strlen (card));
  g_autoptr (DkImportList) again = dk_vcard_read (bytes, "y.vcf", NULL, NULL);

  g_assert_true (g_utf8_validate (card, -1, NULL));
  g_assert_nonnull (again);
  g_assert_cmpuint (again->records->len + again->rejected, ==, 1);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (DkImportList) list = dk_vcard_read (bytes, "x.vcf", NULL, &error);

  g_assert_true ((list == NULL) == (error != NULL));
  (void) dk_vcard_is_one (bytes);
  for (guint i = 0; list != NULL && i < list->records->len && i < 20; i++)
    check_contact (((DkImportRecord *) g_ptr_array_index (list->records, i))->contact);
  return 0;
}
