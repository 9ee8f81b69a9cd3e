/* SPDX-License-Identifier: MIT */
/* Runbooks: whatever stands in them, lead-only sections do not get out with the rest. */
#include <string.h>

#include "app/content/markdown.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DkDocument) document = dk_markdown_parse (text, size, &error);
  g_autoptr (GPtrArray) links = dk_markdown_links (text, size, NULL);
  guint parts = 0;
  g_autofree char *open_part = dk_markdown_without_lead (text, size, &parts, NULL);

  g_assert_true ((document == NULL) == (error != NULL));
  if (document != NULL) {
    g_autofree char *words = dk_document_text (document);

    g_assert_true (g_utf8_validate (words, -1, NULL));
    g_assert_nonnull (links);
  }
  if (open_part != NULL) {
    g_assert_cmpuint (strlen (open_part), <=, size);
    g_assert_null (strstr (open_part, "[lead only]"));
  }
  return 0;
}
