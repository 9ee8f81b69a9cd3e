/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/container/container.h"
#include "app/container/zip.h"

G_BEGIN_DECLS

#define DK_CONTAINER_VERSION 1
#define DK_CONTAINER_MANIFEST "manifest.json"
#define DK_CONTAINER_SIGNATURES_MAX 8
#define DK_CONTAINER_PAYLOADS_MAX 16

typedef struct {
  guint8 id[8];
  char *id_text;
  GBytes *text;
} DkContainerSignature;

struct DkContainer {
  GBytes *manifest_bytes;
  json_t *manifest;
  GPtrArray *signatures; /* of DkContainerSignature, sorted by id_text */
  GPtrArray *payloads;   /* of DkContainerPayload, in the order of the manifest */
  gboolean verified;
  DkFileReader *file;  /* where the payloads lie, or NULL if they are in memory */
  GPtrArray *places;   /* of DkZipMember: the payloads in that file */
  gboolean is_head;    /* nothing behind the signatures was read */
};

/* A new array of DkContainerSignature that frees its members. */
GPtrArray *dk_container_signatures_new (void);

/* Name of the member that holds the signature of this key. New string. */
char *dk_container_signature_name (const char *id_text);

/* Makes a container of the members of its zip, the payloads being those that are in it. NULL with
 * the error set if the shape is not right. */
DkContainer *dk_container_take_members (GPtrArray *members, gboolean is_head,
                                        GError **error) DK_CHECKED;

/* The manifest for payloads of which these objects tell name, size, sha256 and recipients; checked
 * as a reader will check it. New reference. */
json_t *dk_container_make_manifest (const char *type, const json_t *fields, json_t *payloads,
                                    GError **error) DK_CHECKED;

/* What the manifest says of a payload. New reference. */
json_t *dk_container_describe (const char *name, guint64 size, const guint8 sha256[32],
                               char *const *recipients);

/* Signatures of these keys over the raw manifest, in order. New array of DkContainerSignature. */
GPtrArray *dk_container_sign (const json_t *manifest, GBytes *bytes,
                              const DkMinisignSecret *signers, guint count,
                              GError **error) DK_CHECKED;

/* A container's bytes out of its parts: signatures sorted already. */
GBytes *dk_container_assemble (GBytes *manifest, GPtrArray *signatures,
                               const DkContainerPayload *payloads, guint count, GError **error)
    DK_CHECKED;

/* Checks size and SHA-256 of every payload against the manifest. DK_ERROR_DAMAGED. */
gboolean dk_container_check_payloads (const DkContainer *container, const DkJob *job,
                                      GError **error) DK_CHECKED;

/* Checks that a manifest has exactly what its type asks for. Failures get `code`, but
 * DK_ERROR_NEWER for a version or type that this program does not know. */
gboolean dk_manifest_check (const json_t *manifest, DkError code, GError **error) DK_CHECKED;

/* The member with a SHA-256 that manifests of this type may have besides their facts, static; NULL
 * if there is none. */
const char *dk_manifest_digest_name (const char *type);

/* The trusted comment that each signature of this manifest must have. New string. */
char *dk_manifest_comment (const json_t *manifest);

/* The members of fields that belong to the type, with type and v. New reference. */
json_t *dk_manifest_ids (const char *type, const json_t *fields);

G_END_DECLS
