/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/json.h"
#include "app/base/text.h"
#include "app/crypto/minisign.h"
#include "app/db/statement.h"
#include "app/db/transaction.h"
#include "app/kit/people.h"
#include "app/kit/rekey-private.h"
#include "app/store/ledger.h"
#include "app/store/person-seed.h"

gboolean
dk_kit_require_admin (DkKit *kit, const char *what, GError **error)
{
  if (kit->is_read_only)
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
                 "Nothing can be stored now: the disk is full or refuses. Nothing was changed; "
                 "make room or have the right to write put in order, lock the kit and try again.");
  else if (dk_keyring_get (kit->keys, DK_KEY_ADMIN) == NULL)
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "%s may not %s: that needs the kit's administrator. Nothing was changed.",
                 dk_person_info (kit->person)->name, what);
  else
    return TRUE;
  return FALSE;
}

gboolean
dk_kit_check_slot (DkKit *kit, const char *name, const DkSecret *passphrase, GError **error)
{
  g_autoptr (GBytes) bytes = dk_directory_bytes (kit->directory, kit->keys);
  g_autoptr (DkDirectory) again
      = dk_directory_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, error);
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkPerson) person = NULL;

  return again != NULL
         && dk_directory_unlock (again, name, passphrase, dk_clock_wall_ms (), &keys, &person,
                                 error);
}

void
dk_kit_take_back_directory (DkKit *kit, GBytes *before)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (before, &size);
  DkDirectory *directory = dk_directory_parse (bytes, size, NULL, NULL);

  g_assert (directory != NULL);
  dk_directory_free (kit->directory);
  kit->directory = directory;
}

json_t *
dk_kit_slot_body (const DkSlotInfo *info, DkRole role)
{
  g_autofree char *slot = dk_text_hex (info->id, sizeof info->id);
  json_t *body = json_object ();

  dk_json_set_text (body, "name", info->name);
  dk_json_set_text (body, "role", dk_role_name (role));
  dk_json_set_text (body, "slot", slot);
  return body;
}

static gboolean
store_note (DkKit *kit, const DkPeopleNote *note, GError **error)
{
  g_autofree char *seq = g_strdup_printf ("%" G_GUINT64_FORMAT, dk_directory_seq (kit->directory));

  dk_store_sign_body (kit->store, note->kind, note->object, note->body);
  return dk_store_set_setting (kit->store, "dir_seq", seq, error)
         && (note->seed == NULL || dk_person_seed_keep (kit->store, note->slot, note->seed, error))
         && (!note->forget_seed || dk_person_seed_forget (kit->store, note->slot, error))
         && dk_ledger_append (kit->store, note->kind, note->object, 0, note->body, NULL, error);
}

/* FALSE if the disk refuses that as well: what remains is found and entered at the next unlock. */
static gboolean
put_back (DkKit *kit, GBytes *before)
{
  g_autoptr (GError) failed = NULL;

  for (guint copy = 0; copy < 2 && failed == NULL; copy++) {
    g_autoptr (GBytes) bytes = g_bytes_new_from_bytes (
        before, (gsize) copy * DK_DB_DIRECTORY_COPY_SIZE, DK_DB_DIRECTORY_COPY_SIZE);
    if (!dk_db_write_directory (kit->db, copy, bytes, &failed))
      g_debug ("the list of people was not put back: %s", failed->message);
  }
  return failed == NULL;
}

/* The entry is committed last, since it needs room on the disk and the directory needs none. */
gboolean
dk_kit_write_people (DkKit *kit, GBytes *before, const DkPeopleNote *note, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_transaction_new (kit->db, error);
  gboolean written = FALSE;

  if (transaction != NULL && store_note (kit, note, error)) {
    written = TRUE;
    if (dk_kit_write_directory (kit, error) && dk_transaction_commit (transaction, error)) {
      dk_kit_try_note_copies (kit);
      return TRUE;
    }
  }
  if (written && !put_back (kit, before))
    g_prefix_error (error, "This change of people or passphrases may hold all the same: unlock "
                           "the kit again and look. ");
  dk_kit_take_back_directory (kit, before);
  return FALSE;
}

/* Two names that look alike could not be told apart in an entry or on the phone. */
static gboolean
check_name_is_new (DkKit *kit, const char *name, GError **error)
{
  g_autofree char *folded = dk_text_fold (name);

  if (!dk_kit_check_spelling (name, error))
    return FALSE;
  for (guint i = 0; i < dk_directory_count (kit->directory); i++) {
    DkSlotInfo info;
    g_autofree char *other = NULL;
    dk_directory_info (kit->directory, i, &info);
    other = dk_text_fold (info.name);
    if (strcmp (info.name, name) == 0 || strcmp (other, folded) != 0)
      continue;
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This kit has %s already, and the two names would be mixed up. Nothing was "
                 "changed; choose a name that differs in more than capitals and accents.",
                 info.name);
    return FALSE;
  }
  return TRUE;
}

/* A slot of which nobody could tell whether it opens. */
static gboolean
check_end_is_ahead (gint64 valid_until_ms, GError **error)
{
  if (valid_until_ms == 0 || valid_until_ms > dk_clock_wall_ms ())
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "That end is over already. Nothing was changed; give one that lies ahead.");
  return FALSE;
}

static gboolean
note_added (DkKit *kit, GBytes *before, const DkSlotInfo *info, const DkSecret *seed,
            GError **error)
{
  g_autoptr (json_t) body = dk_kit_slot_body (info, info->role);
  const DkPeopleNote note = { .kind = "user-added",
                              .object = info->name,
                              .body = body,
                              .slot = info->id,
                              .seed = info->role == DK_ROLE_FRONTLINE ? seed : NULL };

  dk_kit_state_key (body, info);
  json_object_set_new (body, "shared", json_boolean (info->kind == DK_SLOT_SHARED));
  return dk_kit_write_people (kit, before, &note, error);
}

static gboolean
add (DkKit *kit, DkSlotKind kind, DkRole role, const char *name, const DkSecret *passphrase,
     gint64 valid_until_ms, DkKdfParams kdf, GError **error)
{
  g_autoptr (GBytes) before = NULL;
  g_autoptr (DkSecret) seed = NULL;
  DkSlotInfo info;

  if (!dk_kit_require_admin (kit, "add people", error) || !check_name_is_new (kit, name, error)
      || !check_end_is_ahead (valid_until_ms, error))
    return FALSE;
  before = dk_db_get_directory (kit->db, error);
  if (before == NULL
      || !dk_directory_add (kit->directory, kind, role, name, valid_until_ms, passphrase, kdf,
                            kit->keys, &seed, error))
    return FALSE;
  dk_directory_sign (kit->directory, kit->keys);
  dk_directory_info (kit->directory, (guint) dk_directory_find (kit->directory, name), &info);
  if (!dk_kit_check_slot (kit, name, passphrase, error)) {
    dk_kit_take_back_directory (kit, before);
    return FALSE;
  }
  return note_added (kit, before, &info, seed, error);
}

gboolean
dk_kit_add_user (DkKit *kit, const char *name, DkRole role, const DkSecret *passphrase,
                 gint64 valid_until_ms, DkKdfParams kdf, GError **error)
{
  return add (kit, DK_SLOT_PERSON, role, name, passphrase, valid_until_ms, kdf, error);
}

gboolean
dk_kit_add_shared (DkKit *kit, const char *name, const DkSecret *passphrase, gint64 valid_until_ms,
                   DkKdfParams kdf, GError **error)
{
  return add (kit, DK_SLOT_SHARED, DK_ROLE_FRONTLINE, name, passphrase, valid_until_ms, kdf, error);
}

static gboolean
may_change_passphrase (DkKit *kit, GError **error)
{
  const DkSlotInfo *me = dk_person_info (kit->person);

  if (kit->is_read_only)
    return dk_kit_require_admin (kit, "change a passphrase", error);
  if (me->kind != DK_SLOT_SHARED)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "Several people use the passphrase of \"%s\", so none of them changes it. Nothing "
               "was changed; a lead or an administrator does: dkit user reset.",
               me->name);
  return FALSE;
}

gboolean
dk_kit_change_passphrase (DkKit *kit, const DkSecret *passphrase, DkKdfParams kdf, GError **error)
{
  const char *name = dk_person_info (kit->person)->name;
  g_autoptr (json_t) body = json_object ();
  const DkPeopleNote note = { .kind = "passphrase-changed", .object = name, .body = body };
  g_autoptr (GBytes) before = NULL;

  if (!may_change_passphrase (kit, error))
    return FALSE;
  before = dk_db_get_directory (kit->db, error);
  if (before == NULL || !dk_directory_rewrap (kit->directory, kit->person, passphrase, kdf, error))
    return FALSE;
  if (dk_kit_check_slot (kit, name, passphrase, error))
    return dk_kit_write_people (kit, before, &note, error);
  dk_kit_take_back_directory (kit, before);
  return FALSE;
}
