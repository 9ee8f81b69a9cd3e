/* SPDX-License-Identifier: MIT */
/* Goal: whenever the program ends while keys are renewed, what opens afterwards is the kit of
 * before or the kit of after, whole and without alarm, and the same change can be made again.
 * Method: a child process removes a person and ends behind each step; the kit is then opened by
 * everybody. Control: a child that is not stopped. Power cuts at every call are in tests/fault. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/kit/escrow.h"
#include "app/kit/people.h"
#include "app/kit/rekey-private.h"
#include "tests/kit/kit-fixture.h"

#define PHRASE "staple staple"
#define STOPPED 42
#define GOES_ON (DK_REKEY_STEPS + 1)

static void
add_omar (KitFixture *f)
{
  g_autoptr (DkSecret) phrase = dk_secret_new_copy (PHRASE, strlen (PHRASE));
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  gboolean done
      = dk_kit_add_user (kit, "omar", DK_ROLE_FRONTLINE, phrase, 0, kit_fixture_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  g_free (kit_fixture_save (kit));
  kit_fixture_close (kit);
}

static void
end_process (void)
{
  _exit (STOPPED);
}

static int
remove_in_child (KitFixture *f, int step)
{
  int status = 0;
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0) {
    DkKit *kit = kit_fixture_open (f->folder);
    dk_kit_rekey_set_stop (step, end_process);
    if (!dk_kit_remove_user (kit, "omar", NULL, NULL))
      _exit (1);
    kit_fixture_close (kit);
    _exit (0);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

/* Nothing half-done stays in the folder. */
static void
assert_tidy (KitFixture *f)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (strstr (name, "rekey") != NULL || strstr (name, ".new") != NULL
        || strstr (name, "aside") != NULL)
      g_error ("%s was left behind", name);
}

static void
assert_calm (DkKit *kit)
{
  for (guint i = 0; i < dk_kit_messages (kit)->len; i++) {
    const char *message = g_ptr_array_index (dk_kit_messages (kit), i);
    g_error ("it says: %s", message); /* an alarm without a cause */
  }
}

static void
assert_whole (KitFixture *f, gboolean is_after)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkLedgerReport) report = NULL;
  g_autofree char *number = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  assert_calm (kit);
  assert_tidy (f);
  g_assert_cmpuint (kit_fixture_count (kit, "user-removed"), ==, is_after);
  g_assert_cmpuint (kit_fixture_count (kit, "keys-renewed"), ==, is_after);
  report = dk_ledger_verify (dk_kit_store (kit), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->found, ==, 0);
  g_assert_true (dk_db_check (dk_store_db (dk_kit_store (kit)), &error));
  number = kit_fixture_save (kit);
  g_assert_true (g_str_has_prefix (number, "DT-A07-0002-"));
  kit_fixture_close (kit);
}

static void
test_each_step (KitFixture *f, gconstpointer data)
{
  guint before = 0;
  guint after = 0;

  for (int step = 1; step <= GOES_ON; step++) {
    gboolean is_after = step >= DK_REKEY_RENAMED;
    GError *omar;

    kit_fixture_tear_down (f, NULL);
    kit_fixture_set_up (f, NULL);
    add_omar (f);
    g_assert_cmpint (remove_in_child (f, step), ==, step < GOES_ON ? STOPPED : 0);
    assert_whole (f, is_after);
    omar = kit_fixture_try (f->folder, "omar", PHRASE);
    g_assert_true ((omar == NULL) != is_after);
    if (is_after)
      g_assert_error (omar, DK_ERROR, DK_ERROR_DENIED);
    else
      g_assert_cmpint (remove_in_child (f, 0), ==, 0); /* made again */
    g_clear_error (&omar);
    omar = kit_fixture_try (f->folder, "omar", PHRASE);
    g_assert_error (omar, DK_ERROR, DK_ERROR_DENIED);
    g_clear_error (&omar);
    before += !is_after;
    after += is_after;
  }
  g_test_message ("%u ends of the process left the kit of before, %u that of after", before, after);
  g_assert_cmpuint (before, >=, 4);
  g_assert_cmpuint (after, >=, 4);
}

/* What lies outside of the kit follows at the next unlock by an admin. */
static void
test_escrow_follows (KitFixture *f, gconstpointer data)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "escrow.age", NULL);
  g_autofree char *recipient = NULL;
  g_autoptr (DkEscrowState) state = NULL;
  g_autoptr (json_t) info = NULL;
  g_autoptr (GError) error = NULL;
  DkKit *kit;

  add_omar (f);
  kit = kit_fixture_open (f->folder);
  info = dk_kit_info (kit, NULL);
  recipient = g_strdup (dk_json_get_text (info, "lead_recipient"));
  g_assert_true (dk_escrow_write (kit, recipient, path, FALSE, "yearly", &error));
  g_assert_no_error (error);
  kit_fixture_close (kit);
  g_assert_cmpint (remove_in_child (f, DK_REKEY_RENAMED), ==, STOPPED);
  kit = kit_fixture_open (f->folder);
  state = dk_escrow_get_state (kit, &error);
  g_assert_no_error (error);
  g_assert_true (state->is_current);
  g_assert_cmpuint (state->key_epoch, ==, 2);
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/rekey/each-end-leaves-before-or-after", test_each_step);
  KIT_ADD ("/kit/rekey/escrow-follows-after-an-end", test_escrow_follows);
  return dk_test_run ();
}
