/* SPDX-License-Identifier: MIT */
/* The rules that need the whole: signatures, erased words, how the chains hang together, and a head
 * that was held elsewhere. */
#include <string.h>

#include "app/base/text.h"
#include "app/crypto/minisign.h"
#include "app/store/ledger-chain-private.h"
#include "app/store/ledger-private.h"

#define MESSAGE_MAX 4096
#define MESSAGE_MEMBERS 7

/* Of which chains the first entries are asked. */
static gboolean
is_asked (const DkLedgerCheck *c, const Chain *chain)
{
  return c->station == NULL || strcmp (c->station, chain->station) == 0;
}

static gboolean
is_known_key (const DkLedgerCheck *c, const guint8 *key)
{
  for (guint i = 0; i < c->keys->len; i++)
    if (memcmp (c->keys->data + (gsize) i * 32, key, 32) == 0)
      return TRUE;
  return FALSE;
}

/* A chain that states its key is held to that one, so that checkpoints from before a renewal still
 * count; that the key is the right one is asked of the newest chain. */
static gboolean
is_signed (const DkLedgerCheck *c, const Chain *chain, const Checkpoint *checkpoint, char **comment)
{
  guint count = chain != NULL && chain->has_key ? 1 : c->keys->len;
  gsize message_size;
  gsize signature_size;
  const char *message = g_bytes_get_data (checkpoint->message, &message_size);
  const char *signature = g_bytes_get_data (checkpoint->signature, &signature_size);

  if (message_size == 0 || signature_size == 0)
    return FALSE;
  for (guint i = 0; i < count; i++) {
    DkMinisignPublic key;
    dk_minisign_public_from_key (chain != NULL && chain->has_key
                                     ? chain->key
                                     : (const guint8 *) c->keys->data + (gsize) i * 32,
                                 &key);
    if (dk_minisign_verify (message, message_size, signature, signature_size, &key, comment, NULL))
      return TRUE;
  }
  return FALSE;
}

/* The message and the comment are what the program writes for this place. */
static gboolean
is_of_place (const Chain *chain, const Checkpoint *checkpoint, const json_t *message,
             const char *comment)
{
  gsize size;
  const char *text = g_bytes_get_data (checkpoint->message, &size);
  g_autofree char *again = NULL;
  g_autofree char *expected = NULL;

  if (!json_is_object (message) || !dk_json_is_plain (message)
      || json_object_size (message) != MESSAGE_MEMBERS || dk_json_get_int (message, "v", 0) != 1
      || dk_json_get_int (message, "seq", 0) != checkpoint->seq
      || g_strcmp0 (dk_json_get_text (message, "chain"), checkpoint->chain) != 0
      || dk_json_get_text (message, "kit") == NULL || dk_json_get_text (message, "at") == NULL
      || dk_json_get_text (message, "station") == NULL)
    return FALSE;
  if (chain != NULL
      && (g_strcmp0 (dk_json_get_text (message, "station"), chain->station) != 0
          || (chain->kit != NULL
              && g_strcmp0 (dk_json_get_text (message, "kit"), chain->kit) != 0)))
    return FALSE;
  again = dk_json_canonical (message, NULL);
  if (strlen (again) + 1 != size || memcmp (again, text, size - 1) != 0 || text[size - 1] != '\n')
    return FALSE;
  expected
      = g_strdup_printf (DK_LEDGER_CHECKPOINT_COMMENT, dk_json_get_text (message, "kit"),
                         dk_json_get_text (message, "station"), checkpoint->chain, checkpoint->seq);
  return strcmp (comment, expected) == 0;
}

static void
judge_checkpoint (DkLedgerCheck *c, const Checkpoint *checkpoint)
{
  Chain *chain = dk_ledger_find_chain (c, checkpoint->chain);
  gsize size;
  const char *text = g_bytes_get_data (checkpoint->message, &size);
  g_autoptr (json_t) message
      = size > 0 ? dk_json_parse (text, size, MESSAGE_MAX, "A checkpoint", NULL) : NULL;
  g_autofree char *comment = NULL;
  const char *head = dk_json_get_text (message, "head");
  DkFinding finding;

  if (chain != NULL && checkpoint->seq <= chain->last)
    chain->signed_to = MAX (chain->signed_to, checkpoint->seq);
  if (!is_signed (c, chain, checkpoint, &comment))
    finding = DK_FINDING_NOT_SIGNED;
  else if (head == NULL || !is_of_place (chain, checkpoint, message, comment))
    finding = DK_FINDING_CHECKPOINT_OTHER;
  else if (chain == NULL || dk_ledger_find_place (chain, checkpoint->seq, NULL, FALSE) == NULL)
    finding = DK_FINDING_TAIL_CUT;
  else if (dk_ledger_find_place (chain, checkpoint->seq, head, TRUE) == NULL)
    finding = DK_FINDING_CHECKPOINT_OTHER;
  else
    return;
  dk_ledger_check_add (c, finding, checkpoint->chain, checkpoint->seq);
}

/* Each 64th entry is signed, and no more than 64 at the end are not. */
static void
judge_signing (DkLedgerCheck *c, const Chain *chain)
{
  for (guint i = 0; i < chain->places->len; i++) {
    gint64 seq = g_array_index (chain->places, Place, i).seq;
    if (seq % DK_LEDGER_CHECKPOINT_EVERY == 0 && !dk_ledger_has_checkpoint (c, chain->id, seq))
      dk_ledger_check_add (c, DK_FINDING_CHECKPOINT_MISSING, chain->id, seq);
  }
  if (chain->last - chain->signed_to >= DK_LEDGER_CHECKPOINT_EVERY)
    dk_ledger_check_add (c, DK_FINDING_TAIL_UNSIGNED, chain->id, chain->last);
}

static void
judge_before (DkLedgerCheck *c, const Chain *chain)
{
  Chain *before = dk_ledger_find_chain (c, chain->before);

  if (before == NULL || before == chain) {
    dk_ledger_report_add (c->report, DK_FINDING_BEFORE_MISSING, chain->id, 1, NULL);
    return;
  }
  before->is_named = TRUE;
  if (chain->before_head == NULL
      || dk_ledger_find_place (before, chain->before_seq, chain->before_head, TRUE) == NULL)
    dk_ledger_check_add (c, DK_FINDING_BEFORE_REPLACED, chain->id, 1);
  else if (before->last > chain->before_seq)
    dk_ledger_check_add (c, DK_FINDING_GOES_ON, before->id, chain->before_seq + 1);
}

/* Each chain but the first one of a kit names the one before it: so a whole chain cannot go without
 * a trace. */
static void
judge_first (DkLedgerCheck *c, GHashTable *beginnings, const Chain *chain)
{
  const char *kit = chain->kit != NULL ? chain->kit : "";

  if (chain->kind == NULL) /* its first entry is missing, which was said */
    return;
  if (chain->before != NULL)
    judge_before (c, chain);
  else if (strcmp (chain->kind, DK_ENTRY_KIT_INIT) != 0 && c->with_words)
    dk_ledger_check_add (c, DK_FINDING_BEFORE_UNNAMED, chain->id, 1);
  else if (strcmp (chain->kind, DK_ENTRY_KIT_INIT) == 0
           && !g_hash_table_add (beginnings, (gpointer) (guintptr) kit))
    dk_ledger_check_add (c, DK_FINDING_TWO_BEGINNINGS, chain->id, 1);
}

static void
judge_chains (DkLedgerCheck *c)
{
  g_autoptr (GHashTable) beginnings = g_hash_table_new (g_str_hash, g_str_equal);
  guint asked = 0;

  for (guint i = 0; i < c->chains->len; i++) {
    const Chain *chain = g_ptr_array_index (c->chains, i);
    judge_signing (c, chain);
    asked += is_asked (c, chain);
    if (is_asked (c, chain))
      judge_first (c, beginnings, chain);
  }
  if (!c->with_words && asked > 0 && g_hash_table_size (beginnings) == 0)
    dk_ledger_check_add (c, DK_FINDING_BEFORE_MISSING,
                         ((Chain *) g_ptr_array_index (c->chains, 0))->id, 1);
  for (guint i = 0; i < c->chains->len; i++) {
    const Chain *chain = g_ptr_array_index (c->chains, i);
    if (is_asked (c, chain) && !chain->is_named && chain->has_key && !is_known_key (c, chain->key))
      dk_ledger_check_add (c, DK_FINDING_OTHER_KEY, chain->id, 1);
  }
}

/* An erasure counts if words are gone and an entry says so, both about the same place. */
static void
judge_erasures (DkLedgerCheck *c)
{
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) gone = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < c->claims->len; i++)
    (void) g_hash_table_add (told, ((Erasure *) g_ptr_array_index (c->claims, i))->about);
  for (guint i = 0; i < c->marks->len; i++) {
    Erasure *mark = g_ptr_array_index (c->marks, i);
    (void) g_hash_table_add (gone, mark->about);
    if (!g_hash_table_contains (told, mark->about))
      dk_ledger_check_add (c, DK_FINDING_ERASED_UNTOLD, mark->chain, mark->seq);
    else
      c->report->erased++;
  }
  for (guint i = 0; i < c->claims->len; i++) {
    const Erasure *claim = g_ptr_array_index (c->claims, i);
    const Chain *chain = dk_ledger_find_chain (c, claim->target_chain);
    const Place *place
        = chain != NULL ? dk_ledger_find_place (chain, claim->target_seq, NULL, FALSE) : NULL;
    if (!g_hash_table_contains (gone, claim->about) && (place == NULL || !place->may_lose_row))
      dk_ledger_check_add (c, DK_FINDING_ERASURE_UNDONE, claim->chain, claim->seq);
  }
}

static guint
hash_of_hash (gconstpointer data)
{
  guint out;

  memcpy (&out, data, sizeof out);
  return out;
}

static gboolean
is_same_hash (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, 32) == 0;
}

/* Words that are not those of their line are somebody else's, or were changed. */
static void
judge_odd_words (DkLedgerCheck *c)
{
  g_autoptr (GHashTable) all = NULL;

  if (c->odd->len == 0)
    return;
  all = g_hash_table_new (hash_of_hash, is_same_hash);
  for (guint i = 0; i < c->chains->len; i++) {
    const Chain *chain = g_ptr_array_index (c->chains, i);
    for (guint k = 0; k < chain->places->len; k++)
      (void) g_hash_table_add (all, g_array_index (chain->places, Place, k).words);
  }
  for (guint i = 0; i < c->odd->len; i++) {
    const Odd *odd = &g_array_index (c->odd, Odd, i);
    dk_ledger_check_add (c,
                         g_hash_table_contains (all, odd->hash) ? DK_FINDING_WORDS_SWAPPED
                                                                : DK_FINDING_WORDS_CHANGED,
                         odd->chain->id, odd->seq);
  }
}

static void
judge_held_head (DkLedgerCheck *c)
{
  const Chain *chain = dk_ledger_find_chain (c, c->held_chain);
  g_autofree char *detail = NULL;

  if (chain == NULL) {
    dk_ledger_check_add (c, DK_FINDING_HEAD_OF_OTHER_CHAIN, c->held_chain, c->held_seq);
  } else if (dk_ledger_find_place (chain, c->held_seq, NULL, FALSE) == NULL) {
    detail = g_strdup_printf ("the last one here is %" G_GINT64_FORMAT, chain->last);
    dk_ledger_report_add (c->report, DK_FINDING_HEAD_BEYOND, c->held_chain, c->held_seq, detail);
  } else if (dk_ledger_find_place (chain, c->held_seq, c->held_hex, FALSE) == NULL) {
    dk_ledger_check_add (c, DK_FINDING_HEAD_OTHER_LINE, c->held_chain, c->held_seq);
  }
}

DkLedgerReport *
dk_ledger_check_finish (DkLedgerCheck *c)
{
  for (guint i = 0; i < c->checkpoints->len; i++)
    judge_checkpoint (c, g_ptr_array_index (c->checkpoints, i));
  judge_chains (c);
  judge_erasures (c);
  judge_odd_words (c);
  dk_ledger_judge_people (c);
  if (c->held_chain != NULL)
    judge_held_head (c);
  return g_steal_pointer (&c->report);
}
