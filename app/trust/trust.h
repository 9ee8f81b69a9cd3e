/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"
#include "app/crypto/minisign.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Whom a kit believes (FORMAT.md): the list that an administrator signed, and what the fleets of
 * the packs applied since made of it, each of them checked against the list before it. Everybody
 * of a kit can write its rows, so nothing counts here but signatures. All calls take the store of
 * the open kit (dk_kit_store) and belong to its thread. */

/* Who signs content. Text owned. */
typedef struct {
  char *key;   /* the public key as `minisign -P` takes it, one line */
  char *id;    /* its id, 16 upper-case hex digits */
  char *name;  /* as an administrator wrote it; NULL if nobody did */
  char *since; /* time, UTC */
  char *origin; /* "list", or "NAME SEQUENCE" of the pack that brought the key in */
  DkMinisignPublic public_key;
} DkTrustSigner;

/* A key whose signatures count for nothing any more. Text owned. */
typedef struct {
  char *key;    /* as above; NULL where only the id was given */
  char *id;
  char *origin; /* as above */
} DkTrustRevoked;

/* A station or a desk. Text owned, NULL where the fleet does not say it. */
typedef struct {
  char *code;
  char *site;
  char *kit;            /* its id, 32 hex digits */
  char *signer;         /* public key of the device, one line */
  char *recipient;      /* age1... */
  char *lead_recipient; /* age1... */
} DkTrustPlace;

/* What counts now. Not to be changed by who asks. */
typedef struct {
  guint users; /* who share it */
  gboolean holds;       /* FALSE: no list holds, and no pack is accepted */
  gboolean is_unsigned; /* a kit of before: no list yet, nobody counts */
  gboolean one_signer;  /* exactly one: that signer alone may change trust */
  gint64 seq;           /* of the signed list; 0 where there is none */
  gint64 seq_noted;     /* highest that this kit ever had; more than seq: it is gone */
  GPtrArray *signers;   /* of DkTrustSigner, those of the list first */
  GPtrArray *revoked;   /* of DkTrustRevoked */
  GPtrArray *stations;  /* of DkTrustPlace, as the fleet has them */
  GPtrArray *desks;     /* of DkTrustPlace */
  GPtrArray *lead_recipients;   /* of char *, age1...: recipients.lead of the fleet */
  GPtrArray *escrow_recipients; /* of char *, age1... */
  GPtrArray *routes;            /* of char * */
  char *fleet_origin;   /* "NAME SEQUENCE" of the pack that the five above come from; NULL */
  json_t *fleet;        /* the same as JSON: stations desks recipients routes; NULL if no pack has
                           said anything yet */
  json_t *sequences;    /* object: name of a pack -> its highest sequence that is taken in */
  json_t *passed;       /* object: digest of the line of an entry that an administrator has seen not
                           to hold, and passed over -> true */
  GPtrArray *problems;  /* of char *: sentences on what does not hold, each for doctor's red */
} DkTrust;

/* Computes what counts from the rows, checking every signature; what does not check is passed over
 * and told in `problems`, so an error is one of the database alone. What was computed before is
 * given again while not a byte of the rows differs. Free with dk_trust_free. */
DkTrust *dk_trust_effective (DkStore *store, GError **error) DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_trust_free (DkTrust *trust);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkTrust, dk_trust_free)

/* The signer with this key (its 32 bytes count, not its id), or NULL. Borrowed. */
const DkTrustSigner *dk_trust_find_signer (const DkTrust *trust, const DkMinisignPublic *key);

/* The revocation that covers this key, by key or id, or NULL. Borrowed. */
const DkTrustRevoked *dk_trust_find_revoked (const DkTrust *trust, const DkMinisignPublic *key);

/* The whole as JSON: signers, revoked, stations, desks, recipients, routes, problems and whether it
 * holds. New reference. Any thread. */
json_t *dk_trust_to_json (const DkTrust *trust);

/* At unlock and after each change: gives the store the recipients above for words for leads. What
 * is to be told to the person is added to `messages` (of char *, may be NULL), sentences. */
gboolean dk_trust_settle (DkStore *store, GPtrArray *messages, GError **error) DK_CHECKED;

/* What an administrator does. Each call signs a new list, which takes in (folds) all that packs
 * have changed since, and writes an entry that the person signs, in a transaction of its own; the
 * caller has station.json written anew (dk_kit_write_station). DK_ERROR_DENIED without the admin
 * key, _STORAGE on a kit that takes no change, DK_ERROR_DAMAGED if the list in force does not hold:
 * dk_trust_fold with `force` first. */

/* Trusts a signer; name may be NULL. A revoked key is trusted again. DK_ERROR_INVALID if it is no
 * key, 16 are trusted already, or another key of the same id is. One that is trusted stays so. */
gboolean dk_trust_add (DkStore *store, const char *public_key, const char *name,
                       GError **error) DK_CHECKED;

/* Trusts a signer no more; a pack may bring the key in again. DK_ERROR_NOT_FOUND; DK_ERROR_INVALID
 * without a reason, or for the last one unless `force`. */
gboolean dk_trust_remove (DkStore *store, const char *key_id, const char *reason, gboolean force,
                          GError **error) DK_CHECKED;

/* The same for good, known or not: only dk_trust_add of an administrator brings it back. */
gboolean dk_trust_revoke (DkStore *store, const char *key_id, const char *reason, gboolean force,
                          GError **error) DK_CHECKED;

/* Signs what counts now as the new list. DK_ERROR_INVALID in a kit of before, which has none yet:
 * dk_trust_add makes the first one. `force`: even there, and then it is empty; and even if the
 * list in force does not hold: then the newest one that does is taken, or an empty one, without
 * what does not hold of the changes by packs, and the loss stands in the entry. */
gboolean dk_trust_fold (DkStore *store, gboolean force, GError **error) DK_CHECKED;

G_END_DECLS
