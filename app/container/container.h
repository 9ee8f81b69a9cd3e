/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/file-pieces.h"
#include "app/base/job.h"
#include "app/base/json.h"
#include "app/base/secret.h"
#include "app/crypto/minisign.h"

G_BEGIN_DECLS

/* The one signed file shape of packs, bundles, receipts and backups (FORMAT.md): a strict zip of
 * manifest.json, one to eight signatures over its bytes, and the payloads that it names. The steps
 * are open (shape only, trust nothing), verify (signatures, then size and SHA-256 of each payload),
 * payload. Any thread, one container per thread. */

typedef struct DkContainer DkContainer;

/* One payload to write, or what the manifest says about one. */
typedef struct {
  char *name;
  GBytes *bytes;
  char **recipients; /* age1..., sorted, NULL-terminated; NULL or empty where it is not sealed */
} DkContainerPayload;

/* The types: "pack", "bundle", "receipt", "backup". TRUE if `type` is one. */
gboolean dk_container_type_is_known (const char *type);

/* Reads the shape and the manifest; checks no signature yet. DK_ERROR_DAMAGED if a byte cannot be
 * as it was written, DK_ERROR_INVALID if it is no container or too large, DK_ERROR_NEWER. */
DkContainer *dk_container_open (GBytes *bytes, GError **error) DK_CHECKED;

/* As dk_container_open on a file, read once as a whole; also DK_ERROR_NOT_FOUND, _DENIED. */
DkContainer *dk_container_open_file (const char *path, GError **error) DK_CHECKED;

/* Frees the container; NULL is fine. */
void dk_container_free (DkContainer *container);

/* Type as the manifest says it, borrowed. Not trusted before dk_container_verify. */
const char *dk_container_type (const DkContainer *container);

/* The manifest: an object of `type v`, the fields of the type and `payloads`. Borrowed. Not
 * trusted before dk_container_verify. */
const json_t *dk_container_manifest (const DkContainer *container);

/* The raw bytes of the manifest, borrowed. */
GBytes *dk_container_manifest_bytes (const DkContainer *container);

/* The manifest as text, byte for byte as it was signed. New string. */
char *dk_container_manifest_text (const DkContainer *container);

/* How many signatures there are, known signers or not. */
guint dk_container_signature_count (const DkContainer *container);

/* Key id that signature i names, 16 upper-case hex digits, borrowed. */
const char *dk_container_signature_id (const DkContainer *container, guint i);

/* The text of signature file i, borrowed. */
GBytes *dk_container_signature (const DkContainer *container, guint i);

/* All signatures: with the manifest's text the proof of a container that is not kept. An object
 * of key id -> signature file; one that is no UTF-8 holds for nobody and is left out. New
 * reference. */
json_t *dk_container_signatures (const DkContainer *container);

/* Checks that it is of this type, signed by at least one of the keys, that no signature of these
 * keys is wrong, and then every payload. *signer_ids (may be NULL) gets a new array of the key ids
 * that hold, new strings; signatures of other keys are passed over. DK_ERROR_DENIED: no known key
 * signed it; DK_ERROR_DAMAGED: bytes changed after signing; DK_ERROR_INVALID: another type. */
gboolean dk_container_verify (DkContainer *container, const char *type,
                              const DkMinisignPublic *keys, guint count, GPtrArray **signer_ids,
                              const DkJob *job, GError **error) DK_CHECKED;

/* The first half of dk_container_verify: type and signatures alone, which make the manifest
 * trusted and no payload. */
gboolean dk_container_check_signers (const DkContainer *container, const char *type,
                                     const DkMinisignPublic *keys, guint count,
                                     GPtrArray **signer_ids, GError **error) DK_CHECKED;

/* TRUE if this signature file was made with this key over a manifest that was kept as text, as
 * dk_container_verify asks it of a file. */
gboolean dk_container_signature_holds (const char *manifest, const char *signature,
                                       const DkMinisignPublic *key) DK_CHECKED;

/* TRUE once dk_container_verify has passed. */
gboolean dk_container_is_verified (const DkContainer *container);

/* How many payloads the manifest names. */
guint dk_container_payload_count (const DkContainer *container);

/* Payload i with its bytes, borrowed. Not trusted before dk_container_verify. */
const DkContainerPayload *dk_container_payload_at (const DkContainer *container, guint i);

/* Bytes of the payload of that name, borrowed; NULL if there is none. Only after
 * dk_container_verify has passed: asking before is a fault of the program. */
GBytes *dk_container_payload (const DkContainer *container, const char *name);

/* TRUE if the manifest names a payload so. */
gboolean dk_container_has_payload (const DkContainer *container, const char *name);

/* Bytes of a payload, wherever it lies; read from a file they are checked once more. Only after
 * dk_container_verify has passed. DK_ERROR_NOT_FOUND, _DAMAGED, _FAILED, _MEMORY. New reference. */
GBytes *dk_container_read (const DkContainer *container, const char *name, const DkJob *job,
                           GError **error) DK_CHECKED;

/* As dk_container_read, opened with an age secret key: of a payload in a file only what was sealed
 * comes into memory. Also DK_ERROR_DENIED if it is not sealed to this key. Confidential. */
GBytes *dk_container_unseal (const DkContainer *container, const char *name,
                             const DkSecret *secret_key, const DkJob *job,
                             GError **error) DK_CHECKED;

/* Makes a container. `fields` has exactly the members of its type (FORMAT.md) without `type`, `v`
 * and `payloads`; 1 to 16 payloads, 1 to 8 signers. The same input gives the same bytes.
 * DK_ERROR_INVALID. New reference. */
GBytes *dk_container_build (const char *type, const json_t *fields,
                            const DkContainerPayload *payloads, guint payload_count,
                            const DkMinisignSecret *signers, guint signer_count, GError **error)
    DK_CHECKED;

/* A container whose payloads stay in the file (backups, up to 4 GiB), in constant memory; the file
 * is held open. The rules are those of dk_container_open, all bytes are read and hashed once. Its
 * payloads have no bytes: dk_container_extract writes them to files. */
DkContainer *dk_container_open_large (const char *path, const DkJob *job,
                                      GError **error) DK_CHECKED;

/* As dk_container_open_large for a pack; DK_ERROR_INVALID over DK_LIMIT_PACK_BYTES. */
DkContainer *dk_container_open_in_place (const char *path, const DkJob *job,
                                         GError **error) DK_CHECKED;

/* Manifest and signatures alone, nothing behind them being read or checked: for
 * dk_container_check_signers, to tell files apart. Such a container cannot be verified. */
DkContainer *dk_container_open_head (const char *path, GError **error) DK_CHECKED;

/* Reads the manifest from the first bytes of a container that is still coming in. *manifest stays
 * NULL while more bytes are needed, else it gets a new reference and *raw the bytes of it (both
 * untrusted). DK_ERROR_INVALID, _DAMAGED, _NEWER as soon as it can be no container. */
gboolean dk_container_peek (const guint8 *bytes, gsize size, json_t **manifest, GBytes **raw,
                            GError **error) DK_CHECKED;

/* TRUE if every payload of a dk_container_open_large is said to be sealed and begins as an age
 * file does. */
gboolean dk_container_is_sealed (const DkContainer *container);

/* Appends a payload of dk_container_open_large to a file and checks what was written against size
 * and SHA-256 of the manifest. The manifest itself counts only once dk_container_verify has passed;
 * where the key is inside of the payload that can be later. DK_ERROR_NOT_FOUND if there is no such
 * payload, _DAMAGED, _STORAGE, _FAILED. */
gboolean dk_container_extract (const DkContainer *container, const char *name, DkFileWriter *out,
                               const DkJob *job, GError **error) DK_CHECKED;

/* A payload that lies in a file. Text borrowed. */
typedef struct {
  const char *name;
  const char *path;
  char **recipients; /* as in DkContainerPayload */
} DkContainerSource;

/* As dk_container_build with payloads from files, written to a file in constant memory. The caller
 * finishes the file. DK_ERROR_INVALID, _STORAGE, _FAILED if a file changed meanwhile. */
gboolean dk_container_write (DkFileWriter *out, const char *type, const json_t *fields,
                             const DkContainerSource *sources, guint source_count,
                             const DkMinisignSecret *signers, guint signer_count,
                             const DkJob *job, GError **error) DK_CHECKED;

/* The same container with one more signature, payloads and manifest unchanged. DK_ERROR_INVALID if
 * this key signed it already or if there are eight, DK_ERROR_DAMAGED if a payload is not what the
 * manifest says. New reference. */
GBytes *dk_container_add_signature (const DkContainer *container, const DkMinisignSecret *signer,
                                    GError **error) DK_CHECKED;

/* Text of `about.json`, the first member inside a sealed payload: type, v and the fields again, and
 * the name of the payload without .age as `part`. New string. */
char *dk_container_about (const char *type, const json_t *fields, const char *part);

/* Checks an about.json against the manifest that came with it. DK_ERROR_DAMAGED if the payload
 * belongs to another container. */
gboolean dk_container_check_about (const json_t *manifest, const char *part, GBytes *about,
                                   GError **error) DK_CHECKED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkContainer, dk_container_free)

G_END_DECLS
