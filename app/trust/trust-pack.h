/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/container/container.h"
#include "app/trust/trust.h"

G_BEGIN_DECLS

/* What a kit asks of a pack before it believes it, in this order: verify, read, check; accept is
 * part of the transaction that brings the pack into force. Thread of the store. */

/* Verifies a pack with the signers that count now, all payloads included. DK_ERROR_DENIED: nobody
 * whom this kit trusts has signed it, or only revoked keys did (two messages); DK_ERROR_DAMAGED:
 * changed bytes, or the list of signers does not hold (two messages). */
gboolean dk_trust_verify_pack (DkStore *store, DkContainer *container, const DkJob *job,
                               GError **error) DK_CHECKED;

/* The keys that a pack may be verified with on another thread (dk_container_verify): array of
 * DkMinisignPublic, new. Errors as dk_trust_verify_pack where no key could do. */
GArray *dk_trust_signer_keys (DkStore *store, GError **error) DK_CHECKED;

/* What dk_trust_verify_pack says where dk_container_verify said that no known key signed it: sets
 * `error` to that of a revoked key if it is one, else hands `failed` (taken) on. Returns FALSE. */
gboolean dk_trust_explain_refusal (DkStore *store, const DkContainer *container, GError *failed,
                                   GError **error);

/* What this fleet (fleet.json) and policy (policy.json) change of what counts, as sentences without
 * a subject: "adds the signer ...". Either may be NULL. New array, empty if nothing. */
GPtrArray *dk_trust_fleet_changes (DkStore *store, const json_t *fleet, const json_t *policy,
                                   GError **error) DK_CHECKED;

/* The rules of a verified pack: what dk_trust_fleet_changes tells needs the signatures of two
 * different signers who count already (one, while there is but one); a signer must be left; the
 * fleet must be the one that the manifest names. A pack whose manifest names none (fleet_sha256)
 * changes no trust. DK_ERROR_DENIED tells who signed, who is missing and what to do;
 * DK_ERROR_DAMAGED if the fleet is another one. */
gboolean dk_trust_check_pack (DkStore *store, const DkContainer *container, const json_t *fleet,
                              const json_t *policy, GError **error) DK_CHECKED;

/* In the caller's transaction, for each pack and after dk_trust_check_pack: asks the rules again,
 * since trust may have changed meanwhile, keeps what the fleet changes with its
 * proof, and writes the entry `fleet-changed`. Nothing is written if it changes nothing. The caller
 * calls dk_trust_settle once that is committed. */
gboolean dk_trust_accept (DkStore *store, const DkContainer *container, const json_t *fleet,
                          GError **error) DK_CHECKED;

/* SHA-256 of a fleet (object as in fleet.json) in hex, as the manifest of its pack names it; NULL
 * for one that says nothing. New string. Any thread. */
char *dk_trust_fleet_digest (const json_t *fleet);

/* *text becomes a sentence for a banner if all who signed the pack in force have been revoked
 * since, else NULL. New string. */
gboolean dk_trust_pack_in_force (DkStore *store, char **text, GError **error) DK_CHECKED;

G_END_DECLS
