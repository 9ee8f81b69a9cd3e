/* SPDX-License-Identifier: MIT */
/* Goal: a pack comes into force as a whole or not at all, and the one before stays. Method: packs
 * loaded in pieces, broken off, and switched, with the queries asked after each step. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/store/content-store.h"
#include "app/store/search.h"

static gboolean
begin (StoreFixture *f, DkPackFacts *facts, gint64 sequence)
{
  *facts = (DkPackFacts){ .name = (char *) "hospital",
                          .organisation = (char *) "Hospital",
                          .sequence = sequence,
                          .created_ms = 1000 * sequence,
                          .expires_ms = 2000 * sequence };
  return dk_content_store_begin (f->store, facts, NULL);
}

static void
add_contact (StoreFixture *f, gint64 pack, const char *id, const char *name)
{
  g_autoptr (GPtrArray) contacts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (GError) error = NULL;
  DkContact *contact = dk_contact_new ();

  contact->id = g_strdup (id);
  contact->name = g_strdup (name);
  contact->role = g_strdup ("Help desk");
  dk_contact_add_number (contact, "desk", "+1 555 010 0142");
  dk_contact_add_number (contact, "pager", "7731");
  g_ptr_array_add (contacts, contact);
  g_assert_true (dk_content_store_add_contacts (f->store, pack, contacts, &error));
  g_assert_no_error (error);
}

static void
load (StoreFixture *f, gint64 sequence, const char *name)
{
  DkPackFacts facts;
  g_autoptr (GError) error = NULL;

  g_assert_true (begin (f, &facts, sequence));
  add_contact (f, facts.id, "c1", name);
  g_assert_true (dk_content_store_switch (f->store, &facts, &error));
  g_assert_no_error (error);
}

/* Takes out what no reader sees any more. */
static void
drain (StoreFixture *f)
{
  gboolean more = TRUE;

  for (guint i = 0; more && i < 10000; i++)
    g_assert_true (dk_content_store_remove_step (f->store, &more, NULL));
  g_assert_false (more);
}

static guint
count_hits (StoreFixture *f, const char *text)
{
  g_autoptr (GPtrArray) hits = dk_search (f->store, text, 50, NULL, NULL);

  return hits->len;
}

static void
assert_contact (StoreFixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContact) contact = dk_content_store_contact (f->store, "c1", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (contact->name, ==, name);
  g_assert_cmpuint (contact->numbers->len, ==, 2);
}

static void
test_switch (StoreFixture *f, gconstpointer data)
{
  DkPackFacts facts;
  g_autoptr (DkPackFacts) current = NULL;
  g_autofree char *packs = NULL;
  g_autofree char *rows = NULL;

  g_assert_null (dk_content_store_current (f->store, NULL));
  load (f, 1, "Radiology");
  assert_contact (f, "Radiology");
  g_assert_true (begin (f, &facts, 2));
  add_contact (f, facts.id, "c1", "Pharmacy");
  assert_contact (f, "Radiology"); /* the new one is not seen yet */
  g_assert_cmpuint (count_hits (f, "pharmacy"), ==, 0);
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
  assert_contact (f, "Pharmacy");
  g_assert_cmpuint (count_hits (f, "pharmacy"), ==, 1);
  g_assert_cmpuint (count_hits (f, "radiology"), ==, 0);
  load (f, 3, "Surgery");
  drain (f);
  packs = store_fixture_text (f, "SELECT group_concat (sequence) FROM pack");
  g_assert_cmpstr (packs, ==, "2,3"); /* the one before stays, older ones go */
  rows = store_fixture_text (f, "SELECT (SELECT count(*) FROM contact)"
                                " || (SELECT count(*) FROM found)");
  g_assert_cmpstr (rows, ==, "22");
  current = dk_content_store_current (f->store, NULL);
  g_assert_cmpint (current->sequence, ==, 3);
  store_fixture_reopen (f);
  assert_contact (f, "Surgery");
  g_assert_true (dk_db_check (f->db, NULL));
}

/* Clocks jump; the pack in force must not count as an old one for that. */
static void
test_clock_back (StoreFixture *f, gconstpointer data)
{
  load (f, 1, "One");
  load (f, 2, "Two");
  dk_fixture_exec (f->db, "UPDATE pack SET applied_ms = applied_ms + 9999999999");
  load (f, 3, "Three");
  assert_contact (f, "Three");
  load (f, 4, "Four");
  assert_contact (f, "Four");
}

static void
test_broken_off (StoreFixture *f, gconstpointer data)
{
  DkPackFacts facts;
  DkPackFacts next;
  g_autofree char *rows = NULL;
  g_autofree char *words = NULL;

  load (f, 1, "Radiology");
  g_assert_true (begin (f, &facts, 2));
  add_contact (f, facts.id, "c1", "Pharmacy");
  add_contact (f, facts.id, "c2", "Surgery");
  store_fixture_reopen (f);
  assert_contact (f, "Radiology");
  g_assert_cmpuint (count_hits (f, "surgery"), ==, 0);
  g_assert_true (begin (f, &next, 3));
  drain (f); /* what broke off, not what is being loaded */
  g_assert_true (dk_content_store_is_loading (f->store, next.id));
  rows = store_fixture_text (f, "SELECT (SELECT count(*) FROM contact)"
                                " || (SELECT count(*) FROM pack) || (SELECT count(*) FROM found)");
  g_assert_cmpstr (rows, ==, "121");
  words = store_fixture_text (f, "SELECT count(*) FROM content_words WHERE content_words"
                                 " MATCH 'surgery'");
  g_assert_cmpstr (words, ==, "0");
}

static void
test_bad_policy (StoreFixture *f, gconstpointer data)
{
  g_autoptr (json_t) bad = store_fixture_answers ("{\"priority\":{\"safety_floor\":0}}");
  g_autoptr (json_t) good = store_fixture_answers ("{\"priority\":{\"safety_floor\":1}}");
  g_autoptr (GError) error = NULL;
  DkPackFacts facts;

  load (f, 1, "Radiology");
  g_assert_true (begin (f, &facts, 2));
  g_assert_true (dk_content_store_add_document (f->store, facts.id, "policy", bad, NULL));
  g_assert_false (dk_content_store_switch (f->store, &facts, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  assert_contact (f, "Radiology");
  store_fixture_reopen (f); /* it still opens */
  g_assert_cmpint (dk_store_policy (f->store)->safety_floor, ==, 2);
  g_assert_true (begin (f, &facts, 3));
  g_assert_true (dk_content_store_add_document (f->store, facts.id, "policy", good, NULL));
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
  g_assert_cmpint (dk_store_policy (f->store)->safety_floor, ==, 1);
}

/* Lists come from tables with any heading and any number in them. */
static void
test_documents (StoreFixture *f, gconstpointer data)
{
  g_autoptr (json_t) list = store_fixture_answers ("[{\"Größe\":1.5,\"Ort\":null}]");
  g_autoptr (json_t) read = NULL;
  g_autoptr (GError) error = NULL;
  DkPackFacts facts;

  g_assert_true (begin (f, &facts, 1));
  g_assert_true (dk_content_store_add_document (f->store, facts.id, "list-x", list, NULL));
  g_assert_null (dk_content_store_document (f->store, "list-x", &error));
  g_assert_no_error (error);
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
  read = dk_content_store_document (f->store, "list-x", &error);
  g_assert_true (json_equal (read, list));
}

static void
add_services (StoreFixture *f, gint64 pack)
{
  g_autoptr (GPtrArray) services
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_service_free);
  DkService *ehr = dk_service_new ();
  DkService *lab = dk_service_new ();

  ehr->id = g_strdup ("ehr");
  ehr->name = g_strdup ("Health record");
  ehr->criticality = 1;
  ehr->workaround = g_strdup ("paper");
  lab->id = g_strdup ("lab");
  lab->name = g_strdup ("Laboratory");
  lab->criticality = 2;
  lab->depends_on = g_strdupv ((char *[]){ (char *) "ehr", NULL });
  g_ptr_array_add (services, ehr);
  g_ptr_array_add (services, lab);
  g_assert_true (dk_content_store_add_services (f->store, pack, services, NULL));
}

static void
add_runbook (StoreFixture *f, gint64 pack)
{
  g_autoptr (GPtrArray) runbooks
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_runbook_free);
  DkRunbook *runbook = dk_runbook_new ();

  runbook->id = g_strdup ("ehr-down");
  runbook->title = g_strdup ("EHR is down");
  runbook->markdown = g_strdup ("# EHR\n\n- [ ] Call the vendor\n");
  g_ptr_array_add (runbooks, runbook);
  g_assert_true (dk_content_store_add_runbooks (f->store, pack, runbooks, NULL));
}

static void
test_kinds (StoreFixture *f, gconstpointer data)
{
  DkPackFacts facts;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) services = NULL;
  g_autoptr (GPtrArray) dependents = NULL;
  g_autoptr (GPtrArray) forms = NULL;
  g_autoptr (DkRunbook) runbook = NULL;
  g_autoptr (DkForm) shipped = NULL;

  g_assert_true (begin (f, &facts, 1));
  add_services (f, facts.id);
  add_runbook (f, facts.id);
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
  services = dk_content_store_services (f->store, NULL);
  g_assert_cmpuint (services->len, ==, 2);
  g_assert_cmpstr (((DkService *) g_ptr_array_index (services, 1))->depends_on[0], ==, "ehr");
  dependents = dk_content_store_dependents (f->store, "ehr", NULL);
  g_assert_cmpuint (dependents->len, ==, 1);
  runbook = dk_content_store_runbook (f->store, "ehr-down", &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (runbook->markdown, "vendor"));
  g_assert_cmpuint (count_hits (f, "vendor"), ==, 1);
  shipped = dk_content_store_form (f->store, "call-log", &error);
  g_assert_no_error (error);
  forms = dk_content_store_form_ids (f->store, NULL);
  g_assert_cmpuint (forms->len, >=, 2);
  g_assert_null (dk_content_store_runbook (f->store, "none\x1b", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_assert_null (strchr (error->message, '\x1b'));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/content/switches-as-a-whole", test_switch);
  STORE_ADD ("/store/content/survives-a-clock-set-back", test_clock_back);
  STORE_ADD ("/store/content/a-broken-off-load-is-never-seen", test_broken_off);
  STORE_ADD ("/store/content/a-bad-policy-is-not-put-in-force", test_bad_policy);
  STORE_ADD ("/store/content/documents-of-any-shape", test_documents);
  STORE_ADD ("/store/content/every-kind-comes-back", test_kinds);
  return dk_test_run ();
}
