/* SPDX-License-Identifier: MIT */
#include "tests/authoring/folder.h"

#include <string.h>

#include "app/base/file.h"
#include "tests/support/support.h"

static const char *const files[][2] = {
  { "pack.yaml", "name: Small pack\norganisation: Example Health\nsequence: 3\n"
                 "created: 2026-11-20T09:00:00+01:00\nexpires: 2027-11-20T08:00:00Z\n"
                 "min_app: \"0.1.0\"\n" },
  { "contacts/teams.csv",
    "id,name,role,tier,timezone,audience,note,number1_kind,number1,number2_kind,number2\n"
    "desk,Service desk MARKER-CONTACT,Front line,1,America/New_York,all,,desk,ext. 55100,,\n"
    "night-lead,Night lead MARKER-LEAD,,2,,lead,,,,mobile,919-555-0150\n" },
  { "services/all.yaml",
    "- id: network\n  name: Network\n  criticality: 1\n  owner: desk\n  vendor: \"\"\n"
    "- id: ehr\n  name: Health record\n  criticality: 1\n  depends_on: [network]\n"
    "  say: >-\n    It is down.\n    Use paper.\n" },
  { "runbooks/ehr-down.md",
    "---\nid: ehr-down\ntitle: Health record down\nservice: ehr\ntags: [ehr, down]\nowner: desk\n"
    "reviewed: 2026-10-01\nreview_every: 180d\nseverity: 1\n---\nWhen to use.\n\n"
    "## Steps\n- [ ] Call the [desk](contact:desk), see [lead](runbook:lead-hour)\n\n"
    "## [lead only] Contract\nMARKER-LEAD\n" },
  { "runbooks/lead-hour.md",
    "---\nid: lead-hour\ntitle: First hour MARKER-LEAD\naudience: lead\n---\nMARKER-LEAD\n" },
  { "lists/groups.csv", "id,name,contact\nfront,Front line,desk\n" },
  { "policy.yaml", "priority:\n  safety_floor: 2\n" },
  { "fleet.yaml", "stations: []\n" },
  { "README.md", "How to use this folder.\n" },
};

void
dk_test_pack_put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *above = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_file_make_folder (above, &error));
  g_assert_true (dk_file_replace (path, text, strlen (text), DK_FILE_NOT_SYNCED, &error));
  g_assert_no_error (error);
}

char *
dk_test_pack_folder (void)
{
  char *folder = dk_test_folder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    dk_test_pack_put (folder, files[i][0], files[i][1]);
  return folder;
}

void
dk_test_pack_clear (DkPackSource *source, DkPackPart part)
{
  g_bytes_unref (source->parts[part].lines);
  source->parts[part] = (DkPackRecords) { g_bytes_new (NULL, 0), 0 };
}

DkPackSource *
dk_test_pack_source (const char *folder)
{
  g_autoptr (GError) error = NULL;
  DkPackSource *source = dk_pack_source_read (folder, NULL, &error);

  g_assert_no_error (error);
  return source;
}
