/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/secret.h"
#include "app/itsm/connector.h"

G_BEGIN_DECLS

/* Opens a connector of a kind ("rt") from its settings, the JSON object that the header of that
 * kind describes. The credential is copied; NULL where the kind needs none. Nothing is sent.
 * DK_ERROR_INVALID names the member. Free with dk_connector_free. */
DkConnector *dk_itsm_open (const char *kind, const json_t *settings, const DkSecret *credential,
                           GError **error) DK_CHECKED;

G_END_DECLS
