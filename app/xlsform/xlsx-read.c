/* SPDX-License-Identifier: MIT */
#include "app/xlsform/xlsx-read.h"

#include <string.h>

#include "app/xlsform/xlsx-private.h"

typedef struct {
  GPtrArray *names;     /* of sheets */
  GPtrArray *relations; /* their ids in workbook.xml.rels */
  gboolean from_1904;
  DkXlsxWanted wanted;
} BookReading;

typedef struct {
  GHashTable *targets;  /* id -> part */
  const char *folder;   /* that targets are relative to */
  char *workbook;       /* target of the relation of the type officeDocument */
  char *texts;          /* likewise sharedStrings */
  char *styles;
} RelationReading;

/* The part that a relation names: "/xl/x.xml", or relative to the folder. New string. */
static char *
resolve_target (const char *folder, const char *target)
{
  if (*target == '/')
    return g_strdup (target + 1);
  return *folder != '\0' ? g_strconcat (folder, "/", target, NULL) : g_strdup (target);
}

static void
take_by_type (char **out, const char *type, const char *ending, const char *target)
{
  if (*out == NULL && g_str_has_suffix (type, ending))
    *out = g_strdup (target);
}

static void
begin_relation (gpointer data, const DkXmlTag *tag, GError **error)
{
  RelationReading *reading = data;
  g_autofree char *id = dk_xml_attribute (tag, "Id");
  g_autofree char *type = dk_xml_attribute (tag, "Type");
  g_autofree char *target = dk_xml_attribute (tag, "Target");
  g_autofree char *mode = dk_xml_attribute (tag, "TargetMode");
  g_autofree char *part = NULL;

  if (strcmp (tag->name, "Relationship") != 0 || id == NULL || type == NULL || target == NULL
      || g_strcmp0 (mode, "External") == 0)
    return;
  if (g_hash_table_size (reading->targets) > 1000) {
    (void) dk_xlsx_refuse (error, "it has far too many relations");
    return;
  }
  part = resolve_target (reading->folder, target);
  take_by_type (&reading->workbook, type, "/officeDocument", part);
  take_by_type (&reading->texts, type, "/sharedStrings", part);
  take_by_type (&reading->styles, type, "/styles", part);
  g_hash_table_replace (reading->targets, g_steal_pointer (&id), g_steal_pointer (&part));
}

static void
relations_clear (RelationReading *reading)
{
  g_hash_table_unref (reading->targets);
  g_free (reading->workbook);
  g_free (reading->texts);
  g_free (reading->styles);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RelationReading, relations_clear)

static gboolean
read_relations (GHashTable *parts, const char *name, RelationReading *out, GError **error)
{
  static const DkXmlCalls calls = { begin_relation, NULL, NULL };
  GBytes *part = g_hash_table_lookup (parts, name);

  if (part == NULL)
    return dk_xlsx_refuse (error, "it is no workbook: its part %s is missing", name);
  return dk_xml_walk (part, name, &calls, out, error);
}

static void
begin_book (gpointer data, const DkXmlTag *tag, GError **error)
{
  BookReading *reading = data;

  if (strcmp (tag->name, "workbookPr") == 0) {
    g_autofree char *from = dk_xml_attribute (tag, "date1904");
    reading->from_1904 = g_strcmp0 (from, "1") == 0 || g_strcmp0 (from, "true") == 0;
  } else if (strcmp (tag->name, "sheet") == 0) {
    char *name = dk_xml_attribute (tag, "name");
    char *id = dk_xml_attribute (tag, "id");
    if (reading->names->len >= DK_XLSX_SHEETS_MAX)
      (void) dk_xlsx_refuse (error, "it has more than %u sheets", DK_XLSX_SHEETS_MAX);
    g_ptr_array_add (reading->names, name != NULL ? name : g_strdup (""));
    g_ptr_array_add (reading->relations, id != NULL ? id : g_strdup (""));
  }
}

static GPtrArray *
read_sheets (GHashTable *parts, const BookReading *reading, const RelationReading *relations,
             GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) styles = NULL;
  g_autoptr (GPtrArray) sheets
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_sheet_free);
  DkSharedTexts shared = { text, offsets };
  DkXlsxBook book = { &shared, NULL, reading->from_1904 };
  GBytes *texts = relations->texts ? g_hash_table_lookup (parts, relations->texts) : NULL;
  GBytes *style_part = relations->styles ? g_hash_table_lookup (parts, relations->styles) : NULL;

  book.styles = styles = dk_xlsx_read_styles (style_part, error);
  if (styles == NULL || !dk_xlsx_read_shared (texts, &shared, error))
    return NULL;
  for (guint i = 0; i < reading->names->len; i++) {
    const char *name = g_ptr_array_index (reading->names, i);
    const char *target
        = g_hash_table_lookup (relations->targets, g_ptr_array_index (reading->relations, i));
    GBytes *part = target != NULL ? g_hash_table_lookup (parts, target) : NULL;
    DkSheet *sheet;
    if (reading->wanted != NULL && !reading->wanted (name)) {
      g_ptr_array_add (sheets, dk_sheet_new (name));
      continue;
    }
    if (part == NULL) {
      (void) dk_xlsx_refuse (error, "its sheet \"%s\" is not in the file", name);
      return NULL;
    }
    sheet = dk_xlsx_read_sheet (part, name, &book, error);
    if (sheet == NULL)
      return NULL;
    g_ptr_array_add (sheets, sheet);
  }
  return g_steal_pointer (&sheets);
}

/* "xl/_rels/workbook.xml.rels" of "xl/workbook.xml". New string. */
static char *
relations_of (const char *folder, const char *part)
{
  g_autofree char *base = g_path_get_basename (part);

  return *folder != '\0' ? g_strdup_printf ("%s/_rels/%s.rels", folder, base)
                         : g_strdup_printf ("_rels/%s.rels", base);
}

static GPtrArray *
read_book (GHashTable *parts, const char *workbook, DkXlsxWanted wanted, GError **error)
{
  static const DkXmlCalls calls = { begin_book, NULL, NULL };
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  BookReading reading = { names, ids, FALSE, wanted };
  g_autofree char *above = g_path_get_dirname (workbook);
  const char *folder = strcmp (above, ".") == 0 ? "" : above;
  g_autofree char *relation_part = relations_of (folder, workbook);
  g_auto (RelationReading) relations = { NULL };
  GBytes *part = g_hash_table_lookup (parts, workbook);

  relations.targets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  relations.folder = folder;
  if (part == NULL) {
    (void) dk_xlsx_refuse (error, "it is no workbook: its part %s is missing", workbook);
    return NULL;
  }
  if (!dk_xml_walk (part, workbook, &calls, &reading, error)
      || !read_relations (parts, relation_part, &relations, error))
    return NULL;
  if (names->len == 0) {
    (void) dk_xlsx_refuse (error, "it has no sheets");
    return NULL;
  }
  return read_sheets (parts, &reading, &relations, error);
}

GPtrArray *
dk_xlsx_read (GBytes *bytes, const char *name, DkXlsxWanted wanted, GError **error)
{
  g_autoptr (GHashTable) parts = dk_xlsx_unpack (bytes, error);
  g_auto (RelationReading) top = { NULL };
  GPtrArray *sheets = NULL;

  top.targets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  top.folder = "";
  if (parts != NULL && read_relations (parts, "_rels/.rels", &top, error)) {
    if (top.workbook == NULL)
      (void) dk_xlsx_refuse (error, "it is no workbook");
    else
      sheets = read_book (parts, top.workbook, wanted, error);
  }
  if (sheets == NULL)
    g_prefix_error (error, "%s: ", name);
  return sheets;
}

gboolean
dk_xlsx_is_binary (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return size >= 4 && (memcmp (data, "PK", 2) == 0 || memcmp (data, "\xd0\xcf\x11\xe0", 4) == 0);
}
