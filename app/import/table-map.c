/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/import/draft-private.h"
#include "app/import/table.h"

/* From this rank on a number is one to try last, wherever it stands: home, mail, fax. */
#define LAST_RANKS 60

/* What one column is good for. */
typedef struct {
  DkDraftField field; /* or DK_DRAFT_NONE */
  const char *kind;   /* of a number, in DK_NUMBER_KINDS; NULL if none, or told by kind_column */
  char *label;        /* of a number; NULL */
  int rank;
  int kind_column; /* -1 as a rule: the column that says the kind, as Google writes it */
} Target;

struct DkTableMap {
  GArray *targets; /* of Target, one for each column */
};

static void
target_clear (gpointer data)
{
  g_free (((Target *) data)->label);
}

static DkTableMap *
map_new (const DkTable *table)
{
  DkTableMap *map = g_new0 (DkTableMap, 1);

  map->targets = g_array_new (FALSE, TRUE, sizeof (Target));
  g_array_set_clear_func (map->targets, target_clear);
  g_array_set_size (map->targets, dk_table_columns (table));
  for (guint i = 0; i < map->targets->len; i++)
    g_array_index (map->targets, Target, i).kind_column = -1;
  return map;
}

static Target *
target_of (const DkTableMap *map, guint column)
{
  return &g_array_index (map->targets, Target, column);
}

void
dk_table_map_free (DkTableMap *map)
{
  if (map == NULL)
    return;
  g_array_unref (map->targets);
  g_free (map);
}

/* Column of a name without regard to case, blanks and signs; -1. */
static int
find_column (const DkTable *table, const char *name)
{
  g_autofree char *wanted = dk_alias_fold (name);

  for (guint i = 0; i < dk_table_columns (table); i++)
    if (g_str_equal (dk_table_column (table, i), name))
      return (int) i;
  for (guint i = 0; *wanted != '\0' && i < dk_table_columns (table); i++) {
    g_autofree char *folded = dk_alias_fold (dk_table_column (table, i));
    if (g_str_equal (folded, wanted))
      return (int) i;
  }
  return -1;
}

/* Columns by their folded names: the first one of a name, from 1. A table may have a thousand. */
static GHashTable *
index_columns (const DkTable *table)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < dk_table_columns (table); i++) {
    char *folded = dk_alias_fold (dk_table_column (table, i));
    if (g_hash_table_contains (index, folded))
      g_free (folded);
    else
      g_hash_table_insert (index, folded, GUINT_TO_POINTER (i + 1));
  }
  return index;
}

/* "Phone 1 - Label" for "Phone 1 - Value", "number1_kind" for "number1"; -1 if there is none. */
static int
find_kind_column (GHashTable *index, const char *name)
{
  static const char *const endings[] = { " - Label", " - Type", "_kind" };
  const char *value = g_strrstr (name, " - Value");
  gsize stem = value != NULL ? (gsize) (value - name) : strlen (name);

  for (guint i = value != NULL ? 0 : 2; i < G_N_ELEMENTS (endings); i++) {
    g_autofree char *other = g_strdup_printf ("%.*s%s", (int) stem, name, endings[i]);
    g_autofree char *folded = dk_alias_fold (other);
    guint column = GPOINTER_TO_UINT (g_hash_table_lookup (index, folded));
    if (column > 0)
      return (int) column - 1;
  }
  return -1;
}

/* The digits in "number3", else 0. */
static int
digits_of (const char *name)
{
  const char *p = strpbrk (name, "0123456789");

  return p != NULL ? (int) MIN (g_ascii_strtoull (p, NULL, 10), 99) : 0;
}

static gboolean
guess_pair (GHashTable *index, Target *target, const char *name, const char *folded)
{
  gboolean phone = g_str_has_prefix (folded, "phone") && g_str_has_suffix (folded, "value");
  gboolean own = g_str_has_prefix (folded, "number") && strlen (folded) <= 8
                 && g_ascii_isdigit (folded[strlen (folded) - 1]);

  if (!phone && !own)
    return FALSE;
  target->kind_column = find_kind_column (index, name);
  target->kind = target->kind_column < 0 ? "desk" : NULL;
  target->rank = own ? digits_of (name) - 100 : digits_of (name);
  return TRUE;
}

/* Of two columns for one field the better one stays. */
static gboolean
field_is_taken (const DkTableMap *map, guint column, const DkAlias *alias)
{
  if (alias->field == DK_DRAFT_ROLE || alias->field == DK_DRAFT_NOTE)
    return FALSE;
  for (guint i = 0; i < column; i++) {
    Target *other = target_of (map, i);
    if (other->field != alias->field || alias->field == DK_DRAFT_NONE)
      continue;
    if (other->rank <= alias->rank)
      return TRUE;
    other->field = DK_DRAFT_NONE;
  }
  return FALSE;
}

static gboolean
has_field (const DkTableMap *map, DkDraftField field)
{
  for (guint i = 0; i < map->targets->len; i++)
    if (target_of (map, i)->field == field)
      return TRUE;
  return FALSE;
}

/* "Name, Vorname" and "Nom, Prénom": beside a given name a bare "name" is the family's. */
static void
mend_names (DkTableMap *map, const DkTable *table)
{
  if (!has_field (map, DK_DRAFT_GIVEN) || has_field (map, DK_DRAFT_FAMILY))
    return;
  for (guint i = 0; i < map->targets->len; i++) {
    g_autofree char *folded = dk_alias_fold (dk_table_column (table, i));
    if (target_of (map, i)->field == DK_DRAFT_NAME
        && (g_str_equal (folded, "name") || g_str_equal (folded, "nom")))
      target_of (map, i)->field = DK_DRAFT_FAMILY;
  }
}

DkTableMap *
dk_table_map_guess (const DkTable *table)
{
  DkTableMap *map = map_new (table);
  g_autoptr (GHashTable) index = index_columns (table);

  for (guint i = 0; i < map->targets->len; i++) {
    const char *name = dk_table_column (table, i);
    g_autofree char *folded = dk_alias_fold (name);
    Target *target = target_of (map, i);
    DkAlias alias;
    if (guess_pair (index, target, name, folded))
      continue;
    alias = dk_alias_of_column (name);
    if (alias.field != DK_DRAFT_NONE && field_is_taken (map, i, &alias))
      continue;
    target->field = alias.field;
    target->kind = alias.kind;
    target->label = g_strdup (alias.label);
    target->rank = alias.kind != NULL ? alias.rank + MIN (digits_of (name), 4) : alias.rank;
  }
  mend_names (map, table);
  return map;
}

/* "mobile" of "number:mobile" and "number2:mobile", "email" of "email"; NULL. Static. */
static const char *
kind_of_target (const char *word, int *rank)
{
  const char *colon = strchr (word, ':');
  const char *name = g_str_equal (word, "email") ? word : colon != NULL ? colon + 1 : "";

  if (colon != NULL) {
    gsize digits = strspn (word + MIN (strlen (word), 6), "0123456789");
    if (!g_str_has_prefix (word, "number") || word + 6 + digits != colon || digits > 2)
      return NULL;
    *rank = digits > 0 ? digits_of (word) - 100 : 0;
  }
  for (guint i = 0; DK_NUMBER_KINDS[i] != NULL; i++)
    if (g_str_equal (DK_NUMBER_KINDS[i], name))
      return DK_NUMBER_KINDS[i];
  return NULL;
}

static gboolean
refuse_target (const char *word, GError **error)
{
  g_autofree char *shown = dk_text_printable (word, FALSE);

  g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
               "--map does not know \"%s\". Nothing was done; it takes id key name given middle "
               "family suffix organisation role team site tier hours timezone languages audience "
               "note type login manager email, number:KIND or number1:KIND (desk mobile pager "
               "radio runner email), each as TARGET=\"Column\".",
               shown);
  return FALSE;
}

static char *
list_columns (const DkTable *table)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < dk_table_columns (table) && i < 60; i++)
    g_string_append_printf (out, "%s\"%s\"", i > 0 ? ", " : "", dk_table_column (table, i));
  if (dk_table_columns (table) > 60)
    g_string_append (out, " ...");
  return g_string_free (out, FALSE);
}

static void
drop_target (DkTableMap *map, DkDraftField field, const char *kind)
{
  for (guint i = 0; i < map->targets->len; i++) {
    Target *target = target_of (map, i);
    if (field != DK_DRAFT_NONE && target->field == field)
      target->field = DK_DRAFT_NONE;
    if (kind != NULL && target->kind == kind)
      target->kind = NULL;
  }
}

static gboolean
set_one (DkTableMap *map, const DkTable *table, const char *target_name, const char *column_name,
         GError **error)
{
  int rank = 0;
  const char *kind = kind_of_target (target_name, &rank);
  DkDraftField field = kind == NULL ? dk_draft_field_find (target_name) : DK_DRAFT_NONE;
  int column = find_column (table, column_name);
  Target *target;

  if (kind == NULL && field == DK_DRAFT_NONE)
    return refuse_target (target_name, error);
  if (*column_name == '\0') {
    drop_target (map, field, kind);
    return TRUE;
  }
  if (column < 0) {
    g_autofree char *shown = dk_text_printable (column_name, FALSE);
    g_autofree char *columns = list_columns (table);
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "The table has no column \"%s\". Nothing was done; it has %s.", shown, columns);
    return FALSE;
  }
  if (field != DK_DRAFT_NONE)
    drop_target (map, field, NULL);
  target = target_of (map, (guint) column);
  g_clear_pointer (&target->label, g_free);
  *target = (Target){ field, kind, NULL, rank, -1 };
  return TRUE;
}

gboolean
dk_table_map_set (DkTableMap *map, const DkTable *table, const char *const *words, GError **error)
{
  for (; *words != NULL; words++) {
    const char *equals = strchr (*words, '=');
    g_autofree char *target = equals != NULL ? g_strndup (*words, (gsize) (equals - *words)) : NULL;
    if (target == NULL)
      return refuse_target (*words, error);
    if (!set_one (map, table, target, equals + 1, error))
      return FALSE;
  }
  return TRUE;
}

json_t *
dk_table_map_to_json (const DkTableMap *map, const DkTable *table)
{
  json_t *list = json_array ();

  for (guint i = 0; i < map->targets->len; i++) {
    const Target *target = target_of (map, i);
    g_autofree char *name = NULL;
    json_t *item;
    if (target->field != DK_DRAFT_NONE)
      name = g_strdup (dk_draft_field_name (target->field));
    else if (target->kind != NULL)
      name = g_strconcat ("number:", target->kind, NULL);
    else if (target->kind_column >= 0)
      name = g_strdup ("number");
    else
      continue;
    item = json_object ();
    dk_json_set_text (item, "target", name);
    dk_json_set_text (item, "column", dk_table_column (table, i));
    dk_json_set_text (item, "label", target->label);
    if (target->kind_column >= 0)
      dk_json_set_text (item, "kind_column", dk_table_column (table, (guint) target->kind_column));
    json_object_set_new (item, "rank", json_integer (target->rank));
    json_array_append_new (list, item);
  }
  return list;
}

/* One remembered column; FALSE if it is not understood. */
static gboolean
take_remembered (DkTableMap *map, const DkTable *table, const json_t *item, GString *missing)
{
  const char *name = dk_json_get_text (item, "target");
  const char *column_name = dk_json_get_text (item, "column");
  const char *kind_name = dk_json_get_text (item, "kind_column");
  int column = column_name != NULL ? find_column (table, column_name) : -1;
  int rank = 0;
  Target *target;

  if (name == NULL || column_name == NULL)
    return FALSE;
  if (column < 0) {
    g_string_append_printf (missing, "%s\"%s\"", missing->len > 0 ? ", " : "", column_name);
    return TRUE;
  }
  target = target_of (map, (guint) column);
  target->kind = kind_of_target (name, &rank);
  target->field = target->kind == NULL ? dk_draft_field_find (name) : DK_DRAFT_NONE;
  target->rank = (int) CLAMP (dk_json_get_int (item, "rank", 0), -1000, 1000);
  target->kind_column = kind_name != NULL ? find_column (table, kind_name) : -1;
  g_free (target->label);
  target->label = g_strdup (dk_json_get_text (item, "label"));
  if (kind_name != NULL && target->kind_column < 0)
    target->kind = "desk";
  return target->kind != NULL || target->field != DK_DRAFT_NONE || target->kind_column >= 0;
}

DkTableMap *
dk_table_map_from_json (const json_t *json, const DkTable *table, char **missing, GError **error)
{
  g_autoptr (DkTableMap) map = map_new (table);
  g_autoptr (GString) gone = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (json); i++)
    if (!take_remembered (map, table, json_array_get (json, i), gone)) {
      g_set_error_literal (error, DK_ERROR, DK_ERROR_INVALID,
                           "The mapping that was kept for this source cannot be read. Nothing was "
                           "done; give it anew with --map.");
      return NULL;
    }
  if (missing != NULL)
    *missing = gone->len > 0 ? g_strdup (gone->str) : NULL;
  return g_steal_pointer (&map);
}

static gboolean
check_map (const DkTableMap *map, const DkTable *table, GError **error)
{
  gboolean named = has_field (map, DK_DRAFT_NAME) || has_field (map, DK_DRAFT_FAMILY)
                   || has_field (map, DK_DRAFT_GIVEN) || has_field (map, DK_DRAFT_ORGANISATION);
  gboolean reachable = FALSE;
  g_autofree char *columns = NULL;

  for (guint i = 0; i < map->targets->len; i++)
    reachable |= target_of (map, i)->kind != NULL || target_of (map, i)->kind_column >= 0;
  if (named && reachable)
    return TRUE;
  columns = list_columns (table);
  g_set_error (
      error, DK_ERROR, DK_ERROR_INVALID,
      "No column of this table is known as %s. Nothing was stored; say which one it is, as "
      "in --map name=\"Display Name\" --map number1:mobile=\"Mobile Phone\". It has %s.",
      named ? "a number or an e-mail address" : "a name", columns);
  return FALSE;
}

/* Some programs put several numbers into one cell. */
static void
add_numbers (DkDraft *draft, const Target *target, const char *cell, const char *label)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *one = NULL;
  DkAlias alias = { DK_DRAFT_NONE, target->kind, target->label, target->rank };

  if (target->kind == NULL) {
    alias = dk_alias_of_label (label);
    alias.label = alias.field == DK_DRAFT_NOTE ? label : alias.label;
    alias.rank = alias.rank >= LAST_RANKS && target->rank > 0 ? alias.rank : target->rank;
  }
  if (strstr (cell, ";ext=") != NULL) {
    dk_draft_add_number (draft, alias.kind, cell, alias.label, alias.rank);
    return;
  }
  one = g_strdup (cell);
  for (char *p = strstr (one, " ::: "); p != NULL; p = strstr (p, " ::: "))
    memcpy (p, " ; ; ", 5);
  g_strdelimit (one, "\n|", ';');
  parts = g_strsplit (one, ";", -1);
  for (char **part = parts; *part != NULL; part++)
    dk_draft_add_number (draft, alias.kind, *part, alias.label, alias.rank);
}

static void
read_row (const DkTable *table, const DkTableMap *map, DkDraft *draft)
{
  for (guint i = 0; i < map->targets->len; i++) {
    const Target *target = target_of (map, i);
    const char *cell;
    if (target->field == DK_DRAFT_NONE && target->kind == NULL && target->kind_column < 0)
      continue;
    cell = dk_table_get (table, i);
    if (*cell == '\0')
      continue;
    if (target->field != DK_DRAFT_NONE)
      dk_draft_set (draft, target->field, cell);
    else
      add_numbers (draft, target, cell,
                   target->kind_column >= 0 ? dk_table_get (table, (guint) target->kind_column)
                                            : "");
  }
}

static void
note_source (DkImportList *list, const DkTable *table, guint short_rows)
{
  char delimiter = dk_table_delimiter (table);

  dk_import_list_note (list, "Encoding %s, fields separated by %s, %u column%s.",
                       dk_table_encoding (table),
                       delimiter == ','    ? "comma"
                       : delimiter == ';'  ? "semicolon"
                       : delimiter == '\t' ? "tab"
                                           : "bar",
                       dk_table_columns (table), dk_table_columns (table) == 1 ? "" : "s");
  if (short_rows > 0)
    dk_import_list_note (list,
                         "%u row%s before the last column; what is missing there counts as empty.",
                         short_rows, short_rows == 1 ? " ends" : "s end");
}

DkImportList *
dk_table_read (DkTable *table, const DkTableMap *map, const DkJob *job, GError **error)
{
  g_autofree char *first = dk_table_place (table);
  g_autoptr (DkImportList) list = NULL;
  g_autoptr (DkDraft) draft = dk_draft_new ();
  DkTableStep step;
  guint short_rows = 0;

  if (!check_map (map, table, error))
    return NULL;
  list = dk_import_list_new (first);
  *strrchr (list->name, ':') = '\0';
  while ((step = dk_table_next (table)) != DK_TABLE_END) {
    g_autofree char *place = dk_table_place (table);
    guint64 done;
    guint64 total;
    dk_table_progress (table, &done, &total);
    if (!dk_job_step (job, done, total, "reading", error))
      return NULL;
    if (step == DK_TABLE_BROKEN) {
      dk_import_list_reject (list, place, NULL, "%s", dk_table_fault (table));
      continue;
    }
    short_rows += dk_table_row_is_short (table) ? 1 : 0;
    read_row (table, map, draft);
    dk_draft_finish (draft, list, place);
  }
  note_source (list, table, short_rows);
  return g_steal_pointer (&list);
}
