/* SPDX-License-Identifier: MIT */
/* Goal: a ticket is what its entries say. Method: entries made by hand are folded, with erased and
 * with damaged bodies among them. */
#include "app/model/ticket.h"

#include <string.h>

#include "tests/support/support.h"

static DkEntry *
make_entry (const char *kind, gint64 at_ms, const char *body)
{
  DkEntry *entry = dk_entry_new ();

  entry->kind = g_strdup (kind);
  entry->object = g_strdup ("DT-A07-0042-D");
  entry->user = g_strdup ("anna");
  entry->chain = g_strdup ("0badcafe");
  entry->seq = 1;
  entry->happened_ms = at_ms - 5;
  entry->recorded_ms = at_ms;
  if (body != NULL) {
    entry->body = dk_json_parse (body, strlen (body), 100000, "body", NULL);
    g_assert_nonnull (entry->body);
  }
  return entry;
}

static void
apply (DkTicket *ticket, const char *kind, gint64 at_ms, const char *body)
{
  g_autoptr (DkEntry) entry = make_entry (kind, at_ms, body);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_ticket_apply (ticket, entry, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
apply_new (DkTicket *ticket)
{
  apply (ticket, DK_ENTRY_NUMBER_ISSUED, 90, "{\"form\":\"call-log\"}");
  apply (ticket, DK_ENTRY_TICKET_NEW, 100,
         "{\"uid\":\"u\",\"form\":\"call-log\",\"form_version\":\"1\",\"form_hash\":\"h\","
         "\"priority\":3,\"fields\":{\"summary\":\"no labels\",\"caller\":\"Ward 4\","
         "\"safety\":true,\"impact\":2,\"extra\":[1]}}");
}

static void
test_life (void)
{
  g_autoptr (DkTicket) t = dk_ticket_new ();

  apply_new (t);
  g_assert_cmpint (t->state, ==, DK_TICKET_OPEN);
  g_assert_cmpstr (t->summary, ==, "no labels");
  g_assert_true (t->safety);
  g_assert_cmpint (t->happened_ms, ==, 95);
  g_assert_cmpint (t->recorded_ms, ==, 100);
  g_assert_cmpuint (json_array_size (json_object_get (t->answers, "extra")), ==, 1);
  apply (t, DK_ENTRY_TICKET_PROMOTE, 110,
         "{\"form\":\"it-incident\",\"form_version\":\"2\",\"priority\":1,"
         "\"fields\":{\"urgency\":1,\"extra\":null,\"happened_at\":\"1970-01-01T00:00:01Z\"}}");
  g_assert_cmpstr (t->form, ==, "it-incident");
  g_assert_cmpstr (t->summary, ==, "no labels");
  g_assert_null (json_object_get (t->answers, "extra"));
  g_assert_cmpint (t->happened_ms, ==, 1000);
  apply (t, DK_ENTRY_TICKET_SET, 120, "{\"priority\":4,\"fields\":{\"caller\":null}}");
  g_assert_null (t->caller);
  g_assert_cmpint (t->priority, ==, 1); /* the worst value is kept */
  apply (t, DK_ENTRY_TICKET_NOTE, 125, "{\"text\":\"called back\"}");
  apply (t, DK_ENTRY_TICKET_RESOLVE, 130, "{\"fields\":{\"resolution\":\"paper jam\"}}");
  g_assert_cmpint (t->state, ==, DK_TICKET_RESOLVED);
  g_assert_cmpint (t->resolved_ms, ==, 125);
  apply (t, DK_ENTRY_TICKET_FINAL, 140, "{}");
  g_assert_cmpint (t->state, ==, DK_TICKET_CLOSED);
  g_assert_true (dk_ticket_is_eligible (t));
  apply (t, DK_ENTRY_TICKET_VOID, 150, "{\"reason\":\"twice\"}");
  g_assert_cmpint (t->state, ==, DK_TICKET_VOID);
  g_assert_false (dk_ticket_is_eligible (t));
}

/* "No" is an answer; silence is none. */
static void
test_safety_may_be_unknown (void)
{
  g_autoptr (DkTicket) t = dk_ticket_new ();
  g_autoptr (json_t) no = NULL;

  apply (t, DK_ENTRY_TICKET_NEW, 100, "{\"form\":\"call-log\",\"fields\":{\"caller\":\"c\"}}");
  g_assert_false (t->safety_known);
  g_assert_null (dk_ticket_get_field (t, "safety"));
  apply (t, DK_ENTRY_TICKET_SET, 110, "{\"fields\":{\"safety\":false}}");
  no = dk_ticket_get_field (t, "safety");
  g_assert_true (t->safety_known && !t->safety && json_is_false (no));
  apply (t, DK_ENTRY_TICKET_SET, 120, "{\"fields\":{\"safety\":true}}");
  g_assert_true (t->safety_known && t->safety);
  apply (t, DK_ENTRY_TICKET_AMEND, 130, "{\"fields\":{\"safety\":null},\"reason\":\"r\"}");
  g_assert_false (t->safety_known || t->safety);
  g_assert_null (dk_ticket_get_field (t, "safety"));
}

static void
test_handover (void)
{
  g_autoptr (DkTicket) t = dk_ticket_new ();

  apply_new (t);
  apply (t, DK_ENTRY_TICKET_FINAL, 110, NULL);
  apply (t, DK_ENTRY_HANDOVER, 120,
         "{\"state\":\"sending\",\"target\":\"rt\",\"sent_ms\":119,\"attempts\":1}");
  g_assert_cmpint (t->handover, ==, DK_HANDOVER_SENDING);
  g_assert_cmpint (t->handover_sent_ms, ==, 119);
  g_assert_cmpint (t->handed_over_ms, ==, 0);
  apply (t, DK_ENTRY_HANDOVER, 130,
         "{\"state\":\"delivered\",\"target\":\"rt\",\"itsm_id\":\"77\",\"attempts\":1}");
  g_assert_cmpint (t->handed_over_ms, ==, 130);
  g_assert_cmpint (t->handover_sent_ms, ==, 0);
  apply (t, DK_ENTRY_HANDOVER, 140, "{\"state\":\"verified\",\"target\":\"rt\",\"attempts\":1}");
  g_assert_cmpint (t->handed_over_ms, ==, 130); /* the first time counts */
  g_assert_cmpstr (t->itsm_id, ==, "77");
  g_assert_false (dk_ticket_is_eligible (t));
}

static void
test_drill_is_not_eligible (void)
{
  g_autoptr (DkTicket) t = dk_ticket_new ();

  apply_new (t);
  apply (t, DK_ENTRY_TICKET_FINAL, 110, NULL);
  g_assert_true (dk_ticket_is_eligible (t));
  g_free (t->number);
  t->number = g_strdup ("DR-A07-0042-X");
  g_assert_false (dk_ticket_is_eligible (t));
}

/* Erased words leave the facts of the line; kinds of a later version leave the ticket alone. */
static void
test_erased_and_unknown (void)
{
  g_autoptr (DkTicket) t = dk_ticket_new ();

  apply (t, DK_ENTRY_TICKET_NEW, 100, NULL);
  apply (t, DK_ENTRY_TICKET_RESOLVE, 130, NULL);
  apply (t, DK_ENTRY_HANDOVER, 140, NULL);
  apply (t, "of-a-later-version", 150, "{\"fields\":{\"summary\":\"x\"}}");
  g_assert_cmpstr (t->number, ==, "DT-A07-0042-D");
  g_assert_cmpint (t->state, ==, DK_TICKET_RESOLVED);
  g_assert_null (t->summary);
}

static void
test_damaged (void)
{
  static const struct {
    const char *kind;
    const char *body;
  } bad[] = {
    { DK_ENTRY_TICKET_NEW, "{}" },
    { DK_ENTRY_TICKET_SET, "{\"fields\":{\"summary\":7}}" },
    { DK_ENTRY_TICKET_SET, "{\"fields\":{\"impact\":4}}" },
    { DK_ENTRY_TICKET_SET, "{\"fields\":{\"happened_at\":\"soon\"}}" },
    { DK_ENTRY_TICKET_SET, "{\"fields\":{\"happened_at\":5}}" },
    { DK_ENTRY_TICKET_SET, "{\"fields\":{\"safety\":\"no\"}}" },
    { DK_ENTRY_TICKET_SET, "{\"priority\":6}" },
    { DK_ENTRY_TICKET_SET, "{\"priority\":-1}" },
    { DK_ENTRY_HANDOVER, "{\"state\":\"lost\"}" },
    { DK_ENTRY_HANDOVER, "{}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (DkTicket) t = dk_ticket_new ();
    g_autoptr (DkEntry) entry = make_entry (bad[i].kind, 100, bad[i].body);
    g_autoptr (GError) error = NULL;
    g_assert_false (dk_ticket_apply (t, entry, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    g_assert_nonnull (strstr (error->message, "DT-A07-0042-D"));
  }
}

static void
test_names (void)
{
  for (int i = DK_HANDOVER_NONE; i <= DK_HANDOVER_VERIFIED; i++) {
    DkHandover parsed;
    g_assert_true (dk_handover_parse (dk_handover_name ((DkHandover) i), &parsed));
    g_assert_cmpint (parsed, ==, i);
  }
  g_assert_true (dk_ticket_is_column ("happened_at"));
  g_assert_true (dk_ticket_is_column ("group"));
  g_assert_false (dk_ticket_is_column ("number"));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/model/ticket/life", test_life);
  g_test_add_func ("/model/ticket/safety-may-be-unknown", test_safety_may_be_unknown);
  g_test_add_func ("/model/ticket/handover", test_handover);
  g_test_add_func ("/model/ticket/a-drill-never-leaves", test_drill_is_not_eligible);
  g_test_add_func ("/model/ticket/erased-words-leave-the-facts", test_erased_and_unknown);
  g_test_add_func ("/model/ticket/refuses-damaged-bodies", test_damaged);
  g_test_add_func ("/model/ticket/names", test_names);
  return dk_test_run ();
}
