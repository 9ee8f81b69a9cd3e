/* SPDX-License-Identifier: MIT */
#include "ui/service-work.h"

#include <glib/gi18n.h>

#include "app/plan/correction.h"
#include "app/plan/oncall.h"
#include "app/store/content-store.h"
#include "ui/card.h"
#include "ui/contact-work.h"

#define DEPTH_MAX 8u

void
dk_service_view_free (gpointer data)
{
  DkServiceView *view = data;

  if (view == NULL)
    return;
  g_free (view->id);
  g_free (view->name);
  g_free (view->facts);
  g_free (view->say);
  g_free (view->warning);
  dk_document_free (view->sheet);
  g_free (view);
}

gpointer
dk_service_work_list (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return dk_content_store_services (dk_kit_store (kit), error);
}

static void
add_heading (DkDocument *sheet, const char *text)
{
  dk_document_add_text (sheet, DK_BLOCK_HEADING, 3, text);
}

static void
add_paragraph (DkDocument *sheet, const char *text, DkSpanStyle style)
{
  dk_block_add_span (dk_document_add_block (sheet, DK_BLOCK_PARAGRAPH, 0), text, style, NULL, 0);
}

/* "• NAME  rest": the name leads to the thing. */
static void
add_item (DkDocument *sheet, guint level, const char *kind, const char *id, const char *name,
          const char *rest)
{
  DkBlock *block = dk_document_add_block (sheet, DK_BLOCK_ITEM, level);
  g_autofree char *link = id != NULL ? g_strdup_printf ("%s:%s", kind, id) : NULL;
  g_autofree char *tail = rest != NULL ? g_strdup_printf ("   %s", rest) : NULL;

  dk_block_add_span (block, name, DK_SPAN_PLAIN, link, 0);
  if (tail != NULL)
    dk_block_add_span (block, tail, DK_SPAN_PLAIN, NULL, 0);
}

static void
add_contact (DkStore *store, DkDocument *sheet, const char *id)
{
  g_autoptr (DkContact) contact = dk_correction_contact (store, id, NULL);
  g_autofree char *numbers = contact != NULL ? dk_card_numbers_line (contact, 2) : NULL;

  add_item (sheet, 1, "contact", contact != NULL ? id : NULL,
            contact != NULL ? contact->name : id, numbers);
}

static gboolean
is_set (const char *text)
{
  return text != NULL && *text != '\0';
}

static void
add_workaround (DkStore *store, const DkService *service, DkServiceView *view)
{
  g_autofree char *who = NULL;
  g_autofree char *line = NULL;

  add_heading (view->sheet, _ ("Workaround"));
  if (!is_set (service->workaround)) {
    add_paragraph (view->sheet, _ ("None is agreed. Ask the support group before you advise one."),
                   DK_SPAN_PLAIN);
    return;
  }
  add_paragraph (view->sheet, service->workaround, DK_SPAN_PLAIN);
  who = is_set (service->workaround_approved_by)
            ? dk_contact_name (store, service->workaround_approved_by)
            : g_strdup (_ ("nobody: ask before you advise it"));
  line = g_strdup_printf (_ ("Approved by %s%s%s"), who,
                          is_set (service->workaround_valid_until) ? _ (", valid until ") : "",
                          is_set (service->workaround_valid_until) ? service->workaround_valid_until
                                                                   : "");
  add_paragraph (view->sheet, line, DK_SPAN_EMPHASIS);
  if (dk_service_workaround_is_expired (service, dk_clock_wall_ms ()))
    view->warning = g_strdup_printf (_ ("THE WORKAROUND EXPIRED on %s. Ask %s before you advise "
                                        "it."),
                                     service->workaround_valid_until, who);
}

static gboolean
add_on_call (DkStore *store, const DkService *service, DkDocument *sheet, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (GPtrArray) turns = dk_oncall_at (store, service->id, 0, &fault);
  gint64 now = dk_clock_wall_ms ();

  if (turns == NULL && !g_error_matches (fault, DK_ERROR, DK_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  add_heading (sheet, _ ("On call now"));
  if (turns == NULL || turns->len == 0)
    add_paragraph (sheet, _ ("Nobody, says the rota. Use the support group."), DK_SPAN_PLAIN);
  for (guint i = 0; turns != NULL && i < turns->len; i++) {
    const DkOnCall *turn = turns->pdata[i];
    g_autofree char *tier = dk_tier_words (turn->tier);
    g_autofree char *until
        = turn->until_ms != 0 ? dk_time_format_short (turn->until_ms, now) : g_strdup ("?");
    g_autofree char *numbers
        = turn->contact != NULL ? dk_card_numbers_line (turn->contact, 2) : NULL;
    g_autofree char *rest
        = g_strdup_printf (_ ("%s   (%s, until %s)"), numbers != NULL ? numbers : "", tier, until);
    add_item (sheet, 1, "contact", turn->contact != NULL ? turn->contact_id : NULL,
              turn->contact != NULL ? turn->contact->name : turn->contact_id, rest);
  }
  return TRUE;
}

static void
add_support (DkStore *store, const DkService *service, DkDocument *sheet)
{
  const char *site = dk_store_identity (store)->site;
  const char *group = dk_service_group_at (service, site, dk_clock_wall_ms ());
  g_autofree char *title = g_strdup_printf (_ ("Support group for %s at this hour"), site);

  add_heading (sheet, title);
  add_paragraph (sheet, is_set (group) ? group : _ ("None is named."), DK_SPAN_PLAIN);
  if (is_set (service->vendor) || is_set (service->contract))
    add_heading (sheet, _ ("Vendor"));
  if (is_set (service->vendor))
    add_contact (store, sheet, service->vendor);
  if (is_set (service->contract)) {
    g_autofree char *contract = g_strdup_printf (_ ("Contract: %s"), service->contract);
    add_paragraph (sheet, contract, DK_SPAN_PLAIN);
  }
}

/* One way along the dependencies, each service once. */
typedef struct {
  const GPtrArray *services;
  GHashTable *told;
  DkDocument *sheet;
} Walk;

static void
tell (Walk *walk, const char *id, guint level)
{
  const DkService *service = dk_service_find (walk->services, id);

  add_item (walk->sheet, level, "service", service != NULL ? id : NULL,
            service != NULL ? service->name : id,
            service != NULL ? dk_criticality_words (service->criticality) : NULL);
}

static void
walk_needs (Walk *walk, const char *id, guint level)
{
  const DkService *service = dk_service_find (walk->services, id);

  if (service == NULL || service->depends_on == NULL || level > DEPTH_MAX)
    return;
  for (guint i = 0; service->depends_on[i] != NULL; i++)
    if (g_hash_table_add (walk->told, service->depends_on[i])) {
      tell (walk, service->depends_on[i], level);
      walk_needs (walk, service->depends_on[i], level + 1);
    }
}

static void
walk_breaks (Walk *walk, const char *id, guint level)
{
  for (guint i = 0; level <= DEPTH_MAX && i < walk->services->len; i++) {
    const DkService *service = walk->services->pdata[i];
    if (dk_service_needs (service, id) && g_hash_table_add (walk->told, service->id)) {
      tell (walk, service->id, level);
      walk_breaks (walk, service->id, level + 1);
    }
  }
}

static void
add_dependencies (const GPtrArray *services, const DkService *service, DkDocument *sheet)
{
  g_autoptr (GHashTable) broken = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) needed = g_hash_table_new (g_str_hash, g_str_equal);
  Walk breaks = { services, broken, sheet };
  Walk wants = { services, needed, sheet };

  g_hash_table_add (broken, service->id);
  g_hash_table_add (needed, service->id);
  add_heading (sheet, _ ("If this is down, these break"));
  walk_breaks (&breaks, service->id, 1);
  if (g_hash_table_size (broken) == 1)
    add_paragraph (sheet, _ ("Nothing else, says the catalogue."), DK_SPAN_PLAIN);
  add_heading (sheet, _ ("It needs"));
  walk_needs (&wants, service->id, 1);
  if (g_hash_table_size (needed) == 1)
    add_paragraph (sheet, _ ("Nothing else, says the catalogue."), DK_SPAN_PLAIN);
}

static gboolean
add_runbooks (DkStore *store, const DkService *service, DkDocument *sheet, GError **error)
{
  g_autoptr (GPtrArray) runbooks = dk_content_store_runbooks (store, error);
  gint64 now = dk_clock_wall_ms ();
  gboolean has_any = FALSE;

  for (guint i = 0; runbooks != NULL && i < runbooks->len; i++) {
    const DkRunbook *runbook = runbooks->pdata[i];
    if (g_strcmp0 (runbook->service, service->id) != 0)
      continue;
    if (!has_any)
      add_heading (sheet, _ ("Runbooks"));
    has_any = TRUE;
    add_item (sheet, 1, "runbook", runbook->id, runbook->title,
              dk_runbook_is_overdue (runbook, now) ? _ ("REVIEW DUE") : NULL);
  }
  return runbooks != NULL;
}

gpointer
dk_service_work_view (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (DkService) service = dk_content_store_service (store, data, error);
  g_autoptr (GPtrArray) services
      = service != NULL ? dk_content_store_services (store, error) : NULL;
  DkServiceView *view;
  g_autofree char *owner = NULL;
  gboolean done;

  if (services == NULL)
    return NULL;
  view = g_new0 (DkServiceView, 1);
  view->sheet = dk_document_new ();
  view->id = g_strdup (service->id);
  view->name = g_strdup (service->name);
  view->say = is_set (service->say) ? g_strdup (service->say) : NULL;
  owner = is_set (service->owner) ? dk_contact_name (store, service->owner)
                                  : g_strdup (_ ("nobody"));
  view->facts = g_strdup_printf (_ ("%s · owner: %s"), dk_criticality_words (service->criticality),
                                 owner);
  add_workaround (store, service, view);
  done = add_on_call (store, service, view->sheet, error);
  add_support (store, service, view->sheet);
  done = done && add_runbooks (store, service, view->sheet, error);
  if (!done) {
    dk_service_view_free (view);
    return NULL;
  }
  add_dependencies (services, service, view->sheet);
  return view;
}
