/* SPDX-License-Identifier: MIT */
/* What one person answers for carries that person's own signature: the device key would only say
 * that somebody had the kit open. */
#include <string.h>

#include "app/base/text.h"
#include "app/form/form.h"
#include "app/model/entry.h"
#include "app/store/ledger-check-private.h"
#include "app/store/store-private.h"

/* The second person signs over the first one's signature, and under another label: so neither can
 * be taken for the other. */
#define LABEL_FIRST "dk-person v1"
#define LABEL_SECOND "dk-second v1"

gboolean
dk_store_needs_second (const char *kind)
{
  return g_strv_contains (
      (const char *const[]) { DK_ENTRY_TICKET_ERASE, DK_ENTRY_TICKET_HOLD_RELEASED, NULL }, kind);
}

/* FORMAT.md, "Signed bodies". */
static char *
message_of (const char *kit, const char *label, const char *kind, const char *object,
            const json_t *body)
{
  g_autofree char *text = dk_json_canonical (body, NULL);

  return g_strjoin ("\n", label, kit, kind, object != NULL ? object : "", text, NULL);
}

static void
sign_as (DkStore *store, const DkPerson *person, const char *label, const char *member,
         const char *kind, const char *object, json_t *body)
{
  g_autofree char *message
      = message_of (dk_store_identity (store)->kit_id, label, kind, object, body);
  g_autofree char *slot = dk_text_hex (dk_person_info (person)->id, 16);
  g_autofree char *key = dk_text_hex (dk_person_info (person)->sign_public, 32);
  g_autofree char *hex = NULL;
  guint8 signature[64];
  json_t *made = json_object ();

  dk_person_sign (person, signature, message, strlen (message));
  hex = dk_text_hex (signature, sizeof signature);
  dk_json_set_text (made, "slot", slot);
  dk_json_set_text (made, "key", key);
  dk_json_set_text (made, "signature", hex);
  json_object_set_new (body, member, made);
}

void
dk_store_sign_body (DkStore *store, const char *kind, const char *object, json_t *body)
{
  /* Here too: what the ledger masks after it was signed would not verify any more. */
  (void) dk_form_mask_keys (body);
  if (dk_store_person (store) != NULL)
    sign_as (store, dk_store_person (store), LABEL_FIRST, "signed", kind, object, body);
}

void
dk_store_sign_body_second (DkStore *store, const DkPerson *second, const char *kind,
                           const char *object, json_t *body)
{
  g_assert (json_object_get (body, "signed") != NULL);
  sign_as (store, second, LABEL_SECOND, "second", kind, object, body);
}

static gboolean
check_signature (const char *kit, const json_t *made, const char *label, const char *kind,
                 const char *object, const json_t *body)
{
  g_autofree char *message = message_of (kit, label, kind, object, body);
  guint8 signature[64];
  guint8 key[32];

  return dk_text_unhex (dk_json_get_text (made, "key"), key, sizeof key)
         && dk_text_unhex (dk_json_get_text (made, "signature"), signature, sizeof signature)
         && dk_verify (signature, message, strlen (message), key);
}

static gboolean
is_same_member (const json_t *a, const json_t *b, const char *name)
{
  const char *first = dk_json_get_text (a, name);
  const char *second = dk_json_get_text (b, name);

  return first == NULL || second == NULL || g_ascii_strcasecmp (first, second) == 0;
}

gboolean
dk_signed_check (const char *kit_id, const char *kind, const char *object, const json_t *body)
{
  const json_t *first = json_object_get (body, "signed");
  const json_t *second = json_object_get (body, "second");
  g_autoptr (json_t) bare = NULL;

  if (second == NULL && dk_store_needs_second (kind))
    return FALSE;
  if (first == NULL)
    return second == NULL;
  bare = json_copy ((json_t *) (guintptr) body);
  json_object_del (bare, "second");
  if (second != NULL
      && (is_same_member (first, second, "key") || is_same_member (first, second, "slot")
          || !check_signature (kit_id, second, LABEL_SECOND, kind, object, bare)))
    return FALSE;
  json_object_del (bare, "signed");
  return check_signature (kit_id, first, LABEL_FIRST, kind, object, bare);
}

gboolean
dk_store_check_signed (DkStore *store, const char *kind, const char *object, const json_t *body)
{
  return dk_signed_check (dk_store_identity (store)->kit_id, kind, object, body);
}
