/* SPDX-License-Identifier: MIT */
#include <cmark-gfm-core-extensions.h>
#include <string.h>

#include "app/base/text.h"
#include "app/content/markdown-private.h"
#include "app/crypto/aead.h"

#define LEVEL_MAX 8
#define TASK_ID_BYTES 8

/* Where the walk through the tree is. Text waits in `pending` until style, link or cell change. */
typedef struct {
  DkDocument *document;
  DkBlock *block;
  GString *pending;
  const char *link;
  guint strong;
  guint emphasis;
  guint strike;
  guint quotes;
  guint cell;
  gboolean cell_begun;
  gboolean item_is_empty; /* the block is an item that has no paragraph yet */
  GArray *numbers;        /* of int: next number of each open list, -1 = bullets */
  const char *line_start; /* in the source, of the line that was looked at last */
  int line;               /* its number, from 1 */
} Walk;

static DkSpanStyle
style_now (const Walk *walk)
{
  return (walk->strong > 0 ? DK_SPAN_STRONG : 0) | (walk->emphasis > 0 ? DK_SPAN_EMPHASIS : 0)
         | (walk->strike > 0 ? DK_SPAN_STRIKE : 0);
}

static guint
level_now (const Walk *walk)
{
  return MIN (walk->numbers->len, LEVEL_MAX);
}

static void
flush_text (Walk *walk)
{
  if (walk->pending->len > 0 && walk->block != NULL)
    dk_block_add_span (walk->block, walk->pending->str, style_now (walk), walk->link, walk->cell);
  g_string_truncate (walk->pending, 0);
}

static void
begin_block (Walk *walk, DkBlockKind kind, guint level)
{
  flush_text (walk);
  walk->cell = 0;
  walk->block = dk_document_add_block (walk->document, kind, level);
  walk->item_is_empty = FALSE;
}

static void
begin_paragraph (Walk *walk)
{
  if (walk->item_is_empty)
    walk->item_is_empty = FALSE;
  else
    begin_block (walk, walk->quotes > 0 ? DK_BLOCK_QUOTE : DK_BLOCK_PARAGRAPH, level_now (walk));
}

/* As its own box says: the parser takes a step for done that has "[x]" anywhere in its line. Items
 * come in the order of their lines. */
static gboolean
is_ticked (Walk *walk, cmark_node *node)
{
  int line = cmark_node_get_start_line (node);
  int column = cmark_node_get_start_column (node);
  const char *end;
  const char *box;

  for (; walk->line < line; walk->line++) {
    const char *newline = strchr (walk->line_start, '\n');
    if (newline == NULL)
      return FALSE;
    walk->line_start = newline + 1;
  }
  end = walk->line_start + strcspn (walk->line_start, "\n");
  if (walk->line != line || column < 1 || column > end - walk->line_start)
    return FALSE;
  box = memchr (walk->line_start + column - 1, '[', (gsize) (end - walk->line_start - column + 1));
  return box != NULL && (box[1] == 'x' || box[1] == 'X') && box[2] == ']';
}

static void
begin_item (Walk *walk, cmark_node *node)
{
  gboolean task = g_str_equal (cmark_node_get_type_string (node), "tasklist");
  int *number = &g_array_index (walk->numbers, int, walk->numbers->len - 1);

  begin_block (walk, task ? DK_BLOCK_TASK : DK_BLOCK_ITEM, level_now (walk));
  if (task)
    walk->block->checked = is_ticked (walk, node);
  else if (*number >= 0)
    walk->block->marker = g_strdup_printf ("%d.", *number);
  else
    walk->block->marker = g_strdup ("•");
  if (*number >= 0 && *number < G_MAXINT)
    (*number)++;
  walk->item_is_empty = TRUE;
}

static void
begin_list (Walk *walk, cmark_node *node)
{
  gboolean ordered = cmark_node_get_list_type (node) == CMARK_ORDERED_LIST;
  int number = ordered ? cmark_node_get_list_start (node) : -1;

  g_array_append_val (walk->numbers, number);
}

static void
add_literal_block (Walk *walk, DkBlockKind kind, cmark_node *node)
{
  g_autofree char *text = g_strchomp (g_strdup (cmark_node_get_literal (node)));

  begin_block (walk, kind, level_now (walk));
  dk_block_add_span (walk->block, text, kind == DK_BLOCK_CODE ? DK_SPAN_CODE : DK_SPAN_PLAIN, NULL,
                     0);
}

static void
add_code (Walk *walk, const char *literal)
{
  flush_text (walk);
  if (walk->block != NULL && literal != NULL)
    dk_block_add_span (walk->block, literal, style_now (walk) | DK_SPAN_CODE, walk->link,
                       walk->cell);
}

/* Nodes of extensions have types that are known at run time alone. TRUE if it was one. */
static gboolean
visit_extension (Walk *walk, cmark_node *node, gboolean enter)
{
  const char *type = cmark_node_get_type_string (node);
  gboolean head = g_str_equal (type, "table_header");

  if (head || g_str_equal (type, "table_row")) {
    if (enter)
      begin_block (walk, DK_BLOCK_TABLE_ROW, head ? 0 : 1);
    walk->cell_begun = FALSE;
  } else if (g_str_equal (type, "table_cell")) {
    flush_text (walk);
    if (enter && walk->cell_begun)
      walk->cell++;
    walk->cell_begun = TRUE;
  } else if (g_str_equal (type, "strikethrough")) {
    flush_text (walk);
    walk->strike += enter ? 1 : -1;
  } else {
    return g_str_equal (type, "table");
  }
  return TRUE;
}

static void
visit_inline (Walk *walk, cmark_node *node, gboolean enter)
{
  switch (cmark_node_get_type (node)) {
  case CMARK_NODE_TEXT:
  case CMARK_NODE_HTML_INLINE:
    g_string_append (walk->pending, cmark_node_get_literal (node));
    break;
  case CMARK_NODE_SOFTBREAK:
    g_string_append_c (walk->pending, ' ');
    break;
  case CMARK_NODE_LINEBREAK:
    g_string_append_c (walk->pending, '\n');
    break;
  case CMARK_NODE_CODE:
    add_code (walk, cmark_node_get_literal (node));
    break;
  case CMARK_NODE_EMPH:
    flush_text (walk);
    walk->emphasis += enter ? 1 : -1;
    break;
  case CMARK_NODE_STRONG:
    flush_text (walk);
    walk->strong += enter ? 1 : -1;
    break;
  case CMARK_NODE_LINK:
    flush_text (walk);
    walk->link = enter && dk_markdown_link_is_allowed (cmark_node_get_url (node))
                     ? cmark_node_get_url (node)
                     : NULL;
    break;
  default:
    break;
  }
}

static void
enter_block (Walk *walk, cmark_node *node)
{
  switch (cmark_node_get_type (node)) {
  case CMARK_NODE_HEADING:
    begin_block (walk, DK_BLOCK_HEADING, (guint) cmark_node_get_heading_level (node));
    break;
  case CMARK_NODE_PARAGRAPH:
    begin_paragraph (walk);
    break;
  case CMARK_NODE_LIST:
    begin_list (walk, node);
    break;
  case CMARK_NODE_ITEM:
    begin_item (walk, node);
    break;
  case CMARK_NODE_BLOCK_QUOTE:
    walk->quotes++;
    break;
  case CMARK_NODE_CODE_BLOCK:
    add_literal_block (walk, DK_BLOCK_CODE, node);
    break;
  case CMARK_NODE_HTML_BLOCK:
    add_literal_block (walk, DK_BLOCK_PARAGRAPH, node);
    break;
  case CMARK_NODE_THEMATIC_BREAK:
    begin_block (walk, DK_BLOCK_RULE, 0);
    break;
  default:
    visit_inline (walk, node, TRUE);
  }
}

static void
leave_block (Walk *walk, cmark_node *node)
{
  switch (cmark_node_get_type (node)) {
  case CMARK_NODE_HEADING:
  case CMARK_NODE_PARAGRAPH:
    flush_text (walk);
    break;
  case CMARK_NODE_LIST:
    g_array_set_size (walk->numbers, walk->numbers->len - 1);
    break;
  case CMARK_NODE_ITEM:
    flush_text (walk);
    walk->item_is_empty = FALSE;
    break;
  case CMARK_NODE_BLOCK_QUOTE:
    walk->quotes--;
    break;
  default:
    visit_inline (walk, node, FALSE);
  }
}

static void
walk_tree (Walk *walk, cmark_node *tree)
{
  g_autoptr (cmark_iter) iter = cmark_iter_new (tree);
  cmark_event_type event;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE) {
    cmark_node *node = cmark_iter_get_node (iter);
    gboolean enter = event == CMARK_EVENT_ENTER;
    if (visit_extension (walk, node, enter))
      continue;
    if (enter)
      enter_block (walk, node);
    else
      leave_block (walk, node);
  }
  flush_text (walk);
}

/* The id of a step must survive a new version of its runbook: it depends on the words of its
 * section and of itself, and on how many equal ones stand before it. */
static void
set_task_ids (DkDocument *document)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *section = g_strdup ("");

  for (guint i = 0; i < document->blocks->len; i++) {
    DkBlock *block = g_ptr_array_index (document->blocks, i);
    g_autofree char *text = NULL;
    g_autofree char *key = NULL;
    g_autofree char *input = NULL;
    guint8 hash[32];
    guint before;
    if (block->kind != DK_BLOCK_HEADING && block->kind != DK_BLOCK_TASK)
      continue;
    text = dk_block_text (block);
    if (block->kind == DK_BLOCK_HEADING) {
      g_free (section);
      section = g_steal_pointer (&text);
      continue;
    }
    key = g_strdup_printf ("%s\n%s", section, text);
    before = GPOINTER_TO_UINT (g_hash_table_lookup (seen, key));
    input = before == 0 ? g_strdup (key) : g_strdup_printf ("%s\n%u", key, before);
    dk_sha256 (hash, input, strlen (input));
    block->id = dk_text_hex (hash, TASK_ID_BYTES);
    g_hash_table_insert (seen, g_steal_pointer (&key), GUINT_TO_POINTER (before + 1));
  }
}

DkDocument *
dk_markdown_parse (const char *text, gsize size, GError **error)
{
  g_autofree char *copy = NULL;
  g_autofree char *clean = NULL;
  g_autoptr (cmark_node) tree = NULL;
  g_autoptr (GString) pending = g_string_new (NULL);
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (int));
  DkDocument *document;
  Walk walk = { .pending = pending, .numbers = numbers };

  if (!dk_markdown_check (text, size, error))
    return NULL;
  copy = g_strndup (text, size);
  clean = dk_text_clean (copy);
  tree = dk_markdown_tree (clean, strlen (clean));
  document = dk_document_new ();
  walk.document = document;
  walk.line_start = clean;
  walk.line = 1;
  walk_tree (&walk, tree);
  set_task_ids (document);
  return document;
}
