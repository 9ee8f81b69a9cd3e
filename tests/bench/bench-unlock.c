/* SPDX-License-Identifier: MIT */
/* Goal: what an unlock costs beyond deriving the key is at most 60 ms. Method: a kit with
 * content of a large hospital is opened several times; the key is derived alone in between; CPU
 * and wall time, medians. With slack for a busy machine it fails at 120 ms of CPU. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/base/platform.h"
#include "tests/bench/sample-content.h"
#include "tests/kit/kit-fixture.h"

#define ROUNDS 7
#define REST_MAX_MS 120

typedef struct {
  double cpu;
  double wall;
} Cost;

static Cost
now (void)
{
  return (Cost){ (double) dk_platform_cpu_us () / 1000, (double) g_get_monotonic_time () / 1000 };
}

static double
median (double *values)
{
  for (guint i = 1; i < ROUNDS; i++)
    for (guint k = i; k > 0 && values[k] < values[k - 1]; k--) {
      double swap = values[k];
      values[k] = values[k - 1];
      values[k - 1] = swap;
    }
  return values[ROUNDS / 2];
}

static Cost
derive (void)
{
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy (KIT_PASSPHRASE, strlen (KIT_PASSPHRASE));
  const guint8 salt[16] = { 1 };
  Cost before = now ();
  g_autoptr (DkSecret) key = dk_kdf_derive (passphrase, salt, kit_fixture_kdf, NULL);
  Cost after = now ();

  g_assert_nonnull (key);
  return (Cost){ after.cpu - before.cpu, after.wall - before.wall };
}

static Cost
unlock (const char *folder)
{
  Cost before = now ();
  DkKit *kit = kit_fixture_open (folder);
  Cost after = now ();

  kit_fixture_close (kit);
  return (Cost){ after.cpu - before.cpu, after.wall - before.wall };
}

int
main (int argc, char **argv)
{
  double cpu[ROUNDS], wall[ROUNDS], kdf_cpu[ROUNDS], kdf_wall[ROUNDS], rest;
  KitFixture f;
  DkKit *kit;

  dk_test_init (&argc, &argv);
  kit_fixture_set_up (&f, NULL);
  kit = kit_fixture_open (f.folder);
  sample_content_load (dk_kit_store (kit), 1);
  kit_fixture_close (kit);
  for (guint i = 0; i < ROUNDS; i++) {
    Cost whole = unlock (f.folder);
    Cost key = derive ();
    cpu[i] = whole.cpu - key.cpu;
    wall[i] = whole.wall - key.wall;
    kdf_cpu[i] = key.cpu;
    kdf_wall[i] = key.wall;
  }
  rest = median (cpu);
  printf ("unlock: key %.0f ms of CPU (wall %.0f), the rest %.1f ms of CPU (wall %.1f)\n",
          median (kdf_cpu), median (kdf_wall), rest, median (wall));
  kit_fixture_tear_down (&f, NULL);
  return dk_test_run () == 0 && rest <= REST_MAX_MS ? 0 : 1;
}
