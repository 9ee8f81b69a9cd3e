/* SPDX-License-Identifier: MIT */
/* The slot directory, changed by whoever has the file (checksum right) or knows `open` (MAC right).
 * Whatever they write: nobody gets a key beyond their role. */
#include <string.h>

#include "tests/crypto/sample.h"
#include "tests/fuzz/fuzz.h"

enum {
  FIX_CHECKSUM = 1,
  FIX_MAC = 2,
  FIRST_COPY_HONEST = 4,
  FROM_ZEROS = 8,
  AS_OMAR = 16,
};

static DkKeyring *all;
static guint8 *honest;

static void
make_honest (void)
{
  g_autoptr (DkDirectory) directory = dk_sample_quick_directory (&all);
  g_autoptr (GBytes) copies = dk_directory_bytes (directory, all);

  g_autoptr (DkDirectory) control = dk_sample_parse (copies);
  g_autoptr (DkSecret) code = dk_sample_fill (0x5a, DK_RECOVERY_CODE_SIZE);

  g_assert_cmpint (dk_sample_try (control, "omar", code), ==, -1);
  honest = g_memdup2 (g_bytes_get_data (copies, NULL), DK_IMAGE_SIZE);
}

/* Argon2 as often as a fuzzer asks for it, or for a name that is not there, would leave no time for
 * anything else. */
static gboolean
is_quick (const guint8 *image, const char *name)
{
  if (dk_image_find (image, name) < 0)
    return FALSE;
  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++)
    if (dk_image_slot_const (image, i)[DK_SLOT_AT_KDF] == DK_KDF_ARGON2ID)
      return FALSE;
  return TRUE;
}

static void
look_at (const DkDirectory *directory)
{
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;

    dk_directory_info (directory, i, &info);
    g_assert_true (g_utf8_validate (info.name, -1, NULL));
    g_assert_cmpint (dk_directory_find (directory, info.name), ==, (int) i);
  }
  (void) dk_directory_needs_write (directory);
  (void) dk_directory_lost_copy (directory);
}

static void
unlock (DkDirectory *directory, const char *name, DkRole role)
{
  g_autoptr (DkSecret) code = dk_sample_fill (0x5a, DK_RECOVERY_CODE_SIZE);
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkPerson) person = NULL;
  g_autoptr (GError) error = NULL;

  if (!dk_directory_unlock (directory, name, code, 0, &keys, &person, &error)) {
    g_assert_true (error->domain == DK_ERROR && error->code != DK_ERROR_MEMORY);
    return;
  }
  dk_sample_assert_keys (keys, all, role);
  g_assert_cmpint (dk_person_info (person)->role, ==, role);
  look_at (directory);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *image = NULL;
  g_autoptr (GBytes) both = NULL;
  g_autoptr (DkDirectory) directory = NULL;
  g_autoptr (DkDirectory) raw = NULL;
  guint8 flags = size > 0 ? data[0] : 0;
  const char *name = (flags & AS_OMAR) != 0 ? "omar" : "lena";

  if (honest == NULL)
    make_honest ();
  raw = dk_directory_parse (data, size, NULL, NULL);
  g_assert_null (raw);
  if (size == 0)
    return 0;
  image = (flags & FROM_ZEROS) != 0 ? g_malloc0 (DK_IMAGE_SIZE) : g_memdup2 (honest, DK_IMAGE_SIZE);
  if ((flags & FROM_ZEROS) != 0)
    memcpy (image, data + 1, MIN (size - 1, DK_IMAGE_SIZE));
  else
    (void) dk_fuzz_edit (image, DK_IMAGE_SIZE, data + 1, size - 1);
  if ((flags & FIX_MAC) != 0)
    dk_image_finish (image, dk_keyring_get (all, DK_KEY_OPEN));
  else if ((flags & FIX_CHECKSUM) != 0)
    dk_sample_fix_checksum (image);
  both = dk_sample_join ((flags & FIRST_COPY_HONEST) != 0 ? honest : image, image);
  directory = dk_directory_parse (g_bytes_get_data (both, NULL), 2 * DK_IMAGE_SIZE, NULL, NULL);
  if (directory == NULL)
    return 0;
  look_at (directory);
  if (is_quick (image, name))
    unlock (directory, name, (flags & AS_OMAR) != 0 ? DK_ROLE_FRONTLINE : DK_ROLE_LEAD);
  return 0;
}
