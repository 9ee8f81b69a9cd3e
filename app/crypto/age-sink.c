/* SPDX-License-Identifier: MIT */
#include "app/crypto/age-stream-private.h"

#include <sodium.h>
#include <string.h>

#define BEGIN_LINE "-----BEGIN AGE ENCRYPTED FILE-----\n"
#define END_LINE "-----END AGE ENCRYPTED FILE-----\n"
#define COLUMNS 64
#define LINE_BYTES (COLUMNS / 4 * 3)
#define VARIANT sodium_base64_VARIANT_ORIGINAL

struct DkAgeSink {
  GOutputStream *out;
  GCancellable *cancellable;
  GString *text; /* lines that are not written yet, NULL without armor */
  gsize line_size;
  guint8 line[LINE_BYTES];
};

gsize
dk_age_armored_size (gsize size)
{
  return sizeof BEGIN_LINE - 1 + (size + LINE_BYTES - 1) / LINE_BYTES * (COLUMNS + 1)
         + sizeof END_LINE - 1;
}

DkAgeSink *
dk_age_sink_new (GOutputStream *out, gboolean armored, GCancellable *cancellable)
{
  DkAgeSink *sink = g_new0 (DkAgeSink, 1);

  sink->out = out;
  sink->cancellable = cancellable;
  if (armored)
    sink->text = g_string_new (BEGIN_LINE);
  return sink;
}

void
dk_age_sink_free (DkAgeSink *sink)
{
  if (sink == NULL)
    return;
  if (sink->text != NULL)
    g_string_free (sink->text, TRUE);
  g_free (sink);
}

static gboolean
write_out (DkAgeSink *sink, const void *bytes, gsize size, GError **error)
{
  GError *cause = NULL;

  if (size == 0
      || g_output_stream_write_all (sink->out, bytes, size, NULL, sink->cancellable, &cause))
    return TRUE;
  if (cause->domain == DK_ERROR || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, cause);
    return FALSE;
  }
  g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
               "Writing stopped halfway: %s. The file is not complete and must not be used; make "
               "room or choose another folder, then try again.",
               cause->message);
  g_error_free (cause);
  return FALSE;
}

static void
end_line (DkAgeSink *sink)
{
  char columns[COLUMNS + 1];

  sodium_bin2base64 (columns, sizeof columns, sink->line, sink->line_size, VARIANT);
  g_string_append (sink->text, columns);
  g_string_append_c (sink->text, '\n');
  sink->line_size = 0;
}

static gboolean
write_text (DkAgeSink *sink, GError **error)
{
  gboolean written = write_out (sink, sink->text->str, sink->text->len, error);

  g_string_truncate (sink->text, 0);
  return written;
}

gboolean
dk_age_sink_write (DkAgeSink *sink, const guint8 *bytes, gsize size, GError **error)
{
  if (sink->text == NULL)
    return write_out (sink, bytes, size, error);
  while (size > 0) {
    gsize part = MIN (size, LINE_BYTES - sink->line_size);

    memcpy (sink->line + sink->line_size, bytes, part);
    sink->line_size += part;
    bytes += part;
    size -= part;
    if (sink->line_size == LINE_BYTES)
      end_line (sink);
  }
  return write_text (sink, error);
}

gboolean
dk_age_sink_finish (DkAgeSink *sink, GError **error)
{
  if (sink->text == NULL)
    return TRUE;
  if (sink->line_size > 0)
    end_line (sink);
  g_string_append (sink->text, END_LINE);
  return write_text (sink, error);
}
