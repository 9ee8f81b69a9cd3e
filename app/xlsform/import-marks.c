/* SPDX-License-Identifier: MIT */
/* XLSForm styles labels with Markdown and HTML (xlsform.org, "Styling prompts"); here they are
 * plain words on screen and paper. */
#include <string.h>

#include "app/base/text.h"
#include "app/xlsform/import-private.h"

#define MARKS "*_#[<\\"

enum { STAYS, GONE, BLANK, PROTECTED };

/* A label while its marks are looked for: what becomes of each byte. */
typedef struct {
  const char *text;
  gsize size;
  char *fate;
} Marks;

static void
set_fate (Marks *marks, gsize from, gsize to, char fate)
{
  for (gsize i = from; i < to; i++)
    if (marks->fate[i] == STAYS)
      marks->fate[i] = fate;
}

/* Names of fields are no words. */
static void
protect_references (Marks *marks)
{
  for (const char *p = strstr (marks->text, "${"); p != NULL; p = strstr (p, "${")) {
    const char *close = strchr (p, '}');
    if (close == NULL)
      return;
    set_fate (marks, (gsize) (p - marks->text), (gsize) (close + 1 - marks->text), PROTECTED);
    p = close;
  }
}

static char
at (const Marks *marks, gsize i)
{
  return i < marks->size ? marks->text[i] : '\0';
}

static char
before (const Marks *marks, gsize i)
{
  return i > 0 ? marks->text[i - 1] : '\0';
}

/* "\*" is a sign that means nothing; a folder may be called "\_x". */
static void
take_escapes (Marks *marks)
{
  for (gsize i = 0; i + 1 < marks->size; i++)
    if (marks->text[i] == '\\' && strchr ("*_#", marks->text[i + 1]) != NULL
        && !g_ascii_isalnum (before (marks, i)) && strchr (":\\", before (marks, i)) == NULL) {
      set_fate (marks, i, i + 1, GONE);
      set_fate (marks, i + 1, i + 2, PROTECTED);
    }
}

/* Fate of a tag whose name is `size` letters at p; STAYS for one that is none. */
static char
fate_of_tag (const char *p, gsize size)
{
  static const char *const inline_tags[]
      = { "span", "font", "b", "i", "u", "em", "strong", "sup", "sub", "small", "big", "a", NULL };
  static const char *const line_tags[]
      = { "br", "p", "div", "center", "h1", "h2", "h3", "h4", "h5", "h6", NULL };
  g_autofree char *name = g_ascii_strdown (p, (gssize) size);

  if (g_strv_contains (inline_tags, name))
    return GONE;
  return g_strv_contains (line_tags, name) ? BLANK : STAYS;
}

/* "a <b and c> d" has no tag: behind a name stand attributes or nothing. */
static void
take_tags (Marks *marks)
{
  for (gsize i = 0; i < marks->size; i++) {
    const char *name = marks->text + i + 1 + (at (marks, i + 1) == '/' ? 1 : 0);
    gsize size = 0;
    gsize rest;
    if (marks->text[i] != '<' || marks->fate[i] != STAYS)
      continue;
    while (size < 7 && g_ascii_isalnum (name[size]))
      size++;
    rest = strcspn (name + size, "<>");
    if (name[size + rest] != '>'
        || (name[size] != '>' && name[size] != '/' && !g_ascii_isspace (name[size]))
        || (strspn (name + size, " /") < rest && memchr (name + size, '=', rest) == NULL))
      continue;
    set_fate (marks, i, (gsize) (name + size + rest + 1 - marks->text), fate_of_tag (name, size));
  }
}

/* "[words](http://x)" to its words; "Tick [x] (see below)" is no link. */
static void
take_links (Marks *marks)
{
  for (gsize i = 0; i < marks->size; i++) {
    const char *open = marks->text + i;
    const char *middle = *open == '[' && marks->fate[i] == STAYS ? strpbrk (open + 1, "[]") : NULL;
    gsize size = middle != NULL && strncmp (middle, "](", 2) == 0
                     ? strcspn (middle + 2, "()[] \t\r\n")
                     : 0;
    if (size == 0 || middle == open + 1 || middle[2 + size] != ')'
        || strcspn (middle + 2, ":/.") >= size)
      continue;
    set_fate (marks, i, i + 1, GONE);
    for (gsize j = (gsize) (middle - marks->text), n = j + size + 3; j < n; j++)
      marks->fate[j] = GONE;
  }
}

/* "# head"; but "# of beds" is a number of them. */
static void
take_heads (Marks *marks)
{
  for (gsize i = 0; i < marks->size; i++) {
    gsize count = strspn (marks->text + i, "#");
    gsize blanks = strspn (marks->text + i + count, " \t");
    const char *words = marks->text + i + count + blanks;
    gboolean is_first = i == 0 || marks->text[i - 1] == '\n';
    if (is_first && marks->fate[i] == STAYS && count > 0 && count <= 6 && blanks > 0
        && strchr ("\n", *words) == NULL && g_ascii_strncasecmp (words, "of ", 3) != 0)
      set_fate (marks, i, i + count + blanks, GONE);
    i += count > 0 ? count - 1 : 0;
  }
}

/* How many of one sign stand here. */
static gsize
run_at (const Marks *marks, gsize i)
{
  gsize end = i;

  while (end < marks->size && marks->text[end] == marks->text[i] && marks->fate[end] == STAYS)
    end++;
  return end - i;
}

/* No word begins, or ends, at a blank or one of these: "__/__/____" and "(*)" are no marks. */
static gboolean
is_apart (char c, const char *signs)
{
  return c == '\0' || g_ascii_isspace (c) || strchr (signs, c) != NULL;
}

/* In "a_b" and "2*3" stands no mark; "_" within words of any letters neither. */
static gboolean
is_word (char c, char sign)
{
  return g_ascii_isalnum (c) || c == sign || (sign == '_' && (guchar) c >= 0x80);
}

/* Where the run ends that closes one of `count` signs; 0 if there is none. */
static gsize
find_close (const Marks *marks, gsize from, char sign, gsize count)
{
  for (gsize i = from; i < marks->size; i++) {
    gsize run = marks->text[i] == sign && marks->fate[i] == STAYS ? run_at (marks, i) : 0;
    if (run == count && !is_apart (before (marks, i), "([/")
        && !is_word (at (marks, i + run), sign))
      return i;
    i += run > 0 ? run - 1 : 0;
  }
  return 0;
}

/* Bold and italics. A kind is looked for again behind where it ended, and never if it ended
 * nowhere: the work stays small for any text. */
static void
take_emphasis (Marks *marks, char sign)
{
  gsize free_from[4] = { 0 };

  for (gsize i = 0; i < marks->size; i++) {
    gsize run = marks->text[i] == sign && marks->fate[i] == STAYS ? run_at (marks, i) : 0;
    gsize close;
    if (run == 0)
      continue;
    if (run <= 3 && i >= free_from[run] && !is_apart (at (marks, i + run), ")],.;:!?/")
        && !is_word (before (marks, i), sign)) {
      close = find_close (marks, i + run, sign, run);
      free_from[run] = close > 0 ? close + run : marks->size;
      if (close > 0) {
        set_fate (marks, i, i + run, GONE);
        set_fate (marks, close, close + run, GONE);
      }
    }
    i += run - 1;
  }
}

/* What is left; NULL if it is what was there, or nothing. New string. */
static char *
rest_of (const Marks *marks)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *clean = NULL;
  gboolean changed = FALSE;

  for (gsize i = 0; i < marks->size; i++) {
    changed |= marks->fate[i] == GONE || marks->fate[i] == BLANK;
    if (marks->fate[i] == BLANK)
      g_string_append_c (out, ' ');
    else if (marks->fate[i] != GONE)
      g_string_append_c (out, marks->text[i]);
  }
  clean = changed ? dk_text_clean_line (out->str) : NULL;
  return clean != NULL && *clean != '\0' ? g_steal_pointer (&clean) : NULL;
}

char *
dk_import_plain_marks (const char *text)
{
  g_autofree char *fate = NULL;
  Marks marks = { text, strlen (text), NULL };

  if (strpbrk (text, MARKS) == NULL)
    return NULL;
  marks.fate = fate = g_malloc0 (marks.size + 1);
  protect_references (&marks);
  take_escapes (&marks);
  take_tags (&marks);
  take_links (&marks);
  take_heads (&marks);
  take_emphasis (&marks, '*');
  take_emphasis (&marks, '_');
  return rest_of (&marks);
}

/* A label, or one of its languages. */
static void
take_marks_of (DkImport *import, const DkSheet *sheet, const DkImportRow *row, const char *key,
               const char *language, json_t *text)
{
  g_autofree char *place = g_strconcat (key, "/", language, NULL);
  g_autofree char *plain
      = json_is_string (text) ? dk_import_plain_marks (json_string_value (text)) : NULL;
  guint column = GPOINTER_TO_UINT (g_hash_table_lookup (row->cells, place));

  if (plain == NULL)
    return;
  if (column == 0)
    column = GPOINTER_TO_UINT (g_hash_table_lookup (row->cells, key));
  if (column == 0)
    column = GPOINTER_TO_UINT (g_hash_table_lookup (row->cells, "name"));
  dk_import_add (import, sheet, row->at, MAX (column, 1) - 1, TRUE, json_string_value (text),
                 "bold, italics, headings, links and HTML are not shown: it is plain words");
  json_string_set (text, plain);
}

/* TRUE if dk_json says what stands there: a form of ours, whose words are what they are. */
static gboolean
is_given (const DkSheet *sheet, const GArray *columns, const DkImportRow *row, const char *key)
{
  const DkColumn *column = dk_columns_find (columns, "dk_json");
  const char *text = column != NULL ? dk_sheet_get (sheet, row->at, column->column) : "";
  g_autoptr (json_t) json
      = *text != '\0' ? dk_json_parse (text, strlen (text), DK_SHEET_CELL_BYTES_MAX, "", NULL)
                      : NULL;

  return json_object_get (json, key) != NULL;
}

void
dk_import_take_marks (DkImport *import, const DkSheet *sheet, const GArray *columns,
                      DkImportRow *row)
{
  static const char *const keys[] = { "label", "hint", "constraint_message" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    json_t *label = json_object_get (row->row, keys[i]);
    const char *language;
    json_t *text;
    if (label == NULL || is_given (sheet, columns, row, keys[i]))
      continue;
    if (!json_is_object (label))
      take_marks_of (import, sheet, row, keys[i], "", label);
    json_object_foreach (label, language, text)
      take_marks_of (import, sheet, row, keys[i], language, text);
  }
}
