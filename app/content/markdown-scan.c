/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/content/markdown-private.h"

#define LEAD_MARK "[lead only]"

static void
link_free (gpointer data)
{
  DkMarkdownLink *link = data;

  g_free (link->target);
  g_free (link);
}

static gboolean
names_own_scheme (const char *target)
{
  return g_str_has_prefix (target, "runbook:") || g_str_has_prefix (target, "contact:")
         || g_str_has_prefix (target, "service:");
}

/* Line of the block around an inline node: those of inline nodes are not kept by every version. */
static guint
line_of (cmark_node *node)
{
  cmark_node *at = node;

  while (at != NULL && (cmark_node_get_type (at) & CMARK_NODE_TYPE_MASK) != CMARK_NODE_TYPE_BLOCK)
    at = cmark_node_parent (at);
  return at != NULL ? (guint) cmark_node_get_start_line (at) : 1;
}

/* The parser ends lines at a lone CR as well; so that its line numbers are those of the text, there
 * is one kind of line end before it sees it. */
static char *
unify_lines (const char *text, gsize size)
{
  GString *out = g_string_sized_new (size);

  for (gsize i = 0; i < size; i++) {
    if (text[i] != '\r')
      g_string_append_c (out, text[i]);
    else if (i + 1 >= size || text[i + 1] != '\n')
      g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}

static gboolean
is_lead_heading (cmark_node *heading)
{
  g_autoptr (cmark_iter) iter = cmark_iter_new (heading);
  g_autoptr (GString) words = g_string_new (NULL);
  cmark_event_type event;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE) {
    cmark_node *node = cmark_iter_get_node (iter);
    const char *literal = cmark_node_get_literal (node);
    if (event != CMARK_EVENT_ENTER)
      continue;
    if (cmark_node_get_type (node) == CMARK_NODE_SOFTBREAK)
      g_string_append_c (words, ' ');
    else if (literal != NULL)
      g_string_append (words, literal);
  }
  return g_ascii_strncasecmp (words->str, LEAD_MARK, strlen (LEAD_MARK)) == 0;
}

/* hidden[line] for lines from 1. */
static guint
mark_lead_lines (cmark_node *tree, gboolean *hidden, guint line_count)
{
  guint parts = 0;
  int hidden_level = 0;
  guint from = 1;

  for (cmark_node *node = cmark_node_first_child (tree); node != NULL;
       node = cmark_node_next (node)) {
    int level = cmark_node_get_type (node) == CMARK_NODE_HEADING
                    ? cmark_node_get_heading_level (node)
                    : 0;
    guint line = (guint) cmark_node_get_start_line (node);
    if (level == 0)
      continue;
    for (guint i = from; hidden_level > 0 && i < line && i <= line_count; i++)
      hidden[i] = TRUE;
    from = line;
    if (hidden_level > 0 && level > hidden_level)
      continue;
    hidden_level = is_lead_heading (node) ? level : 0;
    parts += hidden_level > 0;
  }
  for (guint i = from; hidden_level > 0 && i <= line_count; i++)
    hidden[i] = TRUE;
  return parts;
}

typedef gboolean (*Wanted) (const char *target, gboolean is_image);

static gboolean
is_own_link (const char *target, gboolean is_image)
{
  return !is_image && names_own_scheme (target);
}

/* What names a runbook, contact or service is looked up by others, whatever its id is. */
static gboolean
is_dead_link (const char *target, gboolean is_image)
{
  return is_image || (!names_own_scheme (target) && !dk_markdown_link_is_allowed (target));
}

static void
collect_link (cmark_node *node, Wanted wanted, const gboolean *hidden, guint line_count,
              GPtrArray *links)
{
  gboolean is_image = cmark_node_get_type (node) == CMARK_NODE_IMAGE;
  const char *target = is_image || cmark_node_get_type (node) == CMARK_NODE_LINK
                           ? cmark_node_get_url (node)
                           : NULL;
  DkMarkdownLink *link;

  if (target == NULL || !wanted (target, is_image))
    return;
  link = g_new0 (DkMarkdownLink, 1);
  link->target = g_strdup (target);
  link->line = line_of (node);
  link->is_image = is_image;
  link->for_leads = hidden[MIN (link->line, line_count)];
  g_ptr_array_add (links, link);
}

static guint
count_lines (const char *text)
{
  guint count = 1;

  for (const char *p = strchr (text, '\n'); p != NULL; p = strchr (p + 1, '\n'))
    count++;
  return count;
}

static GPtrArray *
find_links (const char *text, gsize size, Wanted wanted, GError **error)
{
  g_autofree char *whole = NULL;
  g_autofree gboolean *hidden = NULL;
  g_autoptr (cmark_node) tree = NULL;
  g_autoptr (cmark_iter) iter = NULL;
  GPtrArray *links;
  cmark_event_type event;
  guint count;

  if (!dk_markdown_check (text, size, error))
    return NULL;
  whole = unify_lines (text, size);
  count = count_lines (whole);
  hidden = g_new0 (gboolean, count + 2);
  tree = dk_markdown_tree (whole, strlen (whole));
  mark_lead_lines (tree, hidden, count);
  links = g_ptr_array_new_with_free_func (link_free);
  iter = cmark_iter_new (tree);
  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    if (event == CMARK_EVENT_ENTER)
      collect_link (cmark_iter_get_node (iter), wanted, hidden, count, links);
  return links;
}

GPtrArray *
dk_markdown_links (const char *text, gsize size, GError **error)
{
  return find_links (text, size, is_own_link, error);
}

GPtrArray *
dk_markdown_dead_links (const char *text, gsize size, GError **error)
{
  return find_links (text, size, is_dead_link, error);
}

static gboolean
check_visible (const GRegex *mark, const char *line, guint number, GError **error)
{
  if (!g_regex_match (mark, line, 0, NULL))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "line %u: [lead only] must begin a heading of its own (## [lead only] Title), "
               "outside of lists and quotes; here it would hide nothing",
               number);
  return FALSE;
}

char *
dk_markdown_without_lead (const char *text, gsize size, guint *lead_parts, GError **error)
{
  g_autofree char *whole = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree gboolean *hidden = NULL;
  g_autoptr (cmark_node) tree = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GRegex) mark = NULL;
  guint count;
  guint parts;

  if (!dk_markdown_check (text, size, error))
    return NULL;
  whole = unify_lines (text, size);
  lines = g_strsplit (whole, "\n", -1);
  count = g_strv_length (lines);
  hidden = g_new0 (gboolean, count + 2);
  tree = dk_markdown_tree (whole, strlen (whole));
  parts = mark_lead_lines (tree, hidden, count);
  mark = g_regex_new ("\\[\\s*leads?[\\s_-]*only\\s*\\]", G_REGEX_CASELESS, 0, NULL);
  g_assert (mark != NULL);
  for (guint i = 0; i < count; i++) {
    if (hidden[i + 1])
      continue;
    if (!check_visible (mark, lines[i], i + 1, error))
      return NULL;
    g_string_append (out, lines[i]);
    if (i + 1 < count)
      g_string_append_c (out, '\n');
  }
  *lead_parts = parts;
  return g_string_free (g_steal_pointer (&out), FALSE);
}
