/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/content/content-text.h"
#include "app/import/contact-import-private.h"
#include "app/import/draft-private.h"

#define STEP_US (15 * 1000)
#define PAGE 200
#define SOURCE_BYTES_MAX 64
#define DIGITS_MIN 5 /* fewer do not tell a person */
#define NUMBERS_MAX 16

static void
item_free (gpointer data)
{
  DkImportItem *item = data;

  g_free (item->id);
  g_free (item->detail);
  g_free (item);
}

static void
missing_free (gpointer data)
{
  DkImportMissing *missing = data;

  g_free (missing->id);
  g_free (missing->name);
  g_free (missing->key);
  g_free (missing);
}

static GHashTable *
text_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static GHashTable *
text_map (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static gboolean
source_is_valid (const char *source)
{
  gsize size = strlen (source);

  return size >= 1 && size <= SOURCE_BYTES_MAX
         && strspn (source, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
                == size;
}

DkContactImport *
dk_contact_import_new (DkStore *store, DkImportList *list, const char *source, GError **error)
{
  DkContactImport *import;

  if (!source_is_valid (source)) {
    dk_import_list_free (list);
    g_set_error_literal (error, DK_ERROR, DK_ERROR_INVALID,
                         "The name of a source is 1 to 64 letters, digits and . _ -, like "
                         "\"staff-list\". Nothing was stored; give one with --source.");
    return NULL;
  }
  dk_import_list_tell_numbers (list);
  import = g_new0 (DkContactImport, 1);
  import->store = store;
  import->list = list;
  import->source = g_strdup (source);
  import->items = g_ptr_array_new_with_free_func (item_free);
  import->missing = g_ptr_array_new_with_free_func (missing_free);
  import->namesakes = g_ptr_array_new_with_free_func (g_free);
  import->replaced = g_ptr_array_new_with_free_func (g_free);
  import->own = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_own_contact_free);
  import->own_by_key = g_hash_table_new (g_str_hash, g_str_equal);
  import->used = g_hash_table_new (NULL, NULL);
  import->ids = text_set ();
  import->pack_ids = text_set ();
  import->pack_logins = text_map ();
  import->pack_people = text_map ();
  import->pack_names = text_map ();
  import->pack_numbers = text_set ();
  import->seen = g_hash_table_new (g_str_hash, g_str_equal);
  import->shared = text_set ();
  import->names = text_set ();
  import->suffixes = text_set ();
  import->phase = store != NULL ? DK_COMPARE_PACK : DK_COMPARE_MERGE;
  import->batch = 20;
  return import;
}

void
dk_contact_import_free (DkContactImport *import)
{
  if (import == NULL)
    return;
  dk_import_list_free (import->list);
  g_free (import->source);
  g_ptr_array_unref (import->items);
  g_ptr_array_unref (import->missing);
  g_ptr_array_unref (import->namesakes);
  g_ptr_array_unref (import->replaced);
  g_free (import->after);
  g_hash_table_unref (import->own_by_key);
  g_hash_table_unref (import->used);
  g_ptr_array_unref (import->own);
  g_hash_table_unref (import->ids);
  g_hash_table_unref (import->pack_ids);
  g_hash_table_unref (import->pack_logins);
  g_hash_table_unref (import->pack_people);
  g_hash_table_unref (import->pack_names);
  g_hash_table_unref (import->pack_numbers);
  g_hash_table_unref (import->seen);
  g_hash_table_unref (import->shared);
  g_hash_table_unref (import->names);
  g_hash_table_unref (import->suffixes);
  g_free (import);
}

char *
dk_import_number_key (const char *value)
{
  g_autofree char *digits = dk_text_digits (value);

  return strlen (digits) >= DIGITS_MIN && strchr (value, '@') == NULL ? g_steal_pointer (&digits)
                                                                      : g_utf8_strdown (value, -1);
}

/* A login or an e-mail address as it is compared. */
static char *
fold_login (const char *text)
{
  return g_utf8_strdown (text, -1);
}

static char *
person_key (const char *name, const char *number)
{
  g_autofree char *folded = dk_text_fold (name);

  return g_strconcat (folded, "|", number, NULL);
}

static void
remember_pack_contact (DkContactImport *import, const DkContact *contact)
{
  g_hash_table_add (import->pack_ids, g_strdup (contact->id));
  g_hash_table_add (import->ids, g_strdup (contact->id));
  g_hash_table_insert (import->pack_names, dk_text_fold (contact->name), g_strdup (contact->id));
  if (contact->login != NULL)
    g_hash_table_insert (import->pack_logins, fold_login (contact->login), g_strdup (contact->id));
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    g_autofree char *key = dk_import_number_key (number->value);
    g_hash_table_add (import->pack_numbers, g_strconcat (contact->id, "|", key, NULL));
    if (strcmp (number->kind, "email") == 0)
      g_hash_table_insert (import->pack_logins, g_strdup (key), g_strdup (contact->id));
    else
      g_hash_table_insert (import->pack_people, person_key (contact->name, key),
                           g_strdup (contact->id));
  }
}

/* Goes to the next phase, from its first item on. */
static void
enter (DkContactImport *import, DkComparePhase phase)
{
  import->phase = phase;
  import->next = 0;
  g_clear_pointer (&import->after, g_free);
}

static gboolean
read_pack_page (DkContactImport *import, GError **error)
{
  g_autoptr (GPtrArray) page = dk_pack_contact_page (import->store, import->after, PAGE, error);

  if (page == NULL)
    return FALSE;
  for (guint i = 0; i < page->len; i++)
    remember_pack_contact (import, g_ptr_array_index (page, i));
  if (page->len < PAGE) {
    enter (import, DK_COMPARE_OWN);
  } else {
    g_free (import->after);
    import->after = g_strdup (((DkContact *) g_ptr_array_index (page, page->len - 1))->id);
  }
  return TRUE;
}

static gboolean
read_own_page (DkContactImport *import, GError **error)
{
  g_autoptr (GPtrArray) page = dk_own_contact_page (import->store, import->after, PAGE, error);
  guint count = page != NULL ? page->len : 0;

  if (page == NULL)
    return FALSE;
  if (count > 0) {
    const DkOwnContact *last = g_ptr_array_index (page, count - 1);
    g_free (import->after);
    import->after = g_strdup (last->contact->id);
  }
  for (guint i = 0; i < count; i++) {
    DkOwnContact *own = g_ptr_array_index (page, i);
    g_hash_table_add (import->ids, g_strdup (own->contact->id));
    if (!g_str_equal (own->source, import->source))
      continue;
    g_hash_table_insert (import->own_by_key, own->key, own);
    g_ptr_array_add (import->own, own);
    page->pdata[i] = NULL;
  }
  if (count < PAGE)
    enter (import, DK_COMPARE_MERGE);
  return TRUE;
}

/* Adds what the first row of a person does not have. */
static void
merge_numbers (const DkImportItem *first, const DkContact *from)
{
  DkContact *into = first->record->contact;

  for (guint i = 0; i < from->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (from->numbers, i);
    g_autofree char *key = dk_import_number_key (number->value);
    gboolean there = into->numbers->len >= NUMBERS_MAX;
    for (guint k = 0; k < into->numbers->len && !there; k++) {
      const DkContactNumber *other = g_ptr_array_index (into->numbers, k);
      g_autofree char *other_key = dk_import_number_key (other->value);
      there = g_str_equal (key, other_key);
    }
    if (!there)
      dk_contact_add_number (into, number->kind, number->value);
  }
}

static gboolean
has_same_name (const DkContact *a, const DkContact *b)
{
  g_autofree char *x = dk_text_fold (a->name);
  g_autofree char *y = dk_text_fold (b->name);

  return g_str_equal (x, y);
}

/* Takes key. */
static void
set_key (DkContactImport *import, DkImportItem *item, char *key)
{
  DkImportRecord *record = (DkImportRecord *) (guintptr) item->record;

  if (g_hash_table_lookup (import->seen, record->key) == item)
    g_hash_table_remove (import->seen, record->key);
  g_free (record->key);
  record->key = key;
}

/* Enters somebody under their key, or as one more row of who has it already. */
static void
enter_item (DkContactImport *import, DkImportItem *item)
{
  const DkImportItem *first = g_hash_table_lookup (import->seen, item->record->key);

  if (first == NULL) {
    g_hash_table_insert (import->seen, item->record->key, item);
    return;
  }
  item->state = DK_IMPORT_DUPLICATE;
  item->detail
      = g_strdup_printf ("the same as %s; its numbers were added there", first->record->place);
  merge_numbers (first, item->record->contact);
}

/* An address that several people share is the key of none of them: also who had it first is known
 * by the name then, or the next list, in another order, would make one of them the other. */
static gboolean
is_shared_address (DkContactImport *import, const DkImportRecord *record)
{
  DkImportItem *first = g_hash_table_lookup (import->seen, record->key);

  if (!g_str_has_prefix (record->key, "email:"))
    return FALSE;
  if (first != NULL && !has_same_name (first->record->contact, record->contact)) {
    g_hash_table_add (import->shared, g_strdup (record->key));
    set_key (import, first, dk_import_name_key (first->record->contact));
    enter_item (import, first);
  }
  return g_hash_table_contains (import->shared, record->key);
}

static void
merge_record (DkContactImport *import, DkImportRecord *record)
{
  DkImportItem *item = g_new0 (DkImportItem, 1);

  item->record = record;
  g_ptr_array_add (import->items, item);
  if (record->disabled) {
    item->state = DK_IMPORT_DISABLED;
    return;
  }
  if (is_shared_address (import, record))
    set_key (import, item, dk_import_name_key (record->contact));
  enter_item (import, item);
}

/* Whom the source brought before by another key, which nobody else has now. */
static DkOwnContact *
own_by (DkContactImport *import, DkImportItem *item, const char *key)
{
  DkOwnContact *own = g_hash_table_lookup (import->own_by_key, key);

  if (own == NULL || g_hash_table_contains (import->seen, key)
      || !has_same_name (own->contact, item->record->contact))
    return NULL;
  set_key (import, item, g_strdup (key));
  g_hash_table_insert (import->seen, item->record->key, item);
  return own;
}

/* Who came under the name, since the address was shared then, keeps that key, and the other way
 * round; so nobody comes twice when an address begins or ceases to be shared. */
static DkOwnContact *
find_own (DkContactImport *import, DkImportItem *item)
{
  const DkContact *contact = item->record->contact;
  DkOwnContact *own = NULL;

  if (g_str_has_prefix (item->record->key, "email:")) {
    g_autofree char *name = dk_import_name_key (contact);
    own = own_by (import, item, name);
  }
  if (own == NULL)
    own = g_hash_table_lookup (import->own_by_key, item->record->key);
  for (guint i = 0; own == NULL && g_str_has_prefix (item->record->key, "name:")
                    && i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    g_autofree char *folded = g_utf8_strdown (number->value, -1);
    g_autofree char *key = g_strconcat ("email:", folded, NULL);
    if (strcmp (number->kind, "email") == 0)
      own = own_by (import, item, key);
  }
  return own;
}

static const char *
find_in_pack (const DkContactImport *import, const DkContact *contact)
{
  const char *id = NULL;

  if (contact->id != NULL && g_hash_table_contains (import->pack_ids, contact->id))
    return contact->id;
  if (contact->login != NULL) {
    g_autofree char *login = fold_login (contact->login);
    id = g_hash_table_lookup (import->pack_logins, login);
  }
  for (guint i = 0; i < contact->numbers->len && id == NULL; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    g_autofree char *key = dk_import_number_key (number->value);
    g_autofree char *person = NULL;
    if (strcmp (number->kind, "email") == 0) {
      id = g_hash_table_lookup (import->pack_logins, key);
    } else {
      person = person_key (contact->name, key);
      id = g_hash_table_lookup (import->pack_people, person);
    }
  }
  return id;
}

/* What the source knows and the pack does not. */
static char *
pack_detail (const DkContactImport *import, const DkContact *contact, const char *id)
{
  g_autoptr (GString) more = g_string_new (NULL);

  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    g_autofree char *key = dk_import_number_key (number->value);
    g_autofree char *held = g_strconcat (id, "|", key, NULL);
    if (!g_hash_table_contains (import->pack_numbers, held))
      g_string_append_printf (more, "%s%s %s", more->len > 0 ? ", " : "", number->kind,
                              number->value);
  }
  return more->len > 0
             ? g_strdup_printf ("also in the pack, which has not: %s; correct it there, or with "
                                "dkit contact correct",
                                more->str)
             : g_strdup ("also in the pack, with these numbers");
}

/* An id out of a name: a-z, 0-9 and -. New string. */
static char *
slug_of (const char *name)
{
  g_autofree char *folded = dk_text_fold (name);
  GString *slug = g_string_new (NULL);

  for (const char *p = folded; *p != '\0' && slug->len < DK_CONTENT_ID_BYTES_MAX - 8; p++) {
    if (g_ascii_isalnum (*p))
      g_string_append_c (slug, *p);
    else if (slug->len > 0 && slug->str[slug->len - 1] != '-' && (guint8) *p < 0x80)
      g_string_append_c (slug, '-');
  }
  while (slug->len > 0 && slug->str[slug->len - 1] == '-')
    g_string_truncate (slug, slug->len - 1);
  if (slug->len == 0)
    g_string_append (slug, "contact");
  return g_string_free (slug, FALSE);
}

/* An id that nobody has: the wanted one, or one of the name, with a number if need be. */
static char *
new_id (DkContactImport *import, const DkContact *contact)
{
  char *slug = contact->id != NULL ? g_strdup (contact->id) : slug_of (contact->name);
  char *id = g_strdup (slug);
  guint number;

  if (strlen (slug) > DK_CONTENT_ID_BYTES_MAX - 8)
    slug[DK_CONTENT_ID_BYTES_MAX - 8] = '\0';
  number = GPOINTER_TO_UINT (g_hash_table_lookup (import->suffixes, slug));
  while (g_hash_table_contains (import->ids, id)) {
    g_free (id);
    number = MAX (number + 1, 2);
    id = g_strdup_printf ("%s-%u", slug, number);
  }
  g_hash_table_insert (import->suffixes, slug, GUINT_TO_POINTER (number));
  g_hash_table_add (import->ids, g_strdup (id));
  return id;
}

/* Who may be named as a manager by this word. */
static void
name_item (DkContactImport *import, const char *word, DkImportItem *item)
{
  g_autofree char *folded = word != NULL ? dk_text_fold (word) : NULL;
  gpointer other = NULL;

  if (folded == NULL || *folded == '\0')
    return;
  if (g_hash_table_lookup_extended (import->names, folded, NULL, &other) && other != item)
    item = NULL;
  g_hash_table_insert (import->names, g_steal_pointer (&folded), item);
}

static void
assign_item (DkContactImport *import, DkImportItem *item)
{
  const DkImportRecord *record = item->record;
  DkContact *contact = record->contact;
  DkOwnContact *own;
  const char *in_pack;

  if (item->state == DK_IMPORT_DISABLED || item->state == DK_IMPORT_DUPLICATE)
    return;
  own = find_own (import, item);
  if (own != NULL)
    g_hash_table_add (import->used, own);
  in_pack = find_in_pack (import, contact);
  if (in_pack != NULL) {
    item->state = DK_IMPORT_IN_PACK;
    item->detail = pack_detail (import, contact, in_pack);
    if (own != NULL)
      g_ptr_array_add (import->replaced, g_strdup (own->contact->id));
  } else {
    item->state = own != NULL ? DK_IMPORT_UPDATED : DK_IMPORT_ADDED;
  }
  item->id = in_pack != NULL ? g_strdup (in_pack)
             : own != NULL   ? g_strdup (own->contact->id)
                             : new_id (import, contact);
  name_item (import, record->reference, item);
  name_item (import, contact->login, item);
  name_item (import, contact->name, item);
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    if (strcmp (number->kind, "email") == 0)
      name_item (import, number->value, item);
  }
  if (g_str_has_prefix (record->key, "id:"))
    name_item (import, record->key + 3, item);
}

/* Who stands beside somebody of the pack with the same name. */
static void
note_namesake (DkContactImport *import, const DkContact *contact)
{
  g_autofree char *folded = dk_text_fold (contact->name);
  const char *id = g_hash_table_lookup (import->pack_names, folded);

  if (id != NULL)
    g_ptr_array_add (import->namesakes, g_strdup_printf ("%s (%s)", contact->name, id));
}

static void
judge_item (DkContactImport *import, DkImportItem *item)
{
  const DkImportRecord *record = item->record;
  DkContact *contact = record->contact;
  const DkOwnContact *own = g_hash_table_lookup (import->own_by_key, record->key);
  const DkImportItem *manager = NULL;

  if (item->state != DK_IMPORT_ADDED && item->state != DK_IMPORT_UPDATED)
    return;
  note_namesake (import, contact);
  if (record->manager != NULL) {
    g_autofree char *folded = dk_text_fold (record->manager);
    manager = g_hash_table_lookup (import->names, folded);
  }
  g_free (contact->id);
  contact->id = g_strdup (item->id);
  g_free (contact->manager);
  contact->manager = manager != NULL && manager != item ? g_strdup (manager->id) : NULL;
  if (item->state == DK_IMPORT_ADDED || own == NULL)
    return;
  item->detail = dk_contact_difference (own->contact, contact);
  if (item->detail == NULL)
    item->state = DK_IMPORT_UNCHANGED;
}

/* Lists for leads have a sealed place in packs alone. */
static gboolean
is_for_leads (DkContactImport *import, const DkImportRecord *record)
{
  if (import->store == NULL || strcmp (record->contact->audience, "lead") != 0)
    return FALSE;
  dk_import_list_reject (import->list, record->place, record->contact->name,
                         "It is for leads alone, and only a pack can keep it so. Put it into the "
                         "pack's folder (--into).");
  return TRUE;
}

static void
take_missing (DkContactImport *import, const DkOwnContact *own)
{
  DkImportMissing *missing;

  if (g_hash_table_contains (import->used, own))
    return;
  missing = g_new0 (DkImportMissing, 1);
  missing->id = g_strdup (own->contact->id);
  missing->name = g_strdup (own->contact->name);
  missing->key = g_strdup (own->key);
  g_ptr_array_add (import->missing, missing);
}

/* One record, item or own contact of a phase that needs no database; FALSE at its end. */
static gboolean
work_one (DkContactImport *import)
{
  guint at = import->next++;

  if (import->phase == DK_COMPARE_MERGE) {
    if (at >= import->list->records->len)
      return FALSE;
    DkImportRecord *record = g_ptr_array_index (import->list->records, at);
    if (!is_for_leads (import, record))
      merge_record (import, record);
    return TRUE;
  }
  if (import->phase == DK_COMPARE_MISSING) {
    if (at >= import->own->len)
      return FALSE;
    take_missing (import, g_ptr_array_index (import->own, at));
    return TRUE;
  }
  if (at >= import->items->len)
    return FALSE;
  if (import->phase == DK_COMPARE_ASSIGN) {
    assign_item (import, g_ptr_array_index (import->items, at));
  } else {
    DkImportItem *item = g_ptr_array_index (import->items, at);
    judge_item (import, item);
    import->counts[item->state]++;
  }
  return TRUE;
}

gboolean
dk_contact_import_compare_step (DkContactImport *import, gboolean *more, GError **error)
{
  gint64 until = g_get_monotonic_time () + STEP_US;

  while (import->phase != DK_COMPARE_DONE && g_get_monotonic_time () < until) {
    if (import->phase == DK_COMPARE_PACK || import->phase == DK_COMPARE_OWN) {
      if (!(import->phase == DK_COMPARE_PACK ? read_pack_page (import, error)
                                             : read_own_page (import, error)))
        return FALSE;
    } else {
      gboolean goes_on = TRUE;
      for (guint i = 0; i < 32 && goes_on; i++)
        goes_on = work_one (import);
      if (!goes_on)
        enter (import, import->phase + 1);
    }
  }
  *more = import->phase != DK_COMPARE_DONE;
  return TRUE;
}

gboolean
dk_contact_import_compare (DkContactImport *import, const DkJob *job, GError **error)
{
  gboolean more = TRUE;

  while (more) {
    if (!dk_contact_import_compare_step (import, &more, error)
        || !dk_job_step (job, import->next, import->list->records->len, "comparing", error))
      return FALSE;
  }
  return TRUE;
}

const DkImportList *
dk_contact_import_list (const DkContactImport *import)
{
  return import->list;
}

const GPtrArray *
dk_contact_import_items (const DkContactImport *import)
{
  return import->items;
}

const GPtrArray *
dk_contact_import_missing (const DkContactImport *import)
{
  return import->missing;
}

const GPtrArray *
dk_contact_import_namesakes (const DkContactImport *import)
{
  return import->namesakes;
}

guint
dk_contact_import_count (const DkContactImport *import, DkImportState state)
{
  return import->counts[state];
}
