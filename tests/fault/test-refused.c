/* SPDX-License-Identifier: MIT */
/* Goal: whichever call a disk refuses, in whatever is done to a kit, nothing that was acknowledged
 * is lost, the person is told what to do, the program goes on, and the kit opens afterwards.
 * Method: each operation of a list with the k-th call that concerns the kit's folder, its anchor
 * or the place of a backup failing (refuse.h), for each k: once, for ever, as a full disk does,
 * and as a write that was done by half. Then the disk is well again: the kit must open, its ledger
 * and pages hold, every number that was acknowledged be there, and work go on. Control: an
 * operation that acknowledges although it failed is found out. */
#include <glib/gstdio.h>
#include <string.h>

#include "app/authoring/pack-build.h"
#include "app/base/platform.h"
#include "app/content/pack-apply.h"
#include "app/kit/backup.h"
#include "app/kit/kit-private.h"
#include "app/kit/recovery.h"
#include "app/kit/rekey.h"
#include "app/kit/restore.h"
#include "tests/authoring/folder.h"
#include "tests/fault/quick-kit.h"
#include "tests/fault/refuse.h"
#include "tests/support/support.h"

#define CALLS_MAX 4000

static GBytes *pack;
static char *signer;
static guint prepared_numbers;

typedef struct {
  const char *name;
  void (*prepare) (void); /* the disk is well */
  void (*begin) (void);   /* before each trial, the disk is well; may be NULL */
  gboolean (*act) (GError **error);
  const char *passphrases[2]; /* before it was acknowledged, and after */
  guint calls_min;
  gboolean is_control;
} Operation;

static void
prepare_two_people (void)
{
  g_autoptr (DkSecret) two = quick_secret ("two");
  g_autoptr (GError) error = NULL;

  quick_make_with_tickets ();
  quick_open_well ();
  g_assert_true (dk_kit_add_user (quick.kit, "ben", DK_ROLE_FRONTLINE, two, 0, quick_kdf, &error));
  g_assert_no_error (error);
  quick_close_well ();
}

static void
prepare_killed (void)
{
  quick_make_with_tickets ();
  quick_open_well ();
  for (guint i = 0; i < 4; i++)
    quick_capture_well ();
  g_assert_true (dk_db_checkpoint (quick.kit->db, FALSE, NULL));
  quick_capture_well ();
  quick_kill ();
}

static char *
backup_path (void)
{
  return g_build_filename (quick.beside, "copy.dkbackup", NULL);
}

static gboolean
back_up (GError **error)
{
  g_autofree char *path = backup_path ();

  return dk_kit_backup (quick.kit, path, NULL, error);
}

static void
prepare_backup (void)
{
  g_autoptr (GError) error = NULL;

  quick_make_with_tickets ();
  quick_open_well ();
  g_assert_true (back_up (&error));
  g_assert_no_error (error);
  quick_close_well ();
}

static gboolean
act_open (GError **error)
{
  return quick_open ("anna", "one", error);
}

static gboolean
act_captures (GError **error)
{
  for (guint i = 0; i < 3; i++)
    if (!quick_capture (error))
      return FALSE;
  return TRUE;
}

static void
begin_with_journal (void)
{
  quick_open_well ();
  quick_capture_well ();
  quick_capture_well ();
}

static gboolean
act_checkpoint (GError **error)
{
  return dk_db_checkpoint (quick.kit->db, FALSE, error) && quick_capture (error)
         && dk_db_checkpoint (quick.kit->db, TRUE, error);
}

static gboolean
act_close (GError **error)
{
  return dk_kit_close (&quick.kit, error);
}

static gboolean
act_passphrase (GError **error)
{
  g_autoptr (DkSecret) secret = quick_secret ("three");

  return dk_kit_change_passphrase (quick.kit, secret, quick_kdf, error);
}

static gboolean
act_add (GError **error)
{
  g_autoptr (DkSecret) secret = quick_secret ("four");

  return dk_kit_add_user (quick.kit, "clara", DK_ROLE_LEAD, secret, 0, quick_kdf, error);
}

static gboolean
act_rekey (GError **error)
{
  const guint renew = 1u << DK_KEY_OPEN | 1u << DK_KEY_LEAD | 1u << DK_KEY_SEND;

  return dk_kit_rekey (quick.kit, renew, "a test", NULL, error);
}

static gboolean
act_rotate (GError **error)
{
  const DkRecoveryRotation rotation = { .with_admin = TRUE };
  g_autoptr (DkSecret) fresh = NULL;

  return dk_kit_rotate_recovery (quick.kit, &rotation, NULL, &fresh, error);
}

static gboolean
act_vacuum (GError **error)
{
  return dk_db_exec (quick.kit->db, "VACUUM", error);
}

static gboolean
act_pack (GError **error)
{
  g_autoptr (DkContainer) container = dk_container_open (pack, error);
  g_autoptr (DkPackApplied) applied = NULL;

  g_assert_nonnull (container);
  return dk_pack_apply_container (quick.kit, container, FALSE, NULL, &applied, error);
}

static gboolean
act_restore (GError **error)
{
  g_autofree char *path = backup_path ();
  g_autofree char *kept = NULL;
  g_autoptr (DkSecret) secret = quick_secret ("one");
  g_autoptr (DkKitRestore) restore = dk_kit_restore_new (quick.folder, path, NULL, error);

  return restore != NULL && dk_kit_restore_unlock (restore, "anna", secret, FALSE, NULL, error)
         && dk_kit_restore_finish (restore, &kept, error);
}

/* Says that a call was stored that it took back. */
static gboolean
act_false (GError **error)
{
  g_autoptr (GError) ignored = NULL;

  if (!quick_capture (&ignored))
    g_ptr_array_add (quick.numbers, g_strdup ("DT-A07-9999-X"));
  return TRUE;
}

static const Operation operations[] = {
  { "init", NULL, NULL, quick_make, { "one", "one" }, 40, FALSE },
  { "open", quick_make_with_tickets, NULL, act_open, { "one", "one" }, 30, FALSE },
  { "first commits of an opened kit",
    quick_make_with_tickets,
    quick_open_well,
    act_captures,
    { "one", "one" },
    10,
    FALSE },
  { "checkpoint",
    quick_make_with_tickets,
    begin_with_journal,
    act_checkpoint,
    { "one", "one" },
    20,
    FALSE },
  { "close", quick_make_with_tickets, begin_with_journal, act_close, { "one", "one" }, 20, FALSE },
  { "recovery of a journal", prepare_killed, NULL, act_open, { "one", "one" }, 40, FALSE },
  { "slot directory",
    quick_make_with_tickets,
    quick_open_well,
    act_passphrase,
    { "one", "three" },
    6,
    FALSE },
  { "add a person", prepare_two_people, quick_open_well, act_add, { "one", "one" }, 6, FALSE },
  { "new recovery code",
    quick_make_with_tickets,
    quick_open_well,
    act_rotate,
    { "one", "one" },
    10,
    FALSE },
  { "backup", quick_make_with_tickets, begin_with_journal, back_up, { "one", "one" }, 40, FALSE },
  { "restore", prepare_backup, NULL, act_restore, { "one", "one" }, 40, FALSE },
  { "new keys", prepare_two_people, begin_with_journal, act_rekey, { "one", "one" }, 60, FALSE },
  { "vacuum",
    quick_make_with_tickets,
    begin_with_journal,
    act_vacuum,
    { "one", "one" },
    10,
    FALSE },
  { "pack", quick_make_with_tickets, quick_open_well, act_pack, { "one", "one" }, 10, FALSE },
  { "control", quick_make_with_tickets, quick_open_well, act_false, { "one", "one" }, 3, TRUE },
};

typedef struct {
  guint trials;
  guint failed;    /* the operation said so */
  guint tolerated; /* it was done in spite of the refusal */
  guint bad;
  GHashTable *said;
} Counts;

/* What a message must name: one thing that a person can do. */
static gboolean
names_a_step (const char *message)
{
  static const char *const steps[]
      = { "again", "ake room", "heck the", "ock the kit", "ut back",
          "hoose", "Ask ",     "ell the",  "Note it",     "eep the file" };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (strstr (message, steps[i]) != NULL)
      return TRUE;
  return FALSE;
}

static char *
judge_error (const GError *error)
{
  if (error == NULL)
    return g_strdup ("it failed without an error");
  /* SQLite tries once more to read alone where it may not write. */
  if (error->domain != DK_ERROR || error->code == DK_ERROR_USAGE || error->code == DK_ERROR_NEWER
      || (error->code == DK_ERROR_DENIED && strstr (error->message, "not write it") == NULL))
    return g_strdup_printf ("it calls it %s %d: %s", g_quark_to_string (error->domain), error->code,
                            error->message);
  if (!names_a_step (error->message))
    return g_strdup_printf ("it names nothing that helps: %s", error->message);
  return NULL;
}

static char *
judge_content (void)
{
  g_autoptr (GError) error = NULL;
  char *complaint;

  if (quick.kit->is_read_only)
    return g_strdup ("it is read-only on a disk that is well");
  complaint = quick_judge (quick.numbers->len);
  if (complaint == NULL && (!quick_capture (&error) || !dk_kit_close (&quick.kit, &error)))
    complaint = g_strdup_printf ("work does not go on: %s", error->message);
  return complaint;
}

/* New string: what is wrong, or NULL. */
static char *
judge (const Operation *operation, gboolean done)
{
  g_autoptr (GError) error = NULL;
  char *complaint;

  if (operation->prepare == NULL && !done && !dk_kit_exists (quick.folder) && !quick_make (&error))
    return g_strdup_printf ("it cannot be made any more: %s", error->message);
  if (!quick_open ("anna", operation->passphrases[done ? 1 : 0], &error)
      && (done || !quick_open ("anna", operation->passphrases[1], NULL)))
    return g_strdup_printf ("it does not open: %s", error->message);
  complaint = judge_content ();
  g_clear_pointer (&quick.kit, dk_kit_free);
  return complaint;
}

static void
complain (const Operation *operation, const char *how, guint call, const char *complaint,
          Counts *counts)
{
  counts->bad++;
  if (!operation->is_control || g_test_verbose ())
    g_test_message ("%s: call %u %s: %s", operation->name, call, how, complaint);
}

static gboolean
try_call (const Operation *operation, GPtrArray *state, RefuseKind kind, guint call,
          const char *how, Counts *counts)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *complaint = NULL;
  gboolean done;
  gboolean was_refused;

  quick_put_back (state);
  g_ptr_array_set_size (quick.numbers, (gint) prepared_numbers);
  if (operation->begin != NULL)
    operation->begin ();
  refuse_begin (quick.root, kind, call);
  done = operation->act (&error);
  was_refused = refuse_has_failed ();
  (void) refuse_end ();
  g_clear_pointer (&quick.kit, dk_kit_free);
  if (!was_refused)
    return FALSE;
  counts->trials++;
  if (done)
    counts->tolerated++;
  else
    counts->failed++;
  complaint = done ? NULL : judge_error (error);
  if (complaint == NULL && !done)
    g_hash_table_add (counts->said, g_strdup (error->message));
  if (complaint == NULL && kind == REFUSE_SHORT && !done)
    complaint = g_strdup_printf ("a write that goes on is no failure: %s", error->message);
  if (complaint == NULL)
    complaint = judge (operation, done);
  if (complaint != NULL)
    complain (operation, how, call, complaint, counts);
  return TRUE;
}

static GPtrArray *
prepare (const Operation *operation)
{
  quick_clear ();
  if (operation->prepare != NULL)
    operation->prepare ();
  prepared_numbers = quick.numbers->len;
  refuse_begin (quick.root, REFUSE_NOTHING, 0);
  return quick_keep ();
}

/* The long operations write the same few files again and again. */
static guint
step_of (const Operation *operation, RefuseKind kind)
{
  return kind >= REFUSE_FULL && operation->calls_min >= 40 && !dk_test_is_long () ? 4 : 1;
}

static void
test_operation (gconstpointer data)
{
  static const char *const words[] = { "", "once", "for ever", "on a full disk", "by half" };
  const Operation *operation = data;
  g_autoptr (GPtrArray) state = prepare (operation);
  Counts counts = { .said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  gint64 start_us = dk_platform_cpu_us ();
  guint calls = 0;

  for (RefuseKind kind = REFUSE_ONCE; kind <= REFUSE_SHORT; kind++)
    for (guint call = 1; call < CALLS_MAX; call += step_of (operation, kind)) {
      if (!try_call (operation, state, kind, call, words[kind], &counts))
        break;
      calls = kind == REFUSE_ONCE ? call : calls;
    }
  g_test_message ("%s: %u calls, %u refused in four ways: %u told, %u done nevertheless, %u bad "
                  "(%.1f s)",
                  operation->name, calls, counts.trials, counts.failed, counts.tolerated,
                  counts.bad, (double) (dk_platform_cpu_us () - start_us) / G_USEC_PER_SEC);
  g_assert_cmpuint (calls, >=, operation->calls_min);
  g_assert_cmpuint (calls, <, CALLS_MAX - 1);
  g_hash_table_unref (counts.said);
  if (operation->is_control)
    g_assert_cmpuint (counts.bad, >=, 3);
  else if (counts.bad > 0)
    g_test_fail ();
}

static void
make_pack (void)
{
  g_autofree char *source_folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (source_folder);
  g_autoptr (DkSecret) seed = dk_secret_new (32);
  g_autoptr (GError) error = NULL;
  DkMinisignSecret secret;
  DkMinisignPublic public_key;
  DkPackOptions options = { NULL, NULL, TRUE, &secret, 1 };

  dk_minisign_secret_from_seed (seed, &secret);
  dk_minisign_secret_public (&secret, &public_key);
  dk_test_pack_clear (source, DK_PACK_LEAD_CONTACTS_PART);
  dk_test_pack_clear (source, DK_PACK_LEAD_RUNBOOKS_PART);
  pack = dk_pack_build (source, &options, NULL, &error);
  g_assert_no_error (error);
  signer = dk_minisign_public_text (&public_key);
  quick.signer = signer;
}

int
main (int argc, char **argv)
{
  int rc;

  quick_init (&argc, &argv);
  make_pack ();
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++) {
    g_autofree char *path = g_strconcat ("/fault/refused/", operations[i].name, NULL);
    g_test_add_data_func (g_strdelimit (path, " ", '-'), &operations[i], test_operation);
  }
  rc = quick_run ();
  g_bytes_unref (pack);
  g_free (signer);
  return rc;
}
