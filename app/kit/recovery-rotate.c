/* SPDX-License-Identifier: MIT */
#include "app/base/json.h"
#include "app/base/text.h"
#include "app/crypto/recovery.h"
#include "app/db/transaction.h"
#include "app/kit/escrow.h"
#include "app/kit/kit-private.h"
#include "app/kit/recovery.h"
#include "app/kit/rekey-private.h"
#include "app/store/ledger.h"

#define CODE_SIZE 16
#define KIND "recovery-rotated"

/* Of the slot that the printed code opens; FALSE if the kit has none. */
static gboolean
find_slot (const DkDirectory *directory, guint *index, DkSlotInfo *out)
{
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    dk_directory_info (directory, i, out);
    if (out->kind == DK_SLOT_RECOVERY) {
      *index = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* Which keys the holder of the code before may have: those are drawn anew if it was used. */
static gboolean
find_keys_to_renew (DkKit *kit, const DkRecoveryRotation *rotation, guint *renew, GError **error)
{
  gint64 used_ms = 0;
  guint index;
  DkSlotInfo info;

  *renew = 0;
  if (!dk_kit_recovery_used (kit, &used_ms, error))
    return FALSE;
  if (!find_slot (kit->directory, &index, &info) || (used_ms == 0 && !rotation->renew_keys))
    return TRUE;
  *renew = 1u << DK_KEY_OPEN | 1u << DK_KEY_LEAD | 1u << DK_KEY_SEND;
  if (info.role == DK_ROLE_ADMIN)
    *renew |= 1u << DK_KEY_ADMIN;
  return TRUE;
}

/* In memory alone. *replaces becomes the id of the slot of before in hex, a new string. */
static gboolean
exchange_slot (DkKit *kit, DkRole role, const DkSecret *code, char **replaces, GError **error)
{
  guint index;
  DkSlotInfo info;

  if (find_slot (kit->directory, &index, &info)) {
    *replaces = dk_text_hex (info.id, sizeof info.id);
    dk_directory_remove (kit->directory, index);
  }
  if (!dk_directory_add (kit->directory, DK_SLOT_RECOVERY, role, DK_KIT_RECOVERY_NAME, 0, code,
                         (DkKdfParams){ 0, 0 }, kit->keys, NULL, error))
    return FALSE;
  dk_directory_sign (kit->directory, kit->keys);
  return dk_kit_check_slot (kit, DK_KIT_RECOVERY_NAME, code, error);
}

guint
dk_kit_recovery_number (DkKit *kit)
{
  g_autofree char *text = dk_store_get_setting (kit->store, DK_KIT_RECOVERY_NUMBER, NULL);

  return text != NULL ? (guint) CLAMP (g_ascii_strtoll (text, NULL, 10), 1, G_MAXINT) : 1;
}

static json_t *
make_body (DkKit *kit, const DkRecoveryRotation *rotation, guint renew, const char *replaces)
{
  json_t *body;
  DkSlotInfo info;
  guint index;

  g_assert (find_slot (kit->directory, &index, &info));
  body = dk_kit_slot_body (&info, info.role);
  dk_kit_state_key (body, &info);
  dk_json_set_text (body, "replaces", replaces);
  json_object_set_new (body, "with_admin", json_boolean (rotation->with_admin));
  json_object_set_new (body, "keys_renewed", json_boolean (renew != 0));
  json_object_set_new (body, "number", json_integer (dk_kit_recovery_number (kit) + 1));
  return body;
}

/* The warning goes with this, so it comes last: whatever breaks off before keeps it. */
static gboolean
settle_rotation (DkKit *kit, json_t *body, gboolean with_entry, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_transaction_new (kit->db, error);
  g_autofree char *seq = g_strdup_printf ("%" G_GUINT64_FORMAT, dk_directory_seq (kit->directory));
  g_autofree char *number = g_strdup_printf ("%u", dk_kit_recovery_number (kit) + 1);

  if (with_entry)
    dk_store_sign_body (kit->store, KIND, "", body);
  return transaction != NULL && dk_store_set_setting (kit->store, "dir_seq", seq, error)
         && dk_kit_note_copies (kit->store, kit->directory, error)
         && dk_store_set_setting (kit->store, DK_KIT_RECOVERY_OPEN, NULL, error)
         && dk_store_set_setting (kit->store, DK_KIT_RECOVERY_NUMBER, number, error)
         && (!with_entry || dk_ledger_append (kit->store, KIND, NULL, 0, body, NULL, error))
         && dk_transaction_commit (transaction, error);
}

/* Whoever held the code before gets none of the new keys: the slot goes and the keys change in one
 * step. */
static gboolean
write_rotation (DkKit *kit, json_t *body, guint renew, const DkJob *job, GError **error)
{
  const DkRekeyCause cause
      = { .renew = renew, .why = KIND, .kind = KIND, .object = "", .body = body };

  if (renew != 0 && !dk_kit_rekey_for (kit, &cause, job, error))
    return FALSE;
  if (renew == 0 && !dk_kit_write_directory (kit, error)) {
    g_prefix_error (error, "The recovery code before may be void already, and the new one cannot "
                           "be shown; make one again once this is mended. ");
    return FALSE;
  }
  if (settle_rotation (kit, body, renew == 0, error))
    return TRUE;
  g_prefix_error (error, "The recovery code before is void, and the new one cannot be shown; make "
                         "one again once this is mended. ");
  return FALSE;
}

/* The code must be shown whatever becomes of this. */
static void
renew_escrow (DkKit *kit)
{
  g_autoptr (GError) failed = NULL;

  if (!dk_escrow_renew (kit, &failed))
    dk_kit_add_message (kit, "The escrow could not be renewed: %s", failed->message);
}

gboolean
dk_kit_rotate_recovery (DkKit *kit, const DkRecoveryRotation *rotation, const DkJob *job,
                        DkSecret **code, GError **error)
{
  DkRole role = rotation->with_admin ? DK_ROLE_ADMIN : DK_ROLE_LEAD;
  g_autoptr (DkSecret) bytes = NULL;
  g_autoptr (GBytes) before = NULL;
  g_autoptr (json_t) body = NULL;
  g_autofree char *replaces = NULL;
  guint renew;

  if (!dk_kit_require_admin (kit, "make a new recovery code", error)
      || !find_keys_to_renew (kit, rotation, &renew, error))
    return FALSE;
  before = dk_db_get_directory (kit->db, error);
  if (before == NULL)
    return FALSE;
  bytes = dk_secret_new_random (CODE_SIZE);
  if (!exchange_slot (kit, role, bytes, &replaces, error)) {
    dk_kit_take_back_directory (kit, before);
    return FALSE;
  }
  body = make_body (kit, rotation, renew, replaces);
  if (!write_rotation (kit, body, renew, job, error))
    return FALSE;
  renew_escrow (kit);
  *code = dk_recovery_format (bytes);
  return TRUE;
}
