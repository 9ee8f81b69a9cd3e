/* SPDX-License-Identifier: MIT */
#include "app/crypto/base64-private.h"
#include "app/crypto/minisign-private.h"

#include <sodium.h>
#include <string.h>

#define VARIANT sodium_base64_VARIANT_ORIGINAL
#define ALGORITHM "Ed"
#define KDF_SCRYPT "Sc"
#define KDF_NONE "\0\0"
#define CHECKSUM_BLAKE2B "B2"

/* Public key file: algorithm 2, id 8, key 32. */
#define PUBLIC_SIZE 42

/* Secret key file: algorithm 2, KDF 2, checksum 2, salt 32, operations 8, memory 8, and, under the
 * KDF's stream: id 8, secret key 64, BLAKE2b-256 of algorithm, id and secret key. Without a
 * passphrase minisign writes zeros in place of the BLAKE2b. */
#define SECRET_KDF 2
#define SECRET_CHECKSUM_KIND 4
#define SECRET_SALT 6
#define SECRET_OPERATIONS 38
#define SECRET_MEMORY 46
#define SECRET_ID 54
#define SECRET_KEY 62
#define SECRET_CHECKSUM 126
#define SECRET_SIZE 158
#define STREAM_SIZE (SECRET_SIZE - SECRET_ID)

gboolean
dk_minisign_next_line (DkMinisignSlice *rest, DkMinisignSlice *line)
{
  const char *end;
  gsize size;

  if (rest->size == 0)
    return FALSE;
  end = memchr (rest->text, '\n', rest->size);
  size = end != NULL ? (gsize) (end - rest->text) : rest->size;
  *line = (DkMinisignSlice){ rest->text, size };
  size += end != NULL ? 1 : 0;
  *rest = (DkMinisignSlice){ rest->text + size, rest->size - size };
  if (line->size > 0 && line->text[line->size - 1] == '\r')
    line->size--;
  return TRUE;
}

gboolean
dk_minisign_skip_prefix (DkMinisignSlice *line, const char *prefix)
{
  gsize size = strlen (prefix);

  if (line->size < size || memcmp (line->text, prefix, size) != 0)
    return FALSE;
  *line = (DkMinisignSlice){ line->text + size, line->size - size };
  return TRUE;
}

gboolean
dk_minisign_read_base64 (DkMinisignSlice line, guint8 *out, gsize size)
{
  gsize got = 0;

  return line.size == (size + 2) / 3 * 4
         && dk_base64_read (line.text, line.size, TRUE, out, size, &got)
         && got == size;
}

gboolean
dk_minisign_is_clean (DkMinisignSlice line)
{
  if (!g_utf8_validate (line.text, (gssize) line.size, NULL))
    return FALSE;
  for (const char *at = line.text; at < line.text + line.size; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;
  return TRUE;
}

/* A comment line, which may be missing, and one line of base64; white space may follow. */
static gboolean
read_key_file (const char *text, guint8 *out, gsize size)
{
  DkMinisignSlice rest = { text, strnlen (text, DK_MINISIGN_TEXT_MAX + 1) };
  DkMinisignSlice line;

  if (rest.size > DK_MINISIGN_TEXT_MAX || !dk_minisign_next_line (&rest, &line))
    return FALSE;
  if (dk_minisign_skip_prefix (&line, DK_MINISIGN_UNTRUSTED)
      && !dk_minisign_next_line (&rest, &line))
    return FALSE;
  for (gsize i = 0; i < rest.size; i++)
    if (!g_ascii_isspace (rest.text[i]))
      return FALSE;
  return dk_minisign_read_base64 (line, out, size);
}

gboolean
dk_minisign_public_parse (const char *text, DkMinisignPublic *out, GError **error)
{
  guint8 bytes[PUBLIC_SIZE];

  if (!read_key_file (text, bytes, sizeof bytes) || memcmp (bytes, ALGORITHM, 2) != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This is not a minisign public key: it is one line of 56 characters that begins "
                 "with RW. Nothing was changed; copy it again.");
    return FALSE;
  }
  memcpy (out->id, bytes + 2, sizeof out->id);
  memcpy (out->key, bytes + 10, sizeof out->key);
  return TRUE;
}

char *
dk_minisign_id_text (const guint8 id[8])
{
  return g_strdup_printf ("%02X%02X%02X%02X%02X%02X%02X%02X", id[7], id[6], id[5], id[4], id[3],
                          id[2], id[1], id[0]);
}

char *
dk_minisign_public_text (const DkMinisignPublic *key)
{
  g_autofree char *id = dk_minisign_id_text (key->id);
  guint8 bytes[PUBLIC_SIZE] = ALGORITHM;
  char text[sodium_base64_ENCODED_LEN (PUBLIC_SIZE, VARIANT)];

  memcpy (bytes + 2, key->id, sizeof key->id);
  memcpy (bytes + 10, key->key, sizeof key->key);
  sodium_bin2base64 (text, sizeof text, bytes, sizeof bytes, VARIANT);
  return g_strdup_printf (DK_MINISIGN_UNTRUSTED "minisign public key %s\n%s\n", id, text);
}

void
dk_minisign_public_from_key (const guint8 key[32], DkMinisignPublic *out)
{
  guint8 hash[32];

  dk_hash (hash, sizeof hash, key, 32, NULL);
  memcpy (out->id, hash, sizeof out->id);
  memcpy (out->key, key, sizeof out->key);
}

static guint64
read_u64 (const guint8 *at)
{
  guint64 value = 0;

  for (int i = 7; i >= 0; i--)
    value = value << 8 | at[i];
  return value;
}

static void
report_no_secret_key (GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This is not a minisign secret key file, or it is damaged. Nothing was changed; use "
               "the file that \"minisign -G\" wrote.");
}

/* Takes the passphrase's stream off. What a file may ask for is what minisign itself asks for. */
static gboolean
remove_stream (guint8 bytes[SECRET_SIZE], const DkSecret *passphrase, GError **error)
{
  guint64 operations = read_u64 (bytes + SECRET_OPERATIONS);
  guint64 memory = read_u64 (bytes + SECRET_MEMORY);
  g_autoptr (DkSecret) stream = dk_secret_new (STREAM_SIZE);

  if (operations > crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE
      || memory > crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE) {
    report_no_secret_key (error);
    return FALSE;
  }
  if (passphrase == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "This signing key is protected by a passphrase and none was given. Nothing was "
                 "signed; give it with --key-passphrase-file.");
    return FALSE;
  }
  if (crypto_pwhash_scryptsalsa208sha256 (dk_secret_get_mutable (stream), STREAM_SIZE,
                                          (const char *) dk_secret_get (passphrase),
                                          dk_secret_size (passphrase), bytes + SECRET_SALT,
                                          operations, (gsize) memory)
      != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_MEMORY,
                 "There is not enough free memory to open the signing key: %u MiB are needed. "
                 "Nothing was signed; close other programs and try again.",
                 (guint) (memory >> 20));
    return FALSE;
  }
  for (gsize i = 0; i < STREAM_SIZE; i++)
    bytes[SECRET_ID + i] ^= dk_secret_get (stream)[i];
  return TRUE;
}

/* The checksum is over algorithm, id and secret key, and the secret key ends with its public
 * key. */
static gboolean
secret_is_whole (const guint8 bytes[SECRET_SIZE], gboolean encrypted)
{
  guint8 public_key[crypto_sign_PUBLICKEYBYTES];
  guint8 secret_key[crypto_sign_SECRETKEYBYTES];
  guint8 checksum[32];
  gboolean equal;

  dk_hash_pair (checksum, bytes, 2, bytes + SECRET_ID, SECRET_CHECKSUM - SECRET_ID);
  crypto_sign_seed_keypair (public_key, secret_key, bytes + SECRET_KEY);
  equal = dk_equal (secret_key, bytes + SECRET_KEY, sizeof secret_key);
  dk_secret_wipe (secret_key, sizeof secret_key);
  if (!encrypted && sodium_is_zero (bytes + SECRET_CHECKSUM, sizeof checksum))
    return equal;
  return equal && dk_equal (checksum, bytes + SECRET_CHECKSUM, sizeof checksum);
}

static gboolean
read_secret (const char *text, const DkSecret *passphrase, guint8 bytes[SECRET_SIZE],
             GError **error)
{
  gboolean encrypted;

  if (!read_key_file (text, bytes, SECRET_SIZE) || memcmp (bytes, ALGORITHM, 2) != 0
      || memcmp (bytes + SECRET_CHECKSUM_KIND, CHECKSUM_BLAKE2B, 2) != 0
      || (memcmp (bytes + SECRET_KDF, KDF_SCRYPT, 2) != 0
          && memcmp (bytes + SECRET_KDF, KDF_NONE, 2) != 0)) {
    report_no_secret_key (error);
    return FALSE;
  }
  encrypted = memcmp (bytes + SECRET_KDF, KDF_SCRYPT, 2) == 0;
  if (encrypted && !remove_stream (bytes, passphrase, error))
    return FALSE;
  if (secret_is_whole (bytes, encrypted))
    return TRUE;
  if (encrypted) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "That passphrase does not open this signing key. Nothing was signed; check Caps "
                 "Lock and try again.");
  } else {
    report_no_secret_key (error);
  }
  return FALSE;
}

gboolean
dk_minisign_secret_parse (const char *text, const DkSecret *passphrase, DkMinisignSecret *out,
                          GError **error)
{
  g_autoptr (DkSecret) bytes = dk_secret_new (SECRET_SIZE);
  const guint8 *at = dk_secret_get (bytes);

  if (!read_secret (text, passphrase, dk_secret_get_mutable (bytes), error))
    return FALSE;
  memcpy (out->id, at + SECRET_ID, sizeof out->id);
  out->seed = dk_secret_new_copy (at + SECRET_KEY, 32);
  return TRUE;
}

void
dk_minisign_secret_from_seed (const DkSecret *seed, DkMinisignSecret *out)
{
  DkMinisignPublic public_key;
  guint8 key[32];

  dk_sign_public (key, seed);
  dk_minisign_public_from_key (key, &public_key);
  memcpy (out->id, public_key.id, sizeof out->id);
  out->seed = dk_secret_dup (seed);
}

void
dk_minisign_secret_public (const DkMinisignSecret *secret, DkMinisignPublic *out)
{
  memcpy (out->id, secret->id, sizeof out->id);
  dk_sign_public (out->key, secret->seed);
}

void
dk_minisign_secret_clear (DkMinisignSecret *secret)
{
  g_clear_pointer (&secret->seed, dk_secret_free);
  memset (secret->id, 0, sizeof secret->id);
}
