/* SPDX-License-Identifier: MIT */
#include "tests/crypto/sample.h"

#include <sodium.h>
#include <string.h>

#include "app/base/text.h"

const DkKdfParams dk_sample_cost = { .mib = 19, .passes = 2 };

static const guint8 sample_kit_id[16] = "kit-0123456789ab";

void
dk_sample_init (void)
{
  dk_crypto_init ();
  dk_kdf_set_floor (dk_sample_cost);
}

DkSecret *
dk_sample_secret (const char *text)
{
  return dk_secret_new_copy (text, strlen (text));
}

DkSecret *
dk_sample_code (void)
{
  guint8 code[DK_RECOVERY_CODE_SIZE];

  for (guint i = 0; i < sizeof code; i++)
    code[i] = (guint8) i;
  return dk_secret_new_copy (code, sizeof code);
}

DkSecret *
dk_sample_fill (guint8 value, gsize size)
{
  DkSecret *secret = dk_secret_new (size);

  memset (dk_secret_get_mutable (secret), value, size);
  return secret;
}

GByteArray *
dk_sample_unhex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_set_size (bytes, (guint) strlen (hex) / 2);
  g_assert_true (dk_text_unhex (hex, bytes->data, bytes->len));
  return bytes;
}

void
dk_sample_assert_hex (const void *bytes, gsize size, const char *hex)
{
  g_autofree char *text = dk_text_hex (bytes, size);

  g_assert_cmpstr (text, ==, hex);
}

static void
add (DkDirectory *directory, DkSlotKind kind, DkRole role, const char *name, const DkSecret *secret,
     const DkKeyring *all)
{
  g_autoptr (GError) error = NULL;
  gboolean added = dk_directory_add (directory, kind, role, name, 0, secret, dk_sample_cost, all,
                                     NULL, &error);

  g_assert_no_error (error);
  g_assert_true (added);
}

DkDirectory *
dk_sample_directory (DkKeyring **keys)
{
  DkDirectory *directory = dk_directory_new (sample_kit_id);
  g_autoptr (DkSecret) anna = dk_sample_secret ("correct horse");
  g_autoptr (DkSecret) omar = dk_sample_secret ("battery staple");
  g_autoptr (DkSecret) code = dk_sample_code ();

  *keys = dk_keyring_new_random ();
  add (directory, DK_SLOT_PERSON, DK_ROLE_ADMIN, "anna", anna, *keys);
  add (directory, DK_SLOT_RECOVERY, DK_ROLE_ADMIN, "recovery", code, *keys);
  add (directory, DK_SLOT_PERSON, DK_ROLE_FRONTLINE, "omar", omar, *keys);
  dk_directory_sign (directory, *keys);
  return directory;
}

DkDirectory *
dk_sample_quick_directory (DkKeyring **keys)
{
  DkDirectory *directory = dk_directory_new (sample_kit_id);
  g_autoptr (DkSecret) code = dk_sample_code ();
  g_autoptr (DkSecret) other = dk_sample_fill (0x5a, DK_RECOVERY_CODE_SIZE);

  *keys = dk_keyring_new_random ();
  add (directory, DK_SLOT_RECOVERY, DK_ROLE_ADMIN, "anna", code, *keys);
  add (directory, DK_SLOT_RECOVERY, DK_ROLE_LEAD, "lena", other, *keys);
  add (directory, DK_SLOT_RECOVERY, DK_ROLE_FRONTLINE, "omar", other, *keys);
  dk_directory_sign (directory, *keys);
  return directory;
}

DkDirectory *
dk_sample_parse (GBytes *copies)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  const guint8 *bytes = g_bytes_get_data (copies, &size);
  DkDirectory *directory = dk_directory_parse (bytes, size, NULL, &error);

  g_assert_no_error (error);
  return directory;
}

GBytes *
dk_sample_join (const guint8 *first, const guint8 *second)
{
  guint8 *both = g_malloc (2 * DK_IMAGE_SIZE);

  memcpy (both, first, DK_IMAGE_SIZE);
  memcpy (both + DK_IMAGE_SIZE, second, DK_IMAGE_SIZE);
  return g_bytes_new_take (both, 2 * DK_IMAGE_SIZE);
}

void
dk_sample_fix_checksum (guint8 *image)
{
  crypto_generichash_state state;

  crypto_generichash_init (&state, NULL, 0, 32);
  crypto_generichash_update (&state, image, 4064);
  crypto_generichash_update (&state, image + 4096, DK_IMAGE_SIZE - 4096);
  crypto_generichash_final (&state, image + 4064, 32);
}

int
dk_sample_try (DkDirectory *directory, const char *name, const DkSecret *secret)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkPerson) person = NULL;

  if (dk_directory_unlock (directory, name, secret, 0, &keys, &person, &error)) {
    g_assert_nonnull (keys);
    g_assert_nonnull (person);
    return -1;
  }
  g_assert_nonnull (error);
  g_assert_null (keys);
  g_assert_null (person);
  g_assert_true (error->domain == DK_ERROR);
  return error->code;
}

DkKeyring *
dk_sample_unlock (DkDirectory *directory, const char *name, const DkSecret *secret,
                  DkPerson **person)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPerson) found = NULL;
  DkKeyring *keys = NULL;

  if (!dk_directory_unlock (directory, name, secret, 0, &keys, &found, &error))
    g_assert_no_error (error);
  if (person != NULL)
    *person = g_steal_pointer (&found);
  return keys;
}

void
dk_sample_assert_keys (const DkKeyring *keys, const DkKeyring *all, DkRole role)
{
  for (int i = 0; i < DK_KEY_COUNT; i++) {
    const DkSecret *key = dk_keyring_get (keys, (DkKeyId) i);

    g_assert_true ((key != NULL) == dk_role_holds (role, (DkKeyId) i));
    g_assert_true (key == NULL || dk_secret_equal (key, dk_keyring_get (all, (DkKeyId) i)));
  }
}
