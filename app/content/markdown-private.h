/* SPDX-License-Identifier: MIT */
#pragma once

#include <cmark-gfm.h>

#include "app/content/markdown.h"

G_BEGIN_DECLS

/* The syntax tree of a text that is checked already: tables, task lists and strikethrough are on,
 * autolinks off. Free with cmark_node_free. */
cmark_node *dk_markdown_tree (const char *text, gsize size);

/* Checks size, encoding and depth of a text before the parser sees it. */
gboolean dk_markdown_check (const char *text, gsize size, GError **error) DK_CHECKED;

/* TRUE for a link that a document may hold. */
gboolean dk_markdown_link_is_allowed (const char *target);

/* TRUE for a link to a runbook, contact or service with a valid id. */
gboolean dk_markdown_link_is_internal (const char *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (cmark_node, cmark_node_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (cmark_iter, cmark_iter_free)

G_END_DECLS
