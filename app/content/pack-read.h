/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/secret.h"
#include "app/container/container.h"
#include "app/form/form.h"
#include "app/model/call-tree.h"
#include "app/model/contact.h"
#include "app/model/device.h"
#include "app/model/policy.h"
#include "app/model/rota.h"
#include "app/model/runbook.h"
#include "app/model/service.h"

G_BEGIN_DECLS

/* What a pack holds, parsed and checked. Arrays are sorted by id and own their objects. Not
 * thread-safe, may change threads. */
typedef struct {
  json_t *about;       /* object: type v name organisation sequence created expires min_app */
  GPtrArray *contacts; /* of DkContact, audience all (lead in lead content) */
  GPtrArray *services; /* of DkService; empty in lead content */
  GPtrArray *runbooks; /* of DkRunbook */
  GPtrArray *devices;  /* of DkDevice, sorted by host; empty in lead content */
  GPtrArray *shifts;   /* of DkShift, by service, tier and start; empty in lead content */
  GPtrArray *call_trees; /* of DkCallTree */
  GPtrArray *forms;    /* of DkForm; empty in lead content */
  json_t *lists;       /* object: name -> array of objects of text; NULL in lead content */
  json_t *policy;      /* object, fits dk_policy_parse; NULL in lead content */
  json_t *fleet;       /* object; NULL in lead content */
  GBytes *lead;        /* lead.zip.age as it came, NULL if the pack has none */
} DkPackContent;

/* Opens a pack that dk_container_verify accepted: unseals content.zip.age with the kit's
 * device-age secret key (NULL is fine for an unsealed pack) and reads every member. `language`
 * chooses the labels of forms. DK_ERROR_DENIED if it is not sealed to this kit, DK_ERROR_NEWER if
 * it asks for a newer program, DK_ERROR_DAMAGED if what is inside belongs to another pack,
 * DK_ERROR_INVALID with the member and the place in it. Slow. */
DkPackContent *dk_pack_read (const DkContainer *container, const DkSecret *device_age,
                             const char *language, const DkJob *job, GError **error) DK_CHECKED;

/* A pack that is read record by record, so that a large one does not stand in memory as objects. */
typedef struct DkPackReader DkPackReader;

typedef enum {
  DK_PACK_RECORD_NONE, /* there are no more */
  DK_PACK_RECORD_CONTACT,
  DK_PACK_RECORD_RUNBOOK,
  DK_PACK_RECORD_DEVICE,
} DkPackRecordKind;

/* One record; owns it until it is cleared. */
typedef struct {
  DkPackRecordKind kind;
  gpointer record; /* DkContact, DkRunbook, DkDevice */
  GDestroyNotify free;
} DkPackRecord;

/* Opens a pack as dk_pack_read does and reads all but contacts, runbooks and devices. Slow. Free
 * with dk_pack_reader_free. */
DkPackReader *dk_pack_reader_new (const DkContainer *container, const DkSecret *device_age,
                                  const char *language, const DkJob *job,
                                  GError **error) DK_CHECKED;

/* The next record: contacts, then runbooks, then devices, each sorted. Errors as dk_pack_read. */
gboolean dk_pack_reader_next (DkPackReader *reader, DkPackRecord *record,
                              GError **error) DK_CHECKED;

/* Frees the record. */
void dk_pack_record_clear (DkPackRecord *record);

/* Bytes of records that were read, and of all of them. */
void dk_pack_reader_progress (const DkPackReader *reader, guint64 *done, guint64 *total);

/* What was read at opening, borrowed; without contacts, runbooks and devices. */
DkPackContent *dk_pack_reader_rest (const DkPackReader *reader);

/* Frees the reader; NULL is fine. */
void dk_pack_reader_free (DkPackReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPackReader, dk_pack_reader_free)

/* Opens the lead-only part of a pack, as it stood in DkPackContent.lead, with the `lead` secret
 * key. `about` is that of the pack; the part must be of the same one. A runbook in it replaces the
 * one of the same id for readers who may see it. Errors as dk_pack_read. */
DkPackContent *dk_pack_read_lead (GBytes *lead, const json_t *about, const DkSecret *lead_key,
                                  const DkJob *job, GError **error) DK_CHECKED;

/* As dk_pack_read_lead of a pack that was verified and has such a part. */
DkPackContent *dk_pack_read_lead_of (const DkContainer *container, const DkSecret *lead_key,
                                     const DkJob *job, GError **error) DK_CHECKED;

/* Frees the content; NULL is fine. */
void dk_pack_content_free (DkPackContent *content);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPackContent, dk_pack_content_free)

/* Contact as JSON: id name type role team site tier hours timezone languages audience note
 * lead_note login manager and numbers [{kind, value, audience}], absent text left out. New
 * reference. Any thread. */
json_t *dk_contact_to_json (const DkContact *contact);

/* Reads what dk_contact_to_json makes. DK_ERROR_INVALID with a JSON Pointer. */
DkContact *dk_contact_from_json (const json_t *object, GError **error) DK_CHECKED;

/* Service as JSON, members as in DkService. New reference. Any thread. */
json_t *dk_service_to_json (const DkService *service);

/* Reads what dk_service_to_json makes. DK_ERROR_INVALID with a JSON Pointer. */
DkService *dk_service_from_json (const json_t *object, GError **error) DK_CHECKED;

/* Runbook as JSON, members as in DkRunbook. New reference. Any thread. */
json_t *dk_runbook_to_json (const DkRunbook *runbook);

/* Reads what dk_runbook_to_json makes. DK_ERROR_INVALID with a JSON Pointer. */
DkRunbook *dk_runbook_from_json (const json_t *object, GError **error) DK_CHECKED;

/* Shift as JSON, members as in DkShift. New reference. Any thread. */
json_t *dk_shift_to_json (const DkShift *shift);

/* Reads what dk_shift_to_json makes. DK_ERROR_INVALID with a JSON Pointer. */
DkShift *dk_shift_from_json (const json_t *object, GError **error) DK_CHECKED;

/* Device as JSON, members as in DkDevice. New reference. Any thread. */
json_t *dk_device_to_json (const DkDevice *device);

/* Reads what dk_device_to_json makes. DK_ERROR_INVALID with a JSON Pointer. */
DkDevice *dk_device_from_json (const json_t *object, GError **error) DK_CHECKED;

G_END_DECLS
