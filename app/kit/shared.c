/* SPDX-License-Identifier: MIT */
/* A passphrase that several people know tells that one of them is there, and not who. The name they
 * give stands in each entry with the word that it was only asserted. */
#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/kit/kit-private.h"

#define MARK "(asserted,"

gboolean
dk_kit_check_spelling (const char *name, GError **error)
{
  g_autofree char *folded = dk_text_fold (name);

  if (!dk_text_check_name (name, error))
    return FALSE;
  if (strstr (folded, MARK) == NULL)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "A name must not have \"" MARK "\" in it, which marks names that nobody checked. "
               "Nothing was changed; choose another spelling.");
  return FALSE;
}

/* An entry must not look as if a known person had made it. */
static gboolean
check_nobody_has_it (DkKit *kit, const char *name, GError **error)
{
  g_autofree char *folded = dk_text_fold (name);

  for (guint i = 0; i < dk_directory_count (kit->directory); i++) {
    DkSlotInfo info;
    g_autofree char *other = NULL;
    dk_directory_info (kit->directory, i, &info);
    other = dk_text_fold (info.name);
    if (strcmp (folded, other) != 0)
      continue;
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s has a passphrase of their own for this kit. Nothing was opened; if that is "
                 "you, unlock with it (--user), or else say who you are.",
                 info.name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_asserted (DkKit *kit, const char *name, GError **error)
{
  g_autofree char *clean = NULL;

  if (!dk_text_check (name, strlen (name), DK_LIMIT_NAME_BYTES, "Your name", error))
    return FALSE;
  clean = dk_text_clean_line (name);
  if (*name == '\0' || strcmp (clean, name) != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Your name must have 1 to %d bytes, with no control characters, no blank at its "
                 "ends and no two in a row. Nothing was opened; type it again.",
                 DK_LIMIT_NAME_BYTES);
    return FALSE;
  }
  return dk_kit_check_spelling (name, error) && check_nobody_has_it (kit, name, error);
}

static void
take (DkKit *kit, const char *as_name, char *user)
{
  g_free (kit->user);
  kit->user = user;
  g_free (kit->as_name);
  kit->as_name = g_strdup (as_name);
}

gboolean
dk_kit_take_name (DkKit *kit, const DkSlotInfo *slot, const char *as_name, GError **error)
{
  gboolean shared = slot->kind == DK_SLOT_SHARED;

  if (shared && (as_name == NULL || *as_name == '\0')) {
    g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
                 "Several people use \"%s\". Say who you are as well (--as NAME): that name stands "
                 "in each entry. Nothing was opened.",
                 slot->name);
    return FALSE;
  }
  if (!shared && as_name != NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
                 "%s is one person, and entries have that name. Nothing was opened; leave out the "
                 "other name (--as).",
                 slot->name);
    return FALSE;
  }
  if (shared && !check_asserted (kit, as_name, error))
    return FALSE;
  take (kit, as_name,
        shared ? g_strdup_printf ("%s " MARK " %s)", as_name, slot->name) : g_strdup (slot->name));
  return TRUE;
}

gboolean
dk_kit_slot_kind (const char *folder, const char *user, DkSlotKind *kind, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_kit_read_directory (folder, error);
  g_autofree char *shown = dk_text_printable (user, FALSE);
  DkSlotInfo info;
  int slot;

  if (directory == NULL)
    return FALSE;
  slot = dk_directory_find (directory, user);
  if (slot < 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "This kit has nobody of the name %s. Nothing was changed.", shown);
    return FALSE;
  }
  dk_directory_info (directory, (guint) slot, &info);
  *kind = info.kind;
  return TRUE;
}
