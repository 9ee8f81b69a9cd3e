/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/form/form.h"
#include "app/model/contact.h"
#include "app/model/runbook.h"
#include "app/model/service.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Content of the pack in force: contacts, runbooks, services, forms, lists. What is loaded under a
 * new pack id stays invisible until dk_content_store_switch. */

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

/* Begins loading: a new pack id in facts->id. Left-overs of an apply that broke off are removed. */
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
/* Keeps a named document of the pack (policy, fleet, list NAME). */
gboolean dk_content_store_add_document (DkStore *store, gint64 pack, const char *name,
                                        const json_t *document, GError **error) DK_CHECKED;
/* Keeps the lead-only payload as it came: sealed. */
gboolean dk_content_store_add_lead (DkStore *store, gint64 pack, GBytes *sealed,
                                    GError **error) DK_CHECKED;

/* Makes the pack the one in force, with its entry; the one before stays, older ones go. */
gboolean dk_content_store_switch (DkStore *store, const DkPackFacts *facts,
                                  GError **error) DK_CHECKED;

/* The pack in force, NULL without error if there is none. Free with dk_pack_facts_free. */
DkPackFacts *dk_content_store_current (DkStore *store, GError **error);

/* The lead-only payload of the pack in force, still sealed; NULL without error if it has none. New
 * reference. */
GBytes *dk_content_store_lead (DkStore *store, GError **error);
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
/* A form of the pack in force, or else one that ships with the program. New reference. */
DkForm *dk_content_store_form (DkStore *store, const char *id, GError **error) DK_CHECKED;
/* Ids of all forms, those of the pack and those that ship. New array of strings. */
GPtrArray *dk_content_store_form_ids (DkStore *store, GError **error) DK_CHECKED;
/* A named document of the pack in force; NULL without error if there is none. New reference. */
json_t *dk_content_store_document (DkStore *store, const char *name, GError **error);

/* Frees the facts; NULL is fine. */
void dk_pack_facts_free (DkPackFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPackFacts, dk_pack_facts_free)

G_END_DECLS
