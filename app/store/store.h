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
/* Adds the member `signed` to the body of an entry that a person answers for (void, push, trust,
 * people): slot, public key and signature of who is unlocked, over kit, kind, object and the
 * body as it is now (FORMAT.md). Without a person nothing is added. */
void dk_store_sign_body (DkStore *store, const char *kind, const char *object, json_t *body);
/* TRUE if `signed` of a body holds, or there is none. */
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

/* Refuses every change from now on with DK_ERROR_STORAGE: the kit was opened for reading, since
 * the disk refused its first entry. */
void dk_store_set_read_only (DkStore *store);

/* Frees the store; NULL is fine. */
void dk_store_free (DkStore *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkStore, dk_store_free)

G_END_DECLS
