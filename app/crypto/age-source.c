/* SPDX-License-Identifier: MIT */
/* Armor is the strict PEM of RFC 7468: lines of 64 columns, canonical base64 with padding, LF or
 * CR LF. Each text but for white space around the block stands for one file and each file for one
 * text, so that nobody can change a sealed text without its being noticed. */
#include "app/crypto/age-private.h"
#include "app/crypto/age-stream-private.h"
#include "app/crypto/base64-private.h"

#include <string.h>

#include "app/base/secret.h"

#define BUFFER_SIZE (64u << 10)
#define BEGIN_LINE "-----BEGIN AGE ENCRYPTED FILE-----"
#define END_LINE "-----END AGE ENCRYPTED FILE-----"
#define COLUMNS 64
#define LINE_BYTES (COLUMNS / 4 * 3)
#define WHITE_MAX 1024

typedef enum {
  BINARY,
  ARMOR_LINES, /* lines of text follow */
  ARMOR_LAST,  /* a short line was read: the end must follow */
  ARMOR_END,
} State;

struct DkAgeSource {
  GInputStream *in;
  GCancellable *cancellable;
  State state;
  gsize at; /* what was read from the stream and not used yet: at to size of the buffer */
  gsize size;
  gboolean ended;
  gsize line_at; /* likewise of one decoded line */
  gsize line_size;
  guint8 line[LINE_BYTES];
  guint8 buffer[BUFFER_SIZE];
};

DkAgeSource *
dk_age_source_new (GInputStream *in, GCancellable *cancellable)
{
  DkAgeSource *source = g_new0 (DkAgeSource, 1);

  source->in = in;
  source->cancellable = cancellable;
  return source;
}

void
dk_age_source_free (DkAgeSource *source)
{
  if (source == NULL)
    return;
  dk_secret_wipe (source, sizeof *source);
  g_free (source);
}

/* Has something in the buffer unless the stream is at its end. */
static gboolean
fill_buffer (DkAgeSource *source, GError **error)
{
  GError *cause = NULL;
  gssize got;

  if (source->at < source->size || source->ended)
    return TRUE;
  got = g_input_stream_read (source->in, source->buffer, BUFFER_SIZE, source->cancellable, &cause);
  source->at = 0;
  source->size = (gsize) MAX (got, 0);
  source->ended = got == 0;
  if (got >= 0)
    return TRUE;
  if (cause->domain == DK_ERROR || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, cause);
  } else {
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
                 "Reading stopped halfway: %s. The file that was read is unchanged; check the "
                 "disk or stick that it lies on and try again.",
                 cause->message);
    g_error_free (cause);
  }
  return FALSE;
}

/* The next byte of the stream, -1 at its end, -2 with the error set. */
static int
peek_byte (DkAgeSource *source, GError **error)
{
  if (!fill_buffer (source, error))
    return -2;
  return source->at < source->size ? source->buffer[source->at] : -1;
}

static gboolean
refuse_armor (GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "The text of this sealed file is cut off or was changed: each line must be exactly "
               "as it was written, from BEGIN to END, and nothing else may stand around it. "
               "Nothing was changed; copy the whole text again or ask its sender for the file.");
  return FALSE;
}

static gboolean
is_white (int byte)
{
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Stops in front of the first byte that is not white, or behind WHITE_MAX. */
static int
skip_white (DkAgeSource *source, GError **error)
{
  int byte = peek_byte (source, error);

  for (guint i = 0; i < WHITE_MAX && is_white (byte); i++) {
    source->at++;
    byte = peek_byte (source, error);
  }
  return byte;
}

/* 1 read, 0 something else stands there, -1 with the error set. */
static int
read_mark (DkAgeSource *source, const char *mark, GError **error)
{
  for (const char *c = mark; *c != '\0'; c++) {
    int byte = peek_byte (source, error);

    if (byte == -2)
      return -1;
    if (byte != *c)
      return 0;
    source->at++;
  }
  return 1;
}

/* A line without its end; more than COLUMNS characters and a missing line end are refused. */
static gboolean
read_line (DkAgeSource *source, char line[COLUMNS], gsize *size, GError **error)
{
  gboolean returned = FALSE;
  int byte;

  *size = 0;
  while ((byte = peek_byte (source, error)) != '\n') {
    if (byte == -2)
      return FALSE;
    if (byte == -1 || returned || (byte != '\r' && *size == COLUMNS))
      return refuse_armor (error);
    if (byte == '\r')
      returned = TRUE;
    else
      line[(*size)++] = (char) byte;
    source->at++;
  }
  source->at++;
  return TRUE;
}

static gboolean
read_armor_end (DkAgeSource *source, GError **error)
{
  int found = read_mark (source, END_LINE, error);
  int byte = found == 1 ? skip_white (source, error) : 0;

  if (found == -1 || byte == -2)
    return FALSE;
  if (byte != -1)
    return refuse_armor (error);
  source->state = ARMOR_END;
  return TRUE;
}

/* Has something in the decoded line unless the armor is at its end. */
static gboolean
fill_line (DkAgeSource *source, GError **error)
{
  char line[COLUMNS];
  gsize size;
  int byte;

  if (source->line_at < source->line_size || source->state == ARMOR_END)
    return TRUE;
  byte = peek_byte (source, error);
  if (byte == -2)
    return FALSE;
  if (byte == '-' || source->state == ARMOR_LAST)
    return read_armor_end (source, error);
  if (!read_line (source, line, &size, error))
    return FALSE;
  source->line_at = 0;
  if (size == 0
      || !dk_base64_read (line, size, TRUE, source->line, sizeof source->line,
                          &source->line_size)) {
    source->line_size = 0;
    return refuse_armor (error);
  }
  if (source->line_size < LINE_BYTES)
    source->state = ARMOR_LAST;
  return TRUE;
}

gboolean
dk_age_source_find_armor (DkAgeSource *source, GError **error)
{
  char rest[COLUMNS];
  gsize size;
  int byte = peek_byte (source, error);
  int found;

  g_assert (source->state == BINARY && source->line_size == 0);
  if (byte == -2)
    return FALSE;
  if (byte != '-' && !is_white (byte))
    return TRUE;
  byte = skip_white (source, error);
  found = byte == -2 ? -1 : read_mark (source, BEGIN_LINE, error);
  if (found == 0)
    dk_age_report_no_age_file (error);
  if (found != 1 || !read_line (source, rest, &size, error))
    return FALSE;
  if (size != 0)
    return refuse_armor (error);
  source->state = ARMOR_LINES;
  return TRUE;
}

/* Points at what can be taken at once, size 0 at the end. */
static gboolean
look_ahead (DkAgeSource *source, const guint8 **bytes, gsize *size, GError **error)
{
  if (source->state == BINARY) {
    if (!fill_buffer (source, error))
      return FALSE;
    *bytes = source->buffer + source->at;
    *size = source->size - source->at;
    return TRUE;
  }
  if (!fill_line (source, error))
    return FALSE;
  *bytes = source->line + source->line_at;
  *size = source->line_size - source->line_at;
  return TRUE;
}

gboolean
dk_age_source_read (DkAgeSource *source, guint8 *out, gsize size, gsize *got, GError **error)
{
  const guint8 *bytes;
  gsize part;

  *got = 0;
  while (*got < size) {
    if (!look_ahead (source, &bytes, &part, error))
      return FALSE;
    if (part == 0)
      return TRUE;
    part = MIN (part, size - *got);
    memcpy (out + *got, bytes, part);
    *got += part;
    if (source->state == BINARY)
      source->at += part;
    else
      source->line_at += part;
  }
  return TRUE;
}

gboolean
dk_age_source_at_end (DkAgeSource *source, gboolean *at_end, GError **error)
{
  const guint8 *bytes;
  gsize size;

  if (!look_ahead (source, &bytes, &size, error))
    return FALSE;
  *at_end = size == 0;
  return TRUE;
}
