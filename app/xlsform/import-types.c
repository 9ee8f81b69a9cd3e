/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/xlsform/import-private.h"

#define NO_POSITION "this PC does not know where it is: the position is typed as a text"
#define NO_DEVICE "there is no such fact of a telephone here: the row stays, and is empty"
#define ANY_FILE "a file of that kind is chosen; nothing is recorded here"
#define NO_LIST_FILE "choices out of a file are not supported: the answer is typed as a text"

/* "select one" and its like come with a list, see select_words. */
static const DkTypeWord words[] = {
  { "text", "text" },
  { "string", "text" },
  { "add text prompt", "text" },
  { "phone number", "text", NULL, NULL, "any text is taken", TRUE },
  { "add phone number prompt", "text", NULL, NULL, "any text is taken", TRUE },
  { "integer", "integer" },
  { "int", "integer" },
  { "add integer prompt", "integer" },
  { "add decimal prompt", "decimal" },
  { "add date prompt", "date" },
  { "add time prompt", "time" },
  { "add datetime prompt", "dateTime" },
  { "add note prompt", "note" },
  { "add calculate prompt", "calculate" },
  { "decimal", "decimal" },
  { "date", "date" },
  { "time", "time" },
  { "datetime", "dateTime" },
  { "note", "note" },
  { "calculate", "calculate" },
  { "acknowledge", "acknowledge" },
  { "trigger", "acknowledge" },
  { "boolean", "boolean" },
  { "contact", "contact" },
  { "device", "device" },
  { "location", "location" },
  { "service", "service" },
  { "group", "group" },
  { "operator", "operator" },
  { "barcode", "text", NULL, NULL, "a scanner types it as a text", TRUE },
  { "range", "integer", NULL, NULL, NULL, TRUE },
  { "image", "image" },
  { "photo", "image" },
  { "add image prompt", "image" },
  { "add photo prompt", "image" },
  { "file", "file" },
  { "add file prompt", "file" },
  { "audio", "file", NULL, NULL, ANY_FILE, TRUE },
  { "add audio prompt", "file", NULL, NULL, ANY_FILE, TRUE },
  { "video", "file", NULL, NULL, ANY_FILE, TRUE },
  { "add video prompt", "file", NULL, NULL, ANY_FILE, TRUE },
  { "geopoint", "text", NULL, NULL, NO_POSITION, FALSE },
  { "gps", "text", NULL, NULL, NO_POSITION, FALSE },
  { "geotrace", "text", NULL, NULL, NO_POSITION, FALSE },
  { "geoshape", "text", NULL, NULL, NO_POSITION, FALSE },
  { "start", "dateTime", NULL, "now()", NULL, TRUE },
  { "today", "date", NULL, "today()", NULL, TRUE },
  { "end", "calculate", "now()", NULL, "the moment of the last change", TRUE },
  { "username", "calculate", "operator()", NULL, "who is at work in the kit", TRUE },
  { "hidden", "calculate", NULL, NULL, "nobody types it: it is a value that is computed", TRUE },
  { "deviceid", "calculate", "''", NULL, NO_DEVICE, FALSE },
  { "uri:deviceid", "calculate", "''", NULL, NO_DEVICE, FALSE },
  { "uri:subscriberid", "calculate", "''", NULL, NO_DEVICE, FALSE },
  { "uri:simserial", "calculate", "''", NULL, NO_DEVICE, FALSE },
  { "uri:phonenumber", "calculate", "''", NULL, NO_DEVICE, FALSE },
  { "imei", "calculate", "''", NULL, NO_DEVICE, FALSE },
  { "subscriberid", "calculate", "''", NULL, NO_DEVICE, FALSE },
  { "simserial", "calculate", "''", NULL, NO_DEVICE, FALSE },
  { "phonenumber", "calculate", "''", NULL, NO_DEVICE, FALSE },
  { "email", "calculate", "''", NULL, NO_DEVICE, FALSE },
  { "audit", NULL, NULL, NULL, "the ledger of the kit keeps who did what and when", FALSE },
  { "start-geopoint", NULL, NULL, NULL, "this PC does not know where it is", FALSE },
  { "background-geopoint", NULL, NULL, NULL, "this PC does not know where it is", FALSE },
  { "background-audio", NULL, NULL, NULL, "nothing is recorded here", FALSE },
  { "xml-external", NULL, NULL, NULL, "tables of other files are not supported", FALSE },
  { "csv-external", NULL, NULL, NULL, "tables of other files are not supported", FALSE },
  { "begin group", "begin_group" },
  { "begin repeat", "begin_repeat" },
  { "begin lgroup", "begin_repeat" },
  { "begin looped group", "begin_repeat" },
  { "end group", "end_group" },
  { "end repeat", "end_repeat" },
  { "end lgroup", "end_repeat" },
  { "end looped group", "end_repeat" },
  { "end loop", "end_group" },
};

/* The longer ones first: each is compared with the beginning of the cell. */
static const DkTypeWord select_words[] = {
  { "begin loop", "begin_group", NULL, NULL,
    "questions are not repeated for each choice: they stand here once", FALSE },
  { "osm", NULL, NULL, NULL, "maps are not supported", FALSE },
  { "select one from file", "text", NULL, NULL, NO_LIST_FILE, FALSE },
  { "select multiple from file", "text", NULL, NULL, NO_LIST_FILE, FALSE },
  { "select one external", "text", NULL, NULL, NO_LIST_FILE, FALSE },
  { "add select one prompt using", "select_one" },
  { "add select multiple prompt using", "select_multiple" },
  { "select all that apply from", "select_multiple" },
  { "select all that apply", "select_multiple" },
  { "select one from", "select_one" },
  { "select one", "select_one" },
  { "select1", "select_one" },
  { "select multiple", "select_multiple" },
  { "rank", "text", NULL, NULL,
    "choices cannot be put in order here: the order is typed as a text", FALSE },
};

static const char *const other_words[] = { " or_other", " or specify other", " or other", NULL };

/* One blank between words, none at the ends. New string. */
static char *
fold_blanks (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++) {
    gboolean blank = g_ascii_isspace (*p) || strncmp (p, "\xc2\xa0", 2) == 0;
    if (!blank)
      g_string_append_c (out, *p);
    else if (out->len > 0 && out->str[out->len - 1] != ' ')
      g_string_append_c (out, ' ');
    if ((guchar) *p == 0xc2 && (guchar) p[1] == 0xa0)
      p++;
  }
  if (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

/* Small letters and blanks for "_" in its first words: list names keep theirs. */
static gsize
match_words (const char *text, const char *word)
{
  gsize size = strlen (word);

  for (gsize i = 0; i < size; i++) {
    char c = text[i] == '_' ? ' ' : g_ascii_tolower (text[i]);
    if (c != word[i])
      return 0;
  }
  return text[size] == '\0' || text[size] == ' ' ? size : 0;
}

static gboolean
take_select (char *text, DkTypeCell *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (select_words); i++) {
    gsize size = match_words (text, select_words[i].word);
    if (size == 0)
      continue;
    for (guint j = 0; other_words[j] != NULL; j++)
      if (g_str_has_suffix (text, other_words[j])) {
        text[strlen (text) - strlen (other_words[j])] = '\0';
        out->or_other = TRUE;
        break;
      }
    out->word = &select_words[i];
    out->list = g_strstrip (g_strdup (strlen (text) > size ? text + size : ""));
    return TRUE;
  }
  return FALSE;
}

gboolean
dk_type_read (const char *text, DkTypeCell *out)
{
  g_autofree char *folded = fold_blanks (text);

  *out = (DkTypeCell){ 0 };
  if (take_select (folded, out))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    gsize size = match_words (folded, words[i].word);
    if (size > 0 && folded[size] == '\0') {
      out->word = &words[i];
      return TRUE;
    }
  }
  return FALSE;
}
