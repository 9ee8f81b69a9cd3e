/* SPDX-License-Identifier: MIT */
/* Containers that are too large for memory. */
#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/container/container-private.h"

#define PIECE_BYTES (256u << 10)

static DkContainer *
open_path (const char *path, gboolean is_head, guint64 bytes_max, const DkJob *job,
           GError **error)
{
  const DkZipLimits limits = {
    .members_max = 1 + DK_CONTAINER_SIGNATURES_MAX + DK_CONTAINER_PAYLOADS_MAX,
    .member_bytes_max = bytes_max,
    .total_bytes_max = bytes_max,
  };
  const DkZipFileOptions options = {
    .keep = DK_CONTAINER_MANIFEST,
    .keep_bytes_max = DK_LIMIT_MANIFEST_BYTES,
    .is_head_only = is_head,
  };
  g_autoptr (DkFileReader) file = dk_file_reader_new (path, error);
  g_autoptr (GPtrArray) members
      = file != NULL ? dk_zip_read_file (file, &limits, &options, "This file", job, error) : NULL;
  g_autoptr (DkContainer) container
      = members != NULL ? dk_container_take_members (members, is_head, error) : NULL;

  if (container == NULL)
    return NULL;
  container->file = g_steal_pointer (&file);
  container->places = g_steal_pointer (&members);
  if (!is_head)
    g_ptr_array_remove_range (container->places, 0, 1 + container->signatures->len);
  return g_steal_pointer (&container);
}

DkContainer *
dk_container_open_large (const char *path, const DkJob *job, GError **error)
{
  return open_path (path, FALSE, DK_LIMIT_BACKUP_BYTES, job, error);
}

DkContainer *
dk_container_open_in_place (const char *path, const DkJob *job, GError **error)
{
  g_autoptr (DkFileReader) file = dk_file_reader_new (path, error);

  if (file == NULL)
    return NULL;
  if (dk_file_reader_size (file) > DK_LIMIT_PACK_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This file has %" G_GUINT64_FORMAT " MiB; a pack may have %u MiB, so that each PC "
                 "can take it in. Nothing was taken from it; leave out what is large and build it "
                 "again.",
                 dk_file_reader_size (file) >> 20, DK_LIMIT_PACK_BYTES >> 20);
    return NULL;
  }
  return open_path (path, FALSE, DK_LIMIT_PACK_BYTES, job, error);
}

DkContainer *
dk_container_open_head (const char *path, GError **error)
{
  return open_path (path, TRUE, DK_LIMIT_BACKUP_BYTES, NULL, error);
}

/* Reads a part of a file in pieces, hashes it and, where `out` is given, appends it there. */
static gboolean
pump (const DkFileReader *in, guint64 offset, guint64 size, DkFileWriter *out, guint32 *crc,
      guint8 sha256[32], const DkJob *job, GError **error)
{
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize hash_size = 32;

  *crc = 0;
  for (guint64 done = 0; done < size;) {
    gsize part = (gsize) MIN (PIECE_BYTES, size - done);
    if (!dk_file_reader_read (in, offset + done, piece, part, error)
        || (out != NULL && !dk_file_writer_write (out, piece, part, error)))
      return FALSE;
    g_checksum_update (sum, piece, (gssize) part);
    *crc = dk_zip_crc (*crc, piece, part);
    done += part;
    if (!dk_job_step (job, done, size, out != NULL ? "Writing" : "Reading", error))
      return FALSE;
  }
  g_checksum_get_digest (sum, sha256, &hash_size);
  return TRUE;
}

static int
find_payload (const DkContainer *container, const char *name)
{
  for (guint i = 0; i < container->payloads->len; i++) {
    const DkContainerPayload *payload = g_ptr_array_index (container->payloads, i);
    if (g_str_equal (payload->name, name))
      return (int) i;
  }
  return -1;
}

gboolean
dk_container_extract (const DkContainer *container, const char *name, DkFileWriter *out,
                      const DkJob *job, GError **error)
{
  const json_t *said = json_object_get (container->manifest, "payloads");
  int i = find_payload (container, name);
  const DkZipMember *place;
  g_autofree char *hex = NULL;
  guint8 hash[32];
  guint32 crc;

  g_assert (container->file != NULL && !container->is_head);
  if (i < 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND, "This %s has no part %s.",
                 dk_container_type (container), name);
    return FALSE;
  }
  place = g_ptr_array_index (container->places, (guint) i);
  if (!pump (container->file, place->offset, place->size, out, &crc, hash, job, error))
    return FALSE;
  hex = dk_text_hex (hash, sizeof hash);
  if (g_str_equal (hex, dk_json_get_text (json_array_get (said, (gsize) i), "sha256")))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "This %s was changed or damaged after it was signed (%s). Nothing was taken from "
               "it; get the file again.",
               dk_container_type (container), name);
  return FALSE;
}

/* A payload while it is being written. */
typedef struct {
  DkFileReader *file;
  guint8 sha256[32];
  guint32 crc;
} Source;

static void
clear_sources (GArray *sources)
{
  for (guint i = 0; i < sources->len; i++)
    dk_file_reader_free (g_array_index (sources, Source, i).file);
  g_array_unref (sources);
}

typedef GArray SourceArray;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SourceArray, clear_sources)

static SourceArray *
read_sources (const DkContainerSource *sources, guint count, json_t *described, const DkJob *job,
              GError **error)
{
  g_autoptr (SourceArray) out = g_array_new (FALSE, TRUE, sizeof (Source));

  for (guint i = 0; i < count; i++) {
    Source source = { .file = dk_file_reader_new (sources[i].path, error) };
    guint64 size;
    if (source.file == NULL)
      return NULL;
    size = dk_file_reader_size (source.file);
    g_array_append_val (out, source);
    if (!pump (source.file, 0, size, NULL, &source.crc, source.sha256, job, error))
      return NULL;
    g_array_index (out, Source, i) = source;
    json_array_append_new (described, dk_container_describe (sources[i].name, size, source.sha256,
                                                             sources[i].recipients));
  }
  return g_steal_pointer (&out);
}

static DkZipPlan *
plan_zip (GBytes *manifest, GPtrArray *signatures, const DkContainerSource *names,
          SourceArray *sources, GError **error)
{
  g_autoptr (DkZipPlan) plan = dk_zip_plan_new ();
  gsize size;
  const void *data = g_bytes_get_data (manifest, &size);

  dk_zip_plan_add (plan, DK_CONTAINER_MANIFEST, size, dk_zip_crc (0, data, size));
  for (guint i = 0; i < signatures->len; i++) {
    const DkContainerSignature *signature = g_ptr_array_index (signatures, i);
    g_autofree char *name = dk_container_signature_name (signature->id_text);
    data = g_bytes_get_data (signature->text, &size);
    dk_zip_plan_add (plan, name, size, dk_zip_crc (0, data, size));
  }
  for (guint i = 0; i < sources->len; i++) {
    const Source *source = &g_array_index (sources, Source, i);
    dk_zip_plan_add (plan, names[i].name, dk_file_reader_size (source->file), source->crc);
  }
  return dk_zip_plan_check (plan, error) ? g_steal_pointer (&plan) : NULL;
}

static gboolean
write_bytes (DkFileWriter *out, const DkZipPlan *plan, guint i, GBytes *bytes, GError **error)
{
  g_autoptr (GByteArray) part = g_byte_array_new ();
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  dk_zip_plan_append_header (plan, i, part);
  g_byte_array_append (part, data, (guint) size);
  return dk_file_writer_write (out, part->data, part->len, error);
}

static gboolean
write_source (DkFileWriter *out, const DkZipPlan *plan, guint i, const Source *source,
              const DkJob *job, GError **error)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  guint8 hash[32];
  guint32 crc;

  dk_zip_plan_append_header (plan, i, header);
  if (!dk_file_writer_write (out, header->data, header->len, error)
      || !pump (source->file, 0, dk_file_reader_size (source->file), out, &crc, hash, job, error))
    return FALSE;
  if (crc == source->crc && memcmp (hash, source->sha256, sizeof hash) == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
               "A part of this file was written to while it was read. Nothing was made; try "
               "again.");
  return FALSE;
}

static gboolean
write_all (DkFileWriter *out, const DkZipPlan *plan, GBytes *manifest, GPtrArray *signatures,
           SourceArray *sources, const DkJob *job, GError **error)
{
  g_autoptr (GByteArray) tail = g_byte_array_new ();

  if (!write_bytes (out, plan, 0, manifest, error))
    return FALSE;
  for (guint i = 0; i < signatures->len; i++) {
    const DkContainerSignature *signature = g_ptr_array_index (signatures, i);
    if (!write_bytes (out, plan, 1 + i, signature->text, error))
      return FALSE;
  }
  for (guint i = 0; i < sources->len; i++)
    if (!write_source (out, plan, 1 + signatures->len + i, &g_array_index (sources, Source, i), job,
                       error))
      return FALSE;
  dk_zip_plan_append_tail (plan, tail);
  return dk_file_writer_write (out, tail->data, tail->len, error);
}

gboolean
dk_container_write (DkFileWriter *out, const char *type, const json_t *fields,
                    const DkContainerSource *sources, guint source_count,
                    const DkMinisignSecret *signers, guint signer_count, const DkJob *job,
                    GError **error)
{
  g_autoptr (json_t) described = json_array ();
  g_autoptr (SourceArray) read = read_sources (sources, source_count, described, job, error);
  g_autoptr (json_t) manifest = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) signatures = NULL;
  g_autoptr (DkZipPlan) plan = NULL;
  char *text;
  gsize size;

  if (read == NULL)
    return FALSE;
  manifest = dk_container_make_manifest (type, fields, described, error);
  if (manifest == NULL)
    return FALSE;
  text = dk_json_canonical (manifest, &size);
  bytes = g_bytes_new_take (text, size);
  signatures = dk_container_sign (manifest, bytes, signers, signer_count, error);
  plan = signatures != NULL ? plan_zip (bytes, signatures, sources, read, error) : NULL;
  return plan != NULL && write_all (out, plan, bytes, signatures, read, job, error);
}
