/* SPDX-License-Identifier: MIT */
/* Whose key a signature was made with is known from the ledger alone: it says which slot and key
 * each person has. */
#include <string.h>

#include "app/base/text.h"
#include "app/db/transaction.h"
#include "app/kit/people.h"
#include "app/kit/rekey-private.h"
#include "app/store/ledger.h"

void
dk_kit_state_key (json_t *body, const DkSlotInfo *info)
{
  g_autofree char *key = dk_text_hex (info->sign_public, sizeof info->sign_public);

  dk_json_set_text (body, "sign_key", key);
}

json_t *
dk_kit_people_body (const DkDirectory *directory)
{
  json_t *list = json_array ();

  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    json_t *person;
    dk_directory_info (directory, i, &info);
    person = dk_kit_slot_body (&info, info.role);
    dk_kit_state_key (person, &info);
    json_array_append_new (list, person);
  }
  return json_pack ("{s:o}", "people", list);
}

static gboolean
is_stated (DkKit *kit, gboolean *stated, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *text = dk_store_get_setting (kit->store, DK_KIT_PEOPLE_STATED, &failed);

  *stated = text != NULL;
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

gboolean
dk_kit_state_people (DkKit *kit, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;
  g_autoptr (json_t) body = NULL;
  gboolean stated;

  if (dk_keyring_get (kit->keys, DK_KEY_ADMIN) == NULL)
    return TRUE;
  if (!is_stated (kit, &stated, error))
    return FALSE;
  if (stated)
    return TRUE;
  body = dk_kit_people_body (kit->directory);
  dk_store_sign_body (kit->store, DK_ENTRY_PEOPLE_STATED, "", body);
  transaction = dk_transaction_new (kit->db, error);
  return transaction != NULL
         && dk_store_set_setting (kit->store, DK_KIT_PEOPLE_STATED, "1", error)
         && dk_ledger_append (kit->store, DK_ENTRY_PEOPLE_STATED, NULL, 0, body, NULL, error)
         && dk_transaction_commit (transaction, error);
}

DkLedgerReport *
dk_kit_verify_ledger (DkKit *kit, const char *held_head, const DkJob *job, GError **error)
{
  g_autoptr (GArray) people = g_array_new (FALSE, TRUE, sizeof (DkLedgerPerson));

  for (guint i = 0; i < dk_directory_count (kit->directory); i++) {
    DkLedgerPerson person = { 0 };
    DkSlotInfo info;
    dk_directory_info (kit->directory, i, &info);
    memcpy (person.slot, info.id, sizeof person.slot);
    memcpy (person.sign_key, info.sign_public, sizeof person.sign_key);
    person.role = info.role;
    g_strlcpy (person.name, info.name, sizeof person.name);
    g_array_append_val (people, person);
  }
  return dk_ledger_verify_with (kit->store, people, held_head, job, error);
}
