/* SPDX-License-Identifier: MIT */
#include "app/store/content-change.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/store/content-private.h"

#define KEPT_AS "changes"

/* How each kind is called: in JSON, and one and several of them in words. */
static const struct {
  const char *key;
  const char *changed_key;
  const char *one;
  const char *several;
} kinds[DK_N_CHANGED] = {
  [DK_CHANGED_CONTACTS] = { "contacts", "contacts_changed", "contact", "contacts" },
  [DK_CHANGED_RUNBOOKS] = { "runbooks", "runbooks_revised", "runbook", "runbooks" },
  [DK_CHANGED_SERVICES] = { "services", "services_changed", "service", "services" },
  [DK_CHANGED_CALL_TREES] = { "call_trees", "call_trees_changed", "call tree", "call trees" },
  [DK_CHANGED_DEVICES] = { "devices", "devices_changed", "device", "devices" },
  [DK_CHANGED_FORMS] = { "forms", "forms_changed", "form", "forms" },
  [DK_CHANGED_LISTS] = { "lists", "lists_changed", "list", "lists" },
};

static void
write_items (json_t *out, json_t *counts, const char *key, const DkChangedItems *items)
{
  json_t *list = json_array ();

  for (guint i = 0; i < items->items->len; i++) {
    const DkChangedItem *item = g_ptr_array_index (items->items, i);
    json_array_append_new (list, json_pack ("{s:o, s:o}", "id", dk_json_string (item->id), "name",
                                            dk_json_string (item->name)));
  }
  json_object_set_new (out, key, list);
  json_object_set_new (counts, key, json_integer (items->count));
}

static void
write_kind (json_t *out, json_t *counts, const DkContentChanges *changes, guint i)
{
  g_autofree char *added = g_strconcat (kinds[i].key, "_added", NULL);
  g_autofree char *removed = g_strconcat (kinds[i].key, "_removed", NULL);

  write_items (out, counts, added, &changes->added[i]);
  write_items (out, counts, removed, &changes->removed[i]);
  write_items (out, counts, kinds[i].changed_key, &changes->changed[i]);
}

static json_t *
write_numbers (const DkContentChanges *changes)
{
  json_t *list = json_array ();

  for (guint i = 0; i < changes->numbers->len; i++) {
    const DkChangedNumber *number = g_ptr_array_index (changes->numbers, i);
    json_array_append_new (
        list, json_pack ("{s:o, s:o, s:o, s:o, s:o}", "contact", dk_json_string (number->contact),
                         "name", dk_json_string (number->name), "kind",
                         dk_json_string (number->kind), "was", dk_json_string (number->was), "now",
                         dk_json_string (number->now)));
  }
  return list;
}

static json_t *
write_sentences (GPtrArray *sentences)
{
  json_t *list = json_array ();

  for (guint i = 0; i < sentences->len; i++)
    json_array_append_new (list, dk_json_string (g_ptr_array_index (sentences, i)));
  return list;
}

json_t *
dk_content_changes_to_json (const DkContentChanges *changes)
{
  json_t *out = json_object ();
  json_t *counts = json_object ();

  json_object_set_new (out, "first", json_boolean (changes->is_first));
  for (guint i = 0; i < DK_N_CHANGED; i++)
    write_kind (out, counts, changes, i);
  json_object_set_new (out, "numbers_changed", write_numbers (changes));
  json_object_set_new (counts, "numbers_changed", json_integer (changes->numbers_count));
  json_object_set_new (out, "oncall_changed", json_boolean (changes->oncall_changed));
  json_object_set_new (out, "fleet", write_sentences (changes->fleet));
  json_object_set_new (out, "policy", write_sentences (changes->policy));
  json_object_set_new (out, "counts", counts);
  return out;
}

static void
describe_items (const json_t *changes, const char *key, guint kind, const char *what,
                guint names_max, GPtrArray *out)
{
  gint64 count = dk_json_get_int (json_object_get (changes, "counts"), key, 0);
  const json_t *list = json_object_get (changes, key);
  GString *line;
  gsize i;

  if (count == 0)
    return;
  line = g_string_new (NULL);
  g_string_printf (line, "%" G_GINT64_FORMAT " %s %s", count,
                   count == 1 ? kinds[kind].one : kinds[kind].several, what);
  for (i = 0; i < MIN (json_array_size (list), names_max); i++) {
    const char *name = dk_json_get_text (json_array_get (list, i), "name");
    g_string_append_printf (line, "%s%s", i == 0 ? ": " : ", ", name != NULL ? name : "");
  }
  if (i > 0 && count > (gint64) i)
    g_string_append_printf (line, " and %" G_GINT64_FORMAT " more", count - (gint64) i);
  g_ptr_array_add (out, g_string_free (line, FALSE));
}

static void
describe_number (const json_t *number, GPtrArray *out)
{
  const char *name = dk_json_get_text (number, "name");
  const char *kind = dk_json_get_text (number, "kind");
  const char *was = dk_json_get_text (number, "was");
  const char *now = dk_json_get_text (number, "now");

  if (was == NULL)
    g_ptr_array_add (out, g_strdup_printf ("  %s: new %s number %s", name, kind, now));
  else if (now == NULL)
    g_ptr_array_add (out, g_strdup_printf ("  %s: %s number %s is gone", name, kind, was));
  else
    g_ptr_array_add (out, g_strdup_printf ("  %s: %s number was %s, now %s", name, kind, was, now));
}

static void
describe_numbers (const json_t *changes, guint names_max, GPtrArray *out)
{
  gint64 count = dk_json_get_int (json_object_get (changes, "counts"), "numbers_changed", 0);
  const json_t *list = json_object_get (changes, "numbers_changed");
  gsize shown = MIN (json_array_size (list), names_max);

  if (count == 0)
    return;
  g_ptr_array_add (out, g_strdup_printf ("%" G_GINT64_FORMAT " number%s of people who were known "
                                         "before changed; call back on the old one if in doubt:",
                                         count, count == 1 ? "" : "s"));
  for (gsize i = 0; i < shown; i++)
    describe_number (json_array_get (list, i), out);
  if (count > (gint64) shown)
    g_ptr_array_add (out, g_strdup_printf ("  and %" G_GINT64_FORMAT " more",
                                           count - (gint64) shown));
}

static void
describe_sentences (const json_t *changes, const char *key, const char *what, GPtrArray *out)
{
  const json_t *list = json_object_get (changes, key);

  for (gsize i = 0; i < json_array_size (list); i++)
    g_ptr_array_add (out, g_strdup_printf ("%s: %s", what,
                                           json_string_value (json_array_get (list, i))));
}

GPtrArray *
dk_content_changes_describe_json (const json_t *changes, guint names_max)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);

  if (dk_json_get_bool (changes, "first", FALSE))
    g_ptr_array_add (out, g_strdup ("This is the first pack of this kit."));
  describe_numbers (changes, names_max, out);
  for (guint i = 0; i < DK_N_CHANGED; i++) {
    g_autofree char *added = g_strconcat (kinds[i].key, "_added", NULL);
    g_autofree char *removed = g_strconcat (kinds[i].key, "_removed", NULL);
    describe_items (changes, added, i, "added", names_max, out);
    describe_items (changes, removed, i, "removed", names_max, out);
    describe_items (changes, kinds[i].changed_key, i,
                    i == DK_CHANGED_RUNBOOKS ? "revised" : "changed", names_max, out);
  }
  if (dk_json_get_bool (changes, "oncall_changed", FALSE))
    g_ptr_array_add (out, g_strdup ("The on-call list changed."));
  describe_sentences (changes, "policy", "Rule", out);
  describe_sentences (changes, "fleet", "Fleet", out);
  return out;
}

GPtrArray *
dk_content_changes_describe_lead (const json_t *lead, guint names_max)
{
  const char *state = dk_json_get_text (lead, "state");
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);

  if (g_strcmp0 (state, DK_LEAD_COMPARED) == 0) {
    g_ptr_array_unref (out);
    out = dk_content_changes_describe_json (json_object_get (lead, "changes"), names_max);
    if (out->len == 0)
      g_ptr_array_add (out, g_strdup ("Nothing differs in what leads alone may read."));
  } else if (g_strcmp0 (state, DK_LEAD_SEALED) == 0) {
    g_ptr_array_add (out, g_strdup ("The part for leads alone is sealed and was not compared; a "
                                    "lead sees what changed in it."));
  } else if (g_strcmp0 (state, DK_LEAD_UNREADABLE) == 0) {
    g_ptr_array_add (out, g_strdup ("The part for leads alone, of this pack or of the one before, "
                                    "does not open with the lead key of this kit. It was not "
                                    "compared: ask who builds packs what changed in it."));
  }
  return out;
}

gboolean
dk_content_changes_keep (DkStore *store, gint64 pack, const json_t *changes, GError **error)
{
  return dk_content_store_add_document (store, pack, KEPT_AS, changes, error);
}

json_t *
dk_content_changes_last (DkStore *store, GError **error)
{
  return dk_content_store_document (store, KEPT_AS, error);
}
