/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/form/form.h"
#include "app/model/call-tree.h"
#include "app/model/contact.h"
#include "app/model/device.h"
#include "app/model/rota.h"
#include "app/model/runbook.h"
#include "app/model/service.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Content of the pack in force: contacts, runbooks, services, forms, lists, on-call, call trees,
 * devices. What is loaded under a new pack id stays invisible until dk_content_store_switch. Beside
 * the pack in force stand contacts that were imported into this kit: lists, searches and
 * dk_content_store_contact see both, and where both have an id the pack's contact counts. */

/* The pack id of contacts that were imported here. */
#define DK_CONTENT_OWN 2147483647

/* What is known of a pack. Text owned. */
typedef struct {
  gint64 id;
  char *name;
  char *organisation;
  gint64 sequence;
  gint64 created_ms;
  gint64 expires_ms;
  gint64 applied_ms;
  char *manifest;   /* as signed */
  char *signatures; /* JSON object: key id -> signature file */
} DkPackFacts;

/* Begins loading: a new pack id in facts->id. Another load that was begun in this store is given up
 * (dk_content_store_is_loading is FALSE for it then). Its left-overs are removed by
 * dk_content_store_remove_step. */
gboolean dk_content_store_begin (DkStore *store, DkPackFacts *facts, GError **error) DK_CHECKED;

/* Loads a batch (a transaction of its own). */
gboolean dk_content_store_add_contacts (DkStore *store, gint64 pack, GPtrArray *contacts,
                                        GError **error) DK_CHECKED;
/* Loads runbooks. */
gboolean dk_content_store_add_runbooks (DkStore *store, gint64 pack, GPtrArray *runbooks,
                                        GError **error) DK_CHECKED;
/* Loads services. */
gboolean dk_content_store_add_services (DkStore *store, gint64 pack, GPtrArray *services,
                                        GError **error) DK_CHECKED;
/* Loads forms. */
gboolean dk_content_store_add_forms (DkStore *store, gint64 pack, GPtrArray *forms,
                                     GError **error) DK_CHECKED;
/* Loads shifts (DkShift). */
gboolean dk_content_store_add_shifts (DkStore *store, gint64 pack, GPtrArray *shifts,
                                      GError **error) DK_CHECKED;
/* Loads call trees (DkCallTree). */
gboolean dk_content_store_add_call_trees (DkStore *store, gint64 pack, GPtrArray *trees,
                                          GError **error) DK_CHECKED;
/* Loads devices (DkDevice). */
gboolean dk_content_store_add_devices (DkStore *store, gint64 pack, GPtrArray *devices,
                                       GError **error) DK_CHECKED;
/* Keeps a named document of the pack (policy, fleet, list NAME). */
gboolean dk_content_store_add_document (DkStore *store, gint64 pack, const char *name,
                                        const json_t *document, GError **error) DK_CHECKED;
/* Keeps the lead-only payload as it came: sealed. */
gboolean dk_content_store_add_lead (DkStore *store, gint64 pack, GBytes *sealed,
                                    GError **error) DK_CHECKED;

/* TRUE while this pack is being loaded: begun here, neither switched to nor given up. */
gboolean dk_content_store_is_loading (DkStore *store, gint64 pack);

/* Gives up a load; its rows go with dk_content_store_remove_step. Any pack, also 0. */
void dk_content_store_abandon (DkStore *store, gint64 pack);

/* Makes the pack the one in force, with its entry; the one before stays. What is older goes with
 * dk_content_store_remove_step. */
gboolean dk_content_store_switch (DkStore *store, const DkPackFacts *facts,
                                  GError **error) DK_CHECKED;

/* More for the one transaction of a switch. All may be empty. */
typedef struct {
  /* Writes what comes into force with the pack; FALSE undoes all of it. */
  gboolean (*also) (DkStore *store, gpointer data, GError **error);
  gpointer data;
  const json_t *counts; /* what changed, for the entry: members are copied into its body */
} DkContentSwitch;

/* As dk_content_store_switch, with more. */
gboolean dk_content_store_switch_with (DkStore *store, const DkPackFacts *facts,
                                       const DkContentSwitch *more, GError **error) DK_CHECKED;

/* Copies the journal back if it has become long, in the place of a step of loading: else a commit
 * would do it beside its own work. *did tells if it was done. */
gboolean dk_content_store_rest (DkStore *store, gboolean *did, GError **error) DK_CHECKED;

/* Removes a piece of what no reader sees any more: loads that broke off, and packs before the one
 * before. At most about 20 ms; *more tells if something is left. What is being loaded stays. To be
 * called when nothing else is to be done; the rest can wait for the next unlock. */
gboolean dk_content_store_remove_step (DkStore *store, gboolean *more, GError **error) DK_CHECKED;

/* The pack in force, NULL without error if there is none. Free with dk_pack_facts_free. */
DkPackFacts *dk_content_store_current (DkStore *store, GError **error);

/* The lead-only payload of the pack in force, still sealed; NULL without error if it has none. New
 * reference. */
GBytes *dk_content_store_lead (DkStore *store, GError **error);
/* The pack that was in force before this one, NULL without error if there is none. *lead gets its
 * lead-only payload, still sealed; NULL if it has none. Free with dk_pack_facts_free. */
DkPackFacts *dk_content_store_before (DkStore *store, GBytes **lead, GError **error);
/* Number of contacts of a pack (0 = of the one in force), lead-only ones not counted. */
gboolean dk_content_store_count_contacts (DkStore *store, gint64 pack, gint64 *count,
                                          GError **error) DK_CHECKED;

/* Contacts of the pack in force by name; at most limit (0 = 1,000). New array of DkContact. */
GPtrArray *dk_content_store_contacts (DkStore *store, guint limit, GError **error) DK_CHECKED;
/* One contact. New contact. */
DkContact *dk_content_store_contact (DkStore *store, const char *id, GError **error) DK_CHECKED;
/* Runbooks without their text, by title. New array of DkRunbook. */
GPtrArray *dk_content_store_runbooks (DkStore *store, GError **error) DK_CHECKED;
/* One runbook with its text. New runbook. */
DkRunbook *dk_content_store_runbook (DkStore *store, const char *id, GError **error) DK_CHECKED;
/* Services by criticality and name. New array of DkService. */
GPtrArray *dk_content_store_services (DkStore *store, GError **error) DK_CHECKED;
/* One service. New service. */
DkService *dk_content_store_service (DkStore *store, const char *id, GError **error) DK_CHECKED;
/* Ids of the services that depend on this one. New array of strings. */
GPtrArray *dk_content_store_dependents (DkStore *store, const char *id,
                                        GError **error) DK_CHECKED;
/* A service that another one needs, or that breaks with it. Text owned. */
typedef struct {
  char *id;
  char *name;      /* the id where the catalogue has no such service */
  int criticality; /* 0 where it has none */
  guint depth;     /* 1 = directly */
  char *via;       /* id of the service between, of the depth before; NULL = directly */
} DkServiceLink;

/* All that breaks if this service is down (`dependents`), or all that it needs, through any number
 * of others: by depth, criticality and id, each once. New array of DkServiceLink. */
GPtrArray *dk_content_store_service_links (DkStore *store, const char *id, gboolean dependents,
                                           GError **error) DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_service_link_free (DkServiceLink *link);

/* Shifts of a service (NULL = all), by service, tier and begin. New array of DkShift. */
GPtrArray *dk_content_store_shifts (DkStore *store, const char *service,
                                    GError **error) DK_CHECKED;
/* Call trees by title. New array of DkCallTree. */
GPtrArray *dk_content_store_call_trees (DkStore *store, GError **error) DK_CHECKED;
/* One call tree. New call tree. */
DkCallTree *dk_content_store_call_tree (DkStore *store, const char *id, GError **error) DK_CHECKED;
/* Devices by host; at most limit (0 = 1,000). New array of DkDevice. */
GPtrArray *dk_content_store_devices (DkStore *store, guint limit, GError **error) DK_CHECKED;
/* One device by its host name, letters of either case. New device. */
DkDevice *dk_content_store_device (DkStore *store, const char *host, GError **error) DK_CHECKED;
/* A form of the pack in force, or else one that ships with the program, in the language of
 * dk_store_form_language. New reference. */
DkForm *dk_content_store_form (DkStore *store, const char *id, GError **error) DK_CHECKED;
/* The same in a language; NULL as dk_content_store_form. New reference. */
DkForm *dk_content_store_form_in (DkStore *store, const char *id, const char *language,
                                  GError **error) DK_CHECKED;
/* Ids of all forms, those of the pack and those that ship. New array of strings. */
GPtrArray *dk_content_store_form_ids (DkStore *store, GError **error) DK_CHECKED;
/* A named document of the pack in force; NULL without error if there is none. New reference. */
json_t *dk_content_store_document (DkStore *store, const char *name, GError **error);
/* The same as the text that is stored, for who reads a long one elsewhere than on the thread of the
 * store; NULL without error if there is none. New reference. */
GBytes *dk_content_store_document_text (DkStore *store, const char *name, GError **error);

/* Adds a contact that was imported here, or replaces what the source gave for this key before; in
 * the caller's transaction if there is one. New and changed numbers are noted (not for a contact
 * that is new) with the cause "import SOURCE". `contact->id` is its id; an own contact of that id
 * from another source or key is DK_ERROR_INVALID. */
gboolean dk_content_store_put_own_contact (DkStore *store, const DkContact *contact,
                                           const char *source, const char *key,
                                           GError **error) DK_CHECKED;

/* Removes a contact that was imported here. DK_ERROR_NOT_FOUND. */
gboolean dk_content_store_remove_own_contact (DkStore *store, const char *id,
                                              GError **error) DK_CHECKED;

/* Id of the own contact that a source gave for this key; NULL without error if there is none. New
 * string. */
char *dk_content_store_own_contact_id (DkStore *store, const char *source, const char *key,
                                       GError **error);

/* How long a number that is new is shown as changed. */
#define DK_NUMBER_CHANGE_DAYS 14

/* A number that came into force lately. Text owned. */
typedef struct {
  char *contact;
  char *value;
  char *was; /* NULL: the contact had no such number */
  gint64 changed_ms;
  char *cause; /* "pack NAME SEQUENCE", "import SOURCE", "correction" */
} DkNumberChange;

/* Frees it; NULL is fine. */
void dk_number_change_free (DkNumberChange *change);

/* Numbers of a contact (NULL = of all) that changed at or after a moment, the newest first. New
 * array of DkNumberChange. */
GPtrArray *dk_content_store_number_changes (DkStore *store, const char *contact, gint64 since_ms,
                                            GError **error) DK_CHECKED;

/* Since when this kit has the contact under its id and name, 0 if for longer than
 * DK_NUMBER_CHANGE_DAYS or from the kit's beginning. Any thread. */
gint64 dk_contact_new_since (const DkContact *contact);

/* When this number of the contact changed, 0 if not within DK_NUMBER_CHANGE_DAYS. `changes` is of
 * dk_content_store_number_changes; values are compared by their digits if they have any. */
gint64 dk_number_changes_find (GPtrArray *changes, const char *contact, const char *value);

/* Notes that a number of a contact is new (was NULL) or takes the place of another one; in the
 * caller's transaction if there is one. */
gboolean dk_content_store_note_number (DkStore *store, const char *contact, const char *value,
                                       const char *was, const char *cause,
                                       GError **error) DK_CHECKED;

/* Frees the facts; NULL is fine. */
void dk_pack_facts_free (DkPackFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPackFacts, dk_pack_facts_free)

G_END_DECLS
