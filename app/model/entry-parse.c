/* SPDX-License-Identifier: MIT */
/* One pass over the only spelling that an entry has: the members in their order, nothing between
 * them. So what is read is what would be written, and a hundred thousand lines are read in a
 * moment. */
#include <string.h>

#include "app/base/limits.h"
#include "app/model/entry.h"

#define INTEGER_MAX (G_GINT64_CONSTANT (1) << 53)
#define TIME_SIZE 24 /* 2026-11-22T12:31:05.123Z */
#define DAY_MS G_GINT64_CONSTANT (86400000)

typedef struct {
  const char *at;
  const char *end;
} Scan;

static gboolean
take_word (Scan *s, const char *word)
{
  gsize size = strlen (word);

  if ((gsize) (s->end - s->at) < size || memcmp (s->at, word, size) != 0)
    return FALSE;
  s->at += size;
  return TRUE;
}

/* The character that an escape stands for, 0 if this is not how it is written. RFC 8785 section
 * 3.2.2.2: two letters where there are two, else \u00 and two lower-case digits. */
static char
take_escape (Scan *s)
{
  static const char *const spellings[] = { "\\\"", "\\\\", "\\b", "\\t", "\\n", "\\f", "\\r" };
  static const char meanings[] = "\"\\\b\t\n\f\r";
  int low;

  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    if (take_word (s, spellings[i]))
      return meanings[i];
  if (!take_word (s, "\\u00") || s->end - s->at < 2 || (s->at[0] != '0' && s->at[0] != '1')
      || g_ascii_isupper (s->at[1]))
    return 0;
  low = g_ascii_xdigit_value (s->at[1]);
  if (low < 0)
    return 0;
  low += s->at[0] == '1' ? 16 : 0;
  s->at += 2;
  return strchr (meanings, low) == NULL ? (char) low : 0;
}

static gboolean
take_escaped (Scan *s, const char *start, char **out)
{
  g_autoptr (GString) text = g_string_new_len (start, s->at - start);

  while (s->at < s->end && *s->at != '"') {
    char c = *s->at;
    if ((guint8) c < 0x20)
      return FALSE;
    if (c == '\\')
      c = take_escape (s);
    else
      s->at++;
    if (c == '\0')
      return FALSE;
    g_string_append_c (text, c);
  }
  *out = g_strndup (text->str, text->len);
  return g_utf8_validate (text->str, (gssize) text->len, NULL);
}

static gboolean
take_text (Scan *s, const char *before, char **out)
{
  const char *start;
  guint8 all = 0;

  if (!take_word (s, before))
    return FALSE;
  start = s->at;
  while (s->at < s->end && *s->at != '"' && *s->at != '\\' && (guint8) *s->at >= 0x20)
    all |= (guint8) *s->at++;
  if (s->at < s->end && *s->at == '\\') {
    if (!take_escaped (s, start, out))
      return FALSE;
  } else {
    *out = g_strndup (start, (gsize) (s->at - start));
    if (all >= 0x80 && !g_utf8_validate (start, s->at - start, NULL))
      return FALSE;
  }
  return take_word (s, "\"");
}

/* Beyond 2^53 there is no canonical spelling. */
static gboolean
take_int (Scan *s, const char *before, gint64 min, gint64 *out)
{
  const char *start;
  gint64 number = 0;

  if (!take_word (s, before))
    return FALSE;
  start = s->at;
  while (s->at < s->end && g_ascii_isdigit (*s->at) && number <= INTEGER_MAX)
    number = number * 10 + (*s->at++ - '0');
  *out = number;
  return s->at > start && (*start != '0' || s->at == start + 1) && number >= min
         && number <= INTEGER_MAX;
}

static gboolean
read_digits (const char *text, guint count, int *out)
{
  *out = 0;
  for (guint i = 0; i < count; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
    *out = *out * 10 + (text[i] - '0');
  }
  return TRUE;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, the year beginning with March. */
static gint64
count_days (int year, int month, int day)
{
  int y = month <= 2 ? year - 1 : year;
  int since_march = (month + 9) % 12;

  return (gint64) y * 365 + y / 4 - y / 100 + y / 400 + (since_march * 153 + 2) / 5 + day - 719469;
}

static gboolean
take_time (Scan *s, const char *before, gint64 *out)
{
  const char *t;
  int year, month, day, hour, minute, second, ms;

  if (!take_word (s, before) || s->end - s->at < TIME_SIZE)
    return FALSE;
  t = s->at;
  s->at += TIME_SIZE;
  if (!read_digits (t, 4, &year) || t[4] != '-' || !read_digits (t + 5, 2, &month) || t[7] != '-'
      || !read_digits (t + 8, 2, &day) || t[10] != 'T' || !read_digits (t + 11, 2, &hour)
      || t[13] != ':' || !read_digits (t + 14, 2, &minute) || t[16] != ':'
      || !read_digits (t + 17, 2, &second) || t[19] != '.' || !read_digits (t + 20, 3, &ms)
      || t[23] != 'Z')
    return FALSE;
  if (year < 1970 || month < 1 || month > 12 || day < 1
      || day > g_date_get_days_in_month ((GDateMonth) month, (GDateYear) year) || hour > 23
      || minute > 59 || second > 59)
    return FALSE;
  *out = count_days (year, month, day) * DAY_MS
         + ((hour * 60 + minute) * 60 + second) * G_GINT64_CONSTANT (1000) + ms;
  return take_word (s, "\"");
}

static gboolean
take_line (Scan *s, DkEntry *e)
{
  return take_text (s, "{\"body_hash\":\"", &e->body_hash)
         && take_text (s, ",\"boot\":\"", &e->boot) && take_text (s, ",\"chain\":\"", &e->chain)
         && take_time (s, ",\"happened_at\":\"", &e->happened_ms)
         && take_text (s, ",\"kind\":\"", &e->kind) && take_text (s, ",\"kit\":\"", &e->kit)
         && take_int (s, ",\"mono_ms\":", 0, &e->mono_ms)
         && take_text (s, ",\"object\":\"", &e->object) && take_text (s, ",\"prev\":\"", &e->prev)
         && take_time (s, ",\"recorded_at\":\"", &e->recorded_ms)
         && take_int (s, ",\"seq\":", 1, &e->seq) && take_text (s, ",\"station\":\"", &e->station)
         && take_text (s, ",\"user\":\"", &e->user) && take_word (s, ",\"v\":1}\n")
         && s->at == s->end;
}

DkEntry *
dk_entry_parse_line (const char *line, gsize size, GError **error)
{
  g_autoptr (DkEntry) entry = dk_entry_new ();
  Scan s = { .at = line, .end = line + size };

  if (size <= DK_LIMIT_JSON_BYTES && take_line (&s, entry))
    return g_steal_pointer (&entry);
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "A ledger line is damaged: from byte %" G_GSIZE_FORMAT " on it is not what this "
               "program writes. Nothing was changed; keep a copy and run audit verify.",
               (gsize) (s.at - line) + 1);
  return NULL;
}
