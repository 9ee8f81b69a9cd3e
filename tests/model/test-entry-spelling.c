/* SPDX-License-Identifier: MIT */
/* Goal: the reader of ledger lines takes exactly what the writer writes. Method: an oracle that
 * reads the line as JSON with a library, fills an entry, writes it again and compares the bytes;
 * random entries with hard texts, numbers and times, each changed in a few places by bytes that
 * matter to JSON; both must give the same verdict and the same members. */
#include <string.h>

#include "app/base/limits.h"
#include "app/model/entry.h"
#include "tests/support/support.h"

#define ENTRIES 14000
#define CHANGES 16 /* of each entry */
#define INTEGER_MAX (G_GINT64_CONSTANT (1) << 53)

static gboolean
take_text (const json_t *line, const char *key, char **out)
{
  *out = g_strdup (dk_json_get_text (line, key));
  return *out != NULL;
}

static gboolean
take_int (const json_t *line, const char *key, gint64 min, gint64 *out)
{
  *out = dk_json_get_int (line, key, -1);
  return *out >= min && *out <= INTEGER_MAX;
}

static gboolean
take_time (const json_t *line, const char *key, gint64 *out)
{
  const char *text = dk_json_get_text (line, key);

  return text != NULL && dk_time_parse (text, key, out, NULL);
}

/* The oracle; NULL if this is no line that the writer would write. */
static DkEntry *
read_as_json (const char *line, gsize size)
{
  g_autoptr (json_t) document = dk_json_parse (line, size, DK_LIMIT_JSON_BYTES, "line", NULL);
  g_autoptr (DkEntry) e = dk_entry_new ();
  g_autofree char *again = NULL;

  if (!json_is_object (document) || json_object_size (document) != 14
      || dk_json_get_int (document, "v", 0) != 1 || !take_int (document, "seq", 1, &e->seq)
      || !take_int (document, "mono_ms", 0, &e->mono_ms) || !take_text (document, "kit", &e->kit)
      || !take_text (document, "station", &e->station) || !take_text (document, "chain", &e->chain)
      || !take_text (document, "prev", &e->prev) || !take_text (document, "kind", &e->kind)
      || !take_text (document, "object", &e->object) || !take_text (document, "user", &e->user)
      || !take_text (document, "boot", &e->boot)
      || !take_text (document, "body_hash", &e->body_hash)
      || !take_time (document, "happened_at", &e->happened_ms)
      || !take_time (document, "recorded_at", &e->recorded_ms))
    return NULL;
  again = dk_entry_line (e);
  return strlen (again) == size && memcmp (again, line, size) == 0 ? g_steal_pointer (&e) : NULL;
}

static GRand *rng;

static char *
make_text (void)
{
  static const char *const pieces[] = { "",
                                        "a",
                                        "ticket-new",
                                        "\"",
                                        "\\",
                                        "/",
                                        "\b",
                                        "\t",
                                        "\n",
                                        "\f",
                                        "\r",
                                        "\x01",
                                        "\x0b",
                                        "\x1f",
                                        "\x7f",
                                        "é",
                                        "\u2028",
                                        "\U0001F4DE",
                                        "\uFFFF",
                                        "\U0010FFFF",
                                        "u0041",
                                        "DT-A07-0042-D",
                                        "0123456789abcdef" };
  g_autoptr (GString) text = g_string_new (NULL);
  int count = g_rand_int_range (rng, 0, 5);

  for (int i = 0; i < count; i++)
    g_string_append (text, pieces[g_rand_int_range (rng, 0, G_N_ELEMENTS (pieces))]);
  return g_strdup (text->str);
}

static gint64
make_number (gint64 min)
{
  static const gint64 special[] = { 1, 7, 9, 10, INTEGER_MAX - 1, INTEGER_MAX };

  if (g_rand_boolean (rng))
    return special[g_rand_int_range (rng, 0, G_N_ELEMENTS (special))];
  return min + g_rand_int_range (rng, 0, G_MAXINT32);
}

/* The whole range that can be written, leap days and ends of years among them. */
static gint64
make_time (void)
{
  static const gint64 special[]
      = { 0, 951782400000, 951868800000, 1709164800000, 4107542400000, 253402300799999 };

  if (g_rand_int_range (rng, 0, 4) == 0)
    return special[g_rand_int_range (rng, 0, G_N_ELEMENTS (special))];
  return (gint64) (g_rand_double (rng) * 253402300799999.0);
}

static DkEntry *
make_entry (void)
{
  DkEntry *e = dk_entry_new ();
  char **texts[] = { &e->kit,    &e->station, &e->chain, &e->prev,     &e->kind,
                     &e->object, &e->user,    &e->boot,  &e->body_hash };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = make_text ();
  e->seq = make_number (1);
  e->mono_ms = make_number (0);
  e->happened_ms = make_time ();
  e->recorded_ms = make_time ();
  return e;
}

/* A few changes, most of them a byte that means something to a reader of JSON. */
static void
change (GString *line)
{
  static const char bytes[] = "\"\\,:{}[]019-+.eETZzu/ \n\r\t\x01\x1f\x80\xc0\xed\xf4\xff"
                              "bfnrtABF";
  int count = g_rand_int_range (rng, 1, 3);

  for (int i = 0; i < count; i++) {
    gsize at = (gsize) g_rand_int_range (rng, 0, (gint32) line->len);
    char byte = bytes[g_rand_int_range (rng, 0, sizeof bytes)];
    switch (g_rand_int_range (rng, 0, 6)) {
    case 0:
      g_string_insert_c (line, (gssize) at, byte);
      break;
    case 1:
      g_string_erase (line, (gssize) at, 1);
      break;
    case 2:
      line->str[at] = (char) (line->str[at] ^ (1 << g_rand_int_range (rng, 0, 8)));
      break;
    case 3:
      g_string_truncate (line, at + 1);
      break;
    case 4:
      line->str[at] = (char) g_rand_int_range (rng, '0', '9' + 1);
      break;
    default:
      line->str[at] = byte;
    }
  }
}

/* A digit of one of the times: dates that do not exist, hours that nobody writes. */
static void
change_time (GString *line)
{
  const char *key = g_rand_boolean (rng) ? "happened_at\":\"" : "recorded_at\":\"";
  char *place = strstr (line->str, key);

  if (place != NULL)
    place[strlen (key) + (gsize) g_rand_int_range (rng, 0, 24)]
        = (char) g_rand_int_range (rng, '0', '9' + 1);
}

static void
compare (const char *line, gsize size, guint *taken)
{
  g_autoptr (DkEntry) expected = read_as_json (line, size);
  g_autoptr (DkEntry) read = dk_entry_parse_line (line, size, NULL);

  if ((expected == NULL) != (read == NULL)) {
    g_autofree char *shown = g_strescape (line, NULL);
    g_error ("the reader %s what the oracle does not: %s", read != NULL ? "takes" : "refuses",
             shown);
  }
  if (read == NULL)
    return;
  (*taken)++;
  g_assert_cmpint (read->seq, ==, expected->seq);
  g_assert_cmpint (read->mono_ms, ==, expected->mono_ms);
  g_assert_cmpint (read->happened_ms, ==, expected->happened_ms);
  g_assert_cmpint (read->recorded_ms, ==, expected->recorded_ms);
  g_assert_cmpstr (read->user, ==, expected->user);
  g_assert_cmpstr (read->object, ==, expected->object);
  g_assert_cmpstr (read->body_hash, ==, expected->body_hash);
}

static void
test_same_verdict (void)
{
  guint tried = 0;
  guint taken = 0;

  rng = g_rand_new_with_seed (8785);
  for (guint i = 0; i < ENTRIES; i++) {
    g_autoptr (DkEntry) entry = make_entry ();
    g_autofree char *line = dk_entry_line (entry);
    guint clean = 0;
    compare (line, strlen (line), &clean);
    g_assert_cmpuint (clean, ==, 1);
    for (guint k = 0; k < CHANGES; k++) {
      g_autoptr (GString) changed = g_string_new (line);
      if (k % 4 == 0)
        change_time (changed);
      else
        change (changed);
      compare (changed->str, changed->len, &taken);
      tried++;
    }
  }
  g_test_message ("%u lines as written, %u changed ones: %u of these are lines of other entries, "
                  "0 different verdicts",
                  ENTRIES, tried, taken);
  g_assert_cmpuint (tried, >=, 200000);
  g_assert_cmpuint (taken, >, tried / 20);
  g_assert_cmpuint (taken, <, tried / 2);
  g_rand_free (rng);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/model/entry-spelling/same-verdict-as-reading-it-as-json", test_same_verdict);
  return dk_test_run ();
}
