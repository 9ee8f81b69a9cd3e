/* SPDX-License-Identifier: MIT */
#include "app/import/device-table.h"

#include <string.h>

#include "app/content/content-text.h"
#include "app/import/draft-private.h"

/* Folded names of columns, by field. */
static const struct {
  DkDeviceField field;
  const char *names[24];
} ALIASES[] = {
  { DK_DEVICE_HOST,
    { "host", "hostname", "computername", "devicename", "name", "cn", "dnshostname", "computer",
      "device", "netbiosname", "assetname" } },
  { DK_DEVICE_OWNER,
    { "owner", "managedby", "primaryuser", "primaryuserdisplayname", "userdisplayname", "username",
      "assigneduser", "fullname", "user", "primaryuserupn", "primaryuseremailaddress",
      "userprincipalname", "realname", "assignedto" } },
  { DK_DEVICE_LOCATION,
    { "location", "site", "building", "room", "office", "department", "physicaldeliveryofficename",
      "place" } },
  { DK_DEVICE_OS, { "os", "operatingsystem", "osname", "platform" } },
  { DK_DEVICE_OS_VERSION, { "osversion", "operatingsystemversion", "operatingsystemservicepack" } },
  { DK_DEVICE_SERIAL, { "serial", "serialnumber", "servicetag", "serialno" } },
  { DK_DEVICE_RECOVERY_KEY_ID,
    { "recoverykeyid", "recoveryid", "bitlockerkeyid", "bitlockerrecoverykeyid", "keyid",
      "recoverykeyidentifier", "msfverecoveryguid", "filevaultkeyid", "recoveryguid" } },
  { DK_DEVICE_NOTE, { "note", "notes", "description", "comment", "comments" } },
};

DkDeviceField
dk_device_field_of_column (const char *column)
{
  g_autofree char *folded = dk_alias_fold (column);

  for (guint i = 0; i < G_N_ELEMENTS (ALIASES); i++)
    for (guint k = 0; ALIASES[i].names[k] != NULL; k++)
      if (strcmp (ALIASES[i].names[k], folded) == 0)
        return ALIASES[i].field;
  return DK_DEVICE_OTHER;
}

gboolean
dk_device_check_cell (const char *cell, const char *place, GError **error)
{
  if (dk_content_find_recovery_key (cell) == NULL)
    return TRUE;
  g_set_error (
      error, DK_ERROR, DK_ERROR_INVALID,
      "%s: this looks like a disk recovery key of 48 digits, which a kit never holds. Take "
      "it out; write the ID of the key, and keep the key where such keys belong.",
      place);
  return FALSE;
}
