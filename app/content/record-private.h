/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/record.h"

G_BEGIN_DECLS

typedef enum {
  DK_MEMBER_ID,
  DK_MEMBER_LINE,
  DK_MEMBER_TEXT, /* lines */
  DK_MEMBER_BODY, /* Markdown, kept as it is */
  DK_MEMBER_INT,
  DK_MEMBER_DATE,
  DK_MEMBER_TIME, /* wall clock, YYYY-MM-DDTHH:MM */
  DK_MEMBER_WORD, /* one of `words` */
  DK_MEMBER_IDS,
  DK_MEMBER_TAGS,
  DK_MEMBER_RECORDS, /* list of maps, each with the fields `of` */
} DkMemberKind;

typedef struct DkMember DkMember;

/* A member of a record as JSON and as C. Tables end with a NULL key. */
struct DkMember {
  const char *key;
  DkMemberKind kind;
  gsize offset; /* in the struct */
  gboolean required;
  gboolean keep_empty; /* an empty list is written */
  int min;
  int max; /* of a whole number, or how many records */
  const char *const *words;
  const DkMember *of;
  gpointer (*append) (gpointer record); /* adds an empty record to the list */
};

/* Fills a record from a map; FALSE with the fault set. */
gboolean dk_record_read (gpointer record, const DkMember *fields, const json_t *object,
                         DkFault *fault);

/* The record as JSON, absent members left out. New reference. */
json_t *dk_record_write (gconstpointer record, const DkMember *fields);

G_END_DECLS
