/* SPDX-License-Identifier: MIT */
#include "app/xlsform/columns-private.h"

#include <string.h>

#define NO_MEDIA "pictures and sounds beside a question are not supported"
#define NO_BODY "attributes for other programs are not supported"
#define NO_TRIGGER "a value is computed whenever one changes that it reads; triggers are not known"

const DkColumnName DK_SURVEY_COLUMNS[] = {
  { "type", "type", NULL },
  { "command", "type", NULL },
  { "name", "name", NULL },
  { "tag", "name", NULL },
  { "label", "label", NULL },
  { "caption", "label", NULL },
  { "hint", "hint", NULL },
  { "guidance_hint", "guidance_hint", NULL },
  { "required", "required", NULL },
  { "bind::required", "required", NULL },
  { "required_message", "left", "an empty field is told in the program's own words" },
  { "requiredmsg", "left", "an empty field is told in the program's own words" },
  { "bind::jr:requiredmsg", "left", "an empty field is told in the program's own words" },
  { "relevant", "relevant", NULL },
  { "relevance", "relevant", NULL },
  { "bind::relevant", "relevant", NULL },
  { "constraint", "constraint", NULL },
  { "bind::constraint", "constraint", NULL },
  { "constraint_message", "constraint_message", NULL },
  { "constraining_message", "constraint_message", NULL },
  { "bind::jr:constraintmsg", "constraint_message", NULL },
  { "calculation", "calculation", NULL },
  { "calculate", "calculation", NULL },
  { "bind::calculate", "calculation", NULL },
  { "default", "default", NULL },
  { "appearance", "appearance", NULL },
  { "body::appearance", "appearance", NULL },
  { "control::appearance", "appearance", NULL },
  { "read_only", "readonly", NULL },
  { "readonly", "readonly", NULL },
  { "bind::readonly", "readonly", NULL },
  { "choice_filter", "choice_filter", NULL },
  { "parameters", "parameters", NULL },
  { "repeat_count", "left", "rows are added as they are needed; their number is not fixed" },
  { "count", "left", "rows are added as they are needed; their number is not fixed" },
  { "jr:count", "left", "rows are added as they are needed; their number is not fixed" },
  { "control::jr:count", "left", "rows are added as they are needed; their number is not fixed" },
  { "trigger", "left", NO_TRIGGER },
  { "media::image", "left", NO_MEDIA },
  { "media::big-image", "left", NO_MEDIA },
  { "media::audio", "left", NO_MEDIA },
  { "media::video", "left", NO_MEDIA },
  { "image", "left", NO_MEDIA },
  { "big-image", "left", NO_MEDIA },
  { "audio", "left", NO_MEDIA },
  { "video", "left", NO_MEDIA },
  { "autoplay", "left", NO_MEDIA },
  { "body", "left", NO_BODY },
  { "control", "left", NO_BODY },
  { "bind", "left", NO_BODY },
  { "instance", "left", NO_BODY },
  { "disabled", "disabled", NULL },
  { "dk_type", "dk_type", NULL },
  { "dk_pdf", "pdf", NULL },
  { "dk_itsm", "itsm", NULL },
  { "dk_json", "dk_json", NULL },
  { NULL, NULL, NULL },
};

const DkColumnName DK_CHOICE_COLUMNS[] = {
  { "list_name", "list_name", NULL },
  { "name", "name", NULL },
  { "value", "name", NULL },
  { "label", "label", NULL },
  { "caption", "label", NULL },
  { "media::image", "left", NO_MEDIA },
  { "media::big-image", "left", NO_MEDIA },
  { "media::audio", "left", NO_MEDIA },
  { "media::video", "left", NO_MEDIA },
  { "image", "left", NO_MEDIA },
  { "big-image", "left", NO_MEDIA },
  { "audio", "left", NO_MEDIA },
  { "video", "left", NO_MEDIA },
  { "dk_type", "dk_type", NULL },
  { "dk_json", "dk_json", NULL },
  { NULL, NULL, NULL },
};

const DkColumnName DK_SETTING_COLUMNS[] = {
  { "form_id", "form_id", NULL },
  { "id_string", "form_id", NULL },
  { "set_form_id", "form_id", NULL },
  { "form_title", "title", NULL },
  { "title", "title", NULL },
  { "set_form_title", "title", NULL },
  { "version", "version", NULL },
  { "default_language", "default_language", NULL },
  { "instance_name", "left", "a ticket is named by its number and its summary" },
  { "style", "left", "screen and paper have one layout" },
  { "public_key", "left", "tickets are sealed with the keys of the kit" },
  { "submission_url", "left", "tickets leave through the connectors of the kit" },
  { "auto_send", "left", "tickets leave through the connectors of the kit" },
  { "auto_delete", "left", "tickets are kept in the ledger" },
  { "allow_choice_duplicates", "duplicates", NULL },
  { "dk_title", "dk_title", NULL },
  { "dk_itsm", "itsm", NULL },
  { "dk_pdf", "pdf", NULL },
  { "dk_follow_up", "follow_up", NULL },
  { "dk_classification", "classification", NULL },
  { "dk_json", "dk_json", NULL },
  { NULL, NULL, NULL },
};

/* Names of languages as forms write them, in English and in their own words. */
static const struct {
  const char *code;
  const char *names; /* the first one is written */
} languages[] = {
  { "en", "English" },
  { "de", "German|Deutsch" },
  { "fr", "French|Fran\xc3\xa7" "ais|Francais" },
  { "es", "Spanish|Espa\xc3\xb1ol|Espanol" },
  { "it", "Italian|Italiano" },
  { "pt", "Portuguese|Portugu\xc3\xaas" },
  { "nl", "Dutch|Nederlands" },
  { "pl", "Polish|Polski" },
  { "ru", "Russian|\xd0\xa0\xd1\x83\xd1\x81\xd1\x81\xd0\xba\xd0\xb8\xd0\xb9" },
  { "uk", "Ukrainian" },
  { "ar", "Arabic|\xd8\xa7\xd9\x84\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a\xd8\xa9" },
  { "he", "Hebrew" },
  { "tr", "Turkish|T\xc3\xbcrk\xc3\xa7" "e" },
  { "sw", "Swahili|Kiswahili" },
  { "am", "Amharic" },
  { "so", "Somali" },
  { "ha", "Hausa" },
  { "hi", "Hindi" },
  { "bn", "Bengali|Bangla" },
  { "ur", "Urdu" },
  { "ne", "Nepali" },
  { "my", "Burmese" },
  { "vi", "Vietnamese" },
  { "th", "Thai" },
  { "id", "Indonesian" },
  { "tl", "Tagalog" },
  { "zh", "Chinese|\xe4\xb8\xad\xe6\x96\x87" },
  { "ja", "Japanese" },
  { "ko", "Korean" },
  { "fa", "Persian|Farsi|Dari" },
  { "ku", "Kurdish" },
  { "ht", "Haitian Creole" },
};

static gboolean
is_code (const char *text)
{
  gsize size = strlen (text);

  return size >= 2 && size <= 16 && g_ascii_islower (text[0]) && g_ascii_islower (text[1])
         && strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
                == size;
}

/* The code of a name in the list; NULL. Static. */
static const char *
find_language (const char *name)
{
  g_autofree char *wanted = g_utf8_casefold (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (languages); i++) {
    g_auto (GStrv) names = g_strsplit (languages[i].names, "|", -1);
    for (guint j = 0; names[j] != NULL; j++) {
      g_autofree char *folded = g_utf8_casefold (names[j], -1);
      if (g_str_equal (folded, wanted))
        return languages[i].code;
    }
  }
  return NULL;
}

/* What stands in the last brackets, if it is a code; NULL. New string. */
static char *
code_in_brackets (const char *title)
{
  const char *open = strrchr (title, '(');
  const char *close = open != NULL ? strchr (open, ')') : NULL;
  g_autofree char *code = NULL;

  if (close == NULL || close[1] != '\0')
    return NULL;
  code = g_strstrip (g_strndup (open + 1, (gsize) (close - open - 1)));
  return is_code (code) ? g_steal_pointer (&code) : NULL;
}

char *
dk_language_code (const char *title)
{
  g_autofree char *text = g_strstrip (g_strdup (title));
  char *code = code_in_brackets (text);
  g_autoptr (GString) letters = NULL;

  if (code != NULL)
    return code;
  if (find_language (text) != NULL)
    return g_strdup (find_language (text));
  if (is_code (text))
    return g_steal_pointer (&text);
  letters = g_string_new (NULL);
  for (const char *p = text; *p != '\0' && letters->len < 16; p++)
    if (g_ascii_isalpha (*p))
      g_string_append_c (letters, g_ascii_tolower (*p));
  return letters->len >= 2 ? g_strdup (letters->str) : NULL;
}

char *
dk_language_title (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_str_equal (languages[i].code, code)) {
      const char *bar = strchr (languages[i].names, '|');
      gsize size = bar != NULL ? (gsize) (bar - languages[i].names) : strlen (languages[i].names);
      return g_strdup_printf ("%.*s (%s)", (int) size, languages[i].names, code);
    }
  return g_strdup_printf ("%s (%s)", code, code);
}

/* Small letters, "_" for runs of blanks. New string. */
static char *
plain_title (const char *title)
{
  GString *out = g_string_new (NULL);

  for (const char *p = title; *p != '\0'; p++)
    if (!g_ascii_isspace (*p))
      g_string_append_c (out, g_ascii_tolower (*p));
    else if (out->len > 0 && out->str[out->len - 1] != '_')
      g_string_append_c (out, '_');
  return g_string_free (out, FALSE);
}

/* Length of the name that the title begins with, if a language or nothing follows. */
static gsize
match_name (const char *plain, const char *name)
{
  gsize size = strlen (name);

  if (strncmp (plain, name, size) != 0 || (plain[size] != '\0' && plain[size] != ':'))
    return 0;
  return size;
}

static gboolean
may_have_language (const char *key)
{
  static const char *const with[] = { "label", "hint", "guidance_hint", "constraint_message",
                                      "left", NULL };

  return g_strv_contains (with, key);
}

/* The rest of a title behind its name: ":: German (de)". */
static char *
language_behind (const char *title)
{
  const char *colon = strrchr (title, ':');

  return colon != NULL ? dk_language_code (colon + 1) : NULL;
}

static void
name_column (DkColumn *column, const DkColumnName *names)
{
  g_autofree char *plain = plain_title (column->title);
  const DkColumnName *best = NULL;
  gsize best_size = 0;

  for (; names->title != NULL; names++) {
    gsize size = match_name (plain, names->title);
    if (size > best_size && (plain[size] == '\0' || may_have_language (names->key))) {
      best = names;
      best_size = size;
    }
  }
  column->key = "";
  if (best == NULL)
    return;
  if (plain[best_size] == ':' && !g_str_equal (best->key, "left")) {
    column->language = language_behind (column->title);
    if (column->language == NULL)
      return;
  }
  column->key = best->key;
  column->why = g_strdup (best->why);
}

/* The column that counts in place of this one: the very name goes before an alias of it, then the
 * first. NULL if this one counts. */
static const DkColumn *
find_twin (const GArray *columns, guint index)
{
  const DkColumn *column = &g_array_index (columns, DkColumn, index);

  for (guint i = 0; i < columns->len; i++) {
    const DkColumn *other = &g_array_index (columns, DkColumn, i);
    gboolean other_exact = g_str_equal (other->title, other->key);
    gboolean exact = g_str_equal (column->title, column->key);
    if (i != index && g_str_equal (other->key, column->key)
        && g_strcmp0 (other->language, column->language) == 0
        && (i < index ? !exact || other_exact : !exact && other_exact))
      return other;
  }
  return NULL;
}

/* The very same name stands in a column before this one. */
static gboolean
is_repeated (const GArray *columns, guint index)
{
  const char *title = g_array_index (columns, DkColumn, index).title;

  for (guint i = 0; i < index; i++)
    if (g_str_equal (g_array_index (columns, DkColumn, i).title, title))
      return TRUE;
  return FALSE;
}

static void
leave_twin (const DkSheet *sheet, guint row, GArray *columns, guint index,
            const DkColumnName *names)
{
  DkColumn *column = &g_array_index (columns, DkColumn, index);
  gboolean is_known = *column->key != '\0' && !g_str_equal (column->key, "left");
  const DkColumn *twin = is_known ? find_twin (columns, index) : NULL;

  if (twin != NULL && names == DK_CHOICE_COLUMNS && g_str_equal (column->key, "name")) {
    column->key = "";
  } else if (twin != NULL) {
    g_autofree char *place = dk_sheet_place (sheet, row, twin->column);
    column->key = "left";
    column->why = g_strdup_printf ("the same as %s (\"%s\"), which counts", place, twin->title);
  }
  if (*column->key == '\0' && *column->title != '\0' && is_repeated (columns, index)) {
    column->key = "left";
    column->why = g_strdup ("another column has this name, and counts");
  }
}

static void
column_clear (gpointer data)
{
  DkColumn *column = data;

  g_free (column->why);
  g_free (column->title);
  g_free (column->language);
}

GArray *
dk_columns_read (const DkSheet *sheet, const DkColumnName *names, guint *header)
{
  GArray *columns = g_array_new (FALSE, TRUE, sizeof (DkColumn));
  guint row = 0;

  g_array_set_clear_func (columns, column_clear);
  for (; row + 1 < dk_sheet_rows (sheet); row++) {
    guint filled = 0;
    for (guint i = 0; i < dk_sheet_columns (sheet); i++)
      filled += *dk_sheet_get (sheet, row, i) != '\0';
    if (filled > 0)
      break;
  }
  *header = row;
  for (guint i = 0; i < dk_sheet_columns (sheet); i++) {
    DkColumn column = { "", NULL, g_strstrip (g_strdup (dk_sheet_get (sheet, row, i))), NULL, i };
    name_column (&column, names);
    g_array_append_val (columns, column);
  }
  for (guint i = 0; i < columns->len; i++)
    leave_twin (sheet, row, columns, i, names);
  return columns;
}

const DkColumn *
dk_columns_find (const GArray *columns, const char *key)
{
  for (guint i = 0; i < columns->len; i++)
    if (g_str_equal (g_array_index (columns, DkColumn, i).key, key))
      return &g_array_index (columns, DkColumn, i);
  return NULL;
}
