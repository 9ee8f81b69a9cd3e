/* SPDX-License-Identifier: MIT */
#include "app/form/capture-check.h"

#include "app/base/pattern.h"
#include "app/base/platform.h"
#include "app/form/form-private.h"

#define SEARCH_US 250000 /* a window waits for it */
#define SLOW_US 50000    /* a pattern that fails after so long is not tried again */

typedef struct {
  const GPtrArray *rules; /* of DkCapturePattern */
  GPtrArray *patterns;    /* of DkPattern, NULL for one that is malformed, or was too slow before */
  gint64 deadline_us;     /* of all texts together, in time of this thread */
  GPtrArray *warnings;
} Search;

static void
free_pattern (gpointer pattern)
{
  dk_pattern_free (pattern);
}

static gboolean
finds (Search *search, guint i, const char *text)
{
  DkPattern *pattern = g_ptr_array_index (search->patterns, i);
  gint64 begin_us = dk_platform_thread_cpu_us ();
  gboolean is_found = FALSE;
  if (pattern == NULL || begin_us > search->deadline_us) {
    return FALSE;
  }
  if (dk_pattern_finds (pattern, text, &is_found, NULL)) {
    return is_found;
  }
  if (dk_platform_thread_cpu_us () - begin_us > SLOW_US) {
    g_ptr_array_index (search->patterns, i) = NULL;
    dk_pattern_free (pattern);
  }
  return FALSE;
}

static void
search_text (Search *search, const DkField *field, int row, const json_t *value)
{
  const char *text = json_string_value (value);
  gboolean is_written = field->type == DK_FIELD_TEXT || field->type == DK_FIELD_LOOKUP;
  for (guint i = 0; is_written && text != NULL && i < search->rules->len; i++) {
    const DkCapturePattern *rule = g_ptr_array_index (search->rules, i);
    if (finds (search, i, text)) {
      dk_form_add_problem (search->warnings, field->name, row, rule->message);
      return;
    }
  }
}

static void
search_rows (Search *search, const DkForm *form, const DkField *repeat, const json_t *rows)
{
  for (gsize row = 0; row < json_array_size (rows); row++) {
    const json_t *object = json_array_get (rows, row);
    for (guint i = repeat->index + 1; dk_form_field (form, i)->repeat == repeat; i++) {
      const DkField *field = dk_form_field (form, i);
      search_text (search, field, (int) row, json_object_get (object, field->name));
    }
  }
}

GPtrArray *
dk_capture_warnings (const DkForm *form, const json_t *answers, const GPtrArray *patterns)
{
  g_autoptr (GPtrArray) read = g_ptr_array_new_with_free_func (free_pattern);
  Search search
      = { .rules = patterns,
          .patterns = read,
          .deadline_us = dk_platform_thread_cpu_us () + SEARCH_US,
          .warnings = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_form_problem_free) };
  if (patterns == NULL) {
    return search.warnings;
  }
  for (guint i = 0; i < patterns->len; i++) {
    const DkCapturePattern *rule = g_ptr_array_index (patterns, i);
    g_ptr_array_add (read, dk_pattern_new (rule->pattern, NULL, NULL));
  }
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    const json_t *value = json_object_get (answers, field->name);
    if (field->type == DK_FIELD_REPEAT_BEGIN) {
      search_rows (&search, form, field, value);
    } else if (field->repeat == NULL) {
      search_text (&search, field, -1, value);
    }
  }
  return search.warnings;
}
