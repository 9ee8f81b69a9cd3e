/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"
#include "app/model/document.h"

G_BEGIN_DECLS

/* GitHub-flavoured Markdown (tables, task lists, strikethrough) to a document. Any thread. */

#define DK_MARKDOWN_BYTES_MAX (1u << 20)

/* The document of a text. Raw HTML is shown as the text that it is, pictures as their words; a link
 * to anything but runbook: contact: service: https: http: tel: mailto: becomes plain text; deeper
 * levels than 8 are drawn as level 8. Paragraphs and code inside of a list item have the level of
 * the item, elsewhere 0. DK_ERROR_INVALID for text that is too large, nested too deeply or no
 * UTF-8. Free with dk_document_free. */
DkDocument *dk_markdown_parse (const char *text, gsize size, GError **error) DK_CHECKED;

/* One link as written, in order of the text. */
typedef struct {
  char *target;       /* "runbook:ehr-down" */
  guint line;         /* of the block that holds it, from 1 */
  gboolean is_image;  /* it is a picture */
  gboolean for_leads; /* it stands in a section for leads */
} DkMarkdownLink;

/* All links to runbook:, contact: and service:. New array of DkMarkdownLink. DK_ERROR_INVALID as
 * dk_markdown_parse. */
GPtrArray *dk_markdown_links (const char *text, gsize size, GError **error) DK_CHECKED;

/* All links and pictures that a document does not hold: it would show their words alone. New array
 * of DkMarkdownLink. DK_ERROR_INVALID as dk_markdown_parse. */
GPtrArray *dk_markdown_dead_links (const char *text, gsize size, GError **error) DK_CHECKED;

/* Cuts the sections for shift leads out of a text: each heading that begins with "[lead only]"
 * with all up to the next heading of its level or above. *lead_parts gets their number. The words
 * "[lead only]" anywhere else are DK_ERROR_INVALID with "line N", so that no slip of the pen lets
 * such a part out. New string. */
char *dk_markdown_without_lead (const char *text, gsize size, guint *lead_parts, GError **error)
    DK_CHECKED;

G_END_DECLS
