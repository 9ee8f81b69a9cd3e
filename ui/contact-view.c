/* SPDX-License-Identifier: MIT */
#include "ui/contact-work.h"

#include <glib/gi18n.h>

#include "app/content/pack-apply.h"
#include "app/model/hours.h"
#include "app/plan/correction.h"
#include "app/plan/oncall.h"
#include "app/store/content-store.h"
#include "app/store/lead-store.h"
#include "app/store/ledger.h"
#include "ui/card.h"
#include "ui/lead-part.h"

#define DAY_MS ((gint64) 24 * 3600 * 1000)
#define OTHERS_MAX 6u

static void
free_line (gpointer data)
{
  DkContactLine *line = data;

  g_free (line->kind);
  g_free (line->value);
  g_free (line->field);
  g_free (line->mark);
  g_free (line);
}

static void
free_other (gpointer data)
{
  DkContactOther *other = data;

  g_free (other->id);
  g_free (other->why);
  g_free (other->name);
  g_free (other->number);
  g_free (other);
}

void
dk_contact_view_free (gpointer data)
{
  DkContactView *view = data;

  if (view == NULL)
    return;
  dk_contact_free (view->contact);
  g_ptr_array_unref (view->lines);
  g_ptr_array_unref (view->duties);
  g_ptr_array_unref (view->others);
  g_ptr_array_unref (view->corrections);
  g_free (view->hours);
  g_free (view);
}

static char *
day_words (gint64 at_ms)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (at_ms / 1000);

  return g_date_time_format (time, "%-d %b");
}

static const DkCorrection *
find_correction (const GPtrArray *corrections, const char *value)
{
  for (guint i = corrections->len; i > 0; i--) {
    const DkCorrection *correction = corrections->pdata[i - 1];
    if (g_str_has_prefix (correction->field, "number:")
        && g_strcmp0 (correction->value, value) == 0)
      return correction;
  }
  return NULL;
}

static char *
correction_mark (const DkCorrection *correction)
{
  g_autofree char *when = dk_time_format_short (correction->at_ms, dk_clock_wall_ms ());

  if (correction->was == NULL)
    return g_strdup_printf (_ ("ADDED HERE %s by %s; reported as %s"), when, correction->person,
                            correction->ticket != NULL ? correction->ticket : "?");
  return g_strdup_printf (_ ("CORRECTED HERE %s by %s, was %s; reported as %s"), when,
                          correction->person, correction->was,
                          correction->ticket != NULL ? correction->ticket : "?");
}

static char *
change_mark (GPtrArray *changes, const char *contact, const char *value)
{
  gint64 changed_ms = dk_number_changes_find (changes, contact, value);
  g_autofree char *day = NULL;
  const char *was = NULL;

  if (changed_ms == 0)
    return NULL;
  day = day_words (changed_ms);
  for (guint i = 0; was == NULL && i < changes->len; i++) {
    const DkNumberChange *change = changes->pdata[i];
    was = change->changed_ms == changed_ms && g_strcmp0 (change->contact, contact) == 0
              ? change->was
              : NULL;
  }
  if (was == NULL)
    return g_strdup_printf (_ ("NEW NUMBER since %s"), day);
  return g_strdup_printf (_ ("NUMBER CHANGED %s, was %s"), day, was);
}

static gboolean
add_lines (DkStore *store, DkContactView *view, const GPtrArray *corrections, GError **error)
{
  const DkContact *contact = view->contact;
  gint64 since_ms = dk_clock_wall_ms () - DK_NUMBER_CHANGE_DAYS * DAY_MS;
  g_autoptr (GPtrArray) changes
      = dk_content_store_number_changes (store, contact->id, since_ms, error);

  for (guint i = 0; changes != NULL && i < contact->numbers->len; i++) {
    const DkContactNumber *number = contact->numbers->pdata[i];
    const DkCorrection *correction = find_correction (corrections, number->value);
    DkContactLine *line = g_new0 (DkContactLine, 1);
    line->kind = g_strdup (dk_number_kind_words (number->kind));
    line->value = g_strdup (number->value);
    line->field = g_strdup_printf ("number:%s", number->kind);
    line->mark = correction != NULL ? correction_mark (correction)
                                    : change_mark (changes, contact->id, number->value);
    g_ptr_array_add (view->lines, line);
  }
  return changes != NULL;
}

static const char *
field_words (const char *field)
{
  static const struct {
    const char *field;
    const char *words;
  } fields[] = {
    { "name", N_ ("Name") },   { "role", N_ ("Role") },         { "team", N_ ("Team") },
    { "site", N_ ("Site") },   { "hours", N_ ("Hours") },       { "timezone", N_ ("Time zone") },
    { "languages", N_ ("Languages") }, { "note", N_ ("Note") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_strcmp0 (field, fields[i].field) == 0)
      return _ (fields[i].words);
  return g_str_has_prefix (field, "number:") ? dk_number_kind_words (field + 7) : field;
}

/* Numbers that are shown carry their own mark. */
static void
add_corrections (DkContactView *view, const GPtrArray *corrections)
{
  for (guint i = 0; i < corrections->len; i++) {
    const DkCorrection *correction = corrections->pdata[i];
    g_autofree char *when = dk_time_format_short (correction->at_ms, dk_clock_wall_ms ());
    const char *was = correction->was != NULL ? correction->was : _ ("nothing");
    if (g_str_has_prefix (correction->field, "number:") && correction->value != NULL)
      continue;
    g_ptr_array_add (
        view->corrections,
        correction->value != NULL
            ? g_strdup_printf (_ ("%s corrected here %s by %s, was: %s (reported as %s)"),
                               field_words (correction->field), when, correction->person, was,
                               correction->ticket != NULL ? correction->ticket : "?")
            : g_strdup_printf (_ ("%s %s does not work any more, says %s %s (reported as %s)"),
                               field_words (correction->field), was, correction->person, when,
                               correction->ticket != NULL ? correction->ticket : "?"));
  }
}

static void
add_hours (DkContactView *view)
{
  const DkContact *contact = view->contact;
  gint64 now = dk_clock_wall_ms ();
  g_autoptr (DkHours) hours = NULL;

  if (contact->hours == NULL || *contact->hours == '\0')
    return;
  hours = dk_hours_parse (contact->hours, NULL);
  if (hours == NULL)
    return;
  view->hours = dk_hours_describe (hours, contact->timezone, now);
  view->is_outside = !dk_hours_is_open (hours, contact->timezone, now);
}

static void
add_other (DkContactView *view, const DkContact *contact, const char *why)
{
  DkContactOther *other;

  if (contact == NULL || g_strcmp0 (contact->id, view->contact->id) == 0
      || view->others->len >= OTHERS_MAX)
    return;
  for (guint i = 0; i < view->others->len; i++)
    if (g_str_equal (((DkContactOther *) view->others->pdata[i])->id, contact->id))
      return;
  other = g_new0 (DkContactOther, 1);
  other->id = g_strdup (contact->id);
  other->why = g_strdup (why);
  other->name = g_strdup (contact->name);
  other->number = contact->numbers->len > 0 ? dk_card_numbers_line (contact, 1) : NULL;
  g_ptr_array_add (view->others, other);
}

/* What this person is on call for, and who comes behind for the same. */
static gboolean
add_duties (DkStore *store, DkContactView *view, GError **error)
{
  g_autoptr (GPtrArray) turns = dk_oncall_at (store, NULL, 0, error);
  gint64 now = dk_clock_wall_ms ();

  for (guint i = 0; turns != NULL && i < turns->len; i++) {
    const DkOnCall *mine = turns->pdata[i];
    g_autofree char *tier = dk_tier_words (mine->tier);
    g_autofree char *until
        = mine->until_ms != 0 ? dk_time_format_short (mine->until_ms, now) : NULL;
    if (g_strcmp0 (mine->contact_id, view->contact->id) != 0)
      continue;
    g_ptr_array_add (view->duties,
                     until != NULL
                         ? g_strdup_printf (_ ("%s, %s, until %s"), mine->service_name, tier, until)
                         : g_strdup_printf (_ ("%s, %s"), mine->service_name, tier));
    for (guint k = 0; k < turns->len; k++) {
      const DkOnCall *other = turns->pdata[k];
      g_autofree char *rank = dk_tier_words (other->tier);
      g_autofree char *why = g_strdup_printf (_ ("%s for %s"), rank, other->service_name);
      if (other->tier > mine->tier && g_strcmp0 (other->service, mine->service) == 0)
        add_other (view, other->contact, why);
    }
  }
  return turns != NULL;
}

static void
add_by_id (DkStore *store, DkContactView *view, const char *id, const char *why)
{
  g_autoptr (DkContact) contact
      = id != NULL && *id != '\0' ? dk_correction_contact (store, id, NULL) : NULL;

  add_other (view, contact, why);
}

/* Whom the call trees name in the place of this person. */
static gboolean
add_instead (DkStore *store, DkContactView *view, GError **error)
{
  g_autoptr (GPtrArray) trees = dk_content_store_call_trees (store, error);

  for (guint i = 0; trees != NULL && i < trees->len; i++) {
    const DkCallTree *tree = trees->pdata[i];
    for (guint k = 0; k < tree->calls->len; k++) {
      const DkCall *call = tree->calls->pdata[k];
      g_autofree char *why = g_strdup_printf (_ ("instead, says %s"), tree->title);
      if (g_strcmp0 (call->contact, view->contact->id) == 0)
        add_by_id (store, view, call->instead, why);
    }
  }
  return trees != NULL;
}

/* Takes the contact. */
static DkContactView *
make_view (DkStore *store, DkContact *contact, GError **error)
{
  g_autoptr (GPtrArray) corrections = dk_correction_list (store, contact->id, TRUE, error);
  DkContactView *view = g_new0 (DkContactView, 1);

  view->contact = contact;
  view->lines = g_ptr_array_new_with_free_func (free_line);
  view->duties = g_ptr_array_new_with_free_func (g_free);
  view->others = g_ptr_array_new_with_free_func (free_other);
  view->corrections = g_ptr_array_new_with_free_func (g_free);
  view->may_read_lead = dk_lead_store_may_read (store);
  if (corrections != NULL)
    dk_correction_apply (contact, corrections);
  if (corrections == NULL || !add_lines (store, view, corrections, error)
      || !add_duties (store, view, error) || !add_instead (store, view, error)) {
    dk_contact_view_free (view);
    return NULL;
  }
  add_corrections (view, corrections);
  add_hours (view);
  add_by_id (store, view, contact->manager, _ ("manager"));
  return view;
}

gpointer
dk_contact_work_view (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GError) missing = NULL;
  DkContact *contact = dk_content_store_contact (store, data, &missing);
  DkContactView *view = NULL;

  if (contact != NULL)
    return make_view (store, contact, error);
  if (dk_lead_store_may_read (store) && g_error_matches (missing, DK_ERROR, DK_ERROR_NOT_FOUND))
    view = dk_contact_work_view_lead (kit, data, c, NULL); /* as a search of leads finds it */
  if (view == NULL)
    g_propagate_error (error, g_steal_pointer (&missing));
  return view;
}

/* Numbers for leads alone stand in no table, so their marks are added here. */
static gboolean
mark_lead_numbers (DkKit *kit, DkContactView *view, GError **error)
{
  GPtrArray *changes = dk_lead_part_numbers (kit, error);

  for (guint i = 0; changes != NULL && i < view->lines->len; i++) {
    DkContactLine *line = view->lines->pdata[i];
    if (line->mark == NULL)
      line->mark = change_mark (changes, view->contact->id, line->value);
  }
  return changes != NULL;
}

gpointer
dk_contact_work_view_lead (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const char *id = data;
  g_autoptr (DkPackContent) lead = NULL;
  g_autoptr (json_t) body = json_pack ("{s:s}", "what", "contact");

  if (!dk_pack_open_lead (kit, &lead, error))
    return NULL;
  for (guint i = 0; lead != NULL && i < lead->contacts->len; i++) {
    DkContact *contact = lead->contacts->pdata[i];
    DkContactView *view;
    if (!g_str_equal (contact->id, id))
      continue;
    if (!dk_ledger_note (store, "lead-read", id, body, error))
      return NULL;
    view = make_view (store, g_ptr_array_steal_index_fast (lead->contacts, i), error);
    if (view == NULL || !mark_lead_numbers (kit, view, error)) {
      dk_contact_view_free (view);
      return NULL;
    }
    view->has_lead = TRUE;
    return view;
  }
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               _ ("The content in force has nothing about this contact that only leads may read. "
                  "What is shown is all."));
  return NULL;
}
