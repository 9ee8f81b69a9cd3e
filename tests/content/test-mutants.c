/* SPDX-License-Identifier: MIT */
/* Goal: no text from outside makes a reader crash, hang or hand out half a result.
 * Method: a fixed sequence of random changes (flipped, doubled, cut and exchanged pieces) to valid
 * texts, each given to its reader; a reader must either give a result or an error. Counts are
 * printed and have a minimum on both sides, so that the changes are known to be neither too small
 * nor too large. DK_LONG=1 makes it fifty times as long. */
#include <string.h>

#include "app/container/container.h"
#include "app/container/zip.h"
#include "app/content/csv-reader.h"
#include "app/content/markdown.h"
#include "app/content/yaml.h"
#include "tests/support/support.h"

#define ROUNDS 3000
#define ROUNDS_LONG 150000

typedef gboolean (*Reader) (const char *text, gsize size, GError **error);

static const char *const pieces[] = {
  "\"",   "'",  "[",  "]",  "{",  "}", ":",     "- ",         "\n",   "\r",       "\t",
  "&a",   "*a", "!",  "|",  ">",  "#", "---\n", "```",        "\xff", "\xc3\xa9", "\xe2\x80\xae",
  "<!--", "](", "~~", "\\", ",,", ";", "    ",  "[lead only]"
};

static void
change_text (GRand *random, GString *text)
{
  guint32 at = (guint32) g_rand_int_range (random, 0, (gint32) text->len + 1);
  gsize wanted = (gsize) g_rand_int_range (random, 1, 40);
  gsize length = MIN (wanted, text->len - at);
  const char *piece = pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))];

  switch (g_rand_int_range (random, 0, 4)) {
  case 0:
    if (at < text->len)
      text->str[at] ^= (char) (1 << g_rand_int_range (random, 0, 8));
    break;
  case 1:
    g_string_erase (text, at, (gssize) length);
    break;
  case 2: {
    g_autofree char *copy = g_strndup (text->str + at, length);
    g_string_insert_len (text, at, copy, (gssize) strlen (copy));
    break;
  }
  default:
    g_string_insert (text, at, piece);
  }
}

static void
run (const char *name, const char *text, gsize size, Reader read, guint taken_min,
     guint refused_min)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20261122);
  guint rounds = dk_test_is_long () ? ROUNDS_LONG : ROUNDS;
  guint taken = 0;

  for (guint i = 0; i < rounds; i++) {
    g_autoptr (GString) changed = g_string_new_len (text, (gssize) size);
    g_autoptr (GError) error = NULL;
    gboolean ok;
    for (int k = g_rand_int_range (random, 1, 4); k > 0; k--)
      change_text (random, changed);
    ok = read (changed->str, changed->len, &error);
    g_assert_true (ok == (error == NULL));
    taken += ok;
  }
  g_test_message ("%s: %u changed texts, %u taken, %u refused", name, rounds, taken,
                  rounds - taken);
  g_assert_cmpuint (taken, >=, taken_min);
  g_assert_cmpuint (rounds - taken, >=, refused_min);
}

static gboolean
read_yaml (const char *text, gsize size, GError **error)
{
  g_autoptr (DkYaml) yaml = dk_yaml_parse (text, size, "x", 1, error);

  return yaml != NULL;
}

static gboolean
read_csv (const char *text, gsize size, GError **error)
{
  g_autoptr (DkCsvTable) table = dk_csv_table_parse (text, size, "x", error);

  for (guint row = 0; table != NULL && row < dk_csv_table_rows (table); row++)
    for (guint i = 0; i < dk_csv_table_columns (table); i++) {
      g_assert_nonnull (dk_csv_table_get (table, row, i));
      g_assert_cmpuint (dk_csv_table_place (table, row, i).line, >=, 1);
    }
  return table != NULL;
}

static gboolean
read_markdown (const char *text, gsize size, GError **error)
{
  g_autoptr (DkDocument) document = dk_markdown_parse (text, size, error);
  g_autofree char *plain = document != NULL ? dk_document_text (document) : NULL;

  g_assert_true (document == NULL || g_utf8_validate (plain, -1, NULL));
  return document != NULL;
}

static gboolean
cut_lead (const char *text, gsize size, GError **error)
{
  guint parts;
  g_autofree char *out = dk_markdown_without_lead (text, size, &parts, error);

  return out != NULL;
}

static GBytes *original;

/* Taken only where the changes undid each other. */
static gboolean
open_container (const char *text, gsize size, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);
  g_autoptr (DkContainer) container = dk_container_open (bytes, error);

  g_assert_true ((container != NULL) == g_bytes_equal (bytes, original));
  return container != NULL;
}

/* The manifest under a right zip, so that the changes get past the checksums. */
static gboolean
open_manifest (const char *text, gsize size, GError **error)
{
  g_autoptr (GPtrArray) members = dk_zip_members_new ();
  g_autoptr (GBytes) manifest = g_bytes_new (text, size);
  g_autoptr (GBytes) zip = NULL;
  g_autoptr (DkContainer) container = NULL;

  dk_zip_members_add (members, "manifest.json", manifest);
  dk_zip_members_take_text (members, "kit.db", g_strdup ("abc"));
  zip = dk_zip_write (members, NULL);
  container = dk_container_open (zip, error);
  return container != NULL;
}

static void
test_yaml (void)
{
  const char *text = "name: Example\nlist:\n- {a: 1, b: [x, \"y z\"]}\n- a: >-\n    long\n"
                     "    text\n  c: |\n    one\n    two\n# words\nd: 2026-11-20T08:00:00Z\n";

  run ("YAML", text, strlen (text), read_yaml, 300, 300);
}

static void
test_csv (void)
{
  const char *text = "id,name,note\r\na,\"One, \"\"two\"\"\",\r\nb,\"line 1\nline 2\",x\nc,,\n";

  run ("CSV", text, strlen (text), read_csv, 300, 300);
}

static const char markdown[]
    = "# T\n\nWords **b** *i* `c` ~~s~~ [l](runbook:x) <b>\n\n## [lead only] S\n- [ ] one\n"
      "  - [x] two\n\n> quote\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n1. x\n"
      "2. y\n\n## Next\n\nText\n";

static void
test_markdown (void)
{
  run ("Markdown", markdown, strlen (markdown), read_markdown, 300, 10);
  run ("lead-only parts", markdown, strlen (markdown), cut_lead, 300, 100);
}

static void
test_container (void)
{
  g_autoptr (json_t) fields = json_pack ("{s:s, s:s, s:i, s:s}", "station", "A07", "kit",
                                         "00112233445566778899aabbccddeeff", "sequence", 7,
                                         "created", "2026-11-20T08:00:00.000Z");
  g_autoptr (DkSecret) seed = dk_secret_new (32);
  g_auto (DkMinisignSecret) signer = { 0 };
  g_autoptr (GBytes) data = g_bytes_new_static ("abc", 3);
  char name[] = "kit.db";
  const DkContainerPayload payload = { name, data, NULL };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DkContainer) container = NULL;
  GBytes *manifest;

  dk_minisign_secret_from_seed (seed, &signer);
  bytes = dk_container_build ("backup", fields, &payload, 1, &signer, 1, NULL);
  container = dk_container_open (bytes, NULL);
  manifest = dk_container_manifest_bytes (container);
  original = bytes;
  run ("container", g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), open_container, 0,
       ROUNDS / 2);
  run ("manifest", g_bytes_get_data (manifest, NULL), g_bytes_get_size (manifest), open_manifest, 0,
       ROUNDS);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  g_test_add_func ("/content/mutants/yaml", test_yaml);
  g_test_add_func ("/content/mutants/csv", test_csv);
  g_test_add_func ("/content/mutants/markdown", test_markdown);
  g_test_add_func ("/content/mutants/container", test_container);
  return dk_test_run ();
}
