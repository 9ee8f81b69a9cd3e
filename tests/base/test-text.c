/* SPDX-License-Identifier: MIT */
/* Goal: text from outside is checked, stored clean, found however it is typed, and never shown so
 * that it reads as something else. Method: known pairs, and random bytes through every function. */
#include "app/base/text.h"

#include <string.h>

#include "tests/support/support.h"

#define RANDOM_TEXTS 20000

static void
assert_fold (const char *text, const char *folded)
{
  g_autofree char *made = dk_text_fold (text);
  g_autofree char *again = dk_text_fold (made);

  g_assert_cmpstr (made, ==, folded);
  g_assert_cmpstr (again, ==, folded);
}

static void
test_fold (void)
{
  assert_fold ("Müller", "muller");
  assert_fold ("MÜLLER", "muller");
  assert_fold ("Mu\xcc\x88ller", "muller");
  assert_fold ("Straße", "strasse");
  assert_fold ("STRAẞE", "strasse");
  assert_fold ("Đorđe Łukasz Søren Ðórr Þór", "dorde lukasz soren dorr thor");
  assert_fold ("Æsir œuvre", "aesir oeuvre");
  assert_fold ("Iğdır İstanbul", "igdir istanbul");
  assert_fold ("Ħal", "hal");
  assert_fold ("\xe2\x84\xa1 \xe2\x84\x96", "tel no"); /* signs for Tel and No */
  assert_fold ("\xef\xbc\xa1\xef\xbc\xa2", "ab");      /* full width */
  assert_fold ("  Ward \t 4\nWest ", "ward 4 west");
  assert_fold ("\xe2\x80\xae"
               "abc\xe2\x80\x8f",
               "abc");
  assert_fold ("", "");
  assert_fold ("   ", "");
}

/* The short way for ASCII gives what the long one gives: a combining accent, which is taken away,
 * sends the same text along that one. */
static void
test_fold_ascii (void)
{
  for (guint c = 1; c < 128; c++) {
    g_autofree char *plain = g_strdup_printf (" A%cB %c%c", (char) c, (char) c, (char) c);
    g_autofree char *accented = g_strdup_printf ("%s\xcc\x81", plain);
    g_autofree char *one = dk_text_fold (plain);
    g_autofree char *two = dk_text_fold (accented);
    g_assert_cmpstr (one, ==, two);
  }
}

static void
assert_clean (const char *text, const char *clean, const char *line)
{
  g_autofree char *made = dk_text_clean (text);
  g_autofree char *made_line = dk_text_clean_line (text);

  g_assert_cmpstr (made, ==, clean);
  g_assert_cmpstr (made_line, ==, line);
}

static void
test_clean (void)
{
  assert_clean ("a\r\nb\rc", "a\nb\nc", "a b c");
  assert_clean (" \x1b[31mred\x07 ", "[31mred", "[31mred");
  assert_clean ("e\xcc\x81", "\xc3\xa9", "\xc3\xa9");
  assert_clean ("bad\xff\xc3", "bad\xef\xbf\xbd\xef\xbf\xbd", "bad\xef\xbf\xbd\xef\xbf\xbd");
  assert_clean ("a\xe2\x80\xae"
                "b\xe2\x81\xa6"
                "c\xd8\x9c"
                "d",
                "abcd", "abcd");
  assert_clean ("\tindented\t", "indented", "indented");
  assert_clean ("", "", "");
}

static void
assert_printable (const char *text, gboolean keep_lines, const char *shown)
{
  g_autofree char *made = dk_text_printable (text, keep_lines);

  g_assert_cmpstr (made, ==, shown);
}

static void
test_printable (void)
{
  assert_printable ("Zoë\n2", FALSE, "Zoë\\x0A2");
  assert_printable ("Zoë\n2", TRUE, "Zoë\n2");
  assert_printable ("\x1b[2J", TRUE, "\\x1B[2J");
  assert_printable ("\xff\xc3", FALSE, "\\xFF\\xC3");
  assert_printable ("a\xe2\x80\xae"
                    "b",
                    FALSE, "a\\u{202E}b");
  assert_printable ("a\xe2\x80\xa8"
                    "b\xd8\x9c",
                    TRUE, "a\\u{2028}b\\u{061C}");
  assert_printable ("\xc2\x9b", FALSE, "\\x9B");
}

static void
assert_refused (const char *text, gsize size, gsize size_max)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_text_check (text, size, size_max, "The note", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "The note"));
  g_assert_nonnull (strstr (error->message, "Nothing was changed"));
}

static void
test_check (void)
{
  g_assert_true (dk_text_check ("", 0, 0, "The note", NULL));
  g_assert_true (dk_text_check ("Zoë", 4, 4, "The note", NULL));
  assert_refused ("Zoë", 4, 3);
  assert_refused ("Zo\xc3", 3, 10);       /* cut in the middle of a letter */
  assert_refused ("a\0b", 3, 10);         /* NUL */
  assert_refused ("\xc0\xaf", 2, 10);     /* over-long */
  assert_refused ("\xed\xa0\x80", 3, 10); /* surrogate */
}

static void
test_hex_and_digits (void)
{
  g_autofree char *hex = dk_text_hex ("\x00\x7f\xff", 3);
  g_autofree char *digits = dk_text_digits ("+1 (555) 010-0142 ext. ٣");
  g_autofree char *same = dk_text_shorten ("Zoë", 3);
  g_autofree char *cut = dk_text_shorten ("Zoë Kr", 3);
  guint8 bytes[3] = { 1, 2, 3 };

  g_assert_cmpstr (hex, ==, "007fff");
  g_assert_true (dk_text_unhex ("007FfF", bytes, 3));
  g_assert_cmpmem (bytes, 3, "\x00\x7f\xff", 3);
  g_assert_false (dk_text_unhex ("007f0", bytes, 3));
  g_assert_false (dk_text_unhex ("007f0000", bytes, 3));
  g_assert_false (dk_text_unhex ("00 f00", bytes, 3));
  g_assert_false (dk_text_unhex (NULL, bytes, 3));
  g_assert_cmpmem (bytes, 3, "\x00\x7f\xff", 3);
  g_assert_cmpstr (digits, ==, "15550100142");
  g_assert_cmpstr (same, ==, "Zoë");
  g_assert_cmpstr (cut, ==, "Zo…");
}

/* Nothing but printable text may reach a terminal. */
static void
assert_harmless (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    g_assert_true (c >= 0x20 && (c < 0x7f || c >= 0xa0));
    g_assert_false ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069));
  }
}

static void
test_random_bytes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < RANDOM_TEXTS; i++) {
    char text[48];
    gsize size = (gsize) g_rand_int_range (rand, 0, sizeof text - 1);
    for (gsize k = 0; k < size; k++)
      text[k] = (char) g_rand_int_range (rand, 1, 256);
    text[size] = '\0';
    g_autofree char *clean = dk_text_clean (text);
    g_autofree char *again = dk_text_clean (clean);
    g_autofree char *folded = dk_text_fold (text);
    g_autofree char *shown = dk_text_printable (text, FALSE);
    g_autofree char *cut = dk_text_shorten (text, 5);
    g_assert_true (g_utf8_validate (clean, -1, NULL));
    g_assert_true (g_utf8_validate (folded, -1, NULL));
    g_assert_true (g_utf8_validate (shown, -1, NULL));
    g_assert_cmpstr (clean, ==, again);
    g_assert_cmpint (g_utf8_strlen (cut, -1), <=, 5);
    assert_harmless (shown);
  }
  g_test_message ("%d random texts", RANDOM_TEXTS);
}

static void
test_names (void)
{
  static const char *const fine[] = { "eve", "Zoë Müller-Ø", "Анна Smith", "山田 太郎", "o'Brien 2" };
  static const char *const bad[]
      = { "eve\u200b", "e\u00adve", "eve\u115f", "\u3164", "eve\uffa0", "eve\u2063", "\ufeffeve",
          "eve\ufe0f", "eve\U000e0101", "\u0430nna", "ann\u0430", "\u03bfscar",
          "x anna\u0301\u0430", "eve\xff" };

  for (gsize i = 0; i < G_N_ELEMENTS (fine); i++)
    g_assert_true (dk_text_check_name (fine[i], NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (dk_text_check_name (bad[i], &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/base/text/folds-accents-and-strokes", test_fold);
  g_test_add_func ("/base/text/folds-ascii-as-any-text", test_fold_ascii);
  g_test_add_func ("/base/text/cleans-what-is-stored", test_clean);
  g_test_add_func ("/base/text/shows-nothing-that-deceives", test_printable);
  g_test_add_func ("/base/text/refuses-hostile-utf8", test_check);
  g_test_add_func ("/base/text/hex-digits-shorten", test_hex_and_digits);
  g_test_add_func ("/base/text/refuses-names-that-look-like-others", test_names);
  g_test_add_func ("/base/text/random-bytes-do-no-harm", test_random_bytes);
  return dk_test_run ();
}
