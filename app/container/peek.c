/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/limits.h"
#include "app/container/container-private.h"
#include "app/container/zip-private.h"

#define NAME_SIZE (sizeof DK_CONTAINER_MANIFEST - 1)
#define CRC_AT 14
#define SIZE_AT 22
#define AGE_FIRST_LINE "age-encryption.org/v1\n"

static guint32
read_u32 (const guint8 *bytes)
{
  return bytes[0] | (guint32) bytes[1] << 8 | (guint32) bytes[2] << 16 | (guint32) bytes[3] << 24;
}

static gboolean
refuse_peek (const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This file is no file of this program: %s. Nothing was taken from it.", why);
  return FALSE;
}

/* Compares as much as there is with the one header that a container can begin with. */
static gboolean
check_header (const guint8 *bytes, gsize size, guint32 *manifest_size, GError **error)
{
  g_autoptr (GByteArray) expected = g_byte_array_new ();
  DkZipEntry entry = { .name = DK_CONTAINER_MANIFEST, .name_size = NAME_SIZE };
  guint8 said[DK_ZIP_LOCAL_SIZE] = { 0 };

  memcpy (said, bytes, MIN (size, sizeof said));
  entry.crc = read_u32 (said + CRC_AT);
  entry.size = read_u32 (said + SIZE_AT);
  dk_zip_append_local (expected, &entry);
  if (size < sizeof said) /* the second size may not have come yet */
    size = MIN (size, CRC_AT);
  if (memcmp (bytes, expected->data, MIN (size, expected->len)) != 0)
    return refuse_peek ("it does not begin as one", error);
  *manifest_size = entry.size;
  if (size >= sizeof said && entry.size > DK_LIMIT_MANIFEST_BYTES)
    return refuse_peek ("its manifest is larger than one can be", error);
  return TRUE;
}

gboolean
dk_container_peek (const guint8 *bytes, gsize size, json_t **manifest, GBytes **raw, GError **error)
{
  const gsize start = DK_ZIP_LOCAL_SIZE + NAME_SIZE;
  g_autoptr (json_t) read = NULL;
  guint32 manifest_size = 0;
  const char *text;

  if (!check_header (bytes, size, &manifest_size, error))
    return FALSE;
  if (size < start || size - start < manifest_size)
    return TRUE;
  text = (const char *) bytes + start;
  if (dk_zip_crc (0, text, manifest_size) != read_u32 (bytes + CRC_AT)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The manifest was damaged on its way (its checksum is wrong). Nothing was taken "
                 "from it; get the file again.");
    return FALSE;
  }
  read = dk_json_parse (text, manifest_size, DK_LIMIT_MANIFEST_BYTES, "the manifest", error);
  if (read == NULL || !dk_manifest_check (read, DK_ERROR_DAMAGED, error))
    return FALSE;
  *raw = g_bytes_new (text, manifest_size);
  *manifest = g_steal_pointer (&read);
  return TRUE;
}

gboolean
dk_container_is_sealed (const DkContainer *container)
{
  g_assert (container->file != NULL && !container->is_head);
  for (guint i = 0; i < container->payloads->len; i++) {
    const DkContainerPayload *payload = g_ptr_array_index (container->payloads, i);
    const DkZipMember *place = g_ptr_array_index (container->places, i);
    char first[sizeof AGE_FIRST_LINE - 1];
    if (payload->recipients == NULL || payload->recipients[0] == NULL || place->size < sizeof first
        || !dk_file_reader_read (container->file, place->offset, first, sizeof first, NULL)
        || memcmp (first, AGE_FIRST_LINE, sizeof first) != 0)
      return FALSE;
  }
  return TRUE;
}
