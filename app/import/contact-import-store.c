/* SPDX-License-Identifier: MIT */
#include "app/base/csv.h"
#include "app/import/contact-import-private.h"
#include "app/plan/correction.h"

#define STEP_US (10 * 1000)
#define BATCH_MIN 4
#define BATCH_MAX 2000

gboolean
dk_contact_import_may (DkStore *store, GError **error)
{
  return dk_store_may (store, DK_STORE_IMPORT, error);
}

static json_t *
counts_json (const DkContactImport *import)
{
  static const char *const names[DK_IMPORT_STATES] = {
    [DK_IMPORT_ADDED] = "added",         [DK_IMPORT_UPDATED] = "updated",
    [DK_IMPORT_UNCHANGED] = "unchanged", [DK_IMPORT_IN_PACK] = "in_pack",
    [DK_IMPORT_DISABLED] = "disabled",   [DK_IMPORT_DUPLICATE] = "duplicates",
  };
  json_t *counts = json_object ();

  for (guint i = 0; i < DK_IMPORT_STATES; i++)
    json_object_set_new (counts, names[i], json_integer (import->counts[i]));
  json_object_set_new (counts, "rejected", json_integer (import->list->rejected));
  json_object_set_new (counts, "remarks", json_integer (import->list->remarked));
  json_object_set_new (counts, "missing", json_integer (import->missing->len));
  json_object_set_new (counts, "namesakes", json_integer (import->namesakes->len));
  return counts;
}

static json_t *
entry_body (const DkContactImport *import, gboolean done)
{
  json_t *body = json_object ();

  dk_json_set_text (body, "source", import->source);
  dk_json_set_text (body, "sha256", import->list->sha256);
  dk_json_set_text (body, "state", done ? "done" : "begun");
  json_object_set_new (body, "counts", counts_json (import));
  if (done) {
    json_object_set_new (body, "added", json_integer (import->added));
    json_object_set_new (body, "updated", json_integer (import->updated));
    json_object_set_new (body, "removed", json_integer (import->removed));
  }
  return body;
}

/* The next contacts to store, with those that go. They belong to the import. */
static void
take_batch (DkContactImport *import, gboolean remove_missing, GPtrArray *puts, GPtrArray *gone)
{
  while (import->next < import->items->len && puts->len < import->batch) {
    const DkImportItem *item = g_ptr_array_index (import->items, import->next++);
    if (item->state != DK_IMPORT_ADDED && item->state != DK_IMPORT_UPDATED)
      continue;
    import->added += item->state == DK_IMPORT_ADDED ? 1 : 0;
    import->updated += item->state == DK_IMPORT_UPDATED ? 1 : 0;
    g_ptr_array_add (puts,
                     dk_own_contact_new (item->record->contact, import->source, item->record->key));
  }
  while (import->next_replaced < import->replaced->len && puts->len + gone->len < import->batch)
    g_ptr_array_add (gone, g_ptr_array_index (import->replaced, import->next_replaced++));
  while (remove_missing && import->next_missing < import->missing->len
         && puts->len + gone->len < import->batch) {
    const DkImportMissing *missing = g_ptr_array_index (import->missing, import->next_missing++);
    g_ptr_array_add (gone, missing->id);
  }
  import->removed += gone->len;
}

static gboolean
is_over (const DkContactImport *import, gboolean remove_missing)
{
  return import->next >= import->items->len && import->next_replaced >= import->replaced->len
         && (!remove_missing || import->next_missing >= import->missing->len);
}

/* A batch that took twice as long as it may is followed by one half as large. */
static void
adapt_batch (DkContactImport *import, guint done, gint64 took_us)
{
  gint64 fits;

  if (done < import->batch / 2)
    return;
  fits = (gint64) done * STEP_US / MAX (took_us, 1);
  fits = MIN (fits, (gint64) import->batch * 2);
  import->batch = (guint) CLAMP (fits, BATCH_MIN, BATCH_MAX);
}

/* What the batch borrowed stays with the import. */
static void
give_back (GPtrArray *puts)
{
  for (guint i = 0; i < puts->len; i++)
    ((DkOwnContact *) g_ptr_array_index (puts, i))->contact = dk_contact_new ();
}

gboolean
dk_contact_import_store_step (DkContactImport *import, gboolean remove_missing, gboolean *more,
                              GError **error)
{
  g_autoptr (GPtrArray) puts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_own_contact_free);
  g_autoptr (GPtrArray) gone = g_ptr_array_new ();
  g_autoptr (json_t) entry = NULL;
  gint64 began = g_get_monotonic_time ();
  gboolean over;
  gboolean ok;

  g_assert (import->store != NULL && import->phase == DK_COMPARE_DONE);
  if (!import->begun) {
    if (!dk_contact_import_may (import->store, error))
      return FALSE;
    import->next = 0;
  }
  take_batch (import, remove_missing, puts, gone);
  over = is_over (import, remove_missing);
  if (over || !import->begun)
    entry = entry_body (import, over);
  ok = dk_own_contact_store (import->store, import->source, puts, gone, entry, error);
  adapt_batch (import, puts->len + gone->len, g_get_monotonic_time () - began);
  give_back (puts);
  import->begun = TRUE;
  import->stored = import->stored || (ok && over);
  *more = ok && !over;
  return ok;
}

/* What is to be done at leisure once other contacts are there. */
static gboolean
tidy_up (DkStore *store, const DkJob *job, GError **error)
{
  gboolean more = TRUE;

  if (!dk_correction_settle (store, NULL, error))
    return FALSE;
  while (more)
    if (!dk_content_store_remove_step (store, &more, error)
        || !dk_job_step (job, 0, 0, "clearing", error))
      return FALSE;
  return TRUE;
}

gboolean
dk_contact_import_store (DkContactImport *import, gboolean remove_missing, const DkJob *job,
                         GError **error)
{
  gboolean more = TRUE;

  while (more) {
    if (!dk_contact_import_store_step (import, remove_missing, &more, error)
        || !dk_job_step (job, import->next, import->items->len, "storing", error))
      return FALSE;
  }
  return tidy_up (import->store, job, error);
}

static json_t *
remarks_json (const GPtrArray *remarks, guint most)
{
  json_t *list = json_array ();

  for (guint i = 0; i < remarks->len && i < most; i++) {
    const DkImportRemark *remark = g_ptr_array_index (remarks, i);
    json_array_append_new (
        list, json_pack ("{s:o, s:o, s:o}", "place", dk_json_string (remark->place), "name",
                         dk_json_string (remark->name), "reason", dk_json_string (remark->reason)));
  }
  return list;
}

static json_t *
items_json (const DkContactImport *import, guint most)
{
  static const char *const states[DK_IMPORT_STATES] = {
    [DK_IMPORT_ADDED] = "added",         [DK_IMPORT_UPDATED] = "updated",
    [DK_IMPORT_IN_PACK] = "in-pack",     [DK_IMPORT_DISABLED] = "disabled",
    [DK_IMPORT_DUPLICATE] = "duplicate", [DK_IMPORT_UNCHANGED] = "unchanged",
  };
  json_t *list = json_array ();

  for (guint i = 0; i < import->items->len && json_array_size (list) < most; i++) {
    const DkImportItem *item = g_ptr_array_index (import->items, i);
    if (item->state == DK_IMPORT_UNCHANGED)
      continue;
    json_array_append_new (
        list, json_pack ("{s:o, s:o, s:s, s:o, s:o}", "id", dk_json_string (item->id), "name",
                         dk_json_string (item->record->contact->name), "state", states[item->state],
                         "place", dk_json_string (item->record->place), "detail",
                         dk_json_string (item->detail)));
  }
  return list;
}

json_t *
dk_contact_import_to_json (const DkContactImport *import, guint most)
{
  json_t *json = json_object ();
  json_t *notes = json_array ();
  json_t *missing = json_array ();
  json_t *namesakes = json_array ();

  for (guint i = 0; i < import->namesakes->len && i < most; i++)
    json_array_append_new (namesakes, dk_json_string (g_ptr_array_index (import->namesakes, i)));
  for (guint i = 0; i < import->list->notes->len; i++)
    json_array_append_new (notes, dk_json_string (g_ptr_array_index (import->list->notes, i)));
  for (guint i = 0; i < import->missing->len && i < most; i++) {
    const DkImportMissing *gone = g_ptr_array_index (import->missing, i);
    json_array_append_new (missing, json_pack ("{s:o, s:o}", "id", dk_json_string (gone->id),
                                               "name", dk_json_string (gone->name)));
  }
  dk_json_set_text (json, "source", import->source);
  dk_json_set_text (json, "sha256", import->list->sha256);
  json_object_set_new (json, "counts", counts_json (import));
  json_object_set_new (json, "notes", notes);
  json_object_set_new (json, "items", items_json (import, most));
  json_object_set_new (json, "rejects", remarks_json (import->list->rejects, most));
  json_object_set_new (json, "remarks", remarks_json (import->list->remarks, most));
  json_object_set_new (json, "missing", missing);
  json_object_set_new (json, "namesakes", namesakes);
  return json;
}

static void
add_remarks (DkCsv *csv, const char *kind, const GPtrArray *remarks)
{
  for (guint i = 0; i < remarks->len; i++) {
    const DkImportRemark *remark = g_ptr_array_index (remarks, i);
    dk_csv_add (csv, kind);
    dk_csv_add (csv, remark->place);
    dk_csv_add (csv, remark->name);
    dk_csv_add (csv, remark->reason);
    dk_csv_end_row (csv);
  }
}

GBytes *
dk_contact_import_rejects (const DkContactImport *import)
{
  static const char *const columns[] = { "kind", "place", "name", "reason" };
  g_autoptr (DkCsv) csv = dk_csv_new ();
  const char *text;
  gsize size;

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    dk_csv_add (csv, columns[i]);
  dk_csv_end_row (csv);
  add_remarks (csv, "rejected", import->list->rejects);
  add_remarks (csv, "remark", import->list->remarks);
  text = dk_csv_get (csv, &size);
  return g_bytes_new (text, size);
}
