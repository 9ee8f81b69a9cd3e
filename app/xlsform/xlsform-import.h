/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"
#include "app/form/form.h"
#include "app/xlsform/form-sheets.h"

G_BEGIN_DECLS

/* Something of a sheet that is not in the definition as it stands there. */
typedef struct {
  char *place;   /* "survey!C12" */
  char *what;    /* what stands there */
  char *why;     /* what became of it, in words */
  gboolean kept; /* only written another way; FALSE: left out */
} DkXlsformFinding;

/* A form that came from sheets. */
typedef struct {
  json_t *definition; /* passes dk_form_parse */
  GPtrArray *findings; /* of DkXlsformFinding, as they were found */
  guint left_out;      /* number of them that are not kept */
} DkXlsform;

/* Makes a definition of an XLSForm; FORMAT.md says what becomes of what. What is not supported is a
 * finding, never skipped. DK_ERROR_INVALID with the place if no form can be made of it. New; free
 * with dk_xlsform_free. Any thread. */
DkXlsform *dk_xlsform_import (const DkFormSheets *sheets, GError **error) DK_CHECKED;

/* Findings that are not kept as JSON: an array of {place, what, why}; with kept, those that are.
 * New reference. */
json_t *dk_xlsform_findings_json (const DkXlsform *xlsform, gboolean kept);

/* Frees it; NULL is fine. */
void dk_xlsform_free (DkXlsform *xlsform);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkXlsform, dk_xlsform_free)

G_END_DECLS
