/* SPDX-License-Identifier: MIT */
#include <cmark-gfm-core-extensions.h>
#include <string.h>

#include "app/content/content-text.h"
#include "app/content/markdown-private.h"

#define MARKERS_MAX 32
#define TARGET_BYTES_MAX 2000

/* cmark of Debian 12 needs quadratic time for some texts (CVE-2023-22483 and its neighbours), so
 * the depth of quotes and lists and the size of one run of text are bounded before it sees them. */
#define RUN_BYTES_MAX (16u << 10)

/* Markers of quotes and lists at the beginning of a line. */
static guint
count_markers (const char *line, gsize size)
{
  guint count = 0;
  gsize i = 0;

  while (i < size && strchr (">-+* \t0123456789.)", line[i]) != NULL) {
    gboolean digit = g_ascii_isdigit (line[i]);
    if (line[i] != ' ' && line[i] != '\t' && line[i] != '.' && line[i] != ')' && !digit)
      count++;
    if (digit && i + 1 < size && (line[i + 1] == '.' || line[i + 1] == ')'))
      count++;
    i++;
  }
  return count;
}

/* "----" and "* * *" are rules, not lists in lists. */
static gboolean
is_rule (const char *line, gsize size)
{
  char mark = 0;

  for (gsize i = 0; i < size; i++) {
    if (line[i] == ' ' || line[i] == '\t')
      continue;
    if (strchr ("-*_=", line[i]) == NULL || (mark != 0 && line[i] != mark))
      return FALSE;
    mark = line[i];
  }
  return TRUE;
}

static gboolean
is_blank (const char *line, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
      return FALSE;
  return TRUE;
}

static gboolean
refuse_line (guint line, const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "line %u: %s", line, why);
  return FALSE;
}

gboolean
dk_markdown_check (const char *text, gsize size, GError **error)
{
  const char *end = NULL;
  gsize run = 0;
  guint number = 1;

  if (size > DK_MARKDOWN_BYTES_MAX)
    return refuse_line (1, "the text is larger than 1 MiB; split it", error);
  if (!g_utf8_validate_len (text, size, &end))
    return refuse_line (dk_content_place (text, (gsize) (end - text), 1).line,
                        "this is not UTF-8 text; save the file as UTF-8", error);
  for (gsize start = 0; start < size; number++) {
    const char *line = text + start;
    const char *newline = memchr (line, '\n', size - start);
    gsize length = newline != NULL ? (gsize) (newline - line) : size - start;
    run = is_blank (line, length) ? 0 : run + length + 1;
    if (run > RUN_BYTES_MAX)
      return refuse_line (number, "more than 16 KiB without an empty line; make paragraphs", error);
    if (!is_rule (line, length) && count_markers (line, length) > MARKERS_MAX)
      return refuse_line (number, "lists or quotes are nested too deeply", error);
    start += length + 1;
  }
  return TRUE;
}

cmark_node *
dk_markdown_tree (const char *text, gsize size)
{
  static const char *const extensions[] = { "table", "tasklist", "strikethrough" };
  cmark_parser *parser;
  cmark_node *tree;

  cmark_gfm_core_extensions_ensure_registered ();
  parser = cmark_parser_new (CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8
                             | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
  for (gsize i = 0; i < G_N_ELEMENTS (extensions); i++) {
    cmark_syntax_extension *extension = cmark_find_syntax_extension (extensions[i]);
    g_assert (extension != NULL);
    cmark_parser_attach_syntax_extension (parser, extension);
  }
  cmark_parser_feed (parser, text, size);
  tree = cmark_parser_finish (parser);
  cmark_parser_free (parser);
  return tree;
}

gboolean
dk_markdown_link_is_internal (const char *target)
{
  static const char *const schemes[] = { "runbook:", "contact:", "service:" };

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_has_prefix (target, schemes[i]))
      return dk_content_id_is_valid (target + strlen (schemes[i]));
  return FALSE;
}

gboolean
dk_markdown_link_is_allowed (const char *target)
{
  static const char *const schemes[] = { "https:", "http:", "tel:", "mailto:" };

  if (strlen (target) > TARGET_BYTES_MAX)
    return FALSE;
  for (const char *p = target; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (target, schemes[i], strlen (schemes[i])) == 0
        && target[strlen (schemes[i])] != '\0')
      return TRUE;
  return dk_markdown_link_is_internal (target);
}
