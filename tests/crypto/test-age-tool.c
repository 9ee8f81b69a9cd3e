/* SPDX-License-Identifier: MIT */
/* Goal: the Debian tool opens what this program seals and the other way round, so that a kit's
 * files open without the program. Method: sizes at the edges of chunks, binary and armored, one and
 * three recipients, keys of both makers, both directions; the fixed vectors. */
#include "tests/crypto/sample.h"

#include <string.h>

#include "tests/crypto/age-sample.h"
#include "tests/support/support.h"

static const gsize sizes[] = { 0, 1, 65535, 65536, 65537, 131071, 131072, 131073, 1u << 20 };

static GBytes *
make_plain (gsize size)
{
  guint8 *bytes = g_malloc (MAX (size, 1));

  dk_random (bytes, size);
  return g_bytes_new_take (bytes, size);
}

static GBytes *
run_tool (const char *const *argv, GBytes *input)
{
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, input, 20);

  g_assert_cmpint (output->exit_code, ==, 0);
  return g_bytes_new (output->out, output->out_size);
}

/* A new key of the Debian tool. */
static DkSecret *
make_tool_key (void)
{
  g_autoptr (GBytes) out = run_tool ((const char *const[]){ "age-keygen", NULL }, NULL);
  g_autofree char *text = g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
  char *line = strstr (text, "AGE-SECRET-KEY-");
  g_autoptr (GError) error = NULL;
  DkSecret *key;

  g_assert_nonnull (line);
  key = dk_age_identity_parse (g_strchomp (line), &error);
  g_assert_no_error (error);
  return key;
}

static char *
write_identity (const char *folder, const DkSecret *key)
{
  char *path = g_build_filename (folder, "key", NULL);
  g_autoptr (DkSecret) text = dk_age_identity_text (key);

  g_assert_true (g_file_set_contents (path, (const char *) dk_secret_get (text), -1, NULL));
  return path;
}

/* Seals to `count` recipients, the last of whom is the owner of the key. */
static guint
check_both_ways (const DkSecret *key, const char *identity, gsize size, guint count,
                 gboolean armored)
{
  g_autofree guint8 *public_keys = dk_age_sample_public (count);
  g_autofree char *first = NULL;
  g_autofree char *recipient = NULL;
  g_autoptr (GBytes) plain = make_plain (size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) ours = NULL;
  g_autoptr (GBytes) theirs = NULL;
  g_autoptr (GBytes) opened_by_them = NULL;
  g_autoptr (GBytes) opened_by_us = NULL;

  dk_box_public (public_keys + (gsize) 32 * (count - 1), key);
  first = dk_age_recipient_text (public_keys);
  recipient = dk_age_recipient_text (public_keys + (gsize) 32 * (count - 1));
  ours = armored ? dk_age_seal_armored (plain, public_keys, count, &error)
                 : dk_age_seal (plain, public_keys, count, &error);
  g_assert_no_error (error);
  opened_by_them = run_tool ((const char *const[]){ "age", "-d", "-i", identity, NULL }, ours);
  g_assert_true (g_bytes_equal (opened_by_them, plain));
  theirs = run_tool ((const char *const[]){ "age", armored ? "--armor" : "--encrypt", "-r", first,
                                            "-r", recipient, "-r", recipient, NULL },
                     plain);
  opened_by_us = dk_age_open (theirs, key, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (opened_by_us, plain));
  return 2;
}

static void
test_both_ways (void)
{
  guint checked = 0;

  if (!dk_test_have_program ("age") || !dk_test_have_program ("age-keygen"))
    return;
  for (guint form = 0; form < 4; form++) {
    g_autofree char *folder = dk_test_folder_new ();
    g_autoptr (DkSecret) key = form >= 2 ? make_tool_key () : dk_secret_new_random (32);
    g_autofree char *identity = write_identity (folder, key);

    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      for (guint count = 1; count <= 3; count += 2)
        checked += check_both_ways (key, identity, sizes[i], count, form % 2 == 1);
  }
  g_test_message ("%u files opened by the other side", checked);
  g_assert_cmpuint (checked, ==, 144);
}

static void
test_tool_opens_the_vectors (void)
{
  guint opened = 0;

  if (!dk_test_have_program ("age"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (sizes) * 2; i++) {
    g_autofree char *folder = dk_test_folder_new ();
    g_autoptr (DkSecret) key = dk_age_sample_key (3);
    g_autofree char *identity = write_identity (folder, key);
    g_autoptr (GBytes) plain = dk_age_sample_plain (sizes[i / 2]);
    g_autoptr (GBytes) sealed = dk_age_sample_seal (plain, 3, i % 2 == 1);
    g_autoptr (GBytes) out
        = run_tool ((const char *const[]){ "age", "-d", "-i", identity, NULL }, sealed);

    g_assert_true (g_bytes_equal (out, plain));
    opened++;
  }
  g_assert_cmpuint (opened, ==, 18);
}

static void
test_tool_derives_the_same_recipient (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *identity = NULL;
  g_autofree char *recipient = NULL;
  g_autoptr (DkSecret) key = dk_secret_new_random (32);
  g_autoptr (GBytes) out = NULL;
  guint8 public_key[32];

  if (!dk_test_have_program ("age-keygen"))
    return;
  folder = dk_test_folder_new ();
  identity = write_identity (folder, key);
  out = run_tool ((const char *const[]){ "age-keygen", "-y", identity, NULL }, NULL);
  dk_box_public (public_key, key);
  recipient = dk_age_recipient_text (public_key);
  g_assert_cmpmem (g_bytes_get_data (out, NULL), g_bytes_get_size (out) - 1, recipient,
                   strlen (recipient));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
  g_test_add_func ("/crypto/age/debian-tool-both-ways", test_both_ways);
  g_test_add_func ("/crypto/age/debian-tool-opens-the-vectors", test_tool_opens_the_vectors);
  g_test_add_func ("/crypto/age/debian-tool-derives-the-same-recipient",
                   test_tool_derives_the_same_recipient);
  return dk_test_run ();
}
