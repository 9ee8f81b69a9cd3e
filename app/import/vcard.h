/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/import/import-list.h"

G_BEGIN_DECLS

/* vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), mixed in one file if need be, as Outlook, iPhone,
 * Google, Evolution and Thunderbird write them. Each TEL and EMAIL becomes a number of the contact;
 * labels that our kinds do not know (an own X-ABLabel) stand in its note beside the number; home
 * numbers are marked "(home)", and fax numbers stand in the note alone. PHOTO, LOGO, SOUND and KEY
 * are passed over unread, and so is a card within a card.
 *
 * Bounds: DK_LIMIT_VCARD_BYTES for a file, 64 KiB for a property that is used and 1,000 properties
 * a card: a card beyond them is a reject with its place. A file with no card at all, or that is not
 * text: DK_ERROR_INVALID. `name` is the file in places. Any thread. New list. */
DkImportList *dk_vcard_read (GBytes *bytes, const char *name, const DkJob *job, GError **error)
    DK_CHECKED;

#define DK_LIMIT_VCARD_BYTES (256u << 20)

/* TRUE if the file begins as vCards do (after a BOM and blank lines, in any of the encodings). */
gboolean dk_vcard_is_one (GBytes *bytes);

/* One contact as vCard; version 3 or 4. CR LF, folded at 75 bytes, UTF-8. New string. */
char *dk_vcard_write (const DkContact *contact, int version);

G_END_DECLS
