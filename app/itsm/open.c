/* SPDX-License-Identifier: MIT */
#include "app/itsm/open.h"

#include <string.h>

#include "app/itsm/rt.h"

DkConnector *
dk_itsm_open (const char *kind, const json_t *settings, const DkSecret *credential, GError **error)
{
  if (strcmp (kind, "rt") != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This program knows no connector of the kind \"%s\". Nothing was sent.", kind);
    return NULL;
  }
  if (credential == NULL) {
    g_set_error_literal (
        error, DK_ERROR, DK_ERROR_DENIED,
        "This connector needs its token, which only the roles lead, reconciler and "
        "admin can open. Nothing was sent.");
    return NULL;
  }
  return dk_rt_new (settings, credential, error);
}
