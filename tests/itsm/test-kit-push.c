/* SPDX-License-Identifier: MIT */
/* Goal: the queue that a kit keeps tells which lines of a log came after the ticket was sent,
 * closes no ticket over a note, and one damaged ticket does not hide the others. Method: tickets of
 * a real store, marked as the engine does; the body of an entry is overwritten in the file. */
#include "app/itsm/kit-push.h"

#include <string.h>

#include "tests/store/store-fixture.h"

#define INCIDENT "{\"summary\":\"printer\",\"caller\":\"Ward 4\",\"impact\":3,\"urgency\":3}"

static void
mark (StoreFixture *f, const char *number, DkHandover state, gint64 sent_ms)
{
  const DkPushMark step = { .number = number, .state = state, .itsm_id = "7", .sent_ms = sent_ms };
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_kit_push_mark (f->store, "rt", &step, &error));
  g_assert_no_error (error);
}

static void
note (StoreFixture *f, const char *number, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_ticket_store_note (f->store, number, text, 0, &error));
  g_assert_no_error (error);
}

static DkPushTicket *
load (StoreFixture *f, const char *number)
{
  g_autoptr (GError) error = NULL;
  DkPushTicket *ticket = dk_kit_push_load (f->store, number, &error);

  g_assert_no_error (error);
  return ticket;
}

static guint
count_late (const DkPushTicket *ticket)
{
  guint count = 0;

  for (guint i = 0; i < ticket->lines->len; i++) {
    const DkPushLine *line = g_ptr_array_index (ticket->lines, i);
    g_assert_nonnull (strchr (line->mark, ':'));
    count += line->late ? 1 : 0;
  }
  return count;
}

static void
test_late_lines (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "it-incident", INCIDENT, TRUE);
  g_autoptr (DkPushTicket) before = NULL;
  g_autoptr (DkPushTicket) after = NULL;
  g_autoptr (DkPushTicket) again = NULL;
  DkPushMark verified = { .number = number, .state = DK_HANDOVER_VERIFIED, .itsm_id = "7" };
  g_autoptr (GError) error = NULL;

  note (f, number, "before");
  before = load (f, number);
  g_assert_cmpuint (count_late (before), ==, 0);
  mark (f, number, DK_HANDOVER_SENDING, 1);
  note (f, number, "after");
  mark (f, number, DK_HANDOVER_UNKNOWN, 1);
  after = load (f, number);
  g_assert_cmpuint (count_late (after), ==, 1);
  g_assert_cmpuint (after->lines->len, ==, before->lines->len + 1);
  mark (f, number, DK_HANDOVER_DELIVERED, 0);
  verified.lines = before->lines->len;
  g_assert_false (dk_kit_push_mark (f->store, "rt", &verified, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  verified.lines = after->lines->len;
  g_assert_true (dk_kit_push_mark (f->store, "rt", &verified, NULL));
  mark (f, number, DK_HANDOVER_SENDING, 1);
  again = load (f, number);
  g_assert_cmpuint (count_late (again), ==, 0);
}

static void
overwrite_bodies (StoreFixture *f, const char *number)
{
  g_autofree char *drop
      = store_fixture_text (f, "SELECT coalesce (group_concat ('DROP TRIGGER ' || name, ';'), '')"
                               " FROM sqlite_master WHERE type = 'trigger'"
                               " AND tbl_name = 'entry_body'");
  g_autofree char *update
      = g_strdup_printf ("UPDATE entry_body SET body = '{\"fields\":' WHERE entry IN"
                         " (SELECT id FROM entry WHERE object = '%s')",
                         number);

  dk_fixture_exec (f->db, drop);
  dk_fixture_exec (f->db, update);
}

static void
test_damaged_body (StoreFixture *f, gconstpointer data)
{
  g_autofree char *bad = store_fixture_save (f, "it-incident", INCIDENT, TRUE);
  g_autofree char *good = store_fixture_save (f, "it-incident", INCIDENT, TRUE);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_row_free);
  g_autoptr (DkPushTicket) ticket = NULL;
  g_autoptr (GError) error = NULL;

  mark (f, bad, DK_HANDOVER_SENDING, 1);
  overwrite_bodies (f, bad);
  g_assert_true (dk_kit_push_list (f->store, "rt", DK_PUSH_PENDING, rows, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_null (dk_kit_push_load (f->store, bad, &error));
  g_assert_true (g_error_matches (error, DK_ERROR, DK_ERROR_INVALID)
                 || g_error_matches (error, DK_ERROR, DK_ERROR_DAMAGED));
  mark (f, bad, DK_HANDOVER_REFUSED, 0);
  ticket = load (f, good);
  g_assert_cmpstr (ticket->ticket->number, ==, good);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/itsm/kit-push/late-lines-and-the-last-mark", test_late_lines);
  STORE_ADD ("/itsm/kit-push/damaged-body-keeps-to-itself", test_damaged_body);
  return dk_test_run ();
}
