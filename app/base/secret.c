/* SPDX-License-Identifier: MIT */
#include "app/base/secret.h"

#include <sodium.h>
#include <string.h>

#include "app/base/limits.h"
#include "app/base/platform.h"

struct DkSecret {
  guint8 *bytes;
  gsize size;
};

static gint lock_failed;

DkSecret *
dk_secret_new (gsize size)
{
  DkSecret *secret = g_new0 (DkSecret, 1);

  if (sodium_init () < 0)
    g_assert_not_reached ();
  secret->size = size;
  secret->bytes = sodium_malloc (MAX (size, 1));
  g_assert (secret->bytes != NULL);
  /* sodium_malloc does not fail where locking fails, so it is asked for once more. */
  if (sodium_mlock (secret->bytes, MAX (size, 1)) != 0)
    g_atomic_int_set (&lock_failed, 1);
  memset (secret->bytes, 0, MAX (size, 1));
  return secret;
}

DkSecret *
dk_secret_new_copy (const void *bytes, gsize size)
{
  DkSecret *secret = dk_secret_new (size);

  if (size > 0)
    memcpy (secret->bytes, bytes, size);
  return secret;
}

DkSecret *
dk_secret_new_random (gsize size)
{
  DkSecret *secret = dk_secret_new (size);

  randombytes_buf (secret->bytes, size);
  return secret;
}

DkSecret *
dk_secret_new_from_file (const char *path, GError **error)
{
  g_autoptr (DkSecret) buffer = dk_secret_new (DK_LIMIT_PASSPHRASE_BYTES + 2);
  gsize size = 0;

  if (!dk_platform_read_line (path, buffer->bytes, buffer->size, &size, error))
    return NULL;
  if (size == 0 && strcmp (path, "-") == 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "No passphrase came on standard input. Nothing was done; its first line must hold "
                 "it.");
    return NULL;
  }
  if (size == 0 || size > DK_LIMIT_PASSPHRASE_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The first line of %s must hold 1 to %d bytes: it is %s.",
                 strcmp (path, "-") == 0 ? "standard input" : path,
                 DK_LIMIT_PASSPHRASE_BYTES, size == 0 ? "empty" : "longer");
    return NULL;
  }
  return dk_secret_new_copy (buffer->bytes, size);
}

DkSecret *
dk_secret_dup (const DkSecret *secret)
{
  return secret != NULL ? dk_secret_new_copy (secret->bytes, secret->size) : NULL;
}

const guint8 *
dk_secret_get (const DkSecret *secret)
{
  return secret->bytes;
}

guint8 *
dk_secret_get_mutable (DkSecret *secret)
{
  return secret->bytes;
}

gsize
dk_secret_size (const DkSecret *secret)
{
  return secret->size;
}

gboolean
dk_secret_equal (const DkSecret *a, const DkSecret *b)
{
  return a->size == b->size && sodium_memcmp (a->bytes, b->bytes, a->size) == 0;
}

void
dk_secret_free (DkSecret *secret)
{
  if (secret == NULL)
    return;
  sodium_munlock (secret->bytes, MAX (secret->size, 1));
  sodium_free (secret->bytes);
  g_free (secret);
}

void
dk_secret_wipe (void *memory, gsize size)
{
  sodium_memzero (memory, size);
}

gboolean
dk_secret_lock_failed (void)
{
  return g_atomic_int_get (&lock_failed) != 0;
}
