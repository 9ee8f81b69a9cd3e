/* SPDX-License-Identifier: MIT */
#include "app/plan/feedback.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/model/call-tree.h"
#include "app/plan/correction.h"
#include "app/plan/plan-private.h"
#include "app/plan/run.h"
#include "app/store/content-store.h"
#include "app/store/ticket-store.h"

#define SUMMARY_CHARS 160

/* What is known of the piece of content. */
typedef struct {
  char *title;
  char *version;
  char *service; /* id */
  char *owner;   /* contact id */
  char *group;
} Piece;

static void
piece_clear (Piece *piece)
{
  g_free (piece->title);
  g_free (piece->version);
  g_free (piece->service);
  g_free (piece->owner);
  g_free (piece->group);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Piece, piece_clear)

/* The text for everybody may be missing: then it is a runbook for leads, and its id has to do. */
static gboolean
read_runbook (DkStore *store, const char *id, Piece *piece, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkRunbook) runbook = dk_content_store_runbook (store, id, &failed);

  if (runbook == NULL) {
    if (g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND) && dk_plan_is_lead (store))
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  piece->title = g_strdup (runbook->title);
  piece->version = dk_run_version (runbook->markdown != NULL ? runbook->markdown : "");
  piece->service = g_strdup (runbook->service);
  piece->owner = g_strdup (runbook->owner);
  return TRUE;
}

static gboolean
read_contact (DkStore *store, const char *id, Piece *piece, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkContact) contact = dk_content_store_contact (store, id, &failed);

  if (contact == NULL) {
    if (g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND) && dk_plan_is_lead (store))
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  piece->title = g_strdup (contact->name);
  piece->group = g_strdup (contact->team);
  return TRUE;
}

static gboolean
read_service (DkStore *store, const char *id, Piece *piece, GError **error)
{
  g_autoptr (DkService) service = dk_content_store_service (store, id, error);

  if (service == NULL)
    return FALSE;
  piece->title = g_strdup (service->name);
  piece->service = g_strdup (service->id);
  piece->owner = g_strdup (service->owner);
  return TRUE;
}

static gboolean
read_call_tree (DkStore *store, const char *id, Piece *piece, GError **error)
{
  g_autoptr (DkCallTree) tree = dk_content_store_call_tree (store, id, error);

  if (tree == NULL)
    return FALSE;
  piece->title = g_strdup (tree->title);
  piece->service = g_strdup (tree->service);
  piece->owner = g_strdup (tree->owner);
  return TRUE;
}

static gboolean
read_form (DkStore *store, const char *id, Piece *piece, GError **error)
{
  g_autoptr (DkForm) form = dk_content_store_form (store, id, error);

  if (form == NULL)
    return FALSE;
  piece->title = g_strdup (dk_form_title (form));
  piece->version = g_strdup (dk_form_version (form));
  return TRUE;
}

static gboolean
read_piece (DkStore *store, const char *kind, const char *id, Piece *piece, GError **error)
{
  if (strcmp (kind, "runbook") == 0)
    return read_runbook (store, id, piece, error);
  if (strcmp (kind, "contact") == 0)
    return read_contact (store, id, piece, error);
  if (strcmp (kind, "service") == 0)
    return read_service (store, id, piece, error);
  if (strcmp (kind, "call-tree") == 0)
    return read_call_tree (store, id, piece, error);
  if (strcmp (kind, "form") == 0)
    return read_form (store, id, piece, error);
  g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
               "Say what is wrong: a runbook, contact, service, call-tree or form. Nothing was "
               "stored.");
  return FALSE;
}

/* The support group of the service here and now, else the name of the owner. What cannot be found
 * leaves the group empty: the words count. */
static void
find_group (DkStore *store, const DkContact *owner, Piece *piece)
{
  g_autoptr (DkService) service = piece->service != NULL
                                      ? dk_content_store_service (store, piece->service, NULL)
                                      : NULL;
  const char *group = service != NULL
                          ? dk_service_group_at (service, dk_store_identity (store)->site,
                                                 dk_clock_wall_ms ())
                          : NULL;

  if (piece->group != NULL)
    return;
  piece->group = g_strdup (group != NULL ? group : owner != NULL ? owner->name : piece->owner);
}

/* "EHR on call (ehr-oncall), mobile 919-555-0161": whom to ask. New string. */
static char *
describe_owner (const DkContact *owner, const char *id)
{
  const DkContactNumber *number = owner != NULL && owner->numbers->len > 0
                                      ? g_ptr_array_index (owner->numbers, 0)
                                      : NULL;

  if (owner == NULL)
    return g_strdup (id);
  return g_strdup_printf ("%s (%s)%s%s%s%s", owner->name, id, number != NULL ? ", " : "",
                          number != NULL ? number->kind : "", number != NULL ? " " : "",
                          number != NULL ? number->value : "");
}

/* "Runbook ehr-down, step 3: words". New string. */
static char *
make_summary (const char *kind, const char *id, const char *step, const char *words)
{
  g_autofree char *line = dk_text_clean_line (words);
  g_autofree char *whole
      = g_strdup_printf ("%c%s %s%s%s: %s", g_ascii_toupper (*kind), kind + 1, id,
                         step != NULL ? ", step " : "", step != NULL ? step : "", line);

  return dk_text_shorten (whole, SUMMARY_CHARS);
}

json_t *
dk_feedback_answers (DkStore *store, const char *kind, const char *id, const char *step,
                     const char *words, GError **error)
{
  g_auto (Piece) piece = { 0 };
  g_autofree char *clean = NULL;
  g_autofree char *clean_step = step != NULL ? dk_text_clean_line (step) : NULL;
  g_autofree char *pack = dk_plan_pack_name (store, error);
  g_autofree char *summary = NULL;
  g_autofree char *owner_text = NULL;
  g_autoptr (DkContact) owner = NULL;
  json_t *answers;

  if (pack == NULL || !dk_plan_clean ("What is wrong", words, &clean, error)
      || !read_piece (store, kind, id, &piece, error))
    return NULL;
  if (clean == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Say what is wrong. Nothing was stored.");
    return NULL;
  }
  owner = piece.owner != NULL ? dk_correction_contact (store, piece.owner, NULL) : NULL;
  owner_text = describe_owner (owner, piece.owner);
  find_group (store, owner, &piece);
  summary = make_summary (kind, id, clean_step, clean);
  answers = json_object ();
  dk_json_set_text (answers, "content_kind", kind);
  dk_json_set_text (answers, "content_id", id);
  dk_json_set_text (answers, "content_step", clean_step);
  dk_json_set_text (answers, "content_pack", pack);
  dk_json_set_text (answers, "content_version", piece.version);
  dk_json_set_text (answers, "category", "content");
  dk_json_set_text (answers, "caller", dk_store_user (store));
  dk_json_set_text (answers, "group", piece.group);
  dk_json_set_text (answers, "content_owner", owner_text);
  dk_json_set_text (answers, "service", piece.service);
  dk_json_set_text (answers, "summary", summary);
  dk_json_set_text (answers, "details", clean);
  return answers;
}

char *
dk_feedback_report (DkStore *store, const char *kind, const char *id, const char *step,
                    const char *words, GError **error)
{
  g_autoptr (json_t) answers = dk_feedback_answers (store, kind, id, step, words, error);
  g_autoptr (DkForm) form = dk_form_shipped (DK_FORM_FEEDBACK, "en");
  char *number = NULL;

  if (answers == NULL
      || !dk_ticket_store_save (store, form, NULL, answers, 0, TRUE, &number, error))
    return NULL;
  return number;
}
