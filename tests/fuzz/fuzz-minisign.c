/* SPDX-License-Identifier: MIT */
/* minisign's files. A signature that holds is the seed's own, but for its untrusted comment. */
#include <string.h>

#include "app/crypto/minisign.h"
#include "tests/crypto/sample.h"
#include "tests/fuzz/fuzz.h"

#define DATA "hello\n"
#define COMMENT "dk-test v=1 seq=7"

static void
try_signature (const guint8 *data, gsize size)
{
  g_autoptr (DkSecret) seed = dk_sample_fill (0x31, 32);
  g_auto (DkMinisignSecret) secret = { 0 };
  DkMinisignPublic key;
  g_autofree char *comment = NULL;
  g_autoptr (GError) error = NULL;
  guint8 id[8];

  dk_minisign_secret_from_seed (seed, &secret);
  dk_minisign_secret_public (&secret, &key);
  if (dk_minisign_verify (DATA, strlen (DATA), (const char *) data, size, &key, &comment, &error)) {
    g_autofree char *ours = dk_minisign_sign (DATA, strlen (DATA), &secret, COMMENT);
    g_autofree char *theirs = g_strndup ((const char *) data, size);
    g_auto (GStrv) a = g_strsplit (ours, "\n", -1);
    g_auto (GStrv) b = g_strsplit (theirs, "\n", -1);

    g_assert_cmpstr (comment, ==, COMMENT);
    for (guint i = 1; i < 4; i++)
      g_assert_cmpstr (a[i], ==, g_strchomp (b[i]));
  } else {
    g_assert_true (error->domain == DK_ERROR && comment == NULL);
  }
  (void) !dk_minisign_signature_id ((const char *) data, size, id, NULL);
}

static void
try_keys (const char *text)
{
  DkMinisignPublic key;
  g_auto (DkMinisignSecret) secret = { 0 };

  if (dk_minisign_public_parse (text, &key, NULL)) {
    g_autofree char *again = dk_minisign_public_text (&key);
    DkMinisignPublic twin;

    g_assert_true (dk_minisign_public_parse (again, &twin, NULL));
    g_assert_cmpmem (&key, sizeof key, &twin, sizeof twin);
  }
  /* Without a passphrase nothing slow is asked of scrypt. */
  if (dk_minisign_secret_parse (text, NULL, &secret, NULL))
    g_assert_cmpuint (dk_secret_size (secret.seed), ==, 32);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = dk_fuzz_text (data, size);

  try_signature (data, size);
  if (text != NULL)
    try_keys (text);
  return 0;
}
