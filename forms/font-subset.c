/* SPDX-License-Identifier: MIT */
#include "forms/font-subset-private.h"

#include <hb-subset.h>

static hb_face_t *
make_face (GBytes *bytes)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  hb_blob_t *blob = hb_blob_create (data, (guint) size, HB_MEMORY_MODE_READONLY,
                                    g_bytes_ref (bytes), (hb_destroy_func_t) g_bytes_unref);
  hb_face_t *face = hb_face_create (blob, 0);
  hb_blob_destroy (blob);
  return face;
}

/* Kept for the life of the process, prepared for being cut again and again. */
static hb_face_t *
get_face (DkFontWeight weight)
{
  static gpointer faces[DK_FONT_COUNT];
  if (g_once_init_enter (&faces[weight])) {
    g_autoptr (GBytes) bytes = dk_font_bytes (weight);
    hb_face_t *face = make_face (bytes);
    hb_face_t *ready = hb_subset_preprocess (face);
    hb_face_destroy (face);
    hb_face_make_immutable (ready);
    g_once_init_leave (&faces[weight], ready);
  }
  return faces[weight];
}

/* What a PDF does not need: it names its glyphs by number. */
static hb_subset_input_t *
make_input (const guint8 *used)
{
  static const hb_tag_t dropped[]
      = { HB_TAG ('c', 'm', 'a', 'p'), HB_TAG ('n', 'a', 'm', 'e'), HB_TAG ('p', 'o', 's', 't'),
          HB_TAG ('O', 'S', '/', '2'), HB_TAG ('G', 'D', 'E', 'F'), HB_TAG ('G', 'S', 'U', 'B'),
          HB_TAG ('G', 'P', 'O', 'S') };
  hb_subset_input_t *input = hb_subset_input_create_or_fail ();
  if (input == NULL) {
    return NULL;
  }
  hb_set_t *tables = hb_subset_input_set (input, HB_SUBSET_SETS_DROP_TABLE_TAG);
  for (guint i = 0; i < G_N_ELEMENTS (dropped); i++) {
    hb_set_add (tables, dropped[i]);
  }
  hb_set_t *wanted = hb_subset_input_unicode_set (input);
  for (guint c = 0; c < DK_FONT_CHARS; c++) {
    if (c % 8 == 0 && used[c / 8] == 0) {
      c += 7;
    } else if ((used[c / 8] >> c % 8 & 1) != 0) {
      hb_set_add (wanted, c);
    }
  }
  hb_subset_input_set_flags (input, HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_NOTDEF_OUTLINE);
  return input;
}

static void
read_glyphs (DkFontSubset *subset, const hb_subset_plan_t *plan, const hb_set_t *wanted)
{
  const hb_map_t *old = hb_subset_plan_unicode_to_old_glyph_mapping (plan);
  const hb_map_t *new = hb_subset_plan_old_to_new_glyph_mapping (plan);
  hb_codepoint_t c = HB_SET_VALUE_INVALID;
  while (hb_set_next (wanted, &c)) {
    hb_codepoint_t made = hb_map_has (old, c) ? hb_map_get (new, hb_map_get (old, c)) : 0;
    if (made != 0 && made <= G_MAXUINT16) {
      subset->glyphs[c] = (guint16) made;
      if (made >= subset->chars->len) {
        g_array_set_size (subset->chars, made + 1);
      }
      g_array_index (subset->chars, gunichar, made) = c;
    }
  }
}

static DkFontSubset *
cut (hb_face_t *face, hb_subset_input_t *input)
{
  hb_subset_plan_t *plan = hb_subset_plan_create_or_fail (face, input);
  hb_face_t *made = plan != NULL ? hb_subset_plan_execute_or_fail (plan) : NULL;
  DkFontSubset *subset = NULL;
  if (made != NULL) {
    hb_blob_t *blob = hb_face_reference_blob (made);
    guint size = 0;
    const char *data = hb_blob_get_data (blob, &size);
    subset = g_new0 (DkFontSubset, 1);
    subset->bytes = g_bytes_new_with_free_func (data, size, (GDestroyNotify) hb_blob_destroy, blob);
    subset->glyphs = g_new0 (guint16, DK_FONT_CHARS);
    subset->chars = g_array_new (FALSE, TRUE, sizeof (gunichar));
    g_array_set_size (subset->chars, 1);
    read_glyphs (subset, plan, hb_subset_input_unicode_set (input));
  }
  hb_face_destroy (made);
  hb_subset_plan_destroy (plan);
  return subset;
}

DkFontSubset *
dk_font_subset_new (DkFontWeight weight, GBytes *other, const guint8 *used)
{
  hb_subset_input_t *input = make_input (used);
  if (input == NULL) {
    return NULL;
  }
  hb_face_t *face = other != NULL ? make_face (other) : hb_face_reference (get_face (weight));
  DkFontSubset *subset = cut (face, input);
  hb_face_destroy (face);
  hb_subset_input_destroy (input);
  return subset;
}

void
dk_font_subset_free (DkFontSubset *subset)
{
  if (subset != NULL) {
    g_bytes_unref (subset->bytes);
    g_free (subset->glyphs);
    g_array_unref (subset->chars);
    g_free (subset);
  }
}
