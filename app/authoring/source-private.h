/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/authoring/pack-source.h"
#include "app/content/content-text.h"
#include "app/content/pack-read.h"
#include "app/content/record.h"
#include "app/model/policy.h"

G_BEGIN_DECLS

#define DK_SOURCE_NOTES_MAX 1000
#define DK_SOURCE_DAY_MS (G_GINT64_CONSTANT (86400) * 1000)

/* Where something stands. */
typedef struct {
  const char *name; /* of the file, owned by the reader */
  DkPlace place;
} DkSourcePlace;

/* Something to be told to the author. */
typedef struct {
  DkSourcePlace at;
  char *text;
} DkSourceNote;

/* A reference that must be found among the ids at the end. */
typedef struct {
  DkSourcePlace at;
  char *target;     /* "contact:ID" */
  gboolean for_all; /* it stands where everybody reads */
} DkSourceLink;

/* A number that can be dialled, for finding it twice. */
typedef struct {
  DkSourcePlace at;
  guint64 digits;      /* 1 and then the digits */
  const char *contact; /* "contact:ID", owned by the table of ids */
} DkSourceNumber;

/* What is needed of a service once all is read. */
typedef struct {
  DkSourcePlace at;
  char *id;
  char *owner;
  int criticality;
} DkSourceService;

/* A folder while it is read. Notes are collected, so that an author sees many at once. Records
 * become lines as soon as they are read: a large folder does not stand in memory as objects. */
typedef struct {
  const char *folder;
  char *root; /* the folder without links in its name */
  gboolean strict;
  gint64 now_ms;
  gint64 created_ms; /* of the pack; 0 = not known */
  gint64 expires_ms;
  gboolean has_plan; /* something that the first programs do not know */
  gboolean has_forms; /* a form that computes, repeats or depends */
  GStringChunk *names;
  GArray *problems; /* of DkSourceNote, at most DK_SOURCE_NOTES_MAX */
  GArray *warnings; /* likewise */
  guint problem_count;
  guint warning_count;
  GHashTable *ids;    /* "contact:ID" ... -> "file:line:column" where it stands */
  GHashTable *broken; /* "contact:ID" that has its problem already, "contact:" = any */
  GHashTable *clocks; /* "zone NAME" and "hours TEXT" that were looked at -> what is wrong, "" */
  GHashTable *for_leads; /* "contact:ID" and "runbook:ID" that leads alone have */
  GHashTable *always; /* ids of contacts that can be reached day and night */
  GArray *links;      /* of DkSourceLink */
  GArray *numbers;    /* of DkSourceNumber */
  GArray *services;   /* of DkSourceService */
  GPtrArray *shifts;  /* of DkShift */
  GArray *shift_places;           /* of DkSourcePlace, one for each shift */
  GPtrArray *lines[DK_PACK_PARTS]; /* records, each as made by dk_source_add_record */
  DkPackSource *source;
} DkSourceReader;

/* An empty reader for a folder. Free with dk_source_reader_free. */
DkSourceReader *dk_source_reader_new (const char *folder, const DkPackSourceOptions *options);

/* Frees the reader; NULL is fine. */
void dk_source_reader_free (DkSourceReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkSourceReader, dk_source_reader_free)

/* Notes a problem at a place. */
void dk_source_problem (DkSourceReader *reader, const char *name, DkPlace place, const char *format,
                        ...) G_GNUC_PRINTF (4, 5);

/* Notes what should be mended; a problem for a strict reader. */
void dk_source_warn (DkSourceReader *reader, const char *name, DkPlace place, const char *format,
                     ...) G_GNUC_PRINTF (4, 5);

/* Notes an error, which it takes, as a problem; the message names the place already. */
void dk_source_take_error (DkSourceReader *reader, const char *name, GError *error);

/* DK_ERROR_INVALID with the problems, if there are any; else the warnings go to the source. */
gboolean dk_source_report (DkSourceReader *reader, GError **error);

/* A place whose name the reader keeps. */
DkSourcePlace dk_source_place (DkSourceReader *reader, const char *name, DkPlace place);

/* Text of a file below the folder; NULL with the problem noted. A recovery key in it is a
 * problem. New string. */
char *dk_source_load (DkSourceReader *reader, const char *name, gsize size_max, gsize *size);

/* Notes that "kind:id" stands at a place; a second time is a problem. The name that it has in the
 * table of ids, borrowed. */
const char *dk_source_add_id (DkSourceReader *reader, const char *kind, const char *id,
                              const char *name, DkPlace place);

/* Notes that "kind:id" stands here but has a problem of its own, or, with id NULL, that a whole
 * file of that kind has: what refers to it is not told as well. */
void dk_source_add_broken (DkSourceReader *reader, const char *kind, const char *id);

/* Notes that "kind:id" must exist; NULL or empty ids are passed over. */
void dk_source_add_link (DkSourceReader *reader, const char *kind, const char *id, const char *name,
                         DkPlace place);

/* As dk_source_add_link, where everybody reads it: what is for leads alone is a bare id there. */
void dk_source_add_link_for_all (DkSourceReader *reader, const char *kind, const char *id,
                                 const char *name, DkPlace place);

/* Notes that "kind:id" is for leads alone. */
void dk_source_add_for_leads (DkSourceReader *reader, const char *kind, const char *id);

/* Keeps a record, which it takes, under its key in the order of the pack. */
void dk_source_add_record (DkSourceReader *reader, DkPackPart part, const char *key,
                           json_t *record);

/* Keeps a contact; its parts for leads, or all of it, in their place. Changes the contact. */
void dk_source_add_contact (DkSourceReader *reader, DkContact *contact);

/* Sorts the records of all parts into the source. */
void dk_source_fill (DkSourceReader *reader);

/* What is wrong with a name of a time zone, "" if nothing; borrowed. */
const char *dk_source_zone_fault (DkSourceReader *reader, const char *zone);

/* What is wrong with hours, "" if nothing; borrowed. */
const char *dk_source_hours_fault (DkSourceReader *reader, const char *hours);

/* What is to be said about dates: NULL for text that is no date. "YYYY-MM-DD" to its first moment
 * in UTC. */
gboolean dk_source_read_date (const char *text, gint64 *wall_ms);

/* Checks between the parts, once all is read: references, */
void dk_source_check_links (DkSourceReader *reader);
/* numbers that two contacts have, */
void dk_source_check_numbers (DkSourceReader *reader);
/* gaps and overlaps of the rota, services that nobody answers for, */
void dk_source_check_plan (DkSourceReader *reader);
/* the time until the pack expires, and how long it counts. */
void dk_source_check_dates (DkSourceReader *reader);

/* Readers of one file each, named from the folder. */
void dk_source_read_contacts (DkSourceReader *reader, const char *name);
/* Contacts as vCards. */
void dk_source_read_cards (DkSourceReader *reader, const char *name);
/* A lookup list. */
void dk_source_read_list (DkSourceReader *reader, const char *name);
/* Devices. */
void dk_source_read_devices (DkSourceReader *reader, const char *name);
/* Shifts. */
void dk_source_read_shifts (DkSourceReader *reader, const char *name);
/* Call trees. */
void dk_source_read_call_trees (DkSourceReader *reader, const char *name);
/* Services. */
void dk_source_read_services (DkSourceReader *reader, const char *name);
/* A runbook. */
void dk_source_read_runbook (DkSourceReader *reader, const char *name);
/* A form. */
void dk_source_read_form (DkSourceReader *reader, const char *name);
/* A form as a workbook; what it has and we have not is a warning. */
void dk_source_read_form_sheets (DkSourceReader *reader, const char *name);
/* policy.yaml. */
void dk_source_read_policy (DkSourceReader *reader, const char *name);
/* fleet.yaml. */
void dk_source_read_fleet (DkSourceReader *reader, const char *name);
/* pack.yaml. */
void dk_source_read_about (DkSourceReader *reader, const char *name);

G_END_DECLS
