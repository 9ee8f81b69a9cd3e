/* SPDX-License-Identifier: MIT */
/* A swapped number that only leads see would otherwise go in unseen: everybody's difference is
 * found in the tables, where nothing for leads alone may stand. */
#include "app/content/lead-change.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/content/pack-load-private.h"
#include "app/store/old-key-store.h"

#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT (1000))

/* What is compared of one kind. */
typedef struct {
  DkChangedKind kind;
  const char *(*id) (gconstpointer item);
  const char *(*name) (gconstpointer item);
  json_t *(*for_leads) (gconstpointer item);
} Shape;

static gboolean
is_whole (const DkContact *contact)
{
  return g_strcmp0 (contact->audience, "lead") == 0;
}

/* [[kind, value], ...] of those for leads alone. */
static json_t *
lead_numbers (const DkContact *contact)
{
  json_t *list = json_array ();

  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    if (is_whole (contact) || g_strcmp0 (number->audience, "lead") == 0)
      json_array_append_new (list, json_pack ("[o, o]", dk_json_string (number->kind),
                                              dk_json_string (number->value)));
  }
  return list;
}

static const char *
contact_id (gconstpointer item)
{
  return ((const DkContact *) item)->id;
}

static const char *
contact_name (gconstpointer item)
{
  return ((const DkContact *) item)->name;
}

/* The rest of a contact that everybody may read is compared in the tables. */
static json_t *
contact_for_leads (gconstpointer item)
{
  const DkContact *contact = item;

  if (is_whole (contact))
    return dk_contact_to_json (contact);
  return json_pack ("[o, o]", dk_json_string (contact->lead_note), lead_numbers (contact));
}

static const char *
runbook_id (gconstpointer item)
{
  return ((const DkRunbook *) item)->id;
}

static const char *
runbook_name (gconstpointer item)
{
  return ((const DkRunbook *) item)->title;
}

static json_t *
runbook_for_leads (gconstpointer item)
{
  return dk_runbook_to_json (item);
}

static const char *
tree_id (gconstpointer item)
{
  return ((const DkCallTree *) item)->id;
}

static const char *
tree_name (gconstpointer item)
{
  return ((const DkCallTree *) item)->title;
}

static json_t *
tree_for_leads (gconstpointer item)
{
  return dk_call_tree_to_json (item);
}

static const Shape contact_shape
    = { DK_CHANGED_CONTACTS, contact_id, contact_name, contact_for_leads };
static const Shape runbook_shape
    = { DK_CHANGED_RUNBOOKS, runbook_id, runbook_name, runbook_for_leads };
static const Shape tree_shape = { DK_CHANGED_CALL_TREES, tree_id, tree_name, tree_for_leads };

/* Items by id, borrowed. */
static GHashTable *
index_items (const Shape *shape, GPtrArray *items)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; items != NULL && i < items->len; i++)
    g_hash_table_insert (index, (gpointer) shape->id (items->pdata[i]), items->pdata[i]);
  return index;
}

typedef struct {
  DkContentChanges *changes;
  const DkContact *contact;
  GPtrArray *noted; /* NULL = nobody wants them */
} Numbers;

static void
take_number (const char *kind, const char *was, const char *now, gpointer data)
{
  const Numbers *numbers = data;
  DkNumberChange *change;

  dk_content_changes_add_number (numbers->changes, numbers->contact->id, numbers->contact->name,
                                 kind, was, now);
  if (now == NULL || numbers->noted == NULL)
    return;
  change = g_new0 (DkNumberChange, 1);
  change->contact = g_strdup (numbers->contact->id);
  change->value = g_strdup (now);
  change->was = g_strdup (was);
  g_ptr_array_add (numbers->noted, change);
}

/* was NULL: a new one, of which every number for leads is new. */
static void
compare_numbers (DkContentChanges *changes, const DkContact *was, const DkContact *now,
                 GPtrArray *noted)
{
  g_autoptr (json_t) before = was != NULL ? lead_numbers (was) : json_array ();
  g_autoptr (json_t) after = lead_numbers (now);
  g_autofree char *before_text = dk_json_text (before, TRUE);
  g_autofree char *after_text = dk_json_text (after, TRUE);

  if (!json_equal (before, after))
    dk_content_compare_numbers (before_text, after_text, take_number,
                                &(Numbers) { changes, now, noted });
}

static void
compare_items (DkContentChanges *changes, const Shape *shape, GPtrArray *was, GPtrArray *now,
               GPtrArray *noted)
{
  g_autoptr (GHashTable) before = index_items (shape, was);
  g_autoptr (GHashTable) after = index_items (shape, now);

  for (guint i = 0; now != NULL && i < now->len; i++) {
    gconstpointer item = now->pdata[i];
    gconstpointer old = g_hash_table_lookup (before, shape->id (item));
    g_autoptr (json_t) a = old != NULL ? shape->for_leads (old) : NULL;
    g_autoptr (json_t) b = shape->for_leads (item);
    if (old == NULL)
      dk_content_changes_add_item (&changes->added[shape->kind], shape->id (item),
                                   shape->name (item));
    else if (!json_equal (a, b))
      dk_content_changes_add_item (&changes->changed[shape->kind], shape->id (item),
                                   shape->name (item));
    if (shape->kind == DK_CHANGED_CONTACTS)
      compare_numbers (changes, old, item, noted);
  }
  for (guint i = 0; was != NULL && i < was->len; i++)
    if (!g_hash_table_contains (after, shape->id (was->pdata[i])))
      dk_content_changes_add_item (&changes->removed[shape->kind], shape->id (was->pdata[i]),
                                   shape->name (was->pdata[i]));
}

static json_t *
state_json (const char *state)
{
  return json_pack ("{s:s}", "state", state);
}

json_t *
dk_lead_compare (GBytes *was, const json_t *was_manifest, GBytes *now, const json_t *now_manifest,
                 GPtrArray *keys, GPtrArray *noted)
{
  g_autoptr (DkPackContent) a = NULL;
  g_autoptr (DkPackContent) b = NULL;
  g_autoptr (DkContentChanges) changes = NULL;
  json_t *json;

  if (was == NULL && now == NULL)
    return state_json (DK_LEAD_NONE);
  if (keys->len == 0)
    return state_json (DK_LEAD_SEALED);
  a = was != NULL ? dk_pack_unseal_lead (was, was_manifest, keys, NULL, NULL) : NULL;
  b = now != NULL ? dk_pack_unseal_lead (now, now_manifest, keys, NULL, NULL) : NULL;
  if ((was != NULL && a == NULL) || (now != NULL && b == NULL))
    return state_json (DK_LEAD_UNREADABLE);
  changes = dk_content_changes_new ();
  compare_items (changes, &contact_shape, a != NULL ? a->contacts : NULL,
                 b != NULL ? b->contacts : NULL, noted);
  compare_items (changes, &runbook_shape, a != NULL ? a->runbooks : NULL,
                 b != NULL ? b->runbooks : NULL, NULL);
  compare_items (changes, &tree_shape, a != NULL ? a->call_trees : NULL,
                 b != NULL ? b->call_trees : NULL, NULL);
  json = state_json (DK_LEAD_COMPARED);
  json_object_set_new (json, "changes", dk_content_changes_to_json (changes));
  return json;
}

static json_t *
parse_manifest (const DkPackFacts *facts, GError **error)
{
  return dk_json_parse (facts->manifest, strlen (facts->manifest), DK_LIMIT_JSON_BYTES,
                        "The facts of an applied pack", error);
}

/* *lead stays NULL where there is nothing to compare with. */
static gboolean
compare_applied (DkStore *store, const DkPackFacts *current, GPtrArray *noted, json_t **lead,
                 GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (GBytes) was = NULL;
  g_autoptr (DkPackFacts) before = dk_content_store_before (store, &was, &failed);
  g_autoptr (GBytes) now = before != NULL ? dk_content_store_lead (store, &failed) : NULL;
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (json_t) was_manifest = NULL;
  g_autoptr (json_t) now_manifest = NULL;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (before == NULL)
    return TRUE;
  keys = dk_old_key_store_list (store, DK_KEY_LEAD, error);
  was_manifest = keys != NULL ? parse_manifest (before, error) : NULL;
  now_manifest = was_manifest != NULL ? parse_manifest (current, error) : NULL;
  if (now_manifest == NULL)
    return FALSE;
  *lead = dk_lead_compare (was, was_manifest, now, now_manifest, keys, noted);
  return TRUE;
}

gboolean
dk_pack_lead_changes (DkKit *kit, json_t **lead, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) current = dk_content_store_current (dk_kit_store (kit), &failed);
  json_t *found = NULL;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (current != NULL
      && !compare_applied (dk_kit_store (kit), current, NULL, &found, error))
    return FALSE;
  *lead = found != NULL ? found : state_json (DK_LEAD_NONE);
  return TRUE;
}

GPtrArray *
dk_pack_lead_numbers (DkKit *kit, GError **error)
{
  g_autoptr (GPtrArray) noted
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_number_change_free);
  gint64 since_ms = dk_clock_wall_ms () - DK_NUMBER_CHANGE_DAYS * DAY_MS;
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) current = NULL;
  g_autoptr (json_t) lead = NULL;

  if (dk_keyring_get (dk_kit_keys (kit), DK_KEY_LEAD) == NULL)
    return g_steal_pointer (&noted);
  current = dk_content_store_current (dk_kit_store (kit), &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  if (current == NULL || current->applied_ms < since_ms)
    return g_steal_pointer (&noted);
  if (!compare_applied (dk_kit_store (kit), current, noted, &lead, error))
    return NULL;
  for (guint i = 0; i < noted->len; i++) {
    DkNumberChange *change = g_ptr_array_index (noted, i);
    change->changed_ms = current->applied_ms;
    change->cause = g_strdup_printf ("pack %s %" G_GINT64_FORMAT, current->name,
                                     current->sequence);
  }
  return g_steal_pointer (&noted);
}
