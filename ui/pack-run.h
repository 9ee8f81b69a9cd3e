/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/pack-load.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* A pack on its way into force behind the person's work: signatures and unsealing on a thread of
 * their own, rows in short steps on the kit's thread, which answers everything else between them.
 * What it would change is shown before anything comes into force. One at a time. Main thread. */

/* What the owner is told, on the main loop, while it lives. Any may be NULL; arguments borrowed. */
typedef struct {
  void (*progress) (gpointer owner, guint64 done, guint64 total);
  /* All is loaded and compared; dk_pack_run_apply or dk_pack_run_cancel follows. `already`: it is
   * in force, nothing would change. */
  void (*ready) (gpointer owner, const DkPackFacts *facts, const json_t *changes,
                 gboolean already);
  void (*applied) (gpointer owner, const DkPackApplied *applied);
  void (*failed) (gpointer owner, const GError *error); /* nothing was changed */
} DkPackRunWatch;

/* Begins with a file by its path, or (path NULL) one that waits in incoming/. A pack of another
 * name is taken with `replace` alone. FALSE if another one is under way. */
gboolean dk_pack_run_open (GObject *owner, const char *path, const char *waiting, gboolean replace,
                           const DkPackRunWatch *watch);

/* Brings what is ready into force; `applied` or `failed` follows. */
void dk_pack_run_apply (void);

/* Gives up what is under way, also before locking. */
void dk_pack_run_cancel (void);

/* Takes out, in steps, what no reader sees any more: after an apply, and once after each unlock. */
void dk_pack_run_tidy (void);

G_END_DECLS
