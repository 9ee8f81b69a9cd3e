/* SPDX-License-Identifier: MIT */
#include "app/readiness/shift-check.h"

#include <string.h>

#include "app/base/file.h"
#include "app/base/text.h"
#include "app/readiness/readiness-private.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"
#include "app/store/search.h"

#define NOTE_BYTES_MAX 2000
#define HISTORY_MAX 1000
#define LATE_RED 4 /* times the hours of the policy */
#define SUPPLIES_MAX 50

struct DkShiftCheck {
  DkReadiness *readiness; /* borrowed */
  GPtrArray *items;       /* of DkShiftItem */
  gint64 begun_us;        /* monotonic */
  gboolean is_signed;
};

static const struct {
  const char *name;
  const char *question;
  const char *check; /* that tells the state; NULL: see `look` */
} ITEMS[] = {
  { "content", "Is the content young enough to work with?", "content" },
  { "printer", "Is the printer on, with paper and toner, and does it print?", "printer" },
  { "power", "Is this PC on emergency power, or charged?", NULL },
  { "clock", "Do date, time and time zone agree with another clock?", "clock" },
  { "paper", "Do the printed forms lie where everybody finds them?", "paper" },
  { "search", "Does the search find somebody whom you know to be in it?", NULL },
  { "unlock", "Did your own passphrase open the kit?", NULL },
};

static void
item_free (gpointer data)
{
  DkShiftItem *item = data;

  g_free (item->detail);
  g_free (item);
}

/* Some contact, of the pack or of an import, found without sorting them all: *id becomes NULL if
 * there is none. */
static gboolean
find_some_contact (DkReadiness *readiness, char **id, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (readiness->store),
                     "SELECT ref FROM (SELECT * FROM (SELECT 1 AS n, ref FROM contact WHERE pack ="
                     " (SELECT CAST (value AS INTEGER) FROM setting WHERE key = 'pack')"
                     " ORDER BY ref LIMIT 1) UNION ALL SELECT * FROM (SELECT 2, ref FROM"
                     " own_contact ORDER BY ref LIMIT 1)) ORDER BY n LIMIT 1");
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *id = has_row ? g_strdup (dk_stmt_text (stmt, 0)) : NULL;
  return TRUE;
}

/* Looks for a contact by its name, as a person would. */
static gboolean
try_search (DkReadiness *readiness, DkShiftItem *item, GError **error)
{
  g_autoptr (DkContact) contact = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  g_autofree char *id = NULL;

  if (!find_some_contact (readiness, &id, error))
    return FALSE;
  if (id == NULL) {
    item->state = DK_READY_RED;
    item->detail = g_strdup ("There are no contacts to be found.");
    return TRUE;
  }
  contact = dk_content_store_contact (readiness->store, id, error);
  if (contact == NULL)
    return FALSE;
  hits = dk_search (readiness->store, contact->name, 20, NULL, error);
  for (guint i = 0; hits != NULL && i < hits->len; i++) {
    const DkSearchHit *hit = g_ptr_array_index (hits, i);
    if (strcmp (hit->kind, "contact") == 0 && strcmp (hit->id, contact->id) == 0)
      item->detail = g_strdup_printf ("A search for \"%s\" finds it.", contact->name);
    if (item->detail != NULL)
      return TRUE;
  }
  item->state = DK_READY_RED;
  item->detail = g_strdup_printf ("A search for \"%s\" does not find it.", contact->name);
  return hits != NULL;
}

/* 0 or 1 of a mains supply, -1 for anything else. */
static int
read_supply (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, "online", NULL);
  g_autofree char *kind_path = g_build_filename (folder, name, "type", NULL);
  g_autoptr (GBytes) online = dk_file_read (path, 4096, NULL);
  g_autoptr (GBytes) kind = dk_file_read (kind_path, 4096, NULL);
  gsize size = 0;
  const char *text = kind != NULL ? g_bytes_get_data (kind, &size) : NULL;

  if (online == NULL || size < 5 || strncmp (text, "Mains", 5) != 0)
    return -1;
  text = g_bytes_get_data (online, &size);
  return size > 0 && *text == '0' ? 0 : 1;
}

/* What the system says of its supplies; which socket that is, only a person sees. */
static void
look_at_power (DkReadiness *readiness, DkShiftItem *item)
{
  g_autofree char *folder
      = g_build_filename (readiness->root != NULL ? readiness->root : "/", "sys", "class",
                          "power_supply", NULL);
  g_autoptr (GPtrArray) names = dk_file_list (folder, SUPPLIES_MAX, NULL);
  int best = -1;

  for (guint i = 0; names != NULL && i < names->len; i++)
    best = MAX (best, read_supply (folder, g_ptr_array_index (names, i)));
  item->state = best == 0 ? DK_READY_AMBER : DK_READY_GREEN;
  item->detail = g_strdup (best == 0   ? "This PC runs on its battery."
                           : best == 1 ? "This PC is plugged in."
                                       : "This PC does not tell how it is powered.");
}

static gboolean
look (DkReadiness *readiness, gsize i, DkShiftItem *item, GError **error)
{
  g_autoptr (DkFinding) finding = NULL;

  if (ITEMS[i].check != NULL) {
    finding = dk_readiness_run (readiness, dk_readiness_find (ITEMS[i].check));
    item->state = finding->state;
    item->detail = g_steal_pointer (&finding->detail);
    return TRUE;
  }
  if (strcmp (ITEMS[i].name, "search") == 0)
    return try_search (readiness, item, error);
  if (strcmp (ITEMS[i].name, "power") == 0)
    look_at_power (readiness, item);
  else
    item->detail = g_strdup_printf ("%s has unlocked this kit.", dk_store_user (readiness->store));
  return TRUE;
}

DkShiftCheck *
dk_shift_check_new (DkReadiness *readiness, GError **error)
{
  g_autoptr (DkShiftCheck) check = g_new0 (DkShiftCheck, 1);

  readiness->store = dk_kit_store (readiness->kit);
  readiness->policy = dk_store_policy (readiness->store);
  check->readiness = readiness;
  check->items = g_ptr_array_new_with_free_func (item_free);
  check->begun_us = g_get_monotonic_time ();
  for (gsize i = 0; i < G_N_ELEMENTS (ITEMS); i++) {
    DkShiftItem *item = g_new0 (DkShiftItem, 1);
    item->name = ITEMS[i].name;
    item->question = ITEMS[i].question;
    g_ptr_array_add (check->items, item);
    if (!look (readiness, i, item, error))
      return NULL;
  }
  return g_steal_pointer (&check);
}

GPtrArray *
dk_shift_check_items (DkShiftCheck *check)
{
  return check->items;
}

static DkShiftItem *
find_item (DkShiftCheck *check, const char *name, GError **error)
{
  g_autofree char *shown = NULL;

  for (guint i = 0; i < check->items->len; i++) {
    DkShiftItem *item = g_ptr_array_index (check->items, i);
    if (strcmp (item->name, name) == 0)
      return item;
  }
  shown = dk_text_printable (name, FALSE);
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "The shift check asks nothing of the name \"%s\". Nothing was answered.", shown);
  return NULL;
}

gboolean
dk_shift_check_answer (DkShiftCheck *check, const char *name, gboolean yes, GError **error)
{
  DkShiftItem *item = find_item (check, name, error);

  if (item != NULL)
    item->answer = yes ? DK_SHIFT_YES : DK_SHIFT_NO;
  return item != NULL;
}

gboolean
dk_shift_check_answer_all (DkShiftCheck *check, const json_t *answers, GError **error)
{
  json_t *given = json_object_get (answers, "answers");
  const char *name;
  json_t *value;

  if (!json_is_object (given)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The answers must be like {\"answers\": {\"printer\": true}}. Nothing was "
                 "entered.");
    return FALSE;
  }
  json_object_foreach (given, name, value) {
    if (find_item (check, name, error) == NULL)
      return FALSE;
    if (json_is_boolean (value))
      continue;
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The answer to \"%s\" must be true or false. Nothing was entered.", name);
    return FALSE;
  }
  json_object_foreach (given, name, value)
    find_item (check, name, NULL)->answer = json_is_true (value) ? DK_SHIFT_YES : DK_SHIFT_NO;
  return TRUE;
}

static gboolean
check_complete (DkShiftCheck *check, GError **error)
{
  g_autoptr (GString) open = g_string_new (NULL);

  if (check->is_signed) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This shift check is signed already; begin a new one.");
    return FALSE;
  }
  for (guint i = 0; i < check->items->len; i++) {
    const DkShiftItem *item = g_ptr_array_index (check->items, i);
    if (item->answer == DK_SHIFT_OPEN)
      dk_ready_append_name (open, item->name);
  }
  if (open->len == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "Not everything was answered. Nothing was entered; still open: %s.", open->str);
  return FALSE;
}

static json_t *
make_body (DkShiftCheck *check, const char *note)
{
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  gint64 seconds = (g_get_monotonic_time () - check->begun_us) / G_USEC_PER_SEC;
  json_t *items = json_array ();
  json_t *body = json_object ();

  for (guint i = 0; i < check->items->len; i++) {
    const DkShiftItem *item = g_ptr_array_index (check->items, i);
    json_array_append_new (items, json_pack ("{s:s, s:s, s:s, s:s}", "name", item->name, "state",
                                             dk_ready_state_name (item->state), "detail",
                                             item->detail, "answer",
                                             item->answer == DK_SHIFT_YES ? "yes" : "no"));
  }
  json_object_set_new (body, "items", items);
  dk_json_set_text (body, "note", note);
  json_object_set_new (body, "seconds", json_integer (MIN (seconds, 24 * 3600)));
  dk_json_set_text (body, "timezone", g_time_zone_get_identifier (local));
  return body;
}

gboolean
dk_shift_check_sign (DkShiftCheck *check, const char *note, GError **error)
{
  DkReadiness *readiness = check->readiness;
  DkStore *store = dk_kit_store (readiness->kit);
  g_autoptr (json_t) body = NULL;
  g_autofree char *clean = NULL;

  if (!check_complete (check, error)
      || (note != NULL
          && !dk_text_check (note, strlen (note), NOTE_BYTES_MAX, "the note", error)))
    return FALSE;
  if (dk_store_is_read_only (store)) {
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
                 "Nothing can be stored in this kit now, so the check was not entered. Write it on "
                 "paper with your name and the time.");
    return FALSE;
  }
  clean = dk_text_clean (note != NULL ? note : "");
  body = make_body (check, *clean != '\0' ? clean : NULL);
  dk_store_sign_body (store, DK_ENTRY_SHIFT_CHECK, "", body);
  check->is_signed = dk_ledger_note_at (store, DK_ENTRY_SHIFT_CHECK, NULL, readiness->now_ms, body,
                                        error);
  return check->is_signed;
}

void
dk_shift_check_free (DkShiftCheck *check)
{
  if (check == NULL)
    return;
  g_clear_pointer (&check->items, g_ptr_array_unref);
  g_free (check);
}

static DkShiftRecord *
read_record (DkStore *store, const DkEntry *entry)
{
  DkShiftRecord *record = g_new0 (DkShiftRecord, 1);
  const json_t *items = json_object_get (entry->body, "items");

  record->at_ms = entry->happened_ms;
  record->user = g_strdup (entry->user);
  record->note = g_strdup (dk_json_get_text (entry->body, "note"));
  record->timezone = g_strdup (dk_json_get_text (entry->body, "timezone"));
  record->seconds = (int) dk_json_get_int (entry->body, "seconds", 0);
  record->holds = json_object_get (entry->body, "signed") != NULL
                  && dk_store_check_signed (store, entry->kind, entry->object, entry->body);
  record->refused = g_ptr_array_new_with_free_func (g_free);
  record->items = items != NULL ? json_deep_copy (items) : json_array ();
  for (gsize i = 0; i < json_array_size (record->items); i++) {
    const json_t *item = json_array_get (record->items, i);
    const char *name = dk_json_get_text (item, "name");
    if (name != NULL && g_strcmp0 (dk_json_get_text (item, "answer"), "no") == 0)
      g_ptr_array_add (record->refused, g_strdup (name));
  }
  return record;
}

GPtrArray *
dk_shift_check_history (DkReadiness *readiness, guint limit, GError **error)
{
  g_autoptr (GPtrArray) entries = NULL;
  GPtrArray *records;

  readiness->store = dk_kit_store (readiness->kit);
  entries = dk_ready_entries (readiness, DK_ENTRY_SHIFT_CHECK, NULL,
                              CLAMP (limit, 1, HISTORY_MAX), error);
  if (entries == NULL)
    return NULL;
  records = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_shift_record_free);
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (records,
                     read_record (readiness->store, g_ptr_array_index (entries, i)));
  return records;
}

static json_t *
strings_to_json (const GPtrArray *strings)
{
  json_t *list = json_array ();

  for (guint i = 0; i < strings->len; i++)
    json_array_append_new (list, dk_json_string (g_ptr_array_index (strings, i)));
  return list;
}

json_t *
dk_shift_record_to_json (const DkShiftRecord *record)
{
  g_autofree char *at = dk_time_format_local (record->at_ms);

  return json_pack ("{s:s, s:s, s:o, s:i, s:o, s:b, s:o, s:O}", "at", at, "by", record->user,
                    "note", dk_json_string (record->note), "seconds", record->seconds, "timezone",
                    dk_json_string (record->timezone), "signature_holds", record->holds, "refused",
                    strings_to_json (record->refused), "items", record->items);
}

void
dk_shift_record_free (DkShiftRecord *record)
{
  if (record == NULL)
    return;
  g_free (record->user);
  g_free (record->note);
  g_free (record->timezone);
  g_ptr_array_unref (record->refused);
  json_decref (record->items);
  g_free (record);
}

/* The last one by whom the signature is. */
static const DkShiftRecord *
find_signed (const GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++) {
    const DkShiftRecord *record = g_ptr_array_index (records, i);
    if (record->holds)
      return record;
  }
  return NULL;
}

gboolean
dk_ready_check_shift (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char remedy[] = "It takes a minute: dkit readiness check.";
  int hours = readiness->policy->readiness.shift_check_hours;
  g_autoptr (GPtrArray) records = dk_shift_check_history (readiness, 20, error);
  const DkShiftRecord *last = records != NULL ? find_signed (records) : NULL;
  g_autoptr (GString) refused = g_string_new (NULL);
  g_autofree char *age = NULL;
  gint64 old_ms;

  if (records == NULL)
    return FALSE;
  if (last == NULL)
    return dk_ready_red (finding, remedy, "Nobody has checked this kit at the begin of a shift.");
  old_ms = MAX (0, dk_ready_now (readiness) - last->at_ms);
  age = dk_time_format_age (old_ms);
  for (guint i = 0; i < last->refused->len; i++)
    dk_ready_append_name (refused, g_ptr_array_index (last->refused, i));
  if (old_ms > LATE_RED * hours * DK_READY_HOUR_MS)
    return dk_ready_red (finding, remedy, "The last shift check is %s old; every %d hours is "
                                          "wanted.",
                         age, hours);
  if (refused->len > 0)
    return dk_ready_amber (finding, "Put it in order, then check again: dkit readiness check.",
                           "%s, %s ago, found not in order: %s.", last->user, age, refused->str);
  if (old_ms > hours * DK_READY_HOUR_MS)
    return dk_ready_amber (finding, remedy,
                           "The last shift check is %s old; every %d hours is wanted.", age,
                           hours);
  return dk_ready_green (finding, "%s checked this kit %s ago.", last->user, age);
}
