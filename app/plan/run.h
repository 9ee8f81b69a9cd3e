/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/document.h"
#include "app/model/runbook.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* A runbook at work. Its steps are the tasks of the text that everybody may read, and the run keeps
 * that text whatever a later pack says. Steps of sections for leads alone are ticked by their id;
 * their words are never stored. Everybody who opens the kit may run a runbook; each step tells the
 * person and the time. Several runs go on at once, also of one runbook. Times in ms, UTC. */

/* Makes a document of Markdown: dk_markdown_parse, which is of a room above. */
typedef DkDocument *(*DkRunReader) (const char *text, gsize size, GError **error);

#define DK_RUN_STEP_DONE "done"
#define DK_RUN_STEP_SKIPPED "skipped"
#define DK_RUN_STEP_OPEN "open"

/* One step, with the last word on it. Text owned. */
typedef struct {
  char *id;      /* 16 hex, stable over versions */
  char *text;    /* NULL for a step of a section for leads alone */
  char *section; /* heading above it, NULL if none */
  char *state;   /* DK_RUN_STEP_* */
  char *person;  /* who said so; NULL while nobody did */
  gint64 at_ms;
  char *note;    /* why it was skipped, or what belongs to it */
} DkRunStep;

/* One line of what was done, from the ledger. Text owned. */
typedef struct {
  char *kind;   /* started step note ended */
  char *step;   /* id, of `step` */
  char *state;  /* of `step` */
  char *person;
  gint64 at_ms;
  char *text;   /* note, reason; NULL if none */
} DkRunLine;

typedef struct {
  char *uid;     /* 32 hex */
  char *ref;     /* id of the runbook */
  char *title;
  char *pack;    /* "NAME SEQUENCE" that it came from */
  char *version; /* hash of the text, 64 hex */
  char *source;  /* the text, without sections for leads; NULL in lists */
  gint64 started_ms;
  char *started_by;
  gint64 ended_ms; /* 0 = under way */
  char *ended_by;
  char *note;      /* said at the end */
  guint steps_open;
  guint steps_done;
  guint steps_skipped;
  gboolean newer;   /* the pack in force has another text now */
  gboolean is_gone; /* the pack in force has no such runbook for everybody */
  GPtrArray *steps; /* of DkRunStep, in order; those for leads behind. NULL in lists */
  GPtrArray *lines; /* of DkRunLine, in order. NULL in lists */
} DkRun;

/* Starts a run of the text in force. DK_ERROR_NOT_FOUND; DK_ERROR_INVALID for a text that is too
 * large or holds no step. New run. */
DkRun *dk_run_start (DkStore *store, const char *runbook, DkRunReader reader, GError **error)
    DK_CHECKED;

/* As dk_run_start for a runbook that is for leads alone: the run has no words at all, its steps
 * come as they are ticked. DK_ERROR_DENIED without the `lead` key. */
DkRun *dk_run_start_for_leads (DkStore *store, const char *runbook, GError **error) DK_CHECKED;

/* Says of a step that it is done, skipped or open again. uid may be its first digits, if they are
 * those of one run. A skip needs a note that tells why. An id that the public text does not have is
 * for holders of the `lead` key (the caller knows that it is one of theirs), else
 * DK_ERROR_NOT_FOUND. DK_ERROR_INVALID once the run has ended. */
gboolean dk_run_step (DkStore *store, const char *uid, const char *step, const char *state,
                      const char *note, GError **error) DK_CHECKED;

/* Adds words to the run, also after its end. */
gboolean dk_run_note (DkStore *store, const char *uid, const char *text, GError **error) DK_CHECKED;

/* Ends it. With steps that are still open it needs a note that tells why. */
gboolean dk_run_end (DkStore *store, const char *uid, const char *note, GError **error) DK_CHECKED;

/* Runs of runbooks, those under way first, then the newest. New array of DkRun. */
GPtrArray *dk_run_list (DkStore *store, gboolean only_open, GError **error) DK_CHECKED;

/* One run with steps and lines; uid may be its first digits (4 or more). DK_ERROR_NOT_FOUND, or
 * INVALID if several begin so. New run. */
DkRun *dk_run_load (DkStore *store, const char *uid, GError **error) DK_CHECKED;

/* The step of that id, borrowed; NULL if the public text has none and nobody ticked it yet. */
const DkRunStep *dk_run_find_step (const DkRun *run, const char *id);

/* The run as a record for paper: facts, every step with its box, person and time, skipped ones with
 * the reason, then all lines. New document. */
DkDocument *dk_run_document (const DkRun *run, DkRunReader reader, GError **error) DK_CHECKED;

/* What stands on the card of a runbook beside its text. Borrowed, NULL = left out. */
typedef struct {
  const char *owner;   /* name */
  const char *pack;    /* "NAME SEQUENCE" */
  gint64 now_ms;
} DkRunbookCard;

/* The runbook as a card for paper: version, pack, owner, review date (overdue is said), its text
 * with boxes to tick, lines for name and time. New document. */
DkDocument *dk_runbook_card (const DkRunbook *runbook, const DkRunbookCard *facts,
                             DkRunReader reader, GError **error) DK_CHECKED;

/* Hash by which versions of a text are told apart: BLAKE2b-256, 64 hex. New string. */
char *dk_run_version (const char *source);

/* Frees the run; NULL is fine. */
void dk_run_free (DkRun *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkRun, dk_run_free)

G_END_DECLS
