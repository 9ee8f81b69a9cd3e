/* SPDX-License-Identifier: MIT */
#pragma once

/* Names of the parts of a pack and of the members of its zips (FORMAT.md). Written to files: do not
 * change. */
#define DK_PACK_CONTENT_ZIP "content.zip"
#define DK_PACK_LEAD_ZIP "lead.zip"
#define DK_PACK_ABOUT "about.json"
#define DK_PACK_CONTACTS "contacts.ndjson"
#define DK_PACK_SERVICES "services.json"
#define DK_PACK_RUNBOOKS "runbooks.ndjson"
#define DK_PACK_SHIFTS "oncall.json"
#define DK_PACK_CALL_TREES "calltrees.json"
#define DK_PACK_DEVICES "devices.ndjson"
#define DK_PACK_LISTS "lists.json"
#define DK_PACK_POLICY "policy.json"
#define DK_PACK_FLEET "fleet.json"
#define DK_PACK_FORMS "forms/"

/* The first version of the program that knows shifts, call trees, devices, support lines and the
 * newer members of a contact: a pack that has one of them asks for it. */
#define DK_PACK_PLAN_APP "0.2.0"

/* The first version that knows forms with conditions, calculations, repeats and files. */
#define DK_PACK_FORMS_APP "0.3.0"
