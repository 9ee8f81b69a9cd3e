/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit.h"
#include "tests/fault/disk.h"

G_BEGIN_DECLS

/* Operations on a whole kit for the simulator of power cuts: a kit is prepared, the operation is
 * recorded, and what a cut left is judged against the states that it may be in. */

#define SCENE_WORLDS 4
#define SCENE_PEOPLE 5

/* Who opens the kit with which passphrase, and who does not. */
typedef struct {
  const char *name; /* NULL ends the list */
  const char *passphrase;
} SceneAccess;

/* One state that the operation knows: the number of its acknowledgement is its place. */
typedef struct {
  const char *people;              /* names as dk_kit_people gives them, with blanks */
  SceneAccess opens[SCENE_PEOPLE]; /* the first one is who looks at everything */
  SceneAccess shut[SCENE_PEOPLE];
} SceneWorld;

typedef struct Scene Scene;

struct Scene {
  const char *name;
  void (*prepare) (Scene *scene);               /* before the recording; may be NULL */
  void (*act) (Scene *scene);                   /* is recorded; marks what is acknowledged */
  gboolean (*judge) (Scene *scene, guint mark); /* NULL: by the worlds */
  guint world_count;
  SceneWorld worlds[SCENE_WORLDS];
  gboolean is_control;  /* is to be bad */
  guint cuts;           /* in the short run */
  gboolean may_restart; /* a new chain, as after a restore, is right */
  char *root;
  char *folder;         /* of the kit */
  char *beside;         /* a folder for other files */
  GPtrArray *codes;     /* recovery codes that were issued, in order */
  char *complaint;      /* why the last judgement was bad */
  GHashTable *said;     /* messages after a cut, collected if not NULL */
  GPtrArray *numbers;   /* issued, in order */
  guint numbers_before; /* of those, issued before the recording */
  DkDiskLog *log;
};

/* Phases of a recording. */
enum { SCENE_OPEN, SCENE_ACT, SCENE_CLOSE, SCENE_PHASES };

/* The place where all scenes are played: first call after dk_test_init. */
void scene_init (void);

/* A kit of station A07 whose admin is `anna` with passphrase "one", closed. */
void scene_make_kit (Scene *scene);

/* Opens; an error fails the test. */
DkKit *scene_open (Scene *scene, const char *name, const char *passphrase);

/* Closes; an error fails the test. */
void scene_close (DkKit *kit);

/* Saves a call and remembers its number. */
void scene_capture (Scene *scene, DkKit *kit);

/* Adds a person; an error fails the test. */
void scene_add (DkKit *kit, const char *name, DkRole role, const char *passphrase);

/* New secret. */
DkSecret *scene_secret (const char *text);

/* Prepares and records; the record must be complete. */
void scene_record (Scene *scene);

/* Cuts `cuts` times, one in five a second time while the kit is opened again, and judges. Returns
 * how many were bad. Needs scene_record. */
guint scene_cut (Scene *scene, guint cuts, gboolean syncs_ignored, GRand *rng);

/* TRUE if the kit is in state `mark`, or in the one after it. */
gboolean scene_judge (Scene *scene, guint mark);

/* Opens and looks at everything: the ledger, the numbers up to `count`, what was said. NULL if
 * something is wrong; else the kit, closed without care by the caller. */
DkKit *scene_look (Scene *scene, const char *name, const char *passphrase, guint numbers);

/* Remembers why a judgement is bad. Returns FALSE. */
gboolean scene_complain (Scene *scene, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Epoch of the keys as the file says it, 0 if it says none. */
guint scene_key_epoch (Scene *scene);

/* Frees what was recorded. */
void scene_clear (Scene *scene);

/* The cheapest key derivation; stands in for a slow one. */
extern const DkKdfParams scene_kdf;

G_END_DECLS
