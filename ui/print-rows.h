/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* A form as the page for printing lists it. Text owned. */
typedef struct {
  char *id;
  char *title;
  char *purpose;    /* what it asks, in a line: its sections, or else its fields */
  char **languages; /* that it is written in, NULL-terminated, its own first */
} DkPrintForm;

/* no data -> array of DkPrintForm: every form that there is. */
gpointer dk_print_work_forms (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* Name of a language for people: "English", "Deutsch"; the code itself if it is not known. Static,
 * or the code. */
const char *dk_print_language_name (const char *code);

G_END_DECLS
