/* SPDX-License-Identifier: MIT */
/* What the policy asks for: where a backup is due, and how old the last ones are. */
#include <string.h>

#include "app/base/clock.h"
#include "app/db/statement.h"
#include "app/kit/backup-private.h"

/* Folders of the policy, each once, the one for outages last. New array of borrowed strings. */
static GPtrArray *
list_folders (const DkPolicy *policy)
{
  GPtrArray *folders = g_ptr_array_new ();

  for (char **folder = policy->backup_folders; *folder != NULL; folder++)
    if (!g_ptr_array_find_with_equal_func (folders, *folder, g_str_equal, NULL))
      g_ptr_array_add (folders, *folder);
  if (policy->backup_outage_folder != NULL
      && !g_ptr_array_find_with_equal_func (folders, policy->backup_outage_folder, g_str_equal,
                                            NULL))
    g_ptr_array_add (folders, policy->backup_outage_folder);
  return folders;
}

/* Drafts are words as well, and no entries. */
static gboolean
has_changed (DkKit *kit, const DkBackupPlace *place, gboolean *changed, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      kit->db, "SELECT 1 WHERE EXISTS (SELECT 1 FROM entry WHERE id > ?1"
               " AND kind NOT IN ('unlock', 'lock', 'backup-made'))"
               " OR EXISTS (SELECT 1 FROM draft WHERE updated_ms >= ?2)");

  dk_stmt_bind_int (stmt, 1, place != NULL ? place->entry : 0);
  dk_stmt_bind_int (stmt, 2, place != NULL ? place->at_ms : 0);
  return dk_stmt_step (stmt, changed, error);
}

static void
tell_missing (GPtrArray *messages, const char *folder, gint64 last_ms)
{
  g_autofree char *age
      = last_ms > 0 ? dk_time_format_age (MAX (0, dk_clock_wall_ms () - last_ms)) : NULL;

  g_ptr_array_add (messages,
                   age != NULL
                       ? g_strdup_printf ("The folder for backups %s is not there; the last backup "
                                          "in it is %s old. Plug the medium in, or tell the kit's "
                                          "administrator.",
                                          folder, age)
                       : g_strdup_printf ("The folder for backups %s is not there, and no backup "
                                          "was ever made in it. Plug the medium in, or tell the "
                                          "kit's administrator.",
                                          folder));
}

static char *
automatic_name (DkKitBackup *backup, const char *folder)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (backup->made_ms / 1000);
  g_autofree char *date = g_date_time_format (at, "%Y%m%dT%H%M%SZ");
  g_autofree char *name = g_strdup_printf (
      "%s-%s-%06" G_GINT64_FORMAT DK_BACKUP_END, dk_json_get_text (backup->fields, "station"),
      date, dk_json_get_int (backup->fields, "sequence", 0));

  return g_build_filename (folder, name, NULL);
}

/* A kit that was set back must not give a new backup a lower number than the old ones have: the
 * newest would be taken for the oldest. */
static void
raise_sequence (DkKitBackup *backup, const DkStoreIdentity *identity, GPtrArray *folders)
{
  gint64 sequence = dk_json_get_int (backup->fields, "sequence", 1);

  for (guint i = 0; i < folders->len; i++)
    sequence = MAX (sequence, 1 + dk_backup_highest_in (g_ptr_array_index (folders, i),
                                                        identity->station, identity->kit_id,
                                                        &backup->device));
  json_object_set_new (backup->fields, "sequence", json_integer (sequence));
}

/* Sorts the folders that are due into those that are there and sentences about the others. */
static gboolean
find_due (DkKit *kit, DkBackupMode mode, GPtrArray *due, GPtrArray *messages, GError **error)
{
  const DkPolicy *policy = dk_store_policy (kit->store);
  g_autoptr (GPtrArray) folders = list_folders (policy);
  gint64 sequence = 0;
  g_autoptr (GPtrArray) places = dk_backup_places_load (kit->store, &sequence, error);

  for (guint i = 0; places != NULL && i < folders->len; i++) {
    const char *folder = g_ptr_array_index (folders, i);
    const DkBackupPlace *place = dk_backup_places_find (places, folder);
    DkBackupState state = { .last_ms = place != NULL ? place->at_ms : 0 };
    state.is_outage = g_strcmp0 (folder, policy->backup_outage_folder) == 0;
    if (!has_changed (kit, place, &state.changed, error))
      return FALSE;
    if (!dk_backup_rule_is_due (policy, &state, mode, dk_clock_wall_ms ()))
      continue;
    if (g_file_test (folder, G_FILE_TEST_IS_DIR))
      g_ptr_array_add (due, g_ptr_array_index (folders, i));
    else
      tell_missing (messages, folder, state.last_ms);
  }
  return places != NULL;
}

gboolean
dk_kit_backup_new_due (DkKit *kit, DkBackupMode mode, DkKitBackup **backup, GError **error)
{
  g_autoptr (GPtrArray) due = g_ptr_array_new ();
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DkKitBackup) made = NULL;

  if (kit->is_read_only) {
    *backup = NULL;
    return TRUE;
  }
  if (!find_due (kit, mode, due, messages, error))
    return FALSE;
  if (due->len == 0) {
    for (guint i = 0; i < messages->len; i++)
      if (!g_ptr_array_find_with_equal_func (kit->messages, g_ptr_array_index (messages, i),
                                             g_str_equal, NULL))
        dk_kit_add_message (kit, "%s", (const char *) g_ptr_array_index (messages, i));
    *backup = NULL;
    return TRUE;
  }
  made = dk_kit_backup_begin (kit, error);
  if (made == NULL)
    return FALSE;
  g_ptr_array_extend_and_steal (made->messages, g_steal_pointer (&messages));
  raise_sequence (made, dk_store_identity (kit->store), due);
  for (guint i = 0; i < due->len; i++) {
    g_autofree char *path = automatic_name (made, g_ptr_array_index (due, i));
    dk_kit_backup_add (made, g_ptr_array_index (due, i), path, FALSE);
  }
  *backup = g_steal_pointer (&made);
  return TRUE;
}

static void
health_free (gpointer data)
{
  DkBackupHealth *health = data;

  g_free (health->folder);
  g_free (health);
}

static void
add_health (GPtrArray *found, const DkPolicy *policy, const char *folder,
            const DkBackupPlace *place)
{
  DkBackupHealth *health = g_new0 (DkBackupHealth, 1);

  health->folder = g_strdup (folder);
  health->last_ms = place != NULL ? place->at_ms : 0;
  health->is_there = folder == NULL || g_file_test (folder, G_FILE_TEST_IS_DIR);
  health->state = dk_backup_rule_health (policy, health->last_ms, health->is_there,
                                         dk_clock_wall_ms ());
  g_ptr_array_add (found, health);
}

GPtrArray *
dk_kit_backup_health (DkKit *kit, GError **error)
{
  const DkPolicy *policy = dk_store_policy (kit->store);
  g_autoptr (GPtrArray) folders = list_folders (policy);
  gint64 sequence = 0;
  g_autoptr (GPtrArray) places = dk_backup_places_load (kit->store, &sequence, error);
  GPtrArray *found;

  if (places == NULL)
    return NULL;
  found = g_ptr_array_new_with_free_func (health_free);
  for (guint i = 0; i < folders->len; i++) {
    const char *folder = g_ptr_array_index (folders, i);
    add_health (found, policy, folder, dk_backup_places_find (places, folder));
  }
  if (folders->len == 0)
    add_health (found, policy, NULL, dk_backup_places_find (places, ""));
  return found;
}
