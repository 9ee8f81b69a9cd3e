/* SPDX-License-Identifier: MIT */
#include "app/crypto/minisign-private.h"

#include <sodium.h>
#include <string.h>

#define VARIANT sodium_base64_VARIANT_ORIGINAL
#define LEGACY_ALGORITHM "Ed"
#define HASHED_ALGORITHM "ED"
#define SIGNATURE_SIZE 64

/* First line of base64: algorithm 2, key id 8, signature of the data's BLAKE2b-512. */
#define LINE_ID 2
#define LINE_SIGNATURE 10
#define LINE_SIZE 74

typedef struct {
  guint8 id[8];
  guint8 signature[SIGNATURE_SIZE];
  guint8 global[SIGNATURE_SIZE]; /* of signature and trusted comment */
  DkMinisignSlice comment;
} Signature;

static GByteArray *
make_global_message (const guint8 signature[SIGNATURE_SIZE], DkMinisignSlice comment)
{
  GByteArray *message = g_byte_array_new ();

  g_byte_array_append (message, signature, SIGNATURE_SIZE);
  g_byte_array_append (message, (const guint8 *) comment.text, (guint) comment.size);
  return message;
}

char *
dk_minisign_sign (const void *data, gsize size, const DkMinisignSecret *secret,
                  const char *trusted_comment)
{
  DkMinisignSlice comment = { trusted_comment, strlen (trusted_comment) };
  guint8 hash[64];
  guint8 line[LINE_SIZE] = HASHED_ALGORITHM;
  guint8 global[SIGNATURE_SIZE];
  char line_text[sodium_base64_ENCODED_LEN (LINE_SIZE, VARIANT)];
  char global_text[sodium_base64_ENCODED_LEN (SIGNATURE_SIZE, VARIANT)];
  g_autoptr (GByteArray) message = NULL;

  g_assert (comment.size <= DK_MINISIGN_COMMENT_MAX && dk_minisign_is_clean (comment));
  dk_hash (hash, sizeof hash, data, size, NULL);
  memcpy (line + LINE_ID, secret->id, sizeof secret->id);
  dk_sign (line + LINE_SIGNATURE, hash, sizeof hash, secret->seed);
  message = make_global_message (line + LINE_SIGNATURE, comment);
  dk_sign (global, message->data, message->len, secret->seed);
  sodium_bin2base64 (line_text, sizeof line_text, line, sizeof line, VARIANT);
  sodium_bin2base64 (global_text, sizeof global_text, global, sizeof global, VARIANT);
  return g_strdup_printf (DK_MINISIGN_UNTRUSTED "signature by downtime-kit\n"
                                                "%s\n" DK_MINISIGN_TRUSTED "%s\n"
                                                "%s\n",
                          line_text, trusted_comment, global_text);
}

static void
report_no_signature (GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This is not a minisign signature file, or it is damaged. Nothing was changed; ask "
               "for the signature again.");
}

static gboolean
read_signature (const char *text, gsize size, Signature *out, GError **error)
{
  DkMinisignSlice rest = { text, size };
  DkMinisignSlice line;
  guint8 bytes[LINE_SIZE];

  if (size > DK_MINISIGN_TEXT_MAX || !dk_minisign_next_line (&rest, &line)
      || !dk_minisign_skip_prefix (&line, DK_MINISIGN_UNTRUSTED) || !dk_minisign_is_clean (line)
      || !dk_minisign_next_line (&rest, &line)
      || !dk_minisign_read_base64 (line, bytes, sizeof bytes)) {
    report_no_signature (error);
    return FALSE;
  }
  if (memcmp (bytes, LEGACY_ALGORITHM, 2) == 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This signature is of minisign's old kind, which is not accepted. Nothing was "
                 "changed; ask its signer to sign again with minisign 0.11 or later, or with -H.");
    return FALSE;
  }
  if (memcmp (bytes, HASHED_ALGORITHM, 2) != 0 || !dk_minisign_next_line (&rest, &line)
      || !dk_minisign_skip_prefix (&line, DK_MINISIGN_TRUSTED) || !dk_minisign_is_clean (line)
      || line.size > DK_MINISIGN_COMMENT_MAX) {
    report_no_signature (error);
    return FALSE;
  }
  out->comment = line;
  if (!dk_minisign_next_line (&rest, &line)
      || !dk_minisign_read_base64 (line, out->global, sizeof out->global) || rest.size > 0) {
    report_no_signature (error);
    return FALSE;
  }
  memcpy (out->id, bytes + LINE_ID, sizeof out->id);
  memcpy (out->signature, bytes + LINE_SIGNATURE, sizeof out->signature);
  return TRUE;
}

gboolean
dk_minisign_verify (const void *data, gsize size, const char *signature, gsize signature_size,
                    const DkMinisignPublic *key, char **trusted_comment, GError **error)
{
  Signature read;
  guint8 hash[64];
  g_autoptr (GByteArray) message = NULL;

  if (!read_signature (signature, signature_size, &read, error))
    return FALSE;
  if (memcmp (read.id, key->id, sizeof read.id) != 0) {
    g_autofree char *theirs = dk_minisign_id_text (read.id);
    g_autofree char *ours = dk_minisign_id_text (key->id);

    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "This was signed with the key %s, not with %s: the signer is not known here. "
                 "Nothing was changed; a changed file would give another message.",
                 theirs, ours);
    return FALSE;
  }
  dk_hash (hash, sizeof hash, data, size, NULL);
  message = make_global_message (read.signature, read.comment);
  if (!dk_verify (read.signature, hash, sizeof hash, key->key)
      || !dk_verify (read.global, message->data, message->len, key->key)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The signer is known, but what was signed has been changed since, or the "
                 "signature is not real. Nothing was changed; get the file from its source again "
                 "and tell the kit administrator.");
    return FALSE;
  }
  *trusted_comment = g_strndup (read.comment.text, read.comment.size);
  return TRUE;
}

gboolean
dk_minisign_signature_id (const char *signature, gsize size, guint8 id[8], GError **error)
{
  Signature read;

  if (!read_signature (signature, size, &read, error))
    return FALSE;
  memcpy (id, read.id, sizeof read.id);
  return TRUE;
}
