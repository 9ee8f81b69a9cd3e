/* SPDX-License-Identifier: MIT */
#include "app/crypto/age.h"

#include <sodium.h>
#include <string.h>

#include "app/crypto/age-private.h"
#include "app/crypto/age-stream-private.h"

#define NONCE_SIZE 16
#define CHUNK_SIZE (64u << 10)
#define TAG_SIZE crypto_aead_chacha20poly1305_ietf_ABYTES
#define CHUNK_NONCE_SIZE crypto_aead_chacha20poly1305_ietf_NPUBBYTES
#define HEADER_SIZE_MAX(count) (128 + (gsize) MIN (count, DK_AGE_STANZAS_MAX) * 128)

/* One chunk in memory, wiped afterwards, and the key of the payload. */
typedef struct {
  guint8 key[32];
  guint8 bytes[CHUNK_SIZE + TAG_SIZE];
} Chunk;

static void
free_chunk (Chunk *chunk)
{
  dk_secret_wipe (chunk, sizeof *chunk);
  g_free (chunk);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Chunk, free_chunk)

static void
write_chunk_nonce (guint8 nonce[CHUNK_NONCE_SIZE], guint64 counter, gboolean last)
{
  memset (nonce, 0, CHUNK_NONCE_SIZE);
  for (int i = 0; i < 8; i++)
    nonce[10 - i] = (guint8) (counter >> (8 * i));
  nonce[11] = last ? 1 : 0;
}

static GCancellable *
cancellable_of (const DkJob *job)
{
  return job != NULL ? job->cancellable : NULL;
}

static gboolean
seal_chunks (DkAgeSource *source, DkAgeSink *sink, Chunk *chunk, const DkJob *job, GError **error)
{
  gboolean last = FALSE;
  guint64 done = 0;

  for (guint64 i = 0; !last; i++) {
    guint8 nonce[CHUNK_NONCE_SIZE];
    gsize size;

    if (!dk_age_source_read (source, chunk->bytes, CHUNK_SIZE, &size, error)
        || !dk_age_source_at_end (source, &last, error))
      return FALSE;
    write_chunk_nonce (nonce, i, last);
    crypto_aead_chacha20poly1305_ietf_encrypt (chunk->bytes, NULL, chunk->bytes, size, NULL, 0,
                                               NULL, nonce, chunk->key);
    done += size;
    if (!dk_age_sink_write (sink, chunk->bytes, size + TAG_SIZE, error)
        || !dk_job_step (job, done, 0, "Sealing", error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_head (const DkAgeSealing *sealing, DkAgeSink *sink, Chunk *chunk, DkAgeDraw draw,
            GError **error)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  guint8 file_key[DK_AGE_FILE_KEY_SIZE];
  guint8 nonce[NONCE_SIZE];
  gboolean written;

  draw (file_key, sizeof file_key);
  written
      = dk_age_header_write (header, file_key, sealing->public_keys, sealing->count, draw, error);
  if (written) {
    draw (nonce, sizeof nonce);
    dk_age_hkdf (chunk->key, file_key, sizeof file_key, nonce, sizeof nonce, "payload");
    g_byte_array_append (header, nonce, sizeof nonce);
  }
  dk_secret_wipe (file_key, sizeof file_key);
  return written && dk_age_sink_write (sink, header->data, header->len, error);
}

gboolean
dk_age_seal_drawn (const DkAgeSealing *sealing, DkAgeDraw draw, const DkJob *job, GError **error)
{
  g_autoptr (DkAgeSource) source = dk_age_source_new (sealing->in, cancellable_of (job));
  g_autoptr (DkAgeSink) sink
      = dk_age_sink_new (sealing->out, sealing->armored, cancellable_of (job));
  g_autoptr (Chunk) chunk = g_new0 (Chunk, 1);

  if (sealing->count == 0 || sealing->count > DK_AGE_STANZAS_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A file can be sealed to 1 to %d recipients, not to %u. Nothing was written.",
                 DK_AGE_STANZAS_MAX, sealing->count);
    return FALSE;
  }
  return write_head (sealing, sink, chunk, draw, error)
         && seal_chunks (source, sink, chunk, job, error) && dk_age_sink_finish (sink, error);
}

static void
draw_random (void *out, gsize size)
{
  randombytes_buf (out, size);
}

gboolean
dk_age_seal_stream (GInputStream *in, GOutputStream *out, const guint8 *public_keys, guint count,
                    gboolean armored, const DkJob *job, GError **error)
{
  DkAgeSealing sealing = { in, out, public_keys, count, armored };

  return dk_age_seal_drawn (&sealing, draw_random, job, error);
}

static gboolean
report_damaged (GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "This sealed file is damaged, cut off or was tampered with. Nothing was changed; "
               "copy the file again or ask its sender.");
  return FALSE;
}

/* All up to the line that begins with three hyphens: no other line of a header can. */
static GByteArray *
read_head (DkAgeSource *source, GError **error)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  gsize line_at = 0;

  while (header->len < DK_AGE_HEADER_MAX) {
    guint8 byte;
    gsize got;

    if (!dk_age_source_read (source, &byte, 1, &got, error))
      return NULL;
    if (got == 0)
      break;
    g_byte_array_append (header, &byte, 1);
    if (byte != '\n')
      continue;
    if (header->len - line_at > 3 && memcmp (header->data + line_at, "---", 3) == 0)
      break;
    line_at = header->len;
  }
  return g_steal_pointer (&header);
}

static gboolean
open_head (DkAgeSource *source, const DkSecret *secret_key, Chunk *chunk, GError **error)
{
  g_autoptr (GByteArray) header = NULL;
  guint8 file_key[DK_AGE_FILE_KEY_SIZE];
  guint8 nonce[NONCE_SIZE];
  gsize size;
  gboolean opened;

  if (!dk_age_source_find_armor (source, error))
    return FALSE;
  header = read_head (source, error);
  if (header == NULL
      || !dk_age_header_open (header->data, header->len, secret_key, file_key, &size, error))
    return FALSE;
  opened = dk_age_source_read (source, nonce, sizeof nonce, &size, error);
  if (opened && size != sizeof nonce)
    opened = report_damaged (error);
  if (opened)
    dk_age_hkdf (chunk->key, file_key, sizeof file_key, nonce, sizeof nonce, "payload");
  dk_secret_wipe (file_key, sizeof file_key);
  return opened;
}

static gboolean
open_chunks (DkAgeSource *source, DkAgeSink *sink, Chunk *chunk, const DkJob *job, GError **error)
{
  gboolean last = FALSE;
  guint64 done = 0;

  for (guint64 i = 0; !last; i++) {
    guint8 nonce[CHUNK_NONCE_SIZE];
    gsize size;

    if (!dk_age_source_read (source, chunk->bytes, sizeof chunk->bytes, &size, error)
        || !dk_age_source_at_end (source, &last, error))
      return FALSE;
    write_chunk_nonce (nonce, i, last);
    /* An empty text is one empty chunk; no other chunk may be empty. */
    if (size < TAG_SIZE || (size == TAG_SIZE && i > 0)
        || crypto_aead_chacha20poly1305_ietf_decrypt (chunk->bytes, NULL, NULL, chunk->bytes, size,
                                                      NULL, 0, nonce, chunk->key)
               != 0)
      return report_damaged (error);
    done += size;
    if (!dk_age_sink_write (sink, chunk->bytes, size - TAG_SIZE, error)
        || !dk_job_step (job, done, 0, "Opening", error))
      return FALSE;
  }
  return TRUE;
}

gboolean
dk_age_open_stream (GInputStream *in, GOutputStream *out, const DkSecret *secret_key,
                    const DkJob *job, GError **error)
{
  g_autoptr (DkAgeSource) source = dk_age_source_new (in, cancellable_of (job));
  g_autoptr (DkAgeSink) sink = dk_age_sink_new (out, FALSE, cancellable_of (job));
  g_autoptr (Chunk) chunk = g_new0 (Chunk, 1);

  return open_head (source, secret_key, chunk, error)
         && open_chunks (source, sink, chunk, job, error);
}

/* A stream into memory of exactly this size, so that nothing confidential is copied about while it
 * grows. */
static GOutputStream *
new_memory (gsize size, GError **error)
{
  guint8 *memory = g_try_malloc (MAX (size, 1));

  if (memory != NULL)
    return g_memory_output_stream_new (memory, MAX (size, 1), NULL, g_free);
  g_set_error (error, DK_ERROR, DK_ERROR_MEMORY,
               "There is not enough free memory for a sealed file of this size. Nothing was "
               "changed; close other programs and try again.");
  return NULL;
}

static GBytes *
take_memory (GOutputStream *out)
{
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (out);
  gsize size;

  (void) g_output_stream_close (out, NULL, NULL);
  size = g_memory_output_stream_get_data_size (memory);
  return g_bytes_new_take (g_memory_output_stream_steal_data (memory), size);
}

static GBytes *
seal_bytes (GBytes *plain, const guint8 *public_keys, guint count, gboolean armored, GError **error)
{
  g_autoptr (GInputStream) in = g_memory_input_stream_new_from_bytes (plain);
  g_autoptr (GOutputStream) out = NULL;
  gsize size = g_bytes_get_size (plain);
  gsize sealed_size
      = HEADER_SIZE_MAX (count) + NONCE_SIZE + size + (size / CHUNK_SIZE + 1) * TAG_SIZE;

  out = new_memory (armored ? dk_age_armored_size (sealed_size) : sealed_size, error);
  if (out == NULL || !dk_age_seal_stream (in, out, public_keys, count, armored, NULL, error))
    return NULL;
  return take_memory (out);
}

GBytes *
dk_age_seal (GBytes *plain, const guint8 *public_keys, guint count, GError **error)
{
  return seal_bytes (plain, public_keys, count, FALSE, error);
}

GBytes *
dk_age_seal_armored (GBytes *plain, const guint8 *public_keys, guint count, GError **error)
{
  return seal_bytes (plain, public_keys, count, TRUE, error);
}

GBytes *
dk_age_open (GBytes *sealed, const DkSecret *secret_key, GError **error)
{
  g_autoptr (GInputStream) in = g_memory_input_stream_new_from_bytes (sealed);
  g_autoptr (GOutputStream) out = new_memory (g_bytes_get_size (sealed), error);
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (out);

  if (out == NULL)
    return NULL;
  if (dk_age_open_stream (in, out, secret_key, NULL, error))
    return take_memory (out);
  dk_secret_wipe (g_memory_output_stream_get_data (memory),
                  g_memory_output_stream_get_data_size (memory));
  return NULL;
}
