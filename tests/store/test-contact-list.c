/* SPDX-License-Identifier: MIT */
/* Goal: the list of contacts comes page by page, complete, in the order of the folded names, once
 * each, whatever the size of the pages; filters leave out exactly who does not fit; own contacts
 * stand among those of the pack. Method: 5,000 contacts, walked with several page sizes, counted
 * and compared with the order of their names. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/platform.h"
#include "app/base/text.h"
#include "app/store/contact-list.h"
#include "app/store/content-change.h"
#include "app/store/content-store.h"

#define CONTACTS 5000u
#define STEP_MAX_US (50 * 1000) /* of CPU, asserted with room below */

static DkContact *
make_contact (guint i)
{
  static const char *const sites[] = { "CARY", "EAST", "ALL" };
  DkContact *contact = dk_contact_new ();
  guint scrambled = i * 7919u % CONTACTS;

  contact->id = g_strdup_printf ("c%u", i);
  contact->name = g_strdup_printf ("%s %04u", i % 2 == 0 ? "Étage" : "etage", scrambled);
  contact->site = g_strdup (sites[i % G_N_ELEMENTS (sites)]);
  contact->type = g_strdup (i % 10 == 0 ? "vendor" : "person");
  dk_contact_add_number (contact, "desk", "+1 555 010 0142");
  return contact;
}

static void
load_pack (StoreFixture *f)
{
  DkPackFacts facts = { .name = (char *) "hospital", .organisation = (char *) "Hospital",
                        .sequence = 1, .created_ms = 1000 };
  g_autoptr (GPtrArray) contacts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_content_store_begin (f->store, &facts, &error));
  for (guint i = 0; i < CONTACTS; i++)
    g_ptr_array_add (contacts, make_contact (i));
  g_assert_true (dk_content_store_add_contacts (f->store, facts.id, contacts, &error));
  g_assert_true (dk_content_store_switch (f->store, &facts, &error));
  g_assert_no_error (error);
}

/* All ids in order; the longest step in *slowest_us. */
static GPtrArray *
walk (StoreFixture *f, const DkContactWish *wish, guint page, gint64 *slowest_us)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);
  DkContactPlace place = { 0 };
  g_autoptr (GError) error = NULL;

  *slowest_us = 0;
  for (guint steps = 0; !place.is_over && steps < 2 * CONTACTS; steps++) {
    gint64 begun_us = dk_platform_thread_cpu_us ();
    g_autoptr (GPtrArray) ids = dk_contact_list_page (f->store, wish, &place, page, &error);
    g_assert_no_error (error);
    *slowest_us = MAX (*slowest_us, dk_platform_thread_cpu_us () - begun_us);
    g_assert_cmpuint (ids->len, <=, page);
    g_ptr_array_extend_and_steal (all, g_steal_pointer (&ids));
  }
  g_assert_true (place.is_over);
  dk_contact_place_clear (&place);
  return all;
}

static void
assert_sorted (StoreFixture *f, GPtrArray *ids)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *before = g_strdup ("");

  for (guint i = 0; i < ids->len; i++) {
    g_autoptr (DkContact) contact = dk_content_store_contact (f->store, ids->pdata[i], NULL);
    g_autofree char *name = dk_text_fold (contact->name);
    g_assert_true (g_hash_table_add (seen, ids->pdata[i]));
    g_assert_cmpint (strcmp (before, name), <=, 0);
    g_free (before);
    before = g_steal_pointer (&name);
  }
}

static void
test_pages_are_complete (StoreFixture *f, gconstpointer data)
{
  static const guint pages[] = { 1, 7, 200, 2000, CONTACTS + 1 };
  const DkContactWish all = { 0 };

  load_pack (f);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++) {
    gint64 slowest_us;
    g_autoptr (GPtrArray) ids = NULL;
    if (pages[i] == 1 && g_getenv ("DK_LONG") == NULL)
      continue;
    ids = walk (f, &all, pages[i], &slowest_us);
    g_assert_cmpuint (ids->len, ==, CONTACTS);
    assert_sorted (f, ids);
    g_test_message ("pages of %u: longest step %d ms", pages[i], (int) (slowest_us / 1000));
    g_assert_cmpint (slowest_us, <, 10 * STEP_MAX_US);
  }
}

static void
test_filters (StoreFixture *f, gconstpointer data)
{
  const DkContactWish site = { .site = "EAST" };
  const DkContactWish vendors = { .vendors_only = TRUE };
  const DkContactWish nowhere = { .site = "WEST", .vendors_only = TRUE };
  const DkContactWish changed = { .changed_since_ms = 1 };
  gint64 slowest_us;
  g_autoptr (GPtrArray) ids = NULL;
  g_autoptr (GPtrArray) sold = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;

  load_pack (f);
  ids = walk (f, &site, 100, &slowest_us);
  g_assert_cmpuint (ids->len, ==, CONTACTS - (CONTACTS + 2) / 3);
  sold = walk (f, &vendors, 100, &slowest_us);
  g_assert_cmpuint (sold->len, ==, CONTACTS / 10);
  none = walk (f, &nowhere, 100, &slowest_us);
  g_assert_cmpuint (none->len, ==, CONTACTS / 30); /* those for all sites */
  before = walk (f, &changed, 100, &slowest_us);
  g_assert_cmpuint (before->len, ==, 0);
  g_assert_true (dk_content_store_note_number (f->store, "c17", "+1 555 010 0142", "7731",
                                               "correction", NULL));
  after = walk (f, &changed, 100, &slowest_us);
  g_assert_cmpuint (after->len, ==, 1);
  g_assert_cmpstr (after->pdata[0], ==, "c17");
}

/* A second pack of which one contact has another number than in the first. */
static void
load_changed_pack (StoreFixture *f, const char *id)
{
  DkPackFacts facts = { .name = (char *) "hospital", .organisation = (char *) "Hospital",
                        .sequence = 2, .created_ms = 2000 };
  g_autoptr (GPtrArray) contacts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (DkContentCompare) compare = NULL;
  g_autoptr (GError) error = NULL;
  gboolean more = TRUE;

  g_assert_true (dk_content_store_begin (f->store, &facts, &error));
  for (guint i = 0; i < CONTACTS; i++) {
    DkContact *contact = make_contact (i);
    if (strcmp (contact->id, id) == 0) {
      g_ptr_array_set_size (contact->numbers, 0);
      dk_contact_add_number (contact, "desk", "+1 555 010 0666");
    }
    g_ptr_array_add (contacts, contact);
  }
  g_assert_true (dk_content_store_add_contacts (f->store, facts.id, contacts, &error));
  compare = dk_content_compare_new (f->store, facts.id, &error);
  while (more)
    g_assert_true (dk_content_compare_step (compare, &more, &error));
  g_assert_true (dk_content_store_switch (f->store, &facts, &error));
  g_assert_no_error (error);
}

static void
test_numbers_changed_by_a_pack_are_listed (StoreFixture *f, gconstpointer data)
{
  const gint64 now_ms = dk_clock_wall_ms ();
  const DkContactWish lately = { .changed_since_ms = now_ms - 60000 };
  const DkContactWish later = { .changed_since_ms = now_ms + 3600000 };
  gint64 slowest_us;
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) changed = NULL;
  g_autoptr (GPtrArray) none = NULL;

  load_pack (f);
  first = walk (f, &lately, 100, &slowest_us);
  g_assert_cmpuint (first->len, ==, 0);
  load_changed_pack (f, "c17");
  changed = walk (f, &lately, 100, &slowest_us);
  g_assert_cmpuint (changed->len, ==, 1);
  g_assert_cmpstr (changed->pdata[0], ==, "c17");
  none = walk (f, &later, 100, &slowest_us);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
put_own (StoreFixture *f, const char *id, const char *name)
{
  g_autoptr (DkContact) contact = dk_contact_new ();
  g_autoptr (GError) error = NULL;

  contact->id = g_strdup (id);
  contact->name = g_strdup (name);
  g_assert_true (dk_content_store_put_own_contact (f->store, contact, "phone", id, &error));
  g_assert_no_error (error);
}

static void
test_own_contacts_stand_among_the_others (StoreFixture *f, gconstpointer data)
{
  const DkContactWish all = { 0 };
  gint64 slowest_us;
  g_autoptr (GPtrArray) ids = NULL;

  put_own (f, "alone", "Before everybody");
  ids = walk (f, &all, 50, &slowest_us);
  g_assert_cmpuint (ids->len, ==, 1); /* without any pack */
  load_pack (f);
  put_own (f, "c3", "Hidden behind the pack");
  g_clear_pointer (&ids, g_ptr_array_unref);
  ids = walk (f, &all, 50, &slowest_us);
  g_assert_cmpuint (ids->len, ==, CONTACTS + 1);
  g_assert_cmpstr (ids->pdata[0], ==, "alone");
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/contact-list/pages-are-complete-and-in-order", test_pages_are_complete);
  STORE_ADD ("/store/contact-list/filters-leave-out-who-does-not-fit", test_filters);
  STORE_ADD ("/store/contact-list/numbers-changed-by-a-pack-are-listed",
             test_numbers_changed_by_a_pack_are_listed);
  STORE_ADD ("/store/contact-list/own-contacts-stand-among-the-others",
             test_own_contacts_stand_among_the_others);
  return dk_test_run ();
}
