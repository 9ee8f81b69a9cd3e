/* SPDX-License-Identifier: MIT */
/* JSON from outside (station.json, lists, receipts, records of a pack): bounds hold, and the
 * canonical text of what can have one is read to the same text. */
#include <string.h>

#include "app/base/limits.h"
#include "app/content/record.h"
#include "tests/fuzz/fuzz.h"

static void
try_records (const json_t *document)
{
  g_auto (DkFault) first = { 0 };
  g_auto (DkFault) second = { 0 };
  g_auto (DkFault) third = { 0 };
  g_autoptr (DkContact) contact = dk_contact_read (document, &first);
  g_autoptr (DkService) service = dk_service_read (document, &second);
  g_autoptr (DkRunbook) runbook = dk_runbook_read (document, &third);

  g_assert_true ((contact == NULL) == (first.message != NULL));
  g_assert_true ((service == NULL) == (second.message != NULL));
  g_assert_true ((runbook == NULL) == (third.message != NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) document
      = dk_json_parse ((const char *) data, size, DK_LIMIT_JSON_BYTES, "x.json", &error);

  g_assert_true ((document == NULL) == (error != NULL));
  if (document == NULL)
    return 0;
  if (dk_json_is_plain (document)) {
    gsize canonical_size;
    g_autofree char *canonical = dk_json_canonical (document, &canonical_size);
    g_autoptr (json_t) twin
        = dk_json_parse (canonical, canonical_size, DK_LIMIT_JSON_BYTES, "x.json", &error);
    g_autofree char *again = NULL;

    g_assert_no_error (error);
    again = dk_json_canonical (twin, NULL);
    g_assert_cmpstr (again, ==, canonical);
  }
  if (json_is_object (document))
    try_records (document);
  return 0;
}
