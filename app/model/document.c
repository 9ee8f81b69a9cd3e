/* SPDX-License-Identifier: MIT */
#include "app/model/document.h"

static void
span_clear (gpointer data)
{
  DkSpan *span = data;

  g_free (span->text);
  g_free (span->link);
}

static void
block_free (gpointer data)
{
  DkBlock *block = data;

  g_free (block->marker);
  g_free (block->id);
  g_array_unref (block->spans);
  g_free (block);
}

DkDocument *
dk_document_new (void)
{
  DkDocument *document = g_new0 (DkDocument, 1);

  document->blocks = g_ptr_array_new_with_free_func (block_free);
  return document;
}

DkBlock *
dk_document_add_block (DkDocument *document, DkBlockKind kind, guint level)
{
  DkBlock *block = g_new0 (DkBlock, 1);

  block->kind = kind;
  block->level = level;
  block->spans = g_array_new (FALSE, TRUE, sizeof (DkSpan));
  g_array_set_clear_func (block->spans, span_clear);
  g_ptr_array_add (document->blocks, block);
  return block;
}

void
dk_document_add_text (DkDocument *document, DkBlockKind kind, guint level, const char *text)
{
  dk_block_add_span (dk_document_add_block (document, kind, level), text, DK_SPAN_PLAIN, NULL, 0);
}

void
dk_block_add_span (DkBlock *block, const char *text, DkSpanStyle style, const char *link,
                   guint cell)
{
  DkSpan span = {
    .text = g_strdup (text),
    .style = style,
    .link = g_strdup (link),
    .cell = cell,
  };

  g_array_append_val (block->spans, span);
}

char *
dk_block_text (const DkBlock *block)
{
  GString *out = g_string_new (NULL);
  guint cell = 0;

  for (guint i = 0; i < block->spans->len; i++) {
    const DkSpan *span = &g_array_index (block->spans, DkSpan, i);
    for (; cell < span->cell; cell++)
      g_string_append (out, " | ");
    g_string_append (out, span->text);
  }
  return g_string_free (out, FALSE);
}

static void
append_block (GString *out, const DkBlock *block)
{
  g_autofree char *text = dk_block_text (block);
  int indent = block->level > 1 ? (int) (block->level - 1) * 2 : 0;

  switch (block->kind) {
  case DK_BLOCK_HEADING:
    g_string_append_printf (out, "\n%s\n", text);
    break;
  case DK_BLOCK_ITEM:
    g_string_append_printf (out, "%*s%s %s\n", indent, "", block->marker, text);
    break;
  case DK_BLOCK_TASK:
    g_string_append_printf (out, "%*s[%c] %s\n", indent, "", block->checked ? 'x' : ' ', text);
    break;
  case DK_BLOCK_QUOTE:
    g_string_append_printf (out, "  > %s\n", text);
    break;
  case DK_BLOCK_RULE:
    g_string_append (out, "----\n");
    break;
  case DK_BLOCK_PARAGRAPH:
  case DK_BLOCK_CODE:
  case DK_BLOCK_TABLE_ROW:
  default:
    g_string_append_printf (out, "%s\n", text);
  }
}

char *
dk_document_text (const DkDocument *document)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < document->blocks->len; i++)
    append_block (out, g_ptr_array_index (document->blocks, i));
  return g_string_free (out, FALSE);
}

void
dk_document_free (DkDocument *document)
{
  if (document == NULL)
    return;
  g_ptr_array_unref (document->blocks);
  g_free (document);
}
