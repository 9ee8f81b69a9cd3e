/* SPDX-License-Identifier: MIT */
/* Goal: no reply reaches a page of a window that is being locked, and none at all once the kit's
 * thread has stopped.
 * Method: calls are made, the thread is hushed, then stopped, while their replies wait for the main
 * loop, then the loop runs. Control: the same call before that does reply. */
#include "ui/kit-thread.h"

static guint replies;
static guint freed;

static gpointer
work (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  g_assert_not_reached (); /* no kit is open */
}

static void
count_reply (gpointer owner, gpointer result, const GError *error)
{
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
  replies++;
}

static void
count_freed (gpointer data)
{
  freed++;
}

static void
run_call (gpointer owner)
{
  dk_kit_run (owner, &(DkKitCall) { .work = work,
                                    .reply = count_reply,
                                    .data = &freed,
                                    .data_free = count_freed });
}

static void
test_stop (void)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GError) error = NULL;

  dk_kit_thread_start ();
  run_call (owner);
  while (replies == 0)
    (void) g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (freed, ==, 1);

  run_call (owner);
  run_call (NULL);
  dk_kit_thread_hush ();
  while (freed < 3)
    (void) g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (replies, ==, 2); /* that without an owner */

  run_call (owner);
  run_call (NULL);
  g_assert_true (dk_kit_thread_stop (&error));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (replies, ==, 2);
  g_assert_cmpuint (freed, ==, 5);

  run_call (owner); /* by a page that does not know yet */
  g_assert_cmpuint (freed, ==, 6);
  g_assert_true (dk_kit_thread_stop (&error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/kit-thread/no-reply-to-what-is-locked", test_stop);
  return g_test_run ();
}
