/* SPDX-License-Identifier: MIT */
/* Goal: no table and no card makes an import crash, hang or eat the memory; each case ends within
 * 2 seconds, with people, with rejects or with a reason.
 * Method: crafted files, each timed; the peak of the process's memory is told. 100 MB cases run
 * with DK_LONG=1, else 20 MB. */
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "app/import/table.h"
#include "app/import/vcard.h"
#include "tests/support/support.h"

#define SECONDS_MAX 2.0
#define MEMORY_MIB_MAX 700

/* What became of a file. */
typedef struct {
  guint taken;
  guint rejected;
  gboolean refused;
} Outcome;

static guint cases;

static gsize
big (void)
{
  return dk_test_is_long () ? 100u << 20 : 20u << 20;
}

static Outcome
run (const char *what, GString *text, gboolean card)
{
  g_autoptr (GBytes) bytes = g_string_free_to_bytes (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkImportList) list = NULL;
  g_autoptr (DkTable) table = NULL;
  g_autoptr (DkTableMap) map = NULL;
  clock_t began = clock (); /* of this process: others may be at work */
  double seconds;

  if (card) {
    list = dk_vcard_read (bytes, "x.vcf", NULL, &error);
  } else {
    table = dk_table_new (bytes, "x.csv", &error);
    map = table != NULL ? dk_table_map_guess (table) : NULL;
    list = map != NULL ? dk_table_read (table, map, NULL, &error) : NULL;
  }
  seconds = (double) (clock () - began) / CLOCKS_PER_SEC;
  g_assert_true ((list == NULL) == (error != NULL));
  g_test_message ("%-40s %.2f s: %s", what, seconds,
                  error != NULL        ? error->message
                  : list->rejected > 0 ? "rejects"
                                       : "taken");
  if (g_getenv ("ASAN_OPTIONS") == NULL)
    g_assert_cmpfloat (seconds, <=, SECONDS_MAX);
  cases++;
  if (list == NULL)
    return (Outcome){ 0, 0, TRUE };
  return (Outcome){ list->records->len, list->rejected, FALSE };
}

static void
repeat (GString *text, const char *piece, gsize bytes)
{
  gsize size = strlen (piece);

  for (gsize done = 0; done < bytes; done += size)
    g_string_append_len (text, piece, (gssize) size);
}

static GString *
table_with (const char *before, const char *piece, gsize bytes, const char *after)
{
  GString *text = g_string_new ("Name,Phone,Note\nA,555-0100,x\n");

  g_string_append (text, before);
  repeat (text, piece, bytes);
  g_string_append (text, after);
  return text;
}

static void
test_tables (void)
{
  Outcome o = run ("field of a million characters",
                   table_with ("B,555-0101,", "x", 1000000, "\nC,555-0102,y\n"), FALSE);

  g_assert_cmpuint (o.taken, ==, 2);
  g_assert_cmpuint (o.rejected, ==, 1);
  o = run ("quoted field of a million characters",
           table_with ("B,555-0101,\"", "x\n", 1000000, "\"\nC,555-0102,y\n"), FALSE);
  g_assert_cmpuint (o.taken, ==, 2);
  g_assert_cmpuint (o.rejected, ==, 1);
  o = run ("row of 100,000 columns", table_with ("B,555-0101,", "x,", 200000, "\nC,555-0102,y\n"),
           FALSE);
  g_assert_cmpuint (o.taken, ==, 2);
  g_assert_cmpuint (o.rejected, ==, 1);
  o = run ("quote that never closes", table_with ("\"B,555-0101,x\n", "D,555-0103,x\n", 1300, ""),
           FALSE);
  g_assert_cmpuint (o.taken, ==, 101);
  g_assert_cmpuint (o.rejected, ==, 1);
  o = run ("each row opens a quote", table_with ("", "\"B,555,x\n", 9u << 20, ""), FALSE);
  g_assert_cmpuint (o.rejected, >, 0);
  o = run ("quotes in pairs that never close", table_with ("", "x,\"\"\"\n", 6u << 20, ""), FALSE);
  g_assert_cmpuint (o.rejected, >, 0);
  o = run ("nothing but quotes", table_with ("", "\"", 9u << 20, ""), FALSE);
  o = run ("nothing but commas", table_with ("", ",", 9u << 20, ""), FALSE);
  g_assert_cmpuint (o.taken, ==, 1);
  o = run ("nothing but line ends", table_with ("", "\r", 9u << 20, ""), FALSE);
  g_assert_cmpuint (o.taken, ==, 1);
  o = run ("zero bytes in a row", g_string_new_len ("Name,Phone\nA,555-0100\nB\0B,555-0101\n", 36),
           FALSE);
}

static void
test_headers (void)
{
  GString *text = g_string_new ("Name");

  repeat (text, ",c", 200000);
  g_string_append (text, "\nA\n");
  g_assert_true (run ("header of 100,000 columns", text, FALSE).refused);
  text = g_string_new ("Name");
  repeat (text, ",Phone 1 - Value", 999 * strlen (",Phone 1 - Value"));
  g_string_append (text, "\nA,555-0100\n");
  g_assert_cmpuint (run ("1,000 columns of one name", text, FALSE).taken, ==, 1);
  g_assert_true (run ("empty file", g_string_new (""), FALSE).refused);
  g_assert_true (run ("header alone, no name", g_string_new ("a,b\n"), FALSE).refused);
  g_assert_true (run ("program",
                      g_string_new_len ("\x7f"
                                        "ELF\2\1\1\0\0\0\0\0\0\0\0\0",
                                        16),
                      FALSE)
                     .refused);
  text = g_string_new (NULL);
  repeat (text, "x", 65u << 20);
  g_assert_true (run ("larger than 64 MiB", text, FALSE).refused);
}

static GString *
card_with (const char *before, const char *piece, gsize bytes, const char *after)
{
  GString *text = g_string_new ("BEGIN:VCARD\nVERSION:2.1\nFN:A\nTEL:555-0100\n");

  g_string_append (text, before);
  repeat (text, piece, bytes);
  g_string_append (text, after);
  g_string_append (text, "\nEND:VCARD\nBEGIN:VCARD\nFN:B\nTEL:555-0101\nEND:VCARD\n");
  return text;
}

static void
test_cards (void)
{
  Outcome o = run ("soft line breaks without end",
                   card_with ("NOTE;ENCODING=QUOTED-PRINTABLE:", "=41=\n", big (), ""), TRUE);

  g_assert_cmpuint (o.rejected, ==, 1);
  o = run ("one property of many megabytes", card_with ("NOTE:", "x", big (), ""), TRUE);
  g_assert_cmpuint (o.taken, ==, 1);
  g_assert_cmpuint (o.rejected, ==, 1);
  o = run ("folded lines without end", card_with ("NOTE:a\n", " b\n", big () / 2, ""), TRUE);
  g_assert_cmpuint (o.taken, ==, 1);
  g_assert_cmpuint (o.rejected, ==, 1);
  o = run ("photo of many megabytes",
           card_with ("PHOTO;ENCODING=BASE64:\n", " QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\n",
                      big () / 2, "\n"),
           TRUE);
  g_assert_cmpuint (o.taken, ==, 2);
  o = run ("10,000 properties", card_with ("", "X-A:b\n", 60000, ""), TRUE);
  g_assert_cmpuint (o.taken, ==, 1);
  g_assert_cmpuint (o.rejected, ==, 1);
  o = run ("10,000 cards in each other", card_with ("", "AGENT:\nBEGIN:VCARD\nFN:C\n", 230000, ""),
           TRUE);
  o = run ("100,000 begins", card_with ("", "BEGIN:VCARD\n", 1200000, ""), TRUE);
  g_assert_cmpuint (o.rejected, >=, 100000);
  o = run ("old line ends", card_with ("", "X-A:b\r", 9u << 20, ""), TRUE);
  o = run ("a head without a colon", card_with ("", "X;", 9u << 20, ""), TRUE);
  o = run ("10,000 parameters", card_with ("TEL", ";TYPE=a,b,c", 110000, ":555-0103"), TRUE);
  o = run ("10,000 numbers of one group", card_with ("", "item1.TEL:555-01\n", 170000, ""), TRUE);
}

static void
test_memory (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  g_test_message ("%u cases, at most %ld MiB", cases, usage.ru_maxrss / 1024);
  g_assert_cmpuint (cases, >=, 25);
  if (g_getenv ("ASAN_OPTIONS") == NULL)
    g_assert_cmpint (usage.ru_maxrss / 1024, <, MEMORY_MIB_MAX);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/import/hostile/tables-end-in-time", test_tables);
  g_test_add_func ("/import/hostile/headers-end-in-time", test_headers);
  g_test_add_func ("/import/hostile/cards-end-in-time", test_cards);
  g_test_add_func ("/import/hostile/zz-memory-is-bounded", test_memory);
  return dk_test_run ();
}
