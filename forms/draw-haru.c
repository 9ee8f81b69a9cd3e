/* SPDX-License-Identifier: MIT */
/* libharu 2.3.0 as it is: its error handler only records, since jumping out of it leaves the
 * document unusable and loses what GLib holds; state is set before a path is begun, never between
 * path and paint; text is NFC and covered by the fonts before it comes here. */
#include "forms/draw-private.h"

#include <glib/gstdio.h>
#include <hpdf.h>
#include <math.h>

#include "app/base/platform.h"
#include "forms/font-private.h"

typedef struct {
  HPDF_STATUS code; /* of the first error, 0 if there was none */
  HPDF_STATUS detail;
} HaruFault;

typedef struct {
  HPDF_Doc doc;
  HPDF_Page page;
  HPDF_Font fonts[DK_FONT_COUNT];
  char *font_paths[DK_FONT_COUNT];
  double height;
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

static void
draw_text (gpointer data, const DkOp *op)
{
  Haru *haru = data;
  HPDF_Page_SetGrayFill (haru->page, (HPDF_REAL) op->grey);
  HPDF_Page_BeginText (haru->page);
  HPDF_Page_SetFontAndSize (haru->page, haru->fonts[op->weight], (HPDF_REAL) op->size);
  HPDF_Page_TextOut (haru->page, (HPDF_REAL) op->x, (HPDF_REAL) (haru->height - op->y), op->text);
  HPDF_Page_EndText (haru->page);
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
  HPDF_Page_SetGrayFill (haru->page, (HPDF_REAL) op->grey);
  HPDF_Page_BeginText (haru->page);
  HPDF_Page_SetFontAndSize (haru->page, haru->fonts[op->weight], (HPDF_REAL) op->size);
  HPDF_Page_SetTextMatrix (haru->page, (HPDF_REAL) c, (HPDF_REAL) s, (HPDF_REAL) -s, (HPDF_REAL) c,
                           (HPDF_REAL) (op->x + left * c + down * s),
                           (HPDF_REAL) (haru->height - op->y + left * s - down * c));
  HPDF_Page_ShowText (haru->page, op->text);
  HPDF_Page_EndText (haru->page);
}

static void
draw_line (gpointer data, const DkOp *op, guint count)
{
  Haru *haru = data;
  HPDF_Page_SetGrayStroke (haru->page, (HPDF_REAL) op->grey);
  HPDF_Page_SetLineWidth (haru->page, (HPDF_REAL) op->size);
  for (guint i = 0; i < count; i++) {
    HPDF_Page_MoveTo (haru->page, (HPDF_REAL) op[i].x, (HPDF_REAL) (haru->height - op[i].y));
    HPDF_Page_LineTo (haru->page, (HPDF_REAL) op[i].w, (HPDF_REAL) (haru->height - op[i].h));
  }
  HPDF_Page_Stroke (haru->page);
}

static void
add_rectangles (Haru *haru, const DkOp *op, guint count)
{
  for (guint i = 0; i < count; i++) {
    HPDF_Page_Rectangle (haru->page, (HPDF_REAL) op[i].x,
                         (HPDF_REAL) (haru->height - op[i].y - op[i].h), (HPDF_REAL) op[i].w,
                         (HPDF_REAL) op[i].h);
  }
}

static void
draw_rect (gpointer data, const DkOp *op, guint count)
{
  Haru *haru = data;
  HPDF_Page_SetGrayStroke (haru->page, (HPDF_REAL) op->grey);
  HPDF_Page_SetLineWidth (haru->page, (HPDF_REAL) op->size);
  add_rectangles (haru, op, count);
  HPDF_Page_Stroke (haru->page);
}

static void
draw_fill (gpointer data, const DkOp *op, guint count)
{
  Haru *haru = data;
  HPDF_Page_SetGrayFill (haru->page, (HPDF_REAL) op->grey);
  add_rectangles (haru, op, count);
  HPDF_Page_Fill (haru->page);
}

static void
draw_image (gpointer data, const DkOp *op)
{
  Haru *haru = data;
  HPDF_Image image = HPDF_LoadRawImageFromMem (haru->doc, g_bytes_get_data (op->pixels, NULL),
                                               op->image_width, op->image_height,
                                               HPDF_CS_DEVICE_GRAY, 8);
  if (image != NULL) {
    HPDF_Page_DrawImage (haru->page, image, (HPDF_REAL) op->x,
                         (HPDF_REAL) (haru->height - op->y - op->h), (HPDF_REAL) op->w,
                         (HPDF_REAL) op->h);
  }
}

static const DkDraw haru_draw = { draw_text, draw_mark, draw_line,
                                  draw_rect, draw_fill, draw_image };

/* libharu reads fonts from files only, and keeps the file open until it has saved. Where an open
 * file can be removed it has no name while it is used; elsewhere it is removed at the end. */
static gboolean
load_font (Haru *haru, DkFontWeight weight, GBytes *font, GError **error)
{
  gsize size = 0;
  const void *bytes = g_bytes_get_data (font, &size);
  int fd = g_file_open_tmp ("downtime-kit-XXXXXX.ttf", &haru->font_paths[weight], error);
  if (fd < 0) {
    g_prefix_error (error, "The page could not be made, nothing was printed: ");
    return FALSE;
  }
  gboolean written = dk_platform_write_all (fd, bytes, size);
  g_close (fd, NULL);
  const char *name
      = written ? HPDF_LoadTTFontFromFile (haru->doc, haru->font_paths[weight], HPDF_TRUE) : NULL;
  haru->fonts[weight] = name != NULL ? HPDF_GetFont (haru->doc, name, "UTF-8") : NULL;
  g_remove (haru->font_paths[weight]);
  if (haru->fonts[weight] == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
                 "The page could not be made, nothing was printed: the temporary folder %s may be "
                 "full. Make room there and try again (code 0x%04X).",
                 g_get_tmp_dir (), (guint) haru->fault.code);
    return FALSE;
  }
  return TRUE;
}

static void
free_haru (Haru *haru)
{
  if (haru->doc != NULL) {
    HPDF_Free (haru->doc);
  }
  for (guint i = 0; i < DK_FONT_COUNT; i++) {
    if (haru->font_paths[i] != NULL) {
      g_remove (haru->font_paths[i]);
    }
    g_free (haru->font_paths[i]);
  }
  g_free (haru);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Haru, free_haru)

static Haru *
new_haru (const char *title, GBytes *const fonts[DK_FONT_COUNT], GError **error)
{
  g_autoptr (Haru) haru = g_new0 (Haru, 1);
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
  for (guint i = 0; i < DK_FONT_COUNT; i++) {
    if (!load_font (haru, (DkFontWeight) i, fonts[i], error)) {
      return NULL;
    }
  }
  return g_steal_pointer (&haru);
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
  g_autoptr (Haru) haru = new_haru (title, fonts, error);
  if (haru == NULL) {
    return NULL;
  }
  for (guint i = 0; i < pages->len && haru->fault.code == 0; i++) {
    const DkPage *page = g_ptr_array_index (pages, i);
    haru->page = HPDF_AddPage (haru->doc);
    if (haru->page == NULL) {
      break;
    }
    haru->height = page->height;
    HPDF_Page_SetWidth (haru->page, (HPDF_REAL) page->width);
    HPDF_Page_SetHeight (haru->page, (HPDF_REAL) page->height);
    dk_page_draw (page, &haru_draw, haru);
  }
  return save (haru, error);
}

GBytes *
dk_draw_pdf (const GPtrArray *pages, const char *title, GError **error)
{
  g_autoptr (GBytes) regular = dk_font_bytes (DK_FONT_REGULAR);
  g_autoptr (GBytes) bold = dk_font_bytes (DK_FONT_BOLD);
  GBytes *const fonts[DK_FONT_COUNT] = { regular, bold };
  return dk_draw_pdf_with_fonts (pages, title, fonts, error);
}
