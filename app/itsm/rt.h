/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/secret.h"
#include "app/itsm/connector.h"

G_BEGIN_DECLS

/* Request Tracker 5 by its REST 2.0 interface, with an authentication token. */

/* Opens a connector from its settings; nothing is sent. Settings, a JSON object:
 *   name       as the site calls it; default "rt"
 *   url        base of the web interface: "https://rt.hospital.example"
 *   queue      name of the queue
 *   settle_s   default 120
 *   fields     custom field by what it holds: {"number": "DowntimeNumber", "impact": "Impact",
 *              "urgency": "Urgency", "location": "Location", "captured": "CapturedAt"} is the
 *              default. A member replaces one and the queue must then have it; "" leaves it out
 *              (never "number"). A default other than "number" that the queue does not have is left
 *              out, and the check says so: its content stands in the text of the ticket as well.
 *   priorities five numbers for priority 1 to 5; default [100, 75, 50, 25, 0]
 *   status_open, status_resolved  names of these states in the queue's life cycle; default "open",
 *              "resolved"
 *   timeout_s  time that one request may take; default 60
 *   notify     true: RT mails requestors as usual; default false, nobody gets 500 mails at once
 *   ca         PEM text of the only CAs that count; default those of the system
 * DK_ERROR_INVALID names the member. The token is copied. */
DkConnector *dk_rt_new (const json_t *settings, const DkSecret *token, GError **error) DK_CHECKED;

G_END_DECLS
