/* SPDX-License-Identifier: MIT */
/* A form has groups five deep at most; XLSForm knows no bound. */
#include <string.h>

#include "app/xlsform/import-private.h"

/* A group or repeat while the rows are walked through. */
typedef struct {
  guint index;  /* of its row */
  gboolean gone;
} Bracket;

static const char *
type_at (const DkImport *import, guint i)
{
  const char *type
      = dk_json_get_text (((DkImportRow *) g_ptr_array_index (import->rows, i))->row, "type");

  return type != NULL ? type : "";
}

/* The innermost group that stays must go: a repeat that lies too deep has none in it instead. */
static void
make_room (GArray *open, gboolean *gone)
{
  for (guint i = open->len; i > 0; i--) {
    Bracket *bracket = &g_array_index (open, Bracket, i - 1);
    if (!bracket->gone) {
      bracket->gone = TRUE;
      gone[bracket->index] = TRUE;
      return;
    }
  }
}

/* Which rows go: a group that is the sixth, or the fifth around a repeat. */
static void
mark_rows (const DkImport *import, gboolean *gone)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (Bracket));

  for (guint i = 0; i < import->rows->len; i++) {
    const char *type = type_at (import, i);
    guint deep = 0;
    if (g_str_has_prefix (type, "end_") && open->len > 0)
      g_array_set_size (open, open->len - 1);
    if (!g_str_has_prefix (type, "begin_"))
      continue;
    for (guint j = 0; j < open->len; j++)
      deep += g_array_index (open, Bracket, j).gone ? 0 : 1;
    if (deep >= DK_IMPORT_DEPTH_MAX && strcmp (type, "begin_repeat") == 0)
      make_room (open, gone);
    else
      gone[i] = deep >= DK_IMPORT_DEPTH_MAX;
    Bracket bracket = { i, gone[i] };
    g_array_append_val (open, bracket);
  }
}

/* The conditions of what is gone around a row, up to the next group that stays. */
static void
inherit_conditions (const DkImport *import, const GArray *open, DkImportRow *row)
{
  for (guint i = open->len; i > 0; i--) {
    const Bracket *bracket = &g_array_index (open, Bracket, i - 1);
    const DkImportRow *group = g_ptr_array_index (import->rows, bracket->index);
    const char *outer = dk_json_get_text (group->row, "relevant");
    const char *own = dk_json_get_text (row->row, "relevant");
    g_autofree char *both = outer != NULL && own != NULL
                                ? g_strdup_printf ("(%s) and (%s)", outer, own)
                                : g_strdup (outer);
    if (!bracket->gone)
      return;
    if (both != NULL)
      dk_json_set_text (row->row, "relevant", both);
  }
}

/* Hands conditions on and marks the ends of what is gone. */
static void
hand_on (DkImport *import, gboolean *gone)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (Bracket));

  for (guint i = 0; i < import->rows->len; i++) {
    DkImportRow *row = g_ptr_array_index (import->rows, i);
    const char *type = type_at (import, i);
    if (g_str_has_prefix (type, "end_")) {
      if (open->len > 0) {
        gone[i] = g_array_index (open, Bracket, open->len - 1).gone;
        g_array_set_size (open, open->len - 1);
      }
      continue;
    }
    if (!gone[i])
      inherit_conditions (import, open, row);
    if (g_str_has_prefix (type, "begin_")) {
      Bracket bracket = { i, gone[i] };
      g_array_append_val (open, bracket);
    }
  }
}

void
dk_import_dissolve (DkImport *import)
{
  g_autofree gboolean *gone = g_new0 (gboolean, import->rows->len + 1);

  mark_rows (import, gone);
  hand_on (import, gone);
  for (guint i = 0; i < import->rows->len; i++) {
    const DkImportRow *row = g_ptr_array_index (import->rows, i);
    if (gone[i] && g_str_has_prefix (type_at (import, i), "begin_"))
      dk_import_add (import, import->sheets->survey, row->at,
                     GPOINTER_TO_UINT (g_hash_table_lookup (row->cells, "type")) - 1, TRUE,
                     "begin_group",
                     "groups lie 5 deep at most: its rows stand in the group around it");
  }
  for (guint i = import->rows->len; i > 0; i--)
    if (gone[i - 1])
      g_ptr_array_remove_index (import->rows, i - 1);
}
