/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Numbers that were issued on paper, and what became of each: the account of the paper. Numbers are
 * taken as typed or scanned (dk_number_scan). Thread of the store.
 *
 * issued -> entered (keyed in), void, missing (nobody finds it), lost (given up, with a reason);
 * missing -> lost; missing, lost -> issued (found), entered, void. Entered and void are the end.
 * A number that was skipped when this kit began a new chain has no state until a step names it. */

#define DK_PAPER_COPIES_MAX 1000
#define DK_PAPER_STEP_NUMBERS_MAX 1000

typedef struct {
  char *number;
  char *form;  /* empty: a number that was skipped, see above */
  char *state; /* issued entered void missing lost */
  char *unit;  /* who got the paper; NULL if not told */
  gint64 issued_ms; /* 0 = not known, of a number that was skipped */
} DkPaperRow;

/* Paper numbers in the order of issue; of one state only unless `state` is NULL. New array of
 * DkPaperRow. */
GPtrArray *dk_paper_store_list (DkStore *store, const char *state, GError **error) DK_CHECKED;

/* Frees the row; NULL is fine. */
void dk_paper_row_free (DkPaperRow *row);

/* So many numbers of one form. */
typedef struct {
  DkForm *form;       /* borrowed */
  guint copies;
  GPtrArray *numbers; /* strings; set by dk_paper_store_issue, NULL before */
} DkPaperIssue;

/* Issues numbers for several forms in one step: all of them or none, and the issues stay as they
 * were. unit NULL = not told. Between 1 and DK_PAPER_COPIES_MAX altogether. */
gboolean dk_paper_store_issue (DkStore *store, DkPaperIssue *issues, guint n, const char *unit,
                               GError **error) DK_CHECKED;

/* Frees the numbers of an issue. */
void dk_paper_issue_clear (DkPaperIssue *issue);

/* Changes the states of these numbers (NULL-terminated), all or none, each with an entry. A reason
 * is needed for lost alone. At most DK_PAPER_STEP_NUMBERS_MAX, each named once. DK_ERROR_INVALID
 * tells which number cannot and why. */
gboolean dk_paper_store_missing (DkStore *store, const char *const *numbers, const char *reason,
                                 GError **error) DK_CHECKED;
/* Given up. */
gboolean dk_paper_store_lost (DkStore *store, const char *const *numbers, const char *reason,
                              GError **error) DK_CHECKED;
/* Found again: as issued. */
gboolean dk_paper_store_found (DkStore *store, const char *const *numbers, const char *reason,
                               GError **error) DK_CHECKED;

/* What is known of one number. Text owned, NULL = not known. */
typedef struct {
  char *number;
  char *form;      /* that was issued; of a number that was never on paper: that of its ticket */
  char *unit;
  char *state;     /* as of DkPaperRow; "skipped": a copy of this kit that is gone may have issued
                      it, and it can be keyed in; "screen": it was never issued on paper */
  gint64 issued_ms;
  char *issued_by;
  char *changed_by; /* who keyed it in, voided it, missed it */
  gint64 changed_ms;
  char *reason;     /* why it is void or lost */
  char *keyed_form; /* as which form it was keyed in; NULL if there is no ticket */
  char *summary;    /* of the ticket */
  char *written_by;
  gint64 written_ms;
} DkPaperFate;

/* What this number is; what opens a form by its number asks it first. DK_ERROR_INVALID for a wrong
 * check character, DK_ERROR_NOT_FOUND for a number of another station and one never issued: told in
 * words. Free with dk_paper_fate_free. */
DkPaperFate *dk_paper_store_find (DkStore *store, const char *typed, GError **error) DK_CHECKED;

/* TRUE if it may be keyed in; else DK_ERROR_INVALID tells who did so, when, as what, and what to
 * do. */
gboolean dk_paper_fate_check (const DkPaperFate *fate, GError **error) DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_paper_fate_free (DkPaperFate *fate);

/* Counts of one unit, or of all. */
typedef struct {
  char *unit; /* NULL: paper that was given to nobody in particular */
  guint total;
  guint issued;
  guint entered;
  guint voided;
  guint missing;
  guint lost;
  GPtrArray *out;             /* numbers still issued, strings */
  GPtrArray *numbers_missing; /* likewise */
  GPtrArray *numbers_lost;
} DkPaperCount;

/* All counts, and those of each unit by name, the ones without a unit last. */
typedef struct {
  DkPaperCount *all;
  GPtrArray *units; /* of DkPaperCount */
  GPtrArray *unknown; /* strings, "FIRST to LAST" or the one number: those that a state of this kit
                         gave out which is gone, and no step has named; some may be on paper. Of no
                         unit, so empty for one unit alone */
} DkPaperAccount;

/* "Ward 4" and "ward 4" are one unit; NULL is none. */
gboolean dk_paper_is_same_unit (const char *a, const char *b);

/* The account; of one unit unless that is NULL. DK_ERROR_NOT_FOUND for a unit that never got
 * paper. Free with dk_paper_account_free. */
DkPaperAccount *dk_paper_store_account (DkStore *store, const char *unit,
                                        GError **error) DK_CHECKED;

/* {total, issued, entered, void, missing, lost, ok, outstanding: [numbers], units: [{unit, total,
 * issued, entered, void, missing, lost, numbers_out, numbers_missing, numbers_lost}], unknown:
 * [ranges]}; outstanding are those issued and missing, and ok tells that there are none, and no
 * unknown ones. New reference. */
json_t *dk_paper_account_json (const DkPaperAccount *account);

/* Frees it; NULL is fine. */
void dk_paper_account_free (DkPaperAccount *account);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPaperFate, dk_paper_fate_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPaperAccount, dk_paper_account_free)

G_END_DECLS
