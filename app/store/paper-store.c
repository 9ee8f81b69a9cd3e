/* SPDX-License-Identifier: MIT */
#include "app/store/paper-store.h"

#include <string.h>

#include "app/base/text.h"
#include "app/model/number.h"
#include "app/store/ledger.h"
#include "app/store/store-private.h"

void
dk_paper_row_free (DkPaperRow *row)
{
  if (row == NULL)
    return;
  g_free (row->number);
  g_free (row->form);
  g_free (row->state);
  g_free (row->unit);
  g_free (row);
}

GPtrArray *
dk_paper_store_list (DkStore *store, const char *state, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_paper_row_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT number, form, state, unit, issued_ms FROM paper"
                           " WHERE ?1 IS NULL OR state = ?1"
                           " ORDER BY issued_ms, length (number), number");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, state);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkPaperRow *row;
    if (!has_row)
      return g_steal_pointer (&rows);
    row = g_new0 (DkPaperRow, 1);
    row->number = g_strdup (dk_stmt_text (stmt, 0));
    row->form = g_strdup (dk_stmt_text (stmt, 1));
    row->state = g_strdup (dk_stmt_text (stmt, 2));
    row->unit = g_strdup (dk_stmt_text (stmt, 3));
    row->issued_ms = dk_stmt_int (stmt, 4);
    g_ptr_array_add (rows, row);
  }
  return NULL;
}

static void
count_free (DkPaperCount *count)
{
  g_free (count->unit);
  g_ptr_array_unref (count->out);
  g_ptr_array_unref (count->numbers_missing);
  g_ptr_array_unref (count->numbers_lost);
  g_free (count);
}

static DkPaperCount *
count_new (const char *unit)
{
  DkPaperCount *count = g_new0 (DkPaperCount, 1);

  count->unit = g_strdup (unit);
  count->out = g_ptr_array_new_with_free_func (g_free);
  count->numbers_missing = g_ptr_array_new_with_free_func (g_free);
  count->numbers_lost = g_ptr_array_new_with_free_func (g_free);
  return count;
}

static void
count_row (DkPaperCount *count, const DkPaperRow *row)
{
  count->total++;
  if (strcmp (row->state, "entered") == 0) {
    count->entered++;
  } else if (strcmp (row->state, "void") == 0) {
    count->voided++;
  } else if (strcmp (row->state, "missing") == 0) {
    count->missing++;
    g_ptr_array_add (count->numbers_missing, g_strdup (row->number));
  } else if (strcmp (row->state, "lost") == 0) {
    count->lost++;
    g_ptr_array_add (count->numbers_lost, g_strdup (row->number));
  } else {
    count->issued++;
    g_ptr_array_add (count->out, g_strdup (row->number));
  }
}

/* "Ward 4" and "ward 4" are one: people write it anew each time. No unit is one of its own, which
 * nobody can type. New string. */
static char *
key_of_unit (const char *unit)
{
  return unit != NULL ? dk_text_fold (unit) : g_strdup ("\n");
}

gboolean
dk_paper_is_same_unit (const char *a, const char *b)
{
  g_autofree char *one = key_of_unit (a);
  g_autofree char *two = key_of_unit (b);

  return g_str_equal (one, two);
}

/* by_key: of DkPaperCount, borrowed. Takes the key. */
static DkPaperCount *
find_unit (DkPaperAccount *account, GHashTable *by_key, char *key, const char *unit)
{
  DkPaperCount *count = g_hash_table_lookup (by_key, key);

  if (count != NULL) {
    g_free (key);
    return count;
  }
  count = count_new (unit);
  g_ptr_array_add (account->units, count);
  g_hash_table_insert (by_key, key, count);
  return count;
}

static int
compare_units (gconstpointer a, gconstpointer b)
{
  const DkPaperCount *one = *(const DkPaperCount *const *) a;
  const DkPaperCount *two = *(const DkPaperCount *const *) b;

  if (one->unit == NULL || two->unit == NULL)
    return (one->unit == NULL) - (two->unit == NULL);
  return g_utf8_collate (one->unit, two->unit);
}

static void
add_counter (GArray *counters, const char *text)
{
  DkNumber number;

  if (dk_number_parse (text, &number, NULL))
    g_array_append_val (counters, number.counter);
}

static int
compare_counters (gconstpointer a, gconstpointer b)
{
  guint64 one = *(const guint64 *) a;
  guint64 two = *(const guint64 *) b;

  return (one > two) - (one < two);
}

/* Counters that have a word, in order: those on paper, and tickets that came from paper when a
 * number that was skipped had no row yet. New array of guint64. */
static GArray *
read_named (DkStore *store, const GPtrArray *rows, GError **error)
{
  g_autoptr (GArray) named = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT number FROM ticket WHERE paper = 1");
  gboolean has_row;

  for (guint i = 0; i < rows->len; i++)
    add_counter (named, ((const DkPaperRow *) g_ptr_array_index (rows, i))->number);
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row) {
      g_array_sort (named, compare_counters);
      return g_steal_pointer (&named);
    }
    add_counter (named, dk_stmt_text (stmt, 0));
  }
  return NULL;
}

static void
add_range (GPtrArray *unknown, const char *station, guint64 first, guint64 last)
{
  g_autofree char *begin = dk_number_format (station, first, FALSE);
  g_autofree char *end = dk_number_format (station, last, FALSE);

  if (first <= last)
    g_ptr_array_add (unknown, first == last ? g_steal_pointer (&begin)
                                            : g_strdup_printf ("%s to %s", begin, end));
}

/* What is left of one range. It may hold thousands: the cost is that of what is named. */
static void
add_open (GPtrArray *unknown, const GArray *named, const DkNumber *first, const DkNumber *last)
{
  guint64 next = first->counter;

  for (guint i = 0; i < named->len; i++) {
    guint64 counter = g_array_index (named, guint64, i);
    if (counter < next)
      continue;
    if (counter > last->counter)
      break;
    if (counter > next)
      add_range (unknown, first->station, next, counter - 1);
    next = counter + 1;
  }
  add_range (unknown, first->station, next, last->counter);
}

/* What a restore or a copy left behind stands in the entry that began the chain after it; a number
 * in it is open until a step names it. */
static gboolean
find_unknown (DkStore *store, DkPaperAccount *account, const GPtrArray *rows, GError **error)
{
  g_autoptr (GPtrArray) chains = dk_ledger_of_kind (store, "chain-started", error);
  g_autoptr (GArray) named = NULL;

  for (guint i = 0; chains != NULL && i < chains->len; i++) {
    const DkEntry *entry = g_ptr_array_index (chains, i);
    const char *from = dk_json_get_text (entry->body, "missing_first");
    const char *to = dk_json_get_text (entry->body, "missing_last");
    DkNumber first;
    DkNumber last;
    if (from == NULL || to == NULL || !dk_number_parse (from, &first, NULL)
        || !dk_number_parse (to, &last, NULL))
      continue;
    if (named == NULL && (named = read_named (store, rows, error)) == NULL)
      return FALSE;
    add_open (account->unknown, named, &first, &last);
  }
  return chains != NULL;
}

DkPaperAccount *
dk_paper_store_account (DkStore *store, const char *unit, GError **error)
{
  g_autoptr (GPtrArray) rows = dk_paper_store_list (store, NULL, error);
  g_autoptr (DkPaperAccount) account = g_new0 (DkPaperAccount, 1);
  g_autoptr (GHashTable) by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *wanted = unit != NULL ? key_of_unit (unit) : NULL;

  account->all = count_new (unit);
  account->units = g_ptr_array_new_with_free_func ((GDestroyNotify) count_free);
  account->unknown = g_ptr_array_new_with_free_func (g_free);
  if (rows == NULL || (unit == NULL && !find_unknown (store, account, rows, error)))
    return NULL;
  for (guint i = 0; i < rows->len; i++) {
    const DkPaperRow *row = g_ptr_array_index (rows, i);
    char *key = key_of_unit (row->unit);
    if (wanted != NULL && strcmp (wanted, key) != 0) {
      g_free (key);
      continue;
    }
    count_row (account->all, row);
    count_row (find_unit (account, by_key, key, row->unit), row);
  }
  g_ptr_array_sort (account->units, compare_units);
  if (unit == NULL || account->all->total > 0)
    return g_steal_pointer (&account);
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "No paper was issued to \"%s\". `dkit paper account` without --unit lists all "
               "units.",
               unit);
  return NULL;
}

static json_t *
list_json (const GPtrArray *numbers)
{
  json_t *list = json_array ();

  for (guint i = 0; i < numbers->len; i++)
    json_array_append_new (list, dk_json_string (g_ptr_array_index (numbers, i)));
  return list;
}

static void
set_counts (json_t *json, const DkPaperCount *count)
{
  json_object_set_new (json, "total", json_integer (count->total));
  json_object_set_new (json, "issued", json_integer (count->issued));
  json_object_set_new (json, "entered", json_integer (count->entered));
  json_object_set_new (json, "void", json_integer (count->voided));
  json_object_set_new (json, "missing", json_integer (count->missing));
  json_object_set_new (json, "lost", json_integer (count->lost));
}

static json_t *
unit_json (const DkPaperCount *count)
{
  json_t *json = json_object ();

  json_object_set_new (json, "unit", dk_json_string (count->unit));
  set_counts (json, count);
  json_object_set_new (json, "numbers_out", list_json (count->out));
  json_object_set_new (json, "numbers_missing", list_json (count->numbers_missing));
  json_object_set_new (json, "numbers_lost", list_json (count->numbers_lost));
  return json;
}

json_t *
dk_paper_account_json (const DkPaperAccount *account)
{
  json_t *json = json_object ();
  json_t *units = json_array ();
  json_t *outstanding = list_json (account->all->out);
  g_autoptr (json_t) missing = list_json (account->all->numbers_missing);

  json_array_extend (outstanding, missing);
  set_counts (json, account->all);
  json_object_set_new (json, "ok",
                       json_boolean (json_array_size (outstanding) + account->unknown->len == 0));
  json_object_set_new (json, "unknown", list_json (account->unknown));
  json_object_set_new (json, "outstanding", outstanding);
  for (guint i = 0; i < account->units->len; i++)
    json_array_append_new (units, unit_json (g_ptr_array_index (account->units, i)));
  json_object_set_new (json, "units", units);
  return json;
}

void
dk_paper_account_free (DkPaperAccount *account)
{
  if (account == NULL)
    return;
  g_clear_pointer (&account->all, count_free);
  g_clear_pointer (&account->units, g_ptr_array_unref);
  g_clear_pointer (&account->unknown, g_ptr_array_unref);
  g_free (account);
}
