/* SPDX-License-Identifier: MIT */
#include "app/crypto/kdf-private.h"

#include <sodium.h>
#include <string.h>

#include "app/base/platform.h"

#define MEASURED_MIB 64
#define MEASURED_PASSES 3
#define TIME_MAX_US (2 * G_USEC_PER_SEC)
#define READ_MIB_MIN 19
#define READ_PASSES_MIN 2
#define MIB_MAX 1024
#define PASSES_MAX 10
#define DERIVED_SIZE 32
#define CODE_LABEL "dk-recovery v1"

static DkKdfParams made_floor = { 64, 3 };

void
dk_kdf_set_floor (DkKdfParams floor)
{
  g_assert (dk_kdf_params_readable (floor));
  made_floor = floor;
}

DkKdfParams
dk_kdf_default (void)
{
  return (DkKdfParams){ 256, 3 };
}

gboolean
dk_kdf_params_readable (DkKdfParams params)
{
  return params.mib >= READ_MIB_MIN && params.mib <= MIB_MAX && params.passes >= READ_PASSES_MIN
         && params.passes <= PASSES_MAX;
}

gboolean
dk_kdf_params_check (DkKdfParams params, GError **error)
{
  if (params.mib < made_floor.mib || params.mib > MIB_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
                 "The memory for checking a passphrase must be %u to %u MiB, not %u. Nothing was "
                 "changed; give a value in that range.",
                 made_floor.mib, MIB_MAX, params.mib);
    return FALSE;
  }
  if (params.passes < made_floor.passes || params.passes > PASSES_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
                 "The passes for checking a passphrase must be %u to %u, not %u. Nothing was "
                 "changed; give a value in that range.",
                 made_floor.passes, PASSES_MAX, params.passes);
    return FALSE;
  }
  return TRUE;
}

DkSecret *
dk_kdf_derive (const DkSecret *passphrase, const guint8 salt[16], DkKdfParams params,
               GError **error)
{
  g_autoptr (DkSecret) key = NULL;

  G_STATIC_ASSERT (crypto_pwhash_SALTBYTES == 16);
  if (!dk_kdf_params_readable (params)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The key slot asks for %u MiB and %u passes, which this program never writes: "
                 "the kit file is damaged or was tampered with. Nothing was changed; use a backup "
                 "of this kit and tell the kit administrator.",
                 params.mib, params.passes);
    return NULL;
  }
  key = dk_secret_new (DERIVED_SIZE);
  if (crypto_pwhash (dk_secret_get_mutable (key), DERIVED_SIZE,
                     (const char *) dk_secret_get (passphrase), dk_secret_size (passphrase), salt,
                     params.passes, (gsize) params.mib << 20, crypto_pwhash_ALG_ARGON2ID13)
      != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_MEMORY,
                 "There is not enough free memory to work with the passphrase: %u MiB are needed. "
                 "Nothing was changed, and this says nothing about the passphrase; close other "
                 "programs and try again.",
                 params.mib);
    return NULL;
  }
  return g_steal_pointer (&key);
}

/* Time grows a little faster than memory does, as less of it fits into the caches: by a tenth from
 * 64 to 256 MiB on the PCs that were measured. */
DkKdfParams
dk_kdf_choose (gint64 us, guint64 available)
{
  static const guint32 sizes[] = { 256, 192, 128, 96 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gint64 whole = MIN (us, G_MAXINT64 / 1024) * sizes[i] / MEASURED_MIB;
    gboolean quick = whole + whole / 10 <= TIME_MAX_US;
    gboolean fits = available == 0 || available / 2 >= (guint64) sizes[i] << 20;

    if (quick && fits)
      return (DkKdfParams){ sizes[i], MEASURED_PASSES };
  }
  return (DkKdfParams){ MEASURED_MIB, MEASURED_PASSES };
}

/* G_MAXINT64 if there is not even memory for that. */
static gint64
measure (void)
{
  g_autoptr (DkSecret) passphrase = dk_secret_new (16);
  g_autoptr (DkSecret) key = NULL;
  static const guint8 salt[16] = { 0 };
  gint64 start = g_get_monotonic_time ();

  key = dk_kdf_derive (passphrase, salt, (DkKdfParams){ MEASURED_MIB, MEASURED_PASSES }, NULL);
  return key != NULL ? g_get_monotonic_time () - start : G_MAXINT64;
}

DkKdfParams
dk_kdf_calibrate (void)
{
  guint64 available = dk_platform_available_memory ();
  gint64 us = measure ();
  DkKdfParams chosen = dk_kdf_choose (us, available);

  /* What else ran meanwhile must not weaken a kit for good. */
  if (chosen.mib < dk_kdf_default ().mib)
    chosen = dk_kdf_choose (MIN (us, measure ()), available);
  return chosen;
}

DkSecret *
dk_kdf_derive_code (const DkSecret *code, const guint8 salt[16])
{
  DkSecret *key = dk_secret_new (DERIVED_SIZE);
  guint8 message[sizeof CODE_LABEL - 1 + 16];

  g_assert (dk_secret_size (code) == DK_RECOVERY_CODE_SIZE);
  memcpy (message, CODE_LABEL, sizeof CODE_LABEL - 1);
  memcpy (message + sizeof CODE_LABEL - 1, salt, 16);
  crypto_generichash (dk_secret_get_mutable (key), DERIVED_SIZE, message, sizeof message,
                      dk_secret_get (code), DK_RECOVERY_CODE_SIZE);
  return key;
}
