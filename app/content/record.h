/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"
#include "app/model/call-tree.h"
#include "app/model/contact.h"
#include "app/model/device.h"
#include "app/model/rota.h"
#include "app/model/runbook.h"
#include "app/model/service.h"

G_BEGIN_DECLS

/* What is wrong with a document and where: a JSON Pointer and words. */
typedef struct {
  char *pointer;
  char *message;
} DkFault;

/* Sets the fault, replacing none; always FALSE. `pointer` is copied. */
gboolean dk_fault_set (DkFault *fault, const char *pointer, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* Frees the texts. */
void dk_fault_clear (DkFault *fault);

/* DK_ERROR_INVALID with "what at POINTER message"; always FALSE. */
gboolean dk_fault_to_error (const DkFault *fault, const char *what, GError **error);

/* TRUE for a map that has no other keys than these (NULL-terminated); `pointer` names it. */
gboolean dk_fault_check_keys (const json_t *object, const char *pointer, const char *const *keys,
                              DkFault *fault);

/* As dk_contact_from_json and its kin of pack-read.h, with a fault for the error. */
DkContact *dk_contact_read (const json_t *object, DkFault *fault);
/* A service. */
DkService *dk_service_read (const json_t *object, DkFault *fault);
/* A runbook. */
DkRunbook *dk_runbook_read (const json_t *object, DkFault *fault);

/* A shift, by dk_shift_check as well. */
DkShift *dk_shift_read (const json_t *object, DkFault *fault);
/* A call tree, by dk_call_tree_check as well. */
DkCallTree *dk_call_tree_read (const json_t *object, DkFault *fault);
/* A device. */
DkDevice *dk_device_read (const json_t *object, DkFault *fault);

/* Checks fleet.yaml as JSON and returns it with every member in place; NULL with the fault set. New
 * reference. */
json_t *dk_fleet_read (const json_t *document, DkFault *fault);

/* Recipients of the fleet: of content (stations, desks, escrow) or of lead-only parts. *deliverable
 * tells if one of them is more than escrow. New array of new strings, sorted, each once. */
GPtrArray *dk_fleet_recipients (const json_t *fleet, gboolean lead, gboolean *deliverable);

/* TRUE if a document can be written in the canonical form: ASCII keys, whole numbers within
 * 2^53. */
gboolean dk_content_is_plain (const json_t *document);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkFault, dk_fault_clear)

G_END_DECLS
