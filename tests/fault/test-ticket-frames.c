/* SPDX-License-Identifier: MIT */
/* Goal: saving a ticket writes few pages, so that it is durable in one short write: at most 24
 * journal frames in the median. Method: 1,000 tickets through the store with automatic write-back
 * off, frames counted after each; the histogram is printed. A promise about disks: no slack. */
#include <sqlite3.h>

#include "tests/store/store-fixture.h"

#define TICKETS 1000
#define MEDIAN_MAX 24
#define BUCKETS 64

static char *
random_words (GRand *rand, guint count)
{
  static const char *const words[]
      = { "printer", "label", "ward", "login", "screen", "phone",    "scanner", "badge", "door",
          "network", "dark",  "slow", "paper", "queue",  "pharmacy", "bed",     "order", "result" };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < count; i++)
    g_string_append_printf (text, "%s%s%d", i > 0 ? " " : "",
                            words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))],
                            g_rand_int_range (rand, 0, 40));
  return g_string_free (text, FALSE);
}

static json_t *
random_answers (GRand *rand)
{
  g_autofree char *summary = random_words (rand, 6);
  g_autofree char *details = random_words (rand, 25);
  g_autofree char *caller = random_words (rand, 2);
  g_autofree char *location = random_words (rand, 2);

  return json_pack ("{s:s, s:s, s:s, s:s, s:i, s:i}", "summary", summary, "details", details,
                    "caller", caller, "location", location, "impact", g_rand_int_range (rand, 1, 4),
                    "urgency", g_rand_int_range (rand, 1, 4));
}

static guint
save (StoreFixture *f, const DkForm *form, GRand *rand)
{
  g_autoptr (json_t) answers = random_answers (rand);
  g_autofree char *number = NULL;
  g_autoptr (GError) error = NULL;
  guint before = dk_db_journal_frames (f->db);
  gboolean done = dk_ticket_store_save (f->store, form, NULL, answers, 0, FALSE, &number, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  return dk_db_journal_frames (f->db) - before;
}

static void
test_frames (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  guint histogram[BUCKETS] = { 0 };
  guint seen = 0;
  guint median = 0;
  guint most = 0;

  (void) sqlite3_wal_autocheckpoint (dk_db_get_unguarded (f->db), 0);
  for (guint i = 0; i < TICKETS; i++) {
    guint frames = save (f, form, rand);
    g_assert_cmpuint (frames, >, 0);
    histogram[MIN (frames, BUCKETS - 1)]++;
    most = MAX (most, frames);
  }
  for (guint i = 0; i < BUCKETS; i++) {
    if (histogram[i] == 0)
      continue;
    if (seen < TICKETS / 2 && seen + histogram[i] >= TICKETS / 2)
      median = i;
    seen += histogram[i];
    g_test_message ("%3u frames: %4u tickets", i, histogram[i]);
  }
  g_test_message ("median %u, most %u", median, most);
  g_assert_cmpuint (seen, ==, TICKETS);
  g_assert_cmpuint (median, <=, MEDIAN_MAX);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/fault/frames/a-ticket-writes-few-pages", test_frames);
  return dk_test_run ();
}
