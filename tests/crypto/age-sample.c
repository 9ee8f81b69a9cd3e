/* SPDX-License-Identifier: MIT */
#include "tests/crypto/age-sample.h"

#include <string.h>

#include "tests/crypto/sample.h"

typedef struct {
  GInputStream parent;
  guint8 *bytes;
  gsize size;
  gsize at;
  gsize step;
  gsize fail_at;
} Trickle;

typedef struct {
  GInputStreamClass parent;
} TrickleClass;

static GType trickle_get_type (void);

G_DEFINE_TYPE (Trickle, trickle, G_TYPE_INPUT_STREAM)

static guint draws;

static gssize
read_trickle (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable,
              GError **error)
{
  Trickle *trickle = (Trickle *) stream;
  gsize part = MIN (MIN (count, trickle->step), trickle->size - trickle->at);

  if (trickle->at + part > trickle->fail_at) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the stick is gone");
    return -1;
  }
  memcpy (buffer, trickle->bytes + trickle->at, part);
  trickle->at += part;
  return (gssize) part;
}

static void
finalize_trickle (GObject *object)
{
  g_free (((Trickle *) object)->bytes);
  G_OBJECT_CLASS (trickle_parent_class)->finalize (object);
}

static void
trickle_class_init (TrickleClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize_trickle;
  G_INPUT_STREAM_CLASS (class)->read_fn = read_trickle;
}

static void
trickle_init (Trickle *trickle)
{
}

GInputStream *
dk_age_sample_trickle (const void *bytes, gsize size, gsize step, gsize fail_at)
{
  Trickle *trickle = g_object_new (trickle_get_type (), NULL);

  trickle->bytes = g_memdup2 (bytes, MAX (size, 1));
  trickle->size = size;
  trickle->step = step;
  trickle->fail_at = fail_at;
  return G_INPUT_STREAM (trickle);
}

DkSecret *
dk_age_sample_key (guint i)
{
  return dk_sample_fill ((guint8) i, 32);
}

guint8 *
dk_age_sample_public (guint count)
{
  guint8 *keys = g_malloc ((gsize) count * 32);

  for (guint i = 0; i < count; i++) {
    g_autoptr (DkSecret) key = dk_age_sample_key (i + 1);

    dk_box_public (keys + 32 * i, key);
  }
  return keys;
}

GBytes *
dk_age_sample_plain (gsize size)
{
  guint8 *bytes = g_malloc (MAX (size, 1));

  for (gsize k = 0; k < size; k++)
    bytes[k] = (guint8) (7 * k + k / 251);
  return g_bytes_new_take (bytes, size);
}

void
dk_age_sample_draw (void *out, gsize size)
{
  memset (out, (int) (0x80 + ++draws), size);
}

void
dk_age_sample_draw_first (void)
{
  draws = 0;
}

GBytes *
dk_age_sample_seal (GBytes *plain, guint count, gboolean armored)
{
  g_autoptr (GInputStream) in = g_memory_input_stream_new_from_bytes (plain);
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autofree guint8 *keys = dk_age_sample_public (count);
  DkAgeSealing sealing = { in, out, keys, count, armored };
  g_autoptr (GError) error = NULL;
  gboolean sealed;

  dk_age_sample_draw_first ();
  sealed = dk_age_seal_drawn (&sealing, dk_age_sample_draw, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (sealed);
  g_assert_true (g_output_stream_close (out, NULL, NULL));
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
}

GBytes *
dk_age_sample_open (const void *bytes, gsize size, guint recipient, GError **error)
{
  g_autofree guint8 *exact = g_memdup2 (bytes, MAX (size, 1));
  g_autoptr (GBytes) sealed = g_bytes_new_static (exact, size);
  g_autoptr (DkSecret) key = dk_age_sample_key (recipient);

  return dk_age_open (sealed, key, error);
}
