/* SPDX-License-Identifier: MIT */
/* Goal: an import shows what it will do, stores just that, and the same source again updates and
 * never doubles; who is in the pack is not stored a second time.
 * Method: a kit's store with a small pack; tables imported one after the other, contacts counted in
 * the tables themselves; the time of each step measured. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/platform.h"
#include "app/import/contact-import.h"
#include "app/import/table.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"
#include "app/store/own-contact.h"
#include "app/store/search.h"
#include "tests/store/store-fixture.h"
#include "tests/support/support.h"

#define ROWS 3000
#define STEP_CPU_MS_MAX 25

static DkContactImport *
compare (StoreFixture *f, const char *text, const char *source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (DkTable) table = dk_table_new (bytes, "x.csv", &error);
  g_autoptr (DkTableMap) map = table != NULL ? dk_table_map_guess (table) : NULL;
  DkImportList *list = map != NULL ? dk_table_read (table, map, NULL, &error) : NULL;
  DkContactImport *import;

  g_assert_no_error (error);
  list->sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  import = dk_contact_import_new (f->store, list, source, &error);
  g_assert_no_error (error);
  g_assert_true (dk_contact_import_compare (import, NULL, &error));
  g_assert_no_error (error);
  return import;
}

static void
assert_counts (const DkContactImport *import, guint added, guint updated, guint unchanged)
{
  g_assert_cmpuint (dk_contact_import_count (import, DK_IMPORT_ADDED), ==, added);
  g_assert_cmpuint (dk_contact_import_count (import, DK_IMPORT_UPDATED), ==, updated);
  g_assert_cmpuint (dk_contact_import_count (import, DK_IMPORT_UNCHANGED), ==, unchanged);
}

static void
store (DkContactImport *import, gboolean remove_missing)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_contact_import_store (import, remove_missing, NULL, &error));
  g_assert_no_error (error);
}

static void
import_text (StoreFixture *f, const char *text, const char *source)
{
  g_autoptr (DkContactImport) import = compare (f, text, source);

  store (import, FALSE);
}

static void
assert_own (StoreFixture *f, const char *count)
{
  g_autofree char *own = store_fixture_text (f, "SELECT count (*) FROM own_contact");
  g_autofree char *rows
      = store_fixture_text (f, "SELECT count (*) FROM contact WHERE pack = 2147483647");

  g_assert_cmpstr (own, ==, count);
  g_assert_cmpstr (rows, ==, count);
}

static const DkImportItem *
item_at (const DkContactImport *import, guint i)
{
  return g_ptr_array_index (dk_contact_import_items (import), i);
}

#define FIRST                                                                   \
  "Name,Mobile,E-Mail,Manager,Team\nAda One,555-0100,ada@x.test,Bob Two,Desk\n" \
  "Bob Two,555-0101,bob@x.test,,Desk\nCy Three,555-0102,,,Desk\n"

static void
test_preview (StoreFixture *f, gconstpointer data)
{
  g_autofree char *before = store_fixture_state (f);
  g_autoptr (DkContactImport) import = compare (f, FIRST ",,,,\nNo Number,,,,\n", "staff");
  g_autofree char *after = store_fixture_state (f);
  g_autoptr (json_t) json = dk_contact_import_to_json (import, 100);

  g_assert_cmpstr (before, ==, after);
  assert_own (f, "0");
  assert_counts (import, 3, 0, 0);
  g_assert_cmpint (json_array_size (json_object_get (json, "rejects")), >=, 1);
  g_assert_cmpint (json_array_size (json_object_get (json, "items")), ==, 3);
  g_assert_cmpstr (item_at (import, 0)->id, ==, "ada-one");
  g_assert_cmpstr (item_at (import, 0)->record->contact->manager, ==, "bob-two");
}

static void
test_update (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkContactImport) same = NULL;
  g_autoptr (DkContactImport) changed = NULL;
  g_autoptr (DkContact) ada = NULL;
  g_autoptr (GPtrArray) numbers = NULL;
  g_autofree char *entries = NULL;

  import_text (f, FIRST, "staff");
  assert_own (f, "3");
  same = compare (f, FIRST, "staff");
  assert_counts (same, 0, 0, 3);
  store (same, FALSE);
  changed = compare (f,
                     "Name,Mobile,E-Mail,Manager,Team\n"
                     "Ada One-Smith,555-0199,ada@x.test,Bob Two,Desk\n"
                     "Bob Two,555-0101,bob@x.test,,Desk\n",
                     "staff");
  assert_counts (changed, 0, 1, 1);
  g_assert_nonnull (strstr (item_at (changed, 0)->detail, "+ mobile 555-0199"));
  g_assert_nonnull (strstr (item_at (changed, 0)->detail, "- mobile 555-0100"));
  g_assert_cmpuint (dk_contact_import_missing (changed)->len, ==, 1);
  store (changed, FALSE);
  assert_own (f, "3");
  ada = dk_content_store_contact (f->store, "ada-one", NULL);
  g_assert_cmpstr (ada->name, ==, "Ada One-Smith");
  numbers = dk_content_store_number_changes (f->store, "ada-one", 0, NULL);
  g_assert_cmpuint (numbers->len, >=, 1);
  entries = store_fixture_text (
      f, "SELECT count (*) FROM entry WHERE kind = 'contacts-imported' AND object = 'staff'");
  g_assert_cmpstr (entries, ==, "3");
}

static void
test_missing (StoreFixture *f, gconstpointer data)
{
  const char *less = "Name,Mobile,E-Mail\nAda One,555-0100,ada@x.test\n";
  g_autoptr (DkContactImport) other = NULL;
  g_autoptr (DkContactImport) kept = NULL;
  g_autoptr (DkContactImport) gone = NULL;

  import_text (f, FIRST, "staff");
  other = compare (f, "Name,Mobile\nDi Four,555-0104\n", "vendors");
  g_assert_cmpuint (dk_contact_import_missing (other)->len, ==, 0);
  store (other, TRUE);
  assert_own (f, "4");
  kept = compare (f, less, "staff");
  g_assert_cmpuint (dk_contact_import_missing (kept)->len, ==, 2);
  store (kept, FALSE);
  assert_own (f, "4");
  gone = compare (f, less, "staff");
  store (gone, TRUE);
  assert_own (f, "2");
}

static void
add_pack (StoreFixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) contacts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  DkPackFacts facts = { .name = (char *) "pack", .organisation = (char *) "o", .sequence = 1 };
  DkContact *contact = dk_contact_new ();

  contact->id = g_strdup ("pat-pack");
  contact->name = g_strdup ("Pat Pack");
  contact->login = g_strdup ("PPACK");
  contact->audience = g_strdup ("all");
  dk_contact_add_number (contact, "desk", "555-0110");
  dk_contact_add_number (contact, "email", "pat@x.test");
  g_ptr_array_add (contacts, contact);
  g_assert_true (dk_content_store_begin (f->store, &facts, &error));
  g_assert_true (dk_content_store_add_contacts (f->store, facts.id, contacts, &error));
  g_assert_true (dk_content_store_switch (f->store, &facts, &error));
  g_assert_no_error (error);
}

static void
test_in_pack (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkContactImport) import = NULL;

  add_pack (f);
  import = compare (f,
                    "Name,Phone,Mobile,E-Mail,Login\n"
                    "P. Pack,,555-0111,PAT@x.test,\n"
                    "Pack Pat,555-0110,,,ppack\n"
                    "Pat Pack,555 01 10,,,\n"
                    "Pat Pack,555-0999,,other@x.test,\n"
                    "Someone Else,555-0110,,,\n",
                    "staff");
  assert_counts (import, 2, 0, 0);
  g_assert_cmpuint (dk_contact_import_count (import, DK_IMPORT_IN_PACK), ==, 3);
  g_assert_cmpstr (item_at (import, 0)->id, ==, "pat-pack");
  g_assert_nonnull (strstr (item_at (import, 0)->detail, "mobile 555-0111"));
  g_assert_cmpstr (item_at (import, 3)->id, ==, "pat-pack-2");
  g_assert_cmpuint (dk_contact_import_namesakes (import)->len, ==, 1);
  g_assert_cmpstr (dk_contact_import_namesakes (import)->pdata[0], ==, "Pat Pack (pat-pack)");
  store (import, FALSE);
  assert_own (f, "2");
}

static void
test_taken_over_by_pack (StoreFixture *f, gconstpointer data)
{
  const char *text = "Name,Phone,E-Mail\nPat Pack,555-0110,pat@x.test\nAda One,555-0100,\n";

  import_text (f, text, "staff");
  assert_own (f, "2");
  add_pack (f);
  import_text (f, text, "staff");
  assert_own (f, "1");
}

static void
test_doubles (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkContactImport) import = compare (f,
                                                "EmployeeID,Name,Phone,Mobile,E-Mail,Enabled\n"
                                                "7,Ada One,555-0100,,desk@x.test,true\n"
                                                "7,Ada One,,555-0101,desk@x.test,true\n"
                                                "8,Bob Two,555-0102,,desk@x.test,true\n"
                                                "9,Cy Three,555-0103,,,false\n"
                                                ",Di Four,555-0104,,shared@x.test,true\n"
                                                ",Ed Five,555-0105,,shared@x.test,true\n",
                                                "staff");

  assert_counts (import, 4, 0, 0);
  g_assert_cmpuint (dk_contact_import_count (import, DK_IMPORT_DUPLICATE), ==, 1);
  g_assert_cmpuint (dk_contact_import_count (import, DK_IMPORT_DISABLED), ==, 1);
  g_assert_cmpuint (item_at (import, 0)->record->contact->numbers->len, ==, 3);
  store (import, FALSE);
  assert_own (f, "4");
}

#define SHARED_HEAD "Name,Phone,E-Mail\n"
#define ANNA "Anna One,555-0100,ward@x.test\n"
#define BERT "Bert Two,555-0101,ward@x.test\n"

static void
assert_name (StoreFixture *f, const char *id, const char *name)
{
  g_autoptr (DkContact) contact = dk_content_store_contact (f->store, id, NULL);

  g_assert_nonnull (contact);
  g_assert_cmpstr (contact->name, ==, name);
}

/* Whoever of those who share an address stands first, or is the last one left, nobody becomes
 * somebody else and nobody comes twice. */
static void
test_shared_address (StoreFixture *f, gconstpointer data)
{
  static const char *const lists[]
      = { SHARED_HEAD BERT, SHARED_HEAD ANNA BERT, SHARED_HEAD BERT ANNA, SHARED_HEAD BERT,
          SHARED_HEAD ANNA };

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++) {
    g_autoptr (DkContactImport) import = compare (f, lists[i], "ward");
    assert_counts (import, i < 2 ? 1 : 0, 0, i == 0 ? 0 : i == 2 ? 2 : 1);
    g_assert_cmpuint (dk_contact_import_missing (import)->len, ==, i >= 3 ? 1 : 0);
    store (import, FALSE);
    assert_own (f, i == 0 ? "1" : "2");
    assert_name (f, "bert-two", "Bert Two");
  }
  assert_name (f, "anna-one", "Anna One");
}

/* Nobody takes an imported contact for one of the signed pack. */
static void
test_origin (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkContact) ada = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  g_autofree char *today = dk_time_format_local (dk_clock_wall_ms ());
  g_autofree char *wanted = NULL;
  g_autofree char *words = NULL;

  add_pack (f);
  import_text (f, FIRST, "staff");
  wanted = g_strdup_printf ("imported from staff on %.10s by %s, not signed", today,
                            dk_store_user (f->store));
  ada = dk_content_store_contact (f->store, "ada-one", NULL);
  words = dk_contact_origin_words (ada);
  g_assert_cmpstr (words, ==, wanted);
  g_assert_cmpint (dk_contact_new_since (ada), >, 0);
  all = dk_content_store_contacts (f->store, 0, NULL);
  g_assert_cmpuint (all->len, >=, 4);
  for (guint i = 0; i < all->len; i++) {
    const DkContact *contact = g_ptr_array_index (all, i);
    gboolean own = strcmp (contact->id, "ada-one") == 0 || strcmp (contact->id, "bob-two") == 0
                   || strcmp (contact->id, "cy-three") == 0;
    g_assert_cmpstr (contact->source, ==, own ? "staff" : NULL);
  }
  hits = dk_search (f->store, "ada one", 5, NULL, NULL);
  g_assert_cmpuint (hits->len, ==, 1);
  g_assert_nonnull (strstr (((const DkSearchHit *) hits->pdata[0])->snippet, wanted));
  g_assert_cmpstr (((const DkSearchHit *) hits->pdata[0])->source, ==, "staff");
}

/* Who imports a list again has a list of today, also if nothing in it changed. */
static void
test_same_again_is_young (StoreFixture *f, gconstpointer data)
{
  g_autofree char *old = NULL;
  g_autofree char *young = NULL;

  import_text (f, FIRST, "staff");
  g_free (store_fixture_text (f, "UPDATE own_contact SET imported_ms = 1 RETURNING 1"));
  old = store_fixture_text (f, "SELECT max (imported_ms) FROM own_contact");
  g_assert_cmpstr (old, ==, "1");
  import_text (f, FIRST, "staff");
  young = store_fixture_text (f, "SELECT max (imported_ms) > 1 FROM own_contact");
  g_assert_cmpstr (young, ==, "1");
}

static void
test_leads_only (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkContactImport) import
      = compare (f, "Name,Phone,Audience\nAda,555-0100,lead\nBob,555-0101,all\n", "staff");

  assert_counts (import, 1, 0, 0);
  g_assert_cmpuint (dk_contact_import_list (import)->rejected, ==, 1);
}

static void
test_rights (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContactImport) import = NULL;

  store_fixture_become (f, "ben", DK_ROLE_FRONTLINE);
  import = compare (f, FIRST, "staff");
  assert_counts (import, 3, 0, 0);
  g_assert_false (dk_contact_import_store (import, FALSE, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  assert_own (f, "0");
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const gint64 *x = a;
  const gint64 *y = b;

  return *x < *y ? -1 : *x > *y;
}

/* By CPU, so that a busy machine does not count as a slow program. */
static void
test_steps (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new ("Name,Phone,Mobile,E-Mail,Department,Title\n");
  g_autoptr (DkContactImport) import = NULL;
  g_autoptr (DkContactImport) again = NULL;
  gboolean more = TRUE;
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 median;
  gint64 worst;

  for (guint i = 0; i < ROWS; i++)
    g_string_append_printf (text, "Person %u Test,555-%05u,556-%05u,p%u@x.test,Dept %u,Nurse\n", i,
                            i, i, i, i % 40);
  import = compare (f, text->str, "big");
  while (more) {
    gint64 began = dk_platform_cpu_us ();
    gint64 took;
    g_assert_true (dk_contact_import_store_step (import, FALSE, &more, NULL));
    took = dk_platform_cpu_us () - began;
    g_array_append_val (times, took);
  }
  g_array_sort (times, compare_times);
  median = g_array_index (times, gint64, times->len / 2);
  worst = g_array_index (times, gint64, times->len - 1);
  g_test_message ("%d contacts in %u steps, CPU median %.1f ms, longest %.1f ms", ROWS, times->len,
                  median / 1000.0, worst / 1000.0);
  g_assert_cmpuint (times->len, >=, 10);
  if (g_getenv ("ASAN_OPTIONS") == NULL) {
    g_assert_cmpint (median, <=, STEP_CPU_MS_MAX * 1000);
    g_assert_cmpint (worst, <=, STEP_CPU_MS_MAX * 1000);
  }
  assert_own (f, G_STRINGIFY (ROWS));
  again = compare (f, text->str, "big");
  assert_counts (again, 0, 0, ROWS);
}

static void
test_broken_off (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkContactImport) first = NULL;
  g_autoptr (DkContactImport) again = NULL;
  g_autoptr (GString) text = g_string_new ("Name,Phone\n");
  gboolean more = TRUE;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (text, "Person %u Test,555-%05u\n", i, i);
  first = compare (f, text->str, "big");
  g_assert_true (dk_contact_import_store_step (first, FALSE, &more, NULL));
  g_assert_true (more);
  store_fixture_reopen (f);
  again = compare (f, text->str, "big");
  g_assert_cmpuint (dk_contact_import_count (again, DK_IMPORT_UNCHANGED), >, 0);
  g_assert_cmpuint (dk_contact_import_count (again, DK_IMPORT_ADDED), >, 0);
  store (again, FALSE);
  assert_own (f, "200");
}

static void
test_mapping (StoreFixture *f, gconstpointer data)
{
  g_autoptr (json_t) mapping = json_pack ("[{s:s, s:s}]", "target", "name", "column", "Wer");
  g_autoptr (json_t) again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_own_contact_mapping (f->store, "staff", &error));
  g_assert_no_error (error);
  g_assert_true (dk_own_contact_set_mapping (f->store, "staff", mapping, &error));
  again = dk_own_contact_mapping (f->store, "staff", &error);
  g_assert_no_error (error);
  g_assert_true (json_equal (mapping, again));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/import/contacts/preview-changes-nothing", test_preview);
  STORE_ADD ("/import/contacts/same-source-updates-and-never-doubles", test_update);
  STORE_ADD ("/import/contacts/who-is-gone-is-listed-and-goes-on-request", test_missing);
  STORE_ADD ("/import/contacts/who-is-in-the-pack-is-not-stored", test_in_pack);
  STORE_ADD ("/import/contacts/the-pack-takes-over", test_taken_over_by_pack);
  STORE_ADD ("/import/contacts/doubles-are-merged-and-disabled-left-out", test_doubles);
  STORE_ADD ("/import/contacts/a-shared-address-is-nobody", test_shared_address);
  STORE_ADD ("/import/contacts/say-where-they-come-from", test_origin);
  STORE_ADD ("/import/contacts/the-same-list-again-is-young", test_same_again_is_young);
  STORE_ADD ("/import/contacts/leads-only-stays-out-of-clear-tables", test_leads_only);
  STORE_ADD ("/import/contacts/front-line-previews-only", test_rights);
  STORE_ADD ("/import/contacts/steps-are-short", test_steps);
  STORE_ADD ("/import/contacts/broken-off-goes-on", test_broken_off);
  STORE_ADD ("/import/contacts/remembers-a-mapping", test_mapping);
  return dk_test_run ();
}
