/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/container/container-private.h"
#include "app/container/zip.h"

#define SIGNATURE_BYTES_MAX (16u << 10)

static void
signature_free (gpointer data)
{
  DkContainerSignature *signature = data;

  g_free (signature->id_text);
  g_bytes_unref (signature->text);
  g_free (signature);
}

static void
payload_free (gpointer data)
{
  DkContainerPayload *payload = data;

  g_free (payload->name);
  g_clear_pointer (&payload->bytes, g_bytes_unref);
  g_strfreev (payload->recipients);
  g_free (payload);
}

GPtrArray *
dk_container_signatures_new (void)
{
  return g_ptr_array_new_with_free_func (signature_free);
}

char *
dk_container_signature_name (const char *id_text)
{
  return g_strdup_printf (DK_CONTAINER_MANIFEST ".%s.minisig", id_text);
}

static gboolean
refuse (const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "This file is damaged or was changed: %s. Nothing was taken from it; get the file "
               "again.",
               why);
  return FALSE;
}

static gboolean
read_manifest (DkContainer *container, GPtrArray *members, GError **error)
{
  const DkZipMember *first = members->len > 0 ? g_ptr_array_index (members, 0) : NULL;
  gsize size;
  gsize canonical_size;
  const char *text;
  g_autofree char *canonical = NULL;
  g_autoptr (GError) local_error = NULL;

  if (first == NULL || !g_str_equal (first->name, DK_CONTAINER_MANIFEST))
    return refuse ("it does not begin with its manifest", error);
  container->manifest_bytes = g_bytes_ref (first->bytes);
  text = g_bytes_get_data (first->bytes, &size);
  container->manifest = dk_json_parse (text != NULL ? text : "", size, DK_LIMIT_MANIFEST_BYTES,
                                       "the manifest", &local_error);
  if (container->manifest == NULL)
    return refuse (local_error->message, error);
  if (!dk_manifest_check (container->manifest, DK_ERROR_DAMAGED, error))
    return FALSE;
  canonical = dk_json_canonical (container->manifest, &canonical_size);
  if (canonical_size != size || memcmp (canonical, text, size) != 0)
    return refuse ("the manifest is not in its canonical form", error);
  return TRUE;
}

/* The key id in the name, in the file and in what the file is named after must be one. */
static gboolean
read_signature (DkContainer *container, const DkZipMember *member, GError **error)
{
  DkContainerSignature *signature = g_new0 (DkContainerSignature, 1);
  gsize size;
  const char *text = g_bytes_get_data (member->bytes, &size);
  g_autofree char *name = NULL;

  signature->text = g_bytes_ref (member->bytes);
  g_ptr_array_add (container->signatures, signature);
  if (size > SIGNATURE_BYTES_MAX || text == NULL
      || !dk_minisign_signature_id (text, size, signature->id, NULL))
    return refuse ("a signature file is none", error);
  signature->id_text = dk_minisign_id_text (signature->id);
  name = dk_container_signature_name (signature->id_text);
  if (!g_str_equal (name, member->name))
    return refuse ("a signature file has the name of another key", error);
  return TRUE;
}

static gboolean
read_signatures (DkContainer *container, GPtrArray *members, guint count, GError **error)
{
  const char *before = "";

  if (count < 1 || count > DK_CONTAINER_SIGNATURES_MAX)
    return refuse ("it must have 1 to 8 signatures and the parts that its manifest names", error);
  for (guint i = 0; i < count; i++) {
    const DkZipMember *member = g_ptr_array_index (members, 1 + i);
    if (!read_signature (container, member, error))
      return FALSE;
    if (strcmp (before, member->name) >= 0)
      return refuse ("its signatures are not in order", error);
    before = member->name;
  }
  return TRUE;
}

static char **
dup_recipients (const json_t *recipients)
{
  gsize count = json_array_size (recipients);
  char **out = g_new0 (char *, count + 1);

  for (gsize i = 0; i < count; i++)
    out[i] = g_strdup (json_string_value (json_array_get (recipients, i)));
  return out;
}

static gboolean
read_payloads (DkContainer *container, GPtrArray *members, guint first, GError **error)
{
  const json_t *payloads = json_object_get (container->manifest, "payloads");

  for (guint i = 0; i < json_array_size (payloads); i++) {
    const json_t *said = json_array_get (payloads, i);
    const DkZipMember *member = g_ptr_array_index (members, first + i);
    DkContainerPayload *payload;
    if (!g_str_equal (member->name, dk_json_get_text (said, "name")))
      return refuse ("its parts are not those that its manifest names", error);
    if ((gint64) member->size != dk_json_get_int (said, "size", -1))
      return refuse ("a part has another size than its manifest says", error);
    payload = g_new0 (DkContainerPayload, 1);
    payload->name = g_strdup (member->name);
    payload->bytes = member->bytes != NULL ? g_bytes_ref (member->bytes) : NULL;
    payload->recipients = dup_recipients (json_object_get (said, "recipients"));
    g_ptr_array_add (container->payloads, payload);
  }
  return TRUE;
}

/* Of a head the last member is the first payload, and the others are not there. */
DkContainer *
dk_container_take_members (GPtrArray *members, gboolean is_head, GError **error)
{
  g_autoptr (DkContainer) container = g_new0 (DkContainer, 1);
  guint payload_count;
  guint signature_count;

  container->signatures = dk_container_signatures_new ();
  container->payloads = g_ptr_array_new_with_free_func (payload_free);
  container->is_head = is_head;
  if (!read_manifest (container, members, error))
    return NULL;
  payload_count = (guint) json_array_size (json_object_get (container->manifest, "payloads"));
  if (is_head)
    payload_count = 1;
  signature_count = members->len > payload_count ? members->len - payload_count - 1 : 0;
  if (!read_signatures (container, members, signature_count, error)
      || (!is_head && !read_payloads (container, members, 1 + signature_count, error)))
    return NULL;
  return g_steal_pointer (&container);
}

DkContainer *
dk_container_open (GBytes *bytes, GError **error)
{
  const DkZipLimits limits = {
    .members_max = 1 + DK_CONTAINER_SIGNATURES_MAX + DK_CONTAINER_PAYLOADS_MAX,
    .member_bytes_max = DK_LIMIT_CONTAINER_BYTES,
    .total_bytes_max = DK_LIMIT_CONTAINER_BYTES,
  };
  g_autoptr (GPtrArray) members = dk_zip_read (bytes, &limits, "This file", NULL, error);

  return members != NULL ? dk_container_take_members (members, FALSE, error) : NULL;
}

DkContainer *
dk_container_open_file (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = dk_file_read (path, DK_LIMIT_CONTAINER_BYTES, error);

  return bytes != NULL ? dk_container_open (bytes, error) : NULL;
}

void
dk_container_free (DkContainer *container)
{
  if (container == NULL)
    return;
  g_clear_pointer (&container->manifest_bytes, g_bytes_unref);
  json_decref (container->manifest);
  g_clear_pointer (&container->signatures, g_ptr_array_unref);
  g_clear_pointer (&container->payloads, g_ptr_array_unref);
  g_clear_pointer (&container->places, g_ptr_array_unref);
  dk_file_reader_free (container->file);
  g_free (container);
}

const char *
dk_container_type (const DkContainer *container)
{
  return dk_json_get_text (container->manifest, "type");
}

const json_t *
dk_container_manifest (const DkContainer *container)
{
  return container->manifest;
}

GBytes *
dk_container_manifest_bytes (const DkContainer *container)
{
  return container->manifest_bytes;
}

static char *
bytes_text (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strndup (data != NULL ? data : "", size);
}

char *
dk_container_manifest_text (const DkContainer *container)
{
  return bytes_text (dk_container_manifest_bytes (container));
}

guint
dk_container_signature_count (const DkContainer *container)
{
  return container->signatures->len;
}

const char *
dk_container_signature_id (const DkContainer *container, guint i)
{
  const DkContainerSignature *signature = g_ptr_array_index (container->signatures, i);

  return signature->id_text;
}

GBytes *
dk_container_signature (const DkContainer *container, guint i)
{
  const DkContainerSignature *signature = g_ptr_array_index (container->signatures, i);

  return signature->text;
}

json_t *
dk_container_signatures (const DkContainer *container)
{
  json_t *object = json_object ();

  for (guint i = 0; i < dk_container_signature_count (container); i++) {
    g_autofree char *text = bytes_text (dk_container_signature (container, i));
    if (g_utf8_validate (text, -1, NULL))
      dk_json_set_text (object, dk_container_signature_id (container, i), text);
  }
  return object;
}

gboolean
dk_container_is_verified (const DkContainer *container)
{
  return container->verified;
}

guint
dk_container_payload_count (const DkContainer *container)
{
  return container->payloads->len;
}

const DkContainerPayload *
dk_container_payload_at (const DkContainer *container, guint i)
{
  return g_ptr_array_index (container->payloads, i);
}

GBytes *
dk_container_payload (const DkContainer *container, const char *name)
{
  g_assert (container->verified && container->file == NULL);
  for (guint i = 0; i < container->payloads->len; i++) {
    const DkContainerPayload *payload = g_ptr_array_index (container->payloads, i);
    if (g_str_equal (payload->name, name))
      return payload->bytes;
  }
  return NULL;
}
