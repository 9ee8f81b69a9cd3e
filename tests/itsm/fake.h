/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/itsm/engine.h"

/* An ITSM and a kit of their own, in memory, with a clock that only they move. */

/* What happens to one create. */
typedef enum {
  FAKE_FINE,
  FAKE_LOSE_REPLY,   /* done, and nobody hears of it */
  FAKE_LOSE_REQUEST, /* not done, and nobody hears of it */
  FAKE_COMMIT_LATE,  /* nobody hears of it, and it is done late_ms later */
  FAKE_REJECT,
  FAKE_NOT_SENT,
  FAKE_AUTH,
  FAKE_LIE,          /* done, and the answer is nonsense */
  FAKE_RETRY_AFTER,
  FAKE_DROP_FIELD,   /* done, with a field lost */
  FAKE_CHANGE_FIELD, /* done, with a field changed */
  FAKE_LOSE_REPLY_AND_KEY, /* done without the field that holds the number, nobody hears of it */
} FakeFault;

/* A file, of a ticket of the kit or there. */
typedef struct {
  char *number;      /* NULL there */
  char *name;
  char *text;
  gint64 visible_ms; /* there, since boot: found from then on */
} FakeFile;

typedef struct {
  char *id;
  char *key;
  char *uid;
  char *value;        /* "sent" as sent, "" dropped */
  gint64 visible_ms;  /* since boot: found from then on */
  gboolean keyless;   /* only its words tell the number */
  GPtrArray *notes;   /* char *: comments, oldest first */
  GPtrArray *files;   /* FakeFile */
} FakeRemote;

typedef struct {
  DkConnector base;
  GPtrArray *remotes;      /* FakeRemote */
  GArray *faults;          /* FakeFault of the creates in order; fine after its end */
  GArray *note_faults;     /* FakeFault of the updates in order */
  gboolean has_too_many_files; /* no one can look through them */
  GArray *file_faults;     /* FakeFault of the attaches in order */
  guint attaches;          /* calls */
  guint updates;           /* calls */
  guint creates;           /* calls */
  guint finds;
  gint64 late_ms;
  gint64 slow_ms;          /* a create that nobody hears of takes so long */
  gboolean finds_everything;
  gboolean finds_nothing;
  DkConnectorCode check_code;
  guint check_failures;    /* so many checks fail with check_code, then all is well */
  DkConnectorCode read_code;
  guint read_failures;
  struct FakeKit *kit;
  GPtrArray *order;        /* keys as they were created */
} FakeItsm;

typedef struct {
  char *number;
  char *text;
  guint seq;
} FakeNote;

typedef struct FakeKit {
  DkPushStore store;
  GPtrArray *rows;  /* DkPushRow: what is durable */
  DkMoment now;
  guint marks;
  guint kill_at;    /* the mark that fails; 0 = none */
  gboolean kill_after; /* it was durable all the same */
  gboolean dead;    /* nothing may be asked for any more */
  gint64 slept_ms;
  GPtrArray *notes;    /* FakeNote */
  GPtrArray *files;    /* FakeFile */
  guint seq;           /* of notes and of marks of sending */
  GHashTable *sent;    /* number -> seq of the last mark of sending */
  const char *damaged; /* this number cannot be loaded */
  gboolean note_before_verified; /* somebody writes a note just before the next such mark */
  gboolean knows_boot; /* rows tell the moment of their last mark, as those of a kit do */
} FakeKit;

/* A kit with so many finalized tickets, recorded a second apart, and an empty ITSM. */
FakeKit *fake_kit_new (guint tickets);
FakeItsm *fake_itsm_new (FakeKit *kit);
void fake_kit_free (FakeKit *kit);

/* The n-th create, from 0, gets this fault. */
void fake_itsm_plan (FakeItsm *itsm, guint n, FakeFault fault);

/* The n-th update, from 0, gets this fault. */
void fake_itsm_plan_note (FakeItsm *itsm, guint n, FakeFault fault);

/* The n-th attach, from 0, gets this fault. */
void fake_itsm_plan_file (FakeItsm *itsm, guint n, FakeFault fault);

/* How many files of that name and content stand there, late ones too. */
guint fake_itsm_count_files (const FakeItsm *itsm, const char *name, const char *text);

/* Gives a ticket of the kit a file. */
void fake_kit_file (FakeKit *kit, const char *number, const char *name, const char *text);

/* Names the files of the kit in a ticket that is handed out. */
void fake_kit_add_files (const FakeKit *kit, DkPushTicket *ticket);

/* How many comments there hold this text. */
guint fake_itsm_count_notes (const FakeItsm *itsm, const char *text);

/* Writes a note to a ticket of the kit. */
void fake_kit_note (FakeKit *kit, const char *number, const char *text);

/* How many tickets there carry this number, late ones too. */
guint fake_itsm_count (const FakeItsm *itsm, const char *number);

/* A row by its place. */
DkPushRow *fake_kit_row (FakeKit *kit, guint i);

/* How many rows are in a state. */
guint fake_kit_count (FakeKit *kit, DkHandover state);

/* The process is born again: nothing but the durable rows is left, and the clocks go on. */
void fake_kit_revive (FakeKit *kit);

/* A ticket as the kit would load it. */
DkPushTicket *fake_ticket (const char *number, const char *uid, gint64 recorded_ms);

/* One kit, its ITSM, and what the last run said. */
typedef struct {
  FakeKit *kit;
  FakeItsm *itsm;
  DkPushReport *report;
  GError *error;
} FakeWorld;

/* A kit with so many tickets and an empty ITSM. */
FakeWorld fake_world_begin (guint tickets);

/* Forgets what the last run said. */
void fake_world_forget (FakeWorld *world);

/* Frees all of it. */
void fake_world_end (FakeWorld *world);

/* One run; report or error are in the world. */
gboolean fake_world_push (FakeWorld *world, guint wait_s);

/* Reads everything back; report or error are in the world. */
gboolean fake_world_verify (FakeWorld *world);

/* Both clocks go on. */
void fake_world_pass (FakeWorld *world, gint64 ms);
