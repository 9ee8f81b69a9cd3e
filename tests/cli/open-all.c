/* SPDX-License-Identifier: MIT */
/* What a person of a kit could read with a program of their own: every page of the database in
 * clear, and whatever any key of that person's slot opens of what is sealed within; what opens and
 * could be a key is tried as one.
 * open-all KIT USER PASSPHRASE-FILE OUTPUT */
#include <string.h>

#include "app/crypto/age.h"
#include "app/db/statement.h"
#include "app/kit/kit.h"
#include "app/store/store.h"
#include "tests/db/db-fixture.h"

#define SEAL_SIZE 48
#define FOUND_MAX 1000

typedef struct {
  GByteArray *out;
  GPtrArray *keys; /* of DkSecret; those found come behind those of the slot */
  const char *kit_id;
  guint opened;
} Search;

static void
take (Search *s, const void *bytes, gsize size)
{
  g_byte_array_append (s->out, bytes, (guint) size);
  g_byte_array_append (s->out, (const guint8 *) "\n", 1);
  s->opened++;
}

static void
try_box (Search *s, const DkSecret *key, const guint8 *sealed, gsize size)
{
  g_autofree guint8 *plain = g_malloc0 (size);
  guint8 public_key[32];

  if (size < SEAL_SIZE)
    return;
  dk_box_public (public_key, key);
  if (!dk_box_open (plain, sealed, size, public_key, key))
    return;
  take (s, plain, size - SEAL_SIZE);
  if (size - SEAL_SIZE == DK_KEY_SIZE && s->keys->len < FOUND_MAX)
    g_ptr_array_add (s->keys, dk_secret_new_copy (plain, DK_KEY_SIZE));
}

static void
try_age (Search *s, const DkSecret *key, const guint8 *sealed, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (sealed, size);
  g_autoptr (GBytes) plain = dk_age_open (bytes, key, NULL);

  if (plain != NULL)
    take (s, g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
}

/* A credential of a connector, app/store/FORMAT.md section 7: `about` is name, type, config. */
static void
try_credential (Search *s, const DkSecret *key, const char *about, const guint8 *sealed, gsize size)
{
  g_autofree char *ad = g_strdup_printf ("dk-credential v1\n%s\n%s", s->kit_id, about);
  g_autofree guint8 *plain = g_malloc0 (size);
  guint8 derived[DK_KEY_SIZE];

  if (size < DK_NONCE_SIZE + DK_TAG_SIZE)
    return;
  dk_derive_key (derived, dk_secret_get (key), 1, "dk-cred1");
  size -= DK_NONCE_SIZE + DK_TAG_SIZE;
  if (dk_aead_open (plain, sealed + DK_NONCE_SIZE, size, sealed + DK_NONCE_SIZE + size,
                    (const guint8 *) ad, strlen (ad), sealed, derived))
    take (s, plain, size);
}

/* Rows: text about it, sealed bytes. Every key is tried in every way. */
static void
try_all (Search *s, DkDb *db, const char *sql)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (db, sql);
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, NULL) && has_row) {
    gsize size;
    const char *about = dk_stmt_text (stmt, 0);
    const guint8 *sealed = dk_stmt_blob (stmt, 1, &size);
    for (guint i = 0; sealed != NULL && i < s->keys->len; i++) {
      const DkSecret *key = g_ptr_array_index (s->keys, i);
      try_box (s, key, sealed, size);
      try_age (s, key, sealed, size);
      try_credential (s, key, about, sealed, size);
    }
  }
}

static DkKit *
open_kit (char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSecret) passphrase = dk_secret_new_from_file (argv[3], &error);
  DkKit *kit = passphrase != NULL ? dk_kit_open (argv[1], argv[2], passphrase, NULL, &error) : NULL;

  if (kit == NULL)
    g_error ("%s", error->message);
  return kit;
}

static GPtrArray *
list_keys (const DkKeyring *keyring)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_secret_free);

  for (int id = 0; id < DK_KEY_COUNT; id++)
    if (dk_keyring_get (keyring, (DkKeyId) id) != NULL)
      g_ptr_array_add (keys, dk_secret_dup (dk_keyring_get (keyring, (DkKeyId) id)));
  return keys;
}

int
main (int argc, char **argv)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (DkKit) kit = argc == 5 ? open_kit (argv) : NULL;
  g_autoptr (GBytes) pages = NULL;
  g_autoptr (GPtrArray) keys = NULL;
  Search s = { .out = out };
  gboolean done;
  DkDb *db;

  g_assert (kit != NULL);
  db = dk_store_db (dk_kit_store (kit));
  s.keys = keys = list_keys (dk_kit_keys (kit));
  s.kit_id = dk_store_identity (dk_kit_store (kit))->kit_id;
  pages = dk_fixture_pages (db);
  g_byte_array_append (out, g_bytes_get_data (pages, NULL), (guint) g_bytes_get_size (pages));
  try_all (&s, db, "SELECT hex (public), sealed FROM old_key ORDER BY key_epoch DESC");
  try_all (&s, db, "SELECT record, sealed FROM lead_record");
  try_all (&s, db, "SELECT name, lead FROM pack");
  try_all (&s, db, "SELECT hex (slot), sealed FROM person_seed");
  try_all (&s, db, "SELECT name || char (10) || type || char (10) || config || char (10),"
                   " credential FROM connector");
  done = g_file_set_contents (argv[4], (const char *) out->data, (gssize) out->len, NULL);
  g_assert (done);
  g_print ("%u\n", s.opened);
  return 0;
}
