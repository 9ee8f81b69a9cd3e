/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/store/content-private.h"

void
dk_service_link_free (DkServiceLink *link)
{
  if (link == NULL)
    return;
  g_free (link->id);
  g_free (link->name);
  g_free (link->via);
  g_free (link);
}

typedef struct {
  GPtrArray *services;
  GPtrArray *links;
  GHashTable *seen; /* ids, borrowed from links or the catalogue */
} Walk;

static void
add_link (Walk *walk, const char *id, guint depth, const char *via)
{
  const DkService *service = dk_service_find (walk->services, id);
  DkServiceLink *link;

  if (g_hash_table_contains (walk->seen, id))
    return;
  link = g_new0 (DkServiceLink, 1);
  link->id = g_strdup (id);
  link->name = g_strdup (service != NULL ? service->name : id);
  link->criticality = service != NULL ? service->criticality : 0;
  link->depth = depth;
  link->via = g_strdup (via);
  g_ptr_array_add (walk->links, link);
  g_hash_table_add (walk->seen, link->id);
}

static void
add_neighbours (Walk *walk, const char *id, gboolean dependents, guint depth, const char *via)
{
  const DkService *service = dk_service_find (walk->services, id);

  if (!dependents) {
    for (guint i = 0; service != NULL && service->depends_on != NULL && service->depends_on[i];
         i++)
      add_link (walk, service->depends_on[i], depth, via);
    return;
  }
  for (guint i = 0; i < walk->services->len; i++) {
    const DkService *other = g_ptr_array_index (walk->services, i);
    if (dk_service_needs (other, id))
      add_link (walk, other->id, depth, via);
  }
}

static int
compare_links (gconstpointer a, gconstpointer b)
{
  const DkServiceLink *x = *(const DkServiceLink *const *) a;
  const DkServiceLink *y = *(const DkServiceLink *const *) b;

  if (x->depth != y->depth)
    return x->depth < y->depth ? -1 : 1;
  if (x->criticality != y->criticality)
    return x->criticality < y->criticality ? -1 : 1;
  return strcmp (x->id, y->id);
}

GPtrArray *
dk_content_store_service_links (DkStore *store, const char *id, gboolean dependents,
                                GError **error)
{
  g_autoptr (GPtrArray) services = dk_content_store_services (store, error);
  g_autoptr (GPtrArray) links
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_service_link_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  Walk walk = { services, links, seen };

  if (services == NULL)
    return NULL;
  g_hash_table_add (seen, (gpointer) (guintptr) id);
  add_neighbours (&walk, id, dependents, 1, NULL);
  for (guint i = 0; i < links->len; i++) {
    const DkServiceLink *link = g_ptr_array_index (links, i);
    add_neighbours (&walk, link->id, dependents, link->depth + 1, link->id);
  }
  g_ptr_array_sort (links, compare_links);
  return g_steal_pointer (&links);
}
