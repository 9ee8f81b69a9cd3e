/* SPDX-License-Identifier: MIT */
/* A kit that was copied, moved or set back goes on with a new chain, and says what the other state
 * had that this one does not. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/json.h"
#include "app/db/transaction.h"
#include "app/kit/anchor-private.h"
#include "app/kit/escrow.h"
#include "app/kit/kit-private.h"
#include "app/kit/restore-private.h"
#include "app/model/number.h"
#include "app/store/ledger.h"

/* A new chain skips at least so many numbers, which then nobody was given. */
#define SKIP_MIN 1000
/* How far above its own counter a kit believes an anchor that it cannot authenticate. */
#define UNPROVEN_MAX 1000000
#define MARKER_BYTES_MAX (64u << 10)
#define MISSING_SHOWN_MS (G_GINT64_CONSTANT (30) * 86400 * 1000)

/* What the anchor remembers and the kit does not have, as members of the chain's first entry. New
 * reference, NULL if the kit has all of it, as far as this PC knows. */
static gboolean
find_missing (DkKit *kit, const DkAnchor *now, const DkAnchor *anchor, json_t **facts,
              GError **error)
{
  const char *station = dk_store_identity (kit->store)->station;
  g_autofree char *hash = NULL;

  if (anchor == NULL)
    return TRUE;
  if (!dk_ledger_hash_at (kit->store, anchor->chain, anchor->seq, &hash, error))
    return FALSE;
  if (g_strcmp0 (hash, anchor->head) == 0 && now->number >= anchor->number)
    return TRUE;
  *facts = json_object ();
  dk_json_set_text (*facts, "other_chain", anchor->chain);
  json_object_set_new (*facts, "other_seq", json_integer (anchor->seq));
  dk_json_set_text (*facts, "other_head", anchor->head);
  if (now->number < anchor->number) {
    g_autofree char *first = dk_number_format (station, now->number + 1, FALSE);
    g_autofree char *last = dk_number_format (station, anchor->number, FALSE);
    dk_json_set_text (*facts, "missing_first", first);
    dk_json_set_text (*facts, "missing_last", last);
  }
  return TRUE;
}

static gboolean
has_skipped (const char *first, const char *last)
{
  DkNumber from;
  DkNumber to;

  return dk_number_parse (first, &from, NULL) && dk_number_parse (last, &to, NULL)
         && to.counter >= from.counter + SKIP_MIN;
}

/* New string. */
static char *
missing_text (const json_t *facts)
{
  const char *first = dk_json_get_text (facts, "missing_first");
  const char *last = dk_json_get_text (facts, "missing_last");

  if (first == NULL)
    return g_strdup ("No number is missing, but steps that the other state of this kit recorded "
                     "last (notes, changes, hand-overs) are not in this one: find them on paper, "
                     "in the other copy or in a backup.");
  if (g_strcmp0 (first, last) == 0)
    return g_strdup_printf ("Number %s was given out by the other state of this kit and is not in "
                            "this one: find it on paper, in the other copy or in a backup.",
                            first);
  if (has_skipped (first, last))
    return g_strdup_printf ("Some numbers from %s to %s were given out by the other state of this "
                            "kit and are not in this one: find them on paper, in the other copy or "
                            "in a backup.",
                            first, last);
  return g_strdup_printf ("Numbers %s to %s were given out by the other state of this kit and are "
                          "not in this one: find them on paper, in the other copy or in a backup.",
                          first, last);
}

static void
tell (DkKit *kit, const char *reason, const json_t *missing)
{
  g_autofree char *text = missing != NULL ? missing_text (missing) : NULL;

  if (kit->journal_given_up != NULL && text != NULL)
    dk_kit_add_message (kit, "%s", text);
  else if (kit->journal_given_up != NULL)
    return; /* the message about the journal says more */
  else if (text != NULL)
    dk_kit_add_message (kit,
                        "This kit was %s. %s It goes on with a new chain, and its numbers go on at "
                        "a higher multiple of 10,000 so that none is issued twice. If the other "
                        "copy is still in use, stop using one of them.",
                        reason, text);
  else
    dk_kit_add_message (kit,
                        "This kit was %s. Nothing is lost: it goes on with a new chain, and its "
                        "numbers go on at a higher multiple of 10,000 so that none is issued "
                        "twice. If the other copy is still in use, stop using one of them.",
                        reason);
}

static gboolean
settle_here (DkKit *kit, const DkAnchor *now, const DkAnchor *anchor, const char *reason,
             guint64 floor, gboolean is_other_copy, GError **error)
{
  g_autoptr (json_t) missing = NULL;

  /* The place last: broken off between the two, the next unlock finds the kit moved again. */
  if (!find_missing (kit, now, anchor, &missing, error)
      || (is_other_copy && !dk_escrow_forget_place (kit, error))
      || !dk_ledger_start_chain_with (kit->store, reason, floor, missing, error)
      || !dk_store_set_setting (kit->store, "machine", now->machine, error)
      || !dk_store_set_setting (kit->store, "path", now->path, error))
    return FALSE;
  tell (kit, reason, missing);
  return TRUE;
}

/* What a restore left to be entered: *marker becomes a new reference, or NULL. */
static gboolean
read_marker (DkKit *kit, json_t **marker, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *text = dk_store_get_setting (kit->store, DK_RESTORE_SETTING, &failed);

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  *marker = text != NULL ? dk_json_parse (text, strlen (text), MARKER_BYTES_MAX,
                                          DK_RESTORE_SETTING, error)
                         : NULL;
  return text == NULL || *marker != NULL;
}

/* The state that was in place when the backup was restored, if it came further than the anchor
 * tells, or the anchor is sealed with keys that the backup does not have. */
static DkAnchor *
take_further (DkAnchor *anchor, const json_t *marker, const DkAnchor *now)
{
  gint64 number = dk_json_get_int (marker, "number", -1);
  const char *chain = dk_json_get_text (marker, "chain");

  if (chain == NULL || (anchor != NULL && (gint64) anchor->number > number))
    return anchor;
  dk_anchor_free (anchor);
  anchor = g_new0 (DkAnchor, 1);
  anchor->chain = g_strdup (chain);
  anchor->seq = dk_json_get_int (marker, "seq", 0);
  anchor->head = g_strdup (dk_json_get_text (marker, "head"));
  anchor->number = (guint64) MAX (0, number);
  anchor->machine = g_strdup (now->machine);
  anchor->path = g_strdup (now->path);
  return anchor;
}

/* The marker goes with the entry: broken off before, the next unlock begins another chain. */
static gboolean
enter_restored (DkKit *kit, json_t *marker, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;
  g_autofree char *file = g_strdup (dk_json_get_text (marker, "file"));

  if (marker == NULL)
    return TRUE;
  transaction = dk_transaction_new (kit->db, error);
  return transaction != NULL
         && dk_ledger_append (kit->store, "restored", file, 0, marker, NULL, error)
         && dk_store_set_setting (kit->store, DK_RESTORE_SETTING, NULL, error)
         && dk_store_set_setting (kit->store, DK_KIT_STATION_WRITTEN, DK_KIT_STATION_RESTORED,
                                  error)
         && dk_transaction_commit (transaction, error);
}

/* Durable, or after a power cut the anchor from before would begin yet another chain. */
static gboolean
keep_anchor (DkKit *kit)
{
  g_autoptr (GError) error = NULL;

  if (!dk_kit_write_anchor (kit, TRUE, &error))
    g_debug ("the anchor was not replaced: %s", error->message);
  return TRUE;
}

/* A state of the kit from before its keys were renewed cannot authenticate the anchor that was
 * written since. It takes it as a warning all the same: to begin a new chain without need costs
 * some numbers, to go on from here would issue them twice. NULL if the anchor tells no such thing.
 */
static DkAnchor *
find_newer_keys (DkKit *kit, const DkAnchor *now, const char **reason)
{
  g_autoptr (DkAnchor) claimed
      = dk_anchor_read_unproven (kit->anchor_path, dk_store_identity (kit->store)->kit_id);

  if (claimed == NULL || claimed->key_epoch <= now->key_epoch)
    return NULL;
  *reason = "set back to a state from before its keys were renewed, so that people who were "
            "removed since can open it again";
  claimed->number = MIN (claimed->number, now->number + UNPROVEN_MAX);
  return g_steal_pointer (&claimed);
}

gboolean
dk_kit_check_anchor (DkKit *kit, GError **error)
{
  const char *kit_id = dk_store_identity (kit->store)->kit_id;
  g_autoptr (DkAnchor) now = dk_anchor_of_kit (kit->store, kit->folder, error);
  g_autoptr (DkAnchor) anchor = NULL;
  g_autoptr (json_t) marker = NULL;
  const char *reason = NULL;
  guint64 floor = 0;
  gboolean renew = FALSE;
  gboolean is_other_copy;

  if (now == NULL || !read_marker (kit, &marker, error))
    return FALSE;
  kit->anchor_path = dk_anchor_path (kit->folder, kit_id);
  anchor = dk_anchor_read (kit->anchor_path, kit_id, dk_keyring_get (kit->keys, DK_KEY_OPEN));
  if (!dk_anchor_judge (kit->store, now, anchor, &reason, &floor, &renew, error))
    return FALSE;
  if (anchor == NULL && (anchor = find_newer_keys (kit, now, &reason)) != NULL)
    floor = MAX (floor, anchor->number);
  is_other_copy = reason != NULL || marker != NULL;
  if (kit->journal_given_up != NULL)
    reason = "opened without its journal";
  if (marker != NULL) {
    reason = "restored from a backup";
    anchor = take_further (g_steal_pointer (&anchor), marker, now);
    floor = MAX (floor, anchor != NULL ? anchor->number : 0);
  }
  if (reason != NULL)
    return settle_here (kit, now, anchor, reason, floor, is_other_copy, error)
           && enter_restored (kit, marker, error) && keep_anchor (kit);
  return !renew || dk_ledger_note (kit->store, "anchor-renewed", NULL, NULL, error);
}

gboolean
dk_kit_missing (DkKit *kit, char **text, GError **error)
{
  g_autoptr (GPtrArray) starts = dk_ledger_of_kind (kit->store, "chain-started", error);
  gint64 since = dk_clock_wall_ms () - MISSING_SHOWN_MS;

  if (starts == NULL)
    return FALSE;
  *text = NULL;
  for (guint i = starts->len; i > 0 && *text == NULL; i--) {
    const DkEntry *entry = g_ptr_array_index (starts, i - 1);
    if (entry->body == NULL || json_object_get (entry->body, "other_chain") == NULL
        || entry->recorded_ms < since)
      continue;
    *text = missing_text (entry->body);
  }
  return TRUE;
}
