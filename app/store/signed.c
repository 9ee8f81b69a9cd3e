/* SPDX-License-Identifier: MIT */
/* What one person answers for carries that person's own signature: the device key would only say
 * that somebody had the kit open. */
#include <string.h>

#include "app/base/text.h"
#include "app/store/store-private.h"

/* FORMAT.md, "Signed bodies". */
static char *
message_of (DkStore *store, const char *kind, const char *object, const json_t *body)
{
  g_autofree char *text = dk_json_canonical (body, NULL);

  return g_strjoin ("\n", "dk-person v1", dk_store_identity (store)->kit_id, kind,
                    object != NULL ? object : "", text, NULL);
}

void
dk_store_sign_body (DkStore *store, const char *kind, const char *object, json_t *body)
{
  const DkPerson *person = dk_store_person (store);
  g_autofree char *message = NULL;
  g_autofree char *slot = NULL;
  g_autofree char *key = NULL;
  g_autofree char *hex = NULL;
  guint8 signature[64];
  json_t *made;

  if (person == NULL)
    return;
  message = message_of (store, kind, object, body);
  dk_person_sign (person, signature, message, strlen (message));
  slot = dk_text_hex (dk_person_info (person)->id, sizeof dk_person_info (person)->id);
  key = dk_text_hex (dk_person_info (person)->sign_public, 32);
  hex = dk_text_hex (signature, sizeof signature);
  made = json_object ();
  dk_json_set_text (made, "slot", slot);
  dk_json_set_text (made, "key", key);
  dk_json_set_text (made, "signature", hex);
  json_object_set_new (body, "signed", made);
}

gboolean
dk_store_check_signed (DkStore *store, const char *kind, const char *object, const json_t *body)
{
  const json_t *made = json_object_get (body, "signed");
  g_autoptr (json_t) bare = NULL;
  g_autofree char *message = NULL;
  guint8 signature[64];
  guint8 key[32];

  if (made == NULL)
    return TRUE;
  if (!dk_text_unhex (dk_json_get_text (made, "key"), key, sizeof key)
      || !dk_text_unhex (dk_json_get_text (made, "signature"), signature, sizeof signature))
    return FALSE;
  bare = json_copy ((json_t *) (guintptr) body);
  json_object_del (bare, "signed");
  message = message_of (store, kind, object, bare);
  return dk_verify (signature, message, strlen (message), key);
}
