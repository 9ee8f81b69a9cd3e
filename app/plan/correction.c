/* SPDX-License-Identifier: MIT */
#include "app/plan/correction.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/model/hours.h"
#include "app/plan/feedback.h"
#include "app/plan/plan-private.h"
#include "app/store/content-store.h"
#include "app/store/ticket-store.h"

#define NUMBER "number:"
#define VALUE_BYTES_MAX 2000

static const char *const NUMBER_KINDS[]
    = { "desk", "mobile", "pager", "radio", "runner", "email", NULL };

void
dk_correction_free (DkCorrection *correction)
{
  if (correction == NULL)
    return;
  g_free (correction->contact);
  g_free (correction->field);
  g_free (correction->was);
  g_free (correction->value);
  g_free (correction->person);
  g_free (correction->state);
  g_free (correction->ticket);
  g_free (correction);
}

/* Where a contact keeps a field; NULL if it is no text that can be corrected. */
static char **
place_of (DkContact *contact, const char *field)
{
  const struct {
    const char *name;
    char **place;
  } places[] = {
    { "name", &contact->name },           { "role", &contact->role },
    { "team", &contact->team },           { "site", &contact->site },
    { "hours", &contact->hours },         { "timezone", &contact->timezone },
    { "languages", &contact->languages }, { "note", &contact->note },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (strcmp (places[i].name, field) == 0)
      return places[i].place;
  return NULL;
}

/* "mobile" of "number:mobile", NULL for another field. Borrowed. */
static const char *
number_kind (const char *field)
{
  return g_str_has_prefix (field, NUMBER) ? field + strlen (NUMBER) : NULL;
}

/* The same number, however it is written. */
static gboolean
is_same_number (const char *a, const char *b)
{
  g_autofree char *digits_a = dk_text_digits (a);
  g_autofree char *digits_b = dk_text_digits (b);

  if (*digits_a == '\0' || *digits_b == '\0' || strchr (a, '@') != NULL || strchr (b, '@') != NULL)
    return g_ascii_strcasecmp (a, b) == 0;
  return strcmp (digits_a, digits_b) == 0;
}

/* Place of a number among those of a contact; kind NULL = of any kind; -1 if it has none. */
static int
find_number (const DkContact *contact, const char *kind, const char *value)
{
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    if ((kind == NULL || strcmp (number->kind, kind) == 0) && is_same_number (number->value, value))
      return (int) i;
  }
  return -1;
}

static void
apply_number (DkContact *contact, const DkCorrection *c, const char *kind)
{
  int at = c->was != NULL ? find_number (contact, kind, c->was) : -1;
  int there = c->value != NULL ? find_number (contact, kind, c->value) : -1;

  if (at >= 0 && (c->value == NULL || (there >= 0 && there != at)))
    g_ptr_array_remove_index (contact->numbers, (guint) at);
  if (c->value == NULL || (there >= 0 && there != at))
    return;
  if (at >= 0) {
    DkContactNumber *number = g_ptr_array_index (contact->numbers, (guint) at);
    g_free (number->value);
    number->value = g_strdup (c->value);
    return;
  }
  (void) dk_contact_add_number (contact, kind, c->value);
}

void
dk_correction_apply (DkContact *contact, const GPtrArray *corrections)
{
  for (guint i = 0; i < corrections->len; i++) {
    const DkCorrection *c = g_ptr_array_index (corrections, i);
    const char *kind = number_kind (c->field);
    char **place = kind == NULL ? place_of (contact, c->field) : NULL;
    if (strcmp (c->contact, contact->id) != 0 || strcmp (c->state, "open") != 0)
      continue;
    if (kind != NULL)
      apply_number (contact, c, kind);
    if (place != NULL) {
      g_free (*place);
      *place = g_strdup (c->value);
    }
  }
}

const DkCorrection *
dk_correction_of_number (const GPtrArray *corrections, const char *contact, const char *number)
{
  for (guint i = corrections->len; i > 0; i--) {
    const DkCorrection *c = g_ptr_array_index (corrections, i - 1);
    if (number_kind (c->field) != NULL && c->value != NULL && strcmp (c->state, "open") == 0
        && strcmp (c->contact, contact) == 0 && is_same_number (c->value, number))
      return c;
  }
  return NULL;
}

GPtrArray *
dk_correction_list (DkStore *store, const char *contact, gboolean only_open, GError **error)
{
  g_autoptr (GPtrArray) list
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_correction_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT contact, field, was, value, person, at_ms, state, ticket FROM"
                           " correction WHERE (?1 IS NULL OR contact = ?1)"
                           " AND (?2 = 0 OR state = 'open') ORDER BY id");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, contact);
  dk_stmt_bind_int (stmt, 2, only_open);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkCorrection *c;
    if (!has_row)
      return g_steal_pointer (&list);
    c = g_new0 (DkCorrection, 1);
    c->contact = g_strdup (dk_stmt_text (stmt, 0));
    c->field = g_strdup (dk_stmt_text (stmt, 1));
    c->was = g_strdup (dk_stmt_text (stmt, 2));
    c->value = g_strdup (dk_stmt_text (stmt, 3));
    c->person = g_strdup (dk_stmt_text (stmt, 4));
    c->at_ms = dk_stmt_int (stmt, 5);
    c->state = g_strdup (dk_stmt_text (stmt, 6));
    c->ticket = g_strdup (dk_stmt_text (stmt, 7));
    g_ptr_array_add (list, c);
  }
  return NULL;
}

DkContact *
dk_correction_contact (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkContact) contact = dk_content_store_contact (store, id, error);
  g_autoptr (GPtrArray) corrections
      = contact != NULL ? dk_correction_list (store, id, TRUE, error) : NULL;

  if (corrections == NULL)
    return NULL;
  dk_correction_apply (contact, corrections);
  return g_steal_pointer (&contact);
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s Nothing was changed.", why);
  return FALSE;
}

/* What can be dialled, paged or written to: a radio or a runner post has a name alone. */
static gboolean
check_number (const char *kind, const char *value, GError **error)
{
  g_autofree char *digits = dk_text_digits (value);

  if (!g_strv_contains (NUMBER_KINDS, kind))
    return refuse (error, "A number is of the kind desk, mobile, pager, radio, runner or email.");
  if (strcmp (kind, "email") == 0)
    return strchr (value, '@') != NULL || refuse (error, "An e-mail address has an @.");
  if (strcmp (kind, "radio") == 0 || strcmp (kind, "runner") == 0)
    return TRUE;
  return *digits != '\0' || refuse (error, "This number has no digit and cannot be dialled.");
}

static gboolean
check_value (const char *field, const char *value, GError **error)
{
  const char *kind = number_kind (field);

  if (kind != NULL)
    return check_number (kind, value, error);
  if (strcmp (field, "hours") == 0) {
    g_autoptr (DkHours) hours = dk_hours_parse (value, error);
    return hours != NULL;
  }
  if (strcmp (field, "timezone") == 0) {
    g_autoptr (GTimeZone) zone = dk_zone_new (value, error);
    return zone != NULL;
  }
  return TRUE;
}

/* Which number of that kind is meant: *was gets it, or stays NULL for a new one. */
static gboolean
choose_number (const DkContact *contact, const char *kind, const char *given, char **was,
               GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);
  guint count = 0;

  if (given != NULL) {
    int at = find_number (contact, kind, given);
    if (at < 0)
      return refuse (error, "The contact has no such number of this kind.");
    *was = g_strdup (((DkContactNumber *) g_ptr_array_index (contact->numbers, (guint) at))->value);
    return TRUE;
  }
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    if (strcmp (number->kind, kind) != 0)
      continue;
    g_string_append_printf (known, "%s%s", count++ > 0 ? ", " : "", number->value);
    g_free (*was);
    *was = g_strdup (number->value);
  }
  if (count <= 1)
    return TRUE;
  g_clear_pointer (was, g_free);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s has %u numbers of the kind %s (%s): say which one is wrong. Nothing was "
               "changed.",
               contact->name, count, kind, known->str);
  return FALSE;
}

static gboolean
choose_old (DkContact *contact, const char *field, const char *given, char **was, GError **error)
{
  const char *kind = number_kind (field);
  char **place = kind == NULL ? place_of (contact, field) : NULL;

  if (kind != NULL)
    return choose_number (contact, kind, given, was, error);
  if (place == NULL)
    return refuse (error, "What can be corrected is number:KIND, name, role, team, site, hours, "
                          "timezone, languages and note.");
  *was = g_strdup (*place);
  return TRUE;
}

static gboolean
check_change (const char *field, const char *was, const char *value, GError **error)
{
  if (value != NULL && !check_value (field, value, error))
    return FALSE;
  if (value == NULL && was == NULL)
    return refuse (error, "There is nothing of this kind that could be taken away.");
  if (value == NULL && strcmp (field, "name") == 0)
    return refuse (error, "A contact needs a name.");
  if (g_strcmp0 (was, value) == 0)
    return refuse (error, "That is what the lists say already.");
  return TRUE;
}

/* "number:mobile is 1 and was 2: reason". New string. */
static char *
report_words (const char *field, const char *was, const char *value, const char *reason)
{
  g_autoptr (GString) words = g_string_new (field);

  if (value != NULL)
    g_string_append_printf (words, " is now: %s", value);
  else
    g_string_append (words, " does not exist any more");
  if (was != NULL)
    g_string_append_printf (words, "\nit was: %s", was);
  if (reason != NULL)
    g_string_append_printf (words, "\n%s", reason);
  return g_string_free (g_steal_pointer (&words), FALSE);
}

static gboolean
note_number (DkStore *store, const char *contact, const char *field, const char *was,
             const char *value, GError **error)
{
  return number_kind (field) == NULL || value == NULL
         || dk_content_store_note_number (store, contact, value, was, "correction", error);
}

/* Report, correction and mark of the number in one transaction. */
static gboolean
store_correction (DkStore *store, const char *contact, json_t *body, const json_t *answers,
                  char **ticket, GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped (DK_FORM_FEEDBACK, "en");
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);
  g_autofree char *number = NULL;

  if (transaction == NULL
      || !dk_ticket_store_save_within (store, form, answers, &number, error))
    return FALSE;
  dk_json_set_text (body, "ticket", number);
  if (!dk_plan_record (store, DK_ENTRY_CONTACT_CORRECTED, contact, body, error)
      || !note_number (store, contact, dk_json_get_text (body, "field"),
                       dk_json_get_text (body, "was"), dk_json_get_text (body, "value"), error)
      || !dk_store_commit (store, transaction, TRUE, error))
    return FALSE;
  *ticket = g_steal_pointer (&number);
  return TRUE;
}

/* In one line but for a note; NULL for nothing. */
static gboolean
clean_value (const char *field, const char *value, char **clean, GError **error)
{
  if (value == NULL)
    return TRUE;
  if (!dk_text_check (value, strlen (value), VALUE_BYTES_MAX, "The correction", error))
    return FALSE;
  *clean = strcmp (field, "note") == 0 ? dk_text_clean (value) : dk_text_clean_line (value);
  if (**clean == '\0')
    g_clear_pointer (clean, g_free);
  return *clean != NULL || strcmp (value, "") == 0
         || refuse (error, "The corrected value is blank.");
}

char *
dk_correction_add (DkStore *store, const char *contact, const char *field, const char *was,
                   const char *value, const char *reason, GError **error)
{
  g_autoptr (DkContact) now = dk_correction_contact (store, contact, error);
  g_autoptr (json_t) body = json_object ();
  g_autoptr (json_t) answers = NULL;
  g_autofree char *old = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *why = NULL;
  g_autofree char *words = NULL;
  char *ticket = NULL;

  if (now == NULL || !clean_value (field, value, &clean, error)
      || !dk_plan_clean ("The reason", reason, &why, error)
      || !choose_old (now, field, was, &old, error) || !check_change (field, old, clean, error))
    return NULL;
  words = report_words (field, old, clean, why);
  answers = dk_feedback_answers (store, "contact", contact, NULL, words, error);
  if (answers == NULL)
    return NULL;
  dk_json_set_text (body, "field", field);
  dk_json_set_text (body, "was", old);
  dk_json_set_text (body, "value", clean);
  dk_json_set_text (body, "reason", why);
  return store_correction (store, contact, body, answers, &ticket, error) ? ticket : NULL;
}

/* The open correction with that report; NULL if there is none. Borrowed. */
static const DkCorrection *
find_open (const GPtrArray *list, const char *ticket)
{
  for (guint i = 0; i < list->len; i++) {
    const DkCorrection *c = g_ptr_array_index (list, i);
    if (g_ascii_strcasecmp (c->ticket, ticket) == 0)
      return c;
  }
  return NULL;
}

gboolean
dk_correction_withdraw (DkStore *store, const char *ticket, const char *reason, GError **error)
{
  g_autoptr (GPtrArray) list = dk_correction_list (store, NULL, TRUE, error);
  const DkCorrection *c = list != NULL ? find_open (list, ticket) : NULL;
  g_autoptr (json_t) body = json_object ();
  g_autofree char *why = NULL;

  if (list == NULL || !dk_plan_clean ("The reason", reason, &why, error))
    return FALSE;
  if (c == NULL) {
    g_autofree char *shown = dk_text_printable (ticket, FALSE);
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "There is no open correction with the report %s. Nothing was changed.", shown);
    return FALSE;
  }
  if (why == NULL)
    return refuse (error, "Say why the correction is taken back.");
  dk_json_set_text (body, "ticket", c->ticket);
  dk_json_set_text (body, "reason", why);
  return dk_plan_change (store, DK_ENTRY_CORRECTION_WITHDRAWN, c->contact, body, error);
}

/* The right one stands there, and the wrong one does not any more. */
static gboolean
has_right_number (const DkContact *contact, const DkCorrection *c, const char *kind)
{
  if (c->value != NULL && find_number (contact, NULL, c->value) < 0)
    return FALSE;
  return c->was == NULL || (c->value != NULL && is_same_number (c->was, c->value))
         || find_number (contact, kind, c->was) < 0;
}

/* Does the list say by itself what the correction says? */
static gboolean
is_adopted (DkContact *contact, const DkCorrection *c)
{
  const char *kind = number_kind (c->field);
  char **place = kind == NULL ? place_of (contact, c->field) : NULL;

  if (kind != NULL)
    return has_right_number (contact, c, kind);
  return place != NULL && g_strcmp0 (*place, c->value) == 0;
}

/* The last of the corrections that took this one's place, each of the same field, and of a number
 * the same one; NULL if none did. */
static const DkCorrection *
find_later (const GPtrArray *list, guint place)
{
  const DkCorrection *first = g_ptr_array_index (list, place);
  const DkCorrection *last = first;

  for (guint i = place + 1; i < list->len; i++) {
    const DkCorrection *later = g_ptr_array_index (list, i);
    if (strcmp (later->contact, first->contact) == 0 && strcmp (later->field, first->field) == 0
        && (number_kind (first->field) == NULL || g_strcmp0 (later->was, last->value) == 0))
      last = later;
  }
  return last != first ? last : NULL;
}

static gboolean
settle_one (DkStore *store, const GPtrArray *list, guint place, const char *pack, guint *adopted,
            GError **error)
{
  const DkCorrection *c = g_ptr_array_index (list, place);
  const DkCorrection *later = find_later (list, place);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkContact) contact = dk_content_store_contact (store, c->contact, &failed);
  g_autoptr (json_t) body = json_object ();

  if (failed != NULL && !g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (contact == NULL || !is_adopted (contact, later != NULL ? later : c))
    return TRUE;
  dk_json_set_text (body, "ticket", c->ticket);
  dk_json_set_text (body, "pack", pack);
  (*adopted)++;
  return dk_plan_change (store, DK_ENTRY_CORRECTION_ADOPTED, c->contact, body, error);
}

gboolean
dk_correction_settle (DkStore *store, guint *adopted, GError **error)
{
  g_autoptr (GPtrArray) list = dk_correction_list (store, NULL, TRUE, error);
  g_autofree char *pack = list != NULL ? dk_plan_pack_name (store, error) : NULL;
  guint count = 0;

  if (pack == NULL)
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    if (!settle_one (store, list, i, pack, &count, error))
      return FALSE;
  if (adopted != NULL)
    *adopted = count;
  return TRUE;
}
