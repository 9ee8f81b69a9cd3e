/* SPDX-License-Identifier: MIT */
#include "app/store/connector-store.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/model/ticket.h"
#include "app/store/ledger.h"
#include "app/store/store-private.h"

/* A sealed credential (FORMAT.md) is bound to the kit and to name, type and configuration of its
 * row: who has only `open` can neither move it nor send it to another address. */
#define CREDENTIAL_USE "dk-cred1"

void
dk_connector_facts_free (DkConnectorFacts *facts)
{
  if (facts == NULL)
    return;
  g_free (facts->name);
  g_free (facts->type);
  json_decref (facts->config);
  dk_secret_free (facts->credential);
  g_free (facts);
}

static gboolean
derive (const DkKeyring *keys, guint8 key[DK_KEY_SIZE])
{
  const DkSecret *send = dk_keyring_get (keys, DK_KEY_SEND);

  if (send != NULL)
    dk_derive_key (key, dk_secret_get (send), 1, CREDENTIAL_USE);
  return send != NULL;
}

/* What the credential belongs to: config is the text as it stands in the row. */
static char *
associated_text (DkStore *store, const char *name, const char *type, const char *config)
{
  return g_strdup_printf ("dk-credential v1\n%s\n%s\n%s\n%s\n", dk_store_identity (store)->kit_id,
                          name, type, config);
}

static GBytes *
seal (const DkKeyring *keys, const char *associated, const DkSecret *credential)
{
  gsize size = dk_secret_size (credential);
  g_autofree guint8 *out = g_malloc (DK_NONCE_SIZE + size + DK_TAG_SIZE);
  guint8 key[DK_KEY_SIZE];

  if (!derive (keys, key))
    g_assert_not_reached ();
  dk_random (out, DK_NONCE_SIZE);
  dk_aead_seal (out + DK_NONCE_SIZE, out + DK_NONCE_SIZE + size, dk_secret_get (credential), size,
                (const guint8 *) associated, strlen (associated), out, key);
  dk_secret_wipe (key, sizeof key);
  return g_bytes_new_take (g_steal_pointer (&out), DK_NONCE_SIZE + size + DK_TAG_SIZE);
}

static DkSecret *
open_sealed (DkStore *store, const char *name, const char *associated, const guint8 *sealed,
             gsize size, GError **error)
{
  g_autoptr (DkSecret) out = NULL;
  guint8 key[DK_KEY_SIZE];
  gboolean opened = FALSE;

  if (size >= DK_NONCE_SIZE + DK_TAG_SIZE && derive (dk_store_keys (store), key)) {
    gsize plain = size - DK_NONCE_SIZE - DK_TAG_SIZE;
    out = dk_secret_new (plain);
    opened = dk_aead_open (dk_secret_get_mutable (out), sealed + DK_NONCE_SIZE, plain,
                           sealed + DK_NONCE_SIZE + plain, (const guint8 *) associated,
                           strlen (associated), sealed, key);
    dk_secret_wipe (key, sizeof key);
  }
  if (!opened) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The credential of the connector %s is damaged, or was entered for another "
                 "address. Nothing was sent; add the connector again.",
                 name);
    return NULL;
  }
  return g_steal_pointer (&out);
}

static gboolean
check_name (const char *name, GError **error)
{
  gsize size = strlen (name);

  if (size >= 1 && size <= 40 && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == size)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "A connector's name has 1 to 40 of a-z, 0-9 and -. Nothing was changed.");
  return FALSE;
}

static gboolean
put_row (DkStore *store, const DkConnectorFacts *facts, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO connector (name, type, config, credential)"
                           " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET type = ?2,"
                           " config = ?3, credential = ?4");
  g_autofree char *config = dk_json_canonical (facts->config, NULL);
  g_autofree char *associated = associated_text (store, facts->name, facts->type, config);
  g_autoptr (GBytes) sealed = NULL;

  if (facts->credential != NULL)
    sealed = seal (dk_store_keys (store), associated, facts->credential);
  dk_stmt_bind_text (stmt, 1, facts->name);
  dk_stmt_bind_text (stmt, 2, facts->type);
  dk_stmt_bind_text (stmt, 3, config);
  if (sealed != NULL)
    dk_stmt_bind_blob (stmt, 4, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
  else
    dk_stmt_bind_null (stmt, 4);
  return dk_stmt_run (stmt, error);
}

/* Address under which a connector of this name is known now, NULL if there is none. */
static gboolean
read_url (DkStore *store, const char *name, char **url, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT config FROM connector WHERE name = ?1");
  g_autoptr (json_t) config = NULL;
  const char *text;
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, name);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  text = dk_stmt_text (stmt, 0);
  config = dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, "A connector", error);
  if (config == NULL)
    return FALSE;
  *url = g_strdup (dk_json_get_text (config, "url"));
  return TRUE;
}

/* What may stand at the old address would not be found at the new one, and be sent again. */
static gboolean
check_nothing_under_way (DkStore *store, const DkConnectorFacts *facts, GError **error)
{
  g_autoptr (DkStmt) stmt = NULL;
  g_autofree char *url = NULL;
  gboolean has_row;

  if (!read_url (store, facts->name, &url, error))
    return FALSE;
  if (url == NULL || g_strcmp0 (url, dk_json_get_text (facts->config, "url")) == 0)
    return TRUE;
  stmt = dk_stmt_new (dk_store_db (store), "SELECT number FROM ticket WHERE handover_target = ?1"
                                           " AND handover IN (?2, ?3, ?4) LIMIT 1");
  dk_stmt_bind_text (stmt, 1, facts->name);
  dk_stmt_bind_int (stmt, 2, DK_HANDOVER_SENDING);
  dk_stmt_bind_int (stmt, 3, DK_HANDOVER_UNKNOWN);
  dk_stmt_bind_int (stmt, 4, DK_HANDOVER_DELIVERED);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s may stand at %s already and is not verified there, so this connector keeps its "
               "address. Nothing was changed; push until it is verified, or add the new address "
               "under another name.",
               dk_stmt_text (stmt, 0), url);
  return FALSE;
}

gboolean
dk_connector_store_put (DkStore *store, const DkConnectorFacts *facts, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;
  g_autoptr (json_t) body = json_object ();

  if (!check_name (facts->name, error))
    return FALSE;
  if (dk_keyring_get (dk_store_keys (store), DK_KEY_SEND) == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "%s may not set up connectors: that needs a lead, a reconciler or an admin. "
                 "Nothing was changed.",
                 dk_store_user (store));
    return FALSE;
  }
  if (!check_nothing_under_way (store, facts, error))
    return FALSE;
  dk_json_set_text (body, "type", facts->type);
  json_object_set (body, "config", facts->config);
  transaction = dk_store_begin (store, error);
  return transaction != NULL && put_row (store, facts, error)
         && dk_ledger_append (store, "connector-set", facts->name, 0, body, NULL, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

static DkConnectorFacts *
read_row (DkStore *store, DkStmt *stmt, GError **error)
{
  g_autoptr (DkConnectorFacts) facts = g_new0 (DkConnectorFacts, 1);
  const char *config = dk_stmt_text (stmt, 2);
  const guint8 *sealed;
  gsize size;

  facts->name = g_strdup (dk_stmt_text (stmt, 0));
  facts->type = g_strdup (dk_stmt_text (stmt, 1));
  facts->config
      = dk_json_parse (config, strlen (config), DK_LIMIT_JSON_BYTES, "A connector", error);
  if (facts->config == NULL)
    return NULL;
  sealed = dk_stmt_blob (stmt, 3, &size);
  if (sealed != NULL && dk_keyring_get (dk_store_keys (store), DK_KEY_SEND) != NULL) {
    g_autofree char *associated = associated_text (store, facts->name, facts->type, config);
    facts->credential = open_sealed (store, facts->name, associated, sealed, size, error);
    if (facts->credential == NULL)
      return NULL;
  }
  return g_steal_pointer (&facts);
}

static void
set_not_found (GError **error, const char *name)
{
  g_autofree char *shown = name != NULL ? dk_text_printable (name, FALSE) : NULL;

  if (name == NULL)
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "This kit has no connector yet. Add one with `dkit itsm add`.");
  else
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND, "There is no connector \"%s\" in this kit.",
                 shown);
}

DkConnectorFacts *
dk_connector_store_get (DkStore *store, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = dk_connector_store_list (store, error);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT name, type, config, credential FROM connector WHERE name = ?1");
  gboolean has_row;

  if (names == NULL)
    return NULL;
  if (name == NULL && names->len > 1) {
    g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
                 "This kit has %u connectors. Say which one with --name.", names->len);
    return NULL;
  }
  if (name == NULL && names->len == 1)
    name = g_ptr_array_index (names, 0);
  dk_stmt_bind_text (stmt, 1, name != NULL ? name : "");
  if (!dk_stmt_step (stmt, &has_row, error))
    return NULL;
  if (!has_row) {
    set_not_found (error, name);
    return NULL;
  }
  return read_row (store, stmt, error);
}

GPtrArray *
dk_connector_store_list (DkStore *store, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT name FROM connector ORDER BY name");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&names);
    g_ptr_array_add (names, g_strdup (dk_stmt_text (stmt, 0)));
  }
  return NULL;
}

static gboolean
reseal_row (DkStore *store, const char *name, const DkKeyring *after, GError **error)
{
  g_autoptr (DkStmt) read = dk_stmt_new (
      dk_store_db (store), "SELECT type, config, credential FROM connector WHERE name = ?1");
  g_autoptr (DkStmt) write
      = dk_stmt_new (dk_store_db (store), "UPDATE connector SET credential = ?2 WHERE name = ?1");
  g_autoptr (DkSecret) credential = NULL;
  g_autoptr (GBytes) sealed = NULL;
  g_autofree char *associated = NULL;
  gboolean has_row;
  gsize size;
  const guint8 *bytes;

  dk_stmt_bind_text (read, 1, name);
  if (!dk_stmt_step (read, &has_row, error))
    return FALSE;
  bytes = has_row ? dk_stmt_blob (read, 2, &size) : NULL;
  if (bytes == NULL)
    return TRUE;
  associated = associated_text (store, name, dk_stmt_text (read, 0), dk_stmt_text (read, 1));
  credential = open_sealed (store, name, associated, bytes, size, NULL);
  if (credential == NULL)
    return TRUE;
  sealed = seal (after, associated, credential);
  dk_stmt_bind_text (write, 1, name);
  dk_stmt_bind_blob (write, 2, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
  return dk_stmt_run (write, error);
}

gboolean
dk_connector_store_reseal (DkStore *store, const DkKeyring *after, GError **error)
{
  g_autoptr (GPtrArray) names = dk_connector_store_list (store, error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (!reseal_row (store, g_ptr_array_index (names, i), after, error))
      return FALSE;
  return names != NULL;
}
