/* SPDX-License-Identifier: MIT */
#include "tests/store/ledger-maker.h"

#include <string.h>

#include "app/base/text.h"
#include "app/crypto/minisign.h"

#define START_MS G_GINT64_CONSTANT (1795350665123)

typedef struct {
  GRand *rng;
  MadeLedger *ledger;
  MadeChain *chain;
  DkSecret *seed;
  char prev[65];
  gint64 seq;
  gint64 mono_ms;
} Maker;

static void
chain_free (gpointer data)
{
  MadeChain *chain = data;

  g_free (chain->station);
  g_free (chain->id);
  g_ptr_array_unref (chain->lines);
  g_ptr_array_unref (chain->bodies);
  g_free (chain);
}

void
made_checkpoint_free (gpointer data)
{
  MadeCheckpoint *checkpoint = data;

  g_free (checkpoint->chain);
  g_free (checkpoint->message);
  g_free (checkpoint->signature);
  g_free (checkpoint);
}

void
made_ledger_free (MadeLedger *ledger)
{
  if (ledger == NULL)
    return;
  g_ptr_array_unref (ledger->chains);
  g_ptr_array_unref (ledger->checkpoints);
  g_array_unref (ledger->keys);
  g_free (ledger->head);
  g_free (ledger);
}

char *
made_ledger_hash (const char *line)
{
  guint8 hash[32];

  dk_hash (hash, sizeof hash, line, strlen (line), NULL);
  return dk_text_hex (hash, sizeof hash);
}

static void
sign_as (const char *label, guint8 who, const char *member, const char *kit, const char *kind,
         const char *object, json_t *body)
{
  guint8 bytes[32];
  guint8 key[32];
  guint8 signature[64];
  g_autofree char *text = dk_json_canonical (body, NULL);
  g_autofree char *message = g_strjoin ("\n", label, kit, kind, object, text, NULL);
  g_autofree char *slot = g_strnfill (32, (char) ('a' + who));
  g_autofree char *key_hex = NULL;
  g_autofree char *hex = NULL;
  g_autoptr (DkSecret) seed = NULL;

  memset (bytes, who, sizeof bytes);
  seed = dk_secret_new_copy (bytes, sizeof bytes);
  dk_sign_public (key, seed);
  dk_sign (signature, message, strlen (message), seed);
  key_hex = dk_text_hex (key, sizeof key);
  hex = dk_text_hex (signature, sizeof signature);
  json_object_set_new (
      body, member, json_pack ("{s:s, s:s, s:s}", "slot", slot, "key", key_hex, "signature", hex));
}

void
made_ledger_sign_body (const char *kit, const char *kind, const char *object, json_t *body,
                       gboolean second)
{
  sign_as ("dk-person v1", 1, "signed", kit, kind, object, body);
  if (second)
    sign_as ("dk-second v1", 2, "second", kit, kind, object, body);
}

static char *
random_hex (GRand *rng, guint bytes)
{
  GString *hex = g_string_new (NULL);

  for (guint i = 0; i < bytes; i++)
    g_string_append_printf (hex, "%02x", g_rand_int_range (rng, 0, 256));
  return g_string_free (hex, FALSE);
}

static char *
body_record (const char *chain, gint64 seq, const char *salt, const char *body, gint64 erased_by)
{
  g_autoptr (json_t) record = json_pack ("{s:s, s:I, s:s?, s:s?}", "chain", chain, "seq",
                                         (json_int_t) seq, "salt", salt, "body", body);
  g_autofree char *text = NULL;

  if (erased_by > 0)
    json_object_set_new (record, "erased_by", json_integer (erased_by));
  text = dk_json_canonical (record, NULL);
  return g_strconcat (text, "\n", NULL);
}

static void
append (Maker *m, const char *kind, const char *object, const json_t *body)
{
  g_autofree char *salt = random_hex (m->rng, 16);
  g_autofree char *text = dk_json_canonical (body, NULL);
  g_autoptr (DkEntry) e = dk_entry_new ();
  g_autofree char *hash_hex = NULL;
  gboolean is_anna;
  guint8 raw[16];
  guint8 hash[32];
  char *line;

  g_assert_true (dk_text_unhex (salt, raw, sizeof raw));
  dk_hash_pair (hash, raw, sizeof raw, text, strlen (text));
  m->mono_ms += g_rand_int_range (m->rng, 0, 90000);
  e->kit = g_strdup (m->ledger->kit);
  e->station = g_strdup (m->chain->station);
  e->chain = g_strdup (m->chain->id);
  e->seq = ++m->seq;
  e->prev = g_strdup (m->prev);
  e->kind = g_strdup (kind);
  e->object = g_strdup (object);
  is_anna = g_rand_boolean (m->rng) || json_object_get (body, "signed") != NULL;
  e->user = g_strdup (is_anna ? "anna" : "Zoë \"Z\"");
  e->recorded_ms = START_MS + m->mono_ms;
  e->happened_ms = e->recorded_ms - g_rand_int_range (m->rng, 0, 3600000);
  e->boot = g_strdup ("5e0c6f2e-7c1a-4a52-9d0e-4f2b8a1c9d33");
  e->mono_ms = m->mono_ms;
  e->body_hash = dk_text_hex (hash, sizeof hash);
  line = dk_entry_line (e);
  g_ptr_array_add (m->chain->lines, line);
  g_ptr_array_add (m->chain->bodies, body_record (m->chain->id, m->seq, salt, text, 0));
  hash_hex = made_ledger_hash (line);
  g_strlcpy (m->prev, hash_hex, sizeof m->prev);
}

MadeCheckpoint *
made_checkpoint_new (const MadeLedger *ledger, const MadeChain *chain, guint at,
                     const DkSecret *seed)
{
  MadeCheckpoint *checkpoint = g_new0 (MadeCheckpoint, 1);
  g_autofree char *head = made_ledger_hash (g_ptr_array_index (chain->lines, at));
  g_autofree char *comment = g_strdup_printf ("dk-checkpoint v=1 kit=%s station=%s chain=%s seq=%u",
                                              ledger->kit, chain->station, chain->id, at + 1);
  g_auto (DkMinisignSecret) secret = { .seed = NULL };

  checkpoint->chain = g_strdup (chain->id);
  checkpoint->seq = at + 1;
  checkpoint->message = g_strdup_printf (
      "{\"at\":\"2026-11-22T12:31:05.123Z\",\"chain\":\"%s\",\"head\":\"%s\",\"kit\":\"%s\","
      "\"seq\":%u,\"station\":\"%s\",\"v\":1}\n",
      chain->id, head, ledger->kit, at + 1, chain->station);
  dk_minisign_secret_from_seed (seed, &secret);
  checkpoint->signature
      = dk_minisign_sign (checkpoint->message, strlen (checkpoint->message), &secret, comment);
  return checkpoint;
}

static void
sign_here (Maker *m)
{
  g_ptr_array_add (m->ledger->checkpoints,
                   made_checkpoint_new (m->ledger, m->chain, m->chain->lines->len - 1, m->seed));
}

/* Takes the words of the last note away, with an entry of two people that says so. */
static void
erase_one (Maker *m)
{
  for (guint i = m->chain->lines->len; i > 1; i--) {
    g_autoptr (json_t) body = NULL;
    const char *line = g_ptr_array_index (m->chain->lines, i - 1);
    if (strstr (line, "\"kind\":\"ticket-note\"") == NULL
        || strstr (g_ptr_array_index (m->chain->bodies, i - 1), "erased_by") != NULL)
      continue;
    body = json_pack ("{s:s, s:i, s:s}", "chain", m->chain->id, "seq", (int) i, "reason",
                      "another patient");
    made_ledger_sign_body (m->ledger->kit, DK_ENTRY_TICKET_ERASE, "DT-A07-0001-V", body, TRUE);
    append (m, DK_ENTRY_TICKET_ERASE, "DT-A07-0001-V", body);
    g_free (m->chain->bodies->pdata[i - 1]);
    m->chain->bodies->pdata[i - 1] = body_record (m->chain->id, i, NULL, NULL, m->seq);
    return;
  }
}

static void
append_any (Maker *m)
{
  static const char *const kinds[] = { "unlock",
                                       DK_ENTRY_NUMBER_ISSUED,
                                       DK_ENTRY_TICKET_NEW,
                                       DK_ENTRY_TICKET_SET,
                                       DK_ENTRY_TICKET_NOTE,
                                       DK_ENTRY_TICKET_NOTE,
                                       DK_ENTRY_TICKET_FINAL,
                                       DK_ENTRY_HANDOVER };
  const char *kind = kinds[g_rand_int_range (m->rng, 0, G_N_ELEMENTS (kinds))];
  const char *object = strcmp (kind, "unlock") == 0 ? "" : "DT-A07-0001-V";
  g_autoptr (json_t) body = json_object ();
  int dice = g_rand_int_range (m->rng, 0, 40);

  if (dice == 0) {
    erase_one (m);
    return;
  }
  json_object_set_new (body, "n", json_integer (g_rand_int_range (m->rng, 0, 1000)));
  json_object_set_new (body, "text", json_string (dice % 2 == 0 ? "Zoë\nsays \"no\"" : "words"));
  if (dice == 1) {
    kind = DK_ENTRY_TICKET_VOID;
    made_ledger_sign_body (m->ledger->kit, kind, object, body, FALSE);
  }
  append (m, kind, object, body);
}

/* Who signs, as sign_as does it. */
static json_t *
made_people (void)
{
  static const char *const names[] = { "anna", "ben" };
  json_t *list = json_array ();

  for (guint8 i = 0; i < G_N_ELEMENTS (names); i++) {
    guint8 bytes[32];
    guint8 key[32];
    g_autofree char *slot = g_strnfill (32, (char) ('b' + i));
    g_autofree char *hex = NULL;
    g_autoptr (DkSecret) seed = NULL;
    memset (bytes, i + 1, sizeof bytes);
    seed = dk_secret_new_copy (bytes, sizeof bytes);
    dk_sign_public (key, seed);
    hex = dk_text_hex (key, sizeof key);
    json_array_append_new (list, json_pack ("{s:s, s:s, s:s, s:s}", "name", names[i], "role",
                                            "admin", "sign_key", hex, "slot", slot));
  }
  return list;
}

static void
begin_chain (Maker *m, const MadeChain *before)
{
  const char *kind = before == NULL ? "kit-init" : "chain-started";
  g_autoptr (json_t) body = json_object ();
  g_autofree char *key = NULL;

  dk_sign_public (m->ledger->key, m->seed);
  g_array_append_vals (m->ledger->keys, m->ledger->key, 1);
  key = dk_text_hex (m->ledger->key, 32);
  dk_json_set_text (body, "kit", m->ledger->kit);
  dk_json_set_text (body, "station", "A07");
  dk_json_set_text (body, "device_sign", key);
  if (before == NULL)
    json_object_set_new (body, "people", made_people ());
  if (before != NULL) {
    dk_json_set_text (body, "prev_chain", before->id);
    json_object_set_new (body, "prev_seq", json_integer (before->lines->len));
    dk_json_set_text (body, "prev_head", m->prev);
  }
  memset (m->prev, '0', 64);
  m->seq = 0;
  append (m, kind, "", body);
}

static void
make_chain (Maker *m, guint lines)
{
  const GPtrArray *chains = m->ledger->chains;
  const MadeChain *before = chains->len > 0 ? g_ptr_array_index (chains, chains->len - 1) : NULL;

  m->chain = g_new0 (MadeChain, 1);
  m->chain->station = g_strdup ("A07");
  m->chain->id = random_hex (m->rng, 4);
  m->chain->lines = g_ptr_array_new_with_free_func (g_free);
  m->chain->bodies = g_ptr_array_new_with_free_func (g_free);
  begin_chain (m, before);
  g_ptr_array_add (m->ledger->chains, m->chain);
  while (m->chain->lines->len < lines) {
    append_any (m);
    if (m->seq % 64 == 0 || g_rand_int_range (m->rng, 0, 30) == 0)
      sign_here (m);
  }
}

static DkSecret *
make_seed (GRand *rng)
{
  guint8 bytes[32];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) g_rand_int_range (rng, 0, 256);
  return dk_secret_new_copy (bytes, sizeof bytes);
}

MadeLedger *
made_ledger_new (GRand *rng, guint chains, guint lines_max)
{
  MadeLedger *ledger = g_new0 (MadeLedger, 1);
  Maker m = { .rng = rng, .ledger = ledger, .seed = make_seed (rng) };
  g_autofree char *kit = random_hex (rng, 16);

  g_strlcpy (ledger->kit, kit, sizeof ledger->kit);
  ledger->chains = g_ptr_array_new_with_free_func (chain_free);
  ledger->checkpoints = g_ptr_array_new_with_free_func (made_checkpoint_free);
  ledger->keys = g_array_new (FALSE, FALSE, 32);
  for (guint i = 0; i < chains; i++) {
    if (i > 0 && g_rand_int_range (rng, 0, 4) == 0) {
      sign_here (&m); /* with the old key, before the new one counts */
      dk_secret_free (m.seed);
      m.seed = make_seed (rng);
    }
    make_chain (&m, (guint) g_rand_int_range (rng, 1, (gint32) lines_max + 1));
  }
  ledger->head = g_strdup_printf ("%s:%" G_GINT64_FORMAT ":%s", m.chain->id, m.seq, m.prev);
  dk_secret_free (m.seed);
  return ledger;
}

static gpointer
copy_text (gconstpointer text, gpointer data)
{
  return g_strdup (text);
}

static gpointer
copy_chain (gconstpointer data, gpointer none)
{
  const MadeChain *from = data;
  MadeChain *to = g_new0 (MadeChain, 1);

  to->station = g_strdup (from->station);
  to->id = g_strdup (from->id);
  to->lines = g_ptr_array_copy (from->lines, copy_text, NULL);
  to->bodies = g_ptr_array_copy (from->bodies, copy_text, NULL);
  return to;
}

static gpointer
copy_checkpoint (gconstpointer data, gpointer none)
{
  const MadeCheckpoint *from = data;
  MadeCheckpoint *to = g_new0 (MadeCheckpoint, 1);

  to->chain = g_strdup (from->chain);
  to->seq = from->seq;
  to->message = g_strdup (from->message);
  to->signature = g_strdup (from->signature);
  return to;
}

MadeLedger *
made_ledger_copy (const MadeLedger *from)
{
  MadeLedger *to = g_memdup2 (from, sizeof *from);

  to->chains = g_ptr_array_copy (from->chains, copy_chain, NULL);
  to->checkpoints = g_ptr_array_copy (from->checkpoints, copy_checkpoint, NULL);
  to->keys = g_array_copy (from->keys);
  to->head = g_strdup (from->head);
  return to;
}

static void
put_file (GHashTable *files, char *name, GString *content)
{
  g_hash_table_insert (files, name, g_string_free_to_bytes (content));
}

GHashTable *
made_ledger_files (const MadeLedger *ledger, gboolean with_words)
{
  GHashTable *files
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  GString *bodies = g_string_new (NULL);

  for (guint i = 0; i < ledger->chains->len; i++) {
    const MadeChain *chain = g_ptr_array_index (ledger->chains, i);
    GString *lines = g_string_new (NULL);
    for (guint k = 0; k < chain->lines->len; k++)
      g_string_append (lines, g_ptr_array_index (chain->lines, k));
    for (guint k = 0; k < chain->bodies->len; k++)
      if (g_ptr_array_index (chain->bodies, k) != NULL)
        g_string_append (bodies, g_ptr_array_index (chain->bodies, k));
    put_file (files, g_strdup_printf ("%s-%s.ndjson", chain->station, chain->id), lines);
  }
  for (guint i = 0; i < ledger->checkpoints->len; i++) {
    const MadeCheckpoint *c = g_ptr_array_index (ledger->checkpoints, i);
    char *name = g_strdup_printf ("checkpoints/%s-%d.json", c->chain, (int) c->seq);
    put_file (files, g_strconcat (name, ".minisig", NULL), g_string_new (c->signature));
    put_file (files, name, g_string_new (c->message));
  }
  if (with_words)
    put_file (files, g_strdup ("bodies.ndjson"), bodies);
  else
    g_string_free (bodies, TRUE);
  return files;
}

DkLedgerReport *
made_ledger_verify (const MadeLedger *ledger, const char *held)
{
  g_autoptr (GHashTable) files = made_ledger_files (ledger, TRUE);
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, 32);
  g_autoptr (GError) error = NULL;
  DkLedgerReport *report;

  g_array_append_vals (keys, ledger->key, 1);
  report = dk_ledger_verify_files (files, keys, held, NULL, &error);
  g_assert_no_error (error);
  return report;
}
