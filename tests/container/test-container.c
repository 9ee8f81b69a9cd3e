/* SPDX-License-Identifier: MIT */
/* Goal: what a container says is what its signer said, and the Debian tools agree.
 * Method: containers of all types built with fixed keys; opened and verified again; each of their
 * bytes flipped and each length cut; wrong, unknown, doubled and second signers; manifests that no
 * writer of ours makes, signed rightly; and minisign, sha256sum and unzip as second opinion. */
#include "app/container/container.h"

#include <string.h>

#include "app/base/file.h"
#include "app/container/zip.h"
#include "tests/support/support.h"

static void
make_key (guint8 seed_byte, DkMinisignSecret *secret, DkMinisignPublic *public_key)
{
  g_autoptr (DkSecret) seed = dk_secret_new (32);

  memset (dk_secret_get_mutable (seed), seed_byte, 32);
  dk_minisign_secret_from_seed (seed, secret);
  dk_minisign_secret_public (secret, public_key);
}

static json_t *
pack_fields (void)
{
  return json_pack ("{s:s, s:s, s:i, s:s, s:s, s:s}", "name", "Example desk: day & night",
                    "organisation", "Example Health", "sequence", 417, "created",
                    "2026-11-20T08:00:00.000Z", "expires", "2027-11-20T08:00:00.000Z", "min_app",
                    "0.1.0");
}

static GBytes *
build_pack (const DkMinisignSecret *signers, guint count, GError **error)
{
  g_autoptr (json_t) fields = pack_fields ();
  g_autoptr (GBytes) first = g_bytes_new_static ("first payload", 13);
  g_autoptr (GBytes) second = g_bytes_new_static ("second payload", 14);
  char recipient[] = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudsh3w4qkvkt3f";
  char *recipients[] = { recipient, NULL };
  char first_name[] = "content.zip.age";
  char second_name[] = "notes.txt";
  const DkContainerPayload payloads[]
      = { { first_name, first, recipients }, { second_name, second, NULL } };

  return dk_container_build ("pack", fields, payloads, 2, signers, count, error);
}

static GBytes *
build_signed (guint8 seed_byte, DkMinisignPublic *public_key)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  g_autoptr (GError) error = NULL;
  GBytes *bytes;

  make_key (seed_byte, &secret, public_key);
  bytes = build_pack (&secret, 1, &error);
  g_assert_no_error (error);
  return bytes;
}

static gboolean
is_accepted (GBytes *bytes, const DkMinisignPublic *key, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContainer) container = dk_container_open (bytes, &error);
  gboolean ok
      = container != NULL && dk_container_verify (container, "pack", key, 1, NULL, NULL, &error);

  g_assert_true (ok == (error == NULL));
  if (container != NULL)
    g_assert_true (dk_container_is_verified (container) == ok);
  if (!ok && code >= 0)
    g_assert_error (error, DK_ERROR, code);
  return ok;
}

static void
test_round_trip (void)
{
  DkMinisignPublic key;
  g_autoptr (GBytes) bytes = build_signed (1, &key);
  g_autoptr (GBytes) again = build_signed (1, &key);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContainer) container = dk_container_open (bytes, &error);
  g_autoptr (GPtrArray) ids = NULL;
  g_autofree char *id = dk_minisign_id_text (key.id);
  GBytes *payload;

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, again));
  g_assert_cmpstr (dk_container_type (container), ==, "pack");
  g_assert_cmpuint (dk_container_signature_count (container), ==, 1);
  g_assert_cmpstr (dk_container_signature_id (container, 0), ==, id);
  g_assert_true (dk_container_verify (container, "pack", &key, 1, &ids, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (ids->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (ids, 0), ==, id);
  g_assert_cmpint (dk_json_get_int (dk_container_manifest (container), "sequence", 0), ==, 417);
  payload = dk_container_payload (container, "notes.txt");
  g_assert_cmpmem (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), "second payload",
                   14);
  g_assert_null (dk_container_payload (container, "other"));
  g_assert_cmpuint (g_strv_length (dk_container_payload_at (container, 0)->recipients), ==, 1);
}

static void
test_every_byte_counts (void)
{
  DkMinisignPublic key;
  g_autoptr (GBytes) bytes = build_signed (1, &key);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint refused = 0;

  g_assert_true (is_accepted (bytes, &key, -1));
  for (gsize i = 0; i < size; i++) {
    g_autofree guint8 *copy = g_memdup2 (data, size);
    g_autoptr (GBytes) changed = NULL;
    copy[i] ^= (guint8) (1u << (i % 8));
    changed = g_bytes_new (copy, size);
    refused += !is_accepted (changed, &key, -1);
  }
  g_test_message ("%u of %u changed bytes refused", refused, (guint) size);
  g_assert_cmpuint (refused, ==, size);
  g_assert_cmpuint (refused, >=, 1000);
}

static void
test_every_truncation_is_refused (void)
{
  DkMinisignPublic key;
  g_autoptr (GBytes) bytes = build_signed (1, &key);
  gsize size = g_bytes_get_size (bytes);

  for (gsize i = 0; i < size; i++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (bytes, 0, i);
    g_assert_false (is_accepted (cut, &key, DK_ERROR_DAMAGED));
  }
}

/* The parts of a container as members, to put them together again differently. */
static GPtrArray *
take_apart (GBytes *bytes)
{
  const DkZipLimits limits = { 100, 1 << 20, 1 << 20 };
  GPtrArray *members = dk_zip_read (bytes, &limits, "it", NULL, NULL);

  g_assert_nonnull (members);
  return members;
}

static void
set_member (GPtrArray *members, guint i, const char *text)
{
  DkZipMember *member = g_ptr_array_index (members, i);

  g_bytes_unref (member->bytes);
  member->bytes = g_bytes_new (text, strlen (text));
}

/* Changes with a right CRC: only hash and signature can find them. */
static void
test_changes_under_a_right_checksum (void)
{
  DkMinisignPublic key;
  g_autoptr (GBytes) bytes = build_signed (1, &key);
  g_autoptr (GPtrArray) members = take_apart (bytes);
  g_autoptr (GBytes) payload_changed = NULL;
  g_autoptr (GBytes) manifest_changed = NULL;
  g_autofree char *manifest = NULL;
  char *digit;

  set_member (members, 3, "SECOND payload");
  payload_changed = dk_zip_write (members, NULL);
  g_assert_false (is_accepted (payload_changed, &key, DK_ERROR_DAMAGED));
  set_member (members, 3, "second payload");
  {
    g_autoptr (GBytes) control = dk_zip_write (members, NULL);
    g_assert_true (is_accepted (control, &key, -1));
  }
  manifest = g_strndup (g_bytes_get_data (((DkZipMember *) members->pdata[0])->bytes, NULL),
                        g_bytes_get_size (((DkZipMember *) members->pdata[0])->bytes));
  digit = strstr (manifest, "417");
  g_assert_nonnull (digit);
  digit[0] = '5';
  set_member (members, 0, manifest);
  manifest_changed = dk_zip_write (members, NULL);
  g_assert_false (is_accepted (manifest_changed, &key, DK_ERROR_DAMAGED));
}

static void
test_unknown_signer (void)
{
  DkMinisignPublic key;
  DkMinisignPublic other;
  g_autoptr (GBytes) bytes = build_signed (1, &key);
  g_auto (DkMinisignSecret) other_secret = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContainer) container = dk_container_open (bytes, &error);
  g_autofree char *id = dk_minisign_id_text (key.id);

  make_key (2, &other_secret, &other);
  g_assert_false (dk_container_verify (container, "pack", &other, 1, NULL, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, id));
  g_assert_nonnull (strstr (error->message, "do not enrol a key because of this message"));
  g_clear_error (&error);
  g_assert_false (dk_container_verify (container, "pack", NULL, 0, NULL, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
}

/* A forger who takes the id of a known key must not look like an unknown signer. */
static void
test_borrowed_key_id (void)
{
  DkMinisignPublic key;
  DkMinisignPublic forger;
  g_autoptr (GBytes) bytes = build_signed (2, &forger);
  g_auto (DkMinisignSecret) secret = { 0 };

  make_key (1, &secret, &key);
  memcpy (key.id, forger.id, sizeof key.id);
  g_assert_false (is_accepted (bytes, &key, DK_ERROR_DAMAGED));
}

static void
test_second_signature (void)
{
  g_auto (DkMinisignSecret) second = { 0 };
  DkMinisignPublic keys[2];
  g_autoptr (GBytes) bytes = build_signed (1, &keys[0]);
  g_autoptr (GBytes) both = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContainer) container = dk_container_open (bytes, &error);
  g_autoptr (DkContainer) twice = NULL;
  g_autoptr (GPtrArray) ids = NULL;

  make_key (2, &second, &keys[1]);
  both = dk_container_add_signature (container, &second, &error);
  g_assert_no_error (error);
  twice = dk_container_open (both, &error);
  g_assert_no_error (error);
  g_assert_true (
      g_bytes_equal (dk_container_manifest_bytes (container), dk_container_manifest_bytes (twice)));
  g_assert_true (dk_container_verify (twice, "pack", keys, 2, &ids, NULL, &error));
  g_assert_cmpuint (ids->len, ==, 2);
  g_clear_pointer (&ids, g_ptr_array_unref);
  /* One known signer is enough; the other is passed over. */
  g_assert_true (dk_container_verify (twice, "pack", &keys[1], 1, &ids, NULL, &error));
  g_assert_cmpuint (ids->len, ==, 1);
  g_assert_null (dk_container_add_signature (twice, &second, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

static void
test_signatures_in_order (void)
{
  DkMinisignSecret secrets[2] = { { { 0 }, NULL }, { { 0 }, NULL } };
  DkMinisignPublic keys[2];
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) swapped = NULL;
  g_autoptr (GPtrArray) members = NULL;
  gpointer first;

  make_key (1, &secrets[0], &keys[0]);
  make_key (2, &secrets[1], &keys[1]);
  bytes = build_pack (secrets, 2, NULL);
  g_assert_true (is_accepted (bytes, &keys[0], -1));
  members = take_apart (bytes);
  first = members->pdata[1];
  members->pdata[1] = members->pdata[2];
  members->pdata[2] = first;
  swapped = dk_zip_write (members, NULL);
  g_assert_false (is_accepted (swapped, &keys[0], DK_ERROR_DAMAGED));
  dk_minisign_secret_clear (&secrets[0]);
  dk_minisign_secret_clear (&secrets[1]);
}

static void
test_signer_counts (void)
{
  g_autofree DkMinisignSecret *secrets = g_new0 (DkMinisignSecret, 9);
  DkMinisignPublic key;
  g_autoptr (GBytes) eight = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 9; i++)
    make_key ((guint8) (i + 1), &secrets[i], &key);
  eight = build_pack (secrets, 8, &error);
  g_assert_no_error (error);
  g_assert_null (build_pack (secrets, 9, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (build_pack (secrets, 0, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  for (guint i = 0; i < 9; i++)
    dk_minisign_secret_clear (&secrets[i]);
}

/* A container with this raw manifest, signed rightly, with this trusted comment. */
static GBytes *
sign_raw (const char *manifest, const char *comment, DkMinisignPublic *key)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  g_autoptr (GPtrArray) members = dk_zip_members_new ();
  g_autofree char *id = NULL;
  g_autofree char *name = NULL;

  make_key (1, &secret, key);
  id = dk_minisign_id_text (secret.id);
  name = g_strdup_printf ("manifest.json.%s.minisig", id);
  dk_zip_members_take_text (members, "manifest.json", g_strdup (manifest));
  dk_zip_members_take_text (members, name,
                            dk_minisign_sign (manifest, strlen (manifest), &secret, comment));
  dk_zip_members_take_text (members, "kit.db", g_strdup ("abc"));
  return dk_zip_write (members, NULL);
}

#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define GOOD_MANIFEST                                                                       \
  "{\"created\":\"2026-11-20T08:00:00.000Z\",\"kit\":\"00112233445566778899aabbccddeeff\"," \
  "\"payloads\":[{\"name\":\"kit.db\",\"recipients\":[],\"sha256\":\"" ABC_SHA256           \
  "\",\"size\":3}],\"sequence\":7,\"station\":\"A07\",\"type\":\"backup\",\"v\":1}"
#define GOOD_COMMENT                                                                          \
  "dk-container v=1 type=backup station=A07 kit=00112233445566778899aabbccddeeff sequence=7 " \
  "created=2026-11-20T08:00:00.000Z"

/* -1 if it is accepted, else the error code; *opened tells if at least its shape was. */
static int
verify_raw (const char *manifest, const char *comment, gboolean *opened)
{
  DkMinisignPublic key;
  g_autoptr (GBytes) bytes = sign_raw (manifest, comment, &key);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContainer) container = dk_container_open (bytes, &error);

  *opened = container != NULL;
  if (container != NULL && dk_container_verify (container, "backup", &key, 1, NULL, NULL, &error))
    return -1;
  g_assert_nonnull (error);
  g_assert_true (error->domain == DK_ERROR);
  return error->code;
}

static void
test_trusted_comment_must_match (void)
{
  gboolean opened;

  g_assert_cmpint (verify_raw (GOOD_MANIFEST, GOOD_COMMENT, &opened), ==, -1);
  g_assert_cmpint (verify_raw (GOOD_MANIFEST, "dk-checkpoint v=1", &opened), ==, DK_ERROR_DAMAGED);
  g_assert_true (opened);
  g_assert_cmpint (verify_raw (GOOD_MANIFEST, GOOD_COMMENT " x", &opened), ==, DK_ERROR_DAMAGED);
  g_assert_true (opened);
}

static void
test_odd_manifests_are_refused (void)
{
  static const struct {
    const char *find;
    const char *put;
    int code;
  } cases[] = {
    { "\"v\":1", "\"v\":2", DK_ERROR_NEWER },
    { "\"v\":1", "\"v\":0", DK_ERROR_DAMAGED },
    { "\"v\":1", "\"v\":1 ", DK_ERROR_DAMAGED },
    { "\"backup\"", "\"novel\"", DK_ERROR_NEWER },
    { "\"station\":\"A07\"", "\"station\":7", DK_ERROR_DAMAGED },
    { "\"station\":\"A07\"", "\"station\":\"A\\n07\"", DK_ERROR_DAMAGED },
    { "\"station\":\"A07\",", "", DK_ERROR_DAMAGED },
    { "\"station\"", "\"spare\":1,\"station\"", DK_ERROR_DAMAGED },
    { "\"sequence\":7", "\"sequence\":7.5", DK_ERROR_DAMAGED },
    { "\"sequence\":7", "\"sequence\":-7", DK_ERROR_DAMAGED },
    { "\"sequence\":7", "\"sequence\":9007199254740993", DK_ERROR_DAMAGED },
    { "\"sequence\":7", "\"sequence\":7,\"sequence\":7", DK_ERROR_DAMAGED },
    { "2026-11-20T08:00:00.000Z", "2026-11-20T08:00:00Z", DK_ERROR_DAMAGED },
    { "\"size\":3", "\"size\":4", DK_ERROR_DAMAGED },
    { "\"size\":3", "\"size\":3,\"spare\":1", DK_ERROR_DAMAGED },
    { "\"recipients\":[]", "\"recipients\":[\"age1x\"]", DK_ERROR_DAMAGED },
    { "\"name\":\"kit.db\"", "\"name\":\"kit.age\"", DK_ERROR_DAMAGED },
    { "\"name\":\"kit.db\"", "\"name\":\"a/kit.db\"", DK_ERROR_DAMAGED },
    { "\"name\":\"kit.db\"", "\"name\":\"manifest.json\"", DK_ERROR_DAMAGED },
    { "ba7816bf", "BA7816BF", DK_ERROR_DAMAGED },
    { "ba7816bf", "ca7816bf", DK_ERROR_DAMAGED },
    { "00112233", "0011223G", DK_ERROR_DAMAGED },
  };
  gboolean opened_empty;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) manifest = g_string_new (GOOD_MANIFEST);
    gboolean other_hash = g_str_equal (cases[i].put, "ca7816bf");
    gboolean opened;
    g_assert_cmpuint (g_string_replace (manifest, cases[i].find, cases[i].put, 1), ==, 1);
    g_test_message ("%s -> %s", cases[i].find, cases[i].put);
    g_assert_cmpint (verify_raw (manifest->str, GOOD_COMMENT, &opened), ==, cases[i].code);
    g_assert_cmpint (opened, ==, other_hash);
  }
  g_assert_cmpint (verify_raw ("", GOOD_COMMENT, &opened_empty), ==, DK_ERROR_DAMAGED);
  g_assert_cmpint (verify_raw ("[]", GOOD_COMMENT, &opened_empty), ==, DK_ERROR_DAMAGED);
}

static GBytes *
build_with_digest (const char *type, json_t *fields, const char *digest, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("payload", 7);
  char name[] = "content.zip";
  const DkContainerPayload payload = { name, bytes, NULL };
  g_auto (DkMinisignSecret) secret = { 0 };
  DkMinisignPublic key;

  make_key (1, &secret, &key);
  dk_json_set_text (fields, "fleet_sha256", digest);
  return dk_container_build (type, fields, &payload, 1, &secret, 1, error);
}

/* The proof of whom a fleet names may stand in a pack's manifest and nowhere else. */
static void
test_fleet_digest (void)
{
  static const char digest[] = "00000000000000000000000000000000000000000000000000000000000000ff";
  g_autoptr (json_t) fields = pack_fields ();
  g_autoptr (json_t) bad = pack_fields ();
  g_autoptr (json_t) backup
      = json_pack ("{s:s, s:s, s:i, s:s}", "station", "A07", "kit",
                   "00112233445566778899aabbccddeeff", "sequence", 1, "created",
                   "2026-11-20T08:00:00.000Z");
  g_autoptr (GBytes) bytes = build_with_digest ("pack", fields, digest, NULL);
  g_autoptr (DkContainer) container = dk_container_open (bytes, NULL);
  g_autofree char *about = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other = NULL;
  g_auto (DkMinisignSecret) secret = { 0 };
  DkMinisignPublic key;

  make_key (1, &secret, &key);
  g_assert_true (is_accepted (bytes, &key, -1));
  g_assert_cmpstr (dk_json_get_text (dk_container_manifest (container), "fleet_sha256"), ==,
                   digest);
  about = dk_container_about ("pack", dk_container_manifest (container), "content.zip");
  g_assert_null (strstr (about, "fleet"));
  g_assert_null (build_with_digest ("pack", bad, "00FF", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_null (build_with_digest ("backup", backup, digest, &other));
  g_assert_error (other, DK_ERROR, DK_ERROR_INVALID);
}

static void
test_wrong_type_is_named (void)
{
  DkMinisignPublic key;
  g_autoptr (GBytes) bytes = build_signed (1, &key);
  g_autoptr (DkContainer) container = dk_container_open (bytes, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_container_verify (container, "bundle", &key, 1, NULL, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "is a pack, but a bundle"));
}

static void
test_missing_and_extra_parts (void)
{
  DkMinisignPublic key;
  g_autoptr (GBytes) bytes = build_signed (1, &key);
  g_autoptr (GPtrArray) members = take_apart (bytes);
  g_autoptr (GBytes) extra = NULL;
  g_autoptr (GBytes) missing = NULL;

  dk_zip_members_take_text (members, "spare.txt", g_strdup ("x"));
  extra = dk_zip_write (members, NULL);
  g_assert_false (is_accepted (extra, &key, DK_ERROR_DAMAGED));
  g_ptr_array_set_size (members, 3);
  missing = dk_zip_write (members, NULL);
  g_assert_false (is_accepted (missing, &key, DK_ERROR_DAMAGED));
}

static void
test_builder_refuses (void)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  DkMinisignPublic key;
  g_autoptr (json_t) fields = pack_fields ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  char name[] = "content.zip";
  char sealed_name[] = "content.zip.age";
  DkContainerPayload payload = { name, bytes, NULL };
  g_autoptr (GError) error = NULL;

  make_key (1, &secret, &key);
  g_assert_null (dk_container_build ("novel", fields, &payload, 1, &secret, 1, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_container_build ("pack", fields, &payload, 0, &secret, 1, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  payload.name = sealed_name; /* said to be sealed, but to nobody */
  g_assert_null (dk_container_build ("pack", fields, &payload, 1, &secret, 1, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  payload.name = name;
  json_object_set_new (fields, "spare", json_integer (1));
  g_assert_null (dk_container_build ("pack", fields, &payload, 1, &secret, 1, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

static void
test_about (void)
{
  DkMinisignPublic key;
  g_autoptr (GBytes) bytes = build_signed (1, &key);
  g_autoptr (DkContainer) container = dk_container_open (bytes, NULL);
  g_autoptr (json_t) fields = pack_fields ();
  char *text = dk_container_about ("pack", fields, "content.zip");
  g_autoptr (GBytes) about = g_bytes_new_take (text, strlen (text));
  const json_t *manifest = dk_container_manifest (container);
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_container_check_about (manifest, "content.zip", about, NULL));
  g_assert_false (dk_container_check_about (manifest, "lead.zip", about, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_false (dk_container_check_about (manifest, "content.zip", NULL, NULL));
}

static void
run_tool (const char *const *argv)
{
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, 30);

  if (output->exit_code != 0)
    g_test_message ("%s %s", output->out, output->err);
  g_assert_cmpint (output->exit_code, ==, 0);
}

static void
test_debian_tools_agree (void)
{
  DkMinisignPublic key;
  g_autoptr (GBytes) bytes = build_signed (1, &key);
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *pack = g_build_filename (folder, "x.dkpack", NULL);
  g_autofree char *pub = g_build_filename (folder, "key.pub", NULL);
  g_autofree char *manifest = g_build_filename (folder, "manifest.json", NULL);
  g_autofree char *id = dk_minisign_id_text (key.id);
  g_autofree char *signature = g_strdup_printf ("%s.%s.minisig", manifest, id);
  g_autofree char *pub_text = dk_minisign_public_text (&key);
  const char *const test_it[] = { "unzip", "-t", pack, NULL };
  const char *const unpack[] = { "unzip", "-q", pack, "-d", folder, NULL };
  const char *const verify[]
      = { "minisign", "-V", "-p", pub, "-x", signature, "-m", manifest, NULL };
  const char *const hash[] = { "sh",
                               "-c",
                               "cd \"$1\" && python3 -c \"import json;[print(p['sha256']+'  '"
                               "+p['name']) for p in json.load(open('manifest.json'))['payloads']]"
                               "\" | sha256sum -c",
                               "sh",
                               folder,
                               NULL };

  if (!dk_test_have_program ("unzip") || !dk_test_have_program ("minisign"))
    return;
  g_assert_true (dk_file_replace (pack, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                  DK_FILE_NOT_SYNCED, NULL));
  g_assert_true (dk_file_replace (pub, pub_text, strlen (pub_text), DK_FILE_NOT_SYNCED, NULL));
  run_tool (test_it);
  run_tool (unpack);
  run_tool (verify);
  run_tool (hash);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  g_test_add_func ("/container/round-trip", test_round_trip);
  g_test_add_func ("/container/every-changed-byte-is-refused", test_every_byte_counts);
  g_test_add_func ("/container/every-truncation-is-refused", test_every_truncation_is_refused);
  g_test_add_func ("/container/changes-under-a-right-checksum-are-refused",
                   test_changes_under_a_right_checksum);
  g_test_add_func ("/container/unknown-signer-is-not-damage", test_unknown_signer);
  g_test_add_func ("/container/borrowed-key-id-is-damage", test_borrowed_key_id);
  g_test_add_func ("/container/second-signature-leaves-the-rest", test_second_signature);
  g_test_add_func ("/container/signatures-must-be-in-order", test_signatures_in_order);
  g_test_add_func ("/container/one-to-eight-signers", test_signer_counts);
  g_test_add_func ("/container/trusted-comment-must-match", test_trusted_comment_must_match);
  g_test_add_func ("/container/odd-manifests-are-refused", test_odd_manifests_are_refused);
  g_test_add_func ("/container/a-pack-may-name-its-fleet", test_fleet_digest);
  g_test_add_func ("/container/wrong-type-is-named", test_wrong_type_is_named);
  g_test_add_func ("/container/missing-and-extra-parts-are-refused", test_missing_and_extra_parts);
  g_test_add_func ("/container/builder-refuses-what-a-reader-would", test_builder_refuses);
  g_test_add_func ("/container/about-ties-a-sealed-part-to-its-container", test_about);
  g_test_add_func ("/container/debian-tools-agree", test_debian_tools_agree);
  return dk_test_run ();
}
