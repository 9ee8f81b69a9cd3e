/* SPDX-License-Identifier: MIT */
#include "app/model/capture.h"

static const char *const defaults[][3] = {
  { "record-number",
    "(?i)\\b(?:MRN|PID|patient\\s*(?:id|no|nr|number)|record\\s*(?:no|nr|number)|fallnummer"
    "|fall-?nr|patientennummer)\\b\\W{0,3}\\d{4,12}\\b",
    "this looks like the record number of a patient; write room and bed only" },
  { "date-of-birth",
    "(?i)\\b(?:DOB|date\\s+of\\s+birth|born(?:\\s+on)?|geb(?:oren|\\.)?(?:\\s+am)?|geburtsdatum)"
    "\\W{0,3}\\d{1,4}[-./ ]\\d{1,2}[-./ ]\\d{1,4}\\b",
    "this looks like a date of birth; write room and bed only" },
};

DkCapturePattern *
dk_capture_pattern_new (const char *name, const char *pattern, const char *message)
{
  DkCapturePattern *self = g_new0 (DkCapturePattern, 1);
  self->name = g_strdup (name);
  self->pattern = g_strdup (pattern);
  self->message = g_strdup (message);
  return self;
}

GPtrArray *
dk_capture_patterns_default (void)
{
  GPtrArray *patterns
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_capture_pattern_free);
  for (gsize i = 0; i < G_N_ELEMENTS (defaults); i++) {
    g_ptr_array_add (patterns,
                     dk_capture_pattern_new (defaults[i][0], defaults[i][1], defaults[i][2]));
  }
  return patterns;
}

void
dk_capture_pattern_free (DkCapturePattern *pattern)
{
  if (pattern == NULL) {
    return;
  }
  g_free (pattern->name);
  g_free (pattern->pattern);
  g_free (pattern->message);
  g_free (pattern);
}
