/* SPDX-License-Identifier: MIT */
#include "app/cli/lead-content.h"

#include "app/content/lead-change.h"
#include "app/content/lead-search.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"

#define CONTACTS_DEFAULT 1000

/* NULL where there is nothing for this person. */
static DkPackContent *
open_lead (DkCli *cli)
{
  g_autoptr (GError) error = NULL;
  DkPackContent *lead = NULL;

  if (!dk_pack_open_lead (cli->kit, &lead, &error))
    dk_cli_message ("The lead-only part of the content cannot be opened and is left out: %s",
                    error->message);
  return lead;
}

/* On a full disk nothing can be entered, and a number is worth more than the entry of it. */
gboolean
dk_cli_note_lead (DkCli *cli, const char *what, const char *id, GError **error)
{
  g_autoptr (json_t) body = json_pack ("{s:s}", "what", what);
  g_autoptr (GError) failed = NULL;

  if (dk_ledger_note (dk_cli_store (cli), "lead-read", id, body, &failed))
    return TRUE;
  if (!g_error_matches (failed, DK_ERROR, DK_ERROR_STORAGE)) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  dk_cli_message ("What leads alone may read is shown without an entry in the ledger: %s",
                  failed->message);
  return TRUE;
}

/* The lead-only copy does not know since when this kit has the contact that everybody sees. */
static void
keep_since (DkCli *cli, DkContact *contact)
{
  g_autoptr (DkContact) seen = dk_content_store_contact (dk_cli_store (cli), contact->id, NULL);

  if (seen != NULL)
    contact->since_ms = seen->since_ms;
}

static int
compare_contacts (gconstpointer a, gconstpointer b)
{
  return g_ascii_strcasecmp ((*(const DkContact *const *) a)->name,
                             (*(const DkContact *const *) b)->name);
}

static int
compare_runbooks (gconstpointer a, gconstpointer b)
{
  return g_ascii_strcasecmp ((*(const DkRunbook *const *) a)->title,
                             (*(const DkRunbook *const *) b)->title);
}

/* What leads may read of a contact takes the place of what everybody may. */
static void
remove_contact (GPtrArray *contacts, const char *id)
{
  for (guint i = 0; i < contacts->len; i++)
    if (g_str_equal (((const DkContact *) g_ptr_array_index (contacts, i))->id, id)) {
      g_ptr_array_remove_index_fast (contacts, i);
      return;
    }
}

GPtrArray *
dk_cli_contacts (DkCli *cli, guint limit, GError **error)
{
  guint most = limit > 0 ? limit : CONTACTS_DEFAULT;
  g_autoptr (DkPackContent) lead = open_lead (cli);
  g_autoptr (GPtrArray) contacts = dk_content_store_contacts (dk_cli_store (cli), most, error);

  if (contacts == NULL || lead == NULL || lead->contacts->len == 0)
    return g_steal_pointer (&contacts);
  while (lead->contacts->len > 0) {
    DkContact *contact = g_ptr_array_steal_index_fast (lead->contacts, 0);
    keep_since (cli, contact);
    remove_contact (contacts, contact->id);
    g_ptr_array_add (contacts, contact);
  }
  g_ptr_array_sort (contacts, compare_contacts);
  if (contacts->len > most)
    g_ptr_array_set_size (contacts, (int) most);
  return dk_cli_note_lead (cli, "contacts", NULL, error) ? g_steal_pointer (&contacts) : NULL;
}

DkContact *
dk_cli_contact (DkCli *cli, const char *id, GError **error)
{
  g_autoptr (DkPackContent) lead = open_lead (cli);

  for (guint i = 0; lead != NULL && i < lead->contacts->len; i++) {
    DkContact *contact = g_ptr_array_index (lead->contacts, i);
    if (!g_str_equal (contact->id, id))
      continue;
    keep_since (cli, contact);
    return dk_cli_note_lead (cli, "contact", id, error)
               ? g_ptr_array_steal_index_fast (lead->contacts, i)
               : NULL;
  }
  return dk_content_store_contact (dk_cli_store (cli), id, error);
}

static void
remove_runbook (GPtrArray *runbooks, const char *id)
{
  for (guint i = 0; i < runbooks->len; i++)
    if (g_str_equal (((const DkRunbook *) g_ptr_array_index (runbooks, i))->id, id)) {
      g_ptr_array_remove_index_fast (runbooks, i);
      return;
    }
}

GPtrArray *
dk_cli_runbooks (DkCli *cli, GError **error)
{
  g_autoptr (DkPackContent) lead = open_lead (cli);
  g_autoptr (GPtrArray) runbooks = dk_content_store_runbooks (dk_cli_store (cli), error);

  if (runbooks == NULL || lead == NULL || lead->runbooks->len == 0)
    return g_steal_pointer (&runbooks);
  while (lead->runbooks->len > 0) {
    DkRunbook *runbook = g_ptr_array_steal_index_fast (lead->runbooks, 0);
    remove_runbook (runbooks, runbook->id);
    g_ptr_array_add (runbooks, runbook);
  }
  g_ptr_array_sort (runbooks, compare_runbooks);
  return dk_cli_note_lead (cli, "runbooks", NULL, error) ? g_steal_pointer (&runbooks) : NULL;
}

DkRunbook *
dk_cli_runbook (DkCli *cli, const char *id, GError **error)
{
  g_autoptr (DkPackContent) lead = open_lead (cli);

  for (guint i = 0; lead != NULL && i < lead->runbooks->len; i++) {
    const DkRunbook *runbook = g_ptr_array_index (lead->runbooks, i);
    if (g_str_equal (runbook->id, id))
      return dk_cli_note_lead (cli, "runbook", id, error)
                 ? g_ptr_array_steal_index_fast (lead->runbooks, i)
                 : NULL;
  }
  return dk_content_store_runbook (dk_cli_store (cli), id, error);
}

GPtrArray *
dk_cli_call_trees (DkCli *cli, GError **error)
{
  g_autoptr (DkPackContent) lead = open_lead (cli);
  g_autoptr (GPtrArray) trees = dk_content_store_call_trees (dk_cli_store (cli), error);

  if (trees == NULL || lead == NULL || lead->call_trees->len == 0)
    return g_steal_pointer (&trees);
  while (lead->call_trees->len > 0)
    g_ptr_array_add (trees, g_ptr_array_steal_index (lead->call_trees, 0));
  return dk_cli_note_lead (cli, "call trees", NULL, error) ? g_steal_pointer (&trees) : NULL;
}

DkCallTree *
dk_cli_call_tree (DkCli *cli, const char *id, GError **error)
{
  g_autoptr (DkPackContent) lead = open_lead (cli);

  for (guint i = 0; lead != NULL && i < lead->call_trees->len; i++) {
    const DkCallTree *tree = g_ptr_array_index (lead->call_trees, i);
    if (g_str_equal (tree->id, id))
      return dk_cli_note_lead (cli, "call tree", id, error)
                 ? g_ptr_array_steal_index_fast (lead->call_trees, i)
                 : NULL;
  }
  return dk_content_store_call_tree (dk_cli_store (cli), id, error);
}

gboolean
dk_cli_search_lead (DkCli *cli, const char *text, GPtrArray *hits, guint limit, GError **error)
{
  g_autoptr (DkPackContent) lead = open_lead (cli);
  g_autoptr (GPtrArray) changes = lead != NULL ? dk_pack_lead_numbers (cli->kit, error) : NULL;
  g_autoptr (GPtrArray) found = NULL;

  if (lead == NULL)
    return TRUE;
  if (changes == NULL)
    return FALSE;
  found = dk_lead_search (lead, text, changes);
  if (found->len > 0 && !cli->lead_searched
      && !dk_cli_note_lead (cli, "search", NULL, error))
    return FALSE;
  cli->lead_searched = cli->lead_searched || found->len > 0;
  dk_search_add (hits, found, text, limit);
  return TRUE;
}
