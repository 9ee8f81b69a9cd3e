/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit.h"
#include "app/store/ledger.h"
#include "app/store/ticket-store.h"
#include "tests/support/support.h"

G_BEGIN_DECLS

#define KIT_PASSPHRASE "correct horse battery"
#define KIT_STAPLE "staple staple"

/* The cheapest key derivation that may be made. */
extern const DkKdfParams kit_fixture_kdf;

/* A kit of station A07 whose admin is `anna`, made once in a process and put back for each test. */
typedef struct {
  char *folder;
  char *database; /* path of kit.db */
} KitFixture;

/* For g_test_add: the kit as it was made, never opened, its anchor gone. */
void kit_fixture_set_up (KitFixture *f, gconstpointer data);

/* Removes what the test left. */
void kit_fixture_tear_down (KitFixture *f, gconstpointer data);

/* The recovery code of that kit as it was shown. */
const char *kit_fixture_code (void);

/* Opens as anna; an error fails the test. */
DkKit *kit_fixture_open (const char *folder);

/* Tries to open; the error, NULL if it opened (and was closed again). New error. */
GError *kit_fixture_try (const char *folder, const char *user, const char *passphrase);

/* Closes; an error fails the test. */
void kit_fixture_close (DkKit *kit);

/* Saves a call. New string: its number. */
char *kit_fixture_save (DkKit *kit);

/* Saves a call; the counter of its number. */
guint64 kit_fixture_draw (DkKit *kit);

/* What a child process does: three calls, then it ends as if it were killed. */
void kit_fixture_draw_and_die (const char *folder) G_GNUC_NORETURN;

/* TRUE if a message of the kit has these words. */
gboolean kit_fixture_told (DkKit *kit, const char *words);

/* A passphrase as a secret. */
DkSecret *kit_fixture_secret (const char *text);

/* Adds a person with KIT_STAPLE. */
void kit_fixture_add (DkKit *kit, const char *name, DkRole role);

/* Opens as this person; an error fails the test. */
DkKit *kit_fixture_open_as (const char *folder, const char *name, const char *phrase);

/* The whole file. */
GBytes *kit_fixture_read (const char *path);

/* Writes it as a whole. */
void kit_fixture_write (const char *path, GBytes *bytes);

/* Flips a bit in place. */
void kit_fixture_flip (const char *path, gsize offset);

/* Number of entries of this kind. */
guint kit_fixture_count (DkKit *kit, const char *kind);

/* Path of the anchor. New string. */
char *kit_fixture_anchor (KitFixture *f);

#define KIT_ADD(path, test) \
  g_test_add (path, KitFixture, NULL, kit_fixture_set_up, test, kit_fixture_tear_down)

G_END_DECLS
