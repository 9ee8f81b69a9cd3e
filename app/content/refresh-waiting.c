/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/container/age-file.h"
#include "app/content/pack-apply.h"
#include "app/content/refresh-private.h"
#include "app/store/old-key-store.h"

#define NAMES_MAX 1000
#define SEALED_BYTES_MAX (DK_LIMIT_UNSEALED_PACK_BYTES + (1u << 20)) /* with what sealing adds */
#define LOCK_FILE ".refresh.lock"

void
dk_waiting_pack_free (DkWaitingPack *pack)
{
  if (pack == NULL)
    return;
  g_free (pack->file);
  g_free (pack->name);
  g_free (pack->route);
  g_free (pack);
}

static void
free_pack (gpointer pack)
{
  dk_waiting_pack_free (pack);
}

DkFileLock *
dk_refresh_lock (const char *incoming, GError **error)
{
  g_autofree char *path = g_build_filename (incoming, LOCK_FILE, NULL);
  g_autoptr (GError) failed = NULL;
  DkFileLock *lock = dk_platform_lock_file (path, &failed);

  if (lock != NULL)
    return lock;
  if (g_error_matches (failed, DK_ERROR, DK_ERROR_BUSY))
    g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
                 "Another process is fetching packs for this kit. Nothing was changed; wait until "
                 "it is done.");
  else
    g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

static gint64
time_of (const json_t *object, const char *key)
{
  const char *text = dk_json_get_text (object, key);
  gint64 ms = 0;

  if (text == NULL || !dk_time_parse (text, key, &ms, NULL))
    return 0;
  return ms;
}

/* Only the file itself knows what it says of itself; the book stands in for one that is sealed. */
static void
fill_in (DkWaitingPack *pack, const char *path, const DkRefreshHints *hints, const json_t *noted)
{
  g_autoptr (DkContainer) head = pack->sealed ? NULL : dk_container_open_head (path, NULL);
  const json_t *facts = head != NULL ? dk_container_manifest (head) : NULL;

  if (pack->sealed)
    facts = noted;
  pack->route = g_strdup (dk_json_get_text (noted, "route"));
  if (pack->fetched_ms == 0)
    pack->fetched_ms = dk_json_get_int (noted, "fetched_ms", 0);
  pack->name = g_strdup (dk_json_get_text (facts, "name"));
  pack->created_ms = time_of (facts, "created");
  if (facts != NULL)
    pack->sequence = dk_json_get_int (facts, "sequence", 0);
  else if (dk_refresh_is_own_name (pack->file))
    pack->sequence = g_ascii_strtoll (pack->file, NULL, 10);
  pack->has_signer = head != NULL ? dk_refresh_hints_know (hints, head)
                                  : dk_json_get_bool (facts, "signer", FALSE);
}

/* NULL for what is no pack by its name or no file. */
static DkWaitingPack *
look_at (const char *incoming, const char *file, const DkRefreshHints *hints,
         const DkRefreshBook *book)
{
  gboolean sealed = g_str_has_suffix (file, DK_REFRESH_SEALED);
  g_autofree char *path = g_build_filename (incoming, file, NULL);
  g_autoptr (GFile) there = NULL;
  g_autoptr (GFileInfo) info = NULL;
  const json_t *noted = dk_refresh_book_waiting (book, file);
  DkWaitingPack *pack;

  if (file[0] == '.' || (!sealed && !g_str_has_suffix (file, DK_REFRESH_PLAIN))
      || !g_utf8_validate (file, -1, NULL) || dk_platform_path_kind (path) != DK_FILE_REGULAR)
    return NULL;
  there = g_file_new_for_path (path);
  info
      = g_file_query_info (there, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_TIME_MODIFIED,
                           G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  if (info == NULL)
    return NULL;
  pack = g_new0 (DkWaitingPack, 1);
  pack->file = g_strdup (file);
  pack->sealed = sealed;
  pack->size = (guint64) MAX (0, g_file_info_get_size (info));
  pack->fetched_ms = dk_json_get_int (noted, "fetched_ms", 0);
  if (pack->fetched_ms == 0)
    pack->fetched_ms
        = (gint64) g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED) * 1000;
  fill_in (pack, path, hints, noted);
  return pack;
}

static int
compare_packs (gconstpointer a, gconstpointer b)
{
  const DkWaitingPack *left = *(const DkWaitingPack *const *) a;
  const DkWaitingPack *right = *(const DkWaitingPack *const *) b;

  if (left->has_signer != right->has_signer)
    return left->has_signer ? -1 : 1;
  if (left->sequence != right->sequence)
    return left->sequence > right->sequence ? -1 : 1;
  if (left->created_ms != right->created_ms)
    return left->created_ms > right->created_ms ? -1 : 1;
  return -strcmp (left->file, right->file);
}

GPtrArray *
dk_refresh_list (const char *incoming, const DkRefreshHints *hints, const DkRefreshBook *book,
                 GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (GPtrArray) names = dk_file_list (incoming, NAMES_MAX, &failed);
  g_autoptr (GPtrArray) packs = g_ptr_array_new_with_free_func (free_pack);

  if (names == NULL && !g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  for (guint i = 0; names != NULL && i < names->len; i++) {
    DkWaitingPack *pack = look_at (incoming, g_ptr_array_index (names, i), hints, book);
    if (pack != NULL)
      g_ptr_array_add (packs, pack);
  }
  g_ptr_array_sort (packs, compare_packs);
  return g_steal_pointer (&packs);
}

GPtrArray *
dk_refresh_waiting (const char *folder, GError **error)
{
  g_autoptr (DkRefreshHints) hints = dk_refresh_hints_read (folder, error);
  g_autofree char *incoming = dk_refresh_folder (folder);
  g_autoptr (DkRefreshBook) book = hints != NULL ? dk_refresh_book_read (incoming) : NULL;

  return book != NULL ? dk_refresh_list (incoming, hints, book, error) : NULL;
}

static gboolean
check_file (const char *file, GError **error)
{
  if (strchr (file, '/') == NULL && file[0] != '.'
      && (g_str_has_suffix (file, DK_REFRESH_PLAIN) || g_str_has_suffix (file, DK_REFRESH_SEALED)))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "No pack of that name waits. Nothing was changed; see `dkit pack waiting`.");
  return FALSE;
}

/* What waits sealed. Borrowed. */
typedef struct {
  DkFileReader *file;
  const DkJob *job;
} Sealed;

/* GBytes, new reference. */
static gpointer
unseal (const DkSecret *key, gpointer data, GError **error)
{
  const Sealed *sealed = data;

  return dk_age_open_part (sealed->file, 0, dk_file_reader_size (sealed->file), key, NULL,
                           sealed->job, error);
}

static GBytes *
unseal_with_any (GPtrArray *keys, const char *path, const DkJob *job, GError **error)
{
  g_autoptr (DkFileReader) file = dk_file_reader_new (path, error);

  if (file == NULL)
    return NULL;
  if (dk_file_reader_size (file) > SEALED_BYTES_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "What waits there is larger than the %u MiB that a pack may have whose content is "
                 "not sealed. Nothing was taken from it.",
                 DK_LIMIT_UNSEALED_PACK_BYTES >> 20);
    return NULL;
  }
  return dk_old_key_store_try (keys, unseal, &(Sealed) { .file = file, .job = job }, error);
}

GPtrArray *
dk_refresh_keys (DkKit *kit, GError **error)
{
  return dk_old_key_store_list (dk_kit_store (kit), DK_KEY_DEVICE_AGE, error);
}

DkContainer *
dk_refresh_open_with (const char *folder, const char *file, GPtrArray *keys, const DkJob *job,
                      GError **error)
{
  g_autofree char *incoming = dk_refresh_folder (folder);
  g_autofree char *path = g_build_filename (incoming, file, NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (!check_file (file, error))
    return NULL;
  if (!g_str_has_suffix (file, DK_REFRESH_SEALED))
    return dk_container_open_in_place (path, job, error);
  bytes = unseal_with_any (keys, path, job, error);
  return bytes != NULL ? dk_container_open (bytes, error) : NULL;
}

/* One that is not sealed is not read to its end before its signer is known to count. */
DkContainer *
dk_refresh_open (DkKit *kit, const char *file, const DkJob *job, GError **error)
{
  g_autofree char *incoming = dk_refresh_folder (dk_kit_folder (kit));
  g_autofree char *path = g_build_filename (incoming, file, NULL);
  g_autoptr (GPtrArray) keys = NULL;

  if (!check_file (file, error))
    return NULL;
  if (!g_str_has_suffix (file, DK_REFRESH_SEALED))
    return dk_pack_open_file (kit, path, error);
  keys = dk_refresh_keys (kit, error);
  return keys != NULL ? dk_refresh_open_with (dk_kit_folder (kit), file, keys, job, error) : NULL;
}

static gboolean
say_nothing_waits (GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "No pack waits for this kit. Nothing was changed; fetch one with `dkit pack "
               "refresh`, or name the file.");
  return FALSE;
}

/* After these the next pack would fare no better. */
static gboolean
ends_trying (const GError *failed)
{
  return failed->domain != DK_ERROR || failed->code == DK_ERROR_STORAGE
         || failed->code == DK_ERROR_BUSY || failed->code == DK_ERROR_MEMORY;
}

gboolean
dk_refresh_try (DkKit *kit, DkWaitingUse use, gpointer data, char **file, GPtrArray **refusals,
                const DkJob *job, GError **error)
{
  g_autoptr (GPtrArray) packs = dk_refresh_waiting (dk_kit_folder (kit), error);
  g_autoptr (GPtrArray) sentences = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) first = NULL;

  if (packs == NULL || (packs->len == 0 && !say_nothing_waits (error)))
    return FALSE;
  for (guint i = 0; i < packs->len; i++) {
    const DkWaitingPack *pack = g_ptr_array_index (packs, i);
    g_autoptr (GError) refused = NULL;
    g_autoptr (DkContainer) container = dk_refresh_open (kit, pack->file, job, &refused);
    if (container != NULL && use (kit, container, data, &refused)) {
      *file = g_strdup (pack->file);
      if (refusals != NULL)
        *refusals = g_steal_pointer (&sentences);
      return TRUE;
    }
    g_ptr_array_add (sentences, g_strdup_printf ("%s: %s", pack->file, refused->message));
    if (ends_trying (refused) || first == NULL) {
      g_clear_error (&first);
      first = g_error_copy (refused);
    }
    if (ends_trying (refused))
      break;
  }
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

/* Removes it and remembers that. */
static gboolean
put_away (const char *incoming, DkRefreshBook *book, const char *file, GError **error)
{
  g_autofree char *path = g_build_filename (incoming, file, NULL);

  if (!dk_file_remove (path, error))
    return FALSE;
  dk_refresh_book_settle (book, file);
  return TRUE;
}

void
dk_refresh_settle (const char *folder, const char *name, gint64 sequence)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *incoming = dk_refresh_folder (folder);
  g_autoptr (DkFileLock) lock = dk_refresh_lock (incoming, &failed);
  g_autoptr (DkRefreshHints) hints = dk_refresh_hints_read (folder, NULL);
  g_autoptr (DkRefreshBook) book = hints != NULL ? dk_refresh_book_read (incoming) : NULL;
  g_autoptr (GPtrArray) packs = book != NULL ? dk_refresh_list (incoming, hints, book, NULL) : NULL;
  guint removed = 0;

  for (guint i = 0; packs != NULL && i < packs->len; i++) {
    const DkWaitingPack *pack = g_ptr_array_index (packs, i);
    g_autoptr (GError) stays = NULL;
    if (g_strcmp0 (pack->name, name) != 0 || pack->sequence > sequence)
      continue;
    if (put_away (incoming, book, pack->file, &stays))
      removed++;
    else
      g_debug ("a waiting pack was not removed: %s", stays->message);
  }
  if (lock == NULL) /* who holds it writes the book later; then this pack may come once more */
    g_debug ("what was applied was not noted: %s", failed->message);
  else if (removed > 0 && !dk_refresh_book_write (book, &failed))
    g_debug ("what was applied was not noted: %s", failed->message);
}

gboolean
dk_refresh_discard (const char *folder, const char *file, GError **error)
{
  g_autofree char *incoming = dk_refresh_folder (folder);
  g_autofree char *path = g_build_filename (incoming, file, NULL);
  g_autoptr (DkFileLock) lock = NULL;
  g_autoptr (DkRefreshBook) book = NULL;

  if (!check_file (file, error))
    return FALSE;
  if (!dk_file_exists (path)) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "No pack of that name waits any more. Nothing was changed.");
    return FALSE;
  }
  lock = dk_refresh_lock (incoming, error);
  if (lock == NULL)
    return FALSE;
  book = dk_refresh_book_read (incoming);
  return put_away (incoming, book, file, error) && dk_refresh_book_write (book, error);
}
