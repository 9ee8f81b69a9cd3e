/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"
#include "app/base/platform.h"
#include "app/content/refresh.h"
#include "app/crypto/minisign.h"

G_BEGIN_DECLS

#define DK_REFRESH_PLAIN ".dkpack"      /* ends the name of a pack that is sealed in itself */
#define DK_REFRESH_SEALED ".dkpack.age" /* ... that refresh sealed to the device */

/* What station.json hints at. */
typedef struct {
  guint8 recipient[32];
  gboolean has_recipient;
  GArray *signers;   /* of DkMinisignPublic */
  GPtrArray *routes; /* of text */
} DkRefreshHints;

/* Reads the hints; what is missing or has no right shape is left out. DK_ERROR_NOT_FOUND if there
 * is no kit. */
DkRefreshHints *dk_refresh_hints_read (const char *folder, GError **error) DK_CHECKED;
/* Frees them; NULL is fine. */
void dk_refresh_hints_free (DkRefreshHints *hints);
/* TRUE if one of the hinted signers signed the manifest. */
gboolean dk_refresh_hints_know (const DkRefreshHints *hints, DkContainer *container);

/* incoming/routes.json in memory: marks of servers, last tries, what was settled. Anybody may have
 * written it; text in it is used only after a look at its shape. */
typedef struct {
  char *path;
  json_t *root;
} DkRefreshBook;

/* Reads it; anything that is not right gives an empty one. */
DkRefreshBook *dk_refresh_book_read (const char *incoming);
/* Writes it. */
gboolean dk_refresh_book_write (const DkRefreshBook *book, GError **error) DK_CHECKED;
/* Frees it; NULL is fine. */
void dk_refresh_book_free (DkRefreshBook *book);
/* The object of a route, borrowed; made if it is not there. */
json_t *dk_refresh_book_route (DkRefreshBook *book, const char *route);
/* As above, NULL if it is not there. */
const json_t *dk_refresh_book_find (const DkRefreshBook *book, const char *route);
/* What was noted of a waiting file, borrowed, or NULL. */
const json_t *dk_refresh_book_waiting (const DkRefreshBook *book, const char *file);
/* Notes a waiting file; takes the facts over. */
void dk_refresh_book_add_waiting (DkRefreshBook *book, const char *file, json_t *facts);
/* The file is gone and is not wanted again. */
void dk_refresh_book_settle (DkRefreshBook *book, const char *file);
/* TRUE if a file of this base (its name up to the first dot) was settled. */
gboolean dk_refresh_book_is_settled (const DkRefreshBook *book, const char *base);

/* Base of a file's name in incoming/. New string. */
char *dk_refresh_base (const char *file);
/* TRUE for a name that refresh gives to files. */
gboolean dk_refresh_is_own_name (const char *file);
/* The folder incoming/ of a kit. New string. */
char *dk_refresh_folder (const char *kit);

/* A pack while it comes in, piece by piece. The outer container alone is looked at. */
typedef struct DkIntake DkIntake;

typedef enum {
  DK_INTAKE_FAILED,
  DK_INTAKE_NEW,
  DK_INTAKE_KNOWN /* it waits already or was settled; the rest need not come */
} DkIntakeResult;

/* Begins; all pointers outlive it. */
DkIntake *dk_intake_new (const char *incoming, const DkRefreshHints *hints,
                         const DkRefreshBook *book, gboolean again);
/* The next bytes; a DkHttpSink with the intake as data. FALSE: no more is wanted. */
gboolean dk_intake_feed (const void *bytes, gsize size, gpointer intake);
/* TRUE once it wants no more, be it known or refused. */
gboolean dk_intake_has_ended (const DkIntake *intake);
/* All bytes came, or no more are wanted: checks the shape, seals what is not sealed, writes
 * durably. *facts gets a new object: name sequence created signer file. */
DkIntakeResult dk_intake_finish (DkIntake *intake, json_t **facts, const DkJob *job,
                                 GError **error);
/* Frees it and leaves nothing of what was not finished; NULL is fine. */
void dk_intake_free (DkIntake *intake);

/* All that waits, ranked, with what is known of each. New array of DkWaitingPack. */
GPtrArray *dk_refresh_list (const char *incoming, const DkRefreshHints *hints,
                            const DkRefreshBook *book, GError **error) DK_CHECKED;

/* The lock of incoming/, so that one process fetches at a time. DK_ERROR_BUSY, _STORAGE. */
DkFileLock *dk_refresh_lock (const char *incoming, GError **error) DK_CHECKED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkRefreshHints, dk_refresh_hints_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkRefreshBook, dk_refresh_book_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkIntake, dk_intake_free)

G_END_DECLS
