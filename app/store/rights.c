/* SPDX-License-Identifier: MIT */
#include "app/store/store-private.h"

/* What is not only for people with a name of their own, but for leads and above. */
#define FOR_LEADS(right) \
  ((right) == DK_STORE_HAND_OUT || (right) == DK_STORE_PRINT_VAULT || (right) == DK_STORE_IMPORT)

static const char *const STEPS[] = {
  [DK_STORE_PUSH] = "hand tickets over to the ITSM",
  [DK_STORE_EXPORT] = "export what this kit holds",
  [DK_STORE_HAND_OUT] = "hand out the ledger",
  [DK_STORE_PRINT_VAULT] = "take out all contacts, or what is for leads alone",
  [DK_STORE_IMPORT] = "import contacts",
  [DK_STORE_DECLARE] = "declare an outage",
};

gboolean
dk_store_may (DkStore *store, DkStoreRight right, GError **error)
{
  const DkPerson *person = dk_store_person (store);
  const char *name = dk_store_user (store);

  g_assert (right < G_N_ELEMENTS (STEPS));
  if (person != NULL && dk_person_info (person)->kind == DK_SLOT_SHARED) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "Several people use \"%s\", and none of them may %s: that needs somebody who "
                 "unlocks with a name and passphrase of their own. Nothing was changed.",
                 dk_person_info (person)->name, STEPS[right]);
    return FALSE;
  }
  if (FOR_LEADS (right) && dk_keyring_get (dk_store_keys (store), DK_KEY_LEAD) == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "%s may not %s: that is for a lead, a reconciler or an administrator. Nothing was "
                 "changed.",
                 name, STEPS[right]);
    return FALSE;
  }
  return TRUE;
}
