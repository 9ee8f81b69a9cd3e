/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/kit/kit.h"

G_BEGIN_DECLS

/* The one thread that owns the kit. The window hands it short calls in a queue; they run in order,
 * and each result comes back on the main loop. Nothing of the store is touched anywhere else. A
 * process opens one kit in its life: locking ends in a fresh process. Unless a function says
 * otherwise it belongs to the main thread. */

/* What runs on the kit's thread. kit is never NULL. Returns the result, or NULL with error set; a
 * call that only succeeds or fails returns DK_KIT_DONE. */
typedef gpointer (*DkKitWork) (DkKit *kit, gpointer data, GCancellable *cancellable,
                               GError **error);
#define DK_KIT_DONE GINT_TO_POINTER (1)

/* What runs on the main loop afterwards: result now belongs to it; error is borrowed and NULL if
 * the call succeeded. Not called once the owner is gone. */
typedef void (*DkKitReply) (gpointer owner, gpointer result, const GError *error);

/* One call. data is freed by data_free after the work; result_free frees a result that nobody waits
 * for any more. cancellable may be NULL. */
typedef struct {
  DkKitWork work;
  DkKitReply reply;
  gpointer data;
  GDestroyNotify data_free;
  GDestroyNotify result_free;
  GCancellable *cancellable;
} DkKitCall;

/* Starts the thread; without a kit yet. */
void dk_kit_thread_start (void);

/* How a kit is opened. Text and secrets owned. */
typedef struct {
  char *folder;
  char *user;           /* name of the slot */
  char *as_name;        /* who sits there, where the slot is shared; NULL otherwise */
  DkSecret *passphrase; /* with code: the new one of the recovery slot */
  DkSecret *code;       /* the printed recovery code, a text with a NUL at its end; else NULL */
  char *reason;         /* why it is opened with that code */
} DkUnlockOrder;

/* Opens the kit on its thread; reply gets DK_KIT_DONE or the error of the call of app/kit. Takes
 * the order. Slow: show progress until the reply. */
void dk_kit_thread_open (GObject *owner, DkUnlockOrder *order, DkKitReply reply);

/* Puts a call into the queue; it is copied. owner is watched weakly. Must not be called while no
 * kit is open: such a call is dropped. */
void dk_kit_run (gpointer owner, const DkKitCall *call);

/* Cancels calls of this cancellable: one that waits never starts, one that runs is interrupted. */
void dk_kit_cancel (GCancellable *cancellable);

/* Runs work on the kit's thread and waits for it. For engines that have a thread of their own;
 * never on the main thread. DK_ERROR_BUSY once the kit is locked. */
gpointer dk_kit_run_and_wait (DkKitWork work, gpointer data, GError **error);

/* Called on the main loop after durable changes, several of them at once being told once. */
void dk_kit_thread_watch (void (*changed) (gpointer data), gpointer data);

/* From now on no owner gets a reply: its page is out of the window. Calls are still worked off, and
 * those without an owner replied to; what an owner is not told can be asked for below. Main
 * thread. */
void dk_kit_thread_hush (void);

/* Closes the kit after all calls before it, and ends the thread. Returns when that is done, FALSE
 * with the reason if the write-back failed; nothing that was committed is lost. No reply comes
 * after it: results that still wait are freed. Main thread; safe to call twice. */
gboolean dk_kit_thread_stop (GError **error) DK_CHECKED;

/* The message of the first call of an owner that was refused (not cancelled) and that nobody was
 * told of, be it after the hush or in front of the stop; complete once that is over. NULL if there
 * is none. New string, given once. Main thread. */
char *dk_kit_thread_take_refused (void);

G_END_DECLS
