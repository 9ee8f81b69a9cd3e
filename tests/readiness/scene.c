/* SPDX-License-Identifier: MIT */
#include "tests/readiness/scene.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"

static void
begin (Scene *s)
{
  s->kit = kit_fixture_open (s->files.folder);
  s->readiness = dk_readiness_new (s->kit);
  dk_readiness_set_root (s->readiness, s->root);
}

static void
end (Scene *s)
{
  g_clear_pointer (&s->readiness, dk_readiness_free);
  kit_fixture_close (s->kit);
}

void
scene_init (int *argc, char ***argv)
{
  if (g_access ("/dev/shm", 3) == 0)
    g_assert_true (g_setenv ("TMPDIR", "/dev/shm", TRUE));
  dk_test_init (argc, argv);
}

void
scene_set_up (Scene *s, gconstpointer data)
{
  kit_fixture_set_up (&s->files, data);
  s->root = dk_test_folder_new ();
  s->now_ms = dk_clock_wall_ms ();
  begin (s);
}

void
scene_tear_down (Scene *s, gconstpointer data)
{
  end (s);
  g_free (s->root);
  kit_fixture_tear_down (&s->files, data);
}

void
scene_later (Scene *s, double days)
{
  dk_readiness_set_now (s->readiness, s->now_ms + (gint64) (days * SCENE_DAY_MS));
}

void
scene_exec (Scene *s, const char *format, ...)
{
  g_autofree char *sql = NULL;
  g_autoptr (GError) error = NULL;
  va_list values;
  gboolean done;

  va_start (values, format);
  sql = g_strdup_vprintf (format, values);
  va_end (values);
  done = dk_db_exec (dk_store_db (dk_kit_store (s->kit)), sql, &error);
  g_assert_no_error (error);
  g_assert_true (done);
}

void
scene_write (Scene *s, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (s->root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

void
scene_put_pack (Scene *s, double days_old, double expires_days)
{
  gint64 created = s->now_ms - (gint64) (days_old * SCENE_DAY_MS);
  gint64 expires
      = expires_days == 0 ? 0 : s->now_ms + (gint64) (expires_days * SCENE_DAY_MS);

  scene_exec (s,
              "DELETE FROM pack WHERE id = 7; INSERT INTO pack (id, name, organisation, sequence,"
              " created_ms, expires_ms, applied_ms, manifest, signatures) VALUES (7, 'city',"
              " 'City', 3, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
              ", '{}', '{}'); INSERT OR REPLACE INTO setting VALUES ('pack', '7')",
              created, expires, s->now_ms);
}

void
scene_put_policy (Scene *s, const char *policy)
{
  scene_exec (s, "INSERT OR REPLACE INTO document VALUES (7, 'policy', '%s')", policy);
  end (s);
  begin (s);
}

DkFinding *
scene_run (Scene *s, const char *check)
{
  const DkCheck *found = dk_readiness_find (check);

  g_assert_nonnull (found);
  return dk_readiness_run (s->readiness, found);
}

void
scene_expect (Scene *s, const char *check, DkReadyState state)
{
  g_autoptr (DkFinding) finding = scene_run (s, check);

  if (finding->state != state)
    g_error ("%s is %s instead of %s: %s", check, dk_ready_state_name (finding->state),
             dk_ready_state_name (state), finding->detail);
  g_assert_cmpint (strlen (finding->detail), >, 0);
  g_assert_true ((finding->remedy == NULL) == (state == DK_READY_GREEN));
  g_assert_nonnull (finding->owner);
}

void
scene_check_shift (Scene *s, const char *refused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkShiftCheck) check = dk_shift_check_new (s->readiness, &error);
  GPtrArray *items = dk_shift_check_items (check);
  gboolean done;

  for (guint i = 0; i < items->len; i++) {
    const DkShiftItem *item = g_ptr_array_index (items, i);
    g_assert_true (dk_shift_check_answer (check, item->name,
                                          g_strcmp0 (item->name, refused) != 0, NULL));
  }
  done = dk_shift_check_sign (check, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
}
