/* SPDX-License-Identifier: MIT */
#include "app/db/connection-private.h"
#include "app/db/dk-schema.h"
#include "app/db/statement.h"
#include "app/db/transaction.h"

#define SCHEMA_FOLDER "/org/downtimekit/schema"

/* The scripts inside the program in the order of their numbers, which start at 1 without a gap.
 * New array of new strings. */
static GPtrArray *
load_scripts (void)
{
  GPtrArray *scripts = g_ptr_array_new_with_free_func (g_free);
  GResource *resource = dk_schema_get_resource ();
  g_auto (GStrv) names = g_resource_enumerate_children (resource, SCHEMA_FOLDER, 0, NULL);
  guint count = names != NULL ? g_strv_length (names) : 0;

  g_ptr_array_set_size (scripts, (gint) count);
  for (guint i = 0; i < count; i++) {
    g_autofree char *path = g_strconcat (SCHEMA_FOLDER "/", names[i], NULL);
    guint64 number = g_ascii_strtoull (names[i], NULL, 10);
    g_autoptr (GBytes) bytes = g_resource_lookup_data (resource, path, 0, NULL);
    gsize size;
    const char *text;
    g_assert (bytes != NULL && number >= 1 && number <= count);
    g_assert (g_ptr_array_index (scripts, number - 1) == NULL);
    text = g_bytes_get_data (bytes, &size);
    g_ptr_array_index (scripts, number - 1) = g_strndup (text, size);
  }
  return scripts;
}

int
dk_db_schema_version (void)
{
  g_auto (GStrv) names
      = g_resource_enumerate_children (dk_schema_get_resource (), SCHEMA_FOLDER, 0, NULL);

  return names != NULL ? (int) g_strv_length (names) : 0;
}

static gboolean
get_version (DkDb *db, guint *version, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (db, "PRAGMA user_version");
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *version = (guint) MAX (0, dk_stmt_int (stmt, 0));
  return TRUE;
}

static gboolean
apply_script (DkDb *db, const char *script, guint number, GError **error)
{
  g_autofree char *set_version = g_strdup_printf ("PRAGMA user_version=%u", number);
  g_autoptr (DkTransaction) transaction = dk_transaction_new (db, error);

  if (transaction == NULL || !dk_db_exec (db, script, error)
      || !dk_db_exec (db, set_version, error))
    return FALSE;
  return dk_transaction_commit (transaction, error);
}

gboolean
dk_db_migrate_scripts (DkDb *db, const char *const *scripts, guint count, GError **error)
{
  guint version;

  dk_db_check_owner (db);
  if (!get_version (db, &version, error))
    return FALSE;
  if (version > count) {
    g_set_error (error, DK_ERROR, DK_ERROR_NEWER,
                 "This kit was written by a newer Downtime Kit (form %u, this program knows %u). "
                 "Nothing was changed; install the newer program on this PC.",
                 version, count);
    return FALSE;
  }
  for (guint i = version; i < count; i++)
    if (!apply_script (db, scripts[i], i + 1, error)) {
      g_prefix_error (error, "This kit could not be brought to form %u: ", i + 1);
      return FALSE;
    }
  return TRUE;
}

gboolean
dk_db_migrate (DkDb *db, GError **error)
{
  g_autoptr (GPtrArray) scripts = load_scripts ();

  return dk_db_migrate_scripts (db, (const char *const *) scripts->pdata, scripts->len, error);
}
