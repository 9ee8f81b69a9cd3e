/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/container/container-private.h"
#include "app/container/zip.h"

json_t *
dk_container_describe (const char *name, guint64 size, const guint8 sha256[32],
                       char *const *recipients)
{
  json_t *out = json_object ();
  json_t *list = json_array ();
  g_autofree char *text = dk_text_hex (sha256, 32);

  for (char *const *r = recipients; r != NULL && *r != NULL; r++)
    json_array_append_new (list, dk_json_string (*r));
  json_object_set_new (out, "name", dk_json_string (name));
  json_object_set_new (out, "size", json_integer ((json_int_t) size));
  json_object_set_new (out, "sha256", dk_json_string (text));
  json_object_set_new (out, "recipients", list);
  return out;
}

static json_t *
describe_payloads (const DkContainerPayload *payloads, guint count)
{
  json_t *list = json_array ();

  for (guint i = 0; i < count; i++) {
    guint8 hash[32];
    gsize size;
    const void *data = g_bytes_get_data (payloads[i].bytes, &size);
    dk_sha256 (hash, data, size);
    json_array_append_new (list, dk_container_describe (payloads[i].name, size, hash,
                                                        payloads[i].recipients));
  }
  return list;
}

static DkContainerSignature *
sign_manifest (GBytes *manifest, const char *comment, const DkMinisignSecret *signer)
{
  DkContainerSignature *signature = g_new0 (DkContainerSignature, 1);
  gsize size;
  const void *data = g_bytes_get_data (manifest, &size);
  char *text = dk_minisign_sign (data, size, signer, comment);

  memcpy (signature->id, signer->id, sizeof signature->id);
  signature->id_text = dk_minisign_id_text (signer->id);
  signature->text = g_bytes_new_take (text, strlen (text));
  return signature;
}

static int
compare_signatures (gconstpointer a, gconstpointer b)
{
  const DkContainerSignature *first = *(const DkContainerSignature *const *) a;
  const DkContainerSignature *second = *(const DkContainerSignature *const *) b;

  return strcmp (first->id_text, second->id_text);
}

/* Puts the signatures in order; two of one key are refused. */
static gboolean
sort_signatures (GPtrArray *signatures, GError **error)
{
  if (signatures->len < 1 || signatures->len > DK_CONTAINER_SIGNATURES_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A file has 1 to %d signatures. Nothing was written.",
                 DK_CONTAINER_SIGNATURES_MAX);
    return FALSE;
  }
  g_ptr_array_sort (signatures, compare_signatures);
  for (guint i = 1; i < signatures->len; i++) {
    const DkContainerSignature *before = g_ptr_array_index (signatures, i - 1);
    const DkContainerSignature *after = g_ptr_array_index (signatures, i);
    if (g_str_equal (before->id_text, after->id_text)) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "The key %s has signed this file already. Nothing was written; a second "
                   "signature needs a second key.",
                   after->id_text);
      return FALSE;
    }
  }
  return TRUE;
}

GBytes *
dk_container_assemble (GBytes *manifest, GPtrArray *signatures, const DkContainerPayload *payloads,
                       guint count, GError **error)
{
  g_autoptr (GPtrArray) members = dk_zip_members_new ();
  g_autoptr (GBytes) out = NULL;

  dk_zip_members_add (members, DK_CONTAINER_MANIFEST, manifest);
  for (guint i = 0; i < signatures->len; i++) {
    const DkContainerSignature *signature = g_ptr_array_index (signatures, i);
    g_autofree char *name = dk_container_signature_name (signature->id_text);
    dk_zip_members_add (members, name, signature->text);
  }
  for (guint i = 0; i < count; i++)
    dk_zip_members_add (members, payloads[i].name, payloads[i].bytes);
  out = dk_zip_write (members, error);
  if (out != NULL && g_bytes_get_size (out) > DK_LIMIT_CONTAINER_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This is more than the %u MiB that one file may hold. Nothing was written.",
                 DK_LIMIT_CONTAINER_BYTES >> 20);
    return NULL;
  }
  return g_steal_pointer (&out);
}

static gboolean
has_only_known_fields (const char *type, const json_t *fields, GError **error)
{
  g_autoptr (json_t) known = NULL;
  const char *digest = dk_manifest_digest_name (type);

  if (!dk_container_type_is_known (type)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "There is no file of type \"%s\".", type);
    return FALSE;
  }
  known = dk_manifest_ids (type, fields);
  if (digest != NULL && json_object_get (fields, digest) != NULL)
    json_object_set (known, digest, json_object_get (fields, digest));
  if (json_object_size (known) != json_object_size (fields) + 2) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "A %s has no such facts; nothing was written.",
                 type);
    return FALSE;
  }
  return TRUE;
}

json_t *
dk_container_make_manifest (const char *type, const json_t *fields, json_t *payloads,
                            GError **error)
{
  g_autoptr (json_t) manifest = NULL;
  const char *digest = dk_manifest_digest_name (type);

  if (!has_only_known_fields (type, fields, error))
    return NULL;
  manifest = dk_manifest_ids (type, fields);
  if (digest != NULL && json_object_get (fields, digest) != NULL)
    json_object_set (manifest, digest, json_object_get (fields, digest));
  json_object_set (manifest, "payloads", payloads);
  return dk_manifest_check (manifest, DK_ERROR_INVALID, error) ? g_steal_pointer (&manifest)
                                                               : NULL;
}

GPtrArray *
dk_container_sign (const json_t *manifest, GBytes *bytes, const DkMinisignSecret *signers,
                   guint count, GError **error)
{
  g_autoptr (GPtrArray) signatures = dk_container_signatures_new ();
  g_autofree char *comment = dk_manifest_comment (manifest);

  for (guint i = 0; i < count; i++)
    g_ptr_array_add (signatures, sign_manifest (bytes, comment, &signers[i]));
  return sort_signatures (signatures, error) ? g_steal_pointer (&signatures) : NULL;
}

GBytes *
dk_container_build (const char *type, const json_t *fields, const DkContainerPayload *payloads,
                    guint payload_count, const DkMinisignSecret *signers, guint signer_count,
                    GError **error)
{
  g_autoptr (json_t) described = describe_payloads (payloads, payload_count);
  g_autoptr (json_t) manifest = dk_container_make_manifest (type, fields, described, error);
  g_autoptr (GPtrArray) signatures = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *text;
  gsize size;

  if (manifest == NULL)
    return NULL;
  text = dk_json_canonical (manifest, &size);
  bytes = g_bytes_new_take (text, size);
  signatures = dk_container_sign (manifest, bytes, signers, signer_count, error);
  return signatures != NULL
             ? dk_container_assemble (bytes, signatures, payloads, payload_count, error)
             : NULL;
}

GBytes *
dk_container_add_signature (const DkContainer *container, const DkMinisignSecret *signer,
                            GError **error)
{
  g_autoptr (GPtrArray) signatures = dk_container_signatures_new ();
  g_autofree char *comment = dk_manifest_comment (container->manifest);
  g_autofree DkContainerPayload *payloads = NULL;

  if (!dk_container_check_payloads (container, NULL, error))
    return NULL;
  for (guint i = 0; i < container->signatures->len; i++) {
    const DkContainerSignature *old = g_ptr_array_index (container->signatures, i);
    DkContainerSignature *copy = g_new0 (DkContainerSignature, 1);
    memcpy (copy->id, old->id, sizeof copy->id);
    copy->id_text = g_strdup (old->id_text);
    copy->text = g_bytes_ref (old->text);
    g_ptr_array_add (signatures, copy);
  }
  g_ptr_array_add (signatures, sign_manifest (container->manifest_bytes, comment, signer));
  if (!sort_signatures (signatures, error))
    return NULL;
  payloads = g_new0 (DkContainerPayload, container->payloads->len);
  for (guint i = 0; i < container->payloads->len; i++)
    payloads[i] = *(const DkContainerPayload *) g_ptr_array_index (container->payloads, i);
  return dk_container_assemble (container->manifest_bytes, signatures, payloads,
                                container->payloads->len, error);
}
