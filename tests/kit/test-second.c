/* SPDX-License-Identifier: MIT */
/* Goal: a step that needs two people gets two, and the kit stays that of the first. Method: a kit
 * with people of every kind; entries of resets are put into the ledger as they would be after a
 * few hours or a day. */
#include "app/kit/second.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/db/statement.h"
#include "app/kit/kit-private.h"
#include "app/store/lead-store.h"
#include "tests/kit/kit-fixture.h"

#define PHRASE KIT_STAPLE
#define HOUR_MS (G_GINT64_CONSTANT (60) * 60 * 1000)

/* A slot that the public calls do not make like this. */
static void
add_slot (DkKit *kit, const char *name, DkSlotKind kind, gint64 until_ms)
{
  g_autoptr (DkSecret) phrase = kit_fixture_secret (PHRASE);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_directory_add (kit->directory, kind, DK_ROLE_FRONTLINE, name, until_ms,
                                    phrase, kit_fixture_kdf, kit->keys, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  dk_directory_sign (kit->directory, kit->keys);
  g_assert_true (dk_kit_write_directory (kit, NULL));
}

static void
assert_refused (DkKit *kit, const char *name, const char *phrase, DkError code, const char *words)
{
  g_autoptr (DkSecret) passphrase = kit_fixture_secret (phrase);
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_kit_unlock_second (kit, name, passphrase, &error));
  g_assert_error (error, DK_ERROR, (gint) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not tell \"%s\"", error->message, words);
}

static void
assert_opens (DkKit *kit, const char *name)
{
  g_autoptr (DkSecret) passphrase = kit_fixture_secret (PHRASE);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPerson) person = dk_kit_unlock_second (kit, name, passphrase, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dk_person_info (person)->name, ==, name);
}

/* As if entries of that kind had never been written. */
static void
forget (DkKit *kit, const char *kind)
{
  g_autofree char *sql = g_strdup_printf (
      "DROP TRIGGER IF EXISTS entry_no_delete; DROP TRIGGER IF EXISTS entry_body_no_delete;"
      "DELETE FROM entry_body WHERE entry IN (SELECT id FROM entry WHERE kind = '%s');"
      "DELETE FROM entry WHERE kind = '%s'",
      kind, kind);

  g_assert_true (dk_db_exec (kit->db, sql, NULL));
}

/* Whoever adds somebody knows the first passphrase, as after a reset. */
static void
test_two_people (KitFixture *f, gconstpointer data)
{
  static const char kind[] = DK_ENTRY_TICKET_HOLD_RELEASED;
  g_autoptr (DkSecret) phrase = kit_fixture_secret (PHRASE);
  g_autoptr (DkPerson) ben = NULL;
  g_autoptr (json_t) body = json_pack ("{s:s}", "reason", "r");
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_add (kit, "ben", DK_ROLE_FRONTLINE);
  assert_refused (kit, "ben", PHRASE, DK_ERROR_DENIED, "24 hours");
  forget (kit, "user-added");
  ben = dk_kit_unlock_second (kit, "ben", phrase, NULL);
  g_assert_nonnull (ben);
  dk_store_sign_body (kit->store, kind, "x", body);
  dk_store_sign_body_second (kit->store, ben, kind, "x", body);
  g_assert_true (dk_store_check_signed (kit->store, kind, "x", body));
  g_assert_cmpstr (dk_store_user (kit->store), ==, "anna");
  g_assert_nonnull (dk_keyring_get (kit->keys, DK_KEY_ADMIN));
  assert_refused (kit, "anna", KIT_PASSPHRASE, DK_ERROR_DENIED, "somebody else");
  assert_refused (kit, "nobody", PHRASE, DK_ERROR_NOT_FOUND, "nobody");
  assert_refused (kit, "ben", "wrong", DK_ERROR_DENIED, "passphrase");
  assert_refused (kit, DK_KIT_RECOVERY_NAME, PHRASE, DK_ERROR_DENIED, "recovery code");
  kit_fixture_close (kit);
}

static void
test_slots_that_are_nobody (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) phrase = kit_fixture_secret (PHRASE);
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  add_slot (kit, "desk", DK_SLOT_SHARED, 0);
  add_slot (kit, "temp", DK_SLOT_PERSON, dk_clock_wall_ms () - HOUR_MS);
  assert_refused (kit, "desk", PHRASE, DK_ERROR_DENIED, "several people");
  assert_refused (kit, "temp", PHRASE, DK_ERROR_DENIED, "ended");
  kit_fixture_add (kit, "ben", DK_ROLE_LEAD);
  kit_fixture_close (kit);
  kit = dk_kit_open_with_recovery (f->folder, kit_fixture_code (), "drill", phrase, kit_fixture_kdf,
                                   &error);
  g_assert_no_error (error);
  assert_refused (kit, "ben", PHRASE, DK_ERROR_DENIED, "two known people");
  kit_fixture_close (kit);
}

static char *
slot_of (DkKit *kit, const char *name)
{
  DkSlotInfo info;

  dk_directory_info (kit->directory, (guint) dk_directory_find (kit->directory, name), &info);
  return dk_text_hex (info.id, sizeof info.id);
}

/* An entry `user-reset` as it stands in the ledger that long afterwards. */
static void
put_reset (DkKit *kit, const char *who, const char *by, gint64 age_ms, const char *boot,
           gint64 mono_ms)
{
  static gint64 seq;
  g_autofree char *slot = slot_of (kit, who);
  g_autofree char *by_slot = slot_of (kit, by);
  g_autoptr (json_t) body = json_pack ("{s:s, s:s, s:s}", "name", who, "slot", slot, "by", by_slot);
  g_autofree char *words = dk_json_canonical (body, NULL);
  g_autofree char *zeros = g_strnfill (64, '0');
  g_autofree char *line = NULL;
  g_autoptr (DkStmt) entry = dk_stmt_new (
      kit->db, "INSERT INTO entry (station, chain, seq, hash, kind, object, line)"
               " VALUES ('A07', 'ffffffff', ?1, randomblob (32), 'user-reset', ?2, ?3)");
  g_autoptr (DkStmt) bodies = dk_stmt_new (
      kit->db, "INSERT INTO entry_body (entry, salt, body) VALUES (?1, randomblob (16), ?2)");
  DkEntry made = { .kit = (char *) "k", .station = (char *) "A07", .chain = (char *) "ffffffff",
                   .prev = zeros, .kind = (char *) "user-reset", .object = (char *) who,
                   .user = (char *) by, .boot = (char *) boot, .mono_ms = mono_ms,
                   .body_hash = zeros, .seq = ++seq };

  made.recorded_ms = made.happened_ms = dk_clock_wall_ms () - age_ms;
  line = dk_entry_line (&made);
  dk_stmt_bind_int (entry, 1, seq);
  dk_stmt_bind_text (entry, 2, who);
  dk_stmt_bind_blob (entry, 3, line, strlen (line));
  g_assert_true (dk_stmt_run (entry, NULL));
  dk_stmt_bind_int (bodies, 1, dk_db_last_id (kit->db));
  dk_stmt_bind_text (bodies, 2, words);
  g_assert_true (dk_stmt_run (bodies, NULL));
}

static void
test_resets_of_the_last_day (KitFixture *f, gconstpointer data)
{
  DkMoment now;
  DkKit *kit = kit_fixture_open (f->folder);

  dk_clock_now (&now);
  kit_fixture_add (kit, "ben", DK_ROLE_FRONTLINE);
  kit_fixture_add (kit, "clara", DK_ROLE_LEAD);
  forget (kit, "user-added");
  put_reset (kit, "ben", "anna", 25 * HOUR_MS, "", 0);
  put_reset (kit, "ben", "clara", HOUR_MS, "", 0);
  assert_opens (kit, "ben");
  put_reset (kit, "ben", "anna", 23 * HOUR_MS, "", 0);
  assert_refused (kit, "ben", PHRASE, DK_ERROR_DENIED, "24 hours");
  forget (kit, "user-reset");
  put_reset (kit, "anna", "ben", HOUR_MS, "", 0);
  assert_refused (kit, "ben", PHRASE, DK_ERROR_DENIED, "24 hours");
  assert_opens (kit, "clara");
  forget (kit, "user-reset");
  put_reset (kit, "ben", "anna", -HOUR_MS, "", 0); /* the clock was set back */
  assert_refused (kit, "ben", PHRASE, DK_ERROR_DENIED, "24 hours");
  forget (kit, "user-reset");
  put_reset (kit, "ben", "anna", 30 * HOUR_MS, now.boot, now.mono_ms); /* or on */
  if (*now.boot != '\0')
    assert_refused (kit, "ben", PHRASE, DK_ERROR_DENIED, "24 hours");
  dk_kit_free (kit);
}

static gboolean
note (DkKit *kit, const char *number, GError **error)
{
  return dk_lead_store_note (kit->store, number, "words", 0, error);
}

/* Made at init; a kit of the first schema gets it at an administrator's unlock, and so does one in
 * which somebody put another key. */
static void
test_leads_key_is_stated (KitFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *number = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_add (kit, "ben", DK_ROLE_FRONTLINE);
  number = kit_fixture_save (kit);
  kit_fixture_close (kit);
  kit = kit_fixture_open_as (f->folder, "ben", PHRASE);
  g_assert_true (note (kit, number, &error));
  g_assert_no_error (error);
  g_assert_true (dk_store_set_setting (kit->store, "lead_statement", NULL, NULL));
  g_assert_false (note (kit, number, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  kit_fixture_close (kit);
  kit = kit_fixture_open_as (f->folder, "ben", PHRASE);
  g_assert_false (note (kit, number, NULL));
  kit_fixture_close (kit);
  kit_fixture_close (kit_fixture_open (f->folder));
  kit = kit_fixture_open_as (f->folder, "ben", PHRASE);
  g_assert_true (note (kit, number, NULL));
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/second/signs-and-opens-nothing", test_two_people);
  KIT_ADD ("/kit/second/shared-expired-and-recovery-are-nobody", test_slots_that_are_nobody);
  KIT_ADD ("/kit/second/not-who-was-reset-by-the-other", test_resets_of_the_last_day);
  KIT_ADD ("/kit/second/leads-key-is-stated-by-an-administrator", test_leads_key_is_stated);
  return dk_test_run ();
}
