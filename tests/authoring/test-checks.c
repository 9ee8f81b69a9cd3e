/* SPDX-License-Identifier: MIT */
/* Goal: what would do harm at night is told when the pack is built: numbers that nobody can dial,
 * gaps and overlaps of a rota, call trees that nobody begins, dates that are past.
 * Method: a small complete folder as the control; one slip at a time, with file, line and column of
 * its message; what is a warning alone is one, and a problem for a strict reader. */
#include <string.h>

#include "app/authoring/number-check.h"
#include "app/content/pack-members.h"
#include "tests/authoring/folder.h"
#include "tests/support/support.h"

/* 2026-11-22T12:00:00Z; the folder was created two days before and expires a year later. */
#define MOMENT_MS G_GINT64_CONSTANT (1795348800000)

#define ROTA "service,tier,contact,timezone,start,end,repeat,until,note\n"
#define DAY "network,1,desk,UTC,2026-11-20 06:00,2026-11-20 18:00,1d,,\n"
#define NIGHT "network,1,other,UTC,2026-11-19 18:00,2026-11-20 06:00,1d,,\n"
#define OTHER \
  "id,name,hours,timezone,number1_kind,number1\nother,Other,24x7,Asia/Manila,desk,ext. 55199\n"

static DkPackSource *
check (const char *folder, gboolean strict, GError **error)
{
  const DkPackSourceOptions options = { strict, MOMENT_MS };

  return dk_pack_source_check (folder, &options, NULL, error);
}

/* A folder with one file more, and the contact "other". */
static char *
folder_with (const char *name, const char *text)
{
  char *folder = dk_test_pack_folder ();

  dk_test_pack_put (folder, "contacts/other.csv", OTHER);
  dk_test_pack_put (folder, name, text);
  return folder;
}

static void
assert_problem (const char *name, const char *text, const char *expected)
{
  g_autofree char *folder = folder_with (name, text);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = check (folder, FALSE, &error);
  g_autofree char *wanted = g_strdup_printf ("\n%s:%s", name, expected);

  if (source != NULL || strstr (error->message, wanted) == NULL)
    g_test_message ("expected %s, got %s", wanted, source != NULL ? "nothing" : error->message);
  g_assert_null (source);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "1 problem in"));
  g_assert_nonnull (strstr (error->message, wanted));
  dk_test_remove (folder);
}

static gboolean
is_warned (const DkPackSource *source, const char *wanted)
{
  for (guint i = 0; i < source->warnings->len; i++)
    if (g_str_has_prefix (g_ptr_array_index (source->warnings, i), wanted))
      return TRUE;
  for (guint i = 0; i < source->warnings->len; i++)
    g_test_message ("%s", (const char *) g_ptr_array_index (source->warnings, i));
  return FALSE;
}

static void
assert_warning (const char *name, const char *text, const char *expected)
{
  g_autofree char *folder = folder_with (name, text);
  g_autofree char *wanted = g_strdup_printf ("%s:%s", name, expected);
  g_autofree char *line = g_strdup_printf ("\n%s", wanted);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = check (folder, FALSE, &error);

  g_assert_no_error (error);
  if (!is_warned (source, wanted))
    g_test_message ("expected %s", wanted);
  g_assert_true (is_warned (source, wanted));
  g_assert_cmpuint (source->warning_count, ==, source->warnings->len);
  g_assert_null (check (folder, TRUE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, line));
  dk_test_remove (folder);
}

static void
test_numbers (void)
{
  static const struct {
    const char *kind;
    const char *value;
    gboolean good;
    guint64 digits;
  } cases[] = {
    { "desk", "919-555-0191 (red phone)", TRUE, G_GUINT64_CONSTANT (19195550191) },
    { "desk", "+1 (919) 555.0191", TRUE, G_GUINT64_CONSTANT (119195550191) },
    { "desk", "919/555-0191 ext. 22", TRUE, 0 },
    { "desk", "919-555-0191x22", TRUE, 0 },
    { "desk", "ext. 50911", TRUE, 0 },
    { "mobile", "ext 7", TRUE, 0 },
    { "desk", "112", TRUE, 1112 },
    { "desk", "0049 30 1234567", TRUE, G_GUINT64_CONSTANT (10049301234567) },
    { "desk", "12", FALSE, 0 },
    { "desk", "1234567890123456", FALSE, 0 },
    { "desk", "919-555-0191 / 919-555-0192", FALSE, 0 },
    { "desk", "call the desk", FALSE, 0 },
    { "desk", "919-CALL-NOW", FALSE, 0 },
    { "desk", "9+19555", FALSE, 0 },
    { "desk", "ext. 123456789", FALSE, 0 },
    { "desk", "(red phone)", FALSE, 0 },
    { "mobile", "919 555 0191; 22", FALSE, 0 },
    { "pager", "919-555-0170", TRUE, G_GUINT64_CONSTANT (19195550170) },
    { "pager", "919-555-0170 ext. 2", FALSE, 0 },
    { "email", "desk@example.org", TRUE, 0 },
    { "email", "desk@example", FALSE, 0 },
    { "email", "desk at example.org", FALSE, 0 },
    { "email", "a@b@example.org", FALSE, 0 },
    { "email", "@example.org", FALSE, 0 },
    { "email", "desk@example.org.", FALSE, 0 },
    { "radio", "Channel 3 IT OPS", TRUE, 0 },
    { "runner", "R1 main lobby", TRUE, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint64 digits = 0;
    const char *fault = dk_number_fault (cases[i].kind, cases[i].value, &digits);
    if ((fault == NULL) != cases[i].good)
      g_test_message ("%s %s: %s", cases[i].kind, cases[i].value, fault);
    g_assert_true ((fault == NULL) == cases[i].good);
    g_assert_cmpuint (digits, ==, cases[i].digits);
  }
  assert_problem ("contacts/x.csv", "id,name,number1_kind,number1\na,A,mobile,call me\n",
                  "2:12: number1 \"call me\" cannot be dialled");
  assert_problem ("contacts/x.csv",
                  "id,name,number1_kind,number1,number2_kind,number2\na,A,desk,55100,email,a@b\n",
                  "2:22: number2 \"a@b\" is no e-mail address");
}

static void
test_contacts (void)
{
  assert_problem ("contacts/x.csv",
                  "id,name,hours,number1_kind,number1\na,A,office hours,desk,55100\n",
                  "2:5: hours: ");
  assert_problem ("contacts/x.csv",
                  "id,name,manager,number1_kind,number1\na,A,nobody,desk,55100\n",
                  "2:5: there is no contact with the id \"nobody\"");
  assert_problem ("contacts/x.csv", "id,name,type,number1_kind,number1\na,A,robot,desk,55100\n",
                  "2:5: type must be person, team or vendor");
  assert_problem ("contacts/x.csv",
                  "id,name,number1_kind,number1,number1_audience\na,A,desk,55100,some\n",
                  "2:16: number1_audience must be lead");
  assert_warning ("contacts/x.csv", "id,name,tier,number1_kind,number1\na,A,2,desk,ext. 55100\n",
                  "2:1: a is of tier 2 and has one number only");
  assert_warning ("contacts/x.csv",
                  "id,name,number1_kind,number1\nz,Z,desk,919 555 0150\n",
                  "2:10: this number is also that of night-lead");
}

static void
test_rota (void)
{
  static const char *const cases[][2] = {
    { ROTA DAY "network,1,other,UTC,2026-11-19 17:00,2026-11-20 06:00,1d,,\n",
      "3:1: desk and other are on call at once for network, tier 1, from 2026-11-20 17:00" },
    { ROTA DAY "network,1,other,UTC,2026-11-19 19:00,2026-11-20 06:00,1d,,\n",
      "2:1: nobody is on call for network, tier 1, from 2026-11-20 18:00" },
    { ROTA "network,1,desk,UTC,2026-11-21 06:00,2026-11-22 06:00,1d,,\n",
      "2:1: nobody is on call for network, tier 1, when the pack is created" },
    { ROTA DAY NIGHT "network,2,nobody,UTC,2026-11-19 00:00,2026-11-20 00:00,1d,,\n",
      "4:11: there is no contact with the id \"nobody\"" },
    { ROTA "nothing,1,desk,UTC,2026-11-19 00:00,2026-11-20 00:00,1d,,\n",
      "2:1: there is no service with the id \"nothing\"" },
    { ROTA "network,1,desk,Gotham,2026-11-19 00:00,2026-11-20 00:00,1d,,\n",
      "2:1: service cannot be a shift: " },
    { ROTA "network,1,desk,UTC,19.11.2026,2026-11-20 00:00,1d,,\n",
      "2:20: start must be a date and time as 2026-11-23 08:00" },
    { ROTA "network,1,desk,UTC,2026-11-19 00:00,2026-11-19 24:00,1d,,\n",
      "2:37: end must be a date and time" },
    { ROTA "network,1,desk,UTC,2026-11-19 00:00,2026-11-18 00:00,1d,,\n",
      "2:1: service cannot be a shift: " },
    { ROTA "network,1,desk,UTC,2026-11-19 00:00,2026-11-20 00:00,weekly,,\n",
      "2:54: repeat must be days as 1d, 7d or 14d" },
    { ROTA "network,first,desk,UTC,2026-11-19 00:00,2026-11-20 00:00,1d,,\n",
      "2:9: tier must be a whole number from 1 to 9" },
    { "service,tier,contact,timezone,start,end,people\n",
      "1:1: the column \"people\" is not known" },
    { "service,tier,contact,start,end\n", "1:1: the column timezone must be there" },
  };
  g_autofree char *folder = folder_with ("oncall/x.csv", ROTA DAY NIGHT);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = check (folder, FALSE, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (source->parts[DK_PACK_SHIFTS_PART].count, ==, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_problem ("oncall/x.csv", cases[i][0], cases[i][1]);
  assert_warning ("oncall/x.csv",
                  ROTA "network,1,desk,UTC,2026-11-19 00:00,2026-11-20 00:00,1d,2027-01-31,\n",
                  "2:1: the rota of network, tier 1, ends on 2027-02-01, before the pack expires");
  dk_test_remove (folder);
}

#define TREE "id: t\ntitle: T\ncalls:\n"

static void
test_call_trees (void)
{
  static const char *const cases[][2] = {
    { TREE "  - {contact: desk}\n  - {contact: other, by: night-lead}\n",
      "5:5: calls/1 cannot be worked off: call 2 (other)" },
    { TREE "  - {contact: desk, by: other}\n  - {contact: other, by: desk}\n",
      "4:5: calls/0 cannot be worked off: call 1 (desk)" },
    { TREE "  - {contact: desk}\n  - {contact: desk}\n", "5:5: calls/1 cannot be" },
    { TREE "  - {contact: nobody}\n", "4:15: there is no contact with the id \"nobody\"" },
    { TREE "  - {contact: desk, instead: nobody}\n",
      "4:30: there is no contact with the id \"nobody\"" },
    { TREE "  - {contact: desk, wait_min: 5000}\n",
      "4:31: calls/0/wait_min must be a whole number from 0 to 1440" },
    { TREE "  - desk\n", "4:5: calls/0 must be a map" },
    { TREE "  - {contact: desk, tell: x}\n", "4:27: calls/0/tell is not known here" },
    { "id: t\ntitle: T\ncalls: []\n", "1:1: this cannot be worked off: A call tree has 1 to" },
    { "id: t\ntitle: T\n", "1:1: calls is missing" },
    { "just words\n", "1:1: this must be a call tree" },
    { "- {id: t, title: T, service: nothing, calls: [{contact: desk}]}\n",
      "1:30: there is no service with the id \"nothing\"" },
  };
  g_autofree char *folder = folder_with (
      "calltrees/x.yaml", "- {id: t, title: T, owner: desk, calls: [{contact: other}]}\n"
                          "- {id: u, title: U, audience: lead, calls: [{contact: desk}]}\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = check (folder, FALSE, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (source->parts[DK_PACK_CALL_TREES_PART].count, ==, 1);
  g_assert_cmpuint (source->parts[DK_PACK_LEAD_CALL_TREES_PART].count, ==, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_problem ("calltrees/x.yaml", cases[i][0], cases[i][1]);
  dk_test_remove (folder);
}

static void
test_devices (void)
{
  g_autofree char *folder
      = folder_with ("devices/x.csv", "Device name,Primary user display name,OS,OS version,"
                                      "Serial number,Total storage\n"
                                      "PC-2,Ward 3,Windows,11 24H2,S2,512\nPC-1,,,,,\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = check (folder, FALSE, &error);
  g_autoptr (json_t) second = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (source->parts[DK_PACK_DEVICES_PART].count, ==, 2);
  second = dk_pack_source_record (source, DK_PACK_DEVICES_PART, 1);
  g_assert_cmpstr (dk_json_get_text (second, "host"), ==, "PC-2");
  g_assert_cmpstr (dk_json_get_text (second, "owner"), ==, "Ward 3");
  g_assert_cmpstr (dk_json_get_text (second, "os"), ==, "Windows 11 24H2");
  assert_problem ("devices/x.csv", "owner\nWard 3\n", "1:1: no column names the device");
  assert_problem ("devices/x.csv", "host\nPC-1\npc-1\n",
                  "3:1: the device \"pc-1\" stands already at devices/x.csv:2:1");
  assert_problem ("devices/x.csv", "host,owner\n,Ward 3\n", "2:1: host is missing");
  assert_problem ("devices/x.csv",
                  "host,note\nPC-1,011000-000110-123453-500005-000000-111111-222222-333333\n",
                  "2:6: this looks like a disk recovery key");
  dk_test_remove (folder);
}

#define SERVICE "- id: x\n  name: X\n  criticality: 2\n  say: Down.\n"

static void
test_services (void)
{
  assert_problem ("services/x.yaml", SERVICE "  support_group: nobody\n",
                  "5:18: there is no row of groups with the id \"nobody\"");
  assert_problem ("services/x.yaml",
                  SERVICE "  support:\n    - {group: front}\n    - {site: A, group: nobody}\n",
                  "7:24: there is no row of groups with the id \"nobody\"");
  assert_problem ("services/x.yaml", SERVICE "  support:\n    - {group: front, hours: always}\n",
                  "6:29: hours: ");
  assert_problem ("services/x.yaml",
                  SERVICE "  support:\n    - {group: front, timezone: Gotham}\n",
                  "6:32: timezone must be a name");
  assert_problem ("services/x.yaml", SERVICE "  support:\n    - {site: A}\n",
                  "6:7: support/0/group is missing");
  assert_warning ("services/x.yaml",
                  SERVICE "  workaround: Paper.\n  workaround_valid_until: 2026-11-21\n",
                  "6:27: the workaround of x is past its last day");
  assert_warning ("services/x.yaml",
                  SERVICE "  workaround: Paper.\n  workaround_valid_until: 2027-11-21\n",
                  "5:15: the workaround of x needs somebody who approved it");
  assert_problem ("services/x.yaml", SERVICE "  depends_on: [x]\n",
                  "5:15: x cannot need itself to run");
  assert_warning ("services/x.yaml", "- id: x\n  name: X\n  criticality: 2\n",
                  "1:7: x has no words to say to callers");
  assert_warning ("services/x.yaml", "- id: x\n  name: X\n  criticality: 1\n  owner: desk\n",
                  "1:7: nobody is known to answer for x at night");
}

static void
test_dates (void)
{
  assert_problem ("runbooks/x.md", "---\nid: x\ntitle: X\nreviewed: 2026-12-24\n---\nText\n",
                  "4:11: reviewed lies in the future");
  assert_warning ("runbooks/x.md",
                  "---\nid: x\ntitle: X\nreviewed: 2026-10-01\nreview_every: 30d\n---\nText\n",
                  "4:11: the review of this runbook is overdue");
  assert_warning ("pack.yaml",
                  "name: A\norganisation: B\nsequence: 1\ncreated: 2026-11-20T08:00:00Z\n"
                  "expires: 2026-12-01T08:00:00Z\nmin_app: \"0.1.0\"\n",
                  "1:1: the pack expires in less than 14 days");
  assert_warning ("pack.yaml",
                  "name: A\norganisation: B\nsequence: 1\ncreated: 2026-11-20T08:00:00Z\n"
                  "expires: 2026-11-21T08:00:00Z\nmin_app: \"0.1.0\"\n",
                  "1:1: the pack has expired already");
  assert_warning ("pack.yaml",
                  "name: A\norganisation: B\nsequence: 1\ncreated: 2026-11-24T08:00:00Z\n"
                  "expires: 2027-11-21T08:00:00Z\nmin_app: \"0.1.0\"\n",
                  "1:1: `created` lies in the future");
  assert_warning ("pack.yaml",
                  "name: A\norganisation: B\nsequence: 1\ncreated: 2026-11-20T08:00:00Z\n"
                  "expires: 2027-12-26T08:00:00Z\nmin_app: \"0.1.0\"\n",
                  "1:1: `expires` is more than 400 days after `created`");
}

#define BOOK "---\nid: x\ntitle: X\nowner: desk\n---\n"
#define LEAD_BOOK "---\nid: x\ntitle: X\nowner: night-lead\naudience: lead\n---\n"
#define FOR_LEADS "the contact \"night-lead\" is for leads alone"

/* Control: the same references where leads alone read them. */
static void
test_links_to_leads (void)
{
  static const struct {
    const char *name;
    const char *text;
    const char *expected;
  } cases[] = {
    { "runbooks/x.md", BOOK "Text\n\nCall [them](contact:night-lead)\n", "8:1: " FOR_LEADS },
    { "runbooks/x.md", BOOK "See [it](runbook:lead-hour)\n",
      "6:1: the runbook \"lead-hour\" is for leads alone" },
    { "runbooks/x.md", "---\nid: x\ntitle: X\nowner: night-lead\n---\nText\n",
      "4:8: " FOR_LEADS },
    { "services/x.yaml", SERVICE "  owner: night-lead\n", "5:10: " FOR_LEADS },
    { "services/x.yaml", SERVICE "  vendor: night-lead\n", "5:11: " FOR_LEADS },
    { "services/x.yaml",
      SERVICE "  workaround: Paper.\n  workaround_valid_until: 2027-11-21\n"
              "  workaround_approved_by: night-lead\n",
      "7:27: " FOR_LEADS },
    { "oncall/x.csv", ROTA "network,1,night-lead,UTC,2026-11-19 00:00,2026-11-20 00:00,1d,,\n",
      "2:11: " FOR_LEADS },
    { "calltrees/x.yaml", TREE "  - {contact: night-lead}\n", "4:15: " FOR_LEADS },
    { "calltrees/x.yaml", TREE "  - {contact: desk, instead: night-lead}\n",
      "4:30: " FOR_LEADS },
    { "lists/x.csv", "id,contact\na,night-lead\n", "2:3: " FOR_LEADS },
  };
  g_autofree char *folder = folder_with (
      "runbooks/x.md", LEAD_BOOK "Call [them](contact:night-lead), [it](runbook:lead-hour)\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = NULL;

  dk_test_pack_put (folder, "runbooks/y.md",
                    "---\nid: y\ntitle: Y\n---\nText\n\n## [lead only] For leads\n"
                    "Call [them](contact:night-lead)\n");
  dk_test_pack_put (folder, "calltrees/x.yaml",
                    "- {id: u, title: U, audience: lead, owner: night-lead,\n"
                    "   calls: [{contact: night-lead}]}\n");
  source = check (folder, FALSE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < source->warnings->len; i++)
    if (strstr (g_ptr_array_index (source->warnings, i), FOR_LEADS) != NULL)
      g_error ("%s", (const char *) g_ptr_array_index (source->warnings, i));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_warning (cases[i].name, cases[i].text, cases[i].expected);
  dk_test_remove (folder);
}

/* Control: what a kit follows. */
static void
test_dead_links (void)
{
  static const char *const cases[][2] = {
    { BOOK "Text\n\nSee [it](network-down.md)\n",
      "8:1: the link \"network-down.md\" leads nowhere in a kit, which knows runbooks by their id:"
      " write runbook:network-down" },
    { BOOK "See [it](../runbooks/ehr-down.md#steps)\n",
      "6:1: the link \"../runbooks/ehr-down.md#steps\" leads nowhere in a kit, which knows"
      " runbooks by their id: write runbook:ehr-down" },
    { BOOK "See [it](#steps)\n", "6:1: the link \"#steps\" is not followed" },
    { BOOK "![plan](plan.png)\n", "6:1: the picture \"plan.png\" is not shown" },
    { BOOK "![plan](https://a.example/plan.png)\n", "6:1: the picture \"https:" },
    { BOOK "[a](javascript:alert)\n", "6:1: the link \"javascript:alert\" is not followed" },
    { BOOK "- [ ] Open <file:///etc/hosts>\n", "6:1: the link \"file:///etc/hosts\" is not" },
    { BOOK "[a][b]\n\n[b]: server.share\n", "6:1: the link \"server.share\" is not" },
    { BOOK "Text\n\n## [lead only] L\n[a](x.md)\n", "9:1: the link \"x.md\" leads nowhere" },
  };
  g_autofree char *folder = folder_with (
      "runbooks/x.md", BOOK "[a](https://a.example/x.md) [b](tel:+19195550100) `[f](x.md)`"
                            " [c](mailto:a@b.example) [d](service:ehr) [e](runbook:ehr-down)\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = check (folder, FALSE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (source);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_problem ("runbooks/x.md", cases[i][0], cases[i][1]);
  dk_test_remove (folder);
}

/* Goal: one number or note for leads alone leaves the rest of a contact where everybody reads it.
 * Control: the words are there in the part for leads. */
static void
test_lead_members (void)
{
  g_autofree char *folder = folder_with (
      "contacts/x.csv",
      "id,name,type,login,lead_note,number1_kind,number1,number2_kind,number2,number2_audience\n"
      "a,A,person,aa,MARKER-NOTE,desk,ext. 55101,mobile,919-555-0177,lead\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = check (folder, FALSE, &error);
  g_autoptr (json_t) seen = NULL;
  g_autoptr (json_t) whole = NULL;
  gsize size;
  const char *lines;

  g_assert_no_error (error);
  seen = dk_pack_source_record (source, DK_PACK_CONTACTS_PART, 0);
  whole = dk_pack_source_record (source, DK_PACK_LEAD_CONTACTS_PART, 0);
  g_assert_cmpstr (dk_json_get_text (seen, "id"), ==, "a");
  g_assert_cmpuint (json_array_size (json_object_get (seen, "numbers")), ==, 1);
  g_assert_cmpstr (dk_json_get_text (whole, "id"), ==, "a");
  g_assert_cmpuint (json_array_size (json_object_get (whole, "numbers")), ==, 2);
  g_assert_cmpstr (dk_json_get_text (whole, "lead_note"), ==, "MARKER-NOTE");
  lines = g_bytes_get_data (source->parts[DK_PACK_CONTACTS_PART].lines, &size);
  g_assert_null (g_strstr_len (lines, (gssize) size, "MARKER-NOTE"));
  g_assert_null (g_strstr_len (lines, (gssize) size, "0177"));
  g_assert_cmpstr (dk_json_get_text (source->about, "min_app"), ==, DK_PACK_PLAN_APP);
  dk_test_remove (folder);
}

static char *
needed_program (const char *row)
{
  g_autofree char *text = g_strdup_printf (
      "{\"form_id\":\"x\",\"version\":\"1\",\"title\":\"X\",\"survey\":[%s]}", row);
  g_autofree char *folder = folder_with ("forms/x.json", text);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = check (folder, FALSE, &error);
  char *needed;

  g_assert_no_error (error);
  needed = g_strdup (dk_json_get_text (source->about, "min_app"));
  dk_test_remove (folder);
  return needed;
}

/* Goal: a pack asks for the program that knows its forms, and for no newer one than it needs. */
static void
test_forms_ask_for_their_program (void)
{
  g_autofree char *plain = needed_program (
      "{\"type\":\"date\",\"name\":\"a\",\"default\":\"today()\",\"required\":true}");
  g_autofree char *computed = needed_program (
      "{\"type\":\"calculate\",\"name\":\"a\",\"calculation\":\"1 + 1\"}");
  g_autofree char *depends = needed_program (
      "{\"type\":\"text\",\"name\":\"a\"},"
      "{\"type\":\"text\",\"name\":\"b\",\"required\":\"${a} = 'x'\"}");

  g_assert_cmpstr (plain, !=, DK_PACK_FORMS_APP);
  g_assert_cmpstr (computed, ==, DK_PACK_FORMS_APP);
  g_assert_cmpstr (depends, ==, DK_PACK_FORMS_APP);
}

/* Goal: cards of an address book are contacts as rows of a table are. */
static void
test_cards (void)
{
  g_autofree char *folder = folder_with (
      "contacts/x.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Pharmacy, Night\r\n"
                        "TEL;TYPE=CELL:+1 919 555 0160\r\nEMAIL:night@example.org\r\n"
                        "END:VCARD\r\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = check (folder, FALSE, &error);
  g_autoptr (json_t) card = NULL;

  g_assert_no_error (error);
  card = dk_pack_source_record (source, DK_PACK_CONTACTS_PART, 2);
  g_assert_cmpstr (dk_json_get_text (card, "id"), ==, "pharmacy-night");
  g_assert_cmpuint (json_array_size (json_object_get (card, "numbers")), ==, 2);
  assert_problem ("contacts/x.vcf", "not a card\n", "1:1: ");
  dk_test_remove (folder);
}

/* Goal: many problems are told in the order of files and lines, at most twenty of them. */
static void
test_order (void)
{
  g_autofree char *folder = folder_with ("services/x.yaml", SERVICE "  owner: nobody\n");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;

  dk_test_pack_put (folder, "contacts/x.csv",
                    "id,name,number1_kind,number1\nb,B,desk,1\na,A,desk,call\n");
  g_assert_null (check (folder, FALSE, &error));
  lines = g_strsplit (error->message, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_true (g_str_has_prefix (lines[1], "contacts/x.csv:2:10: "));
  g_assert_true (g_str_has_prefix (lines[2], "contacts/x.csv:3:10: "));
  g_assert_true (g_str_has_prefix (lines[3], "services/x.yaml:5:10: "));
  dk_test_remove (folder);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/authoring/checks/numbers-can-be-dialled", test_numbers);
  g_test_add_func ("/authoring/checks/contacts", test_contacts);
  g_test_add_func ("/authoring/checks/rota-has-no-gaps-and-overlaps", test_rota);
  g_test_add_func ("/authoring/checks/call-trees-can-be-worked-off", test_call_trees);
  g_test_add_func ("/authoring/checks/devices-from-an-export", test_devices);
  g_test_add_func ("/authoring/checks/services-and-support", test_services);
  g_test_add_func ("/authoring/checks/dates", test_dates);
  g_test_add_func ("/authoring/checks/nothing-for-leads-where-all-read", test_links_to_leads);
  g_test_add_func ("/authoring/checks/links-that-a-kit-does-not-follow", test_dead_links);
  g_test_add_func ("/authoring/checks/lead-only-members-leave-the-rest", test_lead_members);
  g_test_add_func ("/authoring/checks/forms-ask-for-their-program",
                   test_forms_ask_for_their_program);
  g_test_add_func ("/authoring/checks/vcards", test_cards);
  g_test_add_func ("/authoring/checks/problems-are-in-order", test_order);
  return dk_test_run ();
}
