/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/base/json.h"

G_BEGIN_DECLS

#define DK_TYPE_FORM_FILE (dk_form_file_get_type ())
G_DECLARE_FINAL_TYPE (DkFormFile, dk_form_file, DK, FORM_FILE, GtkBox)

/* A file of a form: choose it, its name and size, take it out. The bytes are read beside the main
 * loop. Signals: `changed` when a person chose or removed one, `refused (words)` for one that
 * cannot be taken. */

/* label is spoken with the buttons. */
GtkWidget *dk_form_file_new (const char *label);

/* Shows {name, type, size, sha256}; NULL or null = none. No signal. */
void dk_form_file_set_value (DkFormFile *self, json_t *value);

/* What is shown; JSON null if there is none. New reference. */
json_t *dk_form_file_get_value (DkFormFile *self);

/* The bytes of the file that was chosen here, borrowed; NULL if none was. */
GBytes *dk_form_file_get_bytes (DkFormFile *self);

/* Lets it be changed or only seen. */
void dk_form_file_set_editable (DkFormFile *self, gboolean editable);

/* What has the focus first, borrowed. */
GtkWidget *dk_form_file_get_input (DkFormFile *self);

G_END_DECLS
