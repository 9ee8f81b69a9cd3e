/* SPDX-License-Identifier: MIT */
#include "app/cli/lead-content.h"

#include "app/content/pack-apply.h"
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
static gboolean
note_shown (DkCli *cli, const char *what, const char *id, GError **error)
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

GPtrArray *
dk_cli_contacts (DkCli *cli, guint limit, GError **error)
{
  guint most = limit > 0 ? limit : CONTACTS_DEFAULT;
  g_autoptr (DkPackContent) lead = open_lead (cli);
  g_autoptr (GPtrArray) contacts = dk_content_store_contacts (dk_cli_store (cli), most, error);

  if (contacts == NULL || lead == NULL || lead->contacts->len == 0)
    return g_steal_pointer (&contacts);
  while (lead->contacts->len > 0)
    g_ptr_array_add (contacts, g_ptr_array_steal_index_fast (lead->contacts, 0));
  g_ptr_array_sort (contacts, compare_contacts);
  if (contacts->len > most)
    g_ptr_array_set_size (contacts, (int) most);
  return note_shown (cli, "contacts", NULL, error) ? g_steal_pointer (&contacts) : NULL;
}

DkContact *
dk_cli_contact (DkCli *cli, const char *id, GError **error)
{
  g_autoptr (DkPackContent) lead = open_lead (cli);

  for (guint i = 0; lead != NULL && i < lead->contacts->len; i++) {
    const DkContact *contact = g_ptr_array_index (lead->contacts, i);
    if (g_str_equal (contact->id, id))
      return note_shown (cli, "contact", id, error)
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
  return note_shown (cli, "runbooks", NULL, error) ? g_steal_pointer (&runbooks) : NULL;
}

DkRunbook *
dk_cli_runbook (DkCli *cli, const char *id, GError **error)
{
  g_autoptr (DkPackContent) lead = open_lead (cli);

  for (guint i = 0; lead != NULL && i < lead->runbooks->len; i++) {
    const DkRunbook *runbook = g_ptr_array_index (lead->runbooks, i);
    if (g_str_equal (runbook->id, id))
      return note_shown (cli, "runbook", id, error)
                 ? g_ptr_array_steal_index_fast (lead->runbooks, i)
                 : NULL;
  }
  return dk_content_store_runbook (dk_cli_store (cli), id, error);
}
