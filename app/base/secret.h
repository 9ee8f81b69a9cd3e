/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* A key or passphrase in locked memory between guard pages, wiped when freed. The only place where
 * one may rest: never a char *, never a GObject property. Not thread-safe, may change threads. */
typedef struct DkSecret DkSecret;

/* Size zero bytes. Never NULL; where the system refuses to lock the pages the secret is kept all
 * the same and dk_secret_lock_failed tells. Free with dk_secret_free. */
DkSecret *dk_secret_new (gsize size);

/* A copy of bytes; the caller wipes its own. */
DkSecret *dk_secret_new_copy (const void *bytes, gsize size);

/* Random bytes from the system. */
DkSecret *dk_secret_new_random (gsize size);

/* First line of a file without its line end, at most DK_LIMIT_PASSPHRASE_BYTES; "-" reads standard
 * input. An empty one is DK_ERROR_INVALID; DK_ERROR_NOT_FOUND. */
DkSecret *dk_secret_new_from_file (const char *path, GError **error) DK_CHECKED;

/* A second copy of its own. NULL gives NULL. */
DkSecret *dk_secret_dup (const DkSecret *secret);

/* Bytes of the secret, borrowed until it is freed. */
const guint8 *dk_secret_get (const DkSecret *secret);

/* The same bytes to write to, borrowed. */
guint8 *dk_secret_get_mutable (DkSecret *secret);

/* Size in bytes. */
gsize dk_secret_size (const DkSecret *secret);

/* Equal content, compared in constant time. */
gboolean dk_secret_equal (const DkSecret *a, const DkSecret *b);

/* Wipes and frees; NULL is fine. */
void dk_secret_free (DkSecret *secret);

/* Overwrites memory in a way that the compiler keeps. */
void dk_secret_wipe (void *memory, gsize size);

/* TRUE once locking memory has failed in this process: worth a warning. Any thread. */
gboolean dk_secret_lock_failed (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkSecret, dk_secret_free)

G_END_DECLS
