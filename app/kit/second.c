/* SPDX-License-Identifier: MIT */
/* Whoever knows two passphrases is still one person. That cannot be seen, but the plain ways to it
 * are closed: a slot that several people use, the printed code, and a passphrase that the one has
 * just given the other. */
#include "app/kit/second.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/json.h"
#include "app/base/text.h"
#include "app/kit/kit-private.h"
#include "app/store/ledger.h"

#define KNOWN_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)

static gboolean
refuse (GError **error, const char *name, const char *why)
{
  g_autofree char *shown = dk_text_printable (name, FALSE);

  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "%s cannot be the second person: %s Nothing was changed.", shown, why);
  return FALSE;
}

static gboolean
check_kinds (const DkSlotInfo *first, const DkSlotInfo *second, GError **error)
{
  if (first->kind != DK_SLOT_PERSON) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "\"%s\" is not one person alone, and this step needs two known people. Nothing "
                 "was changed; unlock with a name and passphrase of your own.",
                 first->name);
    return FALSE;
  }
  if (second->kind == DK_SLOT_RECOVERY)
    return refuse (error, second->name, "that is the printed recovery code, not a person.");
  if (second->kind != DK_SLOT_PERSON)
    return refuse (error, second->name, "several people use that name and passphrase.");
  if (memcmp (first->id, second->id, sizeof first->id) == 0)
    return refuse (error, second->name, "that is who unlocked this kit; it must be somebody else.");
  return TRUE;
}

/* The clock of the boot counts as well: setting the wall clock on must not end the day. */
static gboolean
is_recent (const DkEntry *entry)
{
  DkMoment now;

  dk_clock_now (&now);
  return now.wall_ms - entry->recorded_ms < KNOWN_MS
         || (*entry->boot != '\0' && strcmp (entry->boot, now.boot) == 0
             && now.mono_ms - entry->mono_ms < KNOWN_MS);
}

static gboolean
is_between (const json_t *body, const char *a, const char *b)
{
  const char *slot = dk_json_get_text (body, "slot");
  const char *by = dk_json_get_text (body, "by");

  if (by == NULL)
    by = dk_json_get_text (json_object_get (body, "signed"), "slot");

  return (g_strcmp0 (slot, a) == 0 && g_strcmp0 (by, b) == 0)
         || (g_strcmp0 (slot, b) == 0 && g_strcmp0 (by, a) == 0);
}

/* A change of role or end alone gives none. */
static gboolean
gave_passphrase (const DkEntry *entry)
{
  return strcmp (entry->kind, "user-changed") != 0
         || json_object_get (entry->body, "sign_key") != NULL;
}

/* Who gave somebody a passphrase knows it until it is changed. */
static gboolean
check_known (DkKit *kit, const char *kind, const DkSlotInfo *first, const DkSlotInfo *second,
             GError **error)
{
  g_autofree char *a = dk_text_hex (first->id, sizeof first->id);
  g_autofree char *b = dk_text_hex (second->id, sizeof second->id);
  g_autoptr (GPtrArray) given = dk_ledger_of_kind (kit->store, kind, error);

  if (given == NULL)
    return FALSE;
  for (guint i = 0; i < given->len; i++) {
    const DkEntry *entry = g_ptr_array_index (given, i);
    if (gave_passphrase (entry) && is_between (entry->body, a, b) && is_recent (entry))
      return refuse (error, second->name,
                     "one of you two gave the other a passphrase within the last 24 hours. "
                     "Ask somebody else, or wait until tomorrow.");
  }
  return TRUE;
}

static gboolean
check_all_known (DkKit *kit, const DkSlotInfo *first, const DkSlotInfo *second, GError **error)
{
  static const char *const kinds[] = { "user-reset", "user-added", "user-changed" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (!check_known (kit, kinds[i], first, second, error))
      return FALSE;
  return TRUE;
}

static DkDirectory *
read_directory (DkKit *kit, GError **error)
{
  g_autoptr (GBytes) bytes = dk_db_get_directory (kit->db, error);

  return bytes != NULL ? dk_directory_parse (g_bytes_get_data (bytes, NULL),
                                             g_bytes_get_size (bytes), NULL, error)
                       : NULL;
}

static DkPerson *
unlock (DkKit *kit, DkDirectory *directory, const char *name, const DkSecret *passphrase,
        GError **error)
{
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkPerson) person = NULL;

  if (!dk_directory_unlock (directory, name, passphrase, dk_clock_wall_ms (), &keys, &person,
                            error))
    return NULL;
  if (dk_equal (dk_person_admin_key (person), dk_person_admin_key (kit->person), 32))
    return g_steal_pointer (&person);
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "%s/" DK_KIT_DATABASE ": %s and %s were let in by different administrators' keys. "
               "Nothing was changed; keep the file and tell the kit's administrator.",
               kit->folder, dk_person_info (kit->person)->name, name);
  return NULL;
}

DkPerson *
dk_kit_unlock_second (DkKit *kit, const char *name, const DkSecret *passphrase, GError **error)
{
  const DkSlotInfo *first = dk_person_info (kit->person);
  g_autoptr (DkDirectory) directory = read_directory (kit, error);
  DkSlotInfo second;
  int slot;

  if (directory == NULL)
    return NULL;
  slot = dk_directory_find (directory, name);
  if (slot < 0) {
    g_autofree char *shown = dk_text_printable (name, FALSE);
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "This kit has nobody named \"%s\". Nothing was changed; `dkit user list` names "
                 "its people.",
                 shown);
    return NULL;
  }
  dk_directory_info (directory, (guint) slot, &second);
  if (!check_kinds (first, &second, error) || !check_all_known (kit, first, &second, error))
    return NULL;
  return unlock (kit, directory, name, passphrase, error);
}
