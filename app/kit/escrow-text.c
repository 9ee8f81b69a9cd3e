/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/crypto/age.h"
#include "app/crypto/minisign.h"
#include "app/kit/escrow.h"
#include "app/kit/kit-private.h"
#include "app/kit/kit-resources.h"

#define SCRIPT "/org/downtimekit/kit/rescue"

/* Larger than any escrow, so that no key lies in memory that was given back. */
#define TEXT_BYTES_MAX (48u << 10)

/* Not device-sign: nothing is opened with it, and whoever held it could sign in the station's
 * name. */
static const struct {
  DkKeyId id;
  const char *name;
  gboolean opens_age; /* also told as age's own tool takes it */
} KEYS[] = {
  { DK_KEY_OPEN, "open", FALSE },  { DK_KEY_DEVICE_AGE, "device-age", TRUE },
  { DK_KEY_LEAD, "lead", TRUE },   { DK_KEY_SEND, "send", FALSE },
  { DK_KEY_ADMIN, "admin", FALSE },
};

static const char HEAD[]
    = "Downtime Kit escrow, version 1\n\n"
      "Whoever reads this can open everything that this station holds. Do not print it, mail it\n"
      "or leave it on a disk; the steps at the end say how it is wiped.\n\n";

static const char STEPS[]
    = "\nHow to open what this station holds, without Downtime Kit\n\n"
      "You have opened this text into a file escrow.txt, on a PC with Debian 12 that has the\n"
      "packages age python3-nacl sqlite3 unzip. Beside it lies the folder kit: a copy of the\n"
      "kit's folder with kit.db, and kit.db-wal if there is one. Lines that stand in are typed.\n\n"
      "1. The script at the end of this text; it needs nothing else of Downtime Kit.\n\n"
      "    umask 077\n"
      "    sed -n '/^#!/,$p' escrow.txt > rescue\n\n"
      "2. It must say: integrity_check: ok\n\n"
      "    /usr/bin/python3 rescue escrow.txt kit plain.db\n\n"
      "3. The tickets. `.tables` names the other tables; entry and entry_body are the ledger.\n\n"
      "    sqlite3 plain.db 'SELECT number, summary, details FROM ticket'\n\n"
      "   Their photos and other files, each named by its SHA-256, as the words have it.\n\n"
      "    mkdir files\n"
      "    sqlite3 plain.db \"SELECT writefile ('files/' || sha256, content) FROM attached\"\n\n"
      "4. The content for leads alone, if there is any. Packs (content.zip.age, lead.zip.age)\n"
      "   open with the same keys.txt.\n\n"
      "    sed -n 's/^[a-z-]*-identity: //p' escrow.txt > keys.txt\n"
      "    sqlite3 plain.db \"SELECT writefile ('lead.zip.age', lead) FROM pack WHERE lead > ''\"\n"
      "    if [ -e lead.zip.age ]; then age -d -i keys.txt -o lead.zip lead.zip.age; fi\n\n"
      "5. Notes for leads (table lead_record, column sealed) are libsodium's crypto_box_seal to\n"
      "   the key lead; in Python: nacl.public.SealedBox (PrivateKey (lead)).decrypt (sealed).\n\n"
      "6. Afterwards. If the station still runs, an administrator renews its keys.\n\n"
      "    shred -u escrow.txt keys.txt plain.db\n"
      "    find files -type f -exec shred -u {} +\n\n";

static void
add (DkSecret *out, gsize *used, const char *text)
{
  gsize size = strlen (text);

  g_assert (*used + size < TEXT_BYTES_MAX);
  memcpy (dk_secret_get_mutable (out) + *used, text, size);
  *used += size;
}

static void
add_fact (DkSecret *out, gsize *used, const char *name, const char *value)
{
  add (out, used, name);
  add (out, used, ": ");
  add (out, used, value);
  add (out, used, "\n");
}

static void
add_number (DkSecret *out, gsize *used, const char *name, guint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  add_fact (out, used, name, text);
}

static void
add_kit (DkKit *kit, DkSecret *out, gsize *used)
{
  const DkStoreIdentity *identity = dk_store_identity (kit->store);
  g_autofree char *uuid = dk_text_hex (dk_directory_file_uuid (kit->directory), 16);
  g_autofree char *at = dk_time_format_utc (dk_clock_wall_ms ());

  add_fact (out, used, "kit", identity->kit_id);
  add_fact (out, used, "station", identity->station);
  add_fact (out, used, "site", identity->site);
  add_fact (out, used, "made", at);
  add_fact (out, used, "made-by", dk_person_info (kit->person)->name);
  add_fact (out, used, "file", uuid);
  add_number (out, used, "key-epoch", dk_directory_key_epoch (kit->directory));
  add_number (out, used, "dir-seq", dk_directory_seq (kit->directory));
}

static void
add_keys (DkKit *kit, DkSecret *out, gsize *used)
{
  for (gsize i = 0; i < G_N_ELEMENTS (KEYS); i++) {
    const DkSecret *key = dk_keyring_get (kit->keys, KEYS[i].id);
    char *hex = dk_text_hex (dk_secret_get (key), dk_secret_size (key));
    g_autofree char *name = g_strconcat (KEYS[i].name, "-identity", NULL);

    add_fact (out, used, KEYS[i].name, hex);
    dk_secret_wipe (hex, strlen (hex));
    g_free (hex);
    if (KEYS[i].opens_age) {
      g_autoptr (DkSecret) identity = dk_age_identity_text (key);
      add_fact (out, used, name, (const char *) dk_secret_get (identity));
    }
  }
}

static void
add_public (DkKit *kit, DkSecret *out, gsize *used)
{
  const DkStoreIdentity *identity = dk_store_identity (kit->store);
  g_autofree char *recipient = dk_age_recipient_text (identity->device_age_public);
  g_autofree char *signer = NULL;
  g_auto (GStrv) lines = NULL;
  DkMinisignPublic key;

  dk_minisign_public_from_key (identity->device_sign_public, &key);
  signer = dk_minisign_public_text (&key);
  lines = g_strsplit (signer, "\n", 3);
  add_fact (out, used, "device-sign-public", lines[1]);
  add_fact (out, used, "device-age-public", recipient);
}

DkSecret *
dk_escrow_text (DkKit *kit, GError **error)
{
  g_autoptr (DkSecret) all = dk_secret_new (TEXT_BYTES_MAX);
  g_autoptr (GBytes) script
      = g_resource_lookup_data (dk_kit_get_resource (), SCRIPT, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *script_text = NULL;
  gsize used = 0;

  g_assert (script != NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (KEYS); i++)
    if (dk_keyring_get (kit->keys, KEYS[i].id) == NULL) {
      g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                   "%s may not write the escrow: it holds every key, so it takes the kit's "
                   "administrator. Nothing was written.",
                   dk_person_info (kit->person)->name);
      return NULL;
    }
  script_text = g_strndup (g_bytes_get_data (script, NULL), g_bytes_get_size (script));
  add (all, &used, HEAD);
  add_kit (kit, all, &used);
  add_keys (kit, all, &used);
  add_public (kit, all, &used);
  add (all, &used, STEPS);
  add (all, &used, script_text);
  return dk_secret_new_copy (dk_secret_get (all), used + 1);
}
