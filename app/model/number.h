/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* Downtime numbers: DT-<station>-<counter, 4 or more digits>-<check>, the check character by
 * ISO 7064 MOD 37,36 over the letters and digits before it. Drill numbers begin with DR-. */

typedef struct {
  char station[9]; /* 1 to 8 of A-Z 0-9 */
  guint64 counter; /* from 1 */
  gboolean drill;
} DkNumber;

/* TRUE for a station code: 1 to 8 of A-Z and 0-9. */
gboolean dk_number_station_is_valid (const char *station);

/* The check character over A-Z and 0-9 of text, other characters being skipped. */
char dk_number_check_character (const char *text);

/* "DT-A07-0042-D". New string. Any thread. */
char *dk_number_format (const char *station, guint64 counter, gboolean drill);

/* Reads a number as people type it: case and blanks do not matter. DK_ERROR_INVALID tells a wrong
 * check character from text that is no number at all. Any thread. */
gboolean dk_number_parse (const char *text, DkNumber *out, GError **error) DK_CHECKED;

#define DK_NUMBER_PAGES_MAX 999u

/* What a person typed or a hand scanner sent. */
typedef struct {
  DkNumber number;
  guint page;  /* of the sheet that was scanned; 0 = not told */
  guint pages;
} DkNumberScan;

/* As dk_number_parse, for every field and option that takes a number: also with the page behind it
 * ("DT-A07-0042-D 1/2", what the QR code of a form holds), with other dashes, and with what a
 * scanner set to an American keyboard types where the keyboard is a German one (DTssA07 with
 * sharp s, ' or ? for dashes, a dash for the stroke, Y and Z exchanged). DK_ERROR_INVALID as
 * dk_number_parse, and for a page that the form does not have. Any thread. */
gboolean dk_number_scan (const char *text, DkNumberScan *out, GError **error) DK_CHECKED;

/* Spelled for the phone: "D T, A alpha zero seven, zero zero four two, D delta". New string. */
char *dk_number_spell (const char *number);

G_END_DECLS
