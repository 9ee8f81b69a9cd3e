/* SPDX-License-Identifier: MIT */
/* The kit's thread also answers the keyboard: so a pack of 100,000 contacts goes in as some
 * thousand short steps, and how many records make one follows from how long the last one took. */
#include "app/content/pack-load.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/content/lead-change.h"
#include "app/content/pack-load-private.h"
#include "app/content/refresh.h"
#include "app/plan/correction.h"
#include "app/store/old-key-store.h"
#include "app/trust/trust-pack.h"

#define BATCH_FIRST 20
#define BATCH_MAX 1000
#define BATCH_SMALL_MIN 100 /* contacts, devices: on a busy PC a step is long for other reasons */
#define STEP_SHORT_US 10000
#define STEP_LONG_US 22000

typedef enum {
  PHASE_CHECK,
  PHASE_REMOVE, /* left-overs */
  PHASE_BEGIN,
  PHASE_RECORDS,
  PHASE_LISTS,
  PHASE_DOCUMENTS,
  PHASE_COMPARE,
  PHASE_DONE,
  N_PHASES,
} Phase;

struct DkPackLoad {
  DkKit *kit;
  DkContainer *container;
  gboolean replace;
  GArray *signers;        /* of DkMinisignPublic */
  GPtrArray *device_keys; /* of DkSecret */
  GPtrArray *lead_keys;
  GBytes *lead_before;  /* sealed, of the pack in force; NULL = it has none */
  json_t *lead_changes; /* as dk_lead_compare; NULL = not compared yet, or nothing to compare */
  DkPackFacts *current; /* NULL = none is in force */
  DkPackFacts *facts;
  DkPackReader *reader;
  DkPackApplied *applied;
  gboolean already;
  Phase phase;
  guint batch;
  guint list; /* of those that stand in memory */
  guint position;
  DkPackRecord next; /* read, not stored yet */
  gint64 contacts;
  DkContentCompare *compare;
};

static DkStore *
store_of (const DkPackLoad *load)
{
  return dk_kit_store (load->kit);
}

/* Whose signature counts, and the keys that may open it. */
static gboolean
read_keys (DkPackLoad *load, GError **error)
{
  g_autoptr (GError) failed = NULL;

  load->signers = dk_trust_signer_keys (store_of (load), error);
  if (load->signers == NULL)
    return FALSE;
  if (!dk_container_check_signers (load->container, "pack",
                                   (const DkMinisignPublic *) (void *) load->signers->data,
                                   load->signers->len, NULL, &failed))
    return dk_trust_explain_refusal (store_of (load), load->container, g_steal_pointer (&failed),
                                     error);
  load->device_keys = dk_old_key_store_list (store_of (load), DK_KEY_DEVICE_AGE, error);
  if (load->device_keys == NULL)
    return FALSE;
  load->lead_keys = dk_old_key_store_list (store_of (load), DK_KEY_LEAD, error);
  return load->lead_keys != NULL;
}

DkPackLoad *
dk_pack_load_new (DkKit *kit, DkContainer *container, gboolean replace, GError **error)
{
  g_autoptr (DkPackLoad) load = g_new0 (DkPackLoad, 1);
  g_autoptr (GError) failed = NULL;

  load->kit = kit;
  load->container = container;
  load->replace = replace;
  load->batch = BATCH_FIRST;
  load->applied = g_new0 (DkPackApplied, 1);
  load->current = dk_content_store_current (dk_kit_store (kit), &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  load->already = dk_pack_is_same (container, load->current);
  if (!dk_content_store_count_contacts (dk_kit_store (kit), 0, &load->applied->contacts_before,
                                        error)
      || !read_keys (load, error))
    return NULL;
  load->lead_before = dk_content_store_lead (dk_kit_store (kit), &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  return g_steal_pointer (&load);
}

/* What leads alone may read, with that of the pack in force; both are opened in memory alone. */
static gboolean
compare_lead (DkPackLoad *load, GError **error)
{
  g_autoptr (json_t) before = NULL;

  if (load->current == NULL)
    return TRUE;
  before = dk_json_parse (load->current->manifest, strlen (load->current->manifest),
                          DK_LIMIT_JSON_BYTES, "The facts of the pack in force", error);
  if (before == NULL)
    return FALSE;
  load->lead_changes = dk_lead_compare (load->lead_before, before,
                                        dk_pack_reader_rest (load->reader)->lead,
                                        dk_container_manifest (load->container), load->lead_keys,
                                        NULL);
  return TRUE;
}

gboolean
dk_pack_load_prepare (DkPackLoad *load, const DkJob *job, GError **error)
{
  if (!dk_container_verify (load->container, "pack",
                            (const DkMinisignPublic *) (void *) load->signers->data,
                            load->signers->len, NULL, job, error))
    return FALSE;
  dk_pack_look_into_lead (load->container, load->lead_keys, job, load->applied);
  if (load->already)
    return TRUE;
  load->reader = dk_pack_open_content (load->container, load->device_keys, job, error);
  if (load->reader == NULL)
    return FALSE;
  load->facts
      = dk_pack_facts_of (load->container, dk_pack_reader_rest (load->reader)->about, error);
  return load->facts != NULL && compare_lead (load, error);
}

gboolean
dk_pack_load_is_already (const DkPackLoad *load)
{
  return load->already;
}

/* What only the store can tell of a pack that is whole. */
static gboolean
check (DkPackLoad *load, GError **error)
{
  const DkPackContent *rest = dk_pack_reader_rest (load->reader);

  load->phase = PHASE_REMOVE;
  return dk_pack_check_order (store_of (load), load->container, load->current, load->replace,
                              error)
         && dk_trust_check_pack (store_of (load), load->container, rest->fleet, rest->policy,
                                 error);
}

static gboolean
remove_left_overs (DkPackLoad *load, GError **error)
{
  gboolean more = FALSE;

  if (!dk_content_store_remove_step (store_of (load), &more, error))
    return FALSE;
  if (!more)
    load->phase = PHASE_BEGIN;
  return TRUE;
}

static gboolean
begin (DkPackLoad *load, GError **error)
{
  load->phase = PHASE_RECORDS;
  return dk_content_store_begin (store_of (load), load->facts, error);
}

/* Another pack may have been begun, or come into force, while this one waited for its next step. */
static gboolean
check_ours (DkPackLoad *load, GError **error)
{
  if (dk_content_store_is_loading (store_of (load), load->facts->id))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
               "Another pack was applied meanwhile. This one was not brought in; apply it again if "
               "it is newer.");
  return FALSE;
}

/* The next batch follows from how long this one took. */
static void
adapt_batch (DkPackLoad *load, gint64 began_us, guint least)
{
  gint64 took_us = g_get_monotonic_time () - began_us;

  if (took_us < STEP_SHORT_US)
    load->batch = MIN (load->batch + load->batch / 2 + 1, BATCH_MAX);
  else if (took_us > STEP_LONG_US)
    load->batch = MAX (load->batch / 2, least);
}

typedef gboolean (*AddBatch) (DkStore *store, gint64 pack, GPtrArray *items, GError **error);

static const AddBatch record_adders[] = {
  [DK_PACK_RECORD_CONTACT] = dk_content_store_add_contacts,
  [DK_PACK_RECORD_RUNBOOK] = dk_content_store_add_runbooks,
  [DK_PACK_RECORD_DEVICE] = dk_content_store_add_devices,
};

static guint
least_of (DkPackRecordKind kind)
{
  return kind == DK_PACK_RECORD_RUNBOOK ? 1 : BATCH_SMALL_MIN;
}

/* Takes records of one kind, and the first of the next kind into `next`. */
static GPtrArray *
read_batch (DkPackLoad *load, DkPackRecordKind *kind, gint64 began_us, GError **error)
{
  g_autoptr (GPtrArray) batch = NULL;

  if (load->next.kind == DK_PACK_RECORD_NONE
      && !dk_pack_reader_next (load->reader, &load->next, error))
    return NULL;
  *kind = load->next.kind;
  batch = g_ptr_array_new_with_free_func (load->next.free);
  while (load->next.kind == *kind && *kind != DK_PACK_RECORD_NONE) {
    g_ptr_array_add (batch, g_steal_pointer (&load->next.record));
    load->next.kind = DK_PACK_RECORD_NONE;
    if (batch->len >= load->batch
        || (batch->len >= least_of (*kind) && g_get_monotonic_time () - began_us > STEP_SHORT_US))
      break;
    if (!dk_pack_reader_next (load->reader, &load->next, error))
      return NULL;
  }
  return g_steal_pointer (&batch);
}

static gboolean
load_records (DkPackLoad *load, GError **error)
{
  gint64 began_us = g_get_monotonic_time ();
  DkPackRecordKind kind = DK_PACK_RECORD_NONE;
  g_autoptr (GPtrArray) batch = read_batch (load, &kind, began_us, error);

  if (batch == NULL)
    return FALSE;
  if (kind == DK_PACK_RECORD_NONE) {
    load->phase = PHASE_LISTS;
    return TRUE;
  }
  if (kind == DK_PACK_RECORD_CONTACT)
    load->contacts += batch->len;
  if (!record_adders[kind](store_of (load), load->facts->id, batch, error))
    return FALSE;
  adapt_batch (load, began_us, least_of (kind));
  return TRUE;
}

/* What is small enough to stand in memory. */
static gboolean
load_lists (DkPackLoad *load, GError **error)
{
  const DkPackContent *rest = dk_pack_reader_rest (load->reader);
  const struct {
    GPtrArray *items;
    AddBatch add;
  } lists[] = {
    { rest->services, dk_content_store_add_services },
    { rest->forms, dk_content_store_add_forms },
    { rest->shifts, dk_content_store_add_shifts },
    { rest->call_trees, dk_content_store_add_call_trees },
  };
  gint64 began_us = g_get_monotonic_time ();
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();

  while (load->list < G_N_ELEMENTS (lists) && load->position >= lists[load->list].items->len) {
    load->list++;
    load->position = 0;
    load->batch = BATCH_FIRST;
  }
  if (load->list == G_N_ELEMENTS (lists)) {
    load->phase = PHASE_DOCUMENTS;
    load->position = 0;
    return TRUE;
  }
  while (load->position < lists[load->list].items->len && batch->len < load->batch)
    g_ptr_array_add (batch, g_ptr_array_index (lists[load->list].items, load->position++));
  if (!lists[load->list].add (store_of (load), load->facts->id, batch, error))
    return FALSE;
  adapt_batch (load, began_us, 1);
  return TRUE;
}

static gboolean
add_document (DkPackLoad *load, const char *name, const json_t *document, GError **error)
{
  return document == NULL
         || dk_content_store_add_document (store_of (load), load->facts->id, name, document, error);
}

/* One document a step: the lists, then rules, fleet and the sealed part. */
static gboolean
load_documents (DkPackLoad *load, GError **error)
{
  const DkPackContent *rest = dk_pack_reader_rest (load->reader);
  guint at = load->position++;
  guint i = 0;
  const char *name;
  json_t *list;

  json_object_foreach (rest->lists, name, list)
  {
    g_autofree char *document = g_strconcat ("list ", name, NULL);
    if (i++ == at)
      return add_document (load, document, list, error);
  }
  load->phase = PHASE_COMPARE;
  return add_document (load, "policy", rest->policy, error)
         && add_document (load, "fleet", rest->fleet, error)
         && (rest->lead == NULL
             || dk_content_store_add_lead (store_of (load), load->facts->id, rest->lead, error));
}

/* What the fleet changes is told by who knows whom this kit believes. */
static gboolean
tell_fleet (DkPackLoad *load, DkContentChanges *changes, GError **error)
{
  const DkPackContent *rest = dk_pack_reader_rest (load->reader);
  const json_t *manifest = dk_container_manifest (load->container);
  gboolean counts = json_object_get (manifest, "fleet_sha256") != NULL;
  g_autoptr (GPtrArray) sentences = dk_trust_fleet_changes (
      store_of (load), counts ? rest->fleet : NULL, rest->policy, error);

  for (guint i = 0; sentences != NULL && i < sentences->len; i++)
    g_ptr_array_add (changes->fleet, g_strdup (g_ptr_array_index (sentences, i)));
  return sentences != NULL;
}

static gboolean
compare (DkPackLoad *load, GError **error)
{
  gboolean more = FALSE;
  DkContentChanges *changes;
  g_autoptr (json_t) json = NULL;

  if (load->compare == NULL)
    load->compare = dk_content_compare_new (store_of (load), load->facts->id, error);
  if (load->compare == NULL || !dk_content_compare_step (load->compare, &more, error))
    return FALSE;
  if (more)
    return TRUE;
  load->phase = PHASE_DONE;
  changes = dk_content_compare_changes (load->compare);
  if (!tell_fleet (load, changes, error))
    return FALSE;
  json = dk_content_changes_to_json (changes);
  return dk_content_changes_keep (store_of (load), load->facts->id, json, error);
}

gboolean
dk_pack_load_step (DkPackLoad *load, gboolean *more, GError **error)
{
  static gboolean (*const steps[N_PHASES]) (DkPackLoad *load, GError **error) = {
    [PHASE_CHECK] = check,           [PHASE_REMOVE] = remove_left_overs,
    [PHASE_BEGIN] = begin,           [PHASE_RECORDS] = load_records,
    [PHASE_LISTS] = load_lists,      [PHASE_DOCUMENTS] = load_documents,
    [PHASE_COMPARE] = compare,
  };
  gboolean rested = FALSE;

  if (load->already)
    load->phase = PHASE_DONE;
  *more = TRUE;
  if (load->phase >= PHASE_RECORDS && load->phase < PHASE_DONE
      && (!check_ours (load, error) || !dk_content_store_rest (store_of (load), &rested, error)))
    return FALSE;
  if (rested)
    return TRUE;
  if (steps[load->phase] != NULL && !steps[load->phase](load, error))
    return FALSE;
  *more = load->phase != PHASE_DONE;
  return TRUE;
}

void
dk_pack_load_progress (const DkPackLoad *load, guint64 *done, guint64 *total)
{
  *done = 0;
  *total = 0;
  if (load->reader != NULL)
    dk_pack_reader_progress (load->reader, done, total);
}

const DkContentChanges *
dk_pack_load_changes (const DkPackLoad *load)
{
  return load->compare != NULL ? dk_content_compare_changes (load->compare) : NULL;
}

const json_t *
dk_pack_load_lead_changes (const DkPackLoad *load)
{
  return load->lead_changes;
}

const DkPackFacts *
dk_pack_load_facts (const DkPackLoad *load)
{
  return load->already ? load->current : load->facts;
}

static gboolean
accept_fleet (DkStore *store, gpointer data, GError **error)
{
  DkPackLoad *load = data;

  return dk_trust_accept (store, load->container, dk_pack_reader_rest (load->reader)->fleet, error);
}

/* For the entry: what changed, in numbers. */
static json_t *
count_changes (const json_t *changes)
{
  json_t *counts = json_object ();
  const char *key;
  json_t *count;

  json_object_foreach (json_object_get (changes, "counts"), key, count)
  {
    if (json_integer_value (count) > 0)
      json_object_set (counts, key, count);
  }
  if (dk_json_get_bool (changes, "oncall_changed", FALSE))
    json_object_set_new (counts, "oncall_changed", json_true ());
  return json_pack ("{s:o}", "changed", counts);
}

/* Signers and routes may be others now; the next unlock writes them as well. */
static void
write_station (DkKit *kit)
{
  g_autoptr (GError) failed = NULL;

  if (!dk_kit_write_station (kit, &failed))
    g_debug ("station.json was not replaced: %s", failed->message);
}

static gboolean
bring_in (DkPackLoad *load, GError **error)
{
  g_autoptr (json_t) counts = NULL;
  DkContentSwitch more = { .also = accept_fleet, .data = load };

  g_assert (load->phase == PHASE_DONE);
  if (!check_ours (load, error))
    return FALSE;
  load->applied->changes = dk_content_changes_to_json (dk_pack_load_changes (load));
  counts = count_changes (load->applied->changes);
  more.counts = counts;
  if (!dk_content_store_switch_with (store_of (load), load->facts, &more, error)
      || !dk_trust_settle (store_of (load), NULL, error))
    return FALSE;
  write_station (load->kit);
  return TRUE;
}

/* What the desk corrected and the pack says now is no correction any more. The pack is in force
 * whatever becomes of that, and the next one asks again. */
static void
settle_corrections (DkStore *store)
{
  g_autoptr (GError) failed = NULL;

  if (!dk_correction_settle (store, NULL, &failed))
    g_debug ("corrections stay open: %s", failed->message);
}

gboolean
dk_pack_load_switch (DkPackLoad *load, DkPackApplied **applied, GError **error)
{
  DkPackApplied *done = load->applied;
  g_autoptr (DkPackFacts) in_force = NULL;

  done->already = load->already;
  if (!load->already && !bring_in (load, error))
    return FALSE;
  if (done->changes != NULL && load->lead_changes != NULL) /* told, not kept */
    json_object_set (done->changes, "lead", load->lead_changes);
  settle_corrections (store_of (load));
  in_force = dk_content_store_current (store_of (load), error);
  if (in_force == NULL)
    return FALSE;
  done->contacts = load->already ? done->contacts_before : load->contacts;
  done->facts = g_steal_pointer (&in_force);
  dk_refresh_settle (dk_kit_folder (load->kit), done->facts->name, done->facts->sequence);
  *applied = g_steal_pointer (&load->applied);
  return TRUE;
}

void
dk_pack_load_free (DkPackLoad *load)
{
  if (load == NULL)
    return;
  if (load->facts != NULL)
    dk_content_store_abandon (store_of (load), load->facts->id);
  dk_pack_record_clear (&load->next);
  g_clear_pointer (&load->signers, g_array_unref);
  g_clear_pointer (&load->device_keys, g_ptr_array_unref);
  g_clear_pointer (&load->lead_keys, g_ptr_array_unref);
  g_clear_pointer (&load->lead_before, g_bytes_unref);
  json_decref (load->lead_changes);
  dk_pack_facts_free (load->current);
  dk_pack_facts_free (load->facts);
  dk_pack_reader_free (load->reader);
  dk_pack_applied_free (load->applied);
  dk_content_compare_free (load->compare);
  g_free (load);
}
