/* SPDX-License-Identifier: MIT */
/* A signature names its own key, so alone it tells only that somebody had a key. Whose it is, is
 * said by earlier entries: the kit's first one, and those by which an administrator brings people
 * in or gives them new keys. Chains come in no order of time, so all of that waits for the end. */
#include <string.h>

#include "app/base/text.h"
#include "app/store/ledger-chain-private.h"
#include "app/store/ledger-private.h"

#define SLOT_DIGITS 32
#define KEY_DIGITS 64

typedef enum { SAYS_NOTHING, INIT, STATED, ADDED, CHANGED, REMOVED, RESET, ROTATED, UNLOCK } Says;

static const char *const kinds[] = {
  [INIT] = DK_ENTRY_KIT_INIT, [STATED] = DK_ENTRY_PEOPLE_STATED,
  [ADDED] = "user-added",     [CHANGED] = "user-changed",
  [REMOVED] = "user-removed", [RESET] = "user-reset",
  [ROTATED] = "recovery-rotated", [UNLOCK] = "unlock",
};

/* Who signed, as the body has it. */
typedef struct {
  char *slot; /* NULL: nobody */
  char *key;
  char *name; /* as the entry names that person; NULL: it does not */
} Signer;

typedef struct {
  const Chain *chain;
  gint64 seq;
  char *kit;
  Says says;
  json_t *body; /* of an entry about people; else NULL */
  Signer signers[2];
  gboolean is_unbound;
  gboolean needs_admin; /* only an administrator's signature will do */
} Event;

typedef struct {
  char *name;
  char *key;
  DkRole role;
  gboolean is_replaced; /* the printed code of before: until the next unlock */
} Person;

/* A signature that nothing said so far covers. */
typedef struct {
  Event *event;
  const Signer *signer;
  DkFinding finding;
} Open;

typedef struct {
  DkLedgerCheck *check;
  GHashTable *people; /* slot in hex -> Person */
  gboolean is_known;  /* somebody was stated */
  GArray *open;       /* of Open */
} Kit;

static void
event_free (gpointer data)
{
  Event *event = data;

  for (int i = 0; i < 2; i++) {
    g_free (event->signers[i].slot);
    g_free (event->signers[i].key);
    g_free (event->signers[i].name);
  }
  json_decref (event->body);
  g_free (event->kit);
  g_free (event);
}

static void
person_free (gpointer data)
{
  Person *person = data;

  g_free (person->name);
  g_free (person->key);
  g_free (person);
}

static void
kit_free (gpointer data)
{
  Kit *kit = data;

  g_hash_table_unref (kit->people);
  g_array_unref (kit->open);
  g_free (kit);
}

GPtrArray *
dk_ledger_people_new (void)
{
  return g_ptr_array_new_with_free_func (event_free);
}

gboolean
dk_ledger_is_about_people (const char *kind)
{
  for (guint i = INIT; i < UNLOCK; i++)
    if (strcmp (kind, kinds[i]) == 0)
      return TRUE;
  return strcmp (kind, DK_ENTRY_TRUST_SIGNED) == 0;
}

static Says
says_of (const char *kind, gint64 seq)
{
  for (guint i = INIT; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kind, kinds[i]) == 0)
      return i == INIT && seq != 1 ? SAYS_NOTHING : (Says) i;
  return SAYS_NOTHING;
}

/* Lower-case hex of that length; NULL for anything else. New string. */
static char *
read_hex (const json_t *from, const char *member, gsize digits)
{
  const char *text = dk_json_get_text (from, member);

  return text != NULL && strlen (text) == digits
                 && strspn (text, "0123456789abcdefABCDEF") == digits
             ? g_ascii_strdown (text, -1)
             : NULL;
}

static void
take_signer (Signer *signer, const json_t *made, const char *name)
{
  if (made == NULL)
    return;
  signer->slot = read_hex (made, "slot", SLOT_DIGITS);
  if (signer->slot == NULL)
    signer->slot = g_strdup ("");
  signer->key = read_hex (made, "key", KEY_DIGITS);
  signer->name = g_strdup (name);
}

void
dk_ledger_people_take (DkLedgerCheck *c, const Chain *chain, gint64 seq, const DkEntry *entry,
                       const json_t *body)
{
  Says says = says_of (entry->kind, seq);
  const json_t *first = json_object_get (body, "signed");
  gboolean needs_admin = body != NULL && strcmp (entry->kind, DK_ENTRY_TRUST_SIGNED) == 0;
  Event *event;

  if (says == SAYS_NOTHING && first == NULL && !needs_admin)
    return;
  event = g_new0 (Event, 1);
  event->chain = chain;
  event->seq = seq;
  event->kit = g_strdup (entry->kit);
  event->says = says;
  event->needs_admin = needs_admin;
  event->body = says != SAYS_NOTHING ? json_incref ((json_t *) (guintptr) body) : NULL;
  take_signer (&event->signers[0], first, entry->user);
  take_signer (&event->signers[1], json_object_get (body, "second"),
               dk_json_get_text (body, "with"));
  g_ptr_array_add (c->people, event);
}

static Person *
find_person (const Kit *kit, const char *slot)
{
  return slot != NULL ? g_hash_table_lookup (kit->people, slot) : NULL;
}

/* Several people use a shared slot; the entry has the name that was given, and then its own. */
static gboolean
is_named (const Person *person, const char *name)
{
  g_autofree char *shared = g_strdup_printf (", %s)", person->name);

  return name == NULL || strcmp (name, person->name) == 0 || g_str_has_suffix (name, shared);
}

static gboolean
has_key (const Person *person, const Signer *signer)
{
  return person != NULL && g_strcmp0 (person->key, signer->key) == 0;
}

static void
add (const Kit *kit, const Event *event, DkFinding finding)
{
  dk_ledger_report_add (kit->check->report, finding, event->chain->id, event->seq, NULL);
}

static void
count_unbound (const Kit *kit, Event *event)
{
  kit->check->report->unbound += !event->is_unbound;
  event->is_unbound = TRUE;
}

/* Held to what was stated by then. */
static void
hold (Kit *kit, Event *event, const Signer *signer)
{
  const Person *person = find_person (kit, signer->slot);
  Open open = { event, signer, person != NULL ? DK_FINDING_PERSON_KEY : DK_FINDING_PERSON_UNKNOWN };

  if (signer->slot == NULL)
    return;
  if (!has_key (person, signer))
    g_array_append_val (kit->open, open);
  else if (!is_named (person, signer->name))
    add (kit, event, DK_FINDING_PERSON_NAME);
}

static void
put_person (Kit *kit, const json_t *from)
{
  char *slot = read_hex (from, "slot", SLOT_DIGITS);
  g_autofree char *key = read_hex (from, "sign_key", KEY_DIGITS);
  const char *name = dk_json_get_text (from, "name");
  const char *role = dk_json_get_text (from, "role");
  Person *person = g_new0 (Person, 1);

  if (slot == NULL || key == NULL || name == NULL || role == NULL
      || !dk_role_parse (role, &person->role)) {
    g_free (slot);
    person_free (person);
    return;
  }
  person->name = g_strdup (name);
  person->key = g_steal_pointer (&key);
  g_hash_table_replace (kit->people, slot, person);
}

/* Signatures from before are held to the whole list as well: a kit of an earlier version states its
 * people late, and after a power cut an administrator states them anew. */
static void
settle_open (Kit *kit, gboolean is_first)
{
  g_autoptr (GArray) open = g_steal_pointer (&kit->open);

  kit->open = g_array_new (FALSE, FALSE, sizeof (Open));
  for (guint i = 0; i < open->len; i++) {
    Open *at = &g_array_index (open, Open, i);
    const Person *person = find_person (kit, at->signer->slot);
    if (has_key (person, at->signer)) {
      if (!is_named (person, at->signer->name))
        add (kit, at->event, DK_FINDING_PERSON_NAME);
    } else if (person == NULL && is_first) {
      count_unbound (kit, at->event);
    } else {
      at->finding = person != NULL ? DK_FINDING_PERSON_KEY : at->finding;
      g_array_append_vals (kit->open, at, 1);
    }
  }
}

static void
put_people (Kit *kit, const json_t *list)
{
  gboolean is_first = !kit->is_known;

  g_hash_table_remove_all (kit->people);
  for (gsize i = 0; i < json_array_size (list); i++)
    put_person (kit, json_array_get (list, i));
  kit->is_known = g_hash_table_size (kit->people) > 0;
  settle_open (kit, is_first);
}

/* Only the first entry of the kit's first chain: who else says to begin the kit is a finding. */
static gboolean
is_beginning (const Kit *kit, const Event *event)
{
  const DkLedgerCheck *c = kit->check;

  return !kit->is_known && event->chain->before == NULL
         && (c->station == NULL || strcmp (c->station, event->chain->station) == 0);
}

/* A lead gives front-line people new passphrases, never new keys. */
static gboolean
may_reset (const Kit *kit, const Person *signer, const json_t *body)
{
  g_autofree char *slot = read_hex (body, "slot", SLOT_DIGITS);
  const Person *target = find_person (kit, slot);

  return dk_role_holds (signer->role, DK_KEY_LEAD) && target != NULL
         && target->role == DK_ROLE_FRONTLINE && json_object_get (body, "sign_key") == NULL
         && !json_is_true (json_object_get (body, "new_keys"));
}

/* The list of a kit from before there were statements vouches for who signs it. */
static gboolean
vouches_for_itself (const json_t *list, const Signer *signer)
{
  for (gsize i = 0; i < json_array_size (list); i++) {
    const json_t *person = json_array_get (list, i);
    g_autofree char *slot = read_hex (person, "slot", SLOT_DIGITS);
    g_autofree char *key = read_hex (person, "sign_key", KEY_DIGITS);
    if (slot != NULL && g_strcmp0 (slot, signer->slot) == 0)
      return g_strcmp0 (key, signer->key) == 0
             && g_strcmp0 (dk_json_get_text (person, "role"), dk_role_name (DK_ROLE_ADMIN)) == 0;
  }
  return FALSE;
}

static gboolean
may_state (const Kit *kit, const Event *event)
{
  const Signer *first = &event->signers[0];
  const Person *signer = find_person (kit, first->slot);

  if (!kit->is_known)
    return event->says == STATED && first->slot != NULL
           && vouches_for_itself (json_object_get (event->body, "people"), first);
  return has_key (signer, first)
         && (signer->role == DK_ROLE_ADMIN
             || (event->says == RESET && may_reset (kit, signer, event->body)));
}

static void
change_person (Kit *kit, const json_t *body)
{
  g_autofree char *slot = read_hex (body, "slot", SLOT_DIGITS);
  g_autofree char *key = read_hex (body, "sign_key", KEY_DIGITS);
  const char *role = dk_json_get_text (body, "role");
  Person *person = find_person (kit, slot);

  if (person == NULL)
    return;
  if (role == NULL || !dk_role_parse (role, &person->role))
    return;
  if (key != NULL) {
    g_free (person->key);
    person->key = g_steal_pointer (&key);
  }
}

/* Who made the new code may have opened the kit with the one before, and goes on until locking. */
static void
replace_code (Kit *kit, const json_t *body)
{
  g_autofree char *slot = read_hex (body, "replaces", SLOT_DIGITS);
  Person *before = find_person (kit, slot);

  if (before != NULL)
    before->is_replaced = TRUE;
  put_person (kit, body);
}

static gboolean
is_replaced (gpointer slot, gpointer person, gpointer data)
{
  return ((const Person *) person)->is_replaced;
}

static void
apply (Kit *kit, const Event *event)
{
  g_autofree char *slot = read_hex (event->body, "slot", SLOT_DIGITS);

  switch (event->says) {
  case INIT:
  case STATED:
    put_people (kit, json_object_get (event->body, "people"));
    break;
  case ADDED:
    put_person (kit, event->body);
    break;
  case CHANGED:
  case RESET:
    change_person (kit, event->body);
    break;
  case REMOVED:
    if (slot != NULL)
      (void) g_hash_table_remove (kit->people, slot);
    break;
  case ROTATED:
    replace_code (kit, event->body);
    break;
  default:
    g_assert_not_reached ();
  }
}

static gboolean
is_signed_by_admin (const Kit *kit, const Event *event)
{
  const Person *signer = find_person (kit, event->signers[0].slot);

  return has_key (signer, &event->signers[0]) && signer->role == DK_ROLE_ADMIN;
}

static void
judge_event (Kit *kit, Event *event)
{
  const DkLedgerCheck *c = kit->check;

  if (c->kit != NULL && strcmp (c->kit, event->kit) != 0) {
    if (event->signers[0].slot != NULL)
      add (kit, event, DK_FINDING_PERSON_UNKNOWN);
    return;
  }
  if (event->says == UNLOCK) {
    (void) g_hash_table_foreach_remove (kit->people, is_replaced, NULL);
    return;
  }
  hold (kit, event, &event->signers[0]);
  hold (kit, event, &event->signers[1]);
  if (event->needs_admin && kit->is_known && !is_signed_by_admin (kit, event))
    add (kit, event, DK_FINDING_PERSON_RIGHT);
  if (event->says == SAYS_NOTHING)
    return;
  if (event->says == INIT ? is_beginning (kit, event) : may_state (kit, event))
    apply (kit, event);
  else if (event->says != INIT && (kit->is_known || event->says == STATED))
    add (kit, event, DK_FINDING_PERSON_RIGHT);
}

/* Everybody of the kit can write entries, and nobody but an administrator the list of people. */
static void
compare_list (const Kit *kit, const GArray *list)
{
  guint same = 0;
  guint stated = 0;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, kit->people);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    stated += !((const Person *) value)->is_replaced;
  for (guint i = 0; i < list->len; i++) {
    const DkLedgerPerson *given = &g_array_index (list, DkLedgerPerson, i);
    g_autofree char *slot = dk_text_hex (given->slot, sizeof given->slot);
    g_autofree char *key = dk_text_hex (given->sign_key, sizeof given->sign_key);
    const Person *person = find_person (kit, slot);
    if (person != NULL && strcmp (person->key, key) == 0 && person->role == given->role
        && strcmp (person->name, given->name) == 0)
      same++;
    else
      dk_ledger_report_add (kit->check->report, DK_FINDING_PEOPLE_DIFFER, NULL, 0, given->name);
  }
  if (same == list->len && stated > same)
    dk_ledger_report_add (kit->check->report, DK_FINDING_PEOPLE_DIFFER, NULL, 0, NULL);
}

static void
judge_rest (Kit *kit)
{
  for (guint i = 0; i < kit->open->len; i++) {
    const Open *open = &g_array_index (kit->open, Open, i);
    if (kit->is_known)
      add (kit, open->event, open->finding);
    else
      count_unbound (kit, open->event);
  }
}

static void
add_place (GHashTable *places, GPtrArray *order, const Chain *chain)
{
  if (g_hash_table_contains (places, chain))
    return;
  g_hash_table_insert (places, (gpointer) (guintptr) chain, GUINT_TO_POINTER (order->len));
  g_ptr_array_add (order, (gpointer) (guintptr) chain);
}

/* Each chain behind the one that it names as the one before; what is left (chains that name each
 * other in a ring) at the end. New table: chain -> place. */
static GHashTable *
order_chains (DkLedgerCheck *c)
{
  GHashTable *places = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GHashTable) later
      = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < c->chains->len; i++) {
    Chain *chain = g_ptr_array_index (c->chains, i);
    Chain *before = chain->before != NULL ? dk_ledger_find_chain (c, chain->before) : NULL;
    GPtrArray *list = before != NULL ? g_hash_table_lookup (later, before) : NULL;
    if (before == NULL) {
      add_place (places, order, chain);
      continue;
    }
    if (list == NULL) {
      list = g_ptr_array_new ();
      g_hash_table_insert (later, before, list);
    }
    g_ptr_array_add (list, chain);
  }
  for (guint i = 0; i < order->len; i++) {
    const GPtrArray *list = g_hash_table_lookup (later, g_ptr_array_index (order, i));
    for (guint k = 0; list != NULL && k < list->len; k++)
      add_place (places, order, g_ptr_array_index (list, k));
  }
  for (guint i = 0; i < c->chains->len; i++)
    add_place (places, order, g_ptr_array_index (c->chains, i));
  return places;
}

static int
compare_events (gconstpointer a, gconstpointer b, gpointer places)
{
  const Event *first = *(const Event *const *) a;
  const Event *second = *(const Event *const *) b;
  guint one = GPOINTER_TO_UINT (g_hash_table_lookup (places, first->chain));
  guint other = GPOINTER_TO_UINT (g_hash_table_lookup (places, second->chain));

  return one != other ? (one > other) - (one < other)
                      : (first->seq > second->seq) - (first->seq < second->seq);
}

static Kit *
enter_kit (DkLedgerCheck *c, GHashTable *kits, const char *id)
{
  Kit *kit = g_hash_table_lookup (kits, id);

  if (kit != NULL)
    return kit;
  kit = g_new0 (Kit, 1);
  kit->check = c;
  kit->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, person_free);
  kit->open = g_array_new (FALSE, FALSE, sizeof (Open));
  g_hash_table_insert (kits, (gpointer) (guintptr) id, kit);
  return kit;
}

void
dk_ledger_judge_people (DkLedgerCheck *c)
{
  g_autoptr (GHashTable) places = order_chains (c);
  g_autoptr (GHashTable) kits = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, kit_free);
  GHashTableIter iter;
  gpointer value;
  const Kit *own;

  g_ptr_array_sort_with_data (c->people, compare_events, places);
  for (guint i = 0; i < c->people->len; i++) {
    Event *event = g_ptr_array_index (c->people, i);
    judge_event (enter_kit (c, kits, event->kit), event);
  }
  g_hash_table_iter_init (&iter, kits);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    judge_rest (value);
  own = c->kit != NULL ? g_hash_table_lookup (kits, c->kit) : NULL;
  if (own != NULL && own->is_known && c->list != NULL)
    compare_list (own, c->list);
}
