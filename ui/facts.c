/* SPDX-License-Identifier: MIT */
#include "ui/facts.h"

#include <glib/gi18n.h>

#include "app/readiness/content-now.h"

static gboolean
load_content (DkStore *store, DkFacts *facts, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, &fault);
  g_autoptr (GPtrArray) runbooks = NULL;
  gint64 now = dk_clock_wall_ms ();

  if (fault != NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  if (pack != NULL)
    facts->organisation = g_strdup (pack->organisation);
  runbooks = dk_content_store_runbooks (store, error);
  if (runbooks == NULL)
    return FALSE;
  for (guint i = 0; i < runbooks->len; i++) {
    const DkRunbook *runbook = runbooks->pdata[i];
    if (dk_runbook_is_overdue (runbook, now))
      g_ptr_array_add (facts->overdue, g_strdup (runbook->title));
  }
  return TRUE;
}

static gboolean
load_tickets (DkStore *store, DkFacts *facts, GError **error)
{
  const DkTicketFilter safety = { .open_only = TRUE, .safety_only = TRUE };
  g_autoptr (GPtrArray) tickets = NULL;

  if (!dk_ticket_store_count (store, &facts->counts, error))
    return FALSE;
  tickets = dk_ticket_store_list (store, &safety, error);
  facts->drafts = dk_ticket_store_drafts (store, tickets != NULL ? error : NULL);
  if (tickets == NULL || facts->drafts == NULL)
    return FALSE;
  for (guint i = 0; i < tickets->len; i++) {
    const DkTicket *ticket = tickets->pdata[i];
    facts->safety_open += ticket->state == DK_TICKET_OPEN ? 1 : 0;
  }
  return TRUE;
}

gpointer
dk_facts_load (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const DkPolicy *policy = dk_store_policy (store);
  g_autoptr (DkFacts) facts = g_new0 (DkFacts, 1);
  g_autoptr (GError) fault = NULL;
  GPtrArray *messages = dk_kit_messages (kit);
  gint64 recovery_ms = 0;
  json_t *info;

  facts->overdue = g_ptr_array_new_with_free_func (g_free);
  facts->messages = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; messages != NULL && i < messages->len; i++)
    g_ptr_array_add (facts->messages, g_strdup (messages->pdata[i]));
  facts->station = g_strdup (dk_store_identity (store)->station);
  facts->site = g_strdup (dk_store_identity (store)->site);
  facts->user = g_strdup (dk_store_user (store));
  info = dk_kit_info (kit, NULL);
  facts->role = g_strdup (dk_json_get_text (info, "role"));
  json_decref (info);
  facts->may_send = dk_keyring_get (dk_store_keys (store), DK_KEY_SEND) != NULL;
  facts->idle_min = policy->idle_min;
  facts->mode = dk_store_get_setting (store, "mode", &fault);
  if (fault != NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return NULL;
  }
  if (!dk_kit_recovery_used (kit, &recovery_ms, error))
    return NULL;
  facts->recovery_used = recovery_ms != 0;
  if (!dk_content_now (store, &facts->content, error) || !load_content (store, facts, error)
      || !load_tickets (store, facts, error))
    return NULL;
  return g_steal_pointer (&facts);
}

DkContentState
dk_facts_content_state (const DkFacts *facts, gint64 now_ms, char **sentence)
{
  DkContentState state = dk_content_state (&facts->content, now_ms);

  if (sentence != NULL)
    *sentence = dk_content_state_sentence (state, &facts->content, now_ms);
  return state;
}

char *
dk_facts_content_age (const DkFacts *facts, gint64 now_ms)
{
  g_autofree char *age = NULL;

  if (facts->content.created_ms == 0)
    return g_strdup (_ ("no content loaded"));
  age = dk_time_format_age (MAX (now_ms - facts->content.created_ms, 0));
  return g_strdup_printf (_ ("content %s old"), age);
}

void
dk_facts_free (DkFacts *facts)
{
  if (facts == NULL)
    return;
  g_free (facts->station);
  g_free (facts->site);
  g_free (facts->user);
  g_free (facts->role);
  g_free (facts->mode);
  g_free (facts->organisation);
  g_clear_pointer (&facts->drafts, g_ptr_array_unref);
  g_clear_pointer (&facts->overdue, g_ptr_array_unref);
  g_clear_pointer (&facts->messages, g_ptr_array_unref);
  g_free (facts);
}
