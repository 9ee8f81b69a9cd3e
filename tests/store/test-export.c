/* SPDX-License-Identifier: MIT */
/* Goal: an exported ledger is checked without this program. Method: b2sum walks the chain, minisign
 * checks each checkpoint, the bodies are hashed with their salts. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/file.h"
#include "app/base/text.h"
#include "app/crypto/aead.h"
#include "app/store/attached-store.h"

#define ENTRIES 140

static char *
make_export (StoreFixture *f)
{
  char *folder = g_build_filename (f->folder, "export", NULL);
  g_autoptr (GError) error = NULL;
  DkTransaction *transaction;
  gboolean done;

  transaction = dk_transaction_new (f->db, NULL);
  for (guint i = 1; i < ENTRIES; i++) {
    g_autoptr (json_t) body = json_pack ("{s:s, s:i}", "text", "Zoë\n", "n", (int) i);
    g_assert_true (dk_ledger_append (f->store, "test", "DT-A07-0001-V", 0, body, NULL, NULL));
  }
  g_assert_true (dk_transaction_commit (transaction, NULL));
  dk_transaction_free (transaction);
  done = dk_ledger_export (f->store, folder, TRUE, "audit of the year", &error);
  g_assert_no_error (error);
  g_assert_true (done);
  return folder;
}

static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  (void) g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static char **
read_lines (StoreFixture *f, const char *folder)
{
  g_autofree char *chain = NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  g_assert_true (dk_ledger_head (f->store, &chain, NULL, NULL, NULL));
  name = g_strdup_printf ("A07-%s.ndjson", chain);
  text = read_file (folder, name);
  g_assert_true (g_str_has_suffix (text, "\n"));
  text[strlen (text) - 1] = '\0';
  return g_strsplit (text, "\n", -1);
}

static void
test_b2sum (StoreFixture *f, gconstpointer data)
{
  g_autofree char *folder = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *prev = g_strnfill (64, '0');

  if (!dk_test_have_program ("b2sum"))
    return;
  folder = make_export (f);
  lines = read_lines (f, folder);
  g_assert_cmpuint (g_strv_length (lines), ==, ENTRIES + 1); /* and the entry of the export */
  for (guint i = 0; lines[i] != NULL; i++) {
    g_autofree char *line = g_strconcat (lines[i], "\n", NULL);
    g_autofree char *expected = g_strdup_printf ("\"prev\":\"%s\"", prev);
    g_assert_nonnull (strstr (line, expected));
    if (i % 20 == 0 || lines[i + 1] == NULL) {
      g_autoptr (GBytes) input = g_bytes_new (line, strlen (line));
      g_autoptr (DkTestOutput) out
          = dk_test_spawn ((const char *const[]){ "b2sum", "-l", "256", NULL }, input, 20);
      g_free (prev);
      prev = g_strndup (out->out, 64);
    } else {
      guint8 hash[32];
      dk_hash (hash, sizeof hash, line, strlen (line), NULL);
      g_free (prev);
      prev = dk_text_hex (hash, sizeof hash);
    }
  }
}

static void
test_minisign (StoreFixture *f, gconstpointer data)
{
  g_autofree char *folder = NULL;
  g_autofree char *key = NULL;
  g_autofree char *checkpoints = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint checked = 0;

  if (!dk_test_have_program ("minisign"))
    return;
  folder = make_export (f);
  key = g_build_filename (folder, "device.pub", NULL);
  checkpoints = g_build_filename (folder, "checkpoints", NULL);
  dir = g_dir_open (checkpoints, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (checkpoints, name, NULL);
    if (!g_str_has_suffix (name, ".json"))
      continue;
    g_autoptr (DkTestOutput) out = dk_test_spawn (
        (const char *const[]){ "minisign", "-V", "-p", key, "-m", path, NULL }, NULL, 20);
    g_assert_cmpint (out->exit_code, ==, 0);
    g_assert_nonnull (strstr (out->out, "dk-checkpoint v=1 kit=00112233445566778899aabbccddeeff"
                                        " station=A07 chain="));
    checked++;
  }
  g_assert_cmpuint (checked, ==, 3); /* 64, 128, and the end */
}

static void
test_bodies (StoreFixture *f, gconstpointer data)
{
  g_autofree char *folder = make_export (f);
  g_auto (GStrv) lines = read_lines (f, folder);
  g_autofree char *text = read_file (folder, "bodies.ndjson");
  g_auto (GStrv) bodies = g_strsplit (text, "\n", -1);

  g_assert_cmpuint (g_strv_length (bodies), ==, ENTRIES + 2);
  for (guint i = 0; i <= ENTRIES; i++) {
    g_autoptr (json_t) record = store_fixture_answers (bodies[i]);
    const char *body = dk_json_get_text (record, "body");
    guint8 salt[16];
    guint8 hash[32];
    g_autofree char *hex = NULL;
    g_assert_true (dk_text_unhex (dk_json_get_text (record, "salt"), salt, sizeof salt));
    dk_hash_pair (hash, salt, sizeof salt, body, strlen (body));
    hex = dk_text_hex (hash, sizeof hash);
    g_assert_nonnull (strstr (lines[i], hex));
    g_assert_cmpint (dk_json_get_int (record, "seq", 0), ==, i + 1);
  }
}

#define PICTURE "\x89PNG\r\n\x1a\npicture"

/* Two tickets with the same picture, one draft with another. New string: SHA-256 of the first. */
static char *
attach_pictures (StoreFixture *f)
{
  g_autoptr (GBytes) content = g_bytes_new_static (PICTURE, sizeof PICTURE - 1);
  g_autoptr (GBytes) other = g_bytes_new_static ("draft", 5);
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (GError) error = NULL;
  g_autofree char *draft = dk_ticket_store_begin (f->store, form, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++) {
    g_autofree char *number
        = store_fixture_save (f, "call-log", "{\"summary\":\"Printer\"}", FALSE);
    g_assert_true (dk_attached_store_keep (f->store, number, content, NULL));
  }
  g_assert_true (dk_attached_store_keep (f->store, draft, other, NULL));
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);
}

static void
test_files (StoreFixture *f, gconstpointer data)
{
  g_autofree char *sha256 = attach_pictures (f);
  g_autofree char *folder = make_export (f);
  g_autofree char *files = g_build_filename (folder, "files", NULL);
  g_autofree char *path = g_build_filename (files, sha256, NULL);
  g_autoptr (GPtrArray) names = dk_file_list (files, 10, NULL);
  g_autoptr (DkLedgerReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (names->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, sha256);
  if (dk_test_have_program ("sha256sum")) {
    g_autoptr (DkTestOutput) out
        = dk_test_spawn ((const char *const[]){ "sha256sum", path, NULL }, NULL, 20);
    g_assert_true (g_str_has_prefix (out->out, sha256));
  }
  report = dk_ledger_verify_folder (folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->found, ==, 0);
}

static void
test_changed_file (StoreFixture *f, gconstpointer data)
{
  g_autofree char *sha256 = attach_pictures (f);
  g_autofree char *bare = g_build_filename (f->folder, "bare", NULL);
  g_autofree char *folder = g_build_filename (f->folder, "export", NULL);
  g_autofree char *files = g_build_filename (bare, "files", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (sha256);
  dk_fixture_exec (f->db, "UPDATE attached SET content = x'00'");
  g_assert_false (dk_ledger_export (f->store, folder, TRUE, "r", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, "SHA-256"));
  g_clear_error (&error);
  g_assert_true (dk_ledger_export (f->store, bare, FALSE, "r", &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (files, G_FILE_TEST_EXISTS));
}

static void
test_refusals (StoreFixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->folder, "export", NULL);
  g_autofree char *text = g_build_filename (folder, "bodies.ndjson", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_ledger_export (f->store, folder, FALSE, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (dk_ledger_export (f->store, folder, FALSE, "r", &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (text, G_FILE_TEST_EXISTS));
  g_assert_false (dk_ledger_export (f->store, folder, FALSE, "r", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/export/b2sum-walks-the-chain", test_b2sum);
  STORE_ADD ("/store/export/minisign-checks-the-checkpoints", test_minisign);
  STORE_ADD ("/store/export/words-match-their-hashes", test_bodies);
  STORE_ADD ("/store/export/files-of-tickets-once-and-whole", test_files);
  STORE_ADD ("/store/export/a-changed-file-is-told", test_changed_file);
  STORE_ADD ("/store/export/refuses-without-reason-or-into-a-folder", test_refusals);
  return dk_test_run ();
}
