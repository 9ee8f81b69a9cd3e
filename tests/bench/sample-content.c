/* SPDX-License-Identifier: MIT */
#include "tests/bench/sample-content.h"

#include "app/store/content-store.h"

#define BATCH 1000

static const char *const first_names[]
    = { "Anna",  "Bruno", "Clara",  "Dmitri", "Elif",  "Farid", "Grace", "Hana",  "Ivan",
        "Jorge", "Katja", "Łukasz", "Maria",  "Noor",  "Olga",  "Pavel", "Quinn", "Rosa",
        "Søren", "Tomás", "Ursula", "Vera",   "Wanda", "Xenia", "Yusuf", "Zoë" };
static const char *const syllables[]
    = { "mül", "ber", "gar", "son", "ley", "kov", "ric", "tan", "mor", "del", "hof", "win", "ster",
        "pet", "lau", "nov", "ros", "sil", "ham", "fer", "gor", "bau", "krü", "zim", "schu" };
static const char *const roles[]
    = { "Nurse",  "Physician", "Pharmacy",   "Radiology",    "Laboratory", "Registration",
        "Clinic", "Surgery",   "Anesthesia", "Service desk", "Network",    "Printer support" };
static const char *const words[]
    = { "printer", "label",  "network", "login",   "paper",  "restart",   "cable",  "server",
        "ward",    "backup", "vendor",  "call",    "switch", "interface", "screen", "medication",
        "order",   "result", "image",   "patient", "queue",  "scanner",   "form",   "phone" };

static const char *
pick (GRand *rand, const char *const *list, gsize size)
{
  return list[g_rand_int_range (rand, 0, (gint) size)];
}

#define PICK(list) pick (rand, list, G_N_ELEMENTS (list))

char *
sample_content_name (GRand *rand)
{
  return g_strdup_printf ("%s %s%s%s", PICK (first_names), PICK (syllables), PICK (syllables),
                          PICK (syllables));
}

static DkContact *
make_contact (GRand *rand, guint i)
{
  DkContact *contact = dk_contact_new ();
  g_autofree char *number = g_strdup_printf ("+1 555 %03d %04d", g_rand_int_range (rand, 0, 1000),
                                             g_rand_int_range (rand, 0, 10000));
  g_autofree char *pager = g_strdup_printf ("%05u", i);

  contact->id = g_strdup_printf ("c%u", i);
  contact->name = sample_content_name (rand);
  contact->login = g_strdup_printf ("u%05u", i);
  contact->role = g_strdup (PICK (roles));
  contact->team = g_strdup_printf ("Ward %d %s", g_rand_int_range (rand, 1, 60), PICK (roles));
  contact->site = g_strdup_printf ("Building %d", g_rand_int_range (rand, 1, 20));
  dk_contact_add_number (contact, "desk", number);
  dk_contact_add_number (contact, "pager", pager);
  return contact;
}

char *
sample_content_markdown (GRand *rand)
{
  GString *text = g_string_new ("# Steps\n\n");

  for (guint k = 0; k < 150; k++)
    g_string_append_printf (text, "%s%s", PICK (words), k % 12 == 11 ? "\n- [ ] " : " ");
  return g_string_free (text, FALSE);
}

static DkRunbook *
make_runbook (GRand *rand, guint i)
{
  DkRunbook *runbook = dk_runbook_new ();
  g_autofree char *markdown = sample_content_markdown (rand);

  runbook->id = g_strdup_printf ("r%u", i);
  runbook->title = g_strdup_printf ("%s %s is down %u", PICK (roles), PICK (words), i);
  runbook->markdown = g_steal_pointer (&markdown);
  return runbook;
}

static void
check (gboolean done, GError *error)
{
  if (!done)
    g_error ("%s", error->message);
}

static void
load_contacts (DkStore *store, gint64 pack, GRand *rand)
{
  for (guint i = 0; i < SAMPLE_CONTACTS; i += BATCH) {
    g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
    g_autoptr (GError) error = NULL;
    for (guint k = i; k < i + BATCH; k++)
      g_ptr_array_add (batch, make_contact (rand, k));
    check (dk_content_store_add_contacts (store, pack, batch, &error), error);
  }
}

static void
load_runbooks (DkStore *store, gint64 pack, GRand *rand)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_runbook_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < SAMPLE_RUNBOOKS; i++)
    g_ptr_array_add (batch, make_runbook (rand, i));
  check (dk_content_store_add_runbooks (store, pack, batch, &error), error);
}

void
sample_content_load (DkStore *store, guint seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GError) error = NULL;
  gboolean more = TRUE;
  DkPackFacts facts = { .name = (char *) "large", .organisation = (char *) "Hospital" };

  check (dk_content_store_begin (store, &facts, &error), error);
  load_contacts (store, facts.id, rand);
  load_runbooks (store, facts.id, rand);
  check (dk_content_store_switch (store, &facts, &error), error);
  while (more)
    check (dk_content_store_remove_step (store, &more, &error), error);
}
