/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_ASK_TEXTS 3

#define DK_TYPE_ASK_PANEL (dk_ask_panel_get_type ())
G_DECLARE_FINAL_TYPE (DkAskPanel, dk_ask_panel, DK, ASK_PANEL, GtkBox)

/* A few questions inside of a page, beside what they are about: one may choose from a list and type
 * up to three lines. What is typed is kept in the kit (ui/kept-words.h) 400 ms after a pause, by
 * Esc, by Back and by dk_ask_panel_seal, and stands there when the same question is opened again.
 * Signals: `answered` when the button was pressed or Enter was typed in the last line, `left` for
 * Back and Esc. */

/* What is asked; all text is copied. */
typedef struct {
  const char *key;    /* of the kept words, such as "contact:ID:correct" */
  const char *title;
  const char *what;   /* what happens with the answer, and what stays */
  const char *choice; /* label of the list with a mnemonic; NULL = there is no list */
  const char *const *choices;            /* NULL-terminated */
  const char *labels[DK_ASK_TEXTS];      /* of the lines, with mnemonics; NULL = no more of them */
  gboolean optional[DK_ASK_TEXTS];       /* may stay empty */
  const char *button; /* a verb with its object */
} DkAskQuestion;

/* The panel; show it, then dk_ask_panel_begin. */
GtkWidget *dk_ask_panel_new (const DkAskQuestion *question);

/* Puts the focus where answering begins, and loads what was typed before. */
void dk_ask_panel_begin (DkAskPanel *self);

/* Which of the choices, from 0. */
guint dk_ask_panel_choice (DkAskPanel *self);

/* Selects one of them. */
void dk_ask_panel_choose (DkAskPanel *self, guint choice);

/* Line i, blanks at both ends removed; NULL if it is empty. New string. */
char *dk_ask_panel_text (DkAskPanel *self, guint i);

/* The answer was stored: nothing is kept any more, and the panel can go. */
void dk_ask_panel_done (DkAskPanel *self);

/* Keeps at once what was typed. */
void dk_ask_panel_seal (DkAskPanel *self);

/* Takes a panel out of its page; what was typed is kept. *panel gets NULL; may be NULL before. */
void dk_ask_panel_drop (DkAskPanel **panel);

G_END_DECLS
