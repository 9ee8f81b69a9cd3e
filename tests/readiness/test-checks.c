/* SPDX-License-Identifier: MIT */
/* Goal: each check is green where all is in order, and amber or red where it is not. Method: one
 * table; each line puts a fresh kit and the files of a PC into that state and looks. What a check
 * can be and no line makes stands in a list of its own, which may not grow by itself. */
#include <glib/gstdio.h>
#include <string.h>

#include "app/crypto/age.h"
#include "app/crypto/minisign.h"
#include "app/kit/backup.h"
#include "app/kit/escrow.h"
#include "app/kit/people.h"
#include "app/readiness/printer.h"
#include "app/readiness/readiness-private.h"
#include "app/trust/trust.h"
#include "tests/readiness/scene.h"

#define CASES_MIN 75
#define NUMBERS 25

typedef struct {
  const char *check;
  DkReadyState state;
  void (*prepare) (Scene *s);
} Case;

static void
leave (Scene *s)
{
}

static void
damage_lists (Scene *s)
{
  g_autofree char *number = kit_fixture_save (s->kit);

  scene_exec (s, "UPDATE ticket SET summary = 'another' WHERE number = '%s'", number);
}

static void
set_back (Scene *s)
{
  g_autofree char *number = NULL;
  g_autoptr (GBytes) before = NULL;
  KitFixture *f = &s->files;

  kit_fixture_close (s->kit);
  before = kit_fixture_read (f->database);
  s->kit = kit_fixture_open (f->folder);
  number = kit_fixture_save (s->kit);
  kit_fixture_close (s->kit);
  kit_fixture_write (f->database, before);
  s->kit = kit_fixture_open (f->folder);
  dk_readiness_free (s->readiness);
  s->readiness = dk_readiness_new (s->kit);
}

static void
put_backup (Scene *s, double days)
{
  scene_exec (s,
              "INSERT OR REPLACE INTO setting VALUES ('backups', '{\"places\":[{\"at\":%"
              G_GINT64_FORMAT ",\"entry\":1,\"place\":\"\"}],\"sequence\":1}')",
              s->now_ms - (gint64) (days * SCENE_DAY_MS));
}

static void put_backup_now (Scene *s) { put_backup (s, 0.1); }
static void put_backup_old (Scene *s) { put_backup (s, 1.5); }

static void
use_recovery (Scene *s)
{
  scene_exec (s, "INSERT OR REPLACE INTO setting VALUES ('recovery_open', '%" G_GINT64_FORMAT "')",
              s->now_ms);
}

static char *
write_escrow (Scene *s)
{
  g_autofree char *folder = dk_test_folder_new ();
  char *path = g_build_filename (folder, "escrow.age", NULL);
  g_autoptr (DkSecret) key = dk_secret_new_random (32);
  g_autofree char *recipient = NULL;
  guint8 public_key[32];
  g_autoptr (GError) error = NULL;
  gboolean done;

  dk_box_public (public_key, key);
  recipient = dk_age_recipient_text (public_key);
  done = dk_escrow_write (s->kit, recipient, path, FALSE, "a test", &error);
  g_assert_no_error (error);
  g_assert_true (done);
  return path;
}

static void
put_escrow (Scene *s)
{
  g_free (write_escrow (s));
}

static void
put_escrow_away (Scene *s)
{
  g_autofree char *path = write_escrow (s);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
save_ticket (Scene *s)
{
  g_free (kit_fixture_save (s->kit));
}

static void put_pack (Scene *s) { scene_put_pack (s, 1, 100); }
static void put_pack_amber (Scene *s) { scene_put_pack (s, 40, 100); }
static void put_pack_stale (Scene *s) { scene_put_pack (s, 95, 0); }
static void put_pack_expired (Scene *s) { scene_put_pack (s, 1, -1); }
static void put_pack_soon (Scene *s) { scene_put_pack (s, 1, 3); }

static void
put_import (Scene *s, double days)
{
  put_pack (s);
  scene_exec (s,
              "INSERT INTO own_contact (ref, source, source_key, imported_ms) VALUES"
              " ('x', 'outlook', 'x', %" G_GINT64_FORMAT ")",
              s->now_ms - (gint64) (days * SCENE_DAY_MS));
}

static void put_import_amber (Scene *s) { put_import (s, 40); }
static void put_import_red (Scene *s) { put_import (s, 100); }

static void
put_runbook (Scene *s, const char *id, const char *reviewed)
{
  scene_exec (s,
              "INSERT INTO runbook (pack, ref, title, tags, owner, reviewed, review_every_days,"
              " severity, markdown) VALUES (7, '%s', 'T', '[]', 'net-team', '%s', 180, 1, '')",
              id, reviewed);
}

static void
put_runbooks (Scene *s)
{
  put_pack (s);
  put_runbook (s, "one", "2999-01-01");
  put_runbook (s, "two", "2999-01-01");
}

static void
put_runbooks_amber (Scene *s)
{
  put_runbooks (s);
  put_runbook (s, "three", "2020-01-01");
}

static void
put_runbooks_red (Scene *s)
{
  put_pack (s);
  put_runbook (s, "three", "2020-01-01");
}

/* One shift of so many days that begins a day ago; from then on nobody. */
static void
put_shift (Scene *s, double from_days, double days)
{
  g_autoptr (GDateTime) begin = g_date_time_new_from_unix_utc (
      (s->now_ms + (gint64) (from_days * SCENE_DAY_MS)) / 1000);
  g_autoptr (GDateTime) end = g_date_time_add_hours (begin, (int) (days * 24));
  g_autofree char *starts = g_date_time_format (begin, "%Y-%m-%dT%H:%M");
  g_autofree char *ends = g_date_time_format (end, "%Y-%m-%dT%H:%M");

  put_pack (s);
  scene_exec (s,
              "INSERT INTO shift (pack, service, tier, contact, timezone, starts, ends,"
              " repeat_days) VALUES (7, 'net', 1, 'net-team', 'Etc/UTC', '%s', '%s', 0)",
              starts, ends);
}

static void put_rota (Scene *s) { put_shift (s, -1, 60); }
static void put_rota_short (Scene *s) { put_shift (s, -1, 5); }
static void put_rota_over (Scene *s) { put_shift (s, -5, 2); }

static void
put_devices (Scene *s, double days)
{
  scene_put_pack (s, days, 0);
  scene_exec (s, "INSERT INTO device (pack, ref) VALUES (7, 'pc-1')");
}

static void put_devices_green (Scene *s) { put_devices (s, 1); }
static void put_devices_amber (Scene *s) { put_devices (s, 40); }
static void put_devices_red (Scene *s) { put_devices (s, 95); }

static void
put_numbers (Scene *s, guint count, int pack, const char *cause)
{
  put_pack (s);
  for (guint i = 0; i < count; i++)
    scene_exec (s,
                "INSERT INTO number_change (contact, value, pack, was, changed_ms, cause) VALUES"
                " ('c%u', '%u', %d, '911', %" G_GINT64_FORMAT ", '%s')",
                i, i, pack, pack != 0 ? 0 : s->now_ms - SCENE_DAY_MS, cause);
}

static void put_numbers_signed (Scene *s) { put_numbers (s, NUMBERS, 7, "pack city 3"); }
static void put_numbers_few (Scene *s) { put_numbers (s, NUMBERS - 1, 0, "import outlook"); }
static void put_numbers_many (Scene *s) { put_numbers (s, NUMBERS, 0, "import outlook"); }

static void
put_correction (Scene *s, double days)
{
  scene_exec (s,
              "INSERT INTO correction (contact, field, was, value, person, at_ms, state) VALUES"
              " ('x', 'name', 'a', 'b', 'anna', %" G_GINT64_FORMAT ", 'open')",
              s->now_ms - (gint64) (days * SCENE_DAY_MS));
}

static void put_correction_new (Scene *s) { put_correction (s, 1); }
static void put_correction_old (Scene *s) { put_correction (s, 61); }

static void
trust_signer (Scene *s, guint8 seed)
{
  g_autoptr (DkSecret) secret = dk_secret_new_random (32);
  g_auto (DkMinisignSecret) key = { .seed = NULL };
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  DkMinisignPublic public_key;
  gboolean done;

  dk_minisign_secret_from_seed (secret, &key);
  dk_minisign_secret_public (&key, &public_key);
  text = dk_minisign_public_text (&public_key);
  done = dk_trust_add (dk_kit_store (s->kit), text, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
}

static void
trust_one (Scene *s)
{
  trust_signer (s, 1);
}

static void
trust_two (Scene *s)
{
  trust_signer (s, 1);
  trust_signer (s, 2);
}

static void
put_waiting (Scene *s)
{
  g_autofree char *folder = g_build_filename (s->files.folder, "incoming", NULL);
  g_autofree char *path = g_build_filename (folder, "city.dkpack", NULL);

  (void) g_mkdir (folder, 0700);
  g_assert_true (g_file_set_contents (path, "a pack, perhaps", -1, NULL));
}

static void
put_waiting_long (Scene *s)
{
  put_waiting (s);
  scene_later (s, 15);
}

/* A route that brought something last so many days ago. */
static void
put_route (Scene *s, double days)
{
  g_autofree char *folder = g_build_filename (s->files.folder, "incoming", NULL);
  g_autofree char *book = g_build_filename (folder, "routes.json", NULL);
  g_autofree char *station = g_build_filename (s->files.folder, "station.json", NULL);
  g_autoptr (GBytes) bytes = kit_fixture_read (station);
  g_autoptr (json_t) facts = dk_json_parse (g_bytes_get_data (bytes, NULL),
                                            g_bytes_get_size (bytes), 1u << 20, "station", NULL);
  g_autofree char *text = NULL;
  g_autofree char *routes = g_strdup_printf (
      "{\"v\":1,\"routes\":{\"/media/stick\":{\"state\":\"same\",\"tried_ms\":1,\"success_ms\":%"
      G_GINT64_FORMAT "}}}", s->now_ms - (gint64) (days * SCENE_DAY_MS));

  json_object_set_new (facts, "routes", json_pack ("[s]", "/media/stick"));
  text = dk_json_text (facts, FALSE);
  (void) g_mkdir (folder, 0700);
  g_assert_true (g_file_set_contents (station, text, -1, NULL));
  g_assert_true (g_file_set_contents (book, routes, -1, NULL));
}

static void put_route_green (Scene *s) { put_route (s, 1); }
static void put_route_amber (Scene *s) { put_route (s, 5); }
static void put_route_red (Scene *s) { put_route (s, 20); }

static void
add_user (Scene *s, const char *name, DkRole role, gint64 until_ms)
{
  g_autoptr (DkSecret) phrase = dk_secret_new_copy ("staple staple", 13);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_add_user (s->kit, name, role, phrase, until_ms, kit_fixture_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void add_admin (Scene *s) { add_user (s, "dora", DK_ROLE_ADMIN, 0); }
static void add_agent (Scene *s) { add_user (s, "ben", DK_ROLE_FRONTLINE, 0); }

static void
add_guest (Scene *s)
{
  add_user (s, "ben", DK_ROLE_FRONTLINE, s->now_ms + 3 * SCENE_DAY_MS);
}

static void
add_shared (Scene *s)
{
  g_autoptr (DkSecret) phrase = dk_secret_new_copy ("staple staple", 13);

  g_assert_true (dk_kit_add_shared (s->kit, "desk", phrase, 0, kit_fixture_kdf, NULL));
}

static void wait_70_days (Scene *s) { scene_later (s, 70); }

static void
issue_paper (Scene *s, guint count)
{
  for (guint i = 0; i < count; i++)
    scene_exec (s, "INSERT INTO paper VALUES ('DT-A07-%04u-X', 'call-log', 'issued', NULL, 1)", i);
  scene_exec (s, "INSERT INTO paper VALUES ('DT-A07-9999-X', 'call-log', 'entered', NULL, 1)");
}

static void issue_all (Scene *s) { issue_paper (s, 160); }
static void issue_half (Scene *s) { issue_paper (s, 159); }
static void issue_few (Scene *s) { issue_paper (s, 79); }

static void
put_printer (Scene *s)
{
  scene_write (s, "etc/cups/cupsd.conf", "# PreserveJobFiles Yes\nPreserveJobFiles No\n");
  scene_write (s, "etc/cups/lpoptions", "Default desk media=A4\n");
  scene_write (s, "run/cups/printcap", "# made\ndesk|Desk:rm=pc:rp=desk:\n");
  scene_write (s, "run/cups/cups.sock", "");
}

static void
put_printer_without_default (Scene *s)
{
  put_printer (s);
  scene_write (s, "etc/cups/lpoptions", "");
}

static void
put_printer_stopped (Scene *s)
{
  put_printer (s);
  scene_write (s, "etc/cups/printers.conf",
               "<Printer other>\nState Idle\n</Printer>\n<Printer desk>\nState Stopped\n"
               "StateMessage Paused by hand\n</Printer>\n");
}

static void
put_spool (Scene *s)
{
  put_printer (s);
  scene_write (s, "etc/cups/cupsd.conf", "Listen /run/cups/cups.sock\n");
}

static void go_back (Scene *s) { scene_later (s, -1); }

static void
put_pack_of_tomorrow (Scene *s)
{
  scene_put_pack (s, -1, 0);
}

/* TZ is that of the test; another one stood in the check before. */
static void
change_zone (Scene *s)
{
  scene_check_shift (s, NULL);
  g_assert_true (g_setenv ("TZ", "America/New_York", TRUE));
}

static void
move_to_cloud (Scene *s)
{
  g_autofree char *above = g_build_filename (s->root, "Dropbox", NULL);
  g_autofree char *moved = g_build_filename (above, "kit", NULL);

  kit_fixture_close (s->kit);
  g_assert_cmpint (g_mkdir (above, 0700), ==, 0);
  g_assert_cmpint (g_rename (s->files.folder, moved), ==, 0);
  s->kit = kit_fixture_open (moved);
  dk_readiness_free (s->readiness);
  s->readiness = dk_readiness_new (s->kit);
}

static void check_well (Scene *s) { scene_check_shift (s, NULL); }
static void check_badly (Scene *s) { scene_check_shift (s, "printer"); }

static void
check_long_ago (Scene *s)
{
  scene_check_shift (s, NULL);
  scene_later (s, 1);
}

static void
check_far_too_long_ago (Scene *s)
{
  scene_check_shift (s, NULL);
  scene_later (s, 2.5);
}

static const Case CASES[] = {
  { "file", DK_READY_GREEN, leave },
  { "missing", DK_READY_GREEN, leave },
  { "missing", DK_READY_RED, set_back },
  { "lists", DK_READY_GREEN, save_ticket },
  { "lists", DK_READY_RED, damage_lists },
  { "backup", DK_READY_GREEN, put_backup_now },
  { "backup", DK_READY_AMBER, put_backup_old },
  { "backup", DK_READY_RED, leave },
  { "recovery", DK_READY_GREEN, leave },
  { "recovery", DK_READY_RED, use_recovery },
  { "escrow", DK_READY_GREEN, put_escrow },
  { "escrow", DK_READY_AMBER, put_escrow_away },
  { "escrow", DK_READY_RED, leave },
  { "hand-over", DK_READY_GREEN, leave },
  { "hand-over", DK_READY_AMBER, save_ticket },
  { "content", DK_READY_GREEN, put_pack },
  { "content", DK_READY_AMBER, put_pack_amber },
  { "content", DK_READY_AMBER, put_pack_soon },
  { "content", DK_READY_RED, put_pack_stale },
  { "content", DK_READY_RED, put_pack_expired },
  { "content", DK_READY_RED, leave },
  { "contacts", DK_READY_GREEN, put_pack },
  { "contacts", DK_READY_AMBER, put_import_amber },
  { "contacts", DK_READY_RED, put_import_red },
  { "contacts", DK_READY_RED, leave },
  { "runbooks", DK_READY_GREEN, put_runbooks },
  { "runbooks", DK_READY_AMBER, put_runbooks_amber },
  { "runbooks", DK_READY_RED, put_runbooks_red },
  { "on-call", DK_READY_GREEN, put_rota },
  { "on-call", DK_READY_AMBER, put_rota_short },
  { "on-call", DK_READY_AMBER, put_pack },
  { "on-call", DK_READY_RED, put_rota_over },
  { "devices", DK_READY_GREEN, put_devices_green },
  { "devices", DK_READY_AMBER, put_devices_amber },
  { "devices", DK_READY_AMBER, put_pack },
  { "devices", DK_READY_RED, put_devices_red },
  { "numbers", DK_READY_GREEN, put_numbers_signed },
  { "numbers", DK_READY_AMBER, put_numbers_few },
  { "numbers", DK_READY_RED, put_numbers_many },
  { "corrections", DK_READY_GREEN, leave },
  { "corrections", DK_READY_AMBER, put_correction_new },
  { "corrections", DK_READY_RED, put_correction_old },
  { "signers", DK_READY_GREEN, trust_two },
  { "signers", DK_READY_RED, trust_one },
  { "signers", DK_READY_RED, leave },
  { "waiting", DK_READY_GREEN, leave },
  { "waiting", DK_READY_AMBER, put_waiting },
  { "waiting", DK_READY_RED, put_waiting_long },
  { "routes", DK_READY_GREEN, put_route_green },
  { "routes", DK_READY_AMBER, put_route_amber },
  { "routes", DK_READY_AMBER, leave },
  { "routes", DK_READY_RED, put_route_red },
  { "admins", DK_READY_GREEN, add_admin },
  { "admins", DK_READY_RED, leave },
  { "people", DK_READY_GREEN, add_agent },
  { "people", DK_READY_AMBER, add_guest },
  { "shared", DK_READY_GREEN, add_agent },
  { "shared", DK_READY_AMBER, add_shared },
  { "unlocks", DK_READY_GREEN, leave },
  { "unlocks", DK_READY_AMBER, add_agent },
  { "unlocks", DK_READY_RED, wait_70_days },
  { "paper", DK_READY_GREEN, issue_all },
  { "paper", DK_READY_AMBER, issue_half },
  { "paper", DK_READY_RED, issue_few },
  { "paper", DK_READY_RED, leave },
  { "printer", DK_READY_GREEN, put_printer },
  { "printer", DK_READY_AMBER, put_printer_without_default },
  { "printer", DK_READY_RED, put_printer_stopped },
  { "printer", DK_READY_RED, leave },
  { "spool", DK_READY_GREEN, put_printer },
  { "spool", DK_READY_GREEN, leave },
  { "spool", DK_READY_AMBER, put_spool },
  { "clock", DK_READY_GREEN, leave },
  { "clock", DK_READY_RED, go_back },
  { "clock", DK_READY_RED, put_pack_of_tomorrow },
  { "clock", DK_READY_AMBER, change_zone },
  { "place", DK_READY_GREEN, leave },
  { "place", DK_READY_RED, move_to_cloud },
  { "shift-check", DK_READY_GREEN, check_well },
  { "shift-check", DK_READY_AMBER, check_badly },
  { "shift-check", DK_READY_AMBER, check_long_ago },
  { "shift-check", DK_READY_RED, check_far_too_long_ago },
  { "shift-check", DK_READY_RED, leave },
};

static void
test_each_state (void)
{
  G_STATIC_ASSERT (G_N_ELEMENTS (CASES) >= CASES_MIN);

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    Scene s = { { NULL } };
    scene_set_up (&s, NULL);
    CASES[i].prepare (&s);
    g_test_message ("%s %s", CASES[i].check, dk_ready_state_name (CASES[i].state));
    scene_expect (&s, CASES[i].check, CASES[i].state);
    g_assert_true (g_setenv ("TZ", "UTC", TRUE));
    scene_tear_down (&s, NULL);
  }
}

/* Every check has lines for two states at least; those that follow cannot be made here, or are in
 * test-attest. */
static void
test_no_check_is_left_out (void)
{
  static const char *const elsewhere[] = { "file", "disk", "memory", "drill", "cable",
                                           "recovery-keys", "domain", "endpoint-protection",
                                           "power", NULL };
  const GPtrArray *checks = dk_readiness_checks ();

  for (guint i = 0; i < checks->len; i++) {
    const DkCheck *check = g_ptr_array_index (checks, i);
    guint states = 0;
    for (gsize c = 0; c < G_N_ELEMENTS (CASES); c++)
      if (strcmp (CASES[c].check, check->name) == 0)
        states |= 1u << CASES[c].state;
    if (g_strv_contains (elsewhere, check->name))
      continue;
    if ((states & 1u) == 0 || (states & 6u) == 0)
      g_error ("%s has no lines in the table", check->name);
  }
}

static void
test_disk (void)
{
  g_assert_cmpint (dk_ready_judge_disk (199), ==, DK_READY_RED);
  g_assert_cmpint (dk_ready_judge_disk (200), ==, DK_READY_AMBER);
  g_assert_cmpint (dk_ready_judge_disk (2047), ==, DK_READY_AMBER);
  g_assert_cmpint (dk_ready_judge_disk (2048), ==, DK_READY_GREEN);
}

/* The last line counts, whatever its case; a number of seconds keeps them as well. */
static void
test_spool_as_written (void)
{
  g_assert_cmpint (dk_printer_read_spool ("PreserveJobFiles No\n"), ==, DK_SPOOL_REMOVED);
  g_assert_cmpint (dk_printer_read_spool ("\tpreservejobfiles   off"), ==, DK_SPOOL_REMOVED);
  g_assert_cmpint (dk_printer_read_spool ("PreserveJobFiles 0\n"), ==, DK_SPOOL_REMOVED);
  g_assert_cmpint (dk_printer_read_spool ("PreserveJobFiles 86400\n"), ==, DK_SPOOL_KEPT);
  g_assert_cmpint (dk_printer_read_spool ("PreserveJobFiles No\nPreserveJobFiles Yes\n"), ==,
                   DK_SPOOL_KEPT);
  g_assert_cmpint (dk_printer_read_spool ("#PreserveJobFiles No\n"), ==, DK_SPOOL_KEPT);
  g_assert_cmpint (dk_printer_read_spool ("PreserveJobHistory No\nPreserveJobFiles\n"), ==,
                   DK_SPOOL_KEPT);
  g_assert_cmpint (dk_printer_read_spool (""), ==, DK_SPOOL_KEPT);
}

/* What reads the whole kit is remembered, and its age told. */
static void
test_recall (Scene *s, gconstpointer data)
{
  const DkCheck *file = dk_readiness_find ("file");
  DkFinding *finding = dk_readiness_recall (s->readiness, file);

  g_assert_true (file->is_whole);
  g_assert_cmpint (finding->state, ==, DK_READY_AMBER);
  dk_finding_free (finding);
  scene_expect (s, "file", DK_READY_GREEN);
  finding = dk_readiness_recall (s->readiness, file);
  g_assert_cmpint (finding->state, ==, DK_READY_GREEN);
  dk_finding_free (finding);
  scene_later (s, 32);
  finding = dk_readiness_recall (s->readiness, file);
  g_assert_cmpint (finding->state, ==, DK_READY_AMBER);
  dk_finding_free (finding);
}

/* What a system says of itself may be any bytes; a finding is text, or it would be missing from the
 * document. */
static void
test_names_of_any_bytes (Scene *s, gconstpointer data)
{
  g_autoptr (DkFinding) finding = NULL;
  g_autoptr (json_t) json = NULL;

  put_printer (s);
  scene_write (s, "etc/cups/lpoptions", "Default d\xe9sk media=A4\n");
  finding = scene_run (s, "printer");
  g_assert_cmpint (finding->state, ==, DK_READY_GREEN);
  json = dk_finding_to_json (finding);
  g_assert_nonnull (json);
  g_assert_nonnull (strstr (dk_json_get_text (json, "detail"), "d\xef\xbf\xbdsk"));
}

/* The policy names owners and limits; a contact of that id gives its name. */
static void
test_policy (Scene *s, gconstpointer data)
{
  g_autoptr (DkFinding) finding = NULL;
  g_autoptr (DkFinding) plain = scene_run (s, "paper");

  g_assert_cmpstr (plain->owner, ==, "shift lead");
  g_assert_null (plain->owner_name);
  put_pack (s);
  scene_exec (s, "INSERT INTO contact (pack, ref, name, tier, numbers) VALUES (7, 'night-lead',"
                 " 'Night lead', 1, '[]')");
  issue_paper (s, 10);
  scene_put_policy (s, "{\"readiness\":{\"owners\":{\"paper\":\"night-lead\"},\"paper_hours\":2,"
                       "\"tickets_per_hour\":5}}");
  finding = scene_run (s, "paper");
  g_assert_cmpint (finding->state, ==, DK_READY_GREEN);
  g_assert_cmpstr (finding->owner, ==, "night-lead");
  g_assert_cmpstr (finding->owner_name, ==, "Night lead");
}

static void
save_tickets (Scene *s, guint count, int finalized, int handover)
{
  for (guint i = 0; i < count; i++) {
    g_autofree char *number = kit_fixture_save (s->kit);
    scene_exec (s, "UPDATE ticket SET finalized = %d, handover = %d WHERE number = '%s'", finalized,
                handover, number);
  }
}

static void
expect_detail (Scene *s, const char *check, const char *detail, const char *in_remedy)
{
  g_autoptr (DkFinding) finding = scene_run (s, check);

  g_assert_cmpstr (finding->detail, ==, detail);
  if (in_remedy != NULL)
    g_assert_nonnull (strstr (finding->remedy, in_remedy));
}

/* What was handed over and is not verified waits, but nobody is told that it was not sent. */
static void
test_waiting (Scene *s, gconstpointer data)
{
  const DkTicketFilter filter = { .waiting_only = TRUE };
  g_autoptr (GPtrArray) listed = NULL;

  expect_detail (s, "hand-over", "No final ticket waits.", NULL);
  save_tickets (s, 1, 0, DK_HANDOVER_NONE);
  expect_detail (s, "hand-over", "No final ticket waits, 1 more is not final yet.",
                 "dkit ticket final");
  save_tickets (s, 6, 1, DK_HANDOVER_DELIVERED);
  expect_detail (s, "hand-over",
                 "6 final tickets wait: 6 were handed over and are not verified, 1 more is not "
                 "final yet.",
                 "dkit itsm verify");
  save_tickets (s, 2, 1, DK_HANDOVER_QUEUED);
  save_tickets (s, 4, 1, DK_HANDOVER_VERIFIED);
  expect_detail (s, "hand-over",
                 "8 final tickets wait: 2 are not handed over, 6 were handed over and are not "
                 "verified, 1 more is not final yet.",
                 "dkit itsm push");
  listed = dk_ticket_store_list (dk_kit_store (s->kit), &filter, NULL);
  g_assert_cmpuint (listed->len, ==, 8);
}

/* Also those of a pack that gave way to a newer one since. */
static void
test_numbers_by_cause (Scene *s, gconstpointer data)
{
  expect_detail (s, "numbers", "No number changed within 14 days.", NULL);
  put_numbers (s, 3, 7, "pack city 3");
  scene_exec (s, "UPDATE number_change SET pack = 0, cause = 'pack city 2',"
                 " changed_ms = %" G_GINT64_FORMAT " WHERE value = '2'",
              s->now_ms - 3 * SCENE_DAY_MS);
  expect_detail (s, "numbers",
                 "3 numbers changed within 14 days, all by signed packs: 2 by pack city 3, 1 by "
                 "pack city 2.",
                 NULL);
  scene_exec (s, "INSERT INTO number_change (contact, value, pack, was, changed_ms, cause) VALUES"
                 " ('z', '1', 0, '2', %" G_GINT64_FORMAT ", 'correction'),"
                 " ('z', '3', 0, '4', %" G_GINT64_FORMAT ", 'import old')",
              s->now_ms - SCENE_DAY_MS, s->now_ms - 15 * SCENE_DAY_MS);
  expect_detail (s, "numbers",
                 "4 numbers changed within 14 days, 1 of them by imports and corrections, which "
                 "nobody has signed: 1 by correction, 2 by pack city 3, 1 by pack city 2.",
                 "Call one of them back");
}

int
main (int argc, char **argv)
{
  scene_init (&argc, &argv);
  g_test_add_func ("/readiness/checks/each-state-is-found", test_each_state);
  g_test_add_func ("/readiness/checks/none-is-left-out", test_no_check_is_left_out);
  g_test_add_func ("/readiness/checks/disk-by-free-space", test_disk);
  g_test_add_func ("/readiness/checks/spool-as-written", test_spool_as_written);
  SCENE_ADD ("/readiness/checks/a-look-at-the-whole-kit-is-remembered", test_recall);
  SCENE_ADD ("/readiness/checks/names-may-be-any-bytes", test_names_of_any_bytes);
  SCENE_ADD ("/readiness/checks/policy-names-owners-and-limits", test_policy);
  SCENE_ADD ("/readiness/checks/what-waits-is-what-the-list-says", test_waiting);
  SCENE_ADD ("/readiness/checks/numbers-are-counted-by-cause", test_numbers_by_cause);
  return dk_test_run ();
}
