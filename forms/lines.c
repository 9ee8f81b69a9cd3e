/* SPDX-License-Identifier: MIT */
#include "forms/lines-private.h"

#include <string.h>

#include "app/base/text.h"
#include "forms/font-private.h"

#define LEADING 1.25
#define ASCENT 0.97
#define PARAGRAPH_CHARS_MAX 2000

void
dk_line_free (DkLine *line)
{
  if (line != NULL) {
    g_free (line->text);
    g_clear_object (&line->layout);
    g_free (line);
  }
}

/* Characters without ink that only steer direction or breaking; they could make paper read
 * differently from what it says. */
static gboolean
is_steering (gunichar c)
{
  return c == 0xAD || c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E)
         || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB)
         || (c >= 0xE0000 && c <= 0xE007F);
}

static char *
clean_for_paper (const char *text)
{
  g_autofree char *clean = dk_text_clean (text);
  GString *out = g_string_sized_new (strlen (clean));
  for (const char *c = clean; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar u = g_utf8_get_char (c);
    if (u == '\t') {
      g_string_append (out, "    ");
    } else if (!is_steering (u)) {
      g_string_append_unichar (out, u);
    }
  }
  return g_string_free (out, FALSE);
}

static void
add_text_line (GPtrArray *lines, const char *start, const char *end, DkFontWeight weight,
               double size)
{
  while (end > start && end[-1] == ' ') {
    end--;
  }
  DkLine *line = g_new0 (DkLine, 1);
  line->weight = weight;
  line->size = size;
  line->ascent = size * ASCENT;
  line->height = size * LEADING;
  line->text = g_strndup (start, (gsize) (end - start));
  line->width = dk_font_width (weight, size, line->text);
  g_ptr_array_add (lines, line);
}

/* The asterisk of what must be filled in stays with its word. */
static gboolean
is_before_star (const char *blank, const char *end)
{
  return blank + 1 < end && blank[1] == '*' && (blank + 2 == end || blank[2] == ' ');
}

/* End of the longest start of text that fits, at least one character. A break after a blank or a
 * hyphen is preferred; a word longer than the line is broken anywhere. */
static const char *
find_break (const char *text, const char *end, DkFontWeight weight, double size, double width)
{
  const char *best = NULL;
  double used = 0;
  for (const char *c = text; c < end; c = g_utf8_next_char (c)) {
    gunichar u = g_utf8_get_char (c);
    used += dk_font_advance (weight, u) * size;
    if (used > width && u != ' ' && c > text) {
      return best != NULL ? best : c;
    }
    if ((u == ' ' && !is_before_star (c, end)) || u == '-') {
      best = g_utf8_next_char (c);
    }
  }
  return end;
}

static void
break_paragraph (GPtrArray *lines, const char *text, const char *end, DkFontWeight weight,
                 double size, double width)
{
  if (text == end) {
    add_text_line (lines, text, end, weight, size);
  }
  while (text < end) {
    const char *next = find_break (text, end, weight, size, width);
    add_text_line (lines, text, next, weight, size);
    text = next;
  }
}

/* Of one part of a paragraph that the fonts of paper lack. */
static void
add_foreign (GPtrArray *lines, const char *part, DkFontWeight weight, double size, double width)
{
  guint unreadable = 0;
  guint first = lines->len;
  g_autofree char *named = dk_lines_name_unknown (part, weight, &unreadable);
  const char *text = named != NULL ? named : part;
  if (dk_font_covers (weight, text)) {
    break_paragraph (lines, text, text + strlen (text), weight, size, width);
  } else {
    dk_lines_add_images (lines, text, weight, size, width);
  }
  if (lines->len > first) {
    ((DkLine *) g_ptr_array_index (lines, first))->unreadable = unreadable;
  }
}

static void
add_paragraph (GPtrArray *lines, const char *start, const char *end, DkFontWeight weight,
               double size, double width)
{
  g_autofree char *text = g_strndup (start, (gsize) (end - start));
  if (dk_font_covers (weight, text)) {
    break_paragraph (lines, text, text + strlen (text), weight, size, width);
    return;
  }
  const char *rest = text;
  while (*rest != '\0') {
    const char *cut = rest;
    for (guint i = 0; i < PARAGRAPH_CHARS_MAX && *cut != '\0'; i++) {
      cut = g_utf8_next_char (cut);
    }
    g_autofree char *part = g_strndup (rest, (gsize) (cut - rest));
    add_foreign (lines, part, weight, size, width);
    rest = cut;
  }
}

GPtrArray *
dk_lines_new (const char *text, DkFontWeight weight, double size, double width)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_line_free);
  g_autofree char *clean = clean_for_paper (text != NULL ? text : "");
  const char *start = clean;
  while (*start != '\0') {
    const char *end = strchr (start, '\n');
    if (end == NULL) {
      end = start + strlen (start);
    }
    add_paragraph (lines, start, end, weight, size, width);
    start = *end == '\n' ? end + 1 : end;
  }
  return lines;
}

gboolean
dk_lines_are_text (const char *text, DkFontWeight weight)
{
  g_autofree char *clean = clean_for_paper (text);
  return dk_font_covers (weight, clean);
}

/* The first characters of a line, with a mark where there are more. */
static GPtrArray *
shorten_to (const char *line, gsize chars, DkFontWeight weight, double size, double width)
{
  g_autofree char *shown = dk_text_shorten (line, chars);
  return dk_lines_new (shown, weight, size, width);
}

/* Halved and not shortened by one: a long text of foreign letters would be laid out for minutes. */
DkLine *
dk_line_new_fitting (const char *text, DkFontWeight weight, double size, double width)
{
  g_autofree char *line = dk_text_clean_line (text != NULL ? text : "");
  g_autoptr (GPtrArray) lines = dk_lines_new (line, weight, size, width);
  gsize fits = 1;
  gsize too_many = lines->len > 1 ? (gsize) g_utf8_strlen (line, -1) : 0;
  while (too_many > fits + 1) {
    gsize middle = fits + (too_many - fits) / 2;
    g_autoptr (GPtrArray) tried = shorten_to (line, middle, weight, size, width);
    if (tried->len > 1) {
      too_many = middle;
    } else {
      fits = middle;
    }
  }
  if (lines->len > 1) {
    g_ptr_array_unref (lines);
    lines = shorten_to (line, fits, weight, size, width);
  }
  if (lines->len == 0) {
    add_text_line (lines, "", "", weight, size);
  }
  return g_ptr_array_steal_index (lines, 0);
}

double
dk_lines_height (const GPtrArray *lines)
{
  double height = 0;
  for (guint i = 0; i < lines->len; i++) {
    height += ((const DkLine *) g_ptr_array_index (lines, i))->height;
  }
  return height;
}

static void
draw_image (const DkLine *line, DkPage *page, double x, double y)
{
  gint64 size = (gint64) line->image_width * line->image_height;
  if (page->pixel_room != NULL) {
    *page->pixel_room = *page->pixel_room < size ? -1 : *page->pixel_room - size;
    if (*page->pixel_room < 0) {
      return;
    }
  }
  g_autoptr (GBytes) pixels = dk_line_pixels (line);
  dk_page_image (page, x + line->left, y + line->top, line->ink_width, line->ink_height, pixels,
                 line->image_width, line->image_height);
}

void
dk_line_draw (const DkLine *line, DkPage *page, double grey, double x, double y)
{
  page->unreadable += line->unreadable;
  if (line->layout != NULL) {
    draw_image (line, page, x, y);
  } else if (*line->text != '\0') {
    dk_page_text (page, line->weight, line->size, grey, x, y, line->text);
  }
}
