/* SPDX-License-Identifier: MIT */
/* Goal: an authored folder is taken as its author means it, and every slip is told with file, line
 * and column before anything is built.
 * Method: a small complete folder as the control; then one slip at a time, with the beginning of
 * its message. */
#include "app/authoring/pack-source.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "app/base/file.h"
#include "app/crypto/age.h"
#include "app/model/policy.h"
#include "tests/authoring/folder.h"
#include "tests/support/support.h"

#define HEADER "id,name,tier,number1_kind,number1\n"
#define SERVICE "- id: x\n  name: X\n  criticality: 2\n"
#define FRONT "---\nid: x\ntitle: X\n"

static void
test_small_folder (void)
{
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (folder);
  g_autoptr (json_t) contact = dk_pack_source_record (source, DK_PACK_CONTACTS_PART, 0);
  g_autoptr (json_t) lead = dk_pack_source_record (source, DK_PACK_LEAD_CONTACTS_PART, 0);
  g_autoptr (json_t) runbook = dk_pack_source_record (source, DK_PACK_RUNBOOKS_PART, 0);
  g_autoptr (json_t) service = dk_pack_source_record (source, DK_PACK_SERVICES_PART, 0);
  g_autoptr (json_t) lead_runbook = dk_pack_source_record (source, DK_PACK_LEAD_RUNBOOKS_PART, 0);

  g_assert_cmpstr (dk_json_get_text (source->about, "created"), ==, "2026-11-20T08:00:00.000Z");
  g_assert_cmpuint (source->parts[DK_PACK_CONTACTS_PART].count, ==, 1);
  g_assert_cmpstr (dk_json_get_text (contact, "id"), ==, "desk");
  g_assert_cmpint (dk_json_get_int (contact, "tier", 0), ==, 1);
  g_assert_cmpuint (source->parts[DK_PACK_LEAD_CONTACTS_PART].count, ==, 1);
  g_assert_cmpstr (dk_json_get_text (lead, "id"), ==, "night-lead");
  g_assert_cmpstr (dk_json_get_text (json_array_get (json_object_get (lead, "numbers"), 0), "kind"),
                   ==, "mobile");
  g_assert_cmpuint (source->parts[DK_PACK_SERVICES_PART].count, ==, 2);
  g_assert_cmpstr (dk_json_get_text (service, "id"), ==, "ehr");
  g_assert_cmpstr (dk_json_get_text (service, "say"), ==, "It is down. Use paper.");
  g_assert_null (json_object_get (service, "vendor"));
  g_assert_cmpuint (source->parts[DK_PACK_RUNBOOKS_PART].count, ==, 1);
  g_assert_cmpint (dk_json_get_int (runbook, "review_every_days", 0), ==, 180);
  g_assert_null (strstr (dk_json_get_text (runbook, "markdown"), "MARKER-LEAD"));
  g_assert_cmpuint (source->parts[DK_PACK_LEAD_RUNBOOKS_PART].count, ==, 2);
  g_assert_nonnull (strstr (dk_json_get_text (lead_runbook, "markdown"), "MARKER-LEAD"));
  g_assert_cmpuint (json_array_size (json_object_get (source->lists, "groups")), ==, 1);
  g_assert_cmpuint (json_array_size (json_object_get (source->fleet, "desks")), ==, 0);
}

static void
assert_problem (const char *name, const char *text, const char *expected)
{
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = NULL;
  const char *first;

  dk_test_pack_put (folder, name, text);
  source = dk_pack_source_read (folder, NULL, &error);
  if (source != NULL)
    g_test_message ("taken: %s: %s", name, text);
  g_assert_null (source);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  first = strchr (error->message, '\n');
  if (first == NULL || !g_str_has_prefix (first + 1, expected))
    g_test_message ("expected %s\n%s", expected, error->message);
  g_assert_nonnull (first);
  g_assert_true (g_str_has_prefix (first + 1, expected));
  dk_test_remove (folder);
}

static void
test_pack_facts (void)
{
  static const char *const rest = "organisation: B\nsequence: 1\ncreated: 2026-11-20T08:00:00Z\n"
                                  "expires: 2027-11-20T08:00:00Z\nmin_app: \"0.1.0\"\n";
  static const struct {
    const char *find;
    const char *put;
    const char *expected;
  } cases[] = {
    { "organisation: B\n", "", "pack.yaml:1:1: organisation must be text" },
    { "sequence: 1", "sequence: 0", "pack.yaml:3:11: sequence must be a whole number" },
    { "sequence: 1", "sequence: one", "pack.yaml:3:11: sequence must be" },
    { "2027-11-20", "2025-11-20", "pack.yaml:5:10: expires must be after created" },
    { "2026-11-20T08:00:00Z", "20 November", "pack.yaml:4:10: created must be a time" },
    { "\"0.1.0\"", "0.1.0-beta", "pack.yaml:6:10: min_app must be a version" },
    { "min_app", "minapp", "pack.yaml:6:9: minapp is not known here" },
    { "organisation: B", "organisation: {a: b}", "pack.yaml:2:15: organisation must be text" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) text = g_string_new ("name: A\n");
    g_string_append (text, rest);
    g_assert_cmpuint (g_string_replace (text, cases[i].find, cases[i].put, 1), ==, 1);
    assert_problem ("pack.yaml", text->str, cases[i].expected);
  }
  assert_problem ("pack.yaml", "- a\n", "pack.yaml:1:1: this must be a map");
  assert_problem ("pack.yaml", "", "pack.yaml:1:1: this must be a map");
}

static void
test_contacts (void)
{
  static const char *const cases[][2] = {
    { HEADER "a,A,4,desk,551\n", "contacts/x.csv:2:5: tier must be a whole number from 1 to 3" },
    { HEADER "a,A,two,desk,551\n", "contacts/x.csv:2:5: tier must be" },
    { HEADER "A b,A,1,desk,551\n", "contacts/x.csv:2:1: id must be an id" },
    { HEADER ",A,1,desk,551\n", "contacts/x.csv:2:1: id is missing" },
    { HEADER "a,,1,desk,551\n", "contacts/x.csv:2:3: name is missing" },
    { HEADER "a,A,1,fax,1\n", "contacts/x.csv:2:7: number1_kind must be desk" },
    { HEADER "a,A,1,desk,\n", "contacts/x.csv:2:12: number1 is missing" },
    { HEADER "a,A,1,,\n", "contacts/x.csv:2:1: a has no number" },
    { HEADER "a,A,1,desk,551\na,B,1,desk,552\n",
      "contacts/x.csv:3:1: the contact \"a\" stands already at contacts/x.csv:2:1" },
    { HEADER "desk,A,1,desk,551\n",
      "contacts/x.csv:2:1: the contact \"desk\" stands already at contacts/teams.csv:2:1" },
    { HEADER "a,A,1,desk\n", "contacts/x.csv:2:1: this row has 4 fields" },
    { HEADER "a,\"A,1,desk,551\n", "contacts/x.csv:2:3: broken quotes" },
    { "id,name,phone\na,A,1\n", "contacts/x.csv:1:1: the column \"phone\" is not known" },
    { "name\nA\n", "contacts/x.csv:1:1: the columns id and name" },
    { "id,name,timezone,number1_kind,number1\na,A,Gotham,desk,551\n",
      "contacts/x.csv:2:5: timezone must be a name" },
    { "id,name,audience,number1_kind,number1\na,A,some,desk,551\n",
      "contacts/x.csv:2:5: audience must be all or lead" },
    { "", "contacts/x.csv:1:1: the first row must name the columns" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_problem ("contacts/x.csv", cases[i][0], cases[i][1]);
}

static void
test_services (void)
{
  static const char *const cases[][2] = {
    { "- id: x\n  name: X\n", "services/x.yaml:1:3: criticality is missing" },
    { "- id: x\n  name: X\n  criticality: 5\n", "services/x.yaml:3:16: criticality must be" },
    { SERVICE "  depends_on: [network, nothing]\n",
      "services/x.yaml:4:15: there is no service with the id \"nothing\"" },
    { SERVICE "  depends_on: network\n", "services/x.yaml:4:15: depends_on must be a list" },
    { SERVICE "  depends_on: [a b]\n", "services/x.yaml:4:16: depends_on/0 must be an id" },
    { SERVICE "  owner: nobody\n", "services/x.yaml:4:10: there is no contact with the id" },
    { SERVICE "  contract: 1234\n", "services/x.yaml:4:13: contract must be text; put it in" },
    { SERVICE "  workaround_valid_until: 2027-02-30\n",
      "services/x.yaml:4:27: workaround_valid_until must be a date" },
    { SERVICE "  sai: x\n", "services/x.yaml:4:8: sai is not known here" },
    { "- id: ehr\n  name: X\n  criticality: 2\n",
      "services/x.yaml:1:7: the service \"ehr\" stands already at services/all.yaml:6:7" },
    { "id: x\n", "services/x.yaml:1:1: this must be a list" },
    { "- x\n", "services/x.yaml:1:3: this must be a map" },
    { "- id: *x\n", "services/x.yaml:1:7: aliases" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_problem ("services/x.yaml", cases[i][0], cases[i][1]);
}

static void
test_runbooks (void)
{
  static const char *const cases[][2] = {
    { "# X\n", "runbooks/x.md:1:1: a runbook begins with ---" },
    { "---\nid: x\n", "runbooks/x.md:1:1: a runbook begins with ---" },
    { "", "runbooks/x.md:1:1: a runbook begins with ---" },
    { FRONT "---\n", "runbooks/x.md:2:1: this has no text below" },
    { "---\nid: x\n---\nText\n", "runbooks/x.md:2:1: title is missing" },
    { FRONT "service: nothing\n---\nText\n", "runbooks/x.md:4:10: there is no service" },
    { FRONT "owner: nobody\n---\nText\n", "runbooks/x.md:4:8: there is no contact" },
    { FRONT "review_every: 6 months\n---\nText\n", "runbooks/x.md:4:15: review_every must be" },
    { FRONT "reviewed: 1.10.2026\n---\nText\n", "runbooks/x.md:4:11: reviewed must be a date" },
    { FRONT "severity: high\n---\nText\n", "runbooks/x.md:4:11: severity must be" },
    { FRONT "audience: boss\n---\nText\n", "runbooks/x.md:4:11: audience must be" },
    { FRONT "tags: a\n---\nText\n", "runbooks/x.md:4:7: tags must be a list" },
    { FRONT "title: Y\n---\nText\n", "runbooks/x.md:4:1: \"title\" stands here a second time" },
    { FRONT "---\nText\n\n[y](runbook:nothing)\n",
      "runbooks/x.md:7:1: there is no runbook with the id \"nothing\"" },
    { FRONT "---\r\nText\r\n\r\n- [ ] [y](contact:nobody)\r\n",
      "runbooks/x.md:7:1: there is no contact with the id \"nobody\"" },
    { FRONT "---\nText\n\n**[lead only]** words\n", "runbooks/x.md:7:1: [lead only] must begin" },
    { FRONT "---\nText \xff\n", "runbooks/x.md:5:6: this is not UTF-8" },
    { "---\nid: ehr-down\ntitle: X\n---\nText\n",
      "runbooks/x.md:2:5: the runbook \"ehr-down\" stands already at runbooks/ehr-down.md:2:5" },
    { FRONT "---\nText\n\n011000-000110-123453-500005-000000-111111-222222-333333\n",
      "runbooks/x.md:7:1: this looks like a disk recovery key" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_problem ("runbooks/x.md", cases[i][0], cases[i][1]);
}

static void
test_lists_and_the_rest (void)
{
  assert_problem ("lists/x.csv", "name\nA\n", "lists/x.csv:1:1: the column id must be there");
  assert_problem ("lists/x.csv", "id,Name\na,A\n", "lists/x.csv:1:1: the column name \"Name\"");
  assert_problem ("lists/x.csv", "id\na\na\n",
                  "lists/x.csv:3:1: the row of x \"a\" stands already at lists/x.csv:2:1");
  assert_problem ("lists/x.csv", "id,contact\na,nobody\n",
                  "lists/x.csv:2:3: there is no contact with the id \"nobody\"");
  assert_problem ("lists/X y.csv", "id\na\n", "lists/X y.csv:1:1: the name of a list");
  assert_problem ("policy.yaml", "priority:\n  safety_floor: 9\n", "policy.yaml:2:17: The policy");
  assert_problem ("policy.yaml", "[]", "policy.yaml:1:1: this must be a map");
  assert_problem ("forms/x.json", "{", "forms/x.json:1:1: ");
  assert_problem ("rota/x.csv", "id\n", "rota:1:1: this is not read by this version");
  assert_problem ("runbooks/x.txt", "x", "runbooks/x.txt:1:1: this file is not read");
}

static void
test_fleet (void)
{
  guint8 public_key[32] = { 9 };
  g_autofree char *recipient = dk_age_recipient_text (public_key);
  g_autofree char *good = g_strdup_printf ("stations:\n- {code: A07, recipient: %s}\n", recipient);
  g_autofree char *twice = g_strdup_printf ("%s- {code: A07, recipient: %s}\n", good, recipient);
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = NULL;

  dk_test_pack_put (folder, "fleet.yaml", good);
  source = dk_test_pack_source (folder);
  g_assert_cmpuint (json_array_size (json_object_get (source->fleet, "stations")), ==, 1);
  assert_problem ("fleet.yaml", twice, "fleet.yaml:3:3: stations/1 this station code");
  assert_problem ("fleet.yaml", "stations:\n- {code: a7, recipient: x}\n",
                  "fleet.yaml:2:10: stations/0/code must be a station code");
  assert_problem ("fleet.yaml", "stations:\n- {code: A7, recipient: age1x}\n",
                  "fleet.yaml:2:25: stations/0/recipient must be the recipient");
  assert_problem ("fleet.yaml", "signers: [RWabc]\n",
                  "fleet.yaml:1:11: signers/0 must be a public signing key");
  assert_problem ("fleet.yaml", "recipients: {leads: []}\n",
                  "fleet.yaml:1:21: recipients/leads is not known here");
  assert_problem ("fleet.yaml", "station: []\n", "fleet.yaml:1:10: station is not known here");
  assert_problem ("fleet.yaml", "", "fleet.yaml:1:1: this must be a map");
}

static void
test_all_problems_at_once (void)
{
  g_autofree char *folder = dk_test_pack_folder ();
  g_autofree char *pack = g_build_filename (folder, "pack.yaml", NULL);
  g_autoptr (GString) rows = g_string_new (HEADER);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;

  for (guint i = 0; i < 30; i++)
    g_string_append (rows, "a,A,9,desk,551\n");
  dk_test_pack_put (folder, "contacts/x.csv", rows->str);
  g_assert_true (dk_file_remove (pack, NULL));
  g_assert_null (dk_pack_source_read (folder, NULL, &error));
  lines = g_strsplit (error->message, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 22);
  g_assert_cmpstr (lines[0], ==, "31 problems in this folder; nothing was built.");
  g_assert_true (g_str_has_prefix (lines[1], "contacts/x.csv:2:5: tier must be"));
  g_assert_true (g_str_has_prefix (lines[20], "contacts/x.csv:21:5: tier must be"));
  g_assert_cmpstr (lines[21], ==, "... and 11 more");
}

static void
test_policy_keys (void)
{
  static const char *const cases[][2] = {
    { "priorities: {}\n", "policy.yaml:1:13: priorities is not known here" },
    { "priority:\n  safety_flor: 3\n", "policy.yaml:2:16: priority/safety_flor is not known" },
    { "priority:\n  names: [A, B]\n", "policy.yaml:2:10: priority/names must be a list of five" },
    { "priority: 3\n", "policy.yaml:1:11: priority must be a map" },
    { "sla: {}\n", "policy.yaml:1:6: sla must be a list" },
    { "sla:\n- {priority: 1, respnd: 5}\n", "policy.yaml:2:25: sla/0/respnd is not known here" },
    { "sla:\n- {respond: 5}\n", "policy.yaml:2:3: sla/0 needs a priority" },
    { "sla:\n- {priority: 1}\n- {priority: 1}\n", "policy.yaml:3:3: sla/1 is a second target" },
    { "lock: {idle: 5}\n", "policy.yaml:1:14: lock/idle is not known here" },
    { "content: {stale: 5}\n", "policy.yaml:1:18: content/stale is not known here" },
    { "capture: {hints: x}\n", "policy.yaml:1:18: capture/hints is not known here" },
    { "capture: {hint: 5}\n", "policy.yaml:1:17: capture/hint must be text" },
    { "", "policy.yaml:1:1: this must be a map" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_problem ("policy.yaml", cases[i][0], cases[i][1]);
}

/* Goal: without policy.yaml the rules that hold are written into the pack, and the author can be
 * told. Control: with one, what stands there is kept as it is. */
static void
test_missing_policy (void)
{
  g_autofree char *folder = dk_test_pack_folder ();
  g_autofree char *path = g_build_filename (folder, "policy.yaml", NULL);
  g_autoptr (DkPackSource) with = dk_test_pack_source (folder);
  g_autoptr (DkPackSource) without = NULL;
  g_autoptr (DkPolicy) policy = NULL;
  g_autoptr (json_t) again = NULL;

  g_assert_false (with->policy_is_missing);
  g_assert_cmpuint (json_object_size (with->policy), ==, 1);
  g_assert_true (dk_file_remove (path, NULL));
  without = dk_test_pack_source (folder);
  g_assert_true (without->policy_is_missing);
  g_assert_cmpuint (json_object_size (without->policy), >=, 6);
  policy = dk_policy_parse (without->policy, NULL);
  g_assert_cmpint (policy->safety_floor, ==, 2);
  again = dk_policy_to_json (policy);
  g_assert_true (json_equal (again, without->policy));
}

static void
assert_link (const char *target, const char *name, const char *problem)
{
  g_autofree char *folder = dk_test_pack_folder ();
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (DkPackSource) source = NULL;
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  g_assert_cmpint (symlink (target, path), ==, 0);
  source = dk_pack_source_read (folder, NULL, &error);
  if (problem == NULL) {
    g_assert_no_error (error);
  } else {
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, problem));
    g_assert_null (strstr (error->message, "MARKER"));
  }
  dk_test_remove (folder);
}

static void
test_links (void)
{
  g_autofree char *other = dk_test_pack_folder ();
  g_autofree char *runbook = g_build_filename (other, "runbooks", "ehr-down.md", NULL);
  g_autofree char *lists = g_build_filename (other, "lists", NULL);

  assert_link (runbook, "runbooks/x.md", "runbooks/x.md:1:1: this is a link that leads out of the");
  assert_link ("../../x", "runbooks/x.md", "runbooks/x.md:1:1: ");
  assert_link (lists, "rota", "rota:1:1: this is not read");
  assert_link (lists, "forms", "forms:1:1: this is a link that leads out of the folder");
  assert_link (runbook, "policy.yaml", "policy.yaml:1:1: this is a link");
  assert_link ("groups.csv", "lists/again.csv", NULL);
}

/* Goal: one slip is told once, not again at each place that refers to what it broke. */
static void
test_no_problems_that_follow (void)
{
  static const char *const cases[][2] = {
    { "contacts/teams.csv", "id,name,tier,number1_kind,number1\ndesk,Desk,9,desk,551\n" },
    { "contacts/teams.csv", "id,name,number1_kind,number1\ndesk,Desk,desk\n" },
    { "contacts/teams.csv", "id,name,phone\ndesk,Desk,1\n" },
    { "services/all.yaml", "- id: ehr\n  name: X\n" },
    { "services/all.yaml", "id: [\n" },
    { "runbooks/lead-hour.md", "---\nid: lead-hour\n---\nText\n" },
    { "runbooks/lead-hour.md", "No front matter\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *folder = dk_test_pack_folder ();
    g_autoptr (GError) error = NULL;
    dk_test_pack_put (folder, cases[i][0], cases[i][1]);
    g_assert_null (dk_pack_source_read (folder, NULL, &error));
    if (!g_str_has_prefix (error->message, "1 problem in"))
      g_test_message ("%s", error->message);
    g_assert_true (g_str_has_prefix (error->message, "1 problem in"));
    dk_test_remove (folder);
  }
  assert_problem ("contacts/teams.csv", "id,name,number1_kind,number1\nnight,N,desk,551\n",
                  "lists/groups.csv:2:18: there is no contact with the id \"desk\"");
}

static void
test_no_folder (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_pack_source_read ("/nonexistent/folder", NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

static void
test_cancelled (void)
{
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const DkJob job = { cancellable, NULL, NULL };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (dk_pack_source_read (folder, &job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  g_test_add_func ("/authoring/source/small-folder", test_small_folder);
  g_test_add_func ("/authoring/source/pack-facts", test_pack_facts);
  g_test_add_func ("/authoring/source/contacts", test_contacts);
  g_test_add_func ("/authoring/source/services", test_services);
  g_test_add_func ("/authoring/source/runbooks", test_runbooks);
  g_test_add_func ("/authoring/source/lists-policy-forms-names", test_lists_and_the_rest);
  g_test_add_func ("/authoring/source/fleet", test_fleet);
  g_test_add_func ("/authoring/source/all-problems-at-once", test_all_problems_at_once);
  g_test_add_func ("/authoring/source/unknown-policy-keys-are-errors", test_policy_keys);
  g_test_add_func ("/authoring/source/missing-policy-means-defaults", test_missing_policy);
  g_test_add_func ("/authoring/source/links-that-lead-out-are-refused", test_links);
  g_test_add_func ("/authoring/source/one-slip-is-told-once", test_no_problems_that_follow);
  g_test_add_func ("/authoring/source/no-folder", test_no_folder);
  g_test_add_func ("/authoring/source/can-be-cancelled", test_cancelled);
  return dk_test_run ();
}
