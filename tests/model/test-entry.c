/* SPDX-License-Identifier: MIT */
/* Goal: an entry has one spelling, which never changes. Method: a known line; every byte of it
 * changed in every bit must be refused or be the line of another entry; spellings that a JSON
 * reader would take are refused. */
#include "app/model/entry.h"

#include <string.h>

#include "tests/support/support.h"

#define LINE                                                                                     \
  "{\"body_hash\":\"" H64 "\",\"boot\":\"b0\",\"chain\":\"0badcafe\","                           \
  "\"happened_at\":\"2026-11-22T12:31:05.123Z\",\"kind\":\"ticket-new\","                        \
  "\"kit\":\"00112233445566778899aabbccddeeff\",\"mono_ms\":12345,\"object\":\"DT-A07-0042-D\"," \
  "\"prev\":\"" H64 "\",\"recorded_at\":\"2026-11-22T12:31:06.000Z\",\"seq\":7,"                 \
  "\"station\":\"A07\",\"user\":\"Zoë \\\"Z\\\"\",\"v\":1}\n"
#define H64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static DkEntry *
sample (void)
{
  DkEntry *entry = dk_entry_new ();

  entry->kit = g_strdup ("00112233445566778899aabbccddeeff");
  entry->station = g_strdup ("A07");
  entry->chain = g_strdup ("0badcafe");
  entry->seq = 7;
  entry->prev = g_strdup (H64);
  entry->kind = g_strdup (DK_ENTRY_TICKET_NEW);
  entry->object = g_strdup ("DT-A07-0042-D");
  entry->user = g_strdup ("Zoë \"Z\"");
  entry->happened_ms = G_GINT64_CONSTANT (1795350665123);
  entry->recorded_ms = G_GINT64_CONSTANT (1795350666000);
  entry->boot = g_strdup ("b0");
  entry->mono_ms = 12345;
  entry->body_hash = g_strdup (H64);
  return entry;
}

static void
test_known_line (void)
{
  g_autoptr (DkEntry) entry = sample ();
  g_autofree char *line = dk_entry_line (entry);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkEntry) read = dk_entry_parse_line (LINE, strlen (LINE), &error);

  g_assert_cmpstr (line, ==, LINE);
  g_assert_no_error (error);
  g_assert_cmpint (read->seq, ==, 7);
  g_assert_cmpstr (read->user, ==, "Zoë \"Z\"");
  g_assert_cmpint (read->happened_ms, ==, entry->happened_ms);
  g_assert_cmpint (read->mono_ms, ==, 12345);
  g_assert_null (read->body);
}

/* A changed line that is taken must be written exactly so again: then its hash is another one. */
static void
test_every_bit (void)
{
  g_autofree char *line = g_strdup (LINE);
  gsize size = strlen (line);
  guint tried = 0;
  guint refused = 0;

  for (gsize i = 0; i < size; i++)
    for (guint bit = 0; bit < 8; bit++) {
      g_autoptr (DkEntry) entry = NULL;
      line[i] = (char) (line[i] ^ (1 << bit));
      entry = dk_entry_parse_line (line, size, NULL);
      tried++;
      if (entry == NULL) {
        refused++;
      } else {
        g_autofree char *again = dk_entry_line (entry);
        g_assert_cmpmem (again, strlen (again), line, size);
      }
      line[i] = (char) (line[i] ^ (1 << bit));
    }
  g_test_message ("%u flipped bits: %u refused, the others are other entries", tried, refused);
  g_assert_cmpuint (tried, >, 3000);
  g_assert_cmpuint (refused, >, tried / 4);
}

static void
assert_refused (const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (LINE, from, 2);
  g_autofree char *line = g_strjoinv (to, parts);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  g_assert_null (dk_entry_parse_line (line, strlen (line), &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
}

static void
test_other_spellings (void)
{
  assert_refused ("\"v\":1}\n", "\"v\":1}");
  assert_refused ("\"v\":1}\n", "\"v\":1}\r\n");
  assert_refused ("\"v\":1}\n", "\"v\":1}\n\n");
  assert_refused ("\"v\":1", "\"v\":1,\"w\":1");
  assert_refused ("\"v\":1", "\"v\":1,\"v\":1");
  assert_refused ("\"v\":1", "\"v\": 1");
  assert_refused ("\"v\":1", "\"v\":2");
  assert_refused ("\"v\":1", "\"v\":1.0");
  assert_refused ("\"A07\"", "\"\\u004107\"");
  assert_refused ("\"seq\":7", "\"seq\":\"7\"");
  assert_refused ("\"seq\":7", "\"seq\":0");
  assert_refused ("\"seq\":7", "\"seq\":-7");
  assert_refused ("\"seq\":7", "\"seq\":9007199254740993");
  assert_refused ("\"mono_ms\":12345", "\"mono_ms\":-1");
  assert_refused ("\"mono_ms\":12345", "\"mono_ms\":9223372036854775807");
  assert_refused ("12:31:05.123Z", "12:31:05.1234Z");
  assert_refused ("2026-11-22T12:31:05.123Z", "9999-12-31T23:59:59-14:00");
  assert_refused ("2026-11-22T12:31:05.123Z", "1970-01-01T00:00:00.000+14:00");
  assert_refused ("\"user\":\"Zoë \\\"Z\\\"\"", "\"user\":null");
}

static void
test_no_entries (void)
{
  static const char *const bad[] = { "", "\n", "[]\n", "{}\n", "null\n", "\xff\n" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (dk_entry_parse_line (bad[i], strlen (bad[i]), &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/model/entry/known-line", test_known_line);
  g_test_add_func ("/model/entry/every-flipped-bit-shows", test_every_bit);
  g_test_add_func ("/model/entry/one-spelling", test_other_spellings);
  g_test_add_func ("/model/entry/refuses-what-is-no-entry", test_no_entries);
  return dk_test_run ();
}
