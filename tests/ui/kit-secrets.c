/* SPDX-License-Identifier: MIT */
/* Prints the secrets of a kit that a test made in hex, one "NAME HEX" a line, for the test that
 * looks for them in the memory of the window. */
#include <stdio.h>

#include "app/crypto/directory-private.h"
#include "app/kit/kit-private.h"

static void
print_secret (const char *name, const DkSecret *secret)
{
  const guint8 *bytes = secret != NULL ? dk_secret_get (secret) : NULL;

  if (bytes == NULL)
    return;
  (void) printf ("%s ", name);
  for (gsize i = 0; i < dk_secret_size (secret); i++)
    (void) printf ("%02x", bytes[i]);
  (void) printf ("\n");
}

int
main (int argc, char **argv)
{
  static const char *const names[DK_KEY_COUNT]
      = { "open", "device-sign", "device-age", "lead", "send", "admin" };
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSecret) passphrase = NULL;
  g_autoptr (DkKit) kit = NULL;

  g_assert (argc == 4);
  passphrase = dk_secret_new_from_file (argv[3], &error);
  kit = passphrase != NULL ? dk_kit_open (argv[1], argv[2], passphrase, NULL, &error) : NULL;
  if (kit == NULL) {
    (void) fprintf (stderr, "%s\n", error->message);
    return 1;
  }
  for (guint i = 0; i < DK_KEY_COUNT; i++)
    print_secret (names[i], dk_keyring_get (kit->keys, (DkKeyId) i));
  print_secret ("person-seed", kit->person->seed);
  print_secret ("person-sign", kit->person->sign_seed);
  return 0;
}
