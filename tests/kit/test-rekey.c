/* SPDX-License-Identifier: MIT */
/* Goal: when keys are renewed, who left reads nothing that is written from then on, those who stay
 * lose nothing, and an older state that is put back is noticed. Method: a small kit whose keys and
 * files of before are kept aside, as who left would have them, and tried on the kit of after. */
#include "app/kit/rekey.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/crypto/aead.h"
#include "app/crypto/age.h"
#include "app/db/statement.h"
#include "app/kit/escrow.h"
#include "app/kit/kit-private.h"
#include "app/kit/people.h"
#include "app/store/connector-store.h"
#include "app/store/lead-store.h"
#include "app/store/old-key-store.h"
#include "app/store/person-seed.h"
#include "tests/kit/kit-fixture.h"

#define PHRASE "staple staple"
#define NOTE "the guard was called"
#define DAY_MS (G_GINT64_CONSTANT (86400) * 1000)
#define CHANGES_MAX 16 /* app/crypto/FORMAT.md */

/* What somebody who leaves may have kept. */
typedef struct {
  DkSecret *keys[DK_KEY_COUNT];
  guint8 uuid[16];
  GBytes *directory;
} Kept;

static void
kept_clear (Kept *kept)
{
  for (int i = 0; i < DK_KEY_COUNT; i++)
    dk_secret_free (kept->keys[i]);
  g_clear_pointer (&kept->directory, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kept, kept_clear)

static void
keep (DkKit *kit, Kept *kept)
{
  for (int i = 0; i < DK_KEY_COUNT; i++)
    kept->keys[i] = dk_secret_dup (dk_keyring_get (kit->keys, (DkKeyId) i));
  memcpy (kept->uuid, dk_directory_file_uuid (kit->directory), sizeof kept->uuid);
  kept->directory = dk_db_get_directory (kit->db, NULL);
  g_assert_nonnull (kept->directory);
}

static DkSecret *
secret (const char *text)
{
  return dk_secret_new_copy (text, strlen (text));
}

static void
add (DkKit *kit, const char *name, DkRole role)
{
  g_autoptr (DkSecret) phrase = secret (PHRASE);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_add_user (kit, name, role, phrase, 0, kit_fixture_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static DkKit *
open_as (KitFixture *f, const char *name)
{
  g_autoptr (DkSecret) phrase = secret (PHRASE);
  g_autoptr (GError) error = NULL;
  DkKit *kit = dk_kit_open (f->folder, name, phrase, NULL, &error);

  g_assert_no_error (error);
  return kit;
}

static void
remove_person (DkKit *kit, const char *name)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_remove_user (kit, name, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
set_access (DkKit *kit, const char *name, DkRole role, gint64 until_ms)
{
  g_autoptr (DkSecret) phrase = secret (PHRASE);
  const DkAccess access = { .role = role, .valid_until_ms = until_ms, .passphrase = phrase,
                            .kdf = kit_fixture_kdf };
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_set_user (kit, name, &access, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* The directory of before in the file of after. */
static void
put_back_directory (KitFixture *f, GBytes *directory)
{
  g_autoptr (GBytes) now = kit_fixture_read (f->database);
  gsize size = g_bytes_get_size (now);
  g_autofree guint8 *mixed = g_memdup2 (g_bytes_get_data (now, NULL), size);
  g_autoptr (GBytes) changed = NULL;

  memcpy (mixed, g_bytes_get_data (directory, NULL), DK_DB_DIRECTORY_SIZE);
  changed = g_bytes_new (mixed, size);
  kit_fixture_write (f->database, changed);
}

static void
assert_refused (const char *folder, const char *name, const char *phrase, DkError code)
{
  g_autoptr (GError) error = kit_fixture_try (folder, name, phrase);

  g_assert_error (error, DK_ERROR, (gint) code);
}

static void
assert_ledger_holds (DkKit *kit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkLedgerReport) report = dk_ledger_verify (dk_kit_store (kit), NULL, NULL, &error);

  g_assert_no_error (error);
  if (report->problems->len > 0)
    g_error ("%s", ((DkLedgerProblem *) g_ptr_array_index (report->problems, 0))->message);
}

static void
test_who_left_opens_nothing (KitFixture *f, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };
  g_autoptr (DkDirectory) directory = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *number = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  DkDbKeys keys = { 0 };

  add (kit, "omar", DK_ROLE_FRONTLINE);
  add (kit, "lena", DK_ROLE_LEAD);
  keep (kit, &kept);
  remove_person (kit, "omar");
  g_assert_cmpuint (kit_fixture_count (kit, "user-removed"), ==, 1);
  g_assert_cmpuint (kit_fixture_count (kit, "keys-renewed"), ==, 1);
  number = kit_fixture_save (kit);
  for (int i = 0; i < DK_KEY_COUNT; i++)
    g_assert_true (dk_secret_equal (kept.keys[i], dk_keyring_get (kit->keys, (DkKeyId) i))
                   == (i == DK_KEY_DEVICE_SIGN || i == DK_KEY_DEVICE_AGE || i == DK_KEY_ADMIN));
  g_assert_true (memcmp (kept.uuid, dk_directory_file_uuid (kit->directory), 16) != 0);
  assert_ledger_holds (kit);
  kit_fixture_close (kit);

  assert_refused (f->folder, "omar", PHRASE, DK_ERROR_DENIED);
  bytes = dk_db_read_directory (f->database, NULL);
  directory = dk_directory_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL,
                                  NULL);
  for (guint own = 0; own < 2; own++) {
    g_autoptr (GError) error = NULL;
    keys.open_key = kept.keys[DK_KEY_OPEN];
    memcpy (keys.uuid, own ? kept.uuid : dk_directory_file_uuid (directory), sizeof keys.uuid);
    g_assert_null (dk_db_open (f->database, &keys, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  }
  kit = open_as (f, "lena");
  kit_fixture_close (kit);
  put_back_directory (f, kept.directory);
  assert_refused (f->folder, "omar", PHRASE, DK_ERROR_DAMAGED);
  assert_refused (f->folder, "anna", KIT_PASSPHRASE, DK_ERROR_DAMAGED);
}

static void
put_connector (DkKit *kit)
{
  g_autoptr (DkConnectorFacts) facts = g_new0 (DkConnectorFacts, 1);
  g_autoptr (GError) error = NULL;

  facts->name = g_strdup ("rt");
  facts->type = g_strdup ("rt");
  facts->config = json_pack ("{s:s}", "url", "https://127.0.0.1:1/");
  facts->credential = secret ("token of the desk");
  g_assert_true (dk_connector_store_put (dk_kit_store (kit), facts, &error));
  g_assert_no_error (error);
}

static void
write_note (DkKit *kit, const char *number, const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_lead_store_note (dk_kit_store (kit), number, text, 0, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* Text of the last note for leads, NULL if this person cannot read it. New string. */
static char *
read_note (DkKit *kit, const char *number)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) notes = dk_lead_store_show (dk_kit_store (kit), number, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (notes->len, >, 0);
  return g_strdup (((DkLeadNote *) g_ptr_array_index (notes, notes->len - 1))->text);
}

static void
count_changes (gboolean number_issued, gpointer data)
{
  (*(guint *) data)++;
}

static void
test_who_stays_loses_nothing (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkConnectorFacts) facts = NULL;
  g_autoptr (GPtrArray) leads = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *number = NULL;
  g_autofree char *next = NULL;
  g_autofree char *note = NULL;
  guint changes = 0;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "omar", DK_ROLE_FRONTLINE);
  add (kit, "lena", DK_ROLE_LEAD);
  add (kit, "ida", DK_ROLE_FRONTLINE);
  put_connector (kit);
  number = kit_fixture_save (kit);
  write_note (kit, number, NOTE);
  dk_store_set_watch (dk_kit_store (kit), count_changes, &changes);
  remove_person (kit, "omar");
  remove_person (kit, "ida");
  changes = 0;
  next = kit_fixture_save (kit);
  g_assert_cmpuint (changes, >, 0); /* the window is told as before */
  kit_fixture_close (kit);

  kit = open_as (f, "lena");
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  facts = dk_connector_store_get (dk_kit_store (kit), "rt", &error);
  g_assert_no_error (error);
  g_assert_cmpmem (dk_secret_get (facts->credential), dk_secret_size (facts->credential),
                   "token of the desk", 17);
  note = read_note (kit, number);
  g_assert_cmpstr (note, ==, NOTE);
  leads = dk_old_key_store_list (dk_kit_store (kit), DK_KEY_LEAD, &error);
  g_assert_cmpuint (leads->len, ==, 3);
  assert_ledger_holds (kit);
  g_assert_true (dk_db_check (dk_store_db (dk_kit_store (kit)), NULL));
  kit_fixture_close (kit);
}

/* No row that is sealed to leads opens with this secret. */
static void
assert_opens_no_note (DkKit *kit, const DkSecret *lead)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (kit->db, "SELECT sealed FROM lead_record");
  gboolean has_row;
  guint rows = 0;
  guint8 public_key[32];

  dk_box_public (public_key, lead);
  while (dk_stmt_step (stmt, &has_row, NULL) && has_row) {
    gsize size;
    const guint8 *sealed = dk_stmt_blob (stmt, 0, &size);
    g_autofree guint8 *plain = g_malloc (size);
    g_assert_false (dk_box_open (plain, sealed, size, public_key, lead));
    rows++;
  }
  g_assert_cmpuint (rows, >=, 2);
}

static void
test_demoted_lead (KitFixture *f, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };
  g_autofree char *number = NULL;
  g_autofree char *text = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "lena", DK_ROLE_LEAD);
  add (kit, "omar", DK_ROLE_FRONTLINE);
  number = kit_fixture_save (kit);
  write_note (kit, number, "before");
  keep (kit, &kept);
  set_access (kit, "lena", DK_ROLE_FRONTLINE, 0);
  kit_fixture_close (kit);
  kit = open_as (f, "omar");
  write_note (kit, number, NOTE);
  kit_fixture_close (kit);

  kit = open_as (f, "lena");
  g_assert_null (dk_keyring_get (dk_kit_keys (kit), DK_KEY_LEAD));
  text = read_note (kit, number);
  g_assert_null (text);
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  assert_opens_no_note (kit, kept.keys[DK_KEY_LEAD]);
  g_clear_pointer (&text, g_free);
  text = read_note (kit, number);
  g_assert_cmpstr (text, ==, NOTE);
  kit_fixture_close (kit);
}

/* Without new keys: promoted, given an end. The directory of before is older than the database. */
static void
test_set_back_directory (KitFixture *f, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };
  g_auto (Kept) promoted = { 0 };
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "omar", DK_ROLE_FRONTLINE);
  keep (kit, &kept);
  set_access (kit, "omar", DK_ROLE_LEAD, 0);
  keep (kit, &promoted);
  set_access (kit, "omar", DK_ROLE_LEAD, dk_clock_wall_ms () + DAY_MS);
  kit_fixture_close (kit);
  put_back_directory (f, promoted.directory);
  error = kit_fixture_try (f->folder, "anna", KIT_PASSPHRASE);
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, "set back"));
  put_back_directory (f, kept.directory);
  assert_refused (f->folder, "omar", PHRASE, DK_ERROR_DAMAGED);
}

/* The old file cannot authenticate the anchor of after, and must not take that for a damaged one:
 * it would issue the same numbers again. */
static void
test_whole_set_back (KitFixture *f, gconstpointer data)
{
  g_autoptr (GBytes) before = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "omar", DK_ROLE_FRONTLINE);
  first = kit_fixture_save (kit);
  kit_fixture_close (kit);
  before = kit_fixture_read (f->database);
  kit = kit_fixture_open (f->folder);
  remove_person (kit, "omar");
  second = kit_fixture_save (kit);
  kit_fixture_close (kit);

  kit_fixture_write (f->database, before);
  kit = kit_fixture_open (f->folder);
  g_assert_true (kit_fixture_told (kit, "people who were removed since can open it again"));
  g_assert_true (kit_fixture_told (kit, second));
  third = kit_fixture_save (kit);
  g_assert_true (g_str_has_prefix (third, "DT-A07-10000-"));
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  g_assert_cmpuint (kit_fixture_count (kit, "chain-started"), ==, 1);
  kit_fixture_close (kit);
}

static void
test_admin_leaves (KitFixture *f, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "vera", DK_ROLE_ADMIN);
  add (kit, "omar", DK_ROLE_FRONTLINE);
  keep (kit, &kept);
  remove_person (kit, "vera");
  g_assert_false (dk_secret_equal (kept.keys[DK_KEY_ADMIN],
                                   dk_keyring_get (kit->keys, DK_KEY_ADMIN)));
  g_assert_false (dk_kit_remove_user (kit, "anna", NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  add (kit, "ida", DK_ROLE_LEAD); /* signed with the new key in the same session */
  kit_fixture_close (kit);
  for (guint i = 0; i < 2; i++) { /* the second time the wrap knows the new key */
    kit = open_as (f, "omar");
    kit_fixture_close (kit);
    kit = open_as (f, "ida");
    kit_fixture_close (kit);
  }
}

/* As many as a walk may have, with somebody who was away all the time. */
static void
test_sixteen_admin_keys (KitFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint32 epoch;
  DkKit *kit = kit_fixture_open (f->folder);

  add (kit, "omar", DK_ROLE_FRONTLINE);
  for (guint i = 0; i < CHANGES_MAX; i++) {
    gboolean done = dk_kit_rekey (kit, 1u << DK_KEY_ADMIN, "test", NULL, &error);
    g_assert_no_error (error);
    g_assert_true (done);
  }
  epoch = dk_directory_key_epoch (kit->directory);
  g_assert_false (dk_kit_rekey (kit, 1u << DK_KEY_ADMIN, "test", NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "recovery rotate"));
  g_assert_cmpuint (dk_directory_key_epoch (kit->directory), ==, epoch);
  g_free (kit_fixture_save (kit));
  kit_fixture_close (kit);
  kit = open_as (f, "omar");
  assert_ledger_holds (kit);
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  g_clear_error (&error);
  g_assert_false (dk_kit_rekey (kit, 1u << DK_KEY_ADMIN, "test", NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "recovery rotate"));
  kit_fixture_close (kit);
}

static guint
count_device_keys (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint count = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    count += g_str_has_prefix (name, "device") && g_str_has_suffix (name, ".pub");
  return count;
}

static void
test_device (KitFixture *f, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };
  g_autofree char *export = g_build_filename (f->folder, "export", NULL);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (DkLedgerReport) report = NULL;
  g_autoptr (GPtrArray) ages = NULL;
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  first = kit_fixture_save (kit);
  keep (kit, &kept);
  g_assert_true (dk_kit_renew_device (kit, "the PC was away", NULL, &error));
  g_assert_no_error (error);
  second = kit_fixture_save (kit);
  g_assert_true (g_str_has_prefix (second, "DT-A07-0002-")); /* no copy: none is skipped */
  assert_ledger_holds (kit);
  ages = dk_old_key_store_list (dk_kit_store (kit), DK_KEY_DEVICE_AGE, NULL);
  g_assert_cmpuint (ages->len, ==, 2);
  g_assert_true (dk_secret_equal (g_ptr_array_index (ages, 1), kept.keys[DK_KEY_DEVICE_AGE]));
  g_assert_true (dk_ledger_export (dk_kit_store (kit), export, TRUE, "audit", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_device_keys (export), ==, 2);
  report = dk_ledger_verify_folder (export, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->found, ==, 0);
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  assert_ledger_holds (kit);
  kit_fixture_close (kit);
}

static gint64
epoch_of (DkKit *kit, const guint8 public_key[32])
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      kit->db, "SELECT key_epoch FROM old_key WHERE public = ?1 AND kind = 'lead'");
  gboolean has_row;

  dk_stmt_bind_blob (stmt, 1, public_key, 32);
  g_assert_true (dk_stmt_step (stmt, &has_row, NULL));
  return has_row ? dk_stmt_int (stmt, 0) : -1;
}

/* A row that somebody has put there for the key in force hides it from nobody. */
static void
test_planted_old_key (KitFixture *f, gconstpointer data)
{
  guint8 key[32];
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (kit->db, "INSERT INTO old_key (public, kind, key_epoch, sealed)"
                              " VALUES (?1, 'device-age', 99, zeroblob (80))");

  dk_keyring_public (kit->keys, DK_KEY_LEAD, key);
  dk_stmt_bind_blob (stmt, 1, key, sizeof key);
  g_assert_true (dk_stmt_run (stmt, NULL));
  g_clear_pointer (&stmt, dk_stmt_free);
  add (kit, "ben", DK_ROLE_LEAD);
  add (kit, "lena", DK_ROLE_LEAD);
  remove_person (kit, "ben");
  g_assert_cmpint (epoch_of (kit, key), ==, 1);
  remove_person (kit, "lena");
  g_assert_cmpint (epoch_of (kit, key), ==, 1);
  kit_fixture_close (kit);
}

/* The escrow goes on to whom it was made for: who removes an administrator is told. */
static void
test_escrow_is_named (KitFixture *f, gconstpointer data)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "escrow.age", NULL);
  g_autoptr (DkSecret) seed = dk_secret_new_random (32);
  g_autofree char *recipient = NULL;
  g_autoptr (GError) error = NULL;
  guint8 key[32];
  guint told = 0;
  DkKit *kit = kit_fixture_open (f->folder);

  dk_box_public (key, seed);
  recipient = dk_age_recipient_text (key);
  g_assert_true (dk_escrow_write (kit, recipient, path, FALSE, "yearly", &error));
  add (kit, "ben", DK_ROLE_ADMIN);
  add (kit, "omar", DK_ROLE_FRONTLINE);
  remove_person (kit, "omar");
  remove_person (kit, "ben");
  for (guint i = 0; i < dk_kit_messages (kit)->len; i++) {
    const char *message = g_ptr_array_index (dk_kit_messages (kit), i);
    told += strstr (message, recipient) != NULL && strstr (message, "ben") != NULL;
    g_assert_null (strstr (message, "omar"));
  }
  g_assert_cmpuint (told, ==, 1);
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/rekey/who-left-opens-nothing", test_who_left_opens_nothing);
  KIT_ADD ("/kit/rekey/who-stays-loses-nothing", test_who_stays_loses_nothing);
  KIT_ADD ("/kit/rekey/demoted-lead-reads-no-note-written-after", test_demoted_lead);
  KIT_ADD ("/kit/rekey/set-back-directory-is-found", test_set_back_directory);
  KIT_ADD ("/kit/rekey/whole-set-back-is-told", test_whole_set_back);
  KIT_ADD ("/kit/rekey/an-admin-leaves", test_admin_leaves);
  KIT_ADD ("/kit/rekey/sixteen-admin-keys-are-walked", test_sixteen_admin_keys);
  KIT_ADD ("/kit/rekey/device-keys-begin-a-chain", test_device);
  KIT_ADD ("/kit/rekey/a-planted-old-key-hides-none", test_planted_old_key);
  KIT_ADD ("/kit/rekey/the-escrow-on-record-is-named", test_escrow_is_named);
  return dk_test_run ();
}
