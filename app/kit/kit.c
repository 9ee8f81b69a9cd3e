/* SPDX-License-Identifier: MIT */
#include "app/kit/kit.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/text.h"
#include "app/kit/anchor-private.h"
#include "app/kit/escrow.h"
#include "app/kit/kit-private.h"
#include "app/store/ledger.h"
#include "app/trust/trust-pack.h"

DkDirectory *
dk_kit_read_directory (const char *folder, GError **error)
{
  g_autofree char *path = dk_kit_file (folder, DK_KIT_DATABASE);
  g_autoptr (GBytes) bytes = NULL;
  DkDirectory *directory;

  bytes = dk_kit_check_there (folder, error) ? dk_db_read_directory (path, error) : NULL;
  if (bytes == NULL)
    return NULL;
  directory
      = dk_directory_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, error);
  if (directory == NULL)
    g_prefix_error (error, "%s: ", path);
  return directory;
}

GPtrArray *
dk_kit_people (const char *folder, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_kit_read_directory (folder, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (directory == NULL)
    return NULL;
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkSlotInfo info;
    dk_directory_info (directory, i, &info);
    if (info.kind != DK_SLOT_RECOVERY)
      g_ptr_array_add (names, g_strdup (info.name));
  }
  return g_steal_pointer (&names);
}

void
dk_kit_add_message (DkKit *kit, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (kit->messages, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

gboolean
dk_kit_write_anchor (DkKit *kit, gboolean durable, GError **error)
{
  g_autoptr (DkAnchor) now = dk_anchor_of_kit (kit->store, kit->folder, error);

  return now != NULL
         && dk_anchor_write (kit->anchor_path, dk_store_identity (kit->store)->kit_id,
                             dk_keyring_get (kit->keys, DK_KEY_OPEN), now, durable, error);
}

/* Never before the commit is durable, so the kit is at worst ahead of its anchor; that is why a
 * failure here is not one of the commit. */
static void
on_committed (gboolean number_issued, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (number_issued && !dk_kit_write_anchor (data, FALSE, &error))
    g_debug ("the anchor was not replaced: %s", error->message);
}

gboolean
dk_kit_read_sequence (DkStore *store, const char *key, guint64 *value, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *stored = dk_store_get_setting (store, key, &failed);

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  *value = stored != NULL ? g_ascii_strtoull (stored, NULL, 10) : 0;
  return TRUE;
}

gboolean
dk_kit_note_copies (DkStore *store, const DkDirectory *directory, GError **error)
{
  g_autofree char *text
      = g_strdup_printf ("%" G_GUINT64_FORMAT, dk_directory_copy_seq (directory));

  return dk_store_set_setting (store, DK_KIT_COPY_SEQ, text, error);
}

void
dk_kit_try_note_copies (DkKit *kit)
{
  g_autoptr (GError) failed = NULL;

  if (!dk_kit_note_copies (kit->store, kit->directory, &failed))
    g_debug ("the sequence of the list of people was not stored: %s", failed->message);
}

/* A directory that is older than the database's is a rolled-back one: somebody may have been let in
 * again, or an old passphrase opens. A newer one is a crash between the two writes. */
static gboolean
check_directory_sequence (DkKit *kit, GError **error)
{
  guint64 seq = dk_directory_seq (kit->directory);
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, seq);
  guint64 expected = 0;
  guint64 copies = 0;

  if (!dk_kit_read_sequence (kit->store, "dir_seq", &expected, error)
      || !dk_kit_read_sequence (kit->store, DK_KIT_COPY_SEQ, &copies, error))
    return FALSE;
  if (seq < expected || dk_directory_copy_seq (kit->directory) < copies) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The list of people who may open %s/" DK_KIT_DATABASE ", or of their passphrases, "
                 "was set back to an older state. Nothing was changed. Ask the kit's "
                 "administrator; a backup holds the right one.",
                 kit->folder);
    return FALSE;
  }
  if (seq == expected || kit->is_read_only)
    return TRUE;
  return dk_store_set_setting (kit->store, "dir_seq", text, error)
         && dk_store_set_setting (kit->store, DK_KIT_PEOPLE_STATED, NULL, error)
         && dk_ledger_note (kit->store, "directory-taken-over", text, NULL, error);
}

gboolean
dk_kit_write_directory (DkKit *kit, GError **error)
{
  guint first = dk_directory_first_to_write (kit->directory);
  g_autoptr (GBytes) both = dk_directory_bytes (kit->directory, kit->keys);
  g_autoptr (GBytes) copy = g_bytes_new_from_bytes (both, 0, DK_DB_DIRECTORY_COPY_SIZE);

  return dk_db_write_directory (kit->db, first, copy, error)
         && dk_db_write_directory (kit->db, 1 - first, copy, error);
}

static gboolean
take_over_copies (DkKit *kit, GError **error)
{
  guint64 copies = 0;

  return dk_kit_read_sequence (kit->store, DK_KIT_COPY_SEQ, &copies, error)
         && (dk_directory_copy_seq (kit->directory) == copies
             || dk_kit_note_copies (kit->store, kit->directory, error));
}

/* Only after the anchor was looked at: in a copied kit the entry belongs to the new chain. */
static gboolean
repair_directory (DkKit *kit, GError **error)
{
  gboolean damaged
      = dk_directory_fell_back (kit->directory) || dk_directory_lost_copy (kit->directory);

  if (!dk_directory_needs_write (kit->directory))
    return take_over_copies (kit, error);
  if (damaged)
    dk_kit_add_message (kit, "One of the two copies of the list of people was damaged and is "
                             "written anew from the other. Nothing is lost; tell the kit's "
                             "administrator.");
  return dk_kit_write_directory (kit, error) && take_over_copies (kit, error)
         && (!damaged || dk_ledger_note (kit->store, "directory-repaired", NULL, NULL, error));
}

static gboolean
note_unlock (DkKit *kit, GError **error)
{
  g_autoptr (json_t) body = dk_failed_unlocks_claim (kit->folder);

  if (body == NULL)
    body = json_object ();
  dk_json_set_text (body, "role", dk_role_name (dk_person_info (kit->person)->role));
  if (kit->as_name != NULL) {
    const DkSlotInfo *info = dk_person_info (kit->person);
    g_autofree char *slot = dk_text_hex (info->id, sizeof info->id);
    dk_json_set_text (body, "asserted", kit->as_name);
    dk_json_set_text (body, "slot", slot);
  }
  if (!dk_ledger_note (kit->store, "unlock", NULL, body, error))
    return FALSE;
  dk_failed_unlocks_clear (kit->folder);
  return TRUE;
}

static void
warn_about_place (DkKit *kit)
{
  const char *kind = NULL;

  if (dk_platform_is_shared_path (kit->folder, &kind))
    dk_kit_add_message (kit,
                        "This kit lies in %s. It may not be there in an outage, and a second "
                        "copy can arise; move it to a local folder.",
                        kind);
  if (dk_secret_lock_failed ())
    dk_kit_add_message (kit, "This PC does not let the kit lock its keys in memory; they could "
                             "reach the swap file. Ask for a higher memlock limit.");
}

/* Who wants to open which kit. Borrowed. */
typedef struct {
  const char *folder;
  const char *user;
  const char *as_name; /* NULL unless the slot is shared */
  const DkSecret *passphrase;
  const char *reason; /* to go on without the journal; NULL as a rule */
} Opening;

static gboolean
derive_keys (DkKit *kit, const Opening *opening, GError **error)
{
  g_autoptr (GError) failed = NULL;
  const char *user = opening->user;

  if (dk_directory_unlock (kit->directory, user, opening->passphrase, dk_clock_wall_ms (),
                           &kit->keys, &kit->person, &failed))
    return TRUE;
  if (g_error_matches (failed, DK_ERROR, DK_ERROR_DENIED) && !kit->is_read_only)
    dk_failed_unlocks_add (kit->folder, dk_directory_find (kit->directory, user) >= 0 ? user : "?");
  if (g_error_matches (failed, DK_ERROR, DK_ERROR_DAMAGED))
    g_prefix_error (&failed, "%s/" DK_KIT_DATABASE ": ", kit->folder);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* Whether a name is needed is asked before the slow step, and believed after it. */
static gboolean
unlock_directory (DkKit *kit, const Opening *opening, GError **error)
{
  int slot = dk_directory_find (kit->directory, opening->user);
  DkSlotInfo info;

  if (slot >= 0) {
    dk_directory_info (kit->directory, (guint) slot, &info);
    if (!dk_kit_take_name (kit, &info, opening->as_name, error))
      return FALSE;
  }
  return derive_keys (kit, opening, error)
         && dk_kit_take_name (kit, dk_person_info (kit->person), opening->as_name, error);
}

/* Everybody of the kit can write the setting; the id in the list of people is signed. Statements of
 * administrators and the name of the anchor go by it. */
static gboolean
check_kit_id (DkKit *kit, GError **error)
{
  g_autofree char *signed_id = dk_text_hex (dk_directory_kit_id (kit->directory), 16);

  if (strcmp (signed_id, dk_store_identity (kit->store)->kit_id) == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "%s/" DK_KIT_DATABASE ": its list of people and its database are of different kits. "
               "Nothing was changed; keep the file and put back the latest backup.",
               kit->folder);
  return FALSE;
}

gboolean
dk_kit_open_store (DkKit *kit, GError **error)
{
  const char *folder = kit->copy_folder != NULL ? kit->copy_folder : kit->folder;
  g_autofree char *path = dk_kit_file (folder, DK_KIT_DATABASE);
  DkDbKeys keys = { .open_key = dk_keyring_get (kit->keys, DK_KEY_OPEN) };

  memcpy (keys.uuid, dk_directory_file_uuid (kit->directory), sizeof keys.uuid);
  kit->db = kit->journal_given_up == NULL ? dk_db_open (path, &keys, error)
                                          : dk_db_open_without_journal (path, &keys, error);
  if (kit->db == NULL || !dk_db_migrate (kit->db, error))
    return FALSE;
  if (dk_db_notice (kit->db) != NULL)
    dk_kit_add_message (kit, "%s", dk_db_notice (kit->db));
  kit->store = dk_store_new (kit->db, kit->user, kit->keys, error);
  if (kit->store == NULL || !check_kit_id (kit, error))
    return FALSE;
  dk_store_set_person (kit->store, kit->person);
  dk_store_set_key_epoch (kit->store, dk_directory_key_epoch (kit->directory));
  return dk_trust_settle (kit->store, NULL, error);
}

/* A kit that cannot remember its place beside itself must still open in an outage. */
static void
renew_anchor (DkKit *kit)
{
  g_autoptr (GError) error = NULL;

  if (!dk_kit_write_anchor (kit, FALSE, &error))
    dk_kit_add_message (kit,
                        "This PC could not note how far the kit has come (%s). Work goes on "
                        "and nothing is lost, but a copied or restored kit would not be "
                        "noticed; tell the kit's administrator.",
                        error->message);
}

static gboolean
note_journal (DkKit *kit, GError **error)
{
  g_autoptr (json_t) body = json_object ();

  if (kit->journal_given_up == NULL)
    return TRUE;
  dk_json_set_text (body, "reason", kit->journal_given_up);
  dk_store_sign_body (kit->store, "journal-given-up", "", body);
  return dk_ledger_note (kit->store, "journal-given-up", NULL, body, error);
}

/* In an outage a telephone number on a full disk is worth more than the entry that cannot be
 * written; words that are typed are refused by the store itself. */
static gboolean
forgive_full_disk (DkKit *kit, GError **failed, GError **error)
{
  if (!g_error_matches (*failed, DK_ERROR, DK_ERROR_STORAGE) || kit->journal_given_up != NULL) {
    g_propagate_error (error, g_steal_pointer (failed));
    return FALSE;
  }
  g_clear_error (failed);
  kit->is_read_only = TRUE;
  dk_store_set_read_only (kit->store);
  dk_kit_add_message (
      kit, "Nothing can be stored now: the disk is full or refuses. People, runbooks and "
           "tickets can be read. Take calls on paper, make room on the disk, then lock "
           "the kit and open it again.");
  return TRUE;
}

/* What does not hold of whom the kit trusts, and a pack whose signers were revoked since. */
static gboolean
tell_trust (DkKit *kit, GError **error)
{
  g_autofree char *text = NULL;

  if (!dk_trust_settle (kit->store, kit->messages, error)
      || !dk_trust_pack_in_force (kit->store, &text, error))
    return FALSE;
  if (text != NULL)
    dk_kit_add_message (kit, "%s", text);
  return TRUE;
}

/* What every unlock checks and writes once the database is open. */
static gboolean
settle (DkKit *kit, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (!check_directory_sequence (kit, error))
    return FALSE;
  if (kit->is_read_only) {
    warn_about_place (kit);
    return tell_trust (kit, error) && dk_kit_warn_about_recovery (kit, error);
  }
  if ((!dk_kit_check_anchor (kit, &failed) || !repair_directory (kit, &failed)
       || !note_journal (kit, &failed) || !dk_station_renew (kit, &failed)
       || !dk_kit_state_lead_key (kit, &failed) || !dk_kit_state_people (kit, &failed)
       || !dk_escrow_renew (kit, &failed) || !note_unlock (kit, &failed))
      && !forgive_full_disk (kit, &failed, error))
    return FALSE;
  renew_anchor (kit);
  dk_store_set_anchor_watch (kit->store, on_committed, kit);
  warn_about_place (kit);
  return tell_trust (kit, error) && dk_kit_warn_about_recovery (kit, error);
}

/* The person must know which file it is. */
static void
name_file (DkKit *kit, GError **error)
{
  if (error != NULL && g_error_matches (*error, DK_ERROR, DK_ERROR_DAMAGED)
      && strstr ((*error)->message, DK_KIT_DATABASE) == NULL)
    g_prefix_error (error, "%s/" DK_KIT_DATABASE ": ", kit->folder);
}

static gboolean
may_give_up_journal (DkKit *kit, GError **error)
{
  if (kit->journal_given_up == NULL || dk_keyring_get (kit->keys, DK_KEY_LEAD) != NULL)
    return TRUE;
  g_set_error (
      error, DK_ERROR, DK_ERROR_DENIED,
      "%s may not go on without the journal: that is for a lead, a reconciler or an admin. "
      "Nothing was changed.",
      dk_person_info (kit->person)->name);
  return FALSE;
}

static DkKit *
open_kit (const Opening *opening, const DkJob *job, GError **error)
{
  g_autoptr (DkKit) kit = g_new0 (DkKit, 1);
  const char *folder = opening->folder;

  kit->folder = dk_platform_real_path (folder);
  kit->journal_given_up = g_strdup (opening->reason);
  kit->messages = g_ptr_array_new_with_free_func (g_free);
  if (dk_kit_exists (folder) && !dk_kit_take_lock (kit, error))
    return NULL;
  kit->directory = dk_kit_read_directory (folder, error);
  if (kit->directory == NULL || !dk_job_step (job, 0, 3, "Deriving the key", error)
      || !unlock_directory (kit, opening, error) || !may_give_up_journal (kit, error)
      || !dk_job_step (job, 1, 3, "Opening the kit", error)
      || !dk_kit_open_store_or_copy (kit, error) || !settle (kit, error)
      || !dk_job_step (job, 3, 3, "Open", error)) {
    name_file (kit, error);
    return NULL;
  }
  return g_steal_pointer (&kit);
}

DkKit *
dk_kit_open (const char *folder, const char *user, const DkSecret *passphrase, const DkJob *job,
             GError **error)
{
  return dk_kit_open_as (folder, user, NULL, passphrase, job, error);
}

DkKit *
dk_kit_open_as (const char *folder, const char *user, const char *as_name,
                const DkSecret *passphrase, const DkJob *job, GError **error)
{
  const Opening opening
      = { .folder = folder, .user = user, .as_name = as_name, .passphrase = passphrase };

  return open_kit (&opening, job, error);
}

DkKit *
dk_kit_open_without_journal (const char *folder, const char *user, const DkSecret *passphrase,
                             const char *reason, GError **error)
{
  g_autofree char *clean = dk_text_clean (reason);
  const Opening opening
      = { .folder = folder, .user = user, .passphrase = passphrase, .reason = clean };

  if (*clean == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Say why the kit goes on without its journal. Nothing was changed.");
    return NULL;
  }
  return open_kit (&opening, NULL, error);
}

gboolean
dk_kit_close (DkKit **kit, GError **error)
{
  g_autoptr (DkKit) closing = g_steal_pointer (kit);
  g_autoptr (GError) not_noted = NULL;
  gboolean done;

  dk_kit_stop_backup (closing);
  if (closing->is_read_only || closing->store == NULL)
    return TRUE; /* nothing was stored, and the person was told why */
  done = dk_ledger_note (closing->store, "lock", NULL, NULL, error)
         && dk_ledger_checkpoint (closing->store, error);
  if (done && !dk_kit_write_anchor (closing, TRUE, &not_noted))
    g_debug ("the anchor was not replaced: %s", not_noted->message);
  g_clear_pointer (&closing->store, dk_store_free);
  if (!done)
    return FALSE;
  return dk_db_close (&closing->db, error);
}

DkStore *
dk_kit_store (DkKit *kit)
{
  return kit->store;
}

const char *
dk_kit_folder (DkKit *kit)
{
  return kit->folder;
}

const DkKeyring *
dk_kit_keys (DkKit *kit)
{
  return kit->keys;
}

GPtrArray *
dk_kit_messages (DkKit *kit)
{
  return kit->messages;
}

void
dk_kit_free (DkKit *kit)
{
  if (kit == NULL)
    return;
  dk_kit_stop_backup (kit);
  dk_store_free (kit->store);
  dk_db_free (kit->db);
  dk_kit_remove_copy (kit);
  dk_person_free (kit->person);
  dk_keyring_free (kit->keys);
  dk_directory_free (kit->directory);
  dk_file_lock_free (kit->lock);
  if (kit->messages != NULL)
    g_ptr_array_unref (kit->messages);
  g_free (kit->anchor_path);
  g_free (kit->journal_given_up);
  g_free (kit->user);
  g_free (kit->as_name);
  g_free (kit->folder);
  g_free (kit);
}
