/* SPDX-License-Identifier: MIT */
#include "tests/plan/plan-fixture.h"

static void
assert_done (gboolean done, GError *error)
{
  g_assert_no_error (error);
  g_assert_true (done);
}

static DkContact *
contact_new (const char *id, const char *name)
{
  DkContact *contact = dk_contact_new ();

  contact->id = g_strdup (id);
  contact->name = g_strdup (name);
  return contact;
}

static void
add_contacts (StoreFixture *f, gint64 pack, const char *mobile)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (GError) error = NULL;
  DkContact *contact = contact_new ("desk", "Service desk");

  (void) dk_contact_add_number (contact, "desk", "919-555-0100");
  (void) dk_contact_add_number (contact, "radio", "channel 4");
  g_ptr_array_add (list, contact);
  contact = contact_new ("ann", "Ann Example");
  contact->hours = g_strdup ("Mon-Fri 08:00-17:00");
  contact->timezone = g_strdup ("Europe/Berlin");
  contact->team = g_strdup ("EHR team");
  (void) dk_contact_add_number (contact, "mobile", mobile);
  (void) dk_contact_add_number (contact, "pager", "4711");
  g_ptr_array_add (list, contact);
  contact = contact_new ("bob", "Bob Example");
  (void) dk_contact_add_number (contact, "mobile", "919-555-0102");
  g_ptr_array_add (list, contact);
  contact = contact_new ("carl", "Carl Example");
  (void) dk_contact_add_number (contact, "desk", "919-555-0103");
  (void) dk_contact_add_number (contact, "desk", "919-555-0104");
  g_ptr_array_add (list, contact);
  assert_done (dk_content_store_add_contacts (f->store, pack, list, &error), error);
}

static void
add_services (StoreFixture *f, gint64 pack)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_service_free);
  g_autoptr (GError) error = NULL;
  static const char *const ids[] = { "ehr", "lab" };

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    DkService *service = dk_service_new ();
    service->id = g_strdup (ids[i]);
    service->name = g_strdup_printf ("Service %s", ids[i]);
    service->criticality = 1;
    service->depends_on = g_new0 (char *, 1);
    service->support_group = i == 0 ? g_strdup ("EHR-L2") : NULL;
    service->owner = g_strdup ("bob");
    g_ptr_array_add (list, service);
  }
  assert_done (dk_content_store_add_services (f->store, pack, list, &error), error);
}

static void
add_runbook (StoreFixture *f, gint64 pack, const char *markdown)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_runbook_free);
  g_autoptr (GError) error = NULL;
  DkRunbook *runbook = dk_runbook_new ();

  runbook->id = g_strdup ("ehr-down");
  runbook->title = g_strdup ("EHR down");
  runbook->service = g_strdup ("ehr");
  runbook->owner = g_strdup ("bob");
  runbook->tags = g_new0 (char *, 1);
  runbook->reviewed = g_strdup ("2026-01-10");
  runbook->review_every_days = 90;
  runbook->markdown = g_strdup (markdown);
  g_ptr_array_add (list, runbook);
  assert_done (dk_content_store_add_runbooks (f->store, pack, list, &error), error);
}

static void
add_rota (StoreFixture *f, gint64 pack)
{
  static const struct {
    const char *contact, *starts, *ends;
    int tier, repeat;
  } rows[] = {
    { "ann", "2026-01-05T08:00", "2026-01-12T08:00", 1, 14 },
    { "bob", "2026-01-12T08:00", "2026-01-19T08:00", 1, 14 },
    { "carl", "2026-01-05T08:00", "2026-01-12T08:00", 2, 7 },
  };
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_shift_free);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    DkShift *shift = dk_shift_new ();
    shift->service = g_strdup ("ehr");
    shift->tier = rows[i].tier;
    shift->contact = g_strdup (rows[i].contact);
    shift->timezone = g_strdup ("Europe/Berlin");
    shift->starts = g_strdup (rows[i].starts);
    shift->ends = g_strdup (rows[i].ends);
    shift->repeat_days = rows[i].repeat;
    g_ptr_array_add (list, shift);
  }
  assert_done (dk_content_store_add_shifts (f->store, pack, list, &error), error);
}

static void
add_tree (StoreFixture *f, gint64 pack)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_call_tree_free);
  g_autoptr (GError) error = NULL;
  DkCallTree *tree = dk_call_tree_new ();
  DkCall *call;

  tree->id = g_strdup ("major");
  tree->title = g_strdup ("Major incident");
  tree->service = g_strdup ("ehr");
  tree->say = g_strdup ("The EHR is down.");
  call = dk_call_tree_add (tree, "ann");
  call->instead = g_strdup ("bob");
  call->wait_min = 10;
  call = dk_call_tree_add (tree, "desk");
  call->say = g_strdup ("Use paper.");
  call = dk_call_tree_add (tree, "carl");
  call->by = g_strdup ("ann");
  g_ptr_array_add (list, tree);
  assert_done (dk_content_store_add_call_trees (f->store, pack, list, &error), error);
}

void
plan_fixture_pack (StoreFixture *f, gint64 sequence, const char *markdown, const char *mobile)
{
  DkPackFacts facts = { .name = (char *) "Test",
                        .organisation = (char *) "Hospital",
                        .sequence = sequence,
                        .manifest = (char *) "{}",
                        .signatures = (char *) "{}" };
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) policy = json_object ();

  assert_done (dk_content_store_begin (f->store, &facts, &error), error);
  add_contacts (f, facts.id, mobile);
  add_services (f, facts.id);
  if (markdown != NULL)
    add_runbook (f, facts.id, markdown);
  add_rota (f, facts.id);
  add_tree (f, facts.id);
  assert_done (dk_content_store_add_document (f->store, facts.id, "policy", policy, &error),
               error);
  assert_done (dk_content_store_switch (f->store, &facts, &error), error);
}

void
plan_fixture_set_up (StoreFixture *f, gconstpointer data)
{
  store_fixture_set_up (f, data);
  plan_fixture_pack (f, 1, RUNBOOK, "919-555-0101");
}

char *
plan_fixture_tables (StoreFixture *f)
{
  static const char *const rows[] = {
    "SELECT json_array (id, uid, kind, ref, title, pack, version, started_ms, started_by, ended_ms,"
    " ended_by, note) AS x FROM run ORDER BY id",
    "SELECT json_array (version, source, steps) AS x FROM run_source ORDER BY version",
    "SELECT json_array (run, step, state, person, at_ms, note) AS x FROM run_step"
    " ORDER BY run, step",
    "SELECT json_array (id, run, contact, number, result, person, at_ms, note) AS x"
    " FROM call_attempt ORDER BY id",
    "SELECT json_array (id, contact, field, was, value, person, at_ms, state, ticket) AS x"
    " FROM correction ORDER BY id",
  };
  GString *all = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *sql = g_strdup_printf (
        "SELECT coalesce (group_concat (x, char (10)), '') FROM (%s)", rows[i]);
    g_autofree char *text = store_fixture_text (f, sql);
    g_string_append_printf (all, "%s\n\n", text);
  }
  return g_string_free (all, FALSE);
}
