/* SPDX-License-Identifier: MIT */
#include "tests/store/store-fixture.h"

#include <string.h>

static void
open_store (StoreFixture *f, const char *user)
{
  g_autoptr (GError) error = NULL;

  f->store = dk_store_new (f->db, user, f->keys, &error);
  g_assert_no_error (error);
}

void
store_fixture_set_up (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  DkStoreIdentity identity
      = { .kit_id = "00112233445566778899aabbccddeeff", .station = "A07", .site = "CARY" };
  gboolean done;

  dk_crypto_init ();
  f->folder = dk_test_folder_new ();
  f->path = g_build_filename (f->folder, "kit.db", NULL);
  f->all = dk_keyring_new_random ();
  f->keys = dk_keyring_new_for_role (f->all, DK_ROLE_ADMIN);
  dk_keyring_public (f->all, DK_KEY_DEVICE_SIGN, identity.device_sign_public);
  dk_keyring_public (f->all, DK_KEY_DEVICE_AGE, identity.device_age_public);
  dk_keyring_public (f->all, DK_KEY_LEAD, identity.lead_public);
  f->db = dk_fixture_create (f->path, 0);
  done = dk_db_migrate (f->db, &error) && dk_store_init (f->db, &identity, f->all, "anna", &error);
  g_assert_no_error (error);
  g_assert_true (done);
  open_store (f, "anna");
}

void
store_fixture_tear_down (StoreFixture *f, gconstpointer data)
{
  dk_store_free (f->store);
  dk_fixture_close (f->db);
  dk_keyring_free (f->keys);
  dk_keyring_free (f->all);
  dk_test_remove (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

void
store_fixture_become (StoreFixture *f, const char *user, DkRole role)
{
  dk_store_free (f->store);
  dk_keyring_free (f->keys);
  f->keys = dk_keyring_new_for_role (f->all, role);
  open_store (f, user);
}

void
store_fixture_reopen (StoreFixture *f)
{
  g_autofree char *user = g_strdup (dk_store_user (f->store));

  dk_store_free (f->store);
  dk_fixture_close (f->db);
  f->db = dk_fixture_open (f->path, 0);
  open_store (f, user);
}

json_t *
store_fixture_answers (const char *text)
{
  g_autoptr (GError) error = NULL;
  json_t *answers = dk_json_parse (text, strlen (text), 1000000, "answers", &error);

  g_assert_no_error (error);
  return answers;
}

char *
store_fixture_save (StoreFixture *f, const char *form, const char *answers, gboolean final)
{
  g_autoptr (DkForm) definition = dk_form_shipped (form, "en");
  g_autoptr (json_t) values = store_fixture_answers (answers);
  g_autoptr (GError) error = NULL;
  char *number = NULL;
  gboolean done
      = dk_ticket_store_save (f->store, definition, NULL, values, 0, final, &number, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  return number;
}

DkPerson *
store_fixture_person (StoreFixture *f, const char *name, DkRole role)
{
  guint8 kit_id[16] = { 1 };
  g_autoptr (DkDirectory) directory = dk_directory_new (kit_id);
  g_autoptr (DkSecret) code = dk_secret_new_random (16);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DkDirectory) read = NULL;
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (GError) error = NULL;
  DkPerson *person = NULL;
  gboolean done = dk_directory_add (directory, DK_SLOT_RECOVERY, role, name, 0, code,
                                    (DkKdfParams){ 0, 0 }, f->all, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  dk_directory_sign (directory, f->all);
  bytes = dk_directory_bytes (directory, f->all);
  read = dk_directory_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, NULL);
  done = dk_directory_unlock (read, name, code, 1000, &keys, &person, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  return person;
}

DkTicket *
store_fixture_load (StoreFixture *f, const char *number)
{
  g_autoptr (GError) error = NULL;
  DkTicket *ticket = dk_ticket_store_load (f->store, number, &error);

  g_assert_no_error (error);
  return ticket;
}

char *
store_fixture_text (StoreFixture *f, const char *sql)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (f->db, g_intern_string (sql));
  g_autoptr (GError) error = NULL;
  gboolean has_row = FALSE;
  gboolean done = dk_stmt_step (stmt, &has_row, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  g_assert_true (has_row);
  return g_strdup (dk_stmt_text (stmt, 0));
}

char *
store_fixture_state (StoreFixture *f)
{
  return store_fixture_text (
      f, "SELECT (SELECT group_concat (key || '=' || value) FROM setting) || ' entries '"
         " || (SELECT count(*) FROM entry) || ' drafts '"
         " || (SELECT coalesce (group_concat (number || answers), '') FROM draft) || ' paper '"
         " || (SELECT coalesce (group_concat (number || state), '') FROM paper) || ' found '"
         " || (SELECT count(*) || coalesce (group_concat (words), '') FROM found) || ' tickets '"
         " || (SELECT coalesce (group_concat (number || state || finalized || priority || handover"
         "     || coalesce (summary, '') || answers), '') FROM ticket)");
}
