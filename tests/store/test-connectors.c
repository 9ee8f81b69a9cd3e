/* SPDX-License-Identifier: MIT */
/* Goal: a credential is read only by who may send, and only for the address that it was entered
 * for. Method: rows changed by SQL, as somebody could who has only the key of the database. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/store/connector-store.h"
#include "app/store/ticket-store.h"

#define TOKEN "1-23-abcdef0123456789"

static gboolean
put_at (StoreFixture *f, const char *name, const char *config, GError **error)
{
  g_autoptr (DkConnectorFacts) facts = g_new0 (DkConnectorFacts, 1);

  facts->name = g_strdup (name);
  facts->type = g_strdup ("rt");
  facts->config = store_fixture_answers (config);
  return dk_connector_store_put (f->store, facts, error);
}

static gboolean
put (StoreFixture *f, const char *name, const char *credential, GError **error)
{
  g_autoptr (DkConnectorFacts) facts = g_new0 (DkConnectorFacts, 1);

  facts->name = g_strdup (name);
  facts->type = g_strdup ("rt");
  facts->config = store_fixture_answers ("{\"url\":\"https://rt.example\",\"queue\":\"Downtime\"}");
  if (credential != NULL)
    facts->credential = dk_secret_new_copy (credential, strlen (credential));
  return dk_connector_store_put (f->store, facts, error);
}

static void
assert_token (StoreFixture *f, const char *name, const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkConnectorFacts) facts = dk_connector_store_get (f->store, name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dk_json_get_text (facts->config, "queue"), ==, "Downtime");
  if (token == NULL)
    g_assert_null (facts->credential);
  else
    g_assert_cmpmem (dk_secret_get (facts->credential), dk_secret_size (facts->credential), token,
                     strlen (token));
}

static void
test_sealed (StoreFixture *f, gconstpointer data)
{
  g_autofree char *stored = NULL;
  g_autofree char *entry = NULL;

  g_assert_true (put (f, "rt", TOKEN, NULL));
  assert_token (f, "rt", TOKEN);
  assert_token (f, NULL, TOKEN);
  stored = store_fixture_text (f, "SELECT length (credential) || instr (credential, 'abcdef')"
                                  " FROM connector");
  g_assert_cmpstr (stored, ==, "610"); /* 24 + 21 + 16 bytes, and no such words in them */
  entry = store_fixture_text (f, "SELECT count(*) FROM entry_body WHERE body LIKE '%abcdef%'");
  g_assert_cmpstr (entry, ==, "0");
  store_fixture_become (f, "rita", DK_ROLE_RECONCILER);
  assert_token (f, "rt", TOKEN);
}

static void
test_front_line (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (put (f, "rt", TOKEN, NULL));
  store_fixture_become (f, "omar", DK_ROLE_FRONTLINE);
  assert_token (f, "rt", NULL);
  g_assert_false (put (f, "rt", TOKEN, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "omar"));
}

static void
assert_damaged (StoreFixture *f, const char *name, const char *sql)
{
  g_autoptr (GError) error = NULL;

  dk_fixture_exec (f->db, sql);
  g_assert_null (dk_connector_store_get (f->store, name, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_true (put (f, "rt", TOKEN, NULL));
  g_assert_true (put (f, "other", "second", NULL));
}

static void
test_changed_rows (StoreFixture *f, gconstpointer data)
{
  g_assert_true (put (f, "rt", TOKEN, NULL));
  g_assert_true (put (f, "other", "second", NULL));
  assert_damaged (f, "other",
                  "UPDATE connector SET credential = (SELECT credential FROM connector"
                  " WHERE name = 'rt') WHERE name = 'other'");
  assert_damaged (f, "rt",
                  "UPDATE connector SET config = replace (config, 'rt.example',"
                  " 'rt.evil') WHERE name = 'rt'");
  assert_damaged (f, "rt", "UPDATE connector SET type = 'file' WHERE name = 'rt'");
  assert_damaged (f, "rt", "UPDATE connector SET credential = x'00' WHERE name = 'rt'");
  assert_damaged (f, "rt", "UPDATE connector SET credential = zeroblob (61) WHERE name = 'rt'");
  assert_token (f, "rt", TOKEN);
  assert_token (f, "other", "second");
}

static void
test_names (StoreFixture *f, gconstpointer data)
{
  static const char *const bad[]
      = { "", "RT", "a b", "a/b", "\xff", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddx" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = NULL;

  g_assert_null (dk_connector_store_get (f->store, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_false (put (f, bad[i], NULL, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_clear_error (&error);
  }
  g_assert_true (put (f, "b", NULL, NULL));
  g_assert_true (put (f, "a", TOKEN, NULL));
  assert_token (f, "b", NULL);
  g_assert_null (dk_connector_store_get (f->store, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_null (dk_connector_store_get (f->store, "c\x1b", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  names = dk_connector_store_list (f->store, NULL);
  g_assert_cmpuint (names->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, "a");
}

/* What may stand at the old address would be sent to the new one as well. */
static void
test_moved_while_under_way (StoreFixture *f, gconstpointer data)
{
  static const char old[] = "{\"url\":\"https://rt.example\",\"queue\":\"A\"}";
  static const char same[] = "{\"url\":\"https://rt.example\",\"queue\":\"B\"}";
  static const char other[] = "{\"url\":\"https://other.example\",\"queue\":\"A\"}";
  const DkHandover states[]
      = { DK_HANDOVER_SENDING, DK_HANDOVER_UNKNOWN, DK_HANDOVER_DELIVERED };
  g_autofree char *number = store_fixture_save (f, "call-log", "{\"summary\":\"x\"}", TRUE);

  g_assert_true (put_at (f, "rt", old, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_true (
        dk_ticket_store_mark (f->store, number, states[i], "rt", NULL, NULL, 1, NULL));
    g_assert_false (put_at (f, "rt", other, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, number));
    g_assert_true (put_at (f, "rt", same, NULL));
    g_assert_true (put_at (f, "second", other, NULL));
  }
  g_assert_true (
      dk_ticket_store_mark (f->store, number, DK_HANDOVER_VERIFIED, "rt", "7", NULL, 1, NULL));
  g_assert_true (put_at (f, "rt", other, NULL));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/connectors/credential-is-sealed", test_sealed);
  STORE_ADD ("/store/connectors/front-line-cannot-read-it", test_front_line);
  STORE_ADD ("/store/connectors/bound-to-its-row", test_changed_rows);
  STORE_ADD ("/store/connectors/names", test_names);
  STORE_ADD ("/store/connectors/keeps-its-address-while-under-way", test_moved_while_under_way);
  return dk_test_run ();
}
