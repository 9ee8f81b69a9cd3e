/* SPDX-License-Identifier: MIT */
/* Goal: whatever a tired person types finds what it should, in a useful order, and nothing that is
 * typed can break the query. Method: a small hospital, known questions, and hostile ones. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/store/content-store.h"
#include "app/store/search.h"

static const struct {
  const char *id;
  const char *name;
  const char *role;
  const char *number;
} people[] = {
  { "c1", "Pharmacy on call", "Pharmacy", "+1 555 010 0142" },
  { "c2", "Łódź clinic desk", "Outpatients", "555-7731" },
  { "c3", "Müller vendor line", "Laboratory vendor", "0800 1234567" },
  { "c4", "Ward 4 West", "printer pharmacy labels", "4410" },
  { "c5", "Ward 4 East", "printer", "4411" },
};

static void
load_people (StoreFixture *f)
{
  g_autoptr (GPtrArray) contacts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  DkPackFacts facts = { .name = (char *) "hospital", .organisation = (char *) "Hospital" };

  for (guint i = 0; i < G_N_ELEMENTS (people); i++) {
    DkContact *contact = dk_contact_new ();
    contact->id = g_strdup (people[i].id);
    contact->name = g_strdup (people[i].name);
    contact->role = g_strdup (people[i].role);
    dk_contact_add_number (contact, "desk", people[i].number);
    g_ptr_array_add (contacts, contact);
  }
  g_assert_true (dk_content_store_begin (f->store, &facts, NULL));
  g_assert_true (dk_content_store_add_contacts (f->store, facts.id, contacts, NULL));
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
}

static char *
find (StoreFixture *f, const char *text, guint limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = dk_search (f->store, text, limit, NULL, &error);
  GString *ids = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < hits->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? " " : "",
                            ((DkSearchHit *) g_ptr_array_index (hits, i))->id);
  return g_string_free (ids, FALSE);
}

static void
assert_finds (StoreFixture *f, const char *text, const char *expected)
{
  g_autofree char *ids = find (f, text, 50);

  if (strcmp (ids, expected) != 0)
    g_error ("\"%s\" finds \"%s\", not \"%s\"", text, ids, expected);
}

static void
test_questions (StoreFixture *f, gconstpointer data)
{
  load_people (f);
  assert_finds (f, "pharmacy", "c1 c4"); /* the name before the words */
  assert_finds (f, "PHARM", "c1 c4");
  assert_finds (f, "lodz", "c2");
  assert_finds (f, "ŁÓDŹ", "c2");
  assert_finds (f, "muller", "c3");
  assert_finds (f, "Mu\xcc\x88ller", "c3");
  assert_finds (f, "ward 4", "c5 c4");
  assert_finds (f, "west ward", "c4");
  assert_finds (f, "labels print", "c4");
  assert_finds (f, "west east", "");
  assert_finds (f, "0142", "c1");
  assert_finds (f, "010-0142", "c1");
  assert_finds (f, "(555) 010", "c1");
  assert_finds (f, "1234", "c3");
  assert_finds (f, "441", "c4 c5");
  assert_finds (f, "44", "");
  assert_finds (f, "", "");
  assert_finds (f, "   ", "");
  assert_finds (f, "nothing-like-it", "");
}

static void
test_tickets (StoreFixture *f, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *both = NULL;
  g_autofree char *few = NULL;
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) change = store_fixture_answers ("{\"summary\":\"scanner is dark\"}");

  load_people (f);
  first = store_fixture_save (f, "call-log", "{\"summary\":\"printer jam\"}", FALSE);
  second = store_fixture_save (f, "call-log", "{\"summary\":\"printer ink\"}", FALSE);
  assert_finds (f, first, first);
  assert_finds (f, "dt-a07-0002", second);
  assert_finds (f, "0002", second);
  assert_finds (f, "jam", first);
  both = find (f, "printer", 50);
  g_assert_true (g_str_has_prefix (both, "c"));
  g_assert_nonnull (strstr (both, second));
  g_assert_true (strstr (both, second) < strstr (both, first)); /* the newest first */
  few = find (f, "printer", 2);
  g_assert_nonnull (strstr (few, "c")); /* contacts do not hide the ticket, nor it them */
  g_assert_true (dk_ticket_store_set (f->store, form, first, change, NULL));
  assert_finds (f, "jam", "");
  assert_finds (f, "scanner", first);
  g_assert_true (dk_ticket_store_void (f->store, first, "twice", NULL));
  assert_finds (f, "scanner", first);
}

/* Each is only text: no operator, no column, no error. */
static void
test_hostile (StoreFixture *f, gconstpointer data)
{
  static const char *const texts[] = {
    "\" OR *",
    "\"",
    "\"\"",
    "*",
    "**",
    "a*",
    "NOT",
    "AND",
    "pharmacy OR",
    "NEAR(",
    "NEAR(a b)",
    "name:pharmacy",
    "{name words}:a",
    "^pharmacy",
    "-pharmacy",
    "+",
    "(",
    ")",
    "pharmacy\" *",
    "'; DROP TABLE found; --",
    "%",
    "_",
    "\\",
    "a\tb\nc",
    "a\"b",
    "- - -",
    "...",
    "\xf0\x9f\x98\x80",
    "\xf4\x8f\xbf\xbf",
    "1 2 3 4 5 6 7 8 9 10 11 12",
    "000",
    "((((((((((",
    "''''",
    "pharmacy \"",
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);

  load_people (f);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (find (f, texts[i], 50));
  assert_finds (f, "\" OR *", "");
  assert_finds (f, "pharmacy \"", "c1 c4");
  assert_finds (f, "name:pharmacy", "");
  for (guint i = 0; i < 1000; i++) {
    char text[20] = "";
    for (guint k = 0; k < 12; k++)
      text[k] = (char) g_rand_int_range (rand, 32, 127);
    g_free (find (f, text, 5));
  }
}

static void
test_refused (StoreFixture *f, gconstpointer data)
{
  g_autofree char *longer = g_strnfill (DK_LIMIT_SEARCH_BYTES + 1, 'a');
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  load_people (f);
  g_assert_null (dk_search (f->store, longer, 50, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_search (f->store, "\xff", 50, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_cancellable_cancel (cancelled);
  g_assert_null (dk_search (f->store, "ward", 50, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_limit (StoreFixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;

  load_people (f);
  one = find (f, "ward", 1);
  g_assert_cmpuint (strlen (one), ==, 2);
  g_free (find (f, "ward", 0));
  g_free (find (f, "ward", G_MAXUINT));
}

typedef struct {
  const char *id;
  const char *name;
  const char *site;
  const char *number;
} Person;

static const Person staff[] = {
  { "p1", "Ursula Müllerstein", "North", "+1 919 555 0142" },
  { "p2", "Urban Miller", "South", "919 555 0177" },
  { "p3", "Hospital Information Management", "North", "4410" },
  { "p4", "Ward 3 printer desk", "South", "4411" },
  { "p5", "Ward 4 printer desk", "North", "4412" },
  { "p6", "Ward 5 printer desk", "South", "4413" },
  { "p7", "Himalaya storage team", "South", "4414" },
};

static void
load_staff (StoreFixture *f)
{
  g_autoptr (GPtrArray) contacts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_device_free);
  g_autoptr (GPtrArray) trees
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_call_tree_free);
  DkPackFacts facts = { .name = (char *) "hospital", .organisation = (char *) "Hospital" };
  DkDevice *device = dk_device_new ();
  DkCallTree *tree = dk_call_tree_new ();

  for (guint i = 0; i < G_N_ELEMENTS (staff); i++) {
    DkContact *contact = dk_contact_new ();
    contact->id = g_strdup (staff[i].id);
    contact->name = g_strdup (staff[i].name);
    contact->site = g_strdup (staff[i].site);
    dk_contact_add_number (contact, "pager", staff[i].number);
    dk_contact_add_number (contact, "email", "first.last@example.org");
    g_ptr_array_add (contacts, contact);
  }
  device->host = g_strdup ("WS-RAD-0042");
  device->owner = g_strdup ("Ursula Müllerstein");
  g_ptr_array_add (devices, device);
  tree->id = g_strdup ("loss-of-power");
  tree->title = g_strdup ("Loss of power");
  dk_call_tree_add (tree, "p1");
  g_ptr_array_add (trees, tree);
  g_assert_true (dk_content_store_begin (f->store, &facts, NULL));
  g_assert_true (dk_content_store_add_contacts (f->store, facts.id, contacts, NULL));
  g_assert_true (dk_content_store_add_devices (f->store, facts.id, devices, NULL));
  g_assert_true (dk_content_store_add_call_trees (f->store, facts.id, trees, NULL));
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
}

static void
test_everything (StoreFixture *f, gconstpointer data)
{
  load_staff (f);
  assert_finds (f, "ws-rad-0042", "WS-RAD-0042");
  assert_finds (f, "ursula", "p1 WS-RAD-0042");
  assert_finds (f, "loss of", "loss-of-power");
  assert_finds (f, "him", "p3 p7"); /* its initials are exactly that */
  assert_finds (f, "+1 919 555-0142", "p1");
  assert_finds (f, "919.555.0142", "p1");
  assert_finds (f, "1 (919) 555 0177", "p2");
  assert_finds (f, "5550177", "p2");
  assert_finds (f, "pager 4412", "p5");
  assert_finds (f, "first.last@example.org", "p1 p2 p3 p7 p4 p5 p6");
}

static void
test_names_of_the_house (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) contacts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (GPtrArray) services
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_service_free);
  DkPackFacts facts = { .name = (char *) "hospital", .organisation = (char *) "Hospital" };
  static const char *const names[][2] = { { "house-supervisor-cary", "Supervisor of the house" },
                                          { "anna", "Anna Dorn" },
                                          { "adam", "Adam West" } };
  DkService *service = dk_service_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    DkContact *contact = dk_contact_new ();
    contact->id = g_strdup (names[i][0]);
    contact->name = g_strdup (names[i][1]);
    dk_contact_add_number (contact, "desk", "555-0100");
    g_ptr_array_add (contacts, contact);
  }
  service->id = g_strdup ("directory");
  service->name = g_strdup ("Active Directory (Windows sign-in)");
  service->contract = g_strdup ("EH-C-1004, 24x7");
  g_ptr_array_add (services, service);
  g_assert_true (dk_content_store_begin (f->store, &facts, NULL));
  g_assert_true (dk_content_store_add_contacts (f->store, facts.id, contacts, NULL));
  g_assert_true (dk_content_store_add_services (f->store, facts.id, services, NULL));
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
  assert_finds (f, "AD", "directory adam"); /* not everybody with these initials */
  assert_finds (f, "house-supervisor-cary", "house-supervisor-cary");
  assert_finds (f, "house-sup", "house-supervisor-cary");
  assert_finds (f, "EH-C-1004", "directory");
  assert_finds (f, "1004", "directory");
}

static void
test_slips (StoreFixture *f, gconstpointer data)
{
  static const struct {
    const char *typed;
    const char *found;
  } slips[] = {
    { "ursual", "p1" },       /* two swapped, at the end */
    { "rusula", "p1" },       /* at the beginning */
    { "urusla", "p1" },       /* around the middle */
    { "ursla", "p1" },        /* one missing */
    { "urssula", "p1" },      /* one too many */
    { "urxula", "p1" },       /* one wrong */
    { "xrsula", "p1" },
    { "mullersteim", "p1" },
    { "muellerstein", "p1" }, /* written as it is said */
    { "mulelr", "p1" },       /* only begun */
    { "urban milelr", "p2" },
    { "ursXXla", "" },        /* two slips */
    { "urs4la", "" },
    { "urb", "p2" },
    { "himxlaya", "p7" },
    { "hix", "" },            /* too short to guess by */
  };

  load_staff (f);
  for (guint i = 0; i < G_N_ELEMENTS (slips); i++) {
    g_autofree char *ids = find (f, slips[i].typed, 50);
    gboolean as_expected = *slips[i].found == '\0' ? *ids == '\0'
                                                   : g_str_has_prefix (ids, slips[i].found);
    if (!as_expected)
      g_error ("\"%s\" finds \"%s\", not \"%s\"", slips[i].typed, ids, slips[i].found);
  }
}

static void
test_slips_in_imported_names (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkContact) contact = dk_contact_new ();
  g_autoptr (GError) error = NULL;

  load_staff (f);
  contact->id = g_strdup ("katarina");
  contact->name = g_strdup ("Katarina Lindqvist");
  (void) dk_contact_add_number (contact, "mobile", "919-555-0188");
  g_assert_true (dk_content_store_put_own_contact (f->store, contact, "phone", "1", &error));
  g_assert_no_error (error);
  assert_finds (f, "katarnia", "katarina");
  assert_finds (f, "lindqist", "katarina");
}

static void
test_first (StoreFixture *f, gconstpointer data)
{
  static const char *const on_call[] = { "p6", NULL };
  static const char *const kinds[] = { "device", NULL };
  const DkSearchWish north = { .site = "north" };
  const DkSearchWish call = { .site = "north", .on_call = on_call };
  const DkSearchWish devices = { .kinds = kinds };
  g_autoptr (GPtrArray) a = NULL;
  g_autoptr (GPtrArray) b = NULL;
  g_autoptr (GPtrArray) c = NULL;
  g_autoptr (GPtrArray) d = NULL;

  load_staff (f);
  a = dk_search_with (f->store, "printer", &north, NULL, NULL);
  g_assert_cmpstr (((DkSearchHit *) a->pdata[0])->id, ==, "p5");
  b = dk_search_with (f->store, "printer", &call, NULL, NULL);
  g_assert_cmpstr (((DkSearchHit *) b->pdata[0])->id, ==, "p6");
  g_assert_true (((DkSearchHit *) b->pdata[0])->on_call);
  g_assert_cmpstr (((DkSearchHit *) b->pdata[1])->id, ==, "p5");
  g_assert_cmpuint (b->len, ==, 3); /* nobody twice */
  c = dk_search_with (f->store, "ward 3 printer desk", &call, NULL, NULL);
  g_assert_cmpstr (((DkSearchHit *) c->pdata[0])->id, ==, "p4"); /* exactly that */
  d = dk_search_with (f->store, "ursula", &devices, NULL, NULL);
  g_assert_cmpuint (d->len, ==, 1);
  g_assert_cmpstr (((DkSearchHit *) d->pdata[0])->kind, ==, "device");
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/search/finds-what-was-meant", test_questions);
  STORE_ADD ("/store/search/finds-tickets-as-they-change", test_tickets);
  STORE_ADD ("/store/search/text-is-only-text", test_hostile);
  STORE_ADD ("/store/search/refuses-and-cancels", test_refused);
  STORE_ADD ("/store/search/keeps-its-limit", test_limit);
  STORE_ADD ("/store/search/finds-all-kinds-by-all-they-are-called", test_everything);
  STORE_ADD ("/store/search/finds-initials-ids-and-contracts", test_names_of_the_house);
  STORE_ADD ("/store/search/takes-one-slip-back", test_slips);
  STORE_ADD ("/store/search/takes-one-slip-back-in-imported-names", test_slips_in_imported_names);
  STORE_ADD ("/store/search/puts-first-what-is-wanted", test_first);
  return dk_test_run ();
}
