/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/file.h"
#include "app/base/text.h"
#include "app/crypto/minisign.h"
#include "app/store/ledger-private.h"
#include "app/store/store-private.h"

static gboolean
write_text (const char *folder, const char *name, const char *text, gsize size, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return dk_file_replace (path, text, size, DK_FILE_DURABLE, error);
}

/* One file per chain; the lines are written as they were hashed. */
static gboolean
write_lines (DkStore *store, const char *folder, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT station, chain, line FROM entry"
                                          " ORDER BY station, chain, seq, hash");
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *name = NULL;
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    g_autofree char *next
        = has_row ? g_strdup_printf ("%s-%s.ndjson", dk_stmt_text (stmt, 0),
                                     dk_stmt_text (stmt, 1))
                  : NULL;
    if (name != NULL && g_strcmp0 (name, next) != 0) {
      if (!write_text (folder, name, lines->str, lines->len, error))
        return FALSE;
      g_string_truncate (lines, 0);
    }
    if (!has_row)
      return TRUE;
    g_free (name);
    name = g_steal_pointer (&next);
    gsize size;
    const char *line = dk_stmt_blob (stmt, 2, &size);
    g_string_append_len (lines, line, (gssize) size);
  }
  return FALSE;
}

static json_t *
body_record (DkStmt *stmt)
{
  json_t *record = json_object ();
  gsize size;
  const void *salt = dk_stmt_blob (stmt, 2, &size);
  g_autofree char *hex = salt != NULL ? dk_text_hex (salt, size) : NULL;

  json_object_set_new (record, "chain", dk_json_string (dk_stmt_text (stmt, 0)));
  json_object_set_new (record, "seq", json_integer (dk_stmt_int (stmt, 1)));
  json_object_set_new (record, "salt", dk_json_string (hex));
  json_object_set_new (record, "body", dk_json_string (dk_stmt_text (stmt, 3)));
  if (!dk_stmt_is_null (stmt, 4))
    json_object_set_new (record, "erased_by", json_integer (dk_stmt_int (stmt, 4)));
  return record;
}

static gboolean
write_bodies (DkStore *store, const char *folder, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT e.chain, e.seq, b.salt, b.body, b.erased_by"
                                          " FROM entry AS e JOIN entry_body AS b ON b.entry = e.id"
                                          " ORDER BY e.station, e.chain, e.seq, e.hash");
  g_autoptr (GString) lines = g_string_new (NULL);
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return write_text (folder, "bodies.ndjson", lines->str, lines->len, error);
    g_autoptr (json_t) record = body_record (stmt);
    g_autofree char *text = dk_json_canonical (record, NULL);
    g_string_append_printf (lines, "%s\n", text);
  }
  return FALSE;
}

static gboolean
write_checkpoints (DkStore *store, const char *folder, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT chain, seq, message, signature FROM checkpoint"
                                          " ORDER BY chain, seq");
  g_autofree char *subfolder = g_build_filename (folder, "checkpoints", NULL);
  gboolean has_row;

  if (!dk_file_make_folder (subfolder, error))
    return FALSE;
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return TRUE;
    g_autofree char *message = g_strdup_printf ("%s-%" G_GINT64_FORMAT ".json",
                                                dk_stmt_text (stmt, 0), dk_stmt_int (stmt, 1));
    g_autofree char *signature = g_strconcat (message, ".minisig", NULL);
    if (!write_text (subfolder, message, dk_stmt_text (stmt, 2), strlen (dk_stmt_text (stmt, 2)),
                     error)
        || !write_text (subfolder, signature, dk_stmt_text (stmt, 3),
                        strlen (dk_stmt_text (stmt, 3)), error))
      return FALSE;
  }
  return FALSE;
}

static gboolean
write_device_key (DkStore *store, const char *folder, GError **error)
{
  DkMinisignPublic key;
  g_autofree char *text = NULL;

  dk_minisign_public_from_key (dk_store_identity (store)->device_sign_public, &key);
  text = dk_minisign_public_text (&key);
  return write_text (folder, "device.pub", text, strlen (text), error);
}

gboolean
dk_ledger_export (DkStore *store, const char *folder, gboolean with_text, const char *reason,
                  GError **error)
{
  g_autoptr (json_t) body = json_object ();

  if (reason == NULL || *reason == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Say why: an export needs a reason. Nothing was written.");
    return FALSE;
  }
  if (dk_file_exists (folder)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s exists already. Nothing was written; name a new folder.", folder);
    return FALSE;
  }
  json_object_set_new (body, "what", dk_json_string ("ledger"));
  json_object_set_new (body, "with_text", json_boolean (with_text));
  json_object_set_new (body, "reason", dk_json_string (reason));
  return dk_ledger_note (store, "export", NULL, body, error)
         && dk_ledger_checkpoint (store, error) && dk_file_make_folder (folder, error)
         && write_lines (store, folder, error) && write_checkpoints (store, folder, error)
         && write_device_key (store, folder, error)
         && (!with_text || write_bodies (store, folder, error));
}
