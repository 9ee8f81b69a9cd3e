/* SPDX-License-Identifier: MIT */
/* What the kit in place knows that the backup does not: people who were removed, numbers that were
 * given out. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/kit/anchor-private.h"
#include "app/kit/restore-private.h"

static int
find_slot (const DkDirectory *directory, const guint8 id[16], DkSlotInfo *out)
{
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    dk_directory_info (directory, i, out);
    if (memcmp (out->id, id, 16) == 0)
      return (int) i;
  }
  return -1;
}

/* People who can open the backup and not the kit in place. New string. */
static char *
name_removed (const DkKitRestore *restore)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < dk_directory_count (restore->directory); i++) {
    DkSlotInfo info;
    DkSlotInfo now;
    dk_directory_info (restore->directory, i, &info);
    if (find_slot (restore->in_place, info.id, &now) < 0)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", info.name);
  }
  return g_strdup (names->str);
}

static gboolean
is_admin_in_place (const DkKitRestore *restore)
{
  DkSlotInfo now;

  return dk_keyring_get (restore->keys, DK_KEY_ADMIN) != NULL
         && find_slot (restore->in_place, dk_person_info (restore->person)->id, &now) >= 0
         && now.role == DK_ROLE_ADMIN;
}

gboolean
dk_restore_check_people (DkKitRestore *restore, gboolean older_keys, GError **error)
{
  g_autofree char *removed = NULL;

  if (restore->in_place == NULL
      || (dk_directory_seq (restore->directory) >= dk_directory_seq (restore->in_place)
          && dk_directory_key_epoch (restore->directory)
                 >= dk_directory_key_epoch (restore->in_place)))
    return TRUE;
  removed = name_removed (restore);
  if (!older_keys || !is_admin_in_place (restore)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "People or keys of this kit were changed after %s was made%s%s%s. Restored, it "
                 "would have the older people and passphrases again. Nothing was changed; take a "
                 "newer backup, or let an administrator of the kit in place restore it with "
                 "--older-keys.",
                 restore->file, *removed != '\0' ? " (removed since: " : "", removed,
                 *removed != '\0' ? ")" : "");
    return FALSE;
  }
  g_ptr_array_add (restore->messages,
                   g_strdup_printf ("The people, roles and passphrases are those of %s again%s%s. "
                                    "Remove and add people now as they should be (dkit user list).",
                                    restore->file,
                                    *removed != '\0' ? "; these can open the kit again: " : "",
                                    removed));
  return TRUE;
}

/* The keys that open the kit in place: those of the backup if they were not renewed since, else
 * those that the same person and passphrase open there. New keyring, NULL if neither. */
static DkKeyring *
find_keys_in_place (DkKitRestore *restore, const char *user, const DkSecret *passphrase)
{
  DkKeyring *keys = NULL;
  g_autoptr (DkPerson) person = NULL;

  if (restore->in_place == NULL
      || !dk_directory_unlock (restore->in_place, user, passphrase, dk_clock_wall_ms (), &keys,
                               &person, NULL))
    return NULL;
  return keys;
}

/* Reading would replay the journal, so a copy is read and the kit in place is not touched. */
static DkAnchor *
look_into (DkKitRestore *restore, const char *user, const DkKeyring *keys)
{
  g_autofree char *path = dk_kit_file (restore->folder, DK_KIT_DATABASE);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *look = dk_kit_file (restore->folder, DK_RESTORE_LOOK);
  g_autofree char *look_wal = g_strconcat (look, "-wal", NULL);
  g_autoptr (DkDb) db = NULL;
  g_autoptr (DkStore) store = NULL;
  DkAnchor *found = NULL;
  DkDbKeys db_keys = { .open_key = dk_keyring_get (keys, DK_KEY_OPEN) };

  memcpy (db_keys.uuid, dk_directory_file_uuid (restore->in_place), sizeof db_keys.uuid);
  dk_kit_discard_database (look);
  if (dk_file_copy_new (path, look, NULL)
      && (!dk_file_exists (wal) || dk_file_copy_new (wal, look_wal, NULL)))
    db = dk_db_open (look, &db_keys, NULL);
  if (db != NULL && dk_db_migrate (db, NULL))
    store = dk_store_new (db, user, keys, NULL);
  if (store != NULL)
    found = dk_anchor_of_kit (store, restore->folder, NULL);
  g_clear_pointer (&store, dk_store_free);
  g_clear_pointer (&db, dk_db_free);
  dk_kit_discard_database (look);
  return found;
}

static void
put_state (json_t *marker, const DkAnchor *state)
{
  if (state == NULL || state->chain == NULL || state->head == NULL
      || (gint64) state->number < dk_json_get_int (marker, "number", 0))
    return;
  dk_json_set_text (marker, "chain", state->chain);
  json_object_set_new (marker, "seq", json_integer (state->seq));
  dk_json_set_text (marker, "head", state->head);
  json_object_set_new (marker, "number", json_integer ((json_int_t) state->number));
}

char *
dk_restore_marker (DkKitRestore *restore, const char *user, const DkSecret *passphrase,
                   gboolean older_keys)
{
  const json_t *manifest = dk_container_manifest (restore->container);
  const char *kit_id = dk_json_get_text (manifest, "kit");
  g_autofree char *anchor_path = dk_anchor_path (restore->folder, kit_id);
  g_autoptr (DkKeyring) there = find_keys_in_place (restore, user, passphrase);
  const DkKeyring *keys = there != NULL ? there : restore->keys;
  g_autoptr (DkAnchor) anchor
      = dk_anchor_read (anchor_path, kit_id, dk_keyring_get (keys, DK_KEY_OPEN));
  g_autoptr (DkAnchor) state
      = restore->in_place != NULL ? look_into (restore, user, keys) : NULL;
  g_autoptr (json_t) marker = json_object ();

  dk_json_set_text (marker, "file", restore->file);
  dk_json_set_text (marker, "created", dk_json_get_text (manifest, "created"));
  json_object_set_new (marker, "sequence",
                       json_integer (dk_json_get_int (manifest, "sequence", 0)));
  dk_json_set_text (marker, "by", user);
  if (older_keys)
    json_object_set_new (marker, "older_keys", json_true ());
  put_state (marker, anchor);
  put_state (marker, state);
  return dk_json_canonical (marker, NULL);
}
