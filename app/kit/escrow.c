/* SPDX-License-Identifier: MIT */
/* Every person of the kit can write its database, so a recipient on record counts only with the
 * signature of the admin key in force: otherwise the next change of keys would seal all of them to
 * whoever changed the record. A key of before is not enough: who was an admin still has it. */
#include "app/kit/escrow.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/json.h"
#include "app/base/text.h"
#include "app/crypto/age.h"
#include "app/db/transaction.h"
#include "app/kit/kit-private.h"
#include "app/kit/output.h"
#include "app/store/ledger.h"

#define SETTING "escrow"
#define RECORD_BYTES_MAX (64u << 10)
#define LABEL "dk-escrow v1"
#define FILE_BYTES_MAX (1u << 20)
#define HASH_SIZE 32
#define ELSEWHERE "elsewhere" /* of the record: the path is that of another copy of the kit */

/* One escrow that was written. Borrowed. */
typedef struct {
  const char *recipient;
  const char *path;
  const char *file; /* where it was put */
  GBytes *sealed;
  gboolean is_armored;
  gboolean is_elsewhere;
} Written;

/* NULL without an error: none is on record. One that cannot be read is an empty object, so that
 * nobody keeps administrators out of the kit by spoiling it. */
static json_t *
read_record (DkStore *store, gboolean *failed, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = dk_store_get_setting (store, SETTING, &problem);
  json_t *record;

  *failed = problem != NULL;
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  if (text == NULL)
    return NULL;
  record = dk_json_parse (text, strlen (text), RECORD_BYTES_MAX, "The escrow's record", NULL);
  return record != NULL ? record : json_object ();
}

/* What an admin vouches for, in one key epoch: what was signed in another one counts no more. */
static char *
statement (DkStore *store, guint32 epoch, const char *recipient, const char *path)
{
  g_autofree char *number = g_strdup_printf ("%u", epoch);

  return g_strjoin ("\n", LABEL, dk_store_identity (store)->kit_id, number, recipient, path, NULL);
}

static gboolean
is_vouched_for (DkStore *store, const json_t *record, const DkKeyring *keys, guint32 epoch)
{
  const char *recipient = dk_json_get_text (record, "recipient");
  const char *path = dk_json_get_text (record, "path");
  const char *hex = dk_json_get_text (record, "signature");
  g_autofree char *message = NULL;
  guint8 key[32];
  guint8 signature[64];

  if (recipient == NULL || path == NULL || hex == NULL
      || !dk_text_unhex (hex, signature, sizeof signature))
    return FALSE;
  message = statement (store, epoch, recipient, path);
  dk_keyring_public (keys, DK_KEY_ADMIN, key);
  return dk_verify (signature, message, strlen (message), key);
}

static void
vouch_for (DkStore *store, json_t *record, const DkKeyring *keys, guint32 epoch)
{
  g_autofree char *message = statement (store, epoch, dk_json_get_text (record, "recipient"),
                                        dk_json_get_text (record, "path"));
  g_autofree char *hex = NULL;
  guint8 signature[64];

  dk_sign (signature, message, strlen (message), dk_keyring_get (keys, DK_KEY_ADMIN));
  hex = dk_text_hex (signature, sizeof signature);
  dk_json_set_text (record, "signature", hex);
}

gboolean
dk_escrow_vouch_again (DkStore *store, const DkKeyring *before, const DkKeyring *after,
                       guint32 epoch, GError **error)
{
  gboolean failed = FALSE;
  g_autoptr (json_t) record = read_record (store, &failed, error);
  g_autofree char *text = NULL;

  if (record == NULL || !is_vouched_for (store, record, before, epoch - 1))
    return !failed;
  vouch_for (store, record, after, epoch);
  text = dk_json_canonical (record, NULL);
  return dk_store_set_setting (store, SETTING, text, error);
}

static char *
device_age_text (DkKit *kit)
{
  return dk_text_hex (dk_store_identity (kit->store)->device_age_public, 32);
}

static char *
file_text (DkKit *kit)
{
  return dk_text_hex (dk_directory_file_uuid (kit->directory), 16);
}

/* A restored kit may have the epoch of the record and yet other keys than the escrow in the safe,
 * but it is another file. */
static gboolean
is_current (DkKit *kit, const json_t *record)
{
  g_autofree char *device = device_age_text (kit);
  g_autofree char *file = file_text (kit);

  return dk_json_get_int (record, "epoch", -1) == dk_directory_key_epoch (kit->directory)
         && g_strcmp0 (dk_json_get_text (record, "device_age"), device) == 0
         && g_strcmp0 (dk_json_get_text (record, "file"), file) == 0;
}

/* New string. */
static char *
hash_text (GBytes *sealed)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (sealed, &size);
  guint8 hash[HASH_SIZE];

  dk_hash (hash, sizeof hash, bytes, size, NULL);
  return dk_text_hex (hash, sizeof hash);
}

static json_t *
make_record (DkKit *kit, const Written *written)
{
  guint32 epoch = dk_directory_key_epoch (kit->directory);
  g_autofree char *device = device_age_text (kit);
  g_autofree char *file = file_text (kit);
  g_autofree char *hash = hash_text (written->sealed);
  json_t *record = json_object ();

  dk_json_set_text (record, "recipient", written->recipient);
  dk_json_set_text (record, "path", written->path);
  dk_json_set_text (record, "written", written->file);
  dk_json_set_text (record, "hash", hash);
  if (written->is_elsewhere)
    json_object_set_new (record, ELSEWHERE, json_true ());
  json_object_set_new (record, "armored", json_boolean (written->is_armored));
  json_object_set_new (record, "at", json_integer (dk_clock_wall_ms ()));
  json_object_set_new (record, "epoch", json_integer (epoch));
  dk_json_set_text (record, "device_age", device);
  dk_json_set_text (record, "file", file);
  vouch_for (kit->store, record, kit->keys, epoch);
  return record;
}

/* The plain text never leaves locked memory; GBytes only points at it. */
static GBytes *
seal_text (DkKit *kit, const char *recipient, gboolean is_armored, GError **error)
{
  g_autoptr (DkSecret) text = NULL;
  g_autoptr (GBytes) plain = NULL;
  guint8 key[32];

  if (!dk_age_recipient_parse (recipient, key, error))
    return NULL;
  text = dk_escrow_text (kit, error);
  if (text == NULL)
    return NULL;
  plain = g_bytes_new_static (dk_secret_get (text), dk_secret_size (text) - 1);
  return is_armored ? dk_age_seal_armored (plain, key, 1, error)
                    : dk_age_seal (plain, key, 1, error);
}

static gboolean
note_written (DkKit *kit, const char *recipient, const char *reason, GError **error)
{
  g_autoptr (json_t) body = json_object ();

  dk_json_set_text (body, "recipient", recipient);
  json_object_set_new (body, "epoch", json_integer (dk_directory_key_epoch (kit->directory)));
  dk_json_set_text (body, "reason", reason);
  dk_store_sign_body (kit->store, "escrow-written", "", body);
  return dk_ledger_note (kit->store, "escrow-written", NULL, body, error);
}

static gboolean
remember (DkKit *kit, const Written *written, GError **error)
{
  g_autoptr (json_t) record = make_record (kit, written);
  g_autofree char *text = dk_json_canonical (record, NULL);

  return dk_store_set_setting (kit->store, SETTING, text, error);
}

static gboolean
write_bytes (const char *path, GBytes *sealed, GError **error)
{
  return dk_output_check (path, DK_OUTPUT_ESCROW, error)
         && dk_file_replace (path, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed),
                             DK_FILE_DURABLE, error);
}

gboolean
dk_escrow_write (DkKit *kit, const char *recipient, const char *path, gboolean is_armored,
                 const char *reason, GError **error)
{
  g_autofree char *clean = dk_text_clean (reason);
  g_autofree char *real = dk_platform_real_path (path);
  g_autoptr (GBytes) sealed = NULL;
  Written written
      = { .recipient = recipient, .path = real, .file = real, .is_armored = is_armored };

  if (*clean == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Say why the escrow is written: it hands out every key of this station. Nothing "
                 "was written.");
    return FALSE;
  }
  if (!g_utf8_validate (real, -1, NULL)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The name of that file cannot be remembered, since it is no valid text. Nothing "
                 "was written; choose another name.");
    return FALSE;
  }
  sealed = seal_text (kit, recipient, is_armored, error);
  written.sealed = sealed;
  return sealed != NULL && dk_output_check (real, DK_OUTPUT_ESCROW, error)
         && note_written (kit, recipient, clean, error) && write_bytes (real, sealed, error)
         && remember (kit, &written, error);
}

static char *
outgoing_path (DkKit *kit)
{
  g_autofree char *folder = dk_kit_file (kit->folder, DK_KIT_OUTGOING);
  g_autofree char *name
      = g_strdup_printf ("escrow-%s-%u.age", dk_store_identity (kit->store)->station,
                         dk_directory_key_epoch (kit->directory));

  return g_build_filename (folder, name, NULL);
}

static void
tell_outgoing (DkKit *kit, const Written *written, const char *outgoing)
{
  if (written->is_elsewhere)
    dk_kit_add_message (kit,
                        "This kit was copied, moved or restored since its escrow was written to "
                        "%s: that file was left as it is, since it may be that of the other copy. "
                        "The new escrow lies in %s. Carry it to a safe place, or choose one: dkit "
                        "escrow write.",
                        written->path, outgoing);
  else
    dk_kit_add_message (kit,
                        "This kit has other keys or another file. The new escrow could not be "
                        "written to %s; it lies in %s. Carry it to where the escrow is kept: the "
                        "one there may not open this kit any more.",
                        written->path, outgoing);
}

/* Where it went; NULL, and a message, if no place took it. New string. */
static char *
put_somewhere (DkKit *kit, const Written *written)
{
  g_autoptr (GError) refused = NULL;
  g_autofree char *outgoing = NULL;

  if (!written->is_elsewhere) {
    if (write_bytes (written->path, written->sealed, &refused))
      return g_strdup (written->path);
    g_debug ("%s", refused->message);
    g_clear_error (&refused);
  }
  outgoing = outgoing_path (kit);
  if (write_bytes (outgoing, written->sealed, &refused)) {
    tell_outgoing (kit, written, outgoing);
    return g_steal_pointer (&outgoing);
  }
  dk_kit_add_message (kit,
                      "This kit has other keys or another file, and the new escrow could not be "
                      "written (%s). The one that is kept may not open it any more: dkit escrow "
                      "write.",
                      refused->message);
  return NULL;
}

static gboolean
renew (DkKit *kit, const json_t *record, GError **error)
{
  Written written = { .recipient = dk_json_get_text (record, "recipient"),
                      .path = dk_json_get_text (record, "path"),
                      .is_armored = dk_json_get_bool (record, "armored", FALSE),
                      .is_elsewhere = dk_json_get_bool (record, ELSEWHERE, FALSE) };
  g_autoptr (GError) refused = NULL;
  g_autoptr (GBytes) sealed = seal_text (kit, written.recipient, written.is_armored, &refused);
  g_autofree char *file = NULL;

  if (sealed == NULL) {
    dk_kit_add_message (kit, "The escrow is out of date and could not be made anew: %s",
                        refused->message);
    return TRUE;
  }
  if (!note_written (kit, written.recipient, "the keys or the file of the kit changed", error))
    return FALSE;
  written.sealed = sealed;
  file = put_somewhere (kit, &written);
  written.file = file;
  return file == NULL || remember (kit, &written, error);
}

gboolean
dk_escrow_forget_place (DkKit *kit, GError **error)
{
  gboolean failed = FALSE;
  g_autoptr (json_t) record = read_record (kit->store, &failed, error);
  g_autofree char *text = NULL;

  if (record == NULL || dk_json_get_text (record, "recipient") == NULL)
    return !failed;
  json_object_set_new (record, ELSEWHERE, json_true ());
  text = dk_json_canonical (record, NULL);
  return dk_store_set_setting (kit->store, SETTING, text, error);
}

gboolean
dk_escrow_renew (DkKit *kit, GError **error)
{
  gboolean failed = FALSE;
  g_autoptr (json_t) record = NULL;

  if (dk_keyring_get (kit->keys, DK_KEY_ADMIN) == NULL || kit->is_read_only)
    return TRUE;
  record = read_record (kit->store, &failed, error);
  if (record == NULL || is_current (kit, record))
    return !failed;
  if (is_vouched_for (kit->store, record, kit->keys, dk_directory_key_epoch (kit->directory)))
    return renew (kit, record, error);
  dk_kit_add_message (kit, "The escrow is out of date, and its recipient on record has no valid "
                           "signature of an administrator, so nothing was sealed to it. Write the "
                           "escrow anew: dkit escrow write --to RECIPIENT -o FILE.");
  return TRUE;
}

DkEscrowState *
dk_escrow_get_state (DkKit *kit, GError **error)
{
  gboolean failed = FALSE;
  g_autoptr (json_t) record = read_record (kit->store, &failed, error);
  DkEscrowState *state;

  if (failed)
    return NULL;
  state = g_new0 (DkEscrowState, 1);
  if (record == NULL)
    return state;
  state->recipient = g_strdup (dk_json_get_text (record, "recipient"));
  state->path = g_strdup (dk_json_get_text (record, "path"));
  state->written = g_strdup (dk_json_get_text (record, "written"));
  state->hash = g_strdup (dk_json_get_text (record, "hash"));
  state->is_elsewhere = dk_json_get_bool (record, ELSEWHERE, FALSE);
  state->key_epoch = (guint32) CLAMP (dk_json_get_int (record, "epoch", 0), 0, G_MAXUINT32);
  state->written_ms = dk_json_get_int (record, "at", 0);
  state->is_current = is_current (kit, record);
  return state;
}

DkEscrowFile
dk_escrow_look (const DkEscrowState *state)
{
  g_autoptr (GBytes) there
      = state->written != NULL ? dk_file_read_part (state->written, 0, FILE_BYTES_MAX, NULL)
                               : NULL;
  g_autofree char *hash = NULL;

  if (there == NULL)
    return DK_ESCROW_AWAY;
  if (state->hash == NULL)
    return DK_ESCROW_UNKNOWN;
  hash = hash_text (there);
  return strcmp (hash, state->hash) == 0 ? DK_ESCROW_SAME : DK_ESCROW_DIFFERENT;
}

void
dk_escrow_state_free (DkEscrowState *state)
{
  if (state == NULL)
    return;
  g_free (state->recipient);
  g_free (state->path);
  g_free (state->written);
  g_free (state->hash);
  g_free (state);
}
