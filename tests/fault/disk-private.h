/* SPDX-License-Identifier: MIT */
#pragma once

#include "tests/fault/disk.h"

G_BEGIN_DECLS

typedef enum {
  DK_DISK_CREATE,
  DK_DISK_LINK,
  DK_DISK_RENAME,
  DK_DISK_REMOVE,
  DK_DISK_MAKE_FOLDER,
  DK_DISK_REMOVE_FOLDER,
  DK_DISK_LAST_OF_NAMES = DK_DISK_REMOVE_FOLDER,
  DK_DISK_WRITE,
  DK_DISK_TRUNCATE,
  DK_DISK_SYNC,
  DK_DISK_SYNC_FOLDER,
  DK_DISK_MARK,
} DkDiskKind;

#define DK_DISK_NO_FILE G_MAXUINT

/* One call. Names are relative to the root; "" is the root. */
typedef struct {
  DkDiskKind kind;
  guint phase;
  guint file;    /* number of the file, DK_DISK_NO_FILE for folders */
  char *name;    /* of what is made, removed, renamed, synced */
  char *to;      /* of a rename */
  gint64 offset; /* or size, or the mark */
  GBytes *data;
} DkDiskOp;

/* A file that was there when the recording began. */
typedef struct {
  char *name;
  GBytes *content; /* NULL: a folder */
} DkDiskStart;

struct DkDiskLog {
  char *root;
  GArray *ops;      /* of DkDiskOp */
  GPtrArray *start; /* of DkDiskStart; a file's number is its place here, folders in between */
  guint files;      /* numbers given so far */
};

/* The calls of the system itself. */
int dk_disk_real_open (const char *path, int flags, int mode);

G_END_DECLS
