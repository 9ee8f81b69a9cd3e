/* SPDX-License-Identifier: MIT */
/* Goal: a workbook gives the texts that a person sees in it, at the places where they see them; and
 * what is no workbook is refused in words.
 * Method: workbooks are put together part by part, as spreadsheet programs write them: shared, rich
 * and inline texts, numbers, dates, gaps; then each part is broken. Sheets are written and read
 * back. */
#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "app/xlsform/xlsx-read.h"
#include "app/xlsform/xlsx-write.h"
#include "tests/support/support.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

static const char top_rels[]
    = HEAD "<Relationships><Relationship Id=\"r1\" Type=\"" REL "/officeDocument\" "
           "Target=\"xl/workbook.xml\"/></Relationships>";
static const char book_rels[]
    = HEAD "<Relationships><Relationship Id=\"r1\" Type=\"" REL "/worksheet\" "
           "Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"" REL
           "/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/><Relationship Id=\"r3\" Type=\"" REL
           "/styles\" Target=\"styles.xml\"/></Relationships>";
static const char book[]
    = HEAD "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" REL "\"><sheets>"
           "<sheet name=\"survey &amp; more\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
static const char texts[]
    = HEAD "<sst xmlns=\"" MAIN "\"><si><t>first</t></si>"
           "<si><r><t xml:space=\"preserve\">rich </t></r><r><rPr><b/></rPr><t>text</t></r>"
           "<rPh sb=\"0\" eb=\"1\"><t>read aloud</t></rPh></si>"
           "<si><t>a_x000D_b_x005F_x_xyz_ &lt;&amp;&gt;</t></si></sst>";
static const char styles[]
    = HEAD "<styleSheet xmlns=\"" MAIN "\"><numFmts count=\"3\">"
           "<numFmt numFmtId=\"172\" formatCode=\"[h]:mm;@\"/>"
           "<numFmt numFmtId=\"170\" formatCode=\"yyyy\\-mm\\-dd\"/>"
           "<numFmt numFmtId=\"171\" formatCode=\"0.0&quot; days&quot;\"/></numFmts>"
           "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
           "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"20\"/>"
           "<xf numFmtId=\"170\"/><xf numFmtId=\"171\"/><xf numFmtId=\"22\"/>"
           "<xf numFmtId=\"172\"/><xf numFmtId=\"46\"/></cellXfs>"
           "</styleSheet>";

typedef struct {
  const char *name;
  const char *text;
} Part;

/* A zip of these parts. New bytes. */
static GBytes *
pack (const Part *parts, guint count)
{
  gsize room = 1u << 20;
  char *buffer = g_malloc (room);
  size_t used = 0;
  struct archive *zip = archive_write_new ();

  g_assert_cmpint (archive_write_set_format_zip (zip), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open_memory (zip, buffer, room, &used), ==, ARCHIVE_OK);
  for (guint i = 0; i < count; i++) {
    struct archive_entry *entry = archive_entry_new ();
    archive_entry_set_pathname (entry, parts[i].name);
    archive_entry_set_filetype (entry, AE_IFREG);
    archive_entry_set_perm (entry, 0644);
    archive_entry_set_size (entry, (la_int64_t) strlen (parts[i].text));
    g_assert_cmpint (archive_write_header (zip, entry), ==, ARCHIVE_OK);
    archive_write_data (zip, parts[i].text, strlen (parts[i].text));
    archive_entry_free (entry);
  }
  archive_write_close (zip);
  archive_write_free (zip);
  return g_bytes_new_take (buffer, used);
}

static GBytes *
workbook (const char *sheet)
{
  const Part parts[] = {
    { "_rels/.rels", top_rels },          { "xl/workbook.xml", book },
    { "xl/_rels/workbook.xml.rels", book_rels }, { "xl/sharedStrings.xml", texts },
    { "xl/styles.xml", styles },          { "xl/worksheets/sheet1.xml", sheet },
    { "xl/media/picture.png", "no XML" },
  };

  return pack (parts, G_N_ELEMENTS (parts));
}

static void
assert_cell (const DkSheet *sheet, const char *place, guint row, guint column, const char *text)
{
  g_autofree char *there = dk_sheet_place (sheet, row, column);
  g_autofree char *wanted = g_strconcat ("survey & more!", place, NULL);

  g_assert_cmpstr (there, ==, wanted);
  g_assert_cmpstr (dk_sheet_get (sheet, row, column), ==, text);
}

static void
test_kinds (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = workbook (HEAD
    "<worksheet xmlns=\"" MAIN "\"><sheetData>"
    "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"s\"><v>1</v></c></row>"
    "<row r=\"4\"><c r=\"A4\" t=\"s\"><v>2</v></c><c t=\"inlineStr\"><is><t>in</t></is></c>"
    "<c r=\"C4\" t=\"str\"><f>A1&amp;B1</f><v>made</v></c><c r=\"D4\" t=\"b\"><v>1</v></c>"
    "<c r=\"E4\" t=\"str\"><f>\"\"</f><v></v></c></row>"
    "<row><c><v>42</v></c><c><v>0.1</v></c><c><v>1E+3</v></c><c s=\"1\"><v>45000</v></c>"
    "<c s=\"2\"><v>0.5</v></c><c s=\"3\"><v>45000</v></c><c s=\"4\"><v>3</v></c>"
    "<c s=\"5\"><v>45000.25</v></c><c><v>1E+16</v></c><c><v>1.0000000000000001E-5</v></c></row>"
    "<row r=\"6\"><c r=\"AB6\" t=\"s\"><v>0</v></c></row></sheetData></worksheet>");
  g_autoptr (GPtrArray) sheets = dk_xlsx_read (bytes, "x.xlsx", NULL, &error);
  static const char *const row5[] = { "42", "0.1", "1000", "2023-03-15", "12:00", "2023-03-15",
                                      "3", "2023-03-15T06:00:00", "10000000000000000", "0.00001" };
  const DkSheet *sheet;

  g_assert_no_error (error);
  g_assert_cmpuint (sheets->len, ==, 1);
  sheet = g_ptr_array_index (sheets, 0);
  assert_cell (sheet, "A1", 0, 0, "first");
  assert_cell (sheet, "B1", 0, 1, "");
  assert_cell (sheet, "C1", 0, 2, "rich text");
  assert_cell (sheet, "A4", 3, 0, "a\rb_x_xyz_ <&>");
  assert_cell (sheet, "B4", 3, 1, "in");
  assert_cell (sheet, "C4", 3, 2, "made");
  assert_cell (sheet, "D4", 3, 3, "TRUE");
  assert_cell (sheet, "E4", 3, 4, "");
  for (guint i = 0; i < G_N_ELEMENTS (row5); i++)
    g_assert_cmpstr (dk_sheet_get (sheet, 4, i), ==, row5[i]);
  assert_cell (sheet, "AB6", 5, 27, "first");
}

/* The first days of the count from 1900 lie one further on, up to a day that never was. */
static void
test_days_and_hours (void)
{
  static const struct {
    guint style;
    const char *value;
    const char *wanted;
  } cases[] = {
    { 1, "1", "1900-01-01" },   { 1, "59", "1900-02-28" },
    { 1, "60", "1900-02-29" },  { 1, "61", "1900-03-01" },
    { 5, "59.5", "1900-02-28T12:00:00" }, { 5, "60.5", "1900-02-29T12:00:00" },
    { 6, "0.375", "09:00" },    { 7, "0.375", "09:00" },
    { 6, "1.5", "36:00" },      { 7, "0.999999", "24:00" },
    { 6, "4.1666666666666664E-2", "01:00" },
  };
  g_autoptr (GString) text = g_string_new ("<worksheet><sheetData><row>");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_string_append_printf (text, "<c s=\"%u\"><v>%s</v></c>", cases[i].style, cases[i].value);
  g_string_append (text, "</row></sheetData></worksheet>");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = workbook (text->str);
  g_autoptr (GPtrArray) sheets = dk_xlsx_read (bytes, "x.xlsx", NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (dk_sheet_get (g_ptr_array_index (sheets, 0), 0, i), ==, cases[i].wanted);
}

static void
assert_refused (GBytes *bytes, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sheets = dk_xlsx_read (bytes, "x.xlsx", NULL, &error);

  g_assert_null (sheets);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "x.xlsx: "));
  if (strstr (error->message, word) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, word);
}

static void
test_bad_sheets (void)
{
  static const struct {
    const char *sheet;
    const char *word;
  } cases[] = {
    { "<worksheet><sheetData><row><c t=\"s\"><v>9</v></c></row></sheetData></worksheet>",
      "survey & more!A1 points to a text that is not there" },
    { "<worksheet><row><c t=\"e\"><v>#REF!</v></c></row></worksheet>", "A1 holds a formula" },
    { "<worksheet><row><c><f>1+1</f></c></row></worksheet>",
      "A1 holds a formula whose result is not in the file" },
    { "<worksheet><row><c/><c t=\"n\"><f>1+1</f><v></v></c></row></worksheet>",
      "B1 holds a formula whose result" },
    { "<worksheet><row><c r=\"ZZZ1\"><v>1</v></c></row></worksheet>", "more than 500 columns" },
    { "<worksheet><row><c r=\"A30000\"><v>1</v></c></row></worksheet>", "more than 20000 rows" },
    { "<worksheet><row><c r=\"12\"><v>1</v></c></row></worksheet>", "at no place" },
    { "<worksheet><row><c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row></worksheet>",
      "twice" },
    { "<worksheet><row>", "is damaged" },
    { "", "is empty" },
    { "<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet/>", "declares entities" },
    { "<?xml version=\"1.0\" encoding=\"UTF-16\"?><worksheet/>", "is not UTF-8" },
    { "<worksheet><row><c><v>&a;</v></c></row></worksheet>", "is damaged" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) bytes = workbook (cases[i].sheet);
    assert_refused (bytes, cases[i].word);
  }
}

/* Each attribute is compared with all before it: so many would take half a minute. */
static void
test_many_attributes (void)
{
  g_autoptr (GString) sheet = g_string_new ("<worksheet><row><c");
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < 200000; i++)
    g_string_append_printf (sheet, " a%u=\">\"", i);
  g_string_append (sheet, "/></row></worksheet>");
  g_autoptr (GBytes) bytes = workbook (sheet->str);
  assert_refused (bytes, "more than 100 attributes");
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_USEC_PER_SEC);
}

static void
test_bad_files (void)
{
  const Part ods[] = { { "mimetype", "application/vnd.oasis.opendocument.spreadsheet" } };
  const Part tricks[] = { { "../../evil.xml", "<a/>" } };
  const Part twice[] = { { "xl/a.xml", "<a/>" }, { "xl/a.xml", "<a/>" } };
  const Part word[] = { { "word/document.xml", "<a/>" } };
  g_autoptr (GBytes) a = pack (ods, 1);
  g_autoptr (GBytes) b = pack (tricks, 1);
  g_autoptr (GBytes) c = pack (twice, 2);
  g_autoptr (GBytes) d = pack (word, 1);
  g_autoptr (GBytes) old = g_bytes_new_static ("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", 12);
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (a, 0, g_bytes_get_size (a) - 30);
  g_autoptr (GBytes) text = g_bytes_new_static ("type,name", 9);

  assert_refused (a, "OpenDocument");
  assert_refused (b, "a name that no spreadsheet");
  assert_refused (c, "two parts");
  assert_refused (d, "_rels/.rels is missing");
  assert_refused (old, "of the old kind (.xls)");
  assert_refused (cut, "is damaged");
  assert_refused (text, "is no .xlsx");
}

/* Each way to cut a good workbook short must be an error or, where nothing is lost, the same. */
static void
test_cut (void)
{
  g_autoptr (GBytes) bytes = workbook ("<worksheet><row><c><v>1</v></c></row></worksheet>");
  guint refused = 0;

  for (gsize size = 0; size < g_bytes_get_size (bytes); size += 7) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, size);
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) sheets = dk_xlsx_read (part, "x.xlsx", NULL, &error);
    g_assert_true ((sheets == NULL) == (error != NULL));
    refused += sheets == NULL;
  }
  g_assert_cmpuint (refused, >=, 100);
}

static void
test_written (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSheet) sheet = dk_sheet_new ("survey");
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GPtrArray) sheets = NULL;

  g_assert_true (dk_sheet_set (sheet, 0, 0, "type", &error));
  g_assert_true (dk_sheet_set (sheet, 1, 3, "=1+1", &error));
  g_assert_true (dk_sheet_set (sheet, 2, 0, "http://x.example", &error));
  g_assert_true (dk_sheet_set (sheet, 9, 9, " a\nb ", &error));
  g_assert_false (dk_sheet_set (sheet, 9, 9, "x", &error));
  g_clear_error (&error);
  g_ptr_array_add (list, sheet);
  bytes = dk_xlsx_write (list, &error);
  g_assert_no_error (error);
  sheets = dk_xlsx_read (bytes, "x.xlsx", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (dk_sheet_equals (sheet, g_ptr_array_index (sheets, 0)));
  again = dk_xlsx_write (list, &error);
  g_assert_true (g_bytes_equal (bytes, again));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/xlsform/xlsx/each-kind-of-cell-gives-its-text", test_kinds);
  g_test_add_func ("/xlsform/xlsx/first-days-and-hours-that-went-by", test_days_and_hours);
  g_test_add_func ("/xlsform/xlsx/bad-sheets-are-refused-with-their-place", test_bad_sheets);
  g_test_add_func ("/xlsform/xlsx/a-tag-with-too-many-attributes-is-refused-at-once",
                   test_many_attributes);
  g_test_add_func ("/xlsform/xlsx/other-files-are-refused-in-words", test_bad_files);
  g_test_add_func ("/xlsform/xlsx/a-cut-file-is-refused", test_cut);
  g_test_add_func ("/xlsform/xlsx/what-is-written-is-read", test_written);
  return dk_test_run ();
}
