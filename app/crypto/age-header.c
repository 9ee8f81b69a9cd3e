/* SPDX-License-Identifier: MIT */
#include "app/crypto/age-private.h"
#include "app/crypto/base64-private.h"

#include <sodium.h>
#include <string.h>

#define VERSION_LINE "age-encryption.org/v1\n"
#define WRAP_INFO "age-encryption.org/v1/X25519"
#define BODY_COLUMNS 64
#define BODY_SIZE (DK_AGE_FILE_KEY_SIZE + 16)
#define VARIANT sodium_base64_VARIANT_ORIGINAL_NO_PADDING

typedef struct {
  const char *text;
  gsize size;
} Line;

/* What is left to read of a header. */
typedef struct {
  const char *at;
  gsize left;
} Reader;

typedef struct {
  guint8 share[32];
  guint8 body[BODY_SIZE];
} Stanza;

typedef struct {
  GArray *stanzas; /* Stanza, those of type X25519 alone */
  guint count;     /* of all types */
  gsize mac_at;    /* what lies before is under the MAC */
  guint8 mac[32];
} Header;

static void
clear_header (Header *header)
{
  g_clear_pointer (&header->stanzas, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Header, clear_header)

void
dk_age_hkdf (guint8 out[32], const guint8 *key, gsize key_size, const guint8 *salt,
             gsize salt_size, const char *info)
{
  static const guint8 no_salt[32] = { 0 };
  static const guint8 one = 1;
  crypto_auth_hmacsha256_state state;
  guint8 extracted[32];

  if (salt_size == 0) {
    salt = no_salt;
    salt_size = sizeof no_salt;
  }
  crypto_auth_hmacsha256_init (&state, salt, salt_size);
  crypto_auth_hmacsha256_update (&state, key, key_size);
  crypto_auth_hmacsha256_final (&state, extracted);
  crypto_auth_hmacsha256_init (&state, extracted, sizeof extracted);
  crypto_auth_hmacsha256_update (&state, (const guint8 *) info, strlen (info));
  crypto_auth_hmacsha256_update (&state, &one, 1);
  crypto_auth_hmacsha256_final (&state, out);
  dk_secret_wipe (extracted, sizeof extracted);
  dk_secret_wipe (&state, sizeof state);
}

static void
append_text (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

static void
append_base64 (GByteArray *out, const guint8 *bytes, gsize size)
{
  char text[sodium_base64_ENCODED_LEN (32, VARIANT)];

  g_assert (size <= 32);
  append_text (out, sodium_bin2base64 (text, sizeof text, bytes, size, VARIANT));
}

static void
compute_mac (guint8 mac[32], const guint8 file_key[DK_AGE_FILE_KEY_SIZE], const guint8 *header,
             gsize size)
{
  guint8 key[32];

  dk_age_hkdf (key, file_key, DK_AGE_FILE_KEY_SIZE, NULL, 0, "header");
  crypto_auth_hmacsha256 (mac, header, size, key);
  dk_secret_wipe (key, sizeof key);
}

/* The key that wraps the file key for one stanza. FALSE if the shared secret is all zeros. */
static gboolean
derive_wrap_key (guint8 out[32], const guint8 *secret_key, const guint8 their_key[32],
                 const guint8 share[32], const guint8 recipient[32])
{
  guint8 shared[32];
  guint8 salt[64];

  if (crypto_scalarmult (shared, secret_key, their_key) != 0)
    return FALSE;
  memcpy (salt, share, 32);
  memcpy (salt + 32, recipient, 32);
  dk_age_hkdf (out, shared, sizeof shared, salt, sizeof salt, WRAP_INFO);
  dk_secret_wipe (shared, sizeof shared);
  return TRUE;
}

static gboolean
append_stanza (GByteArray *out, const guint8 file_key[DK_AGE_FILE_KEY_SIZE],
               const guint8 public_key[32], DkAgeDraw draw)
{
  static const guint8 nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = { 0 };
  guint8 secret[32];
  guint8 share[32];
  guint8 wrap_key[32];
  guint8 body[BODY_SIZE];
  gboolean done;

  draw (secret, sizeof secret);
  crypto_scalarmult_base (share, secret);
  done = derive_wrap_key (wrap_key, secret, public_key, share, public_key);
  dk_secret_wipe (secret, sizeof secret);
  if (!done)
    return FALSE;
  crypto_aead_chacha20poly1305_ietf_encrypt (body, NULL, file_key, DK_AGE_FILE_KEY_SIZE, NULL, 0,
                                             NULL, nonce, wrap_key);
  dk_secret_wipe (wrap_key, sizeof wrap_key);
  append_text (out, "-> X25519 ");
  append_base64 (out, share, sizeof share);
  append_text (out, "\n");
  append_base64 (out, body, sizeof body);
  append_text (out, "\n");
  return TRUE;
}

gboolean
dk_age_header_write (GByteArray *out, const guint8 file_key[DK_AGE_FILE_KEY_SIZE],
                     const guint8 *public_keys, guint count, DkAgeDraw draw, GError **error)
{
  guint8 mac[32];

  append_text (out, VERSION_LINE);
  for (guint i = 0; i < count; i++)
    if (!append_stanza (out, file_key, public_keys + 32 * i, draw)) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "Recipient %u is no usable public key. Nothing was written; ask for the "
                   "recipient again.",
                   i + 1);
      return FALSE;
    }
  append_text (out, "---");
  compute_mac (mac, file_key, out->data, out->len);
  append_text (out, " ");
  append_base64 (out, mac, sizeof mac);
  append_text (out, "\n");
  return TRUE;
}

static gboolean
read_line (Reader *reader, Line *line)
{
  const char *end = memchr (reader->at, '\n', reader->left);

  if (end == NULL)
    return FALSE;
  line->text = reader->at;
  line->size = (gsize) (end - reader->at);
  reader->at += line->size + 1;
  reader->left -= line->size + 1;
  return TRUE;
}

/* Canonical base64 of exactly size bytes. */
static gboolean
read_base64 (Line line, guint8 *out, gsize size)
{
  gsize got = 0;

  return line.size == (size * 8 + 5) / 6
         && dk_base64_read (line.text, line.size, FALSE, out, size, &got)
         && got == size;
}

/* Takes the next argument off the line: printable ASCII up to one blank or the end. */
static gboolean
read_argument (Line *line, Line *argument)
{
  gsize size = 0;

  while (size < line->size && line->text[size] > ' ' && line->text[size] < 0x7f)
    size++;
  if (size == 0 || (size < line->size && line->text[size] != ' ') || size + 1 == line->size)
    return FALSE;
  *argument = (Line){ line->text, size };
  size += size < line->size;
  *line = (Line){ line->text + size, line->size - size };
  return TRUE;
}

static gboolean
line_is (Line line, const char *text)
{
  return line.size == strlen (text) && memcmp (line.text, text, line.size) == 0;
}

/* Lines of 64 columns and a shorter last one. The first BODY_SIZE bytes go to out. */
static gboolean
read_body (Reader *reader, guint8 out[BODY_SIZE], gsize *size)
{
  guint8 bytes[BODY_COLUMNS / 4 * 3];
  Line line;

  *size = 0;
  do {
    gsize got = 0;

    if (!read_line (reader, &line) || line.size > BODY_COLUMNS
        || !dk_base64_read (line.text, line.size, FALSE, bytes, sizeof bytes, &got))
      return FALSE;
    if (*size < BODY_SIZE)
      memcpy (out + *size, bytes, MIN (got, BODY_SIZE - *size));
    *size += got;
  } while (line.size == BODY_COLUMNS);
  return TRUE;
}

static gboolean
read_stanza (Reader *reader, Line line, Header *header)
{
  Stanza stanza;
  Line type;
  Line argument;
  Line first = { NULL, 0 };
  guint arguments = 0;
  gsize body_size;

  line = (Line){ line.text + 3, line.size - 3 };
  if (!read_argument (&line, &type))
    return FALSE;
  while (line.size > 0) {
    if (!read_argument (&line, &argument))
      return FALSE;
    if (arguments++ == 0)
      first = argument;
  }
  if (!read_body (reader, stanza.body, &body_size) || line_is (type, "scrypt"))
    return FALSE;
  header->count++;
  if (!line_is (type, "X25519"))
    return TRUE;
  if (arguments != 1 || body_size != BODY_SIZE
      || !read_base64 (first, stanza.share, sizeof stanza.share))
    return FALSE;
  g_array_append_val (header->stanzas, stanza);
  return TRUE;
}

static gboolean
read_header (const guint8 *data, gsize size, Header *header, gsize *header_size)
{
  Reader reader = { (const char *) data, MIN (size, DK_AGE_HEADER_MAX) };
  Line line;

  if (reader.left < sizeof VERSION_LINE - 1
      || memcmp (data, VERSION_LINE, sizeof VERSION_LINE - 1) != 0)
    return FALSE;
  reader.at += sizeof VERSION_LINE - 1;
  reader.left -= sizeof VERSION_LINE - 1;
  while (read_line (&reader, &line)) {
    if (line.size >= 3 && memcmp (line.text, "-> ", 3) == 0) {
      if (header->count == DK_AGE_STANZAS_MAX || !read_stanza (&reader, line, header))
        return FALSE;
      continue;
    }
    if (header->count == 0 || line.size < 4 || memcmp (line.text, "--- ", 4) != 0
        || !read_base64 ((Line){ line.text + 4, line.size - 4 }, header->mac, 32))
      return FALSE;
    header->mac_at = (gsize) (line.text - (const char *) data) + 3;
    *header_size = (gsize) (reader.at - (const char *) data);
    return TRUE;
  }
  return FALSE;
}

void
dk_age_report_no_age_file (GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This is not a sealed file that this program opens: it must be an age file that is "
               "sealed to recipients and not to a passphrase. Nothing was changed; ask for the "
               "file again.");
}

/* 1 unwrapped, 0 not for this key, -1 a share that no honest writer makes. */
static int
unwrap_stanza (const Stanza *stanza, const DkSecret *secret_key, const guint8 public_key[32],
               guint8 file_key[DK_AGE_FILE_KEY_SIZE])
{
  static const guint8 nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = { 0 };
  guint8 wrap_key[32];
  int failed;

  if (!derive_wrap_key (wrap_key, dk_secret_get (secret_key), stanza->share, stanza->share,
                        public_key))
    return -1;
  failed = crypto_aead_chacha20poly1305_ietf_decrypt (file_key, NULL, NULL, stanza->body, BODY_SIZE,
                                                      NULL, 0, nonce, wrap_key);
  dk_secret_wipe (wrap_key, sizeof wrap_key);
  return failed ? 0 : 1;
}

gboolean
dk_age_header_open (const guint8 *data, gsize size, const DkSecret *secret_key,
                    guint8 file_key[DK_AGE_FILE_KEY_SIZE], gsize *header_size, GError **error)
{
  g_auto (Header) header = { .stanzas = g_array_new (FALSE, FALSE, sizeof (Stanza)) };
  guint8 public_key[32];
  guint8 mac[32];
  int state = 0;

  g_assert (dk_secret_size (secret_key) == 32);
  if (!read_header (data, size, &header, header_size)) {
    dk_age_report_no_age_file (error);
    return FALSE;
  }
  dk_box_public (public_key, secret_key);
  for (guint i = 0; i < header.stanzas->len && state == 0; i++)
    state = unwrap_stanza (&g_array_index (header.stanzas, Stanza, i), secret_key, public_key,
                           file_key);
  if (state < 0) {
    dk_age_report_no_age_file (error);
    return FALSE;
  }
  if (state == 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "This file is not sealed to this key, or the place that says so is damaged. "
                 "Nothing was changed; ask its sender for a file sealed to this kit.");
    return FALSE;
  }
  compute_mac (mac, file_key, data, header.mac_at);
  if (!dk_equal (mac, header.mac, sizeof mac)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The head of this sealed file is damaged or was tampered with. Nothing was "
                 "changed; copy the file again or ask its sender.");
    return FALSE;
  }
  return TRUE;
}
