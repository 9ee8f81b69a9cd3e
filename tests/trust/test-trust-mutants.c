/* SPDX-License-Identifier: MIT */
/* Goal: whoever has the kit open can write the rows from which trust follows; each such change is
 * found, or is without effect.
 * Method: three packs that change trust are applied, and a fourth, genuine one lies ready; then the
 * rows are changed at random (bytes, exchanged columns, missing, moved and inserted rows), and what
 * counts is compared with what did. Control: with the checks off, changes must get through. */
#include <string.h>

#include "app/db/statement.h"
#include "app/trust/trust-private.h"
#include "tests/trust/trust-fixture.h"

#define NAME "Test desk"
#define MUTANTS 1200
#define CONTROLS 120
#define ROWS 3
#define KINDS 9

static const char *const columns[] = { "manifest", "signatures", "fleet" };

/* What counts, as text, without what is told about it. New string. */
static char *
describe (DkStore *store, guint *problems)
{
  g_autoptr (DkTrust) trust = trust_now (store);
  g_autoptr (json_t) all = dk_trust_to_json (trust);

  *problems = trust->problems->len;
  json_object_del (all, "problems");
  return dk_json_text (all, TRUE);
}

static char *
get (DkStore *store, gint64 sequence, const char *column)
{
  g_autofree char *sql
      = g_strdup_printf ("SELECT %s FROM fleet_change WHERE sequence = ?1", column);
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), g_intern_string (sql));
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, sequence);
  g_assert_true (dk_stmt_step (stmt, &has_row, NULL) && has_row);
  return g_strdup (dk_stmt_text (stmt, 0));
}

static void
put (DkStore *store, gint64 sequence, const char *column, const char *text)
{
  g_autofree char *sql
      = g_strdup_printf ("UPDATE fleet_change SET %s = ?2 WHERE sequence = ?1", column);
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), g_intern_string (sql));

  dk_stmt_bind_int (stmt, 1, sequence);
  dk_stmt_bind_text (stmt, 2, text);
  g_assert_true (dk_stmt_run (stmt, NULL));
}

/* One letter or digit becomes another one, so that JSON stays JSON as a rule. */
static void
change_byte (DkStore *store, GRand *random, gint64 sequence)
{
  const char *column = columns[g_rand_int_range (random, 0, 3)];
  g_autofree char *text = get (store, sequence, column);
  gsize size = strlen (text);
  gsize at;

  do
    at = (gsize) g_rand_int_range (random, 0, (gint32) size);
  while (!g_ascii_isalnum (text[at]));
  text[at] = text[at] == 'x' ? 'y' : text[at] == '1' ? '2' : g_ascii_isdigit (text[at]) ? '1' : 'x';
  put (store, sequence, column, text);
}

static void
cut (DkStore *store, GRand *random, gint64 sequence)
{
  const char *column = columns[g_rand_int_range (random, 0, 3)];
  g_autofree char *text = get (store, sequence, column);

  text[g_rand_int_range (random, 0, (gint32) strlen (text))] = '\0';
  put (store, sequence, column, text);
}

static void
exchange (DkStore *store, GRand *random, gint64 a, gint64 b)
{
  const char *column = columns[g_rand_int_range (random, 0, 3)];
  g_autofree char *first = get (store, a, column);
  g_autofree char *second = get (store, b, column);

  put (store, a, column, second);
  put (store, b, column, first);
}

static void
insert (DkStore *store, const char *name, gint64 sequence, const json_t *fleet,
        const char *signers)
{
  g_autoptr (DkContainer) pack = trust_pack (name, sequence, fleet, signers);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT OR REPLACE INTO fleet_change"
                           " (name, sequence, manifest, signatures, fleet, applied_ms)"
                           " VALUES (?1, ?2, ?3, ?4, ?5, 1)");
  g_autoptr (json_t) signatures = json_object ();
  g_autofree char *texts = NULL;
  g_autofree char *fleet_text = dk_json_canonical (fleet, NULL);
  GBytes *bytes = dk_container_manifest_bytes (pack);
  g_autofree char *manifest = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  for (guint i = 0; i < dk_container_signature_count (pack); i++) {
    GBytes *text = dk_container_signature (pack, i);
    g_autofree char *copy = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
    dk_json_set_text (signatures, dk_container_signature_id (pack, i), copy);
  }
  texts = dk_json_canonical (signatures, NULL);
  dk_stmt_bind_text (stmt, 1, name);
  dk_stmt_bind_int (stmt, 2, sequence);
  dk_stmt_bind_text (stmt, 3, manifest);
  dk_stmt_bind_text (stmt, 4, texts);
  dk_stmt_bind_text (stmt, 5, fleet_text);
  g_assert_true (dk_stmt_run (stmt, NULL));
}

/* A fleet that would bring in the attacker's key. */
static json_t *
make_evil (GRand *random)
{
  json_t *fleet = trust_fleet_new ();

  trust_fleet_add (fleet, "signers", trust_key (SIGNER_A));
  trust_fleet_add (fleet, "signers", trust_key (SIGNER_D));
  trust_fleet_place (fleet, "desks", "D9", (guint8) g_rand_int_range (random, 30, 90));
  return fleet;
}

static void
mutate (DkStore *store, GRand *random, int kind)
{
  gint64 a = g_rand_int_range (random, 1, ROWS + 1);
  gint64 b = a % ROWS + 1;
  g_autoptr (json_t) evil = make_evil (random);
  g_autofree char *text = NULL;
  g_autofree char *sql = NULL;

  switch (kind) {
  case 0:
    change_byte (store, random, a);
    break;
  case 1:
    cut (store, random, a);
    break;
  case 2:
    exchange (store, random, a, b);
    break;
  case 3: /* removed */
    sql = g_strdup_printf ("DELETE FROM fleet_change WHERE sequence = %d", (int) a);
    trust_sql (store, g_intern_string (sql));
    break;
  case 4: /* under another number or name */
    sql = g_strdup_printf ("UPDATE fleet_change SET %s WHERE sequence = %d",
                           g_rand_boolean (random) ? "sequence = 77" : "name = 'Other'", (int) a);
    trust_sql (store, g_intern_string (sql));
    break;
  case 5: /* signed by the attacker alone */
    insert (store, NAME, g_rand_int_range (random, 1, 20), evil, "D");
    break;
  case 6: /* signed by one who counts, where two are needed */
    insert (store, NAME, g_rand_int_range (random, 1, 20), evil, "AD");
    break;
  case 7: /* genuine, and never applied here */
    insert (store, g_rand_boolean (random) ? NAME : "Other", g_rand_int_range (random, 4, 20),
            evil, "AB");
    break;
  default: /* the fleet alone, with a key of the attacker's */
    text = dk_json_canonical (evil, NULL);
    put (store, a, "fleet", text);
    break;
  }
}

static void
apply_three (DkStore *store)
{
  g_autoptr (json_t) first = trust_fleet_new ();
  g_autoptr (json_t) second = NULL;
  g_autoptr (json_t) third = NULL;

  trust_add_signers (store, "AC");
  trust_fleet_add (first, "signers", trust_key (SIGNER_A));
  trust_fleet_add (first, "signers", trust_key (SIGNER_B));
  trust_fleet_place (first, "stations", "A07", 1);
  trust_applied (store, NAME, 1, first, "AC");
  second = json_deep_copy (first);
  trust_fleet_add (second, "revoked", trust_key (SIGNER_C));
  trust_fleet_place (second, "desks", "D1", 2);
  trust_applied (store, NAME, 2, second, "AB");
  third = json_deep_copy (second);
  trust_fleet_place (third, "stations", "A08", 3);
  trust_fleet_add (third, "routes", "https://packs.example/");
  trust_applied (store, NAME, 3, third, "BA");
}

/* Number of changes that are neither found nor without effect. */
static guint
run (DkStore *store, GRand *random, guint count, guint kinds[KINDS], guint *found)
{
  guint missed = 0;
  guint before = 0;
  g_autofree char *right = describe (store, &before);

  g_assert_cmpuint (before, ==, 0);
  for (guint i = 0; i < count; i++) {
    int kind = (int) (i % KINDS);
    guint problems = 0;
    g_autofree char *now = NULL;
    trust_sql (store, "SAVEPOINT mutant");
    mutate (store, random, kind);
    now = describe (store, &problems);
    *found += problems > 0;
    kinds[kind] += problems > 0;
    missed += problems == 0 && strcmp (now, right) != 0;
    trust_sql (store, "ROLLBACK TO mutant");
    trust_sql (store, "RELEASE mutant");
  }
  return missed;
}

static void
test_mutants (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  guint kinds[KINDS] = { 0 };
  guint unused[KINDS] = { 0 };
  guint found = 0;
  guint ignored = 0;
  guint missed;
  guint through;

  apply_three (store);
  missed = run (store, random, MUTANTS, kinds, &found);
  dk_trust_set_checking (FALSE);
  through = run (store, random, CONTROLS, unused, &ignored);
  dk_trust_set_checking (TRUE);
  g_test_message ("%d changes: %u found, %u without effect, %u missed; unchecked %u of %d through",
                  MUTANTS, found, MUTANTS - found - missed, missed, through, CONTROLS);
  g_assert_cmpuint (missed, ==, 0);
  g_assert_cmpuint (found, >=, MUTANTS * 8 / 10);
  for (int kind = 0; kind < KINDS; kind++)
    g_assert_cmpuint (kinds[kind], >, 0);
  g_assert_cmpuint (through, >=, CONTROLS / 4);
  g_clear_pointer (&kit, dk_kit_free);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/trust/rows/each-change-is-found-or-without-effect", test_mutants);
  return g_test_run ();
}
