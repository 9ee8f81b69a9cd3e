/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/base/error.h"
#include "app/base/job.h"

G_BEGIN_DECLS

/* A zip of which there is exactly one for a given list of members: stored, no flags, no extra
 * fields, no comments, fixed times, nothing before, between or after (FORMAT.md). What
 * dk_zip_write makes any tool opens; dk_zip_read takes nothing else. Any thread, one zip per
 * thread. */

typedef struct {
  char *name;
  GBytes *bytes;
} DkZipMember;

/* How much a zip may hold; what is over it is refused before it is read. */
typedef struct {
  guint members_max;
  gsize member_bytes_max;
  gsize total_bytes_max; /* of the whole file */
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

G_END_DECLS
