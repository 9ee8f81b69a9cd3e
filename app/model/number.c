/* SPDX-License-Identifier: MIT */
#include "app/model/number.h"

#include <string.h>

#include "app/base/text.h"

#define STATION_MAX 8
#define COUNTER_DIGITS_MAX 18

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

gboolean
dk_number_station_is_valid (const char *station)
{
  gsize size = strlen (station);

  if (size < 1 || size > STATION_MAX)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isdigit (station[i]) && !g_ascii_isupper (station[i]))
      return FALSE;
  return TRUE;
}

/* ISO 7064:2003, hybrid system MOD 37,36. */
char
dk_number_check_character (const char *text)
{
  guint p = 36;

  for (const char *c = text; *c != '\0'; c++) {
    const char *at = strchr (alphabet, *c);
    guint sum;
    if (at == NULL)
      continue;
    sum = (p + (guint) (at - alphabet)) % 36;
    p = (sum == 0 ? 36 : sum) * 2 % 37;
  }
  return alphabet[(37 - p) % 36];
}

char *
dk_number_format (const char *station, guint64 counter, gboolean drill)
{
  g_autofree char *body
      = g_strdup_printf ("%s-%s-%04" G_GUINT64_FORMAT, drill ? "DR" : "DT", station, counter);

  return g_strdup_printf ("%s-%c", body, dk_number_check_character (body));
}

static gboolean
refuse (GError **error, const char *text)
{
  g_autofree char *line = dk_text_clean_line (text);
  g_autofree char *shown = dk_text_shorten (line, 40);

  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "\"%s\" is not a downtime number. One looks like DT-A07-0042-D.", shown);
  return FALSE;
}

/* Cuts what was typed into prefix, station, counter and check character. */
static gboolean
match_parts (const char *text, GMatchInfo **match)
{
  static GRegex *pattern;
  static gsize once;

  if (g_once_init_enter (&once)) {
    pattern = g_regex_new ("^(DT|DR)-([A-Z0-9]{1,8})-([0-9]{4,18})-([A-Z0-9])$", G_REGEX_OPTIMIZE,
                           0, NULL);
    g_once_init_leave (&once, 1);
  }
  return g_regex_match (pattern, text, 0, match);
}

gboolean
dk_number_parse (const char *text, DkNumber *out, GError **error)
{
  g_autoptr (GMatchInfo) match = NULL;
  GString *compact = g_string_new (NULL);
  g_autofree char *typed = NULL;

  for (const char *p = text; *p != '\0' && compact->len < 64; p++)
    if (!g_ascii_isspace (*p))
      g_string_append_c (compact, g_ascii_toupper (*p));
  typed = g_string_free (compact, FALSE);
  if (!match_parts (typed, &match))
    return refuse (error, text);

  g_autofree char *body = g_strndup (typed, strlen (typed) - 2);
  g_autofree char *station = g_match_info_fetch (match, 2);
  g_autofree char *digits = g_match_info_fetch (match, 3);
  guint64 counter = g_ascii_strtoull (digits, NULL, 10);
  if (dk_number_check_character (body) != typed[strlen (typed) - 1]) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s has a wrong check character: a letter or digit was mistyped. Read it again.",
                 typed);
    return FALSE;
  }
  g_autofree char *canonical = dk_number_format (station, counter, typed[1] == 'R');
  if (counter == 0 || strlen (digits) > COUNTER_DIGITS_MAX || strcmp (canonical, typed) != 0)
    return refuse (error, text);
  g_strlcpy (out->station, station, sizeof out->station);
  out->counter = counter;
  out->drill = typed[1] == 'R';
  return TRUE;
}

/* ICAO spelling alphabet and English digits. */
static const char *
spoken (char c)
{
  static const char *const digits[]
      = { "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine" };
  static const char *const letters[]
      = { "alpha",  "bravo",   "charlie", "delta",  "echo",   "foxtrot", "golf",
          "hotel",  "india",   "juliet",  "kilo",   "lima",   "mike",    "november",
          "oscar",  "papa",    "quebec",  "romeo",  "sierra", "tango",   "uniform",
          "victor", "whiskey", "x-ray",   "yankee", "zulu" };

  if (g_ascii_isdigit (c))
    return digits[c - '0'];
  return letters[c - 'A'];
}

static void
append_spoken (GString *out, char c)
{
  if (g_ascii_isdigit (c))
    g_string_append (out, spoken (c));
  else if (g_ascii_isupper (c))
    g_string_append_printf (out, "%c %s", c, spoken (c));
}

char *
dk_number_spell (const char *number)
{
  g_auto (GStrv) parts = g_strsplit (number, "-", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++) {
    if (i > 0)
      g_string_append (out, ", ");
    for (const char *c = parts[i]; *c != '\0'; c++) {
      if (c != parts[i])
        g_string_append_c (out, ' ');
      if (i == 0)
        g_string_append_c (out, *c); /* the prefix is known: "D T" */
      else
        append_spoken (out, *c);
    }
  }
  return g_string_free (out, FALSE);
}
