/* SPDX-License-Identifier: MIT */
/* Goal: a role is exactly its set of keys. Method: the whole table of roles and keys, written down
 * here a second time, and keyrings with one secret too many or too few. */
#include "tests/crypto/sample.h"

#include <string.h>

#include "tests/support/support.h"

static const struct {
  DkRole role;
  const char *name;
  const char *holds;
} table[] = {
  { DK_ROLE_FRONTLINE, "frontline", "111000" },
  { DK_ROLE_LEAD, "lead", "111110" },
  { DK_ROLE_RECONCILER, "reconciler", "111110" },
  { DK_ROLE_ADMIN, "admin", "111111" },
};

static void
test_roles_are_sets_of_keys (void)
{
  g_autoptr (DkKeyring) all = dk_keyring_new_random ();
  DkRole role = DK_ROLE_ADMIN;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (DkKeyring) part = dk_keyring_new_for_role (all, table[i].role);

    g_assert_cmpint (table[i].role, ==, (int) i + 1);
    g_assert_cmpstr (dk_role_name (table[i].role), ==, table[i].name);
    g_assert_true (dk_role_parse (table[i].name, &role));
    g_assert_cmpint (role, ==, table[i].role);
    for (int key = 0; key < DK_KEY_COUNT; key++)
      g_assert_true (dk_role_holds (role, (DkKeyId) key) == (table[i].holds[key] == '1'));
    dk_sample_assert_keys (part, all, role);
  }
  g_assert_false (dk_role_parse ("Admin", &role));
  g_assert_false (dk_role_parse ("", &role));
  g_assert_cmpint (role, ==, DK_ROLE_ADMIN);
}

static void
test_packs_in_a_fixed_order (void)
{
  g_autoptr (DkSecret) packed = dk_secret_new (DK_KEYRING_PACKED_SIZE);
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkSecret) again = NULL;

  for (int i = 0; i < 3; i++)
    memset (dk_secret_get_mutable (packed) + 32 * i, 0xa0 + i, 32);
  keys = dk_keyring_unpack (packed, DK_ROLE_FRONTLINE);
  again = dk_keyring_pack (keys);
  g_assert_true (dk_secret_equal (packed, again));
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (dk_secret_get (dk_keyring_get (keys, (DkKeyId) i))[31], ==, 0xa0 + i);
  g_assert_null (dk_keyring_unpack (packed, DK_ROLE_LEAD));
  dk_secret_get_mutable (packed)[191] = 1;
  g_assert_null (dk_keyring_unpack (packed, DK_ROLE_FRONTLINE));
}

static void
test_gives_public_keys (void)
{
  g_autoptr (DkSecret) packed = dk_sample_fill (0x77, DK_KEYRING_PACKED_SIZE);
  g_autoptr (DkKeyring) keys = NULL;
  guint8 key[32];

  memset (dk_secret_get_mutable (packed) + 32 * DK_KEY_ADMIN, 0x21, 32);
  keys = dk_keyring_unpack (packed, DK_ROLE_ADMIN);
  dk_keyring_public (keys, DK_KEY_LEAD, key);
  dk_sample_assert_hex (key, sizeof key,
                        "1cf579aba45a10ba1d1ef06d91fca2aa9ed0a1150515653155405d0b18cb9a67");
  dk_keyring_public (keys, DK_KEY_ADMIN, key);
  dk_sample_assert_hex (key, sizeof key,
                        "884b8857f4eaa1613c61504db34d4beaf346517a0e31de3cddd4d9b4201d9d0b");
}

static void
test_renews_what_is_asked (void)
{
  g_autoptr (DkKeyring) keys = dk_keyring_new_random ();
  g_autoptr (DkKeyring) renewed
      = dk_keyring_new_renewed (keys, 1u << DK_KEY_OPEN | 1u << DK_KEY_LEAD | 1u << DK_KEY_SEND);

  for (int i = 0; i < DK_KEY_COUNT; i++)
    g_assert_true (dk_secret_equal (dk_keyring_get (keys, (DkKeyId) i),
                                    dk_keyring_get (renewed, (DkKeyId) i))
                   == (i == DK_KEY_DEVICE_SIGN || i == DK_KEY_DEVICE_AGE || i == DK_KEY_ADMIN));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
  g_test_add_func ("/crypto/keyring/roles-are-sets-of-keys", test_roles_are_sets_of_keys);
  g_test_add_func ("/crypto/keyring/packs-in-a-fixed-order", test_packs_in_a_fixed_order);
  g_test_add_func ("/crypto/keyring/gives-public-keys", test_gives_public_keys);
  g_test_add_func ("/crypto/keyring/renews-what-is-asked", test_renews_what_is_asked);
  return dk_test_run ();
}
