/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A hand scanner is a keyboard that types a whole number quickly and ends with Enter or Tab. The
 * capture watches the keys of a window: what came as quickly as no person types, and is a number,
 * is taken out of the field that it fell into, and told. */
typedef struct DkScan DkScan;

/* Who is told; called on the main loop, text is borrowed. */
typedef struct {
  /* A number was scanned: the text as it was typed. */
  void (*scanned) (gpointer data, const char *text);
  gpointer data;
} DkScanReply;

/* Watches the window. Free with dk_scan_free. */
DkScan *dk_scan_new (GtkWindow *window, const DkScanReply *reply);

/* Watches no more; NULL is fine. */
void dk_scan_free (DkScan *self);

/* TRUE if text is a number as a person or a scanner types it, its check character right or not. */
gboolean dk_scan_looks_like_number (const char *text);

G_END_DECLS
