/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/base/error.h"

G_BEGIN_DECLS

/* The two ends of a sealing or opening: bytes in and bytes out, as they are or as text ("armor").
 * Neither end closes its stream. Errors of a stream become DK_ERROR_FAILED (reading) and
 * DK_ERROR_STORAGE (writing), but DK_ERROR and G_IO_ERROR_CANCELLED stay what they are. */

typedef struct DkAgeSource DkAgeSource;
typedef struct DkAgeSink DkAgeSink;

/* Reads from `in`, which stays the caller's. Never NULL. */
DkAgeSource *dk_age_source_new (GInputStream *in, GCancellable *cancellable);

/* Wipes what was read ahead; NULL is fine. */
void dk_age_source_free (DkAgeSource *source);

/* Looks at the first bytes: if they are those of armor, reading gives what is inside from now on,
 * and everything about its text is checked, up to the end of the stream. DK_ERROR_DAMAGED. */
gboolean dk_age_source_find_armor (DkAgeSource *source, GError **error) DK_CHECKED;

/* Reads size bytes, fewer at the end alone. DK_ERROR_DAMAGED for armor that is not as written. */
gboolean dk_age_source_read (DkAgeSource *source, guint8 *out, gsize size, gsize *got,
                             GError **error) DK_CHECKED;

/* Tells whether nothing follows. Errors as dk_age_source_read. */
gboolean dk_age_source_at_end (DkAgeSource *source, gboolean *at_end, GError **error) DK_CHECKED;

/* Writes to `out`, which stays the caller's. Never NULL. */
DkAgeSink *dk_age_sink_new (GOutputStream *out, gboolean armored, GCancellable *cancellable);

/* NULL is fine. */
void dk_age_sink_free (DkAgeSink *sink);

/* Writes all bytes; armor keeps the beginning of a line back. */
gboolean dk_age_sink_write (DkAgeSink *sink, const guint8 *bytes, gsize size,
                            GError **error) DK_CHECKED;

/* Writes what armor still needs. Nothing may be written afterwards. */
gboolean dk_age_sink_finish (DkAgeSink *sink, GError **error) DK_CHECKED;

/* How many bytes armor makes of size bytes. */
gsize dk_age_armored_size (gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkAgeSource, dk_age_source_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkAgeSink, dk_age_sink_free)

G_END_DECLS
