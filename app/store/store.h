/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/directory.h"
#include "app/db/connection.h"
#include "app/model/policy.h"

G_BEGIN_DECLS

/* The tables of one open kit, and who works on it. Every module of this room takes it first; all
 * calls belong to the thread that opened the database and assert that. A change and its ledger
 * entry are one transaction. Times in ms, UTC. */
typedef struct DkStore DkStore;

/* Who made the kit: written once at init. */
typedef struct {
  char kit_id[33];   /* 32 hex */
  char station[9];   /* 1 to 8 of A-Z 0-9 */
  char site[33];
  guint8 device_sign_public[32];
  guint8 device_age_public[32];
  guint8 lead_public[32];
} DkStoreIdentity;

/* Prepares a migrated, empty database: identity, first chain with its first entry (kind
 * `kit-init`). */
gboolean dk_store_init (DkDb *db, const DkStoreIdentity *identity, const DkKeyring *keys,
                        const char *user, GError **error) DK_CHECKED;

/* As dk_store_init; the members of facts (an object, not taken, may be NULL) stand in the first
 * entry as well. */
gboolean dk_store_init_with (DkDb *db, const DkStoreIdentity *identity, const DkKeyring *keys,
                             const char *user, const json_t *facts, GError **error) DK_CHECKED;

/* The store over an open database; both are borrowed and must outlive it. user and keys belong to
 * who is unlocked. Free with dk_store_free. */
DkStore *dk_store_new (DkDb *db, const char *user, const DkKeyring *keys,
                       GError **error) DK_CHECKED;

/* The database, borrowed. */
DkDb *dk_store_db (DkStore *store);
/* Identity of the kit, borrowed. */
const DkStoreIdentity *dk_store_identity (DkStore *store);
/* Name of who is unlocked, borrowed. */
const char *dk_store_user (DkStore *store);
/* Keys of who is unlocked, borrowed. */
const DkKeyring *dk_store_keys (DkStore *store);
/* Who may sign in person (borrowed): set by the kit once, after unlocking. */
void dk_store_set_person (DkStore *store, const DkPerson *person);
/* Who signs in person, borrowed; NULL if nobody was set. */
const DkPerson *dk_store_person (DkStore *store);
/* Keeps something that was computed from this store for whoever computed it; freed with the store
 * or when another one is given. */
void dk_store_set_memo (DkStore *store, gpointer memo, GDestroyNotify free_memo);
/* What was kept, borrowed; NULL if nothing was. */
gpointer dk_store_memo (DkStore *store);
/* The key epoch of the slot directory that was checked at unlocking: set by the kit beside the
 * person, so that what was signed for an earlier epoch does not count. 0 until then. */
void dk_store_set_key_epoch (DkStore *store, guint32 epoch);
/* The key epoch. */
guint32 dk_store_key_epoch (DkStore *store);
/* Adds the member `signed` to the body of an entry that a person answers for (void, push, trust,
 * people): slot, public key and signature of who is unlocked, over kit, kind, object and the
 * body as it is now (FORMAT.md). Without a person nothing is added. */
void dk_store_sign_body (DkStore *store, const char *kind, const char *object, json_t *body);
/* Adds the member `second` beside `signed`, for a step that needs two people: slot, public key and
 * signature of that other person (dk_kit_unlock_second) over the body with `signed` in it. */
void dk_store_sign_body_second (DkStore *store, const DkPerson *second, const char *kind,
                                const char *object, json_t *body);
/* TRUE if an entry of this kind must carry the signatures of two people. Any thread. */
gboolean dk_store_needs_second (const char *kind);
/* TRUE if `signed` of a body holds, or there is none, and `second` likewise; a kind that needs two
 * people must have both, of two people. */
gboolean dk_store_check_signed (DkStore *store, const char *kind, const char *object,
                                const json_t *body) DK_CHECKED;
/* Rules of the content in force, borrowed until a pack is applied. */
const DkPolicy *dk_store_policy (DkStore *store);

/* A value of the kit's own settings; NULL if it is not set. New string. */
char *dk_store_get_setting (DkStore *store, const char *key, GError **error);
/* Sets it; NULL removes it. Within the caller's transaction if there is one. */
gboolean dk_store_set_setting (DkStore *store, const char *key, const char *value,
                               GError **error) DK_CHECKED;

/* Called after each durable change, on the store's thread; *numbers tells that a number was issued.
 * One watcher for the anchor (set by the kit) and one for the window. */
typedef void (*DkStoreChanged) (gboolean number_issued, gpointer data);
/* Sets the kit's own watcher, which runs first. */
void dk_store_set_anchor_watch (DkStore *store, DkStoreChanged changed, gpointer data);
/* Sets the window's watcher. */
void dk_store_set_watch (DkStore *store, DkStoreChanged changed, gpointer data);

/* Gives this store the watchers of another one, which it replaces after a change of keys. */
void dk_store_take_watches (DkStore *store, const DkStore *from);
/* States the public keys that belong to `keys` (device-sign, device-age, lead) as those of the kit.
 * In the caller's transaction. */
gboolean dk_store_set_public_keys (DkStore *store, const DkKeyring *keys,
                                   GError **error) DK_CHECKED;

/* What needs a person with a name of their own; see dk_store_may. */
typedef enum {
  DK_STORE_PUSH,        /* to the ITSM, or its files */
  DK_STORE_EXPORT,      /* tickets or ledger, in clear */
  DK_STORE_HAND_OUT,    /* all words, sealed to a recipient outside; leads and above */
  DK_STORE_PRINT_VAULT, /* leads and above */
  DK_STORE_IMPORT,      /* contacts of another program; leads and above */
  DK_STORE_DECLARE,
} DkStoreRight;

/* TRUE if who is unlocked may do that. DK_ERROR_DENIED for a slot that several people share, and
 * for a role that is too low. Keys are the real bound: this one keeps steps that somebody must
 * answer for from people whom nobody can name. */
gboolean dk_store_may (DkStore *store, DkStoreRight right, GError **error) DK_CHECKED;

/* Refuses every change from now on with DK_ERROR_STORAGE: the kit was opened for reading, since
 * the disk refused its first entry. */
void dk_store_set_read_only (DkStore *store);

/* TRUE if dk_store_set_read_only was called. */
gboolean dk_store_is_read_only (const DkStore *store);

/* Frees the store; NULL is fine. */
void dk_store_free (DkStore *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkStore, dk_store_free)

G_END_DECLS
