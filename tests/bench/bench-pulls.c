/* SPDX-License-Identifier: MIT */
/* Goal: what a form asks of the lists of a kit comes while somebody types: at most 2 ms of CPU for
 * a contact among 100,000 and 5 ms for who can open a kit whose ledger has 100,000 entries. Method:
 * the sample of a large hospital, contacts drawn from it and names that nobody has; the middle of
 * all questions of a kind is held against the limit, the worst is shown. */
#include <stdio.h>

#include "app/base/platform.h"
#include "app/store/content-store.h"
#include "app/store/form-world.h"
#include "tests/bench/figures.h"
#include "tests/bench/sample-content.h"
#include "tests/store/store-fixture.h"
#include "tests/support/support.h"

#define ROUNDS 300
#define ENTRIES "100000"
#define CONTACT_MS_MAX 2.0
#define PERSON_MS_MAX 5.0

static const char fill_entries[]
    = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " ENTRIES ")"
      " INSERT INTO entry (station, chain, seq, hash, kind, object, line)"
      " SELECT 'A07', 'ffffffff', i, randomblob (32), 'ticket-note', '', randomblob (300) FROM n";

static double
ask (DkStore *store, const char *table, const char *by, const char *key)
{
  gint64 begun_us = dk_platform_cpu_us ();

  g_free (dk_store_form_pull (store, table, "role", by, key));
  return (double) (dk_platform_cpu_us () - begun_us) / 1000;
}

/* What a contact of the sample has in that column, or with its first letter changed. */
static char *
draw_key (DkStore *store, GRand *rand, const char *by, gboolean is_known)
{
  g_autofree char *id = g_strdup_printf ("c%d", g_rand_int_range (rand, 0, SAMPLE_CONTACTS));
  g_autoptr (DkContact) contact = dk_content_store_contact (store, id, NULL);
  const char *key = g_str_equal (by, "id") ? id : contact->name;

  if (g_str_equal (by, "login"))
    key = contact->login;
  return is_known ? g_strdup (key) : g_strdup_printf ("~%s", key);
}

static void
report (DkStore *store, const char *table, const char *by, gboolean is_known, double limit)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autofree char *name = g_strdup_printf ("%s by %s%s, ms", table, by,
                                           is_known ? "" : ", nobody has it");
  double middle;

  for (guint i = 0; i < ROUNDS; i++) {
    g_autofree char *key = draw_key (store, rand, by, is_known);
    double ms = ask (store, table, by, key);
    g_array_append_val (values, ms);
  }
  middle = bench_median (values);
  bench_figure (name, middle, limit);
  printf ("  worst of %d: %.2f ms\n", ROUNDS, g_array_index (values, double, values->len - 1));
}

int
main (int argc, char **argv)
{
  static const char *const ways[] = { "name", "login", "id" };
  StoreFixture f = { NULL };

  dk_test_init (&argc, &argv);
  store_fixture_set_up (&f, NULL);
  sample_content_load (f.store, 1);
  dk_fixture_exec (f.db, fill_entries);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    report (f.store, "contacts", ways[i], TRUE, CONTACT_MS_MAX);
    report (f.store, "contacts", ways[i], FALSE, CONTACT_MS_MAX);
  }
  report (f.store, "people", "name", FALSE, PERSON_MS_MAX);
  store_fixture_tear_down (&f, NULL);
  return dk_test_run () == 0 ? bench_result () : 1;
}
