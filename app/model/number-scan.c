/* SPDX-License-Identifier: MIT */
#include "app/model/number.h"

#include <string.h>

#include "app/base/text.h"

#define CHARACTERS_MAX 80

/* A hand scanner plays an American keyboard. On a German one its dash comes as a sharp s (with
 * shift: a question mark), its stroke as a dash, and Y and Z change places; on others the dash is
 * an apostrophe. People and word processors add dashes of their own. */
static gboolean
is_dash (gunichar c)
{
  return c == '-' || c == '\'' || c == '?' || c == '_' || c == 0xdf || c == 0x1e9e || c == 0xb4
         || (c >= 0x2010 && c <= 0x2015) || c == 0x2018 || c == 0x2019 || c == 0x2212;
}

/* *slipped tells that the dashes are those of another keyboard. New string. */
static char *
straighten (const char *text, gboolean *slipped)
{
  g_autofree char *clean = dk_text_clean_line (text);
  GString *out = g_string_new (NULL);
  guint count = 0;

  *slipped = FALSE;
  for (const char *p = clean; *p != '\0' && count < CHARACTERS_MAX; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    *slipped = *slipped || (is_dash (c) && c != '-');
    g_string_append_unichar (out, is_dash (c) ? '-' : c);
    count++;
  }
  return g_string_free (out, FALSE);
}

static char *
swap_y_and_z (const char *text)
{
  char *swapped = g_strdup (text);

  for (char *c = swapped; *c != '\0'; c++) {
    const char *at = strchr ("yzYZ", *c);
    if (at != NULL)
      *c = "zyZY"[at - "yzYZ"];
  }
  return swapped;
}

/* Cuts "NUMBER PAGE/PAGES" in two. New string: the number. */
static char *
cut_page (const char *text, DkNumberScan *out, gboolean *fits)
{
  g_autoptr (GRegex) pattern
      = g_regex_new ("^(.*\\S)\\s+([0-9]{1,3})\\s*[/-]\\s*([0-9]{1,3})$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *page = NULL;
  g_autofree char *pages = NULL;

  *fits = TRUE;
  if (!g_regex_match (pattern, text, 0, &match))
    return g_strdup (text);
  page = g_match_info_fetch (match, 2);
  pages = g_match_info_fetch (match, 3);
  out->page = (guint) g_ascii_strtoull (page, NULL, 10);
  out->pages = (guint) g_ascii_strtoull (pages, NULL, 10);
  *fits = out->page >= 1 && out->page <= out->pages && out->pages <= DK_NUMBER_PAGES_MAX;
  return g_match_info_fetch (match, 1);
}

gboolean
dk_number_scan (const char *text, DkNumberScan *out, GError **error)
{
  DkNumberScan scan = { 0 };
  gboolean slipped = FALSE;
  gboolean fits = TRUE;
  g_autofree char *straight = straighten (text, &slipped);
  g_autofree char *number = cut_page (straight, &scan, &fits);
  g_autofree char *swapped = swap_y_and_z (number);

  /* Exchanged letters count only where the dashes show that keyboard, and the check holds. */
  if (!dk_number_parse (number, &scan.number, NULL)
      && (!slipped || !dk_number_parse (swapped, &scan.number, NULL)))
    return dk_number_parse (number, &scan.number, error);
  if (!fits) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The number is right, but page %u of %u cannot be. Nothing was changed; scan it "
                 "again, or type the number alone.",
                 scan.page, scan.pages);
    return FALSE;
  }
  *out = scan;
  return TRUE;
}
