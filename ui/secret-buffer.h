/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/base/secret.h"

G_BEGIN_DECLS

#define DK_TYPE_SECRET_BUFFER (dk_secret_buffer_get_type ())
G_DECLARE_FINAL_TYPE (DkSecretBuffer, dk_secret_buffer, DK, SECRET_BUFFER, GtkEntryBuffer)

/* A buffer for a passphrase entry whose text lies in locked memory and is wiped when it shrinks or
 * goes. At most DK_LIMIT_PASSPHRASE_BYTES. */
GtkEntryBuffer *dk_secret_buffer_new (void);

/* A copy of the text without a byte behind it. New secret. */
DkSecret *dk_secret_buffer_copy (DkSecretBuffer *self);

G_END_DECLS
