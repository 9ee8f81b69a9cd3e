/* SPDX-License-Identifier: MIT */
#include "ui/lead-part.h"

#include "app/store/lead-store.h"
#include "app/store/ledger.h"

/* A process opens one kit in its life. */
static struct {
  gint64 pack; /* to which the rest belongs; 0 = nothing was opened yet */
  DkPackContent *content;
  GPtrArray *numbers;
  json_t *changes;
  gboolean search_is_entered;
  gboolean changes_are_entered;
} part;

static gboolean
enter (DkKit *kit, const char *what, gboolean *is_entered, GError **error)
{
  g_autoptr (json_t) body = json_pack ("{s:s}", "what", what);

  if (!*is_entered && !dk_ledger_note (dk_kit_store (kit), "lead-read", NULL, body, error))
    return FALSE;
  *is_entered = TRUE;
  return TRUE;
}

static gboolean
find_pack (DkKit *kit, gint64 *pack, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) facts = dk_content_store_current (dk_kit_store (kit), &failed);

  *pack = facts != NULL ? facts->id : 0;
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* What came with another pack is let go. */
static gboolean
refresh (DkKit *kit, GError **error)
{
  gint64 pack;

  if (!find_pack (kit, &pack, error))
    return FALSE;
  if (pack == part.pack)
    return TRUE;
  g_clear_pointer (&part.content, dk_pack_content_free);
  g_clear_pointer (&part.numbers, g_ptr_array_unref);
  g_clear_pointer (&part.changes, json_decref);
  part.pack = pack;
  return TRUE;
}

GPtrArray *
dk_lead_part_numbers (DkKit *kit, GError **error)
{
  if (!refresh (kit, error))
    return NULL;
  if (part.numbers == NULL)
    part.numbers = dk_pack_lead_numbers (kit, error);
  return part.numbers;
}

const json_t *
dk_lead_part_changes (DkKit *kit, GError **error)
{
  if (!refresh (kit, error)
      || (part.changes == NULL && !dk_pack_lead_changes (kit, &part.changes, error)))
    return NULL;
  return part.changes;
}

gboolean
dk_lead_part_note_changes (DkKit *kit, const json_t *lead, GError **error)
{
  return g_strcmp0 (dk_json_get_text (lead, "state"), DK_LEAD_COMPARED) != 0
         || enter (kit, "changes", &part.changes_are_entered, error);
}

/* A part that does not open hides nothing of the rest. */
static const DkPackContent *
open_content (DkKit *kit)
{
  g_autoptr (GError) error = NULL;

  if (part.content == NULL && !dk_pack_open_lead (kit, &part.content, &error))
    g_debug ("the part for leads is left out: %s", error->message);
  return part.content;
}

gboolean
dk_lead_part_search (DkKit *kit, const char *text, GPtrArray *hits, guint limit, GError **error)
{
  g_autoptr (GPtrArray) found = NULL;
  GPtrArray *numbers;

  if (!dk_lead_store_may_read (dk_kit_store (kit)))
    return TRUE;
  numbers = dk_lead_part_numbers (kit, error);
  if (numbers == NULL)
    return FALSE;
  if (open_content (kit) == NULL)
    return TRUE;
  found = dk_lead_search (part.content, text, numbers);
  if (found->len > 0 && !enter (kit, "search", &part.search_is_entered, error))
    return FALSE;
  dk_search_add (hits, found, text, limit);
  return TRUE;
}
