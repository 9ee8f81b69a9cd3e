/* SPDX-License-Identifier: MIT */
/* Goal: what was refused while the window is locked, and what the kit says while it is closed, can
 * be told afterwards: the first refusal, once, and no cancelled call.
 * Method: the kit is played by functions put in the place of its calls by the linker; a process
 * stops its thread once, so each case is a process of its own. Controls: a refusal that its owner
 * was told of, and a lock without a refusal, give nothing. */
#include "tests/support/support.h"
#include "ui/kit-thread.h"

DkKit *__wrap_dk_kit_open_as (const char *folder, const char *user, const char *as_name,
                              const DkSecret *passphrase, const DkJob *job, GError **error);
DkStore *__wrap_dk_kit_store (DkKit *kit);
void __wrap_dk_store_set_watch (DkStore *store, DkStoreChanged changed, gpointer data);
gboolean __wrap_dk_kit_close (DkKit **kit, GError **error);

static guint replies;
static gboolean close_fails;

DkKit *
__wrap_dk_kit_open_as (const char *folder, const char *user, const char *as_name,
                       const DkSecret *passphrase, const DkJob *job, GError **error)
{
  return (DkKit *) &replies;
}

DkStore *
__wrap_dk_kit_store (DkKit *kit)
{
  return (DkStore *) kit;
}

void
__wrap_dk_store_set_watch (DkStore *store, DkStoreChanged changed, gpointer data)
{
}

gboolean
__wrap_dk_kit_close (DkKit **kit, GError **error)
{
  *kit = NULL;
  if (close_fails)
    g_set_error_literal (error, DK_ERROR, DK_ERROR_STORAGE, "closing was refused");
  return !close_fails;
}

static gpointer
work (DkKit *kit, gpointer words, GCancellable *cancellable, GError **error)
{
  if (words == NULL)
    return DK_KIT_DONE;
  g_set_error_literal (error, DK_ERROR, DK_ERROR_STORAGE, words);
  return NULL;
}

static void
count_reply (gpointer owner, gpointer result, const GError *error)
{
  replies++;
}

/* words: of the refusal, NULL = none. */
static void
run_call (gpointer owner, const char *words, GCancellable *cancellable)
{
  dk_kit_run (owner, &(DkKitCall) { .work = work,
                                    .reply = count_reply,
                                    .data = (gpointer) words,
                                    .cancellable = cancellable });
}

static void
wait_replies (guint count)
{
  while (replies < count)
    (void) g_main_context_iteration (NULL, TRUE);
}

/* An open kit, and one refusal that its owner is told of. */
static GObject *
open_kit (void)
{
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);

  dk_kit_thread_start ();
  dk_kit_thread_open (owner, g_new0 (DkUnlockOrder, 1), count_reply);
  run_call (owner, "told on its page", NULL);
  wait_replies (2);
  return owner;
}

static void
check_refused (const char *expected)
{
  g_autofree char *refused = dk_kit_thread_take_refused ();
  g_autofree char *again = dk_kit_thread_take_refused ();

  g_assert_cmpstr (refused, ==, expected);
  g_assert_null (again);
}

/* A lock that leaves time for a backup: the main loop runs between the hush and the stop. */
static void
lock_slowly (void)
{
  g_autoptr (GObject) owner = open_kit ();
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  run_call (owner, "not reached", cancelled);
  run_call (owner, "the first", NULL);
  run_call (owner, "the second", NULL);
  dk_kit_thread_hush ();
  run_call (NULL, NULL, NULL); /* replied to: all before it have ended */
  wait_replies (3);
  g_assert_true (dk_kit_thread_stop (NULL));
  check_refused ("the first");
}

/* The PC sleeps: no turn of the main loop comes before the stop. */
static void
lock_in_hurry (void)
{
  g_autoptr (GObject) owner = open_kit ();
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancelled);
  run_call (owner, NULL, NULL);
  run_call (owner, "not reached", cancelled);
  run_call (owner, "the first", NULL);
  close_fails = TRUE;
  g_assert_false (dk_kit_thread_stop (&error));
  g_assert_cmpstr (error->message, ==, "closing was refused");
  check_refused ("the first");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  check_refused (NULL);
  g_assert_cmpuint (replies, ==, 2);
}

static void
lock_in_order (void)
{
  g_autoptr (GObject) owner = open_kit ();

  run_call (owner, NULL, NULL);
  dk_kit_thread_hush ();
  g_assert_true (dk_kit_thread_stop (NULL));
  check_refused (NULL);
}

static void
run_case (gconstpointer data)
{
  if (g_test_subprocess ()) {
    ((void (*) (void)) data) ();
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_data_func ("/ui/kit-thread/a-refusal-behind-the-lock-is-told", lock_slowly,
                        run_case);
  g_test_add_data_func ("/ui/kit-thread/a-refusal-in-front-of-sleep-is-told", lock_in_hurry,
                        run_case);
  g_test_add_data_func ("/ui/kit-thread/nothing-is-told-without-a-refusal", lock_in_order,
                        run_case);
  return dk_test_run ();
}
