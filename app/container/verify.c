/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/container/container-private.h"

typedef enum { SIGNER_UNKNOWN, SIGNER_HOLDS, SIGNER_WRONG } Verdict;

/* Two keys may share an id by accident or on purpose; one that holds is enough. */
static Verdict
check_signature (const DkContainer *container, const DkContainerSignature *signature,
                 const char *comment, const DkMinisignPublic *keys, guint count)
{
  Verdict verdict = SIGNER_UNKNOWN;
  gsize size;
  gsize text_size;
  const void *data = g_bytes_get_data (container->manifest_bytes, &size);
  const char *text = g_bytes_get_data (signature->text, &text_size);

  for (guint i = 0; i < count; i++) {
    g_autofree char *found = NULL;
    if (memcmp (keys[i].id, signature->id, sizeof signature->id) != 0)
      continue;
    verdict = SIGNER_WRONG;
    if (dk_minisign_verify (data, size, text, text_size, &keys[i], &found, NULL)
        && g_str_equal (found, comment))
      return SIGNER_HOLDS;
  }
  return verdict;
}

gboolean
dk_container_signature_holds (const char *manifest, const char *signature,
                              const DkMinisignPublic *key)
{
  g_autoptr (json_t) read = dk_json_parse (manifest, strlen (manifest), DK_LIMIT_MANIFEST_BYTES,
                                           DK_CONTAINER_MANIFEST, NULL);
  g_autofree char *expected = NULL;
  g_autofree char *found = NULL;

  if (read == NULL || !dk_manifest_check (read, DK_ERROR_DAMAGED, NULL))
    return FALSE;
  expected = dk_manifest_comment (read);
  return dk_minisign_verify (manifest, strlen (manifest), signature, strlen (signature), key,
                             &found, NULL)
         && g_str_equal (found, expected);
}

static gboolean
refuse_unknown (const DkContainer *container, GError **error)
{
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < container->signatures->len; i++) {
    const DkContainerSignature *signature = g_ptr_array_index (container->signatures, i);
    g_string_append_printf (ids, "%s%s", i > 0 ? ", " : "", signature->id_text);
  }
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "This %s is signed by a key that this kit does not know (ID %s). Nothing was "
               "applied. Ask whoever looks after the kits which key signs for them; do not enrol "
               "a key because of this message.",
               dk_container_type (container), ids->str);
  return FALSE;
}

static gboolean
refuse_damaged (const DkContainer *container, const char *what, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "This %s was changed or damaged after it was signed (%s). Nothing was taken from "
               "it; get the file again.",
               dk_container_type (container), what);
  return FALSE;
}

/* The ids of the keys whose signatures hold; NULL if there is none or one is wrong. */
static GPtrArray *
check_signatures (const DkContainer *container, const DkMinisignPublic *keys, guint count,
                  GError **error)
{
  g_autofree char *comment = dk_manifest_comment (container->manifest);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < container->signatures->len; i++) {
    const DkContainerSignature *signature = g_ptr_array_index (container->signatures, i);
    Verdict verdict = check_signature (container, signature, comment, keys, count);
    if (verdict == SIGNER_WRONG) {
      refuse_damaged (container, signature->id_text, error);
      return NULL;
    }
    if (verdict == SIGNER_HOLDS)
      g_ptr_array_add (ids, g_strdup (signature->id_text));
  }
  if (ids->len == 0) {
    refuse_unknown (container, error);
    return NULL;
  }
  return g_steal_pointer (&ids);
}

/* In hex; of a file it was computed while its shape was checked. New string. */
static char *
hash_payload (const DkContainer *container, guint i)
{
  const DkContainerPayload *payload = g_ptr_array_index (container->payloads, i);
  guint8 hash[32];
  gsize size;
  const void *data;

  if (container->file != NULL) {
    const DkZipMember *place = g_ptr_array_index (container->places, i);
    return dk_text_hex (place->sha256, sizeof place->sha256);
  }
  data = g_bytes_get_data (payload->bytes, &size);
  dk_sha256 (hash, data, size);
  return dk_text_hex (hash, sizeof hash);
}

gboolean
dk_container_check_payloads (const DkContainer *container, const DkJob *job, GError **error)
{
  const json_t *payloads = json_object_get (container->manifest, "payloads");

  for (guint i = 0; i < container->payloads->len; i++) {
    const DkContainerPayload *payload = g_ptr_array_index (container->payloads, i);
    g_autofree char *text = NULL;
    if (!dk_job_step (job, i, container->payloads->len, "checking", error))
      return FALSE;
    text = hash_payload (container, i);
    if (!g_str_equal (text, dk_json_get_text (json_array_get (payloads, i), "sha256")))
      return refuse_damaged (container, payload->name, error);
  }
  return TRUE;
}

gboolean
dk_container_check_signers (const DkContainer *container, const char *type,
                            const DkMinisignPublic *keys, guint count, GPtrArray **signer_ids,
                            GError **error)
{
  g_autoptr (GPtrArray) ids = NULL;

  if (!g_str_equal (dk_container_type (container), type)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This file is a %s, but a %s is needed here. Nothing was changed; choose another "
                 "file.",
                 dk_container_type (container), type);
    return FALSE;
  }
  ids = check_signatures (container, keys, count, error);
  if (ids == NULL)
    return FALSE;
  if (signer_ids != NULL)
    *signer_ids = g_steal_pointer (&ids);
  return TRUE;
}

gboolean
dk_container_verify (DkContainer *container, const char *type, const DkMinisignPublic *keys,
                     guint count, GPtrArray **signer_ids, const DkJob *job, GError **error)
{
  g_autoptr (GPtrArray) ids = NULL;

  g_assert (!container->is_head);
  if (!dk_container_check_signers (container, type, keys, count, &ids, error)
      || !dk_container_check_payloads (container, job, error))
    return FALSE;
  container->verified = TRUE;
  if (signer_ids != NULL)
    *signer_ids = g_steal_pointer (&ids);
  return TRUE;
}
