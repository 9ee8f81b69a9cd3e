/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit-private.h"

G_BEGIN_DECLS

/* A whole kit for experiments that open it many thousand times: its key derivation is quick-kdf.c,
 * and all that it writes lies below one folder, whose content can be kept and put back. */

typedef struct {
  char *root;
  char *folder;       /* of the kit */
  char *beside;       /* an empty folder for other files */
  char *database;     /* path of kit.db */
  char *wal;          /* and of its journal */
  const char *signer; /* trusted by a kit that is made from here on; NULL as a rule */
  char *code;         /* the printed recovery code */
  GPtrArray *numbers; /* issued, in order */
  DkKit *kit;         /* the one that is open, NULL if none is */
} QuickKit;

extern QuickKit quick;

/* The cheapest key derivation that may be asked for. */
extern const DkKdfParams quick_kdf;

/* Replaces dk_test_init. Files lie in memory where the system has a place for that. */
void quick_init (int *argc, char ***argv);

/* Replaces dk_test_run. */
int quick_run (void);

/* Empties the root and makes `beside`. */
void quick_clear (void);

/* New secret. */
DkSecret *quick_secret (const char *text);

/* Makes a kit of station A07 whose admin is `anna` with the passphrase "one". */
gboolean quick_make (GError **error) DK_CHECKED;

/* quick_make with three tickets in it; closed. */
void quick_make_with_tickets (void);

/* Opens into quick.kit. */
gboolean quick_open (const char *name, const char *passphrase, GError **error) DK_CHECKED;

/* Opens as anna; an error fails the test. */
void quick_open_well (void);

/* Closes quick.kit; an error fails the test. */
void quick_close_well (void);

/* Frees quick.kit as if the program were killed: the journal stays. */
void quick_kill (void);

/* Saves a call and remembers its number. */
gboolean quick_capture (GError **error) DK_CHECKED;

/* The same; an error fails the test. */
void quick_capture_well (void);

/* TRUE if the open kit has this number. */
gboolean quick_has_number (const char *number);

/* Looks at the open kit: the first `promised` numbers, every page, the ledger. New string: what is
 * wrong, NULL if nothing. */
char *quick_judge (guint promised);

/* All that lies below the root. New array. */
GPtrArray *quick_keep (void);

/* Puts it back as it was. */
void quick_put_back (GPtrArray *kept);

G_END_DECLS
