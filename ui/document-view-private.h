/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/document-view.h"

G_BEGIN_DECLS

#define DK_DOCUMENT_INDENT_PX 24
#define DK_DOCUMENT_LEVELS_MAX 8

/* A step of a run: its mark lies between two marks of the buffer. Text owned. */
typedef struct {
  char *id;
  char *words;
  GtkTextMark *begin;
  GtkTextMark *end;
  gboolean is_open;
} DkDocumentStep;

struct _DkDocumentView {
  GtkTextView parent_instance;
  GtkTextTag *headings[6];
  GtkTextTag *levels[DK_DOCUMENT_LEVELS_MAX + 1];
  GtkTextTag *styles[4]; /* by bit of DkSpanStyle */
  GtkTextTag *quote;
  GtkTextTag *code;
  GtkTextTag *table_head;
  GtkTextTag *paragraph;
  GtkTextTag *run_levels[DK_DOCUMENT_LEVELS_MAX + 1];
  GtkTextTag *box;    /* of a step that can be ticked */
  GtkTextTag *chosen; /* the step that the buttons are about */
  GPtrArray *own_tags; /* of this text alone: links, tables; removed with it */
  GPtrArray *steps;    /* of DkDocumentStep, in order; empty unless a run is shown */
  GHashTable *by_id;   /* id -> DkDocumentStep, borrowed */
  GHashTable *pending; /* id -> DkStepMark of steps that are not written yet */
  DkDocumentStep *current;
  DkDocument *rest;    /* what is being written, from block `next` on; NULL = all stands there */
  guint next;
  guint rest_source;
  gboolean is_run;
  gboolean filling;
};

/* Appends words; the offset where they begin. */
int dk_document_view_append (DkDocumentView *self, const char *text);
/* Appends the spans of a block with their styles and links. */
void dk_document_view_append_spans (DkDocumentView *self, const DkBlock *block);
/* Gives a tag to everything from that offset on. */
void dk_document_view_apply (DkDocumentView *self, GtkTextTag *tag, int from);
/* Writes the rest at once. */
void dk_document_view_write_all (DkDocumentView *self);

/* Makes tags and tables for steps; called once. */
void dk_document_steps_init (DkDocumentView *self);
/* Frees the tables. */
void dk_document_steps_finalize (DkDocumentView *self);
/* Forgets all steps and marks. */
void dk_document_steps_clear (DkDocumentView *self);
/* Appends a step with its box. */
void dk_document_steps_append (DkDocumentView *self, const DkBlock *block);
/* Space ticks, Ctrl+Down and Ctrl+Up go from step to step; TRUE if the key was one of them. */
gboolean dk_document_steps_key (DkDocumentView *self, const GdkEventKey *event);

G_END_DECLS
