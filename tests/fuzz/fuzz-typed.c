/* SPDX-License-Identifier: MIT */
/* What a person types from paper: recovery code, age keys, downtime numbers. What is taken has one
 * value, and that value's own text is taken as well. */
#include <string.h>

#include "app/crypto/age.h"
#include "app/crypto/recovery.h"
#include "app/model/number.h"
#include "tests/crypto/sample.h"
#include "tests/fuzz/fuzz.h"

static void
try_code (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSecret) code = dk_recovery_parse (text, &error);
  g_autoptr (DkSecret) again = NULL;
  g_autoptr (DkSecret) twin = NULL;

  g_assert_true ((code == NULL) == (error != NULL));
  (void) !dk_recovery_check_group (text, 1 + (int) (strlen (text) % 8));
  if (code == NULL)
    return;
  again = dk_recovery_format (code);
  twin = dk_recovery_parse ((const char *) dk_secret_get (again), NULL);
  g_assert_true (twin != NULL && dk_secret_equal (code, twin));
}

static void
try_age_keys (const char *text)
{
  guint8 key[32];
  g_autoptr (DkSecret) identity = dk_age_identity_parse (text, NULL);

  if (dk_age_recipient_parse (text, key, NULL)) {
    g_autofree char *again = dk_age_recipient_text (key);

    g_assert_cmpint (g_ascii_strcasecmp (again, text), ==, 0);
  }
  if (identity != NULL) {
    g_autoptr (DkSecret) again = dk_age_identity_text (identity);

    g_assert_cmpstr ((const char *) dk_secret_get (again), ==, text);
  }
}

static void
try_number (const char *text)
{
  DkNumber number = { 0 };

  if (dk_number_parse (text, &number, NULL)) {
    g_autofree char *again = dk_number_format (number.station, number.counter, number.drill);
    DkNumber twin = { 0 };

    g_assert_true (dk_number_parse (again, &twin, NULL));
    g_assert_cmpstr (number.station, ==, twin.station);
    g_assert_cmpuint (number.counter, ==, twin.counter);
    g_assert_true (number.drill == twin.drill);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = dk_fuzz_text (data, size);

  if (text == NULL)
    return 0;
  try_code (text);
  try_age_keys (text);
  try_number (text);
  return 0;
}
