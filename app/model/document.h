/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A text with structure, made from Markdown and drawn by the screen and on paper alike. A document
 * is a flat list of blocks in reading order; each block holds spans. Text owned. */

typedef enum {
  DK_BLOCK_HEADING,   /* level 1 to 6 */
  DK_BLOCK_PARAGRAPH,
  DK_BLOCK_ITEM,      /* of a list: level = depth from 1, marker "•" or "3." */
  DK_BLOCK_TASK,      /* a step with a box: level = depth, id stable over versions */
  DK_BLOCK_QUOTE,
  DK_BLOCK_CODE,      /* one span, line ends kept */
  DK_BLOCK_TABLE_ROW, /* cells; level 0 = head row */
  DK_BLOCK_RULE,
} DkBlockKind;

typedef enum {
  DK_SPAN_PLAIN = 0,
  DK_SPAN_STRONG = 1 << 0,
  DK_SPAN_EMPHASIS = 1 << 1,
  DK_SPAN_CODE = 1 << 2,
  DK_SPAN_STRIKE = 1 << 3,
  DK_SPAN_LARGE = 1 << 4, /* to be read from a distance: its whole table row is large */
} DkSpanStyle;

typedef struct {
  char *text;
  DkSpanStyle style;
  char *link; /* runbook:ID contact:ID service:ID https: http: tel: mailto:, NULL if none */
  guint cell; /* column, in a table row */
} DkSpan;

typedef struct {
  DkBlockKind kind;
  guint level;
  char *marker;     /* of an item; NULL else */
  char *id;         /* of a task: hash of its section and text, 16 hex */
  gboolean checked; /* of a task, as written in the source */
  GArray *spans;    /* of DkSpan */
} DkBlock;

typedef struct {
  GPtrArray *blocks; /* of DkBlock */
} DkDocument;

/* An empty document. Free with dk_document_free. */
DkDocument *dk_document_new (void);

/* Appends an empty block, borrowed. */
DkBlock *dk_document_add_block (DkDocument *document, DkBlockKind kind, guint level);

/* Appends a block that is one span of plain text. */
void dk_document_add_text (DkDocument *document, DkBlockKind kind, guint level, const char *text);

/* Appends a span to a block; text and link are copied. */
void dk_block_add_span (DkBlock *block, const char *text, DkSpanStyle style, const char *link,
                        guint cell);

/* The words of a block without style. New string. */
char *dk_block_text (const DkBlock *block);

/* The whole document as plain text for a terminal. New string. */
char *dk_document_text (const DkDocument *document);

/* Frees the document; NULL is fine. */
void dk_document_free (DkDocument *document);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkDocument, dk_document_free)

G_END_DECLS
