/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_NOTE_ENTRY (dk_note_entry_get_type ())
G_DECLARE_FINAL_TYPE (DkNoteEntry, dk_note_entry, DK, NOTE_ENTRY, GtkBox)

/* One line for the log of a ticket, with a box that keeps it for leads. Signal `entered` for Enter
 * with words in it. */

/* The words, and whether only leads may read them; the entry is empty afterwards. NULL if nothing
 * was typed. New string. */
char *dk_note_entry_take (DkNoteEntry *self, gboolean *lead_only);

/* Tells how storing what was taken last ended: refused words stand in the line again. */
void dk_note_entry_settle (DkNoteEntry *self, gboolean stored);

/* Words typed and not stored yet? */
gboolean dk_note_entry_has_words (DkNoteEntry *self);

/* Puts the focus in the line. */
void dk_note_entry_focus (DkNoteEntry *self);

G_END_DECLS
