/* SPDX-License-Identifier: MIT */
/* Where backups lie: what is remembered of a place, which files are ours, which go. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/container/container.h"
#include "app/db/statement.h"
#include "app/kit/backup-private.h"
#include "app/kit/output.h"

#define SETTING "backups"
#define SETTING_BYTES_MAX (64u << 10)
#define PLACES_MAX 64
#define DATE "YYYYMMDDTHHMMSSZ"
/* No kit comes there; a file that claims more was not made by one. */
#define SEQUENCE_MAX G_GINT64_CONSTANT (1000000000)

static void
place_free (gpointer data)
{
  DkBackupPlace *place = data;

  g_free (place->place);
  g_free (place);
}

DkBackupPlace *
dk_backup_places_find (GPtrArray *places, const char *place)
{
  for (guint i = 0; i < places->len; i++) {
    DkBackupPlace *found = g_ptr_array_index (places, i);
    if (strcmp (found->place, place) == 0)
      return found;
  }
  return NULL;
}

void
dk_backup_places_put (GPtrArray *places, const char *place, gint64 at_ms, gint64 entry)
{
  DkBackupPlace *known = dk_backup_places_find (places, place);

  if (known == NULL) {
    if (places->len >= PLACES_MAX)
      g_ptr_array_remove_index (places, 0);
    known = g_new0 (DkBackupPlace, 1);
    known->place = g_strdup (place);
    g_ptr_array_add (places, known);
  }
  known->at_ms = at_ms;
  known->entry = entry;
}

GPtrArray *
dk_backup_places_load (DkStore *store, gint64 *sequence, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *text = dk_store_get_setting (store, SETTING, &failed);
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (place_free);
  g_autoptr (json_t) setting = NULL;
  const json_t *list;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  if (text != NULL)
    setting = dk_json_parse (text, strlen (text), SETTING_BYTES_MAX, SETTING, error);
  if (text != NULL && setting == NULL)
    return NULL;
  list = json_object_get (setting, "places");
  for (gsize i = 0; i < json_array_size (list); i++) {
    const json_t *place = json_array_get (list, i);
    const char *name = dk_json_get_text (place, "place");
    if (name != NULL)
      dk_backup_places_put (places, name, dk_json_get_int (place, "at", 0),
                            dk_json_get_int (place, "entry", 0));
  }
  *sequence = dk_json_get_int (setting, "sequence", 0);
  return g_steal_pointer (&places);
}

gboolean
dk_backup_places_save (DkStore *store, GPtrArray *places, gint64 sequence, GError **error)
{
  g_autoptr (json_t) setting = json_object ();
  json_t *list = json_array ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < places->len; i++) {
    const DkBackupPlace *place = g_ptr_array_index (places, i);
    json_array_append_new (list, json_pack ("{s:s, s:I, s:I}", "place", place->place, "at",
                                            (json_int_t) place->at_ms, "entry",
                                            (json_int_t) place->entry));
  }
  json_object_set_new (setting, "places", list);
  json_object_set_new (setting, "sequence", json_integer (sequence));
  text = dk_json_canonical (setting, NULL);
  return dk_store_set_setting (store, SETTING, text, error);
}

json_t *
dk_backup_fields (DkStore *store, gint64 sequence, gint64 made_ms)
{
  const DkStoreIdentity *identity = dk_store_identity (store);
  g_autofree char *created = dk_time_format_utc (made_ms);

  return json_pack ("{s:s, s:s, s:I, s:s}", "station", identity->station, "kit", identity->kit_id,
                    "sequence", (json_int_t) sequence, "created", created);
}

/* Sequence of a backup of this kit; 0 if the file is none. Anybody can lay a file into a folder for
 * backups: with a device, only what its key signed counts. */
static gint64
read_sequence (const char *path, const char *kit_id, const DkMinisignPublic *device)
{
  g_autoptr (DkContainer) head = dk_container_open_head (path, NULL);
  const json_t *manifest = head != NULL ? dk_container_manifest (head) : NULL;
  gint64 sequence = dk_json_get_int (manifest, "sequence", 0);

  if (head == NULL || strcmp (dk_container_type (head), DK_BACKUP_TYPE) != 0
      || g_strcmp0 (dk_json_get_text (manifest, "kit"), kit_id) != 0
      || (device != NULL
          && !dk_container_check_signers (head, DK_BACKUP_TYPE, device, 1, NULL, NULL)))
    return 0;
  return sequence > 0 && sequence <= SEQUENCE_MAX ? sequence : 0;
}

gboolean
dk_backup_check_target (const char *path, const char *kit_id, gboolean *replace, GError **error)
{
  if (!dk_output_check_place (path, error) || !dk_file_check_output (path, error))
    return FALSE;
  *replace = dk_file_exists (path);
  if (!*replace || read_sequence (path, kit_id, NULL) > 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "There is a file \"%s\" already that is no backup of this kit. It was left as it "
               "is; choose another name.",
               path);
  return FALSE;
}

gboolean
dk_backup_name_is_ours (const char *name, const char *station)
{
  static const char date[] = DATE;
  gsize size = strlen (station);
  const char *at = name + size + 1;

  if (strncmp (name, station, size) != 0 || name[size] != '-')
    return FALSE;
  for (gsize i = 0; i < sizeof date - 1; i++)
    if (g_ascii_islower (date[i]) || (strchr ("TZ", date[i]) != NULL
                                          ? at[i] != date[i]
                                          : !g_ascii_isdigit (at[i])))
      return FALSE;
  at += sizeof date - 1;
  if (*at != '-' || !g_ascii_isdigit (at[1]))
    return FALSE;
  at += 1 + strspn (at + 1, "0123456789");
  return strcmp (at, DK_BACKUP_END) == 0;
}

typedef struct {
  char *path;
  gint64 sequence;
} Old;

static void
old_free (gpointer data)
{
  Old *old = data;

  g_free (old->path);
  g_free (old);
}

static int
compare_old (gconstpointer a, gconstpointer b)
{
  const Old *first = *(const Old *const *) a;
  const Old *second = *(const Old *const *) b;

  return (first->sequence > second->sequence) - (first->sequence < second->sequence);
}

/* This kit's automatic backups in a folder, oldest first. New array of Old. */
static GPtrArray *
list_old (const char *folder, const char *station, const char *kit_id,
          const DkMinisignPublic *device)
{
  g_autoptr (GPtrArray) names = dk_file_list (folder, DK_BACKUP_FILES_MAX, NULL);
  GPtrArray *found = g_ptr_array_new_with_free_func (old_free);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *path = g_build_filename (folder, name, NULL);
    gint64 sequence
        = dk_backup_name_is_ours (name, station) ? read_sequence (path, kit_id, device) : 0;
    Old *old;
    if (sequence == 0)
      continue;
    old = g_new0 (Old, 1);
    old->path = g_steal_pointer (&path);
    old->sequence = sequence;
    g_ptr_array_add (found, old);
  }
  g_ptr_array_sort (found, compare_old);
  return found;
}

gint64
dk_backup_highest_in (const char *folder, const char *station, const char *kit_id,
                      const DkMinisignPublic *device)
{
  g_autoptr (GPtrArray) old = list_old (folder, station, kit_id, device);

  return old->len > 0 ? ((const Old *) g_ptr_array_index (old, old->len - 1))->sequence : 0;
}

static void
remove_quietly (const char *path)
{
  g_autoptr (GError) failed = NULL;

  if (!dk_file_remove (path, &failed))
    g_debug ("%s", failed->message);
}

static void
remove_leftovers (const char *folder, const char *station)
{
  g_autoptr (GPtrArray) names = dk_file_list (folder, DK_BACKUP_FILES_MAX, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *base = dk_file_writer_leftover_base (name);
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (base != NULL && dk_backup_name_is_ours (base, station))
      remove_quietly (path);
  }
}

void
dk_backup_prune (const char *folder, const char *station, const char *kit_id,
                 const DkMinisignPublic *device, int keep)
{
  g_autoptr (GPtrArray) old = list_old (folder, station, kit_id, device);

  for (guint i = 0; i + (guint) keep < old->len; i++)
    remove_quietly (((const Old *) g_ptr_array_index (old, i))->path);
  remove_leftovers (folder, station);
}
