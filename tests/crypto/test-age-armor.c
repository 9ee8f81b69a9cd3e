/* SPDX-License-Identifier: MIT */
/* Goal: a sealed text is the strict armor of the specification: each text is one file and each file
 * one text, white space around the block and CR LF aside. Method: the text is taken apart and put
 * together wrongly in each way a mail program or a person could; each bit and each truncation. */
#include "tests/crypto/age-sample.h"

#include <string.h>

#include "app/crypto/age-stream-private.h"
#include "tests/crypto/sample.h"
#include "tests/support/support.h"

#define BEGIN "-----BEGIN AGE ENCRYPTED FILE-----"
#define END "-----END AGE ENCRYPTED FILE-----"

static GBytes *
make_plain (void)
{
  return dk_age_sample_plain (102);
}

/* Armor of the sample as a string. Its last line is shorter than 64 columns. */
static char *
make_text (void)
{
  g_autoptr (GBytes) plain = make_plain ();
  g_autoptr (GBytes) sealed = dk_age_sample_seal (plain, 1, TRUE);

  return g_strndup (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
}

/* The error's code, or -1; what opens must be the sample. */
static int
try_bytes (const char *text, gsize size)
{
  g_autoptr (GBytes) plain = make_plain ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) opened = dk_age_sample_open (text, size, 1, &error);

  if (opened != NULL) {
    g_assert_true (g_bytes_equal (opened, plain));
    return -1;
  }
  g_assert_true (error->domain == DK_ERROR);
  return error->code;
}

static int
try_text (const char *text)
{
  return try_bytes (text, strlen (text));
}

static char *
replace (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  return g_strjoinv (to, parts);
}

static void
test_text_is_exact (void)
{
  for (gsize size = 0; size < 150; size++) {
    g_autoptr (GBytes) plain = dk_age_sample_plain (size);
    g_autoptr (GBytes) binary = dk_age_sample_seal (plain, 1, FALSE);
    g_autoptr (GBytes) armored = dk_age_sample_seal (plain, 1, TRUE);
    gsize text_size = g_bytes_get_size (armored);
    g_autofree char *text = g_strndup (g_bytes_get_data (armored, NULL), text_size);
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
    guint count = g_strv_length (lines);
    g_autoptr (GString) joined = g_string_new (NULL);
    g_autofree guint8 *bytes = NULL;
    gsize bytes_size;

    g_assert_cmpstr (lines[0], ==, BEGIN);
    g_assert_cmpstr (lines[count - 2], ==, END);
    g_assert_cmpstr (lines[count - 1], ==, "");
    for (guint i = 1; i < count - 2; i++) {
      gsize columns = strlen (lines[i]);

      g_assert_cmpuint (columns, <=, 64);
      g_assert_true (i == count - 3 ? columns > 0 : columns == 64);
      g_string_append (joined, lines[i]);
    }
    bytes = g_base64_decode (joined->str, &bytes_size);
    g_assert_cmpmem (bytes, bytes_size, g_bytes_get_data (binary, NULL), g_bytes_get_size (binary));
    g_assert_cmpuint (text_size, <=, dk_age_armored_size (bytes_size));
    g_assert_cmpuint (text_size + 64, >, dk_age_armored_size (bytes_size));
  }
}

static void
test_memory_form (void)
{
  g_autoptr (GBytes) plain = dk_age_sample_plain (200000);
  g_autofree guint8 *keys = dk_age_sample_public (2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) sealed = dk_age_seal_armored (plain, keys, 2, &error);
  g_autoptr (GBytes) opened = NULL;

  g_assert_no_error (error);
  opened
      = dk_age_sample_open (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), 2, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (opened, plain));
}

static void
test_white_space_around_is_fine (void)
{
  g_autofree char *text = make_text ();
  g_autofree char *crlf = replace (text, "\n", "\r\n");
  g_autofree char *many = g_strnfill (1024, '\n');
  g_autofree char *before = g_strconcat (many, text, NULL);
  g_autofree char *after = g_strconcat (text, " \t\r\n", many + 5, NULL);
  g_autofree char *both = g_strconcat ("\r\n  \t", crlf, "\r\n  ", NULL);
  g_autofree char *no_end = g_strndup (text, strlen (text) - 1);

  g_assert_cmpint (try_text (text), ==, -1);
  g_assert_cmpint (try_text (crlf), ==, -1);
  g_assert_cmpint (try_text (before), ==, -1);
  g_assert_cmpint (try_text (after), ==, -1);
  g_assert_cmpint (try_text (both), ==, -1);
  g_assert_cmpint (try_text (no_end), ==, -1);
}

static void
test_too_much_white_space_is_refused (void)
{
  g_autofree char *text = make_text ();
  g_autofree char *many = g_strnfill (1025, '\n');
  g_autofree char *before = g_strconcat (many, text, NULL);
  g_autofree char *after = g_strconcat (text, many, NULL);

  g_assert_cmpint (try_text (before), ==, DK_ERROR_INVALID);
  g_assert_cmpint (try_text (after), ==, DK_ERROR_DAMAGED);
}

/* Each pair replaces the first text by the second, wherever it stands. */
static void
test_changed_texts_are_refused (void)
{
  g_autofree char *text = make_text ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  const char *first = lines[1];
  const char *last = lines[g_strv_length (lines) - 3];
  g_autofree char *unpadded = g_strndup (last, strlen (last) - 1);
  g_autofree char *bits = g_strdup (last);
  g_autofree char *half = g_strdup_printf ("%.32s\n%s", first, first + 32);
  g_autofree char *wide = g_strdup_printf ("%s\n%.4s", first, lines[2]);
  g_autofree char *wider = g_strdup_printf ("%s%.4s", first, lines[2]);
  const char *const pairs[][2] = {
    { BEGIN "\n", BEGIN "\n\n" },
    { BEGIN "\n", BEGIN "\nVersion: 1\n\n" },
    { BEGIN "\n", BEGIN " \n" },
    { BEGIN "\n", BEGIN "\r\r\n" },
    { BEGIN "\n", BEGIN },
    { BEGIN, "words\n" BEGIN },
    { BEGIN, "-----begin age encrypted file-----" },
    { BEGIN, "-----BEGIN AGE FILE-----" },
    { BEGIN, BEGIN "\n" BEGIN },
    { END, "\n" END },
    { END, "----" END },
    { END, "-----END AGE ENCRYPTED FILE----" },
    { END, END "words" },
    { END "\n", END "\nwords\n" },
    { END "\n", END "\n" BEGIN "\n" },
    { END "\n", "" },
    { END, " " END },
    { first, half },
    { wide, wider },
    { first, "" },
    { lines[2], "\n" },
    { "\n", " \n" },
    { "\n", "\t\n" },
    { "\n", "\r" },
    { "\n", "\n\n" },
    { "\n", "\r\r\n" },
    { "\n", "" },
    { last, unpadded },
    { last, bits },
    { "=", "" },
    { "=", "==" },
    { "=", "A" },
  };

  g_assert_true (g_str_has_suffix (last, "=") && !g_str_has_suffix (last, "=="));
  bits[strlen (last) - 2]++;
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autofree char *changed = replace (text, pairs[i][0], pairs[i][1]);
    int code = try_text (changed);

    g_test_message ("change %u: %d", i, code);
    g_assert_cmpstr (changed, !=, text);
    g_assert_true (code == DK_ERROR_DAMAGED || code == DK_ERROR_INVALID);
  }
  g_assert_cmpint (try_text (BEGIN "\n" END "\n"), ==, DK_ERROR_INVALID);
  g_assert_cmpint (try_text (BEGIN), ==, DK_ERROR_DAMAGED);
  g_assert_cmpint (try_text (BEGIN "\n"), ==, DK_ERROR_DAMAGED);
  g_assert_cmpint (try_text ("-----BEGIN CERTIFICATE-----\n"), ==, DK_ERROR_INVALID);
  g_assert_cmpint (try_bytes (text, strlen (text) + 1), ==, DK_ERROR_DAMAGED);
}

/* What may differ is white space outside of the block, and nothing else. */
static gboolean
is_outside (const char *text, gsize at)
{
  const char *end = strstr (text, END);

  return at < (gsize) (strstr (text, BEGIN) - text) || at >= (gsize) (end - text) + strlen (END);
}

static void
flip_all (const char *text, guint *refused, guint *accepted)
{
  const gsize size = strlen (text);
  g_autofree char *changed = g_memdup2 (text, size + 1);

  for (gsize bit = 0; bit < size * 8; bit++) {
    gsize at = bit / 8;

    changed[at] = (char) ((guint8) changed[at] ^ (1u << bit % 8));
    if (try_bytes (changed, size) == -1) {
      g_assert_true (is_outside (text, at) && strchr (" \t\r\n", changed[at]) != NULL);
      (*accepted)++;
    } else {
      (*refused)++;
    }
    changed[at] = text[at];
  }
}

static void
test_each_bit_counts (void)
{
  g_autofree char *text = make_text ();
  g_autofree char *crlf = replace (text, "\n", "\r\n");
  guint refused = 0;
  guint accepted = 0;
  guint crlf_accepted = 0;

  flip_all (text, &refused, &accepted);
  g_assert_cmpuint (accepted, ==, 0);
  flip_all (crlf, &refused, &crlf_accepted);
  g_test_message ("%u flips refused, %u of white space behind the block accepted", refused,
                  crlf_accepted);
  g_assert_cmpuint (crlf_accepted, ==, 1); /* the last CR becomes a tab */
  g_assert_cmpuint (refused, >=, 7000);
}

static void
test_each_truncation_counts (void)
{
  g_autofree char *text = make_text ();
  const gsize size = strlen (text);
  guint refused = 0;

  for (gsize cut = 0; cut < size - 1; cut++, refused++)
    g_assert_cmpint (try_bytes (text, cut), !=, -1);
  g_assert_cmpint (try_bytes (text, size - 1), ==, -1); /* only the last line feed is missing */
  g_test_message ("%u truncations refused, 1 of the last line feed accepted", refused);
  g_assert_cmpuint (refused, >=, 450);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
#define ADD(path, function) g_test_add_func ("/crypto/age/armor/" path, function)
  ADD ("text-is-exact", test_text_is_exact);
  ADD ("memory-form", test_memory_form);
  ADD ("white-space-around-is-fine", test_white_space_around_is_fine);
  ADD ("too-much-white-space-is-refused", test_too_much_white_space_is_refused);
  ADD ("changed-texts-are-refused", test_changed_texts_are_refused);
  ADD ("each-bit-counts", test_each_bit_counts);
  ADD ("each-truncation-counts", test_each_truncation_counts);
#undef ADD
  return dk_test_run ();
}
