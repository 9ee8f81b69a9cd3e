/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/readiness/attest.h"
#include "app/readiness/shift-check.h"
#include "tests/kit/kit-fixture.h"

G_BEGIN_DECLS

#define SCENE_DAY_MS (G_GINT64_CONSTANT (86400) * 1000)

/* An open kit, its checks, and a root folder of a PC of its own. The key derivation is that of
 * quick-kdf.c. */
typedef struct {
  KitFixture files;
  DkKit *kit;
  DkReadiness *readiness;
  char *root;
  gint64 now_ms; /* when it began */
} Scene;

/* Replaces dk_test_init. Files lie in memory where the system has a place for that. */
void scene_init (int *argc, char ***argv);

/* For g_test_add: a kit as it was made, just opened by anna. */
void scene_set_up (Scene *s, gconstpointer data);

/* Closes and removes it. */
void scene_tear_down (Scene *s, gconstpointer data);

/* So many days later, for the checks. */
void scene_later (Scene *s, double days);

/* Runs SQL in the database of the kit; an error fails the test. */
void scene_exec (Scene *s, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Writes a file of the PC. */
void scene_write (Scene *s, const char *name, const char *text);

/* A pack in force, made so many days ago, that expires in so many (0 = never). */
void scene_put_pack (Scene *s, double days_old, double expires_days);

/* A policy of the pack in force (JSON), with the kit closed and opened again. */
void scene_put_policy (Scene *s, const char *policy);

/* Runs the check of that name. New finding. */
DkFinding *scene_run (Scene *s, const char *check);

/* Fails the test unless the check finds that state. */
void scene_expect (Scene *s, const char *check, DkReadyState state);

/* A shift check in which all is answered with yes, or one thing with no. */
void scene_check_shift (Scene *s, const char *refused);

#define SCENE_ADD(path, test) g_test_add (path, Scene, NULL, scene_set_up, test, scene_tear_down)

G_END_DECLS
