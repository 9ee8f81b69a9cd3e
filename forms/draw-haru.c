/* SPDX-License-Identifier: MIT */
/* libharu 2.3.0 as it is: its error handler only records, since jumping out of it leaves the
 * document unusable and loses what GLib holds. It keeps pages, objects and images and packs them;
 * what stands on a page is written here as PDF 1.7 section 8 and 9 have it, since libharu's own
 * calls print each number three times over. State is set before a path is begun, never between path
 * and paint. */
#include "forms/draw-private.h"

#include <hpdf_doc.h>
#include <hpdf_pages.h>
#include <math.h>

#include "forms/font-private.h"
#include "forms/haru-font-private.h"

#define CONTENT_BYTES 16384u
#define UNSET (-1.0)

typedef struct {
  HPDF_STATUS code; /* of the first error, 0 if there was none */
  HPDF_STATUS detail;
} HaruFault;

typedef struct {
  HPDF_Doc doc;
  HPDF_Page page;
  HPDF_Dict fonts; /* resources of every page */
  DkFontSubset *subsets[DK_FONT_COUNT];
  GString *content; /* of the page */
  double height;
  double fill, stroke, line, size; /* grey and widths that are set on the page, or UNSET */
  int weight;                      /* so with the font */
  HaruFault fault;
} Haru;

static void
record_fault (HPDF_STATUS code, HPDF_STATUS detail, void *data)
{
  HaruFault *fault = data;
  if (fault->code == 0) {
    fault->code = code;
    fault->detail = detail;
  }
}

/* At most two digits after the point, whatever the locale says. */
static void
put_number (GString *content, double value)
{
  char digits[24];
  guint at = sizeof digits;
  gint64 hundredths = llround (value * 100);
  guint64 rest = (guint64) ABS (hundredths);
  guint places = rest % 100 == 0 ? 0 : rest % 10 == 0 ? 1 : 2;
  rest /= places == 0 ? 100 : places == 1 ? 10 : 1;
  digits[--at] = ' ';
  for (guint i = 0; i < places; i++) {
    digits[--at] = (char) ('0' + rest % 10);
    rest /= 10;
  }
  if (places > 0) {
    digits[--at] = '.';
  }
  while (rest > 0 || at == sizeof digits - 1) {
    digits[--at] = (char) ('0' + rest % 10);
    rest /= 10;
  }
  if (hundredths < 0) {
    digits[--at] = '-';
  }
  g_string_append_len (content, digits + at, (gssize) (sizeof digits - at));
}

static void
put_state (Haru *haru, double *is_set, double value, const char *operator)
{
  if (*is_set < value || *is_set > value) {
    *is_set = value;
    put_number (haru->content, value);
    g_string_append (haru->content, operator);
  }
}

/* A byte of a literal string, PDF 1.7 section 7.3.4.2. */
static void
put_byte (GString *content, guint byte)
{
  if (byte == '(' || byte == ')' || byte == '\\') {
    g_string_append_c (content, '\\');
  }
  if (byte == '\r') {
    g_string_append (content, "\\r");
  } else {
    g_string_append_c (content, (char) byte);
  }
}

static void
put_glyphs (Haru *haru, const DkOp *op)
{
  const guint16 *glyphs = haru->subsets[op->weight]->glyphs;
  g_string_append_c (haru->content, '(');
  for (const char *c = op->text; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar u = g_utf8_get_char (c);
    guint glyph = u < DK_FONT_CHARS ? glyphs[u] : 0;
    put_byte (haru->content, glyph >> 8);
    put_byte (haru->content, glyph & 255);
  }
  g_string_append (haru->content, ")Tj ET\n");
}

static void
put_font (Haru *haru, const DkOp *op)
{
  put_state (haru, &haru->fill, op->grey, "g\n");
  g_string_append (haru->content, "BT ");
  if (haru->weight != (int) op->weight || haru->size < op->size || haru->size > op->size) {
    haru->weight = (int) op->weight;
    haru->size = op->size;
    g_string_append (haru->content, op->weight == DK_FONT_BOLD ? "/B " : "/R ");
    put_number (haru->content, op->size);
    g_string_append (haru->content, "Tf ");
  }
}

static void
draw_text (gpointer data, const DkOp *op)
{
  Haru *haru = data;
  put_font (haru, op);
  put_number (haru->content, op->x);
  put_number (haru->content, haru->height - op->y);
  g_string_append (haru->content, "Td ");
  put_glyphs (haru, op);
}

static void
draw_mark (gpointer data, const DkOp *op)
{
  Haru *haru = data;
  double width = dk_font_width (op->weight, op->size, op->text);
  double c = cos (op->angle);
  double s = sin (op->angle);
  double left = -width / 2;
  double down = op->size * 0.36;
  put_font (haru, op);
  g_string_append_printf (haru->content, "%d.%06d ", (int) c, (int) (fmod (c, 1) * 1e6));
  g_string_append_printf (haru->content, "%d.%06d ", (int) s, (int) (fmod (s, 1) * 1e6));
  g_string_append_printf (haru->content, "-%d.%06d ", (int) s, (int) (fmod (s, 1) * 1e6));
  g_string_append_printf (haru->content, "%d.%06d ", (int) c, (int) (fmod (c, 1) * 1e6));
  put_number (haru->content, op->x + left * c + down * s);
  put_number (haru->content, haru->height - op->y + left * s - down * c);
  g_string_append (haru->content, "Tm ");
  put_glyphs (haru, op);
}

static void
draw_line (gpointer data, const DkOp *op, guint count)
{
  Haru *haru = data;
  put_state (haru, &haru->stroke, op->grey, "G\n");
  put_state (haru, &haru->line, op->size, "w\n");
  for (guint i = 0; i < count; i++) {
    put_number (haru->content, op[i].x);
    put_number (haru->content, haru->height - op[i].y);
    g_string_append (haru->content, "m ");
    put_number (haru->content, op[i].w);
    put_number (haru->content, haru->height - op[i].h);
    g_string_append (haru->content, "l\n");
  }
  g_string_append (haru->content, "S\n");
}

static void
put_rectangles (Haru *haru, const DkOp *op, guint count)
{
  for (guint i = 0; i < count; i++) {
    put_number (haru->content, op[i].x);
    put_number (haru->content, haru->height - op[i].y - op[i].h);
    put_number (haru->content, op[i].w);
    put_number (haru->content, op[i].h);
    g_string_append (haru->content, "re\n");
  }
}

static void
draw_rect (gpointer data, const DkOp *op, guint count)
{
  Haru *haru = data;
  put_state (haru, &haru->stroke, op->grey, "G\n");
  put_state (haru, &haru->line, op->size, "w\n");
  put_rectangles (haru, op, count);
  g_string_append (haru->content, "S\n");
}

static void
draw_fill (gpointer data, const DkOp *op, guint count)
{
  Haru *haru = data;
  put_state (haru, &haru->fill, op->grey, "g\n");
  put_rectangles (haru, op, count);
  g_string_append (haru->content, "f\n");
}

static void
draw_image (gpointer data, const DkOp *op)
{
  Haru *haru = data;
  HPDF_Image image = HPDF_LoadRawImageFromMem (haru->doc, g_bytes_get_data (op->pixels, NULL),
                                               op->image_width, op->image_height,
                                               HPDF_CS_DEVICE_GRAY, 8);
  const char *name = image != NULL ? HPDF_Page_GetXObjectName (haru->page, image) : NULL;
  if (name == NULL) {
    return;
  }
  g_string_append (haru->content, "q ");
  put_number (haru->content, op->w);
  g_string_append (haru->content, "0 0 ");
  put_number (haru->content, op->h);
  put_number (haru->content, op->x);
  put_number (haru->content, haru->height - op->y - op->h);
  g_string_append_printf (haru->content, "cm /%s Do Q\n", name);
}

static const DkDraw haru_draw = { draw_text, draw_mark, draw_line,
                                  draw_rect, draw_fill, draw_image };

static void
free_haru (Haru *haru)
{
  if (haru->doc != NULL) {
    HPDF_Free (haru->doc);
  }
  for (guint i = 0; i < DK_FONT_COUNT; i++) {
    dk_font_subset_free (haru->subsets[i]);
  }
  g_string_free (haru->content, TRUE);
  g_free (haru);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Haru, free_haru)

/* The characters of all pages, a bit each. */
static void
mark_used (const GPtrArray *pages, guint8 *used[DK_FONT_COUNT])
{
  for (guint i = 0; i < pages->len; i++) {
    const DkPage *page = g_ptr_array_index (pages, i);
    for (guint k = 0; k < page->ops->len; k++) {
      const DkOp *op = &g_array_index (page->ops, DkOp, k);
      for (const char *c = op->text; c != NULL && *c != '\0'; c = g_utf8_next_char (c)) {
        gunichar u = g_utf8_get_char (c);
        used[op->weight][u < DK_FONT_CHARS ? u / 8 : 0] |= (guint8) (1 << u % 8);
      }
    }
  }
}

static void
add_fonts (Haru *haru, const GPtrArray *pages, GBytes *const others[DK_FONT_COUNT])
{
  static const char *const names[DK_FONT_COUNT] = { "R", "B" };
  g_autofree guint8 *regular = g_new0 (guint8, DK_FONT_CHARS / 8);
  g_autofree guint8 *bold = g_new0 (guint8, DK_FONT_CHARS / 8);
  guint8 *used[DK_FONT_COUNT] = { regular, bold };
  mark_used (pages, used);
  haru->fonts = HPDF_Dict_New (haru->doc->mmgr);
  if (haru->fonts == NULL || HPDF_Xref_Add (haru->doc->xref, haru->fonts) != HPDF_OK) {
    return;
  }
  for (guint i = 0; i < DK_FONT_COUNT; i++) {
    DkFontWeight weight = (DkFontWeight) i;
    haru->subsets[i] = dk_font_subset_new (weight, others != NULL ? others[i] : NULL, used[i]);
    HPDF_Dict font = haru->subsets[i] != NULL
                         ? dk_haru_font_new (haru->doc, weight, haru->subsets[i])
                         : NULL;
    if (font == NULL) {
      record_fault (HPDF_FAILD_TO_ALLOC_MEM, 0, &haru->fault);
      return;
    }
    HPDF_Dict_Add (haru->fonts, names[i], font);
  }
}

static Haru *
new_haru (const char *title, GError **error)
{
  g_autoptr (Haru) haru = g_new0 (Haru, 1);
  haru->content = g_string_sized_new (CONTENT_BYTES);
  haru->doc = HPDF_New (record_fault, &haru->fault);
  if (haru->doc == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_MEMORY,
                 "There is not enough memory to make the page. Nothing was printed; close other "
                 "programs and try again.");
    return NULL;
  }
  HPDF_SetCompressionMode (haru->doc, HPDF_COMP_ALL);
  HPDF_UseUTFEncodings (haru->doc);
  HPDF_SetCurrentEncoder (haru->doc, "UTF-8");
  HPDF_SetInfoAttr (haru->doc, HPDF_INFO_TITLE, title);
  HPDF_SetInfoAttr (haru->doc, HPDF_INFO_AUTHOR, "Service desk");
  HPDF_SetInfoAttr (haru->doc, HPDF_INFO_CREATOR, "Downtime Kit " DK_VERSION);
  return g_steal_pointer (&haru);
}

static void
add_page (Haru *haru, const DkPage *page)
{
  haru->page = HPDF_AddPage (haru->doc);
  HPDF_Dict resources
      = haru->page != NULL
            ? HPDF_Page_GetInheritableItem (haru->page, "Resources", HPDF_OCLASS_DICT)
            : NULL;
  if (resources == NULL) {
    return;
  }
  HPDF_Dict_Add (resources, "Font", haru->fonts);
  HPDF_Page_SetWidth (haru->page, (HPDF_REAL) page->width);
  HPDF_Page_SetHeight (haru->page, (HPDF_REAL) page->height);
  haru->height = page->height;
  haru->fill = haru->stroke = haru->line = haru->size = UNSET;
  haru->weight = -1;
  g_string_truncate (haru->content, 0);
  dk_page_draw (page, &haru_draw, haru);
  HPDF_Stream_Write (((HPDF_PageAttr) haru->page->attr)->stream,
                     (const HPDF_BYTE *) haru->content->str, (HPDF_UINT) haru->content->len);
}

static GBytes *
save (Haru *haru, GError **error)
{
  HPDF_UINT32 size = 0;
  g_autofree guint8 *bytes = NULL;
  if (haru->fault.code == 0) {
    HPDF_SaveToStream (haru->doc);
  }
  if (haru->fault.code == 0) {
    size = HPDF_GetStreamSize (haru->doc);
    bytes = g_malloc (MAX (size, 1));
    HPDF_ResetStream (haru->doc);
    HPDF_ReadFromStream (haru->doc, bytes, &size);
  }
  gboolean is_memory = haru->fault.code == HPDF_FAILD_TO_ALLOC_MEM;
  if (haru->fault.code != 0) {
    g_set_error (error, DK_ERROR, is_memory ? DK_ERROR_MEMORY : DK_ERROR_FAILED,
                 "The page could not be made (code 0x%04X, detail %u). Nothing was printed and the "
                 "record is safe; try again, or print from the preview.",
                 (guint) haru->fault.code, (guint) haru->fault.detail);
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&bytes), size);
}

GBytes *
dk_draw_pdf_with_fonts (const GPtrArray *pages, const char *title,
                        GBytes *const fonts[DK_FONT_COUNT], GError **error)
{
  g_autoptr (Haru) haru = new_haru (title, error);
  if (haru == NULL) {
    return NULL;
  }
  add_fonts (haru, pages, fonts);
  for (guint i = 0; i < pages->len && haru->fault.code == 0; i++) {
    add_page (haru, g_ptr_array_index (pages, i));
  }
  return save (haru, error);
}

GBytes *
dk_draw_pdf (const GPtrArray *pages, const char *title, GError **error)
{
  return dk_draw_pdf_with_fonts (pages, title, NULL, error);
}
