/* SPDX-License-Identifier: MIT */
#include "app/store/ledger-walk.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/crypto/minisign.h"
#include "app/db/statement.h"
#include "app/model/number.h"
#include "app/store/ledger-private.h"

typedef enum {
  STAGE_KEY,
  STAGE_OLD_KEYS,
  STAGE_LINES,
  STAGE_BODIES,
  STAGE_FILES,
  STAGE_CHECKPOINTS,
  STAGE_END
} Stage;

struct DkLedgerWalk {
  DkStore *store;
  gboolean with_text;
  Stage stage;
  DkStmt *stmt;    /* of the stage, NULL before its first row */
  char *name;
  char *signature; /* of the checkpoint whose message was the last piece */
};

static const char *const queries[] = {
  [STAGE_OLD_KEYS] = "SELECT e.chain, b.body FROM entry AS e JOIN entry_body AS b ON b.entry = e.id"
                     " WHERE e.seq = 1 AND e.station = (SELECT value FROM setting"
                     " WHERE key = 'station') AND b.body IS NOT NULL ORDER BY e.id",
  [STAGE_LINES] = "SELECT station, chain, line FROM entry ORDER BY station, chain, seq, hash",
  [STAGE_BODIES] = "SELECT e.chain, e.seq, b.salt, b.body, b.erased_by"
                   " FROM entry AS e JOIN entry_body AS b ON b.entry = e.id"
                   " ORDER BY e.station, e.chain, e.seq, e.hash",
  /* Once, however many tickets have it; what only a draft has is not captured yet. */
  [STAGE_FILES] = "SELECT sha256, content FROM attached WHERE id IN (SELECT min (id) FROM attached"
                  " WHERE number IN (SELECT number FROM ticket) GROUP BY sha256) ORDER BY sha256",
  [STAGE_CHECKPOINTS] = "SELECT chain, seq, message, signature FROM checkpoint"
                        " ORDER BY chain, seq",
};

DkLedgerWalk *
dk_ledger_walk_new (DkStore *store, gboolean with_text)
{
  DkLedgerWalk *walk = g_new0 (DkLedgerWalk, 1);

  walk->store = store;
  walk->with_text = with_text;
  return walk;
}

static void
append_text (GByteArray *piece, const char *text)
{
  g_byte_array_append (piece, (const guint8 *) text, (guint) strlen (text));
}

static void
set_name (DkLedgerWalk *walk, char *name)
{
  g_free (walk->name);
  walk->name = name;
}

static void
take_key (DkLedgerWalk *walk, const guint8 device[32], char *name, GByteArray *piece)
{
  DkMinisignPublic key;
  g_autofree char *text = NULL;

  dk_minisign_public_from_key (device, &key);
  text = dk_minisign_public_text (&key);
  append_text (piece, text);
  set_name (walk, name);
}

/* A chain from before the device keys were renewed is signed by another key, which its first entry
 * states. FALSE for a chain of the key in force. */
static gboolean
take_old_key (DkLedgerWalk *walk, GByteArray *piece)
{
  const char *text = dk_stmt_text (walk->stmt, 1);
  g_autoptr (json_t) body
      = dk_json_parse (text, strlen (text), DK_LIMIT_ENTRY_BODY_BYTES, "A body", NULL);
  guint8 device[32];

  if (!dk_text_unhex (dk_json_get_text (body, "device_sign"), device, sizeof device)
      || memcmp (device, dk_store_identity (walk->store)->device_sign_public, sizeof device) == 0)
    return FALSE;
  take_key (walk, device, g_strdup_printf ("device-%s.pub", dk_stmt_text (walk->stmt, 0)), piece);
  return TRUE;
}

/* One file for each chain; the lines are written as they were hashed. */
static void
take_line (DkLedgerWalk *walk, GByteArray *piece)
{
  gsize size;
  const void *line = dk_stmt_blob (walk->stmt, 2, &size);

  g_byte_array_append (piece, line, (guint) size);
  set_name (walk, g_strdup_printf ("%s-%s.ndjson", dk_stmt_text (walk->stmt, 0),
                                   dk_stmt_text (walk->stmt, 1)));
}

static void
take_body (DkLedgerWalk *walk, GByteArray *piece)
{
  g_autoptr (json_t) record = json_object ();
  g_autofree char *text = NULL;
  gsize size;
  const void *salt = dk_stmt_blob (walk->stmt, 2, &size);
  g_autofree char *hex = salt != NULL ? dk_text_hex (salt, size) : NULL;

  json_object_set_new (record, "chain", dk_json_string (dk_stmt_text (walk->stmt, 0)));
  json_object_set_new (record, "seq", json_integer (dk_stmt_int (walk->stmt, 1)));
  json_object_set_new (record, "salt", dk_json_string (hex));
  json_object_set_new (record, "body", dk_json_string (dk_stmt_text (walk->stmt, 3)));
  if (!dk_stmt_is_null (walk->stmt, 4))
    json_object_set_new (record, "erased_by", json_integer (dk_stmt_int (walk->stmt, 4)));
  text = dk_json_canonical (record, NULL);
  append_text (piece, text);
  append_text (piece, "\n");
  set_name (walk, g_strdup ("bodies.ndjson"));
}

static void
take_checkpoint (DkLedgerWalk *walk, GByteArray *piece)
{
  append_text (piece, dk_stmt_text (walk->stmt, 2));
  walk->signature = g_strdup (dk_stmt_text (walk->stmt, 3));
  set_name (walk, g_strdup_printf ("checkpoints/%s-%" G_GINT64_FORMAT ".json",
                                   dk_stmt_text (walk->stmt, 0), dk_stmt_int (walk->stmt, 1)));
}

static void
take_signature (DkLedgerWalk *walk, GByteArray *piece)
{
  append_text (piece, walk->signature);
  g_clear_pointer (&walk->signature, g_free);
  set_name (walk, g_strconcat (walk->name, ".minisig", NULL));
}

static void
take_file (DkLedgerWalk *walk, GByteArray *piece)
{
  gsize size;
  const void *content = dk_stmt_blob (walk->stmt, 1, &size);

  g_byte_array_append (piece, content, (guint) size);
  set_name (walk, g_strconcat (DK_LEDGER_WALK_FILES, dk_stmt_text (walk->stmt, 0), NULL));
}

/* A file is named by its hash, which the words of its ticket have as well. */
static gboolean
check_file (DkLedgerWalk *walk, GError **error)
{
  g_autofree char *found = NULL;
  gsize size;
  const void *content = dk_stmt_blob (walk->stmt, 1, &size);

  found = g_compute_checksum_for_data (G_CHECKSUM_SHA256, content, size);
  if (g_strcmp0 (found, dk_stmt_text (walk->stmt, 0)) == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "A file of a ticket is not what the ledger says of it (its SHA-256 differs), so "
               "somebody has changed it, and nothing is handed out with it. The words of all "
               "tickets are whole: dkit audit export without --with-text goes on, and a backup "
               "from before has the file.");
  return FALSE;
}

/* Names of files are made of the columns, and everybody of the kit can write rows. */
static gboolean
check_names (DkLedgerWalk *walk, GError **error)
{
  const char *station = walk->stage == STAGE_LINES ? dk_stmt_text (walk->stmt, 0) : NULL;
  const char *chain = dk_stmt_text (walk->stmt, station != NULL ? 1 : 0);

  if (dk_ledger_is_chain_id (chain) && (station == NULL || dk_number_station_is_valid (station)))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "The ledger has lines of a station or chain that cannot be, so somebody has changed "
               "it, and it is not handed out. Keep the kit's folder as it is; dkit audit verify "
               "says more.");
  return FALSE;
}

static gboolean
check_row (DkLedgerWalk *walk, GError **error)
{
  return walk->stage == STAGE_FILES ? check_file (walk, error) : check_names (walk, error);
}

/* FALSE if the row has nothing to hand out. */
static gboolean
take_row (DkLedgerWalk *walk, GByteArray *piece)
{
  if (walk->stage == STAGE_OLD_KEYS)
    return take_old_key (walk, piece);
  if (walk->stage == STAGE_LINES)
    take_line (walk, piece);
  else if (walk->stage == STAGE_BODIES)
    take_body (walk, piece);
  else if (walk->stage == STAGE_FILES)
    take_file (walk, piece);
  else
    take_checkpoint (walk, piece);
  return TRUE;
}

static void
end_stage (DkLedgerWalk *walk)
{
  g_clear_pointer (&walk->stmt, dk_stmt_free);
  walk->stage++;
  if (walk->stage == STAGE_BODIES && !walk->with_text)
    walk->stage = STAGE_CHECKPOINTS;
}

gboolean
dk_ledger_walk_next (DkLedgerWalk *walk, const char **name, GByteArray *piece, GError **error)
{
  gboolean is_taken = FALSE;

  if (walk->signature != NULL) {
    take_signature (walk, piece);
    *name = walk->name;
    return TRUE;
  }
  if (walk->stage == STAGE_KEY) {
    take_key (walk, dk_store_identity (walk->store)->device_sign_public, g_strdup ("device.pub"),
              piece);
    end_stage (walk);
    *name = walk->name;
    return TRUE;
  }
  while (!is_taken && walk->stage != STAGE_END) {
    gboolean has_row;
    if (walk->stmt == NULL)
      walk->stmt = dk_stmt_new (dk_store_db (walk->store), queries[walk->stage]);
    if (!dk_stmt_step (walk->stmt, &has_row, error))
      return FALSE;
    if (has_row && !check_row (walk, error))
      return FALSE;
    if (has_row)
      is_taken = take_row (walk, piece);
    else
      end_stage (walk);
  }
  *name = is_taken ? walk->name : NULL;
  return TRUE;
}

void
dk_ledger_walk_free (DkLedgerWalk *walk)
{
  if (walk == NULL)
    return;
  dk_stmt_free (walk->stmt);
  g_free (walk->name);
  g_free (walk->signature);
  g_free (walk);
}
