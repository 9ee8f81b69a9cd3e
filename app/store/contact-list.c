/* SPDX-License-Identifier: MIT */
/* The index of `found` on (pack, name) has the names folded and in order; the pack in force and the
 * own contacts are two ranges of it, which the database merges. */
#include "app/store/contact-list.h"

#include "app/store/content-store.h"
#include "app/store/search-private.h"
#include "app/store/store-private.h"

#define LOOKED_AT_MAX 2000
#define SITE_ALL "ALL"
#define IN_FORCE "(SELECT CAST (value AS INTEGER) FROM setting WHERE key = 'pack')"
#define OWN_PACK "2147483647"

/* An own contact stands back behind one of the pack with its id. */
#define NAMES_OF_PACK(pack) \
  "SELECT name, id, ref, pack FROM found WHERE pack = " pack \
  " AND (name, id) > (?1, ?2) AND kind = 'contact'"

static const char *const page_sql
    = "SELECT n.name, n.id, n.ref, c.site,"
      " (?3 = 0 OR c.type IS 'vendor'),"
      " (?4 = 0 OR c.since_ms >= ?4 OR EXISTS (SELECT 1 FROM number_change AS x"
      "  LEFT JOIN pack AS q ON q.id = x.pack"
      "  WHERE x.contact = n.ref AND iif (x.pack = 0, x.changed_ms, q.applied_ms) >= ?4)),"
      " n.pack <> " OWN_PACK " OR NOT EXISTS (SELECT 1 FROM contact AS p"
      "  WHERE p.pack = " IN_FORCE " AND p.ref = n.ref)"
      " FROM (" NAMES_OF_PACK (IN_FORCE) " UNION ALL " NAMES_OF_PACK (OWN_PACK)
      "  ORDER BY 1, 2 LIMIT ?5) AS n"
      " CROSS JOIN contact AS c ON c.pack = n.pack AND c.ref = n.ref";

static gboolean
is_wanted (DkStmt *stmt, const DkContactWish *wish)
{
  const char *site = dk_stmt_text (stmt, 3);

  if (wish->site != NULL && g_strcmp0 (site, wish->site) != 0 && g_strcmp0 (site, SITE_ALL) != 0)
    return FALSE;
  return dk_stmt_int (stmt, 4) != 0 && dk_stmt_int (stmt, 5) != 0 && dk_stmt_int (stmt, 6) != 0;
}

static void
move_place (DkContactPlace *place, DkStmt *stmt)
{
  g_free (place->name);
  place->name = g_strdup (dk_stmt_text (stmt, 0));
  place->row = dk_stmt_int (stmt, 1);
}

GPtrArray *
dk_contact_list_page (DkStore *store, const DkContactWish *wish, DkContactPlace *place,
                      guint limit, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), page_sql);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  guint looked_at = 0;
  gboolean has_row = TRUE;

  g_return_val_if_fail (limit > 0, NULL);
  dk_stmt_bind_text (stmt, 1, place->name != NULL ? place->name : "");
  dk_stmt_bind_int (stmt, 2, place->row);
  dk_stmt_bind_int (stmt, 3, wish->vendors_only);
  dk_stmt_bind_int (stmt, 4, wish->changed_since_ms);
  dk_stmt_bind_int (stmt, 5, LOOKED_AT_MAX);
  while (ids->len < limit) {
    if (!dk_stmt_step (stmt, &has_row, error))
      return NULL;
    if (!has_row)
      break;
    looked_at++;
    move_place (place, stmt);
    if (is_wanted (stmt, wish))
      g_ptr_array_add (ids, g_strdup (dk_stmt_text (stmt, 2)));
  }
  place->is_over = !has_row && looked_at < LOOKED_AT_MAX;
  return g_steal_pointer (&ids);
}

void
dk_contact_place_clear (DkContactPlace *place)
{
  g_clear_pointer (&place->name, g_free);
  place->row = 0;
  place->is_over = FALSE;
}
