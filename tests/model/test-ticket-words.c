/* SPDX-License-Identifier: MIT */
/* Goal: a line of a ticket's log says what was done, in words that a person of the ITSM reads.
 * Method: entries made by hand, each with the words it must give. */
#include "app/model/ticket-words.h"

#include <string.h>

#include "tests/support/support.h"

static char *
words_of (DkTicket *before, const char *kind, const char *body, gsize characters_max)
{
  g_autoptr (DkEntry) entry = dk_entry_new ();

  entry->kind = g_strdup (kind);
  entry->object = g_strdup ("DT-A07-0042-D");
  entry->user = g_strdup ("anna");
  entry->chain = g_strdup ("0badcafe");
  if (body != NULL)
    entry->body = dk_json_parse (body, strlen (body), 100000, "body", NULL);
  return dk_ticket_entry_words (before, entry, characters_max);
}

static void
test_words (void)
{
  static const struct {
    const char *kind;
    const char *body;
    const char *words;
  } cases[] = {
    { DK_ENTRY_TICKET_NEW, "{\"fields\":{\"summary\":\"x\"}}", "captured" },
    { DK_ENTRY_TICKET_SET, "{\"fields\":{\"impact\":1,\"summary\":\"old\"},\"priority\":2}",
      "changed: impact: 1" },
    { DK_ENTRY_TICKET_SET, "{\"fields\":{\"summary\":\"old\",\"group\":null}}", "changed" },
    { DK_ENTRY_TICKET_SET, "{\"fields\":{\"summary\":null}}", "changed: summary: nothing" },
    { DK_ENTRY_TICKET_SET, "{\"fields\":{\"safety\":true,\"x\":[\"a\"]}}",
      "changed: safety: yes; x: a" },
    { DK_ENTRY_TICKET_SET, NULL, "changed (the words were erased)" },
    { DK_ENTRY_TICKET_AMEND, "{\"fields\":{\"summary\":\"new\",\"room\":\"4\"},\"reason\":\"why\"}",
      "amended: summary: old -> new; room: nothing -> 4; reason: why" },
    { DK_ENTRY_TICKET_RESOLVE, "{\"fields\":{\"resolution\":\"cable\"}}",
      "resolved: resolution: cable" },
    { DK_ENTRY_TICKET_FINAL, "{}", "made final" },
    { DK_ENTRY_TICKET_VOID, "{\"reason\":\"twice\"}", "voided: twice" },
    { DK_ENTRY_TICKET_NOTE, "{\"text\":\"one\\ntwo\"}", "one\ntwo" },
    { DK_ENTRY_HANDOVER, "{\"state\":\"sending\"}", NULL },
    { "print", "{}", NULL },
  };
  g_autoptr (DkTicket) before = dk_ticket_new ();

  before->summary = g_strdup ("old");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *words = words_of (before, cases[i].kind, cases[i].body, 0);
    g_assert_cmpstr (words, ==, cases[i].words);
  }
}

static void
test_cut (void)
{
  g_autoptr (DkTicket) before = dk_ticket_new ();
  g_autofree char *words = words_of (before, DK_ENTRY_TICKET_SET,
                                     "{\"fields\":{\"details\":\"one\\ntwo three\"}}", 8);

  g_assert_cmpstr (words, ==, "changed: details: one two…");
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/model/ticket-words/says-what-changed", test_words);
  g_test_add_func ("/model/ticket-words/cuts-in-one-line", test_cut);
  return dk_test_run ();
}
