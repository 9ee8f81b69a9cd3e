/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a policy warns of while words are taken down, such as a record number: a regular expression
 * that is looked for in every text. It warns and never blocks. */
typedef struct {
  char *name;    /* "record-number" */
  char *pattern; /* regular expression (PCRE), looked for anywhere in a text */
  char *message; /* in words: "this looks like a record number; write room and bed only" */
} DkCapturePattern;

/* A pattern; the texts are copied. Free with dk_capture_pattern_free. */
DkCapturePattern *dk_capture_pattern_new (const char *name, const char *pattern,
                                          const char *message);

/* Patterns of a kit without content: record number and date of birth. New array of
 * DkCapturePattern that frees them. */
GPtrArray *dk_capture_patterns_default (void);

/* Frees it; NULL is fine. */
void dk_capture_pattern_free (DkCapturePattern *pattern);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkCapturePattern, dk_capture_pattern_free)

G_END_DECLS
