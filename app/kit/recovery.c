/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/json.h"
#include "app/base/text.h"
#include "app/crypto/recovery.h"
#include "app/db/transaction.h"
#include "app/kit/kit-private.h"
#include "app/store/ledger.h"

static DkKit *
open_with_code (const char *folder, const DkSecret *code, GError **error)
{
  g_autoptr (GError) failed = NULL;
  DkKit *kit = dk_kit_open (folder, DK_KIT_RECOVERY_NAME, code, NULL, &failed);

  if (kit != NULL && !kit->is_read_only)
    return kit;
  if (kit != NULL) {
    dk_kit_free (kit);
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
                 "Nothing can be stored now, and the use of the recovery code must be. Nothing was "
                 "changed and the code is still good. Make room on the disk or have the right to "
                 "write there put in order, then try again; people with a passphrase can read the "
                 "kit until then.");
    return NULL;
  }
  if (g_error_matches (failed, DK_ERROR, DK_ERROR_DENIED))
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "That recovery code does not open this kit: it is of another kit, or it was used "
                 "before. Nothing was changed. Compare the station on the paper; if the code was "
                 "used, `--user " DK_KIT_RECOVERY_NAME "` opens with the passphrase set then.");
  else
    g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

/* Setting and entry are one: whoever finds the one finds the other. */
static gboolean
note_opened (DkKit *kit, const char *reason, GError **error)
{
  g_autoptr (json_t) body = json_object ();
  g_autoptr (DkTransaction) transaction = NULL;
  g_autofree char *at = g_strdup_printf ("%" G_GINT64_FORMAT, dk_clock_wall_ms ());

  dk_json_set_text (body, "reason", reason);
  dk_store_sign_body (kit->store, "recovery-opened", "", body);
  transaction = dk_transaction_new (kit->db, error);
  return transaction != NULL && dk_store_set_setting (kit->store, DK_KIT_RECOVERY_OPEN, at, error)
         && dk_ledger_append (kit->store, "recovery-opened", NULL, 0, body, NULL, error)
         && dk_transaction_commit (transaction, error);
}

/* The entry first: a code that was spent without a trace would be worse than a trace too many. */
static gboolean
replace_code (DkKit *kit, const char *reason, const DkSecret *passphrase, DkKdfParams kdf,
              GError **error)
{
  if (!dk_directory_rewrap (kit->directory, kit->person, passphrase, kdf, error)
      || !dk_kit_check_slot (kit, DK_KIT_RECOVERY_NAME, passphrase, error)
      || !note_opened (kit, reason, error) || !dk_kit_write_directory (kit, error))
    return FALSE;
  dk_kit_try_note_copies (kit);
  return TRUE;
}

DkKit *
dk_kit_open_with_recovery (const char *folder, const char *code, const char *reason,
                           const DkSecret *passphrase, DkKdfParams kdf, GError **error)
{
  g_autofree char *clean = dk_text_clean (reason);
  g_autoptr (DkSecret) bytes = NULL;
  g_autoptr (DkKit) kit = NULL;

  if (*clean == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Say why the kit is opened with its recovery code. Nothing was changed.");
    return NULL;
  }
  bytes = dk_recovery_parse (code, error);
  kit = bytes != NULL ? open_with_code (folder, bytes, error) : NULL;
  if (kit == NULL || !replace_code (kit, clean, passphrase, kdf, error)
      || !dk_kit_warn_about_recovery (kit, error))
    return NULL;
  return g_steal_pointer (&kit);
}

gboolean
dk_kit_recovery_used (DkKit *kit, gint64 *used_ms, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *at = dk_store_get_setting (kit->store, DK_KIT_RECOVERY_OPEN, &failed);

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  *used_ms = at != NULL ? g_ascii_strtoll (at, NULL, 10) : 0;
  return TRUE;
}

gboolean
dk_kit_warn_about_recovery (DkKit *kit, GError **error)
{
  g_autofree char *when = NULL;
  gint64 used_ms;

  if (!dk_kit_recovery_used (kit, &used_ms, error))
    return FALSE;
  if (used_ms == 0)
    return TRUE;
  when = dk_time_format_short (used_ms, dk_clock_wall_ms ());
  dk_kit_add_message (kit,
                      "This kit was opened with its recovery code (%s). The printed code opens "
                      "nothing any more; whoever chose the passphrase of \"" DK_KIT_RECOVERY_NAME
                      "\" can open everything. The ledger says who gave which reason.",
                      when);
  return TRUE;
}
