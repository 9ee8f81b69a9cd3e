/* SPDX-License-Identifier: MIT */
#include "app/itsm/kit-push.h"

#include "app/model/ticket-words.h"
#include "app/store/attached-store.h"
#include "app/store/ledger.h"
#include "app/store/ticket-store.h"

static gboolean
is_at (const DkTicket *ticket, DkHandover first, DkHandover second)
{
  return ticket->handover == first || ticket->handover == second;
}

/* What may stand at another connector already is that one's business. */
static gboolean
is_elsewhere (const DkTicket *ticket, const char *target)
{
  return (is_at (ticket, DK_HANDOVER_SENDING, DK_HANDOVER_UNKNOWN)
          || is_at (ticket, DK_HANDOVER_DELIVERED, DK_HANDOVER_VERIFIED))
         && g_strcmp0 (ticket->handover_target, target) != 0;
}

static gboolean
is_wanted (const DkTicket *ticket, DkPushList which)
{
  if (which == DK_PUSH_HANDED)
    return is_at (ticket, DK_HANDOVER_DELIVERED, DK_HANDOVER_VERIFIED);
  return is_at (ticket, DK_HANDOVER_SENDING, DK_HANDOVER_UNKNOWN) || dk_ticket_is_eligible (ticket);
}

static DkPushRow *
row_of (const DkTicket *ticket)
{
  DkPushRow *row = dk_push_row_new ();

  row->number = g_strdup (ticket->number);
  row->uid = g_strdup (ticket->uid);
  row->recorded_ms = ticket->recorded_ms;
  row->state = ticket->handover;
  row->itsm_id = g_strdup (ticket->itsm_id);
  row->reason = g_strdup (ticket->handover_reason);
  row->sent_ms = ticket->handover_sent_ms;
  row->attempts = ticket->handover_attempts;
  return row;
}

static gboolean
is_of_ticket (const GError *error)
{
  return g_error_matches (error, DK_ERROR, DK_ERROR_DAMAGED)
         || g_error_matches (error, DK_ERROR, DK_ERROR_INVALID);
}

/* What may still be under way is timed by the clock that nobody sets: that of the last mark. */
static gboolean
fill_moment (DkStore *store, DkPushRow *row, GError **error)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) fault = NULL;

  if (row->sent_ms == 0 || row->state < DK_HANDOVER_SENDING || row->state == DK_HANDOVER_VERIFIED)
    return TRUE;
  entries = dk_ledger_of_object (store, row->number, &fault);
  /* A damaged ticket is told where it is loaded; here it must not keep the others back. */
  if (entries == NULL && is_of_ticket (fault))
    return TRUE;
  if (entries == NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  for (guint i = entries->len; i > 0; i--) {
    const DkEntry *entry = g_ptr_array_index (entries, i - 1);
    if (!g_str_equal (entry->kind, DK_ENTRY_HANDOVER))
      continue;
    row->boot = g_strdup (entry->boot);
    row->mono_ms = entry->mono_ms;
    return TRUE;
  }
  return TRUE;
}

gboolean
dk_kit_push_begin (DkStore *store, const char *target, GError **error)
{
  g_autoptr (json_t) body = json_object ();

  if (!dk_store_may (store, DK_STORE_PUSH, error))
    return FALSE;
  dk_json_set_text (body, "target", target);
  dk_store_sign_body (store, "push", target, body);
  return dk_ledger_note (store, "push", target, body, error);
}

gboolean
dk_kit_push_list (DkStore *store, const char *target, DkPushList which, GPtrArray *rows,
                  GError **error)
{
  DkTicketFilter filter = { .oldest_first = TRUE, .limit = G_MAXINT32 };
  g_autoptr (GPtrArray) tickets = dk_ticket_store_list (store, &filter, error);

  if (tickets == NULL)
    return FALSE;
  for (guint i = 0; i < tickets->len; i++) {
    const DkTicket *ticket = g_ptr_array_index (tickets, i);
    DkPushRow *row;
    if (!is_wanted (ticket, which) || is_elsewhere (ticket, target))
      continue;
    row = row_of (ticket);
    g_ptr_array_add (rows, row);
    if (!fill_moment (store, row, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_sending (const DkEntry *entry)
{
  return g_str_equal (entry->kind, DK_ENTRY_HANDOVER)
         && g_strcmp0 (dk_json_get_text (entry->body, "state"),
                       dk_handover_name (DK_HANDOVER_SENDING))
                == 0;
}

/* Place behind the last request to create the ticket; 0 if there was none. */
static guint
find_last_sending (const GPtrArray *entries)
{
  guint i = entries->len;

  while (i > 0 && !is_sending (g_ptr_array_index (entries, i - 1)))
    i--;
  return i;
}

static void
add_line (DkPushTicket *push, const DkTicket *before, const DkEntry *entry, gboolean late)
{
  g_autofree char *words = dk_ticket_entry_words (before, entry, 0);
  DkPushLine *line;

  if (words == NULL)
    return;
  line = dk_push_line_new ();
  line->mark = g_strdup_printf ("%s:%" G_GINT64_FORMAT, entry->chain, entry->seq);
  line->late = late;
  line->kind = g_strdup (entry->kind);
  line->user = g_strdup (entry->user);
  line->happened_ms = entry->happened_ms;
  line->recorded_ms = entry->recorded_ms;
  line->text = g_steal_pointer (&words);
  g_ptr_array_add (push->lines, line);
}

/* The ticket is folded anew beside the lines, so that each can tell what it changed; what cannot be
 * folded is told where the ticket is loaded. */
static void
add_lines (DkPushTicket *push, const GPtrArray *entries)
{
  g_autoptr (DkTicket) before = dk_ticket_new ();
  guint sent = find_last_sending (entries);

  for (guint i = 0; i < entries->len; i++) {
    const DkEntry *entry = g_ptr_array_index (entries, i);
    add_line (push, before, entry, sent > 0 && i >= sent);
    if (!dk_ticket_apply (before, entry, NULL))
      g_debug ("an entry could not be folded");
  }
}

static void
add_files (DkPushTicket *push)
{
  g_autoptr (GPtrArray) values = dk_attached_values (push->ticket->answers);

  for (guint i = 0; i < values->len; i++) {
    const json_t *value = g_ptr_array_index (values, i);
    const char *type = dk_json_get_text (value, "type");
    g_ptr_array_add (push->files,
                     dk_push_file_new (dk_json_get_text (value, "name"),
                                       type != NULL ? type : "application/octet-stream",
                                       dk_json_get_text (value, "sha256"),
                                       dk_json_get_int (value, "size", 0)));
  }
}

DkPushTicket *
dk_kit_push_load (DkStore *store, const char *number, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (store, number, error);
  g_autoptr (GPtrArray) entries
      = ticket != NULL ? dk_ledger_of_object (store, ticket->number, error) : NULL;
  DkPushTicket *push;

  if (entries == NULL)
    return NULL;
  push = dk_push_ticket_new (g_steal_pointer (&ticket));
  add_files (push);
  add_lines (push, entries);
  return push;
}

static gboolean
check_lines (DkStore *store, const DkPushMark *mark, GError **error)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (store, mark->number, error);
  guint lines = 0;

  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    lines += dk_ticket_entry_verb (g_ptr_array_index (entries, i)) != NULL ? 1 : 0;
  if (lines <= mark->lines)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s: something was written to it meanwhile. Nothing was changed.", mark->number);
  return FALSE;
}

gboolean
dk_kit_push_mark (DkStore *store, const char *target, const DkPushMark *mark, GError **error)
{
  if (mark->state == DK_HANDOVER_VERIFIED && mark->lines > 0 && !check_lines (store, mark, error))
    return FALSE;
  return dk_ticket_store_mark (store, mark->number, mark->state, target, mark->itsm_id,
                               mark->reason, mark->sent_ms, error);
}

static gboolean
list (gpointer data, DkPushList which, GPtrArray *rows, GError **error)
{
  const DkKitPush *kit = data;

  return dk_kit_push_list (kit->store, kit->target, which, rows, error);
}

static DkPushTicket *
load (gpointer data, const char *number, GError **error)
{
  const DkKitPush *kit = data;

  return dk_kit_push_load (kit->store, number, error);
}

static gboolean
mark_one (gpointer data, const DkPushMark *mark, GError **error)
{
  const DkKitPush *kit = data;

  return dk_kit_push_mark (kit->store, kit->target, mark, error);
}

static GBytes *
file (gpointer data, const char *number, const char *sha256, GError **error)
{
  const DkKitPush *kit = data;

  return dk_attached_store_read (kit->store, number, sha256, error);
}

DkPushStore
dk_kit_push_store (DkKitPush *kit)
{
  return (DkPushStore){ .data = kit, .list = list, .load = load, .mark = mark_one,
                         .file = file };
}
