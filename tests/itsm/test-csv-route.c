/* SPDX-License-Identifier: MIT */
/* Goal: the two CSV files hold every word of the tickets, and no cell of theirs is evaluated.
 * Method: tickets with hostile words are written, read by another program (Python's csv), and
 * compared. */
#include "app/itsm/csv-route.h"

#include <string.h>

#include "app/base/csv.h"
#include "tests/itsm/fake.h"
#include "tests/support/support.h"

#define RECORDED_MS G_GINT64_CONSTANT (1795162500000) /* 2026-11-20 08:15:00 UTC */

/* Prints number, summary, caller, recorded_at and each text of the log, separated by |. */
#define READER                                                                                  \
  "import csv, sys\n"                                                                           \
  "t = list(csv.DictReader(open(sys.argv[1], encoding='utf-8-sig', newline='')))\n"             \
  "l = list(csv.DictReader(open(sys.argv[2], encoding='utf-8-sig', newline='')))\n"             \
  "print(len(t), len(l))\n"                                                                     \
  "for r in t: print('|'.join(r[c] for c in ('number', 'summary', 'caller', 'recorded_at')))\n" \
  "for r in l: print('|'.join((r['number'], r['line'], repr(r['text']))))\n"

static GPtrArray *
make_tickets (void)
{
  GPtrArray *tickets = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_ticket_free);
  static const char *const summaries[] = { "=1+1", "plain, \"quoted\"", "Grüße ❤" };

  for (gsize i = 0; i < G_N_ELEMENTS (summaries); i++) {
    g_autofree char *number = g_strdup_printf ("DT-A07-%04u-X", (guint) i + 1);
    DkPushTicket *push = fake_ticket (number, "0123456789abcdef0123456789abcdef", RECORDED_MS);
    DkPushLine *line = dk_push_line_new ();
    push->ticket->summary = g_strdup (summaries[i]);
    push->ticket->caller = g_strdup ("+1 555");
    line->kind = g_strdup ("note");
    line->user = g_strdup ("anna");
    line->happened_ms = line->recorded_ms = RECORDED_MS;
    line->text = g_strdup ("@cmd\nsecond line");
    g_ptr_array_add (push->lines, line);
    g_ptr_array_add (tickets, push);
  }
  return tickets;
}

static void
test_round_trip (void)
{
  g_autoptr (GPtrArray) tickets = make_tickets ();
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DkTestOutput) output = NULL;
  const char *argv[] = { "/usr/bin/python3", "-c", READER, NULL, NULL, NULL };

  g_assert_true (dk_csv_route_write (folder, tickets, RECORDED_MS, &first, &second, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (first, "handover-20261120T081500Z-tickets.csv"));
  argv[3] = first;
  argv[4] = second;
  output = dk_test_spawn (argv, NULL, 30);
  g_assert_cmpstr (output->err, ==, "");
  g_assert_cmpstr (output->out, ==,
                   "3 3\n"
                   "DT-A07-0001-X|'=1+1|'+1 555|2026-11-20T08:15:00+00:00\n"
                   "DT-A07-0002-X|plain, \"quoted\"|'+1 555|2026-11-20T08:15:00+00:00\n"
                   "DT-A07-0003-X|Grüße ❤|'+1 555|2026-11-20T08:15:00+00:00\n"
                   "DT-A07-0001-X|1|\"'@cmd\\nsecond line\"\n"
                   "DT-A07-0002-X|1|\"'@cmd\\nsecond line\"\n"
                   "DT-A07-0003-X|1|\"'@cmd\\nsecond line\"\n");
}

static void
test_never_replaces (void)
{
  g_autoptr (GPtrArray) tickets = make_tickets ();
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_csv_route_write (folder, tickets, RECORDED_MS, &first, &second, NULL));
  g_clear_pointer (&first, g_free);
  g_clear_pointer (&second, g_free);
  g_assert_false (dk_csv_route_write (folder, tickets, RECORDED_MS, &first, &second, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
  g_assert_null (first);
}

static void
test_columns_are_stable (void)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GBytes) tickets = dk_csv_route_tickets (none);
  g_autoptr (GBytes) log = dk_csv_route_log (none);
  static const char head[]
      = "\xef\xbb\xbfnumber,uid,form,state,priority,safety,impact,urgency,summary,details,caller,"
        "callback,location,device,service,group,resolution,happened_at,recorded_at,resolved_at,"
        "handed_over_at,outage,recorded_by,paper,answers,written_by,written_at,files\r\n";
  static const char log_head[]
      = "\xef\xbb\xbfnumber,line,kind,user,happened_at,recorded_at,text\r\n";
  gsize size;
  const char *text = g_bytes_get_data (tickets, &size);

  g_assert_cmpmem (text, size, head, sizeof head - 1);
  text = g_bytes_get_data (log, &size);
  g_assert_cmpmem (text, size, log_head, sizeof log_head - 1);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/itsm/csv-route/round-trip", test_round_trip);
  g_test_add_func ("/itsm/csv-route/never-replaces", test_never_replaces);
  g_test_add_func ("/itsm/csv-route/columns-are-stable", test_columns_are_stable);
  return dk_test_run ();
}
