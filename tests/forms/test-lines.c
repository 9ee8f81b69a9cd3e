/* SPDX-License-Identifier: MIT */
/* Goal: lines fit their width, lose no character and are text only where the fonts have every
 * letter. Method: texts broken at many widths and put together again. */
#include "forms/lines-private.h"

#include <string.h>

#include "forms/font-private.h"
#include "tests/support/support.h"

static char *
join (const GPtrArray *lines)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < lines->len; i++) {
    const DkLine *line = g_ptr_array_index (lines, i);
    g_assert_nonnull (line->text);
    g_string_append (text, line->text);
  }
  return g_string_free (text, FALSE);
}

static void
test_lines_fit_and_lose_nothing (void)
{
  const char *text = "The medication-cabinet on 4 West, room 412, does not open; Ngườivănđứcnguyễn "
                     "Donaudampfschifffahrtsgesellschaft ABCDEFGHIJKLMNOPQRSTUVWXYZ end.";
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autofree char *without = g_strjoinv ("", words);
  guint checked = 0;
  for (double width = 12; width < 400; width += 7) {
    g_autoptr (GPtrArray) lines = dk_lines_new (text, DK_FONT_BOLD, 10, width);
    g_autofree char *joined = join (lines);
    g_auto (GStrv) parts = g_strsplit (joined, " ", -1);
    g_autofree char *joined_without = g_strjoinv ("", parts);
    g_assert_cmpstr (joined_without, ==, without);
    for (guint i = 0; i < lines->len; i++) {
      const DkLine *line = g_ptr_array_index (lines, i);
      g_assert_true (line->width <= width + 0.01);
      checked++;
    }
  }
  g_assert_cmpuint (checked, >=, 300);
}

static void
test_width_smaller_than_a_letter_ends (void)
{
  g_autoptr (GPtrArray) lines = dk_lines_new ("abc", DK_FONT_REGULAR, 10, 0.1);
  g_assert_cmpuint (lines->len, ==, 3);
  g_autoptr (GPtrArray) images = dk_lines_new ("日本", DK_FONT_REGULAR, 10, 0.1);
  g_assert_cmpuint (images->len, >=, 1);
}

static void
test_line_ends_and_tabs_are_kept (void)
{
  g_autoptr (GPtrArray) lines
      = dk_lines_new ("a\tb\r\n\nc\rd", DK_FONT_REGULAR, 10, 200);
  g_assert_cmpuint (lines->len, ==, 4);
  g_assert_cmpstr (((DkLine *) lines->pdata[0])->text, ==, "a    b");
  g_assert_cmpstr (((DkLine *) lines->pdata[1])->text, ==, "");
  g_assert_cmpstr (((DkLine *) lines->pdata[3])->text, ==, "d");
  g_autoptr (GPtrArray) none = dk_lines_new ("", DK_FONT_REGULAR, 10, 200);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_only_the_lines_that_need_it_are_images (void)
{
  g_autoptr (GPtrArray) lines
      = dk_lines_new ("plain\nשלום\ne\xCC\x81 composed", DK_FONT_REGULAR, 10, 200);
  g_assert_cmpuint (lines->len, ==, 3);
  g_assert_nonnull (((DkLine *) lines->pdata[0])->text);
  g_assert_nonnull (((DkLine *) lines->pdata[1])->layout);
  g_assert_cmpstr (((DkLine *) lines->pdata[2])->text, ==, "é composed");
}

static void
test_steering_characters_are_dropped (void)
{
  g_autoptr (GPtrArray) lines
      = dk_lines_new ("a\xE2\x80\xAE" "b\xEF\xBB\xBF" "c\xC2\xAD" "d", DK_FONT_REGULAR, 10, 200);
  g_assert_cmpuint (lines->len, ==, 1);
  g_assert_cmpstr (((DkLine *) lines->pdata[0])->text, ==, "abcd");
}

/* Laid out once for each letter, a page of such labels took minutes. */
static void
test_long_foreign_line_is_shortened_at_once (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 begin = g_get_monotonic_time ();
  for (guint i = 0; i < 600; i++) {
    g_string_append (text, "\xd9\x8a\xd8\xa8 ");
  }
  for (guint i = 0; i < 20; i++) {
    g_autoptr (DkLine) line = dk_line_new_fitting (text->str, DK_FONT_BOLD, 8, 35);
    g_assert_cmpfloat (line->width, <=, 35 + 0.5);
  }
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 8 * G_USEC_PER_SEC);
}

static void
test_fitting_line_shows_that_it_was_shortened (void)
{
  g_autoptr (DkLine) whole = dk_line_new_fitting ("short", DK_FONT_REGULAR, 10, 200);
  g_assert_cmpstr (whole->text, ==, "short");
  g_autoptr (DkLine) line
      = dk_line_new_fitting ("a name that is much too long", DK_FONT_REGULAR, 10, 60);
  g_assert_true (g_str_has_suffix (line->text, "…"));
  g_assert_true (line->width <= 60);
  g_autoptr (DkLine) empty = dk_line_new_fitting (NULL, DK_FONT_REGULAR, 10, 60);
  g_assert_cmpstr (empty->text, ==, "");
}

static void
test_fonts_have_the_letters_of_their_scripts (void)
{
  static const gunichar ranges[][2] = { { 0x20, 0x7E },     { 0xA0, 0x17F },   { 0x1E00, 0x1EFF },
                                        { 0x391, 0x3A1 },   { 0x3B1, 0x3CE },  { 0x400, 0x45F },
                                        { 0x2190, 0x2193 }, { 0x2610, 0x2612 } };
  guint count = 0;
  for (guint weight = 0; weight < DK_FONT_COUNT; weight++) {
    for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++) {
      for (gunichar c = ranges[i][0]; c <= ranges[i][1]; c++) {
        g_assert_true (dk_font_has ((DkFontWeight) weight, c));
        count++;
      }
    }
    g_assert_false (dk_font_has ((DkFontWeight) weight, 0x301));
    g_assert_false (dk_font_has ((DkFontWeight) weight, 0x1F525));
  }
  g_assert_cmpuint (count, >=, 1300);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/lines/break/fit-and-lose-nothing", test_lines_fit_and_lose_nothing);
  g_test_add_func ("/lines/break/narrow-width-ends", test_width_smaller_than_a_letter_ends);
  g_test_add_func ("/lines/break/line-ends-and-tabs", test_line_ends_and_tabs_are_kept);
  g_test_add_func ("/lines/image/only-where-needed", test_only_the_lines_that_need_it_are_images);
  g_test_add_func ("/lines/clean/steering-characters", test_steering_characters_are_dropped);
  g_test_add_func ("/lines/fitting/shows-that-it-was-shortened",
                   test_fitting_line_shows_that_it_was_shortened);
  g_test_add_func ("/lines/fitting/long-foreign-text-is-quick",
                   test_long_foreign_line_is_shortened_at_once);
  g_test_add_func ("/lines/fonts/have-their-scripts", test_fonts_have_the_letters_of_their_scripts);
  return dk_test_run ();
}
