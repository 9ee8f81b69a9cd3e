/* SPDX-License-Identifier: MIT */
#include "app/model/content-age.h"

#include "app/base/clock.h"

#define DAY_MS (G_GINT64_CONSTANT (86400) * 1000)

static const char *const words[] = {
  [DK_CONTENT_NORMAL] = "",           [DK_CONTENT_AMBER] = "AMBER",
  [DK_CONTENT_STALE] = "STALE",       [DK_CONTENT_EXPIRED] = "EXPIRED",
  [DK_CONTENT_REVOKED] = "REVOKED",   [DK_CONTENT_NONE] = "NO CONTENT",
};

static gboolean
expires_soon (const DkContentFacts *facts, gint64 now_ms)
{
  return facts->expires_ms > 0
         && facts->expires_ms - now_ms < DK_CONTENT_EXPIRES_SOON_DAYS * DAY_MS;
}

DkContentState
dk_content_state (const DkContentFacts *facts, gint64 now_ms)
{
  gint64 age_ms = now_ms - facts->created_ms;

  if (facts->created_ms == 0)
    return DK_CONTENT_NONE;
  if (facts->is_revoked)
    return DK_CONTENT_REVOKED;
  if (facts->expires_ms > 0 && facts->expires_ms <= now_ms)
    return DK_CONTENT_EXPIRED;
  if (facts->stale_days > 0 && age_ms > facts->stale_days * DAY_MS)
    return DK_CONTENT_STALE;
  if ((facts->amber_days > 0 && age_ms > facts->amber_days * DAY_MS)
      || expires_soon (facts, now_ms))
    return DK_CONTENT_AMBER;
  return DK_CONTENT_NORMAL;
}

gboolean
dk_content_state_is_loud (DkContentState state)
{
  return state >= DK_CONTENT_STALE;
}

const char *
dk_content_state_word (DkContentState state)
{
  g_assert ((gsize) state < G_N_ELEMENTS (words));
  return words[state];
}

static char *
describe_amber (const DkContentFacts *facts, const char *age, gint64 now_ms)
{
  g_autofree char *left = NULL;

  if (!expires_soon (facts, now_ms))
    return g_strdup_printf ("The content is %s old. Ask for a newer pack.", age);
  left = dk_time_format_age (facts->expires_ms - now_ms);
  return g_strdup_printf ("The content is %s old and expires in %s. Ask for a newer pack.", age,
                          left);
}

char *
dk_content_state_sentence (DkContentState state, const DkContentFacts *facts, gint64 now_ms)
{
  g_autofree char *age = dk_time_format_age (MAX (0, now_ms - facts->created_ms));

  switch (state) {
  case DK_CONTENT_NONE:
    return g_strdup ("No contacts and runbooks yet. Calls and tickets work. Ask for a content "
                     "pack.");
  case DK_CONTENT_REVOKED:
    return g_strdup ("Who signed the content is not trusted any more. Call back on numbers that "
                     "you know from elsewhere, and ask for a new pack.");
  case DK_CONTENT_EXPIRED:
    return g_strdup_printf ("The content expired; it is %s old. Check numbers before you rely on "
                            "them, and ask for a newer pack.",
                            age);
  case DK_CONTENT_STALE:
    return g_strdup_printf ("The content is %s old: STALE. Check numbers before you rely on them, "
                            "and ask for a newer pack.",
                            age);
  case DK_CONTENT_AMBER:
    return describe_amber (facts, age, now_ms);
  case DK_CONTENT_NORMAL:
  default:
    return g_strdup_printf ("The content is %s old.", age);
  }
}

char *
dk_content_state_banner (DkContentState state)
{
  const char *word = dk_content_state_word (state);

  return g_strconcat (word, state == DK_CONTENT_NONE || *word == '\0' ? NULL : " CONTENT", NULL);
}

char *
dk_content_state_mode (DkContentState state, const char *mode)
{
  g_autofree char *upper = g_ascii_strup (mode != NULL ? mode : "normal", -1);
  g_autofree char *content = NULL;

  if (!dk_content_state_is_loud (state) || state == DK_CONTENT_NONE)
    return g_steal_pointer (&upper);
  content = dk_content_state_banner (state);
  return g_strconcat (upper, ", ", content, NULL);
}
