/* SPDX-License-Identifier: MIT */
/* Goal: what is noted for leads is readable with the lead's key alone, cannot be exchanged unseen,
 * and is never sealed to a key that no administrator vouched for. Method: notes by people of both
 * roles over one kit file; all pages in clear are searched; rows and settings are changed as
 * somebody with the `open` key could, and records are made by the text of FORMAT.md. */
#define _GNU_SOURCE
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/text.h"
#include "app/crypto/aead.h"
#include "app/crypto/age.h"
#include "app/store/content-store.h"
#include "app/store/lead-store.h"
#include "app/store/search.h"

#define KIT "00112233445566778899aabbccddeeff"
#define WORDS "Zqxwvlead: agent walked out"
#define EPOCH 3
#define SEAL_SIZE 48
#define TOMORROW_AND_LATER G_GINT64_CONSTANT (8000000000000)

/* Opens the store as a person of that role, as the kit does. The person is the caller's. */
static DkPerson *
be (StoreFixture *f, const char *name, DkRole role)
{
  DkPerson *person = store_fixture_person (f, name, role);

  store_fixture_become (f, name, role);
  dk_store_set_person (f->store, person);
  dk_store_set_key_epoch (f->store, EPOCH);
  return person;
}

static void
state_key (StoreFixture *f, const char *kit, const DkKeyring *keys, guint32 epoch)
{
  g_assert_true (dk_lead_store_sign_key (f->db, kit, keys, epoch, NULL));
}

static char *
save (StoreFixture *f)
{
  return store_fixture_save (f, "call-log", "{\"summary\":\"no labels\"}", FALSE);
}

static void
note (StoreFixture *f, const char *number, const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_lead_store_note (f->store, number, text, 0, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static GPtrArray *
show (StoreFixture *f, const char *number)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *notes = dk_lead_store_show (f->store, number, &error);

  g_assert_no_error (error);
  return notes;
}

static gboolean
is_in_pages (StoreFixture *f, const char *words)
{
  g_autoptr (GBytes) pages = dk_fixture_pages (f->db);

  return memmem (g_bytes_get_data (pages, NULL), g_bytes_get_size (pages), words, strlen (words))
         != NULL;
}

static guint
count_kind (StoreFixture *f, const char *kind)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_kind (f->store, kind, NULL);

  return entries->len;
}

static void
test_written_by_all_read_by_leads (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = save (f);
  g_autoptr (DkPerson) ben = NULL;
  g_autoptr (DkPerson) clara = NULL;
  g_autoptr (GPtrArray) sealed = NULL;
  g_autoptr (GPtrArray) opened = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  const DkLeadNote *first;

  state_key (f, KIT, f->all, EPOCH);
  ben = be (f, "ben", DK_ROLE_FRONTLINE);
  note (f, number, WORDS);
  g_assert_true (dk_ticket_store_note (f->store, number, "Zqxwvplain", 0, NULL));
  g_assert_true (is_in_pages (f, "Zqxwvplain"));
  g_assert_false (is_in_pages (f, "Zqxwvlead"));
  hits = dk_search (f->store, "Zqxwvlead", 10, NULL, NULL);
  g_assert_cmpuint (hits->len, ==, 0);
  sealed = show (f, number);
  g_assert_cmpuint (sealed->len, ==, 1);
  g_assert_null (((DkLeadNote *) g_ptr_array_index (sealed, 0))->text);
  g_assert_cmpuint (count_kind (f, "lead-read"), ==, 0);
  clara = be (f, "clara", DK_ROLE_LEAD);
  note (f, number, "second");
  opened = show (f, number);
  first = g_ptr_array_index (opened, 0);
  g_assert_cmpuint (opened->len, ==, 2);
  g_assert_cmpstr (first->text, ==, WORDS);
  g_assert_cmpstr (first->author, ==, "ben");
  g_assert_cmpstr (((DkLeadNote *) g_ptr_array_index (opened, 1))->text, ==, "second");
  g_assert_cmpuint (count_kind (f, "lead-read"), ==, 1);
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
}

static void
assert_refused (StoreFixture *f, const char *number)
{
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_lead_store_note (f->store, number, WORDS, 0, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "NOT stored"));
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
}

static void
set_statement (StoreFixture *f, const char *text)
{
  g_assert_true (dk_store_set_setting (f->store, "lead_statement", text, NULL));
}

/* Everybody of the kit can write the setting: only the right signature makes it count. */
static void
test_key_without_a_signature (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = save (f);
  g_autoptr (DkKeyring) foreign = dk_keyring_new_random ();
  g_autoptr (DkPerson) ben = be (f, "ben", DK_ROLE_FRONTLINE);
  g_autofree char *right = NULL;
  g_autofree char *hex = NULL;
  g_autoptr (GString) changed = NULL;
  guint8 other[32];

  g_assert_nonnull (ben);
  assert_refused (f, number);
  state_key (f, KIT, foreign, EPOCH);
  assert_refused (f, number);
  state_key (f, KIT, f->all, EPOCH - 1);
  assert_refused (f, number);
  state_key (f, "ffffffffffffffffffffffffffffffff", f->all, EPOCH);
  assert_refused (f, number);
  set_statement (f, "{\"lead\":");
  assert_refused (f, number);
  state_key (f, KIT, f->all, EPOCH);
  right = dk_store_get_setting (f->store, "lead_statement", NULL);
  dk_keyring_public (f->all, DK_KEY_LEAD, other);
  hex = dk_text_hex (other, sizeof other);
  changed = g_string_new (right);
  g_assert_nonnull (strstr (changed->str, hex));
  *strstr (changed->str, hex) ^= 1;
  set_statement (f, changed->str);
  assert_refused (f, number);
  set_statement (f, right);
  note (f, number, WORDS);
}

static void
test_administrator_sees_a_wrong_statement (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkPerson) anna = be (f, "anna", DK_ROLE_ADMIN);
  g_autoptr (DkKeyring) renewed = dk_keyring_new_renewed (f->all, 1u << DK_KEY_LEAD);
  gboolean holds = TRUE;

  g_assert_nonnull (anna);
  g_assert_true (dk_lead_store_check_key (f->store, &holds, NULL));
  g_assert_false (holds);
  state_key (f, KIT, f->all, EPOCH);
  g_assert_true (dk_lead_store_check_key (f->store, &holds, NULL));
  g_assert_true (holds);
  state_key (f, KIT, renewed, EPOCH); /* signed by the right key, of another lead key */
  g_assert_true (dk_lead_store_check_key (f->store, &holds, NULL));
  g_assert_false (holds);
}

static void
exec (StoreFixture *f, const char *sql)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_db_exec (f->db, sql, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
assert_problem (StoreFixture *f, const char *number, guint i)
{
  g_autoptr (GPtrArray) notes = show (f, number);
  const DkLeadNote *found = g_ptr_array_index (notes, i);

  g_assert_null (found->text);
  g_assert_nonnull (found->problem);
}

/* A row that says what another author wrote about another thing, each sealed to the right key. */
static void
test_exchanged_rows (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = save (f);
  g_autofree char *other = save (f);
  g_autofree guint8 *sealed = NULL;
  g_autofree char *plain = NULL;
  g_autoptr (DkStmt) stmt = NULL;
  guint8 key[32];

  note (f, number, "first");
  note (f, number, "second");
  note (f, other, "third");
  exec (f, "CREATE TEMP TABLE kept AS SELECT id, sealed FROM main.lead_record");
  exec (f, "UPDATE lead_record SET sealed = (SELECT sealed FROM kept WHERE id = 3 - lead_record.id)"
           " WHERE id < 3");
  assert_problem (f, number, 0);
  assert_problem (f, number, 1);
  exec (f, "UPDATE lead_record SET sealed = (SELECT sealed FROM kept WHERE id = 3) WHERE id = 1");
  assert_problem (f, number, 0);
  exec (f, "UPDATE lead_record SET sealed = zeroblob (20) WHERE id = 1");
  assert_problem (f, number, 0);
  dk_keyring_public (f->all, DK_KEY_LEAD, key);
  plain = g_strdup_printf ("dk-lead v1\n" KIT "\nlead_record\nx\n%s\nnote\n1\nanna\n00\nforged",
                           number);
  sealed = g_malloc (strlen (plain) + SEAL_SIZE);
  dk_box_seal (sealed, (const guint8 *) plain, strlen (plain), key);
  stmt = dk_stmt_new (f->db, "UPDATE lead_record SET sealed = ?1 WHERE id = 1");
  dk_stmt_bind_blob (stmt, 1, sealed, strlen (plain) + SEAL_SIZE);
  g_assert_true (dk_stmt_run (stmt, NULL));
  assert_problem (f, number, 0);
  exec (f, "DELETE FROM lead_record WHERE id = 1");
  assert_problem (f, number, 0);
  exec (f, "UPDATE lead_record SET sealed = (SELECT sealed FROM kept WHERE id = 2) WHERE id = 2");
  g_autoptr (GPtrArray) notes = show (f, number);
  g_assert_cmpstr (((DkLeadNote *) g_ptr_array_index (notes, 1))->text, ==, "second");
}

/* Whoever has `open` can write content; that names nobody whom notes are sealed to. */
static void
apply_fleet (StoreFixture *f, const char *text)
{
  DkPackFacts facts = { .name = (char *) "p", .organisation = (char *) "o", .sequence = 1 };
  g_autoptr (json_t) fleet = store_fixture_answers (text);

  g_assert_true (dk_content_store_begin (f->store, &facts, NULL));
  g_assert_true (dk_content_store_add_document (f->store, facts.id, "fleet", fleet, NULL));
  g_assert_true (dk_content_store_switch (f->store, &facts, NULL));
}

static void
test_not_sealed_to_desks (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = save (f);
  g_autoptr (DkKeyring) desk = dk_keyring_new_random ();
  g_autofree char *recipient = NULL;
  g_autofree char *fleet = NULL;
  g_autoptr (DkStmt) stmt = NULL;
  guint8 key[32];
  gboolean has_row;

  dk_keyring_public (desk, DK_KEY_LEAD, key);
  recipient = dk_age_recipient_text (key);
  fleet = g_strdup_printf ("{\"desks\":[{\"code\":\"D1\",\"lead_recipient\":\"%s\"},{\"code\":"
                           "\"D2\"},{\"code\":\"D3\",\"lead_recipient\":\"age1x\"},{\"code\":"
                           "\"D4\",\"lead_recipient\":\"%s\"}]}",
                           recipient, recipient);
  apply_fleet (f, fleet);
  note (f, number, WORDS);
  stmt = dk_stmt_new (f->db, "SELECT count(*), sum (recipient = ?1) FROM lead_record");
  dk_stmt_bind_blob (stmt, 1, key, sizeof key);
  g_assert_true (dk_stmt_step (stmt, &has_row, NULL));
  g_assert_true (has_row);
  g_assert_cmpint (dk_stmt_int (stmt, 0), ==, 1);
  g_assert_cmpint (dk_stmt_int (stmt, 1), ==, 0);
}

static void
test_sealed_again_for_a_new_key (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = save (f);
  g_autoptr (DkKeyring) after = dk_keyring_new_renewed (f->all, 1u << DK_KEY_LEAD);
  g_autoptr (GPtrArray) notes = NULL;
  g_autoptr (DkTransaction) transaction = NULL;

  note (f, number, "first");
  note (f, number, "second");
  exec (f, "UPDATE lead_record SET sealed = zeroblob (200) WHERE id = 1");
  transaction = dk_transaction_new (f->db, NULL);
  g_assert_true (dk_lead_store_reseal (f->store, f->all, after, NULL));
  g_assert_true (dk_transaction_commit (transaction, NULL));
  assert_problem (f, number, 0);
  assert_problem (f, number, 1); /* with the key before */
  dk_store_free (f->store);
  dk_keyring_free (f->keys);
  f->keys = dk_keyring_new_for_role (after, DK_ROLE_LEAD);
  f->store = dk_store_new (f->db, "clara", f->keys, NULL);
  notes = show (f, number);
  g_assert_null (((DkLeadNote *) g_ptr_array_index (notes, 0))->text);
  g_assert_cmpstr (((DkLeadNote *) g_ptr_array_index (notes, 1))->text, ==, "second");
}

/* Words that a lead needs are worth more than the entry of who read them. */
static void
test_full_disk_and_refusals (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = save (f);
  g_autoptr (GPtrArray) notes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  note (f, number, WORDS);
  before = store_fixture_state (f);
  g_assert_false (dk_lead_store_note (f->store, number, " \n", 0, NULL));
  g_assert_false (dk_lead_store_note (f->store, number, "x\xff", 0, NULL));
  g_assert_false (dk_lead_store_note (f->store, number, "x", TOMORROW_AND_LATER, NULL));
  g_assert_false (dk_lead_store_note (f->store, "DT-A07-0099-W", "x", 0, NULL));
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
  dk_store_set_read_only (f->store);
  notes = show (f, number);
  g_assert_cmpstr (((DkLeadNote *) g_ptr_array_index (notes, 0))->text, ==, WORDS);
  g_assert_false (dk_lead_store_note (f->store, number, "x", 0, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
}

static void
test_void_takes_no_note (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = save (f);
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_ticket_store_void (f->store, number, "twice", NULL));
  g_assert_false (dk_lead_store_note (f->store, number, "x", 0, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

/* Made here by the text of FORMAT.md, read by the program. */
static void
test_format (StoreFixture *f, gconstpointer data)
{
  static const char record[] = "000102030405060708090a0b0c0d0e0f";
  g_autofree char *number = save (f);
  g_autofree char *random = g_strnfill (64, '7');
  g_autofree char *plain
      = g_strdup_printf ("dk-lead v1\n" KIT "\nlead_record\n%s\n%s\nnote\n1\nanna\n%s\ntwo\nlines",
                         record, number, random);
  g_autofree guint8 *sealed = g_malloc (strlen (plain) + SEAL_SIZE);
  g_autoptr (json_t) body = NULL;
  g_autoptr (GPtrArray) notes = NULL;
  g_autofree char *hex = NULL;
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (f->db, "INSERT INTO lead_record (record, object, recipient, sealed)"
                            " VALUES (?1, ?2, ?3, ?4)");
  guint8 key[32];
  guint8 bytes[32];
  guint8 digest[32];

  g_assert_true (dk_text_unhex (random, bytes, sizeof bytes));
  dk_hash_pair (digest, bytes, sizeof bytes, "two\nlines", 9);
  hex = dk_text_hex (digest, sizeof digest);
  dk_keyring_public (f->all, DK_KEY_LEAD, key);
  dk_box_seal (sealed, (const guint8 *) plain, strlen (plain), key);
  dk_stmt_bind_text (stmt, 1, record);
  dk_stmt_bind_text (stmt, 2, number);
  dk_stmt_bind_blob (stmt, 3, key, sizeof key);
  dk_stmt_bind_blob (stmt, 4, sealed, strlen (plain) + SEAL_SIZE);
  g_assert_true (dk_stmt_run (stmt, NULL));
  body = json_pack ("{s:s, s:s, s:i, s:s}", "record", record, "field", "note", "version", 1,
                    "digest", hex);
  g_assert_true (dk_ledger_note (f->store, DK_ENTRY_TICKET_LEAD_NOTE, number, body, NULL));
  notes = show (f, number);
  g_assert_cmpstr (((DkLeadNote *) g_ptr_array_index (notes, 0))->text, ==, "two\nlines");
}

static void
test_format_of_statement (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkPerson) ben = be (f, "ben", DK_ROLE_FRONTLINE);
  guint8 key[32] = { 1, 2, 3 };
  g_autofree char *lead = dk_text_hex (key, sizeof key);
  g_autofree char *message = g_strdup_printf ("dk-lead-key v1\n" KIT "\n%d\n%s", EPOCH, lead);
  g_autofree char *hex = NULL;
  g_autofree char *text = NULL;
  guint8 signature[64];
  guint8 read[32];

  g_assert_nonnull (ben);
  dk_sign (signature, message, strlen (message), dk_keyring_get (f->all, DK_KEY_ADMIN));
  hex = dk_text_hex (signature, sizeof signature);
  text = g_strdup_printf ("{\"key_epoch\":%d,\"kit\":\"" KIT "\",\"lead\":\"%s\",\"signature\":"
                          "\"%s\",\"v\":1}",
                          EPOCH, lead, hex);
  set_statement (f, text);
  g_assert_true (dk_lead_store_key (f->store, read, NULL));
  g_assert_cmpmem (read, sizeof read, key, sizeof key);
}

/* Everybody of the kit can write the setting that the leads' key was first kept in. */
static void
test_holder_believes_no_setting (StoreFixture *f, gconstpointer data)
{
  guint8 own[32];

  dk_keyring_public (f->all, DK_KEY_LEAD, own);
  g_assert_true (dk_store_set_setting (f->store, "lead_public",
                                       "0102030405060708010203040506070801020304050607080102030405"
                                       "060708",
                                       NULL));
  store_fixture_become (f, "clara", DK_ROLE_LEAD);
  g_assert_cmpmem (dk_store_identity (f->store)->lead_public, 32, own, sizeof own);
  store_fixture_become (f, "ben", DK_ROLE_FRONTLINE);
  g_assert_cmpint (memcmp (dk_store_identity (f->store)->lead_public, own, 32), !=, 0);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/lead/written-by-all-and-read-by-leads", test_written_by_all_read_by_leads);
  STORE_ADD ("/store/lead/key-counts-only-with-its-signature", test_key_without_a_signature);
  STORE_ADD ("/store/lead/administrator-sees-a-wrong-key",
             test_administrator_sees_a_wrong_statement);
  STORE_ADD ("/store/lead/exchanged-rows-do-not-count", test_exchanged_rows);
  STORE_ADD ("/store/lead/a-pack-names-no-other-reader", test_not_sealed_to_desks);
  STORE_ADD ("/store/lead/sealed-again-for-a-new-key", test_sealed_again_for_a_new_key);
  STORE_ADD ("/store/lead/shown-on-a-full-disk-and-refusals", test_full_disk_and_refusals);
  STORE_ADD ("/store/lead/void-ticket-takes-no-note", test_void_takes_no_note);
  STORE_ADD ("/store/lead/record-made-by-the-text-of-the-format", test_format);
  STORE_ADD ("/store/lead/statement-made-by-the-text-of-the-format", test_format_of_statement);
  STORE_ADD ("/store/lead/holder-of-the-key-believes-no-setting", test_holder_believes_no_setting);
  return dk_test_run ();
}
