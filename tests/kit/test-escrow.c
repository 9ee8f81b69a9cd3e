/* SPDX-License-Identifier: MIT */
/* Goal: the escrow holds every key that opens something, to nobody but the recipient that an admin
 * chose, and follows each change of the keys. Method: a real kit; its keys are changed in place,
 * the record is tampered with, the target goes away. */
#include <glib/gstdio.h>
#include <string.h>

#include "app/base/text.h"
#include "app/crypto/age.h"
#include "app/kit/escrow.h"
#include "app/kit/kit-private.h"
#include "app/kit/people.h"
#include "app/kit/rekey.h"
#include "tests/kit/kit-fixture.h"

/* An administrator's identity. */
typedef struct {
  DkSecret *key;
  char *recipient;
} Owner;

static void
owner_clear (Owner *owner)
{
  dk_secret_free (owner->key);
  g_free (owner->recipient);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Owner, owner_clear)

static void
owner_init (Owner *owner)
{
  guint8 public_key[32];

  owner->key = dk_secret_new_random (32);
  dk_box_public (public_key, owner->key);
  owner->recipient = dk_age_recipient_text (public_key);
}

static char *
target_in (KitFixture *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

/* The folder of a kit takes no other files. New string. */
static char *
target_outside (const char *name)
{
  g_autofree char *folder = dk_test_folder_new ();

  return g_build_filename (folder, name, NULL);
}

static void
write_to (DkKit *kit, const Owner *owner, const char *path, gboolean is_armored)
{
  g_autoptr (GError) error = NULL;
  gboolean done
      = dk_escrow_write (kit, owner->recipient, path, is_armored, "yearly", &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* New string; NULL if it is not sealed to this owner. */
static char *
read_with (const Owner *owner, const char *path)
{
  g_autoptr (GBytes) sealed = kit_fixture_read (path);
  g_autoptr (GBytes) plain = dk_age_open (sealed, owner->key, NULL);

  return plain != NULL ? g_strndup (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain))
                       : NULL;
}

static gboolean
holds_key (DkKit *kit, const char *text, DkKeyId id, const char *name)
{
  const DkSecret *key = dk_keyring_get (kit->keys, id);
  g_autofree char *hex = dk_text_hex (dk_secret_get (key), dk_secret_size (key));
  g_autofree char *line = g_strdup_printf ("\n%s: %s\n", name, hex);

  return strstr (text, name[0] != '\0' ? line : hex) != NULL;
}

/* What happens to a kit when keys are renewed, without the new file. The keys before, which the
 * store goes on with. */
static DkKeyring *
change_keys (DkKit *kit, guint renew)
{
  DkKeyring *after = dk_keyring_new_renewed (kit->keys, renew);
  DkKeyring *before;
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_directory_rekey (kit->directory, kit->keys, after, &error));
  dk_directory_sign (kit->directory, after);
  g_assert_true (dk_escrow_vouch_again (kit->store, kit->keys, after,
                                        dk_directory_key_epoch (kit->directory), &error));
  before = kit->keys;
  kit->keys = after;
  return before;
}

static void
put_back_keys (DkKit *kit, DkKeyring *before)
{
  dk_keyring_free (kit->keys);
  kit->keys = before;
}

static void
test_holds_what_opens (KitFixture *f, gconstpointer data)
{
  g_auto (Owner) owner = { 0 };
  g_auto (Owner) other = { 0 };
  g_autofree char *path = target_outside ("escrow.age");
  g_autofree char *text = NULL;
  g_autofree char *stranger = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  owner_init (&owner);
  owner_init (&other);
  write_to (kit, &owner, path, FALSE);
  text = read_with (&owner, path);
  stranger = read_with (&other, path);
  g_assert_nonnull (text);
  g_assert_null (stranger);
  g_assert_true (holds_key (kit, text, DK_KEY_OPEN, "open"));
  g_assert_true (holds_key (kit, text, DK_KEY_DEVICE_AGE, "device-age"));
  g_assert_true (holds_key (kit, text, DK_KEY_LEAD, "lead"));
  g_assert_true (holds_key (kit, text, DK_KEY_SEND, "send"));
  g_assert_true (holds_key (kit, text, DK_KEY_ADMIN, "admin"));
  g_assert_false (holds_key (kit, text, DK_KEY_DEVICE_SIGN, ""));
  g_assert_nonnull (strstr (text, "\nstation: A07\nsite: CARY\n"));
  g_assert_nonnull (strstr (text, "\nkey-epoch: 1\n"));
  g_assert_nonnull (strstr (text, "\n#!/usr/bin/python3\n"));
  g_assert_cmpuint (kit_fixture_count (kit, "escrow-written"), ==, 1);
  kit_fixture_close (kit);
}

static void
test_refusals (KitFixture *f, gconstpointer data)
{
  g_auto (Owner) owner = { 0 };
  g_autofree char *path = target_outside ("escrow.age");
  g_autofree char *folder = target_in (f, "outgoing");
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy ("front line front", 16);
  g_autoptr (DkKit) front = NULL;
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  owner_init (&owner);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_false (dk_escrow_write (kit, owner.recipient, path, FALSE, " \n", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (dk_escrow_write (kit, "age1nonsense", path, FALSE, "yearly", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (dk_escrow_write (kit, owner.recipient, folder, FALSE, "yearly", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpuint (kit_fixture_count (kit, "escrow-written"), ==, 0);
  g_assert_true (dk_kit_add_user (kit, "ben", DK_ROLE_LEAD, passphrase, 0, kit_fixture_kdf, NULL));
  kit_fixture_close (kit);
  front = dk_kit_open (f->folder, "ben", passphrase, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (dk_escrow_write (front, owner.recipient, path, FALSE, "yearly", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (dk_escrow_renew (front, NULL));
}

static void
test_follows_the_keys (KitFixture *f, gconstpointer data)
{
  g_auto (Owner) owner = { 0 };
  g_autofree char *path = target_outside ("escrow.txt");
  g_autofree char *text = NULL;
  g_autoptr (DkEscrowState) state = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) same = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  DkKeyring *before;

  owner_init (&owner);
  g_assert_true (dk_escrow_renew (kit, NULL)); /* none is on record */
  g_assert_cmpuint (kit_fixture_count (kit, "escrow-written"), ==, 0);
  write_to (kit, &owner, path, TRUE);
  first = kit_fixture_read (path);
  g_assert_true (
      g_str_has_prefix (g_bytes_get_data (first, NULL), "-----BEGIN AGE ENCRYPTED FILE-----"));
  g_assert_true (dk_escrow_renew (kit, NULL)); /* nothing has changed */
  same = kit_fixture_read (path);
  g_assert_true (g_bytes_equal (first, same));
  before = change_keys (kit, 1u << DK_KEY_LEAD | 1u << DK_KEY_ADMIN);
  state = dk_escrow_get_state (kit, NULL);
  g_assert_false (state->is_current);
  g_assert_true (dk_escrow_renew (kit, NULL));
  text = read_with (&owner, path);
  g_assert_true (holds_key (kit, text, DK_KEY_ADMIN, "admin"));
  g_assert_true (holds_key (kit, text, DK_KEY_LEAD, "lead"));
  g_assert_nonnull (strstr (text, "\nkey-epoch: 2\n"));
  g_clear_pointer (&state, dk_escrow_state_free);
  state = dk_escrow_get_state (kit, NULL);
  g_assert_true (state->is_current);
  g_assert_cmpstr (state->written, ==, path);
  g_assert_cmpuint (state->key_epoch, ==, 2);
  put_back_keys (kit, before);
  kit_fixture_close (kit);
}

static void
test_goes_to_outgoing (KitFixture *f, gconstpointer data)
{
  g_auto (Owner) owner = { 0 };
  g_autofree char *medium = target_outside ("medium");
  g_autofree char *path = g_build_filename (medium, "escrow.age", NULL);
  g_autofree char *outgoing_folder = target_in (f, DK_KIT_OUTGOING);
  g_autofree char *outgoing = target_in (f, "outgoing/escrow-A07-2.age");
  g_autofree char *text = NULL;
  g_autoptr (DkEscrowState) state = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  DkKeyring *before;

  owner_init (&owner);
  g_assert_cmpint (g_mkdir (medium, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (outgoing_folder, 0700), ==, 0);
  write_to (kit, &owner, path, FALSE);
  dk_test_remove (medium);
  before = change_keys (kit, 1u << DK_KEY_SEND);
  g_assert_true (dk_escrow_renew (kit, NULL));
  g_assert_true (kit_fixture_told (kit, "outgoing"));
  text = read_with (&owner, outgoing);
  g_assert_true (holds_key (kit, text, DK_KEY_SEND, "send"));
  state = dk_escrow_get_state (kit, NULL);
  g_assert_true (state->is_current);
  g_assert_cmpstr (state->path, ==, path);
  g_assert_cmpstr (state->written, ==, outgoing);
  put_back_keys (kit, before);
  kit_fixture_close (kit);
}

/* Anybody who can open the kit can write its settings. */
static void
test_nobody_else_gets_the_keys (KitFixture *f, gconstpointer data)
{
  g_auto (Owner) owner = { 0 };
  g_auto (Owner) thief = { 0 };
  g_autofree char *path = target_outside ("escrow.age");
  g_autofree char *stored = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) same = NULL;
  g_autoptr (json_t) record = NULL;
  g_autofree char *changed = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  DkKeyring *before;

  owner_init (&owner);
  owner_init (&thief);
  write_to (kit, &owner, path, FALSE);
  first = kit_fixture_read (path);
  stored = dk_store_get_setting (kit->store, "escrow", NULL);
  record = dk_json_parse (stored, strlen (stored), 1u << 16, "record", NULL);
  dk_json_set_text (record, "recipient", thief.recipient);
  changed = dk_json_canonical (record, NULL);
  g_assert_true (dk_store_set_setting (kit->store, "escrow", changed, NULL));
  before = change_keys (kit, 1u << DK_KEY_ADMIN);
  g_assert_true (dk_escrow_renew (kit, NULL));
  g_assert_true (kit_fixture_told (kit, "no valid signature"));
  same = kit_fixture_read (path);
  g_assert_true (g_bytes_equal (first, same));
  g_assert_cmpuint (kit_fixture_count (kit, "escrow-written"), ==, 1);
  put_back_keys (kit, before);
  kit_fixture_close (kit);
}

/* What somebody writes who was an admin, with the key of that time, whoever it names. */
static void
forge_record (DkKit *kit, const DkSecret *admin, guint epoch, const Owner *thief, const char *path)
{
  g_autofree char *message
      = g_strdup_printf ("dk-escrow v1\n%s\n%u\n%s\n%s", dk_store_identity (kit->store)->kit_id,
                         epoch, thief->recipient, path);
  g_autoptr (json_t) record = json_object ();
  g_autofree char *hex = NULL;
  g_autofree char *text = NULL;
  guint8 signature[64];

  dk_sign (signature, message, strlen (message), admin);
  hex = dk_text_hex (signature, sizeof signature);
  dk_json_set_text (record, "recipient", thief->recipient);
  dk_json_set_text (record, "path", path);
  dk_json_set_text (record, "signature", hex);
  text = dk_json_canonical (record, NULL);
  g_assert_true (dk_store_set_setting (kit->store, "escrow", text, NULL));
}

static void
test_former_admin_chooses_nobody (KitFixture *f, gconstpointer data)
{
  const DkAccess front_line = { .role = DK_ROLE_FRONTLINE };
  g_autoptr (DkSecret) phrase = dk_secret_new_copy ("staple staple", 13);
  g_autofree char *path = target_outside ("thief.age");
  g_autoptr (DkSecret) kept = NULL;
  g_auto (Owner) thief = { 0 };
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  owner_init (&thief);
  kept = dk_secret_dup (dk_keyring_get (kit->keys, DK_KEY_ADMIN));
  g_assert_true (dk_kit_add_user (kit, "ben", DK_ROLE_ADMIN, phrase, 0, kit_fixture_kdf, &error));
  g_assert_true (dk_kit_set_user (kit, "ben", &front_line, NULL, &error));
  kit_fixture_close (kit);
  for (guint epoch = 1; epoch <= 2; epoch++) {
    kit = dk_kit_open (f->folder, "ben", phrase, NULL, &error);
    g_assert_no_error (error);
    forge_record (kit, kept, epoch, &thief, path);
    kit_fixture_close (kit);
    kit = kit_fixture_open (f->folder);
    g_assert_true (kit_fixture_told (kit, "no valid signature"));
    g_assert_true (dk_kit_rekey (kit, 0, "a test", NULL, &error));
    g_assert_cmpuint (kit_fixture_count (kit, "escrow-written"), ==, 0);
    kit_fixture_close (kit);
    g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  }
}

static void
test_spoilt_record_keeps_nobody_out (KitFixture *f, gconstpointer data)
{
  static const char *const spoilt[] = { "", "{", "[]", "{\"recipient\":7}", "null" };
  DkKit *kit = kit_fixture_open (f->folder);

  for (gsize i = 0; i < G_N_ELEMENTS (spoilt); i++) {
    g_autoptr (DkEscrowState) state = NULL;
    g_assert_true (dk_store_set_setting (kit->store, "escrow", spoilt[i], NULL));
    kit_fixture_close (kit);
    kit = kit_fixture_open (f->folder);
    g_assert_true (kit_fixture_told (kit, "no valid signature"));
    state = dk_escrow_get_state (kit, NULL);
    g_assert_null (state->recipient);
    g_assert_false (state->is_current);
  }
  kit_fixture_close (kit);
}

/* One kit, its copy beside it on the same PC, and one place for the escrow of both on record. */
static void
test_copy_leaves_the_place_alone (KitFixture *f, gconstpointer data)
{
  g_auto (Owner) owner = { 0 };
  g_autofree char *path = target_outside ("escrow.age");
  g_autofree char *folder = target_outside ("copy");
  g_autofree char *database = g_build_filename (folder, DK_KIT_DATABASE, NULL);
  g_autofree char *outgoing = g_build_filename (folder, "outgoing", "escrow-A07-2.age", NULL);
  g_autofree char *made = NULL;
  g_autofree char *sealed = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) same = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (DkEscrowState) state = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  (void) data;
  owner_init (&owner);
  write_to (kit, &owner, path, FALSE);
  kit_fixture_close (kit);
  first = kit_fixture_read (path);
  whole = kit_fixture_read (f->database);
  made = g_build_filename (folder, "outgoing", NULL);
  g_assert_cmpint (g_mkdir_with_parents (made, 0700), ==, 0);
  kit_fixture_write (database, whole);
  kit = kit_fixture_open (folder);
  g_assert_true (kit_fixture_told (kit, "copied or moved"));
  state = dk_escrow_get_state (kit, NULL);
  g_assert_true (state->is_current);
  g_assert_true (state->is_elsewhere);
  g_assert_cmpint (dk_escrow_look (state), ==, DK_ESCROW_SAME);
  for (guint i = 0; i < 2; i++) { /* also the second time */
    g_assert_true (dk_kit_rekey (kit, 0, "a test", NULL, NULL));
    g_assert_true (kit_fixture_told (kit, "left as it is"));
    same = kit_fixture_read (path);
    g_assert_true (g_bytes_equal (first, same));
    g_clear_pointer (&same, g_bytes_unref);
  }
  sealed = read_with (&owner, outgoing);
  g_assert_nonnull (sealed);
  write_to (kit, &owner, path, FALSE);
  g_clear_pointer (&state, dk_escrow_state_free);
  state = dk_escrow_get_state (kit, NULL);
  g_assert_false (state->is_elsewhere);
  g_assert_true (dk_kit_rekey (kit, 0, "a test", NULL, NULL));
  g_clear_pointer (&state, dk_escrow_state_free);
  state = dk_escrow_get_state (kit, NULL);
  g_assert_cmpstr (state->written, ==, path);
  g_assert_cmpint (dk_escrow_look (state), ==, DK_ESCROW_SAME);
  kit_fixture_close (kit);
}

static void
test_looks_at_the_file (KitFixture *f, gconstpointer data)
{
  g_auto (Owner) owner = { 0 };
  g_autofree char *path = target_outside ("escrow.age");
  g_autoptr (DkEscrowState) state = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  (void) data;
  owner_init (&owner);
  write_to (kit, &owner, path, FALSE);
  state = dk_escrow_get_state (kit, NULL);
  g_assert_cmpint (dk_escrow_look (state), ==, DK_ESCROW_SAME);
  kit_fixture_flip (path, 100);
  g_assert_cmpint (dk_escrow_look (state), ==, DK_ESCROW_DIFFERENT);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (dk_escrow_look (state), ==, DK_ESCROW_AWAY);
  write_to (kit, &owner, path, FALSE);
  g_assert_cmpint (dk_escrow_look (state), ==, DK_ESCROW_DIFFERENT);
  g_clear_pointer (&state->hash, g_free);
  g_assert_cmpint (dk_escrow_look (state), ==, DK_ESCROW_UNKNOWN);
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/escrow/holds-every-key-that-opens-something", test_holds_what_opens);
  KIT_ADD ("/kit/escrow/is-for-admins-with-a-reason-and-a-right-recipient", test_refusals);
  KIT_ADD ("/kit/escrow/follows-each-change-of-the-keys", test_follows_the_keys);
  KIT_ADD ("/kit/escrow/goes-to-outgoing-where-its-place-is-gone", test_goes_to_outgoing);
  KIT_ADD ("/kit/escrow/a-copy-leaves-the-place-of-the-original", test_copy_leaves_the_place_alone);
  KIT_ADD ("/kit/escrow/looks-at-the-file-that-was-written", test_looks_at_the_file);
  KIT_ADD ("/kit/escrow/nobody-else-gets-the-keys", test_nobody_else_gets_the_keys);
  KIT_ADD ("/kit/escrow/a-former-admin-chooses-no-recipient", test_former_admin_chooses_nobody);
  KIT_ADD ("/kit/escrow/a-spoilt-record-keeps-nobody-out", test_spoilt_record_keeps_nobody_out);
  return dk_test_run ();
}
