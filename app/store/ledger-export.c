/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/file-pieces.h"
#include "app/base/file.h"
#include "app/base/json.h"
#include "app/store/ledger-private.h"
#include "app/store/ledger-walk.h"

/* A ledger without attached files has no folder for them. */
static gboolean
make_place (const char *folder, const char *name, GError **error)
{
  g_autofree char *files = g_build_filename (folder, DK_LEDGER_WALK_FILES, NULL);

  return !g_str_has_prefix (name, DK_LEDGER_WALK_FILES) || dk_file_make_folder (files, error);
}

/* Ends the file before, if there is one, and begins that of this name. */
static gboolean
change_file (const char *folder, const char *name, DkFileWriter **writer, GError **error)
{
  g_autofree char *path = NULL;

  if (*writer != NULL && !dk_file_writer_finish (*writer, FALSE, error))
    return FALSE;
  g_clear_pointer (writer, dk_file_writer_free);
  if (name == NULL)
    return TRUE;
  if (!make_place (folder, name, error))
    return FALSE;
  path = g_build_filename (folder, name, NULL);
  *writer = dk_file_writer_new (path, error);
  return *writer != NULL;
}

static gboolean
write_files (DkStore *store, const char *folder, gboolean with_text, GError **error)
{
  g_autoptr (DkLedgerWalk) walk = dk_ledger_walk_new (store, with_text);
  g_autoptr (GByteArray) piece = g_byte_array_new ();
  g_autoptr (DkFileWriter) writer = NULL;
  g_autofree char *current = NULL;
  const char *name;

  while (dk_ledger_walk_next (walk, &name, piece, error)) {
    if (g_strcmp0 (name, current) != 0 && !change_file (folder, name, &writer, error))
      return FALSE;
    if (name == NULL)
      return TRUE;
    g_free (current);
    current = g_strdup (name);
    if (!dk_file_writer_write (writer, piece->data, piece->len, error))
      return FALSE;
    g_byte_array_set_size (piece, 0);
  }
  return FALSE;
}

gboolean
dk_ledger_export (DkStore *store, const char *folder, gboolean with_text, const char *reason,
                  GError **error)
{
  g_autoptr (json_t) body = json_object ();
  g_autofree char *checkpoints = g_build_filename (folder, "checkpoints", NULL);

  if (reason == NULL || *reason == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Say why: an export needs a reason. Nothing was written.");
    return FALSE;
  }
  if (!dk_store_may (store, DK_STORE_EXPORT, error))
    return FALSE;
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
         && dk_file_make_folder (checkpoints, error)
         && write_files (store, folder, with_text, error);
}
