/* SPDX-License-Identifier: MIT */
#include "app/base/pattern.h"

#include <string.h>

#include "app/base/platform.h"

/* Steps of the matcher at one place of the text, nested places to come back to, KiB of memory: far
 * more than a sensible pattern needs for a field, and a few ms of work. */
#define LIMITS "(*LIMIT_MATCH=100000)(*LIMIT_DEPTH=20000)(*LIMIT_HEAP=8000)(*NO_JIT)"
#define QUICK_LIMITS "(*LIMIT_MATCH=200)(*LIMIT_DEPTH=200)(*LIMIT_HEAP=8000)(*NO_JIT)"

/* A search starts anew at each place, and one step can walk over all that follows. So it goes
 * through slices, and looks at the time that its thread has worked. */
#define SLICE_BYTES 4000u
#define OVERLAP_BYTES 500u
#define SEARCH_US 200000

/* The compiler unrolls `(...){n,m}`, and what is counted within what is counted multiplies. */
#define UNROLLED_MAX 2500u
#define GROUP_DEPTH 50u

struct DkPattern {
  GRegex *whole;
  GRegex *part;
  GRegex *quick_part;
};

/* The count behind a group, "{2,9}" gives 9; 1 if there is none. */
static guint64
read_count (const char *at)
{
  char *end = NULL;

  if (*at != '{' || !g_ascii_isdigit (at[1])) {
    return 1;
  }
  guint64 count = g_ascii_strtoull (at + 1, &end, 10);
  if (*end == ',' && g_ascii_isdigit (end[1])) {
    count = g_ascii_strtoull (end + 1, NULL, 10);
  }
  return CLAMP (count, 1, G_MAXUINT16);
}

/* Letters that the compiler comes to lay out. Brackets within a class are counted as groups: too
 * much at worst. */
static gboolean
is_small (const char *pattern)
{
  guint64 sizes[GROUP_DEPTH] = { 0 };
  guint depth = 0;

  for (const char *at = pattern; *at != '\0'; at++) {
    sizes[depth]++;
    if (*at == '\\' && at[1] != '\0') {
      at++;
    } else if (*at == '(' && ++depth == GROUP_DEPTH) {
      return FALSE;
    } else if (*at == '(') {
      sizes[depth] = 0;
    } else if (*at == ')' && depth > 0) {
      guint64 count = read_count (at + 1);
      guint64 size = sizes[depth] * count;
      if (count > 1 && size > UNROLLED_MAX) {
        return FALSE;
      }
      sizes[--depth] += size;
    }
  }
  return TRUE;
}

static gboolean
check_text (const char *pattern, GError **error)
{
  if (strlen (pattern) > DK_PATTERN_BYTES_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "the pattern is longer than %u bytes: split it in several", DK_PATTERN_BYTES_MAX);
    return FALSE;
  }
  if (!g_utf8_validate (pattern, -1, NULL)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "the pattern is not valid UTF-8");
    return FALSE;
  }
  if (g_str_has_prefix (pattern, "(*")) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "a pattern may not begin with \"(*\": the bounds of the search stay as they are");
    return FALSE;
  }
  if (!is_small (pattern)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "the pattern counts too much within brackets: (...){n,m} may come to %u letters, "
                 "and brackets may lie %u deep",
                 UNROLLED_MAX, GROUP_DEPTH - 1);
    return FALSE;
  }
  return TRUE;
}

/* GLib tells the place only in its words: "... at char 3: ...". */
static gsize
read_position (const char *message)
{
  const char *place = g_strrstr (message, " at char ");

  return place != NULL ? g_ascii_strtoull (place + strlen (" at char "), NULL, 10) : 0;
}

static GRegex *
compile (const char *before, const char *pattern, const char *after, gsize *position,
         GError **error)
{
  g_autofree char *text = g_strconcat (before, pattern, after, NULL);
  g_autoptr (GError) cause = NULL;
  GRegex *regex = g_regex_new (text, 0, 0, &cause);

  if (regex != NULL) {
    return regex;
  }
  const char *words = g_strrstr (cause->message, ": ");
  gsize place = read_position (cause->message);
  gsize lead = strlen (before);

  *position = place > lead ? MIN (place - lead, (gsize) g_utf8_strlen (pattern, -1)) : 0;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "the pattern is not a regular expression: %s",
               words != NULL ? words + 2 : cause->message);
  return NULL;
}

DkPattern *
dk_pattern_new (const char *pattern, gsize *position, GError **error)
{
  g_return_val_if_fail (pattern != NULL, NULL);
  gsize place = 0;
  g_autoptr (DkPattern) made = g_new0 (DkPattern, 1);

  if (check_text (pattern, error)) {
    made->part = compile (LIMITS, pattern, "", &place, error);
  }
  if (made->part != NULL) {
    made->whole = compile (LIMITS "\\A(?:", pattern, ")\\z", &place, error);
  }
  if (made->whole != NULL) {
    made->quick_part = compile (QUICK_LIMITS, pattern, "", &place, error);
  }
  if (made->quick_part == NULL) {
    if (position != NULL) {
      *position = place;
    }
    return NULL;
  }
  return g_steal_pointer (&made);
}

static gboolean
refuse_work (GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "the pattern takes too long for this text: simplify it, for example \"a+\" "
               "instead of \"(a+)+\"");
  return FALSE;
}

gboolean
dk_pattern_matches (const DkPattern *pattern, const char *text, gboolean *found, GError **error)
{
  g_return_val_if_fail (pattern != NULL && text != NULL && found != NULL, FALSE);
  g_autoptr (GError) cause = NULL;
  gsize size = strlen (text);

  if (size > DK_PATTERN_TEXT_BYTES_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "a text of more than %u bytes cannot be held against a pattern: shorten it",
                 DK_PATTERN_TEXT_BYTES_MAX);
    return FALSE;
  }
  gboolean hit = g_regex_match_full (pattern->whole, text, (gssize) size, 0, 0, NULL, &cause);
  if (cause != NULL) {
    return refuse_work (error);
  }
  *found = hit;
  return TRUE;
}

/* A part of a text: `^` and `$` hold at the ends of the text alone. */
typedef struct {
  const char *text;
  gsize size;
  GRegexMatchFlags ends;
  gint64 deadline_us;
} Slice;

/* Place by place, each with all the steps it may take. */
static gboolean
search_slowly (const DkPattern *pattern, const Slice *slice, gboolean *found, GError **error)
{
  const char *at = slice->text;

  while (!*found && at <= slice->text + slice->size) {
    g_autoptr (GError) cause = NULL;

    *found = g_regex_match_full (pattern->part, slice->text, (gssize) slice->size,
                                 (gint) (at - slice->text), slice->ends | G_REGEX_MATCH_ANCHORED,
                                 NULL, &cause);
    if (cause != NULL || dk_platform_thread_cpu_us () > slice->deadline_us) {
      return *found || refuse_work (error);
    }
    at = g_utf8_next_char (at);
  }
  return TRUE;
}

static gboolean
search_slice (const DkPattern *pattern, const Slice *slice, gboolean *found, GError **error)
{
  g_autoptr (GError) cause = NULL;
  gboolean hit = g_regex_match_full (pattern->quick_part, slice->text, (gssize) slice->size, 0,
                                     slice->ends, NULL, &cause);

  if (cause != NULL) {
    return search_slowly (pattern, slice, found, error);
  }
  *found = hit;
  return hit || dk_platform_thread_cpu_us () <= slice->deadline_us || refuse_work (error);
}

/* Size of the next slice: at most SLICE_BYTES, up to before a blank if one is near, so that no
 * number is cut. */
static gsize
measure_slice (const char *text, gsize size)
{
  if (size <= SLICE_BYTES) {
    return size;
  }
  for (gsize i = SLICE_BYTES; i > SLICE_BYTES - OVERLAP_BYTES / 2; i--) {
    if (g_ascii_isspace (text[i])) {
      return i;
    }
  }
  return (gsize) (g_utf8_find_prev_char (text, text + SLICE_BYTES + 1) - text);
}

/* Where the slice after this one begins: behind a blank, too, if one is near. */
static const char *
find_next_slice (const Slice *slice)
{
  const char *next = slice->text + slice->size - OVERLAP_BYTES;

  for (const char *at = next; at > next - OVERLAP_BYTES / 2; at--) {
    if (g_ascii_isspace (at[-1])) {
      return at;
    }
  }
  return g_utf8_find_prev_char (slice->text, next);
}

gboolean
dk_pattern_finds (const DkPattern *pattern, const char *text, gboolean *found, GError **error)
{
  g_return_val_if_fail (pattern != NULL && text != NULL && found != NULL, FALSE);
  Slice slice = { .text = text, .deadline_us = dk_platform_thread_cpu_us () + SEARCH_US };
  gsize left = strlen (text);
  gboolean hit = FALSE;

  for (;;) {
    slice.size = measure_slice (slice.text, left);
    slice.ends = (slice.text > text ? G_REGEX_MATCH_NOTBOL : 0)
                 | (slice.size < left ? G_REGEX_MATCH_NOTEOL : 0);
    if (!search_slice (pattern, &slice, &hit, error)) {
      return FALSE;
    }
    if (hit || slice.size == left) {
      break;
    }
    const char *next = find_next_slice (&slice);
    left -= (gsize) (next - slice.text);
    slice.text = next;
  }
  *found = hit;
  return TRUE;
}

void
dk_pattern_free (DkPattern *pattern)
{
  if (pattern == NULL) {
    return;
  }
  g_clear_pointer (&pattern->whole, g_regex_unref);
  g_clear_pointer (&pattern->part, g_regex_unref);
  g_clear_pointer (&pattern->quick_part, g_regex_unref);
  g_free (pattern);
}
