/* SPDX-License-Identifier: MIT */
/* Goal: what is sent to Request Tracker for a ticket is known to the byte and loses nothing of it.
 * Method: tickets from a table are mapped and compared with golden files in tests/data/itsm; the
 * settings are tried with values that must be refused. DK_UPDATE_GOLDEN=1 writes the files anew. */
#include <string.h>

#include "app/itsm/open.h"
#include "app/itsm/rt.h"
#include "tests/itsm/fake.h"
#include "tests/support/support.h"

#define HAPPENED_MS G_GINT64_CONSTANT (1795162500123) /* 2026-11-20 08:15:00 UTC */

static DkConnector *
open_rt (const char *settings_text, GError **error)
{
  g_autoptr (json_t) settings = json_loads (settings_text, 0, NULL);
  g_autoptr (DkSecret) token = dk_secret_new_copy ("1-31-abc", 8);

  g_assert_nonnull (settings);
  return dk_itsm_open ("rt", settings, token, error);
}

static DkPushTicket *
small_ticket (void)
{
  DkPushTicket *push
      = fake_ticket ("DT-A07-0042-D", "0123456789abcdef0123456789abcdef", HAPPENED_MS);

  push->ticket->summary = g_strdup ("Printer jam");
  return push;
}

static void
add_line (DkPushTicket *push, gint64 happened_ms, gint64 recorded_ms, const char *kind,
          const char *text)
{
  DkPushLine *line = dk_push_line_new ();

  line->kind = g_strdup (kind);
  line->user = g_strdup ("anna");
  line->happened_ms = happened_ms;
  line->recorded_ms = recorded_ms;
  line->text = g_strdup (text);
  g_ptr_array_add (push->lines, line);
}

static DkPushTicket *
full_ticket (void)
{
  DkPushTicket *push = small_ticket ();
  DkTicket *ticket = push->ticket;

  g_free (ticket->summary);
  ticket->summary = g_strdup ("Infusion pumps alarm\n in all rooms");
  ticket->details = g_strdup ("First line\r\n  indented\n\nlast <b>line</b> \xe2\x80\xae & more");
  ticket->caller = g_strdup ("Charge nurse <ward3@hospital.example>");
  ticket->callback = g_strdup ("+1 555 0142");
  ticket->location = g_strdup ("CARY / Ward 3 / Bed 12");
  ticket->device = g_strdup ("PUMP-0815");
  ticket->service = g_strdup ("Infusion");
  ticket->group = g_strdup ("Biomedical engineering");
  ticket->form = g_strdup ("incident");
  ticket->user = g_strdup ("anna");
  ticket->outage = g_strdup ("OUT-A07-1");
  ticket->impact = 1;
  ticket->urgency = 2;
  ticket->priority = 1;
  ticket->safety = TRUE;
  ticket->safety_known = TRUE;
  ticket->paper = TRUE;
  ticket->state = DK_TICKET_RESOLVED;
  ticket->happened_ms = HAPPENED_MS - 3600000;
  ticket->resolved_ms = HAPPENED_MS + 7200000;
  ticket->resolution = g_strdup ("Server restarted");
  json_object_set_new (ticket->answers, "rooms", json_integer (7));
  json_object_set_new (ticket->answers, "backup_used", json_true ());
  json_object_set_new (ticket->answers, "tools", json_pack ("[s, s]", "pump", "syringe"));
  json_object_set_new (ticket->answers, "empty", json_null ());
  add_line (push, HAPPENED_MS, HAPPENED_MS, "note", "Called back.\nBiomed is on its way.");
  add_line (push, HAPPENED_MS, HAPPENED_MS + 600000, "note", "Written down later");
  add_line (push, HAPPENED_MS + 9000000, HAPPENED_MS + 9000000, "note", "After the hand-over");
  ((DkPushLine *) g_ptr_array_index (push->lines, 2))->late = TRUE;
  push->handed_ms = HAPPENED_MS + 8000000;
  return push;
}

static void
compare_golden (const char *name, const DkPushRecord *record)
{
  g_autofree char *relative = g_strdup_printf ("tests/data/itsm/%s.json", name);
  g_autofree char *path = dk_test_source_path (relative);
  g_autofree char *plain = dk_json_text (record->body, FALSE);
  g_autofree char *text = g_strconcat (plain, "\n", NULL);
  g_autofree char *golden = NULL;

  if (g_getenv ("DK_UPDATE_GOLDEN") != NULL)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_true (g_file_get_contents (path, &golden, NULL, NULL));
  g_assert_cmpstr (text, ==, golden);
}

static void
check_golden (const char *name, const char *settings, DkPushTicket *push)
{
  g_autoptr (DkConnector) rt = NULL;
  g_autoptr (DkPushRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  rt = open_rt (settings, &error);
  g_assert_no_error (error);
  record = dk_connector_map (rt, push, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (record->key, ==, "DT-A07-0042-D");
  compare_golden (name, record);
}

#define BASIC "{\"url\": \"https://rt.hospital.example\", \"queue\": \"Service Desk\"}"

static void
test_golden (void)
{
  g_autoptr (DkPushTicket) small = small_ticket ();
  g_autoptr (DkPushTicket) full = full_ticket ();

  check_golden ("rt-small", BASIC, small);
  check_golden ("rt-full", BASIC, full);
  check_golden (
      "rt-settings",
      "{\"url\": \"https://rt.hospital.example\", \"queue\": \"Downtime\", \"notify\": true,"
      " \"fields\": {\"number\": \"DT-No\", \"impact\": \"\", \"location\": \"Ward\"},"
      " \"priorities\": [9, 7, 5, 3, 1], \"status_resolved\": \"done\"}",
      full);
}

static void
test_long_summary_is_whole_in_the_text (void)
{
  g_autoptr (DkPushTicket) push = small_ticket ();
  g_autoptr (DkConnector) rt = open_rt (BASIC, NULL);
  g_autoptr (DkPushRecord) record = NULL;
  const json_t *create;

  g_free (push->ticket->summary);
  push->ticket->summary = g_strnfill (900, 's');
  record = dk_connector_map (rt, push, NULL);
  create = json_object_get (record->body, "create");
  g_assert_cmpint (g_utf8_strlen (dk_json_get_text (create, "Subject"), -1), <=, 200);
  g_assert_nonnull (strstr (dk_json_get_text (create, "Content"), push->ticket->summary));
}

/* RT cuts a subject off after 200 bytes, so one of 200 characters would not be as it was sent. */
static void
test_subject_fits_in_bytes (void)
{
  g_autoptr (DkPushTicket) push = small_ticket ();
  g_autoptr (DkConnector) rt = open_rt (BASIC, NULL);
  g_autoptr (DkPushRecord) record = NULL;
  g_autoptr (GString) summary = g_string_new (NULL);
  const char *subject;

  for (guint i = 0; i < 150; i++)
    g_string_append (summary, "ä");
  g_free (push->ticket->summary);
  push->ticket->summary = g_strdup (summary->str);
  record = dk_connector_map (rt, push, NULL);
  subject = dk_json_get_text (json_object_get (record->body, "create"), "Subject");
  g_assert_cmpuint (strlen (subject), <=, 200);
  g_assert_cmpuint (strlen (subject), >, 190);
}

/* A note that was written while the clock was ahead belongs to the ticket all the same. */
static void
test_clock_does_not_cut_the_log (void)
{
  g_autoptr (DkPushTicket) push = small_ticket ();
  g_autoptr (DkConnector) rt = open_rt (BASIC, NULL);
  g_autoptr (DkPushRecord) record = NULL;

  add_line (push, HAPPENED_MS + 9000000, HAPPENED_MS + 9000000, "note", "Clock was ahead");
  push->handed_ms = HAPPENED_MS + 8000000;
  record = dk_connector_map (rt, push, NULL);
  g_assert_nonnull (strstr (dk_json_get_text (json_object_get (record->body, "create"), "Content"),
                            "Clock was ahead"));
}

static void
test_note_stamp (void)
{
  static const char uid[] = "0123456789abcdef0123456789abcdef";
  g_autofree char *stamp = dk_connector_note_stamp ("DT-A07-0042-D", uid, "00c0ffee:17");
  g_autofree char *text = g_strdup_printf ("Seen: %s and more", stamp);
  g_autofree char *mark = dk_connector_find_note (text, "DT-A07-0042-D", uid);

  g_assert_cmpstr (stamp, ==, "[DT-A07-0042-D 0123456789abcdef0123456789abcdef note 00c0ffee:17]");
  g_assert_cmpstr (mark, ==, "00c0ffee:17");
  g_assert_null (dk_connector_find_note (text, "DT-A07-0043-E", uid));
  g_assert_null (dk_connector_find_note ("[DT-A07-0042-D 0123456789abcdef0123456789abcdef note ]",
                                         "DT-A07-0042-D", uid));
  /* and is none of the ticket */
  g_assert_null (dk_connector_find_stamp (text, "DT-A07-0042-D"));
}

/* A slip of the pen must not date a ticket into the future. */
static void
test_happened_after_recorded (void)
{
  g_autoptr (DkPushTicket) push = small_ticket ();
  g_autoptr (DkConnector) rt = open_rt (BASIC, NULL);
  g_autoptr (DkPushRecord) record = NULL;

  push->ticket->happened_ms = HAPPENED_MS + 86400000;
  record = dk_connector_map (rt, push, NULL);
  g_assert_cmpstr (dk_json_get_text (json_object_get (record->body, "create"), "Created"), ==,
                   "2026-11-20 08:15:00");
}

static void
test_stamp_in_a_text (void)
{
  g_autofree char *stamp = dk_connector_stamp ("DT-A07-0042-D", "0123456789abcdef0123456789ABCDEF");
  g_autofree char *text = g_strdup_printf ("x [DT-A07-0042-D short] > %s y", stamp);
  g_autofree char *found = dk_connector_find_stamp (text, "DT-A07-0042-D");
  g_autofree char *other = dk_connector_find_stamp (text, "DT-A07-0042-E");

  g_assert_cmpstr (found, ==, "0123456789abcdef0123456789abcdef");
  g_assert_null (other);
}

static void
test_settings_that_are_refused (void)
{
  static const char *const bad[] = {
    "{\"queue\": \"Q\"}",
    "{\"url\": \"https://rt.example\"}",
    "{\"url\": \"http://rt.example\", \"queue\": \"Q\"}",
    "{\"url\": \"https://a:b@rt.example\", \"queue\": \"Q\"}",
    "{\"url\": \"https://rt.example\", \"queue\": \"\"}",
    "{\"url\": \"https://rt.example\", \"queue\": \"a\\nb\"}",
    "{\"url\": \"https://rt.example\", \"queue\": \"Q\", \"settle_s\": 0}",
    "{\"url\": \"https://rt.example\", \"queue\": \"Q\", \"settle_s\": 100000}",
    "{\"url\": \"https://rt.example\", \"queue\": \"Q\", \"fields\": {\"number\": \"\"}}",
    "{\"url\": \"https://rt.example\", \"queue\": \"Q\", \"fields\": {\"impact\": \"x}' OR\"}}",
    "{\"url\": \"https://rt.example\", \"queue\": \"Q\", \"priorities\": [1, 2]}",
    "{\"url\": \"https://rt.example\", \"queue\": \"Q\", \"priorities\": [1, 2, 3, 4, -5]}",
    "{\"url\": \"https://rt.example\", \"queue\": \"Q\", \"priorities\": \"high\"}",
    "{\"url\": \"https://rt.example\", \"queue\": \"Q\", \"ca\": \"no pem\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkConnector) rt = open_rt (bad[i], &error);
    g_test_message ("%s", bad[i]);
    g_assert_null (rt);
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_test_message ("%s", error->message);
  }
}

static void
test_unknown_kind_and_missing_token (void)
{
  g_autoptr (json_t) settings = json_loads (BASIC, 0, NULL);
  g_autoptr (GError) kind = NULL;
  g_autoptr (GError) token = NULL;

  g_assert_null (dk_itsm_open ("jira", settings, NULL, &kind));
  g_assert_error (kind, DK_ERROR, DK_ERROR_INVALID);
  g_assert_null (dk_itsm_open ("rt", settings, NULL, &token));
  g_assert_error (token, DK_ERROR, DK_ERROR_DENIED);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/itsm/rt-map/golden", test_golden);
  g_test_add_func ("/itsm/rt-map/long-summary-is-whole-in-the-text",
                   test_long_summary_is_whole_in_the_text);
  g_test_add_func ("/itsm/rt-map/subject-fits-in-bytes", test_subject_fits_in_bytes);
  g_test_add_func ("/itsm/rt-map/clock-does-not-cut-the-log", test_clock_does_not_cut_the_log);
  g_test_add_func ("/itsm/rt-map/note-stamp", test_note_stamp);
  g_test_add_func ("/itsm/rt-map/happened-after-recorded", test_happened_after_recorded);
  g_test_add_func ("/itsm/rt-map/stamp-in-a-text", test_stamp_in_a_text);
  g_test_add_func ("/itsm/rt-map/settings-that-are-refused", test_settings_that_are_refused);
  g_test_add_func ("/itsm/rt-map/unknown-kind-and-missing-token",
                   test_unknown_kind_and_missing_token);
  return dk_test_run ();
}
