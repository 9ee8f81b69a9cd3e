/* SPDX-License-Identifier: MIT */
/* What an erased entry had brought is found by folding the ticket without it and comparing: so the
 * entry that erases says what stands now, and the fold of the ledger gives it again. */
#include "app/store/ticket-erase.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/store/attached-private.h"
#include "app/store/connector-store.h"
#include "app/store/content-store.h"
#include "app/store/lead-private.h"
#include "app/store/ledger.h"
#include "app/store/search-private.h"
#include "app/store/store-private.h"
#include "app/store/ticket-answers.h"
#include "app/store/ticket-private.h"

#define PLACES_MAX 64

/* One entry whose words are to go. */
typedef struct {
  gint64 id;
  char chain[9];
  gint64 seq;
  char *record; /* of a note for leads, else NULL */
} Target;

static void
target_clear (Target *target)
{
  g_free (target->record);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

static gboolean
refuse (GError **error, const char *number, const char *why)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s: %s Nothing was changed.", number, why);
  return FALSE;
}

static gboolean
check_lead (DkStore *store, const char *what, GError **error)
{
  if (dk_store_person (store) != NULL
      && dk_keyring_get (dk_store_keys (store), DK_KEY_LEAD) != NULL)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "%s may not %s: that is for a lead, a reconciler or an admin. Nothing was changed.",
               dk_store_user (store), what);
  return FALSE;
}

static gboolean
check_second (DkStore *store, const DkPerson *second, GError **error)
{
  const guint8 *first = dk_person_info (dk_store_person (store))->id;

  if (second != NULL && memcmp (first, dk_person_info (second)->id, 16) != 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "This step needs two different people. Nothing was changed.");
  return FALSE;
}

/* Entries whose bodies are words of people. What the fold of a ticket stands on (numbers, steps of
 * the hand-over) and what explains an erasure or a hold stays. */
static gboolean
has_words (const char *kind)
{
  return g_strv_contains (
      (const char *const[]) { DK_ENTRY_TICKET_NEW, DK_ENTRY_TICKET_SET, DK_ENTRY_TICKET_PROMOTE,
                              DK_ENTRY_TICKET_NOTE, DK_ENTRY_TICKET_RESOLVE, DK_ENTRY_TICKET_AMEND,
                              DK_ENTRY_TICKET_VOID, DK_ENTRY_TICKET_LEAD_NOTE, NULL },
      kind);
}

static gboolean
parse_place (const char *place, Target *target, GError **error)
{
  const char *colon = strchr (place, ':');
  gsize chain = colon != NULL ? (gsize) (colon - place) : 0;
  guint64 seq = 0;

  if ((colon == NULL || (chain == 8 && strspn (place, "0123456789abcdef") == chain))
      && g_ascii_string_to_unsigned (colon != NULL ? colon + 1 : place, 10, 1,
                                     G_GUINT64_CONSTANT (1) << 53, &seq, NULL)) {
    g_strlcpy (target->chain, place, chain + 1);
    target->seq = (gint64) seq;
    return TRUE;
  }
  g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
               "An entry is named by its number in the ledger, or by CHAIN:NUMBER, as `ticket "
               "show` prints them. Nothing was changed.");
  return FALSE;
}

/* Says why no entry of this ticket was found. Always FALSE. */
static gboolean
refuse_place (DkStore *store, const char *number, const char *place, const Target *target,
              GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT object FROM entry WHERE station = ?1 AND seq = ?2"
                           " AND (?3 = '' OR chain = ?3) LIMIT 1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, dk_store_identity (store)->station);
  dk_stmt_bind_int (stmt, 2, target->seq);
  dk_stmt_bind_text (stmt, 3, target->chain);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (has_row)
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Entry %s is not about %s%s%s. Nothing was changed; `dkit ticket show %s` lists "
                 "the entries of this ticket.",
                 place, number, *dk_stmt_text (stmt, 0) != '\0' ? " but about " : "",
                 dk_stmt_text (stmt, 0), number);
  else
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "The ledger has no entry %s. Nothing was changed; `dkit ticket show %s` lists the "
                 "entries of this ticket.",
                 place, number);
  return FALSE;
}

/* Columns: id chain kind body. */
static gboolean
take_row (DkStmt *stmt, const char *number, Target *target, GError **error)
{
  const char *body = dk_stmt_text (stmt, 3);
  g_autoptr (json_t) parsed = NULL;

  if (!has_words (dk_stmt_text (stmt, 2)))
    return refuse (error, number, "that entry holds no words that could be erased.");
  if (body == NULL)
    return refuse (error, number, "the words of that entry were erased before.");
  target->id = dk_stmt_int (stmt, 0);
  g_strlcpy (target->chain, dk_stmt_text (stmt, 1), sizeof target->chain);
  parsed = dk_json_parse (body, strlen (body), DK_LIMIT_ENTRY_BODY_BYTES, "The entry", error);
  if (parsed == NULL)
    return FALSE;
  if (strcmp (dk_stmt_text (stmt, 2), DK_ENTRY_TICKET_LEAD_NOTE) == 0)
    target->record = g_strdup (dk_json_get_text (parsed, "record"));
  return TRUE;
}

static gboolean
find_target (DkStore *store, const char *number, const char *place, Target *target, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT e.id, e.chain, e.kind, b.body FROM entry AS e"
                           " LEFT JOIN entry_body AS b ON b.entry = e.id WHERE e.station = ?1"
                           " AND e.object = ?2 AND e.seq = ?3 AND (?4 = '' OR e.chain = ?4)");
  gboolean has_row;

  if (!parse_place (place, target, error))
    return FALSE;
  dk_stmt_bind_text (stmt, 1, dk_store_identity (store)->station);
  dk_stmt_bind_text (stmt, 2, number);
  dk_stmt_bind_int (stmt, 3, target->seq);
  dk_stmt_bind_text (stmt, 4, target->chain);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row)
    return refuse_place (store, number, place, target, error);
  if (!take_row (stmt, number, target, error) || !dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  return !has_row
         || refuse (error, number,
                    "it has two entries of that number, in two chains; name the one as CHAIN:"
                    "NUMBER.");
}

/* The ticket as it would be if the target had never had words. New ticket. */
static DkTicket *
fold_without (DkStore *store, const char *number, const Target *target, GError **error)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (store, number, error);
  g_autoptr (DkTicket) ticket = dk_ticket_new ();

  if (entries == NULL)
    return NULL;
  for (guint i = 0; i < entries->len; i++) {
    DkEntry *entry = g_ptr_array_index (entries, i);
    if (entry->seq == target->seq && strcmp (entry->chain, target->chain) == 0)
      g_clear_pointer (&entry->body, json_decref);
    if (!dk_ticket_apply (ticket, entry, error))
      return NULL;
  }
  return g_steal_pointer (&ticket);
}

/* What takes the place of a value that goes: a form must still find what it requires. New
 * reference. */
static json_t *
stand_in_for (const DkForm *form, const char *name, json_t *value)
{
  const DkField *field = form != NULL ? dk_form_find (form, name) : NULL;
  gboolean is_required = field != NULL ? field->required : strcmp (name, "summary") == 0;

  if (value == NULL || !is_required)
    return json_null ();
  if (field == NULL)
    return json_string (DK_TICKET_STAND_IN);
  switch (field->type) {
  case DK_FIELD_TEXT:
  case DK_FIELD_LOOKUP:
    return json_string (DK_TICKET_STAND_IN);
  case DK_FIELD_SELECT_ONE:
  case DK_FIELD_SELECT_MULTIPLE:
  case DK_FIELD_BOOLEAN:
  case DK_FIELD_ACKNOWLEDGE:
    return json_incref (value);
  default:
    return json_null ();
  }
}

/* TRUE for what is no word of anybody, and orders tickets or decides on safety. */
static gboolean
is_fact (const char *name)
{
  return g_strv_contains (
      (const char *const[]) { "impact", "urgency", "safety", "happened_at", NULL }, name);
}

static void
add_field (json_t *fields, const DkForm *form, const char *name, const DkTicket *before,
           const DkTicket *without)
{
  g_autoptr (json_t) was = dk_ticket_get_field (before, name);
  g_autoptr (json_t) would_be = dk_ticket_get_field (without, name);

  if (was == would_be || (was != NULL && would_be != NULL && json_equal (was, would_be)))
    return;
  if (is_fact (name))
    json_object_set_new (fields, name, was != NULL ? json_incref (was) : json_null ());
  else
    json_object_set_new (fields, name, stand_in_for (form, name, was));
}

static json_t *
make_fields (const DkForm *form, const DkTicket *before, const DkTicket *without)
{
  static const char *const columns[]
      = { "summary", "details", "caller",     "callback", "location", "device",      "service",
          "group",   "impact",  "resolution", "urgency",  "safety",   "happened_at", NULL };
  json_t *fields = json_object ();
  const char *name;
  json_t *value;

  for (const char *const *column = columns; *column != NULL; column++)
    add_field (fields, form, *column, before, without);
  json_object_foreach (before->answers, name, value)
    add_field (fields, form, name, before, without);
  json_object_foreach (without->answers, name, value)
    add_field (fields, form, name, before, without);
  return fields;
}

/* Body of the entry that erases, FORMAT.md section 3, not signed yet. */
static json_t *
make_body (const DkForm *form, const Target *target, const char *reason, const DkTicket *before,
           const DkTicket *without)
{
  json_t *body = json_object ();

  dk_json_set_text (body, "chain", target->chain);
  json_object_set_new (body, "seq", json_integer (target->seq));
  dk_json_set_text (body, "reason", reason);
  json_object_set_new (body, "fields", make_fields (form, before, without));
  if (before->priority != without->priority)
    json_object_set_new (body, "priority", json_integer (before->priority));
  if (g_strcmp0 (before->uid, without->uid) != 0)
    dk_json_set_text (body, "uid", before->uid);
  if (before->paper != without->paper)
    json_object_set_new (body, "paper", json_boolean (before->paper));
  if (g_strcmp0 (before->form, without->form) != 0
      || g_strcmp0 (before->form_version, without->form_version) != 0
      || g_strcmp0 (before->form_hash, without->form_hash) != 0) {
    dk_json_set_text (body, "form", before->form);
    dk_json_set_text (body, "form_version", before->form_version);
    dk_json_set_text (body, "form_hash", before->form_hash);
  }
  return body;
}

static gboolean
drop_body (DkStore *store, const Target *target, gint64 erased_by, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "UPDATE entry_body SET salt = NULL, body = NULL, erased_by = ?2 WHERE entry = ?1");

  dk_stmt_bind_int (stmt, 1, target->id);
  dk_stmt_bind_int (stmt, 2, erased_by);
  return dk_stmt_run (stmt, error);
}

/* In the caller's transaction. */
static gboolean
erase_one (DkStore *store, const DkForm *form, const char *number, const char *place,
           const char *reason, const DkPerson *second, GError **error)
{
  g_auto (Target) target = { 0 };
  g_autoptr (DkTicket) before = NULL;
  g_autoptr (DkTicket) without = NULL;
  g_autoptr (json_t) body = NULL;
  g_autoptr (DkEntry) entry = NULL;

  if (!find_target (store, number, place, &target, error))
    return FALSE;
  before = dk_ticket_fold (store, number, error);
  without = before != NULL ? fold_without (store, number, &target, error) : NULL;
  if (without == NULL)
    return FALSE;
  body = make_body (form, &target, reason, before, without);
  dk_json_set_text (body, "with", dk_person_info (second)->name);
  dk_store_sign_body (store, DK_ENTRY_TICKET_ERASE, number, body);
  dk_store_sign_body_second (store, second, DK_ENTRY_TICKET_ERASE, number, body);
  return dk_ledger_append (store, DK_ENTRY_TICKET_ERASE, number, 0, body, &entry, error)
         && drop_body (store, &target, entry->seq, error)
         && (target.record == NULL || dk_lead_table_remove (store, target.record, error));
}

/* A number that was voided as a draft or on paper has words and no ticket. */
static gboolean
load_if_there (DkStore *store, const char *number, DkTicket **ticket, GError **error)
{
  g_autoptr (GError) failed = NULL;

  *ticket = dk_ticket_store_load (store, number, &failed);
  if (*ticket != NULL || g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* What was handed over as a file is never read back, so nothing is compared with it. */
static gboolean
will_be_compared (DkStore *store, const DkTicket *ticket)
{
  g_autoptr (DkConnectorFacts) target = NULL;

  if (!dk_ticket_may_be_there (ticket) || ticket->handover != DK_HANDOVER_DELIVERED)
    return dk_ticket_may_be_there (ticket);
  target = dk_connector_store_get (store, ticket->handover_target, NULL);
  return target != NULL && strcmp (target->type, "file") != 0;
}

static gboolean
check_erasable (DkStore *store, const char *number, const DkTicket *ticket, GError **error)
{
  if (ticket == NULL)
    return TRUE;
  if (ticket->legal_hold)
    return refuse (error, number,
                   "it is under a legal hold, so its words must be kept. Two people can end that "
                   "(`ticket hold --release`).");
  if (will_be_compared (store, ticket))
    return refuse (error, number,
                   "it is on its way to the ITSM, and what is read back there could not be "
                   "compared any more: verify the hand-over first, then erase the words here and "
                   "there.");
  return TRUE;
}

/* The row as the ledger gives it now, and nothing of the words in what search keeps. */
static gboolean
rebuild (DkStore *store, const char *number, gboolean has_ticket, GError **error)
{
  g_autoptr (DkTicket) ticket = has_ticket ? dk_ticket_fold (store, number, error) : NULL;

  if (!has_ticket)
    return TRUE;
  return ticket != NULL && dk_ticket_table_put (store, ticket, error)
         && dk_draft_table_remove (store, number, error)
         && dk_attached_table_drop_erased (store, number, error) && dk_search_purge (store, error);
}

/* The words are gone from the database by then; the journal is emptied at lock at the latest. */
static void
empty_journal (DkStore *store)
{
  g_autoptr (GError) error = NULL;

  if (!dk_db_checkpoint (dk_store_db (store), TRUE, &error))
    g_debug ("the journal was not emptied: %s", error->message);
}

static gboolean
erase_all (DkStore *store, const char *number, const DkTicket *ticket, const char *const *places,
           const char *reason, const DkPerson *second, GError **error)
{
  g_autoptr (DkForm) form = ticket != NULL && ticket->form != NULL
                                ? dk_content_store_form (store, ticket->form, NULL)
                                : NULL;
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  if (transaction == NULL)
    return FALSE;
  for (gsize i = 0; places[i] != NULL; i++)
    if (!erase_one (store, form, number, places[i], reason, second, error))
      return FALSE;
  return rebuild (store, number, ticket != NULL, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

gboolean
dk_ticket_store_erase (DkStore *store, const char *number, const char *const *places,
                       const char *reason, const DkPerson *second, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autofree char *clean = NULL;
  g_autoptr (DkTicket) ticket = NULL;

  if (!check_lead (store, "erase words", error) || !check_second (store, second, error)
      || !dk_ticket_check_number (store, number, &canonical, error)
      || !dk_ticket_clean_reason (canonical, reason, &clean, error)
      || !load_if_there (store, canonical, &ticket, error)
      || !check_erasable (store, canonical, ticket, error))
    return FALSE;
  if (places[0] == NULL || g_strv_length ((char **) (guintptr) places) > PLACES_MAX)
    return refuse (error, canonical, "name between 1 and 64 entries whose words shall go.");
  if (!erase_all (store, canonical, ticket, places, clean, second, error))
    return FALSE;
  empty_journal (store);
  return TRUE;
}

/* One signed entry about the hold. */
static gboolean
record_hold (DkStore *store, DkTicket *ticket, const char *kind, const char *reason,
             const DkPerson *second, GError **error)
{
  g_autoptr (json_t) body = json_object ();
  g_autoptr (DkTransaction) transaction = NULL;
  g_autofree char *clean = NULL;

  if (!dk_ticket_clean_reason (ticket->number, reason, &clean, error))
    return FALSE;
  dk_json_set_text (body, "reason", clean);
  if (second != NULL)
    dk_json_set_text (body, "with", dk_person_info (second)->name);
  dk_store_sign_body (store, kind, ticket->number, body);
  if (second != NULL)
    dk_store_sign_body_second (store, second, kind, ticket->number, body);
  transaction = dk_store_begin (store, error);
  return transaction != NULL && dk_ticket_record (store, ticket, kind, 0, body, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

gboolean
dk_ticket_store_hold (DkStore *store, const char *number, const char *reason, GError **error)
{
  g_autoptr (DkTicket) ticket = NULL;

  if (!check_lead (store, "put a ticket under a legal hold", error))
    return FALSE;
  ticket = dk_ticket_store_load (store, number, error);
  if (ticket == NULL)
    return FALSE;
  if (ticket->legal_hold)
    return refuse (error, ticket->number, "it is under a legal hold already.");
  return record_hold (store, ticket, DK_ENTRY_TICKET_HOLD, reason, NULL, error);
}

gboolean
dk_ticket_store_release_hold (DkStore *store, const char *number, const char *reason,
                              const DkPerson *second, GError **error)
{
  g_autoptr (DkTicket) ticket = NULL;

  if (!check_lead (store, "end a legal hold", error) || !check_second (store, second, error))
    return FALSE;
  if (!dk_role_holds (dk_person_info (second)->role, DK_KEY_LEAD)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "%s cannot be the second person here: a legal hold is ended by two of lead, "
                 "reconciler and admin. Nothing was changed.",
                 dk_person_info (second)->name);
    return FALSE;
  }
  ticket = dk_ticket_store_load (store, number, error);
  if (ticket == NULL)
    return FALSE;
  if (!ticket->legal_hold)
    return refuse (error, ticket->number, "it is not under a legal hold.");
  return record_hold (store, ticket, DK_ENTRY_TICKET_HOLD_RELEASED, reason, second, error);
}
