/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/container/zip.h"

G_BEGIN_DECLS

/* Numbers and layout: APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16. */
#define DK_ZIP_LOCAL_SIGNATURE 0x04034b50u
#define DK_ZIP_LOCAL_SIZE 30
#define DK_ZIP_NAME_BYTES_MAX 200

/* What a header says of a member. */
typedef struct {
  const char *name; /* borrowed, ended by its size alone */
  gsize name_size;
  guint32 crc;
  guint32 size;
  guint32 offset; /* of its local header */
} DkZipEntry;

/* Appends the local header of a member. */
void dk_zip_append_local (GByteArray *out, const DkZipEntry *entry);

/* All that follows the last member, of an array of DkZipEntry. New array. */
GByteArray *dk_zip_make_tail (const GArray *entries, guint32 offset);

/* FALSE if a name is in use already, compared as systems do that ignore case. */
gboolean dk_zip_remember_name (GHashTable *names, const char *name, gsize size);

G_END_DECLS
