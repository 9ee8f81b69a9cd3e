/* SPDX-License-Identifier: MIT */
/* Sealed files, binary and text. What opens is what was sealed: the seeds hold the plain text of
 * the samples, so anything else that came out would be a forgery. */
#include <string.h>

#include "tests/crypto/age-sample.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) sealed = g_bytes_new_static (data, size);
  g_autoptr (DkSecret) key = dk_age_sample_key (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) opened = dk_age_open (sealed, key, &error);
  g_autoptr (GBytes) expected = NULL;

  g_assert_true ((opened == NULL) == (error != NULL));
  if (opened == NULL) {
    g_assert_true (error->domain == DK_ERROR && error->code != DK_ERROR_MEMORY);
    return 0;
  }
  expected = dk_age_sample_plain (g_bytes_get_size (opened));
  g_assert_true (g_bytes_equal (opened, expected));
  return 0;
}
