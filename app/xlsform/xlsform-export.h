/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"
#include "app/xlsform/form-sheets.h"

G_BEGIN_DECLS

/* Writes a definition as the sheets of an XLSForm that other programs run as far as they know its
 * types, and that dk_xlsform_import reads back to the same definition: that is tried before
 * anything is returned. DK_ERROR_INVALID if a text is too long for a cell. New sheets. */
DkFormSheets *dk_xlsform_export (const json_t *definition, GError **error) DK_CHECKED;

G_END_DECLS
