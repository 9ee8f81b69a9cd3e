/* SPDX-License-Identifier: MIT */
/* Goal: a signing key that the Debian tool protected by a passphrase opens here, and with the right
 * passphrase only. Method: the tool makes the key and signs with it; it asks for 1 GiB and some
 * seconds each time, which is why this is no unit test. */
#include "tests/crypto/sample.h"

#include "app/crypto/minisign.h"

#include <string.h>

#include "tests/support/support.h"

#define PASSPHRASE "open sesame"

static void
run_tool (const char *const *argv, const char *typed)
{
  g_autoptr (GBytes) input = g_bytes_new_static (typed, strlen (typed));
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, input, 60);

  g_test_message ("%s", output->err);
  g_assert_cmpint (output->exit_code, ==, 0);
}

static void
test_opens_a_protected_key (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *file = NULL;
  g_autofree char *signature = NULL;
  g_autofree char *public_path = NULL;
  g_autofree char *secret_path = NULL;
  g_autofree char *secret_text = NULL;
  g_autofree char *signature_text = NULL;
  g_autofree char *made = NULL;
  g_autoptr (DkSecret) right = dk_sample_secret (PASSPHRASE);
  g_autoptr (DkSecret) wrong = dk_sample_secret ("open sesam");
  g_auto (DkMinisignSecret) secret = { 0 };
  g_autoptr (GError) error = NULL;

  if (!dk_test_have_program ("minisign"))
    return;
  folder = dk_test_folder_new ();
  file = g_build_filename (folder, "data", NULL);
  signature = g_strconcat (file, ".minisig", NULL);
  public_path = g_build_filename (folder, "key.pub", NULL);
  secret_path = g_build_filename (folder, "key.sec", NULL);
  g_assert_true (g_file_set_contents (file, "hello\n", 6, NULL));
  run_tool ((const char *const[]){ "minisign", "-G", "-p", public_path, "-s", secret_path, NULL },
            PASSPHRASE "\n" PASSPHRASE "\n");
  run_tool ((const char *const[]){ "minisign", "-S", "-s", secret_path, "-m", file, "-t", "words",
                                   NULL },
            PASSPHRASE "\n");
  g_assert_true (g_file_get_contents (secret_path, &secret_text, NULL, NULL));
  g_assert_true (g_file_get_contents (signature, &signature_text, NULL, NULL));
  g_assert_false (dk_minisign_secret_parse (secret_text, wrong, &secret, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&error);
  g_assert_true (dk_minisign_secret_parse (secret_text, right, &secret, &error));
  made = dk_minisign_sign ("hello\n", 6, &secret, "words");
  g_assert_cmpstr (strchr (made, '\n'), ==, strchr (signature_text, '\n'));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
  g_test_add_func ("/crypto/minisign/opens-a-key-the-debian-tool-protected",
                   test_opens_a_protected_key);
  return dk_test_run ();
}
