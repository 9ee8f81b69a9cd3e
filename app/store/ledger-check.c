/* SPDX-License-Identifier: MIT */
/* The rules as the lines come in. Nothing that stands beside a line is believed: where it stood,
 * the columns and the hash kept with it are compared with what the line itself says, the line with
 * the one before, and the words with the line. */
#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/crypto/aead.h"
#include "app/store/ledger-chain-private.h"
#include "app/store/store.h"

#define SALT_SIZE 16
#define HELD_DIGITS_MIN 16
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void
chain_free (gpointer data)
{
  Chain *chain = data;

  g_free (chain->station);
  g_free (chain->id);
  g_array_unref (chain->places);
  g_free (chain->kit);
  g_free (chain->kind);
  g_free (chain->before);
  g_free (chain->before_head);
  g_free (chain);
}

static void
checkpoint_free (gpointer data)
{
  Checkpoint *checkpoint = data;

  g_free (checkpoint->chain);
  g_bytes_unref (checkpoint->message);
  g_bytes_unref (checkpoint->signature);
  g_free (checkpoint);
}

static void
erasure_free (gpointer data)
{
  Erasure *erasure = data;

  g_free (erasure->chain);
  g_free (erasure->about);
  g_free (erasure->target_chain);
  g_free (erasure);
}

DkLedgerCheck *
dk_ledger_check_new (const GArray *keys, const char *station, gboolean with_words)
{
  DkLedgerCheck *c = g_new0 (DkLedgerCheck, 1);

  c->report = dk_ledger_report_new ();
  c->report->with_words = with_words;
  c->keys = g_array_copy ((GArray *) (guintptr) keys);
  c->station = g_strdup (station);
  c->with_words = with_words;
  c->chains = g_ptr_array_new_with_free_func (chain_free);
  c->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  c->checkpoints = g_ptr_array_new_with_free_func (checkpoint_free);
  c->signed_at = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  c->marks = g_ptr_array_new_with_free_func (erasure_free);
  c->claims = g_ptr_array_new_with_free_func (erasure_free);
  c->odd = g_array_new (FALSE, FALSE, sizeof (Odd));
  c->people = dk_ledger_people_new ();
  return c;
}

void
dk_ledger_check_free (DkLedgerCheck *c)
{
  if (c == NULL)
    return;
  dk_ledger_report_free (c->report);
  g_array_unref (c->keys);
  g_free (c->station);
  g_hash_table_unref (c->by_id);
  g_ptr_array_unref (c->chains);
  g_ptr_array_unref (c->checkpoints);
  g_hash_table_unref (c->signed_at);
  g_ptr_array_unref (c->marks);
  g_ptr_array_unref (c->claims);
  g_array_unref (c->odd);
  g_ptr_array_unref (c->people);
  g_free (c->kit);
  g_free (c->held_chain);
  g_free (c->held_hex);
  g_free (c);
}

gboolean
dk_ledger_check_hold (DkLedgerCheck *c, const char *head, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (head, ":", 4);
  char *end = NULL;

  if (g_strv_length (parts) == 3 && strlen (parts[2]) >= HELD_DIGITS_MIN && strlen (parts[2]) <= 64
      && strspn (parts[2], "0123456789abcdefABCDEF") == strlen (parts[2])) {
    c->held_seq = g_ascii_strtoll (parts[1], &end, 10);
    if (*end == '\0' && c->held_seq > 0) {
      g_free (c->held_chain);
      g_free (c->held_hex);
      c->held_chain = g_ascii_strdown (parts[0], -1);
      c->held_hex = g_ascii_strdown (parts[2], -1);
      return TRUE;
    }
  }
  g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
               "A head looks like CHAIN:SEQ:HEX with at least 16 hex digits, as it is printed in "
               "the footer of a form.");
  return FALSE;
}

void
dk_ledger_check_own (DkLedgerCheck *c, const char *kit_id, const GArray *list)
{
  g_free (c->kit);
  c->kit = g_strdup (kit_id);
  c->list = list;
}

void
dk_ledger_check_add (DkLedgerCheck *c, DkFinding finding, const char *chain, gint64 seq)
{
  dk_ledger_report_add (c->report, finding, chain, seq, NULL);
}

gint64
dk_ledger_check_count (const DkLedgerCheck *c)
{
  return c->report->entries;
}

gboolean
dk_ledger_is_hex (const char *hex, const guint8 *bytes, gsize size, gboolean exact)
{
  static const char digits[] = "0123456789abcdef";
  gsize i;

  for (i = 0; i < 2 * size && hex[i] != '\0'; i++)
    if (hex[i] != digits[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15])
      return FALSE;
  return hex[i] == '\0' && (!exact || i == 2 * size);
}

/* In an undamaged chain entry n stands at n - 1; elsewhere each line is looked at. */
const Place *
dk_ledger_find_place (const Chain *chain, gint64 seq, const char *hex, gboolean exact)
{
  const Place *places = (const Place *) (gpointer) chain->places->data;
  gint64 count = chain->places->len;

  if (seq >= 1 && seq <= count && places[seq - 1].seq == seq
      && (hex == NULL || dk_ledger_is_hex (hex, places[seq - 1].hash, 32, exact)))
    return &places[seq - 1];
  for (gint64 i = 0; i < count; i++)
    if (places[i].seq == seq && (hex == NULL || dk_ledger_is_hex (hex, places[i].hash, 32, exact)))
      return &places[i];
  return NULL;
}

Chain *
dk_ledger_find_chain (const DkLedgerCheck *c, const char *id)
{
  return g_hash_table_lookup (c->by_id, id);
}

static Chain *
enter_chain (DkLedgerCheck *c, const char *station, const char *id)
{
  Chain *chain;

  if (c->current != NULL && strcmp (c->current->id, id) == 0
      && strcmp (c->current->station, station) == 0)
    return c->current;
  chain = g_new0 (Chain, 1);
  chain->station = g_strdup (station);
  chain->id = g_strdup (id);
  chain->places = g_array_new (FALSE, TRUE, sizeof (Place));
  g_ptr_array_add (c->chains, chain);
  if (!g_hash_table_contains (c->by_id, id) || g_strcmp0 (station, c->station) == 0)
    g_hash_table_replace (c->by_id, chain->id, chain);
  if (!g_ptr_array_find_with_equal_func (c->report->stations, station, g_str_equal, NULL))
    g_ptr_array_add (c->report->stations, g_strdup (station));
  c->current = chain;
  return chain;
}

static void
add (DkLedgerCheck *c, const Chain *chain, DkFinding finding, gint64 seq)
{
  dk_ledger_report_add (c->report, finding, chain->id, seq, NULL);
}

static void
check_sequence (DkLedgerCheck *c, const Chain *chain, gint64 seq, const char *hex)
{
  if (seq == chain->last + 1)
    return;
  if (seq > chain->last) {
    g_autofree char *detail
        = g_strdup_printf ("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, chain->last + 1, seq - 1);
    dk_ledger_report_add (c->report, DK_FINDING_MISSING, chain->id, seq, detail);
  } else if (dk_ledger_find_place (chain, seq, hex, TRUE) != NULL) {
    add (c, chain, DK_FINDING_REPLAYED, seq);
  } else if (dk_ledger_find_place (chain, seq, NULL, FALSE) != NULL) {
    add (c, chain, DK_FINDING_FORK, seq);
  } else {
    add (c, chain, DK_FINDING_MOVED, seq);
  }
}

/* Does the line say that it stands where it stood? */
static void
check_place (DkLedgerCheck *c, Chain *chain, const DkLedgerRow *row, const DkEntry *entry,
             const char *hex)
{
  if (chain->kit == NULL)
    chain->kit = g_strdup (entry->kit);
  if (strcmp (entry->station, row->station) != 0 || strcmp (entry->chain, row->chain) != 0
      || strcmp (entry->kit, chain->kit) != 0) {
    g_autofree char *detail = g_strdup_printf ("station %s, %s:%" G_GINT64_FORMAT, entry->station,
                                               entry->chain, entry->seq);
    g_autofree char *shown = dk_text_printable (detail, FALSE);
    dk_ledger_report_add (c->report, DK_FINDING_SPLICED, chain->id, row->seq, shown);
  } else if (entry->seq != row->seq) {
    g_autofree char *detail = g_strdup_printf ("entry %" G_GINT64_FORMAT, entry->seq);
    dk_ledger_report_add (c->report,
                          dk_ledger_find_place (chain, entry->seq, hex, TRUE) != NULL
                              ? DK_FINDING_REPLAYED
                              : DK_FINDING_MOVED,
                          chain->id, row->seq, detail);
  }
  if ((row->kind != NULL && strcmp (entry->kind, row->kind) != 0)
      || (row->object != NULL && strcmp (entry->object, row->object) != 0))
    add (c, chain, DK_FINDING_ROW_DIFFERS, row->seq);
}

/* After a fork either branch may go on. */
static void
check_prev (DkLedgerCheck *c, const Chain *chain, gint64 seq, const char *prev)
{
  const Place *places = (const Place *) (gpointer) chain->places->data;
  gboolean has_before = seq == 1;

  if (seq == 1 && strcmp (prev, ZEROS) == 0)
    return;
  for (gint64 i = (gint64) chain->places->len - 1; i >= 0 && places[i].seq >= seq - 1; i--) {
    has_before = has_before || places[i].seq == seq - 1;
    if (places[i].seq == seq - 1 && dk_ledger_is_hex (prev, places[i].hash, 32, TRUE))
      return;
  }
  if (has_before)
    add (c, chain, DK_FINDING_BROKEN, seq);
}

static void
check_clock (DkLedgerCheck *c, Chain *chain, gint64 seq, const DkEntry *entry)
{
  if (seq == chain->last + 1 && strcmp (chain->boot, entry->boot) == 0 && *entry->boot != '\0'
      && entry->mono_ms < chain->mono_ms)
    add (c, chain, DK_FINDING_CLOCK, seq);
  g_strlcpy (chain->boot, entry->boot, sizeof chain->boot);
  chain->mono_ms = entry->mono_ms;
}

static void
add_erasure (GPtrArray *list, const Chain *chain, gint64 seq, const DkEntry *entry,
             gint64 erased_by, const char *target_chain, gint64 target_seq)
{
  Erasure *erasure = g_new0 (Erasure, 1);

  erasure->chain = g_strdup (chain->id);
  erasure->seq = seq;
  erasure->about
      = g_strdup_printf ("%s\n%" G_GINT64_FORMAT "\n%s\n%s\n%" G_GINT64_FORMAT, chain->station,
                         erased_by, entry->object, target_chain, target_seq);
  erasure->target_chain = g_strdup (target_chain);
  erasure->target_seq = target_seq;
  g_ptr_array_add (list, erasure);
}

static void
take_first (Chain *chain, const DkEntry *entry, const json_t *body)
{
  g_free (chain->kind);
  g_free (chain->before);
  g_free (chain->before_head);
  chain->kind = g_strdup (entry->kind);
  chain->has_key = dk_text_unhex (dk_json_get_text (body, "device_sign"), chain->key, 32);
  chain->before = g_strdup (dk_json_get_text (body, "prev_chain"));
  chain->before_seq = dk_json_get_int (body, "prev_seq", 0);
  chain->before_head = g_strdup (dk_json_get_text (body, "prev_head"));
}

/* Most words are only hashed; these have something to say. */
static void
read_words (DkLedgerCheck *c, Chain *chain, const DkLedgerRow *row, const DkEntry *entry)
{
  gboolean is_first = row->seq == 1;
  gboolean erases = strcmp (entry->kind, DK_ENTRY_TICKET_ERASE) == 0;
  gboolean is_signed = dk_store_needs_second (entry->kind)
                       || g_strstr_len (row->body, (gssize) row->body_size, "\"signed\":") != NULL
                       || g_strstr_len (row->body, (gssize) row->body_size, "\"second\":") != NULL;
  gboolean is_about_people = dk_ledger_is_about_people (entry->kind);
  g_autoptr (json_t) body = NULL;

  if (strcmp (entry->kind, "unlock") == 0)
    dk_ledger_people_take (c, chain, row->seq, entry, NULL);
  if (!is_first && !erases && !is_signed && !is_about_people)
    return;
  body = dk_json_parse (row->body, row->body_size, DK_LIMIT_ENTRY_BODY_BYTES, "A body", NULL);
  if (is_first)
    take_first (chain, entry, body);
  if (erases)
    add_erasure (c->claims, chain, row->seq, entry, row->seq,
                 dk_json_get_text (body, "chain") != NULL ? dk_json_get_text (body, "chain") : "",
                 dk_json_get_int (body, "seq", 0));
  if (is_signed
      && (!json_is_object (body) || !dk_json_is_plain (body)
          || !dk_signed_check (entry->kit, entry->kind, entry->object, body)))
    add (c, chain, DK_FINDING_PERSON, row->seq);
  else if (is_signed || is_about_people)
    dk_ledger_people_take (c, chain, row->seq, entry, body);
}

static void
check_words (DkLedgerCheck *c, Chain *chain, const DkLedgerRow *row, const DkEntry *entry,
             Place *place)
{
  Odd odd = { .chain = chain, .seq = row->seq };

  if (row->is_marked && row->salt == NULL && row->body == NULL) {
    add_erasure (c->marks, chain, row->seq, entry, row->erased_by, chain->id, row->seq);
    return;
  }
  if (row->body == NULL || row->salt == NULL || row->is_marked) {
    add (c, chain, DK_FINDING_WORDS_MISSING, row->seq);
    return;
  }
  dk_hash_pair (odd.hash, row->salt, row->salt_size, row->body, row->body_size);
  if (row->salt_size == SALT_SIZE && dk_ledger_is_hex (entry->body_hash, odd.hash, 32, TRUE)) {
    memcpy (place->words, odd.hash, sizeof place->words);
    read_words (c, chain, row, entry);
  } else {
    if (!dk_text_unhex (entry->body_hash, place->words, sizeof place->words))
      memset (place->words, 0, sizeof place->words);
    g_array_append_val (c->odd, odd);
  }
}

void
dk_ledger_check_row (DkLedgerCheck *c, const DkLedgerRow *row)
{
  Chain *chain = enter_chain (c, row->station, row->chain);
  g_autoptr (DkEntry) entry = dk_entry_parse_line (row->line, row->line_size, NULL);
  Place place = { .seq = row->seq };
  g_autofree char *hex = NULL;

  dk_hash (place.hash, sizeof place.hash, row->line, row->line_size, NULL);
  hex = dk_text_hex (place.hash, sizeof place.hash);
  check_sequence (c, chain, row->seq, hex);
  if (row->hash != NULL && memcmp (place.hash, row->hash, sizeof place.hash) != 0)
    add (c, chain, DK_FINDING_LINE_CHANGED, row->seq);
  if (row->seq == 1 && chain->kind == NULL)
    chain->kind = g_strdup (entry != NULL ? entry->kind : "");
  if (entry == NULL) {
    add (c, chain, DK_FINDING_UNREADABLE, row->seq);
  } else {
    check_place (c, chain, row, entry, hex);
    check_prev (c, chain, row->seq, entry->prev);
    check_clock (c, chain, row->seq, entry);
    if (c->with_words)
      check_words (c, chain, row, entry, &place);
    place.may_lose_row = strcmp (entry->kind, DK_ENTRY_TICKET_LEAD_NOTE) == 0;
  }
  g_array_append_val (chain->places, place);
  chain->last = MAX (chain->last, row->seq);
  c->report->entries++;
}

void
dk_ledger_check_checkpoint (DkLedgerCheck *c, const char *chain, gint64 seq, const char *message,
                            gsize message_size, const char *signature, gsize signature_size)
{
  Checkpoint *checkpoint = g_new0 (Checkpoint, 1);

  checkpoint->chain = g_strdup (chain);
  checkpoint->seq = seq;
  checkpoint->message = g_bytes_new (message, message_size);
  checkpoint->signature = g_bytes_new (signature, signature_size);
  g_ptr_array_add (c->checkpoints, checkpoint);
  (void) g_hash_table_add (c->signed_at, g_strdup_printf ("%s:%" G_GINT64_FORMAT, chain, seq));
}

gboolean
dk_ledger_has_checkpoint (const DkLedgerCheck *c, const char *chain, gint64 seq)
{
  g_autofree char *key = g_strdup_printf ("%s:%" G_GINT64_FORMAT, chain, seq);

  return g_hash_table_contains (c->signed_at, key);
}
