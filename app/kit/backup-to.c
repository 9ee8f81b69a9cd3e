/* SPDX-License-Identifier: MIT */
/* A backup for other people's tools: the zip is made while it is sealed, so that nothing of it lies
 * on a disk in clear. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/text.h"
#include "app/container/container.h"
#include "app/container/zip.h"
#include "app/crypto/age.h"
#include "app/kit/backup-private.h"
#include "app/store/ledger-walk.h"
#include "app/store/ledger.h"

#define PART "backup.zip"
#define PIECE_BYTES (64u << 10)

static const char steps[]
    = "What was captured on one station of Downtime Kit: its ledger and the words in it.\n"
      "Read in a folder of your own, and remove it when you are done: nothing here is sealed.\n"
      "\n"
      "How you got here, F being the file and KEY your age identity:\n"
      "  unzip F -d x && cd x\n"
      "  minisign -V -p device.pub -x manifest.json.*.minisig -m manifest.json\n"
      "      (device.pub: the station's key from the fleet list or station.json, not from here)\n"
      "  sha256sum backup.zip.age          compare with manifest.json\n"
      "  age -d -i KEY -o backup.zip backup.zip.age && unzip backup.zip\n"
      "\n"
      "What is here:\n"
      "  STATION-CHAIN.ndjson    one line for each step, in order\n"
      "  bodies.ndjson           the words of each line, by chain and seq\n"
      "  files/                  photos and other files of tickets, each named by its SHA-256;\n"
      "                          the words say the name, type and ticket of each\n"
      "  checkpoints/            signatures of the station over the lines so far\n"
      "  device.pub              the key that made them; compare it with the fleet list\n"
      "  device-CHAIN.pub        the key of a chain from before the keys were renewed\n"
      "\n"
      "Check that no line is missing: this is `prev` in line N + 1:\n"
      "  sed -n Np STATION-CHAIN.ndjson | b2sum -l 256\n"
      "Check a checkpoint, whose `head` is that sum of line `seq`:\n"
      "  minisign -V -p device.pub -m checkpoints/CHAIN-SEQ.json\n"
      "      (device-CHAIN.pub where that is there)\n"
      "Check the files, if there are any:\n"
      "  cd files && for f in *; do echo \"$f  $f\"; done | sha256sum -c\n";

/* The zip while it is being read. */
typedef struct {
  DkStore *store;
  DkZipPlan *plan;
  char *about;
  DkLedgerWalk *walk;
  char *name;      /* of the member whose bytes come now */
  guint member;    /* its place in the plan */
  gboolean is_over;
} Zip;

static void
zip_clear (Zip *zip)
{
  dk_zip_plan_free (zip->plan);
  dk_ledger_walk_free (zip->walk);
  g_free (zip->about);
  g_free (zip->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Zip, zip_clear)

static void
plan_text (DkZipPlan *plan, const char *name, const char *text)
{
  dk_zip_plan_add (plan, name, strlen (text), dk_zip_crc (0, text, strlen (text)));
}

/* A first walk tells names, sizes and checksums, which stand before the bytes. */
static gboolean
plan_zip (Zip *zip, const DkJob *job, GError **error)
{
  g_autoptr (DkLedgerWalk) walk = dk_ledger_walk_new (zip->store, TRUE);
  g_autoptr (GByteArray) piece = g_byte_array_new ();
  g_autofree char *current = NULL;
  const char *name;
  guint64 size = 0;
  guint32 crc = 0;

  zip->plan = dk_zip_plan_new ();
  plan_text (zip->plan, "about.json", zip->about);
  plan_text (zip->plan, "README.txt", steps);
  for (;;) {
    if (!dk_ledger_walk_next (walk, &name, piece, error)
        || !dk_job_step (job, 0, 0, "Reading the ledger", error))
      return FALSE;
    if (g_strcmp0 (name, current) != 0 && current != NULL)
      dk_zip_plan_add (zip->plan, current, size, crc);
    if (name == NULL)
      return dk_zip_plan_check (zip->plan, error);
    if (g_strcmp0 (name, current) != 0) {
      g_free (current);
      current = g_strdup (name);
      size = 0;
      crc = 0;
    }
    size += piece->len;
    crc = dk_zip_crc (crc, piece->data, piece->len);
    g_byte_array_set_size (piece, 0);
  }
}

static void
append_text_member (Zip *zip, GByteArray *out, const char *text)
{
  dk_zip_plan_append_header (zip->plan, zip->member++, out);
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

/* The header must stand before the bytes that tell of the member, so they come aside first. */
static gboolean
append_walk (Zip *zip, GByteArray *out, GError **error)
{
  g_autoptr (GByteArray) piece = g_byte_array_new ();
  const char *name;

  if (!dk_ledger_walk_next (zip->walk, &name, piece, error))
    return FALSE;
  if (name == NULL) {
    dk_zip_plan_append_tail (zip->plan, out);
    zip->is_over = TRUE;
    return TRUE;
  }
  if (g_strcmp0 (name, zip->name) != 0) {
    dk_zip_plan_append_header (zip->plan, zip->member++, out);
    g_free (zip->name);
    zip->name = g_strdup (name);
  }
  g_byte_array_append (out, piece->data, piece->len);
  return TRUE;
}

static gboolean
fill_piece (GByteArray *out, gpointer data, GError **error)
{
  Zip *zip = data;

  if (zip->walk == NULL) {
    zip->walk = dk_ledger_walk_new (zip->store, TRUE);
    append_text_member (zip, out, zip->about);
    append_text_member (zip, out, steps);
  }
  while (!zip->is_over && out->len < PIECE_BYTES)
    if (!append_walk (zip, out, error))
      return FALSE;
  return TRUE;
}

static gboolean
may_export (DkKit *kit, const char *reason, GError **error)
{
  if (reason == NULL || *reason == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Say why: such a backup can be read by whoever has the key, and needs a reason. "
                 "Nothing was written.");
    return FALSE;
  }
  if (dk_store_may (kit->store, DK_STORE_HAND_OUT, error))
    return TRUE;
  g_prefix_error (error, "No backup was made, and one without --to is for everybody. ");
  return FALSE;
}

static gboolean
note_backup (DkKit *kit, const char *path, const char *recipient, const char *reason,
             gint64 sequence, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *shown = g_filename_display_name (name);
  g_autoptr (json_t) body = json_object ();

  dk_json_set_text (body, "file", shown);
  dk_json_set_text (body, "target", "recipient");
  dk_json_set_text (body, "recipient", recipient);
  dk_json_set_text (body, "reason", reason);
  json_object_set_new (body, "sequence", json_integer (sequence));
  dk_store_sign_body (kit->store, "backup-made", shown, body);
  return dk_ledger_note (kit->store, "backup-made", shown, body, error)
         && dk_ledger_checkpoint (kit->store, error);
}

static gboolean
count_up (DkKit *kit, gint64 *sequence, GError **error)
{
  g_autoptr (GPtrArray) places = dk_backup_places_load (kit->store, sequence, error);

  *sequence += 1;
  return places != NULL && dk_backup_places_save (kit->store, places, *sequence, error);
}

static gboolean
seal_ledger (DkKit *kit, const json_t *fields, const guint8 key[32], DkFileWriter *out,
             const DkJob *job, GError **error)
{
  g_auto (Zip) zip = { .store = kit->store };
  g_autoptr (GInputStream) in = NULL;

  zip.about = dk_container_about (DK_BACKUP_TYPE, fields, PART);
  if (!plan_zip (&zip, job, error))
    return FALSE;
  in = dk_piece_stream_new (fill_piece, &zip);
  return dk_age_seal_stream (in, dk_file_writer_stream (out), key, 1, FALSE, job, error);
}

static gboolean
write_container (DkKit *kit, const char *path, gboolean replace, const json_t *fields,
                 const char *sealed, char *recipient, const DkJob *job, GError **error)
{
  char *recipients[] = { recipient, NULL };
  const DkContainerSource source = { DK_BACKUP_SEALED, sealed, recipients };
  g_auto (DkMinisignSecret) signer = { .seed = NULL };
  DkMinisignPublic device;
  g_autoptr (DkFileWriter) out = dk_file_writer_new (path, error);

  dk_minisign_secret_from_seed (dk_keyring_get (kit->keys, DK_KEY_DEVICE_SIGN), &signer);
  dk_minisign_secret_public (&signer, &device);
  return out != NULL
         && dk_container_write (out, DK_BACKUP_TYPE, fields, &source, 1, &signer, 1, job, error)
         && dk_file_writer_sync (out, error)
         && dk_backup_check_written (dk_file_writer_temporary (out), &device, job, error)
         && dk_file_writer_finish (out, replace, error);
}

gboolean
dk_kit_backup_to (DkKit *kit, const char *path, const char *recipient, const char *reason,
                  const DkJob *job, GError **error)
{
  g_autofree char *making = dk_kit_file (kit->folder, DK_KIT_BACKUP_SEALED);
  g_autoptr (DkFileWriter) sealed = NULL;
  g_autoptr (json_t) fields = NULL;
  g_autofree char *canonical = NULL;
  gboolean replace = FALSE;
  gint64 sequence = 0;
  guint8 key[32];

  if (!may_export (kit, reason, error) || !dk_age_recipient_parse (recipient, key, error)
      || !dk_backup_check_target (path, dk_store_identity (kit->store)->kit_id, &replace, error)
      || !dk_kit_check_room (kit, "No backup was made", error) || !count_up (kit, &sequence, error)
      || !note_backup (kit, path, recipient, reason, sequence, error))
    return FALSE;
  canonical = dk_age_recipient_text (key);
  fields = dk_backup_fields (kit->store, sequence, dk_clock_wall_ms ());
  sealed = dk_file_writer_new (making, error);
  return sealed != NULL && seal_ledger (kit, fields, key, sealed, job, error)
         && write_container (kit, path, replace, fields, dk_file_writer_temporary (sealed),
                             canonical, job, error);
}
