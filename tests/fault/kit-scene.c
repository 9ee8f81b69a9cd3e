/* SPDX-License-Identifier: MIT */
#include "tests/fault/kit-scene.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/base/platform.h"
#include "app/db/statement.h"
#include "app/store/ledger.h"
#include "app/store/ticket-store.h"
#include "tests/support/support.h"

#define CUT_AGAIN_EACH 5

const DkKdfParams scene_kdf = { .mib = 64, .passes = 3 };

static char *root;

void
scene_init (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *state = NULL;

  root = dk_platform_real_path (folder);
  state = g_build_filename (root, "state", NULL);
  g_assert_true (g_setenv ("XDG_STATE_HOME", state, TRUE));
}

DkSecret *
scene_secret (const char *text)
{
  return dk_secret_new_copy (text, strlen (text));
}

void
scene_make_kit (Scene *scene)
{
  g_autoptr (DkSecret) passphrase = scene_secret ("one");
  g_autoptr (DkSecret) recovery = NULL;
  g_autoptr (GError) error = NULL;
  DkKitInit init = {
    .site = "CARY", .station = "A07", .user = "anna", .passphrase = passphrase, .kdf = scene_kdf
  };
  gboolean done = dk_kit_create (scene->folder, &init, &recovery, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  g_ptr_array_set_size (scene->codes, 0);
  g_ptr_array_add (scene->codes, g_strdup ((const char *) dk_secret_get (recovery)));
}

static DkKit *
try_open (Scene *scene, const char *name, const char *passphrase, GError **error)
{
  g_autoptr (DkSecret) secret = scene_secret (passphrase);

  return dk_kit_open (scene->folder, name, secret, NULL, error);
}

DkKit *
scene_open (Scene *scene, const char *name, const char *passphrase)
{
  g_autoptr (GError) error = NULL;
  DkKit *kit = try_open (scene, name, passphrase, &error);

  g_assert_no_error (error);
  return kit;
}

void
scene_close (DkKit *kit)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_close (&kit, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

void
scene_capture (Scene *scene, DkKit *kit)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) answers = json_pack ("{s:s}", "summary", "no labels");
  g_autoptr (GError) error = NULL;
  char *number = NULL;
  gboolean done
      = dk_ticket_store_save (dk_kit_store (kit), form, NULL, answers, 0, FALSE, &number, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  g_ptr_array_add (scene->numbers, number);
}

void
scene_add (DkKit *kit, const char *name, DkRole role, const char *passphrase)
{
  g_autoptr (DkSecret) secret = scene_secret (passphrase);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_add_user (kit, name, role, secret, 0, scene_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

void
scene_record (Scene *scene)
{
  g_autofree char *real = NULL;
  g_autofree char *rebuilt = NULL;

  dk_test_remove (root);
  g_assert_cmpint (g_mkdir (root, 0700), ==, 0);
  scene->root = g_strdup (root);
  scene->folder = g_build_filename (root, "kit", NULL);
  scene->beside = g_build_filename (root, "beside", NULL);
  scene->codes = g_ptr_array_new_with_free_func (g_free);
  scene->numbers = g_ptr_array_new_with_free_func (g_free);
  g_assert_cmpint (g_mkdir (scene->beside, 0700), ==, 0);
  if (scene->prepare != NULL)
    scene->prepare (scene);
  scene->numbers_before = scene->numbers->len;
  dk_disk_record (root);
  scene->act (scene);
  real = dk_disk_describe (root);
  scene->log = dk_disk_take_log ();
  dk_disk_finish (scene->log);
  rebuilt = dk_disk_describe (root);
  g_assert_cmpstr (rebuilt, ==, real);
}

void
scene_clear (Scene *scene)
{
  g_clear_pointer (&scene->log, dk_disk_log_free);
  g_clear_pointer (&scene->numbers, g_ptr_array_unref);
  g_clear_pointer (&scene->root, g_free);
  g_clear_pointer (&scene->folder, g_free);
  g_clear_pointer (&scene->beside, g_free);
  g_clear_pointer (&scene->codes, g_ptr_array_unref);
  g_clear_pointer (&scene->complaint, g_free);
}

gboolean
scene_complain (Scene *scene, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_free (scene->complaint);
  scene->complaint = g_steal_pointer (&text);
  return FALSE;
}

guint
scene_key_epoch (Scene *scene)
{
  g_autofree char *path = g_build_filename (scene->folder, "kit.db", NULL);
  g_autoptr (GBytes) bytes = dk_db_read_directory (path, NULL);
  g_autoptr (DkDirectory) directory = NULL;
  gsize size;
  const guint8 *data;

  if (bytes == NULL)
    return 0;
  data = g_bytes_get_data (bytes, &size);
  directory = dk_directory_parse (data, size, NULL, NULL);
  return directory != NULL ? dk_directory_key_epoch (directory) : 0;
}

static gboolean
has_number (DkKit *kit, const char *number)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (dk_kit_store (kit)),
                                         "SELECT count(*) FROM ticket WHERE number = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, number);
  return dk_stmt_step (stmt, &has_row, NULL) && dk_stmt_int (stmt, 0) == 1;
}

static gboolean
check_ledger (Scene *scene, DkKit *kit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkLedgerReport) report = dk_ledger_verify (dk_kit_store (kit), NULL, NULL, &error);

  if (report == NULL)
    return scene_complain (scene, "the ledger cannot be read: %s", error->message);
  if (report->problems->len > 0)
    return scene_complain (scene, "the ledger does not hold: %s",
                           ((DkLedgerProblem *) g_ptr_array_index (report->problems, 0))->message);
  return TRUE;
}

/* A cut is no reason to tell a person that the kit was copied or set back. */
static gboolean
check_messages (Scene *scene, DkKit *kit)
{
  GPtrArray *messages = dk_kit_messages (kit);

  for (guint i = 0; i < messages->len; i++) {
    const char *message = g_ptr_array_index (messages, i);
    if (!scene->may_restart
        && (strstr (message, "new chain") != NULL || strstr (message, "older") != NULL))
      return scene_complain (scene, "it says: %s", message);
    if (scene->said != NULL)
      g_hash_table_add (scene->said, g_strdup (message));
  }
  return TRUE;
}

static gboolean
look_at (Scene *scene, DkKit *kit, guint numbers)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < numbers; i++)
    if (!has_number (kit, g_ptr_array_index (scene->numbers, i)))
      return scene_complain (scene, "number %s is lost",
                             (const char *) g_ptr_array_index (scene->numbers, i));
  if (!dk_db_check (dk_store_db (dk_kit_store (kit)), &error))
    return scene_complain (scene, "the file is damaged: %s", error->message);
  return check_ledger (scene, kit) && check_messages (scene, kit);
}

DkKit *
scene_look (Scene *scene, const char *name, const char *passphrase, guint numbers)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkKit) kit = try_open (scene, name, passphrase, &error);

  if (kit == NULL) {
    (void) scene_complain (scene, "it does not open for %s: %s", name, error->message);
    return NULL;
  }
  return look_at (scene, kit, numbers) ? g_steal_pointer (&kit) : NULL;
}

static gboolean
check_people (Scene *scene, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = dk_kit_people (scene->folder, &error);
  g_autofree char *joined = NULL;

  if (names == NULL)
    return scene_complain (scene, "the people cannot be read: %s", error->message);
  g_ptr_array_add (names, NULL);
  joined = g_strjoinv (" ", (char **) names->pdata);
  if (strcmp (joined, expected) != 0)
    return scene_complain (scene, "the people are %s instead of %s", joined, expected);
  return TRUE;
}

/* The kit goes on after it was opened: one more number, and a close. */
static gboolean
go_on (Scene *scene, DkKit *kit)
{
  g_autoptr (GError) error = NULL;

  scene_capture (scene, kit);
  g_ptr_array_set_size (scene->numbers, (gint) scene->numbers->len - 1);
  return dk_kit_close (&kit, &error) ? TRUE : scene_complain (scene, "close: %s", error->message);
}

static gboolean
is_in_world (Scene *scene, const SceneWorld *world, guint numbers)
{
  DkKit *kit;

  if (!check_people (scene, world->people))
    return FALSE;
  kit = scene_look (scene, world->opens[0].name, world->opens[0].passphrase, numbers);
  if (kit == NULL || !go_on (scene, kit))
    return FALSE;
  for (guint i = 1; i < SCENE_PEOPLE && world->opens[i].name != NULL; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkKit) other
        = try_open (scene, world->opens[i].name, world->opens[i].passphrase, &error);
    if (other == NULL)
      return scene_complain (scene, "%s: %s", world->opens[i].name, error->message);
  }
  for (guint i = 0; i < SCENE_PEOPLE && world->shut[i].name != NULL; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkKit) other
        = try_open (scene, world->shut[i].name, world->shut[i].passphrase, &error);
    if (other != NULL)
      return scene_complain (scene, "it opens for %s with %s", world->shut[i].name,
                             world->shut[i].passphrase);
    if (!g_error_matches (error, DK_ERROR, DK_ERROR_DENIED))
      return scene_complain (scene, "%s: %s", world->shut[i].name, error->message);
  }
  return TRUE;
}

gboolean
scene_judge (Scene *scene, guint mark)
{
  guint numbers = MIN (scene->numbers->len, scene->numbers_before + mark);
  guint now = MIN (mark, scene->world_count - 1);
  guint next = MIN (mark + 1, scene->world_count - 1);

  return is_in_world (scene, &scene->worlds[now], numbers)
         || (next != now && is_in_world (scene, &scene->worlds[next], numbers));
}

/* The next morning somebody opens the kit, and the power goes again. */
static void
cut_again (Scene *scene, const DkDiskModel *model, GRand *rng)
{
  g_autoptr (DkDiskLog) log = NULL;
  guint point;

  dk_disk_record (scene->root);
  for (guint i = 0; i < scene->world_count; i++) {
    const SceneAccess *first = &scene->worlds[i].opens[0];
    g_autoptr (GError) error = NULL;
    g_autoptr (DkKit) kit = try_open (scene, first->name, first->passphrase, &error);
    if (kit != NULL)
      break;
  }
  log = dk_disk_take_log ();
  point = (guint) g_rand_int_range (rng, 0, (gint32) dk_disk_log_length (log) + 1);
  (void) dk_disk_cut (log, point, model, rng);
}

guint
scene_cut (Scene *scene, guint cuts, gboolean syncs_ignored, GRand *rng)
{
  guint bad = 0;

  for (guint i = 0; i < cuts; i++) {
    DkDiskModel model = { .sector = i % 2 == 0 ? 512 : 4096, .syncs_ignored = syncs_ignored };
    guint phase = i % 4 == 0 ? SCENE_OPEN : i % 4 == 1 ? SCENE_CLOSE : SCENE_ACT;
    guint point;
    guint mark;
    if (dk_disk_log_count (scene->log, phase) == 0)
      phase = SCENE_ACT;
    point = dk_disk_log_pick (scene->log, phase, rng);
    mark = dk_disk_cut (scene->log, point, &model, rng);
    if (i % CUT_AGAIN_EACH == CUT_AGAIN_EACH - 1)
      cut_again (scene, &model, rng);
    if (scene->judge != NULL ? scene->judge (scene, mark) : scene_judge (scene, mark))
      continue;
    bad++;
    if ((!syncs_ignored && !scene->is_control) || g_test_verbose ())
      g_test_message ("%s: cut at %u of %u, %u acknowledged, sectors of %u: %s", scene->name, point,
                      dk_disk_log_length (scene->log), mark, model.sector,
                      scene->complaint != NULL ? scene->complaint : "?");
  }
  return bad;
}
