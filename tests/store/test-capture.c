/* SPDX-License-Identifier: MIT */
/* Goal: what is saved is what the form makes of the answers; no word is lost and no recovery key
 * kept; files are there whole or the ticket is not; what a ticket asks for comes with it. Method:
 * forms of its own put into the tables of a pack in force; entries, rows and blobs looked at. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/store/attached-store.h"
#include "app/store/content-store.h"
#include "app/store/form-world.h"
#include "app/store/ticket-erase.h"

#define KEY "111111-111111-111111-111111-111111-111111-111111-111111"
#define PICTURE "\x89PNG\r\n\x1a\npicture"

static const char source[]
    = "{\"form_id\":\"probe\",\"version\":\"1\",\"title\":{\"en\":\"Probe\"},\"survey\":["
      "{\"type\":\"text\",\"name\":\"summary\",\"label\":{\"en\":\"Summary\"},\"required\":true},"
      "{\"type\":\"boolean\",\"name\":\"outside\",\"label\":{\"en\":\"Outside\"}},"
      "{\"type\":\"text\",\"name\":\"gate\",\"label\":{\"en\":\"Gate\"},"
      "\"relevant\":\"${outside} = 'yes' or ${outside} = 'true'\"},"
      "{\"type\":\"text\",\"name\":\"proof\",\"label\":{\"en\":\"Proof\"},"
      "\"constraint\":\". = 'seen'\",\"constraint_message\":{\"en\":\"must be seen\"}},"
      "{\"type\":\"calculate\",\"name\":\"who\",\"label\":{\"en\":\"Who\"},"
      "\"calculation\":\"operator()\"},"
      "{\"type\":\"image\",\"name\":\"photo\",\"label\":{\"en\":\"Photo\"}}],"
      "\"follow_up\":[{\"form\":\"call-log\",\"relevant\":\"${outside} != ''\","
      "\"set\":{\"summary\":\"Go and look: ${summary}\"}},"
      "{\"form\":\"nowhere\",\"relevant\":\"${gate} = 'none'\",\"set\":{}}]}";

static DkForm *
probe (void)
{
  g_autoptr (GError) error = NULL;
  DkForm *form = dk_form_parse (source, strlen (source), "en", &error);

  g_assert_no_error (error);
  return form;
}

static char *
save (StoreFixture *f, const char *answers, gboolean final, GPtrArray *files, GError **error)
{
  g_autoptr (DkForm) form = probe ();
  g_autoptr (json_t) values = store_fixture_answers (answers);
  const DkTicketCapture capture = { .answers = values, .final = final, .files = files };
  g_auto (DkTicketSaved) saved = { 0 };

  if (!dk_ticket_store_save_order (f->store, form, &capture, &saved, error))
    return NULL;
  return g_steal_pointer (&saved.number);
}

static json_t *
last_body (StoreFixture *f, const char *number)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (f->store, number, NULL);
  const DkEntry *entry = g_ptr_array_index (entries, entries->len - 1);

  return json_incref (entry->body);
}

static void
test_what_applies (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number
      = save (f, "{\"summary\":\"Door\",\"outside\":true,\"gate\":\"north\"}", FALSE, NULL, NULL);
  g_autoptr (DkTicket) before = store_fixture_load (f, number);
  g_autoptr (DkForm) form = probe ();
  g_autoptr (json_t) inside = store_fixture_answers ("{\"outside\":false}");
  g_autoptr (DkTicket) after = NULL;
  g_autoptr (json_t) body = NULL;

  g_assert_cmpstr (dk_json_get_text (before->answers, "gate"), ==, "north");
  g_assert_cmpstr (dk_json_get_text (before->answers, "who"), ==, "anna");
  g_assert_true (dk_ticket_store_set (f->store, form, number, inside, NULL));
  after = store_fixture_load (f, number);
  g_assert_null (json_object_get (after->answers, "gate"));
  body = last_body (f, number);
  g_assert_cmpstr (dk_json_get_text (json_object_get (body, "left_out"), "gate"), ==, "north");
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
}

static void
test_no_recovery_key (StoreFixture *f, gconstpointer data)
{
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;
  g_autoptr (DkForm) form = probe ();
  g_autofree char *draft = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *bodies = NULL;
  g_autoptr (json_t) answers = store_fixture_answers ("{\"summary\":\"it is " KEY " now\"}");
  g_autoptr (GError) error = NULL;

  g_assert_null (save (f, "{\"summary\":\"" KEY "\"}", FALSE, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_null (strstr (error->message, "111111"));
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
  draft = dk_ticket_store_begin (f->store, form, NULL);
  g_assert_true (dk_ticket_store_keep_draft (f->store, draft, form, answers, NULL));
  kept = store_fixture_text (f, "SELECT answers FROM draft");
  g_assert_nonnull (strstr (kept, "it is [recovery key removed] now"));
  g_assert_true (dk_ticket_store_void (f->store, draft, "typed " KEY, NULL));
  bodies = store_fixture_text (f, "SELECT group_concat (body) FROM entry_body");
  g_assert_null (strstr (bodies, "111111-111111"));
}

/* The words that stand for erased ones open no gate when somebody types them. */
static void
test_typed_stand_in (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = probe ();
  g_autofree char *number
      = save (f, "{\"summary\":\"Door\",\"proof\":\"seen\"}", FALSE, NULL, NULL);
  g_autoptr (json_t) typed = store_fixture_answers ("{\"proof\":\"(erased)\"}");
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (number);
  g_assert_null (
      save (f, "{\"summary\":\"Door\",\"proof\":\"(erased)\"}", TRUE, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (dk_ticket_store_set (f->store, form, number, typed, &error));
  g_assert_nonnull (strstr (error->message, "must be seen"));
}

static GPtrArray *
picture (json_t **value)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GBytes *content = g_bytes_new_static (PICTURE, sizeof PICTURE - 1);

  *value = dk_attached_value ("../../etc/ward.png", NULL, content, NULL);
  g_ptr_array_add (files, content);
  return files;
}

static char *
answers_with (const json_t *photo)
{
  g_autoptr (json_t) answers = json_pack ("{s:s, s:O}", "summary", "Door", "photo", photo);

  return dk_json_text (answers, TRUE);
}

static void
test_files_are_whole (StoreFixture *f, gconstpointer data)
{
  g_autoptr (json_t) photo = NULL;
  g_autoptr (GPtrArray) files = picture (&photo);
  g_autofree char *answers = answers_with (photo);
  g_autofree char *number = NULL;
  g_autoptr (GBytes) read = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (dk_json_get_text (photo, "name"), ==, "ward.png");
  g_assert_cmpstr (dk_json_get_text (photo, "type"), ==, "image/png");
  g_assert_null (save (f, answers, FALSE, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "ward.png"));
  g_clear_error (&error);
  number = save (f, answers, FALSE, files, &error);
  g_assert_no_error (error);
  read = dk_attached_store_read (f->store, number, dk_json_get_text (photo, "sha256"), NULL);
  g_assert_true (g_bytes_equal (read, g_ptr_array_index (files, 0)));
  dk_fixture_exec (f->db, "UPDATE attached SET content = x'00'");
  g_assert_null (
      dk_attached_store_read (f->store, number, dk_json_get_text (photo, "sha256"), &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
}

static void
test_file_out_is_an_entry (StoreFixture *f, gconstpointer data)
{
  g_autoptr (json_t) photo = NULL;
  g_autoptr (GPtrArray) files = picture (&photo);
  g_autofree char *answers = answers_with (photo);
  g_autofree char *number = save (f, answers, FALSE, files, NULL);
  g_autoptr (GBytes) taken = NULL;
  g_autoptr (json_t) body = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_attached_store_take (f->store, number, "photo", " ", NULL, &error));
  g_clear_error (&error);
  g_assert_null (dk_attached_store_take (f->store, number, "foto", "why", NULL, &error));
  g_assert_nonnull (strstr (error->message, "it has photo"));
  taken = dk_attached_store_take (f->store, number, "photo", "for the ED", NULL, NULL);
  g_assert_nonnull (taken);
  body = last_body (f, number);
  g_assert_cmpstr (dk_json_get_text (body, "reason"), ==, "for the ED");
}

static void
test_files_go_with_the_words (StoreFixture *f, gconstpointer data)
{
  g_autoptr (json_t) photo = NULL;
  g_autoptr (GPtrArray) files = picture (&photo);
  g_autofree char *answers = answers_with (photo);
  g_autofree char *number = save (f, answers, FALSE, files, NULL);
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (f->store, number, NULL);
  const DkEntry *entry = g_ptr_array_index (entries, 0);
  g_autofree char *place = g_strdup_printf ("%" G_GINT64_FORMAT, entry->seq);
  const char *const places[] = { place, NULL };
  DkPerson *first = store_fixture_person (f, "anna", DK_ROLE_ADMIN);
  DkPerson *second = store_fixture_person (f, "ben", DK_ROLE_FRONTLINE);
  g_autofree char *left = NULL;
  g_autoptr (GError) error = NULL;

  dk_store_set_person (f->store, first);
  g_assert_true (dk_ticket_store_erase (f->store, number, places, "a name", second, &error));
  g_assert_no_error (error);
  left = store_fixture_text (f, "SELECT count (*) FROM attached");
  g_assert_cmpstr (left, ==, "0");
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
  dk_person_free (first);
  dk_person_free (second);
}

static void
test_follow_ups (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = save (f, "{\"summary\":\"Door\",\"outside\":true}", TRUE, NULL, NULL);
  g_autoptr (GPtrArray) follow_ups = dk_ticket_store_follow_ups (f->store, number, NULL);
  g_autoptr (DkTicket) child = NULL;
  g_autofree char *quiet = save (f, "{\"summary\":\"Door\"}", TRUE, NULL, NULL);
  g_autoptr (GPtrArray) none = dk_ticket_store_follow_ups (f->store, quiet, NULL);
  g_autofree char *lost = NULL;
  g_autoptr (json_t) body = NULL;

  g_assert_cmpuint (follow_ups->len, ==, 1);
  g_assert_cmpuint (none->len, ==, 0);
  child = store_fixture_load (f, g_ptr_array_index (follow_ups, 0));
  g_assert_true (child->finalized);
  g_assert_cmpstr (child->summary, ==, "Go and look: Door");
  lost = save (f, "{\"summary\":\"Door\",\"outside\":true,\"gate\":\"none\"}", TRUE, NULL, NULL);
  g_assert_nonnull (lost);
  body = last_body (f, lost);
  g_assert_nonnull (strstr (dk_json_get_text (body, "text"), "nowhere"));
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
}

static guint
count_follow_ups (StoreFixture *f, const char *number)
{
  g_autoptr (GPtrArray) found = dk_ticket_store_follow_ups (f->store, number, NULL);

  return found->len;
}

static void
amend (StoreFixture *f, const char *number, const char *text)
{
  g_autoptr (DkForm) form = dk_form_shipped ("bitlocker-release", "en");
  g_autoptr (json_t) answers = store_fixture_answers (text);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_ticket_store_amend (f->store, form, number, answers, "it was wrong", &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* A key that was given out after all must be renewed; other corrections ask for nothing. */
static void
test_amend_makes_follow_ups (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (
      f, "bitlocker-release",
      "{\"caller\":\"Charge Nurse\",\"location\":\"Intensive Care\",\"details\":\"Blue page\","
      "\"device\":\"PC-1\",\"key_id\":\"3c6ef362\",\"belongs\":true,\"outcome\":\"refused\","
      "\"released_by\":\"anna\",\"refused_why\":\"no proof\"}",
      TRUE);
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (DkTicket) child = NULL;
  guint first = count_follow_ups (f, number);

  amend (f, number, "{\"details\":\"Blue page after the update\"}");
  g_assert_cmpuint (count_follow_ups (f, number), ==, first);
  amend (f, number,
         "{\"outcome\":\"released\",\"witness\":\"ben\",\"channel\":\"phone\","
         "\"unlocked\":true,"
         "\"released_at\":\"2026-01-01T10:00:00Z\",\"rotation_due\":\"2026-01-02\","
         "\"group\":\"Endpoint\","
         "\"proof\":\"in-person\",\"proof_at\":\"2026-01-01T09:14:00Z\","
         "\"proof_first\":\"no phones\","
         "\"badge\":\"B-4471\",\"badge_photo\":true}");
  found = dk_ticket_store_follow_ups (f->store, number, NULL);
  g_assert_cmpuint (found->len, ==, first + 1);
  child = store_fixture_load (f, g_ptr_array_index (found, first));
  g_assert_true (g_str_has_prefix (child->summary, "Rotate"));
  amend (f, number, "{\"badge\":\"B-4472\"}");
  g_assert_cmpuint (count_follow_ups (f, number), ==, first + 1);
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
}

static void
test_pulls (StoreFixture *f, gconstpointer data)
{
  g_autofree char *proofs
      = dk_store_form_pull (f->store, "policy", "value", "name", "identity_proofs");
  g_autofree char *none = dk_store_form_pull (f->store, "policy", "value", "name", "priority");
  g_autofree char *contact = dk_store_form_pull (f->store, "contacts", "role", "name", "Nobody");
  g_autofree char *injected
      = dk_store_form_pull (f->store, "contacts", "role", "1 = 1 OR name", "Nobody");
  g_autofree char *location = dk_store_form_pull (f->store, "locations", "floor", "id", "x");

  g_assert_cmpstr (proofs, ==, "callback in-person manager runner");
  g_assert_null (none);
  g_assert_null (contact);
  g_assert_null (injected);
  g_assert_null (location);
}

/* Words of a unit are no number to call back; a number written with blanks is one number. */
static void
test_numbers_of_a_unit (StoreFixture *f, gconstpointer data)
{
  g_autofree char *numbers = NULL;
  g_autofree char *note = NULL;

  dk_fixture_exec (
      f->db, "INSERT INTO pack (id, name, organisation, sequence, created_ms, expires_ms,"
             " applied_ms, manifest, signatures) VALUES (7, 'p', 'o', 1, 1, 1, 1, '{}', '[]')");
  dk_fixture_exec (
      f->db, "INSERT INTO document (pack, name, source) VALUES (7, 'list locations',"
             " '[{\"id\":\"a\",\"name\":\"ICU\",\"note\":\"Ward 204\","
             "\"phone\":\"ext. 53210; (919) 555 0193 ;\"},"
             "{\"id\":\"b\",\"name\":\"ICU\",\"phone\":\"ext. 63210\"}]')");
  dk_fixture_exec (f->db, "INSERT INTO setting (key, value) VALUES ('pack', '7')"
                          " ON CONFLICT (key) DO UPDATE SET value = '7'");
  numbers = dk_store_form_pull (f->store, "locations", "phone", "name", "icu");
  note = dk_store_form_pull (f->store, "locations", "note", "name", "ICU");
  g_assert_cmpstr (numbers, ==, "ext.53210 (919)5550193 ext.63210");
  g_assert_cmpstr (note, ==, "Ward 204");
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/capture/what-does-not-apply-is-kept-aside", test_what_applies);
  STORE_ADD ("/store/capture/no-recovery-key-is-kept", test_no_recovery_key);
  STORE_ADD ("/store/capture/typed-stand-in-is-no-erased-word", test_typed_stand_in);
  STORE_ADD ("/store/capture/files-are-whole", test_files_are_whole);
  STORE_ADD ("/store/capture/file-out-is-an-entry", test_file_out_is_an_entry);
  STORE_ADD ("/store/capture/files-go-with-the-words", test_files_go_with_the_words);
  STORE_ADD ("/store/capture/follow-ups-come-with-it", test_follow_ups);
  STORE_ADD ("/store/capture/amendment-brings-follow-ups", test_amend_makes_follow_ups);
  STORE_ADD ("/store/capture/pulls-from-the-lists", test_pulls);
  STORE_ADD ("/store/capture/numbers-of-a-unit", test_numbers_of_a_unit);
  return dk_test_run ();
}
