/* SPDX-License-Identifier: MIT */
#include <gio/gio.h>
#include <string.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/content/refresh-private.h"
#include "app/crypto/aead.h"
#include "app/crypto/age.h"

/* Signatures and table of contents, beside manifest and payloads. */
#define FRAME_BYTES_MAX (1u << 20)
#define KEEP_FREE_BYTES (64u << 20)
#define ID_BYTES 16

struct DkIntake {
  const char *incoming;
  const DkRefreshHints *hints;
  const DkRefreshBook *book;
  gboolean again;
  GByteArray *bytes;    /* all that came until the manifest was read; if it is unsealed, all */
  DkFileWriter *writer; /* of one that is sealed in itself, once the manifest was read */
  json_t *manifest;     /* NULL until it was read */
  char *base;
  gboolean is_known;
  guint64 size_max;
  guint64 size;
  GError *failed;
};

DkIntake *
dk_intake_new (const char *incoming, const DkRefreshHints *hints, const DkRefreshBook *book,
               gboolean again)
{
  DkIntake *intake = g_new0 (DkIntake, 1);

  intake->incoming = incoming;
  intake->hints = hints;
  intake->book = book;
  intake->again = again;
  intake->bytes = g_byte_array_new ();
  intake->size_max = DK_LIMIT_MANIFEST_BYTES + FRAME_BYTES_MAX;
  return intake;
}

void
dk_intake_free (DkIntake *intake)
{
  if (intake == NULL)
    return;
  g_clear_pointer (&intake->bytes, g_byte_array_unref);
  dk_file_writer_free (intake->writer);
  json_decref (intake->manifest);
  g_free (intake->base);
  g_clear_error (&intake->failed);
  g_free (intake);
}

/* Name of what it will be in incoming/. New string. */
static char *
make_base (const json_t *manifest, GBytes *raw)
{
  gsize size;
  const void *data = g_bytes_get_data (raw, &size);
  guint8 hash[32];
  g_autofree char *id = NULL;

  dk_hash (hash, sizeof hash, data, size, NULL);
  id = dk_text_hex (hash, ID_BYTES);
  return g_strdup_printf ("%016" G_GINT64_FORMAT "-%s", dk_json_get_int (manifest, "sequence", 0),
                          id);
}

static gboolean
is_there (const DkIntake *intake, const char *end)
{
  g_autofree char *file = g_strconcat (intake->base, end, NULL);
  g_autofree char *path = g_build_filename (intake->incoming, file, NULL);

  return dk_file_exists (path);
}

/* Sum of the payloads, and if each of them is said to be sealed. */
static gboolean
read_payloads (const json_t *manifest, guint64 *sum)
{
  const json_t *payloads = json_object_get (manifest, "payloads");
  gboolean all_sealed = TRUE;

  *sum = 0;
  for (gsize i = 0; i < json_array_size (payloads); i++) {
    const json_t *payload = json_array_get (payloads, i);
    gint64 size = dk_json_get_int (payload, "size", 0);
    *sum += (guint64) CLAMP (size, 0, (gint64) DK_LIMIT_BACKUP_BYTES);
    if (json_array_size (json_object_get (payload, "recipients")) == 0)
      all_sealed = FALSE;
  }
  return all_sealed;
}

static gboolean
check_size (guint64 sum, gboolean is_sealed, GError **error)
{
  guint64 most = is_sealed ? DK_LIMIT_PACK_BYTES : DK_LIMIT_UNSEALED_PACK_BYTES;

  if (sum <= most)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This pack has %" G_GUINT64_FORMAT " bytes; at most %" G_GUINT64_FORMAT
               " are taken in while the kit is locked%s. Nothing was kept.",
               sum, most, is_sealed ? "" : " of one that is not sealed (build it with recipients)");
  return FALSE;
}

static gboolean
check_room (const DkIntake *intake, guint64 sum, GError **error)
{
  g_autoptr (GFile) folder = g_file_new_for_path (intake->incoming);
  g_autoptr (GFileInfo) info
      = g_file_query_filesystem_info (folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);

  if (info == NULL || !g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE)
      || g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE)
             >= sum + KEEP_FREE_BYTES)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
               "The disk of this kit has no room for a pack of %" G_GUINT64_FORMAT " bytes: %u MiB "
               "stay free for tickets. Nothing was kept; make room.",
               sum, KEEP_FREE_BYTES >> 20);
  return FALSE;
}

static gboolean
check_can_seal (const DkIntake *intake, GError **error)
{
  if (intake->hints->has_recipient)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This pack is not sealed, and station.json does not name this kit's recipient, so "
               "that it cannot be sealed before it is stored. Nothing was kept; unlock the kit "
               "once, which writes station.json anew.");
  return FALSE;
}

/* From here on it is known what comes. */
static gboolean
decide (DkIntake *intake, GBytes *raw, GError **error)
{
  guint64 sum;
  gboolean is_sealed = read_payloads (intake->manifest, &sum);
  g_autofree char *file = NULL;
  g_autofree char *path = NULL;

  if (g_strcmp0 (dk_json_get_text (intake->manifest, "type"), "pack") != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This is a %s and no content pack. Nothing was kept.",
                 dk_json_get_text (intake->manifest, "type"));
    return FALSE;
  }
  intake->base = make_base (intake->manifest, raw);
  intake->is_known = is_there (intake, DK_REFRESH_PLAIN) || is_there (intake, DK_REFRESH_SEALED)
                     || (!intake->again && dk_refresh_book_is_settled (intake->book, intake->base));
  if (intake->is_known)
    return TRUE;
  if (!check_size (sum, is_sealed, error) || !check_room (intake, sum, error)
      || (!is_sealed && !check_can_seal (intake, error)))
    return FALSE;
  intake->size_max = sum + DK_LIMIT_MANIFEST_BYTES + FRAME_BYTES_MAX;
  if (!is_sealed)
    return TRUE;
  file = g_strconcat (intake->base, DK_REFRESH_PLAIN, NULL);
  path = g_build_filename (intake->incoming, file, NULL);
  intake->writer = dk_file_writer_new (path, error);
  return intake->writer != NULL
         && dk_file_writer_write (intake->writer, intake->bytes->data, intake->bytes->len, error);
}

static gboolean
take (DkIntake *intake, const guint8 *bytes, gsize size, GError **error)
{
  g_autoptr (GBytes) raw = NULL;

  intake->size += size;
  if (intake->size > intake->size_max) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "More came than its manifest says. Nothing was kept; get the file again.");
    return FALSE;
  }
  if (intake->writer != NULL)
    return dk_file_writer_write (intake->writer, bytes, size, error);
  g_byte_array_append (intake->bytes, bytes, (guint) size);
  if (intake->manifest != NULL)
    return TRUE;
  return dk_container_peek (intake->bytes->data, intake->bytes->len, &intake->manifest, &raw, error)
         && (intake->manifest == NULL || decide (intake, raw, error));
}

gboolean
dk_intake_feed (const void *bytes, gsize size, gpointer data)
{
  DkIntake *intake = data;

  return !dk_intake_has_ended (intake) && take (intake, bytes, size, &intake->failed)
         && !intake->is_known;
}

gboolean
dk_intake_has_ended (const DkIntake *intake)
{
  return intake->failed != NULL || intake->is_known;
}

/* New object. */
static json_t *
make_facts (const DkIntake *intake, const char *file, gboolean has_signer)
{
  json_t *facts = json_object ();

  dk_json_set_text (facts, "file", file);
  dk_json_set_text (facts, "name", dk_json_get_text (intake->manifest, "name"));
  json_object_set_new (facts, "sequence",
                       json_integer (dk_json_get_int (intake->manifest, "sequence", 0)));
  dk_json_set_text (facts, "created", dk_json_get_text (intake->manifest, "created"));
  json_object_set_new (facts, "signer", json_boolean (has_signer));
  return facts;
}

static gboolean
finish_sealed (DkIntake *intake, json_t **facts, const DkJob *job, GError **error)
{
  g_autofree char *file = g_strconcat (intake->base, DK_REFRESH_PLAIN, NULL);
  g_autoptr (DkContainer) container = NULL;
  gboolean has_signer;

  if (!dk_file_writer_sync (intake->writer, error))
    return FALSE;
  container = dk_container_open_large (dk_file_writer_temporary (intake->writer), job, error);
  if (container == NULL)
    return FALSE;
  if (!dk_container_is_sealed (container)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "This pack says that it is sealed and is not. Nothing was kept; ask who published "
                 "it.");
    return FALSE;
  }
  has_signer = dk_refresh_hints_know (intake->hints, container);
  if (!dk_file_writer_finish (intake->writer, TRUE, error))
    return FALSE;
  *facts = make_facts (intake, file, has_signer);
  return TRUE;
}

static gboolean
seal_to_file (const DkIntake *intake, GBytes *bytes, const char *file, const DkJob *job,
              GError **error)
{
  g_autofree char *path = g_build_filename (intake->incoming, file, NULL);
  g_autoptr (DkFileWriter) writer = dk_file_writer_new (path, error);
  g_autoptr (GInputStream) in = g_memory_input_stream_new_from_bytes (bytes);

  return writer != NULL
         && dk_age_seal_stream (in, dk_file_writer_stream (writer), intake->hints->recipient, 1,
                                FALSE, job, error)
         && dk_file_writer_finish (writer, TRUE, error);
}

static gboolean
finish_plain (DkIntake *intake, json_t **facts, const DkJob *job, GError **error)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&intake->bytes));
  g_autofree char *file = g_strconcat (intake->base, DK_REFRESH_SEALED, NULL);
  g_autoptr (DkContainer) container = dk_container_open (bytes, error);

  if (container == NULL || !seal_to_file (intake, bytes, file, job, error))
    return FALSE;
  *facts = make_facts (intake, file, dk_refresh_hints_know (intake->hints, container));
  return TRUE;
}

DkIntakeResult
dk_intake_finish (DkIntake *intake, json_t **facts, const DkJob *job, GError **error)
{
  gboolean done;

  if (intake->failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&intake->failed));
    return DK_INTAKE_FAILED;
  }
  if (intake->manifest == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "This file ends before its manifest does, or is no content pack. Nothing was "
                 "kept; get the file again.");
    return DK_INTAKE_FAILED;
  }
  if (intake->is_known) {
    *facts = make_facts (intake, NULL, FALSE);
    dk_json_set_text (*facts, "base", intake->base);
    return DK_INTAKE_KNOWN;
  }
  done = intake->writer != NULL ? finish_sealed (intake, facts, job, error)
                                : finish_plain (intake, facts, job, error);
  return done ? DK_INTAKE_NEW : DK_INTAKE_FAILED;
}
