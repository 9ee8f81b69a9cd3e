/* SPDX-License-Identifier: MIT */
/* Goal: what a form brings cannot harm the record: files in the rows of a repeat stay as long as an
 * entry names them and are gone from every page once it is erased, no recovery key is kept where no
 * rule looks, and texts of follow-ups have an end. Method: a form with a repeat of pictures; each
 * step that tidies up, then the bytes read back; markers searched in all pages in clear; a
 * follow-up that asks for gigabytes. */
#define _GNU_SOURCE
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/form/form-state.h"
#include "app/store/attached-store.h"
#include "app/store/paper-store.h"
#include "app/store/ticket-erase.h"

#define KEY "111111-111111-111111-111111-111111-111111-111111-111111"
#define MARKER "picture of ward seven by night"
#define COPIES 400 /* of a reference in one text */
#define NAMES 60

static const char definition[]
    = "{\"form_id\":\"rows\",\"version\":\"1\",\"title\":{\"en\":\"Rows\"},\"survey\":["
      "{\"type\":\"text\",\"name\":\"summary\",\"label\":{\"en\":\"Summary\"},\"required\":true},"
      "{\"type\":\"text\",\"name\":\"more\",\"label\":{\"en\":\"More\"},"
      "\"relevant\":\"${summary} = 'ask'\"},"
      "{\"type\":\"begin_repeat\",\"name\":\"devices\",\"label\":{\"en\":\"Devices\"}},"
      "{\"type\":\"image\",\"name\":\"photo\",\"label\":{\"en\":\"Photo\"}},"
      "{\"type\":\"end_repeat\"}]}";

static DkForm *
read_form (const char *text)
{
  g_autoptr (GError) error = NULL;
  DkForm *form = dk_form_parse (text, strlen (text), "en", &error);

  g_assert_no_error (error);
  return form;
}

/* A ticket with a picture in its first row. New string: its number; *sha256 of the picture. */
static char *
save_rows (StoreFixture *f, const DkForm *form, char **sha256)
{
  g_autoptr (GBytes) content = g_bytes_new_static (MARKER, strlen (MARKER));
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  g_autoptr (json_t) photo = dk_attached_value ("ward.png", "image/png", content, NULL);
  g_autoptr (json_t) answers
      = json_pack ("{s:s, s:[{s:O}]}", "summary", "Door", "devices", "photo", photo);
  const DkTicketCapture capture = { .answers = answers, .files = files };
  g_autoptr (GError) error = NULL;
  g_auto (DkTicketSaved) saved = { 0 };
  gboolean done;

  g_ptr_array_add (files, content);
  done = dk_ticket_store_save_order (f->store, form, &capture, &saved, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  *sha256 = g_strdup (dk_json_get_text (photo, "sha256"));
  return g_strdup (saved.number);
}

static void
assert_there (StoreFixture *f, const char *number, const char *sha256)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) read = dk_attached_store_read (f->store, number, sha256, &error);

  g_assert_no_error (error);
  g_assert_nonnull (read);
}

static void
test_tidy (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = read_form (definition);
  g_autoptr (GBytes) other = g_bytes_new_static ("of a change that was refused", 28);
  g_autofree char *sha256 = NULL;
  g_autofree char *number = save_rows (f, form, &sha256);
  g_autofree char *left = NULL;

  g_assert_true (dk_attached_store_keep (f->store, number, other, NULL));
  g_assert_true (dk_attached_store_tidy (f->store, number, NULL));
  assert_there (f, number, sha256);
  left = store_fixture_text (f, "SELECT count (*) FROM attached");
  g_assert_cmpstr (left, ==, "1");
}

static gboolean
is_in_pages (StoreFixture *f, const char *marker)
{
  g_autoptr (GBytes) pages = dk_fixture_pages (f->db);
  gsize size;
  const void *bytes = g_bytes_get_data (pages, &size);

  return memmem (bytes, size, marker, strlen (marker)) != NULL;
}

static void
erase_entry (StoreFixture *f, const char *number, gint64 seq, const DkPerson *second)
{
  g_autofree char *place = g_strdup_printf ("%" G_GINT64_FORMAT, seq);
  const char *const places[] = { place, NULL };
  g_autoptr (GError) error = NULL;
  gboolean done = dk_ticket_store_erase (f->store, number, places, "a name", second, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
test_erase (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = read_form (definition);
  g_autofree char *sha256 = NULL;
  g_autofree char *number = save_rows (f, form, &sha256);
  g_autoptr (DkPerson) lead = store_fixture_person (f, "clara", DK_ROLE_LEAD);
  g_autoptr (DkPerson) other = store_fixture_person (f, "ben", DK_ROLE_FRONTLINE);
  gint64 seq = 0;
  gint64 noted = 0;

  g_assert_true (dk_ledger_head (f->store, NULL, &seq, NULL, NULL));
  g_assert_true (dk_ticket_store_note (f->store, number, "words", 0, NULL));
  g_assert_true (dk_ledger_head (f->store, NULL, &noted, NULL, NULL));
  store_fixture_become (f, "clara", DK_ROLE_LEAD);
  dk_store_set_person (f->store, lead);
  erase_entry (f, number, noted, other);
  assert_there (f, number, sha256);
  g_assert_true (is_in_pages (f, MARKER));
  erase_entry (f, number, seq, other);
  g_assert_false (is_in_pages (f, MARKER));
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
}

/* No rule looks at what does not apply, at who wrote it, or at why paper is given up. */
static void
test_keys (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = read_form (definition);
  g_autoptr (DkForm) call = dk_form_shipped ("call-log", "en");
  g_autoptr (GPtrArray) sheets = dk_ticket_store_issue_paper (f->store, call, 2, KEY, NULL);
  g_autoptr (json_t) answers = json_pack ("{s:s, s:s}", "summary", "Door", "more", "it is " KEY);
  const DkTicketCapture capture = { .number = g_ptr_array_index (sheets, 0),
                                    .answers = answers,
                                    .written_by = KEY };
  const char *const lost[] = { g_ptr_array_index (sheets, 1), NULL };
  g_auto (DkTicketSaved) saved = { 0 };
  g_autoptr (GError) error = NULL;

  gboolean done = dk_ticket_store_save_order (f->store, form, &capture, &saved, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  g_assert_true (dk_paper_store_lost (f->store, lost, "with " KEY, NULL));
  g_assert_true (is_in_pages (f, "it is [recovery key removed]"));
  g_assert_true (is_in_pages (f, "with [recovery key removed]"));
  g_assert_false (is_in_pages (f, "111111-111111"));
}

static char *
make_greedy (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (json_t) root = json_loads (definition, 0, NULL);
  json_t *set = json_object ();

  for (guint i = 0; i < COPIES; i++)
    g_string_append (text, "${summary}");
  for (guint i = 0; i < NAMES; i++) {
    g_autofree char *name = g_strdup_printf ("field_%u", i);
    json_object_set_new (set, name, json_string (text->str));
  }
  json_object_set_new (root, "follow_up", json_pack ("[{s:s, s:o}]", "form", "x", "set", set));
  return dk_json_text (root, TRUE);
}

static void
test_follow_up (void)
{
  g_autofree char *text = make_greedy ();
  g_autoptr (DkForm) form = read_form (text);
  g_autofree char *words = g_strnfill (60000, 'x');
  g_autoptr (json_t) answers = json_pack ("{s:s}", "summary", words);
  g_autoptr (DkFormState) state = dk_form_state_new (form, answers, NULL);
  g_autoptr (GPtrArray) wishes = dk_form_state_follow_ups (state);
  const DkFollowUp *wish = g_ptr_array_index (wishes, 0);
  const char *name;
  json_t *value;
  gsize size = 0;
  guint missing = 0;

  g_assert_cmpuint (wishes->len, ==, 1);
  g_assert_cmpuint (json_object_size (wish->answers), ==, NAMES);
  json_object_foreach (wish->answers, name, value) {
    size += json_string_length (value);
    missing += json_is_null (value) ? 1 : 0;
    /* Never cut so that it would pass for the whole. */
    g_assert_true (json_is_null (value) || json_string_length (value) > DK_LIMIT_FIELD_BYTES);
  }
  g_assert_cmpuint (size, <=, 1 << 20);
  g_assert_cmpuint (missing, >, 0);
}

#define EXPLODES "not(regex(${words}, '(a|aa)+b'))"
#define LETTERS "bcdefghijklmnopqrstuvwxyzBCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define WALK "string-length(translate(${words}, '" LETTERS "', ''))"
#define WALKS WALK " + " WALK " + " WALK " + " WALK " + " WALK " + " WALK " + " WALK
#define MANY_WALKS WALKS " + " WALKS " + " WALKS " < 0"

/* A form with so many fields that this rule asks for. */
static DkForm *
make_slow (const char *rule, guint rules)
{
  g_autoptr (GString) text = g_string_new (
      "{\"form_id\":\"slow\",\"version\":\"1\",\"title\":{\"en\":\"Slow\"},\"survey\":["
      "{\"type\":\"text\",\"name\":\"words\",\"label\":{\"en\":\"Words\"},"
      "\"appearance\":\"multiline\"}");

  for (guint i = 0; i < rules; i++)
    g_string_append_printf (text,
                            ",{\"type\":\"text\",\"name\":\"f%u\",\"label\":{\"en\":\"F\"},"
                            "\"required\":\"%s\"}",
                            i, rule);
  g_string_append (text, "]}");
  return read_form (text->str);
}

static gboolean
save_slow (StoreFixture *f, const DkForm *form, const char *words, gboolean final, char **number,
           GError **error)
{
  g_autoptr (json_t) answers = json_pack ("{s:s}", "words", words);

  return dk_ticket_store_save (f->store, form, NULL, answers, 0, final, number, error);
}

/* One rule that cannot be evaluated: written down, but not final. */
static void
test_one_slow_rule (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = make_slow (EXPLODES, 1);
  g_autofree char *words = g_strnfill (10000, 'a');
  g_autofree char *open = NULL;
  g_autofree char *none = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (json_t) mended = json_pack ("{s:s}", "words", "aab");
  g_autoptr (GError) error = NULL;

  g_assert_true (save_slow (f, form, words, FALSE, &open, NULL));
  before = store_fixture_state (f);
  g_assert_false (save_slow (f, form, words, TRUE, &none, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "f0: the pattern takes too long"));
  g_clear_error (&error);
  g_assert_false (dk_ticket_store_final (f->store, form, open, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
  g_assert_true (dk_ticket_store_set (f->store, form, open, mended, NULL));
  g_assert_true (dk_ticket_store_final (f->store, form, open, NULL));
}

/* Rules that were not even begun refuse each change; the same rules with a short answer do not. */
static void
test_no_time_left (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = make_slow (MANY_WALKS, 400);
  g_autofree char *words = g_strnfill (10000, 'a');
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;
  g_autofree char *number = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (save_slow (f, form, words, FALSE, &number, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "could not be checked in time"));
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
  g_assert_true (save_slow (f, form, "aab", TRUE, &number, NULL));
}

/* What the form gives stays as it is; the control types beside it. */
static void
test_readonly (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = read_form (
      "{\"form_id\":\"fixed\",\"version\":\"1\",\"title\":{\"en\":\"Fixed\"},\"survey\":["
      "{\"type\":\"text\",\"name\":\"summary\",\"label\":{\"en\":\"Summary\"}},"
      "{\"type\":\"text\",\"name\":\"rule\",\"label\":{\"en\":\"Rule\"},\"readonly\":true,"
      "\"default\":\"two people\"}]}");
  g_autoptr (json_t) good = json_pack ("{s:s, s:s}", "summary", "Door", "rule", "two people");
  g_autoptr (json_t) bad = json_pack ("{s:s, s:s}", "summary", "Door", "rule", "nobody");
  g_autoptr (json_t) none = json_pack ("{s:n}", "rule");
  g_autofree char *number = NULL;
  g_autofree char *other = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_ticket_store_save (f->store, form, NULL, bad, 0, FALSE, &other, &error));
  g_assert_nonnull (strstr (error->message, "Rule: is read only"));
  g_clear_error (&error);
  g_assert_true (dk_ticket_store_save (f->store, form, NULL, good, 0, FALSE, &number, NULL));
  g_assert_false (dk_ticket_store_set (f->store, form, number, bad, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (dk_ticket_store_set (f->store, form, number, none, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_true (dk_ticket_store_set (f->store, form, number, good, NULL));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/form-safety/refused-change-keeps-files-of-rows", test_tidy);
  STORE_ADD ("/store/form-safety/erased-with-the-last-entry-that-names-it", test_erase);
  STORE_ADD ("/store/form-safety/keys-are-kept-nowhere", test_keys);
  STORE_ADD ("/store/form-safety/slow-rule-keeps-a-ticket-open", test_one_slow_rule);
  STORE_ADD ("/store/form-safety/readonly-keeps-what-the-form-gives", test_readonly);
  STORE_ADD ("/store/form-safety/no-time-left-is-a-refusal", test_no_time_left);
  g_test_add_func ("/store/form-safety/follow-ups-have-an-end", test_follow_up);
  return dk_test_run ();
}
