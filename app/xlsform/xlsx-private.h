/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "app/xlsform/xlsx-read.h"

/* A tag of XML while it is read. */
typedef struct {
  const char *name; /* without its prefix */
  int attribute_count;
  const unsigned char **attributes; /* as libxml2 gives them: five pointers each */
} DkXmlTag;

/* What is called while a part is read; a call that sets *error ends the reading. */
typedef struct {
  void (*begin) (gpointer data, const DkXmlTag *tag, GError **error);
  void (*end) (gpointer data, const char *name, GError **error);
  void (*text) (gpointer data, const char *text, gsize size, GError **error);
} DkXmlCalls;

/* Reads a part of a workbook: UTF-8 only, no DTD, no entities but XML's five. */
gboolean dk_xml_walk (GBytes *part, const char *part_name, const DkXmlCalls *calls, gpointer data,
                      GError **error) DK_CHECKED;

/* Value of an attribute by its name without prefix; NULL if it is not there. New string. */
char *dk_xml_attribute (const DkXmlTag *tag, const char *name);

/* The XML members of a zip: name -> GBytes, new table. */
GHashTable *dk_xlsx_unpack (GBytes *bytes, GError **error) DK_CHECKED;

/* Sets DK_ERROR_INVALID with a word on what is safe. Always FALSE. */
gboolean dk_xlsx_refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The texts of a workbook, as they are shared by cells. */
typedef struct {
  GString *text;   /* one after the other, each ended by a zero byte */
  GArray *offsets; /* of guint32 */
} DkSharedTexts;

/* Reads xl/sharedStrings.xml; part may be NULL. */
gboolean dk_xlsx_read_shared (GBytes *part, DkSharedTexts *out, GError **error) DK_CHECKED;

/* Reads xl/styles.xml: for each cell style 1 if it shows a date, 2 for a time of day, 3 for both, 4
 * for hours that went by, else 0 (guint8); part may be NULL. New array. */
GArray *dk_xlsx_read_styles (GBytes *part, GError **error) DK_CHECKED;

/* What the sheets of a workbook share. */
typedef struct {
  DkSharedTexts *shared;
  GArray *styles;
  gboolean from_1904; /* days are counted from 1904 on */
} DkXlsxBook;

/* Reads one sheet. */
DkSheet *dk_xlsx_read_sheet (GBytes *part, const char *name, const DkXlsxBook *book,
                             GError **error) DK_CHECKED;

/* Undoes _x000D_ and the like. In place. */
void dk_xlsx_unescape (GString *text);
