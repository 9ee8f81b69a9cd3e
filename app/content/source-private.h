/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/content-private.h"
#include "app/content/pack-source.h"
#include "app/content/record-private.h"

G_BEGIN_DECLS

/* A folder while it is read. Problems are collected, so that an author sees many at once. */
typedef struct {
  const char *folder;
  const char *root;    /* the folder without links in its name */
  GPtrArray *problems; /* of text */
  GHashTable *ids;     /* "contact:ID" ... -> "file:line:column" where it stands */
  GHashTable *broken;  /* "contact:ID" that has its problem already, "contact:" = any */
  GPtrArray *links;    /* what must be found among the ids at the end, of DkSourceLink */
  GPtrArray *contacts; /* of DkContact, both audiences */
  GPtrArray *services; /* of DkService */
  GPtrArray *runbooks; /* of DkRunbook, whole */
  GHashTable *visible; /* id of a runbook -> its text without lead-only sections, if it has any */
  DkPackSource *source;
} DkSourceReader;

typedef struct {
  char *name; /* of the file */
  DkPlace place;
  char *target; /* "contact:ID" */
} DkSourceLink;

/* Notes a problem at a place. */
void dk_source_problem (DkSourceReader *reader, const char *name, DkPlace place, const char *format,
                        ...) G_GNUC_PRINTF (4, 5);

/* Notes an error, which it takes, as a problem; the message names the file already. */
void dk_source_take_error (DkSourceReader *reader, GError *error);

/* Text of a file below the folder; NULL with the problem noted. A recovery key in it is a
 * problem. New string. */
char *dk_source_load (DkSourceReader *reader, const char *name, gsize size_max, gsize *size);

/* Notes that "kind:id" stands at a place; a second time is a problem. */
void dk_source_add_id (DkSourceReader *reader, const char *kind, const char *id, const char *name,
                       DkPlace place);

/* Notes that "kind:id" stands here but has a problem of its own, or, with id NULL, that a whole
 * file of that kind has: what refers to it is not told as well. */
void dk_source_add_broken (DkSourceReader *reader, const char *kind, const char *id);

/* Notes that "kind:id" must exist; NULL or empty ids are passed over. */
void dk_source_add_link (DkSourceReader *reader, const char *kind, const char *id, const char *name,
                         DkPlace place);

/* Readers of one file each, named from the folder. */
void dk_source_read_contacts (DkSourceReader *reader, const char *name);
/* A lookup list. */
void dk_source_read_list (DkSourceReader *reader, const char *name);
/* Services. */
void dk_source_read_services (DkSourceReader *reader, const char *name);
/* A runbook. */
void dk_source_read_runbook (DkSourceReader *reader, const char *name);
/* A form. */
void dk_source_read_form (DkSourceReader *reader, const char *name);
/* policy.yaml. */
void dk_source_read_policy (DkSourceReader *reader, const char *name);
/* fleet.yaml. */
void dk_source_read_fleet (DkSourceReader *reader, const char *name);
/* pack.yaml. */
void dk_source_read_about (DkSourceReader *reader, const char *name);

G_END_DECLS
