/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/file-pieces.h"
#include "app/base/job.h"

G_BEGIN_DECLS

/* A zip of which there is exactly one for a given list of members: stored, no flags, no extra
 * fields, no comments, fixed times, nothing before, between or after (FORMAT.md). What
 * dk_zip_write makes any tool opens; dk_zip_read takes nothing else. Any thread, one zip per
 * thread. */

typedef struct {
  char *name;
  GBytes *bytes;     /* NULL if it was left in the file */
  guint64 size;
  guint64 offset;    /* of its first byte in the file that it was left in, */
  guint8 sha256[32]; /* and its hash, computed while it was checked */
} DkZipMember;

/* How much a zip may hold; what is over it is refused before it is read. */
typedef struct {
  guint members_max;
  guint64 member_bytes_max;
  guint64 total_bytes_max; /* of the whole file */
} DkZipLimits;

/* A new array of DkZipMember that frees its members. */
GPtrArray *dk_zip_members_new (void);

/* Appends a member; the name is copied, the bytes get a reference of their own. */
void dk_zip_members_add (GPtrArray *members, const char *name, GBytes *bytes);

/* As dk_zip_members_add, with a string without its zero byte; takes ownership of the text. */
void dk_zip_members_take_text (GPtrArray *members, const char *name, char *text);

/* Bytes of the member of that name, borrowed; NULL if there is none. */
GBytes *dk_zip_members_find (GPtrArray *members, const char *name);

/* TRUE for a name that every system can hold and that stays below its folder: 1 to 200 of
 * A-Z a-z 0-9 . _ - in parts divided by single slashes, no part beginning with a dot. */
gboolean dk_zip_name_is_valid (const char *name, gsize size);

/* The zip of these members, in this order. DK_ERROR_INVALID for a bad or repeated name (compared
 * without case) and for more than 65,534 members or 4 GiB. New reference. */
GBytes *dk_zip_write (GPtrArray *members, GError **error) DK_CHECKED;

/* The members of a zip that dk_zip_write made, checked with their CRC-32; their bytes are parts of
 * `zip`, not copies. `what` names it in messages. DK_ERROR_DAMAGED where a byte differs from what
 * dk_zip_write makes, DK_ERROR_INVALID where it is no zip or larger than the limits. New array. */
GPtrArray *dk_zip_read (GBytes *zip, const DkZipLimits *limits, const char *what, const DkJob *job,
                        GError **error) DK_CHECKED;

/* How a zip is read that is too large for memory. */
typedef struct {
  const char *keep;      /* members whose names begin like this are taken into memory, */
  gsize keep_bytes_max;  /* at most so large each; the others stay in the file */
  gboolean is_head_only; /* stop at the first that stays: nothing behind it is read or checked */
} DkZipFileOptions;

/* As dk_zip_read from an open file, piece by piece. Also DK_ERROR_FAILED if it cannot be read. */
GPtrArray *dk_zip_read_file (const DkFileReader *file, const DkZipLimits *limits,
                             const DkZipFileOptions *options, const char *what, const DkJob *job,
                             GError **error) DK_CHECKED;

/* A zip that is written piece by piece: size and CRC-32 of each member are told first, then header
 * after header and at last the tail are asked for, the members' bytes coming in between. */
typedef struct DkZipPlan DkZipPlan;

/* A plan without members. Free with dk_zip_plan_free. */
DkZipPlan *dk_zip_plan_new (void);

/* Appends a member; the name is copied. */
void dk_zip_plan_add (DkZipPlan *plan, const char *name, guint64 size, guint32 crc);

/* Ends the adding: checks names and sizes as dk_zip_write does. */
gboolean dk_zip_plan_check (DkZipPlan *plan, GError **error) DK_CHECKED;

/* Size of the whole zip in bytes. */
guint64 dk_zip_plan_size (const DkZipPlan *plan);

/* Appends what stands before the bytes of member i. */
void dk_zip_plan_append_header (const DkZipPlan *plan, guint i, GByteArray *out);

/* Appends what stands behind the last member. */
void dk_zip_plan_append_tail (const DkZipPlan *plan, GByteArray *out);

/* Frees it; NULL is fine. */
void dk_zip_plan_free (DkZipPlan *plan);

/* CRC-32 of more bytes; begins with 0. */
guint32 dk_zip_crc (guint32 crc, const void *data, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkZipPlan, dk_zip_plan_free)

G_END_DECLS
