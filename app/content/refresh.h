/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/container/container.h"
#include "app/kit/kit.h"

G_BEGIN_DECLS

/* Packs that come in while nobody has unlocked the kit, and wait in its folder `incoming/` for a
 * person to apply them. Nothing here opens kit.db, takes its lock or needs a key, unless a kit is
 * asked for. What waits has not been checked: name and sequence are what the file says of itself,
 * and only applying it tells if somebody whom the kit trusts signed it. Any thread but that of the
 * store. Formats: app/content/FORMAT.md, "incoming". */

typedef enum {
  DK_REFRESH_NEW,         /* a pack that was not here before waits now */
  DK_REFRESH_SAME,        /* the route has nothing new */
  DK_REFRESH_UNREACHABLE, /* stick not plugged in, server down, ...: try again later */
  DK_REFRESH_REFUSED,     /* what came is not taken, or the route may not be used */
} DkRefreshState;

/* What became of one route; text is owned. */
typedef struct {
  char *route;
  DkRefreshState state;
  char *message; /* for people; NULL if there is nothing to say */
  char *file;    /* name in incoming/ of what waits; NULL if nothing does */
} DkRefreshResult;

typedef struct {
  const char *const *routes; /* NULL-terminated; NULL = the hints of station.json. Borrowed */
  GBytes *ca_pem;            /* the only CAs for https; NULL = those of the system. Borrowed */
  gboolean again;            /* fetch also what was fetched and applied before */
} DkRefreshOptions;

/* "new", "same", "unreachable", "refused". Static. */
const char *dk_refresh_state_name (DkRefreshState state);

/* Fetches from each route in turn: the absolute path of a folder or a .dkpack, or the https address
 * of a .dkpack, or one that ends in a slash of a WebDAV collection. A pack that is sealed in itself
 * is written as it came, any other is sealed to the kit's device first: nothing in clear reaches
 * the disk. The newest three stay. options may be NULL. Result: one DkRefreshResult a route, new
 * array. DK_ERROR_NOT_FOUND: no kit, or no route is known; _BUSY: another process is at it;
 * _DENIED, _STORAGE. Slow. */
GPtrArray *dk_refresh_run (const char *folder, const DkRefreshOptions *options, const DkJob *job,
                           GError **error) DK_CHECKED;

/* A pack that waits; what it says of itself is not checked. Text is owned. */
typedef struct {
  char *file;          /* name in incoming/ */
  char *name;          /* NULL if not known without the key */
  gint64 sequence;
  gint64 created_ms;   /* 0 if not known */
  gint64 fetched_ms;   /* 0 if not known */
  char *route;         /* NULL if it was put there by hand */
  guint64 size;        /* bytes of the file */
  gboolean sealed;     /* refresh sealed all of it to this kit's device */
  gboolean has_signer; /* signed by a signer that station.json names; a hint, no proof */
} DkWaitingPack;

/* Packs that wait, in the order in which they should be tried: the likeliest first. Needs no key
 * and is quick. Empty if none wait. New array of DkWaitingPack. DK_ERROR_NOT_FOUND, _DENIED. */
GPtrArray *dk_refresh_waiting (const char *folder, GError **error) DK_CHECKED;

/* Opens a waiting pack for dk_pack_apply_container: unseals it in memory if refresh sealed it.
 * Still nothing of it is trusted. DK_ERROR_DENIED if it is sealed to another kit, _DAMAGED,
 * _INVALID, _NOT_FOUND. Thread of the kit. Slow. */
DkContainer *dk_refresh_open (DkKit *kit, const char *file, const DkJob *job,
                              GError **error) DK_CHECKED;

/* The keys for dk_refresh_open_with. New array of DkSecret. Thread of the kit, quick. */
GPtrArray *dk_refresh_keys (DkKit *kit, GError **error) DK_CHECKED;

/* As dk_refresh_open, off the kit's thread: any thread, slow. folder is the kit's. Who signed the
 * pack is not looked at; dk_pack_load_new does that. */
DkContainer *dk_refresh_open_with (const char *folder, const char *file, GPtrArray *keys,
                                   const DkJob *job, GError **error) DK_CHECKED;

/* What is done with a waiting pack: apply it, or only look. FALSE with the error set if it is
 * refused. */
typedef gboolean (*DkWaitingUse) (DkKit *kit, DkContainer *container, gpointer data,
                                  GError **error);

/* Opens what waits, the likeliest first, until one is not refused; *file gets its name (new string)
 * and *refusals (may be NULL) a new array of sentences about those before. A file that nobody
 * signed thus never stands in the way of one that counts. DK_ERROR_NOT_FOUND if nothing waits, else
 * what the first one was refused with. Thread of the kit. Slow. */
gboolean dk_refresh_try (DkKit *kit, DkWaitingUse use, gpointer data, char **file,
                         GPtrArray **refusals, const DkJob *job, GError **error) DK_CHECKED;

/* A pack of this name and sequence is in force: removes what waits of that name and this or a lower
 * sequence, and remembers it so that the routes' same file is not fetched again. Best effort:
 * what cannot be removed is outdated and refused by an apply. */
void dk_refresh_settle (const char *folder, const char *name, gint64 sequence);

/* Removes one waiting pack and remembers it as above. DK_ERROR_NOT_FOUND, _STORAGE. */
gboolean dk_refresh_discard (const char *folder, const char *file, GError **error) DK_CHECKED;

/* What is remembered of a route; it is written where others may write, so good for a look and not
 * for a decision. Text is owned. */
typedef struct {
  char *route;
  DkRefreshState state;   /* of the last try */
  gint64 last_try_ms;     /* 0 = never */
  gint64 last_success_ms; /* new or same; 0 = never */
  char *last_error;       /* NULL if the last try was a success */
} DkRouteState;

/* State of the routes that station.json names now, in their order. Empty array if there are none.
 * New array of DkRouteState. DK_ERROR_NOT_FOUND: no kit. */
GPtrArray *dk_refresh_routes (const char *folder, GError **error) DK_CHECKED;

/* Free them; NULL is fine. */
void dk_refresh_result_free (DkRefreshResult *result);
/* As above. */
void dk_waiting_pack_free (DkWaitingPack *pack);
/* As above. */
void dk_route_state_free (DkRouteState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkRefreshResult, dk_refresh_result_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkWaitingPack, dk_waiting_pack_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkRouteState, dk_route_state_free)

G_END_DECLS
