/* SPDX-License-Identifier: MIT */
/* The strict zip and what is in it. Input that begins as a zip is read as it is: what passes is an
 * honest container, down to its manifest. Any other input is the manifest of a container that the
 * trusted signer has signed. */
#include <string.h>

#include "app/container/container-private.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/samples.h"

static const char *const types[] = { "pack", "bundle", "receipt", "backup" };

/* Everything that can be asked of a container before and after it is verified. */
static gboolean
look_at (DkContainer *container)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  g_autoptr (GPtrArray) signers = NULL;
  g_autoptr (GError) error = NULL;
  DkMinisignPublic key;
  gboolean verified;

  dk_fuzz_signer (&secret, &key);
  g_assert_true (dk_container_type_is_known (dk_container_type (container)));
  for (guint i = 0; i < dk_container_signature_count (container); i++) {
    g_assert_cmpuint (strlen (dk_container_signature_id (container, i)), ==, 16);
    g_assert_nonnull (dk_container_signature (container, i));
  }
  verified = dk_container_verify (container, dk_container_type (container), &key, 1, &signers, NULL,
                                  &error);
  g_assert_true (verified == dk_container_is_verified (container));
  g_assert_true (verified == (error == NULL));
  for (guint i = 0; verified && i < dk_container_payload_count (container); i++) {
    const DkContainerPayload *payload = dk_container_payload_at (container, i);

    g_assert_true (dk_container_payload (container, payload->name) == payload->bytes);
  }
  return verified;
}

static void
read_raw (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContainer) container = dk_container_open (bytes, &error);
  gboolean is_honest = FALSE;

  g_assert_true ((container == NULL) == (error != NULL));
  if (container == NULL || !look_at (container))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GBytes) honest = dk_fuzz_container (types[i]);
    g_autoptr (DkContainer) twin = dk_container_open (honest, NULL);

    is_honest |= g_bytes_equal (dk_container_manifest_bytes (container),
                                dk_container_manifest_bytes (twin));
  }
  g_assert_true (is_honest);
}

static void
read_manifest (const guint8 *data, gsize size)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  g_autoptr (GPtrArray) signatures = dk_container_signatures_new ();
  g_autoptr (GBytes) manifest = g_bytes_new_static (data, size);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (json_t) document = dk_json_parse ((const char *) data, size, size, "manifest", NULL);
  g_autofree char *comment = NULL;
  g_autofree char *text = NULL;
  DkMinisignPublic key;
  DkContainerSignature *signature = g_new0 (DkContainerSignature, 1);
  guint count;
  const DkContainerPayload *payloads = dk_fuzz_payloads (&count);

  dk_fuzz_signer (&secret, &key);
  if (document != NULL && dk_manifest_check (document, DK_ERROR_INVALID, NULL))
    comment = dk_manifest_comment (document);
  text = dk_minisign_sign (data, size, &secret, comment != NULL ? comment : "dk-container v=1");
  memcpy (signature->id, key.id, sizeof key.id);
  signature->id_text = dk_minisign_id_text (key.id);
  signature->text = g_bytes_new (text, strlen (text));
  g_ptr_array_add (signatures, signature);
  bytes = dk_container_assemble (manifest, signatures, payloads, count, NULL);
  container = bytes != NULL ? dk_container_open (bytes, NULL) : NULL;
  if (container != NULL)
    (void) look_at (container);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size >= 2 && memcmp (data, "PK", 2) == 0)
    read_raw (data, size);
  else if (size > 0)
    read_manifest (data, size);
  return 0;
}
