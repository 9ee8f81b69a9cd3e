/* SPDX-License-Identifier: MIT */
/* What it costs to verify a ledger of 100,000 entries: CPU time of the whole verifier, and as a
 * ratio to reading the same lines and hashing them with BLAKE2b, in the same run, medians. An
 * entry in fifty is signed by a person, as voids and pushes are. Prints `name value limit`. */
#include <stdlib.h>

#include "app/base/platform.h"
#include "app/crypto/aead.h"
#include "tests/store/store-fixture.h"

#define ENTRIES 100000
#define BATCH 1000
#define ROUNDS 5
#define LIMIT_MS 1000.0

static void
append_batch (StoreFixture *f, guint from)
{
  DkTransaction *transaction = dk_transaction_new (f->db, NULL);

  for (guint i = from; i < from + BATCH; i++) {
    g_autofree char *object = g_strdup_printf ("DT-A07-%04u-X", i / 5 + 1);
    g_autoptr (json_t) body
        = json_pack ("{s:{s:s, s:s, s:s, s:b}, s:i}", "fields", "summary",
                     "Label printer in the pharmacy prints blank labels", "caller", "Charge nurse",
                     "location", "Building C, floor 2", "safety", i % 7 == 0, "priority", 3);
    const char *kind = i % 50 == 0 ? DK_ENTRY_TICKET_VOID : DK_ENTRY_TICKET_SET;
    if (i % 50 == 0)
      dk_store_sign_body (f->store, kind, object, body);
    g_assert_true (dk_ledger_append (f->store, kind, object, 0, body, NULL, NULL));
  }
  g_assert_true (dk_transaction_commit (transaction, NULL));
  dk_transaction_free (transaction);
}

static double
hash_lines (StoreFixture *f)
{
  gint64 start = dk_platform_cpu_us ();
  g_autoptr (DkStmt) stmt = dk_stmt_new (f->db, "SELECT line FROM entry ORDER BY id");
  gboolean has_row;
  guint8 hash[32];
  guint count = 0;

  while (dk_stmt_step (stmt, &has_row, NULL) && has_row) {
    gsize size;
    const void *line = dk_stmt_blob (stmt, 0, &size);
    dk_hash (hash, sizeof hash, line, size, NULL);
    count++;
  }
  g_assert_cmpuint (count, ==, ENTRIES + 1);
  return (double) (dk_platform_cpu_us () - start) / 1000.0;
}

static double
verify (StoreFixture *f)
{
  gint64 start = dk_platform_cpu_us ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DkLedgerReport) report = dk_ledger_verify (f->store, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (report->problems->len, ==, 0);
  g_assert_cmpint (report->entries, ==, ENTRIES + 1);
  return (double) (dk_platform_cpu_us () - start) / 1000.0;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

int
main (int argc, char **argv)
{
  StoreFixture f = { 0 };
  double whole[ROUNDS];
  double plain[ROUNDS];
  g_autoptr (DkPerson) person = NULL;

  dk_test_init (&argc, &argv);
  store_fixture_set_up (&f, NULL);
  person = store_fixture_person (&f, "anna", DK_ROLE_ADMIN);
  dk_store_set_person (f.store, person);
  for (guint i = 0; i < ENTRIES; i += BATCH)
    append_batch (&f, i);
  store_fixture_reopen (&f);
  for (guint i = 0; i < ROUNDS; i++) {
    plain[i] = hash_lines (&f);
    whole[i] = verify (&f);
  }
  qsort (whole, ROUNDS, sizeof whole[0], compare);
  qsort (plain, ROUNDS, sizeof plain[0], compare);
  g_print ("verify-100000-ms %.0f %.0f\n", whole[ROUNDS / 2], LIMIT_MS);
  g_print ("hash-lines-ms %.0f -\n", plain[ROUNDS / 2]);
  g_print ("verify-ratio %.2f -\n", whole[ROUNDS / 2] / plain[ROUNDS / 2]);
  store_fixture_tear_down (&f, NULL);
  return whole[ROUNDS / 2] <= LIMIT_MS ? EXIT_SUCCESS : EXIT_FAILURE;
}
