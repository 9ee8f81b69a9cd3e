/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/content/content-text.h"
#include "app/import/draft-private.h"
#include "app/model/hours.h"

#define LINE_BYTES_MAX 500
#define NOTE_BYTES_MAX (16u << 10)
#define NUMBERS_MAX 16
#define ACCOUNT_DISABLED 0x2

const char *const DK_NUMBER_KINDS[]
    = { "desk", "mobile", "pager", "radio", "runner", "email", NULL };

static const char *const FIELD_NAMES[DK_DRAFT_FIELDS] = {
  [DK_DRAFT_ID] = "id",
  [DK_DRAFT_KEY] = "key",
  [DK_DRAFT_NAME] = "name",
  [DK_DRAFT_GIVEN] = "given",
  [DK_DRAFT_MIDDLE] = "middle",
  [DK_DRAFT_FAMILY] = "family",
  [DK_DRAFT_SUFFIX] = "suffix",
  [DK_DRAFT_ORGANISATION] = "organisation",
  [DK_DRAFT_ROLE] = "role",
  [DK_DRAFT_TEAM] = "team",
  [DK_DRAFT_SITE] = "site",
  [DK_DRAFT_TIER] = "tier",
  [DK_DRAFT_HOURS] = "hours",
  [DK_DRAFT_TIMEZONE] = "timezone",
  [DK_DRAFT_LANGUAGES] = "languages",
  [DK_DRAFT_AUDIENCE] = "audience",
  [DK_DRAFT_NOTE] = "note",
  [DK_DRAFT_TYPE] = "type",
  [DK_DRAFT_LOGIN] = "login",
  [DK_DRAFT_MANAGER] = "manager",
  [DK_DRAFT_REFERENCE] = "reference",
  [DK_DRAFT_ACCOUNT] = "account",
  [DK_DRAFT_CLASS] = "class",
};

typedef struct {
  const char *kind; /* in DK_NUMBER_KINDS */
  char *value;
  char *label;
  int rank;
  guint order;
} Number;

struct DkDraft {
  GString *fields[DK_DRAFT_FIELDS]; /* empty = absent */
  GArray *numbers;                  /* of Number */
};

static void
number_clear (gpointer data)
{
  Number *number = data;

  g_free (number->value);
  g_free (number->label);
}

const char *
dk_draft_field_name (DkDraftField field)
{
  return FIELD_NAMES[field];
}

DkDraftField
dk_draft_field_find (const char *name)
{
  for (int i = DK_DRAFT_NONE + 1; i < DK_DRAFT_FIELDS; i++)
    if (g_str_equal (FIELD_NAMES[i], name))
      return (DkDraftField) i;
  return DK_DRAFT_NONE;
}

DkDraft *
dk_draft_new (void)
{
  DkDraft *draft = g_new0 (DkDraft, 1);

  for (int i = 0; i < DK_DRAFT_FIELDS; i++)
    draft->fields[i] = g_string_new (NULL);
  draft->numbers = g_array_new (FALSE, FALSE, sizeof (Number));
  g_array_set_clear_func (draft->numbers, number_clear);
  return draft;
}

void
dk_draft_clear (DkDraft *draft)
{
  for (int i = 0; i < DK_DRAFT_FIELDS; i++)
    g_string_truncate (draft->fields[i], 0);
  g_array_set_size (draft->numbers, 0);
}

void
dk_import_draft_free (DkDraft *draft)
{
  if (draft == NULL)
    return;
  for (int i = 0; i < DK_DRAFT_FIELDS; i++)
    g_string_free (draft->fields[i], TRUE);
  g_array_unref (draft->numbers);
  g_free (draft);
}

static gboolean
is_lines (DkDraftField field)
{
  return field == DK_DRAFT_NOTE;
}

void
dk_draft_set (DkDraft *draft, DkDraftField field, const char *text)
{
  GString *held = draft->fields[field];
  g_autofree char *clean = is_lines (field) ? dk_text_clean (text) : dk_text_clean_line (text);

  if (*clean == '\0')
    return;
  if (held->len == 0)
    g_string_append (held, clean);
  else if (is_lines (field))
    g_string_append_printf (held, "\n%s", clean);
  else if ((field == DK_DRAFT_ROLE || field == DK_DRAFT_SITE || field == DK_DRAFT_CLASS)
           && !g_str_equal (held->str, clean))
    g_string_append_printf (held, ", %s", clean);
}

const char *
dk_draft_get (const DkDraft *draft, DkDraftField field)
{
  return draft->fields[field]->len > 0 ? draft->fields[field]->str : NULL;
}

static gboolean
is_labelled (const Number *number, const char *label)
{
  return g_strcmp0 (number->label, label) == 0;
}

/* The same number, where a source says it twice; a fax may be the number of the desk as well. */
static Number *
find_number (const DkDraft *draft, const Number *wanted)
{
  for (guint i = 0; i < draft->numbers->len; i++) {
    Number *number = &g_array_index (draft->numbers, Number, i);
    if (number->kind == wanted->kind && g_ascii_strcasecmp (number->value, wanted->value) == 0
        && is_labelled (number, DK_DRAFT_FAX) == is_labelled (wanted, DK_DRAFT_FAX))
      return number;
  }
  return NULL;
}

static const char *
own_kind (const char *kind)
{
  for (guint i = 0; DK_NUMBER_KINDS[i] != NULL; i++)
    if (g_str_equal (DK_NUMBER_KINDS[i], kind))
      return DK_NUMBER_KINDS[i];
  g_assert_not_reached ();
}

void
dk_draft_add_number (DkDraft *draft, const char *kind, const char *value, const char *label,
                     int rank)
{
  Number number = { own_kind (kind), dk_text_clean_line (value), NULL, rank, draft->numbers->len };
  Number *before;

  number.label = label != NULL && *label != '\0' ? dk_text_clean_line (label) : NULL;
  before = find_number (draft, &number);
  if (*number.value != '\0' && before == NULL) {
    g_array_append_val (draft->numbers, number);
    return;
  }
  /* Who gives it as a number of the office as well does not keep it private. */
  if (before != NULL && is_labelled (before, DK_DRAFT_HOME)
      && !is_labelled (&number, DK_DRAFT_HOME)) {
    before->rank = MIN (before->rank, rank);
    g_free (before->label);
    before->label = g_steal_pointer (&number.label);
  }
  number_clear (&number);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const Number *x = a;
  const Number *y = b;

  return x->rank != y->rank ? x->rank - y->rank : (int) x->order - (int) y->order;
}

static gboolean
is_usable (const Number *number)
{
  if (strcmp (number->kind, "email") == 0)
    return strchr (number->value, '@') != NULL && strpbrk (number->value, " <>,;") == NULL;
  if (strcmp (number->kind, "radio") == 0 || strcmp (number->kind, "runner") == 0)
    return TRUE;
  return dk_import_can_dial (number->value);
}

static void
append_note (DkDraft *draft, const char *label, const char *value)
{
  GString *note = draft->fields[DK_DRAFT_NOTE];

  g_string_append_printf (note, "%s%s: %s", note->len > 0 ? "\n" : "", label, value);
}

/* What is no number to call stands in the note, so that it is not lost: the reason is told. FALSE
 * if it is one. */
static gboolean
keep_in_note (DkDraft *draft, const Number *number, DkImportList *list, const char *place,
              const char *name)
{
  g_autofree char *shown = NULL;

  if (is_labelled (number, DK_DRAFT_FAX)) {
    list->faxes++;
  } else if (!is_usable (number) || strlen (number->value) > LINE_BYTES_MAX) {
    shown = dk_text_shorten (number->value, 40);
    dk_import_list_remark (list, place, name,
                           "\"%s\" is no %s that can be used; it stands in the note instead.",
                           shown, strcmp (number->kind, "email") == 0 ? "address" : "number");
  } else {
    return FALSE;
  }
  append_note (draft, number->label != NULL ? number->label : number->kind, number->value);
  return TRUE;
}

static void
put_number (DkDraft *draft, DkContact *contact, const Number *number, DkImportList *list)
{
  g_autofree char *marked = NULL;

  if (is_labelled (number, DK_DRAFT_HOME)) {
    marked = g_strconcat (number->value, DK_IMPORT_HOME_MARK, NULL);
    dk_contact_add_number (contact, number->kind, marked);
    list->homes++;
    return;
  }
  dk_contact_add_number (contact, number->kind, number->value);
  if (number->label != NULL)
    append_note (draft, number->label, number->value);
}

static void
take_numbers (DkDraft *draft, DkContact *contact, DkImportList *list, const char *place)
{
  const char *name = contact->name;

  g_array_sort (draft->numbers, compare_numbers);
  for (guint i = 0; i < draft->numbers->len; i++) {
    const Number *number = &g_array_index (draft->numbers, Number, i);
    if (keep_in_note (draft, number, list, place, name))
      continue;
    if (contact->numbers->len >= NUMBERS_MAX) {
      dk_import_list_remark (list, place, name, "More than %d numbers; %s stands in the note.",
                             NUMBERS_MAX, number->value);
      append_note (draft, number->label != NULL ? number->label : number->kind, number->value);
      continue;
    }
    put_number (draft, contact, number, list);
  }
}

static void
compose_name (DkDraft *draft)
{
  static const DkDraftField parts[]
      = { DK_DRAFT_GIVEN, DK_DRAFT_MIDDLE, DK_DRAFT_FAMILY, DK_DRAFT_SUFFIX };
  GString *name = draft->fields[DK_DRAFT_NAME];

  if (name->len > 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    const char *part = dk_draft_get (draft, parts[i]);
    if (part != NULL)
      g_string_append_printf (name, "%s%s", name->len > 0 ? " " : "", part);
  }
  if (name->len == 0 && draft->fields[DK_DRAFT_ORGANISATION]->len > 0) {
    g_string_append (name, draft->fields[DK_DRAFT_ORGANISATION]->str);
    if (draft->fields[DK_DRAFT_TYPE]->len == 0)
      g_string_append (draft->fields[DK_DRAFT_TYPE], "team");
  }
}

/* By objectClass, which lists several words. */
static gboolean
is_person (const char *class)
{
  static const char *const others[]
      = { "computer",  "group",      "organizationalunit",
          "container", "printqueue", "msds-groupmanagedserviceaccount" };
  g_autofree char *words = class != NULL ? g_ascii_strdown (class, -1) : NULL;

  for (guint i = 0; words != NULL && i < G_N_ELEMENTS (others); i++)
    if (strstr (words, others[i]) != NULL)
      return FALSE;
  return TRUE;
}

/* A sentence why the row is not taken; NULL if it is. New string. */
static char *
find_fault (const DkDraft *draft)
{
  for (int i = 0; i < DK_DRAFT_FIELDS; i++) {
    const GString *text = draft->fields[i];
    gsize size_max = is_lines ((DkDraftField) i) ? NOTE_BYTES_MAX : LINE_BYTES_MAX;
    if (text->len > size_max)
      return g_strdup_printf ("Its %s is longer than %" G_GSIZE_FORMAT " bytes; shorten it.",
                              FIELD_NAMES[i], size_max);
    if (text->len > 0 && dk_content_find_recovery_key (text->str) != NULL)
      return g_strdup_printf ("Its %s looks like a disk recovery key of 48 digits, which a kit "
                              "never holds. Take it out and keep it where such keys belong.",
                              FIELD_NAMES[i]);
  }
  for (guint i = 0; i < draft->numbers->len; i++)
    if (dk_content_find_recovery_key (g_array_index (draft->numbers, Number, i).value) != NULL)
      return g_strdup ("One of its numbers looks like a disk recovery key of 48 digits, which a "
                       "kit never holds. Take it out and keep it where such keys belong.");
  if (!is_person (dk_draft_get (draft, DK_DRAFT_CLASS)))
    return g_strdup ("It is a computer, group or folder of the directory, not a person.");
  if (draft->fields[DK_DRAFT_NAME]->len == 0)
    return g_strdup ("It has no name.");
  if (draft->numbers->len == 0)
    return g_strdup ("It has no number and no e-mail address to reach anybody by.");
  return NULL;
}

static char *
take (const DkDraft *draft, DkDraftField field)
{
  return g_strdup (dk_draft_get (draft, field));
}

static gboolean
is_time_zone (const char *text)
{
  g_autoptr (GTimeZone) zone = dk_zone_new (text, NULL);

  return zone != NULL;
}

static gboolean
are_hours (const char *text)
{
  g_autoptr (DkHours) hours = dk_hours_parse (text, NULL);

  return hours != NULL;
}

/* A value that the kit cannot reckon with is kept as words. */
static void
move_to_note (DkDraft *draft, DkDraftField field, DkImportList *list, const char *place,
              const char *name, const char *why)
{
  GString *text = draft->fields[field];

  dk_import_list_remark (list, place, name, "\"%s\" %s; it stands in the note instead.", text->str,
                         why);
  append_note (draft, FIELD_NAMES[field], text->str);
  g_string_truncate (text, 0);
}

static void
take_judged (DkDraft *draft, DkContact *contact, DkImportList *list, const char *place)
{
  const char *tier = dk_draft_get (draft, DK_DRAFT_TIER);
  const char *hours = dk_draft_get (draft, DK_DRAFT_HOURS);
  const char *zone = dk_draft_get (draft, DK_DRAFT_TIMEZONE);
  const char *type = dk_draft_get (draft, DK_DRAFT_TYPE);
  const char *audience = dk_draft_get (draft, DK_DRAFT_AUDIENCE);

  if (tier != NULL && tier[0] >= '1' && tier[0] <= '3' && tier[1] == '\0')
    contact->tier = tier[0] - '0';
  else if (tier != NULL)
    move_to_note (draft, DK_DRAFT_TIER, list, place, contact->name, "is no tier from 1 to 3");
  if (hours != NULL && !are_hours (hours))
    move_to_note (draft, DK_DRAFT_HOURS, list, place, contact->name,
                  "are no hours like \"Mon-Fri 08:00-17:00\" or \"24x7\"");
  if (zone != NULL && !is_time_zone (zone))
    move_to_note (draft, DK_DRAFT_TIMEZONE, list, place, contact->name,
                  "is no time zone like America/New_York");
  if (type != NULL && !g_str_equal (type, "person") && !g_str_equal (type, "team")
      && !g_str_equal (type, "vendor"))
    move_to_note (draft, DK_DRAFT_TYPE, list, place, contact->name,
                  "is not person, team or vendor");
  contact->hours = take (draft, DK_DRAFT_HOURS);
  contact->timezone = take (draft, DK_DRAFT_TIMEZONE);
  contact->type = take (draft, DK_DRAFT_TYPE);
  contact->audience = g_strdup (g_strcmp0 (audience, "lead") == 0 ? "lead" : "all");
}

/* userAccountControl of Active Directory, or a word. */
static gboolean
is_switched_off (const char *account)
{
  static const char *const off[] = { "false", "no", "0", "disabled", "inactive", "blocked", NULL };
  g_autofree char *word = NULL;
  guint64 flags = 0;

  if (account == NULL)
    return FALSE;
  if (g_ascii_string_to_unsigned (account, 10, 0, G_MAXUINT32, &flags, NULL) && flags > 1)
    return (flags & ACCOUNT_DISABLED) != 0;
  word = g_ascii_strdown (account, -1);
  return g_strv_contains (off, word);
}

char *
dk_import_name_key (const DkContact *contact)
{
  g_autofree char *text
      = g_strconcat (contact->name, "|", contact->team != NULL ? contact->team : "", NULL);
  g_autofree char *folded = dk_text_fold (text);

  return g_strconcat ("name:", folded, NULL);
}

/* Without an id of its own a person is known by the e-mail address, else by name and team. */
static char *
make_key (const DkDraft *draft, const DkContact *contact)
{
  const char *given = dk_draft_get (draft, DK_DRAFT_KEY);

  if (given == NULL)
    given = dk_draft_get (draft, DK_DRAFT_ID);
  if (given != NULL)
    return g_strconcat ("id:", given, NULL);
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    if (strcmp (number->kind, "email") == 0) {
      g_autofree char *folded = g_utf8_strdown (number->value, -1);
      return g_strconcat ("email:", folded, NULL);
    }
  }
  return dk_import_name_key (contact);
}

static DkImportRecord *
make_record (DkDraft *draft, DkImportList *list, const char *place)
{
  DkImportRecord *record = g_new0 (DkImportRecord, 1);
  DkContact *contact = dk_contact_new ();

  record->contact = contact;
  record->place = g_strdup (place);
  contact->name = take (draft, DK_DRAFT_NAME);
  if (dk_content_id_is_valid (dk_draft_get (draft, DK_DRAFT_ID)))
    contact->id = take (draft, DK_DRAFT_ID);
  contact->role = take (draft, DK_DRAFT_ROLE);
  contact->team = take (draft, dk_draft_get (draft, DK_DRAFT_TEAM) != NULL ? DK_DRAFT_TEAM
                                                                           : DK_DRAFT_ORGANISATION);
  contact->site = take (draft, DK_DRAFT_SITE);
  contact->languages = take (draft, DK_DRAFT_LANGUAGES);
  contact->login = take (draft, DK_DRAFT_LOGIN);
  take_judged (draft, contact, list, place);
  take_numbers (draft, contact, list, place);
  contact->note = take (draft, DK_DRAFT_NOTE);
  record->manager = take (draft, DK_DRAFT_MANAGER);
  record->reference = take (draft, DK_DRAFT_REFERENCE);
  record->disabled = is_switched_off (dk_draft_get (draft, DK_DRAFT_ACCOUNT));
  record->key = make_key (draft, contact);
  return record;
}

void
dk_draft_finish (DkDraft *draft, DkImportList *list, const char *place)
{
  DkImportRecord *record = NULL;
  g_autofree char *fault = NULL;

  compose_name (draft);
  fault = find_fault (draft);
  if (fault == NULL && list->records->len >= DK_IMPORT_RECORDS_MAX)
    fault = g_strdup_printf ("There are more than %d people; split the source.",
                             DK_IMPORT_RECORDS_MAX);
  if (fault == NULL) {
    record = make_record (draft, list, place);
    if (record->contact->numbers->len == 0 || draft->fields[DK_DRAFT_NOTE]->len > NOTE_BYTES_MAX)
      fault = g_strdup (record->contact->numbers->len == 0 ? "None of its numbers can be used."
                                                           : "Its note is too long; shorten it.");
  }
  if (fault == NULL) {
    g_ptr_array_add (list->records, record);
  } else {
    g_autofree char *name = dk_text_shorten (draft->fields[DK_DRAFT_NAME]->str, 100);
    dk_import_list_reject (list, place, *name != '\0' ? name : NULL, "%s", fault);
    dk_import_record_free (record);
  }
  dk_draft_clear (draft);
}
