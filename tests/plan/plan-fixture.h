/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/markdown.h"
#include "app/model/call-tree.h"
#include "app/model/rota.h"
#include "app/plan/call-round.h"
#include "app/plan/correction.h"
#include "app/plan/feedback.h"
#include "app/plan/oncall.h"
#include "app/plan/rebuild.h"
#include "app/plan/run.h"
#include "app/store/content-store.h"
#include "tests/store/store-fixture.h"

G_BEGIN_DECLS

#define RUNBOOK "# Down\n\nFirst [the desk](contact:desk).\n\n## At once\n\n- [ ] Call the desk\n" \
                "- [ ] Open the bridge\n\n## Then\n\n- [ ] Tell the wards\n"
#define RUNBOOK_LATER RUNBOOK "- [ ] Write it down\n"

/* A kit with a pack: contacts desk, ann, bob, carl; services ehr, lab; runbook ehr-down; a rota of
 * ehr; the call tree major. */
void plan_fixture_set_up (StoreFixture *f, gconstpointer data);

/* Puts a pack in force: sequence, text of the runbook (NULL = none), mobile number of ann. */
void plan_fixture_pack (StoreFixture *f, gint64 sequence, const char *markdown,
                        const char *mobile);

/* All rows of the tables of this room as text, each run by its uid. New string. */
char *plan_fixture_tables (StoreFixture *f);

#define PLAN_ADD(path, test) \
  g_test_add (path, StoreFixture, NULL, plan_fixture_set_up, test, store_fixture_tear_down)

G_END_DECLS
