/* SPDX-License-Identifier: MIT */
/* Goal: what a pack changes is told before it is in force, whole and no more than that; a number
 * that is new and somebody who is new are told for two weeks, and nobody sees that while the pack
 * is not in force.
 * Method: two small packs whose differences are known, compared in steps; a random pair of packs
 * whose differences are counted apart; imports beside them. */
#include "app/store/content-change.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/store/search.h"
#include "tests/store/store-fixture.h"

#define RANDOM_CONTACTS 600

static void
begin (StoreFixture *f, DkPackFacts *facts, gint64 sequence)
{
  *facts = (DkPackFacts){ .name = (char *) "hospital",
                          .organisation = (char *) "Hospital",
                          .sequence = sequence };
  g_assert_true (dk_content_store_begin (f->store, facts, NULL));
}

static DkContact *
make_contact (const char *id, const char *name, const char *desk, const char *mobile)
{
  DkContact *contact = dk_contact_new ();

  contact->id = g_strdup (id);
  contact->name = g_strdup (name);
  contact->audience = g_strdup ("all");
  dk_contact_add_number (contact, "desk", desk);
  if (mobile != NULL)
    dk_contact_add_number (contact, "mobile", mobile);
  return contact;
}

static void
add_contacts (StoreFixture *f, gint64 pack, GPtrArray *list)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_content_store_add_contacts (f->store, pack, list, &error));
  g_assert_no_error (error);
}

static void
add_contact (StoreFixture *f, gint64 pack, const char *id, const char *name, const char *desk,
             const char *mobile)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);

  g_ptr_array_add (list, make_contact (id, name, desk, mobile));
  add_contacts (f, pack, list);
}

static void
add_runbook (StoreFixture *f, gint64 pack, const char *id, const char *markdown)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_runbook_free);
  DkRunbook *runbook = dk_runbook_new ();

  runbook->id = g_strdup (id);
  runbook->title = g_strdup_printf ("Runbook %s", id);
  runbook->markdown = g_strdup (markdown);
  g_ptr_array_add (list, runbook);
  g_assert_true (dk_content_store_add_runbooks (f->store, pack, list, NULL));
}

static void
add_shift (StoreFixture *f, gint64 pack, const char *contact)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_shift_free);
  DkShift *shift = dk_shift_new ();

  shift->service = g_strdup ("ehr");
  shift->tier = 1;
  shift->contact = g_strdup (contact);
  shift->timezone = g_strdup ("America/New_York");
  shift->starts = g_strdup ("2026-11-23T08:00");
  shift->ends = g_strdup ("2026-11-24T08:00");
  shift->repeat_days = 7;
  g_ptr_array_add (list, shift);
  g_assert_true (dk_content_store_add_shifts (f->store, pack, list, NULL));
}

static void
add_policy (StoreFixture *f, gint64 pack, const char *text)
{
  g_autoptr (json_t) policy = store_fixture_answers (text);

  g_assert_true (dk_content_store_add_document (f->store, pack, "policy", policy, NULL));
}

static json_t *
compare (StoreFixture *f, gint64 pack)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContentCompare) compare = dk_content_compare_new (f->store, pack, &error);
  gboolean more = TRUE;

  g_assert_no_error (error);
  while (more)
    g_assert_true (dk_content_compare_step (compare, &more, &error));
  return dk_content_changes_to_json (dk_content_compare_changes (compare));
}

static gint64
count_of (const json_t *changes, const char *key)
{
  return dk_json_get_int (json_object_get (changes, "counts"), key, -1);
}

static char *
ids_of (const json_t *changes, const char *key)
{
  const json_t *list = json_object_get (changes, key);
  GString *ids = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (list); i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? " " : "",
                            dk_json_get_text (json_array_get (list, i), "id"));
  return g_string_free (ids, FALSE);
}

static void
assert_ids (const json_t *changes, const char *key, const char *expected)
{
  g_autofree char *ids = ids_of (changes, key);

  g_assert_cmpstr (ids, ==, expected);
}

static gint64
load_first (StoreFixture *f)
{
  DkPackFacts facts;

  begin (f, &facts, 1);
  add_contact (f, facts.id, "amy", "Amy", "555 0001", "555 0002");
  add_contact (f, facts.id, "bob", "Bob", "555 0003", NULL);
  add_contact (f, facts.id, "cyd", "Cyd", "555 0004", NULL);
  add_runbook (f, facts.id, "r1", "As it was");
  add_runbook (f, facts.id, "r2", "As it was");
  add_shift (f, facts.id, "amy");
  add_policy (f, facts.id, "{\"content\":{\"stale_days\":90},\"lock\":{\"idle_min\":5}}");
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
  return facts.id;
}

/* Amy has another mobile, Bob is written otherwise, Cyd is gone, Dee is new. */
static void
load_second (StoreFixture *f, DkPackFacts *facts)
{
  begin (f, facts, 2);
  add_contact (f, facts->id, "amy", "Amy", "555-0001", "555 0099");
  add_contact (f, facts->id, "bob", "Robert", "555 0003", NULL);
  add_contact (f, facts->id, "dee", "Dee", "555 0005", NULL);
  add_runbook (f, facts->id, "r1", "As it was");
  add_runbook (f, facts->id, "r2", "Revised");
  add_shift (f, facts->id, "bob");
  add_policy (f, facts->id, "{\"content\":{\"stale_days\":30},\"lock\":{\"idle_min\":5}}");
}

static void
test_told (StoreFixture *f, gconstpointer data)
{
  DkPackFacts facts;
  g_autoptr (json_t) changes = NULL;
  const json_t *number;

  load_first (f);
  load_second (f, &facts);
  changes = compare (f, facts.id);
  assert_ids (changes, "contacts_added", "dee");
  assert_ids (changes, "contacts_removed", "cyd");
  assert_ids (changes, "contacts_changed", "amy bob");
  assert_ids (changes, "runbooks_revised", "r2");
  assert_ids (changes, "runbooks_added", "");
  g_assert_cmpint (count_of (changes, "numbers_changed"), ==, 1);
  number = json_array_get (json_object_get (changes, "numbers_changed"), 0);
  g_assert_cmpstr (dk_json_get_text (number, "contact"), ==, "amy");
  g_assert_cmpstr (dk_json_get_text (number, "kind"), ==, "mobile");
  g_assert_cmpstr (dk_json_get_text (number, "was"), ==, "555 0002");
  g_assert_cmpstr (dk_json_get_text (number, "now"), ==, "555 0099");
  g_assert_true (dk_json_get_bool (changes, "oncall_changed", FALSE));
  g_assert_cmpuint (json_array_size (json_object_get (changes, "policy")), ==, 1);
  g_assert_cmpstr (json_string_value (json_array_get (json_object_get (changes, "policy"), 0)), ==,
                   "content.stale_days was 90 and becomes 30");
}

static void
test_words (StoreFixture *f, gconstpointer data)
{
  DkPackFacts facts;
  g_autoptr (json_t) changes = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  g_autofree char *text = NULL;

  load_first (f);
  load_second (f, &facts);
  changes = compare (f, facts.id);
  lines = dk_content_changes_describe_json (changes, 1);
  g_ptr_array_add (lines, NULL);
  text = g_strjoinv ("\n", (char **) lines->pdata);
  g_assert_nonnull (strstr (text, "Amy: mobile number was 555 0002, now 555 0099"));
  g_assert_nonnull (strstr (text, "1 contact added: Dee\n"));
  g_assert_nonnull (strstr (text, "2 contacts changed: Amy and 1 more\n"));
  g_assert_nonnull (strstr (text, "1 runbook revised: Runbook r2"));
  g_assert_nonnull (strstr (text, "The on-call list changed."));
}

static guint
count_changes (StoreFixture *f, const char *contact)
{
  g_autoptr (GPtrArray) changes
      = dk_content_store_number_changes (f->store, contact, dk_clock_wall_ms () - 60000, NULL);

  g_assert_nonnull (changes);
  return changes->len;
}

static void
drain (StoreFixture *f)
{
  gboolean more = TRUE;

  while (more)
    g_assert_true (dk_content_store_remove_step (f->store, &more, NULL));
}

static gint64
changed_ms (StoreFixture *f)
{
  g_autoptr (GPtrArray) hits = dk_search (f->store, "amy", 5, NULL, NULL);
  const DkSearchHit *hit = g_ptr_array_index (hits, 0);

  g_assert_cmpuint (hits->len, ==, 1);
  g_assert_true ((hit->number_changed_ms > 0)
                 == (strstr (hit->snippet, "number changed 2") != NULL));
  return hit->number_changed_ms;
}

static void
test_numbers (StoreFixture *f, gconstpointer data)
{
  DkPackFacts facts;
  g_autoptr (json_t) changes = NULL;
  g_autoptr (GPtrArray) noted = NULL;

  load_first (f);
  load_second (f, &facts);
  changes = compare (f, facts.id);
  g_assert_cmpuint (count_changes (f, NULL), ==, 0); /* not in force: nobody sees it */
  g_assert_cmpint (changed_ms (f), ==, 0);
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
  g_assert_cmpuint (count_changes (f, "amy"), ==, 1);
  g_assert_cmpuint (count_changes (f, "dee"), ==, 0); /* who is new has no number that changed */
  g_assert_cmpint (changed_ms (f), >, 0);
  noted = dk_content_store_number_changes (f->store, "amy", 0, NULL);
  g_assert_cmpint (dk_number_changes_find (noted, "amy", "5550099"), >, 0);
  g_assert_cmpint (dk_number_changes_find (noted, "amy", "555 0001"), ==, 0);
  g_assert_cmpstr (((DkNumberChange *) noted->pdata[0])->cause, ==, "pack hospital 2");
  for (gint64 sequence = 3; sequence <= 5; sequence++) { /* the pack it came with goes */
    begin (f, &facts, sequence);
    add_contact (f, facts.id, "amy", "Amy", "555-0001", "555 0099");
    g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
    drain (f);
  }
  g_assert_cmpuint (count_changes (f, "amy"), ==, 1);
  dk_fixture_exec (f->db, "UPDATE number_change SET changed_ms = changed_ms - 15 * 86400000");
  g_assert_cmpint (changed_ms (f), ==, 0);
}

/* 0 unless the contact is told as somebody new, which search must say as well. */
static gint64
new_since (StoreFixture *f, const char *id)
{
  g_autoptr (DkContact) contact = dk_content_store_contact (f->store, id, NULL);
  g_autoptr (GPtrArray) hits = dk_search (f->store, contact->name, 5, NULL, NULL);
  const DkSearchHit *hit = g_ptr_array_index (hits, 0);

  g_assert_cmpstr (hit->id, ==, id);
  g_assert_cmpint (hit->new_since_ms, ==, dk_contact_new_since (contact));
  g_assert_true ((hit->new_since_ms > 0) == (strstr (hit->snippet, "NEW since 2") != NULL));
  return hit->new_since_ms;
}

/* A number that goes to another person, or a person who leaves and comes back with another number,
 * changes no number of anybody: who has it now is somebody new. */
static void
test_new (StoreFixture *f, gconstpointer data)
{
  DkPackFacts facts;
  g_autofree char *rows = NULL;

  load_first (f);
  g_assert_cmpint (new_since (f, "amy"), ==, 0); /* all of a first pack are */
  begin (f, &facts, 2);
  add_contact (f, facts.id, "amy", "Amy", "555 0001", "555 0002");
  add_contact (f, facts.id, "bob", "Robert", "555 0003", NULL);
  add_contact (f, facts.id, "dee", "Dee", "555 0005", NULL);
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
  g_assert_cmpint (new_since (f, "amy"), ==, 0);
  g_assert_cmpint (new_since (f, "bob"), >, 0);
  g_assert_cmpint (new_since (f, "dee"), >, 0);
  dk_fixture_exec (f->db, "UPDATE contact SET since_ms = since_ms - 3600000 WHERE since_ms > 0");
  begin (f, &facts, 3);
  add_contact (f, facts.id, "amy", "Amy", "555 0001", "555 0002");
  add_contact (f, facts.id, "bob", "Robert", "555 0003", NULL);
  add_contact (f, facts.id, "cyd", "Cyd", "555 0099", NULL);
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
  g_assert_cmpint (new_since (f, "amy"), ==, 0);
  g_assert_cmpint (new_since (f, "cyd"), >, new_since (f, "bob")); /* who keeps the earlier day */
  g_assert_cmpint (new_since (f, "bob"), >, 0);
  rows = store_fixture_text (f, "SELECT count (*) FROM number_change");
  g_assert_cmpstr (rows, ==, "0");
  dk_fixture_exec (f->db, "UPDATE contact SET since_ms = since_ms - 15 * 86400000");
  g_assert_cmpint (new_since (f, "cyd"), ==, 0);
}

static void
test_given_up (StoreFixture *f, gconstpointer data)
{
  DkPackFacts facts;
  g_autoptr (json_t) changes = NULL;
  g_autofree char *rows = NULL;

  load_first (f);
  load_second (f, &facts);
  changes = compare (f, facts.id);
  dk_content_store_abandon (f->store, facts.id);
  drain (f);
  g_assert_cmpuint (count_changes (f, NULL), ==, 0);
  rows = store_fixture_text (f, "SELECT (SELECT count (*) FROM number_change)"
                                " || (SELECT count (*) FROM pack) || (SELECT count (*) FROM shift)"
                                " || (SELECT count (*) FROM contact)");
  g_assert_cmpstr (rows, ==, "0113");
}

static void
test_first (StoreFixture *f, gconstpointer data)
{
  DkPackFacts facts;
  g_autoptr (json_t) changes = NULL;

  begin (f, &facts, 1);
  add_contact (f, facts.id, "amy", "Amy", "555 0001", NULL);
  changes = compare (f, facts.id);
  g_assert_true (dk_json_get_bool (changes, "first", FALSE));
  g_assert_cmpint (count_of (changes, "contacts_added"), ==, 0);
}

/* What was done to the second pack is counted while it is done. */
static void
test_random (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (GPtrArray) before = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (GPtrArray) after = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (json_t) changes = NULL;
  DkPackFacts first, second;
  guint added = 0, removed = 0, changed = 0, numbers = 0;

  for (guint i = 0; i < RANDOM_CONTACTS; i++) {
    g_autofree char *id = g_strdup_printf ("c%u", i);
    if (i % 7 != 0)
      g_ptr_array_add (before, make_contact (id, "Somebody", "555 0000", "555 1111"));
  }
  for (guint i = 0; i < RANDOM_CONTACTS; i++) {
    g_autofree char *id = g_strdup_printf ("c%u", i);
    gboolean was = i % 7 != 0;
    gint what = g_rand_int_range (rand, 0, 10);
    if (what == 0) {
      removed += was;
      continue;
    }
    g_ptr_array_add (after, make_contact (id, what == 1 ? "Somebody else" : "Somebody", "555 0000",
                                          what == 2 ? "555 2222" : "555 1111"));
    added += !was;
    changed += was && what <= 2;
    numbers += was && what == 2;
  }
  begin (f, &first, 1);
  add_contacts (f, first.id, before);
  g_assert_true (dk_content_store_switch (f->store, &first, NULL));
  begin (f, &second, 2);
  add_contacts (f, second.id, after);
  changes = compare (f, second.id);
  g_assert_cmpint (count_of (changes, "contacts_added"), ==, added);
  g_assert_cmpint (count_of (changes, "contacts_removed"), ==, removed);
  g_assert_cmpint (count_of (changes, "contacts_changed"), ==, changed);
  g_assert_cmpint (count_of (changes, "numbers_changed"), ==, numbers);
  g_assert_cmpuint (MIN (MIN (added, removed), numbers), >, 10);
}

static void
test_own (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkContact) eve = make_contact ("eve", "Eve Import", "555 0200", NULL);
  g_autoptr (DkContact) again = make_contact ("eve", "Eve Import", "555 0201", NULL);
  g_autoptr (DkContact) amy = make_contact ("amy", "Amy elsewhere", "555 0300", NULL);
  g_autoptr (DkContact) shown = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  g_autoptr (GPtrArray) hidden = NULL;
  g_autoptr (GError) error = NULL;
  DkPackFacts facts;

  load_first (f);
  g_assert_true (dk_content_store_put_own_contact (f->store, eve, "export", "7", &error));
  g_assert_cmpuint (count_changes (f, "eve"), ==, 0);
  g_assert_true (dk_content_store_put_own_contact (f->store, again, "export", "7", &error));
  g_assert_cmpuint (count_changes (f, "eve"), ==, 1);
  g_assert_true (dk_content_store_put_own_contact (f->store, amy, "export", "8", &error));
  g_assert_no_error (error);
  all = dk_content_store_contacts (f->store, 0, NULL);
  g_assert_cmpuint (all->len, ==, 4); /* the pack's Amy hides the other one */
  shown = dk_content_store_contact (f->store, "amy", NULL);
  g_assert_cmpstr (shown->name, ==, "Amy");
  hits = dk_search (f->store, "0201", 5, NULL, NULL);
  g_assert_cmpuint (hits->len, ==, 1);
  hidden = dk_search (f->store, "elsewhere", 5, NULL, NULL);
  g_assert_cmpuint (hidden->len, ==, 0);
  g_assert_false (dk_content_store_put_own_contact (f->store, eve, "other", "7", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  begin (f, &facts, 2); /* the id of a pack is below that of imported contacts */
  g_assert_cmpint (facts.id, <, DK_CONTENT_OWN);
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
  drain (f);
  g_clear_pointer (&all, g_ptr_array_unref);
  all = dk_content_store_contacts (f->store, 0, NULL);
  g_assert_cmpuint (all->len, ==, 2); /* Eve, and Amy again */
  g_assert_true (dk_content_store_remove_own_contact (f->store, "eve", NULL));
  g_clear_error (&error);
  g_assert_false (dk_content_store_remove_own_contact (f->store, "eve", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_assert_true (dk_db_check (f->db, NULL));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/change/is-told-before", test_told);
  STORE_ADD ("/store/change/is-told-in-words", test_words);
  STORE_ADD ("/store/change/numbers-are-marked-for-two-weeks", test_numbers);
  STORE_ADD ("/store/change/who-is-new-is-marked-for-two-weeks", test_new);
  STORE_ADD ("/store/change/what-is-given-up-leaves-nothing", test_given_up);
  STORE_ADD ("/store/change/a-first-pack-changes-nothing", test_first);
  STORE_ADD ("/store/change/counts-are-right", test_random);
  STORE_ADD ("/store/change/imported-contacts-stand-beside", test_own);
  return dk_test_run ();
}
