/* SPDX-License-Identifier: MIT */
/* Goal: keys and signatures are minisign's own, so that the Debian tool and this program check each
 * other, and nothing that changed passes. Method: keys and signatures written by an implementation
 * in another language, the tool in both directions, each changed byte of a signature file. */
#include "tests/crypto/sample.h"

#include "app/crypto/minisign.h"

#include <string.h>

#include "tests/support/support.h"

#define PUBLIC_LINE "RWQBI0VniavN70gHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd"
#define SECRET_LINE \
  "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAASNFZ4mr" \
  "ze8xMTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMUgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQ" \
  "ho7FMhXdNinkUju//d64UdV8TP234tw9awNaIHSuuazOMDDI5WU="
/* "open sesame", 131,072 operations, 16 MiB */
#define SECRET_LOCKED \
  "RWRTY0IyAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAAIAAAAAAAAAAAEAAAAAJf6o9C8Z" \
  "Nj+2XSckZ19FwuVOlZqCWmEUjhTeb81eMgEJc5T5gQtxHWXgZS14oS0+PS5LGop/hGoZEY63aQsrtwLy" \
  "Xwxy9ba8XCJy/JAu4W1ky3DRTT+JuBYfnbEECo+gBFgm8ncYUMI="
#define SIGNATURE \
  "RUQBI0VniavN7zmByp19RKJPYgujxbtiDu3I+kaEEhTHVT8PcRbFS9+eA15Lb1FPk6QfotJq14zm9qy6" \
  "x8p8/McuidPTTgxPXgQ="
#define GLOBAL \
  "53KQ7oL+6DR4rxmtKnC/2bBp6d9I0hSZKKpOSFB5MfR4ZaYSpoaKZA32oEVB3y17XcIY/2kGLJVV7pzC" \
  "E2EbCw=="
#define LEGACY \
  "RWQBI0VniavN7xOUXKIAgLmNAPWvDNiTX40zgb/g75PMKuF/l6PCRRuxRPT/mjxRCfJXtFRx+ZXaTQ38" \
  "wFiqcbp58F6wSdjaNw8="
#define COMMENT "dk-test v=1 seq=7"
#define DATA "hello\n"
#define DATA_SIZE 6
#define FILE_OF(first, second) \
  "untrusted comment: x\n" first "\ntrusted comment: " COMMENT "\n" second

static DkMinisignPublic
read_public (const char *text)
{
  DkMinisignPublic key;
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_minisign_public_parse (text, &key, &error));
  g_assert_no_error (error);
  return key;
}

/* The error's code, or -1. */
static int
try_verify (const char *signature, gsize size, const DkMinisignPublic *key)
{
  g_autofree char *comment = NULL;
  g_autoptr (GError) error = NULL;

  if (dk_minisign_verify (DATA, DATA_SIZE, signature, size, key, &comment, &error))
    return -1;
  g_assert_null (comment);
  g_assert_true (error->domain == DK_ERROR);
  return error->code;
}

static int
try_text (const char *signature)
{
  DkMinisignPublic key = read_public (PUBLIC_LINE);

  return try_verify (signature, strlen (signature), &key);
}

static void
test_reads_keys (void)
{
  static const char *const forms[] = {
    PUBLIC_LINE,
    PUBLIC_LINE "\n",
    "untrusted comment: minisign public key EFCDAB8967452301\n" PUBLIC_LINE "\n",
    "untrusted comment: other words\r\n" PUBLIC_LINE "\r\n",
  };
  static const char *const wrong[] = {
    "", "\n", "untrusted comment: x", "untrusted comment: x\n", PUBLIC_LINE "A",
    "RWQBI0VniavN70gHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhX", PUBLIC_LINE "\nmore", SIGNATURE,
    "RUQBI0VniavN70gHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd",
  };
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    DkMinisignPublic key = read_public (forms[i]);
    g_autofree char *id = dk_minisign_id_text (key.id);
    g_autofree char *text = dk_minisign_public_text (&key);

    g_assert_cmpstr (id, ==, "EFCDAB8967452301");
    g_assert_cmpstr (text, ==, forms[2]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    DkMinisignPublic key;
    g_autoptr (GError) error = NULL;

    g_assert_false (dk_minisign_public_parse (wrong[i], &key, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
}

static int
try_secret (const char *text, const char *passphrase, DkMinisignSecret *out)
{
  g_autoptr (DkSecret) secret = passphrase != NULL ? dk_sample_secret (passphrase) : NULL;
  g_autoptr (GError) error = NULL;

  return dk_minisign_secret_parse (text, secret, out, &error) ? -1 : error->code;
}

static void
test_reads_secret_keys (void)
{
  static const char *const forms[] = {
    SECRET_LINE, "untrusted comment: minisign encrypted secret key\n" SECRET_LOCKED "\n"
  };
  DkMinisignPublic expected = read_public (PUBLIC_LINE);
  g_autofree char *changed = g_strdup (SECRET_LOCKED);

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_auto (DkMinisignSecret) secret = { 0 };
    DkMinisignPublic public_key;

    g_assert_cmpint (try_secret (forms[i], "open sesame", &secret), ==, -1);
    dk_minisign_secret_public (&secret, &public_key);
    g_assert_cmpmem (&public_key, sizeof public_key, &expected, sizeof expected);
  }
  for (gsize i = 85; i < strlen (SECRET_LOCKED) - 2; i += 11) {
    g_auto (DkMinisignSecret) secret = { 0 };

    changed[i] = changed[i] == 'Q' ? 'R' : 'Q';
    g_assert_cmpint (try_secret (changed, "open sesame", &secret), ==, DK_ERROR_DENIED);
    changed[i] = SECRET_LOCKED[i];
  }
}

static void
test_refuses_secret_keys (void)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  g_autofree char *zero_sum = g_strdup (SECRET_LINE);
  g_autofree char *costly = g_strdup (SECRET_LOCKED);

  g_assert_cmpint (try_secret (SECRET_LOCKED, NULL, &secret), ==, DK_ERROR_DENIED);
  g_assert_cmpint (try_secret (SECRET_LOCKED, "open sesamE", &secret), ==, DK_ERROR_DENIED);
  g_assert_cmpint (try_secret (PUBLIC_LINE, NULL, &secret), ==, DK_ERROR_INVALID);
  g_assert_cmpint (try_secret ("", NULL, &secret), ==, DK_ERROR_INVALID);
  zero_sum[120] = 'A';
  g_assert_cmpint (try_secret (zero_sum, NULL, &secret), ==, DK_ERROR_INVALID);
  costly[56] = '/';
  g_assert_cmpint (try_secret (costly, "open sesame", &secret), ==, DK_ERROR_INVALID);
  costly[56] = SECRET_LOCKED[56];
  costly[66] = '/';
  g_assert_cmpint (try_secret (costly, "open sesame", &secret), ==, DK_ERROR_INVALID);
  g_assert_null (secret.seed);
}

static void
test_signs_as_others_do (void)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  DkMinisignPublic key = read_public (PUBLIC_LINE);
  g_autofree char *made = NULL;
  g_autofree char *comment = NULL;
  g_autoptr (GError) error = NULL;
  guint8 id[8];

  g_assert_cmpint (try_secret (SECRET_LINE, NULL, &secret), ==, -1);
  made = dk_minisign_sign (DATA, DATA_SIZE, &secret, COMMENT);
  g_assert_true (g_str_has_prefix (made, "untrusted comment: "));
  g_assert_cmpstr (strchr (made, '\n') + 1, ==,
                   SIGNATURE "\ntrusted comment: " COMMENT "\n" GLOBAL "\n");
  g_assert_true (
      dk_minisign_verify (DATA, DATA_SIZE, made, strlen (made), &key, &comment, &error));
  g_assert_cmpstr (comment, ==, COMMENT);
  g_assert_true (dk_minisign_signature_id (made, strlen (made), id, &error));
  g_assert_cmpmem (id, 8, key.id, 8);
}

static void
test_makes_a_key_from_a_seed (void)
{
  g_autoptr (DkSecret) seed = dk_sample_fill (0x31, 32);
  g_auto (DkMinisignSecret) secret = { 0 };
  DkMinisignPublic key;
  DkMinisignPublic other = read_public (PUBLIC_LINE);

  dk_minisign_secret_from_seed (seed, &secret);
  dk_minisign_secret_public (&secret, &key);
  dk_sample_assert_hex (key.id, 8, "6bbdfe583b35bbbf");
  g_assert_cmpmem (key.key, 32, other.key, 32);
}

static void
test_accepts_line_ends (void)
{
  g_assert_cmpint (try_text (FILE_OF (SIGNATURE, GLOBAL)), ==, -1);
  g_assert_cmpint (try_text (FILE_OF (SIGNATURE, GLOBAL "\n")), ==, -1);
  g_assert_cmpint (try_text ("untrusted comment: x\r\n" SIGNATURE "\r\ntrusted comment: " COMMENT
                             "\r\n" GLOBAL "\r\n"),
                   ==, -1);
}

static void
test_refuses_what_is_no_signature (void)
{
  g_autofree char *filler = g_strnfill (17000, 'x');
  g_autofree char *endless
      = g_strconcat ("untrusted comment: ", filler, "\n" SIGNATURE "\ntrusted comment: " COMMENT
                                                    "\n" GLOBAL "\n",
                     NULL);
  static const char *const wrong[] = {
    "", "\n", "\n\n\n\n", "untrusted comment: x\n", FILE_OF (LEGACY, GLOBAL "\n"),
    FILE_OF (SIGNATURE, ""), FILE_OF (SIGNATURE, GLOBAL "\n\n"), FILE_OF (SIGNATURE, GLOBAL "\nx"),
    FILE_OF (SIGNATURE, GLOBAL " "), FILE_OF (SIGNATURE " ", GLOBAL "\n"),
    "untrusted comment: \x1b[31m\n" SIGNATURE "\ntrusted comment: " COMMENT "\n" GLOBAL "\n",
    "untrusted comment: x\n" SIGNATURE "\ntrusted comment: dk-test v=1\tseq=7\n" GLOBAL "\n",
    "untrusted comment: x\n" SIGNATURE "\ntrusted comment: \xff\n" GLOBAL "\n",
    "untrusted comment: \xc2\x9b 31m\n" SIGNATURE "\ntrusted comment: " COMMENT "\n" GLOBAL "\n",
    "untrusted comment: x\r\r\n" SIGNATURE "\ntrusted comment: " COMMENT "\n" GLOBAL "\n",
    FILE_OF ("X" SIGNATURE, GLOBAL "\n"), FILE_OF (SIGNATURE "\n", GLOBAL "\n"),
    FILE_OF (SIGNATURE, "=" GLOBAL "\n"), "\xef\xbb\xbf" FILE_OF (SIGNATURE, GLOBAL "\n"),
    "x\n" SIGNATURE "\ntrusted comment: " COMMENT "\n" GLOBAL "\n",
    "untrusted comment: x\n" SIGNATURE "\n" COMMENT "\n" GLOBAL "\n",
    PUBLIC_LINE,
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_cmpint (try_text (wrong[i]), ==, DK_ERROR_INVALID);
  g_assert_cmpint (try_text (endless), ==, DK_ERROR_INVALID);
}

/* A zero byte in each place, where a reader of C strings would stop. */
static void
test_refuses_zero_bytes (void)
{
  static const char good[] = FILE_OF (SIGNATURE, GLOBAL "\n");
  const gsize size = sizeof good - 1;
  DkMinisignPublic key = read_public (PUBLIC_LINE);
  guint refused = 0;

  for (gsize i = 0; i <= size; i++) {
    g_autofree char *longer = g_malloc (size + 1);

    memcpy (longer, good, i);
    longer[i] = '\0';
    memcpy (longer + i + 1, good + i, size - i);
    g_assert_cmpint (try_verify (longer, size + 1, &key), ==, DK_ERROR_INVALID);
    refused++;
    if (i == size)
      continue;
    memcpy (longer, good, size);
    longer[i] = '\0';
    g_assert_cmpint (try_verify (longer, size, &key), !=, -1);
    refused++;
  }
  g_test_message ("%u files with a zero byte refused", refused);
  g_assert_cmpuint (refused, ==, 2 * size + 1);
}

static void
test_tells_unknown_from_changed (void)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  g_autoptr (DkSecret) seed = dk_sample_fill (0x32, 32);
  DkMinisignPublic key = read_public (PUBLIC_LINE);
  DkMinisignPublic twin = key;
  g_autofree char *theirs = NULL;
  const char *ours = FILE_OF (SIGNATURE, GLOBAL "\n");

  dk_minisign_secret_from_seed (seed, &secret);
  theirs = dk_minisign_sign (DATA, DATA_SIZE, &secret, COMMENT);
  g_assert_cmpint (try_verify (theirs, strlen (theirs), &key), ==, DK_ERROR_NOT_FOUND);
  twin.key[0] ^= 1;
  g_assert_cmpint (try_verify (ours, strlen (ours), &twin), ==, DK_ERROR_DAMAGED);
  g_assert_cmpint (try_text ("untrusted comment: x\n" SIGNATURE
                             "\ntrusted comment: dk-test v=1 seq=8\n" GLOBAL "\n"),
                   ==, DK_ERROR_DAMAGED);
}

/* Every byte of a signature file set to other values; only the untrusted comment is free. */
static void
test_refuses_each_changed_byte (void)
{
  static const char good[] = FILE_OF (SIGNATURE, GLOBAL "\n");
  const gsize size = sizeof good - 1;
  DkMinisignPublic key = read_public (PUBLIC_LINE);
  guint refused = 0;
  guint accepted = 0;

  for (gsize i = 0; i < size; i++)
    for (int flip = 1; flip < 256; flip <<= 1) {
      g_autofree char *changed = g_memdup2 (good, size);

      changed[i] = (char) (changed[i] ^ flip);
      if (try_verify (changed, size, &key) == -1) {
        g_assert_cmpuint (i, ==, strlen ("untrusted comment: "));
        accepted++;
      } else {
        refused++;
      }
    }
  for (gsize cut = 0; cut < size - 1; cut++)
    g_assert_cmpint (try_verify (good, cut, &key), !=, -1);
  g_test_message ("%u changes refused, %u of the untrusted comment accepted", refused, accepted);
  g_assert_cmpuint (refused, ==, size * 8 - accepted);
  g_assert_cmpuint (accepted, >=, 5);
  g_assert_cmpuint (accepted, <, 8);
}

static void
run_tool (const char *const *argv)
{
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, 20);

  g_test_message ("%s", output->err);
  g_assert_cmpint (output->exit_code, ==, 0);
}

static void
write_file (const char *path, const char *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, bytes, (gssize) size, &error);
  g_assert_no_error (error);
}

/* A folder with the secret key in the tool's form, its public half and what will be signed. */
typedef struct {
  char *file;
  char *signature;
  char *public_path;
  char *secret_path;
} Paths;

static void
paths_init (Paths *paths)
{
  g_autofree char *folder = dk_test_folder_new ();

  paths->file = g_build_filename (folder, "data", NULL);
  paths->signature = g_strconcat (paths->file, ".minisig", NULL);
  paths->public_path = g_build_filename (folder, "key.pub", NULL);
  paths->secret_path = g_build_filename (folder, "key.sec", NULL);
}

static void
paths_clear (Paths *paths)
{
  g_free (paths->file);
  g_free (paths->signature);
  g_free (paths->public_path);
  g_free (paths->secret_path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Paths, paths_clear)

static const gsize sizes[] = { 0, 1, 63, 64, 65536, 131073, 1000003 };

/* One size, both directions: the same key signs to the same bytes here and there. */
static guint
check_both_ways (const Paths *paths, gsize size)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  g_autofree char *data = g_strnfill (size, 'm');
  g_autofree char *public_text = NULL;
  g_autofree char *secret_text = NULL;
  g_autofree char *theirs = NULL;
  g_autofree char *ours = NULL;
  g_autofree char *comment = NULL;
  g_autoptr (GError) error = NULL;
  DkMinisignPublic key;
  gsize theirs_size;

  g_assert_true (g_file_get_contents (paths->public_path, &public_text, NULL, NULL));
  g_assert_true (g_file_get_contents (paths->secret_path, &secret_text, NULL, NULL));
  g_assert_cmpint (try_secret (secret_text, NULL, &secret), ==, -1);
  key = read_public (public_text);
  write_file (paths->file, data, size);
  run_tool ((const char *const[]){ "minisign", "-S", "-s", paths->secret_path, "-m", paths->file,
                                   "-t", COMMENT, NULL });
  g_assert_true (g_file_get_contents (paths->signature, &theirs, &theirs_size, NULL));
  g_assert_true (
      dk_minisign_verify (data, size, theirs, theirs_size, &key, &comment, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (comment, ==, COMMENT);
  ours = dk_minisign_sign (data, size, &secret, COMMENT);
  g_assert_cmpstr (strchr (ours, '\n'), ==, strchr (theirs, '\n'));
  write_file (paths->signature, ours, strlen (ours));
  run_tool ((const char *const[]){ "minisign", "-V", "-H", "-m", paths->file, "-p",
                                   paths->public_path, NULL });
  return 3;
}

static void
test_tool_and_we_agree (void)
{
  guint checked = 0;

  if (!dk_test_have_program ("minisign"))
    return;
  for (int theirs = 0; theirs < 2; theirs++) {
    g_auto (Paths) paths = { 0 };

    paths_init (&paths);
    if (theirs == 1) {
      run_tool ((const char *const[]){ "minisign", "-G", "-W", "-p", paths.public_path, "-s",
                                       paths.secret_path, NULL });
    } else {
      const char *secret = "untrusted comment: minisign secret key\n" SECRET_LINE "\n";
      const char *public_key = "untrusted comment: minisign public key\n" PUBLIC_LINE "\n";

      write_file (paths.secret_path, secret, strlen (secret));
      write_file (paths.public_path, public_key, strlen (public_key));
    }
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      checked += check_both_ways (&paths, sizes[i]);
  }
  g_test_message ("%u checks with the tool", checked);
  g_assert_cmpuint (checked, ==, 42);
}

/* What the tool accepts and this program does not: a signature of the old kind. */
static void
test_refuses_the_tools_old_kind (void)
{
  g_auto (Paths) paths = { 0 };
  g_autofree char *public_text = NULL;
  g_autofree char *signature = NULL;
  g_autofree char *comment = NULL;
  g_autoptr (GError) error = NULL;
  DkMinisignPublic key;
  gsize size;

  if (!dk_test_have_program ("minisign"))
    return;
  paths_init (&paths);
  write_file (paths.file, DATA, DATA_SIZE);
  run_tool ((const char *const[]){ "minisign", "-G", "-W", "-p", paths.public_path, "-s",
                                   paths.secret_path, NULL });
  run_tool ((const char *const[]){ "minisign", "-S", "-l", "-s", paths.secret_path, "-m",
                                   paths.file, NULL });
  run_tool ((const char *const[]){ "minisign", "-V", "-m", paths.file, "-p", paths.public_path,
                                   NULL });
  g_assert_true (g_file_get_contents (paths.public_path, &public_text, NULL, NULL));
  g_assert_true (g_file_get_contents (paths.signature, &signature, &size, NULL));
  key = read_public (public_text);
  g_assert_false (dk_minisign_verify (DATA, DATA_SIZE, signature, size, &key, &comment, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "old kind"));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
#define ADD(path, function) g_test_add_func ("/crypto/minisign/" path, function)
  ADD ("reads-public-keys", test_reads_keys);
  ADD ("reads-secret-keys", test_reads_secret_keys);
  ADD ("refuses-what-is-no-secret-key", test_refuses_secret_keys);
  ADD ("signs-as-others-do", test_signs_as_others_do);
  ADD ("makes-a-key-from-a-seed", test_makes_a_key_from_a_seed);
  ADD ("accepts-both-line-ends", test_accepts_line_ends);
  ADD ("refuses-what-is-no-signature", test_refuses_what_is_no_signature);
  ADD ("tells-unknown-signer-from-changed-bytes", test_tells_unknown_from_changed);
  ADD ("refuses-each-changed-byte", test_refuses_each_changed_byte);
  ADD ("refuses-zero-bytes", test_refuses_zero_bytes);
  ADD ("debian-tool-both-ways", test_tool_and_we_agree);
  ADD ("refuses-the-debian-tools-old-kind", test_refuses_the_tools_old_kind);
#undef ADD
  return dk_test_run ();
}
