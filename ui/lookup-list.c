/* SPDX-License-Identifier: MIT */
#include "ui/lookup-list.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/store/content-store.h"

#define KINDS_MAX 4u

/* A list in memory. Never changed once it is read. */
typedef struct {
  char *kind;
  gint64 pack;
  json_t *rows;   /* as read */
  GPtrArray *folded; /* "name id" of each row, folded */
} List;

/* One wish to have it. */
typedef struct {
  char *kind;
  gint64 pack; /* that is in memory; -1 = none */
  GWeakRef owner;
  void (*loaded) (GObject *owner);
} Wish;

/* What the kit's thread found. */
typedef struct {
  gint64 pack;
  GBytes *text; /* NULL: there is no such list */
} Found;

static List *lists[KINDS_MAX];

static void
free_list (List *list)
{
  if (list == NULL)
    return;
  g_free (list->kind);
  json_decref (list->rows);
  g_ptr_array_unref (list->folded);
  g_free (list);
}

static void
drop_list (gpointer list)
{
  free_list (list);
}

static void
free_wish (gpointer data)
{
  Wish *wish = data;

  g_free (wish->kind);
  g_weak_ref_clear (&wish->owner);
  g_free (wish);
}

static void
free_found (gpointer data)
{
  Found *found = data;

  if (found->text != NULL)
    g_bytes_unref (found->text);
  g_free (found);
}

static guint
place_of (const char *kind)
{
  guint i = 0;

  while (i + 1 < KINDS_MAX && lists[i] != NULL && g_strcmp0 (lists[i]->kind, kind) != 0)
    i++;
  return i;
}

static List *
list_of (const char *kind)
{
  List *list = lists[place_of (kind)];

  return list != NULL && g_strcmp0 (list->kind, kind) == 0 ? list : NULL;
}

/* Wish -> Found, without its text if the list in memory is the right one */
static gpointer
read_text (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const Wish *wish = data;
  DkStore *store = dk_kit_store (kit);
  g_autofree char *document = g_strdup_printf ("list %ss", wish->kind);
  g_autoptr (GError) fault = NULL;
  g_autoptr (DkPackFacts) facts = dk_content_store_current (store, &fault);
  Found *found = g_new0 (Found, 1);

  found->pack = facts != NULL ? facts->id : 0;
  if (fault == NULL && found->pack != wish->pack)
    found->text = dk_content_store_document_text (store, document, &fault);
  if (fault == NULL)
    return found;
  g_propagate_error (error, g_steal_pointer (&fault));
  free_found (found);
  return NULL;
}

static List *
parse_list (const char *kind, const Found *found)
{
  List *list = g_new0 (List, 1);
  gsize size = 0;
  const char *text = found->text != NULL ? g_bytes_get_data (found->text, &size) : NULL;

  list->kind = g_strdup (kind);
  list->pack = found->pack;
  list->folded = g_ptr_array_new_with_free_func (g_free);
  list->rows = text != NULL ? dk_json_parse (text, size, DK_LIMIT_JSON_BYTES, "A list", NULL)
                            : NULL;
  if (list->rows == NULL)
    list->rows = json_array ();
  for (gsize i = 0; i < json_array_size (list->rows); i++) {
    const json_t *row = json_array_get (list->rows, i);
    const char *id = dk_json_get_text (row, "id");
    const char *name = dk_json_get_text (row, "name");
    g_autofree char *words
        = g_strjoin (" ", name != NULL ? name : "", id != NULL ? id : "", NULL);
    g_ptr_array_add (list->folded, dk_text_fold (words));
  }
  return list;
}

static void
parse_beside (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *kind = g_object_get_data (G_OBJECT (task), "kind");

  g_task_return_pointer (task, parse_list (kind, data), drop_list);
}

static void
on_parsed (GObject *source, GAsyncResult *result, gpointer data)
{
  Wish *wish = data;
  List *list = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr (GObject) owner = g_weak_ref_get (&wish->owner);
  guint place = place_of (wish->kind);

  free_list (lists[place]);
  lists[place] = list;
  if (owner != NULL && wish->loaded != NULL)
    wish->loaded (owner);
  free_wish (wish);
}

static Wish *
copy_wish (const Wish *wish, GObject *owner)
{
  Wish *copy = g_new0 (Wish, 1);

  copy->kind = g_strdup (wish->kind);
  copy->pack = wish->pack;
  copy->loaded = wish->loaded;
  g_weak_ref_init (&copy->owner, owner);
  return copy;
}

static void
take_text (gpointer owner, gpointer result, const GError *error)
{
  Wish *wish = g_object_steal_data (owner, "dk-lookup-wish");
  Found *found = result;
  g_autoptr (GTask) task = NULL;

  if (wish == NULL || found == NULL || found->pack == wish->pack) {
    if (wish != NULL)
      free_wish (wish);
    if (found != NULL)
      free_found (found);
    return;
  }
  task = g_task_new (NULL, NULL, on_parsed, wish);
  g_object_set_data_full (G_OBJECT (task), "kind", g_strdup (wish->kind), g_free);
  g_task_set_task_data (task, found, free_found);
  g_task_run_in_thread (task, parse_beside);
}

void
dk_lookup_list_prepare (const char *kind, GObject *owner, void (*loaded) (GObject *owner))
{
  const List *list = list_of (kind);
  const Wish wish = { .kind = (char *) kind,
                      .pack = list != NULL ? list->pack : -1,
                      .loaded = loaded };

  g_object_set_data_full (owner, "dk-lookup-wish", copy_wish (&wish, owner), free_wish);
  dk_kit_run (owner, &(DkKitCall) { .work = read_text,
                                    .reply = take_text,
                                    .data = copy_wish (&wish, NULL),
                                    .data_free = free_wish,
                                    .result_free = free_found });
}

static DkLookupRow *
new_row (const json_t *row)
{
  DkLookupRow *found = g_new0 (DkLookupRow, 1);

  found->id = dk_json_get_text (row, "id");
  found->name = dk_json_get_text (row, "name");
  if (found->name == NULL)
    found->name = found->id;
  found->site = dk_json_get_text (row, "site");
  return found;
}

static gboolean
holds_all (const char *folded, char *const *words)
{
  for (gsize i = 0; words[i] != NULL; i++)
    if (strstr (folded, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

GPtrArray *
dk_lookup_list_find (const char *kind, const char *words, guint max)
{
  const List *list = list_of (kind);
  g_autofree char *wanted = dk_text_fold (words);
  g_auto (GStrv) parts = g_strsplit (g_strstrip (wanted), " ", -1);
  GPtrArray *found;
  guint first = 0;

  if (list == NULL)
    return NULL;
  found = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < list->folded->len && first < max; i++) {
    const char *folded = list->folded->pdata[i];
    const json_t *row = json_array_get (list->rows, i);
    gboolean begins = g_str_has_prefix (folded, wanted);
    if (dk_json_get_text (row, "id") == NULL || (!begins && found->len >= max)
        || !holds_all (folded, parts))
      continue;
    g_ptr_array_insert (found, begins ? (int) first : -1, new_row (row));
    first += begins ? 1 : 0;
  }
  if (found->len > max)
    g_ptr_array_set_size (found, (int) max);
  return found;
}
