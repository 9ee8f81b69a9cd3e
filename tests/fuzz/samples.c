/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/samples.h"

#include <string.h>

#include "app/base/json.h"
#include "app/base/text.h"
#include "app/crypto/age.h"
#include "app/model/entry.h"
#include "tests/crypto/sample.h"

#define KIT "00112233445566778899aabbccddeeff"
#define STATION "A07"
#define CHAIN "0badcafe"
#define ENTRIES 6
#define AT "2026-11-20T08:00:00.000Z"
#define AT_MS G_GINT64_CONSTANT (1795161600000)

void
dk_fuzz_signer (DkMinisignSecret *secret, DkMinisignPublic *public_key)
{
  g_autoptr (DkSecret) seed = dk_sample_fill (0x31, 32);

  dk_minisign_secret_from_seed (seed, secret);
  dk_minisign_secret_public (secret, public_key);
}

const DkContainerPayload *
dk_fuzz_payloads (guint *count)
{
  static char sealed_name[] = "content.zip.age";
  static char plain_name[] = "notes.txt";
  static char *recipients[2];
  static DkContainerPayload payloads[2];

  if (recipients[0] == NULL) {
    guint8 key[32];

    memset (key, 9, sizeof key);
    recipients[0] = dk_age_recipient_text (key);
    payloads[0]
        = (DkContainerPayload){ sealed_name, g_bytes_new_static ("first payload", 13), recipients };
    payloads[1]
        = (DkContainerPayload){ plain_name, g_bytes_new_static ("second payload", 14), NULL };
  }
  *count = 2;
  return payloads;
}

static json_t *
fields_of (const char *type)
{
  static const char hash[] = "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f";

  if (g_str_equal (type, "pack"))
    return json_pack ("{s:s, s:s, s:i, s:s, s:s, s:s}", "name", "Example desk: day & night",
                      "organisation", "Example Health", "sequence", 417, "created", AT, "expires",
                      "2027-11-20T08:00:00.000Z", "min_app", "0.1.0");
  if (g_str_equal (type, "bundle"))
    return json_pack ("{s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:i, s:s}", "station", STATION,
                      "kit", KIT, "chain", CHAIN, "sequence", 3, "first_seq", 1, "last_seq", 40,
                      "head", hash, "desk", "CARY", "desk_epoch", 1, "created", AT);
  if (g_str_equal (type, "receipt"))
    return json_pack ("{s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s}", "desk", "CARY",
                      "desk_epoch", 1, "sequence", 9, "station", STATION, "kit", KIT, "chain",
                      CHAIN, "bundle", hash, "last_seq", 40, "head", hash, "created", AT);
  return json_pack ("{s:s, s:s, s:i, s:s}", "station", STATION, "kit", KIT, "sequence", 5,
                    "created", AT);
}

GBytes *
dk_fuzz_container (const char *type)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  g_autoptr (json_t) fields = fields_of (type);
  g_autoptr (GError) error = NULL;
  DkMinisignPublic key;
  guint count;
  const DkContainerPayload *payloads = dk_fuzz_payloads (&count);
  GBytes *bytes;

  dk_fuzz_signer (&secret, &key);
  bytes = dk_container_build (type, fields, payloads, count, &secret, 1, &error);
  g_assert_no_error (error);
  return bytes;
}

void
dk_fuzz_ledger_key (guint8 key[32])
{
  g_autoptr (DkSecret) seed = dk_sample_fill (0x31, 32);

  dk_sign_public (key, seed);
}

static char *
make_body (gint64 seq)
{
  guint8 key[32];
  g_autofree char *sign = NULL;
  g_autoptr (json_t) body = NULL;

  dk_fuzz_ledger_key (key);
  sign = dk_text_hex (key, sizeof key);
  if (seq == 1)
    body = json_pack ("{s:s, s:s, s:s, s:s, s:s}", "kit", KIT, "station", STATION, "site", "CARY",
                      "device_sign", sign, "device_age", sign);
  else if (seq == 2)
    body = json_pack ("{s:s, s:s}", "number", "DT-A07-0001-V", "form", "call-log");
  else
    body = json_pack ("{s:s}", "text", "the switchboard is on paper");
  return dk_json_canonical (body, NULL);
}

static DkEntry *
make_entry (gint64 seq, const char *prev, const char *body, const guint8 salt[16])
{
  static const char *const kinds[ENTRIES] = { "kit-init",    DK_ENTRY_NUMBER_ISSUED, "ticket-note",
                                              "ticket-note", "ticket-erase",         "unlock" };
  DkEntry *entry = dk_entry_new ();
  guint8 hash[32];

  dk_hash_pair (hash, salt, 16, body, strlen (body));
  entry->kit = g_strdup (KIT);
  entry->station = g_strdup (STATION);
  entry->chain = g_strdup (CHAIN);
  entry->seq = seq;
  entry->prev = g_strdup (prev);
  entry->kind = g_strdup (kinds[seq - 1]);
  entry->object = g_strdup (seq > 1 ? "DT-A07-0001-V" : "");
  entry->user = g_strdup ("anna");
  entry->happened_ms = AT_MS + seq * 1000;
  entry->recorded_ms = AT_MS + seq * 1000;
  entry->boot = g_strdup ("");
  entry->mono_ms = seq * 1000;
  entry->body_hash = dk_text_hex (hash, sizeof hash);
  return entry;
}

static void
add_body (GString *out, const char *body, gint64 seq, const guint8 salt[16])
{
  g_autofree char *hex = dk_text_hex (salt, 16);
  g_autoptr (json_t) record = json_pack ("{s:s, s:s, s:s, s:I}", "body", body, "chain", CHAIN,
                                         "salt", hex, "seq", (json_int_t) seq);
  g_autofree char *line = dk_json_canonical (record, NULL);

  g_string_append_printf (out, "%s\n", line);
}

static void
add_checkpoint (GString *out, const char *head)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  DkMinisignPublic key;
  g_autoptr (json_t) message
      = json_pack ("{s:s, s:s, s:s, s:s, s:i, s:s, s:i}", "at", AT, "chain", CHAIN, "head", head,
                   "kit", KIT, "seq", ENTRIES, "station", STATION, "v", 1);
  g_autofree char *canonical = dk_json_canonical (message, NULL);
  g_autofree char *text = g_strconcat (canonical, "\n", NULL);
  g_autofree char *signature = NULL;

  dk_fuzz_signer (&secret, &key);
  signature = dk_minisign_sign (text, strlen (text), &secret,
                                "dk-checkpoint v=1 kit=" KIT " station=" STATION " chain=" CHAIN
                                " seq=6");
  g_string_append_printf (out, "@checkpoints/" CHAIN "-%d.json\n%s", ENTRIES, text);
  g_string_append_printf (out, "@checkpoints/" CHAIN "-%d.json.minisig\n%s", ENTRIES, signature);
}

GBytes *
dk_fuzz_ledger (void)
{
  GString *out = g_string_new ("@" STATION "-" CHAIN ".ndjson\n");
  g_autoptr (GString) bodies = g_string_new ("@bodies.ndjson\n");
  g_autofree char *prev = g_strnfill (64, '0');
  const guint8 salt[16] = { 1, 2, 3 };

  for (gint64 seq = 1; seq <= ENTRIES; seq++) {
    g_autofree char *body = make_body (seq);
    g_autoptr (DkEntry) entry = make_entry (seq, prev, body, salt);
    g_autofree char *line = dk_entry_line (entry);
    guint8 hash[32];

    g_string_append (out, line);
    add_body (bodies, body, seq, salt);
    dk_hash (hash, sizeof hash, line, strlen (line), NULL);
    g_free (prev);
    prev = dk_text_hex (hash, sizeof hash);
  }
  g_string_append (out, bodies->str);
  add_checkpoint (out, prev);
  return g_string_free_to_bytes (out);
}
