/* SPDX-License-Identifier: MIT */
#include "app/kit/people.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/json.h"
#include "app/base/text.h"
#include "app/db/transaction.h"
#include "app/kit/escrow.h"
#include "app/kit/rekey-private.h"
#include "app/store/ledger.h"
#include "app/store/person-seed.h"

#define BIT(i) (1u << (i))

static gboolean
find_person (DkKit *kit, const char *name, const char *step, guint *index, DkSlotInfo *out,
             GError **error)
{
  int found = dk_directory_find (kit->directory, name);
  g_autofree char *shown = dk_text_printable (name, FALSE);

  if (found < 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "This kit has nobody of the name %s. Nothing was changed; dkit user list shows "
                 "who can open it.",
                 shown);
    return FALSE;
  }
  *index = (guint) found;
  dk_directory_info (kit->directory, *index, out);
  if (out->kind != DK_SLOT_RECOVERY)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "\"%s\" is the printed recovery code, which nobody can %s. Nothing was changed; "
               "make a new code instead: dkit recovery rotate.",
               out->name, step);
  return FALSE;
}

static gboolean
is_me (DkKit *kit, const DkSlotInfo *info)
{
  return memcmp (dk_person_info (kit->person)->id, info->id, sizeof info->id) == 0;
}

/* The code in the envelope is nobody who comes to work, and who has an end is nobody one day: two
 * administrators could end each other. */
static gboolean
check_admin_stays (DkKit *kit, const DkSlotInfo *leaving, GError **error)
{
  for (guint i = 0; i < dk_directory_count (kit->directory); i++) {
    DkSlotInfo info;
    dk_directory_info (kit->directory, i, &info);
    if (info.kind == DK_SLOT_PERSON && info.role == DK_ROLE_ADMIN
        && info.valid_until_ms == 0
        && memcmp (info.id, leaving->id, sizeof info.id) != 0)
      return TRUE;
  }
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s is the only administrator of this kit whose time has no end, and it needs one. "
               "Nothing was changed; add another administrator without an end first.",
               leaving->name);
  return FALSE;
}

/* The escrow is sealed anew to whom was chosen once, which nobody but people can judge. */
static void
tell_escrow (DkKit *kit, const DkSlotInfo *left)
{
  g_autoptr (DkEscrowState) state = dk_escrow_get_state (kit, NULL);

  if (left->role == DK_ROLE_ADMIN && state != NULL && state->recipient != NULL)
    dk_kit_add_message (kit,
                        "The escrow on record is sealed to %s, and was made anew for it. If %s or "
                        "somebody else who left holds that identity, choose another one now: dkit "
                        "escrow write.",
                        state->recipient, left->name);
}

gboolean
dk_kit_remove_user (DkKit *kit, const char *name, const DkJob *job, GError **error)
{
  DkRekeyCause cause = { .renew = BIT (DK_KEY_OPEN) | BIT (DK_KEY_LEAD) | BIT (DK_KEY_SEND),
                         .why = "user-removed", .kind = "user-removed" };
  g_autoptr (json_t) body = NULL;
  g_autoptr (GBytes) before = NULL;
  DkSlotInfo info;
  guint index;

  if (!dk_kit_require_admin (kit, "remove people", error)
      || !find_person (kit, name, "remove", &index, &info, error))
    return FALSE;
  if (is_me (kit, &info)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Nobody can remove themselves. Nothing was changed; another administrator does "
                 "that.");
    return FALSE;
  }
  if (info.role == DK_ROLE_ADMIN && !check_admin_stays (kit, &info, error))
    return FALSE;
  before = dk_db_get_directory (kit->db, error);
  if (before == NULL)
    return FALSE;
  cause.before = before;
  body = dk_kit_slot_body (&info, info.role);
  cause.object = info.name;
  cause.body = body;
  cause.forget_seed = info.id;
  if (info.role == DK_ROLE_ADMIN)
    cause.renew |= BIT (DK_KEY_ADMIN);
  dk_directory_remove (kit->directory, index);
  if (!dk_kit_rekey_for (kit, &cause, job, error))
    return FALSE;
  tell_escrow (kit, &info);
  return TRUE;
}

/* Keys that the new role lacks; those of the device are everybody's. */
static guint
keys_lost (DkRole before, DkRole after)
{
  guint lost = 0;

  for (int i = 0; i < DK_KEY_COUNT; i++)
    if (dk_role_holds (before, (DkKeyId) i) && !dk_role_holds (after, (DkKeyId) i))
      lost |= BIT (i);
  return lost;
}

/* An end that is over already is a removal that leaves the keys as they are. */
static gboolean
check_new_end (const DkSlotInfo *info, const DkAccess *access, GError **error)
{
  if (access->valid_until_ms == 0 || access->valid_until_ms == info->valid_until_ms
      || access->valid_until_ms > dk_clock_wall_ms ())
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "That end is over already. Nothing was changed; give one that lies ahead, or remove "
               "%s, which renews the keys as well: dkit user remove.",
               info->name);
  return FALSE;
}

static gboolean
check_access (DkKit *kit, const DkSlotInfo *info, const DkAccess *access, GError **error)
{
  gboolean ends = access->valid_until_ms > 0
                  && (info->valid_until_ms == 0 || access->valid_until_ms < info->valid_until_ms);

  if (info->kind == DK_SLOT_SHARED && access->role != DK_ROLE_FRONTLINE) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is shared by several people and stays front-line. Nothing was changed; add a "
                 "person with a name of their own.",
                 info->name);
    return FALSE;
  }
  if (is_me (kit, info) && (access->role != info->role || ends)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Nobody can take away their own rights. Nothing was changed; another "
                 "administrator does that.");
    return FALSE;
  }
  return info->role != DK_ROLE_ADMIN || (access->role == DK_ROLE_ADMIN && !ends)
         || check_admin_stays (kit, info, error);
}

/* Promoted, or another end: nobody loses a key. */
static gboolean
change_slot (DkKit *kit, GBytes *before, const DkSlotInfo *info, json_t *body, gboolean promoted,
             GError **error)
{
  const DkPeopleNote note = { .kind = "user-changed",
                              .object = info->name,
                              .body = body,
                              .slot = info->id,
                              .forget_seed = promoted };

  dk_directory_sign (kit->directory, kit->keys);
  return dk_kit_write_people (kit, before, &note, error);
}

/* What opens with a new passphrase could not be tried. */
static gboolean
check_not_over (const char *name, gint64 valid_until_ms, GError **error)
{
  if (valid_until_ms == 0 || valid_until_ms > dk_clock_wall_ms ())
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The time of %s in this kit is over. Nothing was changed; an administrator gives a "
               "new end first: dkit user set NAME --valid-until T.",
               name);
  return FALSE;
}

gboolean
dk_kit_needs_new_passphrase (DkRole before, DkRole after)
{
  return before == DK_ROLE_FRONTLINE && after != DK_ROLE_FRONTLINE;
}

static gboolean
check_new_passphrase (const DkSlotInfo *info, const DkAccess *access, GError **error)
{
  if (!dk_kit_needs_new_passphrase (info->role, access->role))
    return TRUE;
  if (access->passphrase != NULL)
    return check_not_over (info->name, access->valid_until_ms, error);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s is front-line, so leads can open the keys of %s. The new role needs new keys "
               "and a new passphrase with them. Nothing was changed; give one.",
               info->name, info->name);
  return FALSE;
}

/* Nobody of before may hold the keys of the new role. */
static gboolean
renew_person (DkKit *kit, guint index, const DkAccess *access, json_t *body, GError **error)
{
  DkSlotInfo info;

  if (!dk_directory_renew_seed (kit->directory, index, kit->person, access->passphrase, access->kdf,
                                kit->keys, NULL, error))
    return FALSE;
  dk_directory_sign (kit->directory, kit->keys);
  dk_directory_info (kit->directory, index, &info);
  dk_kit_state_key (body, &info);
  return dk_kit_check_slot (kit, info.name, access->passphrase, error);
}

gboolean
dk_kit_set_user (DkKit *kit, const char *name, const DkAccess *access, const DkJob *job,
                 GError **error)
{
  DkRekeyCause cause = { .why = "user-changed", .kind = "user-changed" };
  g_autoptr (GBytes) before = NULL;
  g_autoptr (json_t) body = NULL;
  g_autofree char *until = dk_time_format_utc (access->valid_until_ms);
  DkSlotInfo info;
  guint index;

  if (!dk_kit_require_admin (kit, "change the rights of people", error)
      || !find_person (kit, name, "give rights to", &index, &info, error)
      || !check_access (kit, &info, access, error) || !check_new_end (&info, access, error)
      || !check_new_passphrase (&info, access, error))
    return FALSE;
  before = dk_db_get_directory (kit->db, error);
  if (before == NULL)
    return FALSE;
  body = dk_kit_slot_body (&info, access->role);
  dk_json_set_text (body, "role_before", dk_role_name (info.role));
  dk_json_set_text (body, "valid_until", access->valid_until_ms > 0 ? until : NULL);
  dk_directory_set_role (kit->directory, index, access->role, access->valid_until_ms, kit->keys);
  if (dk_kit_needs_new_passphrase (info.role, access->role)
      && !renew_person (kit, index, access, body, error)) {
    dk_kit_take_back_directory (kit, before);
    return FALSE;
  }
  cause.renew = keys_lost (info.role, access->role);
  if (cause.renew == 0)
    return change_slot (kit, before, &info, body, info.role != access->role, error);
  cause.object = info.name;
  cause.body = body;
  cause.before = before;
  return dk_kit_rekey_for (kit, &cause, job, error);
}

static gboolean
check_may_reset (DkKit *kit, const DkSlotInfo *info, GError **error)
{
  if (is_me (kit, info) && info->kind != DK_SLOT_SHARED) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This is your own passphrase, which you know. Nothing was changed; dkit passwd "
                 "changes it.");
    return FALSE;
  }
  if (kit->is_read_only)
    return dk_kit_require_admin (kit, "give anybody a new passphrase", error);
  if (dk_keyring_get (kit->keys, DK_KEY_ADMIN) != NULL
      || (info->role == DK_ROLE_FRONTLINE && dk_keyring_get (kit->keys, DK_KEY_LEAD) != NULL))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "%s may not give %s a new passphrase: a lead can do that for front-line people, an "
               "administrator for everybody. Nothing was changed.",
               dk_person_info (kit->person)->name, info->name);
  return FALSE;
}

/* With the seed that is kept for leads; *done stays FALSE where there is none that fits, and who
 * asks may put in a new one. */
static gboolean
wrap_kept_seed (DkKit *kit, guint index, const DkSlotInfo *info, const DkSecret *passphrase,
                DkKdfParams kdf, gboolean *done, GError **error)
{
  g_autoptr (DkSecret) seed = NULL;
  g_autoptr (GError) failed = NULL;

  if (!dk_person_seed_get (kit->store, info->id, &seed, error))
    return FALSE;
  if (seed == NULL)
    return TRUE;
  *done = dk_directory_reset (kit->directory, index, seed, kit->person, passphrase, kdf, &failed);
  if (*done
      || (g_error_matches (failed, DK_ERROR, DK_ERROR_DAMAGED)
          && dk_keyring_get (kit->keys, DK_KEY_ADMIN) != NULL))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* *new_seed becomes a new secret if the person got new keys, which only an admin can put in. */
static gboolean
wrap_anew (DkKit *kit, guint index, const DkSlotInfo *info, const DkSecret *passphrase,
           DkKdfParams kdf, DkSecret **new_seed, GError **error)
{
  gboolean done = FALSE;

  if (info->role == DK_ROLE_FRONTLINE
      && !wrap_kept_seed (kit, index, info, passphrase, kdf, &done, error))
    return FALSE;
  if (done)
    return TRUE;
  if (dk_keyring_get (kit->keys, DK_KEY_ADMIN) == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "What a lead needs to give %s a new passphrase is not in this kit. Nothing was "
                 "changed; an administrator can do it.",
                 info->name);
    return FALSE;
  }
  if (!dk_directory_renew_seed (kit->directory, index, kit->person, passphrase, kdf, kit->keys,
                                new_seed, error))
    return FALSE;
  dk_directory_sign (kit->directory, kit->keys);
  return TRUE;
}

static gboolean
note_reset (DkKit *kit, GBytes *before, guint index, const DkSlotInfo *info,
            const DkSecret *new_seed, GError **error)
{
  DkSlotInfo now;
  const DkSlotInfo *me = dk_person_info (kit->person);
  g_autofree char *by = dk_text_hex (me->id, sizeof me->id);
  g_autoptr (json_t) body = dk_kit_slot_body (info, info->role);
  const DkPeopleNote note = { .kind = "user-reset",
                              .object = info->name,
                              .body = body,
                              .slot = info->id,
                              .seed = info->role == DK_ROLE_FRONTLINE ? new_seed : NULL };

  dk_directory_info (kit->directory, index, &now);
  if (new_seed != NULL)
    dk_kit_state_key (body, &now);
  dk_json_set_text (body, "by", by);
  json_object_set_new (body, "new_keys", json_boolean (new_seed != NULL));
  return dk_kit_write_people (kit, before, &note, error);
}

gboolean
dk_kit_reset_user (DkKit *kit, const char *name, const DkSecret *passphrase, DkKdfParams kdf,
                   GError **error)
{
  g_autoptr (GBytes) before = NULL;
  g_autoptr (DkSecret) new_seed = NULL;
  DkSlotInfo info;
  guint index;

  if (!find_person (kit, name, "reset", &index, &info, error)
      || !check_may_reset (kit, &info, error)
      || !check_not_over (info.name, info.valid_until_ms, error))
    return FALSE;
  before = dk_db_get_directory (kit->db, error);
  if (before == NULL)
    return FALSE;
  if (wrap_anew (kit, index, &info, passphrase, kdf, &new_seed, error)
      && dk_kit_check_slot (kit, info.name, passphrase, error))
    return note_reset (kit, before, index, &info, new_seed, error);
  dk_kit_take_back_directory (kit, before);
  return FALSE;
}

DkDirectory *
dk_kit_read_people (DkKit *kit, GError **error)
{
  g_autoptr (GBytes) bytes = dk_db_get_directory (kit->db, error);
  gsize size;
  const guint8 *data;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  return dk_directory_parse (data, size, NULL, error);
}
