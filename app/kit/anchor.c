/* SPDX-License-Identifier: MIT */
#include "app/kit/anchor-private.h"

#include <string.h>

#include "app/base/file.h"
#include "app/base/json.h"
#include "app/base/platform.h"
#include "app/base/text.h"
#include "app/kit/kit-private.h"
#include "app/store/ledger.h"
#include "app/store/ticket-store.h"

#define SIZE_MAX_BYTES 16384
#define MAC_USE "dk-anchr"
#define ANCHOR_END ".anchor"
#define ANCHORS_MAX 10000

void
dk_anchor_free (DkAnchor *anchor)
{
  if (anchor == NULL)
    return;
  g_free (anchor->chain);
  g_free (anchor->head);
  g_free (anchor->machine);
  g_free (anchor->path);
  g_free (anchor);
}

char *
dk_anchor_path (const char *folder, const char *kit_id)
{
  g_autofree char *real = dk_platform_real_path (folder);
  g_autofree char *machine = dk_platform_real_path (DK_KIT_MACHINE_FOLDER);
  g_autofree char *within = g_strconcat (machine, G_DIR_SEPARATOR_S, NULL);
  g_autofree char *name = g_strconcat (kit_id, ANCHOR_END, NULL);

  if (g_str_has_prefix (real, within))
    return g_build_filename (DK_KIT_MACHINE_FOLDER, ".state", name, NULL);
  return g_build_filename (g_get_user_state_dir (), "downtime-kit", name, NULL);
}

DkAnchor *
dk_anchor_of_kit (DkStore *store, const char *folder, GError **error)
{
  g_autoptr (DkAnchor) anchor = g_new0 (DkAnchor, 1);

  if (!dk_ledger_head (store, &anchor->chain, &anchor->seq, &anchor->head, error)
      || !dk_ticket_store_counter (store, &anchor->number, error))
    return NULL;
  anchor->key_epoch = dk_store_key_epoch (store);
  anchor->machine = dk_platform_machine_id ();
  anchor->path = dk_platform_real_path (folder);
  return g_steal_pointer (&anchor);
}

static void
make_mac (const char *text, const DkSecret *open_key, char hex[65])
{
  guint8 key[DK_KEY_SIZE];
  guint8 mac[32];
  g_autofree char *made = NULL;

  dk_derive_key (key, dk_secret_get (open_key), 1, MAC_USE);
  dk_hash (mac, sizeof mac, text, strlen (text), key);
  made = dk_text_hex (mac, sizeof mac);
  g_strlcpy (hex, made, 65);
  dk_secret_wipe (key, sizeof key);
}

/* Canonical JSON, LF, MAC in hex, LF. */
gboolean
dk_anchor_write (const char *path, const char *kit_id, const DkSecret *open_key,
                 const DkAnchor *anchor, gboolean durable, GError **error)
{
  g_autoptr (json_t) facts = json_object ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = NULL;
  g_autofree char *whole = NULL;
  char mac[65];

  json_object_set_new (facts, "v", json_integer (1));
  dk_json_set_text (facts, "kit", kit_id);
  dk_json_set_text (facts, "chain", anchor->chain);
  json_object_set_new (facts, "seq", json_integer (anchor->seq));
  dk_json_set_text (facts, "head", anchor->head);
  json_object_set_new (facts, "number", json_integer ((json_int_t) anchor->number));
  if (anchor->key_epoch > 0)
    json_object_set_new (facts, "epoch", json_integer (anchor->key_epoch));
  dk_json_set_text (facts, "machine", anchor->machine);
  dk_json_set_text (facts, "path", anchor->path);
  text = dk_json_canonical (facts, NULL);
  make_mac (text, open_key, mac);
  whole = g_strdup_printf ("%s\n%s\n", text, mac);
  return dk_file_make_folder (folder, error)
         && dk_file_replace (path, whole, strlen (whole),
                             durable ? DK_FILE_DURABLE : DK_FILE_NOT_SYNCED, error);
}

static DkAnchor *
parse (const char *text, const char *kit_id)
{
  g_autoptr (json_t) facts
      = dk_json_parse (text, strlen (text), SIZE_MAX_BYTES, "The anchor", NULL);
  DkAnchor *anchor;

  if (facts == NULL || dk_json_get_int (facts, "v", 0) != 1
      || g_strcmp0 (dk_json_get_text (facts, "kit"), kit_id) != 0)
    return NULL;
  anchor = g_new0 (DkAnchor, 1);
  anchor->chain = g_strdup (dk_json_get_text (facts, "chain"));
  anchor->seq = dk_json_get_int (facts, "seq", 0);
  anchor->head = g_strdup (dk_json_get_text (facts, "head"));
  anchor->number = (guint64) dk_json_get_int (facts, "number", 0);
  anchor->key_epoch = (guint32) CLAMP (dk_json_get_int (facts, "epoch", 0), 0, G_MAXUINT32);
  anchor->machine = g_strdup (dk_json_get_text (facts, "machine"));
  anchor->path = g_strdup (dk_json_get_text (facts, "path"));
  return anchor;
}

DkAnchor *
dk_anchor_read (const char *path, const char *kit_id, const DkSecret *open_key)
{
  g_autoptr (GBytes) bytes = dk_file_read (path, SIZE_MAX_BYTES, NULL);
  g_auto (GStrv) lines = NULL;
  g_autofree char *whole = NULL;
  char mac[65];

  if (bytes == NULL)
    return NULL;
  whole = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (whole, "\n", 4);
  if (g_strv_length (lines) != 3 || strlen (lines[1]) != 64)
    return NULL;
  make_mac (lines[0], open_key, mac);
  return dk_equal (mac, lines[1], 64) ? parse (lines[0], kit_id) : NULL;
}

static gboolean
is_hex (const char *text, gsize size)
{
  return text != NULL && strlen (text) == size && strspn (text, "0123456789abcdef") == size;
}

DkAnchor *
dk_anchor_read_unproven (const char *path, const char *kit_id)
{
  g_autoptr (GBytes) bytes = dk_file_read (path, SIZE_MAX_BYTES, NULL);
  g_autofree char *text = NULL;
  g_autoptr (DkAnchor) anchor = NULL;

  if (bytes == NULL)
    return NULL;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  text[strcspn (text, "\n")] = '\0';
  anchor = parse (text, kit_id);
  if (anchor == NULL || !is_hex (anchor->chain, 8) || !is_hex (anchor->head, 64)
      || anchor->seq < 1 || anchor->machine == NULL || anchor->path == NULL)
    return NULL;
  return g_steal_pointer (&anchor);
}

/* Without a key the MAC cannot be checked, so this is a hint. */
static char *
read_path_hint (const char *file)
{
  g_autoptr (GBytes) bytes = dk_file_read (file, SIZE_MAX_BYTES, NULL);
  g_autofree char *text = NULL;
  g_autoptr (json_t) facts = NULL;

  if (bytes == NULL)
    return NULL;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  text[strcspn (text, "\n")] = '\0';
  facts = dk_json_parse (text, strlen (text), SIZE_MAX_BYTES, "The anchor", NULL);
  return facts != NULL ? g_strdup (dk_json_get_text (facts, "path")) : NULL;
}

static void
add_folders (GPtrArray *folders, const char *state)
{
  g_autoptr (GPtrArray) names = dk_file_list (state, ANCHORS_MAX, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *file = g_build_filename (state, name, NULL);
    char *folder = g_str_has_suffix (name, ANCHOR_END) ? read_path_hint (file) : NULL;
    if (folder != NULL)
      g_ptr_array_add (folders, folder);
  }
}

GPtrArray *
dk_anchor_known_folders (void)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *personal = g_build_filename (g_get_user_state_dir (), "downtime-kit", NULL);

  add_folders (folders, DK_KIT_MACHINE_FOLDER G_DIR_SEPARATOR_S ".state");
  add_folders (folders, personal);
  return folders;
}

static gboolean
was_here (DkStore *store, const DkAnchor *kit, gboolean *same, GError **error)
{
  g_autofree char *machine = dk_store_get_setting (store, "machine", error);
  g_autofree char *path = machine != NULL ? dk_store_get_setting (store, "path", error) : NULL;

  if (path == NULL) {
    if (error != NULL && *error == NULL)
      g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                   "This kit does not say where it was made. Restore it from a backup.");
    return FALSE;
  }
  *same = strcmp (machine, kit->machine) == 0 && strcmp (path, kit->path) == 0;
  return TRUE;
}

gboolean
dk_anchor_judge (DkStore *store, const DkAnchor *kit, const DkAnchor *anchor, const char **reason,
                 guint64 *floor, gboolean *renew, GError **error)
{
  g_autofree char *hash = NULL;
  gboolean same;

  *reason = NULL;
  *floor = kit->number;
  *renew = anchor == NULL;
  if (!was_here (store, kit, &same, error))
    return FALSE;
  if (!same) {
    *reason = "copied or moved";
    *floor = MAX (kit->number, anchor != NULL ? anchor->number : 0);
    return TRUE;
  }
  if (anchor == NULL)
    return TRUE;
  if (!dk_ledger_hash_at (store, anchor->chain, anchor->seq, &hash, error))
    return FALSE;
  /* The kit must contain the very entry that the anchor remembers; it may have gone on from it. */
  if (g_strcmp0 (hash, anchor->head) != 0 || kit->number < anchor->number) {
    *reason = "restored from an older copy, or its journal was cut";
    *floor = MAX (kit->number, anchor->number);
  } else if (strcmp (anchor->machine, kit->machine) != 0 || strcmp (anchor->path, kit->path) != 0) {
    *reason = "copied or moved";
    *floor = MAX (kit->number, anchor->number);
  }
  return TRUE;
}
