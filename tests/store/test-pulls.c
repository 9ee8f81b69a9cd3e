/* SPDX-License-Identifier: MIT */
/* Goal: what pulldata () finds in the lists of a kit is the right row, and the size of the lists
 * does not matter: a form asks as somebody types. Method: a small pack beside imported contacts;
 * then the same questions with 20,000 more rows, the quickest of some rounds compared. A question
 * that no index answers must fail that comparison. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/platform.h"
#include "app/store/content-private.h"
#include "app/store/form-world.h"

#define ROWS "20000"
#define ROUNDS 5
#define SLOWER_MAX 12.0 /* reading all the rows takes far more than that */

static const char fill_contacts[]
    = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " ROWS ")"
      " INSERT INTO contact (pack, ref, name, tier, numbers, login)"
      " SELECT 7, 'filler-' || i, 'Filler ' || i, 1, '[]', 'filler' || i FROM n";
static const char fill_found[]
    = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " ROWS ")"
      " INSERT INTO found (pack, kind, ref, title, snippet, name, words, digits)"
      " SELECT 7, 'contact', 'filler-' || i, 'Filler ' || i, '', 'filler ' || i, '', '' FROM n";
static const char fill_devices[]
    = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " ROWS ")"
      " INSERT INTO device (pack, ref) SELECT 7, 'FILL' || i FROM n";
static const char fill_entries[]
    = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " ROWS ")"
      " INSERT INTO entry (station, chain, seq, hash, kind, object, line)"
      " SELECT 'A07', 'ffffffff', i, randomblob (32), 'ticket-note', '', randomblob (300) FROM n";

static DkContact *
new_contact (const char *id, const char *name, const char *login, const char *role)
{
  DkContact *contact = dk_contact_new ();

  contact->id = g_strdup (id);
  contact->name = g_strdup (name);
  contact->login = g_strdup (login);
  contact->role = g_strdup (role);
  return contact;
}

static void
load (StoreFixture *f, gint64 pack, DkContact *contacts[], guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autoptr (GError) error = NULL;
    gboolean is_added = dk_content_add_contact_row (f->store, pack, contacts[i], 0, &error);
    g_assert_no_error (error);
    g_assert_true (is_added);
    dk_contact_free (contacts[i]);
  }
}

static void
load_lists (StoreFixture *f)
{
  DkContact *of_pack[]
      = { new_contact ("muller", "Anna Müller", "amu", "with two dots"),
          new_contact ("muller-2", "Anna Muller", "amuller", "without"),
          new_contact ("twin-b", "Jo Twin", NULL, "the first one"),
          new_contact ("twin-a", "Jo Twin", NULL, "the second one"),
          new_contact ("his", "Hospital Information Service Desk", "his", "four words") };
  DkContact *own[] = { new_contact ("phones-1", "Jo Twin", "jtwin", "imported"),
                       new_contact ("phones-2", "Rosa Own", "AMU", "imported") };

  dk_fixture_exec (
      f->db, "INSERT INTO pack (id, name, organisation, sequence, created_ms, expires_ms,"
             " applied_ms, manifest, signatures) VALUES (7, 'p', 'o', 1, 1, 1, 1, '{}', '[]'),"
             " (2147483647, '', '', 0, 1, 0, 1, '{}', '[]')");
  dk_fixture_exec (f->db, "INSERT INTO setting (key, value) VALUES ('pack', '7')"
                          " ON CONFLICT (key) DO UPDATE SET value = '7'");
  load (f, 7, of_pack, G_N_ELEMENTS (of_pack));
  load (f, DK_CONTENT_OWN, own, G_N_ELEMENTS (own));
}

static void
test_contacts (StoreFixture *f, gconstpointer data)
{
  static const struct {
    const char *by, *key, *role;
  } cases[] = {
    { "name", "Anna Müller", "with two dots" },
    { "name", "ANNA MÜLLER", "with two dots" },
    { "name", "Anna Muller", "without" },
    { "name", "jo twin", "the first one" },
    { "name", "rosa own", "imported" },
    { "name", "Hospital Information Service Desk", "four words" },
    { "name", "hospital information service desk hisd", NULL },
    { "name", "Anna", NULL },
    { "login", "AMU", "with two dots" },
    { "login", "jtwin", "imported" },
    { "login", "nobody", NULL },
    { "id", "muller-2", "without" },
    { "id", "MULLER-2", "without" },
    { "id", "phones-2", "imported" },
    { "id", "muller-3", NULL },
    { "ref", "muller", NULL },
    { "role", "without", NULL },
  };

  load_lists (f);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *role
        = dk_store_form_pull (f->store, "contacts", "role", cases[i].by, cases[i].key);
    g_assert_cmpstr (role, ==, cases[i].role);
  }
}

static void
note_person (StoreFixture *f, const char *kind, const char *object, const char *body_text)
{
  g_autoptr (json_t) body = json_loads (body_text, 0, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_ledger_append (f->store, kind, object, 0, body, NULL, &error));
  g_assert_no_error (error);
}

static void
state_people (StoreFixture *f)
{
  note_person (f, "people-stated", NULL,
               "{\"people\":[{\"name\":\"Ana\",\"role\":\"frontline\"},"
               "{\"name\":\"Ben\",\"role\":\"lead\"}]}");
  note_person (f, "user-added", "Cleo", "{\"name\":\"Cleo\",\"role\":\"frontline\"}");
  note_person (f, "user-changed", "Cleo", "{\"name\":\"Cleo\",\"role\":\"lead\"}");
  note_person (f, "user-removed", "Ben", "{\"why\":\"left\"}");
}

static void
test_people (StoreFixture *f, gconstpointer data)
{
  static const struct {
    const char *name, *role;
  } cases[] = { { "ana", "frontline" }, { "Cleo", "lead" }, { "Ben", NULL }, { "Dora", NULL } };

  state_people (f);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *role
        = dk_store_form_pull (f->store, "people", "role", "name", cases[i].name);
    g_assert_cmpstr (role, ==, cases[i].role);
  }
}

typedef struct {
  const char *table, *column, *by, *key;
} Question;

/* Of some rounds the quickest, in µs of CPU. */
static double
measure (StoreFixture *f, const Question *question)
{
  double least = G_MAXDOUBLE;

  for (guint round = 0; round < ROUNDS; round++) {
    gint64 begun_us = dk_platform_cpu_us ();
    for (guint i = 0; i < 10; i++)
      g_free (dk_store_form_pull (f->store, question->table, question->column, question->by,
                                  question->key));
    least = MIN (least, (double) (dk_platform_cpu_us () - begun_us) / 10);
  }
  return MAX (least, 10);
}

static void
test_size_does_not_matter (StoreFixture *f, gconstpointer data)
{
  static const Question questions[] = {
    { "contacts", "role", "name", "anna müller" }, { "contacts", "role", "name", "Nobody" },
    { "contacts", "role", "login", "jtwin" },      { "contacts", "role", "login", "nobody" },
    { "contacts", "role", "id", "phones-2" },      { "contacts", "role", "id", "nobody" },
    { "devices", "host", "host", "pc-nowhere" },   { "people", "role", "name", "Cleo" },
  };
  double before[G_N_ELEMENTS (questions)];

  load_lists (f);
  state_people (f);
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    before[i] = measure (f, &questions[i]);
  dk_fixture_exec (f->db, fill_contacts);
  dk_fixture_exec (f->db, fill_found);
  dk_fixture_exec (f->db, fill_devices);
  dk_fixture_exec (f->db, fill_entries);
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++) {
    double after = measure (f, &questions[i]);
    g_test_message ("%s by %s: %.0f us, with " ROWS " more rows %.0f us", questions[i].table,
                    questions[i].by, before[i], after);
    g_assert_cmpfloat (after, <=, SLOWER_MAX * before[i]);
  }
}

/* The control: without its index a question is slow, and this is seen. */
static void
test_control_without_index (StoreFixture *f, gconstpointer data)
{
  static const Question question = { "contacts", "role", "login", "jtwin" };
  double before;

  load_lists (f);
  before = measure (f, &question);
  dk_fixture_exec (f->db, fill_contacts);
  dk_fixture_exec (f->db, "DROP INDEX contact_login");
  g_assert_cmpfloat (measure (f, &question), >, SLOWER_MAX * before);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/pulls/contacts-by-name-login-and-id", test_contacts);
  STORE_ADD ("/store/pulls/people-as-the-ledger-leaves-them", test_people);
  STORE_ADD ("/store/pulls/size-of-the-lists-does-not-matter", test_size_does_not_matter);
  STORE_ADD ("/store/pulls/control-without-an-index-is-slow", test_control_without_index);
  return dk_test_run ();
}
