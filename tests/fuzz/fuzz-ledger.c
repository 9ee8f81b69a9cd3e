/* SPDX-License-Identifier: MIT */
/* An exported ledger as one text ("@NAME" before each file). A first byte of '!' has each line
 * chained rightly to the one before, as anybody can who writes a ledger of their own. */
#include <string.h>

#include "app/base/text.h"
#include "app/model/entry.h"
#include "app/store/ledger.h"
#include "tests/crypto/sample.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/samples.h"

static void
free_bytes (gpointer bytes)
{
  g_bytes_unref (bytes);
}

/* A line that is taken is the one spelling of what it says. */
static void
add_line (GString *out, const char *line, gsize size, char **prev, gboolean chain)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkEntry) entry = dk_entry_parse_line (line, size, &error);
  g_autofree char *again = NULL;
  guint8 hash[32];

  g_assert_true ((entry == NULL) == (error != NULL));
  if (entry == NULL) {
    g_string_append_len (out, line, (gssize) size);
    return;
  }
  again = dk_entry_line (entry);
  g_assert_cmpmem (again, strlen (again), line, size);
  if (chain && *prev != NULL) {
    g_free (entry->prev);
    entry->prev = g_steal_pointer (prev);
    g_free (again);
    again = dk_entry_line (entry);
  }
  g_string_append (out, again);
  dk_hash (hash, sizeof hash, again, strlen (again), NULL);
  g_free (*prev);
  *prev = dk_text_hex (hash, sizeof hash);
}

static void
add_file (GHashTable *files, const char *name, gsize name_size, const char *text, gsize size,
          gboolean chain)
{
  g_autofree char *key = g_strndup (name, name_size);
  g_autofree char *prev = NULL;
  GString *out = g_string_new (NULL);

  while (size > 0) {
    const char *end = memchr (text, '\n', size);
    gsize line = end != NULL ? (gsize) (end - text) + 1 : size;

    add_line (out, text, line, &prev, chain);
    text += line;
    size -= line;
  }
  g_hash_table_insert (files, g_steal_pointer (&key), g_string_free_to_bytes (out));
}

/* The next "@" at the beginning of a line, or the end. */
static const char *
find_next (const char *at, const char *end)
{
  while (at < end) {
    const char *line_end = memchr (at, '\n', (gsize) (end - at));

    if (line_end == NULL || line_end + 1 == end)
      return end;
    if (line_end[1] == '@')
      return line_end + 1;
    at = line_end + 1;
  }
  return end;
}

static GHashTable *
read_files (const char *at, const char *end, gboolean chain)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_bytes);

  while (at < end && *at == '@') {
    const char *name_end = memchr (at, '\n', (gsize) (end - at));
    const char *next = find_next (at, end);

    if (name_end == NULL)
      break;
    add_file (files, at + 1, (gsize) (name_end - at) - 1, name_end + 1,
              (gsize) (MAX (next, name_end + 1) - (name_end + 1)), chain);
    at = next;
  }
  return files;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gboolean chain = size > 0 && data[0] == '!';
  const char *text = (const char *) data + (chain ? 1 : 0);
  g_autoptr (GHashTable) files = read_files (text, (const char *) data + size, chain);
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, 32);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkLedgerReport) report = NULL;
  guint8 key[32];

  dk_fuzz_ledger_key (key);
  g_array_append_vals (keys, key, 1);
  report = dk_ledger_verify_files (files, keys, NULL, NULL, &error);
  g_assert_true ((report == NULL) == (error != NULL));
  if (report == NULL)
    return 0;
  g_assert_cmpuint (report->problems->len, <=, MAX (report->found, 1));
  for (guint i = 0; i < report->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (report->problems, i);

    g_assert_true (g_utf8_validate (problem->message, -1, NULL));
  }
  return 0;
}
